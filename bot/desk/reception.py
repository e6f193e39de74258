"""What is done with a case before a unit has it: accept, ask, answer, reject, merge."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.cases import Actor, Case, CaseState, Kind, MoveNotAllowed, Urgency
from bot.desk import clockwork
from bot.desk.office import NOTHING, Office, checked, expect, one_step, take_step
from bot.desk.progress import MOST_SOURCE_CHARS
from bot.moves import move_of
from bot.service import ClockName

MERGED_INTO = (
    CaseState.SUBMITTED,
    CaseState.NEED_INFO,
    CaseState.ACCEPTED,
    CaseState.IN_PROGRESS,
    CaseState.LEDGER,
)
"""Where a case stands that others can be merged into: its reply is still to come."""


@one_step
def accept(
    office: Office,
    case_id: int,
    actor: Actor,
    *,
    at: datetime,
    seen: int | None = None,
    kind: Kind | None = None,
    category: str = "",
    urgency: Urgency | None = None,
) -> Case:
    """受理: take a case on; what is not given is confirmed as it was understood.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case = checked(office, case_id, "accept", actor, seen=seen)
    case = _classified(office, case, "accept", kind, category, urgency, at=at)
    clockwork.stop(office, case, "accept", at=at)
    clockwork.start(office, case, "dispatch", at=at)
    return take_step(office, case, "accept", actor, at=at, about=_classes(case))


@one_step
def classify(
    office: Office,
    case_id: int,
    actor: Actor,
    *,
    at: datetime,
    seen: int | None = None,
    kind: Kind | None = None,
    category: str = "",
    urgency: Urgency | None = None,
) -> Case:
    """Correct kind, category or urgency of a case that no unit has yet; its clock goes by them.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    before = checked(office, case_id, "classify", actor, seen=seen)
    expect(kind or category or urgency, before, "classify", "reason")
    case = _classified(office, before, "classify", kind, category, urgency, at=at)
    if case.matter.urgency is not before.matter.urgency:
        for one in office.store.timers.running(case.id):
            if one.name in ("accept", "dispatch"):
                name: ClockName = "accept" if one.name == "accept" else "dispatch"
                clockwork.restart(office, case, one, name)
    return take_step(office, case, "classify", actor, at=at, about=_classes(case))


def _classified(
    office: Office,
    case: Case,
    action: str,
    kind: Kind | None,
    category: str,
    urgency: Urgency | None,
    *,
    at: datetime,
) -> Case:
    """The case with what is corrected; of a 举报 that was taken for another kind nothing stays in
    a group."""
    if kind is Kind.REPORT and case.matter.kind is not Kind.REPORT:
        office.cards.hide(case, at=at)
    expect(not category or category in office.service.categories, case, action, "reason")
    matter = replace(
        case.matter,
        kind=kind or case.matter.kind,
        category=category or case.matter.category,
        urgency=urgency or case.matter.urgency,
    )
    is_confidential = case.is_confidential or matter.kind is Kind.REPORT
    return replace(case, matter=matter, is_confidential=is_confidential)


def _classes(case: Case) -> Mapping[str, str]:
    matter = case.matter
    return {"kind": matter.kind, "category": matter.category, "urgency": matter.urgency}


@one_step
def link(
    office: Office,
    case_id: int,
    actor: Actor,
    *,
    at: datetime,
    commitments: Sequence[str],
    seen: int | None = None,
) -> Case:
    """Say which commitments a case is about; none says that it is about no commitment.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case = checked(office, case_id, "link", actor, seen=seen)
    for known in office.store.cases.commitments(case.id):
        office.store.cases.set_commitment(case.id, known, "dropped")
    for commitment in commitments:
        office.store.cases.set_commitment(case.id, commitment, "confirmed")
    case = replace(
        case, matter=replace(case.matter, commitment=commitments[0] if commitments else "")
    )
    return take_step(office, case, "link", actor, at=at, reason=" ".join(commitments))


@one_step
def ask_info(
    office: Office,
    case_id: int,
    actor: Actor,
    words: str,
    *,
    at: datetime,
    seen: int | None = None,
) -> Case:
    """Ask the resident for what is missing; every clock of the case stands still.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case = checked(office, case_id, "ask_info", actor, seen=seen)
    expect(words.strip(), case, "ask_info", "words")
    clockwork.stop(office, case, "contact", at=at)
    clockwork.pause(office, case, at=at)
    info_after = office.service.reminders.info_after
    clockwork.start_length(office, case, clockwork.INFO, info_after, at=at)
    case = replace(case, earlier_state=case.state)
    return take_step(office, case, "ask_info", actor, at=at, reason=words.strip())


@one_step
def supplement(
    office: Office,
    case_id: int,
    actor: Actor,
    words: str,
    *,
    at: datetime,
    seen: int | None = None,
) -> Case:
    """What was missing is there: the case goes on where it stood, and so do its clocks.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case = checked(office, case_id, "supplement", actor, seen=seen)
    clockwork.drop(office, case, clockwork.INFO)
    clockwork.resume(office, case, at=at)
    case = take_step(office, case, "supplement", actor, at=at, reason=words.strip())
    case = replace(case, earlier_state=None)
    office.store.cases.change(case)
    return case


