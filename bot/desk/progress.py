"""Progress of a commitment, as staff note it; whoever follows the commitment hears of it once."""

import logging
from datetime import date, datetime

from bot.desk.office import Office, one_step
from bot.store import ProgressNote

logger = logging.getLogger(__name__)


MOST_TEXT_CHARS, MOST_SOURCE_CHARS = 1500, 300
"""What fits into one message with the commitment it is about."""


@one_step
def add_progress_note(
    office: Office,
    commitment: str,
    text: str,
    *,
    source: str,
    noted_on: date,
    at: datetime,
    staff_id: int | None = None,
) -> tuple[ProgressNote, int]:
    """Note the progress of a commitment and tell its followers; returns how many they are.

    Raises:
        ValueError: without text or source nobody can check it; or the same was noted already.
    """
    text, source = text.strip(), source.strip()
    if not text or not source:
        raise ValueError("a progress note needs a text and a source")
    if len(text) > MOST_TEXT_CHARS or len(source) > MOST_SOURCE_CHARS:
        raise ValueError(
            f"a progress note has at most {MOST_TEXT_CHARS} characters,"
            f" its source {MOST_SOURCE_CHARS}"
        )
    if any(
        (one.text, one.noted_on) == (text, noted_on)
        for one in office.store.following.notes(commitment)
    ):
        raise ValueError(f"{commitment}: the same was noted of {noted_on} already")
    note = office.store.following.add_note(
        commitment, text, source=source, noted_on=noted_on, staff_id=staff_id, at=at
    )
    followers = office.store.following.followers(commitment)
    for resident_id in followers:
        office.notices.tell_progress(resident_id, note, at=at)
    logger.info("progress note %d of %s to %d followers", note.id, commitment, len(followers))
    return note, len(followers)
