"""Residents as tests write them: what she says and does, and what she reads, on each channel."""

import re
from copy import copy
from typing import Self

import httpx
from bs4 import BeautifulSoup, Tag

from bot.app import Bot
from bot.terminal import Terminal
from tests.fakes import GROUP_ID, FakeTelegram


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
        shown = self._server.from_bot(self._telegram_id)
        buttons = [
            (message.message_id, button)
            for message in reversed(shown)
            for row in message.buttons
            for button in row
        ]
        found = next((b for b in buttons if label in b[1]["text"]), None)
        if found is None:
            raise LookupError(f"no button {label!r} among {[b['text'] for _, b in buttons]}")
        await self.taps_action(found[0], found[1]["callback_data"])

    async def taps_action(self, message_id: int, action: str) -> None:
        """Tap a button that may be gone by now, as a slow client lets people do."""
        self._tap_ids.append(self._server.taps(self._telegram_id, message_id, action))
        await self._bot_is_done()

    async def _bot_is_done(self) -> None:
        end = self._server.taps(self._telegram_id, 0, "", chat_id=GROUP_ID)
        await self._server.until(lambda: self._server.is_answered(end))


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
        bubbles = reversed(self._page.select("#log .bot"))
        buttons = [button for bubble in bubbles for button in bubble("button")]
        found = next((button for button in buttons if label in button.get_text()), None)
        if found is None:
            raise LookupError(f"no button {label!r} among {[b.get_text() for b in buttons]}")
        form = found.find_parent("form")
        fields = form.select("input[type=hidden]") if form else []
        await self._posts({str(field["name"]): str(field["value"]) for field in [*fields, found]})

    async def _posts(self, fields: dict[str, str], *, photo: bytes | None = None) -> None:
        files = {"photo": ("photo.jpg", photo, "image/jpeg") if photo is not None else ("", b"")}
        self._read(await self._http.post("/say", data=fields, files=files))
        notice = self._page.select_one("#notice")
        self.notices.append(notice.get_text() if notice else "")

    def _read(self, response: httpx.Response) -> None:
        self._page = BeautifulSoup(response.raise_for_status().text, "html.parser")


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
