"""Files that are surely on disk, and a folder to work in that leaves no trace."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

ASIDE = ".backup-"
_LOCK = "backup.lock"


@contextmanager
def work_folder(var: Path) -> Iterator[Path]:
    """A folder within var, once no other backup or restore works; what a killed one left goes."""
    with (var / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in var.glob(f"{ASIDE}*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(
            prefix=ASIDE, dir=var, ignore_cleanup_errors=True
        ) as folder:
            yield Path(folder)


def write_flushed(target: Path, content: IO[bytes]) -> None:
    """Bring a file to disk; nobody but its owner may read it."""
    target.touch(mode=0o600)
    with target.open("wb") as file:
        shutil.copyfileobj(content, file)
        file.flush()
        os.fsync(file.fileno())


def stamp(at: datetime) -> str:
    """A time as part of a file's name, UTC."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
