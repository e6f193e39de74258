"""Joins the channels to the dialogue: Telegram with its inbox and outbox, and the web site."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from bot.app.building import Bot
from bot.app.console import build_console_pages
from bot.faults import kind_and_place
from bot.inbox import Inbox, InboxSettings
from bot.messages import Reply
from bot.outbox import Outbox
from bot.pace import Pace
from bot.staffroom import Staffroom
from bot.store import StoreUnavailable
from bot.store.photos import Photos

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.routing import Route

    from bot.telegram import TelegramChannel

logger = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 30.0
"""How often it is looked for what waits in the database: what `doctor --again` put back."""
PRUNED_EVERY = 120
"""Every so many looks old numbers are forgotten: once an hour."""
PRUNED_AFTER = timedelta(days=30)
"""How long the numbers of handled updates and of letters that arrived are kept."""
LAST_UPDATES_SECONDS, LAST_LETTERS_SECONDS = 5.0, 5.0
"""How long what is being done may take when the bot is told to stop; the rest waits on disk."""
WEBHOOK_GAP_SECONDS = 0.25
"""Webhooks may overtake each other; polling brings updates in their order."""


@dataclass(frozen=True, slots=True)
class Telegram:
    """The Telegram channel with what is on disk before and behind it."""

    channel: "TelegramChannel"
    inbox: Inbox
    outbox: Outbox
    routes: "tuple[Route, ...]"

    @asynccontextmanager
    async def running(self, bot: Bot) -> AsyncIterator[asyncio.Task[None]]:
        """Serve while the block runs; yields the task that ends only for a fault.

        Raises:
            ChannelError: on entering, if Telegram refused the token.
        """
        async with self.channel.running() as serving:
            keeping = asyncio.create_task(self._keep_house(bot))
            try:
                yield serving
            finally:
                keeping.cancel()
                serving.cancel()
                await asyncio.wait({keeping, serving})
                await self.inbox.stop(patience_seconds=LAST_UPDATES_SECONDS)
                await self.outbox.stop(patience_seconds=LAST_LETTERS_SECONDS)

    async def _keep_house(self, bot: Bot) -> None:
        """Take up what waits, at once and now and then, and forget what is long done."""
        for number in count():
            try:
                self.inbox.look_again()
                self.outbox.look_again()
                if number % PRUNED_EVERY == 0:
                    await bot.store.write(lambda: _prune(bot))
            except StoreUnavailable:
                pass  # told by whoever waits to write
            except Exception as error:
                logger.error("what waits was not looked for: %s", kind_and_place(error))
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _prune(bot: Bot) -> None:
    before = datetime.now(UTC) - PRUNED_AFTER
    bot.store.inbox.prune(before=before)
    bot.store.outbox.prune(before=before)


def build_telegram(
    bot: Bot, token: str, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Telegram:
    """The Telegram channel; nothing is sent yet.

    Raises:
        ChannelError: the token or the webhook's address cannot be right.
    """
    from bot.telegram import (
        Poller,
        Residents,
        StaffChats,
        TelegramChannel,
        TelegramCourier,
        Webhook,
        build_client,
    )

    settings = bot.settings.telegram
    client = build_client(token, settings)
    residents = Residents(
        client,
        bot.dialogue,
        bot.store,
        staff=StaffChats(
            bot.store,
            Staffroom(bot.office),
            bot.office.cards,
            site=bot.settings.web.url if bot.settings.web.enabled else "",
            now=now,
        ),
        max_photo_bytes=bot.settings.limits.max_photo_bytes,
        now=now,
    )
    inbox = Inbox(bot.store, residents, settings=_inbox_settings(bot), now=now)
    outbox = Outbox(
        bot.store,
        TelegramCourier(client, Photos(bot.settings.paths.var / "files", bot.store.vault)),
        channel="telegram",
        pace=Pace(
            per_second=settings.messages_per_second,
            chat_per_second=settings.chat_messages_per_second,
            chat_burst=settings.chat_burst,
            group_per_minute=settings.group_messages_per_minute,
        ),
        apology=lambda address: _apology(bot, address),
        on_undelivered=lambda resident_id: bot.office.cards.refresh_of(resident_id, at=now()),
        now=now,
    )
    url = settings.webhook_url
    webhook = Webhook(url, inbox, token=token) if url else None
    channel = TelegramChannel(
        client,
        poller=Poller(client, inbox, settings=settings),
        webhook=webhook,
        commands=command_menu(bot),
    )
    return Telegram(channel, inbox, outbox, (webhook.route,) if webhook else ())


def _inbox_settings(bot: Bot) -> InboxSettings:
    telegram = bot.settings.telegram
    return InboxSettings(
        tries=telegram.tries,
        most_waiting=bot.settings.limits.messages_waiting,
        album_wait_seconds=telegram.album_wait_seconds,
        gap_wait_seconds=WEBHOOK_GAP_SECONDS if telegram.webhook_url else 0.0,
    )


def _apology(bot: Bot, address: str) -> Reply:
    """What is read in the place of a refused letter; a group's was a card."""
    chat = bot.store.residents.known("telegram", address)
    if chat and bot.office.cards.reader(chat.id):
        language = bot.office.cards.language(chat.id)
        return Reply(bot.office.cards.face.say(language, "undelivered"))
    return bot.dialogue.remark("undelivered", "telegram", address)


