"""A fake Bot API server over real HTTP: Telegram as the bot sees it, residents as tests move them.

It keeps Telegram's rules: an update is gone once a getUpdates with a higher offset arrives or a
webhook took it, a second poller ends the first with 409, texts and buttons are validated as the
real server does, a bot cannot write to someone who never wrote to it or who blocked it. It lives
on while the bot is killed and started again, and plays every fault between the two.

    async with FakeTelegram() as server:                # server.url, server.token
        server.says(1001, "路灯坏了")                   # a resident writes to the bot
        await server.until(lambda: server.from_bot(1001) != [])
        server.fail("sendMessage", 429, retry_after=1)  # the next sendMessage is refused
        server.lose_answer("sendMessage")               # the one after it arrives, unanswered
        with server.hold():                             # two updates in one batch
            server.sends_album(1001, [photo, other])
        server.adds_bot(-1005, 2001)                    # somebody puts it into a group
        server.says_in(-1005, 2001, "收到", reply_to=7)  # and replies there
"""

from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from types import TracebackType
from typing import Self

from starlette.applications import Starlette

from tests.telegram_api import BotApi
from tests.telegram_chats import BOT, DATE, Chats, Json, RefusedError, Shown
from tests.telegram_connections import serving
from tests.telegram_faults import ANSWER_LOST, DROPPED, Fate, Hook, RateLimits
from tests.telegram_groups import Groups
from tests.telegram_updates import at_end

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
FORWARDED = ("text", "caption", "photo", "location", *CONTENTS)
"""What of a message goes along when it is forwarded; its buttons do not."""


