"""What units do with a case, guard by guard: dispatch and call, sign, return, done."""

from dataclasses import replace

import pytest

from bot import desk
from bot.cases import Actor, Asked, AssignmentState, Call, Case, CaseState, Kind, Role
from bot.desk import To
from tests.casework import CALL, LAMP, PARKS, STREETS, Hall, all_points, wuhan

S, A = CaseState, AssignmentState
BOTH = (To(STREETS), To(PARKS))


def signs(hall: Hall, case: Case, actor: Actor) -> Case:
    """A handler signs for her unit's part."""
    return hall.does(desk.sign, case, actor, hall.part(case, actor.unit).id)


def asks_return(hall: Hall, case: Case, actor: Actor) -> Case:
    """A handler asks to give her unit's part back."""
    part = hall.part(case, actor.unit)
    return hall.does(desk.ask_return, case, actor, part.id, "依三定方案，不归我们。")


def states(hall: Hall, case: Case) -> list[tuple[str, AssignmentState]]:
    """Where each unit's part stands, in the order in which they came."""
    return [(one.unit, one.state) for one in hall.parts(case)]


def reworked(hall: Hall) -> Case:
    """A case that its lead unit has to handle once more."""
    return hall.does(desk.dispute, hall.replied(), hall.resident, "灯还是不亮")


# Dispatching and calling


def test_the_clocks_run_from_dispatch(hall: Hall) -> None:
    case = hall.accepted()
    hall.clock.now = wuhan(9, 14, 10)
    hall.does(desk.dispatch, case, hall.dispatcher, [To(STREETS)])
    assert hall.clocks(case) == {"done", "contact", f"done {STREETS}", f"sign {STREETS}"}
    assert hall.due(case, f"sign {STREETS}") == wuhan(9, 14, 16)  # four working hours
    assert hall.due(case, "contact") == wuhan(9, 15, 10)
    assert hall.due(case, "done") == hall.due(case, f"done {STREETS}") == wuhan(9, 20, 10)
    hall.clock.passes(hours=5)
    signs(hall, case, hall.handler)
    assert hall.due(case, "done") == wuhan(9, 20, 10)  # a working Sunday before the holiday
    assert f"sign {STREETS}" not in hall.clocks(case)


@pytest.mark.parametrize("kind", [Kind.CONSULT, Kind.HELP])
def test_questions_and_pleas_for_help_have_less_time(hall: Hall, kind: Kind) -> None:
    case = hall.dispatched(replace(LAMP, kind=kind))
    assert hall.due(case, "done") == wuhan(9, 17, 9)


def test_a_dispatch_needs_a_lead_unit(hall: Hall) -> None:
    case = hall.accepted()
    hall.refuses("no_lead", desk.dispatch, case, hall.dispatcher, [])
    support = [To(STREETS, is_lead=False), To(PARKS, is_lead=False)]
    hall.refuses("no_lead", desk.dispatch, case, hall.dispatcher, support)
    after = hall.does(desk.dispatch, case, hall.dispatcher, [*support[:1], To(PARKS)])
    assert [(one.unit, one.is_lead) for one in hall.parts(after)] == [
        (STREETS, False),
        (PARKS, True),
    ]


def test_a_case_is_sent_to_known_units_each_once(hall: Hall) -> None:
    case = hall.accepted()
    hall.refuses("unit", desk.dispatch, case, hall.dispatcher, [To("circus")])
    hall.refuses("once", desk.dispatch, case, hall.dispatcher, [To(STREETS), To(STREETS)])
    hall.does(desk.dispatch, case, hall.dispatcher, [To(STREETS)])
    hall.refuses("once", desk.dispatch, case, hall.dispatcher, [To(STREETS, is_lead=False)])


def test_a_unit_is_called_to_help_the_one_that_leads(hall: Hall) -> None:
    case = hall.dispatched()
    whole = hall.due(case, "done")
    hall.clock.passes(days=1)
    help_needed = [To(PARKS, False, CALL)]
    after = hall.does(desk.call, case, hall.dispatcher, help_needed)
    assert (after.state, hall.due(case, "done")) == (S.IN_PROGRESS, whole)
    assert hall.due(case, f"done {PARKS}") == wuhan(9, 21, 9)
    assert dict(hall.events(case)[-1].about) == {"units": PARKS}
    assert hall.part(case, PARKS).call == CALL


