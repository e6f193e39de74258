"""The chats of the fake Bot API: who is there, what each chat shows, and what Telegram refuses.

The refusals and their descriptions are those of the real server (Bot API, sendMessage, sendPhoto,
editMessageText, InlineKeyboardButton, ResponseParameters).
"""

import asyncio
import json
from dataclasses import dataclass, field, replace
from typing import Any

from tests.telegram_html import UnparsableError, plain_text, utf16_units

Json = dict[str, Any]
BOT = {"id": 7, "is_bot": True, "first_name": "武昌民意", "username": "wuchang_test_bot"}
DATE = 1_600_000_000
TEXT_MAX_UNITS, CAPTION_MAX_UNITS = 4096, 1024
CALLBACK_DATA_MAX_BYTES = 64


class RefusedError(Exception):
    """An answer of the Bot API that is not `ok`; `parameters` are its ResponseParameters."""

    def __init__(self, status: int, description: str, **parameters: int | None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = {name: value for name, value in parameters.items() if value is not None}


@dataclass(slots=True)
class Shown:
    """One message as the chat shows it now, after every edit.

    Attributes:
        text: what a person reads, a caption too; `html` is what the bot sent.
        buttons: rows of inline buttons, each `{"text": ..., "callback_data": ...}`.
        content: what a person sent, as in the Bot API's Message; of the bot its photo or point.
        editable: set it to False for a message Telegram no longer lets the bot edit.
        user_id: who wrote it, if the bot did not.
        photo: the bytes that the bot sent.
        is_protected: nobody may forward or save it.
        reply_to: the message that it replies to; 0 for none.
    """

    message_id: int
    chat_id: int
    by_bot: bool
    text: str
    html: str = ""
    buttons: list[list[Json]] = field(default_factory=list)
    content: Json = field(default_factory=dict)
    editable: bool = True
    user_id: int = 0
    photo: bytes = b""
    is_protected: bool = False
    reply_to: int = 0

    @property
    def labels(self) -> list[str]:
        """The buttons' labels, row by row."""
        return [button["text"] for row in self.buttons for button in row]


@dataclass(frozen=True, slots=True)
class Sent:
    """One message or edit of the bot that Telegram carried out, whether or not it said so.

    Attributes:
        method: how it was sent or edited.
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
        return self.method.startswith("edit")


class Chats:
    """Every chat the bot may write to, and what it shows.

    Attributes:
        blocked: people who blocked the bot, and groups that it was put out of.
        moved: a group -> the supergroup it became.
    """

    def __init__(self) -> None:
        self.users: dict[int, Json] = {}
        self.blocked: set[int] = set()
        self.moved: dict[int, int] = {}
        self._chats: dict[int, list[Shown]] = {}
        self._sent: dict[int, list[Sent]] = {}
        self._last_message_id = 0

    def messages(self, chat_id: int) -> list[Shown]:
        """What a chat shows, oldest first."""
        return self._chats.get(chat_id, [])

    def open(self, chat_id: int) -> None:
        """Let the bot write to a chat from now on."""
        self._chats.setdefault(chat_id, [])

    def chat(self, chat_id: int) -> Json:
        """The chat as updates describe it: a person's private chat, or a group (id below 0)."""
        if chat_id < 0:
            kind = "supergroup" if str(chat_id).startswith("-100") else "group"
            return {"id": chat_id, "type": kind, "title": "group"}
        return {"id": chat_id, "type": "private", "first_name": self.users[chat_id]["first_name"]}

    def add(self, chat_id: int, text: str, *, by_bot: bool = False, html: str = "") -> Shown:
        """Show a new message at the end of a chat."""
        self._last_message_id += 1
        shown = Shown(self._last_message_id, chat_id, by_bot, text, html)
        self.open(chat_id)
        self._chats[chat_id].append(shown)
        return shown

    def find(self, chat_id: int, message_id: int) -> Shown | None:
        """One message of a chat."""
        return next((m for m in self.messages(chat_id) if m.message_id == message_id), None)

    def sent(self, chat_id: int) -> list[Sent]:
        """What the bot sent to a chat and edited there, oldest first, repetitions included."""
        return self._sent.setdefault(chat_id, [])

    def send(self, parameters: Json) -> Json:
        """Carry out sendMessage."""
        return self._send("sendMessage", parameters, *_text(parameters), content={})

    def send_photo(self, parameters: Json, sizes: list[Json]) -> Json:
        """Carry out sendPhoto; `sizes` is what the message says of the uploaded file."""
        caption = _caption(parameters)
        return self._send("sendPhoto", parameters, *caption, content={"photo": sizes})

    def send_file(self, parameters: Json, document: Json) -> Json:
        """Carry out sendDocument; `document` is what the message says of the uploaded file."""
        caption = _caption(parameters)
        return self._send("sendDocument", parameters, *caption, content={"document": document})

    def send_point(self, parameters: Json) -> Json:
        """Carry out sendLocation."""
        point = {name: float(parameters.get(name, 1000)) for name in ("latitude", "longitude")}
        if abs(point["latitude"]) > 90:
            raise RefusedError(400, "Bad Request: location is invalid")
        return self._send("sendLocation", parameters, "", "", content={"location": point})

    def delete(self, parameters: Json) -> bool:
        """Carry out deleteMessage."""
        shown = self._editable(parameters)
        self.messages(shown.chat_id).remove(shown)
        return True

    def edit_text(self, parameters: Json) -> Json:
        """Carry out editMessageText; leaving the buttons out takes them away."""
        shown = self._editable(parameters)
        if shown.content:
            raise RefusedError(400, "Bad Request: there is no text in the message to edit")
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
        """A message as answers and updates carry it."""
        body: Json = {
            "message_id": shown.message_id,
            "date": DATE,
            "chat": self.chat(shown.chat_id),
            "from": BOT if shown.by_bot else self.users[shown.user_id],
            **shown.content,
        }
        replied_to = self.find(shown.chat_id, shown.reply_to)
        if replied_to is not None:  # whose own one Telegram leaves out
            answered = self.as_json(replace(replied_to, reply_to=0))
            body["reply_to_message"] = answered
        if shown.by_bot and shown.text:
            body["caption" if shown.content else "text"] = shown.text
        if shown.buttons:
            body["reply_markup"] = {"inline_keyboard": shown.buttons}
        if shown.is_protected:
            body["has_protected_content"] = True
        return body

    def _send(self, method: str, parameters: Json, html: str, text: str, *, content: Json) -> Json:
        chat_id = self._writable(parameters)
        reply_to = self._replied_to(chat_id, parameters)
        buttons = _buttons(parameters)
        shown = self.add(chat_id, text, by_bot=True, html=html)
        shown.content, shown.buttons, shown.reply_to = content, buttons, reply_to
        shown.photo = parameters.get("photo", b"")
        shown.is_protected = bool(parameters.get("protect_content", False))
        self._note(method, shown)
        return self.as_json(shown)

    def _replied_to(self, chat_id: int, parameters: Json) -> int:
        reply = parameters.get("reply_parameters") or {}
        message_id = int(reply.get("message_id", 0))
        if not message_id or self.find(chat_id, message_id):
            return message_id
        if not reply.get("allow_sending_without_reply"):
            raise RefusedError(400, "Bad Request: message to be replied not found")
        return 0

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
        if chat_id in self.moved:
            raise RefusedError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=self.moved[chat_id],
            )
        if chat_id in self.blocked:
            how = "blocked by the user"
            if chat_id < 0:
                how = f"kicked from the {self.chat(chat_id)['type']} chat"
            raise RefusedError(403, f"Forbidden: bot was {how}")
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
    sent, text = _parsed(str(parameters.get("text", "")), parameters)
    if not text:
        raise RefusedError(400, "Bad Request: message text is empty")
    if utf16_units(text) > TEXT_MAX_UNITS:
        raise RefusedError(400, "Bad Request: message is too long")
    return sent, text


def _caption(parameters: Json) -> tuple[str, str]:
    """The caption as sent, and as a person reads it; it may be empty."""
    sent, text = _parsed(str(parameters.get("caption", "")), parameters)
    if utf16_units(text) > CAPTION_MAX_UNITS:
        raise RefusedError(400, "Bad Request: message caption is too long")
    return sent, text


def _parsed(sent: str, parameters: Json) -> tuple[str, str]:
    parse_mode = parameters.get("parse_mode", "")
    if parse_mode not in ("", "HTML"):
        raise RefusedError(400, "Bad Request: unsupported parse_mode")
    try:
        return sent, (plain_text(sent) if parse_mode else sent).strip()
    except UnparsableError as error:
        raise RefusedError(400, f"Bad Request: can't parse entities: {error}") from error


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
