"""From a posted form to the desk's action. What the chats have no form for is made here; the rest
goes the way of the buttons and words of Telegram (`bot.staffroom.doing`)."""

from collections.abc import Callable, Mapping
from datetime import date

from bot import desk
from bot.cases import TIME_ZONE, Call, Case, Kind, MoveNotAllowed, StaleCard, Urgency, Why
from bot.desk import Office, To
from bot.desk.progress import MOST_SOURCE_CHARS, MOST_TEXT_CHARS
from bot.messages import row_number
from bot.moves import PROGRESS_ROLES, actions_of, may_take
from bot.staffroom.doing import Doing, do
from bot.web.console.forms import Form

Act = Callable[[Office, Doing, Form], object]


def carry_out(office: Office, action: str, doing: Doing, form: Form) -> None:
    """Take an action as a form asks for it.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    act = _ACTS.get(action)
    if act is not None:
        act(office, doing, form)
    else:
        do(office, action, doing)


def expect_possible(action: str, doing: Doing) -> None:
    """What the desk checks before any step, for words that are only looked at.

    Raises:
        MoveNotAllowed, StaleCard: the step itself would be refused.
    """
    case, role = doing.case, doing.member.role
    if not may_take(role, action):
        raise _not_allowed(doing, action, "role")
    if doing.seen != case.version:
        raise StaleCard(case.id, doing.seen, case.version)
    if case.is_emptied:
        raise _not_allowed(doing, action, "emptied")
    if action not in actions_of(role, case.state):
        raise _not_allowed(doing, action, "state")


def answered_points(form: Form) -> frozenset[int]:
    """Which points of the matter were ticked as answered."""
    return frozenset(at for at in map(row_number, form.all("point")) if at >= 0)


def _not_allowed(doing: Doing, action: str, why: Why) -> MoveNotAllowed:
    return MoveNotAllowed(doing.case.id, doing.case.state, action, why)


def _classes(doing: Doing, action: str, form: Form) -> tuple[Kind, str, Urgency]:
    kind, urgency = form.kept("kind"), form.kept("urgency")
    if kind not in list(Kind) or urgency not in list(Urgency) or not form.kept("category"):
        raise _not_allowed(doing, action, "reason")
    return Kind(kind), form.kept("category"), Urgency(urgency)


def _classed(name: str, action: Callable[..., Case]) -> Act:
    """An action that confirms or corrects kind, category and urgency."""

    def act(office: Office, doing: Doing, form: Form) -> Case:
        kind, category, urgency = _classes(doing, name, form)
        return action(
            office,
            doing.case.id,
            doing.actor,
            at=doing.at,
            seen=doing.seen,
            kind=kind,
            category=category,
            urgency=urgency,
        )

    return act


def _answer(office: Office, doing: Doing, form: Form) -> Case:
    return desk.answer(
        office,
        doing.case.id,
        doing.actor,
        doing.words,
        source=form.text("source"),
        at=doing.at,
        seen=doing.seen,
    )


def _reply(office: Office, doing: Doing, form: Form) -> Case:
    return desk.reply(
        office,
        doing.case.id,
        doing.actor,
        doing.words,
        answered=answered_points(form),
        at=doing.at,
        seen=doing.seen,
    )


def _reject(office: Office, doing: Doing, form: Form) -> Case:
    return desk.reject(
        office,
        doing.case.id,
        doing.actor,
        form.kept("reject_reason"),
        words=doing.words,
        at=doing.at,
        seen=doing.seen,
    )


def _merge(office: Office, doing: Doing, form: Form) -> Case:
    number = (form.text("number") or form.kept("alike")).upper()
    master = office.store.cases.numbered(number)
    if master is None:
        raise _not_allowed(doing, "merge", "gone")
    return desk.merge(office, doing.case.id, doing.actor, master.id, at=doing.at, seen=doing.seen)


def _link(office: Office, doing: Doing, form: Form) -> Case:
    picked = [*form.all("commitment"), form.kept("another")]
    commitments = list(dict.fromkeys(one for one in picked if one))
    known = office.store.cases.commitments(doing.case.id)
    if any(one not in known and not office.cards.face.commitment(one) for one in commitments):
        raise _not_allowed(doing, "link", "gone")
    return desk.link(
        office,
        doing.case.id,
        doing.actor,
        commitments=commitments,
        at=doing.at,
        seen=doing.seen,
    )


def _units(form: Form, call: Call | None) -> list[To]:
    lead, support = form.kept("lead"), form.all("support")
    leads = [To(lead, is_lead=True, call=call)] if lead else []
    return leads + [To(code, is_lead=False, call=call) for code in support if code]


def _dispatch(office: Office, doing: Doing, form: Form) -> Case:
    to = _units(form, None)
    return desk.dispatch(office, doing.case.id, doing.actor, to, at=doing.at, seen=doing.seen)


def _call(office: Office, doing: Doing, form: Form) -> Case:
    call = Call(form.text("matter"), form.text("goal"), form.text("staff_needed"))
    to = _units(form, call)
    return desk.call(office, doing.case.id, doing.actor, to, at=doing.at, seen=doing.seen)


def _put_on_ledger(office: Office, doing: Doing, form: Form) -> Case:
    return desk.put_on_ledger(
        office,
        doing.case.id,
        doing.actor,
        doing.words,
        until=_day(form.kept("until"), doing, "put_on_ledger"),
        at=doing.at,
        seen=doing.seen,
    )


def _worded(action: Callable[..., Case]) -> Act:
    return lambda office, doing, form: action(
        office, doing.case.id, doing.actor, doing.words, at=doing.at, seen=doing.seen
    )


def _resume(office: Office, doing: Doing, form: Form) -> Case:
    return desk.resume(
        office,
        doing.case.id,
        doing.actor,
        words=doing.words,
        at=doing.at,
        seen=doing.seen,
    )


def _progress(office: Office, doing: Doing, form: Form) -> None:
    """Note the progress of the commitment that the case is about; the case stays as it is."""
    if doing.member.role not in PROGRESS_ROLES:
        raise _not_allowed(doing, "progress", "role")
    commitment = office.cards.face.commitment_of(doing.case)
    source = form.text("source")
    if not commitment:
        raise _not_allowed(doing, "progress", "state")
    if not source:
        raise _not_allowed(doing, "progress", "no_source")
    if not doing.words:
        raise _not_allowed(doing, "progress", "words")
    if len(doing.words) > MOST_TEXT_CHARS or len(source) > MOST_SOURCE_CHARS:
        raise _not_allowed(doing, "progress", "long")
    noted_on = _day(form.kept("noted_on"), doing, "progress")
    if noted_on > doing.at.astimezone(TIME_ZONE).date():
        raise _not_allowed(doing, "progress", "date")
    try:
        desk.add_progress_note(
            office,
            commitment,
            doing.words,
            source=source,
            noted_on=noted_on,
            at=doing.at,
            staff_id=doing.member.id,
        )
    except ValueError as error:
        raise _not_allowed(doing, "progress", "once") from error


def _day(written: str, doing: Doing, action: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise _not_allowed(doing, action, "date") from error


_ACTS: Mapping[str, Act] = {
    "accept": _classed("accept", desk.accept),
    "classify": _classed("classify", desk.classify),
    "answer": _answer,
    "reply": _reply,
    "reject": _reject,
    "merge": _merge,
    "link": _link,
    "dispatch": _dispatch,
    "call": _call,
    "put_on_ledger": _put_on_ledger,
    "resume": _resume,
    "urge": _worded(desk.urge),
    "supervise": _worded(desk.supervise),
    "progress": _progress,
}
