"""Who works here: members of staff, the groups they work in, the cards and words between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.cases import Role, Staff
from bot.store.database import Database, Row

LinkPurpose = Literal["chat", "console"]
"""What a one-time code is good for: to be known in a chat, or to sign in to the console."""


@dataclass(frozen=True, slots=True)
class Card:
    """A case as one chat of staff shows it: the letter that holds it.

    Attributes:
        headline: what the letter tells first, of what has just happened; empty for nothing.
    """

    case_id: int
    resident_id: int
    letter_id: int
    headline: str


@dataclass(frozen=True, slots=True)
class Words:
    """What a member of staff wrote about a case, before anybody knows what it is to become."""

    id: int
    staff_id: int
    case_id: int
    words: str
    used_for: str


class StaffRows:
    """The tables `staff`, `staff_links`, `staff_groups`, `cards` and `staff_words`; what is
    written about a case is sealed with it.

    A chat with staff, private or group, has a row in `residents` like every chat the bot writes
    to; `resident_id` is that one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # Members

    def add(self, name: str, role: Role, unit: str, *, at: datetime) -> Staff:
        """Keep a new member of staff."""
        staff_id = self._database.insert(
            "staff",
            {"name": name, "role": role, "unit": unit, "created_at": at.isoformat()},
        )
        return Staff(staff_id, name, role, unit)

    def change(self, member: Staff) -> None:
        """Keep a member's role, unit, chat, and whether she still works here."""
        self._database.update(
            "staff",
            member.id,
            {
                "role": member.role,
                "unit": member.unit,
                "resident_id": member.resident_id,
                "is_active": int(member.is_active),
            },
        )

    def get(self, staff_id: int) -> Staff | None:
        """The member with this id, active or not."""
        return self._member("id = ?", [staff_id])

    def named(self, name: str) -> Staff | None:
        """The member of this name, active or not."""
        return self._member("name = ?", [name])

    def in_chat(self, resident_id: int) -> Staff | None:
        """The active member whose private chat this is, or None."""
        return self._member("resident_id = ? and is_active = 1", [resident_id])

    def all(self) -> list[Staff]:
        """Every member, in the order they came."""
        return [_staff(row) for row in self._database.all("select * from staff order by id", [])]

    def active(self, role: Role, unit: str = "") -> list[Staff]:
        """The active members of a role; of handlers those of one unit."""
        rows = self._database.all(
            "select * from staff where role = ? and unit = ? and is_active = 1 order by id",
            [role, unit],
        )
        return [_staff(row) for row in rows]

    # Links

    def add_link(
        self, staff_id: int, code_hash: str, *, purpose: LinkPurpose, expires_at: datetime
    ) -> None:
        """Keep a code by which a member is known, once, where it is good for that."""
        self._database.insert(
            "staff_links",
            {
                "staff_id": staff_id,
                "code_hash": code_hash,
                "purpose": purpose,
                "expires_at": expires_at.isoformat(),
            },
        )

    def use_link(self, code_hash: str, *, purpose: LinkPurpose, at: datetime) -> Staff | None:
        """Use a code up; None if there is none for that, or it was used, or is too old."""
        row = self._database.one(
            """
            select * from staff_links
            where code_hash = ? and purpose = ? and used_at = '' and expires_at > ?
            """,
            [code_hash, purpose, at.isoformat()],
        )
        if row is None:
            return None
        self._database.update("staff_links", row["id"], {"used_at": at.isoformat()})
        return self._member("id = ? and is_active = 1", [row["staff_id"]])

    def burn_link(self, code_hash: str, *, at: datetime) -> bool:
        """Use a code up, whatever it is good for; False if there is none that still is."""
        changed = self._database.execute(
            """
            update staff_links set used_at = ?1
            where code_hash = ?2 and used_at = '' and expires_at > ?1
            """,
            [at.isoformat(), code_hash],
        )
        return changed == 1

    # Groups

    def add_group(self, resident_id: int, staff_id: int, *, at: datetime) -> None:
        """Make a group's chat one that cards are shown in."""
        self._database.execute(
            "insert or ignore into staff_groups (resident_id, staff_id, since) values (?, ?, ?)",
            [resident_id, staff_id, at.isoformat()],
        )

    def drop_group(self, resident_id: int) -> bool:
        """No longer show cards in a group; False if it showed none."""
        statement = "delete from staff_groups where resident_id = ?"
        return self._database.execute(statement, [resident_id]) == 1

    def is_group(self, resident_id: int) -> bool:
        """Whether a chat is a group that cards are shown in."""
        statement = "select 1 from staff_groups where resident_id = ?"
        return self._database.one(statement, [resident_id]) is not None

    def groups(self) -> list[int]:
        """The groups' chats that can be written to."""
        rows = self._database.tuples(
            """
            select resident_id from staff_groups join residents on residents.id = resident_id
            where reachable = 1 order by resident_id
            """,
            [],
        )
        return [int(resident_id) for (resident_id,) in rows]

    # Cards and words

    def keep_card(
        self, case_id: int, resident_id: int, letter_id: int, *, headline: str = ""
    ) -> None:
        """Note which letter shows a case in a chat, in place of the one before."""
        self._database.execute(
            """
            insert into cards (case_id, resident_id, letter_id, headline) values (?, ?, ?, ?)
            on conflict (case_id, resident_id)
            do update set letter_id = excluded.letter_id, headline = excluded.headline
            """,
            [case_id, resident_id, letter_id, self._database.sealed_about(case_id, headline)],
        )

    def forget_card(self, case_id: int, resident_id: int) -> None:
        """A chat shows no card of a case any more."""
        self._database.execute(
            "delete from cards where case_id = ? and resident_id = ?", [case_id, resident_id]
        )

    def cards(self, case_id: int) -> list[Card]:
        """The letters that show a case, one a chat."""
        rows = self._database.tuples(
            """
            select case_id, resident_id, letter_id, opened(headline) from cards
            where case_id = ? order by id
            """,
            [case_id],
        )
        return [Card(*row) for row in rows]

    def waiting_card(self, case_id: int, resident_id: int) -> int | None:
        """The message that a card's letter, not sent yet, will change; None if none waits."""
        row = self._database.one(
            """
            select earlier.message_id from cards
            join outbox as letter on letter.id = cards.letter_id
            join outbox as earlier on earlier.id = letter.replaces_letter
            where cards.case_id = ? and cards.resident_id = ? and letter.state = 'waiting'
            """,
            [case_id, resident_id],
        )
        return int(row["message_id"]) if row else None

    def keep_words(self, staff_id: int, case_id: int, words: str, *, at: datetime) -> int:
        """Keep what a member wrote about a case. Returns its id."""
        return self._database.insert(
            "staff_words",
            {
                "staff_id": staff_id,
                "case_id": case_id,
                "words": self._database.sealed_about(case_id, words),
                "at": at.isoformat(),
            },
        )

    def words(self, words_id: int) -> Words | None:
        """What a member wrote, or None."""
        row = self._database.one(
            "select id, staff_id, case_id, words, used_for from staff_words where id = ?",
            [words_id],
        )
        return Words(**row) if row else None

    def use_words(self, words_id: int, used_for: str) -> None:
        """Note what words became."""
        self._database.update("staff_words", words_id, {"used_for": used_for})

    def _member(self, condition: str, values: Sequence[object]) -> Staff | None:
        row = self._database.one(f"select * from staff where {condition}", values)
        return _staff(row) if row else None


def _staff(row: Row) -> Staff:
    return Staff(
        id=row["id"],
        name=row["name"],
        role=Role(row["role"]),
        unit=row["unit"],
        resident_id=row["resident_id"],
        is_active=bool(row["is_active"]),
    )
