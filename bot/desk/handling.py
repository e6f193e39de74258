"""What the units do with a case: dispatch and call, sign, return, extension, done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.cases import (
    Actor,
    Asked,
    Assignment,
    AssignmentState,
    Call,
    Case,
    CaseState,
    is_all_done,
)
from bot.clocks import Length
from bot.desk import clockwork
from bot.desk.office import (
    Office,
    assignment_after,
    checked,
    checked_assignment,
    expect,
    leads,
    one_step,
    take_step,
)
from bot.store import CaseTimer


@dataclass(frozen=True, slots=True)
class To:
    """A unit that a case is sent to: lead (主办) or support (协办)."""

    unit: str
    is_lead: bool = True
    call: Call | None = None


@one_step
def dispatch(
    office: Office,
    case_id: int,
    actor: Actor,
    units: Sequence[To],
    *,
    at: datetime,
    seen: int | None = None,
) -> Case:
    """派单: send a case to units, at least one of which leads; its clock runs from now on.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    return _sent(office, case_id, actor, "dispatch", units, at=at, seen=seen)


@one_step
def call(
    office: Office,
    case_id: int,
    actor: Actor,
    units: Sequence[To],
    *,
    at: datetime,
    seen: int | None = None,
) -> Case:
    """呼叫: call every unit needed, stating to each the matter, the goal and the staff needed.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    return _sent(office, case_id, actor, "call", units, at=at, seen=seen)


def _sent(
    office: Office,
    case_id: int,
    actor: Actor,
    action: str,
    units: Sequence[To],
    *,
    at: datetime,
    seen: int | None,
) -> Case:
    case = checked(office, case_id, action, actor, seen=seen)
    expect(units, case, action, "no_lead")
    stated = all(to.call and to.call.is_whole for to in units)
    expect(action == "dispatch" or stated, case, action, "words")
    now = [
        one
        for one in office.store.assignments.of_case(case.id)
        if one.is_live and one.round == case.rework
    ]
    serving = {one.unit for one in now if one.state is not AssignmentState.DONE}
    for to in units:
        expect(to.unit in office.service.units, case, action, "unit")
        expect(to.unit not in serving, case, action, "once")
        serving.add(to.unit)
    is_led = any(one.is_lead for one in now) or any(to.is_lead for to in units)
    expect(is_led, case, action, "no_lead")
    clockwork.stop(office, case, "dispatch", at=at)
    clockwork.drop(office, case, "reply")
    made = [_assign(office, case, to, at=at) for to in units]
    if not any(one.name == "done" and one.assignment_id is None for one in _running(office, case)):
        clockwork.start(office, case, "done", at=at)
    if case.state is CaseState.ACCEPTED and not _was_contacted(office, case):
        clockwork.start(office, case, "contact", at=at)
    about = {"units": " ".join(one.unit for one in made)}
    return take_step(office, case, action, actor, at=at, about=about)


def _running(office: Office, case: Case) -> Sequence[CaseTimer]:
    return office.store.timers.running(case.id)


def _was_contacted(office: Office, case: Case) -> bool:
    return any(
        event.action in ("contact", "ask_info") for event in office.store.cases.events(case.id)
    )


def _assign(office: Office, case: Case, to: To, *, at: datetime) -> Assignment:
    assignment = office.store.assignments.add(
        case.id, to.unit, is_lead=to.is_lead, call=to.call, round_=case.rework
    )
    clockwork.start(office, case, "sign", at=at, assignment=assignment)
    clockwork.start(office, case, "done", at=at, assignment=assignment)
    return assignment


def assign_again(office: Office, case: Case, led: Sequence[Assignment], *, at: datetime) -> None:
    """Rework: what each lead unit had done it does once more; what a unit had not finished by the
    reply is over."""
    for one in office.store.assignments.of_case(case.id):
        if one.is_open or one.waits_for_ruling:
            office.store.assignments.change(replace(one, state=AssignmentState.CANCELLED))
    for one in {one.unit: one for one in led}.values():
        _assign(office, case, To(one.unit, True, one.call), at=at)
    clockwork.start(office, case, "done", at=at)


@one_step
def sign(
    office: Office,
    case_id: int,
    actor: Actor,
    assignment_id: int,
    *,
    at: datetime,
    seen: int | None = None,
) -> Case:
    """签收: the unit has the case and handles it.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case, assignment = _its_part(office, case_id, actor, assignment_id, "sign", seen)
    office.store.assignments.change(assignment_after(assignment, "sign"))
    clockwork.stop(office, case, "sign", at=at, assignment=assignment)
    return take_step(office, case, "sign", actor, at=at, about=_unit(assignment))


