"""How fast one resident is heard: a burst at once, then a steady pace, and no clock that jumps
shuts her out."""

from datetime import datetime, timedelta
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Limits
from bot.patience import Patience
from tests.clock import Clock

NOW = Clock().now
BURST, A_MINUTE = 5, 20.0
ONE_SECONDS = 60 / A_MINUTE
"""What one message is worth."""
FULL_SECONDS = BURST * ONE_SECONDS


@pytest.fixture
def patience() -> Patience:
    return Patience(Limits(messages_per_minute=A_MINUTE, messages_burst=BURST))


class Listener:
    """Hears one resident as soon as her bucket lets it.

    Attributes:
        heard_at: seconds from the beginning at which each message was heard.
    """

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._clock = Clock()
        self._used_until: datetime | None = None
        self.heard_at: list[float] = []

    @property
    def wait_seconds(self) -> float:
        """How long she would have to wait now."""
        return self._patience.wait_seconds(self._used_until, now=self._clock.now)

    def passes(self, seconds: float) -> None:
        """Let time go by, or jump back."""
        self._clock.passes(seconds=seconds)

    def hears(self) -> None:
        """Hear one message, after the wait for it."""
        self.passes(self.wait_seconds)
        at = self._clock.now
        self._used_until = self._patience.after_one_more(self._used_until, now=at)
        self.heard_at.append((at - NOW).total_seconds())


def test_a_stranger_does_not_wait(patience: Patience) -> None:
    assert patience.wait_seconds(None, now=NOW) == 0


def test_a_burst_is_heard_at_once_and_then_a_message_a_while(patience: Patience) -> None:
    listener = Listener(patience)
    for _ in range(BURST + 3):
        listener.hears()
    assert listener.heard_at == [0, 0, 0, 0, 0, 3, 6, 9]


def test_a_rest_earns_the_burst_again_and_no_more(patience: Patience) -> None:
    listener = Listener(patience)
    for _ in range(BURST):
        listener.hears()
    listener.passes(86_400)
    for _ in range(BURST + 1):
        listener.hears()
    assert listener.heard_at[BURST:] == [86_400] * BURST + [86_400 + ONE_SECONDS]


def test_half_a_rest_earns_half_of_it(patience: Patience) -> None:
    listener = Listener(patience)
    for _ in range(BURST):
        listener.hears()
    listener.passes(2 * ONE_SECONDS)
    for _ in range(3):
        listener.hears()
    assert listener.heard_at[BURST:] == [6, 6, 9]


def test_whoever_waited_as_told_is_heard(patience: Patience) -> None:
    used_until = None
    for _ in range(BURST):
        used_until = patience.after_one_more(used_until, now=NOW)
    wait = patience.wait_seconds(used_until, now=NOW)
    assert wait == ONE_SECONDS
    assert patience.wait_seconds(used_until, now=NOW + timedelta(seconds=wait)) == 0


def test_one_message_a_day_can_be_set() -> None:
    slow = Patience(Limits(messages_per_minute=1 / 1440, messages_burst=1))
    used_until = slow.after_one_more(None, now=NOW)
    assert isclose(slow.wait_seconds(used_until, now=NOW), 86_400, abs_tol=0.001)


LIMITS = st.builds(
    Limits,
    messages_per_minute=st.floats(0.01, 10_000),
    messages_burst=st.integers(1, 1000),
)


@given(LIMITS, st.lists(st.floats(0, 10_000), max_size=40))
def test_whoever_waits_never_waits_longer_than_one_message_is_worth(
    limits: Limits, pauses: list[float]
) -> None:
    listener = Listener(Patience(limits))
    for pause in pauses:
        listener.hears()
        listener.passes(pause)
        assert 0 <= listener.wait_seconds <= 60 / limits.messages_per_minute + 0.001


@given(LIMITS, st.lists(st.floats(0, 100), max_size=40))
def test_no_more_is_heard_than_the_burst_and_what_time_has_earned(
    limits: Limits, pauses: list[float]
) -> None:
    listener = Listener(Patience(limits))
    for pause in pauses:
        listener.passes(pause)
        listener.hears()
    one = 60 / limits.messages_per_minute
    for first in range(len(pauses)):
        for last in range(first, len(pauses)):
            seconds = listener.heard_at[last] - listener.heard_at[first]
            most = limits.messages_burst + seconds / one
            assert last - first + 1 <= most + 1 + 0.001


@given(LIMITS, st.lists(st.floats(-1e7, 1e7), min_size=1, max_size=40))
def test_no_jump_of_the_clock_shuts_her_out_for_longer_than_one_message_is_worth(
    limits: Limits, jumps: list[float]
) -> None:
    listener = Listener(Patience(limits))
    for jump in jumps:
        listener.hears()
        listener.passes(jump)
        assert 0 <= listener.wait_seconds <= 60 / limits.messages_per_minute + 0.001


def test_a_clock_that_jumped_back_a_year_makes_nobody_wait_a_year(patience: Patience) -> None:
    listener = Listener(patience)
    for _ in range(BURST):
        listener.hears()
    listener.passes(-365 * 86_400)
    assert listener.wait_seconds == ONE_SECONDS
    listener.passes(FULL_SECONDS)
    assert listener.wait_seconds <= ONE_SECONDS
