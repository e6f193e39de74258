"""What residents do in a run, whatever becomes of the bot meanwhile: they wait, and go on."""

import asyncio
from collections.abc import Callable

from bot.store import DATABASE, Store, StoreError, StoreUnavailable
from tests.fakes import FakeTelegram
from tests.faults.account import Person
from tests.faults.process import Ward
from tests.photographs import jpeg
from tests.telegram_chats import Shown

PATIENCE_SECONDS = 120.0
"""How long a resident waits for a reply before the run has failed."""


class Actor:
    """A resident on the fake Bot API who notes what she does."""

    def __init__(self, server: FakeTelegram, telegram_id: int) -> None:
        self._server = server
        self.person = Person(telegram_id)
        server.meet(telegram_id)

    async def says(self, text: str) -> None:
        """Write a text and wait for a reply to it."""
        before = len(self._shown())
        self._server.says(self.person.telegram_id, text)
        self.person.said.append(text)
        await self._until(lambda: len(self._shown()) > before)

    def says_and_goes(self, text: str) -> None:
        """Write a text and wait for nothing."""
        self._server.says(self.person.telegram_id, text)
        self.person.said.append(text)

    async def sends_album(self, text: str, *, split: bool = False) -> None:
        """Send two photos with one caption; `split`: Telegram brings the second one later."""
        before = len(self._shown())
        ids = self._server.sends_album(
            self.person.telegram_id,
            [jpeg(1), jpeg(2)],
            caption=text,
            split_after=1 if split else None,
        )
        self.person.said.append(text)
        self.person.photos += len(ids)
        await self._until(lambda: len(self._shown()) > before)

    async def submits(self, text: str, *, taps: int = 1) -> None:
        """Tap 提交 under the card that holds these words, perhaps more than once."""
        card = await self._card_with(text)
        buttons = [button for row in card.buttons for button in row]
        action = next(one["callback_data"] for one in buttons if "提交" in one["text"])
        for _ in range(taps):
            tap_id = self._server.taps(self.person.telegram_id, card.message_id, action)
            self.person.tap_ids.append(tap_id)
        self.person.submitted.append(text)
        await self._until(lambda: self._is_filed(card.message_id))

    async def _card_with(self, text: str) -> Shown:
        found: list[Shown] = []

        def look() -> bool:
            found[:] = [
                shown
                for shown in self._shown()
                if text in shown.text and any("提交" in label for label in shown.labels)
            ]
            return bool(found)

        await self._until(look)
        return found[-1]

    def _is_filed(self, message_id: int) -> bool:
        return any("编号" in one.text for one in self._shown() if one.message_id == message_id)

    def _shown(self) -> list[Shown]:
        return self._server.from_bot(self.person.telegram_id)

    async def _until(self, fact: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not fact():  # noqa: ASYNC110 (nothing tells when)
                    await asyncio.sleep(0.02)
        except TimeoutError:
            seen = [shown.text for shown in self._server.messages(self.person.telegram_id)[-6:]]
            raise AssertionError(f"{self.person.telegram_id} waits in vain after {seen}") from None


async def until_quiet(ward: Ward, server: FakeTelegram) -> None:
    """Wait until nothing waits any more: not at Telegram, not in the inbox, not in the outbox."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while server.api.unconfirmed or _waits(ward):  # noqa: ASYNC110 (nothing tells when)
            await asyncio.sleep(0.1)


def _waits(ward: Ward) -> bool:
    try:
        store = Store.open_to_read(ward.var / DATABASE)
    except StoreError:
        return True
    try:
        return bool(store.inbox.backlog().waiting or store.outbox.backlog(reachable=True).waiting)
    except StoreUnavailable:
        return True
    finally:
        store.close()
