"""Seals what was kept in plain words before there was a vault; at the first start with one."""

import json
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import sqlite_utils

from bot.store.database import Database
from bot.vault import KEYS_DATABASE, TRANSIT, KeyGone, Vault, VaultError

logger = logging.getLogger(__name__)

_PLAIN, _STAFFS_PLAIN = "identities_plain", "staffs_words_plain"
STAFFS_WORDS = (
    ("assignments", "call"),
    ("assignments", "outcome"),
    ("assignments", "return_reason"),
    ("assignments", "extension_reason"),
    ("staff_words", "words"),
    ("views", "reason"),
    ("cards", "headline"),
)
"""Table and column of what staff write about a case, its history aside."""
WORDS_OF_CASES = (("events", "reason"), *STAFFS_WORDS)
"""Table and column of what is written about a case; the key of whoever filed it seals it."""
_OF_CASE = "(select resident_id from cases where id = case_id)"
SEALED_COLUMNS = (
    ("turns", "said", "resident_id"),
    ("turns", "replies", "resident_id"),
    ("versions", "said", "(select resident_id from turns where id = turn_id)"),
    ("drafts", "text", "resident_id"),
    ("drafts", "place", "resident_id"),
    ("cases", "text", "resident_id"),
    ("cases", "place", "resident_id"),
    ("cases", "query_code", "resident_id"),
    ("outbox", "reply", "resident_id"),
    ("residents", "topic_question", "id"),
    *((table, column, _OF_CASE) for table, column in WORDS_OF_CASES),
)
"""Table, column, and whose key seals it."""
_SEALED_FROM_THE_FIRST = (
    ("answers", "question", "id"),
    ("identities", "sealed", "id"),
    ("drafts", "position", "id"),
    ("cases", "position", "id"),
    ("cases", "spot_words", "id"),
    ("inbox", "payload", "update_id"),
)


def expect_its_vault(database: Database, vault: Vault) -> None:
    """Make sure that these are the keys of this database, and not older than it; a new one takes
    them for its own.

    Raises:
        VaultError: they are not; nothing was changed.
    """
    row = database.one("select name from vault", [])
    if row is None:
        database.insert("vault", {"id": 1, "name": vault.name})
    elif row["name"] != vault.name:
        raise VaultError(f"{KEYS_DATABASE}: these are the keys of another database")
    newest = database.one("select coalesce(max(key_id), 0) as key_id from residents", [])
    if newest and newest["key_id"] > vault.last_key:
        raise VaultError(f"{KEYS_DATABASE}: older than the database; bring back its newest copy")


def damaged_rows(database: Database, vault: Vault) -> list[str]:
    """Table, row and column of everything sealed that is damaged; what was shredded is not."""
    found = []
    places = [(table, column, "id") for table, column, _ in SEALED_COLUMNS]
    for table, column, row_id in (*places, *_SEALED_FROM_THE_FIRST):
        rows = database.tuples(f"select {row_id}, {column} from {table} where {column} <> ''", [])
        found += [f"{table} {own}: {column}" for own, kept in rows if _is_damaged(vault, kept)]
    return found


def _is_damaged(vault: Vault, kept: str) -> bool:
    try:
        return vault.unseal(kept).startswith("~")
    except KeyGone:
        return False
    except VaultError:
        return True


def is_plain(tables: sqlite_utils.Database) -> bool:
    """Whether what residents say, or what staff write, is not sealed yet."""
    return not {_PLAIN, _STAFFS_PLAIN}.isdisjoint(tables.table_names())


