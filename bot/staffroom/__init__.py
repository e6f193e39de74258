"""What staff do in a chat, on any channel: tap the buttons of a card, write in reply to it."""

from bot.staffroom.room import Outcome, Posting, Staffroom

__all__ = ["Outcome", "Posting", "Staffroom"]
