"""`/receipt`: what a resident is told once and has to note down. Her browser alone keeps it, and
for this page only, until she puts it away: a reload does not take it from her."""

import binascii
import html
import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

from markupsafe import escape
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.messages import Reply
from bot.web.conversation import passing_bubbles
from bot.web.guards import require_same_origin
from bot.web.pages import Pages
from bot.web.visitor import remember_language, set_cookie, visitor_of

RECEIPT_PAGE = "/receipt"
_COOKIE = "receipt"
_KEPT_SECONDS = 60 * 60
_MOST_PACKED_CHARS = 3800
"""Browsers drop a cookie whose name, value and attributes are longer than 4096 (RFC 6265, 6.1)."""
_MOST_BYTES = 64 * 1024
_TAG = re.compile(r"(</?(?:b|code)>)")


class Receipts:
    """The page; it shows what the browser brings along, and asks nothing and nobody."""

    def __init__(self, *, pages: Pages) -> None:
        self._pages = pages

    def routes(self) -> list[Route]:
        """Its address, to look at and to put away."""
        return [
            Route(RECEIPT_PAGE, self.on_opened),
            Route(RECEIPT_PAGE, self.on_put_away, methods=["POST"]),
        ]

    async def on_opened(self, request: Request) -> Response:
        """Show the receipt; without one there is only the conversation."""
        told = _unpacked(request.cookies.get(_COOKIE, ""))
        if not told:
            return RedirectResponse("/", 303)
        visitor = visitor_of(request)
        bubbles = passing_bubbles([Reply(told)])
        response = self._pages.page(request, "receipt.html", visitor, bubbles=bubbles, last=None)
        remember_language(response, visitor, request=request)
        return response

    async def on_put_away(self, request: Request) -> Response:
        """Have the browser forget it: she has noted it down."""
        require_same_origin(request)
        response = RedirectResponse("/", 303)
        response.delete_cookie(_COOKIE, path=RECEIPT_PAGE)
        return response


def packed_receipt(replies: Sequence[Reply]) -> str:
    """The receipts among these replies as a browser keeps them; empty if there is none, or more
    than it would keep."""
    told = "\n\n".join(reply.html for reply in replies if reply.is_receipt)
    packed = urlsafe_b64encode(zlib.compress(told.encode(), level=9)).decode()
    return packed if told and len(packed) <= _MOST_PACKED_CHARS else ""


def leave_receipt(response: Response, packed: str, *, request: Request) -> None:
    """Have the browser bring the receipt along to its page, and nowhere else."""
    set_cookie(
        response, _COOKIE, packed, request=request, seconds=_KEPT_SECONDS, path=RECEIPT_PAGE
    )


def _unpacked(packed: str) -> str:
    """The receipt's markup: bold words and codes, whatever else the cookie may hold escaped."""
    try:
        told = zlib.decompressobj().decompress(urlsafe_b64decode(packed), _MOST_BYTES).decode()
    except (binascii.Error, zlib.error, ValueError):
        return ""
    parts = _TAG.split(told)
    return "".join(
        part if _TAG.fullmatch(part) else str(escape(html.unescape(part))) for part in parts
    )
