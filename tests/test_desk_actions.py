"""What is done with a case before a unit has it, guard by guard: ask, answer, reject."""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from bot import desk
from bot.cases import Case, CaseState, Kind, Role, Solved, Urgency
from bot.desk import To
from tests.casework import LAMP, STREETS, Hall, wuhan

S = CaseState


# Asking for more


@pytest.mark.parametrize("state", [S.SUBMITTED, S.ACCEPTED, S.IN_PROGRESS])
def test_a_case_goes_back_to_where_it_stood_before_it_was_asked(
    hall: Hall, state: CaseState
) -> None:
    case = hall.standing(state)
    asked = hall.does(desk.ask_info, case, hall.dispatcher, " 哪一根灯杆？ ")
    assert (asked.state, asked.earlier_state, asked.waits_for) == (
        S.NEED_INFO,
        state,
        Role.RESIDENT,
    )
    assert hall.events(case)[-1].reason == "哪一根灯杆？"
    back = hall.does(desk.supplement, asked, hall.resident, "路口东边那根")
    assert (back.state, back.earlier_state, back.waits_for) == (state, None, asked_of(state))
    assert hall.case(case) == back


def asked_of(state: CaseState) -> Role:
    """Whose step is next where a case stands."""
    return Role.HANDLER if state is S.IN_PROGRESS else Role.DISPATCHER


def test_the_clock_stands_still_while_the_resident_is_asked(hall: Hall) -> None:
    case = hall.files()
    assert hall.due(case, "accept") == wuhan(9, 14, 11)  # two working hours
    hall.clock.now = wuhan(9, 14, 10)
    hall.does(desk.ask_info, case, hall.dispatcher, "哪一根灯杆？")
    assert hall.due(case, "accept") is None
    hall.clock.now = wuhan(9, 15, 16)
    hall.does(desk.supplement, case, hall.resident, "东边那根")
    assert hall.due(case, "accept") == wuhan(9, 15, 17)


def test_all_clocks_of_a_case_are_due_later_by_the_working_time_of_the_pause(hall: Hall) -> None:
    case = hall.dispatched(to=[To(STREETS), To("housing", is_lead=False)])
    names = ("done", f"done {STREETS}", f"sign {STREETS}", "done housing", "sign housing")
    calendar = hall.office.service.calendar
    before = {name: hall.due(case, name) for name in names}
    asked_at, supplemented_at = wuhan(9, 14, 11, 30), wuhan(9, 21, 14, 20)  # over a weekend
    hall.clock.now = asked_at
    hall.does(desk.ask_info, case, hall.handler, "哪一根灯杆？")
    assert {hall.due(case, name) for name in names} == {None}
    hall.clock.now = supplemented_at
    hall.does(desk.supplement, case, hall.dispatcher, "居民来电：东边那根")
    paused = calendar.between(asked_at, supplemented_at, "working")
    for name in names:
        due, was_due = hall.due(case, name), before[name]
        assert due is not None
        assert was_due is not None
        assert calendar.between(was_due, due, "working") == paused


def test_an_urgent_cases_clock_is_due_later_by_the_whole_pause(hall: Hall) -> None:
    case = hall.dispatched(replace(LAMP, urgency=Urgency.URGENT))
    assert hall.due(case, "done") == wuhan(9, 15, 9)
    hall.does(desk.ask_info, case, hall.handler, "哪一根灯杆？")
    hall.clock.passes(hours=14, minutes=7)
    hall.does(desk.supplement, case, hall.resident, "东边那根")
    assert hall.due(case, "done") == wuhan(9, 15, 23, 7)


def test_asking_is_contact_and_its_clock_stops(hall: Hall) -> None:
    case = hall.dispatched()
    assert "contact" in hall.clocks(case)
    hall.does(desk.ask_info, case, hall.handler, "哪一根灯杆？")
    assert "contact" not in hall.clocks(case)


@pytest.mark.parametrize("words", ["", " \n"])
def test_nobody_is_asked_for_nothing(hall: Hall, words: str) -> None:
    hall.refuses("words", desk.ask_info, hall.files(), hall.dispatcher, words)


def test_a_case_is_not_asked_about_twice_at_once(hall: Hall) -> None:
    hall.refuses("state", desk.ask_info, hall.asked(), hall.dispatcher, "还有呢？")


@pytest.mark.parametrize(
    ("add", "values", "action"),
    [
        (desk.add_words, ("东边那根",), "add_words"),
        (partial(desk.add_photos, count=1), (), "add_photo"),
        (desk.add_place, (30.5, 114.3), "add_place"),
    ],
)
def test_whatever_the_resident_adds_to_a_case_that_waits_for_it_lets_it_go_on(
    hall: Hall, add: Callable[..., Case], values: tuple[object, ...], action: str
) -> None:
    case = hall.asked()
    after = hall.does(add, case, hall.resident, *values)
    assert (after.state, hall.actions(case)[-2:]) == (S.IN_PROGRESS, [action, "supplement"])
    assert None not in {timer.due_at for timer in hall.timers(case)}


