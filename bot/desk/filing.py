"""How a case comes to be and is found: filing, looking up, what is like it."""

import hmac
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.cases import (
    TIME_ZONE,
    Awaiting,
    Case,
    Draft,
    DraftState,
    Event,
    Matter,
    MoveNotAllowed,
    Role,
)
from bot.desk import clockwork
from bot.desk.office import Office, one_step
from bot.likeness import SIMILAR_FROM, Likeness, Meaning, least_cosine, likeness
from bot.masking import masked
from bot.places import public_names
from bot.store import Store
from index import normalise

logger = logging.getLogger(__name__)

_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_LENGTH = 8
_SIMILAR_DAYS = 90
_LOOKUP_WINDOW = timedelta(hours=1)
_MOST_LOOKUPS = 10
"""Wrong numbers or codes that one resident may give in that time. How many a number gets from all
together is not limited: that would lock out whoever holds its code, and of the 8·10¹¹ codes there
are, nobody finds one by trying (on the web, `bot.web.guards.NEWCOMERS` limits how often somebody
comes as another person)."""
_NO_LOCK = (0, 0, "0" * 64)
"""What a number that does not exist is compared with: no row has the number 0."""
_MADE_FINDABLE_AT_ONCE = 500
_FROM_ANSWER = "answer:"
_LOOKED_THROUGH = 1_000
_LOOKED_AT = 20
"""How many of the open cases nearest in meaning are compared by place as well."""


@dataclass(frozen=True, slots=True)
class Similar:
    """An open case that may be about the same thing as a matter, and why."""

    case: Case
    likeness: Likeness


@one_step
def open_case(
    office: Office,
    draft: Draft,
    *,
    at: datetime,
    similar: Sequence[Similar] = (),
    same_as: int | None = None,
    consent: str = "",
) -> Case:
    """File a draft as a case; filing the same draft again returns the same case.

    Args:
        similar: what staff see as a hint.
        same_as: the case that the resident says is about the same problem.
        consent: the version of the words on privacy that hold; empty is what she was shown.

    Raises:
        MoveNotAllowed: the draft was cancelled, or has no words yet.
    """
    store = office.store
    if draft.case_id is not None:
        return store.cases.get(draft.case_id)
    if draft.state is not DraftState.OPEN or not draft.matter.text:
        raise MoveNotAllowed(draft.id, draft.state, "submit")
    case = store.cases.add(draft, number=_next_number(store, at), query_code=_query_code(), at=at)
    store.drafts.change(
        replace(draft, state=DraftState.SUBMITTED, awaiting=Awaiting.NOTHING, case_id=case.id),
        at=at,
    )
    spot = spot_of(case.matter)
    case = replace(case, same_as=same_as, spot=store.spot_key(spot), waits_for=Role.DISPATCHER)
    store.cases.change(case)
    store.cases.set_spot_words(case, spot)
    store.consents.note_filed(case.id, consent or store.consents.shown(draft.resident_id))
    if draft.matter.commitment:
        store.cases.set_commitment(case.id, draft.matter.commitment, "proposed")
    for one in similar:
        store.cases.keep_similar(
            case.id, one.case.id, score=one.likeness.score, reasons=one.likeness.reasons
        )
    event = Event("submit", str(Role.RESIDENT), "", True, at, case.state)
    store.cases.add_event(case.id, event)
    clockwork.start(office, case, "accept", at=at)
    office.cards.show(case, event)
    logger.info("case %d submitted", case.id)
    _warn_early(office, case, at=at)
    return case


@one_step
def open_case_of_nobody(
    office: Office, draft: Draft, *, at: datetime, similar: Sequence[Similar] = ()
) -> Case:
    """File a draft as the case of a resident whom nobody knows; the one who wrote it is parted
    from it, and her conversation no longer holds what it says.

    Raises:
        MoveNotAllowed: the draft was cancelled, or has no words yet.
    """
    store = office.store
    if draft.state is not DraftState.OPEN or not draft.matter.text:
        raise MoveNotAllowed(draft.id, draft.state, "submit")
    author = draft.resident_id
    consent = store.consents.shown(author)
    nobody = store.residents.add(at=at)
    for answer_id in _questions_about(store, draft):
        store.forgetting.drop_question(answer_id, author)
    store.forgetting.empty_turns(_turns_about(store, draft), author)
    store.forgetting.part_draft(draft.id, author, nobody, at=at)
    parted = replace(draft, resident_id=nobody.id, is_anonymous=True)
    return open_case(office, parted, at=at, similar=similar, consent=consent)


def _turns_about(store: Store, draft: Draft) -> list[int]:
    """The turns in which a draft was spoken of: its words, a button of its card, or the answer
    that it was made from."""
    lines = {draft.matter.place, *draft.matter.text.split("\n")} - {""}
    source = store.forgetting.source_of(draft.id)
    sending = source.replace(_FROM_ANSWER, "send:") if source.startswith(_FROM_ANSWER) else ""
    return [
        turn.id
        for turn in store.turns.last(draft.resident_id, most=_LOOKED_THROUGH)
        if lines & set(turn.said.split("\n"))
        or any(
            each.action.startswith(f"d:{draft.id}:") or each.action == sending
            for reply in turn.replies
            for row in reply.buttons
            for each in row
        )
    ]


