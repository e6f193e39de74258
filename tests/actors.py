"""Residents and staff as tests write them: what she says and does, and what she reads."""

import re
from collections.abc import Sequence
from copy import copy
from typing import Self

import httpx
from bs4 import BeautifulSoup, Tag

from bot.app import Bot
from bot.terminal import Terminal
from tests.fakes import GROUP_ID, FakeTelegram
from tests.telegram_chats import Shown


class TelegramResident:
    """A person with a private chat with the bot, on the fake Bot API.

    Every action returns once the bot has done with it: since the bot handles one person's
    updates in turn, a tap in a group, which it only acknowledges, marks the end.
    """

    def __init__(
        self, server: FakeTelegram, telegram_id: int = 1001, *, language_code: str = "zh-hans"
    ) -> None:
        self._server = server
        self._telegram_id = telegram_id
        self._tap_ids: list[str] = []
        server.meet(telegram_id, language_code=language_code)
        server.chats.open(telegram_id)

    @property
    def heard(self) -> list[str]:
        """What she sees from the bot now, oldest first: edits in place, without tags."""
        return [shown.text for shown in self._server.from_bot(self._telegram_id)]

    @property
    def buttons(self) -> list[str]:
        """The labels under the bot's last message."""
        shown = self._server.from_bot(self._telegram_id)
        return shown[-1].labels if shown else []

    @property
    def notices(self) -> list[str]:
        """What each of her taps made flash up, oldest first; "" where there was nothing."""
        return [self._server.api.notices[tap_id] for tap_id in self._tap_ids]

    async def says(self, text: str) -> None:
        """Write a text or a command."""
        self._server.says(self._telegram_id, text)
        await self._bot_is_done()

    async def sends_photo(self, content: bytes, caption: str = "") -> None:
        """Send a photo."""
        self._server.sends_photo(self._telegram_id, content, caption=caption)
        await self._bot_is_done()

    async def sends_location(self, latitude: float, longitude: float) -> None:
        """Share a point."""
        self._server.sends_location(self._telegram_id, latitude, longitude)
        await self._bot_is_done()

    async def sends_sticker(self) -> None:
        """Send a sticker."""
        await self.sends("sticker")

    async def sends(self, kind: str) -> None:
        """Send something the bot cannot read: `voice`, `video`, ... (see `fakes.CONTENTS`)."""
        self._server.sends(self._telegram_id, kind)
        await self._bot_is_done()

    async def taps(self, label: str) -> None:
        """Tap the newest visible button whose label contains these words."""
        await self.taps_action(*_button(self._server.from_bot(self._telegram_id), label))

    async def taps_action(self, message_id: int, action: str) -> None:
        """Tap a button that may be gone by now, as a slow client lets people do."""
        self._tap_ids.append(self._server.taps(self._telegram_id, message_id, action))
        await self._bot_is_done()

    async def _bot_is_done(self) -> None:
        await _bot_is_done(self._server, self._telegram_id)


