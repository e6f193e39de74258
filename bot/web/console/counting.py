"""The figures of the overview: counted in another thread, kept for a minute."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.cases import TIME_ZONE
from bot.masking import masked
from bot.metrics import Basis, Report, Window, basis_of, report_of
from bot.store import MOST_UNANSWERED, Period, QuestionCounts, Store
from bot.unanswered import Group, groups_in
from bot.web.console.console import Console
from index import Index

KEPT_SECONDS = 60
"""How long figures are shown again before they are counted anew."""
MOST_KEPT = 8
_MOST_DAYS = 62
"""Longer windows are drawn by months."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted of a window, and when.

    Attributes:
        filed: the cases filed in each day, or month, of the window.
        over_time: what became of the questions of each.
        unread: how many older wordings are not among the groups.
    """

    report: Report
    filed: Mapping[date, int]
    questions: QuestionCounts
    over_time: Mapping[date, QuestionCounts]
    most_asked: Sequence[tuple[str, int]]
    groups: Sequence[Group]
    unread: int
    counted_at: datetime


class Counting:
    """Counts windows, and knows for a minute what was counted."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._kept: dict[Window, Figures] = {}
        self._one_at_a_time = asyncio.Lock()

    async def figures(self, window: Window) -> Figures:
        """Count a window in another thread, over a connection of its own: the bot goes on.

        One window after the other, so that who asks at the same moment waits for the same count.
        """
        async with self._one_at_a_time:
            now = self._console.now()
            kept = self._kept.pop(window, None)
            if kept is None or now - kept.counted_at >= timedelta(seconds=KEPT_SECONDS):
                kept = await asyncio.to_thread(self._count, window, self._console.index(), now)
            self._kept = dict(list(self._kept.items())[1 - MOST_KEPT :]) | {window: kept}
            return kept

    def _count(self, window: Window, index: Index, now: datetime) -> Figures:
        period = period_of(window)
        with self._console.read_apart() as store:
            basis = basis_of(store, self._console.service, window, now=now)
            over_time = store.questions.over_time(window.begin, window.end, period=period)
            return Figures(
                report=report_of(basis, window),
                filed=_filed(basis, over_time, period),
                questions=store.questions.counts(window.begin, window.end),
                over_time=over_time,
                most_asked=store.questions.most_asked(window.begin, window.end),
                groups=_unanswered(store, window, index),
                unread=_unread(store, window),
                counted_at=now,
            )


def period_of(window: Window) -> Period:
    """Whether a window is drawn by days or by months."""
    return "day" if (window.until - window.since).days < _MOST_DAYS else "month"


def _filed(basis: Basis, periods: Mapping[date, object], period: Period) -> dict[date, int]:
    """How many cases were filed in each period, those without a case too."""
    days = (one.submitted_at.astimezone(TIME_ZONE).date() for one in basis.filed())
    found = Counter(day if period == "day" else day.replace(day=1) for day in days)
    return {first: found[first] for first in periods}


def _unread(store: Store, window: Window) -> int:
    """How many older wordings are not among the groups."""
    wordings = store.questions.wordings_unanswered(window.begin, window.end)
    return max(wordings - MOST_UNANSWERED, 0)


def _unanswered(store: Store, window: Window, index: Index) -> Sequence[Group]:
    """The questions without an answer that helped, grouped by meaning, nobody's data in them."""
    asked = store.questions.unanswered(window.begin, window.end)
    return groups_in(index, asked, mask=masked)
