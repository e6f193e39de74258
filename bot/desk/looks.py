"""Who looked at whose identity, and who took cases out in a file: week by week, told to the
supervisors on the first working morning after the week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.cards import excerpt
from bot.cases import TIME_ZONE, Role
from bot.desk.office import Office
from bot.masking import masked
from bot.messages import Reply
from bot.naming import local_day
from bot.store import Store, View, What
from bot.wording import Language

WEEK = timedelta(weeks=1)
_WEEKS_BACK = 2
"""How old a week may be to be told still: a holiday, or a bot that stood still, may cover one."""
_MOST_LINES = 12
_MOST_REASONS, _REASON_CHARS = 3, 40


@dataclass(frozen=True, slots=True)
class Looks:
    """What a member of staff did in one way within a week.

    Attributes:
        cases: how many different ones she looked at; 0 for files of many.
        reasons: hers, the newest first, none twice.
    """

    staff_id: int
    what: What
    times: int
    cases: int
    reasons: tuple[str, ...]


def week_of(moment: datetime) -> datetime:
    """When the week of a moment began: Monday at midnight in Wuhan."""
    local = moment.astimezone(TIME_ZONE)
    monday = local.date() - timedelta(days=local.weekday())
    return datetime.combine(monday, time(), TIME_ZONE)


def looks_in(store: Store, week: datetime) -> list[Looks]:
    """Who looked at what in the week that began then, whoever did so most first."""
    found: dict[tuple[int, What], list[View]] = {}
    for view in store.views.between(week, week + WEEK):
        found.setdefault((view.staff_id, view.what), []).append(view)
    looks = [
        Looks(
            staff_id,
            what,
            len(views),
            len({view.case_id for view in views} - {None}),
            tuple(dict.fromkeys(view.reason for view in views if view.reason)),
        )
        for (staff_id, what), views in found.items()
    ]
    return sorted(looks, key=lambda one: (-one.times, one.staff_id, one.what))


def send_looks(office: Office, *, at: datetime) -> None:
    """Tell the supervisors who looked at what in the weeks that are over; of each week once, and
    nothing of one in which nobody did. A list waits until there is a chat in which one of them can
    be told. The caller holds the transaction."""
    now = at.astimezone(TIME_ZONE)
    is_morning = now.time() >= office.service.digest.at
    if not is_morning or not office.service.calendar.is_working_day(now.date()):
        return
    supervisors = office.store.staff.active(Role.SUPERVISOR)
    chats = [one.resident_id for one in supervisors if one.resident_id is not None]
    if not chats:
        return
    for back in range(_WEEKS_BACK, 0, -1):
        week = week_of(at) - back * WEEK
        looks = looks_in(office.store, week)
        if looks and office.store.once.is_first(f"looks {week:%Y-%m-%d}", at=at):
            for chat in chats:
                text = _letter(office, office.cards.language(chat), week, looks)
                office.store.outbox.post(chat, Reply(text, is_protected=True), at=at)


def _letter(office: Office, language: Language, week: datetime, looks: Sequence[Looks]) -> str:
    say, lines = office.cards.face.say, []
    for one in looks[:_MOST_LINES]:
        member = office.store.staff.get(one.staff_id)
        lines.append(
            say(
                language,
                "look",
                name=member.name if member else "",
                did=say(language, f"look_{one.what}", times=one.times, cases=one.cases),
                reasons=[excerpt(masked(r), _REASON_CHARS) for r in one.reasons[:_MOST_REASONS]],
                more=len(one.reasons) - _MOST_REASONS,
            )
        )
    return say(
        language,
        "looks",
        first=local_day(week.date()),
        last=local_day((week + WEEK).date() - timedelta(days=1)),
        lines=lines,
        more=len(looks) - _MOST_LINES,
    )
