"""How long something may take, and when that is over: by the wall clock, or in working time of the
Chinese calendar with 调休. No I/O; the working hours come from service.toml, see `bot.service`.
"""

import logging
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal, Self, cast

import chinese_calendar

from bot.cases import TIME_ZONE

logger = logging.getLogger(__name__)

Counted = Literal["wall", "working"]
LengthUnit = Literal["minutes", "hours", "days", "working hours", "working days"]

_WRITTEN = re.compile(r"(\d+(?:\.\d+)?) (minute|hour|day|working hour|working day)s?", re.ASCII)
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Length:
    """A span as service.toml writes it: `2 working hours`, `1 working day`, `15 minutes`."""

    amount: float
    unit: LengthUnit

    @classmethod
    def read(cls, text: str) -> Self:
        """Read such a span; the singular and the plural mean the same.

        Raises:
            ValueError: it is none, or its amount is not more than 0 and finite.
        """
        found = _WRITTEN.fullmatch(" ".join(text.split()))
        if found is None:
            raise ValueError(
                f"{text!r} is no length; it is a number and minutes, hours, days, "
                "working hours or working days, such as '2 working hours'"
            )
        amount = float(found[1])
        if not 0 < amount < math.inf:
            raise ValueError(f"{text!r}: a length is more than 0 and finite")
        return cls(amount, cast(LengthUnit, f"{found[2]}s"))

    @property
    def counted(self) -> Counted:
        """Whether nights, weekends and holidays count (`wall`) or not (`working`)."""
        return "working" if self.unit.startswith("working") else "wall"


class Calendar:
    """Counts time by the wall clock or in working hours, which are those of Wuhan.

    One that has met a year the Chinese calendar does not know yet takes Monday to Friday for
    working days there, warns once for each such year and lists them in `unknown_years`.
    """

    def __init__(self, hours: Sequence[tuple[time, time]]) -> None:
        """Take the working hours of a day.

        Args:
            hours: begin and end of each span of work, in Wuhan time, in order; one may begin
                where the one before ends.

        Raises:
            ValueError: there are none, or one is backwards, overlaps or is out of order.
        """
        _check_hours(hours)
        self._spans = tuple((_since_midnight(begin), _since_midnight(end)) for begin, end in hours)
        self._day_length = sum((end - begin for begin, end in self._spans), timedelta(0))
        self._working_days: dict[date, bool] = {}
        self._unknown_years: set[int] = set()

    @property
    def unknown_years(self) -> tuple[int, ...]:
        """The years met so far whose holidays are not known, in order."""
        return tuple(sorted(self._unknown_years))

    def is_working_day(self, day: date) -> bool:
        """Whether people work on this day: holidays and 调休 are looked at."""
        known = self._working_days.get(day)
        if known is None:
            known = self._working_days[day] = self._look_up(day)
        return known

    @staticmethod
    def knows(day: date) -> bool:
        """Whether the holidays of a day's year are known."""
        try:
            chinese_calendar.is_workday(day)
        except NotImplementedError:  # the package's word for a year it has no holidays of
            return False
        return True

    def minutes(self, length: Length) -> float:
        """A length in minutes of its own counting; a working day is all its working hours."""
        match length.unit:
            case "minutes":
                return length.amount
            case "hours" | "working hours":
                return length.amount * 60
            case "days":
                return length.amount * 24 * 60
            case "working days":
                return length.amount * (self._day_length / _MINUTE)

    def after(self, start: datetime, minutes: float, counted: Counted) -> datetime:
        """The earliest moment, `start` or later, by which so many minutes have been counted.

        So 0 minutes after any moment is that moment, also at night; what uses up a working day
        ends when the day's work ends, not when the next begins; and a later start or more
        minutes never end sooner.

        Args:
            minutes: 0 or more; what is below a microsecond is rounded.

        Returns:
            A moment in UTC.

        Raises:
            ValueError: `start` has no time zone, or `minutes` is below 0 or no number.
            OverflowError: it would be after the year 9999.
        """
        _check_aware(start)
        if not minutes >= 0:
            raise ValueError(f"{minutes} minutes cannot be counted")
        left = timedelta(minutes=minutes)
        if counted == "wall" or not left:
            return start.astimezone(UTC) + left
        work = self._work_since(_by_the_clock(start))
        begin, end = next(work)
        while end - begin < left:
            left -= end - begin
            begin, end = next(work)
        return (begin + left).replace(tzinfo=TIME_ZONE).astimezone(UTC)

    def between(self, start: datetime, end: datetime, counted: Counted) -> float:
        """Minutes counted from `start` to `end`; 0 if `end` is not later.

        Raises:
            ValueError: one of them has no time zone.
        """
        _check_aware(start)
        _check_aware(end)
        if end <= start:
            return 0.0
        if counted == "wall":
            return (end - start) / _MINUTE
        until = _by_the_clock(end)
        work = self._work_since(_by_the_clock(start), until)
        return sum(((stop - begin) for begin, stop in work), timedelta(0)) / _MINUTE

    def _work_since(
        self, start: datetime, until: datetime = datetime.max
    ) -> Iterator[tuple[datetime, datetime]]:
        """Begin and end of every span of work from `start` to `until`, by Wuhan's clock.

        The first begins at `start`, the last ends at `until`, if that is within it.
        """
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
        while midnight < until:
            if self.is_working_day(midnight.date()):
                for opens, closes in self._spans:
                    begin, end = max(midnight + opens, start), min(midnight + closes, until)
                    if begin < end:
                        yield begin, end
            midnight += _DAY

    def _look_up(self, day: date) -> bool:
        if self.knows(day):
            return bool(chinese_calendar.is_workday(day))
        if day.year not in self._unknown_years:
            self._unknown_years.add(day.year)
            logger.warning(
                "the holidays of %s are not known: Monday to Friday count as working days; "
                "a newer chinesecalendar may know them",
                day.year,
            )
        return day.weekday() < 5


