"""Messages as residents write them, with what must be hidden in them marked: `⟦kind:words⟧`.

What is called held out was written before the rules were changed for it and is only measured; on
the others they were developed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HALVES = ("developed", "held_out", "developed_later", "held_out_later")
STAYING = {
    "mobile": 5,
    "landline": 5,
    "identity": 5,
    "passport": 3,
    "bank": 4,
    "plate": 2,
    "email": 1,
    "name": 1,
    "flat": 0,
    "wechat": 0,
    "qq": 0,
}
"""How many letters and digits of each kind may stay, to tell two apart."""
_MARK = re.compile(r"⟦(\w+):([^⟧]+)⟧")


@dataclass(frozen=True, slots=True)
class Mark:
    """What must be hidden, as signs `start` to `end` of a message."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One message, and what must be hidden in it; nothing, if there are no marks."""

    text: str
    marks: tuple[Mark, ...]

    def told(self, shown: str) -> list[Mark]:
        """What the message as shown still tells."""
        return [mark for mark in self.marks if _is_told(mark, shown)]

    def lost(self, shown: str) -> str:
        """What was hidden without need: the signs outside all marks."""
        inside = {at for mark in self.marks for at in range(mark.start, mark.end)}
        return "".join(
            sign
            for at, sign in enumerate(self.text)
            if at not in inside and shown[at] != sign and sign.isalnum()
        )


def samples(half: str) -> list[Sample]:
    """The messages of one half."""
    lines = (Path(__file__).parent / f"{half}.txt").read_text(encoding="utf-8").splitlines()
    return [_read(line) for line in lines if line and not line.startswith("# ")]


def _read(line: str) -> Sample:
    text, marks = "", []
    for kind, words in _pieces(line):
        if kind:
            marks.append(Mark(kind, len(text), len(text) + len(words)))
        text += words
    return Sample(text, tuple(marks))


def _pieces(line: str) -> Iterator[tuple[str, str]]:
    """The line in pieces: what is marked with its kind, what stands between with none."""
    at = 0
    for found in _MARK.finditer(line):
        yield "", line[at : found.start()]
        yield found[1], found[2]
        at = found.end()
    yield "", line[at:]


def _is_told(mark: Mark, shown: str) -> bool:
    return sum(sign.isalnum() for sign in shown[mark.start : mark.end]) > STAYING[mark.kind]
