"""Updates brought by Telegram: a 2xx only once they are on disk, the secret checked, nothing taken
from strangers, and one person's in order however they come."""

import json
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.app import Bot, Telegram, build_telegram, telegram_channel, web_site
from bot.config import Settings
from bot.messages import ChannelError
from bot.store import DATABASE
from bot.telegram.webhook import BODY_MAX_BYTES, SECRET_HEADER
from bot.vault import Vault
from tests.actors import TelegramResident
from tests.fakes import FakeTelegram
from tests.hard_times import locked, lose_patience
from tests.parrot import Parrot
from tests.prompt import Prompt
from tests.quick import quick
from tests.records import said, words
from tests.telegram_chats import Json
from tests.web_site import serving

ADA, BO = 1001, 1002
LAMP = "路灯坏了没人修"


def update(number: int, text: str, *, sender: int = ADA) -> Json:
    """A message as Telegram brings it."""
    person = {"id": sender, "is_bot": False, "first_name": "A", "language_code": "zh-hans"}
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": 1583107200,
            "chat": {"id": sender, "type": "private", "first_name": "A"},
            "from": person,
            "text": text,
        },
    }


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.meet(ADA)
        yield server


@pytest.fixture
def settings(settings: Settings, server: FakeTelegram) -> Settings:
    url = "https://bot.example/telegram"
    return settings.model_copy(update={"telegram": quick(server.url, webhook_url=url)})