def holds_identities(path: Path) -> bool:
    """Whether a database has sealed identities, for which there must be keys."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        tables = sqlite_utils.Database(connection)
        if _PLAIN in tables.table_names() or "identities" not in tables.table_names():
            return False
        columns = tables.table("identities").columns_dict
        return "sealed" in columns and tables.table("identities").count > 0


def spot_key(vault: Vault, spot: str) -> str:
    """What is the same for the same spot and tells nobody which; empty for an empty one."""
    return vault.lookup("spot", spot) if spot else ""


def seal_what_is_plain(database: Database, vault: Vault) -> None:
    """Seal identities and words, all or nothing, and leave no trace of them in the file."""
    if not is_plain(database.tables):
        return
    is_new = not database.tuples("select 1 from residents limit 1", [])
    with database.transaction():
        if _PLAIN in database.tables.table_names():
            _seal_what_residents_said(database, vault)
            database.execute(f"drop table {_PLAIN}", [])
        for table, column in STAFFS_WORDS:
            _seal_staffs_words(database, table, column)
        database.execute(f"drop table {_STAFFS_PLAIN}", [])
    database.tables.conn.execute("vacuum")
    database.empty_log()
    if not is_new:
        logger.info("what residents said and staff wrote is sealed now")


def _seal_what_residents_said(database: Database, vault: Vault) -> None:
    _give_keys(database, vault)
    _seal_identities(database, vault)
    _hash_codes(database)
    for table, column, owner in SEALED_COLUMNS:
        if (table, column) not in STAFFS_WORDS:
            _seal_column(database, table, column, owner)
    for table in ("drafts", "cases"):
        _seal_positions(database, table)
    _seal_inbox(database, vault)
    _seal_questions(database, vault)
    _hash_spots(database, vault)


def _give_keys(database: Database, vault: Vault) -> None:
    for (resident_id,) in database.tuples("select id from residents where key_id = 0", []):
        database.update("residents", resident_id, {"key_id": vault.new_key()})


def _seal_identities(database: Database, vault: Vault) -> None:
    rows = database.tuples(f"select channel, channel_id, resident_id from {_PLAIN}", [])
    for channel, channel_id, resident_id in rows:
        words = json.dumps({"channel": channel, "channel_id": channel_id})
        database.insert(
            "identities",
            {
                "resident_id": resident_id,
                "lookup": vault.lookup(channel, channel_id),
                "sealed": database.sealed(resident_id, words),
            },
        )


def _seal_column(database: Database, table: str, column: str, owner: str) -> None:
    rows = database.tuples(f"select id, {column}, {owner} from {table} where {column} <> ''", [])
    for row_id, text, resident_id in rows:
        database.update(table, row_id, {column: database.sealed(resident_id, text)})


def _seal_staffs_words(database: Database, table: str, column: str) -> None:
    """What is about somebody who was forgotten meanwhile goes with her words; where her key is
    damaged, nothing gets lost: the vault's own seals it."""
    rows = database.tuples(f"select id, {column}, case_id from {table} where {column} <> ''", [])
    for row_id, text, case_id in rows:
        try:
            sealed = database.sealed_about(case_id, text)
        except KeyGone:
            sealed = ""
        except VaultError:
            sealed = database.sealed_about(None, text)
        database.update(table, row_id, {column: sealed})


def _seal_positions(database: Database, table: str) -> None:
    rows = database.tuples(
        f"select id, latitude, longitude, resident_id from {table} where latitude is not null", []
    )
    for row_id, latitude, longitude, resident_id in rows:
        position = database.sealed(resident_id, json.dumps([latitude, longitude]))
        changes = {"position": position, "latitude": None, "longitude": None}
        database.update(table, row_id, changes)


def _seal_inbox(database: Database, vault: Vault) -> None:
    rows = database.tuples("select update_id, sender, payload from inbox where payload <> ''", [])
    for update_id, sender, payload in rows:
        database.execute(
            "update inbox set sender = ?, payload = ? where update_id = ?",
            [vault.seal(TRANSIT, sender), vault.seal(TRANSIT, payload), update_id],
        )


def _hash_codes(database: Database) -> None:
    for case_id, number, code in database.tuples("select id, number, query_code from cases", []):
        database.update("cases", case_id, {"code_key": database.hashed("code", number, code)})


def _hash_spots(database: Database, vault: Vault) -> None:
    """Warnings that were given about a spot name it, too; one may be given again."""
    rows = database.tuples("select id, spot, resident_id from cases where spot <> ''", [])
    for case_id, spot, resident_id in rows:
        sealed = database.sealed(resident_id, spot)
        changes = {"spot": spot_key(vault, spot), "spot_words": sealed}
        database.update("cases", case_id, changes)
    database.execute("delete from said_once where key like 'early %'", [])


def _seal_questions(database: Database, vault: Vault) -> None:
    rows = database.tuples("select id, question, resident_id from answers", [])
    for answer_id, question, resident_id in rows:
        sealed = database.sealed(resident_id, question)
        changes = {"question": sealed, "wording": vault.lookup("question", question)}
        database.update("answers", answer_id, changes)
