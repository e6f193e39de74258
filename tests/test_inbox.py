"""Updates on disk before they count as received, handled once and in order from there, whatever
happens meanwhile."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from bot import inbox as inbox_module
from bot.arrivals import Arrival, Finish
from bot.inbox import Inbox, InboxSettings
from bot.store import DATABASE, Store, StoreUnavailable
from tests.clock import Clock
from tests.hard_times import locked, lose_patience
from tests.waiting import until

WORDS = "13900001111"
"""What a resident may have said; no log and no traceback may hold it."""


class Clerk:
    """A handler who meets with what a test prepares, and finishes what he handled on disk.

    Attributes:
        handled: the numbers handled together, oldest first; failed tries are not among them.
        tries: the same, with the failed ones.
        trouble: number of an update -> what becomes of the next tries, one after the other.
        gates: number of an update -> what he waits for before he handles it.
        told: what he told whom by himself: a word and the numbers, or the sender.
        patience: sender -> how long she has to wait, one answer after the other.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.handled: list[list[int]] = []
        self.tries: list[list[int]] = []
        self.trouble: dict[int, list[Exception]] = defaultdict(list)
        self.gates: dict[int, asyncio.Event] = {}
        self.told: list[tuple[str, object]] = []
        self.patience: dict[str, list[float]] = defaultdict(list)

    async def handle(self, arrivals: Sequence[Arrival], finish: Finish) -> None:
        """Handle updates, or not."""
        ids = _ids(arrivals)
        self.tries.append(ids)
        if ids[0] in self.gates:
            await self.gates[ids[0]].wait()
        if self.trouble[ids[0]]:
            raise self.trouble[ids[0]].pop(0)

        def finish_and_note() -> None:
            finish()
            self.handled.append(ids)

        await self._store.write(finish_and_note)

    async def apologise(self, arrivals: Sequence[Arrival], finish: Finish) -> None:
        """Say sorry."""
        await self._tells("sorry", arrivals, finish)

    async def turn_away(self, arrivals: Sequence[Arrival], finish: Finish) -> None:
        """Say that it was too much."""
        await self._tells("too much", arrivals, finish)

    async def ask_for_patience(self, sender: str) -> None:
        """Say that she is too fast."""
        self.told.append(("patience", sender))

    def wait_seconds(self, sender: str) -> float:
        """As long as the test says."""
        waits = self.patience[sender]
        return waits.pop(0) if waits else 0.0

    async def _tells(self, what: str, arrivals: Sequence[Arrival], finish: Finish) -> None:
        ids = _ids(arrivals)
        if self.trouble[-ids[0]]:
            raise self.trouble[-ids[0]].pop(0)

        def finish_and_note() -> None:
            finish()
            self.told.append((what, ids))

        await self._store.write(finish_and_note)


def _ids(arrivals: Sequence[Arrival]) -> list[int]:
    return [arrival.update_id for arrival in arrivals]


def update(number: int, sender: str = "ada", *, album: str = "") -> Arrival:
    return Arrival(number, sender, {"update_id": number, "words": WORDS}, album)


@pytest.fixture(autouse=True)
def _nobody_pauses_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "FIRST_PAUSE_SECONDS", 0.002)
    monkeypatch.setattr(inbox_module, "LONGEST_PAUSE_SECONDS", 0.01)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store.open(tmp_path / DATABASE)
    yield store
    store.close()


@pytest.fixture
def clerk(store: Store) -> Clerk:
    return Clerk(store)


@asynccontextmanager
async def taking(
    store: Store,
    clerk: Clerk,
    *,
    tries: int = 3,
    most_waiting: int = 100,
    album_wait_seconds: float = 0.05,
    gap_wait_seconds: float = 0.0,
) -> AsyncIterator[Inbox]:
    """An inbox at work, from a start on what waits."""
    settings = InboxSettings(tries, most_waiting, album_wait_seconds, gap_wait_seconds)
    inbox = Inbox(store, clerk, settings=settings, now=lambda: Clock().now)
    inbox.look_again()
    try:
        yield inbox
    finally:
        await inbox.stop(patience_seconds=0)


@pytest.fixture
async def inbox(store: Store, clerk: Clerk) -> AsyncIterator[Inbox]:
    async with taking(store, clerk) as inbox:
        yield inbox


