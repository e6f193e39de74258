"""The metrics, each against a number counted by hand; cases go their way through the desk."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import desk
from bot.__main__ import cli
from bot.cases import (
    Actor,
    Awaiting,
    Case,
    Kind,
    Matter,
    MoveNotAllowed,
    Role,
    Satisfied,
    Solved,
    Urgency,
)
from bot.desk import To
from bot.metrics import Metric, Report, Window, lines_of, measure
from bot.store import Store
from tests.conftest import CONTENT
from tests.office import office_over

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""09:00 in Wuhan, half an hour after the day's work begins."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MARCH = Window(date(2026, 3, 1), date(2026, 3, 31))
LAMP = Matter("胭脂路的路灯坏了三个月", Kind.COMPLAINT, "urban_management", street="liangdaojie")
UNIT = "urban_management"
DISPATCHER = Actor(Role.DISPATCHER, staff_id=1)
SUPERVISOR = Actor(Role.SUPERVISOR, staff_id=2)


def handler(unit: str) -> Actor:
    """Somebody who works there."""
    return Actor(Role.HANDLER, staff_id=3, unit=unit)


@dataclass
class District:
    """Files cases and moves them along; each step happens when it is told."""

    store: Store
    filed: int = 0

    def __post_init__(self) -> None:
        """Open its office."""
        self.office = office_over(self.store)

    def files(
        self, matter: Matter = LAMP, *, at: datetime = MONDAY, same_as: int | None = None
    ) -> "Matters":
        """A new resident's case."""
        self.filed += 1
        resident = self.store.residents.met("web", f"w{self.filed}", at=at)
        draft = self.store.drafts.add(
            resident.id, matter, source=f"turn:{self.filed}", awaiting=Awaiting.NOTHING, at=at
        )
        case = desk.open_case(self.office, draft, at=at, same_as=same_as)
        return Matters(self, case, at)

    def sends(self, matter: Matter = LAMP, *units: str, at: datetime = MONDAY) -> "Matters":
        """A case filed, accepted and sent to lead units at the same moment."""
        return self.files(matter, at=at).is_sent(*(units or (UNIT,)), at=at)

    def replies(self, count: int = 1, *, at: datetime = MONDAY) -> "list[Matters]":
        """So many cases that went all the way to a reply at that moment."""
        return [self.sends(at=at).is_replied(at=at) for _ in range(count)]

    def report(self, window: Window = MARCH, *, now: datetime = MONDAY + 29 * DAY) -> Report:
        """All metrics."""
        return measure(self.store, self.office.service, window, now=now)


@dataclass
class Matters:
    """One case on its way."""

    district: District
    case: Case
    at: datetime

    @property
    def id(self) -> int:
        """Its id."""
        return self.case.id

    @property
    def resident(self) -> Actor:
        """Whose it is."""
        return Actor.resident(self.case.resident_id)

    def part(self, unit: str = UNIT) -> int:
        """The unit's last part of it; 0 if it never had one."""
        parts = self.district.store.assignments.of_case(self.id)
        return next((one.id for one in reversed(parts) if one.unit == unit), 0)

    def is_sent(self, *units: str, at: datetime) -> "Matters":
        """Accepted and sent to lead units."""
        desk.accept(self.district.office, self.id, DISPATCHER, at=at)
        leads = [To(unit) for unit in units]
        desk.dispatch(self.district.office, self.id, DISPATCHER, leads, at=at)
        return self

    def is_signed(self, unit: str = UNIT, *, at: datetime) -> "Matters":
        """Its unit signs."""
        desk.sign(self.district.office, self.id, handler(unit), self.part(unit), at=at)
        return self

    def is_done(self, unit: str = UNIT, *, at: datetime) -> "Matters":
        """Its unit has signed and is done."""
        desk.done(self.district.office, self.id, handler(unit), self.part(unit), "修好了", at=at)
        return self

    def is_replied(self, *units: str, at: datetime) -> "Matters":
        """All units sign and are done, and the resident has the reply, at one moment."""
        for unit in units or (UNIT,):
            self.is_signed(unit, at=at).is_done(unit, at=at)
        return self.gets_reply(at=at)

    def gets_reply(self, *, at: datetime) -> "Matters":
        """The resident has the reply."""
        desk.reply(
            self.district.office, self.id, DISPATCHER, "已修复", answered=frozenset({0}), at=at
        )
        return self

    def is_judged(self, word: Solved | Satisfied, *, at: datetime = MONDAY + HOUR) -> "Matters":
        """The resident says whether it is solved, or whether she is satisfied."""
        if isinstance(word, Solved):
            desk.judge_solved(self.district.office, self.id, self.resident, word, at=at)
        else:
            desk.judge_satisfied(self.district.office, self.id, self.resident, word, at=at)
        return self

    def is_disputed(self, *, at: datetime = MONDAY + 2 * HOUR) -> "Matters":
        """The resident does not accept the reply."""
        desk.dispute(self.district.office, self.id, self.resident, "没修好", at=at)
        return self

    def is_put_on_ledger(self, *, at: datetime = MONDAY + 2 * HOUR) -> "Matters":
        """It cannot be solved now."""
        until = date(2026, 12, 31)
        desk.put_on_ledger(
            self.district.office, self.id, SUPERVISOR, "等产权方", until=until, at=at
        )
        return self

    def is_closed_unrated(self, *, at: datetime = MONDAY + 7 * DAY) -> "Matters":
        """Nobody says anything for so long."""
        desk.close_unrated(self.district.office, self.id, at=at)
        return self


