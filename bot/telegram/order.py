"""The order in which updates are handled: one person's in turn, many people's at once."""

import asyncio
from collections.abc import Awaitable
from typing import Any
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor


class InTurnPerPerson(BaseUpdateProcessor):
    """Keeps each person's messages in order without making others wait for a slow one.

    The lock of a person lives as long as somebody waits for it. asyncio's locks are fair, so the
    order of arrival is the order of handling.
    """

    def __init__(self, *, most_at_once: int) -> None:
        super().__init__(max_concurrent_updates=most_at_once)
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Handle an update once the same person's earlier ones are handled."""
        person = update.effective_user if isinstance(update, Update) else None
        if person is None:
            await coroutine
            return
        turn = self._turns.setdefault(person.id, asyncio.Lock())
        async with turn:
            await coroutine

    async def initialize(self) -> None:
        """Nothing is needed before the first update."""

    async def shutdown(self) -> None:
        """Nothing is left behind."""