@one_step
def answer(
    office: Office,
    case_id: int,
    actor: Actor,
    words: str,
    *,
    at: datetime,
    source: str = "",
    seen: int | None = None,
) -> Case:
    """直接答复: answer at once; other matters than 咨询 and 表扬 need a cited source.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case = checked(office, case_id, "answer", actor, seen=seen)
    expect(words.strip(), case, "answer", "words")
    needs_source = case.matter.kind not in (Kind.CONSULT, Kind.PRAISE)
    expect(source.strip() or not needs_source, case, "answer", "source")
    expect(len(source) <= MOST_SOURCE_CHARS, case, "answer", "long")
    expect(not office.store.cases.of_master(case.id), case, "answer", "merged")
    clockwork.stop(office, case, "accept", "contact", at=at)
    case = replace(case, replied_at=at, solved=None, satisfied=None)
    about = {"source": source.strip()} if source.strip() else {}
    unrated_after = office.service.closing.unrated_after
    clockwork.start_length(office, case, clockwork.RATING, unrated_after, at=at)
    return take_step(office, case, "answer", actor, at=at, reason=words.strip(), about=about)


@one_step
def reject(
    office: Office,
    case_id: int,
    actor: Actor,
    reason: str,
    *,
    at: datetime,
    words: str = "",
    seen: int | None = None,
) -> Case:
    """不予受理: not ours; the resident is told why and which channel is the right one.

    Args:
        reason: code of a `reject_reason` of service.toml.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case = checked(office, case_id, "reject", actor, seen=seen)
    expect(reason in office.service.reject_reasons, case, "reject", "reason")
    expect(not office.store.cases.of_master(case.id), case, "reject", "merged")
    clockwork.stop(office, case, "accept", at=at)
    about = {"reject_reason": reason}
    return take_step(office, case, "reject", actor, at=at, reason=words.strip(), about=about)


@one_step
def object_to_rejection(
    office: Office, case_id: int, actor: Actor, words: str, *, at: datetime
) -> Case:
    """The resident does not agree with the rejection; she may say so once.

    Raises:
        MoveNotAllowed: nothing was changed.
    """
    case = checked(office, case_id, "object", actor)
    expect(not case.has_objected, case, "object", "once")
    case = replace(case, has_objected=True)
    clockwork.start(office, case, "accept", at=at)
    return take_step(office, case, "object", actor, at=at, reason=words.strip())


@one_step
def merge(
    office: Office,
    case_id: int,
    actor: Actor,
    master_id: int,
    *,
    at: datetime,
    seen: int | None = None,
) -> Case:
    """并案: let a case follow another's reply; its resident keeps number, reply and rating.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case = checked(office, case_id, "merge", actor, seen=seen)
    master = office.store.cases.known(master_id)
    if master is None:
        raise MoveNotAllowed(case.id, case.state, "merge", "gone")
    expect(master.id != case.id, case, "merge", "itself")
    expect(master.state in MERGED_INTO, case, "merge", "state")
    expect(not office.store.cases.of_master(case.id), case, "merge", "merged")
    clockwork.drop(office, case)
    case = replace(case, master_id=master.id)
    about = {"master": master.number}
    case = take_step(office, case, "merge", actor, at=at, about=about)
    office.cards.refresh(office.store.cases.get(master.id), at=at)
    return case


@one_step
def unmerge(
    office: Office, case_id: int, actor: Actor, *, at: datetime, seen: int | None = None
) -> Case:
    """A merged case is one of its own again and waits to be accepted.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case = checked(office, case_id, "unmerge", actor, seen=seen)
    master_id = case.master_id
    clockwork.start(office, case, "accept", at=at)
    case = take_step(office, replace(case, master_id=None), "unmerge", actor, at=at)
    if master_id is not None:
        office.cards.refresh(office.store.cases.get(master_id), at=at)
    return case


@one_step
def add_words(office: Office, case_id: int, actor: Actor, words: str, *, at: datetime) -> Case:
    """The resident says more; of a case that waits for it, it goes on.

    Raises:
        MoveNotAllowed: nothing was changed.
    """
    return _added(office, case_id, actor, "add_words", words, at=at)


@one_step
def add_photos(office: Office, case_id: int, actor: Actor, *, count: int, at: datetime) -> Case:
    """The resident has added so many photos, kept by the caller; see `add_words`.

    Raises:
        MoveNotAllowed: nothing was changed.
    """
    about = {"photos": str(count)}
    return _added(office, case_id, actor, "add_photo", "", at=at, about=about)


@one_step
def add_place(
    office: Office, case_id: int, actor: Actor, latitude: float, longitude: float, *, at: datetime
) -> Case:
    """The resident has shared where it is; see `add_words`.

    Raises:
        MoveNotAllowed: nothing was changed.
    """
    case = office.store.cases.known(case_id)
    if case is not None and move_of("add_place", case.state):
        matter = replace(case.matter, latitude=latitude, longitude=longitude)
        office.store.cases.change(replace(case, matter=matter))
    return _added(office, case_id, actor, "add_place", f"{latitude:.5f}, {longitude:.5f}", at=at)


@one_step
def reword(office: Office, case_id: int, actor: Actor, words: str, *, at: datetime) -> Case:
    """The resident changed what she wrote; the case keeps her first words, staff see both.

    Raises:
        MoveNotAllowed: nothing was changed.
    """
    case = checked(office, case_id, "reword", actor)
    return take_step(office, case, "reword", actor, at=at, reason=words.strip())


def _added(
    office: Office,
    case_id: int,
    actor: Actor,
    action: str,
    words: str,
    *,
    at: datetime,
    about: Mapping[str, str] = NOTHING,
) -> Case:
    case = checked(office, case_id, action, actor)
    case = take_step(office, case, action, actor, at=at, reason=words.strip(), about=about)
    if case.state is CaseState.NEED_INFO:
        return supplement(office, case_id, actor, "", at=at)
    return case


@one_step
def note(
    office: Office,
    case_id: int,
    actor: Actor,
    words: str,
    *,
    at: datetime,
    seen: int | None = None,
) -> Case:
    """A note among staff; the resident never sees it.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case = checked(office, case_id, "note", actor, seen=seen)
    expect(words.strip(), case, "note", "words")
    return take_step(office, case, "note", actor, at=at, reason=words.strip())
