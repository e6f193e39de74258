"""How time limits are shown: a bar and words, so that it can be read without colour."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.store import NextDue
from bot.web.console.console import Words

Level = Literal["calm", "near", "late"]
NEAR_FROM = 0.8
"""From which share of a limit on it is near, as units are warned (docs/workflow.md)."""
_BAR_UNITS = 100


@dataclass(frozen=True, slots=True)
class Due:
    """A limit as a page shows it.

    Attributes:
        width: of the bar, 0 to 100: the share of the time that is used up.
        words: how much is left, or by how much it is over.
    """

    name: str
    words: str
    width: int
    level: Level
    due_at: datetime


def due_of(clock: NextDue, say: Words, *, at: datetime) -> Due:
    """A limit in the words of a language."""
    share, is_late = clock.share(at=at), clock.due_at < at
    level: Level = "late" if is_late else "near" if share >= NEAR_FROM else "calm"
    key = "queue.over_by" if is_late else "queue.left"
    return Due(
        name=say(f"staff.clock_{clock.name}"),
        words=say(key, time=span(abs(clock.due_at - at), say)),
        width=min(round(share * _BAR_UNITS), _BAR_UNITS),
        level=level,
        due_at=clock.due_at,
    )


def span(time: timedelta, say: Words) -> str:
    """How long something is, in its largest unit: minutes, hours, days."""
    minutes = int(time.total_seconds() // 60)
    if minutes < 60:
        return say("queue.minutes", count=max(minutes, 1))
    if minutes < 48 * 60:
        return say("queue.hours", count=minutes // 60)
    return say("queue.days", count=minutes // (24 * 60))
