"""Long polling: Telegram hears that an update was received only once the inbox has it on disk.

The library's own updater confirms what it has put into a queue in memory; it is not used. The
request is the library's all the same, with its timeouts, its proxy and its errors.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut
from telegram.request import HTTPXRequest

from bot.arrivals import Receiver
from bot.config import TelegramSettings
from bot.messages import ChannelError
from bot.pauses import doubling
from bot.store import StoreUnavailable
from bot.telegram.client import TelegramStartError, build_request
from bot.telegram.delivery import retry_seconds, without_content
from bot.telegram.updates import KINDS, arrivals_in

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 15.0
ANSWER_SECONDS = 10.0
"""How long the answer to a poll may take beyond the time that Telegram is asked to wait."""
NEWCOMER_SECONDS = 60.0
NEWCOMERS_CONFLICTS, CONFLICTS = 2, 10
CONFLICT_SECONDS = 120.0
"""How many polls another program may end in such a time: whoever came last gives way first."""


class SecondInstance(ChannelError):
    """Another program polls with the same token."""

    def __init__(self) -> None:
        super().__init__(
            "another program polls Telegram with the same bot token: stop one of them"
        )


class PollingStalled(ChannelError):
    """Telegram has not answered for too long; only a new process may help."""

    def __init__(self, minutes: float) -> None:
        super().__init__(
            f"Telegram has not answered for {minutes:g} minutes: ending, to be started again"
            " (check the network, [telegram] proxy and api_base_url)"
        )


class Poller:
    """Fetches updates for as long as it runs."""

    def __init__(self, bot: Bot, receiver: Receiver, *, settings: TelegramSettings) -> None:
        self._bot = bot
        self._receiver = receiver
        self._settings = settings
        self._request: HTTPXRequest | None = None
        self._offset = 0
        self._begun_at = self._succeeded_at = _now()
        self._rebuilt_at = self._begun_at
        self._has_succeeded = False
        self._conflicts: list[float] = []

    @property
    def silent_seconds(self) -> float:
        """How long ago the last successful poll, or the beginning, is."""
        return _now() - self._succeeded_at

    async def run(self) -> None:
        """Poll until cancelled.

        Raises:
            SecondInstance: another program polls, too.
            PollingStalled: there was no successful poll for `stalled_minutes`.
            TelegramStartError: the token is refused.
        """
        self._begun_at = self._succeeded_at = self._rebuilt_at = _now()
        pauses = doubling(FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
        try:
            while True:
                if pause_seconds := await self._poll_once(next(pauses)):
                    await asyncio.sleep(pause_seconds)
                else:
                    pauses = doubling(FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
        finally:
            await self._drop_request()

    async def _poll_once(self, pause: float) -> float:
        """One poll; returns the seconds to wait before the next one, 0 after a success."""
        is_refused = False
        try:
            updates = await self._updates()
        except Conflict:
            return self._on_conflict()
        except RetryAfter as error:
            return retry_seconds(error)
        except Exception as error:
            is_refused = isinstance(error, InvalidToken) and not self._has_succeeded
            if not is_refused:
                return await self._on_fault(error, pause)
        if is_refused:  # raised here, so that the library's error, which holds the token, is gone
            raise TelegramStartError
        await self._take(updates)
        self._succeeded_at = self._rebuilt_at = _now()
        self._has_succeeded = True
        return 0.0

    async def _updates(self) -> list[dict[str, Any]]:
        wait = self._settings.poll_timeout_seconds
        asked = {"offset": self._offset, "timeout": wait, "allowed_updates": _KINDS}
        if self._request is None:
            self._request = build_request(self._settings, read_seconds=wait + ANSWER_SECONDS)
            await self._request.initialize()
        url = f"{self._bot.base_url}/getUpdates?{urlencode(asked)}"
        async with asyncio.timeout(wait + 2 * ANSWER_SECONDS):
            answer = await self._request.post(url)
        return answer if isinstance(answer, list) else []

    async def _take(self, updates: list[dict[str, Any]]) -> None:
        """Have the inbox keep updates, however long it cannot; then they count as received."""
        if not updates:
            return
        while True:
            try:
                await self._receiver.take(arrivals_in(updates))
                break
            except StoreUnavailable:
                await asyncio.sleep(1.0)
        self._offset = max(update["update_id"] for update in updates) + 1

    def _on_conflict(self) -> float:
        now = _now()
        self._conflicts = [at for at in self._conflicts if now - at < CONFLICT_SECONDS] + [now]
        is_newcomer = now - self._begun_at < NEWCOMER_SECONDS
        if len(self._conflicts) >= (NEWCOMERS_CONFLICTS if is_newcomer else CONFLICTS):
            raise SecondInstance
        logger.error("%s", SecondInstance())
        return FIRST_PAUSE_SECONDS

    async def _on_fault(self, error: Exception, pause: float) -> float:
        """A poll that failed: try again, over a new connection if none gets through for long."""
        name = without_content(error) if isinstance(error, TelegramError) else type(error).__name__
        logger.warning("Telegram cannot be polled (%s); trying again", name)
        stalled_seconds = self._settings.stalled_minutes * 60
        if self.silent_seconds >= stalled_seconds:
            raise PollingStalled(self._settings.stalled_minutes)
        if (
            isinstance(error, TimeoutError | TimedOut)
            or _now() - self._rebuilt_at >= stalled_seconds / 3
        ):
            logger.warning("polling is begun anew")
            await self._drop_request()
            self._rebuilt_at = _now()
        return pause

    async def _drop_request(self) -> None:
        request, self._request = self._request, None
        if request is not None:
            with suppress(Exception):  # a wedged connection may not even close
                async with asyncio.timeout(1.0):
                    await request.shutdown()


_KINDS = '["' + '","'.join(KINDS) + '"]'


def _now() -> float:
    return asyncio.get_running_loop().time()
