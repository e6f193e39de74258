"""The HTTP side of the fake Bot API: a real server in the test's event loop, whose connections a
test can cut."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.datastructures import Address
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol


class Connections:
    """The open connections of one server, each known by its client's host and port."""

    def __init__(self) -> None:
        self._transports: dict[tuple[str, int], asyncio.Transport] = {}

    def is_open(self, client: Address | None) -> bool:
        """Whether the client of a request still waits for its answer."""
        return client in self._transports

    async def cut(self, client: Address | None) -> None:
        """Close a connection as it is; what is sent into it from now on goes nowhere."""
        if client in self._transports:
            self._transports[client].abort()
            await asyncio.sleep(0)  # uvicorn hears of it in the loop's next turn

    def protocol(self) -> type[H11Protocol]:
        """The protocol class that keeps this register; uvicorn makes one for each connection."""
        transports = self._transports

        class RegisteredProtocol(H11Protocol):
            def connection_made(  # type: ignore[override] # as uvicorn has it
                self, transport: asyncio.Transport
            ) -> None:
                super().connection_made(transport)
                if self.client is not None:
                    transports[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                if self.client is not None:
                    transports.pop(self.client, None)
                super().connection_lost(exc)

        return RegisteredProtocol


@asynccontextmanager
async def serving(app: ASGIApp, connections: Connections | None = None) -> AsyncIterator[str]:
    """The app under a real uvicorn on a free port; gives its address."""
    # asyncio sets TCP_NODELAY only where the protocol is named; without it every answer
    # waits some 40 ms for an acknowledgement (asyncio/base_events.py, _set_nodelay).
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    host, port = listening.getsockname()
    config = uvicorn.Config(
        app,
        http=(connections or Connections()).protocol(),
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        proxy_headers=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    await server.is_up.wait()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        await running


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
