"""Files written whole or not at all: alone or several together, whatever stops the writing.

What is being written lies beside its place under a name with a dot, which nothing reads; what a
killed process leaves of it is replaced the next time.
"""

import fcntl
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

logger = logging.getLogger(__name__)

Write = Callable[[bytes], int]
"""Takes a piece of a file, and says how long it was."""


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Wait until no other process that asks so writes below the folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        take_lock(handle, folder)
        yield
    finally:
        os.close(handle)


def take_lock(handle: int, folder: Path) -> None:
    """Lock an open file for this process, and say so if that means waiting for another one."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        logger.warning("another process writes in %s; waiting until it is done", folder)
        fcntl.flock(handle, fcntl.LOCK_EX)


def write_aside(path: Path, content: bytes) -> None:
    """Replace a file whole or not at all, and flush it to disk.

    Raises:
        OSError: the disk is full or may not be written.
    """
    new = _new(path)
    try:
        write_flushed(new, content)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    flush_folder(path.parent)


def append_line(path: Path, line: str) -> None:
    """Add a line to a file and flush it to disk; one that a crash cut short is ended first."""
    with path.open("ab+") as file:
        if file.tell() and _last_byte(path) != b"\n":
            file.write(b"\n")
        file.write(f"{line}\n".encode())
        file.flush()
        os.fsync(file.fileno())


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write several files; if one of them cannot be, or Ctrl+C stops it, all is as it was.

    A new folder appears with all its files at once. Of files that are there already, a process
    that is killed leaves each one whole: old or, from the first one on, new.

    Raises:
        OSError: they cannot be written; all is as it was.
    """
    folders = {path.parent for path in files}
    first = next(iter(folders))
    if len(folders) == 1 and not first.exists():
        _write_folder(first, files)
        folders = {first.parent}
    else:
        _replace(files)
    for folder in folders:
        flush_folder(folder)


def write_flushed(path: Path, content: bytes) -> None:
    """Write a file and have the disk keep it.

    Raises:
        OSError: it cannot be written; the file is named.
    """
    with flushed(path) as file:
        file.write(content)


@contextmanager
def flushed(path: Path) -> Iterator[BinaryIO]:
    """Open a file to be written, and have the disk keep it at the end.

    Raises:
        OSError: it cannot be written; the file is named.
    """
    try:
        with path.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def flush_folder(folder: Path) -> None:
    """Have the disk keep the folder's names (fsync(2): flushing the files is not enough)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_folder(folder: Path, files: Mapping[Path, bytes]) -> None:
    new = _new(folder)
    shutil.rmtree(new, ignore_errors=True)
    try:
        new.mkdir()
        for path, content in files.items():
            write_flushed(new / path.name, content)
        flush_folder(new)
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _replace(files: Mapping[Path, bytes]) -> None:
    """All is written before the first file is replaced; to put one back needs no space."""
    made = {path.parent for path in files if not path.parent.exists()}
    replaced: list[Path] = []
    try:
        for path, content in files.items():
            _prepare(path, content)
        for path in files:
            replaced.append(path)
            _new(path).replace(path)
    except BaseException:
        for path in replaced:
            _put_back(path)
        raise
    finally:
        for path in files:
            _new(path).unlink(missing_ok=True)
            _old(path).unlink(missing_ok=True)
        for folder in made:
            with suppress(OSError):  # it holds what was written
                folder.rmdir()


def _prepare(path: Path, content: bytes) -> None:
    """Write the new file and a copy of the one that is there, each beside it."""
    path.parent.mkdir(exist_ok=True)
    write_flushed(_new(path), content)
    _old(path).unlink(missing_ok=True)
    if path.exists():
        shutil.copy2(path, _old(path))
        shutil.copymode(path, _new(path))


def _put_back(path: Path) -> None:
    if _old(path).exists():
        _old(path).replace(path)
    else:
        path.unlink(missing_ok=True)


def _new(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def _old(path: Path) -> Path:
    return path.with_name(f".{path.name}.old")
