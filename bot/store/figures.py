"""What the metrics are counted from: the cases, clocks and units' parts that a window touches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.cases import LIVE_STATES, CaseState, Kind, Satisfied, Solved, Urgency
from bot.store.database import Database

_LIVE = ", ".join(f"'{state}'" for state in LIVE_STATES)
_TOUCHED = """
    touched as materialized (select distinct case_id from events where at >= ? and at < ?)
"""
"""Every step of a case is an event: a case without one in the window has no moment in it."""


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A case as it stands, with the moments of it that metrics look at; None if there is none.

    Attributes:
        is_repeat: merged into another case, or by its resident's word about the same problem.
        rework: how often its resident disputed a reply.
        dispatched_at: of the first dispatch or call.
        answered_at: of the first answer, own reply or reply to the case it was merged into.
        replied_at: of the last of them.
        solved_at: when its resident last said whether it is solved; of `satisfied_at` the same.
        ledger_at: when it was last put on the ledger.
        unrated_at: when it was last closed because nobody had said anything.
    """

    id: int
    kind: Kind
    category: str
    street: str
    urgency: Urgency
    state: CaseState
    master_id: int | None
    is_repeat: bool
    rework: int
    solved: Solved | None
    satisfied: Satisfied | None
    submitted_at: datetime
    replied_at: datetime | None
    closed_at: datetime | None
    dispatched_at: datetime | None
    answered_at: datetime | None
    solved_at: datetime | None
    satisfied_at: datetime | None
    ledger_at: datetime | None
    unrated_at: datetime | None


class ClockRecord(NamedTuple):
    """A clock that was due in the window and by now, with or without extensions.

    A paused one is due at no moment and has no record. There are several of each case, which is
    why these are tuples: they are made in a fraction of a dataclass's time.

    Attributes:
        assignment_id: None of a clock of the whole case.
        unit: of the assignment, empty for the whole case.
        is_due: in the window and by now; `was_first_due`: had there been no extensions.
        is_in_time: stopped by the time it was due; one that runs still is not;
            `is_in_first_time`: by the time it would have been due without extensions.
        is_signed: of a clock `sign`: its unit has signed, and nothing else stopped it.
    """

    name: str
    case_id: int
    assignment_id: int | None
    unit: str
    category: str
    street: str
    is_due: bool
    was_first_due: bool
    is_in_time: bool
    is_in_first_time: bool
    is_signed: bool


@dataclass(frozen=True, slots=True)
class PartRecord:
    """One unit's part of a case (assignment).

    Attributes:
        is_live: the unit answers for it: it was neither returned nor cancelled.
        was_return_asked: whether the return was granted or not.
    """

    case_id: int
    unit: str
    is_lead: bool
    is_live: bool
    was_return_asked: bool


@dataclass(frozen=True, slots=True)
class SpotRecord:
    """A case that names a spot and was not withdrawn; never a confidential one."""

    spot: str
    category: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Records:
    """All that the metrics of one window are counted from, as of one moment.

    Attributes:
        cases: those with at least one step in the window, by id.
        clocks: in no order.
        parts: of these cases and of those they were merged into.
        commitments: case id -> ids of its commitments but the dropped ones.
        spots: oldest first.
        spot_names: in words, of the spots that more than one of them is about.
    """

    cases: tuple[CaseRecord, ...]
    clocks: tuple[ClockRecord, ...]
    parts: tuple[PartRecord, ...]
    commitments: dict[int, list[str]]
    spots: tuple[SpotRecord, ...]
    spot_names: dict[str, str]


