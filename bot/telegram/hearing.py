"""What Telegram messages say: their words, pictures and places as a `Said` for the dialogue."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from telegram import Message, User
from telegram.error import BadRequest

from bot.messages import Location, Photo, Said
from bot.telegram.retries import with_retries

UNREADABLE = {
    "sticker": "sticker",
    "voice": "voice",
    "audio": "voice",
    "animation": "video",
    "video": "video",
    "video_note": "video",
    "document": "document",
    "contact": "contact",
}
"""Fields of a message -> the bot's word for what it cannot read, in order of precedence.

Telegram fills `document` too when it sends an `animation` (Bot API, Message).
"""


PICTURES_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as Telegram announces it, not fetched yet.

    Attributes:
        size_bytes: 0 is unknown.
    """

    file_id: str
    size_bytes: int


class Fetching:
    """How pictures are fetched: a few at a time, so that letters need not wait for them.

    Attributes:
        max_bytes: of one picture; a larger one is not fetched, or not kept.
    """

    def __init__(self, *, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.turn = asyncio.Semaphore(PICTURES_AT_ONCE)


async def said_in(messages: Sequence[Message], sender: User, fetching: Fetching) -> Said:
    """What a resident said with one message of her private chat, or with those of one album.

    Captions count as her words. A venue is the point it stands at.

    Raises:
        TelegramError: if a picture could not be fetched.
    """
    parts = await asyncio.gather(*(_said_with(message, sender, fetching) for message in messages))
    worded = next((part for part in parts if part.text), parts[0])
    return replace(
        worded,
        text="\n".join(part.text for part in parts if part.text),
        photos=tuple(photo for part in parts for photo in part.photos),
        album=messages[0].media_group_id or "",
        unreadable=next((part.unreadable for part in parts if part.unreadable), ""),
    )


def edited_in(message: Message, sender: User) -> Said:
    """The words that a resident changed a message to."""
    return replace(_words_of(message, sender), edited=True)


async def _said_with(message: Message, sender: User, fetching: Fetching) -> Said:
    said = _words_of(message, sender)
    picture = _picture(message)
    if picture is not None:
        async with fetching.turn:
            content = await _fetch(message, picture, max_photo_bytes=fetching.max_bytes)
        if content is None:
            return replace(said, unreadable="large_photo")
        return replace(said, photos=(Photo(content),))
    if message.location is not None:
        point = Location(message.location.latitude, message.location.longitude)
        return replace(said, location=point)
    return replace(said, unreadable=_unreadable(message))


def _words_of(message: Message, sender: User) -> Said:
    return Said(
        channel="telegram",
        sender=str(sender.id),
        text=message.text or message.caption or "",
        language_hint=sender.language_code or "",
        key=f"{_bot_id(message)}:{message.message_id}",
    )


def _bot_id(message: Message) -> str:
    """Whose chat it is: another bot counts its messages anew."""
    return message.get_bot().token.partition(":")[0]


def _picture(message: Message) -> Picture | None:
    """The largest size of a photo, or an image sent as a file."""
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return Picture(largest.file_id, largest.file_size or 0)
    file = message.document
    if file is None or message.animation is not None:
        return None
    if not (file.mime_type or "").lower().startswith("image/"):
        return None
    return Picture(file.file_id, file.file_size or 0)


async def _fetch(message: Message, picture: Picture, *, max_photo_bytes: int) -> bytes | None:
    """The picture's bytes, or None if there are too many of them."""
    if picture.size_bytes > max_photo_bytes:
        return None
    bot = message.get_bot()
    try:
        file = await with_retries(lambda: bot.get_file(picture.file_id))
    except BadRequest as error:
        if "too big" in error.message:  # above what Telegram lets bots fetch, 20 MB
            return None
        raise
    content = bytes(await with_retries(file.download_as_bytearray))
    return content if len(content) <= max_photo_bytes else None


def _unreadable(message: Message) -> str:
    """The word for a message that is neither text, picture nor place; empty for text."""
    if message.text:
        return ""
    present = (word for field, word in UNREADABLE.items() if getattr(message, field) is not None)
    return next(present, "other")
