"""The units' parts of the cases, and the clocks that run for a case or for one unit's part."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from bot.cases import Asked, Assignment, AssignmentState, Call
from bot.clocks import Timer
from bot.store.conversation import kept_json
from bot.store.database import Database, Row


class Assignments:
    """The table `assignments`; what units write in it is sealed with the case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, case_id: int, unit: str, *, is_lead: bool, call: Call | None, round_: int
    ) -> Assignment:
        """Keep a new assignment; it waits to be signed for."""
        assignment_id = self._database.insert(
            "assignments",
            {
                "case_id": case_id,
                "unit": unit,
                "is_lead": int(is_lead),
                "state": AssignmentState.PENDING,
                "call": self._database.sealed_about(case_id, _kept(call)),
                "round": round_,
            },
        )
        return self.get(assignment_id)

    def change(self, assignment: Assignment) -> None:
        """Keep an assignment as it stands now."""
        words = {
            "outcome": assignment.outcome,
            "return_reason": assignment.return_reason,
            "extension_reason": assignment.extension_reason,
        }
        self._database.update(
            "assignments",
            assignment.id,
            {
                "is_lead": int(assignment.is_lead),
                "state": assignment.state,
                "return_asked": assignment.return_asked,
                "extension_asked": assignment.extension_asked,
                **{
                    column: self._database.sealed_about(assignment.case_id, text)
                    for column, text in words.items()
                },
            },
        )

    def get(self, assignment_id: int) -> Assignment:
        """The assignment with this id."""
        row = self._database.one("select * from assignments where id = ?", [assignment_id])
        if row is None:
            raise LookupError(f"there is no assignment {assignment_id}")
        return _assignment(row)

    def of_case(self, case_id: int) -> list[Assignment]:
        """All assignments a case ever had, in the order in which they came to be."""
        rows = self._database.all(
            "select * from assignments where case_id = ? order by id", [case_id]
        )
        return [_assignment(row) for row in rows]


@dataclass(frozen=True, slots=True)
class CaseTimer:
    """A clock of a case, or of one assignment of it.

    Attributes:
        due_at: None while it is paused.
        first_due_at: when it was due without extensions; moved by pauses only.
        extended_minutes: by how much it was prolonged.
        level: how much was said of it so far (`bot.desk.rounds`).
    """

    id: int
    case_id: int
    assignment_id: int | None
    name: str
    timer: Timer
    started_at: datetime
    due_at: datetime | None
    first_due_at: datetime | None
    stopped_at: datetime | None
    level: int
    extended_minutes: float = 0.0


class Timers:
    """The table `timers`; what runs has `look_at`, the moment at which somebody must be told."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        case_id: int,
        name: str,
        timer: Timer,
        *,
        assignment_id: int | None,
        due_at: datetime,
        look_at: datetime | None,
        at: datetime,
    ) -> None:
        """Keep a clock that starts to run."""
        self._database.insert(
            "timers",
            {
                "case_id": case_id,
                "assignment_id": assignment_id,
                "name": name,
                **_running(timer),
                "started_at": at.isoformat(),
                "due_at": due_at.isoformat(),
                "first_due_at": due_at.isoformat(),
                "look_at": _text(look_at),
            },
        )

    def change(self, changed: CaseTimer, *, look_at: datetime | None) -> None:
        """Keep a clock that was paused, goes on, or got longer."""
        self._database.update(
            "timers",
            changed.id,
            {
                **_running(changed.timer),
                "extended_minutes": changed.extended_minutes,
                "due_at": _text(changed.due_at),
                "first_due_at": _text(changed.first_due_at),
                "level": changed.level,
                "look_at": _text(look_at),
            },
        )

    def stop(self, timer_id: int, *, at: datetime) -> None:
        """The clock has done its service."""
        self._database.update("timers", timer_id, {"stopped_at": at.isoformat(), "look_at": ""})

    def drop(self, timer_id: int) -> None:
        """The clock counts for nothing: what it measured will not happen and need not."""
        self._database.execute("delete from timers where id = ?", [timer_id])

    def look_next(self, timer_id: int, *, level: int, look_at: datetime | None) -> None:
        """Note what was said of a clock, and when it must be looked at again."""
        self._database.update("timers", timer_id, {"level": level, "look_at": _text(look_at)})

    def running(self, case_id: int) -> list[CaseTimer]:
        """A case's clocks that have not stopped, paused ones included."""
        rows = self._database.all(
            "select * from timers where case_id = ? and stopped_at = '' order by id", [case_id]
        )
        return [_case_timer(row) for row in rows]

    def to_look_at(self, *, at: datetime, most: int) -> list[CaseTimer]:
        """The clocks of which somebody must be told by now, the longest waiting first."""
        rows = self._database.all(
            """
            select * from timers where look_at <> '' and look_at <= ?
            order by look_at, id limit ?
            """,
            [at.isoformat(), most],
        )
        return [_case_timer(row) for row in rows]


def _kept(call: Call | None) -> str:
    return json.dumps(asdict(call), ensure_ascii=False) if call else ""


def _running(timer: Timer) -> Row:
    return {
        "length_minutes": timer.length_minutes,
        "counted": timer.counted,
        "spent_minutes": timer.spent_minutes,
        "running_since": _text(timer.running_since),
    }


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _case_timer(row: Row) -> CaseTimer:
    started_at = datetime.fromisoformat(row["started_at"])
    return CaseTimer(
        id=row["id"],
        case_id=row["case_id"],
        assignment_id=row["assignment_id"],
        name=row["name"],
        timer=Timer(
            row["length_minutes"],
            row["counted"],
            row["spent_minutes"],
            _moment(row["running_since"]),
        ),
        started_at=started_at,
        due_at=_moment(row["due_at"]),
        first_due_at=_moment(row["first_due_at"]),
        stopped_at=_moment(row["stopped_at"]),
        level=row["level"],
        extended_minutes=row["extended_minutes"],
    )


def _assignment(row: Row) -> Assignment:
    return Assignment(
        id=row["id"],
        case_id=row["case_id"],
        unit=row["unit"],
        is_lead=bool(row["is_lead"]),
        state=AssignmentState(row["state"]),
        call=Call(**call) if (call := kept_json(row["call"], None)) else None,
        outcome=row["outcome"],
        return_asked=Asked(row["return_asked"]),
        return_reason=row["return_reason"],
        extension_asked=Asked(row["extension_asked"]),
        extension_reason=row["extension_reason"],
        round=row["round"],
    )
