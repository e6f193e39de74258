"""A fake Bot API server over real HTTP: Telegram as the bot sees it, residents as tests move them.

It keeps Telegram's rules: an update is gone once a getUpdates with a higher offset arrives, a
second poller ends the first with 409, texts and buttons are validated as the real server does, a
bot cannot write to someone who never wrote to it or who blocked it.

    async with FakeTelegram() as server:                # server.url, server.token
        server.says(1001, "路灯坏了")                   # a resident writes to the bot
        await server.until(lambda: server.from_bot(1001) != [])
        server.fail("sendMessage", 429, retry_after=1)  # the next sendMessage is refused
"""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette

from tests.telegram_api import BotApi, Fault
from tests.telegram_chats import BOT, DATE, Chats, Json, RefusedError, Shown

TOKEN = "7:AAF-fake_token"
GROUP_ID = -100200300
DESCRIPTIONS = {
    400: "Bad Request: can't parse entities: unsupported start tag",
    403: "Forbidden: bot was blocked by the user",
    409: "Conflict: terminated by other getUpdates request",
    429: "Too Many Requests: retry later",
    500: "Internal Server Error",
    502: "Bad Gateway",
}
"""What Telegram says with a status."""
CONTENTS: dict[str, Json] = {
    "sticker": {"width": 512, "height": 512, "is_animated": False, "is_video": False}
    | {"type": "regular"},
    "voice": {"duration": 3},
    "audio": {"duration": 180},
    "video": {"duration": 5, "width": 640, "height": 480},
    "video_note": {"duration": 5, "length": 240},
    "animation": {"duration": 2, "width": 320, "height": 240},
    "document": {"file_name": "letter.pdf", "mime_type": "application/pdf"},
}
"""Kinds of message that are a file -> what Telegram says of it beside its id and size."""


