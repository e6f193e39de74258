"""Lists of cases, each by an index of its own: what waits for whom, and what is late."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.cases import OPEN_STATES, Case, Role
from bot.store.cases import case_of
from bot.store.database import Database
from bot.store.drafts import PHOTOS

_OPEN = ", ".join(f"'{state}'" for state in OPEN_STATES)
_OVERDUE = "stopped_at = '' and due_at <> '' and due_at < ?"
_TO_DO = {
    Role.DISPATCHER: """
        cases.state in ('submitted', 'accepted') or (cases.state = 'in_progress' and (
            exists (
                select 1 from assignments where case_id = cases.id
                and (return_asked = 'open' or extension_asked = 'open')
            )
            or not exists (
                select 1 from assignments where case_id = cases.id
                and is_lead = 1 and state in ('pending', 'signed')
            )
        ))
    """,
    Role.SUPERVISOR: """
        (cases.state = 'in_progress' and (
            exists (
                select 1 from assignments where case_id = cases.id and extension_asked = 'open'
            )
            or not exists (
                select 1 from assignments where case_id = cases.id
                and is_lead = 1 and state in ('pending', 'signed')
            )
        ))
        or (cases.state in ('submitted', 'accepted', 'in_progress', 'ledger') and exists (
            select 1 from timers where case_id = cases.id and stopped_at = ''
            and due_at <> '' and due_at < :now
        ))
    """,
    Role.HANDLER: """
        cases.state = 'in_progress' and cases.id in (
            select case_id from assignments
            where unit = :unit and state in ('pending', 'signed')
        )
    """,
}
"""Role -> which cases wait for its next step."""
_NEXT_DUE = """
    coalesce((select min(due_at) from timers
        where case_id = cases.id and stopped_at = '' and due_at <> ''), 'z')
"""


class Lists:
    """Reads `cases` with `assignments` and `timers`; changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def to_do(self, role: Role, unit: str, *, at: datetime, most: int) -> list[Case]:
        """What waits for a role's next step, the one that is due first at the head.

        Args:
            unit: a handler's.
        """
        values = {"now": at.isoformat(), "unit": unit, "most": most}
        rows = self._database.named(
            f"""
            select cases.*, {PHOTOS} from cases join drafts on drafts.case_id = cases.id
            where {_open(role)} and ({_TO_DO[role]})
            order by {_NEXT_DUE}, cases.id limit :most
            """,
            values,
        )
        return [case_of(row) for row in rows]

    def count_to_do(self, role: Role, unit: str, *, at: datetime) -> int:
        """How many cases wait for a role's next step."""
        rows = self._database.named(
            f"select count(*) as n from cases where {_open(role)} and ({_TO_DO[role]})",
            {"now": at.isoformat(), "unit": unit},
        )
        return int(rows[0]["n"])

    def overdue(self, *, at: datetime, most: int) -> list[Case]:
        """The open cases with a clock that has run out, the longest overdue first."""
        rows = self._database.all(
            f"""
            select cases.*, {PHOTOS} from cases join drafts on drafts.case_id = cases.id
            where cases.id in (
                select case_id from timers where {_OVERDUE} and name not in ('rating', 'ledger')
            ) and cases.state in ({_OPEN})
            order by {_NEXT_DUE}, cases.id limit ?
            """,
            [at.isoformat(), most],
        )
        return [case_of(row) for row in rows]

    def about(self, commitment: str, *, most: int) -> list[Case]:
        """The cases about a commitment, the newest first."""
        rows = self._database.all(
            f"""
            select cases.*, {PHOTOS} from case_commitments
            join cases on cases.id = case_commitments.case_id
            join drafts on drafts.case_id = cases.id
            where case_commitments.commitment = ? and standing <> 'dropped'
            order by cases.id desc limit ?
            """,
            [commitment, most],
        )
        return [case_of(row) for row in rows]

    def digest(self, *, at: datetime) -> dict[str, int]:
        """The daily digest's counts: `new` since a day ago, and as things stand now `to_accept`,
        `overdue`, `disputed`, `ledger`, `unreachable` (residents with letters that wait for them)
        and `failed` (letters that were refused)."""
        values = {"since": (at - timedelta(days=1)).isoformat(), "now": at.isoformat()}
        rows = self._database.named(
            f"""
            select
                (select count(*) from cases where submitted_at >= :since) as new,
                (select count(*) from cases where state = 'submitted') as to_accept,
                (select count(distinct case_id) from timers join cases on cases.id = case_id
                    where stopped_at = '' and due_at <> '' and due_at < :now
                    and name not in ('rating', 'ledger')
                    and cases.state in ({_OPEN})) as overdue,
                (select count(*) from cases
                    where rework > 0 and state in ('submitted', 'in_progress')) as disputed,
                (select count(*) from cases where state = 'ledger') as ledger,
                (select count(distinct outbox.resident_id) from outbox
                    join residents on residents.id = outbox.resident_id
                    where outbox.state in ('waiting', 'claimed') and reachable = 0) as unreachable,
                (select count(*) from outbox where state = 'refused') as failed
            """,
            values,
        )
        return {name: int(count) for name, count in rows[0].items()}


def _open(role: Role) -> str:
    """The states a role can have something to do in: what makes the index by state useful."""
    states: Sequence[str] = {
        Role.DISPATCHER: ("submitted", "accepted", "in_progress"),
        Role.SUPERVISOR: ("submitted", "accepted", "in_progress", "ledger"),
    }.get(role, ("in_progress",))
    listed = ", ".join(f"'{state}'" for state in states)
    return f"cases.state in ({listed})"
