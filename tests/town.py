"""A town for stories: residents and staff on Telegram and the bot between them, all of it real
but Telegram's side, which is a server of our own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from bot import desk
from bot.access import add_member, link_chat, make_link
from bot.app import Bot, telegram_channel
from bot.cases import Case
from tests.actors import StaffMember, TelegramResident
from tests.clock import Clock
from tests.fakes import FakeTelegram
from tests.quick import quick

STAFF_GROUP = -1_001_234_567
LAMP = "粮道街胭脂路口的路灯坏了三个月，晚上黑漆漆的，投诉了也没人修。"
REMARK = "回复本条消息"
"""What every message says that asks staff for words."""
NUMBER = "WC20200302-0001"
"""Of the first case of the day that the clock begins with."""
NOT_STAFF = "此操作仅限已登记并绑定的工作人员。请向管理员索取绑定码，在私聊里发送 /staff 绑定码。"
NOT_HERS = "这件不在您的单位，您不能查看或办理。"
REFUSED_CODE = "绑定码无效、已用过或已过期（15 分钟内有效，只能用一次）。"


@dataclass
class Town:
    """Everybody in a story can be met here; what happens, happens at the clock's time."""

    server: FakeTelegram
    bot: Bot
    clock: Clock

    def resident(self, telegram_id: int = 1001, *, language_code: str = "zh-hans") -> "Neighbour":
        """Somebody who lives here and has not written to the bot yet."""
        person = TelegramResident(self.server, telegram_id, language_code=language_code)
        return Neighbour(self, person, telegram_id)

    async def hires(self, telegram_id: int, name: str, role: str, unit: str = "") -> "Colleague":
        """Add a member of staff whose chat is linked; a handler works in private."""
        store, at = self.bot.store, self.clock.now
        add_member(store, self.bot.service, name, role, unit, at=at)
        colleague = self.newcomer(telegram_id, name, in_group=role != "handler")
        self.server.chats.open(telegram_id)
        code = make_link(store, name, at=at)

        def link() -> None:
            chat = store.residents.met("telegram", str(telegram_id), at=at)
            link_chat(store, code, chat.id, at=at)

        await store.write(link)
        return colleague

    def newcomer(self, telegram_id: int, name: str, *, in_group: bool = False) -> "Colleague":
        """Somebody in the group whose chat is not linked."""
        member = StaffMember(self.server, telegram_id, group_id=STAFF_GROUP)
        return Colleague(self, member, name, telegram_id, in_group=in_group)

    async def settles(self) -> None:
        """Let everything be heard, and everything arrive that can."""
        store, updates = self.bot.store, self.server.api.updates

        def is_settled() -> bool:
            to_hear = updates.is_waiting or store.inbox.backlog().waiting
            return not to_hear and not store.outbox.backlog(reachable=True).waiting

        await self.server.until(is_settled)

    async def lets_pass(self, **duration: float) -> None:
        """Let time go by, at the end of which the clocks are looked at."""
        self.clock.passes(**duration)
        await self.looks_at_the_clocks()

    async def comes_to(self, moment: datetime) -> None:
        """Let it be that moment, at which the clocks are looked at."""
        self.clock.now = moment
        await self.looks_at_the_clocks()

    async def looks_at_the_clocks(self) -> None:
        """The clock's job, once."""
        is_more = True
        while is_more:
            is_more = await self.bot.store.write(
                lambda: desk.make_round(self.bot.office, at=self.clock.now)
            )
        await self.settles()

    def case(self, number: str) -> Case:
        """A case as the database has it."""
        case = self.bot.store.cases.numbered(number)
        if case is None:
            raise LookupError(number)
        return case


