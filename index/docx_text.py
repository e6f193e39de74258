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

_TRACKED = ("w:ins", "w:del", "w:moveFrom", "w:moveTo")
_BREAKS = (qn("w:br"), qn("w:cr"))
_WORDS = (qn("w:t"), qn("w:delText"))
# Of what is drawn twice, once for old readers, the old one; tables within tables.
_LEFT_OUT = (
    {qn("mc:Fallback")}
    if False
    else {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
)
_FEWEST_SECTIONS, _SHOWN = 2, 20


class DocxError(Exception):
    """No text can be had of a DOCX; says why in a few words."""


@dataclass(frozen=True, slots=True)
class DocxText:
    """A document's text, a paragraph a line, and the headings its styles mark."""

    text: str
    headings: tuple[Heading, ...]
    remarks: tuple[str, ...]


def docx_paragraphs(path: Path) -> DocxText:
    """Read a DOCX.

    Raises:
        DocxError: it is damaged, or holds changes that nobody has accepted or rejected.
    """
    try:
        document = docx.Document(str(path))
        lines = list(_lines(document))
    except (OpcError, etree.LxmlError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise DocxError(f"is damaged, or no DOCX ({' '.join(str(error).split())})") from error
    return DocxText("\n".join(text for text, _ in lines), _headings(lines), ())


def _lines(document: Document) -> Iterator[tuple[str, int]]:
    """Each line of the document with the level of its heading style, 0 if it has none.

    Raises:
        DocxError: a change in it is neither accepted nor rejected.
    """
    body = document.element.body
    for tag in _TRACKED:
        for change in body.iter(qn(tag)):
            words = "".join(part.text or "" for part in change.iter(*_WORDS))
            if words.strip():
                raise DocxError(
                    f"holds tracked changes, the first {words.strip()[:_SHOWN]!r}; accept or "
                    "reject them, then save it anew"
                )
    for element in body.iter(qn("w:tr"), qn("w:p")):
        inside = {ancestor.tag for ancestor in element.iterancestors()}
        if inside & _LEFT_OUT or (qn("w:tr") in inside):
            continue
        if element.tag == qn("w:tr"):
            cells = [" ".join(_words_of(part).split()) for part in element.iter(qn("w:tc"))]
            yield from ((line, 0) for line in [" ".join(filter(None, cells))] if line)
            continue
        level = _level(Paragraph(element, document))
        for line in _words_of(element).split("\n"):
            if line.strip():
                yield line.strip(), level


def _words_of(element: etree._Element) -> str:
    """The words of a paragraph or of a cell as they are printed."""
    words: list[str] = []
    for part in element.iter(qn("w:p"), qn("w:t"), qn("w:tab"), qn("w:noBreakHyphen"), *_BREAKS):
        if part.tag == qn("w:t"):
            words.append(part.text or "")
        elif part.tag == qn("w:noBreakHyphen"):
            words.append("-")
        elif part.tag == qn("w:tab"):
            is_stop = part.getparent().tag == qn("w:tabs")
            words.append("" if is_stop else "\t")
        else:
            words.append("\n")
    return "".join(words).strip("\n")


def _level(paragraph: Paragraph) -> int:
    """1 for the style Heading 1 and so on; its English name stands in files of any language."""
    style = paragraph.style
    name = (style.name or "").lower() if style is not None else ""
    return int(name[-1]) if name.startswith("heading ") and name[-1].isdigit() else 0


def _headings(lines: list[tuple[str, int]]) -> tuple[Heading, ...]:
    """The headings by their styles; one that stands alone at the top is the title."""
    times = Counter(level for _, level in lines if level)
    levels = sorted(times)
    if len(levels) > 1 and times[levels[0]] == 1:
        levels = levels[1:]
    if not levels or times[levels[0]] < _FEWEST_SECTIONS:
        return ()
    found: list[Heading] = []
    place = 0
    for text, level in lines:
        if level >= levels[0]:
            found.append(Heading(place, SECTION if level == levels[0] else SUBHEADING, text))
        place += len(text) + 1
    return tuple(found)
