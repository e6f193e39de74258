"""The table of moves is the workflow's: each row stands here again; nothing else is allowed."""

from itertools import product

import pytest

from bot.cases import AssignmentState, CaseState, Role
from bot.moves import ACTIONS, ASSIGNMENT_MOVES, MOVES, actions_of, may_take, move_of

WORKFLOW = """
submitted accepted in_progress | ask_info | need_info | dispatcher handler
need_info | supplement | - | resident dispatcher
submitted | answer | answered | dispatcher
answered | confirm | closed | resident
answered | close_unrated | closed | system
answered | dispute | submitted | resident
submitted | reject | rejected | dispatcher
rejected | object | submitted | resident
submitted accepted | merge | merged | dispatcher
merged | unmerge | submitted | dispatcher system
merged | follow_master | replied | system
submitted | accept | accepted | dispatcher
accepted in_progress | dispatch | in_progress | dispatcher
accepted in_progress | call | in_progress | dispatcher
in_progress | reply | replied | supervisor dispatcher
replied | rate | closed | resident
replied | close_unrated | closed | system
replied closed | dispute | in_progress | resident
in_progress replied | put_on_ledger | ledger | supervisor
ledger | resume | in_progress | supervisor
OPEN | withdraw | withdrawn | resident
"""
"""The workflow's table: from | action | to | who. `system` takes a timeout, follows a master, and
frees what was merged into a withdrawn case; `-` is the state before, or where the case stands."""

BESIDE = """
answered replied closed | judge | - | resident
OPEN | add_words | - | resident
ALL | reword | - | resident
OPEN | add_photo | - | resident
OPEN | add_place | - | resident
accepted in_progress need_info ledger | contact | - | dispatcher handler
ALL | note | - | dispatcher handler supervisor
submitted accepted | classify | - | dispatcher
OPEN | link | - | dispatcher supervisor
OPEN | warn | - | system
OPEN | urge | - | system dispatcher supervisor
OPEN | supervise | - | system supervisor
in_progress | sign | - | handler
in_progress | done | - | handler
in_progress | ask_return | - | handler
in_progress | grant_return | - | dispatcher
in_progress | refuse_return | - | dispatcher
in_progress | cancel | - | dispatcher
in_progress | ask_extension | - | handler
in_progress | grant_extension | - | dispatcher supervisor
in_progress | refuse_extension | - | dispatcher supervisor
"""
"""What leaves a case where it stands."""

OPEN = "submitted need_info answered merged accepted in_progress replied ledger"
ALL = f"{OPEN} rejected closed withdrawn"

ASSIGNMENTS = """
pending | sign | signed
signed | done | done
pending signed | ask_return | returned
returned | grant_return | returned
returned | refuse_return | pending
pending signed returned | cancel | cancelled
pending signed | ask_extension | -
pending signed | grant_extension | -
pending signed | refuse_extension | -
"""

SEEN = """
ask_info supplement answer confirm close_unrated dispute reject object merge unmerge follow_master
accept dispatch call reply rate put_on_ledger resume withdraw add_words reword add_photo add_place
contact sign grant_extension
"""
"""What the resident sees in her case's history."""

Row = tuple[str, str, str, str]


def rows_of(table: str) -> list[Row]:
    """A table's rows, one for each state and each role: (from, action, to, who)."""
    rows = []
    for line in table.strip().splitlines():
        starts, action, to, roles = (part.strip() for part in line.split("|"))
        starts = {"OPEN": OPEN, "ALL": ALL}.get(starts, starts)
        rows += [(start, action, to, who) for start in starts.split() for who in roles.split()]
    return rows


EXPECTED = [*rows_of(WORKFLOW), *rows_of(BESIDE)]
RIGHTS = {(who, action, start) for start, action, _, who in EXPECTED}


def test_the_table_is_the_workflows() -> None:
    table = [
        (str(start), move.action, str(move.to or "-"), str(who))
        for move in MOVES
        for start in move.start
        for who in move.by
    ]
    assert sorted(table) == sorted(EXPECTED)


def test_no_action_leads_from_one_state_to_two() -> None:
    starts = [(move.action, start) for move in MOVES for start in move.start]
    assert sorted(set(starts)) == sorted(starts)


def test_what_is_not_in_the_table_is_not_allowed_to_anybody() -> None:
    allowed = {
        (str(role), action, str(state))
        for role, action, state in product(Role, ACTIONS, CaseState)
        if (move := move_of(action, state)) and role in move.by
    }
    offered = {
        (str(role), action, str(state))
        for role, state in product(Role, CaseState)
        for action in actions_of(role, state)
    }
    assert allowed == RIGHTS
    assert offered == RIGHTS


def test_a_move_leads_where_the_table_says() -> None:
    ends = {
        (str(state), action): str(move.to or "-")
        for action, state in product(ACTIONS, CaseState)
        if (move := move_of(action, state))
    }
    assert ends == {(start, action): to for start, action, to, _ in EXPECTED}


def test_a_role_has_the_right_to_an_action_only_if_a_row_says_so() -> None:
    rights = {
        (str(role), action) for role, action in product(Role, ACTIONS) if may_take(role, action)
    }
    assert rights == {(who, action) for _, action, _, who in EXPECTED}


@pytest.mark.parametrize("action", ["", "submit", "delete", "Accept", "accept ", "follow master"])
def test_an_action_that_nobody_named_is_nobodys(action: str) -> None:
    assert [state for state in CaseState if move_of(action, state)] == []
    assert [role for role in Role if may_take(role, action)] == []
    assert action not in ACTIONS


def test_an_actions_name_stands_once_in_what_a_role_may_do() -> None:
    for role, state in product(Role, CaseState):
        offered = actions_of(role, state)
        assert sorted(set(offered)) == sorted(offered)


def test_nothing_leaves_a_withdrawn_case() -> None:
    leaving = [move.action for move in MOVES if CaseState.WITHDRAWN in move.start and move.to]
    assert leaving == []


def test_the_resident_sees_what_the_table_says() -> None:
    assert {move.action for move in MOVES if move.is_seen} == set(SEEN.split())


def test_a_units_part_moves_as_its_table_says() -> None:
    moves = {
        (str(start), action): str(to or "-")
        for action, (starts, to) in ASSIGNMENT_MOVES.items()
        for start in starts
    }
    expected = {}
    for line in ASSIGNMENTS.strip().splitlines():
        starts, action, to = (part.strip() for part in line.split("|"))
        expected |= {(start, action): to for start in starts.split()}
    assert moves == expected


def test_what_a_unit_has_done_or_lost_does_not_move_any_more() -> None:
    moving = {start for starts, _ in ASSIGNMENT_MOVES.values() for start in starts}
    assert set(AssignmentState) - moving == {AssignmentState.DONE, AssignmentState.CANCELLED}


def test_a_units_part_moves_only_while_the_case_is_in_progress() -> None:
    places = {
        action: [state for state in CaseState if move_of(action, state)]
        for action in ASSIGNMENT_MOVES
    }
    assert places == {action: [CaseState.IN_PROGRESS] for action in ASSIGNMENT_MOVES}
