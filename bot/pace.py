"""How fast a channel may be written to: to everybody together, to each chat and to each group."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence

from aiolimiter import AsyncLimiter

ALL_BURST_SECONDS = 0.1
"""To everybody together, so much of a second's messages may go out at once."""
CHATS_REMEMBERED = 10_000
"""Chats whose pace is known; those longest silent are forgotten, they have rested by then."""


class Pace:
    """Telegram's limits (Bot API FAQ, "My bot is hitting limits"), kept before it says 429."""

    def __init__(
        self,
        *,
        per_second: float,
        chat_per_second: float,
        chat_burst: int,
        group_per_minute: float,
    ) -> None:
        """A chat may get `chat_burst` messages at once, then `chat_per_second`.

        A group gets no more than `group_per_minute` in any minute besides.
        """
        burst = max(1.0, per_second * ALL_BURST_SECONDS)
        self._all = AsyncLimiter(burst, burst / per_second)
        self._chat_burst = chat_burst
        self._chat_period_seconds = chat_burst / chat_per_second
        self._group_per_minute = group_per_minute
        self._chats: OrderedDict[int, Sequence[AsyncLimiter | _Window]] = OrderedDict()
        self._held_back: dict[int, float] = {}
        self._resume_at = 0.0

    async def chat_turn(self, chat: int, *, is_group: bool) -> None:
        """Wait until a message may be sent to a chat, as far as that chat goes."""
        limits = self._chats.pop(chat, None) or self._limits(is_group)
        self._chats[chat] = limits
        if len(self._chats) > CHATS_REMEMBERED:
            self._chats.popitem(last=False)
        for limit in limits:
            await limit.acquire()

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

    def _limits(self, is_group: bool) -> "Sequence[AsyncLimiter | _Window]":
        limiter = AsyncLimiter(self._chat_burst, self._chat_period_seconds)
        return [limiter, _Window(self._group_per_minute)] if is_group else [limiter]


class _Window:
    """No more than so many turns in any minute: a limiter that leaks, as `AsyncLimiter` does,
    would let twice as many pass in its first one."""

    def __init__(self, per_minute: float) -> None:
        most = max(1, int(per_minute))
        self._seconds = 60.0 * most / per_minute
        self._latest: deque[float] = deque(maxlen=most)
        self._queue = asyncio.Lock()

    async def acquire(self) -> None:
        """Wait for a turn; those who wait get theirs in order."""
        loop = asyncio.get_running_loop()
        async with self._queue:
            if len(self._latest) == self._latest.maxlen:
                await asyncio.sleep(self._latest[0] + self._seconds - loop.time())
            self._latest.append(loop.time())
