"""A bot reduced to its HTTP calls and its webhook, to test the fake Bot API by itself."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.telegram_connections import serving


class Client:
    """A bot reduced to its HTTP calls."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self._token = token

    async def call(self, method: str, **parameters: object) -> Any:
        """The answer of one call, as JSON."""
        fields = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in parameters.items()
        }
        return (await self._http.post(f"/bot{self._token}/{method}", data=fields)).json()

    async def updates(self, **parameters: object) -> list[Any]:
        """What getUpdates returns."""
        answer = await self.call("getUpdates", **parameters)
        return list(answer["result"])


class Receiver:
    """A webhook that takes what it is brought, unless told otherwise.

    Attributes:
        url: where it listens.
        brought: every update brought to it in the order of arrival, refused ones included.
        secrets: the secret that came with each; None if there was none.
        statuses: how the next ones are answered; 200 once they are used up.
        is_open: answers wait until it is set.
    """

    def __init__(self) -> None:
        self.url = ""
        self.brought: list[Any] = []
        self.secrets: list[str | None] = []
        self.statuses: list[int] = []
        self.is_open = asyncio.Event()
        self.is_open.set()

    @property
    def texts(self) -> list[str]:
        """The words of what was brought."""
        return [update["message"]["text"] for update in self.brought]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen on a free port."""
        app = Starlette(routes=[Route("/hook", self._take, methods=["POST"])])
        async with serving(app) as address:
            self.url = f"{address}/hook"
            yield

    async def _take(self, request: Request) -> Response:
        self.brought.append(await request.json())
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        await self.is_open.wait()
        return Response(status_code=self.statuses.pop(0) if self.statuses else 200)
