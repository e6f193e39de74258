"""What the cases about a commitment tell: how many, how many late or disputed, who is content."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from bot.cases import ENDED_STATES, TIME_ZONE
from bot.store.database import Database
from bot.store.following import ProgressNote, note_of
from bot.store.lists import OVERDUE, to_do_values

_ENDED = ", ".join(f"'{state}'" for state in ENDED_STATES)
_BELONGS = "case_commitments.standing <> 'dropped'"


@dataclass(frozen=True, slots=True)
class CommitmentFigures:
    """The cases about one commitment.

    Attributes:
        cases: all that were filed, whatever became of them (docs/workflow.md, 承诺热度).
        open: those somebody still has a step to take in.
        overdue: those with a clock that has run out.
        disputed: those whose reply was disputed and that are open.
        closed: those that are closed.
        satisfied: of `rated`, how many said 满意 or 基本满意.
        rated: those whose resident said how satisfied she is.
        unsolved: those whose resident says that nothing is solved.
        by_month: how many were filed in each of the last months, the present one last.
    """

    cases: int = 0
    open: int = 0
    overdue: int = 0
    disputed: int = 0
    closed: int = 0
    satisfied: int = 0
    rated: int = 0
    unsolved: int = 0
    by_month: tuple[int, ...] = ()


class Board:
    """Reads cases by their commitments; changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def figures(self, *, at: datetime, months: int = 12) -> dict[str, CommitmentFigures]:
        """The figures of every commitment that a case is about, by its id."""
        rows = self._database.named(
            f"""
            select commitment, count(*) as cases,
                sum(state not in ({_ENDED})) as open,
                sum(cases.id in (select case_id from timers where {OVERDUE})) as overdue,
                sum(rework > 0 and state not in ({_ENDED}, 'replied', 'answered')) as disputed,
                sum(state = 'closed') as closed,
                sum(satisfied in ('yes', 'mostly')) as satisfied,
                sum(satisfied <> '') as rated,
                sum(solved = 'no') as unsolved
            from (
                select case_commitments.commitment as commitment, cases.id, state, rework,
                    satisfied, solved
                from case_commitments join cases on cases.id = case_id where {_BELONGS}
            ) as cases
            group by commitment
            """,
            to_do_values("", at),
        )
        by_month = self._by_month(at=at, months=months)
        return {
            row["commitment"]: CommitmentFigures(
                by_month=by_month[row["commitment"]],
                **{name: int(value) for name, value in row.items() if name != "commitment"},
            )
            for row in rows
        }

    def _by_month(self, *, at: datetime, months: int) -> Mapping[str, tuple[int, ...]]:
        """How many cases were filed in each month of Wuhan, by commitment."""
        begins = month_begins(at, months)
        rows = self._database.tuples(
            f"""
            select case_commitments.commitment,
                strftime('%Y-%m', submitted_at, '+8 hours') as month, count(*)
            from case_commitments join cases on cases.id = case_id
            where {_BELONGS} and submitted_at >= ? group by 1, 2
            """,
            [datetime.combine(begins[0], time(), TIME_ZONE).astimezone(UTC).isoformat()],
        )
        place = {f"{day:%Y-%m}": at for at, day in enumerate(begins)}
        counts: dict[str, list[int]] = defaultdict(lambda: [0] * months)
        for commitment, month, count in rows:
            if month in place:
                counts[commitment][place[month]] = count
        found: dict[str, tuple[int, ...]] = defaultdict(lambda: (0,) * months)
        found.update({commitment: tuple(values) for commitment, values in counts.items()})
        return found

    def latest_notes(self) -> dict[str, ProgressNote]:
        """The latest progress note of every commitment that has one."""
        rows = self._database.all("select * from progress_notes order by noted_on, id", [])
        return {row["commitment"]: note_of(row) for row in rows}


def month_begins(at: datetime, months: int) -> list[date]:
    """The first days of the last months in Wuhan, the present one last."""
    today = at.astimezone(TIME_ZONE).date()
    last = today.year * 12 + today.month - 1
    return [
        date(number // 12, number % 12 + 1, 1) for number in range(last - months + 1, last + 1)
    ]
