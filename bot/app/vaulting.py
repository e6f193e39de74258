"""What is done for the vault when a bot starts: nobody forgotten is back, no photo is plain."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from bot import desk
from bot.app.building import Bot
from bot.faults import kind_and_place
from bot.store.photos import Photos

logger = logging.getLogger(__name__)


async def look_after_the_vault(
    bot: Bot, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> None:
    """Forget again whom a restored backup brought back, and seal what photos are still plain;
    one that cannot be drawn keeps its metadata and is named."""
    photos = Photos(bot.settings.paths.var / "files", bot.store.vault)
    try:
        await bot.store.write(
            lambda: desk.forget_again(bot.office, drop_photo=photos.drop, at=now())
        )
        drawn, undrawable = await asyncio.to_thread(photos.seal_plain_ones)
        if drawn or undrawable:
            await bot.store.write(lambda: None)  # which notes the keys that were given
            sealed = drawn + len(undrawable)
            logger.info("%d photos from before there was a vault are sealed", sealed)
        for name, why in undrawable.items():
            logger.warning("%s cannot be drawn (%s) and keeps its metadata", name, why)
    except Exception as error:  # the bot serves all the same; the next start tries again
        logger.error("the vault was not looked after: %s", kind_and_place(error))