def command_menu(bot: Bot) -> dict[str, list[tuple[str, str]]]:
    """The commands with their descriptions, for Telegram's menu, by two-letter language."""
    return {
        language: [
            (name, bot.wording.table(language, "command")[name]) for name in bot.commands.names
        ]
        for language in ("zh", "en")
    }


@asynccontextmanager
async def telegram_channel(
    bot: Bot, token: str, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> AsyncIterator[Telegram]:
    """The Telegram channel by itself, answering while the block runs.

    Raises:
        ChannelError: Telegram refused the token.
    """
    telegram = build_telegram(bot, token, now=now)
    async with telegram.running(bot):
        yield telegram


def web_site(bot: Bot, telegram: Telegram | None = None, *, token: str = "") -> "Starlette":
    """The site as an ASGI application: chat, console, and Telegram's webhook if there is one."""
    from bot.web.commitments import PublicCommitments
    from bot.web.console import build_console
    from bot.web.site import build_site

    console = build_console(build_console_pages(bot, token=token))

    return build_site(
        bot.dialogue,
        limits=bot.settings.limits,
        wording=bot.wording,
        notice=bot.notice,
        health=lambda: health(bot, telegram),
        more_routes=(console, *(telegram.routes if telegram else ())),
        commitments=lambda pages: PublicCommitments(
            bot.store,
            index=bot.live,
            wording=bot.wording,
            names=bot.office.cards.face.names,
            pages=pages,
            now=bot.now,
        ),
    )


def health(bot: Bot, telegram: Telegram | None = None) -> Mapping[str, object]:
    """Whether the bot can answer and keep what it is told, for `/healthz`."""
    state: dict[str, object] = {
        "status": "ok",
        "build": bot.index.build_id,
        "commitments": len(bot.index.commitments),
    }
    if bot.live.refused:
        state["refused_build"] = bot.live.refused
    if telegram:
        state["telegram"] = channel = telegram.channel.health()
        state["status"] = "failing" if channel["problem"] else "ok"
    problem = bot.store.problem()
    if problem:
        return state | {"status": "failing", "database": problem}
    try:
        return state | {"waiting": _waiting(bot)}
    except StoreUnavailable as error:
        return state | {"status": "failing", "database": str(error)}


def _waiting(bot: Bot) -> Mapping[str, int]:
    """How much is not done yet, or will not be done without somebody."""
    return {
        "updates": bot.store.inbox.backlog().waiting,
        "letters": bot.store.outbox.backlog(reachable=True).waiting,
        "letters_for_the_unreachable": bot.store.outbox.backlog(reachable=False).waiting,
        "updates_set_aside": bot.store.inbox.count_set_aside(),
        "letters_refused": bot.store.outbox.count_refused(),
    }
