"""What the outbox delivers, and what a courier says of a letter it could not deliver."""

from dataclasses import dataclass
from typing import Protocol

from bot.messages import Reply


@dataclass(frozen=True, slots=True)
class Letter:
    """One reply or notice on its way to a resident.

    Attributes:
        tap_id: the channel's id of the tap that it answers; empty for none.
        tapped_message_id: the message whose place it takes where `reply.replaces`; 0 for none.
        tries: how often it could not be delivered so far.
        claimed: it may have been sent before the process ended; nobody knows.
    """

    id: int
    resident_id: int
    reply: Reply
    tap_id: str = ""
    tapped_message_id: int = 0
    tries: int = 0
    claimed: bool = False


class NotDelivered(Exception):
    """A letter did not arrive; the message is fit for a log and for staff.

    Itself a fault of the network or of the channel: to be tried again.

    Attributes:
        perhaps: it may have arrived all the same; nobody answered.
    """

    def __init__(self, reason: str, *, perhaps: bool = False) -> None:
        super().__init__(reason)
        self.perhaps = perhaps


class SlowDown(NotDelivered):
    """The channel takes no more just now."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"told to wait {seconds:g} s")
        self.seconds = seconds


class Unreachable(NotDelivered):
    """The resident cannot be written to: she blocked the bot, or is gone."""


class Refused(NotDelivered):
    """The channel will never take this letter."""


class Courier(Protocol):
    """A channel that letters go out by."""

    async def deliver(self, letter: Letter, address: str) -> int:
        """Bring a letter to the channel's own id of a person; returns the message's id, or 0.

        Raises:
            NotDelivered: it did not arrive, or nobody knows whether it did.
        """
        ...
