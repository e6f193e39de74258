"""The workflow as stories: residents and staff on Telegram, from the first words to the end.

The real dialogue, desk, database, index and channel; Telegram's side is a server of our own.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from bot.access import add_member, make_link
from bot.app import Bot, telegram_channel
from tests.actors import StaffMember, TelegramResident
from tests.conftest import Clock
from tests.fakes import FakeTelegram
from tests.quick import quick

STAFF_GROUP = -100_200_300
LAMP = "粮道街胭脂路口的路灯坏了三个月，晚上黑漆漆的，投诉了也没人修。"


@dataclass
class Town:
    """Everybody in a story: residents, staff, and the bot between them."""

    server: FakeTelegram
    bot: Bot
    clock: Clock

    async def hires(self, telegram_id: int, name: str, role: str, unit: str = "") -> StaffMember:
        """Add a member of staff and let her link her chat."""
        add_member(
            self.bot.store, self.bot.service, name, role, unit, at=self.clock.now
        )
        member = StaffMember(self.server, telegram_id, group_id=STAFF_GROUP)
        code = make_link(self.bot.store, name, at=self.clock.now)
        await member.says(f"/staff {code}")
        assert "绑定成功" in member.heard[-2]
        return member

    async def quiet(self) -> None:
        """Let everything arrive."""
        await self.server.until_quiet()


@pytest.fixture
async def town(bot: Bot, clock: Clock) -> AsyncIterator[Town]:
    """A bot on Telegram."""
    async with FakeTelegram() as server:
        settings = bot.settings.model_copy(update={"telegram": quick(server.url)})
        here = Town(server, bot, clock)
        async with telegram_channel(
            replace(bot, settings=settings), server.token, now=lambda: clock.now
        ):
            yield here


async def test_the_ordinary_case(town: Town) -> None:
    dispatcher = await town.hires(501, "李四", "dispatcher")
    handler = await town.hires(502, "王五", "handler", "urban_management")
    await dispatcher.says_in_group("/staff here")
    resident = TelegramResident(town.server)
    await resident.says(LAMP)
    await resident.taps("提交")
    await town.quiet()
    print(dispatcher.group_heard[-1]); print(dispatcher.buttons())
    await dispatcher.taps("✅ 受理")
    await town.quiet()
    print(dispatcher.notices)
    print(dispatcher.group_heard[-1]); print(dispatcher.buttons())
    print("RES", resident.heard[-1])
    await dispatcher.taps("派单")
    await town.quiet()
    print(dispatcher.group_heard[-1]); print(dispatcher.buttons())
    await dispatcher.taps("区城管执法局")
    await town.quiet()
    print("RES", resident.heard[-1])
    print("H", handler.heard[-1]); print(handler.buttons(in_group=False))
    await handler.taps("签收", in_group=False)
    await town.quiet()
    print("RES", resident.heard[-1])
    await handler.replies("胭脂路", "已更换灯具和线路，今晚恢复照明。", in_group=False)
    await town.quiet()
    print("H", handler.heard[-1]); print(handler.buttons(in_group=False))
    await handler.taps("办结", in_group=False)
    await town.quiet()
    print("H", handler.heard[-1])
    print(dispatcher.group_heard[-1]); print(dispatcher.buttons())
    await dispatcher.taps("答复")
    await town.quiet()
    print(dispatcher.group_heard[-1])
    await dispatcher.replies("回复本条消息", "路灯已于今日修复，感谢您的反映。")
    await town.quiet()
    print(dispatcher.group_heard[-1]); print(dispatcher.buttons())
    await dispatcher.taps("答复")
    await town.quiet()
    print(dispatcher.notices)
    print("RES", resident.heard[-1]); print(resident.buttons)
    await resident.taps("已解决")
    print("RES", resident.heard[-1]); print(resident.buttons)
    await resident.taps("满意")
    print("RES", resident.heard[-1]); print(resident.buttons)
    await resident.says("/mine")
    await resident.taps("»")
    print("RES", resident.heard[-1]); print(resident.buttons)
    assert False
