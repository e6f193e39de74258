"""What the outbox delivers, and what a courier says of a letter it could not deliver."""

from dataclasses import dataclass
from typing import Protocol

from bot.messages import Reply


@dataclass(frozen=True, slots=True)
class Letter:
    """One reply or notice on its way to a resident, or to a group.

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
    """The chat cannot be written to: she blocked the bot, it was put out of the group, or either
    is gone."""


class Moved(NotDelivered):
    """The chat has another address now: a group became a supergroup (Bot API, ResponseParameters).

    Attributes:
        address: the channel's own id of the chat from now on.
    """

    def __init__(self, address: str) -> None:
        super().__init__("the chat has another address now")
        self.address = address


class Refused(NotDelivered):
    """The channel will never take this letter."""


class Courier(Protocol):
    """A channel that letters go out by."""

    async def deliver(self, letter: Letter, address: str) -> int:
        """Bring a letter to the channel's own id of a chat; returns the message's id, or 0.

        Raises:
            NotDelivered: it did not arrive, or nobody knows whether it did.
        """
        ...
