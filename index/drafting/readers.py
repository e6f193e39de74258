"""A report's file, whatever its format, as text: the first step of `draft`.

The libraries for DOCX and PDF are imported only when such a file is read; the bot never does.
"""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from index.content_files import LARGEST_BYTES, read_content_file
from index.errors import ContentError
from index.headings import Heading
from index.report_text import read_body, split_front_matter

SUFFIXES = (".txt", ".md", ".docx", ".pdf")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")


@dataclass(frozen=True, slots=True)
class Source:
    """What a file says.

    Attributes:
        front: its own front matter, YAML; `""` of a DOCX or PDF.
        text: the report, a paragraph a line.
        headings: those the file marks; empty if it marks none.
        is_marked_by_form: the marks are the layout's, an editor's otherwise.
        remarks: what an editor may want to look at.
    """

    front: str
    text: str
    headings: tuple[Heading, ...]
    is_marked_by_form: bool = False
    remarks: tuple[str, ...] = ()


def read_source(path: Path) -> Source:
    """Read a report's file.

    Raises:
        ContentError: it is too large, damaged, encrypted, empty or of another format.
        OSError: it cannot be opened.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        hint = "; save it as .docx" if suffix in (".doc", ".wps", ".rtf", ".odt") else ""
        raise _refused(path, f"is none of {', '.join(SUFFIXES)}{hint}")
    source = _READERS[suffix](path)
    if not source.text.strip():
        raise _refused(path, "holds no text")
    return source


def _read_written(path: Path) -> Source:
    mistakes: list[str] = []
    text = read_content_file(path, str(path), mistakes)
    if text is None or mistakes:
        raise ContentError(mistakes)
    try:
        front, body = split_front_matter(text)
    except ValueError as error:
        raise _refused(path, f"front matter: {error}") from error
    is_plain = path.suffix.lower() == ".txt"
    if not is_plain:
        body = _EMPHASIS.sub(r"\2", body)
    report, headings = read_body(body, is_plain=is_plain)
    return Source(front, report, headings)


def _read_docx(path: Path) -> Source:
    from index.drafting.docx_text import DocxError, docx_paragraphs

    _check_package(path)
    try:
        found = docx_paragraphs(path)
    except DocxError as error:
        raise _refused(path, str(error)) from error
    return Source("", found.text, found.headings, True, found.remarks)


def _check_package(path: Path) -> None:
    """Refuse what is no DOCX before its parts are unpacked."""
    if _bytes_of(path).startswith(_OLD_OFFICE):
        raise _refused(path, "is encrypted, or a .doc by another name; save it as .docx")
    try:
        with zipfile.ZipFile(path) as package:
            unpacked = sum(part.file_size for part in package.infolist() if _is_xml(part))
    except zipfile.BadZipFile as error:
        raise _refused(path, "is damaged, or no DOCX") from error
    if unpacked > LARGEST_BYTES:
        raise _refused(path, f"unpacks to {_too_many(unpacked)}")


def _is_xml(part: zipfile.ZipInfo) -> bool:
    return part.filename.endswith((".xml", ".rels"))


def _read_pdf(path: Path) -> Source:
    from index.drafting.pdf_text import PdfTextError, pdf_paragraphs

    try:
        paragraphs, remarks = pdf_paragraphs(_bytes_of(path))
    except PdfTextError as error:
        raise _refused(path, str(error)) from error
    return Source("", "\n".join(paragraphs), (), remarks=remarks)


_READERS = {".txt": _read_written, ".md": _read_written, ".docx": _read_docx, ".pdf": _read_pdf}


def _bytes_of(path: Path) -> bytes:
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise _refused(path, _too_many(size))
    return path.read_bytes()


def _too_many(size: int) -> str:
    return f"{size / 1e6:.1f} MB; at most {LARGEST_BYTES // 1_000_000} MB are read"


def _refused(path: Path, said: str) -> ContentError:
    return ContentError([f"{path}: {said}"])
