"""Waiting until something is so, where nothing tells."""

import asyncio
from collections.abc import Callable

PATIENCE_SECONDS = 60.0


async def until(fact: Callable[[], object]) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: if it does not become so.
    """
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not fact():  # noqa: ASYNC110 (nothing tells when)
            await asyncio.sleep(0.005)
