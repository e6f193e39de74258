"""Who a resident is: told to whom it may be, with a reason, and never without a trace."""

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from bot import desk
from bot.cases import Actor, Kind, Matter, MoveNotAllowed, Role
from bot.desk import Identity, may_reveal
from tests.casework import LAMP, Hall, new_hall

REASON = "电话回访核实地点"
SECRET = replace(LAMP, kind=Kind.REPORT)


@pytest.fixture
def hall() -> Iterator[Hall]:
    hall = new_hall()
    with closing(hall.connection):
        yield hall


def reveals(hall: Hall, who: Actor, matter: Matter = LAMP, reason: str = REASON) -> Identity:
    case = hall.dispatched(matter)
    return desk.reveal_identity(hall.office, case.id, who, reason, at=hall.clock.now)


def test_who_filed_a_case_is_told_with_a_reason_and_kept(hall: Hall) -> None:
    case = hall.dispatched()
    told = desk.reveal_identity(
        hall.office, case.id, hall.dispatcher, f"  {REASON} ", at=hall.clock.now
    )
    assert told == Identity("telegram", "1001")
    (view,) = hall.store.views.of_case(case.id)
    assert (view.staff_id, view.what, view.reason) == (
        hall.dispatcher.staff_id,
        "identity",
        REASON,
    )
    assert view.at == hall.clock.now


def test_the_case_stays_as_it_was(hall: Hall) -> None:
    case = hall.dispatched()
    letters = hall.letters(hall.resident)
    desk.reveal_identity(hall.office, case.id, hall.supervisor, REASON, at=hall.clock.now)
    assert hall.case(case) == case
    assert hall.letters(hall.resident) == letters


@pytest.mark.parametrize("reason", ["", "   ", "看看", "查一下", "\n\t查 \n"])
def test_without_a_reason_nothing_is_told_or_kept(hall: Hall, reason: str) -> None:
    case = hall.dispatched()
    before = hall.everything()
    with pytest.raises(MoveNotAllowed) as refused:
        desk.reveal_identity(hall.office, case.id, hall.dispatcher, reason, at=hall.clock.now)
    assert refused.value.why == "words"
    assert hall.everything() == before


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("role", ["dispatcher", "supervisor", "handler", "resident"])
def test_of_a_report_of_wrongdoing_the_supervisor_alone_learns_who(
    hall: Hall, role: str, kind: Kind
) -> None:
    who: Actor = getattr(hall, role)
    is_told = role == "supervisor" or (role == "dispatcher" and kind is not Kind.REPORT)
    case = hall.dispatched(replace(LAMP, kind=kind))
    assert may_reveal(who.role, case) == is_told
    before = hall.everything()
    if is_told:
        told = desk.reveal_identity(hall.office, case.id, who, REASON, at=hall.clock.now)
        assert told.address == "1001"
        return
    with pytest.raises(MoveNotAllowed) as refused:
        desk.reveal_identity(hall.office, case.id, who, REASON, at=hall.clock.now)
    assert refused.value.why == "role"
    assert hall.everything() == before


def test_a_report_stays_confidential_whatever_it_is_called_later(hall: Hall) -> None:
    case = hall.does(desk.accept, hall.files(SECRET), hall.dispatcher)
    case = hall.does(desk.classify, case, hall.dispatcher, kind=Kind.COMPLAINT)
    with pytest.raises(MoveNotAllowed) as refused:
        desk.reveal_identity(hall.office, case.id, hall.dispatcher, REASON, at=hall.clock.now)
    assert refused.value.why == "role"
    assert hall.case(case).is_confidential


def test_what_turns_out_to_be_a_report_is_confidential_from_then_on(hall: Hall) -> None:
    case = hall.does(desk.accept, hall.files(), hall.dispatcher, kind=Kind.REPORT)
    with pytest.raises(MoveNotAllowed) as refused:
        desk.reveal_identity(hall.office, case.id, hall.dispatcher, REASON, at=hall.clock.now)
    assert refused.value.why == "role"


def test_a_case_filed_as_confidential_is_the_supervisors_whatever_its_kind(hall: Hall) -> None:
    case = hall.dispatched()
    with hall.store.transaction():
        hall.store.cases.change(replace(hall.case(case), is_confidential=True))
    with pytest.raises(MoveNotAllowed) as refused:
        desk.reveal_identity(hall.office, case.id, hall.dispatcher, REASON, at=hall.clock.now)
    assert refused.value.why == "role"
    told = desk.reveal_identity(hall.office, case.id, hall.supervisor, REASON, at=hall.clock.now)
    assert told.address == "1001"


def test_a_web_visitors_secret_is_never_told(hall: Hall) -> None:
    with hall.store.transaction():
        met = hall.store.residents.met("web", "browser-secret", at=hall.clock.now)
    case = hall.files(by=Actor.resident(met.id))
    told = desk.reveal_identity(hall.office, case.id, hall.supervisor, REASON, at=hall.clock.now)
    assert told == Identity("web", "")
    assert [view.what for view in hall.store.views.of_case(case.id)] == ["identity"]


def test_the_clock_is_told_nothing(hall: Hall) -> None:
    with pytest.raises(MoveNotAllowed):
        reveals(hall, Actor(Role.SYSTEM))
    with pytest.raises(MoveNotAllowed):
        reveals(hall, Actor(Role.SUPERVISOR))  # a role that nobody holds leaves no trace


def test_of_a_case_that_is_not_there_nothing_is_told(hall: Hall) -> None:
    with pytest.raises(MoveNotAllowed) as refused:
        desk.reveal_identity(hall.office, 99, hall.supervisor, REASON, at=hall.clock.now)
    assert refused.value.why == "gone"


def test_the_log_holds_numbers_only(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        reveals(hall, hall.supervisor, SECRET)
    told = caplog.messages[-1]
    assert told == f"case 1: identity revealed to staff {hall.supervisor.staff_id}"
