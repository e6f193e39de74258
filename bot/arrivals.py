"""What a channel hands to the inbox: one update as it arrived, and who handles it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Finish = Callable[[], None]
"""Marks what is being handled as done; called inside the transaction that handles it."""


class NotNow(Exception):
    """It cannot be handled just now, for a reason outside of us; the message is fit for a log."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One update of a channel, on disk before the channel hears that it was received.

    Attributes:
        update_id: the channel's own number of it; the order in which things happened.
        sender: the channel's id of the person; one person's arrivals are handled in turn.
        payload: the update as the channel sent it (Bot API, Update).
        album: the channel's id of the album it is a part of; empty for none.
        tries: how often handling it has failed.
    """

    update_id: int
    sender: str
    payload: Mapping[str, Any]
    album: str = ""
    tries: int = 0


class Receiver(Protocol):
    """The inbox, as the channel sees it."""

    async def take(self, arrivals: Sequence[Arrival]) -> None:
        """Keep updates; once this returns, the channel may be told that they were received.

        Raises:
            StoreUnavailable: they are not kept.
        """
        ...


class Handler(Protocol):
    """The channel, as the inbox sees it."""

    async def handle(self, arrivals: Sequence[Arrival], finish: Finish) -> None:
        """Do all that one arrival asks for, or the parts of one album.

        Raises:
            NotNow: the network or the channel failed; it is tried again, for a long while.
            Exception: whatever else went wrong; it is tried again, a few times.
                In either case nothing of it is done.
        """
        ...

    async def apologise(self, arrivals: Sequence[Arrival], finish: Finish) -> None:
        """Tell her that this could not be handled, in the transaction that sets it aside."""
        ...

    async def turn_away(self, arrivals: Sequence[Arrival], finish: Finish) -> None:
        """Tell her that these were too many and are not taken."""
        ...

    async def ask_for_patience(self, sender: str) -> None:
        """Tell her that she writes faster than she can be answered, and that nothing is lost."""
        ...

    def wait_seconds(self, sender: str) -> float:
        """How long this person has to wait until she is heard again; 0 is not at all."""
        ...
