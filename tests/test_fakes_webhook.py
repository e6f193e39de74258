"""The fake Bot API brings updates to a webhook as Telegram does."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.bare_bot import Client, Receiver
from tests.fakes import FakeTelegram

ADA, BO, CY = 1001, 1002, 1003
SECRET = "Az09_-"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    async with receiver.listening():
        yield receiver


async def test_updates_are_brought_with_the_secret_and_are_confirmed_by_2xx(
    server: FakeTelegram, client: Client, receiver: Receiver
) -> None:
    server.says(ADA, "before")
    (waiting,) = await client.updates()
    assert (await client.call("setWebhook", url=receiver.url, secret_token=SECRET))["ok"]
    await server.until(lambda: server.api.unconfirmed == [])
    server.says(ADA, "after")
    await server.until(lambda: server.api.unconfirmed == [])
    assert receiver.brought[0] == waiting
    assert receiver.texts == ["before", "after"]
    assert receiver.secrets == [SECRET, SECRET]


async def test_without_a_secret_no_header_is_sent(
    server: FakeTelegram, client: Client, receiver: Receiver
) -> None:
    await client.call("setWebhook", url=receiver.url)
    server.says(ADA, "hello")
    await server.until(lambda: receiver.secrets == [None])


@pytest.mark.parametrize("secret", ["", "with space", "路灯", "a.b", "x" * 257, "line\n"])
async def test_a_secret_of_other_characters_is_refused(
    client: Client, receiver: Receiver, secret: str
) -> None:
    answer = await client.call("setWebhook", url=receiver.url, secret_token=secret)
    assert answer["description"] == "Bad Request: secret token contains unallowed characters"
    assert (await client.call("getWebhookInfo"))["result"]["url"] == ""


async def test_an_address_that_is_none_is_refused(client: Client) -> None:
    assert (await client.call("setWebhook", url="ftp://example.org"))["error_code"] == 400


async def test_while_a_webhook_is_set_polling_is_refused(
    server: FakeTelegram, client: Client, receiver: Receiver
) -> None:
    polling = asyncio.create_task(client.call("getUpdates", timeout=50))
    await server.until(lambda: server.api.offsets != [])
    await client.call("setWebhook", url=receiver.url)
    ended = await polling
    assert ended["description"] == "Conflict: terminated by setWebhook request"
    answer = await client.call("getUpdates")
    assert answer["error_code"] == 409
    assert answer["description"].startswith(
        "Conflict: can't use getUpdates method while webhook is active;"
    )
    assert (await client.call("deleteWebhook"))["result"] is True
    assert await client.updates() == []


async def test_an_update_comes_again_until_it_is_taken(
    server: FakeTelegram, client: Client, receiver: Receiver
) -> None:
    receiver.statuses = [500, 302]
    await client.call("setWebhook", url=receiver.url)
    server.says(ADA, "hello")
    await server.until(lambda: server.api.unconfirmed == [])
    assert receiver.texts == ["hello"] * 3


async def test_the_state_of_a_webhook_is_told(
    server: FakeTelegram, client: Client, receiver: Receiver
) -> None:
    empty = {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
    assert (await client.call("getWebhookInfo"))["result"] == empty
    receiver.statuses = [500] * 99
    await client.call("setWebhook", url=receiver.url, max_connections=3)
    server.says(ADA, "hello")
    await server.until(lambda: server.api.webhook.last_error_message != "")
    assert (await client.call("getWebhookInfo"))["result"] == {
        "url": receiver.url,
        "has_custom_certificate": False,
        "pending_update_count": 1,
        "last_error_message": "Wrong response from the webhook: 500 Internal Server Error",
        "max_connections": 3,
    }
    await client.call("deleteWebhook")
    assert (await client.call("getWebhookInfo"))["result"] == empty | {"pending_update_count": 1}


async def test_updates_wait_while_nobody_listens_and_come_when_the_bot_is_back(
    server: FakeTelegram, client: Client
) -> None:
    receiver = Receiver()
    async with receiver.listening():
        gone = receiver.url
    await client.call("setWebhook", url=gone)
    server.says(ADA, "hello")
    await server.until(lambda: server.api.webhook.last_error_message == "Connection refused")
    assert len(server.api.unconfirmed) == 1
    async with receiver.listening():
        await client.call("setWebhook", url=receiver.url)
        await server.until(lambda: server.api.unconfirmed == [])
    assert receiver.texts == ["hello"]


async def test_as_many_are_brought_at_once_as_there_may_be_connections(
    server: FakeTelegram, client: Client, receiver: Receiver
) -> None:
    receiver.is_open.clear()
    await client.call("setWebhook", url=receiver.url, max_connections=2)
    for user_id in (ADA, BO, CY):
        server.says(user_id, str(user_id))
    await server.until(lambda: len(receiver.brought) == 2)
    await client.call("getMe")
    assert len(receiver.brought) == 2
    receiver.is_open.set()
    await server.until(lambda: server.api.unconfirmed == [])
    assert sorted(receiver.texts) == [str(ADA), str(BO), str(CY)]


async def test_what_one_person_writes_is_brought_in_its_order(
    server: FakeTelegram, client: Client, receiver: Receiver
) -> None:
    receiver.is_open.clear()
    receiver.statuses = [500]
    await client.call("setWebhook", url=receiver.url)
    for text in ("a1", "a2"):
        server.says(ADA, text)
    server.says(BO, "b1")
    await server.until(lambda: len(receiver.brought) == 2)
    receiver.statuses.clear()
    assert sorted(receiver.texts) == ["a1", "b1"]
    receiver.is_open.set()
    await server.until(lambda: server.api.unconfirmed == [])
    assert receiver.texts.index("a1") < receiver.texts.index("a2")


async def test_shuffled_even_one_persons_updates_are_brought_out_of_order(
    server: FakeTelegram, client: Client, receiver: Receiver
) -> None:
    server.shuffled(1)
    for text in "abcd":
        server.says(ADA, text)
    await client.call("setWebhook", url=receiver.url, max_connections=1)
    await server.until(lambda: server.api.unconfirmed == [])
    assert sorted(receiver.texts) == list("abcd")
    assert receiver.texts != list("abcd")


async def test_shuffled_even_one_persons_updates_are_brought_at_the_same_time(
    server: FakeTelegram, client: Client, receiver: Receiver
) -> None:
    receiver.is_open.clear()
    server.shuffled(1)
    await client.call("setWebhook", url=receiver.url)
    for text in "abc":
        server.says(ADA, text)
    await server.until(lambda: len(receiver.brought) == 3)
    receiver.is_open.set()


async def test_confirmed_updates_can_be_brought_again(
    server: FakeTelegram, client: Client, receiver: Receiver
) -> None:
    await client.call("setWebhook", url=receiver.url)
    server.says(ADA, "hello")
    await server.until(lambda: server.api.unconfirmed == [])
    receiver.statuses = [500]
    server.deliver_again(1)
    await server.until(lambda: receiver.texts == ["hello"] * 3)


async def test_the_second_part_of_an_album_waits_until_the_first_was_taken(
    server: FakeTelegram, client: Client, receiver: Receiver
) -> None:
    receiver.is_open.clear()
    await client.call("setWebhook", url=receiver.url)
    first, second = server.sends_album(ADA, [b"1", b"2"], split_after=1)
    server.says(BO, "also later")
    await server.until(lambda: receiver.brought != [])
    await client.call("getMe")
    assert [update["message"]["message_id"] for update in receiver.brought] == [first]
    receiver.is_open.set()
    await server.until(lambda: len(receiver.brought) == 3)
    assert second in [update["message"]["message_id"] for update in receiver.brought[1:]]


async def test_setting_the_same_webhook_again_disturbs_nothing(
    server: FakeTelegram, client: Client, receiver: Receiver
) -> None:
    receiver.is_open.clear()
    await client.call("setWebhook", url=receiver.url)
    server.says(ADA, "hello")
    await server.until(lambda: receiver.brought != [])
    await client.call("setWebhook", url=receiver.url, drop_pending_updates=False)
    receiver.is_open.set()
    await server.until(lambda: server.api.unconfirmed == [])
    assert receiver.texts == ["hello"]


@pytest.mark.parametrize(("drops", "left"), [(False, ["hello"]), (True, [])])
async def test_pending_updates_are_dropped_if_the_bot_says_so(
    server: FakeTelegram, client: Client, *, drops: bool, left: list[str]
) -> None:
    server.says(ADA, "hello")
    assert (await client.call("deleteWebhook", drop_pending_updates=drops))["ok"]
    assert [update["message"]["text"] for update in await client.updates()] == left


async def test_a_webhook_brings_only_the_kinds_asked_for(
    server: FakeTelegram, client: Client, receiver: Receiver
) -> None:
    await client.call("setWebhook", url=receiver.url, allowed_updates=["message"])
    server.edits(ADA, server.says(ADA, "hello"), "hello!")
    server.says(ADA, "bye")
    await server.until(lambda: receiver.brought != [] and server.api.unconfirmed == [])
    assert receiver.texts == ["hello", "bye"]
