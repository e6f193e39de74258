"""The Telegram channel when Telegram, the network, the token or our own code fails."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.app import Bot, build_bot, telegram_channel
from bot.config import Limits
from bot.logs import NOISY_LOGGERS
from bot.messages import Button, Reply
from bot.telegram import TelegramStartError
from tests.actors import TelegramResident
from tests.fakes import FakeTelegram
from tests.parrot import Parrot, on_telegram
from tests.quick import quick
from tests.records import words

# The library warns of its own next version inside every RetryAfter (PTB 22.8, error.py).
pytestmark = pytest.mark.filterwarnings("ignore:Deprecated since version v22.2:DeprecationWarning")

ADA, BO = 1001, 1002


@pytest.fixture
async def channel(server: FakeTelegram, bot: Bot, parrot: Parrot) -> AsyncIterator[None]:
    """Gives an update up at the second try."""
    async with on_telegram(server, bot, parrot, tries=2):
        yield


@pytest.fixture
def resident(server: FakeTelegram, channel: None) -> TelegramResident:
    return TelegramResident(server, ADA)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything that is logged, at DEBUG but for the loggers that `python -m bot` hushes."""
    caplog.set_level(logging.DEBUG)
    for name in NOISY_LOGGERS:
        caplog.set_level(logging.WARNING, logger=name)
    return caplog


def is_reachable(bot: Bot, telegram_id: int) -> bool:
    """Whether the bot believes that somebody can be written to."""
    resident = bot.store.residents.known("telegram", str(telegram_id))
    return resident is not None and resident.reachable


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


async def test_a_reply_that_fails_often_still_arrives_before_the_next(
    server: FakeTelegram, resident: TelegramResident
) -> None:
    server.fail("sendMessage", 502, times=3)
    server.says(ADA, "one")
    server.says(ADA, "two")
    await server.until(lambda: resident.heard == ["one", "two"])
    assert statuses(server, "sendMessage") == [502, 502, 502, 200, 200]


