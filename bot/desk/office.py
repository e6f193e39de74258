"""What every step of case work has in common: the check, the event, and who hears of it."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from types import MappingProxyType
from typing import Concatenate, ParamSpec, TypeVar

from bot.cards import Cards
from bot.cases import (
    Actor,
    Assignment,
    Case,
    CaseError,
    CaseState,
    Event,
    MoveNotAllowed,
    Role,
    StaleCard,
    Why,
    leads_of,
)
from bot.moves import AFTER_EMPTYING, ASSIGNMENT_MOVES, may_take, move_of
from bot.notices import Notices
from bot.service import Service
from bot.store import Store

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
NEXT: Mapping[CaseState, Role | None] = MappingProxyType(
    {
        CaseState.SUBMITTED: Role.DISPATCHER,
        CaseState.ACCEPTED: Role.DISPATCHER,
        CaseState.NEED_INFO: Role.RESIDENT,
        CaseState.ANSWERED: Role.RESIDENT,
        CaseState.REPLIED: Role.RESIDENT,
        CaseState.LEDGER: Role.SUPERVISOR,
        CaseState.MERGED: None,
        CaseState.REJECTED: None,
        CaseState.CLOSED: None,
        CaseState.WITHDRAWN: None,
    }
)
"""Whose step is next where the state alone tells."""
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Office:
    """What the desk works with: the database, the district's rules, and who is told."""

    store: Store
    service: Service
    notices: Notices
    cards: Cards


def one_step(
    action: Callable[Concatenate[Office, P], T],
) -> Callable[Concatenate[Office, P], T]:
    """An action happens wholly or not at all, also inside a larger transaction."""

    @wraps(action)
    def wrapped(office: Office, /, *args: P.args, **named: P.kwargs) -> T:
        try:
            with office.store.together():
                return action(office, *args, **named)
        except CaseError as error:
            logger.info("refused: %s", error)
            raise

    return wrapped


def checked(
    office: Office, case_id: int, action: str, actor: Actor, *, seen: int | None = None
) -> Case:
    """The case, if this actor may do this to it as it stands.

    Args:
        seen: the version the actor looks at; None for whoever saw none.

    Raises:
        MoveNotAllowed: the table of moves or the actor's role says no.
        StaleCard: it has changed since.
    """
    case = office.store.cases.known(case_id)
    if case is None:
        raise MoveNotAllowed(case_id, "unknown", action, "gone")
    if not may_take(actor.role, action):
        raise MoveNotAllowed(case_id, case.state, action, "role")
    if actor.role is Role.RESIDENT and actor.resident_id != case.resident_id:
        raise MoveNotAllowed(case_id, case.state, action, "not_hers")
    if seen is not None and seen != case.version:
        raise StaleCard(case_id, seen, case.version)
    if case.is_emptied and action not in AFTER_EMPTYING:
        raise MoveNotAllowed(case_id, case.state, action, "emptied")
    move = move_of(action, case.state)
    if move is None:
        raise MoveNotAllowed(case_id, case.state, action)
    if actor.role not in move.by:
        raise MoveNotAllowed(case_id, case.state, action, "role")
    if actor.role is Role.HANDLER and not _is_of_units(office, case_id, actor.unit):
        raise MoveNotAllowed(case_id, case.state, action, "unit")
    return case


def _is_of_units(office: Office, case_id: int, unit: str) -> bool:
    """Whether a unit has, or had and did not give back, a part of a case."""
    assignments = office.store.assignments.of_case(case_id)
    return bool(unit) and any(one.unit == unit and one.is_live for one in assignments)


def expect(condition: object, case: Case, action: str, why: Why) -> None:
    """A guard of an action.

    Raises:
        MoveNotAllowed: it does not hold.
    """
    if not condition:
        raise MoveNotAllowed(case.id, case.state, action, why)


def take_step(
    office: Office,
    case: Case,
    action: str,
    actor: Actor,
    *,
    at: datetime,
    reason: str = "",
    about: Mapping[str, str] = NOTHING,
    to: CaseState | None = None,
    is_heard: bool = True,
) -> Case:
    """Bring a case to where the move leads, note the event, and tell whoever hears of it.

    Args:
        case: as checked, with whatever else the step changes.
        about: what belongs to the event, by name.
        to: where it leads if not where the table says.
        is_heard: the resident hears of it, if the table says that she sees it.
    """
    move = move_of(action, office.store.cases.get(case.id).state)
    if move is None:
        raise MoveNotAllowed(case.id, case.state, action)
    case = replace(case, state=to or _where_to(case, action, move.to), version=case.version + 1)
    case = replace(case, waits_for=_who_is_next(office, case))
    event = Event(action, str(actor), reason, move.is_seen and is_heard, at, case.state, about)
    office.store.cases.change(case)
    office.store.cases.add_event(case.id, event)
    if move.is_seen and is_heard and actor.role is not Role.RESIDENT:
        office.notices.tell(case, event)
    office.cards.show(case, event)
    logger.info("case %d: %s by %s", case.id, action, actor)
    return case


def _who_is_next(office: Office, case: Case) -> Role | None:
    """Whose step is next; None for nobody's."""
    if case.state is not CaseState.IN_PROGRESS:
        return NEXT[case.state]
    parts = office.store.assignments.of_case(case.id)
    asks = any(one.waits_for_ruling for one in parts)
    is_handled = any(one.is_open for one in leads_of(case, parts))
    return Role.HANDLER if is_handled and not asks else Role.DISPATCHER


def _where_to(case: Case, action: str, to: CaseState | None) -> CaseState:
    if action == "supplement":
        return case.earlier_state or CaseState.SUBMITTED
    return to or case.state


def checked_assignment(
    office: Office, case: Case, assignment_id: int, action: str, actor: Actor
) -> Assignment:
    """One unit's part of a case, if this may be done to it as it stands.

    Raises:
        MoveNotAllowed: it is another case's or another unit's, or stands elsewhere.
    """
    assignment = next(
        (one for one in office.store.assignments.of_case(case.id) if one.id == assignment_id),
        None,
    )
    if assignment is None:
        raise MoveNotAllowed(case.id, case.state, action, "gone")
    if actor.role is Role.HANDLER and assignment.unit != actor.unit:
        raise MoveNotAllowed(case.id, assignment.state, action, "unit")
    if assignment.state not in ASSIGNMENT_MOVES[action][0]:
        raise MoveNotAllowed(case.id, assignment.state, action)
    return assignment


def assignment_after(assignment: Assignment, action: str) -> Assignment:
    """The assignment as it stands after an action."""
    return replace(assignment, state=ASSIGNMENT_MOVES[action][1] or assignment.state)


def leads(office: Office, case: Case) -> list[Assignment]:
    """The lead assignments of a case's present round whose units answer for it."""
    return leads_of(case, office.store.assignments.of_case(case.id))