@pytest.mark.parametrize("missing", ["matter", "goal", "staff_needed"])
def test_a_call_states_matter_goal_and_the_staff_needed(hall: Hall, missing: str) -> None:
    case = hall.accepted()
    stated = {"matter": "路灯不亮", "goal": "恢复照明", "staff_needed": "电工两名"}
    lacking = Call(**{**stated, missing: ""})
    hall.refuses("words", desk.call, case, hall.dispatcher, [To(STREETS, True, lacking)])


def test_a_call_states_them_to_every_unit(hall: Hall) -> None:
    units = [To(STREETS, True, CALL), To(PARKS, False)]
    hall.refuses("words", desk.call, hall.accepted(), hall.dispatcher, units)


def test_the_resident_is_told_which_units_have_her_case(hall: Hall) -> None:
    hall.dispatched(to=BOTH)
    told = hall.letters(hall.resident)[-1]
    names = [hall.office.service.units[code].name for code in (STREETS, PARKS)]
    assert [name for name in names if name not in told] == []


# Several units, and done


def test_two_units_of_a_case_stand_at_different_states(hall: Hall) -> None:
    case = hall.dispatched(to=BOTH)
    hall.finishes(case, hall.handler)
    assert states(hall, case) == [(STREETS, A.DONE), (PARKS, A.PENDING)]
    assert hall.clocks(case) == {"done", "contact", f"done {PARKS}", f"sign {PARKS}"}
    signs(hall, case, hall.gardener)
    assert states(hall, case) == [(STREETS, A.DONE), (PARKS, A.SIGNED)]
    assert hall.case(case).waits_for is Role.HANDLER
    hall.does(desk.done, case, hall.gardener, hall.part(case, PARKS).id, "已修剪。")
    assert states(hall, case) == [(STREETS, A.DONE), (PARKS, A.DONE)]
    assert (hall.case(case).waits_for, hall.clocks(case)) == (
        Role.DISPATCHER,
        {"contact", "reply"},
    )


def test_a_unit_signs_before_it_is_done_and_says_what_it_did(hall: Hall) -> None:
    case = hall.dispatched()
    part = hall.part(case).id
    hall.refuses("state", desk.done, case, hall.handler, part, "已换灯。")
    signs(hall, case, hall.handler)
    hall.refuses("state", desk.sign, case, hall.handler, part)
    hall.refuses("words", desk.done, case, hall.handler, part, " ")
    hall.does(desk.done, case, hall.handler, part, " 已换灯。 ")
    assert hall.part(case).outcome == "已换灯。"
    hall.refuses("state", desk.done, case, hall.handler, part, "又换一次。")


def test_what_a_unit_did_is_not_told_the_resident(hall: Hall) -> None:
    case = hall.dispatched()
    signs(hall, case, hall.handler)
    letters = hall.letters(hall.resident)
    hall.does(desk.done, case, hall.handler, hall.part(case).id, "已换灯。")
    assert hall.letters(hall.resident) == letters


def test_contact_is_no_reply_and_stops_its_own_clock_alone(hall: Hall) -> None:
    case = hall.dispatched()
    hall.refuses("words", desk.contact, case, hall.handler, "")
    after = hall.does(desk.contact, case, hall.handler, "明天上门。")
    assert (after.state, after.replied_at) == (S.IN_PROGRESS, None)
    assert hall.clocks(case) == {"done", f"done {STREETS}", f"sign {STREETS}"}
    assert "明天上门。" in hall.letters(hall.resident)[-1]


# Returns


def test_a_returned_part_waits_for_the_dispatcher_while_its_clocks_run(hall: Hall) -> None:
    case = hall.dispatched()
    before = hall.timers(case)
    hall.clock.passes(hours=1)
    returned = asks_return(hall, case, hall.handler)
    part = hall.part(case)
    assert (part.state, part.return_asked, part.return_reason) == (
        A.RETURNED,
        Asked.OPEN,
        "依三定方案，不归我们。",
    )
    assert (returned.state, returned.waits_for) == (S.IN_PROGRESS, Role.DISPATCHER)
    assert hall.timers(case) == before


