"""The one connection, and the few ways the tables are read and written.

What residents say is sealed on its way in (`Database.sealed`), and opened on its way out: in rows
with names by itself, in bare tuples where the statement says `opened(column)`.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlite_utils

from bot.faults import kind_and_place
from bot.vault import HEAD_BYTES, TOKENS_BEGIN, TRANSIT, KeyGone, Vault, VaultError

logger = logging.getLogger(__name__)

Row = dict[str, Any]
PROBE_BYTES = 64 * 1024
UNREADABLE = "（无法读取 · unreadable）"
"""Stands for words that are damaged; of words whose key was shredded nothing stands."""

_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY: "another program has locked it",
    sqlite3.SQLITE_LOCKED: "another program has locked it",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written",
    sqlite3.SQLITE_READONLY: "it can only be read",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_NOTADB: "it is no database",
    sqlite3.SQLITE_PERM: "it may not be accessed",
}
"""SQLite's primary result codes that are no fault of ours (sqlite.org/rescode.html)."""


class StoreError(Exception):
    """The database cannot be opened or written; the message says why, in one line."""


class StoreUnavailable(StoreError):
    """Just now the database cannot be read or written; what was begun has not happened.

    Attributes:
        is_busy: another program holds it, most likely for a moment only.
    """

    def __init__(self, reason: str, *, is_busy: bool = False) -> None:
        super().__init__(f"the database is not available: {reason}")
        self.is_busy = is_busy


