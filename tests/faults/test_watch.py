"""Who watches the bot: its supervisor, a second instance, and whoever asks for its health."""

import asyncio
import sys
from pathlib import Path

import httpx

from tests.fakes import FakeTelegram
from tests.faults.account import settle_up
from tests.faults.process import BOT, Ward
from tests.faults.story import Actor, until_quiet
from tests.forking import PROJECT, executed


async def test_polling_that_stands_still_ends_the_process_with_one_line(
    tmp_path: Path, built: Path, server: FakeTelegram
) -> None:
    ward = Ward(tmp_path, built, server, stalled_minutes=0.02)
    server.drop("getUpdates", 1000)
    process = await ward.start()
    assert await process.wait() == 1
    assert ward.log.splitlines()[-1].startswith("Telegram has not answered for 0.02 minutes")


async def test_a_second_bot_on_the_same_folder_is_refused_with_one_line(
    ward: Ward, server: FakeTelegram
) -> None:
    ada = Actor(server, 1001)
    async with ward.supervised():
        await ada.says("新增几所幼儿园？")
        second = await asyncio.create_subprocess_exec(
            sys.executable,
            *BOT,
            "run",
            cwd=PROJECT,
            env=ward.environment | {"BOT_CONFIG": str(ward.config_with(port=0))},
            stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
        )
        _, told = await second.communicate()
        assert second.returncode == 1
        (line,) = told.decode().splitlines()
        assert line.startswith("another bot runs on this folder (process ")
        await ada.says("还有电梯呢？")


async def test_of_two_bots_with_one_token_one_ends_with_one_line_and_nothing_is_lost(
    tmp_path: Path, built: Path, server: FakeTelegram
) -> None:
    wards = [Ward(tmp_path / name, built, server) for name in ("one", "two")]
    processes = [await ward.start() for ward in wards]
    waiting = [asyncio.create_task(process.wait()) for process in processes]
    ended, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    loser = wards[waiting.index(next(iter(ended)))]
    assert [task.result() for task in ended] == [1]
    line = "another program polls Telegram with the same bot token: stop one of them"
    assert loser.log.splitlines()[-1] == line
    ada = Actor(server, 1001)
    await ada.says("新增几所幼儿园？")
    for ward in wards:
        await ward.stop()


async def test_told_to_stop_it_ends_in_order_and_what_waits_is_done_after_the_next_start(
    tmp_path: Path, built: Path, server: FakeTelegram
) -> None:
    ward = Ward(tmp_path, built, server, start=executed)
    ada = Actor(server, 1001)
    async with ward.supervised():
        await ada.says("你好")
        for number in range(20):
            ada.says_and_goes(f"今年改造多少老旧小区？{number}")
    assert ward.log.splitlines()[-1] == "Stopped."
    async with ward.supervised():
        await until_quiet(ward, server)
    account = settle_up(ward.var, server, [ada.person])
    assert account.faults == {}
    assert account.received_twice == []


async def test_health_tells_of_telegram_and_of_what_waits(
    ward: Ward, server: FakeTelegram
) -> None:
    async with ward.supervised():
        await Actor(server, 1001).says("你好")
        async with httpx.AsyncClient() as http:
            answer = await http.get(f"{ward.url}/healthz")
    state = answer.json()
    assert (answer.status_code, state["status"]) == (200, "ok")
    assert (state["telegram"]["mode"], state["telegram"]["problem"]) == ("polling", "")
    assert state["waiting"]["updates_set_aside"] == state["waiting"]["letters_refused"] == 0
