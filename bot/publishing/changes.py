"""New texts of content files: compared, checked in a copy, and written whole or not at all."""

import codecs
import difflib
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bot.publishing.permitted import refuse
from index import ContentError, Paths, check_content, only_writer, write_together

REPORTS = "reports"
_NOT_CHECKED = shutil.ignore_patterns("wording", "examples")


@dataclass(frozen=True, slots=True)
class Change:
    """What publishing changes in the content, or would change.

    Attributes:
        file: the commitments.toml that is changed.
        text: the change as a unified diff, of every file it touches; empty if nothing changes.
        is_new: there is no such file yet.
    """

    file: Path
    text: str
    is_new: bool


def change_files(content: Path, files: Mapping[Path, str], file: Path, *, commit: bool) -> Change:
    """What the new texts of the files change, once they are checked and, if so meant, written."""
    before = {path: read(path) if path.exists() else "" for path in files}
    texts = {path: _with_line_ends_of(before[path], text) for path, text in files.items()}
    changed = {path: text for path, text in texts.items() if text != before[path]}
    change = Change(file, _diff(content, before, changed), not file.exists())
    if changed:
        _check(content, changed)
        if commit:
            write_together(
                {path: _mark_of(path) + text.encode() for path, text in changed.items()}
            )
    return change


def _diff(content: Path, before: Mapping[Path, str], after: Mapping[Path, str]) -> str:
    lines: list[str] = []
    for path, text in after.items():
        name = path.relative_to(content).as_posix()
        old, new = before[path].splitlines(), text.splitlines()
        lines += difflib.unified_diff(old, new, name, name, n=2, lineterm="")
    return "\n".join(lines)


def _check(content: Path, files: Mapping[Path, str]) -> None:
    """Check the content with the new texts, in a copy of it.

    Raises:
        ContentError: it would have mistakes.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "content"
        shutil.copytree(content, copy, ignore=_NOT_CHECKED)
        for path, text in files.items():
            copied = copy / path.relative_to(content)
            copied.parent.mkdir(exist_ok=True)
            copied.write_bytes(text.encode())
        mistakes = check_content(Paths(content=copy))
        refuse([line.replace(str(copy), str(content)) for line in mistakes])


def only_publisher(content: Path) -> AbstractContextManager[None]:
    """Wait until no other process publishes into this content, or drafts in it."""
    return only_writer(content / REPORTS)


def _with_line_ends_of(before: str, text: str) -> str:
    """The text with carriage returns, if Windows ended the lines of the one before."""
    if before.count("\r\n") != before.count("\n") or "\r" not in before:
        return text
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def _mark_of(file: Path) -> bytes:
    """The byte order mark that a file has, else nothing."""
    has_mark = file.exists() and file.read_bytes().startswith(codecs.BOM_UTF8)
    return codecs.BOM_UTF8 if has_mark else b""


def read(file: Path) -> str:
    """The text with its own line ends, without a byte order mark; both stay when it is changed.

    Raises:
        ContentError: it is not UTF-8.
    """
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContentError([f"{file}: not UTF-8"]) from error
