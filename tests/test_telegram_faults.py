"""The Telegram channel when Telegram, the network, the token or our own code fails."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from bot.__main__ import NOISY_LOGGERS
from bot.messages import Button, Reply
from bot.telegram import TelegramStartError
from tests.actors import TelegramResident
from tests.fakes import FakeTelegram
from tests.parrot import Parrot, on_telegram

# The library warns of its own next version inside every RetryAfter (PTB 22.8, error.py).
pytestmark = pytest.mark.filterwarnings("ignore:Deprecated since version v22.2:DeprecationWarning")

ADA, BO = 1001, 1002


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
async def parrot(server: FakeTelegram) -> AsyncIterator[Parrot]:
    parrot = Parrot()
    async with on_telegram(server, parrot):
        yield parrot


@pytest.fixture
def resident(server: FakeTelegram, parrot: Parrot) -> TelegramResident:
    return TelegramResident(server, ADA)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything that is logged, at DEBUG but for the loggers that `python -m bot` hushes."""
    caplog.set_level(logging.DEBUG)
    for name in NOISY_LOGGERS:
        caplog.set_level(logging.WARNING, logger=name)
    return caplog


def statuses(server: FakeTelegram, method: str) -> list[int]:
    """How the calls of one method were answered, oldest first."""
    return [call.status for call in server.api.calls if call.method == method]


async def test_a_reply_refused_with_429_arrives_after_the_wait(
    server: FakeTelegram, resident: TelegramResident
) -> None:
    server.fail("sendMessage", 429, retry_after=1)
    await resident.says("路灯坏了")
    assert resident.heard == ["路灯坏了"]
    assert statuses(server, "sendMessage") == [429, 200]


@pytest.mark.parametrize("status", [500, 502])
async def test_a_reply_arrives_although_telegram_fails_for_a_moment(
    server: FakeTelegram, resident: TelegramResident, status: int
) -> None:
    server.fail("sendMessage", status)
    await resident.says("路灯坏了")
    assert resident.heard == ["路灯坏了"]
    assert statuses(server, "sendMessage") == [status, 200]


async def test_a_reply_that_never_gets_through_does_not_stop_the_next(
    server: FakeTelegram, resident: TelegramResident
) -> None:
    server.fail("sendMessage", 502, times=4)
    await resident.says("one")
    await resident.says("two")
    assert resident.heard == ["two"]