class FakeTelegram:
    """The server. Tests write to the bot as residents, then look at `from_bot` and `api`."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.chats = Chats()
        self.api = BotApi(token, self.chats)
        self.until = self.api.until

    async def __aenter__(self) -> Self:
        # asyncio sets TCP_NODELAY only where the protocol is named; without it every answer
        # waits some 40 ms for an acknowledgement (asyncio/base_events.py, _set_nodelay).
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        host, port = self._socket.getsockname()
        self.url = f"http://{host}:{port}"
        config = uvicorn.Config(
            Starlette(routes=self.api.routes),
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_keep_alive=60,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        await self._server.is_up.wait()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.api.close()
        self._server.should_exit = True
        await self._serving

    def fail(
        self,
        method: str,
        status: int,
        *,
        description: str = "",
        times: int = 1,
        retry_after: int | None = None,
    ) -> None:
        """Refuse the next calls of a method; "*" is any but getUpdates, "file" a download."""
        said = description or DESCRIPTIONS[status]
        refusal = RefusedError(status, said, retry_after=retry_after)
        self.api.faults.append(Fault(method, refusal, times))

    def messages(self, chat_id: int) -> list[Shown]:
        """What a chat shows now, oldest first, the resident's own messages included."""
        return self.chats.messages(chat_id)

    def from_bot(self, chat_id: int) -> list[Shown]:
        """What a chat shows now of the bot's messages, oldest first."""
        return [shown for shown in self.messages(chat_id) if shown.by_bot]

    def calls(self, method: str) -> list[Json]:
        """The parameters of the accepted calls of one method, oldest first."""
        made = (call for call in self.api.calls if call.method == method)
        return [call.parameters for call in made if call.status == 200]

    def meet(self, user_id: int, *, language_code: str = "zh-hans") -> None:
        """Let there be a person; who writes without being met speaks Simplified Chinese."""
        self.chats.users[user_id] = {
            "id": user_id,
            "is_bot": False,
            "first_name": f"resident {user_id}",
            "language_code": language_code,
        }

    def writes(self, user_id: int, *, chat_id: int = 0, **content: object) -> int:
        """Send a message of any kind; `content` is as in the Bot API's Message.

        Args:
            chat_id: a group's; the person's private chat when left out.

        Returns:
            The message's id.
        """
        if user_id not in self.chats.users:
            self.meet(user_id)
        self.chats.blocked.discard(user_id)
        shown = self.chats.add(chat_id or user_id, str(content.get("text", "")))
        self.api.push("message", self._message(user_id, shown) | content)
        return shown.message_id

    def says(self, user_id: int, text: str, *, chat_id: int = 0) -> int:
        """Write a text or a command."""
        return self.writes(user_id, chat_id=chat_id, text=text)

    def edits(self, user_id: int, message_id: int, text: str) -> None:
        """Change a text sent earlier."""
        shown = self.chats.find(user_id, message_id)
        if shown is None:
            raise LookupError(message_id)
        shown.text = text
        edited = {"text": text, "edit_date": DATE + 60}
        self.api.push("edited_message", self._message(user_id, shown) | edited)

    def sends_photo(
        self, user_id: int, content: bytes, *, caption: str = "", size: int = 0
    ) -> int:
        """Send a photo, in two sizes as Telegram does; `size` claims another size in bytes."""
        small = self.api.store(b"thumbnail", 9) | {"width": 90, "height": 60}
        large = self.api.store(content, size or len(content)) | {"width": 1280, "height": 853}
        return self.writes(user_id, photo=[small, large], **_caption(caption))

    def sends_file(
        self, user_id: int, content: bytes, *, media_type: str, caption: str = ""
    ) -> int:
        """Send a file as a document."""
        document = self.api.store(content, len(content)) | {"mime_type": media_type}
        return self.writes(user_id, document=document, **_caption(caption))

    def sends_location(self, user_id: int, latitude: float, longitude: float) -> int:
        """Share a point."""
        return self.writes(user_id, location={"latitude": latitude, "longitude": longitude})

    def sends(self, user_id: int, kind: str, *, caption: str = "") -> int:
        """Send a file of one of the `CONTENTS`: a sticker, a voice note, a video, ..."""
        content: Json = {kind: self.api.store(b"...", 3) | CONTENTS[kind]}
        if kind == "animation":  # Telegram fills both
            content["document"] = content[kind]
        return self.writes(user_id, **content, **_caption(caption))

    def taps(self, user_id: int, message_id: int, action: str, *, chat_id: int = 0) -> str:
        """Tap a button of a message, even one that shows no such button; returns the tap's id."""
        chat = self.chats.chat(chat_id or user_id)
        shown = self.chats.find(chat_id or user_id, message_id)
        inaccessible = {"chat": chat, "message_id": message_id, "date": 0}
        tap_id = str(self.api.new_id())
        query = {
            "id": tap_id,
            "from": self.chats.users[user_id],
            "message": inaccessible if shown is None else self.chats.as_json(shown),
            "chat_instance": "1",
            "data": action,
        }
        self.api.open_taps.add(tap_id)
        self.api.push("callback_query", query)
        return tap_id

    def is_answered(self, tap_id: str) -> bool:
        """Whether the bot has stopped the spinner of a tap."""
        return tap_id not in self.api.open_taps

    def blocks(self, user_id: int) -> None:
        """Block the bot; the next message to it lifts that."""
        self.chats.blocked.add(user_id)
        change = {
            "chat": self.chats.chat(user_id),
            "from": self.chats.users[user_id],
            "date": DATE,
            "old_chat_member": {"user": BOT, "status": "member"},
            "new_chat_member": {"user": BOT, "status": "kicked", "until_date": 0},
        }
        self.api.push("my_chat_member", change)

    def _message(self, user_id: int, shown: Shown) -> Json:
        return {
            "message_id": shown.message_id,
            "date": DATE,
            "chat": self.chats.chat(shown.chat_id),
            "from": self.chats.users[user_id],
        }


class _Server(uvicorn.Server):
    """uvicorn inside somebody else's event loop: the signals are the test runner's."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _caption(caption: str) -> Json:
    return {"caption": caption} if caption else {}
