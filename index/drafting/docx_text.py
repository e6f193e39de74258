"""The paragraphs of a DOCX, with the headings that its styles mark."""

import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docx
from docx.document import Document
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from lxml import etree

from index.headings import SECTION, SUBHEADING, Heading

_PARAGRAPH, _ROW, _CELL, _TEXT = qn("w:p"), qn("w:tr"), qn("w:tc"), qn("w:t")
_SIGNS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_TRACKED = (qn("w:ins"), qn("w:del"), qn("w:moveFrom"), qn("w:moveTo"))
_TRACKED_WORDS = (_TEXT, qn("w:delText"))
# What is drawn by new and by old readers stands in the file twice (ISO/IEC 29500-3, 10.2).
_FOR_OLD_READERS = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_FEWEST_SECTIONS, _SHOWN_CHARS = 2, 20


class DocxError(Exception):
    """No text can be had of a DOCX; says why in a few words."""


@dataclass(frozen=True, slots=True)
class DocxText:
    """A document's text, a paragraph a line, and the headings its styles mark."""

    text: str
    headings: tuple[Heading, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the document with the level of its heading style, 0 if it has none."""

    text: str
    level: int = 0
    is_numbered: bool = False


def docx_paragraphs(path: Path) -> DocxText:
    """Read a DOCX; a row of a table is one line.

    Raises:
        DocxError: it is damaged, or holds changes that nobody has accepted or rejected.
    """
    try:
        document = docx.Document(str(path))
        _check_tracked(document)
        lines = list(_lines(document))
    except (OpcError, etree.LxmlError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise DocxError(f"is damaged, or no DOCX ({' '.join(str(error).split())})") from error
    text = "\n".join(line.text for line in lines)
    return DocxText(text, _headings(lines), _remarks(lines))


def _check_tracked(document: Document) -> None:
    for change in document.element.body.iter(*_TRACKED):
        words = "".join(part.text or "" for part in change.iter(*_TRACKED_WORDS)).strip()
        if words:
            raise DocxError(
                f"holds tracked changes, the first {words[:_SHOWN_CHARS]!r}; accept or reject "
                "them and save it anew"
            )


def _lines(document: Document) -> Iterator[_Line]:
    for element in document.element.body.iter(_PARAGRAPH, _ROW):
        around = {ancestor.tag for ancestor in element.iterancestors()}
        if _ROW in around or _FOR_OLD_READERS in around:
            continue
        if element.tag == _ROW:
            cells = [_cell(cell) for cell in element.iterchildren(_CELL)]
            row = " ".join(words for words in cells if words)
            yield from [_Line(row)] if row else []
            continue
        level = _level(Paragraph(element, document))
        is_numbered = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None
        for line in _words(element).split("\n"):
            if line.strip():
                yield _Line(line.strip(), level, is_numbered)


def _cell(cell: etree._Element) -> str:
    return " ".join(word for part in cell.iter(_PARAGRAPH) for word in _words(part).split())


def _words(paragraph: etree._Element) -> str:
    """The words of a paragraph as printed, without those of a text box that stands in it."""
    words: list[str] = []
    for part in paragraph.iter(_TEXT, *_SIGNS):
        is_own = next(part.iterancestors(_PARAGRAPH)) is paragraph
        is_sign = part.getparent().tag == qn("w:r")
        if is_own and is_sign:
            words.append(part.text or "" if part.tag == _TEXT else _SIGNS[part.tag])
    return "".join(words)


def _level(paragraph: Paragraph) -> int:
    """1 for the style Heading 1 and so on; its English name stands in files of any language."""
    style = paragraph.style
    name = (style.name or "").lower() if style is not None else ""
    return int(name[-1]) if name.startswith("heading ") and name[-1].isdigit() else 0


def _headings(lines: list[_Line]) -> tuple[Heading, ...]:
    """The headings by their styles; one of the highest level that has no other is the title."""
    times = Counter(line.level for line in lines if line.level)
    levels = sorted(times)
    if len(levels) > 1 and times[levels[0]] == 1:
        levels = levels[1:]
    if not levels or times[levels[0]] < _FEWEST_SECTIONS:
        return ()
    found: list[Heading] = []
    place = 0
    for line in lines:
        if line.level >= levels[0]:
            level = SECTION if line.level == levels[0] else SUBHEADING
            found.append(Heading(place, level, line.text))
        place += len(line.text) + 1
    return tuple(found)


def _remarks(lines: list[_Line]) -> tuple[str, ...]:
    numbered = [line.text for line in lines if line.is_numbered]
    if not numbered:
        return ()
    said = "numbered by Word itself, and their numbers are not in the text; the first"
    return (f"{len(numbered)} paragraphs are {said}: {numbered[0][:_SHOWN_CHARS]!r}",)
