"""Replies on their way to a resident: sent, or put in the place of the message she tapped."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.messages import Listener, Reply
from bot.telegram.retries import with_retries

logger = logging.getLogger(__name__)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a reply is for; in a private chat the chat has the resident's own id."""

    telegram_id: int
    language_hint: str = ""
    tapped_message_id: int | None = None


class Delivery:
    """Brings replies to residents and tells the dialogue of those it cannot reach."""

    def __init__(self, bot: Bot, listener: Listener, *, apology: Callable[[str], str]) -> None:
        self._bot = bot
        self._listener = listener
        self._apology = apology

    async def deliver(self, replies: Sequence[Reply], recipient: Recipient) -> None:
        """Send replies in order; never raises for what Telegram or the network does.

        A tapped message can be replaced once; a second reply that asks for it is sent anew. If
        Telegram refuses a reply, the resident reads the apology instead of nothing.
        """
        replaceable = recipient.tapped_message_id
        refused = False
        for reply in replies:
            message_id = replaceable if reply.replaces else None
            if message_id is not None:
                replaceable = None
            try:
                await self._put(reply, recipient.telegram_id, message_id)
            except Forbidden:
                self._mark_unreachable(recipient)
                return
            except TelegramError as error:
                logger.error("a reply was not delivered: %s", without_content(error))
                refused = refused or isinstance(error, BadRequest)
        if refused:
            await self.apologise(recipient)

    async def apologise(self, recipient: Recipient) -> None:
        """Tell a resident that something went wrong on our side; never raises."""
        words = self._apology(recipient.language_hint)
        try:
            await with_retries(lambda: self._bot.send_message(recipient.telegram_id, words))
        except Forbidden:
            self._mark_unreachable(recipient)
        except TelegramError as error:
            logger.error("an apology was not delivered: %s", without_content(error))

    async def acknowledge(self, query_id: str, notice: str) -> None:
        """Stop the tapped button's spinner, with a few words if there are any; never raises."""
        try:
            await with_retries(lambda: self._bot.answer_callback_query(query_id, notice or None))
        except TelegramError as error:  # most often a query too old to be answered
            logger.info("a tap was not acknowledged: %s", without_content(error))

    async def _put(self, reply: Reply, chat_id: int, message_id: int | None) -> None:
        if message_id is not None and await self._replace(reply, chat_id, message_id):
            return
        await with_retries(
            lambda: self._bot.send_message(
                chat_id,
                reply.html,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=_keyboard(reply),
            )
        )

    async def _replace(self, reply: Reply, chat_id: int, message_id: int) -> bool:
        """Edit a message; False if Telegram does not let it be edited (any more)."""
        try:
            await with_retries(
                lambda: self._bot.edit_message_text(
                    reply.html,
                    chat_id=chat_id,
                    message_id=message_id,
                    parse_mode=ParseMode.HTML,
                    link_preview_options=NO_PREVIEW,
                    reply_markup=_keyboard(reply),
                )
            )
        except BadRequest as error:
            return "not modified" in error.message
        return True

    def _mark_unreachable(self, recipient: Recipient) -> None:
        logger.info("a resident has blocked the bot")
        self._listener.mark_unreachable("telegram", str(recipient.telegram_id))


def without_content(error: TelegramError) -> str:
    """An error's type and the fixed part of what Telegram said, fit for a log.

    Telegram quotes parts of a message only after a colon ("Can't parse entities: ..."); what it
    says of other errors may hold its whole answer.
    """
    name = type(error).__name__
    return f"{name}: {error.message.partition(':')[0]}" if isinstance(error, BadRequest) else name


def _keyboard(reply: Reply) -> InlineKeyboardMarkup | None:
    if not reply.buttons:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(button.label, callback_data=button.action) for button in row]
            for row in reply.buttons
        ]
    )
