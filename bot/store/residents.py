"""Who writes to the bot: a pseudonymous number each, found again by the channel's own id.

That id stands sealed in `identities`, beside a keyed hash by which it is found (`bot.vault`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.messages import Channel
from bot.store.database import UNREADABLE, Database, Row
from bot.vault import Vault
from index import Earlier


@dataclass(frozen=True, slots=True)
class Resident:
    """A person as everything but the channel knows her: a number and how to talk to her.

    Attributes:
        language: the one she chose; empty follows each message.
        last_language: the one she was last replied to in; empty before the first reply.
    """

    id: int
    language: str = ""
    last_language: str = ""
    reachable: bool = True


class Residents:
    """The tables `residents` and `identities`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def met(self, channel: Channel, channel_id: str, *, at: datetime) -> Resident:
        """The resident behind a channel's id; a new one is noted on first contact."""
        row = self._found(channel, channel_id)
        if row and row["sealed"]:
            if identity_of(row["sealed"]) is None:  # damaged: now it is known anew
                self._set_identity(row["id"], channel, channel_id)
            return _resident(row)
        resident_id = self.add(at=at).id
        self._set_identity(resident_id, channel, channel_id)
        return Resident(resident_id)

    def add(self, *, at: datetime) -> Resident:
        """A new resident, of whom nothing else is known, with a key of her own."""
        row = {"created_at": at.isoformat(), "key_id": self._vault.new_key()}
        return Resident(self._database.insert("residents", row))

    def shred(self, *resident_ids: int, at: datetime) -> None:
        """Forget who residents are; their keys, and with them all that they said, go once that is
        on disk."""
        marks = ", ".join("?" * len(resident_ids))
        self._database.execute(
            f"delete from identities where resident_id in ({marks})", resident_ids
        )
        self._database.execute(
            f"""
            update residents set forgotten_at = ? where id in ({marks}) and forgotten_at = ''
            """,
            [at.isoformat(), *resident_ids],
        )
        rows = self._database.tuples(
            f"select key_id from residents where id in ({marks})", resident_ids
        )
        self._database.after_commit(lambda: self._shred_keys([key_id for (key_id,) in rows]))

    def shred_forgotten(self) -> None:
        """Take away the keys of all who were forgotten, of which a crash, or a disk that was full,
        may have left some."""
        rows = self._database.tuples("select key_id from residents where forgotten_at <> ''", [])
        self._shred_keys([key_id for (key_id,) in rows])

    def _shred_keys(self, key_ids: Sequence[int]) -> None:
        left = [key_id for key_id in key_ids if key_id and not self._vault.was_shredded(key_id)]
        if left:
            self._vault.shred(*left)
            self._database.empty_log()

    def without_key(self) -> list[int]:
        """Whose key was shredded though nobody forgot them here: a backup from before was
        restored. Who has lost her key otherwise is not among them."""
        rows = self._database.tuples(
            "select id, key_id from residents where forgotten_at = '' and key_id <> 0", []
        )
        return [resident_id for resident_id, key_id in rows if self._vault.was_shredded(key_id)]

    def has_identity(self, resident_id: int) -> bool:
        """Whether anybody can be found behind this number: of who filed anonymously or was
        forgotten nobody can."""
        return self._identity(resident_id) is not None

    def known(self, channel: Channel, channel_id: str) -> Resident | None:
        """The resident behind a channel's id, or None for a stranger."""
        row = self._found(channel, channel_id)
        return _resident(row) if row and row["sealed"] else None

    def get(self, resident_id: int) -> Resident | None:
        """The resident with this number."""
        row = self._database.one("select * from residents where id = ?", [resident_id])
        return _resident(row) if row else None

    def set_language(self, resident_id: int, language: str) -> None:
        """Keep her choice of language; empty follows each message."""
        self._database.update("residents", resident_id, {"language": language})

    def set_last_language(self, resident_id: int, language: str) -> None:
        """Keep the language of the last reply, for taps and pictures that have no words."""
        self._database.update("residents", resident_id, {"last_language": language})

    def set_topic(self, resident_id: int, topic: Earlier, *, at: datetime) -> None:
        """Keep what she last asked about, for a question that leans on it."""
        self._database.update(
            "residents",
            resident_id,
            {
                "topic_question": self._database.sealed(resident_id, topic.question),
                "topic_commitment": topic.commitment,
                "topic_at": at.isoformat(),
            },
        )

    def topic(self, resident_id: int, *, since: datetime) -> Earlier | None:
        """What she last asked about, None if that was before `since`."""
        row = self._database.one("select * from residents where id = ?", [resident_id])
        if row is None or not row["topic_at"] or datetime.fromisoformat(row["topic_at"]) < since:
            return None
        return Earlier(row["topic_question"], row["topic_commitment"])

    def identity(self, resident_id: int) -> tuple[Channel, str]:
        """By what a resident is known on her channel: the channel, and its own id of her."""
        identity = self._identity(resident_id)
        if identity is None:
            raise LookupError(f"resident {resident_id} is on no channel")
        return identity

    def address(self, resident_id: int, channel: Channel) -> str | None:
        """The channel's own id of a resident; None if she cannot be written to there."""
        resident, identity = self.get(resident_id), self._identity(resident_id)
        if resident is None or identity is None or not resident.reachable:
            return None
        own_channel, channel_id = identity
        return channel_id if own_channel == channel else None

    def is_on(self, resident_id: int, channel: Channel) -> bool:
        """Whether a resident writes to the bot by a channel."""
        identity = self._identity(resident_id)
        return identity is not None and identity[0] == channel

    def set_adding(self, resident_id: int, case_id: int | None, *, at: datetime) -> None:
        """Note that what she says next belongs to a case; None for none."""
        self._database.update(
            "residents", resident_id, {"adding_to": case_id, "adding_since": at.isoformat()}
        )

    def adding_to(self, resident_id: int, *, since: datetime) -> int | None:
        """The case that what she says next belongs to, if she said so since then."""
        row = self._database.one(
            "select adding_to from residents where id = ? and adding_since >= ?",
            [resident_id, since.isoformat()],
        )
        return row["adding_to"] if row else None

    def move(self, channel: Channel, old_address: str, new_address: str) -> None:
        """Note that a chat has another id now; whoever was met under the new one gives it up."""
        moved = self.known(channel, old_address)
        if moved is None:
            return
        self._set_identity(moved.id, channel, new_address)

    def heard_until(self, resident_id: int) -> datetime | None:
        """Up to when what she may say is used up (see `bot.patience`); None at first."""
        row = self._database.one("select heard_until from residents where id = ?", [resident_id])
        return datetime.fromisoformat(row["heard_until"]) if row and row["heard_until"] else None

    def set_heard_until(self, resident_id: int, until: datetime) -> None:
        """Keep up to when what she may say is used up."""
        self._database.update("residents", resident_id, {"heard_until": until.isoformat()})

    def set_reachable(self, resident_id: int, reachable: bool) -> None:
        """Note whether she can be written to."""
        self._database.update("residents", resident_id, {"reachable": int(reachable)})

    def _found(self, channel: Channel, channel_id: str) -> Row | None:
        """The row of the resident with this identity, as `sealed`: empty if her key was shredded,
        and a backup from before has brought her row back."""
        return self._database.one(
            """
            select residents.*, identities.sealed from residents
            join identities on identities.resident_id = residents.id
            where lookup = ?
            """,
            [self._vault.lookup(channel, channel_id)],
        )

    def _set_identity(self, resident_id: int, channel: Channel, channel_id: str) -> None:
        """Have her found by a channel's id and by nothing else; whoever was gives it up."""
        words = json.dumps({"channel": channel, "channel_id": channel_id})
        lookup = self._vault.lookup(channel, channel_id)
        self._database.execute(
            "delete from identities where lookup = ? or resident_id = ?", [lookup, resident_id]
        )
        row = {"lookup": lookup, "sealed": self._database.sealed(resident_id, words)}
        self._database.insert("identities", {"resident_id": resident_id, **row})

    def _identity(self, resident_id: int) -> tuple[Channel, str] | None:
        """Channel and the channel's own id; None if there is none, or none that can be read."""
        row = self._database.one(
            "select sealed from identities where resident_id = ?", [resident_id]
        )
        return identity_of(row["sealed"]) if row else None


def identity_of(words: str) -> tuple[Channel, str] | None:
    """An identity as it was sealed; None if it cannot be read any more."""
    if words in ("", UNREADABLE):
        return None
    try:
        kept = json.loads(words)
        return kept["channel"], kept["channel_id"]
    except (ValueError, KeyError, TypeError):  # damaged so that it is not even known as sealed
        return None


def _resident(row: Row) -> Resident:
    return Resident(
        id=row["id"],
        language=row["language"],
        last_language=row["last_language"],
        reachable=bool(row["reachable"]),
    )
