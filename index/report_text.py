"""A report's file taken apart: front matter, text to the letter, and the marked headings."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from index.headings import LEAD, SECTION, SUBHEADING, Heading

_BLANK_LINES = re.compile(r"\n[ \t]*\n")
_MARK = re.compile(r"(#{1,6}) ")
# A line of the text that looks like a mark and is none: \## stands for ##, \\## for \##.
_NO_MARK = re.compile(r"\\*#{1,6} ")
# Where a section begins that the text does not head, its name is what readers don't see.
_UNHEADED = re.compile(r"<!-- (.*) -->")
_FENCE = re.compile(r"^---[ \t]*$\n?", flags=re.MULTILINE)
_SENTENCE_END = tuple("。！？；：!?;:”）")
# A text whose lines are all this short was broken by a page's width, not by its paragraphs.
_WIDEST_PAGE, _FEWEST_BROKEN, _RAGGED_CHARS = 80, 3, 3
_NEW_PARAGRAPH = re.compile(
    r"[（(]?[一二三四五六七八九十\d]{1,3}[、.．)）]|——|#{1,6} |第[一二三四五六七八九十]+部分"
)


def read_text(path: Path) -> str:
    """The text of a file: UTF-8, and for plain text also GB 18030, which Windows may write.

    Raises:
        OSError: it cannot be opened.
        UnicodeDecodeError: it is neither.
    """
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if path.suffix != ".txt":
            raise
        text = content.decode("gb18030")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def split_front_matter(text: str) -> tuple[str, str]:
    """Front matter and body; the front matter is empty if the text does not begin with ---.

    Raises:
        ValueError: the front matter has no end.
    """
    if not _FENCE.match(text.lstrip("\ufeff\n ")):
        return "", text
    parts = _FENCE.split(text, maxsplit=2)
    if len(parts) != 3:
        raise ValueError("must open the file between two lines of ---")
    return parts[1], parts[2]


def read_body(body: str, *, is_plain: bool) -> tuple[str, tuple[Heading, ...]]:
    """The report's text, and the headings marked in it with their places in that text.

    Args:
        body: what follows the front matter.
        is_plain: every line break counts, as in plain text; otherwise a blank line stands for
            one line break and single line breaks vanish.
    """
    has_marks = any(_MARK.match(line) for line in body.split("\n"))
    if is_plain or not (has_marks or _BLANK_LINES.search(body.strip("\n"))):
        lines = [stripped for line in body.split("\n") if (stripped := line.strip())]
        blocks = [[line] for line in _unbroken(lines)]
    else:
        blocks = [block.split("\n") for block in _BLANK_LINES.split(body.strip("\n"))]
    paragraphs: list[str] = []
    headings: list[Heading] = []
    place = 0
    for block in blocks:
        start = place
        words: list[str] = []
        for line in block:
            mark = _MARK.match(line)
            words.append(line[mark.end() :] if mark else _without_escape(line))
            unheaded = _UNHEADED.fullmatch(words[-1]) if mark else None
            if unheaded:
                words[-1] = ""
            if mark and len(mark[1]) > 1:
                level = min(max(len(mark[1]), SECTION), LEAD)
                name = unheaded[1] if unheaded else ""
                headings.append(Heading(place, level, words[-1], name))
            place += len(words[-1])
        if headings and headings[-1].level == LEAD and headings[-1].end == place:
            headings[-1] = replace(headings[-1], level=SUBHEADING)
        if place > start:
            paragraphs.append("".join(words))
            place += 1
    return "\n".join(paragraphs), tuple(headings)


def write_body(text: str, headings: Sequence[Heading]) -> str:
    """The Markdown that `read_body` reads as this very text with these headings."""
    blocks: list[str] = []
    place = 0
    for paragraph in text.split("\n"):
        end = place + len(paragraph)
        own = [mark for mark in headings if place <= mark.start < end]
        blocks.append("\n".join(_marked_lines(text, place, end, own)))
        place = end + 1
    return "\n\n".join(blocks) + "\n"


def _marked_lines(text: str, start: int, end: int, headings: Sequence[Heading]) -> list[str]:
    """A paragraph cut into lines, each heading marked on a line of its own."""
    lines: list[str] = []
    for mark in headings:
        if _UNHEADED.fullmatch(mark.text):
            continue
        if mark.start > start:
            lines.append(_with_escape(text[start : mark.start]))
        lines.append(f"{'#' * mark.level} {mark.text or f'<!-- {mark.name} -->'}")
        start = mark.end
    return [*lines, _with_escape(text[start:end])] if start < end else lines


def _with_escape(line: str) -> str:
    return f"\\{line}" if _NO_MARK.match(line) else line


def _without_escape(line: str) -> str:
    return line[1:] if _NO_MARK.match(line) else line


def _unbroken(lines: list[str]) -> list[str]:
    """The lines; those a page's width has broken are one again."""
    width = max(map(len, lines), default=0)
    broken = [
        len(line) >= width - _RAGGED_CHARS and not line.endswith(_SENTENCE_END) for line in lines
    ]
    if width > _WIDEST_PAGE or sum(broken) < max(_FEWEST_BROKEN, len(lines) / 8):
        return lines
    joined: list[str] = []
    goes_on = False
    for line, is_broken in zip(lines, broken, strict=True):
        if goes_on and not _NEW_PARAGRAPH.match(line):
            joined[-1] += line
        else:
            joined.append(line)
        goes_on = is_broken
    return joined