def test_what_is_added_to_a_case_that_does_not_wait_leaves_it_where_it_is(hall: Hall) -> None:
    case = hall.dispatched()
    after = hall.does(desk.add_place, case, hall.resident, 30.54321, 114.3)
    assert (after.state, after.matter.latitude, after.matter.longitude) == (
        S.IN_PROGRESS,
        30.54321,
        114.3,
    )
    assert (hall.actions(case)[-1], hall.events(case)[-1].reason) == (
        "add_place",
        "30.54321, 114.30000",
    )


@pytest.mark.parametrize("state", [S.CLOSED, S.REJECTED, S.WITHDRAWN])
def test_nothing_is_added_to_what_has_ended_but_other_words(hall: Hall, state: CaseState) -> None:
    case = hall.standing(state)
    hall.refuses("state", desk.add_words, case, hall.resident, "还有一句")
    hall.refuses("state", desk.add_photos, case, hall.resident, count=1)
    hall.refuses("state", desk.add_place, case, hall.resident, 30.5, 114.3)
    reworded = hall.does(desk.reword, case, hall.resident, "四个月")
    assert (reworded.state, reworded.matter.text) == (state, LAMP.text)


# Answering and rejecting


@pytest.mark.parametrize("kind", [Kind.CONSULT, Kind.PRAISE])
def test_a_question_and_praise_are_answered_without_a_source(hall: Hall, kind: Kind) -> None:
    case = hall.files(replace(LAMP, kind=kind))
    answered = hall.does(desk.answer, case, hall.dispatcher, "谢谢您。")
    assert (answered.state, answered.replied_at) == (S.ANSWERED, hall.clock.now)
    assert dict(hall.events(case)[-1].about) == {}
    assert hall.clocks(case) == {"rating"}
    assert "谢谢您。" in hall.letters(hall.resident)[-1]


@pytest.mark.parametrize("kind", [Kind.HELP, Kind.COMPLAINT, Kind.REPORT, Kind.SUGGESTION])
def test_any_other_answer_cites_its_source(hall: Hall, kind: Kind) -> None:
    case = hall.files(replace(LAMP, kind=kind))
    hall.refuses("source", desk.answer, case, hall.dispatcher, "已在计划内。", source=" ")
    answered = hall.does(desk.answer, case, hall.dispatcher, "已在计划内。", source=" 报告 3 页 ")
    assert answered.state is S.ANSWERED
    assert dict(hall.events(case)[-1].about) == {"source": "报告 3 页"}
    assert "报告 3 页" in hall.letters(hall.resident)[-1]


def test_an_answer_has_words(hall: Hall) -> None:
    case = hall.files(replace(LAMP, kind=Kind.CONSULT))
    hall.refuses("words", desk.answer, case, hall.dispatcher, "  ")


def test_the_resident_confirms_an_answer_and_the_case_closes(hall: Hall) -> None:
    closed = hall.does(desk.judge_solved, hall.answered(), hall.resident, Solved.YES)
    assert (closed.state, closed.solved, closed.satisfied) == (S.CLOSED, Solved.YES, None)
    assert hall.actions(closed)[-2:] == ["judge", "confirm"]
    assert (closed.closed_at, hall.clocks(closed)) == (hall.clock.now, set())


def test_a_rejection_names_a_known_reason_and_tells_the_right_channel(hall: Hall) -> None:
    case = hall.files()
    hall.refuses("reason", desk.reject, case, hall.dispatcher, "")
    hall.refuses("reason", desk.reject, case, hall.dispatcher, "too_much_work")
    rejected = hall.does(desk.reject, case, hall.dispatcher, "litigation", words="已在法院。")
    reason = hall.office.service.reject_reasons["litigation"]
    assert (rejected.state, rejected.waits_for, hall.clocks(case)) == (S.REJECTED, None, set())
    told = hall.letters(hall.resident)[-1]
    assert [part for part in (reason.name, reason.channel, "已在法院。") if part not in told] == []


def test_a_resident_objects_to_a_rejection_once(hall: Hall) -> None:
    case = hall.rejected()
    hall.clock.passes(days=1)
    again = hall.does(desk.object_to_rejection, case, hall.resident, "没有起诉过")
    assert (again.state, again.has_objected) == (S.SUBMITTED, True)
    assert hall.due(case, "accept") == wuhan(9, 15, 11)
    hall.does(desk.reject, case, hall.dispatcher, "litigation")
    hall.refuses("once", desk.object_to_rejection, case, hall.resident, "还是没有")


# Accepting and classifying


