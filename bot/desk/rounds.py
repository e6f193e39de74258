"""What the clock brings about: warnings, urging, supervision, closing, the daily digest,
the weekly list of who looked at what.

Each once, also across restarts: what was said stands with its clock in the database.
"""

import logging
from datetime import datetime, timedelta

from bot.cases import SYSTEM, TIME_ZONE, Case
from bot.desk import clockwork
from bot.desk.ending import close_unrated
from bot.desk.forgetting import empty_what_was_kept, take_back_emptied
from bot.desk.looks import send_looks
from bot.desk.office import Office, checked, one_step, take_step
from bot.faults import kind_and_place
from bot.store import CaseTimer, StoreUnavailable

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 5
"""Clocks that are looked at in one transaction: residents are answered between two of them."""


PUT_OFF = timedelta(hours=1)
"""When a clock that could not be dealt with is looked at again."""


def make_round(office: Office, *, at: datetime) -> bool:
    """Do what is due by now; returns whether there may be more.

    The caller holds the transaction.
    """
    due = office.store.timers.to_look_at(at=at, most=MOST_AT_ONCE)
    for one in due:
        _look_at_one(office, one, at=at)
    if len(due) < MOST_AT_ONCE:
        send_digest(office, at=at)
        send_looks(office, at=at)
        empty_what_was_kept(office, at=at)
    is_more = take_back_emptied(office, at=at, most=MOST_AT_ONCE)
    return is_more or len(due) == MOST_AT_ONCE


def _look_at_one(office: Office, one: CaseTimer, *, at: datetime) -> None:
    """Look at a clock; one that cannot be dealt with does not keep the others waiting."""
    try:
        look_at_clock(office, one, at=at)
    except StoreUnavailable:
        raise
    except Exception as error:
        logger.error("clock %d of case %d: %s", one.id, one.case_id, kind_and_place(error))
        office.store.timers.look_next(one.id, level=one.level, look_at=at + PUT_OFF)


@one_step
def look_at_clock(office: Office, one: CaseTimer, *, at: datetime) -> None:
    """Say what a clock has come to: of several things that are due, the gravest."""
    case = office.store.cases.get(one.case_id)
    if one.name == clockwork.RATING:
        close_unrated(office, case.id, at=at)
        return
    level = one.level
    while (moment := clockwork.look_at(office, one.name, one.timer, level=level)) and moment <= at:
        level += 1
    moment = clockwork.look_at(office, one.name, one.timer, level=level)
    office.store.timers.look_next(one.id, level=level, look_at=moment)
    if level > one.level:
        _remind(office, case, one, level, at=at)


def _remind(office: Office, case: Case, one: CaseTimer, level: int, *, at: datetime) -> None:
    warnings = len(office.service.reminders.warn_at)
    if one.name == clockwork.INFO:
        action = "urge"
    elif one.name == clockwork.LEDGER or level > warnings + 1:
        action = "supervise"
    else:
        action = "urge" if level > warnings else "warn"
    share = office.service.reminders.warn_at[level - 1] if action == "warn" else 1.0
    about = {"clock": one.name, "share": f"{share:.0%}"}
    if one.due_at is not None:
        about["due"] = one.due_at.isoformat()
    if one.assignment_id is not None:
        about["units"] = office.store.assignments.get(one.assignment_id).unit
    checked(office, case.id, action, SYSTEM)
    take_step(office, case, action, SYSTEM, at=at, about=about)


def send_digest(office: Office, *, at: datetime) -> None:
    """Once a day, from the hour of service.toml on: what is new, overdue, and not delivered."""
    now = at.astimezone(TIME_ZONE)
    if now.time() < office.service.digest.at or not office.cards.has_groups():
        return
    if office.store.once.is_first(f"digest {now:%Y-%m-%d}", at=at):
        counts = office.store.lists.digest(at=at)
        office.cards.post_digest(counts, at=at)
