"""One resident message in, replies out; the same on every channel."""

from bot.dialogue.casework import Casework
from bot.dialogue.commands import Commands
from bot.dialogue.conversation import Dialogue
from bot.dialogue.drafting import Drafting, proposed
from bot.dialogue.phrasing import Phrasing, outcome_text
from bot.dialogue.understanding import Understander, Understanding, tidy

__all__ = [
    "Casework",
    "Commands",
    "Dialogue",
    "Drafting",
    "Phrasing",
    "Understander",
    "Understanding",
    "outcome_text",
    "proposed",
    "tidy",
]
