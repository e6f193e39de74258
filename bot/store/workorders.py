"""Cases as work orders: everything that a row of an export needs, read for many cases at once."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.cases import Case
from bot.store.cases import case_of
from bot.store.database import Database
from bot.store.drafts import PHOTOS
from bot.store.outbox import DELIVERY, WORST_FIRST
from bot.store.residents import identity_of

MOST_AT_ONCE = 200
"""SQLite takes more, but nothing else happens in the process while it reads."""


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """A case with what belongs to it.

    Attributes:
        channel: on which its resident writes; empty if nobody knows.
        leads, supports: codes of the units that have a part in it now.
        commitments: ids of those it is about.
        alike: the number of the case it was merged into, is said to be the same as, or is most
            like; empty for none.
        reply: what its resident was answered last; empty for nothing.
        due_at: when the case has to be done, if that clock runs.
        updated_at: its last step.
        is_alike_confidential: that case is confidential.
        delivery: how the letters to its resident stand (`OutboxRows.delivery`).
    """

    case: Case
    channel: str
    leads: tuple[str, ...]
    supports: tuple[str, ...]
    commitments: tuple[str, ...]
    alike: str
    reply: str
    due_at: datetime | None
    updated_at: datetime
    delivery: str
    is_alike_confidential: bool = False


class WorkOrders:
    """Reads `cases` with all that an export tells of them; changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ids(self) -> list[int]:
        """All cases, in the order they were filed."""
        return [int(row_id) for (row_id,) in self._tuples("select id from cases order by id", [])]

    def these(self, case_ids: Sequence[int]) -> list[WorkOrder]:
        """The work orders of these cases, in this order; at most `MOST_AT_ONCE`."""
        marks = ", ".join("?" * len(case_ids))
        rows = self._database.all(
            f"""
            select cases.*, {PHOTOS}, coalesce(identities.sealed, '') as identity,
                coalesce(other.number, '') as alike,
                coalesce(other.is_confidential, 0) as is_alike_confidential,
                coalesce((
                    select reason from events where case_id = cases.id
                    and action in ('reply', 'answer', 'follow_master') order by id desc limit 1
                ), '') as reply,
                (
                    select due_at from timers where case_id = cases.id and name = 'done'
                    and assignment_id is null and stopped_at = '' and due_at <> '' limit 1
                ) as due_at,
                (select max(at) from events where case_id = cases.id) as updated_at
            from cases join drafts on drafts.case_id = cases.id
            left join identities on identities.resident_id = cases.resident_id
            left join cases as other on other.id = coalesce(
                cases.master_id, cases.same_as, (
                    select other_id from similar_cases where case_id = cases.id
                    order by score desc, other_id limit 1
                )
            )
            where cases.id in ({marks})
            """,
            case_ids,
        )
        units, commitments = self._units(marks, case_ids), self._commitments(marks, case_ids)
        delivery = self._deliveries(marks, case_ids)
        made = {
            row["id"]: _work_order(row, units, commitments, delivery.get(row["id"], ""))
            for row in rows
        }
        return [made[case_id] for case_id in case_ids]

    def _units(self, marks: str, case_ids: Sequence[int]) -> dict[tuple[int, bool], list[str]]:
        found: dict[tuple[int, bool], list[str]] = defaultdict(list)
        for case_id, unit, is_lead in self._tuples(
            f"""
            select case_id, unit, is_lead from assignments join cases on cases.id = case_id
            where case_id in ({marks}) and round = rework
            and (assignments.state in ('pending', 'signed', 'done')
                or (assignments.state = 'returned' and return_asked = 'open'))
            order by assignments.id
            """,
            case_ids,
        ):
            found[case_id, bool(is_lead)].append(unit)
        return found

    def _commitments(self, marks: str, case_ids: Sequence[int]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = defaultdict(list)
        for case_id, commitment in self._tuples(
            f"""
            select case_id, commitment from case_commitments
            where case_id in ({marks}) and standing <> 'dropped' order by rowid
            """,
            case_ids,
        ):
            found[case_id].append(commitment)
        return found

    def _deliveries(self, marks: str, case_ids: Sequence[int]) -> dict[int, str]:
        """By case, the letter to its resident that stands worst."""
        worst: dict[int, str] = {}
        for case_id, state in self._tuples(
            f"""
            select distinct outbox.case_id, {DELIVERY}
            from outbox join residents on residents.id = outbox.resident_id
            join cases on cases.id = outbox.case_id and cases.resident_id = outbox.resident_id
            where outbox.case_id in ({marks})
            """,
            case_ids,
        ):
            known = worst.get(case_id, state)
            worst[case_id] = min(known, state, key=WORST_FIRST.index)
        return worst

    @property
    def _tuples(self) -> Callable[[str, Sequence[object]], list[tuple[Any, ...]]]:
        return self._database.tuples


def _work_order(
    row: dict[str, Any],
    units: dict[tuple[int, bool], list[str]],
    commitments: dict[int, list[str]],
    delivery: str,
) -> WorkOrder:
    case_id, identity = row["id"], identity_of(row["identity"])
    return WorkOrder(
        case=case_of(row),
        channel=identity[0] if identity else "",
        leads=tuple(units.get((case_id, True), ())),
        supports=tuple(units.get((case_id, False), ())),
        commitments=tuple(commitments.get(case_id, ())),
        alike=row["alike"],
        is_alike_confidential=bool(row["is_alike_confidential"]),
        reply=row["reply"],
        due_at=datetime.fromisoformat(row["due_at"]) if row["due_at"] else None,
        updated_at=datetime.fromisoformat(row["updated_at"] or row["submitted_at"]),
        delivery=delivery,
    )
