"""A stand-in for the dialogue behind a channel: it says what a test told it to, or repeats.

It is for what the dialogue does not do at a test's bidding: raise, make others wait, reply in
markup that Telegram refuses, or reply the very words a test counts. All else is tested on the
dialogue itself.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from html import escape

from bot.app import Bot, Telegram, telegram_channel
from bot.messages import Channel, Keep, Remark, Reply, Said, Turn
from bot.store import Store
from tests.clock import Clock
from tests.fakes import FakeTelegram
from tests.quick import quick


class Parrot:
    """Repeats what it hears, unless told otherwise.

    Attributes:
        heard: everything it heard, oldest first.
        replies: words or a tapped action -> what it replies instead, an error to raise included.
        waits: words -> the event it waits for before it replies to them.
        patience_seconds: how long everybody has to wait until they are heard.
    """

    def __init__(self, store: Store) -> None:
        self.heard: list[Said] = []
        self.replies: dict[str, list[Reply] | Exception] = {}
        self.waits: dict[str, asyncio.Event] = {}
        self.patience_seconds = 0.0
        self._store = store

    async def hear(self, said: Said, *, keep: Keep | None = None) -> list[Reply]:
        """Reply to one message."""
        self.heard.append(said)
        words = said.action or said.text
        if words in self.waits:
            await self.waits[words].wait()
        replies = self.replies.get(words, [Reply(escape(words) or "?")])
        if isinstance(replies, Exception):
            raise replies
        await self._store.write(lambda: self._keep(said, replies, keep))
        return replies

    def wait_seconds(self, channel: Channel, sender: str) -> float:
        """As long as the test says."""
        return self.patience_seconds

    def remark(self, name: Remark, channel: Channel, sender: str, *, hint: str = "") -> Reply:
        """What a channel says by itself: its name and the language of her client."""
        return Reply(f"{name} {hint}".strip())

    def turns(self, channel: Channel, sender: str, *, most: int) -> list[Turn]:
        """It keeps no history."""
        return []

    def _keep(self, said: Said, replies: list[Reply], keep: Keep | None) -> None:
        resident = self._store.residents.met(said.channel, said.sender, at=Clock().now)
        self._store.residents.set_reachable(resident.id, True)
        if keep:
            keep(resident.id, replies)


@asynccontextmanager
async def on_telegram(
    server: FakeTelegram, bot: Bot, parrot: Parrot, **changes: object
) -> AsyncIterator[Telegram]:
    """The real channel, with its inbox and outbox, between the fake Bot API and the parrot.

    Args:
        changes: settings, as in the table telegram of config.toml.
    """
    telegram_settings = quick(server.url, **changes)
    settings = bot.settings.model_copy(update={"telegram": telegram_settings})
    stand_in = replace(bot, dialogue=parrot, settings=settings)
    async with telegram_channel(stand_in, server.token) as telegram:
        yield telegram
