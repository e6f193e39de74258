"""Updates on disk before the channel hears that they were received, and handled from there.

Each is handled once, one person's in the order they happened, many people's at a time. What was
not finished when the process ended waits in the database and is taken up at the next start.
"""

import asyncio
import logging
from bisect import insort
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from bot.arrivals import Arrival, Finish, Handler, NotNow
from bot.faults import kind_and_place, redacted_traceback
from bot.pauses import doubling
from bot.store import AlreadyHandled, Store, StoreUnavailable

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 64
"""People whose updates are handled at the same time; the others wait for their turn."""
MOST_IN_MEMORY = 2000
"""Updates taken and not handled yet, but for those of an earlier process and of people who have to
wait; then no more are taken until there is room."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 30.0
OUTSIDE_SECONDS = 3600.0
"""How long what fails for a reason outside of us is tried before that counts as its own fault."""
HANDLING_SECONDS = 120.0
"""How long handling may take before it counts as failed."""

Handle = Callable[[Sequence[Arrival], Finish], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class InboxSettings:
    """How updates are handled.

    Attributes:
        tries: how often an update is handled in vain before it is set aside.
        most_waiting: updates of one person that may wait; more are turned away with a word.
        album_wait_seconds: how long after the last part of an album it is taken for whole.
        gap_wait_seconds: how long an update waits for the one before it, if that has not come.
    """

    tries: int
    most_waiting: int
    album_wait_seconds: float
    gap_wait_seconds: float


class Inbox:
    """Takes what a channel receives, and has it handled."""

    def __init__(
        self,
        store: Store,
        handler: Handler,
        *,
        settings: InboxSettings,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._handler = handler
        self._settings = settings
        self._now = now
        self._queues: dict[str, list[Arrival]] = {}
        self._album_seen: dict[str, float] = {}
        self._failing: dict[int, tuple[int, float]] = {}
        self._throttled: set[str] = set()
        self._has_looked = False
        self._known: set[int] = set()
        self._numbers = _Numbers()
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(MOST_AT_ONCE)
        self._room, self._news = asyncio.Event(), asyncio.Event()
        self._stopping = asyncio.Event()

    async def take(self, arrivals: Sequence[Arrival]) -> None:
        """Keep updates; once this returns, the channel may be told that they were received.

        Raises:
            StoreUnavailable: they are not kept.
        """
        if not self._has_looked:  # what an earlier process left comes before what is new
            self.look_again()
        while len(self._known) - self._waiting_for_patience() > MOST_IN_MEMORY:
            await self._room.wait()
        at = self._now()
        for arrival in await self._store.write(lambda: self._store.inbox.add(arrivals, at=at)):
            self._enqueue(arrival)

    def look_again(self) -> None:
        """Take up what waits in the database: what an earlier process left, or was put back."""
        if not self._has_looked:
            self._numbers.begin_after(self._store.inbox.last_number())
        for arrival in self._store.inbox.waiting():
            self._enqueue(arrival)
        self._has_looked = True

    async def stop(self, *, patience_seconds: float) -> None:
        """Let what is being handled come to its end; the rest waits for the next start."""
        self._stopping.set()
        self._queues.clear()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience_seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _enqueue(self, arrival: Arrival) -> None:
        if arrival.update_id in self._known or self._stopping.is_set():
            return
        self._known.add(arrival.update_id)
        self._numbers.add(arrival.update_id)
        self._news.set()
        self._news = asyncio.Event()
        if arrival.album:
            self._album_seen[arrival.album] = asyncio.get_running_loop().time()
        queue = self._queues.get(arrival.sender)
        if queue is None:
            queue = self._queues[arrival.sender] = []
            task = asyncio.create_task(self._serve(arrival.sender, queue))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        insort(queue, arrival, key=lambda one: one.update_id)

    async def _serve(self, sender: str, queue: list[Arrival]) -> None:
        """Handle one person's updates until there are none left."""
        is_asked_for_patience = False
        turn_away = self._handler.turn_away
        try:
            while queue and self._queues.get(sender) is queue:
                await self._earlier_have_come(queue[0].update_id)
                await self._album_is_whole(queue[0].album)
                if len(queue) > self._settings.most_waiting:
                    await self._settle(self._too_many(queue), turn_away)
                    turn_away = _say_nothing
                if (wait_seconds := self._wait_seconds(sender)) > 0:
                    if not is_asked_for_patience:
                        is_asked_for_patience = True
                        await self._ask_for_patience(sender)
                    self._throttled.add(sender)
                    await self._is_stopped_within(wait_seconds)
                    continue
                await self._settle(_taken_from(queue), self._handler.handle)
        except Exception as error:  # ours; what waits is taken up when it is looked for again
            logger.error("an inbox has stopped: %s", kind_and_place(error))
        finally:
            self._throttled.discard(sender)
            self._forget(queue)
            if self._queues.get(sender) is queue:
                del self._queues[sender]

    def _waiting_for_patience(self) -> int:
        """Updates of people who write too fast: they wait for them, and nobody else does."""
        return sum(len(self._queues.get(sender, ())) for sender in self._throttled)

    def _forget(self, arrivals: Sequence[Arrival]) -> None:
        self._known.difference_update(_ids(arrivals))
        self._room.set()
        self._room = asyncio.Event()

    def _too_many(self, queue: list[Arrival]) -> list[Arrival]:
        most = self._settings.most_waiting
        too_many, queue[most:] = queue[most:], []
        return too_many

    def _wait_seconds(self, sender: str) -> float:
        with suppress(StoreUnavailable):
            return self._handler.wait_seconds(sender)
        return 0.0  # what cannot be read cannot be written either: handling waits by itself

    async def _ask_for_patience(self, sender: str) -> None:
        with suppress(StoreUnavailable):
            await self._handler.ask_for_patience(sender)

    async def _earlier_have_come(self, update_id: int) -> None:
        """Wait a little for an update that is still under way: webhooks may overtake each other.

        Numbers are given one after the other (Bot API, Update), so a gap is one that is missing.
        """
        if self._settings.gap_wait_seconds:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._settings.gap_wait_seconds):
                    while self._numbers.lacks_some_before(update_id):
                        await self._news.wait()
            self._numbers.give_up_before(update_id)

    async def _album_is_whole(self, album: str) -> None:
        """Wait until no further part of an album has come for a while."""
        loop, wait = asyncio.get_running_loop(), self._settings.album_wait_seconds
        while (left := self._album_seen.get(album, 0.0) + wait - loop.time()) > 0 and album:  # noqa: ASYNC110
            await asyncio.sleep(left)  # another part may come meanwhile

    async def _settle(self, arrivals: Sequence[Arrival], handle: Handle) -> None:
        """Have updates handled, or set aside after too many tries."""
        try:
            for pause in doubling(FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS):
                if await self._is_settled(arrivals, handle):
                    return
                if await self._is_stopped_within(pause):
                    return
        finally:
            self._forget(arrivals)
            for arrival in arrivals:
                self._album_seen.pop(arrival.album, None)
                self._failing.pop(arrival.update_id, None)

    async def _is_stopped_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return self._stopping.is_set()

    async def _is_settled(self, arrivals: Sequence[Arrival], handle: Handle) -> bool:
        """Have updates handled once more, or set aside; False if they are to be tried again."""
        try:
            async with self._slots:
                await self._handle_once(arrivals, handle)
        except AlreadyHandled:
            return True
        except StoreUnavailable:
            return False  # no fault of the update: it waits, and so does its sender
        except Exception as error:
            return await self._is_given_up(arrivals, error)
        return True

    async def _is_given_up(self, arrivals: Sequence[Arrival], error: Exception) -> bool:
        first, now = arrivals[0], asyncio.get_running_loop().time()
        logger.error("update %d was not handled: %s", first.update_id, kind_and_place(error))
        tries, since = self._failing.setdefault(first.update_id, (first.tries, now))
        is_outside = isinstance(error, NotNow)
        if is_outside and now - since < OUTSIDE_SECONDS:
            return False
        self._failing[first.update_id] = (tries + 1, since)
        if tries + 1 >= self._settings.tries:
            await self._set_aside(arrivals, redacted_traceback(error))
            return True
        await self._note_failure(arrivals, redacted_traceback(error))
        return False

    async def _handle_once(self, arrivals: Sequence[Arrival], handle: Handle) -> None:
        is_finished = False

        def finish() -> None:
            nonlocal is_finished
            self._store.inbox.finish(_ids(arrivals), at=self._now())
            is_finished = True

        async with asyncio.timeout(HANDLING_SECONDS):
            await handle(arrivals, finish)
            if not is_finished:
                await self._store.write(finish)

    async def _note_failure(self, arrivals: Sequence[Arrival], failure: str) -> None:
        with suppress(StoreUnavailable):
            await self._store.write(
                lambda: self._store.inbox.note_failure(_ids(arrivals), failure)
            )

    async def _set_aside(self, arrivals: Sequence[Arrival], failure: str) -> None:
        """Give up, and tell her so; it stays in the database with the reason."""

        def set_aside() -> None:
            self._store.inbox.set_aside(_ids(arrivals), failure)

        logger.error("update %d is set aside: see `doctor`", arrivals[0].update_id)
        while True:
            try:
                await self._handler.apologise(arrivals, set_aside)
                return
            except StoreUnavailable:
                await asyncio.sleep(FIRST_PAUSE_SECONDS)
            except Exception as error:
                logger.error("an apology was not written: %s", kind_and_place(error))
                with suppress(StoreUnavailable):
                    await self._store.write(set_aside)
                    return


