"""The whole site as one ASGI application: the residents' chat, the staff's console, `/healthz`."""

from collections.abc import Callable, Mapping, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from bot.config import Limits
from bot.consent import PrivacyNotice
from bot.messages import Listener
from bot.store import StoreUnavailable
from bot.web.chat import Chat
from bot.web.commitments import PublicCommitments
from bot.web.guards import FaultNet, SafetyHeaders
from bot.web.mydata import MyData
from bot.web.pages import STATIC, Pages, VersionedFiles
from bot.web.privacy import Privacy
from bot.web.receipts import Receipts
from bot.wording import Wording

Health = Callable[[], Mapping[str, object]]


def build_site(
    listener: Listener,
    *,
    limits: Limits,
    wording: Wording,
    notice: PrivacyNotice,
    health: Health,
    more_routes: Sequence[BaseRoute] = (),
    commitments: Callable[[Pages], PublicCommitments] | None = None,
) -> Starlette:
    """Put the site together.

    Args:
        more_routes: what else is served there: the console, Telegram's webhook.
        commitments: makes the public page of commitments; None for a site without one.
        health: the bot's state for `/healthz`; its `status` is "ok", or the answer is a 503.
    """
    pages = Pages(wording, max_photo_bytes=limits.max_photo_bytes)
    chat = Chat(listener, limits=limits, pages=pages)

    async def on_health_asked(_: Request) -> Response:
        state = dict(health())
        return JSONResponse(state, 200 if state.get("status") == "ok" else 503)

    return Starlette(
        routes=[
            *more_routes,
            *chat.routes(),
            *MyData(listener, pages=pages).routes(),
            *Privacy(notice, pages=pages).routes(),
            *Receipts(pages=pages).routes(),
            *(commitments(pages).routes() if commitments else ()),
            Route("/healthz", on_health_asked),
            Mount("/static", VersionedFiles(directory=STATIC), name="static"),
        ],
        middleware=[Middleware(SafetyHeaders), Middleware(FaultNet, pages.on_error)],
        exception_handlers={
            HTTPException: pages.on_error,
            StoreUnavailable: pages.on_error,  # told once, by whoever waits to write
            # She went away while sending; told apart from a fault, it is no traceback in the log.
            ClientDisconnect: pages.on_error,
        },
    )
