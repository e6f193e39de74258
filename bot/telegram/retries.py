"""Trying a call of the Bot API again when the network or Telegram itself failed for a moment."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram.error import BadRequest, NetworkError

logger = logging.getLogger(__name__)

PAUSES_SECONDS = (0.5, 1.0, 2.0)
"""How long to wait before each further try; the last failure is the caller's."""

T = TypeVar("T")


async def with_retries(call: Callable[[], Awaitable[T]]) -> T:
    """Make a call that changes nothing, again after timeouts, broken connections and 5xx.

    Raises:
        TelegramError: what no further try can mend (400, 401, 403), or the last failure.
    """
    for pause in PAUSES_SECONDS:
        try:
            return await call()
        except BadRequest:  # a NetworkError to the library, but final
            raise
        except NetworkError as error:
            logger.info("Telegram did not answer (%s); trying again", type(error).__name__)
            await asyncio.sleep(pause)
    return await call()
