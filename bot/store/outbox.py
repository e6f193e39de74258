"""Replies and notices on their way to residents: kept until they have arrived."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.letters import Letter
from bot.messages import Reply
from bot.store.conversation import kept_json, kept_reply, reply_of
from bot.store.database import Database, Row

WORST_FIRST = ("refused", "unreachable", "waiting", "sent")
DELIVERY = """
    case when outbox.state in ('sent', 'refused') then outbox.state
        when reachable = 0 then 'unreachable' else 'waiting' end
"""
"""How one letter stands for its reader, with `residents` joined."""
_OPEN = "state in ('waiting', 'claimed')"


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A letter that has not arrived: dead-lettered, or of somebody who cannot be written to."""

    letter_id: int
    case_id: int | None
    created_at: datetime
    tries: int
    failure: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits, and since when."""

    waiting: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that has arrived: the letter it was, its case, and what words it asks for."""

    id: int
    case_id: int
    asks: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A message that a chat of staff has; `is_card` if it is where the chat reads its case."""

    chat: int
    message_id: int
    is_card: bool


class OutboxRows:
    """The table `outbox`; a row waits, is claimed, then sent or refused. Its order is its id.

    What is taken back from staff is dropped, or withdrawn while it is being sent.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._on_posted: Callable[[int], None] = lambda _: None

    def watch(self, on_posted: Callable[[int], None]) -> None:
        """Have somebody told, once it is on disk, for which resident there is something new."""
        self._on_posted = on_posted

    def wake(self, resident_id: int) -> None:
        """Have what waits for a resident delivered: she can be written to again."""
        self._database.after_commit(lambda: self._on_posted(resident_id))

    def post(
        self,
        resident_id: int,
        reply: Reply,
        *,
        at: datetime,
        tap_id: str = "",
        tapped_message_id: int = 0,
        replaces_letter: int | None = None,
        asks: str = "",
    ) -> int:
        """Keep a letter, in the transaction of what it tells. Returns its id.

        Args:
            replaces_letter: the letter whose message it takes the place of, sent before it.
            asks: what words that are written in reply to it are for; kept when it has arrived.
        """
        self.wake(resident_id)
        return self._database.insert(
            "outbox",
            {
                "resident_id": resident_id,
                "case_id": reply.case_id,
                "reply": self._sealed(resident_id, reply),
                "tap_id": tap_id,
                "tapped_message_id": tapped_message_id,
                "replaces_letter": replaces_letter,
                "asks": asks,
                "is_for_staff": int(reply.is_protected),
                "state": "waiting",
                "created_at": at.isoformat(),
            },
        )

    def is_waiting(self, letter_id: int) -> bool:
        """Whether a letter was not sent yet, nor is being sent."""
        row = self._database.one("select state from outbox where id = ?", [letter_id])
        return row is not None and row["state"] == "waiting"

    def drop_waiting(self, resident_id: int) -> int:
        """What waits for a chat as one of staff is never sent: it is none any more. How much that
        was; what is being sent this moment is not stopped."""
        return self._database.execute(
            """
            update outbox set state = 'dropped', reply = ''
            where resident_id = ? and is_for_staff = 1 and state in ('waiting', 'refused')
            """,
            [resident_id],
        )

    def take_back(self, case_id: int, *, chat: int | None = None) -> list[Shown]:
        """Have staff get nothing more about a case; the messages about it that they have.

        What waits is never sent. What is being sent this moment is taken away when it has
        arrived (`mark_sent`).

        Args:
            chat: of one chat alone.
        """
        theirs = "case_id = ?1 and is_for_staff = 1 and (?2 is null or resident_id = ?2)"
        shown = self._shown_to_staff(case_id, chat)
        for changes, states in (
            ("state = 'dropped', reply = ''", "('waiting', 'refused')"),
            ("state = 'withdrawn', reply = ''", "('claimed')"),
        ):
            self._database.execute(
                f"update outbox set {changes} where {theirs} and state in {states}",
                [case_id, chat],
            )
        return shown

    def _shown_to_staff(self, case_id: int, chat: int | None) -> list[Shown]:
        rows = self._database.tuples(
            """
            select outbox.resident_id, coalesce(nullif(outbox.message_id, 0), earlier.message_id)
                as message, max(cards.id is not null)
            from outbox left join outbox as earlier on earlier.id = outbox.replaces_letter
            left join cards on cards.letter_id = outbox.id
            where outbox.case_id = ?1 and outbox.is_for_staff = 1
                and (?2 is null or outbox.resident_id = ?2)
            group by outbox.resident_id, message having message <> 0 order by min(outbox.id)
            """,
            [case_id, chat],
        )
        return [Shown(reader, message_id, bool(is_card)) for reader, message_id, is_card in rows]

    def let_go_of(self, case_id: int) -> None:
        """What staff were told about a case is about none any more, and goes when it is old."""
        self._database.execute("delete from cards where case_id = ?", [case_id])
        self._database.execute(
            """
            update outbox set case_id = null, replaces_letter = null
            where case_id = ? and is_for_staff = 1
            """,
            [case_id],
        )

    def rewrite(self, letter_id: int, reply: Reply) -> bool:
        """Put other words into a letter that was not sent yet; False if it is too late."""
        row = self._database.one(
            "select resident_id from outbox where id = ? and state = 'waiting'", [letter_id]
        )
        if row is None:
            return False
        sealed = self._sealed(row["resident_id"], reply)
        self._database.update("outbox", letter_id, {"reply": sealed})
        return True

    def written_about(self, resident_id: int, message_id: int) -> Sent | None:
        """What a message in a chat is about; None if it is about no case, or not the bot's."""
        row = self._database.one(
            """
            select id, case_id, asks from outbox
            where resident_id = ? and message_id = ? and message_id <> 0 and case_id is not null
            order by id desc limit 1
            """,
            [resident_id, message_id],
        )
        return Sent(**row) if row else None

    def is_for_staff(self, letter_id: int) -> bool:
        """Whether a letter was written to staff about a case, and not to the case's resident."""
        row = self._database.one(
            "select is_for_staff from outbox where id = ?",
            [letter_id],
        )
        return bool(row and row["is_for_staff"])

    def next_for(self, resident_id: int) -> Letter | None:
        """The oldest letter that a resident has not received; None if she has them all."""
        row = self._database.one(
            f"""
            select outbox.*, (
                select message_id from outbox as earlier where earlier.id = outbox.replaces_letter
            ) as replaced_message_id
            from outbox where resident_id = ? and {_OPEN} order by id limit 1
            """,
            [resident_id],
        )
        return _letter(row) if row else None

    def residents_waited_for(self) -> list[int]:
        """The residents who can be written to and have not received everything."""
        rows = self._database.tuples(
            f"""
            select distinct outbox.resident_id from outbox
            join residents on residents.id = outbox.resident_id
            join identities on identities.resident_id = outbox.resident_id
            where {_OPEN} and reachable = 1
            """,
            [],
        )
        return [int(resident_id) for (resident_id,) in rows]

    def claim(self, letter_id: int) -> None:
        """A letter is about to be sent: from here until `mark_sent` nobody knows."""
        self._database.execute("update outbox set state = 'claimed' where id = ?", [letter_id])

    def mark_sent(self, letter_id: int, message_id: int, *, at: datetime) -> None:
        """A letter has arrived; its words stand in the conversation. What was taken back meanwhile
        is taken away."""
        sent = "state = 'sent', reply = '', tap_id = '', failure = '', message_id = ?, sent_at = ?"
        values = [message_id, at.isoformat(), letter_id]
        if self._database.execute(
            f"update outbox set {sent} where id = ? and state <> 'withdrawn'", values
        ):
            return
        if self._database.execute(f"update outbox set {sent} where id = ?", values) and message_id:
            self._remove(letter_id, message_id, at=at)

    def _remove(self, letter_id: int, message_id: int, *, at: datetime) -> None:
        row = self._database.one("select resident_id from outbox where id = ?", [letter_id])
        if row:
            removal = Reply("", removes=True, is_protected=True)
            self.post(row["resident_id"], removal, at=at, tapped_message_id=message_id)

    def put_off(self, letter_id: int, failure: str) -> None:
        """A letter did not arrive: it is tried again, or waits for the resident's return."""
        self._change(letter_id, "state = 'waiting', tries = tries + 1, failure = ?", failure)

    def refuse(self, letter_id: int, failure: str) -> None:
        """A letter will never arrive as it is: dead-lettered, its words kept for staff."""
        self._change(letter_id, "state = 'refused', tries = tries + 1, failure = ?", failure)

    def refused(self) -> list[Undelivered]:
        """The dead letters, oldest first."""
        rows = self._database.all("select * from outbox where state = 'refused' order by id", [])
        return [_undelivered(row) for row in rows]

    def count_refused(self) -> int:
        """How many dead letters there are."""
        row = self._database.one("select count(*) as n from outbox where state = 'refused'", [])
        return int(row["n"]) if row else 0

    def try_again(self) -> int:
        """Let the dead letters wait again; returns how many."""
        return self._database.execute(
            "update outbox set state = 'waiting', tries = 0 where state = 'refused'",
            [],
        )

    def backlog(self, *, reachable: bool) -> Backlog:
        """What waits for residents who can, or cannot, be written to."""
        row = self._database.one(
            f"""
            select count(*) as waiting, min(outbox.created_at) as oldest from outbox
            join residents on residents.id = resident_id where {_OPEN} and reachable = ?
            """,
            [int(reachable)],
        )
        return backlog_of(row)

    def delivery(self, case_id: int, resident_id: int) -> str:
        """How the letters to a resident about a case stand, by the one that stands worst.

        Returns:
            `refused`, `unreachable` (held until the resident returns), `waiting`, `sent`; empty
            if no letter was written about it, as on the web page.
        """
        rows = self._database.tuples(
            f"""
            select distinct {DELIVERY}
            from outbox join residents on residents.id = outbox.resident_id
            where case_id = ? and outbox.resident_id = ?
            """,
            [case_id, resident_id],
        )
        found = {state for (state,) in rows}
        return next((state for state in WORST_FIRST if state in found), "")

    def deliveries(self, case_id: int, resident_id: int) -> dict[datetime, str]:
        """How what a resident was written about a case stands, by when it was written; of several
        letters of one moment the one that stands worst. States as in `delivery`."""
        rows = self._database.tuples(
            f"""
            select outbox.created_at, {DELIVERY}
            from outbox join residents on residents.id = outbox.resident_id
            where case_id = ? and outbox.resident_id = ? and is_for_staff = 0
            """,
            [case_id, resident_id],
        )
        found: dict[datetime, str] = {}
        for written_at, state in rows:
            moment = datetime.fromisoformat(written_at)
            known = found.get(moment, state)
            found[moment] = min(known, state, key=WORST_FIRST.index)
        return found

    def prune(self, *, before: datetime) -> int:
        """Forget letters about no case that arrived before then; returns how many."""
        return self._database.execute(
            "delete from outbox where state = 'sent' and case_id is null and sent_at < ?",
            [before.isoformat()],
        )

    def _sealed(self, resident_id: int, reply: Reply) -> str:
        return self._database.sealed(
            resident_id, json.dumps(kept_reply(reply), ensure_ascii=False)
        )

    def _change(self, letter_id: int, changes: str, *values: object) -> None:
        """Note what became of a letter; one that was taken back meanwhile is not tried again."""
        self._database.execute(
            "update outbox set state = 'dropped' where id = ? and state = 'withdrawn'", [letter_id]
        )
        self._database.execute(
            f"update outbox set {changes} where id = ? and {_OPEN}", [*values, letter_id]
        )


def _letter(row: Row) -> Letter:
    return Letter(
        id=row["id"],
        resident_id=row["resident_id"],
        reply=reply_of(kept_json(row["reply"], kept_reply(Reply("")))),
        tap_id=row["tap_id"],
        tapped_message_id=row["replaced_message_id"] or row["tapped_message_id"],
        tries=row["tries"],
        claimed=row["state"] == "claimed",
    )


def _undelivered(row: Row) -> Undelivered:
    return Undelivered(
        letter_id=row["id"],
        case_id=row["case_id"],
        created_at=datetime.fromisoformat(row["created_at"]),
        tries=row["tries"],
        failure=row["failure"],
    )


def backlog_of(row: Row | None) -> Backlog:
    """A count with the oldest moment, as `waiting` and `oldest`."""
    if row is None or row["oldest"] is None:
        return Backlog(0, None)
    return Backlog(row["waiting"], datetime.fromisoformat(row["oldest"]))