async def test_a_photo_is_fetched_although_the_download_fails_for_a_moment(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    server.fail("getFile", 500)
    server.fail("file", 502)
    await resident.sends_photo(b"picture")
    assert [photo.content for s in parrot.heard for photo in s.photos] == [b"picture"]


async def test_a_photo_that_cannot_be_fetched_is_apologised_for(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    server.fail("getFile", 400, description="Bad Request: wrong file_id")
    await resident.sends_photo(b"picture")
    assert parrot.heard == []
    assert resident.heard == ["抱歉!"]


async def test_somebody_who_blocked_the_bot_is_marked_and_the_others_are_answered(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    server.fail("sendMessage", 403)
    parrot.replies["hello"] = [Reply("1"), Reply("2")]
    await resident.says("hello")
    assert parrot.unreachable == [str(ADA)]
    assert statuses(server, "sendMessage") == [403]
    other = TelegramResident(server, BO)
    await other.says("hello")
    assert other.heard == ["1", "2"]


async def test_blocking_the_bot_marks_her_at_once(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    await resident.says("hello")
    server.blocks(ADA)
    await server.until(lambda: parrot.unreachable == [str(ADA)])


async def test_a_reply_telegram_refuses_is_apologised_for_and_the_rest_arrives(
    resident: TelegramResident, parrot: Parrot, log: pytest.LogCaptureFixture
) -> None:
    parrot.replies["hello"] = [Reply("<secret>"), Reply("2")]
    await resident.says("hello")
    assert resident.heard == ["2", "抱歉!"]
    assert "BadRequest: Can't parse entities" in log.text
    assert "secret" not in log.text


async def test_an_error_of_ours_is_apologised_for_and_the_bot_goes_on(
    resident: TelegramResident, parrot: Parrot, log: pytest.LogCaptureFixture
) -> None:
    parrot.replies["boom"] = KeyError("13900001111")
    await resident.says("boom")
    await resident.says("hello")
    assert resident.heard == ["抱歉!", "hello"]
    assert "KeyError at parrot.py:" in log.text
    assert "13900001111" not in log.text


async def test_an_apology_speaks_her_language(server: FakeTelegram, parrot: Parrot) -> None:
    parrot.replies["boom"] = ValueError()
    resident = TelegramResident(server, BO, language_code="en")
    await resident.says("boom")
    assert resident.heard == ["Sorry!"]


async def test_a_tap_that_fails_still_stops_the_spinner(
    resident: TelegramResident, parrot: Parrot
) -> None:
    parrot.replies["hello"] = [Reply("?", ((Button("OK", "boom"),),))]
    parrot.replies["boom"] = ValueError()
    await resident.says("hello")
    await resident.taps("OK")
    assert resident.notices == [""]
    assert resident.heard == ["?", "抱歉!"]


async def test_a_tap_too_old_to_be_acknowledged_is_answered(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    await resident.says("hello")
    server.fail("answerCallbackQuery", 400, description="Bad Request: query is too old")
    await server.until(lambda: len(resident.heard) == 1)
    server.taps(ADA, server.from_bot(ADA)[0].message_id, "later")
    await server.until(lambda: resident.heard == ["hello", "later"])


async def test_a_wrong_token_is_one_clear_error_without_the_token(server: FakeTelegram) -> None:
    server.token = "7:AAF-mistyped"
    with pytest.raises(TelegramStartError, match="TELEGRAM_BOT_TOKEN") as caught:
        async with on_telegram(server, Parrot()):
            pass
    chain = [caught.value, caught.value.__cause__, caught.value.__context__]
    assert all("AAF" not in str(error) for error in chain)


@pytest.mark.parametrize("token", ["mistyped", "7:", "7:AAF\n", ""])
async def test_what_is_no_token_is_not_tried(server: FakeTelegram, token: str) -> None:
    server.token = token
    with pytest.raises(TelegramStartError):
        async with on_telegram(server, Parrot()):
            pass
    assert server.api.calls == []


async def test_the_block_is_entered_and_left_while_nobody_listens(
    log: pytest.LogCaptureFixture,
) -> None:
    async with FakeTelegram() as server:
        pass
    async with on_telegram(server, Parrot()):
        assert "Telegram cannot be reached (NetworkError)" in log.text


async def test_polling_begins_once_telegram_can_be_reached(
    server: FakeTelegram, log: pytest.LogCaptureFixture
) -> None:
    server.fail("getMe", 502)
    async with on_telegram(server, Parrot()):
        resident = TelegramResident(server, ADA)
        await resident.says("路灯坏了")
        assert resident.heard == ["路灯坏了"]
    assert "Telegram cannot be reached (NetworkError)" in log.text


async def test_a_token_refused_later_is_one_line_in_the_log(
    server: FakeTelegram, log: pytest.LogCaptureFixture
) -> None:
    server.fail("getMe", 502)
    server.fail("getMe", 401, description="Unauthorized")
    async with on_telegram(server, Parrot()):
        await server.until(lambda: "Telegram refused the bot token" in log.text)
    assert server.token not in log.text


async def test_a_token_refused_between_log_in_and_polling_is_one_line_in_the_log(
    server: FakeTelegram, log: pytest.LogCaptureFixture
) -> None:
    """The library's error, which holds the token, once came out of the block at its end."""
    server.fail("deleteWebhook", 401, description="Unauthorized")
    async with on_telegram(server, Parrot()):
        await server.until(lambda: "Telegram refused the bot token" in log.text)
    assert server.token not in log.text


async def test_a_refused_command_menu_does_not_keep_the_bot_from_working(
    server: FakeTelegram, log: pytest.LogCaptureFixture
) -> None:
    server.fail("setMyCommands", 400, description="Bad Request: BOT_COMMAND_INVALID")
    async with on_telegram(server, Parrot()):
        resident = TelegramResident(server, ADA)
        await resident.says("路灯坏了")
        assert resident.heard == ["路灯坏了"]
    assert "the command menu was not registered" in log.text


async def test_on_leaving_what_was_fetched_is_answered_first_and_only_once(
    server: FakeTelegram,
) -> None:
    parrot = Parrot()
    parrot.waits["路灯坏了"] = asyncio.Event()
    channel = on_telegram(server, parrot)
    await channel.__aenter__()
    server.says(ADA, "路灯坏了")
    await server.until(lambda: parrot.heard != [] and server.api.unconfirmed == [])
    polls = len(server.api.offsets)
    leaving = asyncio.create_task(channel.__aexit__(None, None, None))
    await server.until(lambda: len(server.api.offsets) > polls)
    parrot.waits["路灯坏了"].set()
    await leaving
    async with on_telegram(server, parrot):
        resident = TelegramResident(server, ADA)
        await resident.says("还没修")
    assert resident.heard == ["路灯坏了", "还没修"]


async def test_a_second_program_with_the_token_is_one_clear_line(
    server: FakeTelegram, resident: TelegramResident, log: pytest.LogCaptureFixture
) -> None:
    server.fail("getUpdates", 409)
    await resident.says("路灯坏了")
    await resident.says("路灯坏了")
    assert log.text.count("another program polls Telegram with the same bot token") == 1
    assert resident.heard == ["路灯坏了"] * 2


async def test_messages_sent_while_polling_fails_are_answered_afterwards(
    server: FakeTelegram, resident: TelegramResident, log: pytest.LogCaptureFixture
) -> None:
    server.fail("getUpdates", 502)
    await resident.says("路灯坏了")
    await resident.says("还没修")
    assert resident.heard == ["路灯坏了", "还没修"]
    assert "Telegram cannot be polled (NetworkError)" in log.text


async def test_the_log_holds_no_token_no_words_and_nobodys_id(
    server: FakeTelegram, log: pytest.LogCaptureFixture
) -> None:
    parrot = Parrot()
    parrot.replies["boom"] = ValueError("boom 13900001111")
    parrot.replies["bad"] = [Reply("<bad 13900001111>")]
    server.fail("getMe", 502)
    server.fail("file", 502)
    async with on_telegram(server, parrot):
        resident = TelegramResident(server, 987654321)
        server.fail("getUpdates", 409)
        server.fail("sendMessage", 429, retry_after=1)
        for words in ("boom", "bad", "13900001111"):
            await resident.says(words)
        await resident.sends_photo(b"x", caption="13900001111")
        server.blocks(987654321)
    for secret in (server.token, "AAF-fake", "13900001111", "987654321"):
        assert secret not in log.text
    assert "Telegram cannot be reached" in log.text
