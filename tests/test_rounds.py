"""What the clock brings about, and when: each thing once, though the bot slept or stopped."""

import sqlite3
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot import desk
from bot.cases import Case, CaseState, Kind, Matter, Satisfied, Solved, Urgency
from bot.desk import To
from bot.store import Store
from bot.vault import Vault
from tests.casework import LAMP, MONDAY_AT_NINE, PARKS, STREETS, Hall, wuhan
from tests.clock import Clock
from tests.office import office_over

S = CaseState
SAID = ("warn", "urge", "supervise")
MINUTE = timedelta(minutes=1)
ACCEPT = [
    (wuhan(9, 14, 10), "warn", "50%"),
    (wuhan(9, 14, 10, 36), "warn", "80%"),
    (wuhan(9, 14, 11), "urge", "100%"),
    (wuhan(9, 15, 11), "supervise", "100%"),
]
"""What is said of a matter filed on Monday at 09:00 that nobody accepts within two hours."""


def said(hall: Hall, case: Case) -> list[tuple[datetime, str, str, str]]:
    """What was said of a case's clocks: when, how gravely, of which, at what share."""
    return [
        (event.at, event.action, event.about["clock"], event.about["share"])
        for event in hall.events(case)
        if event.action in SAID
    ]


def sleeps_until(hall: Hall, *moments: datetime) -> None:
    """Nobody looks at the clocks but at these moments."""
    for moment in moments:
        hall.comes_to(moment)


# Reminders


def test_everything_is_said_at_its_time_and_once(hall: Hall) -> None:
    case = hall.files()
    for moment, _, _ in ACCEPT:
        sleeps_until(hall, moment - MINUTE, moment, moment + MINUTE)
    sleeps_until(hall, wuhan(9, 16, 9), wuhan(10, 16, 9))
    expected = [(moment, action, "accept", share) for moment, action, share in ACCEPT]
    assert said(hall, case) == expected
    assert {event.actor for event in hall.events(case) if event.action in SAID} == {"system"}
    assert hall.case(case).state is S.SUBMITTED


def test_everything_is_said_once_although_the_bot_is_restarted_each_time(tmp_path: Path) -> None:
    file = tmp_path / "bot.db"
    hall = Hall(sqlite3.connect(file), Clock(MONDAY_AT_NINE), vault=Vault.open(tmp_path))
    case = hall.files()
    for moment, _, _ in ACCEPT:
        for now in (moment, moment + MINUTE):
            hall.store.close()
            hall.store = Store.open(file)
            hall.office = office_over(hall.store)
            hall.comes_to(now)
    expected = [(moment, action, "accept", share) for moment, action, share in ACCEPT]
    assert said(hall, case) == expected
    hall.store.close()


@pytest.mark.parametrize(
    ("woken_at", "action", "share"),
    [
        (wuhan(9, 14, 10, 40), "warn", "80%"),
        (wuhan(9, 14, 12), "urge", "100%"),
        (wuhan(9, 17, 12), "supervise", "100%"),
    ],
)
def test_of_what_the_bot_slept_over_only_the_gravest_is_said(
    hall: Hall, woken_at: datetime, action: str, share: str
) -> None:
    case = hall.files()
    sleeps_until(hall, woken_at, woken_at)
    assert said(hall, case) == [(woken_at, action, "accept", share)]


def test_what_comes_after_what_was_slept_over_is_said_at_its_time(hall: Hall) -> None:
    case = hall.files()
    sleeps_until(hall, wuhan(9, 14, 10, 40), wuhan(9, 14, 11), wuhan(9, 15, 11))
    assert [(at, action) for at, action, _, _ in said(hall, case)] == [
        (wuhan(9, 14, 10, 40), "warn"),
        (wuhan(9, 14, 11), "urge"),
        (wuhan(9, 15, 11), "supervise"),
    ]


def test_what_was_done_in_time_is_not_reminded_of(hall: Hall) -> None:
    case = hall.replies(hall.finishes(hall.dispatched()))
    sleeps_until(hall, wuhan(9, 20, 9))
    assert said(hall, case) == []


