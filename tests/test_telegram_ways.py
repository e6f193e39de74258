"""The ways to Telegram: a poll that hangs, another program that polls, a proxy between."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.app import Bot, build_telegram
from bot.telegram import SecondInstance, build_client, polling
from tests.actors import TelegramResident
from tests.fakes import FakeTelegram
from tests.parrot import Parrot, on_telegram
from tests.quick import quick

ADA = 1001


async def test_a_program_that_polls_for_long_too_ends_the_newcomer_with_one_line(
    server: FakeTelegram, bot: Bot
) -> None:
    settings = bot.settings.model_copy(update={"telegram": quick(server.url)})
    telegram = build_telegram(replace(bot, settings=settings), server.token)
    server.fail("getUpdates", 409, times=10)
    async with telegram.running(bot) as serving:
        with pytest.raises(SecondInstance, match="stop one of them"):
            await serving


async def test_a_poll_that_hangs_is_begun_anew(
    server: FakeTelegram,
    bot: Bot,
    parrot: Parrot,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(polling, "ANSWER_SECONDS", 0.2)
    server.slow("getUpdates", 60.0)
    async with on_telegram(server, bot, parrot, poll_timeout_seconds=0):
        resident = TelegramResident(server, ADA)
        await resident.says("路灯坏了")
    assert resident.heard == ["路灯坏了"]
    assert "polling is begun anew" in caplog.text


@asynccontextmanager
async def http_proxy(target: str) -> AsyncIterator[tuple[str, list[str]]]:
    """A forward proxy for one server; gives its address and the lines it was asked with."""
    asked: list[str] = []
    host, port = target.removeprefix("http://").split(":")

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            asked.extend(line for line in data.decode("latin-1").splitlines() if target in line)
            writer.write(data.replace(f" {target}/".encode(), b" /"))
        writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    proxy = await asyncio.start_server(forward, "127.0.0.1", 0)
    async with proxy:
        yield f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}", asked


async def test_every_call_goes_through_the_proxy(
    server: FakeTelegram, bot: Bot, parrot: Parrot
) -> None:
    async with http_proxy(server.url) as (url, asked):
        async with on_telegram(server, bot, parrot, proxy=url):
            resident = TelegramResident(server, ADA)
            await resident.sends_photo(b"picture", caption="路灯坏了")
        assert resident.heard == ["路灯坏了"]
    methods = {
        re.sub(r"[?\s].*", "", line.rpartition("/bot")[2].partition("/")[2]) for line in asked
    }
    assert {"getMe", "getUpdates", "sendMessage", "getFile"} <= methods


def test_a_socks_proxy_can_be_set(server: FakeTelegram) -> None:
    settings = quick(server.url, proxy="socks5://127.0.0.1:1080")
    assert build_client(server.token, settings).token == server.token
