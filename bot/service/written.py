"""How service.toml writes lengths, times and codes, each checked as it is read."""

import re
from datetime import time
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from bot.clocks import Calendar, Length

_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_HOURS = re.compile(rf"({_TIME.pattern})-({_TIME.pattern})", re.ASCII)


def _read_length(written: object) -> Length:
    if not isinstance(written, str):
        raise ValueError(f"{written!r} is no length in words, such as '2 working hours'")
    return Length.read(written)


def _by_the_wall(length: Length) -> Length:
    if length.counted != "wall":
        raise ValueError("goes by the wall clock: minutes, hours or days are meant")
    return length


def _in_working_time(length: Length) -> Length:
    if length.counted != "working":
        raise ValueError("counts working time: working hours or working days are meant")
    return length


def _read_time(written: object) -> time:
    if not isinstance(written, str) or not _TIME.fullmatch(written):
        raise ValueError(f"{written!r} is no time of day such as '08:30'")
    return time.fromisoformat(written)


def _read_hours(written: object) -> tuple[time, time]:
    found = _HOURS.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        raise ValueError(f"{written!r} are no hours such as '08:30-12:00'")
    return time.fromisoformat(found[1]), time.fromisoformat(found[2])


def _check_day(hours: tuple[tuple[time, time], ...]) -> tuple[tuple[time, time], ...]:
    Calendar(hours)
    return hours


def _check_rising(shares: tuple[float, ...]) -> tuple[float, ...]:
    if any(later <= earlier for earlier, later in pairwise(shares)):
        raise ValueError("the shares stand in rising order, each once")
    return shares


Words = tuple[Annotated[str, Field(min_length=1)], ...]
"""Cue words; an empty one would stand everywhere."""

Sentence = Annotated[str, Field(min_length=1)]

ShortCode = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,24}$")]
"""A code that travels in Telegram's buttons."""

AnyLength = Annotated[Length, BeforeValidator(_read_length)]
WallLength = Annotated[AnyLength, AfterValidator(_by_the_wall)]
WorkingLength = Annotated[AnyLength, AfterValidator(_in_working_time)]

TimeOfDay = Annotated[time, BeforeValidator(_read_time)]
"""Such as 08:30."""

_Hours = Annotated[tuple[time, time], BeforeValidator(_read_hours)]
DayOfWork = Annotated[tuple[_Hours, ...], AfterValidator(_check_day)]
"""Begin and end of each span of work, in order."""

_Share = Annotated[float, Field(gt=0, lt=1)]
RisingShares = Annotated[tuple[_Share, ...], AfterValidator(_check_rising)]
"""Shares of a limit, each between 0 and 1."""
