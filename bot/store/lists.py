"""Lists of cases, each by an index of its own: what waits for whom, and what is late."""

from datetime import datetime, timedelta

from bot.cases import Case, Role
from bot.store.cases import case_of
from bot.store.database import Database
from bot.store.drafts import PHOTOS

OVERDUE = """
    timers.stopped_at = '' and timers.due_at <> '' and timers.due_at < :now
    and timers.name not in ('rating', 'ledger')
"""
"""Of `timers`: the clocks that have run out."""
TO_DO = {
    Role.DISPATCHER: """
        select id from cases where waits_for = 'dispatcher'
        union select case_id from timers
        where name = 'info' and stopped_at = '' and due_at <> '' and due_at < :now
    """,
    Role.SUPERVISOR: f"""
        select id from cases where waits_for = 'supervisor'
        union select id from cases where waits_for = 'dispatcher' and state = 'in_progress'
        union select case_id from (
            select case_id from timers where {OVERDUE} order by due_at limit :looked_at
        )
    """,
    Role.HANDLER: """
        select case_id from assignments join cases on cases.id = case_id
        where unit = :unit and assignments.state in ('pending', 'signed')
        and cases.state = 'in_progress'
    """,
}
"""Role -> the cases that wait for its next step; a supervisor's are also the longest overdue."""
_NEXT_DUE = """
    coalesce((select min(due_at) from timers
        where case_id = cases.id and stopped_at = '' and due_at <> ''), 'z')
"""
_LOOKED_AT = 500
"""Of the overdue clocks, the oldest so many: a case has several."""


class Lists:
    """Reads `cases` with `assignments` and `timers`; changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def to_do(self, role: Role, unit: str, *, at: datetime, most: int) -> list[Case]:
        """What waits for a role's next step, the one that is due first at the head.

        Args:
            unit: a handler's.
        """
        rows = self._database.named(
            f"""
            select cases.*, {PHOTOS} from cases join drafts on drafts.case_id = cases.id
            where cases.id in (
                select id from cases where id in ({TO_DO[role]})
                order by {_NEXT_DUE}, id limit :most
            )
            order by {_NEXT_DUE}, cases.id
            """,
            {**to_do_values(unit, at), "most": most},
        )
        return [case_of(row) for row in rows]

    def count_to_do(self, role: Role, unit: str, *, at: datetime) -> int:
        """How many cases wait for a role's next step, hundreds of overdue ones at most."""
        rows = self._database.named(
            f"select count(*) as n from cases where id in ({TO_DO[role]})", to_do_values(unit, at)
        )
        return int(rows[0]["n"])

    def overdue(self, *, at: datetime, most: int) -> list[Case]:
        """The open cases with a clock that has run out, the longest overdue first."""
        found = self._database.named(
            f"""
            select case_id from timers where {OVERDUE} order by due_at limit :looked_at
            """,
            to_do_values("", at),
        )
        case_ids = list(dict.fromkeys(int(row["case_id"]) for row in found))[:most]
        marks = ", ".join("?" * len(case_ids))
        rows = self._database.all(
            f"""
            select cases.*, {PHOTOS} from cases join drafts on drafts.case_id = cases.id
            where cases.id in ({marks})
            """,
            case_ids,
        )
        cases = {row["id"]: case_of(row) for row in rows}
        return [cases[case_id] for case_id in case_ids]

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
                (select count(distinct case_id) from timers where {OVERDUE}) as overdue,
                (select count(*) from cases
                    where rework > 0 and state in ('submitted', 'in_progress')) as disputed,
                (select count(*) from cases where state = 'ledger') as ledger,
                (select count(*) from residents where reachable = 0 and exists (
                    select 1 from outbox where resident_id = residents.id
                    and state in ('waiting', 'claimed') and is_for_staff = 0
                )) as unreachable,
                (select count(*) from outbox where state = 'refused') as failed
            """,
            values,
        )
        return {name: int(count) for name, count in rows[0].items()}


def to_do_values(unit: str, at: datetime) -> dict[str, object]:
    """What the statements of `TO_DO` and `OVERDUE` name."""
    return {"now": at.isoformat(), "unit": unit, "looked_at": _LOOKED_AT}
