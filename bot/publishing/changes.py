"""New texts of content files: compared, checked in a copy, and written whole or not at all."""

import difflib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.publishing.permitted import refuse
from index import ContentError, Paths, check_content

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
    changed = {path: text for path, text in files.items() if text != before[path]}
    change = Change(file, _diff(content, before, changed), not file.exists())
    if changed:
        _check(content, changed)
        if commit:
            _write(changed, before)
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


@contextmanager
def only_publisher(content: Path) -> Iterator[None]:
    """Wait until no other process publishes into this content."""
    handle = os.open(content / REPORTS, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(files: Mapping[Path, str], before: Mapping[Path, str]) -> None:
    """Write all files aside and rename them; a failure puts back what was there.

    A new folder appears with all its files at once.
    """
    folder = next(iter(files)).parent
    if folder.exists():
        _replace(files, before)
        return
    aside = Path(tempfile.mkdtemp(prefix=".aside-", dir=folder.parent))
    try:
        aside.chmod(0o755)
        for path, text in files.items():
            _write_flushed(aside / path.name, text)
        aside.rename(folder)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _replace(files: Mapping[Path, str], before: Mapping[Path, str]) -> None:
    aside = {path: path.with_name(f".{path.name}.new") for path in files}
    new = {path for path in files if not path.exists()}
    replaced: list[Path] = []
    try:
        for path, text in files.items():
            path.parent.mkdir(exist_ok=True)
            _write_flushed(aside[path], text)
            if path not in new:
                shutil.copymode(path, aside[path])
        for path in files:
            aside[path].replace(path)
            replaced.append(path)
    except OSError:
        for path in replaced:
            if path in new:
                path.unlink()
            else:
                path.write_bytes(before[path].encode())
        for path in aside.values():
            path.unlink(missing_ok=True)
        raise


def _write_flushed(path: Path, text: str) -> None:
    with path.open("wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def read(file: Path) -> str:
    """The text with its own line ends, so that it can be written back to the byte.

    Raises:
        ContentError: it is not UTF-8.
    """
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise ContentError([f"{file}: not UTF-8"]) from error
