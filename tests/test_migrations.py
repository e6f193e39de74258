"""The tables: made on an empty file, left alone on a filled one."""

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.migrations import migrations
from bot.store import Store
from tests.conftest import Clock

TABLES = {
    *("residents", "identities", "turns", "answers"),
    *("cases", "drafts", "files", "events", "case_vectors"),
    *("inbox", "outbox", "versions"),
}


def tables_of(database: Database) -> set[str]:
    """The bot's own tables."""
    return set(database.table_names()) - {"_sqlite_migrations"}


def test_an_empty_database_gets_every_table() -> None:
    database = Database(memory=True)
    migrations.apply(database)
    assert tables_of(database) == TABLES
    assert all(database[name].strict for name in TABLES)


def test_applying_them_twice_changes_nothing() -> None:
    database = Database(memory=True)
    migrations.apply(database)
    before = database.schema
    migrations.apply(database)
    assert database.schema == before
    assert not migrations.pending(database)


def test_opening_a_filled_file_again_keeps_what_is_in_it(tmp_path: Path, clock: Clock) -> None:
    first = Store.open(tmp_path / "bot.db")
    with first.transaction():
        met = first.residents.met("web", "w1", at=clock.now)
    first.close()
    again = Store.open(tmp_path / "bot.db")
    assert again.residents.known("web", "w1") == met
    again.close()


def test_a_row_cannot_point_at_one_that_is_not_there(tmp_path: Path, clock: Clock) -> None:
    store = Store.open(tmp_path / "bot.db")
    with pytest.raises(sqlite3.IntegrityError), store.transaction():
        store.turns.add(99, said="?", has_photo=False, at=clock.now)
    store.close()
