"""What is done for the vault when a bot starts: nobody forgotten is back, no photo is plain."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from bot import desk
from bot.app.building import Bot
from bot.faults import kind_and_place
from bot.store.photos import Photos

logger = logging.getLogger(__name__)


async def look_after_the_vault(
    bot: Bot, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> None:
    """Forget again whom a restored backup brought back, and seal what photos are still plain;
    of one that cannot be drawn the metadata would stay, so it goes."""
    photos = Photos(bot.settings.paths.var / "files", bot.store.vault)
    try:
        await bot.store.write(
            lambda: desk.forget_again(bot.office, drop_photo=photos.drop, at=now())
        )
        sealed, undrawable = await asyncio.to_thread(photos.seal_plain_ones)
        if sealed:
            await bot.store.write(lambda: None)  # which notes the keys that were given
            logger.info("%d photos from before there was a vault are sealed", sealed)
        for name, why in undrawable.items():
            await bot.store.write(partial(bot.store.drafts.drop_photo, name))
            photos.drop(name)
            logger.warning(
                "dropped %s, which cannot be drawn without its metadata (%s)", name, why
            )
    except Exception as error:  # the bot serves all the same; the next start tries again
        logger.error("the vault was not looked after: %s", kind_and_place(error))
