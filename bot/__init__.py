"""The citizen feedback bot: a message becomes an answer, or a case that someone must answer."""
