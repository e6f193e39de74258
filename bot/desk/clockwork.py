"""The clocks of a case: started, paused, prolonged and stopped by its steps; see domain terms in
docs/workflow.md. When somebody must be told is worked out here; `bot.desk.rounds` tells."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.cases import Assignment, Case
from bot.clocks import Length, Timer
from bot.desk.office import Office
from bot.service import ClockName
from bot.store import CaseTimer

RATING, LEDGER, INFO = "rating", "ledger", "info"
"""Clocks beside those of service.toml: until a case closes unrated, until a ledger report, until
somebody looks after a resident who was asked for more and says nothing."""
SILENT = ("done",)
"""Clocks that only measure, where they run for a whole case: its units' own clocks remind."""


def start(
    office: Office,
    case: Case,
    name: ClockName,
    *,
    at: datetime,
    assignment: Assignment | None = None,
) -> None:
    """Let a clock of service.toml run for a case, or for one unit's part."""
    length = office.service.length(name, case.matter.urgency, case.matter.kind)
    start_length(office, case, name, length, at=at, assignment=assignment)


def start_length(
    office: Office,
    case: Case,
    name: str,
    length: Length,
    *,
    at: datetime,
    assignment: Assignment | None = None,
) -> None:
    """Let a clock of this length run."""
    minutes = office.service.calendar.minutes(length)
    timer = Timer(minutes, length.counted, 0.0, at)
    _add(office, case, name, timer, at=at, assignment=assignment)


def start_until(office: Office, case: Case, name: str, until: datetime, *, at: datetime) -> None:
    """Let a clock run until a moment."""
    minutes = max((until - at).total_seconds() / 60, 0.0)
    _add(office, case, name, Timer(minutes, "wall", 0.0, at), at=at, assignment=None)


def _add(
    office: Office,
    case: Case,
    name: str,
    timer: Timer,
    *,
    at: datetime,
    assignment: Assignment | None,
) -> None:
    due_at = timer.due(office.service.calendar) or at
    is_silent = name in SILENT and assignment is None
    office.store.timers.add(
        case.id,
        name,
        timer,
        assignment_id=assignment.id if assignment else None,
        due_at=due_at,
        look_at=None if is_silent else look_at(office, name, timer, level=0),
        at=at,
    )


def restart(office: Office, case: Case, one: CaseTimer, name: ClockName) -> None:
    """The same clock by the rules of another kind or urgency; what is used up stays used up."""
    length = office.service.length(name, case.matter.urgency, case.matter.kind)
    timer = replace(
        one.timer,
        length_minutes=office.service.calendar.minutes(length),
        counted=length.counted,
    )
    office.store.timers.drop(one.id)
    _add(office, case, name, timer, at=one.started_at, assignment=None)


def stop(
    office: Office,
    case: Case,
    *names: str,
    at: datetime,
    assignment: Assignment | None = None,
) -> None:
    """A case's clocks of these names have done their service; all of them if none is named."""
    for one in _those(office, case, names, assignment):
        office.store.timers.stop(one.id, at=at)


def drop(office: Office, case: Case, *names: str, assignment: Assignment | None = None) -> None:
    """A case's clocks of these names count for nothing; all of them if none is named."""
    for one in _those(office, case, names, assignment):
        office.store.timers.drop(one.id)


def give_up(office: Office, case: Case, *, at: datetime) -> None:
    """A case is withdrawn: what is due already was missed and stays so, its other clocks count
    for nothing."""
    for one in office.store.timers.running(case.id):
        if one.due_at is not None and one.due_at < at:
            office.store.timers.stop(one.id, at=at)
        else:
            office.store.timers.drop(one.id)


def pause(office: Office, case: Case, *, at: datetime) -> None:
    """All clocks of a case stand still: it waits for its resident."""
    for one in office.store.timers.running(case.id):
        if one.timer.running_since is not None:
            _change(office, one, one.timer.paused(office.service.calendar, at))


def resume(office: Office, case: Case, *, at: datetime) -> None:
    """They go on; what was due is due later by as much as they stood still."""
    for one in office.store.timers.running(case.id):
        if one.timer.running_since is None:
            _change(office, one, one.timer.resumed(at))


def extend(office: Office, case: Case, assignment: Assignment, minutes: float) -> None:
    """A unit has got more time; of a lead unit, so has the whole case.

    What was said of it is said anew for the later date, all but the early warnings. Of two leads
    that get more time the case gets what the longer one has.
    """
    warnings = len(office.service.reminders.warn_at)
    for one in office.store.timers.running(case.id):
        is_whole = one.assignment_id is None and assignment.is_lead
        if one.name == "done" and (one.assignment_id == assignment.id or is_whole):
            more = max(minutes - one.extended_minutes, 0.0)
            longer = replace(
                one,
                extended_minutes=one.extended_minutes + more,
                level=min(one.level, warnings),
            )
            _change(office, longer, one.timer.extended(more))


def _change(office: Office, one: CaseTimer, timer: Timer) -> None:
    calendar = office.service.calendar
    plain = replace(timer, length_minutes=timer.length_minutes - one.extended_minutes)
    is_silent = one.name in SILENT and one.assignment_id is None
    office.store.timers.change(
        replace(
            one,
            timer=timer,
            due_at=timer.due(calendar),
            first_due_at=plain.due(calendar) or one.first_due_at,
        ),
        look_at=None if is_silent else look_at(office, one.name, timer, level=one.level),
    )


def look_at(office: Office, name: str, timer: Timer, *, level: int) -> datetime | None:
    """When a clock must be looked at again, of which `level` things were said; None for never."""
    calendar, reminders = office.service.calendar, office.service.reminders
    if name in (RATING, LEDGER, INFO):
        return timer.due(calendar) if level == 0 else None
    if level < len(reminders.warn_at):
        return timer.at(calendar, reminders.warn_at[level])
    due_at = timer.due(calendar)
    if due_at is None or level == len(reminders.warn_at):
        return due_at
    if level == len(reminders.warn_at) + 1:
        later = reminders.supervise_after
        return calendar.after(due_at, calendar.minutes(later), later.counted)
    return None


def _those(
    office: Office, case: Case, names: Iterable[str], assignment: Assignment | None
) -> list[CaseTimer]:
    wanted = set(names)
    return [
        one
        for one in office.store.timers.running(case.id)
        if (not wanted or one.name in wanted)
        and (assignment is None or one.assignment_id == assignment.id)
    ]


def hush(office: Office, case: Case) -> None:
    """A case's clocks go on, and nobody is reminded: it stands on the ledger."""
    for one in office.store.timers.running(case.id):
        office.store.timers.look_next(one.id, level=one.level, look_at=None)


def unhush(office: Office, case: Case) -> None:
    """Whoever has to be reminded is reminded again."""
    for one in office.store.timers.running(case.id):
        if one.timer.running_since is not None:
            _change(office, one, one.timer)
