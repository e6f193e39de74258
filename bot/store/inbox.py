"""Updates as they arrived: kept until they are handled, then only their number is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.arrivals import Arrival
from bot.store.conversation import kept_json
from bot.store.database import Database, Row
from bot.store.outbox import Backlog, backlog_of
from bot.vault import TRANSIT, Vault


@dataclass(frozen=True, slots=True)
class SetAside:
    """An update that could not be handled, and why: kinds and places, nobody's words."""

    update_id: int
    received_at: datetime
    tries: int
    failure: str


class AlreadyHandled(Exception):
    """An update was handled before; nothing of handling it again may stay."""


class InboxRows:
    """The table `inbox`; a row waits, is done, or is set aside."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def add(self, arrivals: Sequence[Arrival], *, at: datetime) -> list[Arrival]:
        """Keep updates; returns those that were not known before, in the order of their ids."""
        return [arrival for arrival in _in_order(arrivals) if self._is_new(arrival, at)]

    def last_number(self) -> int | None:
        """The highest number that was ever kept, None if there is none."""
        row = self._database.one("select max(update_id) as last from inbox", [])
        return row["last"] if row else None

    def waiting(self) -> list[Arrival]:
        """What is not handled yet, in the order of its ids."""
        rows = self._database.all(
            "select * from inbox where state = 'waiting' order by update_id", []
        )
        return [_arrival(row) for row in rows]

    def finish(self, update_ids: Sequence[int], *, at: datetime) -> None:
        """Updates are handled: what they said stands in the tables of the conversation.

        Raises:
            AlreadyHandled: one of them no longer waits; the transaction must be undone.
        """
        changed = self._change(
            update_ids,
            "state = 'done', sender = '', album = '', payload = '', failure = '', handled_at = ?",
            [at.isoformat()],
        )
        if changed != len(update_ids):
            raise AlreadyHandled

    def note_failure(self, update_ids: Sequence[int], failure: str) -> None:
        """Handling has failed once more."""
        self._change(update_ids, "tries = tries + 1, failure = ?", [failure])

    def set_aside(self, update_ids: Sequence[int], failure: str) -> None:
        """Handling is given up until somebody asks for another try."""
        self._change(update_ids, "state = 'aside', tries = tries + 1, failure = ?", [failure])

    def drop_set_aside(self, sender: str) -> int:
        """Forget what one person said in updates that were set aside; returns how many."""
        rows = self._database.all("select update_id, sender from inbox where state = 'aside'", [])
        hers = [row["update_id"] for row in rows if row["sender"] == sender]
        for update_id in hers:
            self._database.execute(
                """
                update inbox set state = 'done', sender = '', album = '', payload = '',
                failure = '', handled_at = received_at where update_id = ?
                """,
                [update_id],
            )
        return len(hers)

    def set_asides(self) -> list[SetAside]:
        """What is set aside, the oldest first."""
        rows = self._database.all(
            "select * from inbox where state = 'aside' order by update_id", []
        )
        return [
            SetAside(
                row["update_id"],
                datetime.fromisoformat(row["received_at"]),
                row["tries"],
                row["failure"],
            )
            for row in rows
        ]

    def count_set_aside(self) -> int:
        """How many are set aside."""
        row = self._database.one("select count(*) as n from inbox where state = 'aside'", [])
        return int(row["n"]) if row else 0

    def backlog(self) -> Backlog:
        """What waits to be handled."""
        row = self._database.one(
            """
            select count(*) as waiting, min(received_at) as oldest from inbox
            where state = 'waiting'
            """,
            [],
        )
        return backlog_of(row)

    def try_again(self) -> int:
        """Let what was set aside wait again; returns how many."""
        return self._database.execute(
            "update inbox set state = 'waiting', tries = 0 where state = 'aside'", []
        )

    def prune(self, *, before: datetime) -> int:
        """Forget the numbers of updates handled before then; returns how many."""
        return self._database.execute(
            "delete from inbox where state = 'done' and handled_at < ?", [before.isoformat()]
        )

    def _is_new(self, arrival: Arrival, at: datetime) -> bool:
        added = self._database.execute(
            """
            insert or ignore into inbox (update_id, sender, album, payload, state, received_at)
            values (?, ?, ?, ?, 'waiting', ?)
            """,
            [
                arrival.update_id,
                self._vault.seal(TRANSIT, arrival.sender),
                arrival.album,
                # ASCII: half a surrogate pair is no UTF-8
                self._vault.seal(TRANSIT, json.dumps(arrival.payload)),
                at.isoformat(),
            ],
        )
        return added == 1

    def _change(self, update_ids: Sequence[int], changes: str, values: Sequence[object]) -> int:
        """Change those of these updates that still wait; returns how many did."""
        return sum(
            self._database.execute(
                f"update inbox set {changes} where update_id = ? and state = 'waiting'",
                [*values, update_id],
            )
            for update_id in update_ids
        )


def _in_order(arrivals: Sequence[Arrival]) -> list[Arrival]:
    return sorted(arrivals, key=lambda arrival: arrival.update_id)


def _arrival(row: Row) -> Arrival:
    return Arrival(
        update_id=row["update_id"],
        sender=row["sender"],
        payload=kept_json(row["payload"], {}),
        album=row["album"],
        tries=row["tries"],
    )