async def test_a_photo_is_fetched_although_the_download_fails_for_a_moment(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    server.fail("getFile", 500)
    server.fail("file", 502)
    await resident.sends_photo(b"picture")
    assert [photo.content for s in parrot.heard for photo in s.photos] == [b"picture"]


async def test_a_photo_that_cannot_be_fetched_is_set_aside_and_apologised_for(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot, bot: Bot
) -> None:
    server.fail("getFile", 400, description="Bad Request: wrong file_id", times=2)
    await resident.sends_photo(b"picture")
    assert parrot.heard == []
    assert resident.heard == ["trouble zh-hans"]
    (aside,) = bot.store.inbox.set_asides()
    assert (aside.tries, aside.failure.splitlines()[-1]) == (2, "BadRequest")


async def test_what_was_set_aside_is_handled_when_it_is_tried_again(
    server: FakeTelegram, bot: Bot, parrot: Parrot
) -> None:
    parrot.replies["路灯坏了"] = ValueError()
    async with on_telegram(server, bot, parrot, tries=1):
        resident = TelegramResident(server, ADA)
        await resident.says("路灯坏了")
    assert resident.heard == ["trouble zh-hans"]
    del parrot.replies["路灯坏了"]
    with bot.store.transaction():
        assert bot.store.inbox.try_again() == 1
    async with on_telegram(server, bot, parrot):
        await server.until(lambda: resident.heard == ["trouble zh-hans", "路灯坏了"])
    assert bot.store.inbox.set_asides() == []


async def test_what_somebody_missed_who_blocked_the_bot_arrives_when_she_returns(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot, bot: Bot
) -> None:
    server.fail("sendMessage", 403)
    parrot.replies["hello"] = [Reply("1"), Reply("2")]
    server.says(ADA, "hello")
    await server.until(lambda: statuses(server, "sendMessage") == [403])
    other = TelegramResident(server, BO)
    await other.says("hello")
    assert other.heard == ["1", "2"]
    assert not is_reachable(bot, ADA)
    assert bot.store.outbox.backlog(reachable=False).waiting == 2

    await resident.says("I am back")
    assert resident.heard == ["1", "2", "I am back"]
    assert is_reachable(bot, ADA)


async def test_blocking_the_bot_marks_her_at_once(
    server: FakeTelegram, resident: TelegramResident, bot: Bot
) -> None:
    await resident.says("hello")
    server.blocks(ADA)
    await server.until(lambda: not is_reachable(bot, ADA))


async def test_a_reply_telegram_refuses_is_a_dead_letter_and_the_rest_arrives(
    server: FakeTelegram,
    resident: TelegramResident,
    parrot: Parrot,
    bot: Bot,
    log: pytest.LogCaptureFixture,
) -> None:
    parrot.replies["hello"] = [Reply("<secret>"), Reply("2")]
    server.says(ADA, "hello")
    await server.until(lambda: resident.heard == ["2", "undelivered"])
    (refused,) = bot.store.outbox.refused()
    assert refused.failure == "BadRequest: Can't parse entities"
    assert "BadRequest: Can't parse entities" in log.text
    assert "secret" not in log.text


async def test_an_error_of_ours_is_apologised_for_and_the_bot_goes_on(
    resident: TelegramResident, parrot: Parrot, bot: Bot, log: pytest.LogCaptureFixture
) -> None:
    parrot.replies["boom"] = KeyError("13900001111")
    await resident.says("boom")
    await resident.says("hello")
    assert resident.heard == ["trouble zh-hans", "hello"]
    assert log.text.count("KeyError at parrot.py:") == 2
    (aside,) = bot.store.inbox.set_asides()
    assert "parrot.py:" in aside.failure
    assert "13900001111" not in log.text + aside.failure


async def test_an_error_that_passes_is_never_noticed(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot, bot: Bot
) -> None:
    parrot.replies["路灯坏了"] = ValueError()
    server.says(ADA, "路灯坏了")
    server.says(ADA, "还没修")
    await server.until(lambda: len(parrot.heard) == 1)
    del parrot.replies["路灯坏了"]
    await server.until(lambda: len(resident.heard) == 2)
    assert resident.heard == ["路灯坏了", "还没修"]
    assert bot.store.inbox.set_asides() == []


async def test_an_apology_speaks_her_language(
    server: FakeTelegram, channel: None, parrot: Parrot
) -> None:
    parrot.replies["boom"] = ValueError()
    resident = TelegramResident(server, BO, language_code="en")
    await resident.says("boom")
    assert resident.heard == ["trouble en"]


async def test_a_tap_that_fails_still_stops_the_spinner(
    resident: TelegramResident, parrot: Parrot
) -> None:
    parrot.replies["hello"] = [Reply("?", ((Button("OK", "boom"),),))]
    parrot.replies["boom"] = ValueError()
    await resident.says("hello")
    await resident.taps("OK")
    assert resident.notices == [""]
    assert resident.heard == ["?", "trouble zh-hans"]


async def test_a_tap_too_old_to_be_acknowledged_is_answered(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    await resident.says("hello")
    server.fail("answerCallbackQuery", 400, description="Bad Request: query is too old")
    await server.until(lambda: len(resident.heard) == 1)
    server.taps(ADA, server.from_bot(ADA)[0].message_id, "later")
    await server.until(lambda: resident.heard == ["hello", "later"])


async def test_a_wrong_token_is_one_clear_error_without_the_token(
    server: FakeTelegram, bot: Bot, parrot: Parrot
) -> None:
    server.token = "7:AAF-mistyped"
    with pytest.raises(TelegramStartError, match="TELEGRAM_BOT_TOKEN") as caught:
        async with on_telegram(server, bot, parrot):
            pass
    chain = [caught.value, caught.value.__cause__, caught.value.__context__]
    assert all("AAF" not in str(error) for error in chain)


@pytest.mark.parametrize("token", ["mistyped", "7:", "7:AAF\n", ""])
async def test_what_is_no_token_is_not_tried(
    server: FakeTelegram, bot: Bot, parrot: Parrot, token: str
) -> None:
    server.token = token
    with pytest.raises(TelegramStartError):
        async with on_telegram(server, bot, parrot):
            pass
    assert server.api.calls == []


async def test_the_block_is_entered_and_left_while_nobody_listens(
    bot: Bot, parrot: Parrot, log: pytest.LogCaptureFixture
) -> None:
    async with FakeTelegram() as server:
        pass
    async with on_telegram(server, bot, parrot):
        assert "Telegram cannot be reached (NetworkError)" in log.text


async def test_polling_begins_once_telegram_can_be_reached(
    server: FakeTelegram, bot: Bot, parrot: Parrot, log: pytest.LogCaptureFixture
) -> None:
    server.fail("getMe", 502)
    async with on_telegram(server, bot, parrot):
        resident = TelegramResident(server, ADA)
        await resident.says("路灯坏了")
        assert resident.heard == ["路灯坏了"]
    assert "Telegram cannot be reached (NetworkError)" in log.text


async def test_a_token_refused_later_is_one_line_in_the_log(
    server: FakeTelegram, bot: Bot, parrot: Parrot, log: pytest.LogCaptureFixture
) -> None:
    server.fail("getMe", 502)
    server.fail("getMe", 401, description="Unauthorized")
    async with on_telegram(server, bot, parrot):
        await server.until(lambda: "Telegram refused the bot token" in log.text)
    assert server.token not in log.text


async def test_a_token_refused_between_log_in_and_polling_is_one_line_in_the_log(
    server: FakeTelegram, bot: Bot, parrot: Parrot, log: pytest.LogCaptureFixture
) -> None:
    """The library's error, which holds the token, once came out of the block at its end."""
    server.fail("deleteWebhook", 401, description="Unauthorized")
    async with on_telegram(server, bot, parrot):
        await server.until(lambda: "Telegram refused the bot token" in log.text)
    assert server.token not in log.text


async def test_a_refused_command_menu_does_not_keep_the_bot_from_working(
    server: FakeTelegram, bot: Bot, parrot: Parrot, log: pytest.LogCaptureFixture
) -> None:
    server.fail("setMyCommands", 400, description="Bad Request: BOT_COMMAND_INVALID")
    async with on_telegram(server, bot, parrot):
        resident = TelegramResident(server, ADA)
        await resident.says("路灯坏了")
        assert resident.heard == ["路灯坏了"]
    assert "the command menu was not registered" in log.text


async def test_on_leaving_what_is_being_handled_is_answered_first_and_only_once(
    server: FakeTelegram, bot: Bot, parrot: Parrot
) -> None:
    parrot.waits["路灯坏了"] = asyncio.Event()
    channel = on_telegram(server, bot, parrot)
    await channel.__aenter__()
    resident = TelegramResident(server, ADA)
    server.says(ADA, "路灯坏了")
    await server.until(lambda: parrot.heard != [])
    leaving = asyncio.create_task(channel.__aexit__(None, None, None))
    await asyncio.sleep(0)
    parrot.waits["路灯坏了"].set()
    await leaving
    assert resident.heard == ["路灯坏了"]
    async with on_telegram(server, bot, parrot):
        await resident.says("还没修")
    assert resident.heard == ["路灯坏了", "还没修"]


async def test_what_was_not_answered_on_leaving_is_answered_after_the_next_start(
    server: FakeTelegram, bot: Bot, parrot: Parrot
) -> None:
    parrot.waits["路灯坏了"] = asyncio.Event()
    async with on_telegram(server, bot, parrot) as telegram:
        resident = TelegramResident(server, ADA)
        server.says(ADA, "路灯坏了")
        server.says(ADA, "还没修")
        await server.until(lambda: parrot.heard != [] and server.api.unconfirmed == [])
        await telegram.inbox.stop(patience_seconds=0.0)
    assert resident.heard == []
    parrot.waits["路灯坏了"].set()
    async with on_telegram(server, bot, parrot):
        await server.until(lambda: len(resident.heard) == 2)
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
    server: FakeTelegram, bot: Bot, parrot: Parrot, log: pytest.LogCaptureFixture
) -> None:
    parrot.replies["boom"] = ValueError("boom 13900001111")
    parrot.replies["bad"] = [Reply("<bad 13900001111>")]
    server.fail("getMe", 502)
    server.fail("file", 502)
    async with on_telegram(server, bot, parrot, tries=2):
        resident = TelegramResident(server, 987654321)
        server.fail("getUpdates", 409)
        server.fail("sendMessage", 429, retry_after=1)
        for text in ("boom", "bad", "13900001111"):
            await resident.says(text)
        await resident.sends_photo(b"x", caption="13900001111")
        server.blocks(987654321)
    for secret in (server.token, "AAF-fake", "13900001111", "987654321"):
        assert secret not in log.text
    assert "Telegram cannot be reached" in log.text


async def test_more_than_may_wait_is_turned_away_with_a_word_and_the_rest_is_answered(
    server: FakeTelegram, bot: Bot, parrot: Parrot
) -> None:
    settings = bot.settings.model_copy(update={"limits": Limits(messages_waiting=3)})
    limited = replace(bot, settings=settings)
    parrot.waits["0"] = asyncio.Event()
    async with on_telegram(server, limited, parrot):
        resident = TelegramResident(server, ADA)
        server.says(ADA, "0")
        await server.until(lambda: parrot.heard != [])
        for number in range(1, 9):
            server.says(ADA, str(number))
        await server.until(lambda: bot.store.inbox.backlog().waiting == 9)
        parrot.waits["0"].set()
        await server.until(lambda: len(resident.heard) == 5)
    assert resident.heard == ["0", "turned_away zh-hans", "1", "2", "3"]
    assert bot.store.inbox.backlog().waiting == 0


async def test_who_writes_too_fast_is_told_once_and_answered_in_time(
    server: FakeTelegram, bot: Bot
) -> None:
    limits = Limits(messages_burst=2, messages_per_minute=120.0)
    update = {"limits": limits, "telegram": quick(server.url)}
    patient = build_bot(bot.settings.model_copy(update=update), store=bot.store, index=bot.index)
    async with telegram_channel(patient, server.token):
        resident = TelegramResident(server, ADA)
        for _ in range(4):
            server.says(ADA, "/help")
        await server.until(lambda: len(resident.heard) == 5)
    help_text, patience = words(bot, "talk.help"), words(bot, "talk.patience")
    assert resident.heard == [help_text, help_text, patience, help_text, help_text]
