"""Cases as staff see them in a chat: a card each, kept up to date, with buttons for what may be
done next. A card never says who the resident is."""

from bot.cards.face import Face, Reader, excerpt
from bot.cards.posting import Cards

__all__ = ["Cards", "Face", "Reader", "excerpt"]
