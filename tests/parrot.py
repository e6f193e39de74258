"""A stand-in for the dialogue behind a channel: it says what a test told it to, or repeats.

It is for what the dialogue does not do at a test's bidding: raise, make others wait, reply in
markup that Telegram refuses, or reply the very words a test counts. All else is tested on the
dialogue itself.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import escape

from bot.config import TelegramSettings
from bot.messages import Channel, Reply, Said, Turn
from bot.telegram import TelegramWords, build_application, polling
from tests.fakes import FakeTelegram

MAX_PHOTO_BYTES = 1000
COMMANDS = {
    "zh": [("start", "开始"), ("help", "怎么用")],
    "en": [("start", "Begin"), ("help", "How it works")],
}


class Parrot:
    """Repeats what it hears, unless told otherwise.

    Attributes:
        heard: everything it heard, oldest first.
        replies: words or a tapped action -> what it replies instead, an error to raise included.
        waits: words -> the event it waits for before it replies to them.
        unreachable: the senders it was told of.
    """

    def __init__(self) -> None:
        self.heard: list[Said] = []
        self.replies: dict[str, list[Reply] | Exception] = {}
        self.waits: dict[str, asyncio.Event] = {}
        self.unreachable: list[str] = []

    async def hear(self, said: Said) -> list[Reply]:
        """Reply to one message."""
        self.heard.append(said)
        words = said.action or said.text
        if words in self.waits:
            await self.waits[words].wait()
        replies = self.replies.get(words, [Reply(escape(words) or "?")])
        if isinstance(replies, Exception):
            raise replies
        return replies

    def turns(self, channel: Channel, sender: str, *, most: int) -> list[Turn]:
        """It keeps no history."""
        return []

    def mark_unreachable(self, channel: Channel, sender: str) -> None:
        """Note a sender who cannot be written to."""
        self.unreachable.append(sender)


@asynccontextmanager
async def on_telegram(server: FakeTelegram, parrot: Parrot) -> AsyncIterator[None]:
    """The real channel between the fake Bot API and the parrot."""
    settings = TelegramSettings(api_base_url=server.url)
    application = build_application(
        parrot,
        token=server.token,
        settings=settings,
        words=TelegramWords(COMMANDS, lambda hint: "Sorry!" if hint == "en" else "抱歉!"),
        max_photo_bytes=MAX_PHOTO_BYTES,
    )
    async with polling(application, timeout_seconds=settings.poll_timeout_seconds):
        yield