@dataclass
class Door:
    """The address that Telegram brings updates to, and the secret that it must show."""

    http: httpx.AsyncClient
    secret: str

    async def gets(self, body: object, *, headers: Mapping[str, str] | None = None) -> int:
        """Bring something; the status it is answered with."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        shown = {SECRET_HEADER: self.secret} if headers is None else headers
        response = await self.http.post("/telegram", content=content, headers=shown)
        return response.status_code


@asynccontextmanager
async def opened(bot: Bot, server: FakeTelegram) -> AsyncIterator[Door]:
    """The bot with its webhook, which Telegram was told of and a test brings updates to."""
    telegram = build_telegram(bot, server.token)
    async with (
        telegram.running(bot),
        serving(web_site(bot, telegram)) as url,
        httpx.AsyncClient(base_url=url) as http,
    ):
        await server.until(lambda: bool(server.calls("setWebhook")))
        yield Door(http, server.calls("setWebhook")[-1]["secret_token"])


@pytest.fixture
async def door(bot: Bot, server: FakeTelegram) -> AsyncIterator[Door]:
    async with opened(bot, server) as door:
        yield door


def kept(bot: Bot) -> int:
    """How many updates were ever taken."""
    return sum(1 for _ in bot.store.inbox.waiting()) + len(said(bot, "telegram", str(ADA)))


# Who may bring something, and what


async def test_telegram_is_told_where_with_what_secret_and_what_to_bring(
    server: FakeTelegram, bot: Bot, door: Door
) -> None:
    (call,) = server.calls("setWebhook")
    assert call["url"] == "https://bot.example/telegram"
    assert call["allowed_updates"] == [
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
    ]
    assert len(call["secret_token"]) == 64
    assert server.token.partition(":")[2] not in call["secret_token"]


async def test_the_secret_is_the_same_after_a_restart(server: FakeTelegram, bot: Bot) -> None:
    secrets = set()
    for _ in range(2):
        async with opened(bot, server) as door:
            secrets.add(door.secret)
    assert len(secrets) == 1


SHOWN_BY_STRANGERS: list[dict[str, str]] = [
    {},
    {SECRET_HEADER: ""},
    {SECRET_HEADER: "guessed"},
    {SECRET_HEADER: "0" * 64},
    {SECRET_HEADER: "é" * 64},
    {"Authorization": "Bearer 7:AAF-fake_token"},
]


async def test_without_the_secret_nothing_is_taken(bot: Bot, door: Door) -> None:
    for headers in SHOWN_BY_STRANGERS:
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        response = await door.http.post("/telegram", json=update(1, LAMP), headers=encoded)
        assert (headers, response.status_code, response.content) == (headers, 403, b"")
    assert kept(bot) == 0


async def test_only_posts_are_taken(bot: Bot, door: Door) -> None:
    response = await door.http.get("/telegram", headers={SECRET_HEADER: door.secret})
    assert response.status_code == 405


NO_UPDATES: list[object] = [
    b"",
    b"{broken",
    b"\xff\xfe",
    b"null",
    b"[]",
    b"7",
    b'"text"',
    b"{}",
    {"message": {}},
    {"update_id": "1"},
    {"update_id": None},
    {"update_id": 1.5},
    {"update_id": 1, "message": []},
    {"update_id": 1, "message": None},
    {"update_id": 1, "message": {"from": 7}},
]


async def test_what_is_no_update_is_refused(bot: Bot, door: Door) -> None:
    told = [(body, await door.gets(body)) for body in NO_UPDATES]
    assert told == [(body, 400) for body in NO_UPDATES]
    assert kept(bot) == 0
    assert await door.gets(update(7, LAMP)) == 200


async def test_a_body_larger_than_any_update_is_refused(bot: Bot, door: Door) -> None:
    assert await door.gets(update(1, "x" * BODY_MAX_BYTES)) == 400
    assert kept(bot) == 0


# On disk first


async def test_an_update_is_on_disk_when_it_is_answered(
    server: FakeTelegram, bot: Bot, door: Door
) -> None:
    assert await door.gets(update(1, LAMP)) == 200
    assert kept(bot) == 1


async def test_an_update_brought_again_is_answered_and_not_heard_again(
    server: FakeTelegram, bot: Bot, door: Door
) -> None:
    resident = TelegramResident(server, ADA)
    for _ in range(3):
        assert await door.gets(update(1, "/help")) == 200
    assert await door.gets(update(2, "你好")) == 200
    await server.until(lambda: len(resident.heard) == 2)
    assert said(bot, "telegram", str(ADA)) == ["/help", "你好"]


async def test_an_update_that_cannot_be_kept_is_asked_for_again(
    bot: Bot, door: Door, server: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_patience(monkeypatch)
    with locked(bot.settings.paths.var / DATABASE):
        shown = {SECRET_HEADER: door.secret}
        refused = await door.http.post("/telegram", json=update(1, "/help"), headers=shown)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert await door.gets(update(1, "/help")) == 200
    resident = TelegramResident(server, ADA)
    await server.until(lambda: resident.heard == [words(bot, "talk.help")])


async def test_two_messages_of_one_person_that_overtake_each_other_are_heard_in_order(
    bot: Bot, door: Door, server: FakeTelegram
) -> None:
    resident = TelegramResident(server, ADA)
    await door.gets(update(1, "/help"))
    await server.until(lambda: len(resident.heard) == 1)
    for number in (4, 3, 2):
        assert await door.gets(update(number, f"/help {number}")) == 200
    await server.until(lambda: len(resident.heard) == 4)
    assert said(bot, "telegram", str(ADA)) == ["/help", "/help 2", "/help 3", "/help 4"]


async def test_the_first_messages_after_a_start_are_put_in_order_too(
    bot: Bot, server: FakeTelegram
) -> None:
    """What was the last number before the start, the database knows."""
    resident = TelegramResident(server, ADA)
    async with opened(bot, server) as door:
        await door.gets(update(1, "/help"))
        await server.until(lambda: len(resident.heard) == 1)
    async with opened(bot, server) as door:
        for number in (3, 2):
            await door.gets(update(number, f"/help {number}"))
        await server.until(lambda: len(resident.heard) == 3)
    assert said(bot, "telegram", str(ADA)) == ["/help", "/help 2", "/help 3"]


async def test_a_number_that_never_comes_holds_nothing_up(
    bot: Bot, door: Door, server: FakeTelegram
) -> None:
    resident = TelegramResident(server, ADA)
    for number in (1, 9):
        await door.gets(update(number, "/help"))
    await server.until(lambda: len(resident.heard) == 2)
    assert said(bot, "telegram", str(ADA)) == ["/help", "/help"]


# With the fake server that brings them


@asynccontextmanager
async def brought(server: FakeTelegram, bot: Bot) -> AsyncIterator[Telegram]:
    """The bot's site, with its webhook where Telegram brings updates to."""
    site: list[ASGIApp] = []

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        await site[0](scope, receive, send)

    async with serving(front) as url:
        there = quick(server.url, webhook_url=f"{url}/telegram")
        settings = bot.settings.model_copy(update={"telegram": there})
        bot = replace(bot, settings=settings)
        telegram = build_telegram(bot, server.token)
        site.append(web_site(bot, telegram))
        async with telegram.running(bot):
            yield telegram


