"""The updates on their way to the bot: numbered, kept until confirmed, and handed out in batches
that a test can hold back, part, shuffle and repeat."""

import asyncio
import random
from bisect import bisect_left
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from tests.telegram_chats import Json

KINDS_BY_DEFAULT = ("message", "edited_message", "callback_query", "my_chat_member")


class Bell:
    """Wakes everybody who waits for something to change."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Let them look again."""
        self._rung.set()
        self._rung = asyncio.Event()

    async def wait(self) -> None:
        """Wait for the next ring."""
        await self._rung.wait()


class UpdateQueue:
    """What the bot is to hear of.

    Attributes:
        unconfirmed: what the bot has not confirmed yet, by id; held back ones left out.
        confirmed: what it has, in the order of confirmation.
    """

    def __init__(self, bell: Bell) -> None:
        self.unconfirmed: list[Json] = []
        self.confirmed: list[Json] = []
        self._bell = bell
        self._allowed: Sequence[str] = KINDS_BY_DEFAULT
        self._last_id = 800_000_000
        self._held: list[Json] | None = None
        self._again: list[Json] = []
        self._first_of_a_batch: set[int] = set()
        self._dice: random.Random | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether there is something to hand out."""
        return bool(self.unconfirmed or self._again)

    @property
    def is_shuffled(self) -> bool:
        """Whether updates go out in an order of no meaning."""
        return self._dice is not None

    def allow(self, parameters: Json) -> None:
        """Heed `allowed_updates`: left out, what was asked for stays; empty means the usual."""
        if "allowed_updates" in parameters:
            self._allowed = parameters["allowed_updates"] or KINDS_BY_DEFAULT

    def push(self, kind: str, body: Json, *, in_next_batch: bool = False) -> None:
        """Let the bot hear of something, if it asked for this kind of update.

        Args:
            in_next_batch: keep it back until everything before it has been confirmed.
        """
        if kind not in self._allowed:
            return
        self._last_id += 1
        if in_next_batch:
            self._first_of_a_batch.add(self._last_id)
        arrived = self.unconfirmed if self._held is None else self._held
        arrived.append({"update_id": self._last_id, kind: body})
        self._bell.ring()

    def confirm_below(self, offset: int) -> None:
        """Forget what has a lower id than this."""
        count = bisect_left(self.unconfirmed, offset, key=_id)
        self.confirmed += self.unconfirmed[:count]
        del self.unconfirmed[:count]

    def confirm(self, update_id: int) -> None:
        """Forget one update; nothing happens if it is confirmed already."""
        place = bisect_left(self.unconfirmed, update_id, key=_id)
        if place < len(self.unconfirmed) and _id(self.unconfirmed[place]) == update_id:
            self.confirmed.append(self.unconfirmed.pop(place))

    def drop_pending(self) -> None:
        """Forget what was never handed out or confirmed."""
        self.unconfirmed.clear()
        self._again.clear()

    def next_batch(self, limit: int) -> list[Json]:
        """What is next to hand out, until it is confirmed: by id, unless shuffled."""
        batch = self.unconfirmed[:limit]
        if self._first_of_a_batch:
            firsts = (i for i, one in enumerate(batch) if _id(one) in self._first_of_a_batch)
            batch = batch[: next((i for i in firsts if i > 0), limit)]
        if self._dice is not None and len(batch) > 1:
            in_order = list(batch)
            while batch == in_order:
                self._dice.shuffle(batch)
        return batch

    def take_again(self, limit: int) -> list[Json]:
        """What is to be handed out once more; this uses it up."""
        again = self._again[:limit]
        del self._again[:limit]
        return again

    def deliver_again(self, count: int) -> None:
        """Hand the last confirmed updates out once more, before everything else.

        Raises:
            LookupError: if there are not so many.
        """
        if not 0 < count <= len(self.confirmed):
            raise LookupError(f"{len(self.confirmed)} updates were confirmed, not {count}")
        self._again += self.confirmed[-count:]
        self._bell.ring()

    def hold(self) -> ExitStack:
        """Keep new updates back until `release`, which the end of a `with` block is as well."""
        if self._held is None:
            self._held = []
        return at_end(self.release)

    def release(self) -> None:
        """Let everything go that was held back."""
        self.unconfirmed += self._held or []
        self._held = None
        self._bell.ring()

    def shuffle(self, seed: int | None) -> None:
        """Hand updates out in random order from now on; None goes back to the order of ids."""
        self._dice = None if seed is None else random.Random(seed)  # noqa: S311


def at_end(action: Callable[[], object]) -> ExitStack:
    """A context that does something when it is left; who does not enter it leaves it undone."""
    stack = ExitStack()
    stack.callback(action)
    return stack


def _id(update: Json) -> int:
    return int(update["update_id"])
