"""Letters until they have arrived: each resident's in order, whatever the courier meets with."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot import outbox as outbox_module
from bot.letters import Letter, Moved, NotDelivered, Refused, SlowDown, Unreachable
from bot.messages import Reply
from bot.outbox import HOPELESS_TRIES, Outbox
from bot.pace import Pace
from bot.store import DATABASE, Store
from tests.clock import Clock
from tests.hard_times import locked, lose_patience
from tests.waiting import until

SORRY = Reply("sorry")


class Postman:
    """A courier who meets with what a test prepares.

    Attributes:
        arrived: address and words of every letter that was brought, oldest first.
        trouble: words of a letter -> what becomes of the next tries, one after the other.
        gates: words of a letter -> what he waits for before he brings it.
    """

    def __init__(self) -> None:
        self.arrived: list[tuple[str, str]] = []
        self.trouble: dict[str, list[Exception]] = defaultdict(list)
        self.gates: dict[str, asyncio.Event] = {}
        self.tries: list[str] = []

    async def deliver(self, letter: Letter, address: str) -> int:
        """Bring a letter, or not."""
        words = letter.reply.html
        self.tries.append(words)
        if words in self.gates:
            await self.gates[words].wait()
        if self.trouble[words]:
            raise self.trouble[words].pop(0)
        self.arrived.append((address, words))
        return len(self.arrived)


@pytest.fixture(autouse=True)
def _nobody_pauses_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "FIRST_PAUSE_SECONDS", 0.002)
    monkeypatch.setattr(outbox_module, "LONGEST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(outbox_module, "STORE_PAUSE_SECONDS", 0.01)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store.open(tmp_path / DATABASE)
    with store.transaction():
        for name in ("ada", "bo"):
            store.residents.met("telegram", name, at=Clock().now)
    yield store
    store.close()


ADA, BO = 1, 2


@pytest.fixture
def postman() -> Postman:
    return Postman()


@asynccontextmanager
async def delivering(store: Store, postman: Postman) -> AsyncIterator[Outbox]:
    """An outbox at work, from a start on what waits."""
    outbox = Outbox(
        store,
        postman,
        channel="telegram",
        pace=Pace(
            per_second=10_000, chat_per_second=10_000, chat_burst=10_000, group_per_minute=600_000
        ),
        apology=lambda _: SORRY,
        now=lambda: Clock().now,
    )
    outbox.look_again()
    try:
        yield outbox
    finally:
        await outbox.stop(patience_seconds=0)


@pytest.fixture
async def outbox(store: Store, postman: Postman) -> AsyncIterator[Outbox]:
    async with delivering(store, postman) as outbox:
        yield outbox


async def post(store: Store, *letters: str, to: int = ADA) -> None:
    """Write letters, in one transaction."""

    def write() -> None:
        for words in letters:
            store.outbox.post(to, Reply(words), at=Clock().now)

    await store.write(write)


def waiting(store: Store) -> int:
    return store.outbox.backlog(reachable=True).waiting


def refused(store: Store) -> list[tuple[int, str]]:
    """The dead letters: how often each was tried, and why it is one."""
    return [(letter.tries, letter.failure) for letter in store.outbox.refused()]


@pytest.mark.usefixtures("outbox")
async def test_letters_arrive_in_their_order_and_are_marked(
    store: Store, postman: Postman
) -> None:
    await post(store, "1", "2")
    await post(store, "3")
    await until(lambda: waiting(store) == 0)
    assert postman.arrived == [("ada", "1"), ("ada", "2"), ("ada", "3")]


@pytest.mark.usefixtures("outbox")
async def test_a_letter_that_is_put_off_keeps_its_place(store: Store, postman: Postman) -> None:
    postman.trouble["1"] = [NotDelivered("TimedOut"), NotDelivered("NetworkError")]
    await post(store, "1", "2")
    await until(lambda: waiting(store) == 0)
    assert postman.tries == ["1", "1", "1", "2"]
    assert postman.arrived == [("ada", "1"), ("ada", "2")]


@pytest.mark.usefixtures("outbox")
async def test_one_persons_trouble_holds_nobody_else_up(store: Store, postman: Postman) -> None:
    postman.gates["to ada"] = asyncio.Event()
    await post(store, "to ada")
    await post(store, "to bo", to=BO)
    await until(lambda: postman.arrived)
    assert postman.arrived == [("bo", "to bo")]
    postman.gates["to ada"].set()
    await until(lambda: waiting(store) == 0)


@pytest.mark.usefixtures("outbox")
async def test_whoever_is_told_to_slow_down_waits_and_then_delivers(
    store: Store, postman: Postman
) -> None:
    postman.trouble["1"] = [SlowDown(0.01)]
    await post(store, "1", "2")
    await until(lambda: waiting(store) == 0)
    assert postman.tries == ["1", "1", "2"]


@pytest.mark.usefixtures("outbox")
async def test_a_letter_that_may_have_arrived_is_sent_again_and_the_log_says_so(
    store: Store, postman: Postman, caplog: pytest.LogCaptureFixture
) -> None:
    postman.trouble["1"] = [NotDelivered("TimedOut", perhaps=True)]
    await post(store, "1")
    await until(lambda: waiting(store) == 0)
    assert caplog.messages == ["letter 1 may arrive twice: there was no answer"]
    assert postman.arrived == [("ada", "1")]


@pytest.mark.usefixtures("outbox")
async def test_a_refused_letter_is_apologised_for_and_the_rest_arrives(
    store: Store, postman: Postman
) -> None:
    postman.trouble["1"] = [Refused("BadRequest: Can't parse entities")]
    await post(store, "1", "2")
    await until(lambda: waiting(store) == 0)
    assert postman.arrived == [("ada", "2"), ("ada", "sorry")]
    assert refused(store) == [(1, "BadRequest: Can't parse entities")]


@pytest.mark.usefixtures("outbox")
async def test_an_apology_that_is_refused_too_is_not_apologised_for(
    store: Store, postman: Postman
) -> None:
    postman.trouble["1"] = [Refused("BadRequest")]
    postman.trouble["sorry"] = [Refused("BadRequest")]
    await post(store, "1")
    await until(lambda: len(refused(store)) == 2)
    assert (postman.arrived, waiting(store)) == ([], 0)


async def test_a_refused_letter_is_delivered_when_it_is_tried_again(
    store: Store, postman: Postman, outbox: Outbox
) -> None:
    postman.trouble["1"] = [Refused("BadRequest")]
    await post(store, "1")
    await until(lambda: refused(store) and waiting(store) == 0)
    await store.write(store.outbox.try_again)
    outbox.look_again()
    await until(lambda: waiting(store) == 0)
    assert postman.arrived == [("ada", "sorry"), ("ada", "1")]
    assert refused(store) == []


@pytest.mark.usefixtures("outbox")
async def test_a_letter_is_given_up_only_when_it_fails_while_many_others_arrive(
    store: Store, postman: Postman
) -> None:
    postman.trouble["bad"] = [NotDelivered("NetworkError")] * 1000
    await post(store, "bad", "next")
    await until(lambda: len(postman.tries) > 3 * HOPELESS_TRIES)
    assert (refused(store), postman.arrived) == ([], [])
    while not refused(store):
        tried = len(postman.tries)
        await post(store, "other", to=BO)
        await until(lambda: len(postman.tries) > tried + 2)  # noqa: B023 (awaited at once)
    await until(lambda: waiting(store) == 0)
    assert len([words for _, words in postman.arrived if words == "other"]) >= HOPELESS_TRIES - 1
    ((tries, failure),) = refused(store)
    assert failure == "NetworkError"
    assert tries > HOPELESS_TRIES
    assert [words for address, words in postman.arrived if address == "ada"] == ["next", "sorry"]


@pytest.mark.usefixtures("outbox")
async def test_an_error_of_ours_loses_no_letter_and_stands_in_the_log_without_its_words(
    store: Store, postman: Postman, caplog: pytest.LogCaptureFixture
) -> None:
    postman.trouble["1"] = [KeyError("13900001111")]
    await post(store, "1")
    await until(lambda: waiting(store) == 0)
    assert postman.arrived == [("ada", "1")]
    assert "letter 1 was not delivered: KeyError at test_outbox.py:" in caplog.text
    assert "13900001111" not in caplog.text


# Who cannot be written to


@pytest.mark.usefixtures("outbox")
async def test_letters_to_one_who_cannot_be_written_to_are_held_and_arrive_on_her_return(
    store: Store, postman: Postman
) -> None:
    postman.trouble["1"] = [Unreachable("Forbidden")]
    await post(store, "1", "2")
    await until(lambda: store.outbox.backlog(reachable=False).waiting == 2)
    await post(store, "3")
    await post(store, "to bo", to=BO)
    await until(lambda: postman.arrived)
    assert postman.tries == ["1", "to bo"]

    def comes_back() -> None:
        store.residents.set_reachable(ADA, True)
        store.outbox.wake(ADA)

    await store.write(comes_back)
    await until(lambda: len(postman.arrived) == 4)
    assert postman.arrived[1:] == [("ada", "1"), ("ada", "2"), ("ada", "3")]


async def test_a_letter_to_a_resident_of_another_channel_is_left_to_that_one(
    store: Store, postman: Postman
) -> None:
    web = await store.write(lambda: store.residents.met("web", "w", at=Clock().now))
    async with delivering(store, postman):
        await post(store, "1", to=web.id)
        await post(store, "2")
        await until(lambda: postman.arrived)
    assert postman.arrived == [("ada", "2")]


@pytest.mark.usefixtures("outbox")
async def test_letters_follow_a_chat_to_its_new_address_in_their_order(
    store: Store, postman: Postman
) -> None:
    postman.trouble["1"] = [Moved("elsewhere")]
    await post(store, "1", "2")
    await until(lambda: waiting(store) == 0)
    await post(store, "3")
    await until(lambda: waiting(store) == 0)
    assert postman.arrived == [("elsewhere", "1"), ("elsewhere", "2"), ("elsewhere", "3")]
    assert store.residents.address(ADA, "telegram") == "elsewhere"
    assert store.residents.address(BO, "telegram") == "bo"


@pytest.mark.usefixtures("outbox")
async def test_a_chat_keeps_its_letters_though_its_new_address_was_met_before(
    store: Store, postman: Postman
) -> None:
    postman.trouble["1"] = [Moved("bo")]
    await post(store, "1")
    await until(lambda: postman.arrived)
    assert postman.arrived == [("bo", "1")]
    assert store.residents.known("telegram", "bo") == store.residents.get(ADA)
    assert store.residents.known("telegram", "ada") is None


# From one process to the next


async def test_what_waits_at_the_start_is_delivered(store: Store, postman: Postman) -> None:
    await post(store, "1", "2")
    async with delivering(store, postman):
        await until(lambda: waiting(store) == 0)
    assert postman.arrived == [("ada", "1"), ("ada", "2")]


async def test_what_was_being_sent_when_the_process_ended_is_sent_again_and_the_log_says_so(
    store: Store, postman: Postman, caplog: pytest.LogCaptureFixture
) -> None:
    await post(store, "1", "2")
    await store.write(lambda: store.outbox.claim(1))
    async with delivering(store, postman):
        await until(lambda: waiting(store) == 0)
    assert postman.arrived == [("ada", "1"), ("ada", "2")]
    assert caplog.messages == ["letter 1 may arrive twice: the bot ended meanwhile"]


async def test_on_stopping_what_goes_out_at_once_goes_out(store: Store, postman: Postman) -> None:
    postman.gates["1"] = asyncio.Event()
    async with delivering(store, postman) as outbox:
        await post(store, "1", "2")
        await until(lambda: postman.tries)
        stopping = asyncio.create_task(outbox.stop(patience_seconds=10))
        await asyncio.sleep(0)
        postman.gates["1"].set()
        await stopping
    assert (postman.arrived, waiting(store)) == ([("ada", "1"), ("ada", "2")], 0)


async def test_on_stopping_the_rest_waits_for_the_next_start(
    store: Store, postman: Postman
) -> None:
    postman.trouble["1"] = [NotDelivered("NetworkError")] * 1000
    async with delivering(store, postman) as outbox:
        await post(store, "1", "2")
        await until(lambda: len(postman.tries) > 1)
        await outbox.stop(patience_seconds=10)
        await post(store, "3")
        assert waiting(store) == 3
    postman.trouble.clear()
    async with delivering(store, postman):
        await until(lambda: waiting(store) == 0)
    assert [words for _, words in postman.arrived] == ["1", "2", "3"]


async def test_a_letter_stuck_on_its_way_does_not_keep_the_bot_from_stopping(
    store: Store, postman: Postman
) -> None:
    postman.gates["1"] = asyncio.Event()
    async with delivering(store, postman) as outbox:
        await post(store, "1")
        await until(lambda: postman.tries)
        await outbox.stop(patience_seconds=0)
    assert waiting(store) == 1


# The database


@pytest.mark.usefixtures("outbox")
async def test_while_the_database_is_locked_nothing_is_sent_and_nothing_is_sent_twice(
    store: Store, postman: Postman, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_patience(monkeypatch)
    postman.gates["1"] = asyncio.Event()
    await post(store, "1", "2")
    await until(lambda: postman.tries)
    with locked(tmp_path / DATABASE):
        postman.gates["1"].set()
        await until(lambda: store.problem() and postman.arrived)
        await asyncio.sleep(0.05)
        assert postman.arrived == [("ada", "1")]
    await until(lambda: waiting(store) == 0)
    assert postman.arrived == [("ada", "1"), ("ada", "2")]


@pytest.mark.usefixtures("outbox")
async def test_hundreds_of_letters_to_many_arrive_each_once_and_in_order(
    store: Store, postman: Postman
) -> None:
    def meet(name: str) -> Callable[[], object]:
        return lambda: store.residents.met("telegram", name, at=Clock().now)

    await asyncio.gather(*(store.write(meet(f"p{number}")) for number in range(40)))
    people = range(3, 43)
    for round_ in range(5):
        await asyncio.gather(*(post(store, f"{who}-{round_}", to=who) for who in people))
    await until(lambda: waiting(store) == 0)
    received: dict[str, list[str]] = defaultdict(list)
    for address, words in postman.arrived:
        received[address].append(words)
    assert received == {
        f"p{who - 3}": [f"{who}-{round_}" for round_ in range(5)] for who in people
    }
