"""More time for a unit, once and before it is due; and whose step is next meanwhile."""

from dataclasses import replace
from datetime import datetime

import pytest

from bot import desk
from bot.cases import Actor, Asked, Case, Role, Urgency
from bot.clocks import Length
from bot.desk import To
from tests.casework import LAMP, PARKS, STREETS, Hall, wuhan

BOTH = (To(STREETS), To(PARKS))


def asks_return(hall: Hall, case: Case, actor: Actor) -> Case:
    """A handler asks to give her unit's part back."""
    part = hall.part(case, actor.unit)
    return hall.does(desk.ask_return, case, actor, part.id, "依三定方案，不归我们。")


def asks_extension(hall: Hall, case: Case, actor: Actor) -> Case:
    """A handler asks for more time."""
    return hall.does(desk.ask_extension, case, actor, hall.part(case, actor.unit).id, "等备件。")


def grants(hall: Hall, case: Case, actor: Actor, *, longer: Length | None = None) -> Case:
    """A dispatcher gives a unit more time."""
    part = hall.part(case, actor.unit)
    return hall.does(desk.grant_extension, case, hall.dispatcher, part.id, longer=longer)


def test_an_extension_gives_as_much_time_as_at_first_and_the_resident_is_told(hall: Hall) -> None:
    case = asks_extension(hall, hall.dispatched(), hall.handler)
    assert (case.waits_for, hall.due(case, "done")) == (Role.DISPATCHER, wuhan(9, 20, 9))
    letters = hall.letters(hall.resident)
    granted = grants(hall, case, hall.handler)
    assert granted.waits_for is Role.HANDLER
    assert hall.part(case).extension_asked is Asked.GRANTED
    assert hall.due(case, "done") == hall.due(case, f"done {STREETS}") == wuhan(9, 28, 9)
    (told,) = hall.letters(hall.resident)[len(letters) :]
    assert "2026-09-28 09:00" in told
    assert "等备件。" in told


def test_an_extension_is_no_longer_than_the_first_length(hall: Hall) -> None:
    case = asks_extension(hall, hall.dispatched(), hall.handler)
    part = hall.part(case).id
    for longer in ("6 working days", "36 working hours", "1 day"):
        length = Length.read(longer)
        hall.refuses("late", desk.grant_extension, case, hall.dispatcher, part, longer=length)
    grants(hall, case, hall.handler, longer=Length.read("1 working day"))
    assert hall.due(case, "done") == wuhan(9, 21, 9)


def test_an_urgent_cases_extension_goes_by_the_wall_clock(hall: Hall) -> None:
    case = hall.dispatched(replace(LAMP, urgency=Urgency.URGENT))
    grants(hall, asks_extension(hall, case, hall.handler), hall.handler)
    assert hall.due(case, "done") == wuhan(9, 16, 9)


def test_an_extension_is_asked_for_once_with_a_reason(hall: Hall) -> None:
    case = hall.dispatched()
    part = hall.part(case).id
    hall.refuses("words", desk.ask_extension, case, hall.handler, part, "")
    asks_extension(hall, case, hall.handler)
    hall.refuses("once", desk.ask_extension, case, hall.handler, part, "还要")
    hall.does(desk.refuse_extension, case, hall.supervisor, part)
    assert (hall.part(case).extension_asked, hall.case(case).waits_for) == (
        Asked.REFUSED,
        Role.HANDLER,
    )
    hall.refuses("once", desk.ask_extension, case, hall.handler, part, "还要")
    hall.refuses("once", desk.grant_extension, case, hall.dispatcher, part)
    hall.refuses("once", desk.refuse_extension, case, hall.dispatcher, part)


@pytest.mark.parametrize("now", [wuhan(9, 20, 9), wuhan(9, 20, 9, 1)])
def test_an_extension_is_asked_for_before_it_is_due(hall: Hall, now: datetime) -> None:
    case, other = hall.dispatched(), hall.dispatched()
    hall.clock.now = wuhan(9, 20, 8, 59)
    asks_extension(hall, other, hall.handler)
    hall.clock.now = now
    part = hall.part(case).id
    hall.refuses("late", desk.ask_extension, case, hall.handler, part, "等备件。")


def test_a_support_units_extension_moves_its_own_part_only(hall: Hall) -> None:
    case = hall.dispatched(to=[To(STREETS), To(PARKS, is_lead=False)])
    grants(hall, asks_extension(hall, case, hall.gardener), hall.gardener)
    assert hall.due(case, f"done {PARKS}") == wuhan(9, 28, 9)
    assert hall.due(case, "done") == hall.due(case, f"done {STREETS}") == wuhan(9, 20, 9)


def test_the_extensions_of_two_leads_give_the_case_no_more_time_than_each(hall: Hall) -> None:
    case = hall.dispatched(to=BOTH)
    for actor in (hall.handler, hall.gardener):
        grants(hall, asks_extension(hall, case, actor), actor)
    assert hall.due(case, f"done {STREETS}") == hall.due(case, f"done {PARKS}")
    assert hall.due(case, "done") == hall.due(case, f"done {STREETS}") == wuhan(9, 28, 9)


# Whose step is next


def test_an_extension_that_is_not_needed_any_more_keeps_nobody_waiting(hall: Hall) -> None:
    case = hall.dispatched(to=BOTH)
    asks_extension(hall, case, hall.handler)
    hall.finishes(case, hall.handler)
    assert hall.case(case).waits_for is Role.HANDLER  # the other lead's


def test_a_return_that_was_overtaken_keeps_nobody_waiting(hall: Hall) -> None:
    case = hall.dispatched(to=BOTH)
    asks_return(hall, case, hall.handler)
    hall.does(desk.cancel, case, hall.dispatcher, hall.part(case).id)
    assert hall.case(case).waits_for is Role.HANDLER  # the other lead's


def test_an_extension_of_a_part_given_back_keeps_nobody_waiting(hall: Hall) -> None:
    case = hall.dispatched()
    asks_extension(hall, case, hall.handler)
    asks_return(hall, case, hall.handler)
    hall.does(desk.grant_return, case, hall.dispatcher, hall.part(case).id)
    again = hall.does(desk.dispatch, case, hall.dispatcher, [To(PARKS)])
    assert again.waits_for is Role.HANDLER
