"""The fake Bot API plays what goes wrong on the way: lost calls, lost answers, limits, repeated
and disordered updates, and a bot that is killed in the midst of a call."""

import asyncio
import sys
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.bare_bot import Client
from tests.fakes import FakeTelegram
from tests.telegram_chats import Json
from tests.telegram_faults import RateLimits

ADA, BO = 1001, 1002


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.says(ADA, "hello")
        yield server


def texts(updates: list[Json]) -> list[str]:
    """The words of updates."""
    return [update["message"]["text"] for update in updates]


async def confirm_all(client: Client) -> None:
    """Fetch and confirm what is there."""
    updates = await client.updates()
    assert await client.updates(offset=max(u["update_id"] for u in updates) + 1) == []


# Faults of calls


async def test_faults_pass_after_the_times_they_were_set_for(
    server: FakeTelegram, client: Client
) -> None:
    server.fail("sendMessage", 429, retry_after=3, times=2)
    answers = [await client.call("sendMessage", chat_id=ADA, text="hi") for _ in range(3)]
    assert [a["ok"] for a in answers] == [False, False, True]
    assert answers[0]["parameters"] == {"retry_after": 3}


async def test_a_dropped_call_is_not_carried_out_and_its_connection_is_closed(
    server: FakeTelegram, client: Client
) -> None:
    await client.call("getMe")  # the connection in use is closed as well as a new one
    server.drop("sendMessage", times=2)
    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            await client.call("sendMessage", chat_id=ADA, text="hi")
    assert server.from_bot(ADA) == []
    assert server.calls("sendMessage") == []
    assert (await client.call("sendMessage", chat_id=ADA, text="hi"))["ok"]
    made = [(call.status, call.is_carried_out) for call in server.api.calls[1:]]
    assert made == [(0, False), (0, False), (200, True)]


async def test_a_call_whose_answer_is_lost_is_carried_out_all_the_same(
    server: FakeTelegram, client: Client
) -> None:
    server.lose_answer("sendMessage")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        await client.call("sendMessage", chat_id=ADA, text="hi")
    assert (await client.call("sendMessage", chat_id=ADA, text="hi"))["ok"]
    assert [sent.text for sent in server.sent(ADA)] == ["hi", "hi"]
    assert len(server.calls("sendMessage")) == 2
    assert [call.status for call in server.api.calls] == [0, 200]


async def test_updates_whose_answer_is_lost_come_again(
    server: FakeTelegram, client: Client
) -> None:
    server.lose_answer("getUpdates")
    with pytest.raises(httpx.RemoteProtocolError):
        await client.updates()
    assert texts(await client.updates()) == ["hello"]


async def test_a_confirmation_counts_although_its_answer_is_lost_but_not_when_it_is_dropped(
    server: FakeTelegram, client: Client
) -> None:
    (update,) = await client.updates()
    for fault, unconfirmed in ((server.drop, 1), (server.lose_answer, 0)):
        fault("getUpdates")
        with pytest.raises(httpx.RemoteProtocolError):
            await client.updates(offset=update["update_id"] + 1)
        assert len(server.api.unconfirmed) == unconfirmed


async def test_a_download_can_be_dropped(server: FakeTelegram) -> None:
    file_id = server.api.store(b"picture", 7)["file_id"]
    server.drop("file")
    async with httpx.AsyncClient(base_url=f"{server.url}/file/bot{server.token}/") as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get(file_id)
        assert (await http.get(file_id)).content == b"picture"


async def test_a_slow_call_is_carried_out_before_its_client_gives_up(
    server: FakeTelegram,
) -> None:
    server.slow("sendMessage", 50)
    async with httpx.AsyncClient(base_url=server.url, timeout=0.05) as http:
        with pytest.raises(httpx.ReadTimeout):
            await Client(http, server.token).call("sendMessage", chat_id=ADA, text="hi")
    assert [shown.text for shown in server.from_bot(ADA)] == ["hi"]


async def test_a_slow_call_is_answered_in_the_end(server: FakeTelegram, client: Client) -> None:
    server.slow("sendMessage", 0.01)
    assert (await client.call("sendMessage", chat_id=ADA, text="hi"))["ok"]


