"""The Bot API's calls as the fake server carries them out, refuses them or loses them."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.telegram_chats import BOT, Chats, Json, RefusedError
from tests.telegram_connections import Connections
from tests.telegram_faults import (
    MESSAGE_METHODS,
    USUAL,
    Fate,
    Faults,
    Hook,
    RateLimits,
    run_hooks,
)
from tests.telegram_updates import Bell, UpdateQueue
from tests.telegram_webhook import Webhook

FILE_MAX_BYTES = 20_000_000
"""What bots may fetch at most (Bot API, getFile)."""
PHOTO_MAX_BYTES = 10 << 20
"""What bots may send as a photo (Bot API, sendPhoto; tdlib, FileManager.cpp)."""
PATIENCE_SECONDS = 60.0
"""How long `until` waits before it gives up: far more than anything takes."""
LOOK_AGAIN_SECONDS = 0.02
"""How soon `until` looks again when the bot makes no call."""

_JSON_PARAMETERS = (
    "allowed_updates",
    "commands",
    "drop_pending_updates",
    "link_preview_options",
    "protect_content",
    "reply_markup",
    "reply_parameters",
    "scope",
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot, getUpdates left out.

    Attributes:
        status: the HTTP status it was answered; 0 if it was not.
    """

    method: str
    parameters: Json
    status: int
    is_carried_out: bool


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
        limits: how fast messages may come; None enforces nothing.
        before_call: run when a call arrives in full, whatever becomes of it then.
        after_call: run when a call was carried out, before it is answered.
    """

    def __init__(self, token: str, chats: Chats) -> None:
        self.token = token
        self.chats = chats
        self.calls: list[Call] = []
        self.offsets: list[int] = []
        self.notices: dict[str, str] = {}
        self.commands: dict[str, dict[str, str]] = {}
        self.open_taps: set[str] = set()
        self.connections = Connections()
        self.faults = Faults()
        self.limits: RateLimits | None = None
        self.before_call: list[Hook] = []
        self.after_call: list[Hook] = []
        self._bell = Bell()
        self.updates = UpdateQueue(self._bell)
        self.webhook = Webhook(self.updates, self._bell)
        self.push = self.updates.push
        self.routes = [
            Route("/bot{token}/{method}", self._on_call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{file_id}", self._on_file),
        ]
        self._methods: dict[str, Callable[[Json], object]] = {
            "getMe": lambda _: BOT,
            "setWebhook": self.webhook.set,
            "deleteWebhook": self.webhook.delete,
            "getWebhookInfo": self.webhook.info,
            "sendChatAction": lambda _: True,
            "sendMessage": chats.send,
            "sendPhoto": self._send_photo,
            "sendDocument": self._send_file,
            "sendLocation": chats.send_point,
            "deleteMessage": chats.delete,
            "editMessageText": chats.edit_text,
            "editMessageReplyMarkup": chats.edit_buttons,
            "answerCallbackQuery": self._answer_tap,
            "setMyCommands": self._set_commands,
            "getFile": self._get_file,
        }
        self._files: dict[str, StoredFile] = {}
        self._last_id = 100
        self._newest_poll: object = None
        self._closing = asyncio.Event()

    @property
    def unconfirmed(self) -> list[Json]:
        """Updates the bot has not confirmed yet."""
        return self.updates.unconfirmed

    def new_id(self) -> int:
        """A number not used before."""
        self._last_id += 1
        return self._last_id

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
                    await asyncio.wait_for(self._bell.wait(), LOOK_AGAIN_SECONDS)

    async def close(self) -> None:
        """Answer whoever waits, and bring updates to nobody any more."""
        self._closing.set()
        self._bell.ring()
        await self.webhook.close()

    async def _on_call(self, request: Request) -> Response:
        method = request.path_params["method"]
        try:
            parameters = await _parameters(request)
        except ClientDisconnect:  # it was killed while it spoke
            return Response()
        return await self._answer(request, method, parameters)

    async def _on_file(self, request: Request) -> Response:
        file_id = request.path_params["file_id"]
        return await self._answer(request, "file", {"file_id": file_id})

    async def _answer(self, request: Request, method: str, parameters: Json) -> Response:
        """Let a call meet its fate."""
        await run_hooks(self.before_call, method, parameters)
        fate = USUAL
        try:
            if request.path_params["token"] != self.token:
                raise RefusedError(404 if method == "file" else 401, "Unauthorized")
            fate = self.faults.next_for(method)
            answer = await self._carry_out(request, method, parameters, fate)
        except RefusedError as refusal:
            answer = JSONResponse(_refused(refusal), refusal.status)
        is_carried_out = answer.status_code == 200
        if method not in ("getUpdates", "file"):
            status = answer.status_code if fate.is_answered else 0
            self.calls.append(Call(method, parameters, status, is_carried_out))
        self._bell.ring()
        if is_carried_out:
            await run_hooks(self.after_call, method, parameters)
        await self._wait(fate.late_seconds)
        if not fate.is_answered:
            await self.connections.cut(request.client)
        return answer

    async def _carry_out(
        self, request: Request, method: str, parameters: Json, fate: Fate
    ) -> Response:
        if fate.refusal is not None:
            raise fate.refusal
        if method == "file":
            return self._download(parameters)
        if method == "getUpdates":
            result: object = await self._get_updates(request, parameters)
        elif method in self._methods:
            self._refuse_if_too_fast(method, parameters)
            result = self._methods[method](parameters)
        else:
            raise RefusedError(404, "Not Found")
        return JSONResponse({"ok": True, "result": result})

    def _refuse_if_too_fast(self, method: str, parameters: Json) -> None:
        if self.limits is None or method not in MESSAGE_METHODS:
            return
        now = asyncio.get_running_loop().time()
        if wait := self.limits.retry_after_seconds(int(parameters.get("chat_id", 0)), now):
            raise RefusedError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)

    async def _wait(self, seconds: float) -> None:
        if seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), seconds)

    def _download(self, parameters: Json) -> Response:
        stored = self._files.get(parameters["file_id"])
        if stored is None:
            raise RefusedError(404, "Not Found")
        return Response(stored.content)

    async def _get_updates(self, request: Request, parameters: Json) -> list[Json]:
        """Telegram's rules: a higher offset confirms, a later poll ends the one that waits."""
        if self.webhook.url:
            raise RefusedError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use"
                " deleteWebhook to delete the webhook first",
            )
        offset = int(parameters.get("offset", 0))
        self.offsets.append(offset)
        self.updates.allow(parameters)
        self.updates.confirm_below(offset)
        await self._until_updates(float(parameters.get("timeout", 0)))
        if not self.connections.is_open(request.client):
            return []  # the bot was killed while it waited: nobody reads this
        limit = min(max(1, int(parameters.get("limit", 100))), 100)
        again = self.updates.take_again(limit)
        return again + self.updates.next_batch(limit - len(again))

    async def _until_updates(self, timeout_seconds: float) -> None:
        poll = self._newest_poll = object()
        self._bell.ring()
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                while not (self.updates.is_waiting or self._closing.is_set()):
                    if poll is not self._newest_poll or self.webhook.url:
                        break
                    await self._bell.wait()
        if self.webhook.url:
            raise RefusedError(409, "Conflict: terminated by setWebhook request")
        if poll is not self._newest_poll:
            raise RefusedError(409, "Conflict: terminated by other getUpdates request")

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

    def _send_photo(self, parameters: Json) -> Json:
        content = parameters.get("photo")
        if not isinstance(content, bytes):
            raise RefusedError(400, "Bad Request: there is no photo in the request")
        if not content:
            raise RefusedError(400, "Bad Request: file must be non-empty")
        if len(content) > PHOTO_MAX_BYTES:
            raise RefusedError(
                400,
                f"Bad Request: file of size {len(content)} bytes is too big for a photo; the"
                f" maximum size is {PHOTO_MAX_BYTES} bytes",
            )
        sizes = [self.store(content, len(content)) | {"width": 1280, "height": 853}]
        return self.chats.send_photo(parameters, sizes)

    def _send_file(self, parameters: Json) -> Json:
        content = parameters.get("document")
        if not isinstance(content, bytes) or not content:
            raise RefusedError(400, "Bad Request: there is no document in the request")
        return self.chats.send_file(parameters, self.store(content, len(content)))

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


def _refused(refusal: RefusedError) -> Json:
    answer: Json = {
        "ok": False,
        "error_code": refusal.status,
        "description": refusal.description,
    }
    if refusal.parameters:
        answer["parameters"] = refusal.parameters
    return answer


async def _parameters(request: Request) -> Json:
    """A call's fields, in its address or as a form; those that hold JSON are read as such.

    An uploaded file is its bytes.
    """
    parameters: Json = dict(parse_qsl(request.url.query, keep_blank_values=True))
    body = await request.body()
    if request.headers.get("content-type", "").startswith("multipart/"):
        async with request.form() as form:
            for name, sent in form.items():
                parameters[name] = await sent.read() if isinstance(sent, UploadFile) else sent
    else:
        parameters |= parse_qsl(body.decode(), keep_blank_values=True)
    for name in _JSON_PARAMETERS:
        if name in parameters:
            parameters[name] = json.loads(parameters[name])
    return parameters