@pytest.fixture
def district() -> Iterator[District]:
    """A district with an empty database."""
    with closing(Store.in_memory()) as store:
        yield District(store)


def figure(metric: Metric) -> tuple[float | None, object, int]:
    """Value, count and n."""
    return metric.figure.value, metric.figure.more.get("count"), metric.figure.n


def groups(metric: Metric, grouping: str) -> dict[str, tuple[float | None, int]]:
    """Value and n by code."""
    return {code: (one.value, one.n) for code, one in metric.groups[grouping].items()}


# A rate and its n


@pytest.mark.parametrize(("n", "value"), [(0, None), (1, None), (19, None), (20, 0.5)])
def test_there_is_no_rate_of_fewer_than_twenty(
    district: District, n: int, value: float | None
) -> None:
    for number in range(n):
        first = district.files()
        if number % 2:
            district.store.cases.change(replace(first.case, same_as=1))
    repeated = district.report().metrics["repeat_rate"]
    assert figure(repeated) == (value, n // 2, n)


def test_an_empty_database_has_every_metric_and_no_rate(district: District) -> None:
    report = district.report()
    assert all(one.figure.n == 0 and not one.figure.value for one in report.metrics.values())
    assert list(lines_of(report, district.office.service))


def test_a_window_is_of_whole_days_in_wuhan_the_last_included(district: District) -> None:
    window = Window(date(2026, 3, 3), date(2026, 3, 4))
    first, after = datetime(2026, 3, 2, 16, tzinfo=UTC), datetime(2026, 3, 4, 16, tzinfo=UTC)
    for at in (first - timedelta(microseconds=1), first, after - timedelta(seconds=1), after):
        district.files(at=at)
    assert (window.begin, window.end) == (first, after)
    assert district.report(window).metrics["cases"].figure.n == 2


@pytest.mark.parametrize(
    ("since", "until", "window"),
    [
        (None, None, ("2026-03-03", "2026-04-01")),
        (date(2026, 3, 1), None, ("2026-03-01", "2026-04-01")),
        (None, date(2026, 1, 30), ("2026-01-01", "2026-01-30")),
        (date(2026, 3, 1), date(2026, 3, 1), ("2026-03-01", "2026-03-01")),
    ],
)
def test_a_window_is_thirty_days_until_today_unless_told_otherwise(
    since: date | None, until: date | None, window: tuple[str, str]
) -> None:
    found = Window.of(since, until, today=date(2026, 4, 1))
    assert (str(found.since), str(found.until)) == window


# The clocks. A normal case sent out on Monday at 09:00: to be signed after 4 working hours, at
# 15:00; contacted after 7, on Tuesday at 09:00; done after 35, on the next Monday at 09:00.


def test_who_signs_when_it_is_due_signs_in_time(district: District) -> None:
    due_at = MONDAY + 6 * HOUR
    for _ in range(15):
        district.sends().is_signed(at=MONDAY + HOUR)
    for _ in range(3):
        district.sends().is_signed(at=due_at)
    for _ in range(2):
        district.sends().is_signed(at=due_at + timedelta(microseconds=1))
    for _ in range(5):
        district.sends()
    report = district.report(now=due_at)
    assert figure(report.metrics["signed_in_time_rate"]) == (18 / 25, 18, 25)
    before = district.report(now=due_at - timedelta(seconds=1))
    assert figure(before.metrics["signed_in_time_rate"]) == (None, 0, 0)


def test_a_unit_whose_clock_the_reply_stopped_has_not_signed(district: District) -> None:
    """It once would have counted as signed in time, by a unit that never looked at the case."""
    for late_by in (HOUR, 7 * HOUR):
        one = district.files()
        desk.accept(district.office, one.id, DISPATCHER, at=MONDAY)
        both = [To(UNIT), To("police", is_lead=False)]
        desk.dispatch(district.office, one.id, DISPATCHER, both, at=MONDAY)
        one.is_signed(at=MONDAY).is_done(at=MONDAY).gets_reply(at=MONDAY + late_by)
    signed = district.report().metrics["signed_in_time_rate"]
    assert figure(signed) == (None, 2, 3)


def test_who_signed_and_asked_in_vain_to_return_it_has_signed(district: District) -> None:
    one = district.sends().is_signed(at=MONDAY + HOUR)
    desk.ask_return(
        district.office, one.id, handler(UNIT), one.part(), "不归我们", at=MONDAY + DAY
    )
    desk.refuse_return(district.office, one.id, DISPATCHER, one.part(), at=MONDAY + DAY)
    assert figure(district.report().metrics["signed_in_time_rate"]) == (None, 1, 1)


def test_extensions_count_in_one_rate_and_not_in_the_other(district: District) -> None:
    for _ in range(15):
        district.sends().is_replied(at=MONDAY + DAY)
    for _ in range(5):
        one = district.sends().is_signed(at=MONDAY)
        desk.ask_extension(
            district.office, one.id, handler(UNIT), one.part(), "等配件", at=MONDAY + DAY
        )
        desk.grant_extension(district.office, one.id, DISPATCHER, one.part(), at=MONDAY + DAY)
        one.is_done(at=MONDAY + 8 * DAY)
    for _ in range(4):
        district.sends()
    report = district.report()
    assert figure(report.metrics["done_in_time_rate"]) == (20 / 24, 20, 24)
    plain = report.metrics["done_in_time_without_extensions_rate"]
    assert figure(plain) == (15 / 24, 15, 24)


def test_an_extended_case_is_due_only_when_its_extension_ends(district: District) -> None:
    one = district.sends()
    desk.ask_extension(district.office, one.id, handler(UNIT), one.part(), "等配件", at=MONDAY)
    desk.grant_extension(district.office, one.id, DISPATCHER, one.part(), at=MONDAY)
    report = district.report(now=MONDAY + 7 * DAY)
    assert report.metrics["done_in_time_rate"].figure.n == 0
    assert report.metrics["done_in_time_without_extensions_rate"].figure.n == 1


def test_a_case_that_waits_for_its_resident_is_not_due(district: District) -> None:
    one = district.sends()
    desk.ask_info(district.office, one.id, DISPATCHER, "哪一盏？", at=MONDAY + HOUR)
    waiting = district.report().metrics
    assert (waiting["done_in_time_rate"].figure.n, waiting["overdue_rate"].figure.n) == (0, 1)
    assert figure(waiting["overdue_rate"]) == (None, 0, 1)
    desk.supplement(district.office, one.id, one.resident, "路口那盏", at=MONDAY + DAY + HOUR)
    due_at = MONDAY + 8 * DAY
    assert district.report(now=due_at - HOUR).metrics["done_in_time_rate"].figure.n == 0
    assert figure(district.report(now=due_at).metrics["done_in_time_rate"]) == (None, 0, 1)


def test_rework_is_due_once_more(district: District) -> None:
    one = district.replies()[0].is_disputed()
    one.is_replied(at=MONDAY + 3 * HOUR)
    assert figure(district.report().metrics["done_in_time_rate"]) == (None, 2, 2)


def test_a_message_a_question_and_the_reply_are_a_response(district: District) -> None:
    due_at = MONDAY + DAY
    for number in range(24):
        one = district.sends()
        if number < 6:
            desk.contact(district.office, one.id, DISPATCHER, "明天上门", at=due_at)
        elif number < 9:
            desk.ask_info(district.office, one.id, DISPATCHER, "哪一盏？", at=MONDAY + HOUR)
        elif number < 11:
            one.is_replied(at=MONDAY + HOUR)
        elif number < 15:
            desk.contact(district.office, one.id, DISPATCHER, "来了", at=due_at + HOUR)
    assert figure(district.report().metrics["response_rate"]) == (11 / 24, 11, 24)


def test_overdue_cases_are_those_of_which_any_clock_ran_out(district: District) -> None:
    for _ in range(15):
        one = district.sends().is_signed(at=MONDAY)
        desk.contact(district.office, one.id, DISPATCHER, "明天上门", at=MONDAY)
        one.is_done(at=MONDAY).gets_reply(at=MONDAY)
    for _ in range(3):
        district.sends(replace(LAMP, category="education"), "education")
    for _ in range(2):
        district.files().is_sent(UNIT, at=MONDAY + DAY).is_replied(at=MONDAY + DAY)
    overdue = district.report().metrics["overdue_rate"]
    assert figure(overdue) == (5 / 20, 5, 20)
    assert groups(overdue, "category") == {"urban_management": (None, 17), "education": (None, 3)}
    assert groups(overdue, "street") == {"liangdaojie": (0.25, 20)}
    assert groups(overdue, "unit") == {UNIT: (None, 17), "education": (None, 3)}
    by_unit = overdue.groups["unit"]
    assert (by_unit[UNIT].more["count"], by_unit["education"].more["count"]) == (0, 3)


def test_a_clock_that_is_due_outside_the_window_does_not_count(district: District) -> None:
    district.sends()
    first_week = Window(date(2026, 3, 2), date(2026, 3, 8))
    report = district.report(first_week)
    assert report.metrics["signed_in_time_rate"].figure.n == 1
    assert report.metrics["done_in_time_rate"].figure.n == 0


# What residents say


def test_partly_is_half_solved_and_the_ledger_is_not(district: District) -> None:
    words = [Solved.YES] * 10 + [Solved.PARTLY] * 4 + [Solved.NO] * 3
    for one, word in zip(district.replies(17), words, strict=True):
        one.is_judged(word)
    for _ in range(2):
        district.sends().is_put_on_ledger()
    district.replies()[0].is_judged(Solved.NO).is_put_on_ledger()
    district.replies(2)
    district.replies()[0].is_closed_unrated()
    solved = district.report().metrics["solved_rate"]
    assert figure(solved) == (12 / 20, 12.0, 20)
    assert (solved.beside["ledger"].value, solved.beside["ledger"].n) == (3, 20)


def test_what_was_solved_and_is_disputed_is_not_solved(district: District) -> None:
    for one in district.replies(20):
        one.is_judged(Solved.YES)
    assert figure(district.report().metrics["solved_rate"]) == (1.0, 20, 20)
    one.is_disputed()
    assert figure(district.report().metrics["solved_rate"]) == (19 / 20, 19, 20)
    one.is_replied(at=MONDAY + 3 * HOUR)
    assert figure(district.report().metrics["solved_rate"]) == (None, 19, 19)
    one.is_judged(Solved.PARTLY, at=MONDAY + 4 * HOUR)
    assert figure(district.report().metrics["solved_rate"]) == (19.5 / 20, 19.5, 20)


def test_a_ledger_case_that_is_handled_again_and_solved_is_solved(district: District) -> None:
    one = district.sends().is_put_on_ledger()
    desk.resume(district.office, one.id, SUPERVISOR, at=MONDAY + DAY)
    assert figure(district.report().metrics["solved_rate"]) == (None, 0, 0)
    one.is_replied(at=MONDAY + DAY).is_judged(Solved.YES, at=MONDAY + DAY)
    assert figure(district.report().metrics["solved_rate"]) == (None, 1, 1)


def test_a_word_counts_in_the_window_in_which_it_was_said(district: District) -> None:
    one = district.replies()[0]
    one.is_judged(Solved.NO, at=MONDAY + DAY)
    first, second = (Window(day, day) for day in (date(2026, 3, 2), date(2026, 3, 3)))
    assert district.report(first).metrics["solved_rate"].figure.n == 0
    assert district.report(second).metrics["solved_rate"].figure.n == 1


def test_who_says_nothing_is_never_satisfied_and_stands_beside(district: District) -> None:
    words = [Satisfied.YES] * 12 + [Satisfied.MOSTLY] * 4 + [Satisfied.NO] * 5
    for one, word in zip(district.replies(21), words, strict=True):
        one.is_judged(word)
        if word is Satisfied.NO:
            one.is_closed_unrated()
    for one in district.replies(7):
        one.is_closed_unrated()
    district.replies(3)
    satisfied = district.report().metrics["satisfied_rate"]
    assert figure(satisfied) == (16 / 21, 16, 21)
    unrated = satisfied.beside["unrated"]
    assert (unrated.value, unrated.more["count"], unrated.n) == (7 / 28, 7, 28)


def test_who_closed_it_herself_after_a_dispute_is_not_unrated(district: District) -> None:
    one = district.replies()[0].is_closed_unrated().is_disputed(at=MONDAY + 8 * DAY)
    one.is_replied(at=MONDAY + 9 * DAY).is_judged(Solved.YES, at=MONDAY + 9 * DAY)
    unrated = district.report().metrics["satisfied_rate"].beside["unrated"]
    assert (unrated.more["count"], unrated.n) == (0, 0)


def test_who_rates_after_all_is_not_unrated(district: District) -> None:
    one = district.replies()[0].is_closed_unrated()
    one.is_judged(Satisfied.YES, at=MONDAY + 8 * DAY)
    satisfied = district.report().metrics["satisfied_rate"]
    assert figure(satisfied) == (None, 1, 1)
    assert satisfied.beside["unrated"].more["count"] == 0


# How the work went


def test_a_return_counts_whether_granted_or_not_for_the_unit_that_asked(
    district: District,
) -> None:
    office, police = district.office, "police"
    for number in range(22):
        one = district.sends(LAMP, UNIT if number < 20 else police)
        if number in (0, 1):
            desk.ask_return(office, one.id, handler(UNIT), one.part(), "不归我们", at=MONDAY)
        if number == 0:
            desk.grant_return(office, one.id, DISPATCHER, one.part(), at=MONDAY)
            desk.dispatch(office, one.id, DISPATCHER, [To(police)], at=MONDAY + HOUR)
        if number == 1:
            desk.refuse_return(office, one.id, DISPATCHER, one.part(), at=MONDAY)
    returned = district.report().metrics["return_rate"]
    assert figure(returned) == (2 / 23, 2, 23)
    assert groups(returned, "unit") == {UNIT: (2 / 20, 20), police: (None, 3)}
    assert groups(returned, "category") == {"urban_management": (2 / 23, 23)}


def test_rework_is_counted_of_what_was_answered_once_for_each_case(district: District) -> None:
    one = district.replies(19)[0]
    for _ in range(2):
        one.is_disputed().is_replied(at=MONDAY + 3 * HOUR)
    question = replace(LAMP, kind=Kind.CONSULT, street="")
    direct = district.files(question)
    desk.answer(district.office, direct.id, DISPATCHER, "每周二", at=MONDAY)
    district.sends()
    reworked = district.report().metrics["rework_rate"]
    assert figure(reworked) == (1 / 20, 1, 20)
    assert groups(reworked, "street") == {"liangdaojie": (None, 19), "unknown": (None, 1)}
    assert groups(reworked, "unit") == {UNIT: (None, 19)}


def test_repeats_are_what_was_merged_or_said_to_be_the_same(district: District) -> None:
    master = district.sends()
    for _ in range(4):
        one = district.files()
        desk.merge(district.office, one.id, DISPATCHER, master.id, at=MONDAY)
    desk.unmerge(district.office, one.id, DISPATCHER, at=MONDAY)
    district.files(same_as=master.id)
    for _ in range(14):
        district.files()
    master.is_replied(at=MONDAY + HOUR)
    repeated = district.report().metrics["repeat_rate"]
    assert figure(repeated) == (4 / 20, 4, 20)
    assert groups(repeated, "unit") == {UNIT: (None, 4)}, "the master and what follows it"


def test_handling_takes_from_the_first_dispatch_to_the_reply_that_stands(
    district: District,
) -> None:
    for hours in range(1, 20):
        district.sends().is_replied(at=MONDAY + hours * HOUR)
    assert district.report().metrics["handling_hours"].figure.value is None
    again = district.sends().is_replied(at=MONDAY + HOUR).is_disputed(at=MONDAY + 2 * HOUR)
    assert district.report().metrics["handling_hours"].figure.n == 19
    again.is_replied(at=MONDAY + 20 * HOUR)
    hours_ = district.report().metrics["handling_hours"]
    assert (hours_.figure.value, hours_.figure.n) == (10.5, 20)
    # Of 1..20 hours 90 % lie below the one at .9 * 19 = 17.1 from the first.
    assert hours_.figure.more["p90"] == pytest.approx(18.1)
    assert groups(hours_, "unit") == {UNIT: (10.5, 20)}


def test_the_level_of_a_case_is_that_of_the_highest_unit_that_kept_it(
    district: District,
) -> None:
    office, street = district.office, "street_liangdaojie"
    for _ in range(15):
        district.sends(LAMP, street).is_replied(street, at=MONDAY).is_judged(Solved.YES)
    for _ in range(4):
        both = (street, UNIT)
        district.sends(LAMP, *both).is_replied(*both, at=MONDAY).is_judged(Solved.YES)
    given_back = district.sends()
    desk.ask_return(office, given_back.id, handler(UNIT), given_back.part(), "是街道", at=MONDAY)
    desk.grant_return(office, given_back.id, DISPATCHER, given_back.part(), at=MONDAY)
    desk.dispatch(office, given_back.id, DISPATCHER, [To(street)], at=MONDAY)
    follower = district.files()
    desk.merge(office, follower.id, DISPATCHER, given_back.id, at=MONDAY)
    given_back.is_replied(street, at=MONDAY).is_judged(Solved.YES)
    follower.is_judged(Solved.YES)
    direct = district.files(replace(LAMP, kind=Kind.CONSULT))
    desk.answer(office, direct.id, DISPATCHER, "每周二", at=MONDAY)
    direct.is_judged(Solved.YES)
    withdrawn = district.files()
    desk.withdraw(office, withdrawn.id, withdrawn.resident, "", at=MONDAY)
    level = district.report().metrics["street_level_rate"]
    assert figure(level) == (17 / 21, 17, 21)
    beside = level.beside["answered_directly"]
    assert (beside.value, beside.n) == (1, 22)


# How many, and of what


def test_commitments_are_counted_by_street_and_month_but_not_the_dropped_ones(
    district: District,
) -> None:
    about = replace(LAMP, commitment="wuchang-2020/lamps")
    february = datetime(2026, 2, 28, 15, 59, tzinfo=UTC)
    for at in (february, february + timedelta(minutes=1), MONDAY):
        district.files(about, at=at)
    district.files(replace(about, street=""))
    changed = district.files(about)
    desk.link(district.office, changed.id, DISPATCHER, at=MONDAY, commitments=["other", "gdp"])
    none = district.files(about)
    desk.link(district.office, none.id, DISPATCHER, at=MONDAY, commitments=[])
    heat = district.report(Window(date(2026, 2, 1), date(2026, 3, 31))).metrics["commitment_heat"]
    assert (heat.figure.value, heat.figure.n) == (5, 6)
    assert heat.rows is not None
    assert [tuple(row.values()) for row in heat.rows] == [
        ("wuchang-2020/lamps", "liangdaojie", "2026-03", 2),
        ("gdp", "liangdaojie", "2026-03", 1),
        ("other", "liangdaojie", "2026-03", 1),
        ("wuchang-2020/lamps", "liangdaojie", "2026-02", 1),
        ("wuchang-2020/lamps", "unknown", "2026-03", 1),
    ]


def test_an_early_warning_is_three_cases_of_one_place_and_category_in_seven_days(
    district: District,
) -> None:
    here, there = replace(LAMP, place="胭脂路口"), replace(LAMP, place="和平大道")
    for days in (0, 4, 7):
        district.files(here, at=MONDAY + days * DAY)
    district.files(replace(here, category="education"))
    for days in (0, 4, 7.01):
        district.files(there, at=MONDAY + days * DAY)
    for _ in range(3):
        district.files()
    warned = district.report().metrics["early_warnings"]
    assert (warned.figure.value, warned.figure.n) == (1, 10)
    assert warned.rows == [
        {
            "spot": "liangdaojie 胭脂路",
            "category": "urban_management",
            "cases": 3,
            "since": "2026-03-02",
            "until": "2026-03-09",
        }
    ]
    later = district.report(Window(date(2026, 3, 9), date(2026, 3, 9))).metrics["early_warnings"]
    assert (later.figure.value, later.figure.n) == (1, 2), "cases before the window help"
    before = district.report(Window(date(2026, 3, 2), date(2026, 3, 8))).metrics["early_warnings"]
    assert (before.figure.value, before.rows) == (0, [])


def test_where_wrongdoing_was_reported_is_in_no_early_warning(district: District) -> None:
    secret = replace(LAMP, place="胭脂路口", kind=Kind.REPORT)
    for days in (0, 1, 2):
        district.files(secret, at=MONDAY + days * DAY)
    warned = district.report().metrics["early_warnings"]
    assert (warned.figure.value, warned.rows) == (0, [])


def test_cases_are_counted_by_what_they_are(district: District) -> None:
    district.files()
    district.files(replace(LAMP, kind=Kind.HELP, urgency=Urgency.URGENT, street=""))
    district.sends(replace(LAMP, category="education"), "education")
    cases = district.report().metrics["cases"]
    assert cases.figure.n == 3
    counted = {
        grouping: {code: one.value for code, one in figures.items()}
        for grouping, figures in cases.groups.items()
    }
    assert counted == {
        "kind": {"complaint": 2, "help": 1},
        "category": {"urban_management": 2, "education": 1},
        "street": {"liangdaojie": 2, "unknown": 1},
        "urgency": {"normal": 2, "urgent": 1},
        "state": {"submitted": 2, "in_progress": 1},
    }


# Whatever happens

STEPS = (
    "files",
    "sends",
    "signs",
    "finishes",
    "replies",
    "solved",
    "partly",
    "unsolved",
    "satisfied",
    "dissatisfied",
    "disputes",
    "unrated",
    "ledger",
    "resumes",
    "asks_info",
    "supplements",
    "returns",
    "grants",
    "refuses",
    "extends",
    "merges",
    "withdraws",
)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(STEPS), st.integers(0, 30), st.integers(0, 600)),
        min_size=60,
        max_size=160,
    ),
    st.integers(0, 40),
)
def test_every_rate_lies_between_nothing_and_all(
    steps: list[tuple[str, int, int]], days: int
) -> None:
    with closing(Store.in_memory()) as store:
        district, at = District(store), MONDAY
        cases = [district.sends() for _ in range(25)]
        for step, which, minutes in steps:
            at += timedelta(minutes=minutes)
            try:
                take(district, cases, step, cases[which % len(cases)], at)
            except MoveNotAllowed:
                continue
        report = district.report(now=MONDAY + days * DAY)
    assert list(lines_of(report, district.office.service))
    told = report.as_json()
    json.dumps(told)
    rates = [figures for key in told if key.endswith("_rate") for figures in figures_in(told[key])]
    assert rates
    for one in rates:
        assert (one["value"] is None) == (one["n"] < 20)
        assert one["value"] is None or 0 <= one["value"] <= 1
        assert 0 <= one["count"] <= one["n"]