class StaffMember:
    """A person in a group that the bot is in too, and with a private chat with the bot.

    Every action returns once the bot has done with it and has told her so in private, as with
    `TelegramResident`. What it makes the bot send to the group or to others may still be on its
    way: `await town.settles()`. The bot cannot write to her in private before she wrote to
    it there.
    """

    def __init__(
        self,
        server: FakeTelegram,
        telegram_id: int,
        *,
        group_id: int,
        language_code: str = "zh-hans",
    ) -> None:
        self._server = server
        self._telegram_id = telegram_id
        self._group_id = group_id
        self._tap_ids: list[str] = []
        server.meet(telegram_id, language_code=language_code)
        server.chats.open(group_id)

    @property
    def group_cards(self) -> list[Shown]:
        """The bot's messages in the group as they are now, oldest first."""
        return self._server.from_bot(self._group_id)

    @property
    def group_heard(self) -> list[str]:
        """What she reads of the bot's in the group now, oldest first: edits in place, no tags."""
        return [shown.text for shown in self.group_cards]

    @property
    def heard(self) -> list[str]:
        """What she reads of the bot's in private now, oldest first: edits in place, no tags."""
        return [shown.text for shown in self._server.from_bot(self._telegram_id)]

    @property
    def notices(self) -> list[str]:
        """What each of her taps made flash up, oldest first; "" where there was nothing."""
        return [self._server.api.notices[tap_id] for tap_id in self._tap_ids]

    def newest(self, words: str = "", *, in_group: bool = True) -> Shown:
        """The bot's newest message that contains these words.

        Raises:
            LookupError: there is none.
        """
        return self._all(words, in_group=in_group)[-1]

    def buttons(self, words: str = "", *, in_group: bool = True) -> list[str]:
        """The labels under the bot's newest message that contains these words."""
        return self.newest(words, in_group=in_group).labels

    async def says(self, text: str) -> None:
        """Write to the bot in private."""
        await self._writes(self._telegram_id, text)

    async def says_in_group(self, text: str) -> None:
        """Write in the group."""
        await self._writes(self._group_id, text)

    async def replies(self, words: str, text: str, *, in_group: bool = True) -> None:
        """Reply to the bot's newest message that contains some words."""
        shown = self.newest(words, in_group=in_group)
        await self._writes(shown.chat_id, text, reply_to=shown.message_id)

    async def taps(self, label: str, *, on: str = "", in_group: bool = True) -> None:
        """Tap the newest button whose label contains these words.

        Args:
            on: what the message that it stands under contains.
        """
        found = _button(self._all(on, in_group=in_group), label)
        await self.taps_action(*found, in_group=in_group)

    async def taps_action(self, message_id: int, action: str, *, in_group: bool = True) -> None:
        """Tap a button that may be gone by now, as a slow client lets people do."""
        chat_id = self._group_id if in_group else self._telegram_id
        tap_id = self._server.taps(self._telegram_id, message_id, action, chat_id=chat_id)
        self._tap_ids.append(tap_id)
        await _bot_is_done(self._server, self._telegram_id)
        await self._server.until(lambda: self._server.is_answered(tap_id))

    async def forwards(self, words: str) -> None:
        """Forward the bot's newest message in the group that contains some words, to the bot.

        Raises:
            RefusedError: it is protected.
        """
        message_id = self.newest(words).message_id
        self._server.forwards(self._telegram_id, message_id, from_chat=self._group_id)
        await _bot_is_done(self._server, self._telegram_id)

    def _all(self, words: str, *, in_group: bool) -> list[Shown]:
        """The bot's messages that contain some words, oldest first, at least one."""
        shown = self._server.from_bot(self._group_id if in_group else self._telegram_id)
        found = [message for message in shown if words in message.text]
        if not found:
            raise LookupError(f"no {words!r} among {[message.text for message in shown]}")
        return found

    async def _writes(self, chat_id: int, text: str, *, reply_to: int = 0) -> None:
        self._server.says_in(chat_id, self._telegram_id, text, reply_to=reply_to)
        await _bot_is_done(self._server, self._telegram_id)


def _button(messages: Sequence[Shown], label: str) -> tuple[int, str]:
    """The newest button whose label contains these words: its message's id, and its action."""
    buttons = [
        (message.message_id, button)
        for message in reversed(messages)
        for row in message.buttons
        for button in row
    ]
    for message_id, button in buttons:
        if label in button["text"]:
            return message_id, button["callback_data"]
    raise LookupError(f"no button {label!r} among {[button['text'] for _, button in buttons]}")


async def _bot_is_done(server: FakeTelegram, telegram_id: int) -> None:
    """Wait until the bot has done with what a person did, and has told her what there is to tell.

    It handles her updates in turn: that a tap in a group of no meaning is answered marks the end.
    """
    end = server.taps(telegram_id, 0, "", chat_id=GROUP_ID)
    await server.until(lambda: server.is_answered(end))


