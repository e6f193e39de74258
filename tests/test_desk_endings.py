"""How a case ends, or does not, guard by guard: reply, rating, dispute, ledger, withdrawal."""

from dataclasses import replace
from datetime import date

import pytest

from bot import desk
from bot.cases import AssignmentState, CaseState, Kind, Role, Satisfied, Solved
from bot.desk import To
from tests.casework import LAMP, PARKS, STREETS, Hall, all_points, wuhan

S, A = CaseState, AssignmentState
THREE_POINTS = replace(LAMP, text="路灯坏了三个月。\n人行道也塌了一块。\n请告诉我谁来修？")
ALL = frozenset({0})
WORDS = "路灯已修复。"


# Replying


def test_a_reply_waits_until_all_leads_are_done(hall: Hall) -> None:
    support = To("housing", is_lead=False)
    case = hall.dispatched(to=[To(STREETS), To(PARKS), support])
    hall.refuses("not_done", desk.reply, case, hall.dispatcher, WORDS, answered=ALL)
    hall.finishes(case, hall.handler)
    hall.refuses("not_done", desk.reply, case, hall.supervisor, WORDS, answered=ALL)
    hall.finishes(case, hall.gardener)
    replied = hall.does(desk.reply, case, hall.supervisor, f" {WORDS} ", answered=ALL)
    assert (replied.state, replied.replied_at, replied.waits_for) == (
        S.REPLIED,
        hall.clock.now,
        Role.RESIDENT,
    )
    assert (hall.events(case)[-1].reason, hall.clocks(case)) == (WORDS, {"rating"})
    assert WORDS in hall.letters(hall.resident)[-1]


@pytest.mark.parametrize("answered", [frozenset[int](), frozenset({0, 1}), frozenset({1, 2, 3})])
def test_a_reply_answers_every_point(hall: Hall, answered: frozenset[int]) -> None:
    case = hall.finishes(hall.dispatched(THREE_POINTS))
    assert all_points(case) == {0, 1, 2}
    hall.refuses("points", desk.reply, case, hall.dispatcher, WORDS, answered=answered)
    assert hall.replies(case).state is S.REPLIED


def test_a_reply_has_words(hall: Hall) -> None:
    case = hall.finishes(hall.dispatched())
    hall.refuses("words", desk.reply, case, hall.dispatcher, " ", answered=ALL)


def test_whoever_handled_a_case_does_not_reply(hall: Hall) -> None:
    case = hall.finishes(hall.dispatched())
    hall.refuses("role", desk.reply, case, hall.handler, WORDS, answered=ALL)


def test_a_case_is_replied_to_once(hall: Hall) -> None:
    hall.refuses("state", desk.reply, hall.replied(), hall.dispatcher, WORDS, answered=ALL)


# Rating: solved and satisfied are asked apart


def test_a_solved_case_closes_and_may_be_rated_afterwards(hall: Hall) -> None:
    closed = hall.closed()
    assert (closed.state, closed.solved, closed.satisfied) == (S.CLOSED, Solved.YES, None)
    assert hall.clocks(closed) == set()
    hall.clock.passes(days=2)
    rated = hall.does(desk.judge_satisfied, closed, hall.resident, Satisfied.NO)
    assert (rated.state, rated.satisfied, rated.closed_at) == (
        S.CLOSED,
        Satisfied.NO,
        closed.closed_at,
    )
    assert hall.actions(closed)[-3:] == ["judge", "rate", "judge"]
    assert dict(hall.events(closed)[-1].about) == {"satisfied": "no"}


@pytest.mark.parametrize("solved", [Solved.NO, Solved.PARTLY])
@pytest.mark.parametrize("satisfied", [Satisfied.YES, Satisfied.MOSTLY])
def test_a_case_that_is_not_solved_closes_once_its_resident_is_content(
    hall: Hall, solved: Solved, satisfied: Satisfied
) -> None:
    case = hall.does(desk.judge_solved, hall.replied(), hall.resident, solved)
    assert (case.state, case.solved, hall.clocks(case)) == (S.REPLIED, solved, {"rating"})
    case = hall.does(desk.judge_satisfied, case, hall.resident, satisfied)
    assert (case.state, case.solved, case.satisfied) == (S.CLOSED, solved, satisfied)
    assert (hall.actions(case)[-1], hall.clocks(case)) == ("rate", set())


@pytest.mark.parametrize("solved", [Solved.NO, Solved.PARTLY])
def test_a_case_neither_solved_nor_well_explained_stays_open(hall: Hall, solved: Solved) -> None:
    case = hall.does(desk.judge_solved, hall.replied(), hall.resident, solved)
    case = hall.does(desk.judge_satisfied, case, hall.resident, Satisfied.NO)
    assert (case.state, case.solved, case.satisfied, case.closed_at) == (
        S.REPLIED,
        solved,
        Satisfied.NO,
        None,
    )
    assert hall.clocks(case) == {"rating"}


