"""The disk and the database at their worst, and the real bot: what comes in waits, and all goes on
by itself once the cause is gone."""

import asyncio
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from bot.store import DATABASE
from tests.fakes import FakeTelegram
from tests.faults.account import settle_up
from tests.faults.process import Ward
from tests.faults.story import Actor, until_quiet

MATTER = "粮道街胭脂路口的路灯坏了三个月没人修"


@contextmanager
def a_full_disk(ward: Ward) -> Iterator[None]:
    """No file of the bot may grow any more, as on a full disk; then it may again."""
    wal = ward.var / f"{DATABASE}-wal"
    most = wal.stat().st_size if wal.exists() else 0
    resource.prlimit(ward.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    yield
    resource.prlimit(
        ward.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    )


@contextmanager
def another_program_that_holds_it(ward: Ward) -> Iterator[None]:
    """Another program has the database for itself."""
    other = sqlite3.connect(ward.var / DATABASE, isolation_level=None)
    other.execute("begin immediate")
    yield
    other.execute("rollback")
    other.close()


async def health(ward: Ward) -> tuple[int, str]:
    """What the bot says of itself."""
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{ward.url}/healthz")
    return answer.status_code, str(answer.json().get("database", ""))


@pytest.mark.parametrize("cause", [a_full_disk, another_program_that_holds_it])
async def test_what_comes_in_waits_and_is_handled_once_the_cause_is_gone(
    cause: type, ward: Ward, server: FakeTelegram
) -> None:
    ada = Actor(server, 1001)
    async with ward.supervised():
        await ada.says("新增几所幼儿园？")
        await until_quiet(ward, server)
        with cause(ward):
            ada.says_and_goes(MATTER)
            await server.until(lambda: "nothing is lost, what comes in waits" in ward.log)
            status, problem = await health(ward)
            assert status == 503
            assert problem.startswith("the database is not available")
            assert server.api.unconfirmed != []
        await ada.submits(MATTER)
        await until_quiet(ward, server)
        assert await health(ward) == (200, "")
    account = settle_up(ward.var, server, [ada.person])
    assert account.faults == {}
    assert (account.cases, account.received_twice, ward.endings) == (1, [], [])
    assert ward.log.count("the database is available again") == 1


async def test_a_photo_that_finds_the_disk_full_is_kept_later(
    ward: Ward, server: FakeTelegram
) -> None:
    ada = Actor(server, 1001)
    async with ward.supervised():
        await ada.says("你好")
        await until_quiet(ward, server)
        with a_full_disk(ward):
            sending = asyncio.create_task(ada.sends_album(MATTER))
            await server.until(lambda: "nothing is lost" in ward.log)
        await sending
        await ada.submits(MATTER)
        await until_quiet(ward, server)
    account = settle_up(ward.var, server, [ada.person])
    assert account.faults == {}
    assert (account.cases, len(list((ward.var / "files").iterdir()))) == (1, 2)


async def test_a_database_that_cannot_be_opened_is_one_line(
    ward: Ward, server: FakeTelegram
) -> None:
    (ward.var / DATABASE).mkdir()
    process = await ward.start()
    assert await process.wait() == 1
    (line,) = [one for one in ward.log.splitlines() if DATABASE in one]
    assert line.endswith("the database cannot be opened (unable to open database file)")
