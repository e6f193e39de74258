"""The job that looks at the clocks: what is due is said, urged, closed, at once and then again and
again while the bot runs."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

from bot import desk
from bot.app.building import Bot
from bot.faults import kind_and_place
from bot.store import StoreUnavailable

logger = logging.getLogger(__name__)

ROUND_SECONDS = 20.0
"""How often the clocks are looked at; their shortest length is a quarter of an hour."""
_PRUNED_EVERY = 4320
"""Every so many rounds what is long past is forgotten: once a day."""
_FORGOTTEN_AFTER = timedelta(days=90)


async def make_rounds(
    bot: Bot, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> None:
    """Make rounds until cancelled."""
    is_begun = False
    for number in count():
        try:
            if not is_begun:
                await bot.store.write(lambda: desk.adopt_cases(bot.office, at=now()))
                is_begun = True
            is_more = True
            while is_more:  # each batch is a transaction: residents are answered in between
                is_more = await bot.store.write(lambda: desk.make_round(bot.office, at=now()))
            if number % _PRUNED_EVERY == 0:
                await bot.store.write(
                    lambda: bot.store.once.prune(before=now() - _FORGOTTEN_AFTER)
                )
        except StoreUnavailable:
            pass  # told by whoever waits to write
        except Exception as error:
            logger.error("the clocks were not looked at: %s", kind_and_place(error))
        await asyncio.sleep(ROUND_SECONDS)
