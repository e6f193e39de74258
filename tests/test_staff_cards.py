"""What staff's chats hold of a case: a group nothing of a confidential one; and when a case is
emptied nobody anything, be it cards, what lay beside them, or what was on its way."""

from dataclasses import replace
from typing import cast

import pytest

from bot import desk
from bot.access import remove_member
from bot.cases import FORGOTTEN, Actor, Kind, Solved
from bot.config import RetentionSettings
from bot.desk import To
from bot.messages import Location
from bot.retention import RetentionRun
from tests.casework import LAMP, PARKS, STREETS, Hall, new_hall

HOME = replace(
    LAMP,
    text="紫罗兰巷7号的王大妈家天天漏水。",
    place="紫罗兰巷7号",
    latitude=30.551234,
    longitude=114.312345,
)


@pytest.fixture
def hall() -> Hall:
    """A hall over an empty database."""
    return new_hall()


class Chats:
    """The chats of a hall as Telegram shows them: what arrives is added, edited or taken away."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self._shown: dict[int, dict[int, str]] = {}
        self._last = 0

    def receive(self) -> None:
        """Let everything arrive that waits."""
        while rows := self._waiting():
            for chat in rows:
                self._receive_one(chat)

    def claim(self, chat: int) -> int:
        """Let the next letter to a chat be on its way."""
        with self.hall.store.transaction():
            letter = self.hall.store.outbox.next_for(chat)
            assert letter
            self.hall.store.outbox.claim(letter.id)
        return letter.id

    def arrives(self, letter_id: int, chat: int, words: str) -> None:
        """Let a letter that was on its way arrive."""
        self._last += 1
        self._shown.setdefault(chat, {})[self._last] = words
        with self.hall.store.transaction():
            self.hall.store.outbox.mark_sent(letter_id, self._last, at=self.hall.clock.now)

    def shown(self, chat: int) -> str:
        """All that a chat shows now."""
        return "\n".join(self._shown.get(chat, {}).values())

    def _waiting(self) -> list[int]:
        return self.hall.store.outbox.residents_waited_for()

    def _receive_one(self, chat: int) -> None:
        outbox, shown = self.hall.store.outbox, self._shown.setdefault(chat, {})
        with self.hall.store.transaction():
            letter = outbox.next_for(chat)
            assert letter
            reply, message_id = letter.reply, letter.tapped_message_id
            if reply.removes:
                shown.pop(message_id)
                message_id = 0
            elif not reply.replaces or message_id not in shown:
                self._last += 1
                message_id = self._last
            if message_id:
                shown[message_id] = reply.html or str(reply.location)
            outbox.mark_sent(letter.id, message_id, at=self.hall.clock.now)


@pytest.fixture
def chats(hall: Hall) -> Chats:
    """The chats of the hall."""
    return Chats(hall)


def chat_of(hall: Hall, actor: Actor) -> int:
    """Where a member of staff is written to."""
    member = hall.store.staff.get(cast(int, actor.staff_id))
    assert member
    assert member.resident_id
    return member.resident_id


def forgets(hall: Hall, who: Actor | None = None) -> desk.Forgotten:
    """A resident is forgotten."""
    resident_id = cast(int, (who or hall.resident).resident_id)
    return desk.forget(hall.office, resident_id, drop_photo=lambda _: None, at=hall.clock.now)


def retires(hall: Hall) -> None:
    """What is due by its term goes, and staff's chats follow."""
    run = RetentionRun(
        hall.store, RetentionSettings(), drop_photo=lambda _: None, at=hall.clock.now
    )
    is_more = True
    while is_more:
        with hall.store.transaction():
            is_more = run.step()
    hall.rounds()


def on_its_way(hall: Hall) -> str:
    """All that any letter holds."""
    rows = hall.connection.execute("select opened(reply) from outbox").fetchall()
    return str(rows)


def test_who_works_on_a_case_hears_that_it_ends_and_not_what_it_was(
    hall: Hall, chats: Chats
) -> None:
    case = hall.dispatched(HOME)
    chats.receive()
    handler = chat_of(hall, hall.handler)
    assert "紫罗兰" in chats.shown(handler)
    forgets(hall)
    assert "紫罗兰" not in on_its_way(hall)
    chats.receive()
    assert "居民已撤回" in chats.shown(handler)
    assert case.number in chats.shown(handler)
    assert FORGOTTEN in chats.shown(handler)
    assert not any(words in chats.shown(handler) for words in ("紫罗兰", "30.55"))


def test_a_unit_that_is_out_of_it_has_her_words_no_longer(hall: Hall, chats: Chats) -> None:
    case = hall.dispatched(HOME, to=(To(STREETS), To(PARKS, is_lead=False)))
    chats.receive()
    hall.does(desk.cancel, case, hall.dispatcher, hall.part(case, PARKS).id)
    chats.receive()
    gardener = chat_of(hall, hall.gardener)
    assert "紫罗兰" in chats.shown(gardener)
    forgets(hall)
    chats.receive()
    assert "内容已删除" in chats.shown(gardener)
    assert "紫罗兰" not in chats.shown(gardener)


