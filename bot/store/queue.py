"""The queue of cases as staff see it: by what is to be done next, filtered, searched, in pages."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal

from bot.cases import ENDED_STATES, TIME_ZONE, CaseState, Kind, Role, Urgency
from bot.store.database import Database, Row
from bot.store.drafts import PHOTOS
from bot.store.finding import FOUND, matches_of
from bot.store.lists import OVERDUE, TO_DO, to_do_values


def _names(states: Sequence[CaseState]) -> str:
    return ", ".join(f"'{state}'" for state in states)


EXCERPT_CHARS = 120
Sort = Literal["due", "newest", "oldest", "urgency"]
SORTS: tuple[Sort, ...] = ("due", "newest", "oldest", "urgency")
_RUNNING = "timers indexed by timers_running where stopped_at = '' and due_at <> ''"
"""The clocks that run. SQLite has no statistics here, and would read all the clocks there ever
were, to have them by case or by name."""
_STAFFS_CLOCKS = "name <> 'rating' and (name <> 'info' or due_at < :now)"
"""The clocks that wait for staff: a resident who was asked for more is theirs only once she has
said nothing for too long."""
_DUE = f"""
    case when cases.state in ({_names(ENDED_STATES)}) then 'z' else
        coalesce((select min(due_at) from timers where case_id = cases.id
            and stopped_at = '' and due_at <> '' and ({_STAFFS_CLOCKS})), 'z')
    end
"""
"""Of `cases`: the moment at which each is due next; after all others where no clock runs, as none
does of the many that have ended."""
_LIVE_PART = """
    unit = :unit and (
        state in ('pending', 'signed', 'done') or (state = 'returned' and return_asked = 'open')
    )
"""
"""Of `assignments`: what a unit answers for (`Assignment.is_live`)."""
_SETTLED = _names((*ENDED_STATES, CaseState.REPLIED, CaseState.ANSWERED))
"""The states in which a dispute is settled, or waits for the resident."""
_ORDER: dict[Sort, str] = {
    "due": f"{_DUE}, cases.id desc",
    "newest": "cases.id desc",
    "oldest": "cases.id",
    "urgency": f"""
        case cases.urgency when 'critical' then 0 when 'urgent' then 1 else 2 end,
        {_DUE}, cases.id desc
    """,
}
_COUNT_FOUND = "count(*) over ()"
"""Of a list that is searched: its words are looked up once, for the rows and their number."""
_HELD = """
    exists (select 1 from outbox where outbox.resident_id = cases.resident_id
        and outbox.state in ('waiting', 'claimed') and is_for_staff = 0)
"""


class Tab(StrEnum):
    """What of the queue is looked at: what the reader has to do next, or all."""

    TO_ACCEPT = "to_accept"
    TO_DISPATCH = "to_dispatch"
    MINE = "mine"
    OVERDUE = "overdue"
    TO_REPLY = "to_reply"
    DISPUTED = "disputed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose eyes a list is for: a handler sees what her unit has a part in, others see all."""

    role: Role
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed down to; what is empty narrows nothing.

    Attributes:
        text: words to be found, as typed.
        since, until: days in Wuhan on which cases were filed, both included.
        unreachable: only cases whose resident cannot be written to, with letters that wait.
    """

    tab: Tab = Tab.ALL
    text: str = ""
    states: tuple[CaseState, ...] = ()
    kind: Kind | None = None
    category: str = ""
    street: str = ""
    unit: str = ""
    urgency: Urgency | None = None
    commitment: str = ""
    since: date | None = None
    until: date | None = None
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class NextDue:
    """The clock of a case that is due next."""

    name: str
    started_at: datetime
    due_at: datetime

    def share(self, *, at: datetime) -> float:
        """How much of the time is used up, by the wall clock; over 1 it is overdue."""
        whole = (self.due_at - self.started_at).total_seconds()
        return max((at - self.started_at).total_seconds() / whole, 0.0) if whole > 0 else 1.0


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A case as a list shows it.

    Attributes:
        words: the first of the resident's words.
        commitment: the first that was not dropped; empty for none.
        leads: codes of the units that lead now.
        due: None while every clock stands still, or none runs.
        is_paused: clocks stand still, since the resident was asked for more.
        is_unreachable: her letters wait, since she cannot be written to.
        is_of_nobody: filed anonymously, or its resident was forgotten.
        has_hint: something was found like it, or its resident said so.
    """

    id: int
    number: str
    version: int
    kind: Kind
    category: str
    urgency: Urgency
    is_danger: bool
    is_confidential: bool
    street: str
    place: str
    words: str
    state: CaseState
    submitted_at: datetime
    photos: int
    rework: int
    waits_for: Role | None
    commitment: str
    leads: tuple[str, ...]
    due: NextDue | None
    is_paused: bool
    is_unreachable: bool
    is_of_nobody: bool
    has_hint: bool


