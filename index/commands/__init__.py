"""The commands of `python -m index`, a module each group of them; `common` is what they share."""
