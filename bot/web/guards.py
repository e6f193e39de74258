"""What every request passes: the same-origin check, the limit of its body, headers of safety."""

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
