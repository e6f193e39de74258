"""Many writers, one commit: what is ready at the same moment is brought to disk together."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.store.database import Database, StoreUnavailable

logger = logging.getLogger(__name__)

T = TypeVar("T")

GATHERING_SECONDS = 0.003
"""So long after a commit the next one waits for company; who comes after a rest does not wait."""
BUSY_PAUSE_SECONDS = 0.05
"""How long to wait before a database that another program holds is tried again."""
BUSY_PATIENCE_SECONDS = 5.0
"""How long a writer waits for that program in all."""


@dataclass(frozen=True, slots=True)
class _Work:
    """Something to be written, and whoever waits for it."""

    run: Callable[[], Any]
    done: asyncio.Future[Any]
    since: float


class GroupCommit:
    """Runs pieces of work in one transaction, each of them wholly or not at all."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Work] = []
        self._next_at = 0.0
        self.is_available = True
        """Whether the last attempt to write came through."""

    async def write(self, run: Callable[[], T]) -> T:
        """Run a piece of work inside a transaction; it is on disk when this returns.

        Raises:
            StoreUnavailable: nothing was written.
            Exception: whatever the work raised; nothing of it was written.
        """
        loop = asyncio.get_running_loop()
        work = _Work(run, loop.create_future(), time.monotonic())
        if not self._waiting:
            loop.call_at(max(self._next_at, loop.time()), self._commit)
        self._waiting.append(work)
        result: T = await work.done
        return result

    def _commit(self) -> None:
        self._commit_group()
        self._next_at = asyncio.get_running_loop().time() + GATHERING_SECONDS

    def _commit_group(self) -> None:
        group = [work for work in self._waiting if not work.done.cancelled()]
        self._waiting = []
        if not group:
            return
        try:
            with self._database.transaction():
                outcomes = [self._outcome(work, alone=len(group) == 1) for work in group]
        except StoreUnavailable as error:
            self._put_off(group, error)
        except Exception as error:
            _fail(group, error)
        else:
            self._note_available()
            for work, (result, failure) in zip(group, outcomes, strict=True):
                if work.done.done():
                    continue
                if failure:
                    work.done.set_exception(failure)
                else:
                    work.done.set_result(result)

    def _outcome(self, work: _Work, *, alone: bool) -> tuple[Any, Exception | None]:
        if alone:
            return work.run(), None
        try:
            with self._database.step():
                return work.run(), None
        except StoreUnavailable:
            raise
        except Exception as error:
            return None, error

    def _put_off(self, group: list[_Work], error: StoreUnavailable) -> None:
        """Try again what another program kept from being written, for a while."""
        limit = time.monotonic() - BUSY_PATIENCE_SECONDS
        patient = [work for work in group if error.is_busy and work.since > limit]
        impatient = [work for work in group if work not in patient]
        if impatient and self.is_available:
            logger.error("%s; nothing is lost, what comes in waits", error)
            self.is_available = False
        _fail(impatient, error)
        if patient:
            if not self._waiting:
                asyncio.get_running_loop().call_later(BUSY_PAUSE_SECONDS, self._commit)
            self._waiting = [*patient, *self._waiting]

    def _note_available(self) -> None:
        if not self.is_available:
            logger.warning("the database is available again")
            self.is_available = True


def _fail(group: list[_Work], error: Exception) -> None:
    for work in group:
        if not work.done.done():
            work.done.set_exception(error)
