"""Case work: one function an action, one transaction each; the only way a case comes to be."""

import logging
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from bot.cases import TIME_ZONE, Awaiting, Case, Draft, DraftState, Matter, MoveNotAllowed
from bot.matters import resembles
from bot.store import Store

logger = logging.getLogger(__name__)

_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_LENGTH = 8
_SIMILAR_DAYS = 30
_SIMILAR_FROM = 0.2
"""Character pairs shared by two matters from which staff and residents are told of the other."""


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


def similar_cases(store: Store, matter: Matter, *, at: datetime) -> list[Case]:
    """Recent cases that may be about the same thing, the most alike first: a hint, no more."""
    since = at - timedelta(days=_SIMILAR_DAYS)
    likeness = [
        (resembles(matter.text, case.matter.text), case)
        for case in store.cases.comparable(matter, since=since)
    ]
    alike = [pair for pair in likeness if pair[0] >= _SIMILAR_FROM]
    return [case for _, case in sorted(alike, key=lambda pair: (-pair[0], pair[1].id))]


def _next_number(store: Store, at: datetime) -> str:
    prefix = f"WC{at.astimezone(TIME_ZONE):%Y%m%d}-"
    last = store.cases.last_number(prefix)
    count = int(last.removeprefix(prefix)) + 1 if last else 1
    return f"{prefix}{count:04d}"


def _query_code() -> str:
    return "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
