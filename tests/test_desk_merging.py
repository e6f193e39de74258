"""Cases about the same matter, handled as one and answered each to its own resident."""

import pytest

from bot import desk
from bot.cases import CaseState, Role, Solved
from bot.desk import To
from tests.casework import STREETS, Hall, wuhan

S = CaseState


def test_a_merged_case_keeps_its_number_and_waits_for_nobody(hall: Hall) -> None:
    case, master = hall.merged()
    assert (case.state, case.master_id, case.waits_for) == (S.MERGED, master.id, None)
    assert case.number != master.number
    assert hall.clocks(case) == set()
    assert dict(hall.events(case)[-1].about) == {"master": master.number}
    assert hall.case(master).state is S.SUBMITTED


def test_a_case_is_not_merged_into_itself(hall: Hall) -> None:
    case = hall.files()
    hall.refuses("itself", desk.merge, case, hall.dispatcher, case.id)


def test_a_case_is_not_merged_into_one_that_does_not_exist(hall: Hall) -> None:
    hall.refuses("gone", desk.merge, hall.files(), hall.dispatcher, 999)


@pytest.mark.parametrize(
    "state", [S.ANSWERED, S.REJECTED, S.MERGED, S.REPLIED, S.CLOSED, S.WITHDRAWN]
)
def test_a_case_is_not_merged_into_one_whose_reply_was_given_or_will_not_be(
    hall: Hall, state: CaseState
) -> None:
    master = hall.standing(state)
    hall.refuses("state", desk.merge, hall.files(), hall.dispatcher, master.id)


@pytest.mark.parametrize("state", [S.SUBMITTED, S.NEED_INFO, S.ACCEPTED, S.IN_PROGRESS, S.LEDGER])
def test_a_case_is_merged_into_one_whose_reply_is_to_come(hall: Hall, state: CaseState) -> None:
    master = hall.standing(state)
    merged = hall.does(desk.merge, hall.accepted(), hall.dispatcher, master.id)
    assert (merged.state, hall.clocks(merged)) == (S.MERGED, set())


def test_a_case_that_others_were_merged_into_is_neither_merged_answered_nor_rejected(
    hall: Hall,
) -> None:
    _, master = hall.merged()
    other = hall.files()
    hall.refuses("merged", desk.merge, master, hall.dispatcher, other.id)
    hall.refuses("merged", desk.answer, master, hall.dispatcher, "好的。", source="报告")
    hall.refuses("merged", desk.reject, master, hall.dispatcher, "litigation")


def test_a_case_taken_out_again_waits_to_be_accepted(hall: Hall) -> None:
    case, master = hall.merged()
    hall.clock.now = wuhan(9, 14, 14)
    free = hall.does(desk.unmerge, case, hall.dispatcher)
    assert (free.state, free.master_id, free.waits_for) == (S.SUBMITTED, None, Role.DISPATCHER)
    assert hall.due(case, "accept") == wuhan(9, 14, 16)
    merged = hall.does(desk.merge, hall.case(master), hall.dispatcher, case.id)
    assert merged.master_id == case.id


def test_both_residents_get_the_masters_reply_and_rate_it_apart(hall: Hall) -> None:
    case, master = hall.merged()
    hall.does(desk.accept, master, hall.dispatcher)
    hall.does(desk.dispatch, master, hall.dispatcher, [To(STREETS)])
    hall.replies(hall.finishes(master))
    followed = hall.case(case)
    assert (followed.state, followed.replied_at) == (S.REPLIED, hall.clock.now)
    last = hall.events(case)[-1]
    assert (last.action, last.actor, last.reason) == ("follow_master", "system", "路灯已修复。")
    for one, whose in ((case, hall.resident), (master, hall.neighbour)):
        assert one.number in hall.letters(whose)[-1]
        assert "路灯已修复。" in hall.letters(whose)[-1]
    hall.does(desk.judge_solved, case, hall.resident, Solved.NO)
    hall.does(desk.judge_solved, master, hall.neighbour, Solved.YES)
    assert [(one.state, one.solved) for one in (hall.case(case), hall.case(master))] == [
        (S.REPLIED, Solved.NO),
        (S.CLOSED, Solved.YES),
    ]


def test_a_merged_case_disputed_goes_to_the_units_of_its_master(hall: Hall) -> None:
    case, master = hall.merged()
    hall.does(desk.accept, master, hall.dispatcher)
    hall.does(desk.dispatch, master, hall.dispatcher, [To(STREETS)])
    hall.replies(hall.finishes(master))
    disputed = hall.does(desk.dispute, case, hall.resident, "我家门口还是黑的")
    assert (disputed.state, disputed.rework) == (S.IN_PROGRESS, 1)
    assert [(one.unit, one.is_lead, one.round) for one in hall.parts(case)] == [(STREETS, True, 1)]
    assert hall.case(master).state is S.REPLIED


def test_what_was_merged_into_a_withdrawn_case_is_free_again(hall: Hall) -> None:
    case, master = hall.merged()
    second = hall.does(desk.merge, hall.files(), hall.dispatcher, master.id)
    hall.does(desk.withdraw, master, hall.neighbour, "不用了")
    for one in (case, second):
        free = hall.case(one)
        assert (free.state, free.master_id) == (S.SUBMITTED, None)
        assert (hall.events(one)[-1].action, hall.events(one)[-1].actor) == ("unmerge", "system")
        assert hall.clocks(one) == {"accept"}


def test_staff_see_that_a_merged_case_was_withdrawn(hall: Hall) -> None:
    group = hall.opens_a_group()
    case, master = hall.merged()

    def card() -> str:
        (letter_id,) = (
            one.letter_id for one in hall.store.staff.cards(master.id) if one.resident_id == group
        )
        wanted = "select opened(reply) from outbox where id = ?"
        rows = hall.connection.execute(wanted, [letter_id])
        return str(rows.fetchone()[0])

    assert "并入本件 1 件" in card()
    hall.does(desk.withdraw, case, hall.resident, "不用了")
    assert "并入本件" not in card()
