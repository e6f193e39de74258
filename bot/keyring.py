"""The vault's keys, each sealed by the master key, in a SQLite file apart from the database."""

import secrets
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
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
_MISSING = """
    with recursive given (id) as (
        select seq from sqlite_sequence where name = 'keys' and seq > 0
        union all
        select id - 1 from given where id > 1
    )
    select id from given where id not in (select id from keys)
"""


class KeyringError(Exception):
    """The keys cannot be read or written; one line says why."""


class Keyring:
    """Keys by number. A number is never given twice; what is removed is overwritten.

    A key that was shredded stands in `shredded` from the same moment on: any other that is not
    there was lost.

    Attributes:
        name: a random name, the same in every copy; a database says which keyring it needs.
        given: the highest number that this process has given; 0 for none.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take up a connection to a keyring; nothing is changed.

        Raises:
            KeyringError: there are no keys in it.
        """
        connection.isolation_level = None
        # Else a power cut may bring a journal back, and with it what was there before a commit.
        connection.execute("pragma synchronous = extra")
        connection.execute("pragma secure_delete = on")
        if not _has_table(connection, "keys"):
            raise KeyringError("it is no keyring")
        self.name = str(connection.execute("select name from keyring").fetchone()[0])
        self.given = 0
        self._connection = connection
        self._lock = threading.Lock()
        self._unused: deque[int] = deque()

    @classmethod
    def at(cls, file: Path) -> "Keyring":
        """Open the file that is there; nothing of it is changed.

        Raises:
            KeyringError: it is missing, damaged or no keyring.
        """
        return cls._opened(file, made=lambda _: None)

    @classmethod
    def made_at(cls, file: Path) -> "Keyring":
        """Open the file, or make it; only its owner may read it.

        Raises:
            KeyringError: it is damaged, no keyring, or cannot be made.
        """
        try:
            if not file.exists():
                file.touch(mode=0o600)
        except OSError as error:
            raise KeyringError(f"the keys cannot be kept ({error})") from error
        return cls._opened(file, made=_make_tables)

    @classmethod
    def _opened(cls, file: Path, *, made: Callable[[sqlite3.Connection], None]) -> "Keyring":
        connection = None
        try:
            connection = sqlite3.connect(
                f"{file.resolve().as_uri()}?mode=rw",
                uri=True,
                timeout=_PATIENCE_SECONDS,
                check_same_thread=False,
            )
            made(connection)
            return cls(connection)
        except (OSError, sqlite3.Error, KeyringError) as error:
            if connection is not None:
                connection.close()
            raise KeyringError(f"the keys cannot be read ({error})") from error

    @classmethod
    def in_memory(cls) -> "Keyring":
        """Keys that are gone with the process."""
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        _make_tables(connection)
        return cls(connection)

    def words(self) -> dict[str, bytes]:
        """What the vault keeps here for itself, by name."""
        return dict(self._all("select name, sealed from words"))

    def set_words(self, words: Mapping[str, bytes]) -> None:
        """Keep what the vault has for itself; what another process has kept already stays."""
        with self._writing():
            insert = "insert or ignore into words values (?, ?)"
            self._connection.executemany(insert, list(words.items()))

    def next_key(
        self, made: Callable[[], bytes], *, expect: Callable[[Mapping[str, bytes]], None]
    ) -> int:
        """The number of a key nobody has used.

        Args:
            made: gives a new one.
            expect: looks at the vault's words as they are when new ones are kept, and raises if
                these must not be.
        """
        with self._lock:
            if not self._unused:
                self._unused.extend(self._add([made() for _ in range(_AT_ONCE)], expect))
            self.given = self._unused.popleft()
            return self.given

    @property
    def last(self) -> int:
        """The highest number that was ever given; 0 if there is none."""
        found = self._all("select seq from sqlite_sequence where name = 'keys'")
        return int(found[0][0]) if found else 0

    def skip_to(self, number: int) -> None:
        """Give no number up to this one any more; keys that it names and that are not there are
        lost."""
        with self._writing():
            self._connection.execute(
                """
                insert into sqlite_sequence (name, seq) select 'keys', 0
                where not exists (select 1 from sqlite_sequence where name = 'keys')
                """
            )
            self._connection.execute(
                "update sqlite_sequence set seq = ?1 where name = 'keys' and seq < ?1", [number]
            )

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

    def shredded(self) -> set[int]:
        """The numbers of all keys that were shredded."""
        if not self._tells_shredded():
            return {key_id for (key_id,) in self._all(_MISSING)}
        return {key_id for (key_id,) in self._all("select id from shredded")}

    def was_shredded(self, key_id: int) -> bool:
        """Whether a key was taken away by intent; one that is missing otherwise was lost."""
        if not self._tells_shredded():
            return self.wrapped(key_id) is None and key_id <= self.last
        return bool(self._all("select 1 from shredded where id = ?", [key_id]))

    def all(self) -> dict[int, bytes]:
        """Every key as it is sealed, by its number."""
        return dict(self._all("select id, sealed from keys"))

    def bring_back(self, keys: Mapping[int, bytes]) -> None:
        """Put keys in their places, but for those that were shredded."""
        with self._writing():
            self._connection.executemany(
                """
                insert into keys (id, sealed)
                select ?1, ?2 where not exists (select 1 from shredded where id = ?1)
                on conflict (id) do update set sealed = excluded.sealed
                """,
                list(keys.items()),
            )

    def remove(self, key_ids: Sequence[int]) -> None:
        """Take keys away; once this returns, they are not on disk any more."""
        numbers = [(key_id,) for key_id in key_ids]
        with self._writing():
            self._connection.executemany("delete from keys where id = ?", numbers)
            self._connection.executemany("insert or ignore into shredded values (?)", numbers)

    def rewrap(
        self, change_word: Callable[[bytes], bytes], change_key: Callable[[bytes], bytes | None]
    ) -> tuple[int, list[int]]:
        """Seal everything otherwise, all or nothing.

        Args:
            change_key: gives None for a key that must stay as it is.

        Returns:
            How many keys were changed, and the numbers of those that were not.
        """
        with self._writing():
            words = self._connection.execute("select name, sealed from words").fetchall()
            keys = self._connection.execute("select id, sealed from keys").fetchall()
            changed = [(change_key(sealed), key_id) for key_id, sealed in keys]
            self._connection.executemany(
                "update words set sealed = ? where name = ?",
                [(change_word(sealed), name) for name, sealed in words],
            )
            self._connection.executemany(
                "update keys set sealed = ? where id = ?",
                [(sealed, key_id) for sealed, key_id in changed if sealed is not None],
            )
        left = [key_id for sealed, key_id in changed if sealed is None]
        return len(keys) - len(left), left

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _add(
        self, wrapped: Sequence[bytes], expect: Callable[[Mapping[str, bytes]], None]
    ) -> list[int]:
        with self._transaction():
            expect(dict(self._connection.execute("select name, sealed from words").fetchall()))
            insert = "insert into keys (sealed) values (?) returning id"
            return [self._connection.execute(insert, [key]).fetchone()[0] for key in wrapped]

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock, self._transaction():
            yield

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._connection:
            self._connection.execute("begin immediate")
            if not _has_table(self._connection, "shredded"):
                _make_shredded(self._connection)
            yield

    def _tells_shredded(self) -> bool:
        """Whether it tells which keys were shredded; none did at first."""
        return bool(self._all("select 1 from sqlite_master where name = 'shredded'"))

    def _all(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()


def _has_table(connection: sqlite3.Connection, name: str) -> bool:
    found = connection.execute("select 1 from sqlite_master where name = ?", [name])
    return found.fetchone() is not None


def _make_tables(connection: sqlite3.Connection) -> None:
    connection.isolation_level = None
    if _has_table(connection, "keys"):
        return
    with connection:
        connection.execute("begin immediate")
        if _has_table(connection, "keys"):
            return  # another process has just made them
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute("insert into keyring values (?)", [secrets.token_hex(8)])
        _make_shredded(connection)


def _make_shredded(connection: sqlite3.Connection) -> None:
    """Keys that were missing before it was told which were shredded are taken to be."""
    connection.execute("create table shredded (id integer primary key) strict")
    connection.execute(f"insert into shredded {_MISSING}")