def test_an_answer_that_solves_nothing_is_not_closed_by_contentment(hall: Hall) -> None:
    case = hall.does(desk.judge_satisfied, hall.answered(), hall.resident, Satisfied.YES)
    assert (case.state, case.satisfied) == (S.ANSWERED, Satisfied.YES)


def test_a_case_is_rated_up_to_thirty_days_after_it_closed(hall: Hall) -> None:
    case = hall.closed()
    hall.clock.now = wuhan(10, 14, 9)
    assert hall.does(desk.judge_satisfied, case, hall.resident, Satisfied.YES).satisfied
    hall.clock.now = wuhan(10, 14, 9, 1)
    hall.refuses("late", desk.judge_satisfied, case, hall.resident, Satisfied.NO)


# Disputing


def test_a_disputed_reply_is_handled_again_by_the_units_that_led(hall: Hall) -> None:
    case = hall.dispatched(to=[To(STREETS), To(PARKS, is_lead=False)])
    hall.finishes(case, hall.gardener)
    hall.replies(hall.finishes(case))
    hall.clock.now = wuhan(9, 15, 9)
    disputed = hall.does(desk.dispute, case, hall.resident, " 还是黑的 ")
    assert (disputed.state, disputed.rework, disputed.closed_at, disputed.waits_for) == (
        S.IN_PROGRESS,
        1,
        None,
        Role.HANDLER,
    )
    assert [(one.unit, one.state, one.round) for one in hall.parts(case)] == [
        (STREETS, A.DONE, 0),
        (PARKS, A.DONE, 0),
        (STREETS, A.PENDING, 1),
    ]
    assert hall.clocks(case) == {"done", f"done {STREETS}", f"sign {STREETS}"}
    assert hall.due(case, "done") == wuhan(9, 21, 9)
    last = hall.events(case)[-1]
    assert (last.reason, dict(last.about)) == ("还是黑的", {"rework": "1"})


def test_a_unit_that_led_twice_before_the_reply_gets_the_rework_once(hall: Hall) -> None:
    case = hall.finishes(hall.dispatched())
    hall.does(desk.dispatch, case, hall.dispatcher, [To(STREETS)])
    hall.replies(hall.finishes(case))
    hall.does(desk.dispute, case, hall.resident, "还是黑的")
    assert [(one.unit, one.round) for one in hall.parts(case) if one.is_open] == [(STREETS, 1)]


def test_a_reply_to_rework_waits_for_the_work(hall: Hall) -> None:
    case = hall.does(desk.dispute, hall.replied(), hall.resident, "还是黑的")
    hall.refuses("not_done", desk.reply, case, hall.dispatcher, WORDS, answered=ALL)
    again = hall.replies(hall.finishes(case))
    assert (again.state, again.solved, again.satisfied) == (S.REPLIED, None, None)
    assert hall.does(desk.dispute, again, hall.resident, "又黑了").rework == 2


def test_a_rework_counts_the_judgement_of_its_own_reply(hall: Hall) -> None:
    case = hall.does(desk.dispute, hall.dissatisfied(), hall.resident, "还是黑的")
    replied = hall.replies(hall.finishes(case))
    assert (replied.solved, replied.satisfied) == (None, None)


def test_a_closed_case_is_disputed_up_to_thirty_days_after(hall: Hall) -> None:
    case, other = hall.closed(), hall.closed()
    hall.clock.now = wuhan(10, 14, 9)
    assert hall.does(desk.dispute, case, hall.resident, "又坏了").state is S.IN_PROGRESS
    hall.clock.now = wuhan(10, 14, 9, 1)
    hall.refuses("late", desk.dispute, other, hall.resident, "又坏了")


def test_a_supervisor_is_told_of_the_second_dispute(hall: Hall) -> None:
    case = hall.does(desk.dispute, hall.replied(), hall.resident, "还是黑的")
    assert hall.letters(hall.supervisor) == []
    hall.does(desk.dispute, hall.replies(hall.finishes(case)), hall.resident, "第二次了")
    (told,) = hall.letters(hall.supervisor)
    assert case.number in told
    assert "第二次了" in told


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_disputed_answer_is_received_again(hall: Hall, is_closed: bool) -> None:
    case = hall.answered()
    if is_closed:
        case = hall.does(desk.judge_solved, case, hall.resident, Solved.YES)
    hall.clock.passes(days=1)
    disputed = hall.does(desk.dispute, case, hall.resident, "没有回答我的问题")
    assert (disputed.state, disputed.rework, disputed.closed_at, disputed.waits_for) == (
        S.SUBMITTED,
        1,
        None,
        Role.DISPATCHER,
    )
    assert (hall.clocks(case), hall.due(case, "accept")) == ({"accept"}, wuhan(9, 15, 11))
    assert hall.parts(case) == []


def test_a_support_unit_that_had_not_finished_can_be_sent_the_rework(hall: Hall) -> None:
    support = To(PARKS, is_lead=False)
    case = hall.dispatched(to=[To(STREETS), support])
    hall.replies(hall.finishes(case))
    hall.does(desk.dispute, case, hall.resident, "还是黑的")
    hall.does(desk.dispatch, case, hall.dispatcher, [support])
    assert {f"done {PARKS}", f"sign {PARKS}"} <= hall.clocks(case)


