"""How a case ends, or does not: reply, rating, dispute, ledger, withdrawal."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

from bot.cases import (
    SYSTEM,
    TIME_ZONE,
    Actor,
    Assignment,
    AssignmentState,
    Case,
    CaseState,
    Satisfied,
    Solved,
    points_of,
)
from bot.desk import clockwork
from bot.desk.handling import assign_again, is_done
from bot.desk.office import Office, checked, expect, leads, one_step, take_step
from bot.desk.reception import unmerge

REPORT_TIME = time(9, 0)
"""The hour of a ledger case's next report day at which a supervisor is reminded."""


@one_step
def reply(
    office: Office,
    case_id: int,
    actor: Actor,
    words: str,
    *,
    answered: frozenset[int],
    at: datetime,
    seen: int | None = None,
) -> Case:
    """答复: the reply to the resident, and to those whose cases are merged into hers.

    Args:
        answered: which of the matter's points (`cases.points_of`, from 0) the reply answers.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case = checked(office, case_id, "reply", actor, seen=seen)
    expect(words.strip(), case, "reply", "words")
    expect(is_done(office, case), case, "reply", "not_done")
    points = frozenset(range(len(points_of(case.matter.text))))
    expect(points <= answered, case, "reply", "points")
    clockwork.stop(office, case, at=at)
    case = _replied(office, case, actor, "reply", words.strip(), at=at)
    for merged in office.store.cases.of_master(case.id):
        _replied(office, merged, SYSTEM, "follow_master", words.strip(), at=at)
    return case


def _replied(
    office: Office, case: Case, actor: Actor, action: str, words: str, *, at: datetime
) -> Case:
    case = replace(case, replied_at=at, solved=None, satisfied=None)
    unrated_after = office.service.closing.unrated_after
    clockwork.start_length(office, case, clockwork.RATING, unrated_after, at=at)
    return take_step(office, case, action, actor, at=at, reason=words)


@one_step
def judge_solved(
    office: Office, case_id: int, actor: Actor, solved: Solved, *, at: datetime
) -> Case:
    """The resident says whether her matter is solved; if it is, the case closes.

    Raises:
        MoveNotAllowed: nothing was changed.
    """
    case = _judged(office, case_id, actor, at=at, solved=solved)
    return _closed_if(office, case, actor, solved is Solved.YES, at=at)


@one_step
def judge_satisfied(
    office: Office, case_id: int, actor: Actor, satisfied: Satisfied, *, at: datetime
) -> Case:
    """The resident says whether she is satisfied; explained and satisfied, the case closes.

    Raises:
        MoveNotAllowed: nothing was changed.
    """
    case = _judged(office, case_id, actor, at=at, satisfied=satisfied)
    is_content = satisfied is not Satisfied.NO and case.state is CaseState.REPLIED
    return _closed_if(office, case, actor, is_content, at=at)


def _judged(
    office: Office,
    case_id: int,
    actor: Actor,
    *,
    at: datetime,
    solved: Solved | None = None,
    satisfied: Satisfied | None = None,
) -> Case:
    case = checked(office, case_id, "judge", actor)
    expect(case.replied_at, case, "judge", "state")
    expect(case.is_open or _is_recent(office, case, at=at), case, "judge", "late")
    case = replace(case, solved=solved or case.solved, satisfied=satisfied or case.satisfied)
    about = {"solved": solved or "", "satisfied": satisfied or ""}
    known = {name: str(value) for name, value in about.items() if value}
    return take_step(office, case, "judge", actor, at=at, about=known)


def _closed_if(
    office: Office, case: Case, actor: Actor, is_content: bool, *, at: datetime
) -> Case:
    if not is_content or not case.is_open:
        return case
    action = "confirm" if case.state is CaseState.ANSWERED else "rate"
    checked(office, case.id, action, actor)
    clockwork.stop(office, case, clockwork.RATING, at=at)
    return take_step(office, replace(case, closed_at=at), action, actor, at=at)


@one_step
def close_unrated(office: Office, case_id: int, *, at: datetime) -> Case:
    """未评价: nobody said anything for so long; that never counts as satisfied.

    Raises:
        MoveNotAllowed: nothing was changed.
    """
    case = checked(office, case_id, "close_unrated", SYSTEM)
    clockwork.stop(office, case, clockwork.RATING, at=at)
    return take_step(office, replace(case, closed_at=at), "close_unrated", SYSTEM, at=at)


@one_step
def dispute(office: Office, case_id: int, actor: Actor, words: str, *, at: datetime) -> Case:
    """The resident does not accept the reply, up to 30 days after it closed: it is handled again.

    What was answered without a unit is received again, also when it had closed.

    Raises:
        MoveNotAllowed: nothing was changed.
    """
    case = checked(office, case_id, "dispute", actor)
    expect(case.is_open or _is_recent(office, case, at=at), case, "dispute", "late")
    expect(case.replied_at, case, "dispute", "state")
    led = _led(office, case)
    clockwork.stop(office, case, at=at)
    case = replace(case, rework=case.rework + 1, closed_at=None)
    about = {"rework": str(case.rework)}
    if led:
        assign_again(office, case, led, at=at)
    else:
        clockwork.start(office, case, "accept", at=at)
    return take_step(
        office,
        case,
        "dispute",
        actor,
        at=at,
        reason=words.strip(),
        about=about,
        to=None if led else CaseState.SUBMITTED,
    )


def _led(office: Office, case: Case) -> list[Assignment]:
    """The lead assignments that brought the reply: its own, or of the case it was merged into."""
    own = leads(office, case)
    if own or case.master_id is None:
        return own
    return leads(office, office.store.cases.get(case.master_id))


def may_still_be_disputed(office: Office, case: Case, *, at: datetime) -> bool:
    """Whether the resident may have a closed case handled again."""
    is_closed = case.state is CaseState.CLOSED and not case.is_emptied
    return is_closed and _is_recent(office, case, at=at)


def is_over(office: Office, case: Case, *, at: datetime) -> bool:
    """Whether a case has ended, and the time in which that may be disputed is over, too."""
    if case.is_open:
        return False
    last = office.store.cases.last_event(case.id)
    ended_at = case.closed_at or (last.at if last else case.submitted_at)
    return at > _disputable_until(office, ended_at)


def _is_recent(office: Office, case: Case, *, at: datetime) -> bool:
    """Whether it was closed so lately that it may be disputed."""
    return case.closed_at is not None and at <= _disputable_until(office, case.closed_at)


def _disputable_until(office: Office, ended_at: datetime) -> datetime:
    within = office.service.closing.dispute_within
    calendar = office.service.calendar
    return calendar.after(ended_at, calendar.minutes(within), within.counted)


@one_step
def put_on_ledger(
    office: Office,
    case_id: int,
    actor: Actor,
    reason: str,
    *,
    until: date,
    at: datetime,
    seen: int | None = None,
) -> Case:
    """挂账: what cannot be solved now is kept in sight, unsolved, with a day to report on it.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case = checked(office, case_id, "put_on_ledger", actor, seen=seen)
    expect(reason.strip(), case, "put_on_ledger", "words")
    expect(until > at.astimezone(TIME_ZONE).date(), case, "put_on_ledger", "date")
    clockwork.stop(office, case, clockwork.RATING, "reply", at=at)
    clockwork.hush(office, case)
    case = replace(case, ledger_until=until)
    about = {"until": until.isoformat()}
    report_at = datetime.combine(until, REPORT_TIME, TIME_ZONE).astimezone(UTC)
    clockwork.start_until(office, case, clockwork.LEDGER, report_at, at=at)
    case = take_step(
        office, case, "put_on_ledger", actor, at=at, reason=reason.strip(), about=about
    )
    _tell_merged(office, case)
    return case