@dataclass(frozen=True, slots=True)
class Timer:
    """A clock that runs or is paused.

    Attributes:
        spent_minutes: how much of the length was used up before `running_since`.
        running_since: since when it runs; None while it is paused.
    """

    length_minutes: float
    counted: Counted
    spent_minutes: float
    running_since: datetime | None

    def __post_init__(self) -> None:
        """Refuse a moment without a time zone."""
        if self.running_since is not None:
            _check_aware(self.running_since)

    def at(self, calendar: Calendar, share: float) -> datetime | None:
        """When this share of the length is used up, in UTC; None while the clock is paused.

        Args:
            share: 0 is nothing of the length, 1 all of it; more than 1 is after it is due.

        Returns:
            `running_since` if so much was used up before.
        """
        if self.running_since is None:
            return None
        left = max(self.length_minutes * share - self.spent_minutes, 0.0)
        return calendar.after(self.running_since, left, self.counted)

    def due(self, calendar: Calendar) -> datetime | None:
        """When all of the length is used up; None while the clock is paused."""
        return self.at(calendar, 1.0)

    def paused(self, calendar: Calendar, at: datetime) -> "Timer":
        """The clock as it stands from `at` on; one that is paused already stays as it is."""
        _check_aware(at)
        if self.running_since is None:
            return self
        spent = self.spent_minutes + calendar.between(self.running_since, at, self.counted)
        return replace(self, spent_minutes=spent, running_since=None)

    def resumed(self, at: datetime) -> "Timer":
        """The clock as it runs from `at` on; one that runs already stays as it is."""
        _check_aware(at)
        return self if self.running_since is not None else replace(self, running_since=at)

    def extended(self, minutes: float) -> "Timer":
        """The clock with so many minutes more, of its own counting.

        Raises:
            ValueError: they are below 0 or no number.
        """
        if not 0 <= minutes < math.inf:
            raise ValueError(f"a clock cannot be extended by {minutes} minutes")
        return replace(self, length_minutes=self.length_minutes + minutes)


def _check_hours(hours: Sequence[tuple[time, time]]) -> None:
    if not hours:
        raise ValueError("there are no working hours")
    for begin, end in hours:
        if begin >= end:
            raise ValueError(f"{begin:%H:%M}-{end:%H:%M} does not end after it begins")
    for (begin, end), (later, _) in pairwise(hours):
        if later < end:
            raise ValueError(
                f"what begins at {later:%H:%M} stands after {begin:%H:%M}-{end:%H:%M}: "
                "working hours stand in order and do not overlap"
            )


def _check_aware(moment: datetime) -> None:
    if moment.utcoffset() is None:
        raise ValueError(f"{moment} has no time zone")


def _since_midnight(moment: time) -> timedelta:
    return timedelta(
        hours=moment.hour,
        minutes=moment.minute,
        seconds=moment.second,
        microseconds=moment.microsecond,
    )


def _by_the_clock(moment: datetime) -> datetime:
    """The moment as Wuhan's clocks show it, without its zone."""
    return moment.astimezone(TIME_ZONE).replace(tzinfo=None)
