"""The queue as staff read it: what is in which tab and for whom, in which order, in what pages."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import desk
from bot.cases import ENDED_STATES, TIME_ZONE, Case, CaseState, Kind, Role, Urgency
from bot.desk import To
from bot.messages import Reply
from bot.store import SORTS, Filters, Reader, Tab
from tests.casework import LAMP, PARKS, STREETS, Hall, new_hall, wuhan
from tests.queues import DISPATCHER, GARDENER, HANDLER, READERS, SUPERVISOR, listed, row


@pytest.fixture(scope="module")
def town() -> Iterator[Hall]:
    """A hall with a case in every state and some of other urgencies and units, two hours apart;
    nothing more happens in it."""
    hall = new_hall()
    for state in CaseState:
        hall.standing(state)
        hall.clock.now += timedelta(hours=2)
    for number, urgency in enumerate(Urgency):
        matter = replace(
            LAMP,
            text=f"公园里第{number}棵树倒了，The tree fell down.",
            urgency=urgency,
            kind=Kind.REPORT,
            category="environment",
            street="nanhu",
            commitment="wuchang-2020/7",
        )
        hall.dispatched(matter, to=[To(PARKS), To(STREETS, is_lead=False)], by=hall.neighbour)
        hall.clock.now += timedelta(hours=2)
    hall.does(desk.dispute, hall.replied(), hall.resident, "又不亮了")
    hall.does(desk.dispute, hall.answered(), hall.resident, "没有答到点子上")
    hall.finishes(hall.dispatched())
    with hall.store.transaction():
        assert hall.neighbour.resident_id is not None
        hall.store.residents.set_reachable(hall.neighbour.resident_id, False)
    hall.clock.now = wuhan(9, 16, 10)
    yield hall
    hall.store.close()


def tabs(hall: Hall, reader: Reader) -> dict[Tab, list[int]]:
    """What each tab that is not empty shows, apart from all."""
    found = {tab: listed(hall, Filters(tab), reader) for tab in Tab if tab is not Tab.ALL}
    return {tab: ids for tab, ids in found.items() if ids}


# Tabs


def test_a_case_is_in_the_tab_of_its_next_step(hall: Hall) -> None:
    case = hall.files()
    mine = {Tab.MINE: [case.id]}
    assert tabs(hall, DISPATCHER) == {Tab.TO_ACCEPT: [case.id], **mine}
    hall.does(desk.accept, case, hall.dispatcher)
    assert tabs(hall, DISPATCHER) == {Tab.TO_DISPATCH: [case.id], **mine}
    hall.does(desk.dispatch, case, hall.dispatcher, [To(STREETS)])
    assert (tabs(hall, DISPATCHER), tabs(hall, HANDLER)) == ({}, mine)
    hall.finishes(case)
    assert (tabs(hall, DISPATCHER), tabs(hall, HANDLER)) == (
        {Tab.TO_REPLY: [case.id], **mine},
        {Tab.TO_REPLY: [case.id]},
    )
    hall.replies(case)
    assert tabs(hall, DISPATCHER) == tabs(hall, SUPERVISOR) == tabs(hall, HANDLER) == {}


def test_a_case_is_to_be_replied_to_when_all_leads_are_done(hall: Hall) -> None:
    case = hall.dispatched(to=[To(STREETS), To(PARKS)])
    hall.finishes(case)
    assert listed(hall, Filters(Tab.TO_REPLY)) == []
    hall.finishes(case, hall.gardener)
    assert listed(hall, Filters(Tab.TO_REPLY)) == [case.id]


def test_a_disputed_case_stays_so_until_it_is_replied_to_again(hall: Hall) -> None:
    case = hall.does(desk.dispute, hall.replied(), hall.resident, "又坏了")
    assert listed(hall, Filters(Tab.DISPUTED)) == [case.id]
    assert listed(hall, Filters(Tab.DISPUTED), HANDLER) == [case.id]
    again = hall.case(case)
    assert tabs(hall, DISPATCHER)[Tab.DISPUTED] == [case.id]
    hall.finishes(again)
    assert listed(hall, Filters(Tab.DISPUTED)) == [case.id]
    hall.replies(again)
    assert listed(hall, Filters(Tab.DISPUTED)) == []


def test_a_disputed_answer_stays_so_until_it_is_answered_again(hall: Hall) -> None:
    case = hall.does(desk.dispute, hall.answered(), hall.resident, "答非所问")
    assert listed(hall, Filters(Tab.DISPUTED)) == [case.id]
    hall.does(desk.answer, case, hall.dispatcher, "每天六点开灯，六点关灯。")
    assert listed(hall, Filters(Tab.DISPUTED)) == []


def test_a_case_whose_only_unit_was_right_to_give_it_back_is_to_be_dispatched(hall: Hall) -> None:
    case = hall.dispatched()
    part = hall.part(case).id
    hall.does(desk.ask_return, case, hall.handler, part, "依三定方案，不归我们。")
    assert listed(hall, Filters(Tab.TO_DISPATCH)) == []
    hall.does(desk.grant_return, case, hall.dispatcher, part)
    assert listed(hall, Filters(Tab.TO_DISPATCH)) == [case.id]
    assert row(hall, case).leads == ()


def test_an_accepted_case_is_to_be_dispatched_with_or_without_a_clock(hall: Hall) -> None:
    case = hall.accepted()
    with hall.store.transaction():
        for timer in hall.timers(case):
            hall.store.timers.drop(timer.id)
    assert listed(hall, Filters(Tab.TO_DISPATCH)) == [case.id]


def test_a_case_is_overdue_from_the_moment_its_clock_has_run_out(hall: Hall) -> None:
    case = hall.files()
    due_at = hall.due(case, "accept")
    assert due_at is not None
    hall.clock.now = due_at
    assert listed(hall, Filters(Tab.OVERDUE)) == []
    hall.clock.now += timedelta(seconds=1)
    assert listed(hall, Filters(Tab.OVERDUE)) == [case.id]
    assert listed(hall, Filters(Tab.OVERDUE), HANDLER) == []
    hall.does(desk.accept, case, hall.dispatcher)
    assert listed(hall, Filters(Tab.OVERDUE)) == []


def test_what_its_resident_has_to_do_is_overdue_only_when_she_says_nothing(hall: Hall) -> None:
    asked = hall.asked()
    hall.replied()
    hall.clock.now = wuhan(9, 18, 17)
    assert listed(hall, Filters(Tab.OVERDUE)) == []
    hall.clock.now = wuhan(12, 31, 9)
    assert listed(hall, Filters(Tab.OVERDUE)) == [asked.id]


def test_the_tabs_count_what_they_show(town: Hall) -> None:
    queue, at = town.store.queue, town.clock.now
    for reader in READERS:
        shown = {tab: queue.page(Filters(tab), reader, at=at).total for tab in Tab}
        assert queue.counts(reader, at=at) == shown
    assert all(queue.counts(SUPERVISOR, at=at).values())


def test_what_waits_for_a_role_is_the_same_in_the_console_and_in_the_chat(town: Hall) -> None:
    for reader in READERS:
        told = town.store.lists.to_do(reader.role, reader.unit, at=town.clock.now, most=99)
        assert listed(town, Filters(Tab.MINE), reader) == sorted(case.id for case in told)


def test_no_clock_of_staff_runs_for_a_case_that_has_ended(town: Hall) -> None:
    rows = town.store.queue.page(Filters(states=ENDED_STATES), SUPERVISOR, at=town.clock.now).rows
    assert {one.state for one in rows} == set(ENDED_STATES)
    assert {one.due for one in rows} == {None}


# Who sees what


def test_a_handler_sees_the_cases_of_her_unit_alone(hall: Hall) -> None:
    hers = hall.dispatched()
    both = hall.dispatched(replace(LAMP, kind=Kind.REPORT), to=[To(PARKS), To(STREETS)])
    others = hall.dispatched(replace(LAMP, kind=Kind.REPORT), to=[To(PARKS)])
    waiting = hall.files(replace(LAMP, kind=Kind.REPORT))
    everything = [hers.id, both.id, others.id, waiting.id]
    for reader, expected in (
        (HANDLER, [hers.id, both.id]),
        (GARDENER, [both.id, others.id]),
        (DISPATCHER, everything),
        (SUPERVISOR, everything),
        (Reader(Role.HANDLER, "housing"), []),
        (Reader(Role.HANDLER), []),
    ):
        assert listed(hall, Filters(), reader) == expected
        assert [one for one in everything if hall.store.queue.may_see(one, reader)] == expected
        assert not hall.store.queue.may_see(99, reader)


def test_a_unit_that_gives_a_case_back_sees_it_until_that_is_granted(hall: Hall) -> None:
    case = hall.dispatched(to=[To(STREETS), To(PARKS)])
    part = hall.part(case).id
    hall.does(desk.ask_return, case, hall.handler, part, "依三定方案，不归我们。")
    assert listed(hall, Filters(), HANDLER) == [case.id]
    hall.does(desk.grant_return, case, hall.dispatcher, part)
    assert (listed(hall, Filters(), HANDLER), listed(hall, Filters(), GARDENER)) == ([], [case.id])
    assert not hall.store.queue.may_see(case.id, HANDLER)


def test_a_handler_sees_what_her_unit_has_done(hall: Hall) -> None:
    case = hall.closed()
    assert listed(hall, Filters(), HANDLER) == [case.id]
    assert listed(hall, Filters(text="已修复"), HANDLER) == [case.id]


def test_a_search_finds_a_handler_nothing_that_is_not_hers(hall: Hall) -> None:
    case = hall.dispatched()
    assert listed(hall, Filters(text=case.number), GARDENER) == []
    page = hall.store.queue.page(Filters(text="路灯"), GARDENER, at=hall.clock.now)
    assert (page.rows, page.total) == ((), 0)


# Filters

FILTERS: dict[str, tuple[Filters, Callable[[Case], bool]]] = {
    "state": (
        Filters(states=(CaseState.LEDGER, CaseState.CLOSED)),
        lambda case: case.state in (CaseState.LEDGER, CaseState.CLOSED),
    ),
    "kind": (Filters(kind=Kind.REPORT), lambda case: case.matter.kind is Kind.REPORT),
    "category": (
        Filters(category="environment"),
        lambda case: case.matter.category == "environment",
    ),
    "street": (Filters(street="liangdaojie"), lambda case: case.matter.street == "liangdaojie"),
    "urgency": (
        Filters(urgency=Urgency.CRITICAL),
        lambda case: case.matter.urgency is Urgency.CRITICAL,
    ),
    "commitment": (
        Filters(commitment="wuchang-2020/7"),
        lambda case: case.matter.commitment == "wuchang-2020/7",
    ),
    "since": (
        Filters(since=date(2026, 9, 15)),
        lambda case: case.submitted_at.astimezone(TIME_ZONE).date() >= date(2026, 9, 15),
    ),
    "until": (
        Filters(until=date(2026, 9, 14)),
        lambda case: case.submitted_at.astimezone(TIME_ZONE).date() <= date(2026, 9, 14),
    ),
    "text": (Filters(text="tree"), lambda case: "tree" in case.matter.text),
}
"""What narrows a list, and of which cases it holds."""


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_keeps_the_cases_it_names_and_no_others(town: Hall, name: str) -> None:
    filters, holds = FILTERS[name]
    cases = list(town.store.cases.all())
    expected = [case.id for case in cases if holds(case)]
    assert listed(town, filters) == expected
    assert 0 < len(expected) < len(cases)


@given(st.sets(st.sampled_from(sorted(FILTERS))), st.sampled_from(SORTS), st.sampled_from(READERS))
def test_filters_narrow_together(town: Hall, names: set[str], sort: str, reader: Reader) -> None:
    given_ones = {
        field: value
        for name in names
        for field in Filters.__dataclass_fields__
        if (value := getattr(FILTERS[name][0], field)) and field != "tab"
    }
    queue, at = town.store.queue, town.clock.now
    found = queue.ids(Filters(**given_ones), reader, at=at, sort=sort)
    assert sorted(found) == [
        case.id
        for case in town.store.cases.all()
        if all(FILTERS[name][1](case) for name in names) and queue.may_see(case.id, reader)
    ]


def test_the_units_filter_keeps_what_it_answers_for(town: Hall) -> None:
    assert listed(town, Filters(unit=PARKS)) == listed(town, Filters(), GARDENER) != []
    both = listed(town, Filters(unit=PARKS), HANDLER)
    assert both == listed(town, Filters(unit=STREETS), GARDENER) != []


def test_days_are_days_in_wuhan(hall: Hall) -> None:
    hall.clock.now = wuhan(9, 14, 23, 59)
    late = hall.files()
    hall.clock.now = wuhan(9, 15, 0, 0)
    early = hall.files()
    day = date(2026, 9, 14)
    assert listed(hall, Filters(since=day, until=day)) == [late.id]
    assert listed(hall, Filters(since=date(2026, 9, 15))) == [early.id]


def test_a_commitment_that_was_dropped_finds_nothing(hall: Hall) -> None:
    case = hall.accepted(replace(LAMP, commitment="a"))
    assert (listed(hall, Filters(commitment="a")), row(hall, case).commitment) == ([case.id], "a")
    hall.does(desk.link, case, hall.dispatcher, commitments=["c", "b"])
    assert listed(hall, Filters(commitment="a")) == []
    assert listed(hall, Filters(commitment="b")) == listed(hall, Filters(commitment="c")) == [1]
    assert row(hall, case).commitment == "c"


def test_whose_letters_wait_in_vain_is_unreachable(hall: Hall) -> None:
    case, other = hall.files(), hall.files(by=hall.neighbour)
    resident_id = case.resident_id
    with hall.store.transaction():
        hall.store.residents.set_reachable(resident_id, False)
        for_staff = Reply("新派单。", is_protected=True)
        hall.store.outbox.post(resident_id, for_staff, at=hall.clock.now)
    assert (listed(hall, Filters(unreachable=True)), row(hall, case).is_unreachable) == ([], False)
    with hall.store.transaction():
        hall.store.outbox.post(resident_id, Reply("已受理。"), at=hall.clock.now)
    assert listed(hall, Filters(unreachable=True)) == [case.id]
    assert [row(hall, one).is_unreachable for one in (case, other)] == [True, False]


# Order and pages


@pytest.fixture
def three(hall: Hall) -> list[int]:
    """Three cases: due on Monday at 11:00, not running, due in between; the last is critical."""
    first = hall.files()
    paused = hall.does(desk.ask_info, hall.files(), hall.dispatcher, "哪一盏？")
    hall.clock.now += timedelta(minutes=5)
    urgent = hall.files(replace(LAMP, urgency=Urgency.URGENT))
    return [first.id, paused.id, urgent.id]


def test_lists_have_four_orders(hall: Hall, three: list[int]) -> None:
    first, paused, urgent = three
    queue, at = hall.store.queue, hall.clock.now
    orders = {sort: queue.ids(Filters(), SUPERVISOR, at=at, sort=sort) for sort in SORTS}
    assert orders == {
        "due": [first, urgent, paused],
        "newest": [urgent, paused, first],
        "oldest": [first, paused, urgent],
        "urgency": [urgent, first, paused],
    }


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("text", ["", "路灯"])
def test_pages_one_after_another_are_the_whole_list(town: Hall, sort: str, text: str) -> None:
    queue, at, filters = town.store.queue, town.clock.now, Filters(text=text)
    whole = queue.ids(filters, SUPERVISOR, at=at, sort=sort)
    pages = [
        queue.page(filters, SUPERVISOR, at=at, sort=sort, offset=offset, most=4)
        for offset in range(0, len(whole) + 4, 4)
    ]
    assert [row.id for page in pages for row in page.rows] == whole
    assert {page.total for page in pages} == {len(whole)}
    assert len(set(whole)) == len(whole) > 8


@pytest.mark.parametrize("text", ["", "路灯"])
def test_a_page_past_the_end_is_empty_and_knows_how_long_the_list_is(
    town: Hall, text: str
) -> None:
    queue, at, filters = town.store.queue, town.clock.now, Filters(text=text)
    page = queue.page(filters, SUPERVISOR, at=at, offset=5000)
    assert (page.rows, page.total) == ((), len(listed(town, filters)))


def test_an_empty_district_has_empty_lists(hall: Hall) -> None:
    for sort in SORTS:
        page = hall.store.queue.page(Filters(), SUPERVISOR, at=hall.clock.now, sort=sort)
        assert (page.rows, page.total) == ((), 0)
    assert hall.store.queue.newest_step() == 0


# What is new, and what it costs


def test_every_step_makes_the_newest_one_greater(hall: Hall) -> None:
    case = hall.files()
    seen = [hall.store.queue.newest_step()]
    for step, actor in ((desk.accept, hall.dispatcher), (desk.withdraw, hall.resident)):
        hall.does(step, case, actor, *([""] if step is desk.withdraw else []))
        seen.append(hall.store.queue.newest_step())
    assert seen == sorted(set(seen))
    row(hall, case)
    assert hall.store.queue.newest_step() == seen[-1]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("text", ["", "路灯 坏了"])
def test_no_list_reads_everything_that_ever_happened(town: Hall, sort: str, text: str) -> None:
    statements: list[str] = []
    town.connection.set_trace_callback(statements.append)
    for reader in READERS:
        for tab in Tab:
            town.store.queue.page(Filters(tab, text), reader, at=town.clock.now, sort=sort)
        town.store.queue.counts(reader, at=town.clock.now)
    town.connection.set_trace_callback(None)
    plans = [
        detail
        for statement in set(statements)
        if statement.lstrip().startswith("select")
        for *_, detail in town.connection.execute(f"explain query plan {statement}")
    ]
    assert any("timers_running" in detail for detail in plans)
    scanned = {detail for detail in plans if detail.startswith("SCAN")}
    grows = ("assignments", "events", "drafts", "outbox", "similar_cases", "case_commitments")
    assert not [one for one in scanned if one.split()[1] in grows]
    clocks = {one for one in scanned if one.split()[1] == "timers"}
    assert clocks <= {"SCAN timers USING COVERING INDEX timers_running"}
