"""The Telegram channel from its start to its end: log in, show the menu, let updates come."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

from telegram import Bot, BotCommandScopeAllPrivateChats
from telegram.error import InvalidToken, TelegramError

from bot.pauses import doubling
from bot.telegram.client import TelegramStartError
from bot.telegram.delivery import without_content
from bot.telegram.polling import Poller
from bot.telegram.webhook import Webhook

logger = logging.getLogger(__name__)

DEFAULT_LANGUAGE = "zh"
"""Whose command descriptions a client in any other language shows."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 15.0
STALE_SECONDS = 120.0
"""Without a successful poll for so long, the channel is not well."""

CommandMenu = Mapping[str, Sequence[tuple[str, str]]]
"""Two-letter language -> the commands' names and descriptions, in menu order."""


class TelegramChannel:
    """Logs in and lets updates come, by polling or to the webhook."""

    def __init__(
        self, bot: Bot, *, poller: Poller, webhook: Webhook | None, commands: CommandMenu
    ) -> None:
        self._bot = bot
        self._poller = poller
        self._webhook = webhook
        self._commands = commands
        self._problem = "Telegram has not been reached yet"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[None]]:
        """Serve while the block runs; yields the task, which ends only for a fault.

        If Telegram cannot be reached, the block is entered all the same: the web page must not
        wait for it. The first try takes 20 seconds at most.

        Raises:
            TelegramStartError: on entering, if Telegram refuses the token.
        """
        try:
            is_reached = await self._is_reached()
            serving = asyncio.create_task(self._serve(is_reached))
            try:
                yield serving
            finally:
                serving.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await serving
        finally:
            await self._bot.shutdown()

    def health(self) -> dict[str, object]:
        """How the channel is; `problem` is empty if all is well."""
        if self._webhook:
            return {"mode": "webhook", "problem": self._problem}
        silent = self._poller.silent_seconds
        stale = "" if silent < STALE_SECONDS else "Telegram has not answered for a while"
        return {
            "mode": "polling",
            "last_poll_seconds": round(silent, 1),
            "problem": self._problem or stale,
        }

    async def _serve(self, is_reached: bool) -> None:
        try:
            await self._begin(is_reached)
            self._problem = ""
            if self._webhook:
                logger.info("Telegram brings updates for @%s", self._bot.username)
                await asyncio.Event().wait()
            logger.info("polling Telegram as @%s", self._bot.username)
            await self._poller.run()
        except TelegramStartError as error:
            # The web page goes on; a new token needs a new start.
            self._problem = str(error)
            logger.error("%s", error)
            await asyncio.Event().wait()

    async def _begin(self, is_reached: bool) -> None:
        """Log in if that is still to be done, and have updates come the way that is set."""
        for pause in doubling(FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS):
            if is_reached and await self._is_set_up():
                return
            await asyncio.sleep(pause)
            is_reached = is_reached or await self._is_reached()

    async def _is_reached(self) -> bool:
        """Log in with the token; False, and a line in the log, if Telegram cannot be reached."""
        return await _succeeds(self._bot.initialize(), "reached")

    async def _is_set_up(self) -> bool:
        return await _succeeds(self._set_up(), "set up")

    async def _set_up(self) -> None:
        if self._webhook:
            await self._webhook.register(self._bot)
        else:
            await self._bot.delete_webhook()
        await self._show_commands()

    async def _show_commands(self) -> None:
        """Show the commands in the menu of every private chat; without them the bot works, too."""
        scope = BotCommandScopeAllPrivateChats()
        for language_code in (None, *self._commands):
            offered = self._commands[language_code or DEFAULT_LANGUAGE]
            try:
                await self._bot.set_my_commands(offered, scope=scope, language_code=language_code)
            except InvalidToken:
                raise
            except TelegramError as error:
                logger.warning("the command menu was not registered: %s", without_content(error))
                return


async def _succeeds(call: Awaitable[object], what: str) -> bool:
    """Make a call; False, and a line in the log, if it does not come through.

    Raises:
        TelegramStartError: the token is refused.
    """
    is_refused = False
    try:
        await call
    except InvalidToken:
        is_refused = True
    except TelegramError as error:
        name = without_content(error)
        logger.warning("Telegram cannot be %s (%s); trying again", what, name)
        return False
    if is_refused:  # raised here, so that the library's error, which holds the token, is gone
        raise TelegramStartError
    return True