def waiting(store: Store) -> list[int]:
    return _ids(store.inbox.waiting())


def is_done(store: Store) -> Callable[[], bool]:
    return lambda: waiting(store) == []


# On disk, once, in order


async def test_what_was_taken_is_on_disk(store: Store, clerk: Clerk, tmp_path: Path) -> None:
    clerk.gates[1] = asyncio.Event()
    async with taking(store, clerk) as inbox:
        await inbox.take([update(1)])
        other = Store.open_to_read(tmp_path / DATABASE)
        assert other.inbox.waiting() == [update(1)]
        other.close()


async def test_what_is_handled_keeps_its_number_and_no_words(
    store: Store, inbox: Inbox, tmp_path: Path
) -> None:
    await inbox.take([update(1)])
    await until(is_done(store))
    row = store.inbox._database.one("select * from inbox", [])
    assert row is not None
    assert {name: row[name] for name in ("update_id", "state", "sender", "payload")} == {
        "update_id": 1,
        "state": "done",
        "sender": "",
        "payload": "",
    }


async def test_an_update_that_comes_again_is_not_handled_again(
    store: Store, clerk: Clerk, inbox: Inbox
) -> None:
    clerk.gates[1] = asyncio.Event()
    await inbox.take([update(1), update(1)])
    await inbox.take([update(1)])
    clerk.gates[1].set()
    await until(is_done(store))
    await inbox.take([update(1), update(2)])
    await until(is_done(store))
    assert clerk.tries == [[1], [2]]


async def test_one_persons_updates_are_handled_in_their_order_though_they_come_shuffled(
    store: Store, clerk: Clerk, inbox: Inbox
) -> None:
    clerk.gates[1] = asyncio.Event()
    await inbox.take([update(1)])
    numbers = list(range(2, 40))
    Random(5).shuffle(numbers)  # noqa: S311
    for number in numbers:
        await inbox.take([update(number)])
    clerk.gates[1].set()
    await until(is_done(store))
    assert clerk.handled == [[number] for number in range(1, 40)]


async def test_a_batch_that_comes_shuffled_is_handled_in_order(
    store: Store, clerk: Clerk, inbox: Inbox
) -> None:
    await inbox.take([update(3), update(1), update(2)])
    await until(is_done(store))
    assert clerk.handled == [[1], [2], [3]]


async def test_nobody_waits_for_somebody_else(store: Store, clerk: Clerk, inbox: Inbox) -> None:
    clerk.gates[1] = asyncio.Event()
    await inbox.take([update(1), update(2, "bo"), update(3)])
    await until(lambda: clerk.handled)
    assert clerk.handled == [[2]]
    clerk.gates[1].set()
    await until(is_done(store))
    assert clerk.handled == [[2], [1], [3]]