def test_a_unit_is_reminded_of_its_own_clocks(hall: Hall) -> None:
    case = hall.dispatched(to=[To(STREETS), To("housing")])
    hall.does(desk.contact, case, hall.handler, "明天上门。")
    hall.does(desk.sign, case, hall.handler, hall.part(case).id)
    sleeps_until(hall, wuhan(9, 14, 11))
    sleeps_until(hall, wuhan(9, 16, 15, 30))  # half of five working days
    events = [event for event in hall.events(case) if event.action in SAID]
    assert [(one.action, one.about["clock"], one.about["units"]) for one in events] == [
        ("warn", "sign", "housing"),
        ("supervise", "sign", "housing"),
        ("warn", "done", STREETS),
        ("warn", "done", "housing"),
    ]


@pytest.mark.parametrize("who", ["handler", "gardener"])
def test_each_of_two_units_reads_that_its_time_is_half_gone(hall: Hall, who: str) -> None:
    case = hall.dispatched(to=[To(STREETS), To(PARKS)])
    for actor in (hall.handler, hall.gardener):
        hall.does(desk.sign, case, actor, hall.part(case, actor.unit).id)
    sleeps_until(hall, wuhan(9, 16, 15, 30))
    letters = hall.letters(hall.handler if who == "handler" else hall.gardener)
    assert [letter for letter in letters if "办结时限已用 50%" in letter] == letters[-1:]


def test_dispatchers_are_reminded_of_theirs_and_supervisors_of_the_gravest(hall: Hall) -> None:
    hall.files()
    sleeps_until(hall, wuhan(9, 14, 10))
    (letter,) = hall.letters(hall.dispatcher)  # the new case's card, not sent yet, tells of both
    assert letter.startswith("🆕 <b>新诉求</b>\n⏳ 受理时限已用 50%\n")
    assert hall.letters(hall.supervisor) == []
    sleeps_until(hall, wuhan(9, 15, 11))
    assert [letter.count("<b>督办</b>") for letter in hall.letters(hall.supervisor)] == [1]


def test_the_resident_is_told_nothing_of_reminders(hall: Hall) -> None:
    hall.files()
    sleeps_until(hall, *(moment for moment, _, _ in ACCEPT))
    assert hall.letters(hall.resident) == []


def test_a_paused_clock_says_nothing_and_goes_on_where_it_was(hall: Hall) -> None:
    case = hall.files()
    sleeps_until(hall, wuhan(9, 14, 10))
    hall.does(desk.ask_info, case, hall.dispatcher, "哪一根灯杆？")
    sleeps_until(hall, wuhan(9, 14, 11), wuhan(9, 15, 11), wuhan(9, 28, 9))
    assert said(hall, case)[1:] == [(wuhan(9, 28, 9), "urge", "info", "100%")]
    hall.does(desk.supplement, case, hall.resident, "东边那根")
    sleeps_until(hall, wuhan(9, 28, 9, 35), wuhan(9, 28, 9, 36), wuhan(9, 28, 10))
    assert said(hall, case)[2:] == [
        (wuhan(9, 28, 9, 36), "warn", "accept", "80%"),
        (wuhan(9, 28, 10), "urge", "accept", "100%"),
    ]


def test_an_extended_part_is_urged_again_at_its_later_date_and_not_warned_again(
    hall: Hall,
) -> None:
    case = hall.dispatched()
    part = hall.part(case).id
    hall.does(desk.contact, case, hall.handler, "明天上门。")
    hall.does(desk.sign, case, hall.handler, part)
    hall.does(desk.ask_extension, case, hall.handler, part, "等备件。")
    sleeps_until(hall, wuhan(9, 20, 9), wuhan(9, 21, 9))
    hall.does(desk.grant_extension, case, hall.dispatcher, part)
    sleeps_until(hall, wuhan(9, 27, 9), wuhan(9, 28, 9), wuhan(9, 29, 9))
    assert [(at, action) for at, action, _, _ in said(hall, case)] == [
        (wuhan(9, 20, 9), "urge"),
        (wuhan(9, 21, 9), "supervise"),
        (wuhan(9, 28, 9), "urge"),
        (wuhan(9, 29, 9), "supervise"),
    ]


def test_many_cases_are_all_looked_at(hall: Hall) -> None:
    cases = [hall.files() for _ in range(13)]
    sleeps_until(hall, wuhan(9, 14, 10))
    assert [len(said(hall, case)) for case in cases] == [1] * 13


# Holidays


