"""A row of a list: what it shows of a case, and how much of its limit is used up."""

from dataclasses import replace
from datetime import timedelta

from bot import desk
from bot.cases import CaseState, Kind, Role, Urgency
from bot.desk import To
from bot.store import Filters, NextDue, QueueRow, Tab
from tests.casework import LAMP, MONDAY_AT_NINE, PARKS, STREETS, Hall, wuhan
from tests.queues import DISPATCHER, listed, row


def test_a_row_shows_what_a_list_needs(hall: Hall) -> None:
    matter = replace(
        LAMP, text="灯" * 121, urgency=Urgency.URGENT, place="胭脂路 3 号", is_danger=True
    )
    case = hall.dispatched(matter, to=[To(PARKS), To(STREETS, is_lead=False)])
    with hall.store.transaction():
        hall.store.drafts.add_file(
            hall.store.cases.draft_id(case.id),
            name="a.jpg",
            media_type="image/jpeg",
            size_bytes=9,
            at=hall.clock.now,
        )
    assert row(hall, case) == QueueRow(
        id=case.id,
        number=case.number,
        version=2,
        kind=Kind.COMPLAINT,
        category="urban_management",
        urgency=Urgency.URGENT,
        is_danger=True,
        is_confidential=False,
        street="liangdaojie",
        place="胭脂路 3 号",
        words="灯" * 120 + "…",
        state=CaseState.IN_PROGRESS,
        submitted_at=MONDAY_AT_NINE,
        photos=1,
        rework=0,
        waits_for=Role.HANDLER,
        commitment="",
        leads=(PARKS,),
        due=NextDue("sign", MONDAY_AT_NINE, MONDAY_AT_NINE + timedelta(hours=1)),
        is_paused=False,
        is_unreachable=False,
        is_of_nobody=False,
        has_hint=False,
    )


def test_a_row_says_that_a_case_is_confidential_and_that_it_is_nobodys(hall: Hall) -> None:
    shown = row(hall, hall.files(replace(LAMP, kind=Kind.REPORT), as_nobody=True))
    assert (shown.is_confidential, shown.is_of_nobody) == (True, True)


def test_words_that_fit_are_shown_whole(hall: Hall) -> None:
    assert row(hall, hall.files(replace(LAMP, text="灯" * 120))).words == "灯" * 120


def test_the_clock_that_is_due_next_is_shown(hall: Hall) -> None:
    case = hall.dispatched()
    part = hall.part(case).id
    hall.does(desk.sign, case, hall.handler, part)
    shown = row(hall, case).due
    assert shown == NextDue("contact", MONDAY_AT_NINE, hall.due(case, "contact"))
    hall.does(desk.contact, case, hall.handler, "明天上门。")
    shown = row(hall, case).due
    assert shown == NextDue("done", MONDAY_AT_NINE, hall.due(case, f"done {STREETS}"))


def test_a_limit_is_used_up_by_and_by() -> None:
    clock = NextDue("done", MONDAY_AT_NINE, MONDAY_AT_NINE + timedelta(hours=4))
    hours = (-1, 0, 1, 4, 6)
    shares = [clock.share(at=MONDAY_AT_NINE + timedelta(hours=hour)) for hour in hours]
    assert shares == [0.0, 0.0, 0.25, 1.0, 1.5]
    assert NextDue("done", MONDAY_AT_NINE, MONDAY_AT_NINE).share(at=MONDAY_AT_NINE) == 1.0


def test_the_clock_of_a_case_that_waits_for_its_resident_stands_still(hall: Hall) -> None:
    case = hall.asked()
    assert (row(hall, case).is_paused, row(hall, case).due) == (True, None)
    hall.clock.now = wuhan(9, 30, 9)
    late = row(hall, case)
    assert late.due is not None
    assert (late.is_paused, late.due.name) == (True, "info")
    assert listed(hall, Filters(Tab.MINE), DISPATCHER) == [case.id]


def test_who_rates_is_not_hurried_by_the_queue(hall: Hall) -> None:
    assert row(hall, hall.replied()).due is None


def test_only_the_units_of_the_present_round_lead(hall: Hall) -> None:
    case = hall.replied()
    hall.does(desk.dispute, case, hall.resident, "又坏了")
    hall.does(desk.dispatch, case, hall.dispatcher, [To(PARKS)])
    assert PARKS in row(hall, case).leads
    assert row(hall, case).leads == tuple(
        part.unit for part in hall.parts(case) if part.round == 1 and part.is_live
    )


def test_a_case_says_that_something_is_like_it(hall: Hall) -> None:
    first, second, third = hall.files(), hall.files(), hall.files()
    with hall.store.transaction():
        hall.store.cases.keep_similar(second.id, first.id, score=0.9, reasons=("place",))
        hall.store.cases.change(replace(hall.case(third), same_as=first.id))
    assert [row(hall, one).has_hint for one in (first, second, third)] == [False, True, True]