class _Numbers:
    """Which updates have come, by their numbers: all below the next one, and some ahead of it."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._ahead: set[int] = set()

    def begin_after(self, last: int | None) -> None:
        """The last number that an earlier process took; None if it is not known."""
        self._next = None if last is None else last + 1

    def add(self, number: int) -> None:
        """One has come; the very first begins the count."""
        self._next = number if self._next is None else self._next
        self._ahead.add(number)
        self._go_on()

    def lacks_some_before(self, number: int) -> bool:
        """Whether one is missing before this one."""
        return self._next is not None and self._next < number

    def give_up_before(self, number: int) -> None:
        """What has not come before this one will not come."""
        self._next = max(self._next or number, number)
        self._ahead = {one for one in self._ahead if one >= self._next}
        self._go_on()

    def _go_on(self) -> None:
        while self._next in self._ahead:
            self._ahead.discard(self._next)
            self._next += 1


async def _say_nothing(arrivals: Sequence[Arrival], finish: Finish) -> None:
    """She was told already."""


def _taken_from(queue: list[Arrival]) -> list[Arrival]:
    """The oldest update, with all of its album that is there."""
    album = queue[0].album
    if not album:
        return [queue.pop(0)]
    taken = [one for one in queue if one.album == album]
    queue[:] = [one for one in queue if one.album != album]
    return taken


def _ids(arrivals: Sequence[Arrival]) -> list[int]:
    return [arrival.update_id for arrival in arrivals]
