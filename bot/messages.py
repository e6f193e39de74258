"""What passes between a channel and the dialogue: what a resident said, what the bot replies."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


class ChannelError(Exception):
    """A channel cannot start; the message says why, in one line without secrets."""


class TooFast(Exception):
    """A resident writes faster than she is heard; nothing of it has happened."""

    def __init__(self, wait_seconds: float) -> None:
        super().__init__(f"to be heard again in {wait_seconds:.0f} s")
        self.wait_seconds = wait_seconds


Channel = Literal["telegram", "web", "terminal"]
ACTION_MAX_BYTES = 64
"""Telegram's limit on callback data (Bot API, InlineKeyboardButton); it binds every channel."""


def utf16_units(text: str) -> int:
    """The length of a text as Telegram counts it (Bot API, MessageEntity): most emoji are two."""
    return len(text) + sum(char > "\uffff" for char in text)


def split_text(text: str, *, most: int) -> list[str]:
    """A text in parts of at most `most` UTF-16 units, cut at lines, else at sentences; none empty.

    Nothing but the white space around a cut is left out.
    """
    parts, rest = [], text.strip()
    while utf16_units(rest) > most:
        head = rest[:most]
        while (over := utf16_units(head) - most) > 0:
            head = head[: -((over + 1) // 2)]
        cuts = (head.rfind(mark) + 1 for mark in ("\n", "。", ". ", "，", " "))
        end = next((cut for cut in cuts if cut > len(head) // 2), len(head))
        parts.append(rest[:end].strip())
        rest = rest[end:].strip()
    return [part for part in (*parts, rest) if part]


@dataclass(frozen=True, slots=True)
class Photo:
    """What a channel received for a picture, which may be anything; or a picture that is kept.

    Attributes:
        media_type: of a kept one; whatever the sender claims counts for nothing.
    """

    content: bytes
    media_type: str = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Location:
    """A point on the map: degrees, WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Said:
    """One message, tap or attachment of one resident, the same for every channel.

    Attributes:
        sender: the channel's own id of the person; unique within the channel.
        text: as typed, or a photo's caption; commands included (`/status ...`).
        action: of the button that was tapped, else empty.
        message: the turn whose button was tapped where the channel knows it (web), else empty.
        photos: one, or those of an album.
        album: the channel's id of the album they are part of; what comes late joins the rest.
        key: the channel's id of this message: said again under the same key it is not heard
            twice; empty for none.
        case_id: the case that the message she replies to tells of; None for none.
        edited: it is a new version of what she said under this key; of it only the words count.
        unreadable: what was sent that the bot cannot read (`voice`, `sticker`, ...), else empty.
        language_hint: the client's own language setting (`zh-hans`, `en`), used until she writes.
    """

    channel: Channel
    sender: str
    text: str = ""
    action: str = ""
    message: str = ""
    photos: tuple[Photo, ...] = ()
    album: str = ""
    location: Location | None = None
    unreadable: str = ""
    language_hint: str = ""
    key: str = ""
    edited: bool = False
    case_id: int | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """One choice offered under a reply; tapping it says `action` to the dialogue."""

    label: str
    action: str


@dataclass(frozen=True, slots=True)
class Document:
    """A text file that goes with a reply; its name's ending says what it is."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to the resident, or to a group of staff.

    Attributes:
        html: of `<b> <i> <code> <blockquote> <a href>` only, newlines as line breaks; everything
            a person wrote is escaped. At most 4096 UTF-16 units once parsed (Bot API), and 1024
            where it is a photo's caption.
        buttons: rows of choices.
        replaces: put it in the place of the message whose button was tapped.
        notice: a few plain words shown for a moment after a tap (at most 200 characters).
        case_id: the case it tells of; staff see whether it arrived.
        photo: the name of a kept photo (`bot.store.photos`), whose caption `html` then is, or
            empty; empty for none. On Telegram only, like the two that follow.
        location: a point; nothing else is sent with it.
        is_protected: it may not be forwarded or saved (Bot API, protect_content).
        removes: the message that it would take the place of is taken away; `html` stands there
            where that is refused, as it is when the message is old.
        document: a file whose caption `html` then is; on Telegram only.
        is_passing: it is shown once, and neither it nor what it answers is kept in the
            conversation: it would tie the resident to what is nobody's to know.
        is_receipt: it is passing, and tells what she has to note down: the web keeps it on a page
            of its own until she puts it away.
    """

    html: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    replaces: bool = False
    notice: str = ""
    case_id: int | None = None
    photo: str = ""
    location: Location | None = None
    is_protected: bool = False
    removes: bool = False
    document: Document | None = None
    is_passing: bool = False
    is_receipt: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange as it is kept: what the resident said and what she was told.

    Attributes:
        said: the words shown as hers; a tapped button's label; empty for the greeting.
        replaces: the turn whose reply this one's first reply takes the place of, or None.
    """

    id: int
    said: str
    replies: tuple[Reply, ...]
    replaces: int | None = None
    has_photo: bool = False


def row_number(text: str) -> int:
    """A row's number in a button's action; -1, which no row has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else -1


Keep = Callable[[int, Sequence[Reply]], None]
"""What a channel adds to the transaction a message is handled in: resident's number, replies."""


Remark = Literal["trouble", "undelivered", "patience", "turned_away"]
"""What a channel tells by itself: words that could not be handled, a reply that could not be
shown, that she has to wait, that what she sent was too much."""


class Listener(Protocol):
    """The dialogue, as the channels see it."""

    def hear(self, said: Said, *, keep: Keep | None = None) -> Awaitable[list[Reply]]:
        """Answer one message; never raises for anything a resident can send.

        What she said before under the same key is not answered again: there are no replies.

        Raises:
            StoreUnavailable: nothing can be kept just now; nothing of it has happened.
            TooFast: on the web only, where nobody waits for her turn.
        """
        ...

    def wait_seconds(self, channel: Channel, sender: str) -> float:
        """How long a resident has to wait until she is heard again; 0 is not at all."""
        ...

    def remark(self, name: Remark, channel: Channel, sender: str, *, hint: str = "") -> Reply:
        """What the channel has to say by itself, in the language this resident is spoken to in.

        Args:
            hint: her client's language, for a stranger.
        """
        ...

    def held(self, channel: Channel, sender: str) -> tuple[Document, Document] | None:
        """Everything held about one resident, to read and as JSON; None for a stranger."""
        ...

    def turns(self, channel: Channel, sender: str, *, most: int) -> list[Turn]:
        """The last turns of one resident, oldest first; empty for a stranger."""
        ...
