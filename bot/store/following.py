"""Commitments' progress notes and who follows them; and what must happen only once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.store.database import Database, Row


@dataclass(frozen=True, slots=True)
class ProgressNote:
    """What staff noted of a commitment's progress: text and source, in their words.

    Attributes:
        noted_on: the day the note speaks of.
        staff_id: who noted it; None for an operator at the command line.
    """

    id: int
    commitment: str
    text: str
    source: str
    noted_on: date
    staff_id: int | None


class Following:
    """The tables `follows` and `progress_notes`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def follow(self, commitment: str, resident_id: int, *, at: datetime) -> None:
        """Let a resident hear of a commitment's progress."""
        self._database.execute(
            "insert or ignore into follows (commitment, resident_id, since) values (?, ?, ?)",
            [commitment, resident_id, at.isoformat()],
        )

    def unfollow(self, commitment: str, resident_id: int) -> None:
        """Let her hear of it no more."""
        self._database.execute(
            "delete from follows where commitment = ? and resident_id = ?",
            [commitment, resident_id],
        )

    def follows(self, commitment: str, resident_id: int) -> bool:
        """Whether a resident follows a commitment."""
        row = self._database.one(
            "select 1 from follows where commitment = ? and resident_id = ?",
            [commitment, resident_id],
        )
        return row is not None

    def followed_by(self, resident_id: int) -> list[str]:
        """The commitments a resident follows, in the order she began to."""
        rows = self._database.tuples(
            "select commitment from follows where resident_id = ? order by since, commitment",
            [resident_id],
        )
        return [str(commitment) for (commitment,) in rows]

    def followers(self, commitment: str) -> list[int]:
        """The residents who follow a commitment."""
        rows = self._database.tuples(
            "select resident_id from follows where commitment = ? order by resident_id",
            [commitment],
        )
        return [int(resident_id) for (resident_id,) in rows]

    def add_note(
        self,
        commitment: str,
        text: str,
        *,
        source: str,
        noted_on: date,
        staff_id: int | None,
        at: datetime,
    ) -> ProgressNote:
        """Keep a progress note."""
        note_id = self._database.insert(
            "progress_notes",
            {
                "commitment": commitment,
                "text": text,
                "source": source,
                "noted_on": noted_on.isoformat(),
                "staff_id": staff_id,
                "at": at.isoformat(),
            },
        )
        return ProgressNote(note_id, commitment, text, source, noted_on, staff_id)

    def notes(self, commitment: str) -> Sequence[ProgressNote]:
        """A commitment's progress notes, the newest first."""
        rows = self._database.all(
            "select * from progress_notes where commitment = ? order by noted_on desc, id desc",
            [commitment],
        )
        return [note_of(row) for row in rows]

    def all_notes(self) -> dict[str, list[ProgressNote]]:
        """Every commitment's progress notes, the newest first."""
        rows = self._database.all(
            "select * from progress_notes order by noted_on desc, id desc", []
        )
        found: dict[str, list[ProgressNote]] = {}
        for row in rows:
            found.setdefault(row["commitment"], []).append(note_of(row))
        return found


class Once:
    """The tables `said_once` and `failed_lookups`: what must not be said or tried too often."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_first(self, key: str, *, at: datetime, since: datetime | None = None) -> bool:
        """Whether something is said for the first time, or since then; from now on it was."""
        changed = self._database.execute(
            """
            insert into said_once (key, at) values (?, ?)
            on conflict (key) do update set at = excluded.at where at < ?
            """,
            [key, at.isoformat(), since.isoformat() if since else ""],
        )
        return changed == 1

    def note_failed_lookup(self, resident_id: int, *, at: datetime, since: datetime) -> None:
        """Count a try of hers to look a case up with a wrong number or code; what was before
        `since` is forgotten."""
        self._database.execute("delete from failed_lookups where at < ?", [since.isoformat()])
        self._database.execute(
            """
            insert into failed_lookups (key, at, tries) values (?, ?, 1)
            on conflict (key, at) do update set tries = tries + 1
            """,
            [lookup_key(self._database, resident_id), _roughly(at).isoformat()],
        )

    def failed_lookups(self, resident_id: int, *, since: datetime) -> int:
        """How often that happened to her lately."""
        row = self._database.one(
            "select sum(tries) as n from failed_lookups where key = ? and at >= ?",
            [lookup_key(self._database, resident_id), since.isoformat()],
        )
        return int(row["n"] or 0) if row else 0

    def prune(self, *, before: datetime) -> None:
        """Forget what is long past."""
        moment = before.isoformat()
        self._database.execute("delete from failed_lookups where at < ?", [moment])
        self._database.execute("delete from said_once where at < ?", [moment])


def lookup_key(database: Database, resident_id: int) -> str:
    """By what a resident's wrong codes are counted: tells nobody who she is."""
    return database.hashed("lookup", str(resident_id))


def _roughly(at: datetime) -> datetime:
    """The moment to ten minutes, which is enough to count by the hour."""
    return at.replace(minute=at.minute // 10 * 10, second=0, microsecond=0)


def note_of(row: Row) -> ProgressNote:
    """A progress note of a row of `progress_notes`."""
    return ProgressNote(
        id=row["id"],
        commitment=row["commitment"],
        text=row["text"],
        source=row["source"],
        noted_on=date.fromisoformat(row["noted_on"]),
        staff_id=row["staff_id"],
    )