def test_accepting_confirms_what_was_understood_or_corrects_it(hall: Hall) -> None:
    case = hall.does(
        desk.accept,
        hall.files(),
        hall.dispatcher,
        kind=Kind.HELP,
        category="environment",
        urgency=Urgency.URGENT,
    )
    assert (case.matter.kind, case.matter.category, case.matter.urgency) == (
        Kind.HELP,
        "environment",
        Urgency.URGENT,
    )
    assert (case.state, hall.clocks(case)) == (S.ACCEPTED, {"dispatch"})
    assert hall.due(case, "dispatch") == wuhan(9, 14, 11)  # urgent: two hours by the wall
    assert hall.accepted().matter == LAMP


@pytest.mark.parametrize("step", [desk.accept, desk.classify])
def test_a_case_has_no_unknown_category(hall: Hall, step: Callable[..., Case]) -> None:
    hall.refuses("reason", step, hall.files(), hall.dispatcher, category="astrology")


def test_a_case_found_urgent_has_the_time_of_an_urgent_one_from_its_beginning(hall: Hall) -> None:
    hall.clock.now = wuhan(9, 14, 11)
    case = hall.files()
    assert hall.due(case, "accept") == wuhan(9, 14, 15)
    hall.clock.now = wuhan(9, 14, 12)
    hall.does(desk.classify, case, hall.dispatcher, urgency=Urgency.URGENT)
    assert hall.due(case, "accept") == wuhan(9, 14, 13)


def test_the_time_a_resident_was_waited_for_does_not_count_once_a_case_is_found_urgent(
    hall: Hall,
) -> None:
    case = hall.files()
    hall.does(desk.ask_info, case, hall.dispatcher, "哪一根灯杆？")
    hall.clock.passes(days=1)
    hall.does(desk.supplement, case, hall.resident, "东边那根，电线掉下来了")
    hall.does(desk.classify, case, hall.dispatcher, urgency=Urgency.URGENT)
    assert hall.due(case, "accept") == wuhan(9, 15, 11)


def test_classifying_without_another_urgency_leaves_the_clock(hall: Hall) -> None:
    case = hall.files()
    before = hall.timers(case)
    hall.clock.passes(hours=1)
    after = hall.does(desk.classify, case, hall.dispatcher, kind=Kind.SUGGESTION)
    assert (after.matter.kind, after.state) == (Kind.SUGGESTION, S.SUBMITTED)
    assert hall.timers(case) == before


def test_the_commitments_of_a_case_are_what_staff_said_last(hall: Hall) -> None:
    case = hall.files(replace(LAMP, commitment="a"))
    hall.does(desk.link, case, hall.dispatcher, commitments=["b", "c"])
    assert hall.store.cases.commitments(case.id) == {
        "a": "dropped",
        "b": "confirmed",
        "c": "confirmed",
    }
    assert hall.case(case).matter.commitment == "b"
    hall.does(desk.link, case, hall.supervisor, commitments=[])
    assert set(hall.store.cases.commitments(case.id).values()) == {"dropped"}
    assert hall.case(case).matter.commitment == ""


def test_a_note_is_seen_by_staff_alone(hall: Hall) -> None:
    case = hall.dispatched()
    letters = hall.letters(hall.resident)
    hall.does(desk.note, case, hall.handler, " 灯杆编号 17 ")
    note = hall.events(case)[-1]
    assert (note.reason, note.resident_sees) == ("灯杆编号 17", False)
    assert hall.letters(hall.resident) == letters
    hall.refuses("words", desk.note, case, hall.handler, " ")


# What is refused


def test_a_refused_step_is_logged_without_anybodys_words(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    case = hall.files()
    caplog.set_level(logging.INFO, "bot")
    hall.refuses("role", desk.reject, case, hall.handler, "litigation", words="去法院吧")
    hall.refuses("not_hers", desk.withdraw, case, hall.neighbour, "张三的事")
    assert [record.getMessage() for record in caplog.records] == [
        f"refused: {case.id} is submitted: reject is not possible (role)",
        f"refused: {case.id} is submitted: withdraw is not possible (not_hers)",
    ]


def test_a_step_is_logged_with_its_actor_and_no_words(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    case = hall.files()
    caplog.set_level(logging.INFO, "bot")
    hall.does(desk.ask_info, case, hall.dispatcher, "哪一根灯杆？")
    hall.does(desk.add_words, case, hall.resident, "张三家门口")
    assert [record.getMessage() for record in caplog.records] == [
        f"case {case.id}: ask_info by staff {hall.dispatcher.staff_id}",
        f"case {case.id}: add_words by resident",
        f"case {case.id}: supplement by resident",
    ]


def test_a_refused_step_within_a_larger_transaction_undoes_only_itself(hall: Hall) -> None:
    case = hall.files()
    with hall.store.transaction():
        hall.does(desk.note, case, hall.dispatcher, "先记一笔")
        hall.refuses("role", desk.add_place, case, hall.handler, 30.5, 114.3)
    assert hall.actions(case) == ["submit", "note"]
    assert hall.case(case).matter.latitude is None