def figures_in(told: object) -> Iterator[dict[str, float]]:
    """All shares in an object, at any depth."""
    if isinstance(told, dict):
        if "count" in told:
            yield told
        for inner in told.values():
            yield from figures_in(inner)


def take(district: District, cases: list[Matters], step: str, one: Matters, at: datetime) -> None:
    """Try one step with a case."""
    office, unit = district.office, handler(UNIT)
    match step:
        case "files":
            cases.append(district.files(at=at, same_as=one.id if one.id % 2 else None))
        case "sends":
            one.is_sent(UNIT, at=at)
        case "signs":
            one.is_signed(at=at)
        case "finishes":
            one.is_done(at=at)
        case "replies":
            one.is_replied(at=at)
        case "solved" | "partly" | "unsolved":
            words = {"solved": Solved.YES, "partly": Solved.PARTLY, "unsolved": Solved.NO}
            one.is_judged(words[step], at=at)
        case "satisfied" | "dissatisfied":
            one.is_judged(Satisfied.YES if step == "satisfied" else Satisfied.NO, at=at)
        case "disputes":
            one.is_disputed(at=at)
        case "unrated":
            one.is_closed_unrated(at=at)
        case "ledger":
            one.is_put_on_ledger(at=at)
        case "resumes":
            desk.resume(office, one.id, SUPERVISOR, at=at)
        case "asks_info":
            desk.ask_info(office, one.id, DISPATCHER, "哪里？", at=at)
        case "supplements":
            desk.supplement(office, one.id, one.resident, "路口", at=at)
        case "returns":
            desk.ask_return(office, one.id, unit, one.part(), "不归我们", at=at)
        case "grants":
            desk.grant_return(office, one.id, DISPATCHER, one.part(), at=at)
        case "refuses":
            desk.refuse_return(office, one.id, DISPATCHER, one.part(), at=at)
        case "extends":
            desk.ask_extension(office, one.id, unit, one.part(), "等配件", at=at)
            desk.grant_extension(office, one.id, DISPATCHER, one.part(), at=at)
        case "merges":
            desk.merge(office, one.id, DISPATCHER, cases[0].id, at=at)
        case "withdraws":
            desk.withdraw(office, one.id, one.resident, "", at=at)


