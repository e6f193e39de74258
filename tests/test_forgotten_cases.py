"""The cases of whoever was forgotten: what is kept goes when it is over, nothing is written of
what is emptied, and the figures stay."""

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from bot import desk
from bot.cases import FORGOTTEN, Actor, Case, Kind, Solved
from bot.desk import To
from bot.retention import RetentionRun
from bot.store import Records
from tests.casework import LAMP, MONDAY_AT_NINE, STREETS, Hall, new_hall
from tests.test_retention import SETTINGS

BRIBE = replace(LAMP, text="城管队长收商户的钱。", kind=Kind.REPORT, place="紫罗兰巷")
DISPUTABLE = timedelta(days=30)
DAY = timedelta(days=1)


@pytest.fixture
def hall() -> Hall:
    """A hall over an empty database."""
    return new_hall()


def forgets(hall: Hall) -> desk.Forgotten:
    """The resident is forgotten."""
    resident_id = cast(int, hall.resident.resident_id)
    return desk.forget(hall.office, resident_id, drop_photo=lambda _: None, at=hall.clock.now)


def figures(hall: Hall) -> Records:
    """What metrics are counted from."""
    since = MONDAY_AT_NINE - DAY
    until = MONDAY_AT_NINE + timedelta(days=60)
    return hall.store.figures.read(since, until, now=hall.clock.now, spots_since=since)


def text_after(hall: Hall, case: Case, time: timedelta) -> str:
    """What a case says when so much time has gone by."""
    hall.comes_to(hall.clock.now + time)
    return hall.case(case).matter.text


def test_what_was_kept_goes_when_it_is_over(hall: Hall) -> None:
    case = hall.files(BRIBE)
    forgets(hall)
    source = {"source": "纪委"}
    case = hall.does(desk.answer, hall.case(case), hall.dispatcher, "查实。", **source)
    assert text_after(hall, case, DAY) == BRIBE.text
    nobody = Actor.resident(hall.case(case).resident_id)
    case = hall.does(desk.judge_solved, hall.case(case), nobody, Solved.YES)
    assert text_after(hall, case, DISPUTABLE - DAY) == BRIBE.text
    assert text_after(hall, case, 2 * DAY) == FORGOTTEN
    assert [event.reason for event in hall.events(case) if event.reason] == []


def test_what_was_kept_and_not_accepted_goes_too(hall: Hall) -> None:
    case = hall.files(BRIBE)
    forgets(hall)
    case = hall.does(desk.reject, hall.case(case), hall.dispatcher, "litigation")
    assert text_after(hall, case, DISPUTABLE - DAY) == BRIBE.text
    assert text_after(hall, case, 2 * DAY) == FORGOTTEN


def test_what_nobody_asked_to_forget_stays_until_its_term(hall: Hall) -> None:
    case = hall.closed()
    assert text_after(hall, case, 3 * DISPUTABLE) == LAMP.text


def test_nothing_is_written_of_an_emptied_case(hall: Hall) -> None:
    case = hall.closed()
    forgets(hall)
    case = hall.case(case)
    nobody = Actor.resident(case.resident_id)
    for step, actor in (
        (desk.dispute, nobody),
        (desk.reword, nobody),
        (desk.note, hall.dispatcher),
        (desk.note, hall.supervisor),
    ):
        hall.refuses("emptied", step, case, actor, "紫罗兰巷的王大妈来过电话")
    assert not desk.may_still_be_disputed(hall.office, case, at=hall.clock.now)


def test_a_unit_that_was_late_was_late_whoever_is_forgotten(hall: Hall) -> None:
    case = hall.dispatched(to=(To(STREETS),))
    hall.comes_to(hall.clock.now + 20 * DAY)
    before = figures(hall).clocks
    assert before
    forgets(hall)
    assert not hall.timers(case)
    assert sorted(figures(hall).clocks, key=str) == sorted(before, key=str)


def test_what_is_not_due_when_it_is_withdrawn_is_nobodys_fault(hall: Hall) -> None:
    hall.dispatched()
    forgets(hall)
    hall.clock.passes(days=50)
    assert {clock.name for clock in figures(hall).clocks} <= {"accept", "dispatch"}


def test_a_spot_counts_as_before_and_is_named_by_the_others(hall: Hall) -> None:
    here = replace(LAMP, place="胭脂路口")
    hall.files(here, by=hall.neighbour)
    case = hall.replied(here)
    hall.does(desk.judge_solved, case, hall.resident, Solved.YES)
    before = figures(hall)
    assert len(before.spots) == 2
    assert before.spot_names
    forgets(hall)
    after = figures(hall)
    assert (after.spots, after.spot_names) == (before.spots, before.spot_names)
    assert hall.store.cases.spot_words(case.id) == ""


def test_the_spot_of_an_emptied_case_goes_by_its_term(hall: Hall) -> None:
    case = hall.replied(replace(LAMP, place="胭脂路口"))
    hall.does(desk.judge_solved, case, hall.resident, Solved.YES)
    forgets(hall)
    assert hall.case(case).spot
    hall.clock.passes(days=SETTINGS.cases_days + 1)
    run = RetentionRun(hall.store, SETTINGS, drop_photo=lambda _: None, at=hall.clock.now)
    is_more = True
    while is_more:
        with hall.store.transaction():
            is_more = run.step()
    assert hall.case(case).spot == ""
