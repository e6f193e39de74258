"""Several connections to the Bot API, each an HTTP client of its own.

In one pool of many connections httpcore looks at every idle one before each call: with sixteen of
them that takes longer than the call (`python -m tests.bench.bench_updates`).
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from telegram.request import BaseRequest


class Lanes(BaseRequest):
    """Hands each call to the client that was free last, so that few of them are used."""

    def __init__(self, requests: Sequence[BaseRequest]) -> None:
        self._requests = list(requests)
        self._free = list(requests)
        self._places = asyncio.Semaphore(len(requests))

    @property
    def read_timeout(self) -> float | None:
        """Seconds, as of each client."""
        return self._requests[0].read_timeout

    async def initialize(self) -> None:
        """Open every client."""
        for request in self._requests:
            await request.initialize()

    async def shutdown(self) -> None:
        """Close every client."""
        for request in self._requests:
            await request.shutdown()

    async def do_request(self, *given: Any, **named: Any) -> tuple[int, bytes]:
        """Make a call; waits for a free client."""
        async with self._places:
            request = self._free.pop()
            try:
                return await request.do_request(*given, **named)
            finally:
                self._free.append(request)