@dataclass(frozen=True, slots=True)
class QueuePage:
    """So many rows of a list, and how long the whole list is."""

    rows: tuple[QueueRow, ...]
    total: int


class Queue:
    """Reads `cases` with all that a list shows of them; changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self,
        filters: Filters,
        reader: Reader,
        *,
        at: datetime,
        sort: Sort = "due",
        offset: int = 0,
        most: int = 50,
    ) -> QueuePage:
        """Some rows of a list, in its order."""
        condition, values = _condition(self._database, filters, reader, at=at)
        counting = (
            _COUNT_FOUND if filters.text else f"(select count(*) from cases where {condition})"
        )
        values |= {"most": most, "offset": offset}
        listed = self._list(condition, values, sort, counting=counting)
        total = listed[0]["total"] if listed else self._count(condition, values)
        return QueuePage(self._rows([row["id"] for row in listed], at=at), int(total))

    def ids(
        self, filters: Filters, reader: Reader, *, at: datetime, sort: Sort = "due"
    ) -> list[int]:
        """All cases of a list by their ids, in its order."""
        condition, values = _condition(self._database, filters, reader, at=at)
        listed = self._list(condition, values | {"most": -1, "offset": 0}, sort, counting="0")
        return [int(row["id"]) for row in listed]

    def counts(self, reader: Reader, *, at: datetime) -> dict[Tab, int]:
        """How many cases each tab has."""
        found: dict[Tab, int] = {}
        for tab in Tab:
            condition, values = _condition(self._database, Filters(tab), reader, at=at)
            found[tab] = self._count(condition, values)
        return found

    def may_see(self, case_id: int, reader: Reader) -> bool:
        """Whether there is such a case, and the reader may see it."""
        is_theirs = f"exists (select 1 from assignments where case_id = :id and {_LIVE_PART})"
        condition = is_theirs if reader.role is Role.HANDLER else "true"
        values = {"id": case_id, "unit": reader.unit}
        return self._count(f"cases.id = :id and {condition}", values) > 0

    def newest_step(self) -> int:
        """A number that grows with every step of any case."""
        row = self._database.one("select max(id) as newest from events", [])
        return int(row["newest"] or 0) if row else 0

    def _count(self, condition: str, values: Row) -> int:
        rows = self._database.named(f"select count(*) as n from cases where {condition}", values)
        return int(rows[0]["n"])

    def _list(self, condition: str, values: Row, sort: Sort, *, counting: str) -> list[Row]:
        """Ids, in their order, each with how many there are in all."""
        return self._database.named(
            f"""
            select cases.id, {counting} as total from cases
            where {condition} order by {_ORDER[sort]} limit :most offset :offset
            """,
            values,
        )

    def _rows(self, ids: Sequence[int], *, at: datetime) -> tuple[QueueRow, ...]:
        if not ids:
            return ()
        marks = ", ".join("?" * len(ids))
        rows = self._database.all(
            f"""
            select cases.id, number, version, cases.kind, cases.category, cases.urgency,
                cases.is_danger, cases.is_confidential, cases.street, cases.place,
                cases.text as words, cases.state, submitted_at,
                {PHOTOS}, rework, waits_for,
                reachable = 0 and {_HELD} as is_unreachable,
                not exists (
                    select 1 from identities where identities.resident_id = cases.resident_id
                ) as is_of_nobody,
                same_as is not null or exists (
                    select 1 from similar_cases where case_id = cases.id
                ) as has_hint,
                coalesce((
                    select commitment from case_commitments
                    where case_id = cases.id and standing <> 'dropped' order by rowid limit 1
                ), '') as commitment_id
            from cases join drafts on drafts.case_id = cases.id
            join residents on residents.id = cases.resident_id
            where cases.id in ({marks})
            """,
            ids,
        )
        leads, clocks = self._leads(marks, ids), self._clocks(marks, ids, at=at)
        made = {row["id"]: _row(row, leads, clocks) for row in rows}
        return tuple(made[case_id] for case_id in ids)

    def _leads(self, marks: str, ids: Sequence[int]) -> dict[int, list[str]]:
        rows = self._database.tuples(
            f"""
            select case_id, unit from assignments join cases on cases.id = case_id
            where case_id in ({marks}) and is_lead = 1 and round = rework
            and assignments.state in ('pending', 'signed', 'done') order by assignments.id
            """,
            ids,
        )
        leads: dict[int, list[str]] = defaultdict(list)
        for case_id, unit in rows:
            leads[case_id].append(unit)
        return leads

    def _clocks(self, marks: str, ids: Sequence[int], *, at: datetime) -> dict[int, list[Row]]:
        """The clocks that run, the one that is due first at the head."""
        rows = self._database.all(
            f"""
            select case_id, name, started_at, due_at from timers
            where case_id in ({marks}) and stopped_at = '' and due_at <> ''
            and ({_STAFFS_CLOCKS.replace(":now", "?")}) order by due_at
            """,
            [*ids, at.isoformat()],
        )
        clocks: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            clocks[row["case_id"]].append(row)
        return clocks


def _condition(
    database: Database, filters: Filters, reader: Reader, *, at: datetime
) -> tuple[str, Row]:
    """What a case must fulfil to be in a list, and the values this names."""
    values = to_do_values(reader.unit, at)
    parts = [_in_tab(filters.tab, reader)]
    if reader.role is Role.HANDLER:
        parts.append(f"cases.id in (select case_id from assignments where {_LIVE_PART})")
    for column in ("kind", "category", "street", "urgency"):
        wanted = getattr(filters, column)
        if wanted:
            parts.append(f"cases.{column} = :{column}")
            values[column] = str(wanted)
    if filters.states:
        names = {f"state{at_}": str(state) for at_, state in enumerate(filters.states)}
        parts.append(f"cases.state in ({', '.join(f':{name}' for name in names)})")
        values |= names
    if filters.unit:
        live_part = _LIVE_PART.replace(":unit", ":of_unit")
        parts.append(f"cases.id in (select case_id from assignments where {live_part})")
        values["of_unit"] = filters.unit
    if filters.commitment:
        parts.append(
            """
            cases.id in (select case_id from case_commitments
                where commitment = :commitment and standing <> 'dropped')
            """
        )
        values["commitment"] = filters.commitment
    if filters.since:
        parts.append("cases.submitted_at >= :since")
        values["since"] = _midnight(filters.since)
    if filters.until:
        parts.append("cases.submitted_at < :until")
        values["until"] = _midnight(filters.until + timedelta(days=1))
    if filters.unreachable:
        parts.append(
            f"cases.resident_id in (select id from residents where reachable = 0) and {_HELD}"
        )
    for number, match in enumerate(matches_of(database, filters.text)):
        parts.append(f"cases.id in ({FOUND.replace('?', f':phrase{number}')})")
        values[f"phrase{number}"] = match
    return " and ".join(f"({part})" for part in parts), values


def _in_tab(tab: Tab, reader: Reader) -> str:
    match tab:
        case Tab.TO_ACCEPT:
            return "cases.state = 'submitted'"
        case Tab.TO_DISPATCH:
            return f"""
                cases.state in ('accepted', 'in_progress') and cases.id in (
                    select id from cases where state = 'accepted'
                    union select case_id from {_RUNNING} and name = 'dispatch')
            """
        case Tab.MINE:
            return f"cases.id in ({TO_DO[reader.role]})"
        case Tab.OVERDUE:
            return f"cases.id in (select case_id from timers where {OVERDUE})"
        case Tab.TO_REPLY:
            return f"""
                cases.state = 'in_progress' and cases.id in (
                    select case_id from {_RUNNING} and name = 'reply')
            """
        case Tab.DISPUTED:
            return f"cases.rework > 0 and cases.state not in ({_SETTLED})"
        case Tab.ALL:
            return "true"


def _midnight(day: date) -> str:
    """The first moment of a day in Wuhan, as the database compares moments."""
    return datetime.combine(day, time(), TIME_ZONE).astimezone(UTC).isoformat()


def _row(row: Row, leads: dict[int, list[str]], clocks: dict[int, list[Row]]) -> QueueRow:
    case_id = row["id"]
    running = clocks.get(case_id, [])
    words = row["words"]
    return QueueRow(
        id=case_id,
        number=row["number"],
        version=row["version"],
        kind=Kind(row["kind"]),
        category=row["category"],
        urgency=Urgency(row["urgency"]),
        is_danger=bool(row["is_danger"]),
        is_confidential=bool(row["is_confidential"]),
        street=row["street"],
        place=row["place"],
        words=f"{words[:EXCERPT_CHARS]}…" if len(words) > EXCERPT_CHARS else words,
        state=CaseState(row["state"]),
        submitted_at=datetime.fromisoformat(row["submitted_at"]),
        photos=row["photos"],
        rework=row["rework"],
        waits_for=Role(row["waits_for"]) if row["waits_for"] else None,
        commitment=row["commitment_id"],
        leads=tuple(leads.get(case_id, ())),
        due=_next_due(running[0]) if running else None,
        is_paused=row["state"] == CaseState.NEED_INFO,
        is_unreachable=bool(row["is_unreachable"]),
        is_of_nobody=bool(row["is_of_nobody"]),
        has_hint=bool(row["has_hint"]),
    )


def _next_due(row: Row) -> NextDue:
    return NextDue(
        row["name"],
        datetime.fromisoformat(row["started_at"]),
        datetime.fromisoformat(row["due_at"]),
    )
