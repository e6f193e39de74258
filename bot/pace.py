"""How fast a channel may be written to: to everybody together, and to each chat."""

import asyncio
from collections import OrderedDict

from aiolimiter import AsyncLimiter

ALL_BURST_SECONDS = 0.1
"""To everybody together, so much of a second's messages may go out at once."""
CHATS_REMEMBERED = 10_000
"""Chats whose pace is known; those longest silent are forgotten, they have rested by then."""


class Pace:
    """Telegram's limits (Bot API FAQ, "My bot is hitting limits"), kept before it says 429."""

    def __init__(self, *, per_second: float, chat_per_second: float, chat_burst: int) -> None:
        """A chat may get `chat_burst` messages at once, then `chat_per_second`."""
        burst = max(1.0, per_second * ALL_BURST_SECONDS)
        self._all = AsyncLimiter(burst, burst / per_second)
        self._chat_burst = chat_burst
        self._chat_period_seconds = chat_burst / chat_per_second
        self._chats: OrderedDict[int, AsyncLimiter] = OrderedDict()
        self._held_back: dict[int, float] = {}
        self._resume_at = 0.0

    async def chat_turn(self, chat: int) -> None:
        """Wait until a message may be sent to a chat, as far as that chat goes."""
        limiter = self._chats.pop(chat, None) or AsyncLimiter(
            self._chat_burst, self._chat_period_seconds
        )
        self._chats[chat] = limiter
        if len(self._chats) > CHATS_REMEMBERED:
            self._chats.popitem(last=False)
        await limiter.acquire()

    async def turn(self) -> None:
        """Wait until a message may be sent at all."""
        loop = asyncio.get_running_loop()
        while (wait := self._resume_at - loop.time()) > 0:  # noqa: ASYNC110 (it may be moved on)
            await asyncio.sleep(wait)
        await self._all.acquire()

    def hold_back(self, chat: int, seconds: float) -> None:
        """The channel said that it is too much: for one chat, or, when it says so of two, at all.

        Which of its limits was met, Telegram does not tell.
        """
        now = asyncio.get_running_loop().time()
        self._held_back = {who: until for who, until in self._held_back.items() if until > now}
        self._held_back[chat] = now + seconds
        if len(self._held_back) > 1:
            self._resume_at = max(self._resume_at, min(self._held_back.values()))
