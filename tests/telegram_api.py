"""The Bot API's calls as the fake server carries them out: updates, messages, files, faults."""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.telegram_chats import BOT, Chats, Json, RefusedError

UPDATE_KINDS_BY_DEFAULT = ("message", "edited_message", "callback_query", "my_chat_member")
FILE_MAX_BYTES = 20_000_000
"""What bots may fetch at most (Bot API, getFile)."""
PATIENCE_SECONDS = 20.0
"""How long `until` waits before it gives up: far more than anything takes."""
LOOK_AGAIN_SECONDS = 0.02
"""How soon `until` looks again when the bot makes no call."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot, getUpdates left out; `status` is the HTTP status it was answered."""

    method: str
    parameters: Json
    status: int


@dataclass(slots=True)
class Fault:
    """What the next calls of a method are answered instead; "*" is any but getUpdates."""

    method: str
    refusal: RefusedError
    times: int


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file residents sent; `size` is what Telegram says of it, True to its content or not."""

    content: bytes
    size: int


class BotApi:
    """What the bot's calls see and change.

    Attributes:
        calls: every call but getUpdates, oldest first, refused ones included.
        offsets: the offset of every getUpdates, oldest first.
        notices: an answered tap's id -> the words shown for a moment; "" if there were none.
        commands: language code ("" is the default) -> the registered names and descriptions.
        unconfirmed: updates the bot has not confirmed yet.
    """

    def __init__(self, token: str, chats: Chats) -> None:
        self.token = token
        self.chats = chats
        self.calls: list[Call] = []
        self.offsets: list[int] = []
        self.notices: dict[str, str] = {}
        self.commands: dict[str, dict[str, str]] = {}
        self.unconfirmed: list[Json] = []
        self.open_taps: set[str] = set()
        self.faults: list[Fault] = []
        self.routes = [
            Route("/bot{token}/{method}", self._on_call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{file_id}", self._on_file),
        ]
        self._methods: dict[str, Callable[[Json], object]] = {
            "getMe": lambda _: BOT,
            "deleteWebhook": lambda _: True,
            "sendChatAction": lambda _: True,
            "sendMessage": chats.send,
            "editMessageText": chats.edit_text,
            "editMessageReplyMarkup": chats.edit_buttons,
            "answerCallbackQuery": self._answer_tap,
            "setMyCommands": self._set_commands,
            "getFile": self._get_file,
        }
        self._files: dict[str, StoredFile] = {}
        self._allowed: Sequence[str] = UPDATE_KINDS_BY_DEFAULT
        self._last_id = 100
        self._newest_poll: object = None
        self._is_closing = False
        self._changed = asyncio.Event()

    def new_id(self) -> int:
        """A number not used before."""
        self._last_id += 1
        return self._last_id

    def push(self, kind: str, body: Json) -> None:
        """Let something happen; the bot hears of it if it asked for this kind of update."""
        if kind in self._allowed:
            self.unconfirmed.append({"update_id": self.new_id(), kind: body})
            self._wake()

    def store(self, content: bytes, size: int) -> Json:
        """Keep a file; what a message says of it."""
        file_id = f"file{self.new_id()}"
        self._files[file_id] = StoredFile(content, size)
        return {"file_id": file_id, "file_unique_id": file_id, "file_size": size}

    async def until(self, fact: Callable[[], bool]) -> None:
        """Wait until something is so; it is looked at after each call and now and then.

        Raises:
            TimeoutError: if it does not become so.
        """
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not fact():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), LOOK_AGAIN_SECONDS)

    def close(self) -> None:
        """Answer whoever waits for updates."""
        self._is_closing = True
        self._wake()

    async def _on_call(self, request: Request) -> Response:
        method = request.path_params["method"]
        parameters = _parameters(await request.body())
        try:
            result = await self._answer(request, method, parameters)
            status, answer = 200, {"ok": True, "result": result}
        except RefusedError as refusal:
            status, answer = refusal.status, _refused(refusal)
        if method != "getUpdates":
            self.calls.append(Call(method, parameters, status))
        self._wake()
        return JSONResponse(answer, status)

    async def _answer(self, request: Request, method: str, parameters: Json) -> object:
        if request.path_params["token"] != self.token:
            raise RefusedError(401, "Unauthorized")
        self._fail_if_told(method)
        if method == "getUpdates":
            return await self._get_updates(parameters)
        if method not in self._methods:
            raise RefusedError(404, "Not Found")
        return self._methods[method](parameters)

    async def _on_file(self, request: Request) -> Response:
        stored = self._files.get(request.path_params["file_id"])
        try:
            self._fail_if_told("file")
            if request.path_params["token"] != self.token or stored is None:
                raise RefusedError(404, "Not Found")
        except RefusedError as refusal:
            return JSONResponse(_refused(refusal), refusal.status)
        return Response(stored.content)

    def _fail_if_told(self, method: str) -> None:
        for fault in self.faults:
            is_meant = fault.method in (method, "" if method == "getUpdates" else "*")
            if is_meant and fault.times > 0:
                fault.times -= 1
                raise fault.refusal

    async def _get_updates(self, parameters: Json) -> list[Json]:
        """Telegram's rules: a higher offset confirms, a later poll ends the one that waits."""
        offset = int(parameters.get("offset", 0))
        self.offsets.append(offset)
        self._allowed = parameters.get("allowed_updates") or self._allowed
        self.unconfirmed = [update for update in self.unconfirmed if update["update_id"] >= offset]
        poll = self._newest_poll = object()
        self._wake()
        try:
            async with asyncio.timeout(float(parameters.get("timeout", 0))):
                while not (self.unconfirmed or self._is_closing or poll is not self._newest_poll):
                    await self._changed.wait()
        except TimeoutError:
            return []
        if poll is not self._newest_poll:
            raise RefusedError(409, "Conflict: terminated by other getUpdates request")
        return self.unconfirmed[: int(parameters.get("limit", 100))]

    def _answer_tap(self, parameters: Json) -> bool:
        text = str(parameters.get("text", ""))
        if len(text) > 200:
            raise RefusedError(400, "Bad Request: MESSAGE_TOO_LONG")
        tap_id = str(parameters["callback_query_id"])
        if tap_id not in self.open_taps:
            raise RefusedError(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is"
                " invalid",
            )
        self.open_taps.discard(tap_id)
        self.notices[tap_id] = text
        return True

    def _set_commands(self, parameters: Json) -> bool:
        language_code = str(parameters.get("language_code", ""))
        commands = {c["command"]: c["description"] for c in parameters["commands"]}
        if len(language_code) not in (0, 2):
            raise RefusedError(400, "Bad Request: LANG_CODE_INVALID")
        for name, description in commands.items():
            is_name = name.isascii() and name.isidentifier() and name == name.lower()
            if not is_name or len(name) > 32 or not 1 <= len(description) <= 256:
                raise RefusedError(400, "Bad Request: BOT_COMMAND_INVALID")
        self.commands[language_code] = commands
        return True

    def _get_file(self, parameters: Json) -> Json:
        stored = self._files.get(parameters["file_id"])
        if stored is None:
            raise RefusedError(
                400, "Bad Request: wrong file_id or the file is temporarily unavailable"
            )
        if stored.size > FILE_MAX_BYTES:
            raise RefusedError(400, "Bad Request: file is too big")
        file_id = parameters["file_id"]
        size = {"file_unique_id": file_id, "file_size": stored.size}
        return {"file_id": file_id, "file_path": file_id} | size

    def _wake(self) -> None:
        """Let everybody who waits for a change look again."""
        self._changed.set()
        self._changed = asyncio.Event()


def _refused(refusal: RefusedError) -> Json:
    answer: Json = {
        "ok": False,
        "error_code": refusal.status,
        "description": refusal.description,
    }
    if refusal.retry_after is not None:
        answer["parameters"] = {"retry_after": refusal.retry_after}
    return answer


def _parameters(body: bytes) -> Json:
    """A call's form fields; those that hold JSON (numbers, lists, objects) are read as such."""
    parameters: Json = dict(parse_qsl(body.decode(), keep_blank_values=True))
    for name in ("reply_markup", "commands", "allowed_updates", "scope", "link_preview_options"):
        if name in parameters:
            parameters[name] = json.loads(parameters[name])
    return parameters
