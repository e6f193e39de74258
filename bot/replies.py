"""What a reply to a resident is checked for before it is sent."""