async def test_a_storm_refuses_messages_and_edits_and_nothing_else(
    server: FakeTelegram, client: Client
) -> None:
    sent = await client.call("sendMessage", chat_id=ADA, text="hi")
    place = {"chat_id": ADA, "message_id": sent["result"]["message_id"]}
    server.storm(3, calls=2)
    assert (await client.call("getMe"))["ok"]
    answers = [
        await client.call("editMessageText", **place, text="ho"),
        await client.call("sendMessage", chat_id=ADA, text="hi"),
    ]
    assert [answer["error_code"] for answer in answers] == [429, 429]
    assert [answer["parameters"] for answer in answers] == [{"retry_after": 3}] * 2
    assert (await client.call("editMessageText", **place, text="ho"))["ok"]


def test_a_fault_that_never_happens_cannot_be_ordered() -> None:
    with pytest.raises(ValueError, match="once at least"):
        FakeTelegram().drop("sendMessage", times=0)


# Hooks


async def test_hooks_run_when_a_call_arrives_and_when_it_was_carried_out(
    server: FakeTelegram, client: Client
) -> None:
    seen = []

    def arrived(method: str, parameters: Json) -> None:
        seen.append((method, parameters["text"], len(server.from_bot(ADA))))

    async def carried_out(method: str, parameters: Json) -> None:
        await asyncio.sleep(0)
        seen.append((method, parameters["text"], len(server.from_bot(ADA))))

    with server.before_call(arrived), server.after_call(carried_out):
        await client.call("sendMessage", chat_id=ADA, text="hi")
        await client.call("sendMessage", chat_id=5, text="refused")
    await client.call("sendMessage", chat_id=ADA, text="hooks are gone")
    assert seen == [
        ("sendMessage", "hi", 0),
        ("sendMessage", "hi", 1),
        ("sendMessage", "refused", 1),
    ]


SENDS_ONE_MESSAGE = """
import sys, urllib.request
urllib.request.urlopen(sys.argv[1], b"chat_id=1001&text=hi")
print("answered")
"""


@pytest.mark.parametrize("moment", ["before_call", "after_call"])
async def test_a_process_killed_in_the_midst_of_a_call_never_hears_its_answer(
    server: FakeTelegram, client: Client, moment: str
) -> None:
    address = f"{server.url}/bot{server.token}/sendMessage"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-S", "-c", SENDS_ONE_MESSAGE, address),
        stdout=asyncio.subprocess.PIPE,
    )

    async def kill(method: str, parameters: Json) -> None:
        process.kill()
        await process.wait()

    with getattr(server, moment)(kill):
        said, _ = await process.communicate()
    assert (said, process.returncode) == (b"", -9)
    await server.until(lambda: len(server.sent(ADA)) == 1)
    assert (await client.call("sendMessage", chat_id=ADA, text="alive"))["ok"]


# Limits


async def test_messages_that_come_too_fast_are_refused_and_the_wait_is_named(
    server: FakeTelegram, client: Client
) -> None:
    server.enforce_limits(chat_per_second=0.001, burst=2)
    answers = [await client.call("sendMessage", chat_id=ADA, text=text) for text in "abc"]
    assert [answer["ok"] for answer in answers] == [True, True, False]
    assert answers[2]["error_code"] == 429
    assert 900 < answers[2]["parameters"]["retry_after"] <= 1000
    place = {"chat_id": ADA, "message_id": answers[0]["result"]["message_id"]}
    assert (await client.call("editMessageText", **place, text="d"))["error_code"] == 429
    assert (await client.call("sendChatAction", chat_id=ADA, action="typing"))["ok"]


@pytest.mark.parametrize(
    ("burst", "at", "waits"),
    [
        (1, [0.0, 0.5, 1.0, 1.9, 2.0], [0, 1, 0, 1, 0]),
        (3, [0.0, 0.0, 0.0, 0.0, 1.0, 1.5, 2.0], [0, 0, 0, 1, 0, 1, 0]),
        (3, [0.0, 0.0, 0.0, 9.0, 9.0, 9.0, 9.0], [0, 0, 0, 0, 0, 0, 1]),
    ],
)
def test_a_chat_may_have_a_burst_and_then_its_steady_rate(
    burst: int, at: list[float], waits: list[int]
) -> None:
    limits = RateLimits(per_second=30, chat_per_second=1, burst=burst)
    assert [limits.retry_after_seconds(ADA, 100 + now) for now in at] == waits