class Figures:
    """Reads for the metrics; changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(
        self, begin: datetime, end: datetime, *, now: datetime, spots_since: datetime
    ) -> Records:
        """What a window is measured by; a bot that goes on writing meanwhile changes none of it.

        Args:
            begin, end: the window, in UTC; `end` is not in it.
            now: clocks that were due later are left out.
            spots_since: from when on spots are wanted.
        """
        first, after, by_now = (moment.isoformat() for moment in (begin, end, now))
        window = [first, after]
        with self._database.step():
            return Records(
                cases=self._cases(window),
                clocks=self._clocks([first, after, by_now]),
                parts=self._parts(window),
                commitments=self._commitments(window),
                spots=self._spots([spots_since.isoformat(), after]),
                spot_names=self._spot_names([spots_since.isoformat(), after]),
            )

    def _cases(self, window: Sequence[str]) -> tuple[CaseRecord, ...]:
        rows = self._database.tuples(
            f"""
            with {_TOUCHED}, moments as materialized (
                select case_id,
                    min(case when action in ('dispatch', 'call') then at end) as dispatched_at,
                    min(case when action in ('answer', 'reply', 'follow_master') then at end)
                        as answered_at,
                    max(case when action = 'judge' and json_extract(about, '$.solved') <> ''
                        then at end) as solved_at,
                    max(case when action = 'judge' and json_extract(about, '$.satisfied') <> ''
                        then at end) as satisfied_at,
                    max(case when action = 'put_on_ledger' then at end) as ledger_at,
                    max(case when action = 'close_unrated' then at end) as unrated_at
                from events where case_id in (select case_id from touched) group by case_id
            )
            select id, kind, category, street, urgency, state, master_id,
                master_id is not null or same_as is not null, rework, solved, satisfied,
                submitted_at, replied_at, closed_at, dispatched_at, answered_at, solved_at,
                satisfied_at, ledger_at, unrated_at
            from moments join cases on id = case_id order by id
            """,
            window,
        )
        return tuple(
            CaseRecord(
                case_id,
                Kind(kind),
                category,
                street,
                Urgency(urgency),
                CaseState(state),
                master_id,
                bool(is_repeat),
                rework,
                Solved(solved) if solved else None,
                Satisfied(satisfied) if satisfied else None,
                datetime.fromisoformat(submitted_at),
                *map(_moment, moments),
            )
            for (
                case_id,
                kind,
                category,
                street,
                urgency,
                state,
                master_id,
                is_repeat,
                rework,
                solved,
                satisfied,
                submitted_at,
                *moments,
            ) in rows
        )

    def _clocks(self, values: Sequence[str]) -> tuple[ClockRecord, ...]:
        """Those of service.toml: `rating` and `ledger` are nobody's limit."""
        rows = self._database.tuples(
            """
            select timers.name, timers.case_id, assignment_id, coalesce(unit, ''),
                category, street,
                due_at < ?2 and due_at <= ?3, first_due_at >= ?1,
                stopped_at <> '' and stopped_at <= due_at,
                stopped_at <> '' and stopped_at <= first_due_at,
                timers.name = 'sign' and stopped_at <> '' and (
                    assignments.state in ('signed', 'done')
                    or exists (
                        select 1 from events where events.case_id = timers.case_id
                        and action = 'sign' and at = stopped_at
                        and json_extract(about, '$.assignment') = cast(assignment_id as text)
                    )
                )
            from timers join cases on cases.id = timers.case_id
            left join assignments on assignments.id = assignment_id
            where timers.id in (
                select id from timers
                where name in ('accept', 'dispatch', 'sign', 'contact', 'done') and due_at >= ?1
            )
            and first_due_at < ?2 and first_due_at <= ?3
            """,
            values,
        )
        return tuple(map(ClockRecord._make, rows))

    def _parts(self, window: Sequence[str]) -> tuple[PartRecord, ...]:
        rows = self._database.tuples(
            f"""
            with {_TOUCHED}
            select case_id, unit, is_lead, state in ({_LIVE}), return_asked <> ''
            from assignments where case_id in (
                select case_id from touched
                union select master_id from cases where id in (select case_id from touched)
            )
            order by id
            """,
            window,
        )
        return tuple(
            PartRecord(case_id, unit, bool(is_lead), bool(is_live), bool(was_asked))
            for case_id, unit, is_lead, is_live, was_asked in rows
        )

    def _commitments(self, window: Sequence[str]) -> dict[int, list[str]]:
        rows = self._database.tuples(
            """
            select case_id, case_commitments.commitment
            from cases join case_commitments on case_id = cases.id
            where submitted_at >= ? and submitted_at < ? and standing <> 'dropped'
            order by case_id, case_commitments.rowid
            """,
            window,
        )
        found: dict[int, list[str]] = {}
        for case_id, commitment in rows:
            found.setdefault(case_id, []).append(commitment)
        return found

    def _spot_names(self, window: Sequence[str]) -> dict[str, str]:
        """Opened only where several cases came together: there are as many spots as cases. One of
        them that was emptied has no name for its spot, though it counts."""
        rows = self._database.tuples(
            """
            select spot, opened(spot_words) from (
                select spot, spot_words, max(case when spot_words <> '' then id end) from cases
                where submitted_at >= ? and submitted_at < ? and spot <> ''
                and state <> 'withdrawn' and is_confidential = 0 group by spot having count(*) > 1
            )
            """,
            window,
        )
        return dict(rows)

    def _spots(self, window: Sequence[str]) -> tuple[SpotRecord, ...]:
        rows = self._database.tuples(
            """
            select spot, category, submitted_at from cases
            where submitted_at >= ? and submitted_at < ? and spot <> '' and state <> 'withdrawn'
            and is_confidential = 0 order by submitted_at, id
            """,
            window,
        )
        return tuple(
            SpotRecord(spot, category, datetime.fromisoformat(at)) for spot, category, at in rows
        )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