async def test_what_was_handled_twice_at_once_stays_handled_once(
    store: Store, clerk: Clerk, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    """Another process finished it meanwhile: it is neither a fault nor tried again."""
    clerk.gates[1] = asyncio.Event()
    await inbox.take([update(1), update(2)])
    await until(lambda: clerk.tries)
    await store.write(lambda: store.inbox.finish([1], at=Clock().now))
    clerk.gates[1].set()
    await until(is_done(store))
    assert (clerk.tries, clerk.handled) == ([[1], [2]], [[2]])
    assert (store.inbox.set_asides(), caplog.messages) == ([], [])


async def test_what_a_handler_does_not_finish_is_finished_for_it(
    store: Store, tmp_path: Path
) -> None:
    class Idle(Clerk):
        async def handle(self, arrivals: Sequence[Arrival], finish: Finish) -> None:
            self.handled.append(_ids(arrivals))

    idle = Idle(store)
    async with taking(store, idle) as inbox:
        await inbox.take([update(1)])
        await until(is_done(store))
    assert idle.handled == [[1]]


# Albums


async def test_an_album_is_waited_for_and_handled_as_one(
    store: Store, clerk: Clerk, inbox: Inbox
) -> None:
    await inbox.take([update(1, album="a")])
    await inbox.take([update(2, album="a"), update(3), update(4, album="a")])
    await until(is_done(store))
    assert clerk.handled == [[1, 2, 4], [3]]


async def test_two_albums_are_two(store: Store, clerk: Clerk, inbox: Inbox) -> None:
    await inbox.take([update(1, album="a"), update(2, album="b")])
    await until(is_done(store))
    assert clerk.handled == [[1], [2]]


async def test_a_part_that_comes_too_late_is_handled_by_itself(
    store: Store, clerk: Clerk, inbox: Inbox
) -> None:
    await inbox.take([update(1, album="a")])
    await until(is_done(store))
    await inbox.take([update(2, album="a")])
    await until(is_done(store))
    assert clerk.handled == [[1], [2]]


async def test_an_album_that_fails_is_tried_again_as_one_and_set_aside_as_one(
    store: Store, clerk: Clerk, inbox: Inbox
) -> None:
    clerk.trouble[1] = [ValueError()] * 3
    await inbox.take([update(1, album="a"), update(2, album="a")])
    await until(is_done(store))
    assert clerk.tries == [[1, 2]] * 3
    assert [aside.update_id for aside in store.inbox.set_asides()] == [1, 2]
    assert clerk.told == [("sorry", [1, 2])]


# What fails


async def test_what_fails_is_tried_again_before_what_came_after_it(
    store: Store, clerk: Clerk, inbox: Inbox
) -> None:
    clerk.trouble[1] = [ValueError(), KeyError()]
    await inbox.take([update(1), update(2)])
    await until(is_done(store))
    assert clerk.tries == [[1], [1], [1], [2]]
    assert (clerk.told, store.inbox.set_asides()) == ([], [])


async def test_what_fails_too_often_is_set_aside_with_an_apology_and_where_it_failed(
    store: Store, clerk: Clerk, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    clerk.trouble[1] = [ValueError(WORDS)] * 9
    await inbox.take([update(1), update(2)])
    await until(is_done(store))
    assert (clerk.handled, clerk.told) == ([[2]], [("sorry", [1])])
    (aside,) = store.inbox.set_asides()
    assert (aside.update_id, aside.tries, aside.received_at) == (1, 3, Clock().now)
    places = aside.failure.splitlines()
    assert places[-1] == "ValueError"
    assert places[-2].startswith("test_inbox.py:")
    assert WORDS not in aside.failure + caplog.text
    assert caplog.messages[-1] == "update 1 is set aside: see `doctor`"


async def test_what_was_set_aside_is_handled_when_it_is_tried_again(
    store: Store, clerk: Clerk, inbox: Inbox
) -> None:
    clerk.trouble[1] = [ValueError()] * 3
    await inbox.take([update(1)])
    await until(is_done(store))
    await store.write(store.inbox.try_again)
    inbox.look_again()
    await until(is_done(store))
    assert (clerk.handled, store.inbox.set_asides()) == ([[1]], [])


async def test_what_cannot_be_apologised_for_is_set_aside_all_the_same(
    store: Store, clerk: Clerk, inbox: Inbox
) -> None:
    clerk.trouble[1] = [ValueError()] * 3
    clerk.trouble[-1] = [KeyError(WORDS)]
    await inbox.take([update(1), update(2)])
    await until(is_done(store))
    assert (clerk.handled, clerk.told) == ([[2]], [])
    assert [aside.update_id for aside in store.inbox.set_asides()] == [1]


async def test_handling_that_never_ends_counts_as_failed(
    store: Store, clerk: Clerk, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_module, "HANDLING_SECONDS", 0.01)
    clerk.gates[1] = asyncio.Event()
    await inbox.take([update(1), update(2)])
    await until(is_done(store))
    (aside,) = store.inbox.set_asides()
    assert aside.failure.splitlines()[-1] == "TimeoutError"
    assert clerk.handled == [[2]]


async def test_tries_are_counted_across_restarts(store: Store, clerk: Clerk) -> None:
    clerk.trouble[1] = [ValueError()] * 9
    async with taking(store, clerk, tries=100) as inbox:
        await inbox.take([update(1)])
        await until(lambda: len(clerk.tries) > 2)
    before = store.inbox.waiting()[0].tries
    async with taking(store, clerk, tries=before + 1):
        await until(is_done(store))
    assert len(clerk.tries) <= before + 2
    (aside,) = store.inbox.set_asides()
    assert aside.tries == before + 1


async def test_a_database_that_cannot_be_written_never_counts_as_a_try(
    store: Store, clerk: Clerk, inbox: Inbox
) -> None:
    clerk.trouble[1] = [StoreUnavailable("the disk is full")] * 20
    await inbox.take([update(1), update(2)])
    await until(is_done(store))
    assert clerk.handled == [[1], [2]]
    assert (len(clerk.tries), clerk.told, store.inbox.set_asides()) == (22, [], [])


async def test_what_cannot_be_kept_is_not_taken(
    store: Store, clerk: Clerk, inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_patience(monkeypatch)
    with locked(tmp_path / DATABASE), pytest.raises(StoreUnavailable):
        await inbox.take([update(1)])
    await inbox.take([update(2)])
    await until(is_done(store))
    assert clerk.tries == [[2]]
    await inbox.take([update(1)])
    await until(is_done(store))
    assert clerk.tries == [[2], [1]]


async def test_what_was_taken_is_handled_once_the_database_can_be_written_again(
    store: Store, clerk: Clerk, inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_patience(monkeypatch)
    clerk.gates[1] = asyncio.Event()
    await inbox.take([update(1)])
    with locked(tmp_path / DATABASE):
        clerk.gates[1].set()
        await until(lambda: len(clerk.tries) > 1)
    await until(is_done(store))
    assert (clerk.handled, store.inbox.set_asides()) == ([[1]], [])


# What comes out of turn, too fast, or too much


async def test_an_update_waits_for_the_one_before_it(store: Store, clerk: Clerk) -> None:
    async with taking(store, clerk, gap_wait_seconds=5) as inbox:
        await inbox.take([update(1)])
        await inbox.take([update(3)])
        await asyncio.sleep(0.02)
        await inbox.take([update(2)])
        await until(is_done(store))
    assert clerk.handled == [[1], [2], [3]]


async def test_an_update_waits_for_all_that_are_missing_before_it(
    store: Store, clerk: Clerk
) -> None:
    """It waited only for the one right before it, which did not wait for its own."""
    async with taking(store, clerk, gap_wait_seconds=5) as inbox:
        await inbox.take([update(1)])
        for number in (5, 4, 3, 2):
            await inbox.take([update(number)])
            await asyncio.sleep(0.02)
        await until(is_done(store))
    assert clerk.handled == [[1], [2], [3], [4], [5]]


async def test_an_update_of_somebody_else_closes_the_gap_too(store: Store, clerk: Clerk) -> None:
    async with taking(store, clerk, gap_wait_seconds=60) as inbox:
        await inbox.take([update(1)])
        await inbox.take([update(3)])
        await inbox.take([update(2, "bo")])
        await until(is_done(store))
    assert sorted(clerk.handled) == [[1], [2], [3]]


async def test_a_gap_that_stays_holds_nothing_up(store: Store, clerk: Clerk) -> None:
    async with taking(store, clerk, gap_wait_seconds=0.01) as inbox:
        for number in (1, 9, 7):
            await inbox.take([update(number)])
        await until(is_done(store))
    assert sorted(clerk.handled) == [[1], [7], [9]]


async def test_who_is_too_fast_is_told_once_and_handled_after_the_wait(
    store: Store, clerk: Clerk, inbox: Inbox
) -> None:
    clerk.patience["ada"] = [0.0, 0.01, 0.01, 0.0, 0.01]
    await inbox.take([update(1), update(2), update(3), update(4, "bo")])
    await until(is_done(store))
    assert clerk.told == [("patience", "ada")]
    assert [ids for ids in clerk.handled if ids != [4]] == [[1], [2], [3]]


async def test_more_than_may_wait_is_turned_away_with_one_word(store: Store, clerk: Clerk) -> None:
    clerk.gates[1] = asyncio.Event()
    async with taking(store, clerk, most_waiting=3) as inbox:
        await inbox.take([update(1)])
        await until(lambda: clerk.tries)
        await inbox.take([update(number) for number in range(2, 9)])
        await inbox.take([update(9, "bo")])
        clerk.gates[1].set()
        await until(is_done(store))
    assert [ids for ids in clerk.handled if ids != [9]] == [[1], [2], [3], [4]]
    assert clerk.told == [("too much", [5, 6, 7, 8])]


async def test_when_too_many_wait_no_more_are_taken_until_there_is_room(
    store: Store, clerk: Clerk, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_module, "MOST_IN_MEMORY", 2)
    clerk.gates[1] = asyncio.Event()
    await inbox.take([update(1), update(2), update(3)])
    taking_more = asyncio.create_task(inbox.take([update(4)]))
    await asyncio.sleep(0.02)
    assert (taking_more.done(), waiting(store)) == (False, [1, 2, 3])
    clerk.gates[1].set()
    await taking_more
    await until(is_done(store))
    assert clerk.handled == [[1], [2], [3], [4]]


async def test_no_more_people_than_allowed_are_handled_at_a_time(
    store: Store, clerk: Clerk, inbox: Inbox
) -> None:
    many = inbox_module.MOST_AT_ONCE + 10
    gate = asyncio.Event()
    clerk.gates = dict.fromkeys(range(1, many + 1), gate)
    await inbox.take([update(number, f"p{number}") for number in range(1, many + 1)])
    await until(lambda: len(clerk.tries) >= inbox_module.MOST_AT_ONCE)
    await asyncio.sleep(0.02)
    assert len(clerk.tries) == inbox_module.MOST_AT_ONCE
    gate.set()
    await until(is_done(store))
    assert len(clerk.handled) == many


# From one process to the next


async def test_what_waits_at_the_start_is_handled_in_order(store: Store, clerk: Clerk) -> None:
    late = [update(3), update(1), update(2, "bo")]
    await store.write(lambda: store.inbox.add(late, at=Clock().now))
    async with taking(store, clerk):
        await until(is_done(store))
    assert sorted(clerk.handled) == [[1], [2], [3]]
    assert [ids for ids in clerk.handled if ids != [2]] == [[1], [3]]


async def test_an_album_split_by_a_restart_is_handled_as_one(store: Store, clerk: Clerk) -> None:
    async with taking(store, clerk, album_wait_seconds=60) as inbox:
        await inbox.take([update(1, album="a")])
    async with taking(store, clerk) as inbox:
        await inbox.take([update(2, album="a")])
        await until(is_done(store))
    assert clerk.handled == [[1, 2]]


async def test_on_stopping_what_is_being_handled_comes_to_its_end_and_the_rest_waits(
    store: Store, clerk: Clerk
) -> None:
    clerk.gates[1] = asyncio.Event()
    async with taking(store, clerk) as inbox:
        await inbox.take([update(1), update(2)])
        await until(lambda: clerk.tries)
        stopping = asyncio.create_task(inbox.stop(patience_seconds=10))
        await asyncio.sleep(0)
        clerk.gates[1].set()
        await stopping
    assert (clerk.tries, clerk.handled, waiting(store)) == ([[1]], [[1]], [2])


async def test_handling_that_does_not_end_does_not_keep_the_bot_from_stopping(
    store: Store, clerk: Clerk
) -> None:
    clerk.gates[1] = asyncio.Event()
    async with taking(store, clerk) as inbox:
        await inbox.take([update(1)])
        await until(lambda: clerk.tries)
        await inbox.stop(patience_seconds=0)
    assert waiting(store) == [1]


async def test_on_stopping_nobodys_pause_is_waited_for(store: Store, clerk: Clerk) -> None:
    """Somebody who had to be patient once kept the bot from stopping for as long as it may."""
    clerk.patience["ada"] = [600.0] * 9
    async with taking(store, clerk) as inbox:
        await inbox.take([update(1)])
        await until(lambda: clerk.told)
        async with asyncio.timeout(60):
            await inbox.stop(patience_seconds=600)
    assert waiting(store) == [1]


async def test_what_comes_after_the_end_is_kept_for_the_next_start(
    store: Store, clerk: Clerk
) -> None:
    """A webhook may still be on its way; it was once handled while the database was closed."""
    async with taking(store, clerk) as inbox:
        await inbox.stop(patience_seconds=0)
        await inbox.take([update(1)])
        await asyncio.sleep(0.02)
    assert (clerk.tries, waiting(store)) == ([], [1])
