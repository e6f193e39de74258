"""The vault's keys, each sealed by the master key, in a SQLite file apart from the database."""

import secrets
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

_AT_ONCE = 32
"""Keys made with one commit; those left when the process ends are never used."""
_PATIENCE_SECONDS = 5.0
_TABLES = (
    "create table keyring (name text primary key) strict",
    "create table words (name text primary key, sealed blob not null) strict",
    "create table keys (id integer primary key autoincrement, sealed blob not null) strict",
)


class KeyringError(Exception):
    """The keys cannot be read or written; one line says why."""


class Keyring:
    """Keys by number. A number is never given twice; what is removed is overwritten.

    Attributes:
        name: a random name, the same in every copy; a database says which keyring it needs.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        connection.isolation_level = None
        connection.execute("pragma synchronous = full")
        connection.execute("pragma secure_delete = on")
        if not connection.execute("select 1 from sqlite_master where name = 'keys'").fetchone():
            _make_tables(connection)
        self.name = str(connection.execute("select name from keyring").fetchone()[0])
        self._connection = connection
        self._lock = threading.Lock()
        self._unused: deque[int] = deque()

    @classmethod
    def at(cls, file: Path) -> "Keyring":
        """Open the file, or make it; only its owner may read it.

        Raises:
            KeyringError: it is damaged, no keyring, or may not be written.
        """
        try:
            file.touch(mode=0o600)
            return cls(sqlite3.connect(file, timeout=_PATIENCE_SECONDS, check_same_thread=False))
        except (OSError, sqlite3.Error) as error:
            raise KeyringError(f"the keys cannot be read ({error})") from error

    @classmethod
    def in_memory(cls) -> "Keyring":
        """Keys that are gone with the process."""
        return cls(sqlite3.connect(":memory:", check_same_thread=False))

    def words(self) -> dict[str, bytes]:
        """What the vault keeps here for itself, by name."""
        return dict(self._all("select name, sealed from words"))

    def set_words(self, words: Mapping[str, bytes]) -> None:
        """Keep what the vault has for itself; what another process has kept already stays."""
        with self._lock, self._connection:
            self._connection.execute("begin immediate")
            insert = "insert or ignore into words values (?, ?)"
            self._connection.executemany(insert, list(words.items()))

    def next_key(self, made: Callable[[], bytes]) -> int:
        """The number of a key nobody has used; `made` gives new ones."""
        with self._lock:
            if not self._unused:
                self._unused.extend(self._add([made() for _ in range(_AT_ONCE)]))
            return self._unused.popleft()

    @property
    def last(self) -> int:
        """The highest number that was ever given; 0 if there is none."""
        found = self._all("select seq from sqlite_sequence where name = 'keys'")
        return int(found[0][0]) if found else 0

    def copy_to(self, file: Path) -> None:
        """Write all keys to a file that only its owner may read, as they are at this moment.

        Raises:
            sqlite3.Error: it cannot be written.
        """
        file.touch(mode=0o600)
        with closing(sqlite3.connect(file)) as copy, self._lock:
            self._connection.backup(copy)

    def wrapped(self, key_id: int) -> bytes | None:
        """A key as it is sealed; None if there is none of this number."""
        found = self._all("select sealed from keys where id = ?", [key_id])
        return found[0][0] if found else None

    def remove(self, key_ids: Sequence[int]) -> None:
        """Take keys away; once this returns, they are not on disk any more."""
        with self._lock, self._connection:
            self._connection.execute("begin immediate")
            self._connection.executemany("delete from keys where id = ?", [(n,) for n in key_ids])

    def rewrap(self, change: Callable[[bytes], bytes]) -> int:
        """Seal everything otherwise, all or nothing; how many keys that were."""
        with self._lock, self._connection:
            self._connection.execute("begin immediate")
            for table, name in (("words", "name"), ("keys", "id")):
                rows = self._connection.execute(f"select {name}, sealed from {table}").fetchall()
                self._connection.executemany(
                    f"update {table} set sealed = ? where {name} = ?",
                    [(change(sealed), own) for own, sealed in rows],
                )
        return len(rows)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _add(self, wrapped: Sequence[bytes]) -> list[int]:
        with self._connection:
            self._connection.execute("begin immediate")
            insert = "insert into keys (sealed) values (?) returning id"
            return [self._connection.execute(insert, [key]).fetchone()[0] for key in wrapped]

    def _all(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()


def _make_tables(connection: sqlite3.Connection) -> None:
    with connection:
        connection.execute("begin immediate")
        if connection.execute("select 1 from sqlite_master where name = 'keys'").fetchone():
            return  # another process has just made them
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute("insert into keyring values (?)", [secrets.token_hex(8)])
