"""`kill -9` at every named point: nothing is lost, nothing is filed twice, and a reply arrives
twice only where it had arrived and nobody had noted it yet."""

import asyncio

import pytest

from tests.fakes import FakeTelegram
from tests.faults.account import Account, settle_up
from tests.faults.process import Ward, victim
from tests.faults.story import Actor, until_quiet
from tests.faults.victim import POINTS, SENT_NOT_MARKED

ADA_SAYS = "粮道街胭脂路口的路灯坏了三个月没人修"
BO_SAYS = "首义路的窨井盖松了没人管"


async def run(ward: Ward, server: FakeTelegram, point: str) -> Account:
    """Two residents file a matter each while the bot dies at the point and is started again."""
    ada, bo = Actor(server, 1001), Actor(server, 1002)

    async def ada_does() -> None:
        await ada.says("新增几所幼儿园？")
        await ada.says(ADA_SAYS)
        await ada.submits(ADA_SAYS, taps=2)

    async def bo_does() -> None:
        await bo.sends_album(BO_SAYS)
        await bo.submits(BO_SAYS)

    async with ward.supervised(victim(point, 1)):
        await asyncio.gather(ada_does(), bo_does())
        await until_quiet(ward, server)
    return settle_up(ward.var, server, [ada.person, bo.person])


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at(point: str, ward: Ward, server: FakeTelegram) -> None:
    account = await run(ward, server, point)
    assert ward.endings[0] == -9, ward.log
    assert account.faults == {}
    assert (account.cases, account.photos_lost) == (2, 0)
    assert len(account.received_twice) <= ward.log.count("may arrive twice")
    if point in SENT_NOT_MARKED:
        assert account.received_twice != []
