"""How fast one resident is heard: a token bucket, as one moment that the database keeps. No I/O.

The bucket is kept as the moment up to which her messages have used it up (the generic cell rate
algorithm, ITU-T I.371): each message moves it on by the time one message is worth.
"""

from datetime import datetime, timedelta

from bot.config import Limits


class Patience:
    """A burst of messages at once, then so many a minute."""

    def __init__(self, limits: Limits) -> None:
        self._one = timedelta(minutes=1 / limits.messages_per_minute)
        self._burst = self._one * limits.messages_burst

    def wait_seconds(self, used_until: datetime | None, *, now: datetime) -> float:
        """How long she has to wait until she is heard; 0 is not at all."""
        over = self._used(used_until, now=now) + self._one - self._burst
        return max(over.total_seconds(), 0.0)

    def after_one_more(self, used_until: datetime | None, *, now: datetime) -> datetime:
        """Up to when the bucket is used up once she is heard."""
        return now + self._used(used_until, now=now) + self._one

    def _used(self, used_until: datetime | None, *, now: datetime) -> timedelta:
        """What is used, at most a full bucket: a clock that jumped back must not shut her out."""
        if used_until is None:
            return timedelta()
        return min(max(used_until - now, timedelta()), self._burst)
