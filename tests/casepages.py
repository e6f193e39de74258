"""Pages of cases: the staff of a hall (`casework`) at the console of a running bot."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import httpx

from bot.app import Bot, Reading, build_bot, open_store
from bot.cases import Actor, Case
from bot.config import Settings
from bot.messages import Channel
from bot.store import DATABASE
from index import Commitment, Index, Paths
from tests.casework import Hall
from tests.clock import Clock
from tests.conftest import CONTENT
from tests.consoles import Clerk, ConsoleSite, console_of

DISPATCHER, SUPERVISOR, HANDLER, GARDENER = "李四", "赵六", "王五", "孙七"
Fields = dict[str, str | list[str]]
WRITTEN = "现场看过，灯杆没有倾斜。\n第二行：电缆老化。"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "=cmd|'/C calc'!A1",
)
"""What somebody writes who wants to harm whoever reads it."""


@dataclass
class CasePages:
    """The site, and the hall in which cases come to where a test wants them."""

    bot: Bot
    clock: Clock
    site: ConsoleSite
    hall: Hall
    _browsers: dict[tuple[str, str], httpx.AsyncClient] = field(default_factory=dict)

    async def opens(self, name: str, case: Case, *, language: str = "zh-CN") -> Clerk:
        """Somebody of the staff looks at a case, in a tab of her own of her one browser."""
        if (name, language) not in self._browsers:
            clerk = await self.site.signs_in(name, language=language)
            self._browsers[name, language] = clerk.http
        tab = Clerk(self._browsers[name, language], name)
        await tab.opens(address(case))
        if not tab.all(".console-who"):  # too much time has gone by
            del self._browsers[name, language]
            return await self.opens(name, case, language=language)
        return tab

    def commitment(self) -> Commitment:
        """One that no other test has."""
        return next(self._commitments)

    @cached_property
    def _commitments(self) -> Iterator[Commitment]:
        return iter(self.bot.index.commitments.values())

    def visitor(self) -> Actor:
        """A resident on the web page."""
        return self.met("web", "browser-secret")

    def met(self, channel: Channel, address: str) -> Actor:
        """A resident of a channel."""
        with self.hall.store.transaction():
            resident = self.hall.store.residents.met(channel, address, at=self.clock.now)
        return Actor.resident(resident.id)


@asynccontextmanager
async def pages_of(index: Index, reading: Reading, var: Path) -> AsyncIterator[CasePages]:
    """The case pages of a bot with an empty database; tests of a module share it, each with cases
    of its own, since a new site has all its templates to compile."""
    clock = Clock()
    settings = Settings(paths=Paths(content=CONTENT, var=var))
    with closing(open_store(settings)) as store:
        bot = build_bot(settings, store=store, index=index, reading=reading, now=lambda: clock.now)
        file = var / DATABASE
        with closing(sqlite3.connect(file, isolation_level=None)) as beside:
            async with console_of(bot) as site:
                yield CasePages(bot, clock, site, Hall(beside, clock, office=bot.office))


def address(case: Case) -> str:
    """Where a case's page is."""
    return f"/console/cases/{case.number}"


def forms(clerk: Clerk) -> set[str]:
    """The actions that the page has a form for, the look at the identity left out."""
    names = {str(one["id"]).removeprefix("do-") for one in clerk.all("details.action")}
    return names - {"reveal"}


def opened(clerk: Clerk) -> list[str]:
    """Which of the forms are open."""
    return [str(one["id"]).removeprefix("do-") for one in clerk.all("details.action[open]")]


def kept(clerk: Clerk, selector: str) -> str:
    """What stands in a field of the page."""
    (field,) = clerk.all(selector)
    if field.name == "textarea":
        return field.get_text().removeprefix("\n")
    return str(field.get("value", ""))
