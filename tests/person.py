"""A resident who talks to the dialogue itself, with no channel between; she checks each reply
against the limits that every channel relies on."""

import re
from collections.abc import Sequence

from bot.messages import Channel, Listener, Location, Photo, Reply, Said
from tests.photographs import JPEG
from tests.telegram_html import plain_text, utf16_units

_TAG = re.compile(r"</?([a-z]+)")


class Person:
    """Says and taps, and keeps what she was replied.

    Attributes:
        replies: to each of her messages, oldest first.
    """

    def __init__(
        self,
        listener: Listener,
        *,
        sender: str = "resident",
        channel: Channel = "web",
        hint: str = "zh-hans",
    ) -> None:
        self._listener = listener
        self._sender = sender
        self._channel: Channel = channel
        self._hint = hint
        self.replies: list[list[Reply]] = []

    @property
    def heard(self) -> list[str]:
        """What she read after each of her messages, oldest first, without tags."""
        return ["\n\n".join(plain_text(reply.html) for reply in told) for told in self.replies]

    @property
    def buttons(self) -> list[str]:
        """The labels under the last replies."""
        return [label for label, _ in _choices(self.replies[-1])]

    @property
    def offered(self) -> list[str]:
        """What every button she was ever shown says, each once, the newest last."""
        return list(dict.fromkeys(act for told in self.replies for _, act in _choices(told)))

    @property
    def notices(self) -> list[str]:
        """What flashed up after the last message."""
        return [reply.notice for reply in self.replies[-1] if reply.notice]

    def action(self, label: str) -> str:
        """What tapping the newest button with these words in its label says."""
        shown = [choice for told in reversed(self.replies) for choice in _choices(told)]
        found = next((action for name, action in shown if label in name), None)
        if found is None:
            raise LookupError(f"no button {label!r} among {[name for name, _ in shown]}")
        return found

    async def says(self, text: str) -> None:
        """Write a text or a command."""
        await self.tells(text=text)

    async def taps(self, label: str) -> None:
        """Tap the newest button with these words in its label."""
        await self.taps_action(self.action(label))

    async def taps_action(self, action: str, *, message: str = "") -> None:
        """Tap a button that may not be shown, or may never have been."""
        await self.tells(action=action, message=message)

    async def sends_photo(self, caption: str = "", content: bytes = JPEG) -> None:
        """Send a photo."""
        await self.tells(text=caption, photos=(Photo(content),))

    async def sends_location(self, latitude: float = 30.55, longitude: float = 114.31) -> None:
        """Share a point."""
        await self.tells(location=Location(latitude, longitude))

    async def sends(self, unreadable: str, caption: str = "") -> None:
        """Send something the bot cannot read."""
        await self.tells(text=caption, unreadable=unreadable)

    async def tells(
        self,
        *,
        text: str = "",
        action: str = "",
        message: str = "",
        photos: tuple[Photo, ...] = (),
        location: Location | None = None,
        unreadable: str = "",
    ) -> None:
        """Any message at all."""
        said = Said(
            self._channel,
            self._sender,
            text=text,
            action=action,
            message=message,
            photos=photos,
            location=location,
            unreadable=unreadable,
            language_hint=self._hint,
        )
        told = await self._listener.hear(said)
        expect_sendable(told)
        self.replies.append(told)


def expect_sendable(replies: Sequence[Reply]) -> None:
    """Every reply is one that Telegram takes and a person can read (Bot API)."""
    assert replies
    for reply in replies:
        text = plain_text(reply.html)
        assert text.strip()
        assert utf16_units(text) <= 4096, f"{utf16_units(text)} units: {text[:80]}..."
        assert set(_TAG.findall(reply.html)) <= {"b", "i", "code", "blockquote", "a"}
        assert len(reply.notice) <= 200
        assert all(reply.buttons), "an empty row"
        for label, action in _choices([reply]):
            assert label.strip()
            assert 1 <= len(action.encode()) <= 64, action


def _choices(replies: Sequence[Reply]) -> list[tuple[str, str]]:
    return [
        (button.label, button.action)
        for reply in replies
        for row in reply.buttons
        for button in row
    ]
