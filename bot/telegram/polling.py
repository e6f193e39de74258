"""Long polling inside the caller's event loop: start, keep trying, and an orderly stop."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeAlias

from telegram import Update
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import Application

from bot.messages import ChannelError

logger = logging.getLogger(__name__)

TelegramApplication: TypeAlias = Application[Any, Any, Any, Any, Any, Any]
"""The library's application; nothing of its own stores is used."""

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
UPDATES = (Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)
"""The kinds of update asked for; edited messages are not among them (see `residents`)."""


class TelegramStartError(ChannelError):
    """Telegram refused the bot token. The line says so without the token."""

    def __init__(self) -> None:
        super().__init__(
            "Telegram refused the bot token: check TELEGRAM_BOT_TOKEN"
            " (and [telegram] api_base_url in config.toml)"
        )


@asynccontextmanager
async def polling(
    application: TelegramApplication, *, timeout_seconds: int
) -> AsyncIterator[None]:
    """Answer residents while the block runs; on leaving, what was fetched is answered first.

    If Telegram cannot be reached, the block is entered all the same and polling begins as soon
    as it can: the web page must not wait for it. The first try takes a few seconds at most.

    Args:
        timeout_seconds: how long one getUpdates waits for news.

    Raises:
        TelegramStartError: on entering, if Telegram refuses the token.
    """
    try:
        reached = await _is_reached(application)
    except TelegramStartError:
        await application.bot.shutdown()
        raise
    starting = asyncio.create_task(_start(application, reached, timeout_seconds))
    try:
        yield
    finally:
        starting.cancel()
        with suppress(asyncio.CancelledError):
            await starting
        await _stop(application)


async def _is_reached(application: TelegramApplication) -> bool:
    """Log in with the token; False, and a line in the log, if Telegram cannot be reached."""
    refused = False
    try:
        await application.initialize()
    except InvalidToken:
        refused = True
    except TelegramError as error:
        logger.warning("Telegram cannot be reached (%s); trying again", type(error).__name__)
        return False
    if refused:  # raised here, so that the library's error, which holds the token, is not chained
        raise TelegramStartError
    return True


async def _start(application: TelegramApplication, reached: bool, timeout_seconds: int) -> None:
    """Begin polling, as soon as Telegram is reached; a token refused by then is logged."""
    pause = FIRST_PAUSE_SECONDS
    try:
        while not reached:
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            reached = await _is_reached(application)
        await _poll(application, timeout_seconds)
    except (TelegramStartError, InvalidToken):
        logger.error("%s", TelegramStartError())


async def _poll(application: TelegramApplication, timeout_seconds: int) -> None:
    if application.post_init is not None:
        await application.post_init(application)
    await application.start()
    if application.updater is not None:
        await application.updater.start_polling(
            timeout=timeout_seconds,
            bootstrap_retries=-1,
            allowed_updates=UPDATES,
            error_callback=_on_polling_error,
        )
    logger.info("polling Telegram as @%s", application.bot.username)


async def _stop(application: TelegramApplication) -> None:
    """Stop whatever of the application runs, in the order that loses nothing fetched."""
    updater = application.updater
    if updater is not None and updater.running:
        try:
            await updater.stop()
        except TelegramError as error:
            logger.warning("polling had already ended (%s)", type(error).__name__)
    if application.running:
        await application.stop()
    await application.shutdown()
    await application.bot.shutdown()  # when it was reached for but never initialised


def _on_polling_error(error: TelegramError) -> None:
    """One line for a failed getUpdates; the library tries again by itself."""
    if isinstance(error, Conflict):
        logger.error("another program polls Telegram with the same bot token: stop one of them")
        return
    logger.warning("Telegram cannot be polled (%s); trying again", type(error).__name__)
