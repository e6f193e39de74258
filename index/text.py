"""Text as the index sees it: the one normalisation shared by passages, questions and training."""

import re
import unicodedata
from functools import cache

from opencc import OpenCC

_LAYOUT = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_SPACES = re.compile(r"\s+")
_SURROGATES = re.compile(r"[\ud800-\udfff]")

# One pass is not always enough: OpenCC turns 薴 into 苧, and 苧 into 苎. No chain is longer than
# three over all of Unicode; the bound keeps a cycle in a later OpenCC from hanging the bot.
_PASSES = 8


@cache
def _traditional_to_simplified() -> OpenCC:
    return OpenCC("t2s")


def clean(text: str) -> str:
    """The text without control, direction and zero-width characters, runs of space made one."""
    if text.isprintable():  # No layout character and no space but U+0020: the usual case, fast.
        return _SPACES.sub(" ", text).strip()
    visible = "".join(
        " " if char.isspace() else char
        for char in text
        if char.isspace() or unicodedata.category(char) not in _LAYOUT
    )
    return _SPACES.sub(" ", visible).strip()


def to_simplified(text: str) -> str:
    """The text in Simplified Chinese (OpenCC `t2s`); a lone surrogate becomes U+FFFD."""
    return str(_traditional_to_simplified().convert(_SURROGATES.sub("\ufffd", text)))


def normalise(text: str) -> str:
    """NFKC, lower case, Simplified, no control characters; idempotent and never raises."""
    if text.isascii():
        return clean(clean(text).lower())
    for _ in range(_PASSES):
        folded = _fold(text)
        if folded == text:
            break
        text = folded
    return text


def _fold(text: str) -> str:
    folded = clean(unicodedata.normalize("NFKC", clean(text))).lower()
    return clean(unicodedata.normalize("NFKC", to_simplified(folded)))