def test_a_case_dispatched_before_the_national_day_is_due_after_it(hall: Hall) -> None:
    hall.clock.now = wuhan(9, 30, 15)
    case = hall.dispatched(replace(LAMP, kind=Kind.HELP))
    assert hall.due(case, "done") == wuhan(10, 10, 15)  # a Saturday on which people work
    assert hall.due(case, f"sign {STREETS}") == wuhan(10, 8, 10)
    sleeps_until(hall, wuhan(9, 30, 17), wuhan(10, 1, 9), wuhan(10, 7, 23))
    assert said(hall, case) == [(wuhan(9, 30, 17), "warn", "sign", "50%")]


@pytest.mark.parametrize(
    ("urgency", "due"),
    [(Urgency.URGENT, wuhan(10, 1, 15)), (Urgency.CRITICAL, wuhan(9, 30, 17))],
)
def test_an_urgent_case_is_due_by_the_wall_clock_on_a_holiday_too(
    hall: Hall, urgency: Urgency, due: datetime
) -> None:
    hall.clock.now = wuhan(9, 30, 15)
    case = hall.dispatched(replace(LAMP, urgency=urgency))
    assert hall.due(case, "done") == hall.due(case, f"done {STREETS}") == due
    sleeps_until(hall, due)
    last = {clock: action for _, action, clock, _ in said(hall, case)}
    assert last["done"] == "urge"


# Closing unrated


@pytest.mark.parametrize("state", [S.REPLIED, S.ANSWERED])
def test_what_nobody_rated_for_seven_days_closes_as_not_rated(
    hall: Hall, state: CaseState
) -> None:
    case = hall.standing(state)
    sleeps_until(hall, wuhan(9, 21, 9) - MINUTE)
    assert hall.case(case).state is state
    sleeps_until(hall, wuhan(9, 21, 9), wuhan(9, 30, 9))
    closed = hall.case(case)
    assert (closed.state, closed.closed_at, closed.solved, closed.satisfied) == (
        S.CLOSED,
        wuhan(9, 21, 9),
        None,
        None,
    )
    assert hall.actions(case).count("close_unrated") == 1
    assert (hall.events(case)[-1].actor, hall.clocks(case)) == ("system", set())
    assert "未评价" in hall.letters(hall.resident)[-1]


def test_a_dissatisfied_residents_word_stays_when_the_clock_closes_her_case(hall: Hall) -> None:
    case = hall.dissatisfied()
    sleeps_until(hall, wuhan(9, 21, 9))
    closed = hall.case(case)
    assert (closed.state, closed.solved, closed.satisfied) == (
        S.CLOSED,
        Solved.NO,
        Satisfied.NO,
    )


def test_a_case_closed_by_the_clock_is_disputed_like_any_other(hall: Hall) -> None:
    case = hall.replied()
    sleeps_until(hall, wuhan(9, 21, 9))
    hall.clock.now = wuhan(10, 21, 9)
    assert hall.does(desk.dispute, case, hall.resident, "又坏了").state is S.IN_PROGRESS


def test_a_disputed_case_is_not_closed_by_the_clock(hall: Hall) -> None:
    case = hall.does(desk.dispute, hall.replied(), hall.resident, "还是黑的")
    sleeps_until(hall, wuhan(9, 21, 9))
    assert hall.case(case).state is S.IN_PROGRESS


# The ledger


def test_a_ledger_cases_report_day_is_told_once_and_nothing_else(hall: Hall) -> None:
    case = hall.on_ledger()
    sleeps_until(hall, wuhan(9, 20, 9), wuhan(9, 21, 9) - MINUTE)
    assert said(hall, case) == []
    sleeps_until(hall, wuhan(9, 21, 9), wuhan(9, 21, 10), wuhan(9, 30, 9))
    assert said(hall, case) == [(wuhan(9, 21, 9), "supervise", "ledger", "100%")]
    assert "督办" in hall.letters(hall.supervisor)[-1]


def test_a_resumed_case_is_reminded_of_what_became_due_meanwhile(hall: Hall) -> None:
    case = hall.dispatched()
    hall.does(desk.contact, case, hall.handler, "明天上门。")
    hall.does(desk.sign, case, hall.handler, hall.part(case).id)
    hall.does(desk.put_on_ledger, case, hall.supervisor, "等备件", until=date(2026, 9, 30))
    sleeps_until(hall, wuhan(9, 22, 9))
    hall.does(desk.resume, case, hall.supervisor)
    sleeps_until(hall, wuhan(9, 22, 9), wuhan(10, 9, 9))
    assert said(hall, case) == [(wuhan(9, 22, 9), "supervise", "done", "100%")]


