"""Which keys a database needs: those of one vault, and none that are older than it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import sqlite_utils

from bot.store.database import Database, StoreError
from bot.vault import KEYS_DATABASE, Vault, VaultError

_JOURNAL_IS_LEFT = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)


@dataclass(frozen=True, slots=True)
class NeededKeys:
    """What a database says of its keys.

    Attributes:
        name: the vault's.
        last: the highest number that it knows to be given.
    """

    name: str
    last: int


def open_its_vault(path: Path) -> Vault:
    """The vault beside a database; where neither needs the other yet a new one is made.

    Raises:
        VaultError: the keys are missing, wrong, or older than the database; nothing was changed.
        sqlite3.Error: the database cannot be read.
    """
    needed = needed_keys(path) if path.is_file() else None
    vault = Vault.open(path.parent, makes=needed is None)
    try:
        if needed:
            _expect(needed, vault)
    except VaultError:
        vault.close()
        raise
    return vault


def take_its_vault(database: Database, vault: Vault) -> None:
    """Make sure that these are the keys of this database; a new one takes them for its own.

    Raises:
        VaultError: they are not; nothing was changed.
    """
    needed = _needed_by(database.tables)
    if needed is None:
        database.insert("vault", {"id": 1, "name": vault.name})
    else:
        _expect(needed, vault)


def needed_keys(path: Path) -> NeededKeys | None:
    """Which keys a database needs; None if it has taken none yet. Nothing is changed.

    Raises:
        sqlite3.Error: it cannot be read.
    """
    with closing(_reading(path)) as connection:
        return _needed_by(sqlite_utils.Database(connection))


def lost_keys(path: Path, vault: Vault) -> list[int]:
    """The numbers of the residents whose keys are missing and were not shredded."""
    with closing(_reading(path)) as connection:
        rows = connection.execute(
            "select id, key_id from residents where forgotten_at = '' and key_id > 0 order by id"
        )
        return [
            resident_id
            for resident_id, key_id in rows
            if not vault.has_key(key_id) and not vault.was_shredded(key_id)
        ]


def do_without_lost_keys(path: Path, *, commit: bool) -> list[int]:
    """Let a database be opened with keys older than it, when no newer copy is left.

    What the lost keys sealed stays as it is and unreadable; their numbers are given no more.

    Returns:
        The numbers of the residents whose keys are lost.

    Raises:
        StoreError: the database cannot be read, or needs no keys.
        VaultError: the keys cannot be opened, or are of another vault; nothing was changed.
    """
    try:
        needed = needed_keys(path) if path.is_file() else None
        if needed is None:
            raise StoreError(f"{path}: no database that needs keys")
        with closing(Vault.open(path.parent, makes=False)) as vault:
            _expect_name(needed, vault)
            lost = lost_keys(path, vault)
            if commit:
                vault.skip_to(needed.last)
            return lost
    except sqlite3.Error as error:
        raise StoreError(f"{path}: the database cannot be read ({error})") from error


def _needed_by(tables: sqlite_utils.Database) -> NeededKeys | None:
    if "vault" not in tables.table_names():
        return None
    is_noted = "last_key" in tables.table("vault").columns_dict
    last = "last_key" if is_noted else "(select coalesce(max(key_id), 0) from residents)"
    row = tables.conn.execute(f"select name, {last} from vault").fetchone()
    return NeededKeys(*row) if row else None


def _expect(needed: NeededKeys, vault: Vault) -> None:
    _expect_name(needed, vault)
    if needed.last > vault.last_key:
        raise VaultError(
            f"{KEYS_DATABASE}: older than the database; bring back its newest copy"
            " (if there is none: python -m bot vault do-without)"
        )


def _expect_name(needed: NeededKeys, vault: Vault) -> None:
    if needed.name != vault.name:
        raise VaultError(f"{KEYS_DATABASE}: these are the keys of another database")


def _reading(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing; only a journal that a power cut left is played back."""
    try:
        return _connection(path, mode="ro")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _JOURNAL_IS_LEFT:
            raise
        return _connection(path, mode="rw")


def _connection(path: Path, *, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True)
    try:
        connection.execute("select count(*) from sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection
