"""Everything the database holds about a resident, table by table, as she may have it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.store.database import Database, Row
from bot.store.following import lookup_key

_CASES = "(select id from cases where resident_id = :resident_id)"
_DRAFTS = "(select id from drafts where resident_id = :resident_id)"


@dataclass(frozen=True, slots=True)
class _Table:
    """Which rows of a table are hers.

    Attributes:
        where: the condition, in which `:resident_id` is her number.
        left_out: columns that are the house's own numbers, or say nothing of her.
    """

    where: str
    left_out: frozenset[str] = field(default_factory=frozenset)


def _hers(*left_out: str) -> _Table:
    return _Table("resident_id = :resident_id", frozenset({"resident_id", *left_out}))


def _of_cases(*left_out: str, where: str = "true") -> _Table:
    return _Table(f"case_id in {_CASES} and {where}", frozenset({"id", *left_out}))


_OF_LETTERS = ("tap_id", "tapped_message_id", "replaces_letter", "asks", "failure")
TABLES: Mapping[str, _Table] = {
    "residents": _Table(
        "id = :resident_id", frozenset({"id", "key_id", "forget_code", "forget_until"})
    ),
    "turns": _hers("key"),
    "versions": _Table("turn_id in (select id from turns where resident_id = :resident_id)"),
    "answers": _hers("wording"),
    "drafts": _hers("source", "worked_on", "latitude", "longitude"),
    "files": _Table(f"draft_id in {_DRAFTS}", frozenset({"album"})),
    "cases": _hers(
        *("spot", "code_key", "same_as", "master_id", "latitude", "longitude"),
        *("is_taken_back", "is_in_groups"),
    ),
    "events": _of_cases("actor", "about", where="resident_sees = 1"),
    "assignments": _of_cases("call", "outcome", "return_reason", "extension_reason"),
    "timers": _of_cases("assignment_id", "look_at", "level"),
    "case_commitments": _of_cases(),
    "outbox": _Table(
        "resident_id = :resident_id and is_for_staff = 0",
        frozenset({"resident_id", "is_for_staff", *_OF_LETTERS}),
    ),
    "follows": _hers(),
    "staff": _hers("id"),
    "staff_groups": _hers(),
}
"""What she gets. `identities` and what waits in the inbox come with it, opened elsewhere."""

WITHHELD: Mapping[str, str] = {
    "identities": "given as `identity`: the channel, and its id of her",
    "inbox": "handled within seconds; what was set aside is read only by operators",
    "failed_lookups": "given as `failed_lookups`: how often",
    "case_vectors": "numbers computed from her words, which are given",
    "similar_cases": "other residents' cases",
    "outbox (is_for_staff)": "of staff: what the bot writes to a member holds others' words",
    "cards": "which message shows a case to staff",
    "staff_words": "what staff begin to write to one another",
    "staff_links": "of staff, not of residents",
    "staff_sessions": "of staff, not of residents",
    "views": "which member of staff looked at a case: the supervisors' to judge",
    "progress_notes": "what staff note of commitments",
    "receipts": "name nobody",
    "vault": "the name of the keys",
    "said_once": "names nobody",
}
"""The other tables, and the rows of one of hers that are not given, and why."""


class Holdings:
    """Reads across the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, resident_id: int) -> dict[str, list[Row]]:
        """The rows of a resident by table, oldest first; empty tables too."""
        return {name: self._rows(name, table, resident_id) for name, table in TABLES.items()}

    def failed_lookups(self, resident_id: int) -> int:
        """How often she gave a wrong number or code that is still remembered."""
        row = self._database.one(
            "select sum(tries) as n from failed_lookups where key = ?",
            [lookup_key(self._database, resident_id)],
        )
        return int(row["n"] or 0) if row else 0

    def _rows(self, name: str, table: _Table, resident_id: int) -> list[Row]:
        sql = f"select * from {name} where {table.where} order by rowid"
        rows = self._database.named(sql, {"resident_id": resident_id})
        return [
            {
                column: _readable(value)
                for column, value in row.items()
                if column not in table.left_out
            }
            for row in rows
        ]


def _readable(value: object) -> object:
    """What is kept as JSON as what it holds; everything else as it is."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
