"""What every request passes: headers of safety, a net for faults, and the checks of a form."""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from math import ceil
from urllib.parse import urlsplit

from aiolimiter import AsyncLimiter
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.faults import kind_and_place

logger = logging.getLogger(__name__)

NEWCOMERS, SIGN_INS = 60, 10
"""So many new people are heard from one address in a minute, and so many tries to sign in."""
_MINUTE_SECONDS = 60.0
ADDRESSES_REMEMBERED = 10_000

SAFETY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
    # Not "no-referrer": with it browsers post forms with `Origin: null` (Fetch, "append a
    # request Origin header"), and the check below could not tell them from a stranger's.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class SafetyHeaders:
    """ASGI middleware that sets `SAFETY_HEADERS` on every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add the headers to what comes back."""

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SAFETY_HEADERS)
            await send(message)

        await self._app(scope, receive, send_safely)


class FaultNet:
    """ASGI middleware that answers what nobody expected, and logs its kind and place only.

    Starlette answers too, but then raises the error again; the server would log it in full, with
    whatever it quotes of a resident.
    """

    def __init__(
        self, app: ASGIApp, answer: Callable[[Request, Exception], Awaitable[Response]]
    ) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer in its place if it fails before an answer has begun."""
        is_begun = False

        async def send_noting(message: Message) -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception as error:
            logger.error("a request was not answered: %s", kind_and_place(error))
            if not is_begun:
                response = await self._answer(Request(scope), error)
                await response(scope, receive, send)


class Throttle:
    """How often something is done from one address: whoever comes as another person each time is
    not bound by what one resident may say.

    Args:
        per_minute: this often, at any time.
    """

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._addresses: OrderedDict[str, AsyncLimiter] = OrderedDict()

    async def wait_seconds(self, address: str) -> float:
        """Count one; returns how long there is to wait, 0 if it may be done."""
        limiter = self._addresses.pop(address, None)
        limiter = limiter or AsyncLimiter(self._per_minute, _MINUTE_SECONDS)
        self._addresses[address] = limiter
        if len(self._addresses) > ADDRESSES_REMEMBERED:
            self._addresses.popitem(last=False)
        if not limiter.has_capacity():
            return _MINUTE_SECONDS / self._per_minute
        await limiter.acquire()
        return 0.0


def address_of(request: Request) -> str:
    """Where a request comes from; empty if nobody knows."""
    return request.client.host if request.client else ""


def too_many_requests(wait_seconds: float) -> HTTPException:
    """A refusal that says when to come again."""
    return HTTPException(429, headers={"Retry-After": str(ceil(wait_seconds))})


def require_same_origin(request: Request) -> None:
    """Refuse a write that another site's page makes in the resident's name.

    `Sec-Fetch-Site` (Fetch Metadata) decides where the browser sends it; it does not over plain
    HTTP, where `Origin` is compared with `Host`. A client that sends neither is no browser of the
    last years, and has no cookie to be misused.

    Raises:
        HTTPException: 403.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise HTTPException(403)
        return
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403)


def with_limited_body(request: Request, *, max_bytes: int) -> Request:
    """The same request, whose body ends in a refusal once it is larger than allowed.

    Starlette's own `max_body_size` does the same but answers in bare English.

    Raises:
        HTTPException: 413, at once if the declared length is too large, else while reading.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > max_bytes:
        raise HTTPException(413)
    received_bytes = 0

    async def receive_limited() -> Message:
        nonlocal received_bytes
        message = await request.receive()
        received_bytes += len(message.get("body", b""))
        if received_bytes > max_bytes:
            raise HTTPException(413)
        return message

    return Request(request.scope, receive_limited)