@one_step
def contact(
    office: Office,
    case_id: int,
    actor: Actor,
    words: str,
    *,
    at: datetime,
    seen: int | None = None,
) -> Case:
    """Write to the resident while the case is handled; it is no reply to it.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case = checked(office, case_id, "contact", actor, seen=seen)
    expect(words.strip(), case, "contact", "words")
    clockwork.stop(office, case, "contact", at=at)
    about = {"units": actor.unit} if actor.unit else {}
    return take_step(office, case, "contact", actor, at=at, reason=words.strip(), about=about)


@one_step
def done(
    office: Office,
    case_id: int,
    actor: Actor,
    assignment_id: int,
    outcome: str,
    *,
    at: datetime,
    seen: int | None = None,
) -> Case:
    """办结: the unit has done its part, and says what.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case, assignment = _its_part(office, case_id, actor, assignment_id, "done", seen)
    expect(outcome.strip(), case, "done", "words")
    finished = replace(assignment_after(assignment, "done"), outcome=outcome.strip())
    office.store.assignments.change(finished)
    clockwork.stop(office, case, "done", at=at, assignment=assignment)
    if is_done(office, case):
        _when_done(office, case, at=at)
    about = _unit(assignment)
    return take_step(office, case, "done", actor, at=at, reason=outcome.strip(), about=about)


def is_done(office: Office, case: Case) -> bool:
    """Whether every lead unit has done its part, and there is one."""
    return is_all_done(case, office.store.assignments.of_case(case.id))


def _when_done(office: Office, case: Case, *, at: datetime) -> None:
    """The units have done what there is to do: now the reply is waited for."""
    for one in _running(office, case):
        if one.name == "done" and one.assignment_id is None:
            office.store.timers.stop(one.id, at=at)
    if not any(one.name == "reply" for one in _running(office, case)):
        clockwork.start(office, case, "reply", at=at)


@one_step
def ask_return(
    office: Office,
    case_id: int,
    actor: Actor,
    assignment_id: int,
    reason: str,
    *,
    at: datetime,
    seen: int | None = None,
) -> Case:
    """退单: the unit says, with reason and basis, that it is not the one; once. Its clock goes on.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case, assignment = _its_part(office, case_id, actor, assignment_id, "ask_return", seen)
    expect(reason.strip(), case, "ask_return", "words")
    asked_before = any(
        one.return_asked is not Asked.NEVER
        for one in office.store.assignments.of_case(case.id)
        if one.unit == assignment.unit
    )
    expect(not asked_before, case, "ask_return", "once")
    returned = replace(
        assignment_after(assignment, "ask_return"),
        return_asked=Asked.OPEN,
        return_reason=reason.strip(),
    )
    office.store.assignments.change(returned)
    about = _unit(assignment)
    return take_step(office, case, "ask_return", actor, at=at, reason=reason.strip(), about=about)


@one_step
def grant_return(
    office: Office,
    case_id: int,
    actor: Actor,
    assignment_id: int,
    *,
    at: datetime,
    seen: int | None = None,
) -> Case:
    """Let a unit give its part back; if nobody leads now, the case waits for another dispatch.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case, assignment = _its_part(office, case_id, actor, assignment_id, "grant_return", seen)
    expect(assignment.return_asked is Asked.OPEN, case, "grant_return", "once")
    office.store.assignments.change(replace(assignment, return_asked=Asked.GRANTED))
    clockwork.drop(office, case, assignment=assignment)
    is_running = any(one.name == "dispatch" for one in _running(office, case))
    if not leads(office, case) and not is_running:
        clockwork.start(office, case, "dispatch", at=at)
    if is_done(office, case):
        _when_done(office, case, at=at)
    return take_step(office, case, "grant_return", actor, at=at, about=_unit(assignment))


