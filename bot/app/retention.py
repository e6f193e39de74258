"""Deletes what is kept no longer (`[retention]`): once a day while the bot runs, or by command."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime

from bot.app.building import Bot
from bot.cases import TIME_ZONE
from bot.config import Settings
from bot.faults import kind_and_place
from bot.retention import RetentionRun, left_behind, old_photos, terms
from bot.store import Store, StoreError, StoreUnavailable
from bot.store.photos import Photos

logger = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
"""How often it is looked whether the hour has come."""
_PAUSE_SECONDS = 0.05
"""Between two batches whoever else has something to write does."""


class NotDeleted(StoreError):
    """Of some kinds not all that was due could be deleted; of all others it is."""

    def __init__(self, failures: Mapping[str, str]) -> None:
        self.failures = dict(failures)
        kinds = "; ".join(f"{name}: {failure}" for name, failure in failures.items())
        super().__init__(f"what is due was not deleted: {kinds}. The next run tries it again.")


async def keep_to_terms(
    bot: Bot,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    look_seconds: float = LOOK_SECONDS,
) -> None:
    """Delete what is due once a day, from the hour of the settings on, until cancelled."""
    done_on: date | None = None
    while True:
        moment = now().astimezone(TIME_ZONE)
        if moment.hour >= bot.settings.retention.from_hour and moment.date() != done_on:
            try:
                await _delete_what_is_due(bot, at=now())
                done_on = moment.date()
            except StoreUnavailable:
                pass  # told by whoever waits to write
            except Exception as error:
                logger.error("what is due was not deleted: %s", kind_and_place(error))
                done_on = moment.date()
        await asyncio.sleep(look_seconds)


async def _delete_what_is_due(bot: Bot, *, at: datetime) -> None:
    photos = photos_of(bot.settings, bot.store)
    run = RetentionRun(bot.store, bot.settings.retention, drop_photo=photos.drop, at=at)
    is_more = True
    while is_more:
        try:
            is_more = await bot.store.write(run.step)
        except StoreUnavailable:
            raise
        except Exception as error:
            run.leave_out(error)
        await asyncio.sleep(_PAUSE_SECONDS)
    bot.store.residents.shred_forgotten()
    old = await asyncio.to_thread(old_photos, photos, at=at)
    for name in left_behind(bot.store, old):
        photos.drop(name)
    for name, failure in run.failures.items():
        logger.error("what is due was not deleted: %s: %s", name, failure)
    if run.counts:
        logger.info("what was due is deleted: receipt %s", run.number)


def delete_what_is_due(store: Store, settings: Settings, *, at: datetime) -> Iterator[str]:
    """The same at the prompt, beside a bot that runs or not; tells in lines what is gone."""
    photos = photos_of(settings, store)
    run = RetentionRun(store, settings.retention, drop_photo=photos.drop, at=at)
    is_more = True
    while is_more:
        try:
            with store.transaction():
                is_more = run.step()
        except StoreUnavailable:
            raise
        except Exception as error:
            run.leave_out(error)
        time.sleep(_PAUSE_SECONDS if is_more else 0)
    store.residents.shred_forgotten()
    swept = list(left_behind(store, old_photos(photos, at=at)))
    for name in swept:
        photos.drop(name)
    yield from (f"{name}: {count} deleted" for name, count in run.counts.items() if count)
    if swept:
        yield f"{len(swept)} files swept away that nothing named"
    if run.counts or not run.failures:
        yield f"Receipt {run.number}" if run.counts else "Nothing was due."
    if run.failures:
        raise NotDeleted(run.failures)


def what_is_due(store: Store, settings: Settings, *, at: datetime) -> Iterator[str]:
    """A table of how long each kind is kept, and how much of it is due; changes nothing."""
    yield f"{'kind':<14}{'days':>8}  {'older than':<12}{'due':>8}"
    for term in terms(store, settings.retention, at=at):
        before = f"{term.before.astimezone(TIME_ZONE):%Y-%m-%d}" if term.before else "kept"
        yield f"{term.name:<14}{term.days:>8}  {before:<12}{term.due:>8}"


def photos_of(settings: Settings, store: Store) -> Photos:
    """The folder of residents' photos."""
    return Photos(settings.paths.var / "files", store.vault)
