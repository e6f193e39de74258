"""What measures the bot is kept apart from what it is made of: no question of the evaluation is a
way to ask a commitment, or the figures would praise themselves."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

from index import normalise

EVALUATION = "evaluation"
_MOST_EDITS, _MOST_SHARE, _CHARS_AN_EDIT = 2, 0.15, 4
"""Two texts are the same if no more edits lead from one to the other than two, or 15% of their
characters; of words of under eight characters one edit in four makes others of them."""


class Kept:
    """Texts with their places, among which the same text is found again."""

    def __init__(self, places: Mapping[str, str]) -> None:
        """`places` says where each text stands, by text."""
        self._kept = [(_letters_of(text), place) for text, place in places.items()]

    def add(self, text: str, place: str) -> None:
        """One text more."""
        self._kept.append((_letters_of(text), place))

    def place_of_same(self, text: str) -> str:
        """Where the same text stands, but for a few characters, case, script and marks; empty if
        nowhere."""
        letters = _letters_of(text)
        found = (place for known, place in self._kept if _is_same(known, letters))
        return next(found, "")


def _is_same(one: str, other: str) -> bool:
    length = max(len(one), len(other))
    most = max(min(_MOST_EDITS, length // _CHARS_AN_EDIT), int(_MOST_SHARE * length))
    if abs(len(one) - len(other)) > most:
        return False
    return Levenshtein.distance(one, other, score_cutoff=most) <= most


def _letters_of(text: str) -> str:
    """The letters and digits, folded as the index folds them."""
    return "".join(filter(str.isalnum, normalise(text)))


def evaluation_texts(content: Path) -> dict[str, str]:
    """Every question and message of the evaluation, with its file and line.

    What cannot be read is left to the check of the content.
    """
    found: dict[str, str] = {}
    for file in sorted((content / EVALUATION).glob("*.jsonl")):
        lines = file.read_text(encoding="utf-8-sig", errors="replace").split("\n")
        for number, line in enumerate(lines, 1):
            for text in _texts_of(line):
                found.setdefault(text, f"{EVALUATION}/{file.name}:{number}")
    return found


def _texts_of(line: str) -> Iterator[str]:
    try:
        entry = json.loads(line)
    except ValueError:
        return
    if not isinstance(entry, dict):
        return
    turns: Iterable[Any] = entry.get("turns") or [entry]
    for turn in turns:
        text = isinstance(turn, dict) and (turn.get("question") or turn.get("text"))
        if isinstance(text, str):
            yield text