def _questions_about(store: Store, draft: Draft) -> list[int]:
    """The questions in which she asked what a draft says, or that it was made from."""
    source = store.forgetting.source_of(draft.id)
    texts = [
        normalise(masked(text)) for text in (draft.matter.text, *draft.matter.text.split("\n"))
    ]
    return [
        answer_id
        for answer_id, question in store.answers.asked_by(draft.resident_id, most=_LOOKED_THROUGH)
        if source == f"{_FROM_ANSWER}{answer_id}"
        or any(_overlap(normalise(question), text) for text in texts)
    ]


def _overlap(one: str, other: str) -> bool:
    """Whether one text stands in the other."""
    return bool(one and other) and (one in other or other in one)


@one_step
def adopt_cases(office: Office, *, at: datetime) -> None:
    """Cases that were filed before there was a workflow wait to be accepted from now on, those
    from before there was a search can be found, and what groups got of a confidential one while
    only its present kind was asked for is taken away; its next step brings them its card."""
    for case in office.store.cases.without_clock():
        clockwork.start(office, case, "accept", at=at)
    while office.store.cases.make_findable(most=_MADE_FINDABLE_AT_ONCE):
        pass
    for case in office.store.cases.in_groups():
        office.cards.hide(case, at=at)
        office.store.cases.note_hidden(case.id)


def spot_of(matter: Matter) -> str:
    """Where a matter is, in a form that is the same for all who name the same place; may be empty.

    The roads and estates it names, else her words for it, else the point to about 100 m.
    """
    named = " ".join(sorted(public_names(matter.place))) or normalise(matter.place)
    if named:
        return f"{matter.street} {named}".strip()
    if matter.latitude is None or matter.longitude is None:
        return ""
    return f"{matter.latitude:.3f} {matter.longitude:.3f}"


def _warn_early(office: Office, case: Case, *, at: datetime) -> None:
    """苗头预警: several cases of one category in one place within a few days; said once for it."""
    rule = office.service.early_warning
    since = at - timedelta(minutes=office.service.calendar.minutes(rule.within))
    alike = office.store.cases.at_spot(case.spot, case.matter.category, since=since)
    key = f"early {case.matter.category} {case.spot}"
    if len(alike) >= rule.cases and office.store.once.is_first(key, at=at, since=since):
        office.cards.post_early_warning(alike, at=at)


def find_case(
    store: Store, *, number: str, query_code: str, resident_id: int, at: datetime
) -> Case | None:
    """The case with this number, for its own resident or for whoever holds its query code.

    Wrong number, wrong code and too many tries of hers are told apart by nothing: None, after the
    same work. What others tried keeps nobody out.
    """
    number = number.strip().upper()
    lock = store.cases.lock_of(number) or _NO_LOCK
    case_id, owner_id, expected = lock
    given = store.cases.code_key(number, query_code.strip().upper())
    holds_code = hmac.compare_digest(given, expected) and case_id != 0
    since = at - _LOOKUP_WINDOW
    tried = store.once.failed_lookups(resident_id, since=since)
    if owner_id == resident_id:
        return store.cases.get(case_id)
    if tried >= _MOST_LOOKUPS:
        return None
    if not holds_code:
        store.once.note_failed_lookup(resident_id, at=at, since=since)
        return None
    return store.cases.get(case_id)


def similar_cases(
    store: Store, matter: Matter, *, meaning: Meaning, at: datetime
) -> list[Similar]:
    """Open cases that may be about the same thing, the most alike first: a hint, no more."""
    near = store.meanings.nearest(
        meaning.vectors([matter.text])[0],
        encoder=meaning.encoder,
        since=_recent(at),
        most=_LOOKED_AT,
    )
    worth = [id_ for id_, cosine in near.items() if cosine >= least_cosine(SIMILAR_FROM)]
    found = [
        Similar(case, likeness(matter, case.matter, cosine=near[case.id]))
        for case in store.cases.these(worth)
    ]
    alike = [one for one in found if one.likeness.score >= SIMILAR_FROM]
    return sorted(alike, key=lambda one: (-one.likeness.score, one.case.id))


def note_meaning(store: Store, case: Case, *, meaning: Meaning) -> None:
    """Keep what a case means, so that later matters are compared with it.

    The caller holds the transaction in which the case is filed.
    """
    vector = meaning.vectors([case.matter.text])[0]
    store.meanings.keep(case.id, vector, encoder=meaning.encoder)


def unread_cases(
    store: Store, *, meaning: Meaning, at: datetime, most: int
) -> list[tuple[int, str]]:
    """Id and words of open cases that this encoder has not read yet, the newest first."""
    return list(store.meanings.missing(since=_recent(at), encoder=meaning.encoder, most=most))


def _recent(at: datetime) -> datetime:
    return at - timedelta(days=_SIMILAR_DAYS)


def _next_number(store: Store, at: datetime) -> str:
    prefix = f"WC{at.astimezone(TIME_ZONE):%Y%m%d}-"
    last = store.cases.last_number(prefix)
    count = int(last.removeprefix(prefix)) + 1 if last else 1
    return f"{prefix}{count:04d}"


def _query_code() -> str:
    return "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
