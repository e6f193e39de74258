"""What the cases about a commitment tell: how many, how many late or disputed, who is content."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from bot.cases import ENDED_STATES, TIME_ZONE
from bot.store.database import Database, Row
from bot.store.following import ProgressNote, note_of
from bot.store.lists import OVERDUE, to_do_values

_ENDED = ", ".join(f"'{state}'" for state in ENDED_STATES)


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

    def figures(
        self, *, at: datetime, months: int = 12, commitment: str = ""
    ) -> dict[str, CommitmentFigures]:
        """The figures of every commitment that a case is about, by its id; or of one alone."""
        begins = month_begins(at, months)
        place = {f"{day:%Y-%m}": number for number, day in enumerate(begins)}
        found: dict[str, Counter[str]] = defaultdict(Counter)
        by_month: dict[str, list[int]] = defaultdict(lambda: [0] * months)
        for row in self._counts(commitment):
            name, month = row.pop("commitment"), row.pop("month")
            found[name].update(row)
            if month in place:
                by_month[name][place[month]] += row["cases"]
        overdue = self._overdue(commitment, at=at)
        return {
            name: CommitmentFigures(
                **counts, overdue=overdue.get(name, 0), by_month=tuple(by_month[name])
            )
            for name, counts in found.items()
        }

    def _counts(self, commitment: str) -> list[Row]:
        """Counts by commitment and month of Wuhan, read from two indexes alone.

        The cases' own rows hold their words; reading fifty thousand takes three times as long.
        The links are read first, in the order of their cases: many a case is about no commitment.
        """
        return self._database.named(
            f"""
            select case_commitments.commitment as commitment,
                strftime('%Y-%m', submitted_at, '+8 hours') as month, count(*) as cases,
                sum(state not in ({_ENDED})) as open,
                sum(rework > 0 and state not in ({_ENDED}, 'replied', 'answered')) as disputed,
                sum(state = 'closed') as closed,
                sum(satisfied in ('yes', 'mostly')) as satisfied,
                sum(satisfied <> '') as rated,
                sum(solved = 'no') as unsolved
            from case_commitments indexed by commitments_of_case
            cross join cases indexed by cases_for_board on cases.id = case_id
            where standing <> 'dropped' and :commitment in ('', case_commitments.commitment)
            group by 1, 2
            """,
            {"commitment": commitment},
        )

    def _overdue(self, commitment: str, *, at: datetime) -> dict[str, int]:
        """How many cases of each commitment have a clock that has run out.

        The clocks are read first: few run, and SQLite by itself would look at every link.
        """
        rows = self._database.named(
            f"""
            select commitment, count(distinct timers.case_id) as overdue
            from timers indexed by timers_running
            cross join case_commitments indexed by commitments_of_case
                on case_commitments.case_id = timers.case_id
            where {OVERDUE} and standing <> 'dropped' and :commitment in ('', commitment)
            group by commitment
            """,
            {**to_do_values("", at), "commitment": commitment},
        )
        return {row["commitment"]: int(row["overdue"]) for row in rows}

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