@one_step
def refuse_return(
    office: Office,
    case_id: int,
    actor: Actor,
    assignment_id: int,
    *,
    at: datetime,
    seen: int | None = None,
) -> Case:
    """Rule that the unit is the one: it has to sign, and cannot return the case again.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case, assignment = _its_part(office, case_id, actor, assignment_id, "refuse_return", seen)
    expect(assignment.return_asked is Asked.OPEN, case, "refuse_return", "once")
    back = replace(assignment_after(assignment, "refuse_return"), return_asked=Asked.REFUSED)
    office.store.assignments.change(back)
    return take_step(office, case, "refuse_return", actor, at=at, about=_unit(assignment))


@one_step
def cancel(
    office: Office,
    case_id: int,
    actor: Actor,
    assignment_id: int,
    *,
    at: datetime,
    seen: int | None = None,
) -> Case:
    """撤单: take a unit's part back; another unit must lead.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case, assignment = _its_part(office, case_id, actor, assignment_id, "cancel", seen)
    others = [one for one in leads(office, case) if one.id != assignment.id]
    expect(others, case, "cancel", "no_lead")
    office.store.assignments.change(assignment_after(assignment, "cancel"))
    clockwork.drop(office, case, assignment=assignment)
    if is_done(office, case):
        _when_done(office, case, at=at)
    return take_step(office, case, "cancel", actor, at=at, about=_unit(assignment))


@one_step
def ask_extension(
    office: Office,
    case_id: int,
    actor: Actor,
    assignment_id: int,
    reason: str,
    *,
    at: datetime,
    seen: int | None = None,
) -> Case:
    """延期: ask for more time before it is due; once.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case, assignment = _its_part(office, case_id, actor, assignment_id, "ask_extension", seen)
    expect(reason.strip(), case, "ask_extension", "words")
    expect(assignment.extension_asked is Asked.NEVER, case, "ask_extension", "once")
    due_at = next(
        (
            one.due_at
            for one in _running(office, case)
            if one.name == "done" and one.assignment_id == assignment.id
        ),
        None,
    )
    expect(due_at is not None and at < due_at, case, "ask_extension", "late")
    asked = replace(assignment, extension_asked=Asked.OPEN, extension_reason=reason.strip())
    office.store.assignments.change(asked)
    about = _unit(assignment)
    return take_step(
        office, case, "ask_extension", actor, at=at, reason=reason.strip(), about=about
    )


@one_step
def grant_extension(
    office: Office,
    case_id: int,
    actor: Actor,
    assignment_id: int,
    *,
    at: datetime,
    longer: Length | None = None,
    seen: int | None = None,
) -> Case:
    """Give a unit more time: as much as it had at first, or less. The resident is told.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case, assignment = _its_part(office, case_id, actor, assignment_id, "grant_extension", seen)
    expect(assignment.extension_asked is Asked.OPEN, case, "grant_extension", "once")
    calendar = office.service.calendar
    first = office.service.length("done", case.matter.urgency, case.matter.kind)
    longer = longer or first
    is_comparable = longer.counted == first.counted
    is_shorter = is_comparable and calendar.minutes(longer) <= calendar.minutes(first)
    expect(is_shorter, case, "grant_extension", "late")
    office.store.assignments.change(replace(assignment, extension_asked=Asked.GRANTED))
    clockwork.extend(office, case, assignment, calendar.minutes(longer))
    return take_step(
        office,
        case,
        "grant_extension",
        actor,
        at=at,
        reason=assignment.extension_reason,
        about=_unit(assignment),
        is_heard=assignment.is_lead,
    )


@one_step
def refuse_extension(
    office: Office,
    case_id: int,
    actor: Actor,
    assignment_id: int,
    *,
    at: datetime,
    seen: int | None = None,
) -> Case:
    """The unit gets no more time.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case, assignment = _its_part(office, case_id, actor, assignment_id, "refuse_extension", seen)
    expect(assignment.extension_asked is Asked.OPEN, case, "refuse_extension", "once")
    office.store.assignments.change(replace(assignment, extension_asked=Asked.REFUSED))
    return take_step(office, case, "refuse_extension", actor, at=at, about=_unit(assignment))


def _its_part(
    office: Office,
    case_id: int,
    actor: Actor,
    assignment_id: int,
    action: str,
    seen: int | None,
) -> tuple[Case, Assignment]:
    case = checked(office, case_id, action, actor, seen=seen)
    return case, checked_assignment(office, case, assignment_id, action, actor)


def _unit(assignment: Assignment) -> dict[str, str]:
    return {"units": assignment.unit, "assignment": str(assignment.id)}
