"""The one thing that goes wrong with backups, and what becomes of other errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.store import StoreError


class BackupError(Exception):
    """A backup cannot be made, is not whole, or cannot be restored; one line says why."""


@contextmanager
def clear_faults() -> Iterator[None]:
    """What keeps a file from being read or written is told as `BackupError`."""
    try:
        yield
    except StoreError as error:
        raise BackupError(str(error)) from error
    except OSError as error:
        subject = error.filename or "input/output"
        raise BackupError(f"{subject}: {error.strerror or error}") from error