# The ledger


def test_a_ledger_case_says_why_and_until_when(hall: Hall) -> None:
    case = hall.dispatched()
    before = {name: hall.due(case, name) for name in hall.clocks(case)}
    for until in (date(2026, 9, 13), date(2026, 9, 14)):
        hall.refuses("date", desk.put_on_ledger, case, hall.supervisor, "等备件", until=until)
    tomorrow = date(2026, 9, 15)
    hall.refuses("words", desk.put_on_ledger, case, hall.supervisor, " ", until=tomorrow)
    kept = hall.does(desk.put_on_ledger, case, hall.supervisor, "等备件", until=tomorrow)
    assert (kept.state, kept.ledger_until, kept.waits_for, kept.solved) == (
        S.LEDGER,
        tomorrow,
        Role.SUPERVISOR,
        None,
    )
    assert hall.due(case, "ledger") == wuhan(9, 15, 9)
    assert {name: hall.due(case, name) for name in before} == before  # it counts as unsolved
    told = hall.letters(hall.resident)[-1]
    assert "等备件" in told
    assert "2026-09-15" in told


def test_a_ledger_case_goes_on_where_its_units_were(hall: Hall) -> None:
    case = hall.dispatched()
    clocks = hall.clocks(case)
    hall.does(desk.put_on_ledger, case, hall.supervisor, "等备件", until=date(2026, 9, 16))
    hall.refuses("state", desk.sign, case, hall.handler, hall.part(case).id)
    resumed = hall.does(desk.resume, case, hall.supervisor, words="备件到了")
    assert (resumed.state, resumed.ledger_until, resumed.waits_for) == (
        S.IN_PROGRESS,
        None,
        Role.HANDLER,
    )
    assert hall.clocks(case) == clocks
    assert hall.finishes(case).state is S.IN_PROGRESS


def test_a_replied_case_is_put_on_the_ledger_and_is_not_closed_by_the_clock(hall: Hall) -> None:
    case = hall.replied()
    hall.does(desk.put_on_ledger, case, hall.supervisor, "下月才能彻底修", until=date(2026, 10, 9))
    assert hall.clocks(case) == {"ledger"}
    resumed = hall.does(desk.resume, case, hall.supervisor)
    assert (resumed.state, resumed.waits_for) == (S.IN_PROGRESS, Role.DISPATCHER)
    assert hall.replies(case).state is S.REPLIED


def test_whoever_follows_a_ledger_case_hears_of_it_under_her_own_number(hall: Hall) -> None:
    case, master = hall.merged()
    hall.does(desk.accept, master, hall.dispatcher)
    hall.does(desk.dispatch, master, hall.dispatcher, [To(STREETS)])
    hall.does(desk.put_on_ledger, master, hall.supervisor, "等备件", until=date(2026, 9, 16))
    assert case.number in hall.letters(hall.resident)[-1]
    assert "等备件" in hall.letters(hall.resident)[-1]
    hall.does(desk.resume, master, hall.supervisor, words="备件到了")
    assert "备件到了" in hall.letters(hall.resident)[-1]


# Withdrawing


@pytest.mark.parametrize("state", [S.SUBMITTED, S.NEED_INFO, S.ANSWERED, S.MERGED, S.ACCEPTED])
def test_a_resident_withdraws_her_matter(hall: Hall, state: CaseState) -> None:
    case = hall.does(desk.withdraw, hall.standing(state), hall.resident, " 已经好了 ")
    assert (case.state, case.closed_at, case.waits_for) == (S.WITHDRAWN, hall.clock.now, None)
    assert (hall.events(case)[-1].reason, hall.clocks(case)) == ("已经好了", set())


@pytest.mark.parametrize("state", [S.CLOSED, S.REJECTED, S.WITHDRAWN])
def test_what_has_ended_is_not_withdrawn(hall: Hall, state: CaseState) -> None:
    hall.refuses("state", desk.withdraw, hall.standing(state), hall.resident, "")


def test_units_have_nothing_more_to_do_with_a_withdrawn_case(hall: Hall) -> None:
    case = hall.dispatched(to=[To(STREETS), To(PARKS), To("housing")])
    hall.finishes(case)
    part = hall.part(case, PARKS).id
    hall.does(desk.ask_return, case, hall.gardener, part, "不归我们。")
    hall.does(desk.withdraw, case, hall.resident, "已经好了")
    assert [one.state for one in hall.parts(case)] == [A.DONE, A.CANCELLED, A.CANCELLED]
    assert hall.clocks(case) == set()


def test_a_report_of_wrongdoing_and_a_danger_are_not_withdrawn(hall: Hall) -> None:
    report = hall.files(replace(LAMP, kind=Kind.REPORT))
    danger = hall.accepted(replace(LAMP, is_danger=True))
    hall.refuses("kept", desk.withdraw, report, hall.resident, "算了")
    hall.refuses("kept", desk.withdraw, danger, hall.resident, "算了")
