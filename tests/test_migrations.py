"""The tables: made on an empty file, left alone on a filled one."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.cases import Role
from bot.desk import adopt_cases
from bot.migrations import migrations
from bot.store import Store, View
from bot.vault import Vault
from tests.clock import Clock
from tests.office import office_over

TABLES = {
    *("residents", "identities", "turns", "answers"),
    *("cases", "drafts", "files", "events", "case_vectors"),
    *("inbox", "outbox", "versions"),
    *("assignments", "timers", "similar_cases", "case_commitments"),
    *("staff", "staff_links", "staff_groups", "staff_words", "cards"),
    *("staff_sessions", "views", "receipts", "vault"),
    *("follows", "progress_notes", "said_once", "failed_lookups"),
}
SEARCH = "case_words"
"""A virtual table; SQLite keeps it in tables of its own beside it."""


def tables_of(database: Database) -> set[str]:
    """The bot's own tables, without those in which SQLite keeps a search."""
    names = set(database.table_names()) - {"_sqlite_migrations"}
    return {name for name in names if not name.startswith(SEARCH)}


def test_an_empty_database_gets_every_table() -> None:
    database = Database(memory=True)
    Store(database.conn, Vault.in_memory())
    assert tables_of(database) == TABLES
    assert all(database[name].strict for name in TABLES)
    assert database[SEARCH].virtual_table_using == "FTS5"


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


def test_cases_filed_before_the_workflow_get_their_clock_and_keep_their_commitment() -> None:
    connection = sqlite3.connect(":memory:")
    migrations.apply(Database(connection), stop_before="m011_workflow")
    connection.executescript(
        """
        insert into residents (id, created_at) values (1, '2020-03-02T04:00:00+00:00');
        insert into cases (id, number, query_code, resident_id, text, kind, category, urgency,
            street, place, commitment, state, submitted_at)
        values (1, 'WC20200302-0001', 'ABCD2345', 1, '路灯坏了', 'complaint', 'other', 'normal',
            '', '', 'wuchang-2020/gdp', 'submitted', '2020-03-02T04:00:00+00:00');
        insert into drafts (resident_id, text, kind, category, urgency, street, place, commitment,
            state, awaiting, source, case_id, created_at, updated_at)
        values (1, '路灯坏了', 'complaint', 'other', 'normal', '', '', '', 'submitted', '',
            'turn:1', 1, '2020-03-02T04:00:00+00:00', '2020-03-02T04:00:00+00:00');
        insert into events (case_id, action, actor, reason, resident_sees, at)
        values (1, 'submit', 'resident', '', 1, '2020-03-02T04:00:00+00:00');
        """
    )
    store = Store(connection, Vault.in_memory())
    now = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    adopt_cases(office_over(store), at=now)
    adopt_cases(office_over(store), at=now)
    (timer,) = store.timers.running(1)
    assert (timer.name, timer.started_at) == ("accept", now)
    assert store.cases.commitments(1) == {"wuchang-2020/gdp": "proposed"}
    assert [event.state for event in store.cases.events(1)] == ["submitted"]
    assert [case.id for case in store.lists.to_do(Role.DISPATCHER, "", at=now, most=9)] == [1]
    store.close()


def test_what_was_a_report_of_wrongdoing_before_that_was_kept_is_confidential() -> None:
    """Case 1 was filed as one, 2 was called one for a while, 3 never was."""
    connection = sqlite3.connect(":memory:")
    migrations.apply(Database(connection), stop_before="m045_once_confidential")
    connection.execute(
        "insert into residents (id, created_at) values (1, '2020-03-02T04:00:00+00:00')"
    )
    about = '{"kind": "report", "category": "other", "urgency": "normal"}'
    filed = {1: ("report", ""), 2: ("complaint", about), 3: ("complaint", "")}
    for case_id, (kind, classified) in filed.items():
        connection.executescript(
            f"""
            insert into cases (id, number, query_code, resident_id, text, kind, category, urgency,
                street, place, commitment, state, submitted_at)
            values ({case_id}, 'WC{case_id}', '', 1, '', 'complaint', 'other', 'normal',
                '', '', '', 'accepted', '2020-03-02T04:00:00+00:00');
            insert into drafts (resident_id, text, kind, category, urgency, street, place,
                commitment, state, awaiting, source, case_id, created_at, updated_at)
            values (1, '', '{kind}', 'other', 'normal', '', '', '', 'submitted', '',
                'turn:{case_id}', {case_id}, '2020-03-02T04:00:00+00:00', '');
            insert into events (case_id, action, actor, reason, resident_sees, at, about)
            values ({case_id}, 'classify', 'staff 1', '', 0, '', '{classified or "{}"}');
            """
        )
    migrations.apply(Database(connection))
    for mark in ("is_confidential", "is_in_groups"):
        marked = connection.execute(f"select id from cases where {mark} = 1")
        assert marked.fetchall() == [(1,), (2,)]


def test_a_row_cannot_point_at_one_that_is_not_there(tmp_path: Path, clock: Clock) -> None:
    store = Store.open(tmp_path / "bot.db")
    with pytest.raises(sqlite3.IntegrityError), store.transaction():
        store.views.add(View(99, None, "export", "?", clock.now))
    store.close()