class Database:
    """A thin layer over sqlite-utils; `tables` is its own object.

    Attributes:
        undone: how many transactions were rolled back, for whoever remembers what was read.
    """

    def __init__(
        self, connection: sqlite3.Connection, vault: Vault, file: Path | None = None
    ) -> None:
        """`file` is where the database is; it must stay the same file."""
        self._file = file
        self._vault = vault
        connection.create_function("opened", 1, self.opened)
        self._identity = _identity(file) if file else None
        self._noted_key = 0
        self.tables = sqlite_utils.Database(connection)
        self.undone = 0
        self._after_commit: list[Callable[[], None]] = []

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Begin immediate, so that a second writer waits here and not half-way through.

        Raises:
            StoreUnavailable: nothing was written.
        """
        connection = self.tables.conn
        self._expect_its_file()
        with _clear_faults():
            connection.execute("begin immediate")
            try:
                yield
                _expect_open_transaction(connection)
                given = self._note_given_keys()
                connection.commit()
                self._noted_key = given
            except BaseException:
                connection.rollback()
                self.undone += 1
                self._after_commit.clear()
                raise
        calls, self._after_commit = self._after_commit, []
        for call in calls:
            try:
                call()
            except Exception as error:  # what is on disk must not seem undone
                logger.error("what follows a commit failed: %s", kind_and_place(error))

    @property
    def is_open(self) -> bool:
        """Whether a transaction is open."""
        return bool(self.tables.conn.in_transaction)

    @contextmanager
    def step(self) -> Iterator[None]:
        """A part of the open transaction that happens wholly or not at all.

        Raises:
            StoreUnavailable: the whole transaction must be given up.
        """
        connection, follows = self.tables.conn, len(self._after_commit)
        with _clear_faults():
            connection.execute("savepoint step")
            try:
                yield
            except BaseException as error:
                self.undone += 1
                del self._after_commit[follows:]
                if connection.in_transaction:
                    connection.execute("rollback to step")
                elif not _is_unavailable(error):
                    raise StoreUnavailable("the transaction was undone") from error
                raise
            connection.execute("release step")

    def _expect_its_file(self) -> None:
        """SQLite goes on writing to a file that was moved away or deleted, and nobody would know.

        Raises:
            StoreUnavailable: the file is not the one that was opened.
        """
        if self._file and _identity(self._file) != self._identity:
            raise StoreUnavailable("its file was moved or replaced; start the bot anew")

    def after_commit(self, call: Callable[[], None]) -> None:
        """Have something called once the open transaction is on disk; never if it is not."""
        self._after_commit.append(call)

    def insert(self, table: str, row: Row) -> int:
        """Add a row; returns its id.

        What happens for every message is a bare statement: sqlite-utils looks the table's columns
        up each time, which takes ten times as long.
        """
        marks = ", ".join("?" * len(row))
        sql = f"insert into {table} ({', '.join(row)}) values ({marks})"
        return int(self.tables.conn.execute(sql, list(row.values())).lastrowid or 0)

    def update(self, table: str, row_id: int, changes: Row) -> None:
        """Change columns of the row with this id; what could not be read of it stays as it is."""
        known = {name: value for name, value in changes.items() if value != UNREADABLE}
        if known:
            columns = ", ".join(f"{name} = ?" for name in known)
            self.execute(f"update {table} set {columns} where id = ?", [*known.values(), row_id])

    def note_keys(self) -> None:
        """Keep which keys were given: older ones are not taken for this database's any more."""
        last = self._vault.last_key
        if self.tuples("select 1 from vault where last_key < ?", [last]):
            with self.transaction():
                self._note_key(last)

    def _note_given_keys(self) -> int:
        """Keep the highest number of a key that was given; returns it."""
        given = self._vault.given
        if given > self._noted_key:
            self._note_key(given)
        return given

    def _note_key(self, number: int) -> None:
        self.execute("update vault set last_key = ?1 where last_key < ?1", [number])

    def sealed(self, resident_id: int, text: str) -> str:
        """A text as it is kept: only the resident's key opens it. In place of one that was lost
        or is damaged she gets a new one. What could not be read is not sealed anew: the key may be
        brought back.

        Raises:
            LookupError: there is no such resident.
            KeyGone: her key was shredded.
        """
        if text == UNREADABLE:
            return text
        row = self.tables.conn.execute(
            "select key_id from residents where id = ?", [resident_id]
        ).fetchone()
        if row is None:
            raise LookupError(f"there is no resident {resident_id}")
        try:
            return self._vault.seal(row[0], text)
        except KeyGone:
            raise
        except VaultError as error:
            logger.error("resident %d gets a new key: %s", resident_id, error)
            key_id = self._vault.new_key()
            self.update("residents", resident_id, {"key_id": key_id})
            return self._vault.seal(key_id, text)

    def sealed_about(self, case_id: int | None, text: str) -> str:
        """A text about a case as it is kept: the key of whoever filed it opens it, and is shredded
        with her; what is about no case has the vault's own key.

        Raises:
            LookupError: there is no such case.
            KeyGone: the key was shredded.
        """
        if case_id is None or not text:
            return self._vault.seal(TRANSIT, text)
        row = self.tables.conn.execute(
            "select resident_id from cases where id = ?", [case_id]
        ).fetchone()
        if row is None:
            raise LookupError(f"there is no case {case_id}")
        return self.sealed(row[0], text)

    def hashed(self, *words: str) -> str:
        """A keyed hash of words, the same for the same ones, that tells nobody which."""
        return self._vault.lookup(*words)

    def opened(self, kept: str | None) -> str | None:
        """A text as it was before it was sealed; empty if its key is gone."""
        if kept is None or TOKENS_BEGIN not in kept[:HEAD_BYTES]:
            return kept
        try:
            return self._vault.unseal(kept)
        except KeyGone:
            return ""
        except VaultError as error:
            logger.error("a text cannot be read: %s; see: python -m bot doctor", error)
            return UNREADABLE

    def one(self, sql: str, values: Sequence[object]) -> Row | None:
        """The first row, or None."""
        with _clear_faults():
            cursor = self.tables.conn.execute(sql, values)
            row = cursor.fetchone()
            return None if row is None else self._named(cursor, row)

    def all(self, sql: str, values: Sequence[object]) -> list[Row]:
        """All rows."""
        with _clear_faults():
            cursor = self.tables.conn.execute(sql, values)
            return [self._named(cursor, row) for row in cursor]

    def named(self, sql: str, values: Row) -> list[Row]:
        """All rows of a statement whose parameters have names."""
        with _clear_faults():
            cursor = self.tables.conn.execute(sql, values)
            return [self._named(cursor, row) for row in cursor]

    def tuples(self, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """All rows as bare tuples, nothing opened: half the time of dictionaries."""
        with _clear_faults():
            return list(self.tables.conn.execute(sql, values))

    def execute(self, sql: str, values: Sequence[object]) -> int:
        """Run a statement that returns no rows; returns how many it changed."""
        return int(self.tables.conn.execute(sql, values).rowcount)

    def write_something(self) -> None:
        """Have SQLite write new pages, to see whether it can; nothing of them stays."""
        self.tables.conn.execute("create table probe (content blob)")
        self.tables.conn.execute("insert into probe values (zeroblob(?))", [PROBE_BYTES])
        self.tables.conn.execute("drop table probe")

    def empty_log(self) -> None:
        """Bring SQLite's log into the file: what was deleted stands in neither any more.

        While another connection reads, the log stays; the next time empties it.
        """
        self.tables.conn.execute("pragma wal_checkpoint(truncate)").fetchone()

    def close(self) -> None:
        """Let go of the file."""
        self.tables.close()

    def _named(self, cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> Row:
        return {
            column[0]: self.opened(value) if type(value) is str else value
            for column, value in zip(cursor.description, row, strict=True)
        }


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _expect_open_transaction(connection: sqlite3.Connection) -> None:
    """SQLite undoes a whole transaction by itself for some faults (sqlite.org/lang_transaction).

    Raises:
        StoreUnavailable: it did; what follows would be a transaction of its own.
    """
    if not connection.in_transaction:
        raise StoreUnavailable("the transaction was undone")


def _is_unavailable(error: BaseException) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _UNAVAILABLE


@contextmanager
def _clear_faults() -> Iterator[None]:
    """What keeps SQLite from working is told as `StoreUnavailable`; our own faults are not."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if not _is_unavailable(error):
            raise
        code = error.sqlite_errorcode & 0xFF
        is_busy = code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        raise StoreUnavailable(_UNAVAILABLE[code], is_busy=is_busy) from error
