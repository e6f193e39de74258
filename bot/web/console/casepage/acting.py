"""From a posted form to the desk's action. What the chats have no form for is made here; the rest
goes the way of the buttons and words of Telegram (`bot.staffroom.doing`)."""

from collections.abc import Callable, Mapping
from datetime import date

from bot import desk
from bot.cases import Actor, Call, Case, Kind, MoveNotAllowed, Urgency, Why
from bot.desk import Office, To
from bot.messages import row_number
from bot.moves import PROGRESS_ROLES
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


def _accept(office: Office, doing: Doing, form: Form) -> Case:
    kind, category, urgency = _classes(doing, "accept", form)
    return desk.accept(
        office,
        doing.case.id,
        doing.actor,
        at=doing.at,
        seen=doing.seen,
        kind=kind,
        category=category,
        urgency=urgency,
    )


def _classify(office: Office, doing: Doing, form: Form) -> Case:
    kind, category, urgency = _classes(doing, "classify", form)
    return desk.classify(
        office,
        doing.case.id,
        doing.actor,
        at=doing.at,
        seen=doing.seen,
        kind=kind,
        category=category,
        urgency=urgency,
    )


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
        form.kept("reason"),
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
    if not source or not commitment:
        raise _not_allowed(doing, "progress", "no_source")
    noted_on = _day(form.kept("noted_on"), doing, "progress")
    try:
        desk.add_progress_note(
            office,
            commitment,
            doing.words,
            source=source,
            noted_on=noted_on,
            at=doing.at,
            staff_id=Actor.staff(doing.member).staff_id,
        )
    except ValueError as error:
        why: Why = "long" if "at most" in str(error) else "once" if doing.words else "words"
        raise _not_allowed(doing, "progress", why) from error


def _day(written: str, doing: Doing, action: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise _not_allowed(doing, action, "date") from error


_ACTS: Mapping[str, Act] = {
    "accept": _accept,
    "classify": _classify,
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
