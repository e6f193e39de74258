"""What is found in the content: a line for people that knows file, line, entry and field."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Self

Keys = tuple[str | int, ...]
"""The way to a value within a file: `("commitment", 3, "ask", 0)`."""

FIRST_LINE = 1
# Of one kind about one file; a draft has hundreds.
_MOST = 20


class Finding(str):
    """A mistake or a remark, `file:line: entry: field: text`; also its parts, for editors' tools.

    It is a string, because whoever lists mistakes wants lines and nothing else.

    Attributes:
        line: counted from 1; 0 if it is about the whole file, or a folder.
        entry: the entry's id, or what it is called by its place (`commitment 3`); `""` if it is
            about no one entry.
        field: `""` if it is about no one field.
    """

    __slots__ = ("entry", "field", "file", "line", "text")

    file: str
    line: int
    entry: str
    field: str
    text: str

    def __new__(
        cls, file: str, text: str, *, line: int = 0, entry: str = "", field: str = ""
    ) -> Self:
        place = f"{file}:{line}" if line else file
        self = super().__new__(
            cls, ": ".join(part for part in (place, entry, field, text) if part)
        )
        self.file, self.line, self.entry, self.field, self.text = file, line, entry, field, text
        return self


def as_finding(line: str) -> Finding:
    """The line with its parts; of one that was never parted all of it is text."""
    return line if isinstance(line, Finding) else Finding("", line)


def in_order(lines: Iterable[str]) -> list[str]:
    """The lines file by file, the one first told of first, and in each by line."""
    found = list(lines)
    files = {file: place for place, file in enumerate(dict.fromkeys(map(_file_of, found)))}
    return sorted(found, key=lambda line: (files[_file_of(line)], as_finding(line).line))


def _file_of(line: str) -> str:
    return as_finding(line).file


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file; its line is looked up only if something is found there.

    Attributes:
        line_of: the line of a value of this file by the way to it, 0 if it has none.
        keys: the way to this place.
        entry: as of `Finding`.
    """

    file: str
    line_of: Callable[[Keys], int]
    keys: Keys = ()
    entry: str = ""

    def at(self, *keys: str | int) -> "Place":
        """A place within this one."""
        return replace(self, keys=(*self.keys, *keys))

    @property
    def line(self) -> int:
        """The line, counted from 1; 0 if it has none."""
        return self.line_of(self.keys)

    def finding(self, text: str, *, field: str = "") -> Finding:
        """What is found at this place."""
        return Finding(self.file, text, line=self.line, entry=self.entry, field=field)

    def finding_in(self, keys: Keys, text: str) -> Finding:
        """What is found in a field of this place, or deeper: `("ask", 0)`."""
        name = ".".join(str(key) for key in keys)
        return self.at(*keys).finding(text, field=name)

    def __str__(self) -> str:
        line = self.line
        return f"{self.file}:{line}" if line else self.file


def whole_file(file: str) -> Place:
    """The place of what is about a file and no one line of it."""
    return Place(file, lambda _: 0)


def few(findings: Iterable[Finding]) -> list[Finding]:
    """Findings of one kind; of very many only the first, which says how many there are."""
    found = list(findings)
    if len(found) <= _MOST:
        return found
    one = found[0]
    told = f"{one.text} (the first of {len(found)} such)"
    return [Finding(one.file, told, line=one.line, entry=one.entry, field=one.field)]
