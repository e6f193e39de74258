"""How fast a channel is written to: counted on a loop whose time passes only while all wait, so
that every figure is exact and nobody waits."""

import asyncio
import selectors
from collections.abc import Coroutine
from itertools import pairwise
from typing import TypeVar

import pytest

from bot import pace as pace_module
from bot.pace import Pace

T = TypeVar("T")
FAST = 1_000_000.0
TICK_SECONDS = 1e-8
"""What a turn of the loop takes: where time stood still, rounding could keep one waiting."""


class _Jump(selectors.DefaultSelector):  # type: ignore[misc,valid-type]
    """Waits by moving the clock on."""

    passed_seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now; if nothing is, it is later at once."""
        ready: list[tuple[selectors.SelectorKey, int]] = super().select(0)
        if not ready:
            self.passed_seconds += timeout or 0.0
        self.passed_seconds += TICK_SECONDS
        return ready


class TimelessLoop(asyncio.SelectorEventLoop):
    """An event loop in which waiting takes no time, though its clock says so."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        """Seconds waited so far."""
        return self._jump.passed_seconds


def in_no_time(work: Coroutine[object, object, T]) -> T:
    """Run something on such a loop."""
    with asyncio.Runner(loop_factory=TimelessLoop) as runner:
        return runner.run(work)


def now() -> float:
    """Seconds since the loop began."""
    return round(asyncio.get_running_loop().time(), 3)


def pace_of(
    *,
    per_second: float = FAST,
    chat_per_second: float = FAST,
    chat_burst: int = 1,
    group_per_minute: float = FAST,
) -> Pace:
    """A pace that keeps nobody waiting, but for what is said."""
    return Pace(
        per_second=per_second,
        chat_per_second=chat_per_second,
        chat_burst=chat_burst,
        group_per_minute=group_per_minute,
    )


async def chat_turns(pace: Pace, *chats: int) -> list[float]:
    """When each of these chats gets its turn, one after the other; groups are below 0."""
    times = []
    for chat in chats:
        await pace.chat_turn(chat, is_group=chat < 0)
        times.append(now())
    return times


async def turns(pace: Pace, count: int) -> list[float]:
    """When so many messages may go out that all wait from the beginning."""
    times: list[float] = []

    async def goes_out() -> None:
        await pace.turn()
        times.append(now())

    await asyncio.gather(*(goes_out() for _ in range(count)))
    return times


def test_a_chat_gets_its_burst_at_once_and_then_its_steady_pace() -> None:
    async def work() -> list[float]:
        pace = pace_of(chat_per_second=1.0, chat_burst=3)
        return await chat_turns(pace, *[1] * 6)

    assert in_no_time(work()) == [0, 0, 0, 1, 2, 3]


def test_chats_do_not_wait_for_each_other() -> None:
    async def work() -> list[float]:
        pace = pace_of(chat_per_second=1.0)
        return await chat_turns(pace, *range(50))

    assert in_no_time(work()) == [0] * 50


def test_a_chat_that_rested_gets_its_burst_again_and_no_more() -> None:
    async def work() -> list[float]:
        pace = pace_of(chat_per_second=2.0, chat_burst=2)
        await chat_turns(pace, 1, 1)
        await asyncio.sleep(100)
        return await chat_turns(pace, 1, 1, 1)

    assert in_no_time(work()) == [100, 100, 100.5]


@pytest.mark.parametrize("per_second", [1.0, 25.0, 30.0, 1000.0])
def test_no_second_holds_more_messages_than_may_go_out(per_second: float) -> None:
    """Beside the small burst with which it begins, and one that is on the edge."""
    count = int(3 * per_second) + 3

    async def work() -> list[float]:
        return await turns(pace_of(per_second=per_second), count)

    times = in_no_time(work())
    most = max(sum(begin <= time < begin + 1 for time in times) for begin in times)
    burst = max(1.0, per_second * pace_module.ALL_BURST_SECONDS)
    assert most <= per_second + burst
    assert (count - burst - 1) / per_second <= times[-1] <= count / per_second


def test_a_group_gets_no_more_than_its_messages_in_any_minute() -> None:
    async def work() -> list[float]:
        return await chat_turns(pace_of(group_per_minute=3.0), *[-1] * 7)

    assert in_no_time(work()) == [0, 0, 0, 60, 60, 60, 120]


def test_a_group_that_was_written_to_now_and_then_waits_for_the_rest_of_the_minute_only() -> None:
    async def work() -> list[float]:
        pace, times = pace_of(group_per_minute=2.0), []
        for pause_seconds in (0, 50, 0, 0, 100):
            await asyncio.sleep(pause_seconds)
            times += await chat_turns(pace, -1)
        return times

    assert in_no_time(work()) == [0, 50, 60, 110, 210]


def test_a_group_keeps_the_pace_of_a_chat_too() -> None:
    async def work() -> list[float]:
        pace = pace_of(chat_per_second=1.0, chat_burst=2, group_per_minute=5.0)
        return await chat_turns(pace, *[-1] * 8)

    assert in_no_time(work()) == [0, 0, 1, 2, 3, 60, 60, 61]


def test_less_than_one_message_a_minute_is_one_in_several() -> None:
    async def work() -> list[float]:
        return await chat_turns(pace_of(group_per_minute=0.5), -1, -1, -1)

    assert in_no_time(work()) == [0, 120, 240]


def test_groups_and_people_do_not_wait_for_each_other() -> None:
    async def work() -> list[float]:
        return await chat_turns(pace_of(group_per_minute=1.0), -1, -2, 1, 2, 1, 2)

    assert in_no_time(work()) == [0] * 6


def test_messages_that_wait_go_out_at_an_even_pace() -> None:
    async def work() -> list[float]:
        return await turns(pace_of(per_second=10.0), 6)

    times = in_no_time(work())
    assert [round(later - sooner, 3) for sooner, later in pairwise(times)] == [0.1] * 5


def test_one_chat_that_is_held_back_holds_nobody_else_back() -> None:
    async def work() -> list[float]:
        pace = pace_of()
        for seconds in (30, 40):
            pace.hold_back(1, seconds)
        return await turns(pace, 3)

    assert in_no_time(work()) == [0, 0, 0]


def test_two_chats_that_are_held_back_hold_everybody_back() -> None:
    async def work() -> list[float]:
        pace = pace_of()
        for chat in (1, 2):
            pace.hold_back(chat, 30)
        return await turns(pace, 3)

    assert in_no_time(work()) == [30, 30, 30]


def test_whoever_waits_already_waits_longer_when_it_is_moved_on() -> None:
    async def work() -> list[float]:
        pace = pace_of()
        for chat in (1, 2):
            pace.hold_back(chat, 10)
        waiting = asyncio.create_task(turns(pace, 1))
        await asyncio.sleep(5)
        for chat in (3, 4, 1, 2):
            pace.hold_back(chat, 10)
        return await waiting

    assert in_no_time(work()) == [15]


def test_what_is_long_past_holds_nobody_back() -> None:
    async def work() -> list[float]:
        pace = pace_of()
        pace.hold_back(1, 5)
        await asyncio.sleep(6)
        pace.hold_back(2, 5)
        return await turns(pace, 1)

    assert in_no_time(work()) == [6]


def test_of_many_chats_those_longest_silent_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace_module, "CHATS_REMEMBERED", 2)

    async def work() -> list[float]:
        pace = pace_of(chat_per_second=1.0)
        return await chat_turns(pace, 1, 2, 1, 3, 2, 1)

    # 2 was forgotten when 3 came, and 1 when 2 came again.
    assert in_no_time(work()) == [0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize("chat", [1, -1])
def test_those_who_wait_for_one_chat_get_their_turns_in_order(chat: int) -> None:
    async def work() -> list[int]:
        pace = pace_of(chat_per_second=1.0)
        order: list[int] = []

        async def waits(number: int) -> None:
            await pace.chat_turn(chat, is_group=chat < 0)
            order.append(number)

        await asyncio.gather(*(waits(number) for number in range(10)))
        return order

    assert in_no_time(work()) == list(range(10))
