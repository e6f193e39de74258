"""Letters to residents and groups, delivered until they have arrived: claimed, sent, marked.

A group has a resident's number too (`bot.store.residents`). Each resident's letters go out in
their order. A letter that was claimed when the process ended, or to whose sending nobody answered,
may have arrived or not; it is sent again, the log says so, and that is the only way in which a
letter can arrive twice.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from bot.faults import kind_and_place
from bot.letters import Courier, Letter, Moved, NotDelivered, Refused, SlowDown, Unreachable
from bot.messages import Channel, Reply
from bot.pace import Pace
from bot.store import Store, StoreUnavailable

logger = logging.getLogger(__name__)

T = TypeVar("T")

MOST_AT_ONCE = 24
"""Letters on their way at the same time: at Telegram's 30 a second more would only wait there."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 60.0
STORE_PAUSE_SECONDS = 1.0
HOPELESS_TRIES = 20
"""A letter that failed so often, each time with others arriving in between, is given up."""
SENDING_SECONDS = 60.0
"""How long all that a letter takes may last before it counts as not delivered."""


class Outbox:
    """Delivers what stands in the database, and whatever is added to it."""

    def __init__(
        self,
        store: Store,
        courier: Courier,
        *,
        channel: Channel,
        pace: Pace,
        apology: Callable[[str], Reply],
        on_undelivered: Callable[[int], None] = lambda _: None,
        now: Callable[[], datetime],
    ) -> None:
        """`apology` is what a resident, by her address, reads in the place of a refused letter;
        `on_undelivered` is called, in the transaction that notes it, with whose letter it is."""
        self._store = store
        self._courier = courier
        self._channel = channel
        self._pace = pace
        self._apology = apology
        self._on_undelivered = on_undelivered
        self._now = now
        self._serving: dict[int, asyncio.Task[None]] = {}
        self._woken: set[int] = set()
        self._stopping = asyncio.Event()
        self._slots = asyncio.Semaphore(MOST_AT_ONCE)
        self._arrived = 0
        self._failed: dict[int, tuple[int, int]] = {}
        store.outbox.watch(self.wake)

    def wake(self, resident_id: int) -> None:
        """Deliver what there is for a resident."""
        self._woken.add(resident_id)
        if resident_id not in self._serving and not self._stopping.is_set():
            self._serving[resident_id] = asyncio.create_task(self._serve(resident_id))

    def look_again(self) -> None:
        """Take up what waits in the database: what an earlier process left, or was put back."""
        for resident_id in self._store.outbox.residents_waited_for():
            self.wake(resident_id)

    async def stop(self, *, patience_seconds: float) -> None:
        """Let what can go out at once go out; the rest waits for the next start."""
        self._stopping.set()
        tasks = set(self._serving.values())
        if tasks:
            await asyncio.wait(tasks, timeout=patience_seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, resident_id: int) -> None:
        """Deliver one resident's letters until there are none left."""
        try:
            while resident_id in self._woken:
                self._woken.discard(resident_id)
                await self._deliver_all(resident_id)
        except Exception as error:
            logger.error("letters were not delivered: %s", kind_and_place(error))
        finally:
            del self._serving[resident_id]

    async def _deliver_all(self, resident_id: int) -> None:
        address = await self._address(resident_id)
        is_more = True
        while is_more and address is not None:
            await self._pace.chat_turn(resident_id, is_group=_is_group(address))
            async with self._slots:
                await self._pace.turn()
                letter = await self._write(lambda: self._claimed(resident_id))
                if letter is None:
                    return
                is_more, pause_seconds = await self._send(letter, address)
            if pause_seconds and await self._is_stopped_within(pause_seconds):
                return

    async def _address(self, resident_id: int) -> str | None:
        """Where she is written to by this channel; None if she is not, or not now."""
        return await self._patiently(
            lambda: self._store.residents.address(resident_id, self._channel)
        )

    def _claimed(self, resident_id: int) -> Letter | None:
        letter = self._store.outbox.next_for(resident_id)
        if letter and letter.claimed:
            logger.warning("letter %d may arrive twice: the bot ended meanwhile", letter.id)
        if letter:
            self._store.outbox.claim(letter.id)
        return letter

    async def _send(self, letter: Letter, address: str) -> tuple[bool, float]:
        """Send a letter and note what became of it.

        Returns:
            Whether there may be more for her now, and the seconds to wait before it.
        """
        try:
            async with asyncio.timeout(SENDING_SECONDS):
                message_id = await self._courier.deliver(letter, address)
        except Unreachable as error:
            reason = str(error)
            await self._write(lambda: self._hold(letter, reason))
            return False, 0.0
        except Refused as error:
            return await self._give_up(letter, address, str(error))
        except Moved as error:
            return await self._follow(letter, address, error)
        except SlowDown as error:
            self._pace.hold_back(letter.resident_id, error.seconds)
            reason = str(error)
            await self._write(lambda: self._store.outbox.put_off(letter.id, reason))
            return True, error.seconds
        except (NotDelivered, TimeoutError) as error:
            if not isinstance(error, NotDelivered) or error.perhaps:
                logger.warning("letter %d may arrive twice: there was no answer", letter.id)
            reason = str(error) or "no answer"
            return await self._put_off(letter, address, reason, _pause_seconds(letter.tries))
        except Exception as error:  # ours: nobody else can mend it, and nothing may be lost
            reason = kind_and_place(error)
            logger.error("letter %d was not delivered: %s", letter.id, reason)
            return await self._put_off(letter, address, reason, _pause_seconds(letter.tries))
        self._arrived += 1
        self._failed.pop(letter.id, None)
        return await self._write(lambda: self._mark_sent(letter, message_id)), 0.0

    def _mark_sent(self, letter: Letter, message_id: int) -> bool:
        self._store.outbox.mark_sent(letter.id, message_id, at=self._now())
        self._store.forgetting.end_farewell(letter.resident_id, at=self._now())
        return self._store.outbox.next_for(letter.resident_id) is not None

    def _hold(self, letter: Letter, reason: str) -> None:
        self._store.outbox.put_off(letter.id, reason)
        self._store.residents.set_reachable(letter.resident_id, False)
        self._store.forgetting.give_up_farewell(letter.resident_id, at=self._now())
        self._on_undelivered(letter.resident_id)
        self._failed.pop(letter.id, None)
        logger.info("resident %d cannot be written to", letter.resident_id)

    async def _follow(self, letter: Letter, address: str, moved: Moved) -> tuple[bool, float]:
        """Note a chat's new address, and have its letters begun again with that."""

        def move() -> None:
            self._store.residents.move(self._channel, address, moved.address)
            self._store.outbox.put_off(letter.id, str(moved))

        await self._write(move)
        logger.info("resident %d has another address now", letter.resident_id)
        self._woken.add(letter.resident_id)
        return False, _pause_seconds(letter.tries)

    async def _put_off(
        self, letter: Letter, address: str, reason: str, pause_seconds: float
    ) -> tuple[bool, float]:
        if self._is_hopeless(letter):
            return await self._give_up(letter, address, reason)
        await self._write(lambda: self._store.outbox.put_off(letter.id, reason))
        return True, pause_seconds

    def _is_hopeless(self, letter: Letter) -> bool:
        """Count a failure if others arrived since the last one: an outage is no letter's fault."""
        count, arrived = self._failed.get(letter.id, (0, -1))
        count += self._arrived > arrived
        self._failed[letter.id] = (count, self._arrived)
        return count >= HOPELESS_TRIES

    async def _give_up(self, letter: Letter, address: str, reason: str) -> tuple[bool, float]:
        logger.error("letter %d is refused (%s): see `doctor`", letter.id, reason)
        self._failed.pop(letter.id, None)
        apology = await self._patiently(lambda: self._apology(address))

        def refuse() -> None:
            self._store.outbox.refuse(letter.id, reason)
            if letter.reply.html != apology.html:
                self._store.outbox.post(letter.resident_id, apology, at=self._now())
            self._on_undelivered(letter.resident_id)

        await self._write(refuse)
        return True, 0.0

    async def _is_stopped_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return self._stopping.is_set()

    async def _write(self, work: Callable[[], T]) -> T:
        """Write at last, however long the database is not available."""
        while True:
            try:
                return await self._store.write(work)
            except StoreUnavailable:
                await asyncio.sleep(STORE_PAUSE_SECONDS)

    async def _patiently(self, read: Callable[[], T]) -> T:
        while True:
            try:
                return read()
            except StoreUnavailable:
                await asyncio.sleep(STORE_PAUSE_SECONDS)


def _is_group(address: str) -> bool:
    """Whether an address is a group's: Telegram's ids of groups are below 0 (Bot API, Chat)."""
    return address.startswith("-")


def _pause_seconds(tries: int) -> float:
    return float(min(FIRST_PAUSE_SECONDS * 2 ** min(tries, 10), LONGEST_PAUSE_SECONDS))
