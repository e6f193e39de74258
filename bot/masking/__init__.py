"""Hides what tells who somebody is in texts: phone numbers, identity cards, plates and the like.

What is hidden becomes `*`, sign by sign; a few signs stay where people need to tell two apart.
Numbers of the report, case numbers, public numbers such as 12345, roads and house numbers stay as
they are.
"""

from bot.masking import homes, names, numbers
from bot.masking.rule import STAR, Rule, as_typed_plainly

__all__ = ["RULES", "STAR", "Rule", "masked", "rounded", "unmasked"]

RULES = (*numbers.RULES, *homes.RULES, *names.RULES)
"""In this order: what was hidden by one is no longer found by the next."""

_STREET_DIGITS = 3


def masked(text: str) -> str:
    """The text without what tells who somebody is; as long as it was."""
    plain = as_typed_plainly(text)
    for rule in RULES:
        plain = rule.hide(plain)
    return "".join(
        STAR if shown == STAR else sign for sign, shown in zip(text, plain, strict=True)
    )


def rounded(degrees: float) -> float:
    """A coordinate to about a hundred metres: the street, and not whose door."""
    return round(degrees, _STREET_DIGITS)


def unmasked(shown: str, text: str) -> str:
    """The piece of a text that reads like this once it is masked; empty if there is none."""
    start = masked(text).find(shown)
    return text[start : start + len(shown)] if start >= 0 else ""