class WebResident:
    """A person with the chat page in a browser without scripts: posts forms, reads pages."""

    def __init__(self, url: str, *, accept_language: str = "zh-CN,zh;q=0.9") -> None:
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"Accept": "text/html", "Accept-Language": accept_language, "Origin": url},
            follow_redirects=True,
        )
        self._page = BeautifulSoup("", "html.parser")
        self.notices: list[str] = []
        """What each of her actions made the page say beside the conversation; "" if nothing."""

    async def __aenter__(self) -> Self:
        """Open the page."""
        await self.opens()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the browser."""
        await self._http.aclose()

    @property
    def page_language(self) -> str:
        """The language the page says it is in."""
        return str(self._page.select("html")[0]["lang"])

    @property
    def sender(self) -> str:
        """The web channel's id of her."""
        return str(self._http.cookies["resident"])

    @property
    def heard(self) -> list[str]:
        """What she sees from the bot now, oldest first: replaced ones in place, without tags."""
        return [_plain(words) for words in self._page.select("#log .bot .words")]

    @property
    def said(self) -> list[str]:
        """What she sees of her own words, oldest first."""
        return [words.get_text() for words in self._page.select("#log .resident .words")]

    @property
    def buttons(self) -> list[str]:
        """The labels under the bot's last message."""
        last = self._page.select("#log .bot")[-1:]
        return [button.get_text(strip=True) for bubble in last for button in bubble("button")]

    @property
    def dangerous(self) -> list[str]:
        """The labels of the buttons that look as if much would be lost."""
        return [button.get_text(strip=True) for button in self._page.select("#log .danger")]

    @property
    def cards(self) -> int:
        """How many messages have buttons of a draft."""
        return len(self._page.select("#log .bot:has(button[value^='d:'])"))

    @property
    def address(self) -> str:
        """Where she is."""
        return self._address

    async def opens(self, address: str = "/") -> None:
        """Open or reload a page of the site."""
        self._read(await self._http.get(address))

    async def says(self, text: str) -> None:
        """Write a text or a command."""
        await self._posts({"text": text})

    async def sends_photo(self, content: bytes, caption: str = "") -> None:
        """Send a photo, or another file, with words or none."""
        await self._posts({"text": caption}, photo=content)

    async def sends_location(self, latitude: float, longitude: float) -> None:
        """Share a point."""
        await self._posts({"text": "", "latitude": str(latitude), "longitude": str(longitude)})

    async def taps(self, label: str) -> None:
        """Tap the newest visible button whose label contains these words."""
        bubbles = reversed(self._page.select("#log .bot, .receipt > form"))
        buttons = [button for bubble in bubbles for button in bubble("button")]
        found = next((button for button in buttons if label in button.get_text()), None)
        if found is None:
            raise LookupError(f"no button {label!r} among {[b.get_text() for b in buttons]}")
        form = found.find_parent("form")
        fields = form.select("input[type=hidden]") if form else []
        named = [field for field in [*fields, found] if field.has_attr("name")]
        to = str(form["action"]) if form else "/say"
        await self._posts({str(field["name"]): str(field["value"]) for field in named}, to=to)

    async def _posts(
        self, fields: dict[str, str], *, photo: bytes | None = None, to: str = "/say"
    ) -> None:
        files = {"photo": ("photo.jpg", photo, "image/jpeg") if photo is not None else ("", b"")}
        self._read(await self._http.post(to, data=fields, files=files))
        notice = self._page.select_one("#notice")
        self.notices.append(notice.get_text() if notice else "")

    def _read(self, response: httpx.Response) -> None:
        self._page = BeautifulSoup(response.raise_for_status().text, "html.parser")
        self._address = response.url.path


def _plain(words: Tag) -> str:
    """The words as they read: a quotation stands on lines of its own."""
    words = copy(words)
    for quotation in words("blockquote"):
        if quotation.previous_sibling:
            quotation.insert_before("\n")
        if quotation.next_sibling:
            quotation.insert_after("\n")
        quotation.unwrap()
    return words.get_text()


class TerminalResident:
    """A person at the terminal chat: she types lines and reads what is printed."""

    def __init__(self, bot: Bot) -> None:
        self._printed: list[str] = []
        self._terminal = Terminal(bot.dialogue, show=self._printed.append)
        self._blocks: list[list[str]] = []

    @property
    def heard(self) -> list[str]:
        """What was printed after each of her lines, oldest first; buttons' lines left out."""
        return ["\n".join(line for line in block if "[#" not in line) for block in self._blocks]

    @property
    def buttons(self) -> list[str]:
        """The labels under the last replies."""
        last = "\n".join(self._blocks[-1]) if self._blocks else ""
        return re.findall(r"\[#\d+ (.+?)\](?=  \[|$)", last, flags=re.MULTILINE)

    async def says(self, text: str) -> None:
        """Type a line."""
        self._printed.clear()
        await self._terminal.take(text)
        self._blocks.append(list(self._printed))

    async def taps(self, label: str) -> None:
        """Type the number of the button whose label contains these words."""
        number = next(
            number for number, shown in enumerate(self.buttons, start=1) if label in shown
        )
        await self.says(f"#{number}")