class Neighbour:
    """A resident; each of her steps returns when all that follows from it has arrived."""

    def __init__(self, town: Town, person: TelegramResident, telegram_id: int) -> None:
        self.telegram_id = telegram_id
        self._town = town
        self._person = person

    @property
    def heard(self) -> list[str]:
        """What she sees from the bot now, oldest first."""
        return self._person.heard

    @property
    def reads(self) -> str:
        """The bot's last message to her."""
        return self._person.heard[-1]

    @property
    def buttons(self) -> list[str]:
        """The labels under it."""
        return self._person.buttons

    @property
    def notices(self) -> list[str]:
        """What each of her taps made flash up."""
        return self._person.notices

    async def files(self, words: str = LAMP) -> str:
        """Write down a matter and file it; returns the case's number."""
        await self.says(words)
        await self.taps("提交" if "✅ 提交" in self.buttons else "Submit")
        return self._town.bot.store.cases.of_resident(self.id, most=1)[0].number

    @property
    def id(self) -> int:
        """Her row."""
        known = self._town.bot.store.residents.known("telegram", str(self.telegram_id))
        if known is None:
            raise LookupError(self.telegram_id)
        return known.id

    async def says(self, text: str) -> None:
        """Write a text or a command."""
        await self._person.says(text)
        await self._town.settles()

    async def taps(self, label: str) -> None:
        """Tap the newest visible button whose label contains these words."""
        await self._person.taps(label)
        await self._town.settles()

    async def taps_action(self, message_id: int, action: str) -> None:
        """Tap a button that may be gone by now."""
        await self._person.taps_action(message_id, action)
        await self._town.settles()

    async def replies(self, words: str, text: str) -> None:
        """Quote the bot's newest message that contains some words, and write below it."""
        shown = self._town.server.from_bot(self.telegram_id)
        quoted = [one.message_id for one in shown if words in one.text][-1]
        server = self._town.server
        server.says_in(self.telegram_id, self.telegram_id, text, reply_to=quoted)
        await self._town.settles()

    async def sends_photo(self, content: bytes, caption: str = "") -> None:
        """Send a photo."""
        await self._person.sends_photo(content, caption)
        await self._town.settles()

    async def sends_location(self, latitude: float, longitude: float) -> None:
        """Share a point."""
        await self._person.sends_location(latitude, longitude)
        await self._town.settles()


class Colleague:
    """A member of staff where she works: in the group, or in her private chat.

    Each of her steps returns when all that follows from it has arrived everywhere.
    """

    def __init__(
        self, town: Town, member: StaffMember, name: str, telegram_id: int, *, in_group: bool
    ) -> None:
        self.name = name
        self.telegram_id = telegram_id
        self.member = member
        self._town = town
        self._in_group = in_group

    @property
    def in_private(self) -> "Colleague":
        """The same person in her private chat."""
        return Colleague(self._town, self.member, self.name, self.telegram_id, in_group=False)

    @property
    def heard(self) -> list[str]:
        """What she reads of the bot's there now, oldest first."""
        return self.member.group_heard if self._in_group else self.member.heard

    @property
    def reads(self) -> str:
        """The bot's last message there."""
        return self.heard[-1]

    @property
    def told(self) -> str:
        """What her last tap made flash up."""
        return self.member.notices[-1]

    def buttons(self, on: str = "") -> list[str]:
        """The labels under the bot's newest message that contains some words."""
        return self.member.buttons(on, in_group=self._in_group)

    def card(self, number: str) -> str:
        """The newest card of a case there."""
        return self.member.newest(f"{number} · ", in_group=self._in_group).text

    async def says(self, text: str) -> None:
        """Write where she works."""
        if self._in_group:
            await self.member.says_in_group(text)
        else:
            await self.member.says(text)
        await self._town.settles()

    async def replies(self, words: str, text: str) -> None:
        """Reply to the bot's newest message that contains some words."""
        await self.member.replies(words, text, in_group=self._in_group)
        await self._town.settles()

    async def taps(self, *labels: str, on: str = "") -> None:
        """Tap the newest buttons whose labels contain these words, one after the other.

        Args:
            on: what the message of the first of them contains.
        """
        for number, label in enumerate(labels):
            await self.member.taps(label, on="" if number else on, in_group=self._in_group)
            await self._town.settles()

    async def writes(self, *labels: str, words: str, on: str = "") -> None:
        """Tap a button that asks for words, write them, and say that they are meant for it."""
        await self.taps(*labels, on=on)
        await self.replies(REMARK, words)
        await self.taps(labels[0])


@dataclass
class Offices:
    """Who works in most stories: 李四 dispatches, 赵六 supervises, 王五 repairs the streets."""

    dispatcher: Colleague
    supervisor: Colleague
    handler: Colleague


async def open_offices(town: Town) -> Offices:
    """Hire them, and make their group one that cases are shown in."""
    offices = Offices(
        await town.hires(501, "李四", "dispatcher"),
        await town.hires(502, "赵六", "supervisor"),
        await town.hires(503, "王五", "handler", "urban_management"),
    )
    await offices.dispatcher.says("/staff here")
    return offices


@asynccontextmanager
async def town_of(bot: Bot, clock: Clock) -> AsyncIterator[Town]:
    """The bot on Telegram."""
    async with FakeTelegram() as server:
        settings = bot.settings.model_copy(update={"telegram": quick(server.url)})
        on_telegram = replace(bot, settings=settings)
        async with telegram_channel(on_telegram, server.token, now=lambda: clock.now):
            yield Town(server, bot, clock)


async def is_replied(offices: Offices, words: str = "已修好。") -> None:
    """Staff do all they have to, and reply."""
    await offices.dispatcher.taps("✅ 受理")
    await offices.dispatcher.taps("📨 派单", "区城管执法局")
    await offices.handler.taps("🖊 签收")
    await offices.handler.writes("✔ 办结", words="已更换灯具。")
    await offices.dispatcher.writes("💬 答复", words=words)
