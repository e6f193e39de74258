"""From what staff tapped or wrote to the desk's action, with all that it needs."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot import desk
from bot.cases import (
    TIME_ZONE,
    Actor,
    Asked,
    Assignment,
    AssignmentState,
    Call,
    Case,
    Kind,
    MoveNotAllowed,
    Staff,
    Urgency,
    Why,
    leads_of,
    points_of,
)
from bot.desk import Office
from bot.desk.progress import MOST_SOURCE_CHARS, MOST_TEXT_CHARS
from bot.messages import row_number
from bot.moves import PROGRESS_ROLES

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")
_DAY_OF_YEAR = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]")
_SOURCE = re.compile(r"^\s*(?:来源|依据|source)\s*[:：]\s*(.+)$", re.IGNORECASE | re.MULTILINE)
_LABEL = re.compile(r"^\s*(?:事项|目标|人员|matter|goal|staff)\s*[:：]\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Doing:
    """One action of one member of staff on one case.

    Attributes:
        seen: the version of the case that she looked at.
        choice: what she chose with the button: a unit, a reason, an assignment's id.
    """

    case: Case
    member: Staff
    seen: int
    at: datetime
    choice: str = ""
    words: str = ""

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return Actor.staff(self.member)


Act = Callable[[Office, Doing], Case]
_WANTED: Mapping[str, Callable[[Assignment], bool]] = {
    "sign": lambda one: one.state is AssignmentState.PENDING,
    "done": lambda one: one.state is AssignmentState.SIGNED,
    "ask_return": lambda one: one.is_open and one.return_asked is Asked.NEVER,
    "ask_extension": lambda one: one.is_open and one.extension_asked is Asked.NEVER,
    "grant_return": lambda one: one.return_asked is Asked.OPEN,
    "refuse_return": lambda one: one.return_asked is Asked.OPEN,
    "grant_extension": lambda one: one.is_open and one.extension_asked is Asked.OPEN,
    "refuse_extension": lambda one: one.is_open and one.extension_asked is Asked.OPEN,
    "cancel": lambda one: one.is_open or one.return_asked is Asked.OPEN,
}
"""Action -> which of a case's assignments it can be about."""


def parts_for(office: Office, case: Case, member: Staff, action: str) -> list[Assignment]:
    """The assignments that an action of this member can be about, the latest last."""
    wanted = _WANTED[action]
    return [
        one
        for one in office.store.assignments.of_case(case.id)
        if wanted(one) and (not member.unit or one.unit == member.unit)
    ]


def is_about_a_part(action: str) -> bool:
    """Whether an action is about one unit's part of a case."""
    return action in _WANTED


