"""Telegram and the network at their worst, and the real bot: nothing is lost, nothing is filed
twice, and what arrives twice is what Telegram took without saying so."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes import FakeTelegram
from tests.faults.account import Account, settle_up
from tests.faults.process import Ward
from tests.faults.story import Actor, until_quiet

PEOPLE = 4


def matter(number: int) -> str:
    """What resident number so and so complains of."""
    return f"和平大道{100 + number}号门口的路灯坏了没人修"


async def files_a_matter(actor: Actor, number: int) -> None:
    """Ask, complain, and submit with an impatient finger."""
    await actor.says("今年改造多少老旧小区？")
    await actor.says(matter(number))
    await actor.submits(matter(number), taps=2)


async def run(ward: Ward, server: FakeTelegram) -> Account:
    """Some residents file a matter each."""
    actors = [Actor(server, 1001 + number) for number in range(PEOPLE)]
    async with ward.supervised():
        await asyncio.gather(*(files_a_matter(one, n) for n, one in enumerate(actors)))
        await until_quiet(ward, server)
    return settle_up(ward.var, server, [actor.person for actor in actors])


FAULTS: dict[str, Callable[[FakeTelegram], object]] = {
    "a storm of 429": lambda server: server.storm(1, 6),
    "sends are dropped": lambda server: server.drop("sendMessage", 4),
    "answers to sends are lost": lambda server: server.lose_answer("sendMessage", 3),
    "answers to edits are lost": lambda server: server.lose_answer("editMessageText", 3),
    "answers to polls are lost": lambda server: server.lose_answer("getUpdates", 3),
    "polls are dropped": lambda server: server.drop("getUpdates", 3),
    "502 to everything": lambda server: [
        server.fail(method, 502, times=3) for method in ("*", "sendMessage", "getUpdates")
    ],
    "500 to taps": lambda server: server.fail("answerCallbackQuery", 500, times=3),
    "slow answers": lambda server: server.slow("sendMessage", 1.0, times=4),
    "out of order": lambda server: server.shuffled(5),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_nothing_is_lost_with(name: str, ward: Ward, server: FakeTelegram) -> None:
    FAULTS[name](server)
    account = await run(ward, server)
    assert account.faults == {}, ward.log
    assert account.cases == PEOPLE
    assert len(account.received_twice) <= ward.log.count("may arrive twice")
    assert ward.endings == []


async def test_updates_that_are_delivered_again_are_not_heard_again(
    ward: Ward, server: FakeTelegram
) -> None:
    ada = Actor(server, 1001)
    async with ward.supervised():
        await ada.says(matter(1))
        await ada.submits(matter(1))
        confirmed = len(server.api.updates.confirmed)
        server.deliver_again(confirmed)
        await ada.says("谢谢")
        await until_quiet(ward, server)
    account = settle_up(ward.var, server, [ada.person])
    assert account.faults == {}
    assert (account.cases, account.received_twice) == (1, [])


async def test_an_album_split_by_a_restart_is_one_matter(ward: Ward, server: FakeTelegram) -> None:
    ada = Actor(server, 1001)
    async with ward.supervised():
        await ada.sends_album(matter(1), split=True)
        ward.kill()
        await until_quiet(ward, server)
        await ada.submits(matter(1))
        await until_quiet(ward, server)
    account = settle_up(ward.var, server, [ada.person])
    assert account.faults == {}
    assert (account.cases, account.photos_lost) == (1, 0)


async def test_a_webhook_is_answered_only_once_the_update_is_on_disk(
    tmp_path: Path, built: Path, server: FakeTelegram
) -> None:
    ward = Ward(tmp_path, built, server, webhook=True)
    actors = [Actor(server, 1001 + number) for number in range(PEOPLE)]

    async def kill_now_and_then() -> None:
        for _ in range(3):
            await asyncio.sleep(2.0)
            await ward.is_killed()

    async with ward.supervised():
        killing = asyncio.create_task(kill_now_and_then())
        await asyncio.gather(*(files_a_matter(one, n) for n, one in enumerate(actors)))
        await killing
        await until_quiet(ward, server)
    account = settle_up(ward.var, server, [actor.person for actor in actors])
    assert ward.endings == [-9, -9, -9]
    assert account.faults == {}, ward.log
    assert len(account.received_twice) <= ward.log.count("may arrive twice")
