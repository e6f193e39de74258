"""All of the console's pages as one mount of the site."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.routing import Mount

from bot.store import StoreUnavailable
from bot.web.console.administration import Administration
from bot.web.console.casepage import CasePage
from bot.web.console.commitments import CommitmentPages
from bot.web.console.console import HOME, Console
from bot.web.console.entrance import Entrance
from bot.web.console.exporting import ExportPage
from bot.web.console.looking import Looking
from bot.web.console.overview import Overview
from bot.web.console.queuepage import QueuePage
from bot.web.guards import FaultNet


def build_console(console: Console) -> Mount:
    """Put the pages together."""
    routes = [
        *Entrance(console).routes(),
        *QueuePage(console).routes(),
        *CasePage(console).routes(),
        *CommitmentPages(console).routes(),
        *Overview(console).routes(),
        *ExportPage(console).routes(),
        *Administration(console).routes(),
        *Looking(console).routes(),
    ]
    application = Starlette(
        routes=routes,
        middleware=[Middleware(FaultNet, console.on_error)],
        exception_handlers={
            HTTPException: console.on_error,
            StoreUnavailable: console.on_error,
            ClientDisconnect: console.on_error,
        },
    )
    return Mount(HOME, app=application)
