"""The chats of the fake Bot API: who is there, what each chat shows, and what Telegram refuses.

The refusals and their descriptions are those of the real server (Bot API, sendMessage,
editMessageText, InlineKeyboardButton).
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from tests.telegram_html import UnparsableError, plain_text, utf16_units

Json = dict[str, Any]
BOT = {"id": 7, "is_bot": True, "first_name": "武昌民意", "username": "wuchang_test_bot"}
DATE = 1_600_000_000
TEXT_MAX_UNITS = 4096
CALLBACK_DATA_MAX_BYTES = 64


class RefusedError(Exception):
    """An answer of the Bot API that is not `ok`."""

    def __init__(self, status: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.retry_after = retry_after


@dataclass(slots=True)
class Shown:
    """One message as the chat shows it now, after every edit.

    Attributes:
        text: what a person reads; `html` is what the bot sent.
        buttons: rows of inline buttons, each `{"text": ..., "callback_data": ...}`.
        content: what a resident sent, as in the Bot API's Message.
        editable: set it to False for a message Telegram no longer lets the bot edit.
    """

    message_id: int
    chat_id: int
    by_bot: bool
    text: str
    html: str = ""
    buttons: list[list[Json]] = field(default_factory=list)
    content: Json = field(default_factory=dict)
    editable: bool = True

    @property
    def labels(self) -> list[str]:
        """The buttons' labels, row by row."""
        return [button["text"] for row in self.buttons for button in row]


@dataclass(frozen=True, slots=True)
class Sent:
    """One message or edit of the bot that Telegram carried out, whether or not it said so.

    Attributes:
        method: "sendMessage", or how it was edited.
        text: what a person reads; `html` is what the bot sent.
        at_seconds: the event loop's time.
    """

    method: str
    message_id: int
    text: str
    html: str
    at_seconds: float

    @property
    def is_edit(self) -> bool:
        """Whether it changed a message that was there."""
        return self.method != "sendMessage"


class Chats:
    """Every chat the bot may write to, and what it shows."""

    def __init__(self) -> None:
        self.users: dict[int, Json] = {}
        self.blocked: set[int] = set()
        self._chats: dict[int, list[Shown]] = {}
        self._sent: dict[int, list[Sent]] = {}
        self._last_message_id = 0

    def messages(self, chat_id: int) -> list[Shown]:
        """What a chat shows, oldest first."""
        return self._chats.setdefault(chat_id, [])

    def chat(self, chat_id: int) -> Json:
        """The chat as updates describe it: a person's private chat, or a group (id below 0)."""
        if chat_id < 0:
            return {"id": chat_id, "type": "supergroup", "title": "group"}
        return {"id": chat_id, "type": "private", "first_name": self.users[chat_id]["first_name"]}

    def add(self, chat_id: int, text: str, *, by_bot: bool = False, html: str = "") -> Shown:
        """Show a new message at the end of a chat."""
        self._last_message_id += 1
        shown = Shown(self._last_message_id, chat_id, by_bot, text, html)
        self.messages(chat_id).append(shown)
        return shown

    def find(self, chat_id: int, message_id: int) -> Shown | None:
        """One message of a chat."""
        return next((m for m in self.messages(chat_id) if m.message_id == message_id), None)

    def sent(self, chat_id: int) -> list[Sent]:
        """What the bot sent to a chat and edited there, oldest first, repetitions included."""
        return self._sent.setdefault(chat_id, [])

    def send(self, parameters: Json) -> Json:
        """Carry out sendMessage."""
        chat_id = self._writable(parameters)
        html, text = _text(parameters)
        buttons = _buttons(parameters)
        shown = self.add(chat_id, text, by_bot=True, html=html)
        shown.buttons = buttons
        self._note("sendMessage", shown)
        return self.as_json(shown)

    def edit_text(self, parameters: Json) -> Json:
        """Carry out editMessageText; leaving the buttons out takes them away."""
        shown = self._editable(parameters)
        html, text = _text(parameters)
        self._edit(shown, html, text, _buttons(parameters))
        self._note("editMessageText", shown)
        return self.as_json(shown)

    def edit_buttons(self, parameters: Json) -> Json:
        """Carry out editMessageReplyMarkup."""
        shown = self._editable(parameters)
        self._edit(shown, shown.html, shown.text, _buttons(parameters))
        self._note("editMessageReplyMarkup", shown)
        return self.as_json(shown)

    def as_json(self, shown: Shown) -> Json:
        """A message of the bot as answers and updates carry it."""
        body: Json = {
            "message_id": shown.message_id,
            "date": DATE,
            "chat": self.chat(shown.chat_id),
            "from": BOT,
            "text": shown.text,
        }
        if shown.buttons:
            body["reply_markup"] = {"inline_keyboard": shown.buttons}
        return body

    def _edit(self, shown: Shown, html: str, text: str, buttons: list[list[Json]]) -> None:
        if (shown.html, shown.buttons) == (html, buttons):
            raise RefusedError(
                400,
                "Bad Request: message is not modified: specified new message content and reply"
                " markup are exactly the same as a current content and reply markup of the"
                " message",
            )
        shown.html, shown.text, shown.buttons = html, text, buttons

    def _note(self, method: str, shown: Shown) -> None:
        now = asyncio.get_running_loop().time()
        sent = Sent(method, shown.message_id, shown.text, shown.html, now)
        self.sent(shown.chat_id).append(sent)

    def _writable(self, parameters: Json) -> int:
        chat_id = int(parameters.get("chat_id", 0))
        if chat_id not in self._chats:
            raise RefusedError(400, "Bad Request: chat not found")
        if chat_id in self.blocked:
            raise RefusedError(403, "Forbidden: bot was blocked by the user")
        return chat_id

    def _editable(self, parameters: Json) -> Shown:
        chat_id = self._writable(parameters)
        shown = self.find(chat_id, int(parameters.get("message_id", 0)))
        if shown is None:
            raise RefusedError(400, "Bad Request: message to edit not found")
        if not shown.by_bot or not shown.editable:
            raise RefusedError(400, "Bad Request: message can't be edited")
        return shown


def _text(parameters: Json) -> tuple[str, str]:
    """The text as sent, and as a person reads it."""
    sent = str(parameters.get("text", ""))
    parse_mode = parameters.get("parse_mode", "")
    if parse_mode not in ("", "HTML"):
        raise RefusedError(400, "Bad Request: unsupported parse_mode")
    try:
        text = (plain_text(sent) if parse_mode else sent).strip()
    except UnparsableError as error:
        raise RefusedError(400, f"Bad Request: can't parse entities: {error}") from error
    if not text:
        raise RefusedError(400, "Bad Request: message text is empty")
    if utf16_units(text) > TEXT_MAX_UNITS:
        raise RefusedError(400, "Bad Request: message is too long")
    return sent, text


def _buttons(parameters: Json) -> list[list[Json]]:
    markup = parameters.get("reply_markup") or {}
    rows: list[list[Json]] = markup.get("inline_keyboard", [])
    for button in (button for row in rows for button in row):
        if not button.get("text", "").strip():
            raise RefusedError(400, "Bad Request: button text must be non-empty")
        if "url" in button:
            continue
        if not 1 <= len(button.get("callback_data", "").encode()) <= CALLBACK_DATA_MAX_BYTES:
            raise RefusedError(400, "Bad Request: BUTTON_DATA_INVALID")
    return json.loads(json.dumps(rows))  # type: ignore[no-any-return]
