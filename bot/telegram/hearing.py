"""What a Telegram message says: its words, picture or place as a `Said` for the dialogue."""

import re
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
NOT_PICTURES = ("image/svg+xml",)
"""Image types that hold markup or scripts rather than a photograph."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A photograph as Telegram announces it, not fetched yet; `size_bytes` 0 is unknown."""

    file_id: str
    size_bytes: int
    media_type: str


async def said_in(message: Message, sender: User, *, max_photo_bytes: int) -> Said:
    """What a resident said with one message of her private chat.

    Captions count as her words. A venue is the point it stands at.

    Raises:
        TelegramError: if her picture could not be fetched.
    """
    said = Said(
        channel="telegram",
        sender=str(sender.id),
        text=_words(message),
        language_hint=sender.language_code or "",
    )
    picture = _picture(message)
    if picture is not None:
        content = await _fetch(message, picture, max_photo_bytes=max_photo_bytes)
        if content is None:
            return replace(said, unreadable="large_photo")
        return replace(said, photo=Photo(content, picture.media_type))
    if message.location is not None:
        point = Location(message.location.latitude, message.location.longitude)
        return replace(said, location=point)
    return replace(said, unreadable=_unreadable(message))


def _words(message: Message) -> str:
    """The text or caption; a command without the bot's name (`/help@our_bot` -> `/help`)."""
    words = message.text or message.caption or ""
    own_name = re.escape(message.get_bot().username)
    return re.sub(rf"^(/\w+)@{own_name}\b", r"\1", words, flags=re.IGNORECASE)


def _picture(message: Message) -> Picture | None:
    """The largest size of a photo, or an image sent as a file."""
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return Picture(largest.file_id, largest.file_size or 0, "image/jpeg")
    file = message.document
    if file is None or message.animation is not None:
        return None
    media_type = (file.mime_type or "").lower()
    if not media_type.startswith("image/") or media_type in NOT_PICTURES:
        return None
    return Picture(file.file_id, file.file_size or 0, media_type)


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
