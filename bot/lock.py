"""One bot a folder: a lock that the kernel lets go of when its process ends, however it ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from bot.messages import ChannelError

LOCK = "bot.lock"
_TRIES, _PAUSE_SECONDS = 5, 0.05
"""Whoever only looks (`running_pid`) has a hold on the file as well, for a moment."""


class AlreadyRunning(ChannelError):
    """Another process holds this folder.

    Attributes:
        pid: its process id; 0 if it has not written it down yet.
    """

    def __init__(self, pid: int) -> None:
        which = f"process {pid}" if pid else "its process is not known"
        super().__init__(
            f"another bot runs on this folder ({which}); stop it first, or give this one a folder"
            " of its own ([paths] var in config.toml)"
        )
        self.pid = pid


@contextmanager
def only_instance(var: Path) -> Iterator[None]:
    """Hold the folder; the file `bot.lock` names this process meanwhile, and stays.

    Raises:
        AlreadyRunning: another process holds it.
        OSError: the file may not be written.
    """
    var.mkdir(parents=True, exist_ok=True)
    path = var / LOCK
    path.touch(mode=0o600)
    with path.open("r+", encoding="ascii", errors="replace") as lock:
        if not _takes(lock, fcntl.LOCK_EX):
            raise AlreadyRunning(_written_pid(lock))
        _write(lock, str(os.getpid()))
        try:
            yield
        finally:
            _write(lock, "")


def running_pid(var: Path) -> int | None:
    """The process that holds the folder, or None; 0 if it has not written its id down yet.

    Raises:
        OSError: the file may not be read.
    """
    try:
        with (var / LOCK).open(encoding="ascii", errors="replace") as lock:
            return None if _takes(lock, fcntl.LOCK_SH) else _written_pid(lock)
    except FileNotFoundError:
        return None


def _takes(lock: TextIO, kind: int) -> bool:
    """Try to take the lock; closing the file lets go of it."""
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE_SECONDS)
        try:
            fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        return True
    return False


def _written_pid(lock: TextIO) -> int:
    lock.seek(0)
    text = lock.read(20)
    return int(text) if text.isdecimal() else 0


def _write(lock: TextIO, text: str) -> None:
    lock.seek(0)
    lock.truncate()
    lock.write(text)
    lock.flush()