def _tell_merged(office: Office, case: Case) -> None:
    """Residents whose cases follow this one hear the same of it, under their own numbers."""
    event = office.store.cases.last_event(case.id)
    for merged in office.store.cases.of_master(case.id):
        if event:
            office.notices.tell(merged, event)


@one_step
def resume(
    office: Office,
    case_id: int,
    actor: Actor,
    *,
    at: datetime,
    words: str = "",
    seen: int | None = None,
) -> Case:
    """A ledger case is handled again.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case = checked(office, case_id, "resume", actor, seen=seen)
    clockwork.stop(office, case, clockwork.LEDGER, at=at)
    clockwork.unhush(office, case)
    if is_done(office, case):
        clockwork.start(office, case, "reply", at=at)
    case = replace(case, ledger_until=None)
    case = take_step(office, case, "resume", actor, at=at, reason=words.strip())
    _tell_merged(office, case)
    return case


@one_step
def withdraw(office: Office, case_id: int, actor: Actor, words: str, *, at: datetime) -> Case:
    """The resident takes her matter back; not a report of wrongdoing, not a danger.

    Raises:
        MoveNotAllowed: nothing was changed.
    """
    case = checked(office, case_id, "withdraw", actor)
    expect(case.may_be_withdrawn, case, "withdraw", "kept")
    clockwork.give_up(office, case, at=at)
    over = [
        one
        for one in office.store.assignments.of_case(case.id)
        if one.is_open or one.waits_for_ruling
    ]
    for one in over:
        office.store.assignments.change(replace(one, state=AssignmentState.CANCELLED))
    about = {"units": " ".join(one.unit for one in over)} if over else {}
    case = replace(case, closed_at=at)
    master_id = case.master_id if case.state is CaseState.MERGED else None
    case = take_step(office, case, "withdraw", actor, at=at, reason=words.strip(), about=about)
    if master_id is not None:
        office.cards.refresh(office.store.cases.get(master_id), at=at)
    for merged in office.store.cases.of_master(case.id):
        unmerge(office, merged.id, SYSTEM, at=at)
    return case
