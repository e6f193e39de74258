"""A resident wants to be forgotten: what would go, what stays and why, and how it is done.

Who she is, what she said and what she sent go. Of her cases the figures stay; those that are
still open are withdrawn, since nobody could be answered any more. An open report of wrongdoing, or
of danger to people, goes on, and nothing ties it to her: its words stay until it is closed and the
time in which that may be disputed is over.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.cases import Actor, Case, CaseError
from bot.desk.ending import is_over, withdraw
from bot.desk.office import Office, one_step
from bot.faults import kind_and_place
from bot.store import Receipt, StoreUnavailable, receipt_number

logger = logging.getLogger(__name__)

_MOST_CASES = 100_000


class StillOnDuty(CaseError):
    """A chat that staff work in is not forgotten before it is unlinked."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What there is of a resident.

    Attributes:
        counts: how much, by what it is (`bot.store.forgetting`), her cases aside.
        withdrawn: her open cases that are withdrawn and then emptied.
        emptied: her closed cases, of which the figures stay.
        kept: her open cases that go on without her.
    """

    counts: Mapping[str, int]
    withdrawn: tuple[Case, ...]
    emptied: tuple[Case, ...]
    kept: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was done: the receipt, and what was there before."""

    receipt: Receipt
    holdings: Holdings


def holdings_of(office: Office, resident_id: int) -> Holdings:
    """What would be forgotten of a resident, and what would stay; changes nothing."""
    cases = office.store.cases.of_resident(resident_id, most=_MOST_CASES)
    still_open = [case for case in cases if case.is_open]
    return Holdings(
        counts=office.store.forgetting.counts(resident_id),
        withdrawn=tuple(case for case in still_open if case.may_be_withdrawn),
        emptied=tuple(case for case in cases if not case.is_open),
        kept=tuple(case for case in still_open if not case.may_be_withdrawn),
    )


@one_step
def forget(
    office: Office, resident_id: int, *, drop_photo: Callable[[str], None], at: datetime
) -> Forgotten:
    """Forget a resident; whoever writes from her address later is somebody new.

    Args:
        drop_photo: takes a photo's file away; called once everything else is on disk.

    Raises:
        StillOnDuty: it is a chat of staff; nothing was changed.
    """
    store = office.store
    if store.staff.in_chat(resident_id) or store.staff.is_group(resident_id):
        raise StillOnDuty(f"resident {resident_id} is a chat of staff")
    holdings = holdings_of(office, resident_id)
    photos = store.forgetting.drop_drafts(resident_id)
    for case in (*holdings.withdrawn, *holdings.emptied):
        photos += _empty(office, case, at=at)
    for case in holdings.withdrawn:  # emptied by now: nobody is told what she said once more
        nobody = Actor.resident(store.cases.get(case.id).resident_id)
        withdraw(office, case.id, nobody, "", at=at)
    for case in holdings.kept:
        parted = store.forgetting.part(case, at=at)
        store.cases.note_forgotten(case.id, at=at)
        office.cards.refresh(parted, at=at)
    if store.residents.has_identity(resident_id):
        _, address = store.residents.identity(resident_id)
        store.inbox.drop_set_aside(address)
    store.forgetting.drop_conversation(resident_id)
    store.forgetting.drop_resident(resident_id, at=at)
    store.forgetting.after_commit(lambda: _drop(photos, drop_photo))
    receipt = _receipt(holdings, at=at)
    store.receipts.add(receipt)
    logger.info("resident %d is forgotten: receipt %s", resident_id, receipt.number)
    return Forgotten(receipt, holdings)


def forget_again(
    office: Office, *, drop_photo: Callable[[str], None], at: datetime
) -> list[Forgotten]:
    """Forget whoever was forgotten before, and is back since a backup from before was restored.

    One who cannot be forgotten keeps nobody else from it; the next start tries again. Whose key
    is gone works in no chat, though the backup may say so.
    """
    done: list[Forgotten] = []
    for resident_id in office.store.residents.without_key():
        try:
            with office.store.together():
                _unlink(office, resident_id)
                done.append(forget(office, resident_id, drop_photo=drop_photo, at=at))
        except StoreUnavailable:
            raise
        except Exception as error:
            logger.error("resident %d is not forgotten: %s", resident_id, kind_and_place(error))
    return done


def _unlink(office: Office, resident_id: int) -> None:
    staff = office.store.staff
    member = staff.in_chat(resident_id)
    if member:
        staff.change(replace(member, resident_id=None))
    staff.drop_group(resident_id)


def empty_what_was_kept(office: Office, *, at: datetime) -> None:
    """Empty the cases that went on after their residents were forgotten, once they are over; the
    photos' files go with the next run of `[retention]`, which finds that nothing names them."""
    for case in office.store.cases.kept_and_ended():
        if is_over(office, case, at=at):
            _empty(office, case, at=at)
            logger.info("case %d is over: what was kept of it is gone", case.id)


def take_back_emptied(office: Office, *, at: datetime, most: int) -> bool:
    """Have staff's chats show nothing any more of cases that were emptied when their term had
    passed, or before there was this; whether there may be more."""
    cases = office.store.cases.to_take_back(most=most)
    for case in cases:
        office.cards.blank(case, at=at)
    return len(cases) == most


def _empty(office: Office, case: Case, *, at: datetime) -> list[str]:
    """Take the words and photos out of a case, wherever staff see them; the photos' files."""
    names = office.store.forgetting.take_photos(case.id)
    parted = office.store.forgetting.part(case, at=at)
    emptied = office.store.forgetting.empty(parted, at=at, keeps_spot=True)
    office.cards.blank(emptied, at=at)
    return names


def _drop(names: list[str], drop_photo: Callable[[str], None]) -> None:
    for name in names:
        try:
            drop_photo(name)
        except Exception as error:  # the next run of `[retention]` finds that nothing names it
            logger.error("a photo was not taken away: %s", kind_and_place(error))


def _receipt(holdings: Holdings, *, at: datetime) -> Receipt:
    counts = {
        **holdings.counts,
        "withdrawn": len(holdings.withdrawn),
        "emptied": len(holdings.emptied),
        "kept": len(holdings.kept),
    }
    return Receipt(receipt_number(at), "forget", counts, at)
