"""Who may work here: members of staff, added by an operator. They become known in a chat, or sign
in to the console, by a code that is good once, for a quarter of an hour. Nobody else has rights.
"""

import hashlib
import logging
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from bot.cases import STAFF_ROLES, Role, Staff
from bot.service import Service
from bot.store import LinkPurpose, Session, Store

logger = logging.getLogger(__name__)

LINK_MINUTES = 15
_CODE_BYTES = 12
_TOKEN_BYTES = 32
_SEEN_EVERY = timedelta(minutes=5)
"""How exactly it is kept when somebody was last at work in the console."""


class AccessError(Exception):
    """Something about a member of staff that cannot be; the message says what, in one line."""


def add_member(
    store: Store, service: Service, name: str, role: str, unit: str, *, at: datetime
) -> Staff:
    """Add a member of staff, or take a removed one back with this role.

    Raises:
        AccessError: the name is taken, or role and unit do not go together.
    """
    name = " ".join(name.split())
    if not name:
        raise AccessError("a member of staff needs a name")
    checked_role = _role(service, role, unit)
    with store.together():
        known = store.staff.named(name)
        if known and known.is_active:
            raise AccessError(f"{name} is there already, as {known.role}; see `staff role`")
        if known:
            member = replace(known, role=checked_role, unit=unit, is_active=True)
            store.staff.change(member)
        else:
            member = store.staff.add(name, checked_role, unit, at=at)
    logger.info("staff %d added as %s", member.id, member.role)
    return member


def set_role(store: Store, service: Service, name: str, role: str, unit: str) -> Staff:
    """Give a member another role or unit; what she may do changes at once.

    Raises:
        AccessError: nobody of this name works here, or role and unit do not go together.
    """
    checked_role = _role(service, role, unit)
    with store.together():
        before = _active(store, name)
        member = replace(before, role=checked_role, unit=unit)
        store.staff.change(member)
        _drop_letters(store, before)
    logger.info("staff %d is %s now", member.id, member.role)
    return member


def remove_member(store: Store, name: str, *, at: datetime) -> Staff:
    """Take all rights from a member, let her chat go and sign her out; what she did stays hers.

    Raises:
        AccessError: nobody of this name works here.
    """
    with store.together():
        before = _active(store, name)
        member = replace(before, is_active=False, resident_id=None)
        store.staff.change(member)
        store.sessions.end_all(member.id, at=at)
        _drop_letters(store, before)
    logger.info("staff %d removed", member.id)
    return member


def make_link(store: Store, name: str, *, at: datetime, purpose: LinkPurpose = "chat") -> str:
    """A code by which a member is known in a chat, or signs in to the console: once, within a
    quarter of an hour.

    Raises:
        AccessError: nobody of this name works here.
    """
    code = secrets.token_urlsafe(_CODE_BYTES)
    with store.together():
        member = _active(store, name)
        expires_at = at + timedelta(minutes=LINK_MINUTES)
        store.staff.add_link(member.id, _hash(code), purpose=purpose, expires_at=expires_at)
    return code


def sign_in_url(site: str, code: str) -> str:
    """Where a code made for the console is used.

    Args:
        site: the site's address, without a slash at its end.
    """
    return f"{site}/console/enter?code={code}"


def link_chat(store: Store, code: str, resident_id: int, *, at: datetime) -> Staff | None:
    """Link a chat to the member a code was made for, in place of the chat she had before.

    Returns:
        None if there is no such code, or it was used, or is too old.
    """
    with store.together():
        member = store.staff.use_link(_hash(code.strip()), purpose="chat", at=at)
        if member is None:
            return None
        before = store.staff.in_chat(resident_id)
        if before and before.id != member.id:
            store.staff.change(replace(before, resident_id=None))
        _drop_letters(store, member)
        linked = replace(member, resident_id=resident_id)
        store.staff.change(linked)
    logger.info("staff %d linked to a chat", member.id)
    return linked


def burn_code(store: Store, code: str, *, at: datetime) -> bool:
    """Use a code up that others may have read; False if it is none."""
    with store.together():
        return store.staff.burn_link(_hash(code.strip()), at=at)


def sign_in(store: Store, code: str, *, at: datetime, hours: float) -> tuple[Staff, str] | None:
    """Sign the member a code was made for in to the console; gives her browser's secret token.

    Returns:
        None if there is no such code, or it was used, or is too old.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with store.together():
        member = store.staff.use_link(_hash(code.strip()), purpose="console", at=at)
        if member is None:
            return None
        expires_at = at + timedelta(hours=hours)
        store.sessions.begin(member.id, _hash(token), at=at, expires_at=expires_at)
    logger.info("staff %d signed in", member.id)
    return member, token


def signed_in(store: Store, token: str, *, at: datetime) -> tuple[Staff, Session] | None:
    """Who is signed in with a token, with her rights as they are now; None for nobody."""
    session = store.sessions.under(_hash(token), at=at)
    member = store.staff.get(session.staff_id) if session else None
    if session is None or member is None or not member.is_active:
        return None
    return member, session


def is_worth_noting(session: Session, *, at: datetime) -> bool:
    """Whether it is long enough ago that a session was seen in use."""
    return at - session.seen_at >= _SEEN_EVERY


def sign_out(store: Store, session: Session, *, at: datetime, everywhere: bool = False) -> None:
    """End a session or, of its member, every one."""
    with store.together():
        if everywhere:
            store.sessions.end_all(session.staff_id, at=at)
        else:
            store.sessions.end(session.id, at=at)
    logger.info("staff %d signed out%s", session.staff_id, " everywhere" if everywhere else "")


def _drop_letters(store: Store, member: Staff) -> None:
    """What waits for her as staff in the chat she had is not hers to read any more."""
    if member.resident_id is not None:
        store.outbox.drop_waiting(member.resident_id)


def _role(service: Service, role: str, unit: str) -> Role:
    """Role and unit as they go together: a handler has a unit, nobody else has one."""
    if role not in STAFF_ROLES:
        raise AccessError(f"{role}: no role; choose {', '.join(STAFF_ROLES)}")
    if unit and unit not in service.units:
        raise AccessError(f"{unit}: no unit of service.toml")
    if (role == Role.HANDLER) != bool(unit):
        raise AccessError("a handler needs a unit (--unit), and nobody else has one")
    return Role(role)


def _active(store: Store, name: str) -> Staff:
    member = store.staff.named(" ".join(name.split()))
    if member is None or not member.is_active:
        raise AccessError(f"{name}: nobody of this name works here; see `staff list`")
    return member


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