def test_a_granted_return_leaves_the_case_to_be_dispatched_and_its_own_clock_runs_on(
    hall: Hall,
) -> None:
    case = hall.dispatched()
    whole = hall.due(case, "done")
    asks_return(hall, case, hall.handler)
    hall.clock.passes(hours=1)
    granted = hall.does(desk.grant_return, case, hall.dispatcher, hall.part(case).id)
    assert (granted.state, granted.waits_for) == (S.IN_PROGRESS, Role.DISPATCHER)
    assert hall.part(case).return_asked is Asked.GRANTED
    assert hall.clocks(case) == {"done", "contact", "dispatch"}
    assert hall.due(case, "dispatch") == wuhan(9, 15, 10)
    hall.clock.passes(days=1)
    again = hall.does(desk.dispatch, case, hall.dispatcher, [To(PARKS)])
    assert again.waits_for is Role.HANDLER
    assert (hall.due(case, "done"), "dispatch" in hall.clocks(case)) == (whole, False)


def test_a_granted_return_of_one_lead_leaves_the_case_to_the_other(hall: Hall) -> None:
    case = hall.dispatched(to=BOTH)
    asks_return(hall, case, hall.handler)
    hall.does(desk.grant_return, case, hall.dispatcher, hall.part(case).id)
    assert "dispatch" not in hall.clocks(case)
    assert hall.case(case).waits_for is Role.HANDLER


def test_a_refused_return_is_to_be_signed_and_its_clock_has_run_on(hall: Hall) -> None:
    case = hall.dispatched()
    before = hall.timers(case)
    asks_return(hall, case, hall.handler)
    hall.clock.passes(hours=2)
    refused = hall.does(desk.refuse_return, case, hall.dispatcher, hall.part(case).id)
    assert (hall.part(case).state, hall.part(case).return_asked) == (A.PENDING, Asked.REFUSED)
    assert (refused.waits_for, hall.timers(case)) == (Role.HANDLER, before)


def test_a_unit_returns_a_case_once(hall: Hall) -> None:
    case = hall.dispatched()
    part = hall.part(case).id
    hall.refuses("words", desk.ask_return, case, hall.handler, part, " ")
    asks_return(hall, case, hall.handler)
    hall.does(desk.refuse_return, case, hall.dispatcher, part)
    hall.refuses("once", desk.ask_return, case, hall.handler, part, "再退")


def test_a_unit_answers_for_its_part_until_its_return_is_granted(hall: Hall) -> None:
    case = asks_return(hall, hall.dispatched(), hall.handler)
    hall.does(desk.note, case, hall.handler, "依据附后。")
    assert hall.actions(case)[-1] == "note"
    hall.refuses("state", desk.ask_return, case, hall.handler, hall.part(case).id, "再退")


def test_a_unit_that_is_sent_a_case_again_does_not_return_it_again(hall: Hall) -> None:
    case = asks_return(hall, hall.dispatched(), hall.handler)
    hall.does(desk.grant_return, case, hall.dispatcher, hall.part(case).id)
    hall.does(desk.dispatch, case, hall.dispatcher, [To(STREETS)])
    hall.refuses("once", desk.ask_return, case, hall.handler, hall.part(case).id, "再退")


def test_a_return_is_ruled_on_once(hall: Hall) -> None:
    case = asks_return(hall, hall.dispatched(), hall.handler)
    part = hall.part(case).id
    hall.does(desk.grant_return, case, hall.dispatcher, part)
    hall.refuses("once", desk.grant_return, case, hall.dispatcher, part)
    hall.refuses("once", desk.refuse_return, case, hall.dispatcher, part)


def test_a_return_that_nobody_asked_for_is_not_ruled_on(hall: Hall) -> None:
    case = hall.dispatched()
    hall.refuses("state", desk.grant_return, case, hall.dispatcher, hall.part(case).id)
    hall.refuses("state", desk.refuse_return, case, hall.dispatcher, hall.part(case).id)