def test_a_group_that_is_none_any_more_has_them_no_longer(hall: Hall, chats: Chats) -> None:
    group = hall.opens_a_group()
    hall.files(HOME)
    chats.receive()
    assert "紫罗兰" in chats.shown(group)
    with hall.store.transaction():
        hall.store.staff.drop_group(group)
    forgets(hall)
    chats.receive()
    assert "紫罗兰" not in chats.shown(group)


def test_who_worked_here_has_them_no_longer(hall: Hall, chats: Chats) -> None:
    hall.dispatched(HOME)
    chats.receive()
    handler = chat_of(hall, hall.handler)
    remove_member(hall.store, "王五", at=hall.clock.now)
    forgets(hall)
    chats.receive()
    assert "内容已删除" in chats.shown(handler)
    assert "紫罗兰" not in chats.shown(handler)


def test_a_letter_that_is_being_sent_is_not_sent_again(hall: Hall, chats: Chats) -> None:
    hall.dispatched(HOME)
    handler = chat_of(hall, hall.handler)
    letter_id = chats.claim(handler)
    forgets(hall)
    with hall.store.transaction():
        hall.store.outbox.put_off(letter_id, "no answer")
    assert "紫罗兰" not in on_its_way(hall)
    chats.receive()
    assert "紫罗兰" not in chats.shown(handler)


def test_a_letter_that_arrives_after_all_is_taken_away(hall: Hall, chats: Chats) -> None:
    hall.dispatched(HOME)
    handler = chat_of(hall, hall.handler)
    letter_id = chats.claim(handler)
    forgets(hall)
    chats.arrives(letter_id, handler, "紫罗兰巷7号")
    chats.receive()
    assert "居民已撤回" in chats.shown(handler)
    assert "紫罗兰" not in chats.shown(handler)


def test_what_a_group_is_being_sent_of_a_report_is_taken_away(hall: Hall, chats: Chats) -> None:
    group = hall.opens_a_group()
    case = hall.files(HOME)
    letter_id = chats.claim(group)
    hall.does(desk.classify, case, hall.dispatcher, kind=Kind.REPORT)
    chats.arrives(letter_id, group, "紫罗兰巷7号")
    chats.receive()
    assert case.number in chats.shown(group)
    assert "紫罗兰" not in chats.shown(group)


def test_a_case_whose_term_has_passed_goes_from_staffs_chats_too(hall: Hall, chats: Chats) -> None:
    case = hall.replied(HOME)
    hall.does(desk.judge_solved, case, hall.resident, Solved.YES)
    chats.receive()
    handler = chat_of(hall, hall.handler)
    assert "紫罗兰" in chats.shown(handler)
    hall.clock.passes(days=RetentionSettings().cases_days + 1)
    retires(hall)
    chats.receive()
    assert case.number in chats.shown(handler)
    assert "紫罗兰" not in chats.shown(handler)
    retires(hall)
    assert hall.store.outbox.next_for(handler) is None


def test_a_chat_that_was_staffs_can_be_forgotten(hall: Hall, chats: Chats) -> None:
    hall.dispatched(HOME)
    chats.receive()
    handler = chat_of(hall, hall.handler)
    with pytest.raises(desk.StillOnDuty):
        forgets(hall, Actor.resident(handler))
    remove_member(hall.store, "王五", at=hall.clock.now)
    forgets(hall, Actor.resident(handler))
    assert not hall.store.residents.has_identity(handler)


def test_a_chat_that_was_staffs_goes_by_its_term(hall: Hall, chats: Chats) -> None:
    hall.dispatched(HOME)
    chats.receive()
    handler = chat_of(hall, hall.handler)
    remove_member(hall.store, "王五", at=hall.clock.now)
    hall.clock.passes(days=RetentionSettings().identities_days + 1)
    retires(hall)
    assert not hall.store.residents.has_identity(handler)


def test_what_staff_urge_about_a_report_is_read_in_private_only(hall: Hall, chats: Chats) -> None:
    group = hall.opens_a_group()
    case = hall.dispatched(replace(HOME, kind=Kind.REPORT))
    hall.does(desk.urge, case, hall.dispatcher, words="紫罗兰巷7号王大妈的事快办")
    chats.receive()
    assert "催办" in chats.shown(group)
    assert "紫罗兰" not in chats.shown(group)
    assert "催办：紫罗兰巷7号" in chats.shown(chat_of(hall, hall.handler)).replace("</b>", "")


def test_what_was_a_report_once_sends_a_group_no_place(hall: Hall, chats: Chats) -> None:
    group = hall.opens_a_group()
    case = hall.files(replace(HOME, kind=Kind.REPORT))
    hall.does(desk.classify, case, hall.dispatcher, kind=Kind.HELP)
    hall.does(desk.add_place, case, hall.resident, 30.551234, 114.312345)
    chats.receive()
    assert case.number in chats.shown(group)
    assert "30.55" not in chats.shown(group)


def test_a_group_gets_the_street_and_who_handles_it_the_door(hall: Hall, chats: Chats) -> None:
    """A group once got the exact point of "water comes into my flat"."""
    group = hall.opens_a_group()
    case = hall.dispatched()
    hall.does(desk.add_place, case, hall.resident, 30.551234, 114.312345)
    chats.receive()
    assert str(Location(30.551, 114.312)) in chats.shown(group)
    assert "30.5512" not in chats.shown(group)
    assert str(Location(30.551234, 114.312345)) in chats.shown(chat_of(hall, hall.handler))
