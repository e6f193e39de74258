"""What a reply to a resident is checked for before it is sent: that it is no copy of another one,
that it speaks of every point of the matter, and that no blank of a template is left in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz, process

REPEATS_FROM = 0.85
"""From which likeness on a reply repeats another: two that differ in a date or a place only are
above it, two of one subject in other words below (tests/test_replies.py)."""
LEAST_CHARS = 8
_BLANK = re.compile(r"【[^】]*】")
_RUN = re.compile(r"[\u4e00-\u9fff]+|[a-z]{3,}|\d+", re.IGNORECASE)
_COMMON = frozenset(
    (
        *("请问", "什么", "怎么", "我们", "你们", "他们", "您好", "现在", "问题", "这个", "那个"),
        *("没有", "已经", "可以", "一个", "就是", "还是", "不是", "时候", "感谢", "反映"),
        *("the", "and", "you", "for", "are", "was", "that", "this", "with", "have", "has", "not"),
        *("can", "our", "your", "please", "when", "what", "how", "hello"),
    )
)


@dataclass(frozen=True, slots=True)
class Repeat:
    """Another reply that one is nearly the same as.

    Attributes:
        at: its place among the others.
        likeness: 0..1, of the two texts (normalised indel similarity).
    """

    at: int
    likeness: float


def repeated(words: str, others: Sequence[str]) -> Repeat | None:
    """The other reply that one repeats most; None if it repeats none."""
    if len(words) < LEAST_CHARS or not others:
        return None
    found = process.extractOne(words, others, scorer=fuzz.ratio, score_cutoff=REPEATS_FROM * 100)
    return Repeat(found[2], found[1] / 100) if found else None


def unmentioned(points: Sequence[str], words: str) -> list[int]:
    """Which points of a matter a reply does not seem to speak of: it shares no word with them.

    Of a Han text the words are its pairs of characters.
    """
    said = _words(words)
    return [at for at, point in enumerate(points) if _words(point) and not _words(point) & said]


def blanks(words: str) -> list[str]:
    """The blanks of a template, 【...】, that were not filled in."""
    return list(dict.fromkeys(_BLANK.findall(words)))


def _words(text: str) -> set[str]:
    found: set[str] = set()
    for run in _RUN.findall(text.lower()):
        if run[0] >= "\u4e00":
            found |= {first + second for first, second in pairwise(run)}
        else:
            found.add(run)
    return found - _COMMON
