"""Which line of a report's file a character of its text stands in."""

import re
from bisect import bisect_right
from functools import cached_property
from pathlib import Path

from index.content_files import read_content_file
from index.findings import FIRST_LINE, Keys, Place

_MARK = re.compile(r"\\?#{1,6} ")


class ReportPlaces:
    """The lines of one report's text; its file is read again only once a line is asked for."""

    def __init__(self, file: Path, text: str) -> None:
        self._file = file
        self._text = text

    def line_of(self, keys: Keys) -> int:
        """The line of a character of the text, by its place; 0 if the file is there no more."""
        starts, lines = self._starts
        at = bisect_right(starts, int(keys[0])) if keys else 0
        return lines[at - 1] if at else 0

    def place(self, start: int) -> Place:
        """The place of a character of the text."""
        return Place(str(self._file), self.line_of, (start,))

    @cached_property
    def _starts(self) -> tuple[list[int], list[int]]:
        """Where in the text each line of the file begins, and that line."""
        raw = read_content_file(self._file, str(self._file), []) or ""
        starts: list[int] = []
        lines: list[int] = []
        place = 0
        for number, line in enumerate(raw.split("\n"), FIRST_LINE):
            words = _MARK.sub("", line, count=1).strip() if _MARK.match(line) else line.strip()
            # The text is made of the lines in their order, with little but breaks between them.
            start = self._text.find(words, place, place + len(line) + 2)
            if words and start >= 0:
                starts.append(start)
                lines.append(number)
                place = start + len(words)
        return starts, lines