# The digest


def digests(hall: Hall, group: int) -> list[str]:
    """The digests in a group."""
    rows = hall.connection.execute(
        """
        select json_extract(opened(reply), '$.html') from outbox
        where resident_id = ? order by id
        """,
        [group],
    )
    return [str(html) for (html,) in rows if "日报" in str(html)]


def test_a_group_reads_a_digest_a_day_from_half_past_eight_on(hall: Hall) -> None:
    group = hall.opens_a_group()
    hall.files()
    hall.on_ledger()
    hall.rounds()
    (first,) = digests(hall, group)
    assert "2026-09-14 日报" in first
    assert "近一天新增：2\n待受理：1\n超期：0\n" in first
    assert "挂账：1\n" in first
    sleeps_until(hall, wuhan(9, 14, 23, 59), wuhan(9, 15, 0), wuhan(9, 15, 8, 29))
    assert digests(hall, group) == [first]
    sleeps_until(hall, wuhan(9, 15, 8, 30), wuhan(9, 15, 8, 31), wuhan(9, 15, 17))
    second = digests(hall, group)[1:]
    assert ["2026-09-15 日报" in one for one in second] == [True]
    assert "超期：2\n" in second[0]  # the ledger's case is not signed for either


def test_a_bot_that_starts_in_the_afternoon_still_gives_the_days_digest(hall: Hall) -> None:
    group = hall.opens_a_group()
    sleeps_until(hall, wuhan(9, 16, 16), wuhan(9, 16, 17))
    assert len(digests(hall, group)) == 1


def test_there_is_no_digest_without_a_group_and_it_is_not_used_up(hall: Hall) -> None:
    before = hall.everything()
    hall.rounds()
    assert hall.everything() == before
    group = hall.opens_a_group()
    hall.rounds()
    assert len(digests(hall, group)) == 1


# Early warning


def warnings(hall: Hall) -> list[str]:
    """The early warnings that supervisors read."""
    return [letter for letter in hall.letters(hall.supervisor) if "苗头预警" in letter]


def named(place: str, category: str = "urban_management") -> Matter:
    """A matter about a place."""
    return replace(LAMP, place=place, category=category)


def test_the_third_case_of_a_category_and_place_within_seven_days_is_an_early_warning(
    hall: Hall,
) -> None:
    numbers = [hall.files(named("胭脂路")).number]
    hall.files(named("胭脂路", "environment"))
    hall.files(named("和平大道"))
    hall.clock.passes(days=3)
    numbers.append(hall.files(named("胭脂路"), by=hall.neighbour).number)
    assert warnings(hall) == []
    hall.clock.passes(days=4)
    numbers.append(hall.files(named("胭脂路")).number)
    (warning,) = warnings(hall)
    assert "、".join(numbers) in warning
    hall.files(named("胭脂路"))
    assert warnings(hall) == [warning]


def test_cases_more_than_seven_days_apart_are_no_early_warning(hall: Hall) -> None:
    hall.files(named("胭脂路"))
    hall.files(named("胭脂路"))
    hall.clock.passes(days=7, minutes=1)
    hall.files(named("胭脂路"))
    assert warnings(hall) == []


def test_cases_without_a_place_are_no_early_warning(hall: Hall) -> None:
    for _ in range(4):
        hall.files(LAMP)
    assert warnings(hall) == []


def test_a_withdrawn_case_does_not_count_towards_an_early_warning(hall: Hall) -> None:
    hall.does(desk.withdraw, hall.files(named("胭脂路")), hall.resident, "")
    hall.files(named("胭脂路"))
    hall.files(named("胭脂路"))
    assert warnings(hall) == []


def test_a_group_reads_the_early_warning_instead_of_the_supervisors(hall: Hall) -> None:
    group = hall.opens_a_group()
    for _ in range(3):
        hall.files(named("胭脂路"))
    rows = hall.connection.execute(
        "select json_extract(opened(reply), '$.html') from outbox where resident_id = ?", [group]
    )
    assert sum("苗头预警" in str(html) for (html,) in rows) == 1
    assert warnings(hall) == []
