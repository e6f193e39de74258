"""The account at the end of a run: what residents said and did, beside what came of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.messages import Turn
from bot.store import DATABASE, Store
from bot.store.copies import names_of_photos
from tests.fakes import FakeTelegram


@dataclass
class Person:
    """What one resident did, as she remembers it."""

    telegram_id: int
    said: list[str] = field(default_factory=list)
    submitted: list[str] = field(default_factory=list)
    photos: int = 0
    tap_ids: list[str] = field(default_factory=list)


@dataclass
class Account:
    """What was lost and what came twice.

    Attributes:
        not_heard: words of residents that the bot does not have.
        not_filed: matters that were submitted and are no case.
        filed_twice: matters that are more than one case.
        heard_twice: words that the bot has more often than they were said.
        photos_lost: photos that no case has, or whose file is gone.
        not_received: replies that did not arrive.
        received_twice: replies that arrived more than once.
        out_of_order: chats in which a reply arrived before an earlier one.
        spinning: taps that were never acknowledged.
    """

    not_heard: list[str] = field(default_factory=list)
    not_filed: list[str] = field(default_factory=list)
    filed_twice: list[str] = field(default_factory=list)
    heard_twice: list[str] = field(default_factory=list)
    photos_lost: int = 0
    not_received: list[str] = field(default_factory=list)
    received_twice: list[str] = field(default_factory=list)
    out_of_order: list[int] = field(default_factory=list)
    spinning: list[str] = field(default_factory=list)
    messages: int = 0
    cases: int = 0
    replies: int = 0

    @property
    def lost(self) -> int:
        """How much of anything."""
        return (
            len(self.not_heard) + len(self.not_filed) + len(self.not_received) + self.photos_lost
        )

    @property
    def faults(self) -> dict[str, object]:
        """All that must not be; empty if nothing was lost and nothing filed twice."""
        named = {
            name: getattr(self, name)
            for name in self.__dataclass_fields__
            if name not in ("received_twice", "messages", "cases", "replies")
        }
        return {name: value for name, value in named.items() if value}


def settle_up(var: Path, server: FakeTelegram, people: Iterable[Person]) -> Account:
    """Compare; the bot has ended."""
    store = Store.open_to_read(var / DATABASE)
    try:
        account = Account()
        filed = Counter(case.matter.text for case in store.cases.all())
        account.cases = filed.total()
        for person in people:
            _account_of(person, store, server, account)
            submitted = Counter(person.submitted)
            account.not_filed += (submitted - filed).elements()
            account.filed_twice += [text for text in submitted if filed[text] > submitted[text]]
        referred = names_of_photos(var / DATABASE)
        on_disk = {path.name for path in (var / "files").glob("*")}
        wanted = sum(person.photos for person in people)
        account.photos_lost = max(wanted - len(referred), 0) + len(set(referred) - on_disk)
        return account
    finally:
        store.close()


def _account_of(person: Person, store: Store, server: FakeTelegram, account: Account) -> None:
    resident = store.residents.known("telegram", str(person.telegram_id))
    turns = store.turns.last(resident.id, most=100_000) if resident else []
    heard, said = Counter(turn.said for turn in turns), Counter(person.said)
    account.messages += len(person.said)
    account.not_heard += (said - heard).elements()
    account.heard_twice += [text for text in said if heard[text] > said[text]]
    replies = _to_be_received(turns)
    received = [sent.html for sent in server.sent(person.telegram_id)]
    account.replies += len(replies)
    missing, extra = Counter(replies) - Counter(received), Counter(received) - Counter(replies)
    account.not_received += missing.elements()
    account.received_twice += extra.elements()
    if not missing and not _are_in_order(received, replies):
        account.out_of_order.append(person.telegram_id)
    account.spinning += [tap for tap in person.tap_ids if not server.is_answered(tap)]


def _to_be_received(turns: Sequence[Turn]) -> list[str]:
    """Every reply; one that is put in the place of the same words shows nothing new."""
    replies: list[str] = []
    for turn in turns:
        for reply in turn.replies:
            is_shown = turn.replaces is not None and replies[-1:] == [reply.html]
            if reply.html and not is_shown:
                replies.append(reply.html)
    return replies


def _are_in_order(received: Sequence[str], replies: Sequence[str]) -> bool:
    """Whether all arrived in their order; one that came twice comes right after itself."""
    place = 0
    for html in received:
        if place < len(replies) and html == replies[place]:
            place += 1
        elif place == 0 or html != replies[place - 1]:
            return False
    return place == len(replies)
