"""What residents asked the report in a window of time, and what became of it: reads only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from bot.cases import TIME_ZONE, CaseState, Kind
from bot.store.database import Database
from bot.unanswered import Asked, joined, repeats

MOST_UNANSWERED = 2000
"""Wordings at most, the newest: so many are grouped by meaning in half a second."""
MOST_ASKED = 10
Period = Literal["day", "month"]

_WUHAN = "'+8 hours'"
"""As SQLite reads it; China has had no summer time since 1991 (tz database, Asia/Shanghai)."""
_NAMES: dict[Period, str] = {"day": "%Y-%m-%d", "month": "%Y-%m-01"}
_COUNTS = """
    count(*), coalesce(sum(decision = 'answer'), 0), coalesce(sum(decision = 'choices'), 0),
    coalesce(sum(decision = 'no_answer'), 0), coalesce(sum(helpful = 1), 0),
    coalesce(sum(helpful = 0), 0)
"""


@dataclass(frozen=True, slots=True)
class QuestionCounts:
    """How many questions were asked, and what became of them.

    Attributes:
        choices: several commitments were offered.
        refused: the report has no answer.
        helpful, unhelpful: of all of them, those whose resident said so.
    """

    asked: int
    answered: int
    choices: int
    refused: int
    helpful: int
    unhelpful: int


_NONE = QuestionCounts(0, 0, 0, 0, 0, 0)


class Questions:
    """The table `answers` as it is looked back on; `end` is never in the window."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self, begin: datetime, end: datetime) -> QuestionCounts:
        """What became of all questions of a window; its moments are in UTC."""
        (row,) = self._database.tuples(
            f"""select {_COUNTS} from answers where at >= ? and at < ?""",
            [begin.isoformat(), end.isoformat()],
        )
        return QuestionCounts(*row)

    def over_time(
        self, begin: datetime, end: datetime, *, period: Period = "day"
    ) -> dict[date, QuestionCounts]:
        """The same by day or month in Wuhan.

        Returns:
            The first day of each period that the window touches, in order, those without a
            question too.
        """
        rows = self._database.tuples(
            f"""
            select strftime('{_NAMES[period]}', at, {_WUHAN}) as period, {_COUNTS}
            from answers where at >= ? and at < ? group by period
            """,
            [begin.isoformat(), end.isoformat()],
        )
        found = {date.fromisoformat(name): QuestionCounts(*counts) for name, *counts in rows}
        return {first: found.get(first, _NONE) for first in _periods(begin, end, period)}

    def most_asked(
        self, begin: datetime, end: datetime, *, most: int = MOST_ASKED
    ) -> list[tuple[str, int]]:
        """The commitments that answered most questions, with how many; by id among equals."""
        return self._database.tuples(
            """
            select json_extract(hits, '$[0]') as commitment, count(*) as n from answers
            where at >= ? and at < ? and decision = 'answer' and json_array_length(hits) > 0
            group by commitment order by n desc, commitment limit ?
            """,
            [begin.isoformat(), end.isoformat(), most],
        )

    def unanswered(
        self, begin: datetime, end: datetime, *, most: int = MOST_UNANSWERED
    ) -> list[Asked]:
        """Questions that were refused, or whose answer did not help, masked.

        Args:
            most: how many wordings at most, the newest.

        Returns:
            Most asked first; wordings that are the same once normalised are one question.
        """
        rows = self._database.tuples(
            """
            select opened(question), refused, unhelpful, newest from (
                select question, sum(decision = 'no_answer') as refused,
                    sum(decision <> 'no_answer') as unhelpful, max(at) as newest, max(id) as last
                from answers
                where at >= ? and at < ? and (decision = 'no_answer' or helpful = 0)
                group by wording order by last desc limit ?
            ) where opened(question) <> '' order by last desc
            """,
            [begin.isoformat(), end.isoformat(), most],
        )
        asked = [
            Asked(text, refused, unhelpful, datetime.fromisoformat(newest))
            for text, refused, unhelpful, newest in rows
        ]
        same = repeats(one.text for one in asked)
        merged = [joined([asked[place] for place in places]) for places in same]
        return sorted(merged, key=lambda one: (-one.count, one.text))

    def wordings_unanswered(self, begin: datetime, end: datetime) -> int:
        """How many wordings `unanswered` would have to read if it read them all."""
        ((count,),) = self._database.tuples(
            """
            select count(distinct wording) from answers
            where at >= ? and at < ? and (decision = 'no_answer' or helpful = 0)
            """,
            [begin.isoformat(), end.isoformat()],
        )
        return int(count)

    def cases_made_of(
        self, begin: datetime, end: datetime, *, states: Collection[CaseState]
    ) -> list[tuple[str, str]]:
        """Questions that a resident sent to staff, each with the number of the case it became;
        none that was ever confidential.

        Args:
            states: of the cases that are wanted.
        """
        marks = ", ".join("?" * len(states))
        return self._database.tuples(
            f"""
            select opened(answers.question), cases.number
            from answers
            join drafts on drafts.source = 'answer:' || answers.id
            join cases on cases.id = drafts.case_id
            where answers.at >= ? and answers.at < ?
                and cases.kind = ? and cases.is_confidential = 0 and cases.state in ({marks})
            order by cases.id
            """,
            [begin.isoformat(), end.isoformat(), Kind.CONSULT, *states],
        )


def _periods(begin: datetime, end: datetime, period: Period) -> list[date]:
    first = begin.astimezone(TIME_ZONE).date()
    last = (end - timedelta(microseconds=1)).astimezone(TIME_ZONE).date()
    days = [first + timedelta(days=more) for more in range((last - first).days + 1)]
    if period == "day":
        return days
    return list(dict.fromkeys(day.replace(day=1) for day in days))
