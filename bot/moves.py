"""The moves a case can make, as one table beside the workflow's (docs/workflow.md). No I/O.

What is not in the table is not allowed to anybody. Guards that need more than state and role (a
lead unit, once only, every point answered) stand with their action in `bot.desk`.
"""

from dataclasses import dataclass

from bot.cases import OPEN_STATES, AssignmentState, CaseState, Role

S = CaseState
A = AssignmentState
RESIDENT, SYSTEM = Role.RESIDENT, Role.SYSTEM
DISPATCHER, HANDLER, SUPERVISOR = Role.DISPATCHER, Role.HANDLER, Role.SUPERVISOR
ANY_STAFF = (DISPATCHER, HANDLER, SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table.

    Attributes:
        to: where the case stands afterwards; None is where it stood (of `supplement`: where it
            stood before it was asked).
        by: who may take the step.
        is_seen: whether the resident sees the step and hears of it.
    """

    action: str
    start: tuple[CaseState, ...]
    to: CaseState | None
    by: tuple[Role, ...]
    is_seen: bool = True


BEING_WORKED_ON = (S.ACCEPTED, S.IN_PROGRESS, S.NEED_INFO, S.LEDGER)
MOVES = (
    Move("ask_info", (S.SUBMITTED, S.ACCEPTED, S.IN_PROGRESS), S.NEED_INFO, (DISPATCHER, HANDLER)),
    Move("supplement", (S.NEED_INFO,), None, (RESIDENT, DISPATCHER)),
    Move("answer", (S.SUBMITTED,), S.ANSWERED, (DISPATCHER,)),
    Move("confirm", (S.ANSWERED,), S.CLOSED, (RESIDENT,)),
    Move("close_unrated", (S.ANSWERED, S.REPLIED), S.CLOSED, (SYSTEM,)),
    Move("dispute", (S.ANSWERED,), S.SUBMITTED, (RESIDENT,)),
    Move("reject", (S.SUBMITTED,), S.REJECTED, (DISPATCHER,)),
    Move("object", (S.REJECTED,), S.SUBMITTED, (RESIDENT,)),
    Move("merge", (S.SUBMITTED, S.ACCEPTED), S.MERGED, (DISPATCHER,)),
    Move("unmerge", (S.MERGED,), S.SUBMITTED, (DISPATCHER, SYSTEM)),
    Move("follow_master", (S.MERGED,), S.REPLIED, (SYSTEM,)),
    Move("accept", (S.SUBMITTED,), S.ACCEPTED, (DISPATCHER,)),
    Move("dispatch", (S.ACCEPTED, S.IN_PROGRESS), S.IN_PROGRESS, (DISPATCHER,)),
    Move("call", (S.ACCEPTED, S.IN_PROGRESS), S.IN_PROGRESS, (DISPATCHER,)),
    Move("reply", (S.IN_PROGRESS,), S.REPLIED, (SUPERVISOR, DISPATCHER)),
    Move("rate", (S.REPLIED,), S.CLOSED, (RESIDENT,)),
    Move("dispute", (S.REPLIED, S.CLOSED), S.IN_PROGRESS, (RESIDENT,)),  # without units: submitted
    Move("put_on_ledger", (S.IN_PROGRESS, S.REPLIED), S.LEDGER, (SUPERVISOR,)),
    Move("resume", (S.LEDGER,), S.IN_PROGRESS, (SUPERVISOR,)),
    Move("withdraw", OPEN_STATES, S.WITHDRAWN, (RESIDENT,)),
    # What leaves the case where it stands.
    Move("judge", (S.ANSWERED, S.REPLIED, S.CLOSED), None, (RESIDENT,), is_seen=False),
    Move("add_words", OPEN_STATES, None, (RESIDENT,)),
    Move("reword", tuple(CaseState), None, (RESIDENT,)),
    Move("add_photo", OPEN_STATES, None, (RESIDENT,)),
    Move("add_place", OPEN_STATES, None, (RESIDENT,)),
    Move("contact", BEING_WORKED_ON, None, (DISPATCHER, HANDLER)),
    Move("note", tuple(CaseState), None, ANY_STAFF, is_seen=False),
    Move("classify", (S.SUBMITTED, S.ACCEPTED), None, (DISPATCHER,), is_seen=False),
    Move("link", OPEN_STATES, None, (DISPATCHER, SUPERVISOR), is_seen=False),
    Move("warn", OPEN_STATES, None, (SYSTEM,), is_seen=False),
    Move("urge", OPEN_STATES, None, (SYSTEM, DISPATCHER, SUPERVISOR), is_seen=False),
    Move("supervise", OPEN_STATES, None, (SYSTEM, SUPERVISOR), is_seen=False),
    # What a unit does with its assignment, and what is ruled on it.
    Move("sign", (S.IN_PROGRESS,), None, (HANDLER,)),
    Move("done", (S.IN_PROGRESS,), None, (HANDLER,), is_seen=False),
    Move("ask_return", (S.IN_PROGRESS,), None, (HANDLER,), is_seen=False),
    Move("grant_return", (S.IN_PROGRESS,), None, (DISPATCHER,), is_seen=False),
    Move("refuse_return", (S.IN_PROGRESS,), None, (DISPATCHER,), is_seen=False),
    Move("cancel", (S.IN_PROGRESS,), None, (DISPATCHER,), is_seen=False),
    Move("ask_extension", (S.IN_PROGRESS,), None, (HANDLER,), is_seen=False),
    Move("grant_extension", (S.IN_PROGRESS,), None, (DISPATCHER, SUPERVISOR)),
    Move("refuse_extension", (S.IN_PROGRESS,), None, (DISPATCHER, SUPERVISOR), is_seen=False),
)
ACTIONS = tuple(dict.fromkeys(move.action for move in MOVES))

ASSIGNMENT_MOVES: dict[str, tuple[tuple[AssignmentState, ...], AssignmentState | None]] = {
    "sign": ((A.PENDING,), A.SIGNED),
    "done": ((A.SIGNED,), A.DONE),
    "ask_return": ((A.PENDING, A.SIGNED), A.RETURNED),
    "grant_return": ((A.RETURNED,), A.RETURNED),
    "refuse_return": ((A.RETURNED,), A.PENDING),
    "cancel": ((A.PENDING, A.SIGNED, A.RETURNED), A.CANCELLED),
    "ask_extension": ((A.PENDING, A.SIGNED), None),
    "grant_extension": ((A.PENDING, A.SIGNED), None),
    "refuse_extension": ((A.PENDING, A.SIGNED), None),
}
"""Action -> the assignment's states it starts from, and where it ends; None: where it was."""

AFTER_EMPTYING = ("withdraw",)
"""What may still happen to a case whose words were deleted: nothing that anybody writes, for it
would be kept for ever. Forgetting withdraws what it has emptied."""

PROGRESS_ROLES = (DISPATCHER, SUPERVISOR)
"""Who may note the progress of a commitment, which is no step of a case."""


def move_of(action: str, state: CaseState) -> Move | None:
    """The row for an action of a case that stands there; None if it is not possible there."""
    return next((one for one in MOVES if one.action == action and state in one.start), None)


def may_take(role: Role, action: str) -> bool:
    """Whether a role has the right to an action at all; for what nobody named: no."""
    return any(role in move.by for move in MOVES if move.action == action)


def actions_of(role: Role, state: CaseState, *, is_emptied: bool = False) -> tuple[str, ...]:
    """What a role may do with a case that stands there, in the table's order."""
    return tuple(
        one.action
        for one in MOVES
        if role in one.by
        and state in one.start
        and (not is_emptied or one.action in AFTER_EMPTYING)
    )
