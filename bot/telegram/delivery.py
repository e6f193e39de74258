"""Letters on their way to a chat: sent, or put in the place of the message that was tapped."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import httpx
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.letters import Letter, Moved, NotDelivered, Refused, SlowDown, Unreachable
from bot.messages import Document, Location, Reply
from bot.store.photos import Photos

logger = logging.getLogger(__name__)

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""What keeps a call from leaving; after anything else it may have been carried out."""
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramCourier:
    """Brings letters to residents' private chats and to groups (`bot.letters.Courier`)."""

    def __init__(self, bot: Bot, photos: Photos) -> None:
        self._bot = bot
        self._photos = photos

    async def deliver(self, letter: Letter, address: str) -> int:
        """Stop the spinner of the tap that a letter answers, then show what it holds.

        A private chat has the resident's own id; that of a group is below 0. A call that timed out
        may have been carried out: the letter is sent again, which is better than not at all.

        Raises:
            NotDelivered: as Telegram says; its text is fit for a log.
        """
        try:
            if letter.tap_id:
                await self._acknowledge(letter)
            return await self._show(letter, int(address))
        except TelegramError as error:
            fault = _fault(error)
        raise fault  # outside of the handler: the library's error may hold the token

    async def _acknowledge(self, letter: Letter) -> None:
        """Stop the tapped button's spinner, with a few words if there are any."""
        try:
            await self._bot.answer_callback_query(letter.tap_id, letter.reply.notice or None)
        except BadRequest as error:  # a query too old to be answered
            logger.info("a tap was not acknowledged: %s", without_content(error))

    async def _show(self, letter: Letter, chat_id: int) -> int:
        """Send what a letter holds; returns the message's id, 0 if it shows nothing."""
        reply, tapped_id = letter.reply, letter.tapped_message_id
        if reply.removes:
            await self._remove(letter, chat_id)
            return 0
        if reply.location is not None:
            return await self._send_point(reply.location, reply, chat_id)
        if reply.photo and (content := await self._read_photo(letter)):
            return await self._send_photo(content, reply, chat_id)
        if reply.document is not None:
            return await self._send_document(reply.document, reply, chat_id)
        if not reply.html:
            return 0
        if reply.replaces and tapped_id and await self._replace(reply, chat_id, tapped_id):
            return tapped_id
        sent = await self._bot.send_message(
            chat_id,
            reply.html,
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
            reply_markup=_keyboard(reply),
            protect_content=reply.is_protected or None,
        )
        return sent.message_id

    async def _remove(self, letter: Letter, chat_id: int) -> None:
        """Delete a message of the bot's. Telegram refuses that after two days (deleteMessage), and
        lets its words be changed at any time (editMessageText)."""
        message_id = letter.tapped_message_id
        try:
            await self._bot.delete_message(chat_id, message_id)
            return
        except BadRequest as error:
            reason = without_content(error)
        if not letter.reply.html or not await self._replace(letter.reply, chat_id, message_id):
            logger.warning("letter %d: a message stays: %s", letter.id, reason)

    async def _send_point(self, point: Location, reply: Reply, chat_id: int) -> int:
        sent = await self._bot.send_location(
            chat_id,
            latitude=point.latitude,
            longitude=point.longitude,
            protect_content=reply.is_protected or None,
        )
        return sent.message_id

    async def _send_photo(self, content: bytes, reply: Reply, chat_id: int) -> int:
        """Send a photo; what Telegram does not take for one goes as a file (Bot API, sendPhoto:
        at most 10 MB, sides not too unequal, few formats)."""
        try:
            return await self._send_picture(self._bot.send_photo, content, reply, chat_id)
        except BadRequest as error:
            if isinstance(error, ChatMigrated) or "chat not found" in error.message.lower():
                raise
            logger.info("a photo goes as a file: %s", without_content(error))
        send_file = partial(self._bot.send_document, filename=reply.photo)
        return await self._send_picture(send_file, content, reply, chat_id)

    async def _send_document(self, document: Document, reply: Reply, chat_id: int) -> int:
        sent = await self._bot.send_document(
            chat_id,
            document.text.encode(),
            filename=document.name,
            caption=reply.html or None,
            parse_mode=ParseMode.HTML,
        )
        return sent.message_id

    async def _send_picture(
        self, send: Callable[..., Awaitable[Message]], content: bytes, reply: Reply, chat_id: int
    ) -> int:
        sent = await send(
            chat_id,
            content,
            caption=reply.html or None,
            parse_mode=ParseMode.HTML,
            reply_markup=_keyboard(reply),
            protect_content=reply.is_protected or None,
        )
        return sent.message_id

    async def _read_photo(self, letter: Letter) -> bytes:
        """The photo a letter goes with; empty if it is not there (any more)."""
        try:
            return await asyncio.to_thread(self._photos.read, letter.reply.photo)
        except OSError as error:
            logger.warning("letter %d goes without its photo: %s", letter.id, error.strerror)
            return b""

    async def _replace(self, reply: Reply, chat_id: int, message_id: int) -> bool:
        """Edit a message; False if Telegram does not let it be edited (any more)."""
        try:
            edited: Message | bool = await self._bot.edit_message_text(
                reply.html,
                chat_id=chat_id,
                message_id=message_id,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=_keyboard(reply),
            )
        except BadRequest as error:
            return "not modified" in error.message
        return bool(edited)


def without_content(error: TelegramError) -> str:
    """An error's type and the fixed part of what Telegram said, fit for a log.

    Telegram quotes parts of a message only after a colon ("Can't parse entities: ..."); what it
    says of other errors may hold its whole answer.
    """
    name = type(error).__name__
    return f"{name}: {error.message.partition(':')[0]}" if isinstance(error, BadRequest) else name


def retry_seconds(error: RetryAfter) -> float:
    """How long Telegram says to wait; the library is about to change the form it tells that in."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _fault(error: TelegramError) -> NotDelivered:
    match error:
        case ChatMigrated():
            return Moved(str(error.new_chat_id))
        case Forbidden():
            return Unreachable(without_content(error))
        case RetryAfter():
            return SlowDown(retry_seconds(error))
        case BadRequest() if "chat not found" in error.message.lower():  # the account is gone
            return Unreachable(without_content(error))
        case BadRequest():
            return Refused(without_content(error))
        case _:
            never_sent = isinstance(error.__cause__, _NEVER_SENT)
            return NotDelivered(without_content(error), perhaps=not never_sent)


def _keyboard(reply: Reply) -> InlineKeyboardMarkup | None:
    if not reply.buttons:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(button.label, callback_data=button.action) for button in row]
            for row in reply.buttons
        ]
    )
