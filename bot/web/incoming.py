"""A posted form -> `Said`: texts with plain line breaks, and a file that may be a photo."""

from hashlib import sha256

from starlette.datastructures import FormData, UploadFile

from bot.config import Limits
from bot.messages import Location, Photo, Said
from bot.web.visitor import Visitor


async def said_in(form: FormData, *, visitor: Visitor, limits: Limits) -> Said | None:
    """What the resident said with this form, or None if it is empty."""
    photo, unreadable = await _photo_in(form, max_bytes=limits.max_photo_bytes)
    said = Said(
        channel="web",
        sender=visitor.sender,
        text=_text(form, "text").strip(),
        action=_text(form, "action"),
        message=_text(form, "message"),
        photos=(photo,) if photo else (),
        location=_location_in(form),
        unreadable=unreadable,
        key=_key(form, photo),
        language_hint=visitor.language,
    )
    is_empty = not (said.text or said.action or photo or said.location or unreadable)
    return None if is_empty else said


def _key(form: FormData, photo: Photo | None) -> str:
    """What the page calls this message, with what it says: other words are another message.

    A page that heard no answer sends its message again, with the same name.
    """
    fields = [_text(form, name) for name in ("key", "text", "latitude", "longitude")]
    if not fields[0]:
        return ""
    said = "\0".join(fields).encode(errors="replace")
    return sha256(said + b"\0" + (photo.content if photo else b"")).hexdigest()


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    # Browsers send line breaks as CRLF (HTML, "encoding of form data").
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


async def _photo_in(form: FormData, *, max_bytes: int) -> tuple[Photo | None, str]:
    """What may be a photo, or the word for why there is none in spite of a file."""
    file = form.get("photo")
    # An empty file field is sent as a file without a name.
    if not isinstance(file, UploadFile) or not (file.filename or file.size):
        return None, ""
    if (file.size or 0) > max_bytes:
        return None, "large_photo"
    return Photo(await file.read()), ""


def _location_in(form: FormData) -> Location | None:
    try:
        latitude, longitude = float(_text(form, "latitude")), float(_text(form, "longitude"))
    except ValueError:
        return None
    # Written so that NaN, which no comparison holds for, is refused too.
    if abs(latitude) <= 90 and abs(longitude) <= 180:
        return Location(latitude, longitude)
    return None
