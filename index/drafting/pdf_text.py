"""The paragraphs of a PDF: lines by their places on the page, joined where the page broke them.

A PDF holds glyphs at places, no paragraphs. What tells them is the layout of printed reports: a
paragraph's first line is indented, its last one short, headings are centred or short.
"""

import io
import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, PyPdfError

# pypdf logs what it mends in a file; whether text came out is what counts here.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

_PAGE_NUMBER = re.compile(
    r"[-—–―－·•.\s第]*(?:\d{1,4}|[ivxIVX]{1,6})\s*页?(?:\s*[/／共,，]\s*共?\s*\d{1,4}\s*页?)?[-—–―－·•.\s]*"
)
# Lines at the top and at the bottom of a page that may be its running head or foot.
_EDGE_LINES = 2
# So often a line must return, at the same place, to be one.
_LEAST_PAGES, _LEAST_SHARE = 3, 0.5
# Of the lines, that begin at the left margin: of many one-line paragraphs only the second lines.
_MARGIN_SHARE = 0.05
_SAME_PLACE_POINTS = 3.0
# In widths of a character: an indented line begins beyond the first, a line is short by the
# second (a number or a word that was not broken leaves less), a centred one is even within it.
_INDENT, _CENTRED, _SHORT, _UNEVEN = 0.8, 2.5, 3.5, 1.5
_SENTENCE_END = tuple("。！？；：!?;:")
_WIDE_GAP, _SAME_SIZE, _FULL_TITLE = 1.6, 0.1, 0.8
_CHINESE, _SPACES = r"[\u2014-\u201f\u2e80-\u9fff\uff00-\uffef]", r"[ \t\u3000\xa0]+"
_SPACES_BESIDE_CHINESE = re.compile(f"(?<={_CHINESE}){_SPACES}|{_SPACES}(?={_CHINESE})")


class PdfTextError(Exception):
    """No text can be had of a PDF; says why in a few words."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as printed: where it begins, in points from the lower left corner, and its size."""

    x: float
    y: float
    size: float
    text: str
    is_spaced: bool = False

    @property
    def end(self) -> float:
        """About where it ends: a Chinese character is as wide as its size, others half of it."""
        wide = sum(unicodedata.east_asian_width(char) in "WFA" for char in self.text)
        return self.x + self.size * (wide + (len(self.text) - wide) / 2)


def pdf_paragraphs(content: bytes) -> tuple[list[str], tuple[str, ...]]:
    """The paragraphs of a PDF, without running heads and page numbers, and remarks on it.

    Raises:
        PdfTextError: it is damaged, encrypted, or holds pictures of text only.
    """
    try:
        pages = [_lines(page) for page in _open(content).pages]
    except PdfTextError:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise PdfTextError(f"is damaged: {' '.join(str(error).split())}") from error
    if not any(pages):
        raise PdfTextError(
            "holds no text, only pictures (a scan); it needs text recognition first"
        )
    blank = [str(number) for number, lines in enumerate(pages, 1) if not lines]
    remarks = (f"no text on page {', '.join(blank)}; a picture there is left out",)
    return _paragraphs(_without_running_lines(pages)), remarks if blank else ()


def _open(content: bytes) -> PdfReader:
    reader = PdfReader(io.BytesIO(content))
    try:
        # A file that only forbids printing or copying has an empty password.
        if reader.is_encrypted and not reader.decrypt(""):
            raise PdfTextError("is encrypted; save it without a password")
    except DependencyError as error:
        raise PdfTextError("is encrypted; save it without a password") from error
    return reader


def _lines(page: PageObject) -> list[_Line]:
    """The lines of a page from top to bottom."""
    found: list[_Line] = []

    def on_text(text: str, cm: list[float], tm: list[float], _: object, size: float) -> None:
        a, b, _c, _d, x, y = _product(tm, cm)
        is_upright = abs(b) < abs(a) / 10
        if text.strip() and is_upright:
            found.append(_Line(x, y, abs(size * a), text.replace("\n", " ")))

    page.extract_text(visitor_text=on_text)
    return [_joined(line) for line in _by_height(found)]


def _product(tm: Sequence[float], cm: Sequence[float]) -> tuple[float, ...]:
    """Text space to page space: PDF 32000-1, 8.3.4, the text matrix times the current one."""
    a, b, c, d, e, f = tm
    p, q, r, s, t, u = cm
    return (
        a * p + b * r,
        a * q + b * s,
        c * p + d * r,
        c * q + d * s,
        e * p + f * r + t,
        e * q + f * s + u,
    )


