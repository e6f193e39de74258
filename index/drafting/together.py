"""Files that change together: written aside, flushed and renamed, or all left as they were."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Wait until no other process that asks so writes below the folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write files of one folder; if one of them cannot be, none is.

    A new folder appears with all its files at once. Of files that are there already, a process
    that is killed leaves each one whole: old or, from the first one on, new.

    Raises:
        OSError: they cannot be written; all is as it was.
    """
    folder = next(iter(files)).parent
    if folder.exists():
        _replace(files)
        _keep(folder)
        return
    aside = Path(tempfile.mkdtemp(prefix=".aside-", dir=folder.parent))
    try:
        aside.chmod(0o755)
        for path, content in files.items():
            _write_flushed(aside / path.name, content)
        aside.rename(folder)
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    _keep(folder.parent)


def _replace(files: Mapping[Path, bytes]) -> None:
    before = {path: path.read_bytes() if path.exists() else None for path in files}
    aside = {path: path.with_name(f".{path.name}.new") for path in files}
    replaced: list[Path] = []
    try:
        for path, content in files.items():
            _write_flushed(aside[path], content)
            if before[path] is not None:
                shutil.copymode(path, aside[path])
        for path in files:
            aside[path].replace(path)
            replaced.append(path)
    except OSError:
        for path in replaced:
            _put_back(path, before[path])
        for path in aside.values():
            path.unlink(missing_ok=True)
        raise


def _put_back(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)


def _write_flushed(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _keep(folder: Path) -> None:
    """Have the disk keep the folder's names (fsync(2): flushing the files is not enough)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