def test_all_chats_together_have_no_burst_beyond_the_rate() -> None:
    limits = RateLimits(per_second=2, chat_per_second=1, burst=1)
    at = [0.0, 0.5, 0.75, 1.0, 1.25, 1.5]
    waits = [limits.retry_after_seconds(chat, now) for chat, now in enumerate(at)]
    assert waits == [0, 0, 1, 0, 1, 0]


# Updates


async def test_confirmed_updates_can_come_again_once_before_what_is_new(
    server: FakeTelegram, client: Client
) -> None:
    server.says(ADA, "two")
    server.says(ADA, "three")
    await confirm_all(client)
    server.deliver_again(2)
    server.says(ADA, "new")
    assert texts(await client.updates()) == ["two", "three", "new"]
    assert texts(await client.updates()) == ["new"]


async def test_what_comes_again_ends_the_wait_of_a_poll(
    server: FakeTelegram, client: Client
) -> None:
    await confirm_all(client)
    polls = len(server.api.offsets)
    waiting = asyncio.create_task(client.updates(timeout=50))
    await server.until(lambda: len(server.api.offsets) > polls)
    server.deliver_again(1)
    assert texts(await waiting) == ["hello"]


async def test_a_poll_whose_client_is_gone_takes_nothing_with_it(
    server: FakeTelegram, client: Client
) -> None:
    await confirm_all(client)
    polls = len(server.api.offsets)
    waiting = asyncio.create_task(client.updates(timeout=50))
    await server.until(lambda: len(server.api.offsets) > polls)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await client.call("getMe")  # by then the server has seen the other connection end
    server.deliver_again(1)
    assert texts(await client.updates()) == ["hello"]


@pytest.mark.parametrize("count", [0, 2])
async def test_only_what_was_confirmed_can_come_again(
    server: FakeTelegram, client: Client, count: int
) -> None:
    await confirm_all(client)
    server.says(ADA, "unconfirmed")
    with pytest.raises(LookupError):
        server.deliver_again(count)


async def test_what_is_held_back_comes_out_in_one_batch(
    server: FakeTelegram, client: Client
) -> None:
    await confirm_all(client)
    waiting = asyncio.create_task(client.updates(timeout=50))
    with server.hold():
        server.says(ADA, "one")
        await client.call("getMe")
        server.says(BO, "two")
        assert not waiting.done()
    assert texts(await waiting) == ["one", "two"]


async def test_without_a_block_updates_are_held_until_they_are_released(
    server: FakeTelegram, client: Client
) -> None:
    await confirm_all(client)
    server.hold()
    server.says(ADA, "one")
    assert await client.updates() == []
    server.release()
    server.says(ADA, "two")
    assert texts(await client.updates()) == ["one", "two"]


async def test_shuffled_batches_are_out_of_order_and_the_same_for_a_seed(
    server: FakeTelegram, client: Client
) -> None:
    for text in "abcd":
        server.says(ADA, text)
    in_order = await client.updates()
    orders = []
    for seed in (1, 1, 2):
        server.shuffled(seed)
        orders.append(await client.updates())
    assert orders[0] == orders[1] != in_order
    assert orders[2] != in_order
    assert sorted(orders[0], key=lambda update: update["update_id"]) == in_order
    server.in_order()
    assert await client.updates() == in_order


async def test_a_split_album_comes_in_two_batches(server: FakeTelegram, client: Client) -> None:
    await confirm_all(client)
    server.sends_album(ADA, [b"1", b"2", b"3"], caption="路灯", split_after=2)
    server.says(ADA, "after")
    first = await client.updates()
    assert [update["message"].get("caption") for update in first] == ["路灯", None]
    assert await client.updates() == first
    second = await client.updates(offset=first[-1]["update_id"] + 1)
    assert [set(u["message"]) & {"photo", "text"} for u in second] == [{"photo"}, {"text"}]
