"""Residents' private chats: every message and tap goes to the dialogue, its replies go back.

Edited messages are nothing new to the bot: what was said first stays said, and nobody is
answered twice. The bot says nothing in groups: a resident's words belong in her private chat.
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from telegram import Bot, BotCommandScopeAllPrivateChats, ChatMember, Update, User
from telegram.constants import ChatType
from telegram.error import TelegramError
from telegram.ext import (
    AIORateLimiter,
    ApplicationBuilder,
    CallbackQueryHandler,
    ChatMemberHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.config import TelegramSettings
from bot.faults import kind_and_place
from bot.messages import Listener, Said
from bot.telegram.delivery import Delivery, Recipient, without_content
from bot.telegram.hearing import said_in
from bot.telegram.order import InTurnPerPerson
from bot.telegram.polling import TelegramApplication, TelegramStartError

logger = logging.getLogger(__name__)

DEFAULT_LANGUAGE = "zh"
"""Whose command descriptions a client in any other language shows."""
MOST_AT_ONCE = 64
"""Updates handled at the same time; more wait in order."""
FLOOD_RETRIES = 3
"""How often a call refused with 429 is made again, each time after the wait Telegram names."""
MESSAGES = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE & ~filters.StatusUpdate.ALL
"""What a resident sends herself; notes such as "message pinned" are Telegram's, not hers."""


@dataclass(frozen=True, slots=True)
class TelegramWords:
    """What this channel says by itself.

    Attributes:
        commands: two-letter language -> the commands' names and descriptions, in menu order.
        apology: language hint -> the plain line said when something went wrong on our side.
    """

    commands: Mapping[str, Sequence[tuple[str, str]]]
    apology: Callable[[str], str]


def build_application(
    listener: Listener,
    *,
    token: str,
    settings: TelegramSettings,
    words: TelegramWords,
    max_photo_bytes: int,
) -> TelegramApplication:
    """Build the Telegram channel; `polling` runs it.

    Raises:
        TelegramStartError: if the token does not even look like one.
    """
    if not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", token):
        raise TelegramStartError
    base_url = settings.api_base_url.rstrip("/")

    async def register(application: TelegramApplication) -> None:
        await _register_commands(application.bot, words.commands)

    application: TelegramApplication = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{base_url}/bot")
        .base_file_url(f"{base_url}/file/bot")
        .rate_limiter(AIORateLimiter(max_retries=FLOOD_RETRIES))
        .concurrent_updates(InTurnPerPerson(most_at_once=MOST_AT_ONCE))
        .job_queue(None)
        .post_init(register)
        .build()
    )
    delivery = Delivery(application.bot, listener, apology=words.apology)
    residents = Residents(listener, delivery, max_photo_bytes=max_photo_bytes)
    application.add_handler(MessageHandler(MESSAGES, residents.on_message))
    application.add_handler(CallbackQueryHandler(residents.on_tap))
    application.add_handler(
        ChatMemberHandler(residents.on_membership, ChatMemberHandler.MY_CHAT_MEMBER)
    )
    application.add_error_handler(residents.on_error)
    return application


class Residents:
    """The handlers of residents' updates."""

    def __init__(self, listener: Listener, delivery: Delivery, *, max_photo_bytes: int) -> None:
        self._listener = listener
        self._delivery = delivery
        self._max_photo_bytes = max_photo_bytes

    async def on_message(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer a message of any kind."""
        message, sender = update.effective_message, update.effective_user
        if message is None or sender is None:
            return
        said = await said_in(message, sender, max_photo_bytes=self._max_photo_bytes)
        replies = await self._listener.hear(said)
        await self._delivery.deliver(replies, _recipient(sender))

    async def on_tap(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Answer a tapped button, even an old one; its spinner is stopped in any case."""
        query = update.callback_query
        if query is None:
            return
        message, sender = query.message, query.from_user
        if message is None or message.chat.type != ChatType.PRIVATE:
            await self._delivery.acknowledge(query.id, "")
            return
        notice = ""
        try:
            replies = await self._listener.hear(
                Said(
                    channel="telegram",
                    sender=str(sender.id),
                    action=query.data or "",
                    language_hint=sender.language_code or "",
                )
            )
            notice = next((reply.notice for reply in replies if reply.notice), "")
        finally:
            await self._delivery.acknowledge(query.id, notice)
        await self._delivery.deliver(replies, _recipient(sender, message.message_id))

    async def on_membership(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Note that a resident blocked the bot; that she is back shows when she writes."""
        change = update.my_chat_member
        if change is None or change.chat.type != ChatType.PRIVATE:
            return
        if change.new_chat_member.status == ChatMember.BANNED:
            self._listener.mark_unreachable("telegram", str(change.chat.id))

    async def on_error(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Log what failed by its type and place only, and apologise to the resident."""
        error = context.error
        if error is not None:
            logger.error("an update was not handled: %s", kind_and_place(error))
        if not isinstance(update, Update) or update.effective_user is None:
            return
        if update.effective_chat is None or update.effective_chat.type != ChatType.PRIVATE:
            return
        await self._delivery.apologise(_recipient(update.effective_user))


def _recipient(sender: User, tapped_message_id: int | None = None) -> Recipient:
    return Recipient(sender.id, sender.language_code or "", tapped_message_id)


async def _register_commands(bot: Bot, commands: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """Show the commands in the menu of every private chat; without them the bot still works."""
    scope = BotCommandScopeAllPrivateChats()
    for language_code in (None, *commands):
        offered = commands[language_code or DEFAULT_LANGUAGE]
        try:
            await bot.set_my_commands(offered, scope=scope, language_code=language_code)
        except TelegramError as error:
            logger.warning("the command menu was not registered: %s", without_content(error))
            return