def test_the_case_is_not_done_while_a_leads_return_is_not_ruled_on(hall: Hall) -> None:
    case = hall.dispatched(to=BOTH)
    asks_return(hall, case, hall.handler)
    hall.finishes(case, hall.gardener)
    assert "done" in hall.clocks(case)
    points = all_points(case)
    hall.refuses("not_done", desk.reply, case, hall.dispatcher, "已修复。", answered=points)


def test_a_case_is_done_when_the_only_lead_not_done_gives_its_part_back(hall: Hall) -> None:
    case = asks_return(hall, hall.finishes(hall.dispatched(to=BOTH)), hall.gardener)
    hall.does(desk.grant_return, case, hall.dispatcher, hall.part(case, PARKS).id)
    assert hall.clocks(case) == {"contact", "reply"}
    assert hall.replies(case).state is S.REPLIED


def test_nobody_needs_to_dispatch_what_a_refused_return_leaves_with_its_unit(hall: Hall) -> None:
    case = hall.dispatched(to=BOTH)
    for actor in (hall.handler, hall.gardener):
        asks_return(hall, case, actor)
    hall.does(desk.grant_return, case, hall.dispatcher, hall.part(case).id)
    hall.does(desk.refuse_return, case, hall.dispatcher, hall.part(case, PARKS).id)
    assert "dispatch" not in hall.clocks(case)


def test_rework_that_its_unit_returns_waits_for_another_dispatch(hall: Hall) -> None:
    case = asks_return(hall, reworked(hall), hall.handler)
    points = all_points(case)
    hall.refuses("not_done", desk.reply, case, hall.dispatcher, "已修复。", answered=points)
    hall.does(desk.grant_return, case, hall.dispatcher, hall.part(case).id)
    assert "dispatch" in hall.clocks(case)
    hall.refuses("not_done", desk.reply, case, hall.dispatcher, "已修复。", answered=points)


def test_rework_without_a_lead_is_not_sent_to_support_alone(hall: Hall) -> None:
    case = asks_return(hall, reworked(hall), hall.handler)
    hall.does(desk.grant_return, case, hall.dispatcher, hall.part(case).id)
    support = [To(PARKS, is_lead=False)]
    hall.refuses("no_lead", desk.dispatch, case, hall.dispatcher, support)


# Cancelling


def test_a_part_is_taken_back_only_if_another_unit_leads(hall: Hall) -> None:
    case = hall.dispatched(to=[To(STREETS), To(PARKS, is_lead=False)])
    lead, support = hall.part(case).id, hall.part(case, PARKS).id
    hall.refuses("no_lead", desk.cancel, case, hall.dispatcher, lead)
    hall.does(desk.cancel, case, hall.dispatcher, support)
    assert states(hall, case) == [(STREETS, A.PENDING), (PARKS, A.CANCELLED)]
    assert hall.clocks(case) == {"done", "contact", f"done {STREETS}", f"sign {STREETS}"}
    hall.refuses("state", desk.cancel, case, hall.dispatcher, support)


def test_what_a_unit_has_done_is_not_taken_back(hall: Hall) -> None:
    case = hall.finishes(hall.dispatched(to=BOTH))
    hall.refuses("state", desk.cancel, case, hall.dispatcher, hall.part(case).id)


def test_a_case_is_done_when_the_only_lead_not_done_is_taken_back(hall: Hall) -> None:
    case = hall.finishes(hall.dispatched(to=BOTH))
    after = hall.does(desk.cancel, case, hall.dispatcher, hall.part(case, PARKS).id)
    assert (hall.clocks(case), after.waits_for) == ({"contact", "reply"}, Role.DISPATCHER)
    assert hall.replies(case).state is S.REPLIED


def test_the_lead_of_a_rework_is_not_taken_back_for_what_it_did_before(hall: Hall) -> None:
    case = reworked(hall)
    hall.refuses("no_lead", desk.cancel, case, hall.dispatcher, hall.part(case).id)
    asks_return(hall, case, hall.handler)
    hall.refuses("no_lead", desk.cancel, case, hall.dispatcher, hall.part(case).id)
