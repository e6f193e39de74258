"""Only the user the bot runs as reads its files, from their first byte on."""

import os
from contextlib import suppress
from pathlib import Path

_OTHERS = 0o077


def own_file(path: Path) -> None:
    """Make a file that nobody else may read, or take from one what others may do with it."""
    if not path.exists():
        path.touch(mode=0o600)
    _take_from_others(path)


def own_folder(path: Path) -> None:
    """Make a folder that nobody else may look into, or close one that they may."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    _take_from_others(path)


def only_owner(path: str, flags: int) -> int:
    """An `opener` for `open`: what it makes, nobody else may read."""
    return os.open(path, flags, 0o600)


def _take_from_others(path: Path) -> None:
    mode = path.stat().st_mode & 0o777
    if mode & _OTHERS:
        with suppress(PermissionError):  # it belongs to another user, who gave it to this one
            path.chmod(mode & ~_OTHERS)