# At the prompt


@dataclass
class Prompt:
    """`python -m bot metrics` with a database of its own."""

    folder: Path

    @property
    def database(self) -> Path:
        """Where it is, once somebody has written to the bot."""
        return self.folder / "var" / "bot.db"

    def runs(self, *words: str) -> Result:
        """Run the command."""
        config = self.folder / "config.toml"
        var = json.dumps(str(self.database.parent))
        config.write_text(f"[paths]\ncontent = {json.dumps(str(CONTENT))}\nvar = {var}\n")
        return CliRunner().invoke(cli, ["metrics", *words], env={"BOT_CONFIG": str(config)})


@pytest.fixture
def prompt(tmp_path: Path) -> Prompt:
    """With nothing but a configuration."""
    return Prompt(tmp_path)


def test_the_report_is_one_json_object_while_the_bot_writes(prompt: Prompt) -> None:
    with closing(Store.open(prompt.database)) as store:
        district = District(store)
        with store.transaction():
            for _ in range(20):
                district.sends().is_replied(at=MONDAY + HOUR).is_judged(Solved.YES)
        with store.transaction():
            district.files()
            done = prompt.runs("--since", "2026-03-01", "--until", "2026-03-31", "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["window"] == {"since": "2026-03-01", "until": "2026-03-31"}
    assert datetime.fromisoformat(told["now"]).tzinfo is not None
    assert told["solved_rate"] == {
        "name_zh": "解决率",
        "value": 1.0,
        "n": 20,
        "count": 20.0,
        "ledger": {"value": 0, "n": 20},
    }
    assert told["cases"]["n"] == 20
    assert told["return_rate"]["by_unit"] == {UNIT: {"value": 0.0, "n": 20, "count": 0.0}}


def test_the_table_has_chinese_names_and_says_where_n_is_too_small(prompt: Prompt) -> None:
    with closing(Store.open(prompt.database)) as store:
        district = District(store)
        with store.transaction():
            for _ in range(24):
                district.sends(replace(LAMP, place="胭脂路口")).is_replied(at=MONDAY + HOUR)
            one = district.sends(replace(LAMP, street="", commitment="wuchang-2020/gdp"))
            one.is_replied(at=MONDAY + HOUR).is_judged(Solved.PARTLY)
    done = prompt.runs("--since", "2026-03-01", "--until", "2026-03-31")
    assert (done.exit_code, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["按期签收率", "100.0%", "25", "25"] in lines
    assert ["解决率", "n<20", "0.5", "1"] in lines
    assert ["不清楚", *["n<20", "(n=1)"] * 5] in lines
    assert [
        "粮道街街道",
        *["0.0%", "(n=24)"] * 4,
        "1.0（90%",
        "在",
        "1.0",
        "以内）",
        "(n=24)",
    ] in lines
    assert ["wuchang-2020/gdp", "不清楚", "2026-03", "1"] in lines
    assert ["liangdaojie", "胭脂路", "城市管理", "24", "2026-03-02", "2026-03-02"] in lines
    assert ["诉求类型", "投诉", "25"] in lines


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--since", "yesterday"), "'yesterday' does not match the format '%Y-%m-%d'"),
        (("--until", "2026-02-30"), "'2026-02-30' does not match the format '%Y-%m-%d'"),
        (("--since", "2026-03-02", "--until", "2026-03-01"), "2026-03-02 is after 2026-03-01"),
        (("--since", "2999-01-01"), "2999-01-01 is after 20"),
        (("--since", "0001-01-01"), "only the years from 1970 to 2999"),
        (("--until", "9999-12-31"), "only the years from 1970 to 2999"),
    ],
)
def test_a_bad_day_is_a_clear_error_of_use(
    prompt: Prompt, words: tuple[str, ...], told: str
) -> None:
    done = prompt.runs(*words)
    assert done.exit_code == 2
    assert told in done.stderr


def test_without_a_database_it_says_so_and_makes_none(prompt: Prompt) -> None:
    done = prompt.runs()
    assert (done.exit_code, done.stdout) == (1, "")
    assert "bot.db: the database cannot be read" in done.stderr
    assert not prompt.database.exists()
