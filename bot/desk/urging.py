"""催办 and 督办 by people: what the clock does at its times, staff may do at any."""

from datetime import datetime

from bot.cases import Actor, Case
from bot.desk.office import Office, checked, one_step, take_step


@one_step
def urge(
    office: Office,
    case_id: int,
    actor: Actor,
    words: str = "",
    *,
    at: datetime,
    seen: int | None = None,
) -> Case:
    """Urge whoever has to act next.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case = checked(office, case_id, "urge", actor, seen=seen)
    return take_step(office, case, "urge", actor, at=at, reason=words.strip())


@one_step
def supervise(
    office: Office,
    case_id: int,
    actor: Actor,
    words: str = "",
    *,
    at: datetime,
    seen: int | None = None,
) -> Case:
    """Put a case under supervision.

    Raises:
        MoveNotAllowed, StaleCard: nothing was changed.
    """
    case = checked(office, case_id, "supervise", actor, seen=seen)
    return take_step(office, case, "supervise", actor, at=at, reason=words.strip())
