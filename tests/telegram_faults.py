"""What goes wrong between the bot and Telegram, as tests order it: faults of calls, limits on how
fast messages may come, and hooks for what must happen in the midst of a call."""

import inspect
import math
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.telegram_chats import Json, RefusedError

Hook = Callable[[str, Json], Awaitable[object] | object]
"""Called with a call's method ("file" for a download) and its parameters."""
MESSAGE_METHODS = frozenset(
    {
        *("sendMessage", "sendPhoto", "sendDocument", "sendLocation"),
        *("editMessageText", "editMessageReplyMarkup"),
    }
)
"""What Telegram's limits count."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a call.

    Attributes:
        refusal: why it is not carried out; None carries it out.
        is_answered: whether an answer is sent before the connection is closed.
        late_seconds: how long the answer is kept back once the call is carried out.
    """

    refusal: RefusedError | None = None
    is_answered: bool = True
    late_seconds: float = 0.0


USUAL = Fate()
DROPPED = Fate(RefusedError(500, "never answered"), is_answered=False)
ANSWER_LOST = Fate(is_answered=False)


class Faults:
    """The fates in store for the next calls; where several fit, the one ordered first."""

    def __init__(self) -> None:
        self._orders: list[_Order] = []

    def order(self, fate: Fate, *methods: str, times: int = 1) -> None:
        """Decide on the next calls of some methods; "*" is any but getUpdates.

        Raises:
            ValueError: for no time at all.
        """
        if times < 1:
            raise ValueError(f"a fault happens once at least, not {times} times")
        self._orders.append(_Order(fate, methods, times))

    def next_for(self, method: str) -> Fate:
        """The fate of a call that comes now; this uses it up."""
        for order in self._orders:
            if order.means(method):
                order.times -= 1
                if order.times == 0:
                    self._orders.remove(order)
                return order.fate
        return USUAL


@dataclass(slots=True)
class _Order:
    fate: Fate
    methods: tuple[str, ...]
    times: int

    def means(self, method: str) -> bool:
        return method in self.methods or ("*" in self.methods and method != "getUpdates")


class RateLimits:
    """How fast messages may come (Bot API FAQ, "My bot is hitting limits"); refused ones do not
    count.

    Overall, at most `per_second` come in any one second. A chat may have `burst` at once and
    `chat_per_second` from then on, a pause earning new ones: in any T seconds at most
    `burst` + T * `chat_per_second`.
    """

    def __init__(self, *, per_second: int, chat_per_second: float, burst: int) -> None:
        self._per_second = per_second
        self._chat_seconds = 1 / chat_per_second
        self._burst = burst
        self._last_second: deque[float] = deque()
        self._earned_at: dict[int, float] = {}

    def retry_after_seconds(self, chat_id: int, now: float) -> int:
        """How long a message must wait that comes at `now` (loop time); 0 lets it pass."""
        while self._last_second and self._last_second[0] <= now - 1:
            self._last_second.popleft()
        waits = [0.0]
        if len(self._last_second) >= self._per_second:
            waits.append(self._last_second[0] + 1 - now)
        # When the chat will have earned back all it was sent (the generic cell rate algorithm).
        earned_at = max(self._earned_at.get(chat_id, now), now)
        waits.append(earned_at - (self._burst - 1) * self._chat_seconds - now)
        if max(waits) > 0:
            return math.ceil(max(waits))
        self._last_second.append(now)
        self._earned_at[chat_id] = earned_at + self._chat_seconds
        return 0


async def run_hooks(hooks: Sequence[Hook], method: str, parameters: Json) -> None:
    """Run the hooks one after the other, waiting for those that are asynchronous."""
    for hook in tuple(hooks):
        result = hook(method, parameters)
        if inspect.isawaitable(result):
            await result
