"""Who may work here: members of staff are added by an operator and linked to their chats by a code
that is good once, for a quarter of an hour. Whoever is not linked has no rights at all."""

import hashlib
import logging
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from bot.cases import STAFF_ROLES, Role, Staff
from bot.service import Service
from bot.store import Store

logger = logging.getLogger(__name__)

LINK_MINUTES = 15
_CODE_BYTES = 12


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


def remove_member(store: Store, name: str) -> Staff:
    """Take all rights from a member, and let her chat go; what she did stays hers.

    Raises:
        AccessError: nobody of this name works here.
    """
    with store.together():
        before = _active(store, name)
        member = replace(before, is_active=False, resident_id=None)
        store.staff.change(member)
        _drop_letters(store, before)
    logger.info("staff %d removed", member.id)
    return member


def make_link(store: Store, name: str, *, at: datetime) -> str:
    """A code that links a chat to a member, once, within a quarter of an hour.

    Raises:
        AccessError: nobody of this name works here.
    """
    code = secrets.token_urlsafe(_CODE_BYTES)
    with store.together():
        member = _active(store, name)
        expires_at = at + timedelta(minutes=LINK_MINUTES)
        store.staff.add_link(member.id, _hash(code), expires_at=expires_at)
    return code


def link_chat(store: Store, code: str, resident_id: int, *, at: datetime) -> Staff | None:
    """Link a chat to the member a code was made for, in place of the chat she had before.

    Returns:
        None if there is no such code, or it was used, or is too old.
    """
    with store.together():
        member = store.staff.use_link(_hash(code.strip()), at=at)
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
        return store.staff.use_link(_hash(code.strip()), at=at) is not None


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
