"""Case work: one function an action, one transaction each; the only way a case comes to be."""

import logging
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.cases import TIME_ZONE, Awaiting, Case, Draft, DraftState, Matter, MoveNotAllowed
from bot.likeness import SIMILAR_FROM, Likeness, Meaning, least_cosine, likeness
from bot.store import Store

logger = logging.getLogger(__name__)

_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_LENGTH = 8
_SIMILAR_DAYS = 90
_LOOKED_AT = 20
"""How many of the open cases nearest in meaning are compared by place as well."""


@dataclass(frozen=True, slots=True)
class Similar:
    """An open case that may be about the same thing as a matter, and why."""

    case: Case
    likeness: Likeness


def open_case(store: Store, draft: Draft, *, at: datetime) -> Case:
    """File a draft as a case; filing the same draft again returns the same case.

    The caller holds the transaction, since the resident's reply belongs into it.

    Raises:
        MoveNotAllowed: the draft was cancelled, or has no words yet.
    """
    if draft.case_id is not None:
        return store.cases.get(draft.case_id)
    if draft.state is not DraftState.OPEN or not draft.matter.text:
        raise MoveNotAllowed(draft.id, draft.state, "submit")
    case = store.cases.add(draft, number=_next_number(store, at), query_code=_query_code(), at=at)
    store.cases.add_event(case.id, action="submit", actor="resident", resident_sees=True, at=at)
    store.drafts.change(
        replace(draft, state=DraftState.SUBMITTED, awaiting=Awaiting.NOTHING, case_id=case.id),
        at=at,
    )
    logger.info("case %d submitted", case.id)
    return case


def note_words(store: Store, case: Case, words: str, *, action: str, at: datetime) -> None:
    """Add to a case what its resident says anew or more; the case keeps her first words.

    The caller holds the transaction, since the resident's reply belongs into it.
    """
    store.cases.add_event(
        case.id, action=action, actor="resident", resident_sees=True, at=at, reason=words
    )
    logger.info("case %d has further words", case.id)


def find_case(
    store: Store, *, number: str, query_code: str, resident_id: int | None
) -> Case | None:
    """The case with this number, for its own resident or for whoever holds its query code."""
    case = store.cases.numbered(number.strip().upper())
    if case is None:
        return None
    holds_code = secrets.compare_digest(
        case.query_code.encode(), query_code.strip().upper().encode()
    )
    return case if holds_code or case.resident_id == resident_id else None


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