async def test_a_resident_is_answered_over_the_webhook(bot: Bot, server: FakeTelegram) -> None:
    async with brought(server, bot) as telegram:
        resident = TelegramResident(server, ADA)
        await resident.says("新增几所幼儿园？")
        assert "新增普惠幼儿园3所" in resident.heard[0]
        assert telegram.channel.health() == {"mode": "webhook", "problem": ""}


async def test_updates_brought_in_any_order_are_heard_in_theirs(
    bot: Bot, server: FakeTelegram
) -> None:
    parrot = Parrot(bot.store)
    async with brought(server, replace(bot, dialogue=parrot)):
        resident = TelegramResident(server, ADA)
        await resident.says("0")
        server.shuffled(3)
        with server.hold():
            for number in range(1, 9):
                server.says(ADA, str(number))
        await server.until(lambda: len(resident.heard) == 9)
    assert [one.text for one in parrot.heard] == [str(number) for number in range(9)]


async def test_what_could_not_be_kept_comes_again_and_is_heard(
    bot: Bot, server: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_patience(monkeypatch)
    async with brought(server, bot):
        resident = TelegramResident(server, ADA)
        with locked(bot.settings.paths.var / DATABASE):
            server.says(ADA, "/help")
            await server.until(lambda: "503" in server.api.webhook.last_error_message)
        await server.until(lambda: resident.heard == [words(bot, "talk.help")])
    assert said(bot, "telegram", str(ADA)) == ["/help"]


async def test_polling_deletes_a_webhook_that_was_left_behind(
    bot: Bot, server: FakeTelegram
) -> None:
    server.api.webhook.set({"url": "https://bot.example/telegram", "secret_token": "x"})
    polling = bot.settings.model_copy(update={"telegram": quick(server.url)})
    async with telegram_channel(replace(bot, settings=polling), server.token):
        resident = TelegramResident(server, ADA)
        await resident.says("/help")
    assert resident.heard == [words(bot, "talk.help")]
    assert server.api.webhook.url == ""


# What cannot be right


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("https://bot.example/7:AAF-fake_token", "must not hold the bot token"),
        ("https://bot.example/AAF-fake_token/x", "must not hold the bot token"),
        ("https://bot.example/7%3AAAF-fake_token", "must not hold the bot token"),
        ("https://bot.example/?t=AAF-fake_token", "must not hold the bot token"),
        ("https://bot.example", "needs a path of its own"),
        ("https://bot.example/", "needs a path of its own"),
        ("https://bot.example/?secret", "needs a path of its own"),
        ("https://bot.example/say", "needs a path of its own"),
    ],
)
async def test_an_address_that_cannot_be_right_is_one_clear_line(
    bot: Bot, server: FakeTelegram, url: str, line: str
) -> None:
    settings = bot.settings.model_copy(update={"telegram": quick(server.url, webhook_url=url)})
    with pytest.raises(ChannelError, match=line) as caught:
        build_telegram(replace(bot, settings=settings), server.token)
    assert "AAF" not in str(caught.value)


@pytest.mark.parametrize(
    ("config", "line"),
    [
        (
            '[telegram]\nwebhook_url = "https://bot.example/AAF-fake_token"\n[web]\nport = 0',
            "[telegram] webhook_url must not hold the bot token",
        ),
        (
            '[telegram]\nwebhook_url = "https://bot.example/telegram"\n[web]\nenabled = false',
            "[telegram] webhook_url needs [web] enabled: updates come there",
        ),
    ],
)
def test_the_bot_does_not_start_with_it_and_says_why_in_one_line(
    tmp_path: Path, built: Path, config: str, line: str
) -> None:
    shutil.copytree(built, tmp_path / "var")
    Vault.open(tmp_path / "var").close()
    done = Prompt(tmp_path, token="7:AAF-fake_token", config=config).run("run")
    assert (done.returncode, done.stderr) == (1, f"{line}\n")
    assert "AAF" not in done.stdout
