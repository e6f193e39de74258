"""What keeps SQLite from writing, brought about from outside or by SQLite's own means: another
program's lock, a full disk, a database that can only be read."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.store import group_commit


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program writes to the database and does not come to an end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        yield
        other.execute("rollback")


@contextmanager
def full_disk(connection: sqlite3.Connection) -> Iterator[None]:
    """The database may not grow by a single page (sqlite.org/pragma.html, max_page_count)."""
    (pages,) = connection.execute("pragma page_count").fetchone()
    (most,) = connection.execute("pragma max_page_count").fetchone()
    connection.execute(f"pragma max_page_count = {pages}")
    yield
    connection.execute(f"pragma max_page_count = {most}")


@contextmanager
def read_only(connection: sqlite3.Connection) -> Iterator[None]:
    """The database can only be read (sqlite.org/pragma.html, query_only)."""
    connection.execute("pragma query_only = 1")
    yield
    connection.execute("pragma query_only = 0")


def lose_patience(monkeypatch: pytest.MonkeyPatch, *, seconds: float = 0.0) -> None:
    """Have writers wait no longer than this for another program."""
    monkeypatch.setattr(group_commit, "BUSY_PATIENCE_SECONDS", seconds)
