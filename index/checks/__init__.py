"""What `index check` looks for beyond what each file says by itself."""
