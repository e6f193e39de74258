"""The time as tests tell it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class Clock:
    """The time as the bot is told it."""

    now: datetime = datetime(2020, 3, 2, 4, 0, tzinfo=UTC)

    def passes(self, **duration: float) -> None:
        """Let time go by (`hours=3`)."""
        self.now += timedelta(**duration)
