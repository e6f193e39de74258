"""The one connection, and the few ways the tables are read and written."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlite_utils

Row = dict[str, Any]


class Database:
    """A thin layer over sqlite-utils; `tables` is its own object.

    Attributes:
        undone: how many transactions were rolled back, for whoever remembers what was read.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.tables = sqlite_utils.Database(connection)
        self.undone = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Begin immediate, so that a second writer waits here and not half-way through."""
        connection = self.tables.conn
        connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            connection.rollback()
            self.undone += 1
            raise
        connection.commit()

    def insert(self, table: str, row: Row) -> int:
        """Add a row; returns its id."""
        added = self.tables.table(table).insert(row)
        return int(added.last_rowid or 0)

    def update(self, table: str, row_id: int, changes: Row) -> None:
        """Change columns of the row with this id."""
        self.tables.table(table).update(row_id, changes)

    def one(self, sql: str, values: Sequence[object]) -> Row | None:
        """The first row, or None."""
        return next(iter(self.tables.query(sql, values)), None)

    def all(self, sql: str, values: Sequence[object]) -> list[Row]:
        """All rows."""
        return list(self.tables.query(sql, values))

    def tuples(self, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """All rows as bare tuples: for thousands of them, half the time of dictionaries."""
        return list(self.tables.execute(sql, values).fetchall())

    def execute(self, sql: str, values: Sequence[object]) -> int:
        """Run a statement that returns no rows; returns how many it changed."""
        return int(self.tables.execute(sql, values).rowcount)

    def close(self) -> None:
        """Let go of the file."""
        self.tables.close()
