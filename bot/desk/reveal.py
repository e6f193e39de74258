"""Who a resident is: told only to who has to know it, with a reason, and never without a trace."""

import logging
from dataclasses import dataclass
from datetime import datetime

from bot.cases import Actor, Case, MoveNotAllowed, Role
from bot.desk.office import Office, expect, one_step
from bot.store import View

logger = logging.getLogger(__name__)

LEAST_REASON_CHARS = 4
_MAY_REVEAL = (Role.DISPATCHER, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a resident can be found.

    Attributes:
        address: the channel's own id of her; empty on the web, where it is her browser's secret
            and tells nobody who she is.
    """

    channel: str
    address: str


def may_reveal(role: Role, case: Case) -> bool:
    """Whether a role may ask who filed a case: a confidential one the supervisor alone."""
    return role in _MAY_REVEAL and (not case.is_confidential or role is Role.SUPERVISOR)


@one_step
def reveal_identity(
    office: Office, case_id: int, actor: Actor, reason: str, *, at: datetime
) -> Identity:
    """Tell who filed a case, and keep who asked and why.

    Raises:
        MoveNotAllowed: the role may not, or there is no reason; nothing is told or kept.
    """
    case = office.store.cases.known(case_id)
    if case is None:
        raise MoveNotAllowed(case_id, "unknown", "reveal", "gone")
    expect(may_reveal(actor.role, case), case, "reveal", "role")
    expect(len(reason.strip()) >= LEAST_REASON_CHARS, case, "reveal", "words")
    is_known = office.store.residents.has_identity(case.resident_id)
    expect(is_known, case, "reveal", "nobody")
    staff_id = actor.staff_id
    if staff_id is None:
        raise MoveNotAllowed(case_id, case.state, "reveal", "role")
    office.store.views.add(View(staff_id, case.id, "identity", reason.strip(), at))
    logger.info("case %d: identity revealed to staff %d", case.id, staff_id)
    channel, address = office.store.residents.identity(case.resident_id)
    return Identity(channel, address if channel == "telegram" else "")