class FakeTelegram:
    """The server. Tests write to the bot as residents, then look at `from_bot` and `api`."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.chats = Chats()
        self.api = BotApi(token, self.chats)
        self.until = self.api.until
        self.sent = self.chats.sent
        self.deliver_again = self.api.updates.deliver_again
        self.hold, self.release = self.api.updates.hold, self.api.updates.release
        self.groups = Groups(self.chats, self.api)
        self.adds_bot, self.removes_bot = self.groups.adds_bot, self.groups.removes_bot
        self.migrates = self.groups.migrates
        self._running = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        app = Starlette(routes=self.api.routes)
        self.url = await self._running.enter_async_context(serving(app, self.api.connections))
        self._running.push_async_callback(self.api.close)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Answer whoever waits, then close."""
        await self._running.__aexit__(kind, error, trace)

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
        self.api.faults.order(Fate(refusal), method, times=times)

    def drop(self, method: str, times: int = 1) -> None:
        """Close the connection of the next calls without carrying them out or answering."""
        self.api.faults.order(DROPPED, method, times=times)

    def lose_answer(self, method: str, times: int = 1) -> None:
        """Carry the next calls out, and close their connection without an answer."""
        self.api.faults.order(ANSWER_LOST, method, times=times)

    def slow(self, method: str, seconds: float, *, times: int = 1) -> None:
        """Carry the next calls out at once, but answer late."""
        self.api.faults.order(Fate(late_seconds=seconds), method, times=times)

    def storm(self, retry_after: int, calls: int) -> None:
        """Refuse the next messages and edits of texts, in all chats together, with 429."""
        said = f"Too Many Requests: retry after {retry_after}"
        fate = Fate(RefusedError(429, said, retry_after=retry_after))
        self.api.faults.order(fate, "sendMessage", "editMessageText", times=calls)

    def enforce_limits(
        self, *, per_second: int = 30, chat_per_second: float = 1, burst: int = 5
    ) -> None:
        """Refuse with 429 what comes faster from now on (see `RateLimits`)."""
        self.api.limits = RateLimits(
            per_second=per_second, chat_per_second=chat_per_second, burst=burst
        )

    def before_call(self, hook: Hook) -> ExitStack:
        """Run something when a call has arrived, before its fault and before it is carried out.

        Args:
            hook: gets the method ("file" for a download) and the parameters; may be `async`.

        Returns:
            A context that ends this; without `with` it never ends.
        """
        return _added(self.api.before_call, hook)

    def after_call(self, hook: Hook) -> ExitStack:
        """Run something when a call was carried out, before it is answered; as `before_call`."""
        return _added(self.api.after_call, hook)

    def shuffled(self, seed: int) -> None:
        """Hand updates out in random order from now on, never in that of their ids."""
        self.api.updates.shuffle(seed)

    def in_order(self) -> None:
        """Hand updates out in the order of their ids again."""
        self.api.updates.shuffle(None)

    def messages(self, chat_id: int) -> list[Shown]:
        """What a chat shows now, oldest first, the resident's own messages included."""
        return self.chats.messages(chat_id)

    def from_bot(self, chat_id: int) -> list[Shown]:
        """What a chat shows now of the bot's messages, oldest first."""
        return [shown for shown in self.messages(chat_id) if shown.by_bot]

    def calls(self, method: str) -> list[Json]:
        """The parameters of the accepted calls of one method, oldest first."""
        made = (call for call in self.api.calls if call.method == method)
        return [call.parameters for call in made if call.is_carried_out]

    def meet(self, user_id: int, *, language_code: str = "zh-hans") -> None:
        """Let there be a person; who writes without being met speaks Simplified Chinese."""
        self.chats.users[user_id] = {
            "id": user_id,
            "is_bot": False,
            "first_name": f"resident {user_id}",
            "language_code": language_code,
        }

    def writes(
        self, user_id: int, *, chat_id: int = 0, in_next_batch: bool = False, **content: object
    ) -> int:
        """Send a message of any kind; `content` is as in the Bot API's Message.

        Args:
            chat_id: a group's; the person's private chat when left out.
            in_next_batch: it reaches the bot only when everything before it was confirmed.

        Returns:
            The message's id.
        """
        shown = self._show(user_id, chat_id or user_id, content)
        if shown.chat_id not in self.chats.blocked:  # what is said in a group it was put out of
            self.api.push("message", self.chats.as_json(shown), in_next_batch=in_next_batch)
        return shown.message_id

    def says_in(self, chat_id: int, user_id: int, text: str, *, reply_to: int = 0) -> int:
        """Write a text in a group, or in her private chat (her own id), as a reply or not.

        The bot hears all that is said in a group, as it does where it is an administrator.
        """
        shown = self._show(user_id, chat_id, {"text": text})
        if reply_to and self.chats.find(chat_id, reply_to) is None:
            raise LookupError(reply_to)
        shown.reply_to = reply_to
        if chat_id not in self.chats.blocked:
            self.api.push("message", self.chats.as_json(shown))
        return shown.message_id

    def forwards(self, user_id: int, message_id: int, *, from_chat: int, to_chat: int = 0) -> int:
        """Forward a message of a chat to another one, her private one when left out.

        Raises:
            RefusedError: it is protected.
        """
        original = self.chats.find(from_chat, message_id)
        if original is None:
            raise LookupError(message_id)
        if original.is_protected:
            raise RefusedError(400, "Bad Request: CHAT_FORWARDS_RESTRICTED")
        body = self.chats.as_json(original)
        kept = {name: body[name] for name in FORWARDED if name in body}
        origin = {"type": "user", "date": DATE, "sender_user": body["from"]}
        return self.writes(user_id, chat_id=to_chat, forward_origin=origin, **kept)

    def says(self, user_id: int, text: str, *, chat_id: int = 0) -> int:
        """Write a text or a command."""
        return self.writes(user_id, chat_id=chat_id, text=text)

    def edits(self, user_id: int, message_id: int, text: str, *, chat_id: int = 0) -> None:
        """Change a text sent earlier, or the caption of a photo or file."""
        shown = self.chats.find(chat_id or user_id, message_id)
        if shown is None:
            raise LookupError(message_id)
        if "text" in shown.content:
            shown.text = text
            shown.content = {"text": text}
        else:
            uncaptioned = {k: v for k, v in shown.content.items() if k != "caption"}
            shown.content = uncaptioned | _caption(text)
        self.api.push("edited_message", self.chats.as_json(shown) | {"edit_date": DATE + 60})

    def sends_photo(
        self,
        user_id: int,
        content: bytes,
        *,
        caption: str = "",
        size: int = 0,
        chat_id: int = 0,
    ) -> int:
        """Send a photo, in two sizes as Telegram does; `size` claims another size in bytes."""
        photo = self._photo(content, size)
        return self.writes(user_id, chat_id=chat_id, photo=photo, **_caption(caption))

    def sends_album(
        self,
        user_id: int,
        contents: Sequence[bytes],
        *,
        caption: str = "",
        split_after: int | None = None,
    ) -> list[int]:
        """Send photos together: a message for each, the caption on the first.

        Args:
            split_after: so many come in one batch, the others when those were confirmed.

        Returns:
            The messages' ids.
        """
        album = str(self.api.new_id())
        return [
            self.writes(
                user_id,
                in_next_batch=number == split_after,
                media_group_id=album,
                photo=self._photo(content),
                **_caption("" if number else caption),
            )
            for number, content in enumerate(contents)
        ]

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
        self.chats.open(chat_id or user_id)
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

    def _photo(self, content: bytes, size: int = 0) -> list[Json]:
        small = self.api.store(b"thumbnail", 9) | {"width": 90, "height": 60}
        large = self.api.store(content, size or len(content)) | {"width": 1280, "height": 853}
        return [small, large]

    def _show(self, user_id: int, chat_id: int, content: Json) -> Shown:
        if user_id not in self.chats.users:
            self.meet(user_id)
        self.chats.blocked.discard(user_id)
        shown = self.chats.add(chat_id, str(content.get("text", "")))
        shown.content, shown.user_id = content, user_id
        return shown


def _caption(caption: str) -> Json:
    return {"caption": caption} if caption else {}


def _added(hooks: list[Hook], hook: Hook) -> ExitStack:
    hooks.append(hook)
    return at_end(lambda: hooks.remove(hook))