def do(office: Office, action: str, doing: Doing) -> Case:
    """Take the action.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    act = _ACTS.get(action)
    if act is None:
        raise MoveNotAllowed(doing.case.id, doing.case.state, action, "role")
    return act(office, doing)


def _part(office: Office, action: str, doing: Doing) -> int:
    """The id of the assignment an action is about: the chosen one, else the only one there is.

    Where there is none, that of her unit all the same: the desk says why it cannot be about it.
    """
    if row_number(doing.choice) >= 0:
        return row_number(doing.choice)
    parts = parts_for(office, doing.case, doing.member, action) or [
        one
        for one in office.store.assignments.of_case(doing.case.id)
        if doing.member.unit in ("", one.unit)
    ]
    return parts[-1].id if parts else -1


def _plain(action: Callable[..., Case]) -> Act:
    return lambda office, doing: action(
        office, doing.case.id, doing.actor, at=doing.at, seen=doing.seen
    )


def _worded(action: Callable[..., Case]) -> Act:
    return lambda office, doing: action(
        office, doing.case.id, doing.actor, doing.words, at=doing.at, seen=doing.seen
    )


def _on_part(name: str, action: Callable[..., Case]) -> Act:
    return lambda office, doing: action(
        office,
        doing.case.id,
        doing.actor,
        _part(office, name, doing),
        at=doing.at,
        seen=doing.seen,
    )


def _worded_on_part(name: str, action: Callable[..., Case]) -> Act:
    return lambda office, doing: action(
        office,
        doing.case.id,
        doing.actor,
        _part(office, name, doing),
        doing.words,
        at=doing.at,
        seen=doing.seen,
    )


def _supplement(office: Office, doing: Doing) -> Case:
    return desk.supplement(
        office, doing.case.id, doing.actor, doing.words, at=doing.at, seen=doing.seen
    )


def _classify(office: Office, doing: Doing) -> Case:
    part, _, code = doing.choice.partition(".")
    return desk.classify(
        office,
        doing.case.id,
        doing.actor,
        at=doing.at,
        seen=doing.seen,
        kind=Kind(code) if part == "kind" and code in list(Kind) else None,
        category=code if part == "category" else "",
        urgency=Urgency(code) if part == "urgency" and code in list(Urgency) else None,
    )


def _answer(office: Office, doing: Doing) -> Case:
    source = source_in(doing.words)
    words = _SOURCE.sub("", doing.words).strip()
    return desk.answer(
        office,
        doing.case.id,
        doing.actor,
        words,
        source=source,
        at=doing.at,
        seen=doing.seen,
    )


def _reject(office: Office, doing: Doing) -> Case:
    return desk.reject(
        office, doing.case.id, doing.actor, doing.choice, at=doing.at, seen=doing.seen
    )


def _dispatch(office: Office, doing: Doing) -> Case:
    assignments = office.store.assignments.of_case(doing.case.id)
    is_led = bool(leads_of(doing.case, assignments))
    to = desk.To(doing.choice, is_lead=not is_led)
    return desk.dispatch(office, doing.case.id, doing.actor, [to], at=doing.at, seen=doing.seen)


def _call(office: Office, doing: Doing) -> Case:
    stated = call_in(doing.words)
    if stated is None:
        raise MoveNotAllowed(doing.case.id, doing.case.state, "call", "lines")
    to = desk.To(doing.choice, is_lead=True, call=stated)
    return desk.call(office, doing.case.id, doing.actor, [to], at=doing.at, seen=doing.seen)


def _merge(office: Office, doing: Doing) -> Case:
    number = doing.choice or doing.words.strip().upper()
    master = office.store.cases.numbered(number)
    if master is None:
        raise MoveNotAllowed(doing.case.id, doing.case.state, "merge", "gone")
    return desk.merge(office, doing.case.id, doing.actor, master.id, at=doing.at, seen=doing.seen)


def _link(office: Office, doing: Doing) -> Case:
    known = list(office.store.cases.commitments(doing.case.id))
    chosen = doing.choice
    picked = [known[row_number(chosen)]] if 0 <= row_number(chosen) < len(known) else []
    if doing.words:
        picked = doing.words.split()
        if any(office.cards.face.commitment(one) is None for one in picked):
            raise MoveNotAllowed(doing.case.id, doing.case.state, "link", "gone")
    if not picked and chosen != "none":
        raise MoveNotAllowed(doing.case.id, doing.case.state, "link", "reason")
    return desk.link(
        office, doing.case.id, doing.actor, at=doing.at, commitments=picked, seen=doing.seen
    )


def _reply(office: Office, doing: Doing) -> Case:
    """She was shown the points before she confirmed that the reply answers them."""
    return desk.reply(
        office,
        doing.case.id,
        doing.actor,
        doing.words,
        answered=frozenset(range(len(points_of(doing.case.matter.text)))),
        at=doing.at,
        seen=doing.seen,
    )


def _put_on_ledger(office: Office, doing: Doing) -> Case:
    until = day_in(doing.words, at=doing.at)
    if until is None:
        raise MoveNotAllowed(doing.case.id, doing.case.state, "put_on_ledger", "date")
    return desk.put_on_ledger(
        office,
        doing.case.id,
        doing.actor,
        doing.words,
        until=until,
        at=doing.at,
        seen=doing.seen,
    )


def _progress(office: Office, doing: Doing) -> Case:
    """Note the progress of the commitment that a case is about; the case stays as it is."""
    case, member = doing.case, doing.member
    commitment = office.cards.face.commitment_of(case)
    if member.role not in PROGRESS_ROLES:
        raise MoveNotAllowed(case.id, case.state, "progress", "role")
    source = source_in(doing.words)
    if not source or not commitment:
        raise MoveNotAllowed(case.id, case.state, "progress", "no_source")
    text = _SOURCE.sub("", doing.words).strip()
    today = doing.at.astimezone(TIME_ZONE).date()
    try:
        desk.add_progress_note(
            office,
            commitment,
            text,
            source=source,
            noted_on=today,
            at=doing.at,
            staff_id=member.id,
        )
    except ValueError as error:
        is_long = len(text) > MOST_TEXT_CHARS or len(source) > MOST_SOURCE_CHARS
        why: Why = "words" if not text else "long" if is_long else "once"
        raise MoveNotAllowed(case.id, case.state, "progress", why) from error
    return case


def day_in(words: str, *, at: datetime) -> date | None:
    """The last day after today that words name; None for none.

    A day without a year is one of this year or, if that has passed and no other day is named, the
    next such day.
    """
    today = at.astimezone(TIME_ZONE).date()
    named = [_day(*found.groups()) for found in _DAY.finditer(words)]
    of_year = [found.groups() for found in _DAY_OF_YEAR.finditer(_DAY.sub("", words))]
    named += [_day(str(today.year), month, day) for month, day in of_year]
    later = [day for day in named if day is not None and day > today]
    if not later and of_year:
        later = [day for day in (_day(str(today.year + 1), *of_year[-1]),) if day is not None]
    return later[-1] if later else None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def source_in(words: str) -> str:
    """The source that words name in a line of its own (来源: ...); empty for none."""
    found = _SOURCE.search(words)
    return found.group(1).strip() if found else ""


def call_in(words: str) -> Call | None:
    """What a call states, a line each: the matter, the goal, the staff needed. None if less."""
    lines = [_LABEL.sub("", line).strip() for line in words.splitlines() if line.strip()]
    if len(lines) < 3:
        return None
    return Call(lines[0], lines[1], " ".join(lines[2:]))


_ACTS: Mapping[str, Act] = {
    "accept": _plain(desk.accept),
    "classify": _classify,
    "ask_info": _worded(desk.ask_info),
    "supplement": _supplement,
    "answer": _answer,
    "reject": _reject,
    "merge": _merge,
    "unmerge": _plain(desk.unmerge),
    "link": _link,
    "note": _worded(desk.note),
    "dispatch": _dispatch,
    "call": _call,
    "sign": _on_part("sign", desk.sign),
    "contact": _worded(desk.contact),
    "done": _worded_on_part("done", desk.done),
    "ask_return": _worded_on_part("ask_return", desk.ask_return),
    "grant_return": _on_part("grant_return", desk.grant_return),
    "refuse_return": _on_part("refuse_return", desk.refuse_return),
    "cancel": _on_part("cancel", desk.cancel),
    "ask_extension": _worded_on_part("ask_extension", desk.ask_extension),
    "grant_extension": _on_part("grant_extension", desk.grant_extension),
    "refuse_extension": _on_part("refuse_extension", desk.refuse_extension),
    "reply": _reply,
    "put_on_ledger": _put_on_ledger,
    "resume": _plain(desk.resume),
    "urge": _plain(desk.urge),
    "supervise": _plain(desk.supervise),
    "progress": _progress,
}