def _by_height(parts: Iterable[_Line]) -> list[list[_Line]]:
    """The parts of each line; those stand on one line whose heights hardly differ."""
    lines: list[list[_Line]] = []
    for part in sorted(parts, key=lambda part: -part.y):
        if lines and lines[-1][0].y - part.y < part.size / 2:
            lines[-1].append(part)
        else:
            lines.append([part])
    return lines


def _joined(parts: Sequence[_Line]) -> _Line:
    ordered = sorted(parts, key=lambda part: part.x)
    text = " ".join(part.text for part in ordered)
    is_spaced = text.startswith(("\u3000", "  ", "\xa0\xa0"))
    size = max(ordered, key=lambda part: len(part.text)).size
    tidy = _SPACES_BESIDE_CHINESE.sub("", " ".join(text.split()))
    return replace(ordered[0], text=tidy, size=size, is_spaced=is_spaced)


def _without_running_lines(pages: Sequence[Sequence[_Line]]) -> list[list[_Line]]:
    """The pages without page numbers and what returns at the same place on most of them."""
    often = max(_LEAST_PAGES, _LEAST_SHARE * len(pages))
    times = Counter(key for lines in pages for key in {_place(line) for line in _edges(lines)})
    kept: list[list[_Line]] = []
    for lines in pages:
        edges = _edges(lines)
        running = [
            line
            for line in edges
            if _PAGE_NUMBER.fullmatch(line.text) or times[_place(line)] >= often
        ]
        kept.append([line for line in lines if line not in running])
    return kept


def _edges(lines: Sequence[_Line]) -> list[_Line]:
    return [*lines[:_EDGE_LINES], *lines[-_EDGE_LINES:]]


def _place(line: _Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", line.text), round(line.y / _SAME_PLACE_POINTS)


def _paragraphs(pages: Sequence[Sequence[_Line]]) -> list[str]:
    lines = [line for page in pages for line in page]
    column = _Column(lines)
    paragraphs: list[str] = []
    before: _Line | None = None
    for line in lines:
        if before is None or column.is_parted(before, line):
            paragraphs.append(line.text)
        else:
            paragraphs[-1] = _glued(paragraphs[-1], line.text)
        before = line
    return paragraphs


class _Column:
    """Where the lines of a document begin and end, so that one that does not is told."""

    def __init__(self, lines: Sequence[_Line]) -> None:
        if not lines:
            return
        begins = Counter(round(line.x) for line in lines)
        often = [x for x, count in begins.items() if count >= _MARGIN_SHARE * len(lines)]
        self.left = float(min(often or begins))
        ends = sorted(line.end for line in lines)
        self.right = ends[len(ends) * 9 // 10]
        steps = [a.y - b.y for a, b in pairwise(lines) if a.y > b.y]
        self.step = median(steps) if steps else 0.0

    def is_parted(self, before: _Line, line: _Line) -> bool:
        """Whether a line begins a paragraph, and does not go on with the line before."""
        if abs(line.size - before.size) > _SAME_SIZE * before.size:
            return True
        if before.y - line.y > _WIDE_GAP * max(self.step, line.size):
            return True
        if self._is_centred(line) or self._is_centred(before):
            return not self._goes_on_centred(before, line)
        is_indented = line.is_spaced or line.x - self.left > _INDENT * line.size
        return is_indented or self.right - before.end > _SHORT * before.size

    def _goes_on_centred(self, before: _Line, line: _Line) -> bool:
        """Whether two lines are one title: the first one is nearly full, and ends no sentence."""
        is_full = before.end - before.x >= _FULL_TITLE * (self.right - self.left)
        is_even = self._is_even(before) and self._is_centred(line)
        return is_full and is_even and not before.text.endswith(_SENTENCE_END)

    def _is_centred(self, line: _Line) -> bool:
        return line.x - self.left > _CENTRED * line.size and self._is_even(line)

    def _is_even(self, line: _Line) -> bool:
        left, right = line.x - self.left, self.right - line.end
        return abs(left - right) < _UNEVEN * line.size


def _glued(words: str, more: str) -> str:
    """Two lines as one; between Latin words the line's end was a space."""
    is_latin = words[-1:].isascii() and more[:1].isascii()
    return (
        f"{words} {more}"
        if is_latin and words[-1:].isalpha() and more[:1].isalpha()
        else words + more
    )
