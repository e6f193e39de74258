"""Hides what tells who a person is in texts: phone numbers, identity cards, plates and the like."""
