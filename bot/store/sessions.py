"""Who is signed in to the console, and who of staff looked at what, and why."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from bot.store.database import Database, Row

What = Literal["identity", "export", "full_export"]
"""What a view is of: who a resident is, or a file of cases."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser in which a member of staff is signed in."""

    id: int
    staff_id: int
    began_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class View:
    """That a member of staff looked at something that is not for every eye.

    Attributes:
        case_id: None for a file of several cases.
        reason: in her words.
    """

    staff_id: int
    case_id: int | None
    what: What
    reason: str
    at: datetime


class Sessions:
    """The table `staff_sessions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self, staff_id: int, token_hash: str, *, at: datetime, expires_at: datetime
    ) -> Session:
        """Keep that a member is signed in, until a moment."""
        moment = at.isoformat()
        session_id = self._database.insert(
            "staff_sessions",
            {
                "token_hash": token_hash,
                "staff_id": staff_id,
                "began_at": moment,
                "seen_at": moment,
                "expires_at": expires_at.isoformat(),
            },
        )
        return Session(session_id, staff_id, at, at, expires_at)

    def under(self, token_hash: str, *, at: datetime) -> Session | None:
        """The session with this token; None if there is none, or it has ended."""
        row = self._database.one(
            """
            select * from staff_sessions
            where token_hash = ? and ended_at = '' and expires_at > ?
            """,
            [token_hash, at.isoformat()],
        )
        return _session(row) if row else None

    def open_of(self, staff_id: int, *, at: datetime) -> list[Session]:
        """The sessions of a member that have not ended, the newest first."""
        rows = self._database.all(
            """
            select * from staff_sessions
            where staff_id = ? and ended_at = '' and expires_at > ? order by id desc
            """,
            [staff_id, at.isoformat()],
        )
        return [_session(row) for row in rows]

    def note_seen(self, session_id: int, *, at: datetime) -> None:
        """Keep when a session was last used."""
        self._database.update("staff_sessions", session_id, {"seen_at": at.isoformat()})

    def end(self, session_id: int, *, at: datetime) -> None:
        """Sign one browser out."""
        self._database.update("staff_sessions", session_id, {"ended_at": at.isoformat()})

    def end_all(self, staff_id: int, *, at: datetime) -> int:
        """Sign a member out everywhere; returns in how many browsers."""
        return self._database.execute(
            "update staff_sessions set ended_at = ? where staff_id = ? and ended_at = ''",
            [at.isoformat(), staff_id],
        )


class Views:
    """The table `views`; only added to. A reason is sealed with the case it is about."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, view: View) -> None:
        """Keep that somebody looked."""
        self._database.insert(
            "views",
            {
                "staff_id": view.staff_id,
                "case_id": view.case_id,
                "what": view.what,
                "reason": self._database.sealed_about(view.case_id, view.reason),
                "at": view.at.isoformat(),
            },
        )

    def of_case(self, case_id: int) -> list[View]:
        """Who looked at what of a case, the newest first."""
        rows = self._database.all(
            "select * from views where case_id = ? order by id desc", [case_id]
        )
        return [_view(row) for row in rows]

    def last(self, *, most: int, offset: int = 0) -> list[View]:
        """Who looked at what, the newest first."""
        rows = self._database.all(
            "select * from views order by id desc limit ? offset ?", [most, offset]
        )
        return [_view(row) for row in rows]

    def between(self, since: datetime, until: datetime) -> list[View]:
        """Who looked at what from a moment on and before another, the newest first."""
        rows = self._database.all(
            "select * from views where at >= ? and at < ? order by id desc",
            [one.astimezone(UTC).isoformat() for one in (since, until)],
        )
        return [_view(row) for row in rows]

    def count(self) -> int:
        """How many views there are."""
        row = self._database.one("select count(*) as n from views", [])
        return int(row["n"]) if row else 0


def _session(row: Row) -> Session:
    return Session(
        id=row["id"],
        staff_id=row["staff_id"],
        began_at=datetime.fromisoformat(row["began_at"]),
        seen_at=datetime.fromisoformat(row["seen_at"]),
        expires_at=datetime.fromisoformat(row["expires_at"]),
    )


def _view(row: Row) -> View:
    return View(
        staff_id=row["staff_id"],
        case_id=row["case_id"],
        what=row["what"],
        reason=row["reason"],
        at=datetime.fromisoformat(row["at"]),
    )
