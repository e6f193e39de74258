"""What a matter is before and after it is filed: Draft, Case, Assignment, Event. No I/O.

The words are those of the 12345 standards and of the 民呼我应 workflow; see docs/workflow.md.
Which moves a case may make stands in `bot.moves`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

TIME_ZONE = ZoneInfo("Asia/Shanghai")
"""Wuhan's: whose days the case numbers count, and whose clock residents read."""

FORGOTTEN = "（居民已要求删除内容）"
"""Stands in the place of a case's words once its resident had them deleted."""


class Kind(StrEnum):
    """诉求类型: what a resident wants of the government."""

    CONSULT = "consult"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    PRAISE = "praise"


class Urgency(StrEnum):
    """一般, 紧急, 特急: how soon someone must act."""

    NORMAL = "normal"
    URGENT = "urgent"
    CRITICAL = "critical"


class CaseState(StrEnum):
    """Where a case stands; `submitted` is where every case begins."""

    SUBMITTED = "submitted"
    NEED_INFO = "need_info"
    ANSWERED = "answered"
    REJECTED = "rejected"
    MERGED = "merged"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    REPLIED = "replied"
    LEDGER = "ledger"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


ENDED_STATES = (CaseState.CLOSED, CaseState.REJECTED, CaseState.WITHDRAWN)
OPEN_STATES = tuple(state for state in CaseState if state not in ENDED_STATES)
"""The states of cases that somebody, staff or resident, still has a step to take in."""


class AssignmentState(StrEnum):
    """Where one unit's part of a case stands."""

    PENDING = "pending"
    SIGNED = "signed"
    DONE = "done"
    RETURNED = "returned"
    CANCELLED = "cancelled"


LIVE_STATES = (AssignmentState.PENDING, AssignmentState.SIGNED, AssignmentState.DONE)
"""An assignment's states in which its unit answers for it in any case."""


class Role(StrEnum):
    """Who takes a step: the resident, the clock, or staff by their role."""

    RESIDENT = "resident"
    SYSTEM = "system"
    DISPATCHER = "dispatcher"
    HANDLER = "handler"
    SUPERVISOR = "supervisor"


STAFF_ROLES = (Role.DISPATCHER, Role.HANDLER, Role.SUPERVISOR)


class Solved(StrEnum):
    """Whether the resident says that her matter is solved."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Satisfied(StrEnum):
    """满意, 基本满意, 不满意: what the resident says of how it was handled."""

    YES = "yes"
    MOSTLY = "mostly"
    NO = "no"


class Asked(StrEnum):
    """A unit's request (return, extension) that a dispatcher or supervisor rules on; once each."""

    NEVER = ""
    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"


class DraftState(StrEnum):
    """A draft is open until its resident files or drops it."""

    OPEN = "open"
    SUBMITTED = "submitted"
    CANCELLED = "cancelled"


class Awaiting(StrEnum):
    """What the resident was last asked to write for her draft."""

    NOTHING = ""
    TEXT = "text"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Matter:
    """What is understood of a resident's matter; every part but the text is a guess she corrects.

    Attributes:
        category: code of a category of service.toml.
        street: code of a street of service.toml; empty is 不清楚, never a guess.
        place: her own words for the spot, empty if she named none.
        commitment: id of the commitment it is about, empty for none.
        is_danger: her words told of danger to life or property.
        sureness: how sure each part is, 0..1, by its name (`kind`, `category`, `urgency`,
            `street`, `place`, `commitment`); 1 is what she set herself, 0 what staff must settle,
            a part that is not named was not judged.
    """

    text: str
    kind: Kind
    category: str
    urgency: Urgency = Urgency.NORMAL
    street: str = ""
    place: str = ""
    commitment: str = ""
    latitude: float | None = None
    longitude: float | None = None
    is_danger: bool = False
    sureness: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def with_sureness(self, **parts: float) -> "Matter":
        """The same matter, surer or less sure of some of its parts."""
        return replace(self, sureness=MappingProxyType({**self.sureness, **parts}))


@dataclass(frozen=True, slots=True)
class Draft:
    """A matter not yet filed, kept so that a restart loses nothing."""

    id: int
    resident_id: int
    matter: Matter
    state: DraftState
    awaiting: Awaiting
    photos: int
    case_id: int | None
    is_anonymous: bool = False

    @classmethod
    def unsaved(cls, matter: Matter) -> "Draft":
        """A draft as it would be, for a preview that is kept nowhere."""
        return cls(0, 0, matter, DraftState.OPEN, Awaiting.NOTHING, 0, None)


@dataclass(frozen=True, slots=True)
class Case:
    """工单: a filed matter. `number` is public; `query_code` opens it to whoever holds both.

    Attributes:
        version: how often it was changed; a card or form made of an older version is stale.
        earlier_state: where it goes back to from `need_info`.
        master_id: the case it was merged into; kept after the master's reply.
        same_as: the case that its resident says is about the same problem: a hint, no merge.
        spot: where it is, in a form that is the same for all who name the same place.
        has_objected: the resident has objected to a rejection, which she may once.
        rework: how often the resident disputed a reply.
        waits_for: the role whose step is next; None for nobody's.
        ledger_until: the day on which a ledger case is reported on next.
        is_confidential: a report of wrongdoing, now or once: who filed it is told to supervisors
            only, and what and where to nobody but those who work on it. To be asked for instead
            of `kind` wherever something of a case goes out.
        is_anonymous: nobody can be found behind its resident's number; whoever holds its query
            code acts for her.
        is_emptied: its words are deleted, and nothing more is said of it.
    """

    id: int
    number: str
    query_code: str
    resident_id: int
    matter: Matter
    state: CaseState
    photos: int
    submitted_at: datetime
    version: int = 0
    earlier_state: CaseState | None = None
    master_id: int | None = None
    same_as: int | None = None
    spot: str = ""
    has_objected: bool = False
    rework: int = 0
    solved: Solved | None = None
    satisfied: Satisfied | None = None
    replied_at: datetime | None = None
    closed_at: datetime | None = None
    ledger_until: date | None = None
    waits_for: Role | None = None
    is_confidential: bool = False
    is_anonymous: bool = False
    is_emptied: bool = False

    @property
    def is_open(self) -> bool:
        """Whether somebody still has a step to take."""
        return self.state in OPEN_STATES

    @property
    def may_be_withdrawn(self) -> bool:
        """A report of wrongdoing or a danger stays, whoever reported it."""
        return self.is_open and self.matter.kind is not Kind.REPORT and not self.matter.is_danger


@dataclass(frozen=True, slots=True)
class Assignment:
    """One unit's part of a case.

    Attributes:
        unit: code of a unit of service.toml.
        call: what a call (呼叫) states; None for a plain dispatch.
        outcome: what the unit did, in its own words, once done.
        round: 0 for the first time round, then the rework it belongs to.
    """

    id: int
    case_id: int
    unit: str
    is_lead: bool
    state: AssignmentState
    call: "Call | None" = None
    outcome: str = ""
    return_asked: Asked = Asked.NEVER
    return_reason: str = ""
    extension_asked: Asked = Asked.NEVER
    extension_reason: str = ""
    round: int = 0

    @property
    def is_live(self) -> bool:
        """Whether the unit answers for it: also while nobody has ruled on its return."""
        is_unruled = self.return_asked is Asked.OPEN and self.state is AssignmentState.RETURNED
        return self.state in LIVE_STATES or is_unruled

    @property
    def waits_for_ruling(self) -> bool:
        """Whether the unit has asked for something that it still can be given."""
        is_returned = self.state is AssignmentState.RETURNED and self.return_asked is Asked.OPEN
        return is_returned or (self.is_open and self.extension_asked is Asked.OPEN)

    @property
    def is_open(self) -> bool:
        """Whether the unit still has to do something."""
        return self.state in (AssignmentState.PENDING, AssignmentState.SIGNED)


def leads_of(case: Case, assignments: Sequence[Assignment]) -> list[Assignment]:
    """The lead assignments of a case's present round whose units answer for it."""
    return [one for one in assignments if one.is_lead and one.is_live and one.round == case.rework]


def is_all_done(case: Case, assignments: Sequence[Assignment]) -> bool:
    """Whether every unit that leads has done its part, and there is one."""
    leads = leads_of(case, assignments)
    return bool(leads) and all(one.state is AssignmentState.DONE for one in leads)


@dataclass(frozen=True, slots=True)
class Call:
    """What a street states when it calls a unit (Wuchang's procedure of 2019)."""

    matter: str
    goal: str
    staff_needed: str

    @property
    def is_whole(self) -> bool:
        """Whether it states all three."""
        return all(part.strip() for part in (self.matter, self.goal, self.staff_needed))


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff; `unit` is a handler's, empty for others."""

    id: int
    name: str
    role: Role
    unit: str = ""
    resident_id: int | None = None
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Actor:
    """Who takes a step, as the desk checks it and the history keeps it."""

    role: Role
    staff_id: int | None = None
    resident_id: int | None = None
    unit: str = ""

    @classmethod
    def resident(cls, resident_id: int) -> "Actor":
        """A resident."""
        return cls(Role.RESIDENT, resident_id=resident_id)

    @classmethod
    def staff(cls, member: Staff) -> "Actor":
        """A member of staff."""
        return cls(member.role, staff_id=member.id, unit=member.unit)

    def __str__(self) -> str:
        return f"staff {self.staff_id}" if self.staff_id is not None else str(self.role)


SYSTEM = Actor(Role.SYSTEM)
"""The clock: warns, urges, closes what nobody rated, brings a master's reply to merged cases."""


@dataclass(frozen=True, slots=True)
class Event:
    """One step in a case's history; nothing of it is ever changed.

    Attributes:
        actor: `resident`, `system` or `staff <id>`.
        state: where the case stood after it.
        about: what belongs to it, by name (`units`, `channel`, ...).
    """

    action: str
    actor: str
    reason: str
    resident_sees: bool
    at: datetime
    state: str = ""
    about: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


class CaseError(Exception):
    """A step of case work that cannot be done."""


Why = Literal[
    "state",
    "role",
    "not_hers",
    "unit",
    "once",
    "words",
    "source",
    "no_source",
    "lines",
    "long",
    "reason",
    "no_lead",
    "not_done",
    "points",
    "late",
    "merged",
    "itself",
    "kept",
    "date",
    "gone",
    "nobody",
    "emptied",
]
"""Why a step is not possible, named as its wording in `refused`."""


class MoveNotAllowed(CaseError):
    """This action does not exist for a draft or case that stands where it stands.

    Attributes:
        why: the guard that stands against it; `state` if it is where the case stands.
    """

    def __init__(self, subject_id: int, state: str, action: str, why: Why = "state") -> None:
        super().__init__(f"{subject_id} is {state}: {action} is not possible ({why})")
        self.subject_id = subject_id
        self.state = state
        self.action = action
        self.why = why


class StaleCard(CaseError):
    """Whoever acts has seen an older version of the case."""

    def __init__(self, case_id: int, seen: int, version: int) -> None:
        super().__init__(f"case {case_id} is at version {version}, not {seen}")
        self.case_id = case_id


_POINT_END = re.compile(r"(?<=[。！？!?；;])|\n+|(?<=[.])\s+(?=[A-Z])")
_NUMBERED = re.compile(
    r"(?:^|(?<=[\s。；;，,：:]))(?=(?:[一二三四五六七八九十]|\d{1,2})[、.．)）]\s*\D)"
)
POINT_CHARS = 6
"""A piece of text shorter than this is no point of its own."""


def points_of(text: str) -> Sequence[str]:
    """The points of a matter that a reply has to answer, in order: its sentences or items.

    What is too short to be a point belongs to the one before; there is always at least one.
    """
    pieces = [part for line in _NUMBERED.split(text) for part in _POINT_END.split(line)]
    points: list[str] = []
    for piece in (piece.strip() for piece in pieces):
        if points and len(piece) < POINT_CHARS:
            points[-1] += piece
        elif piece:
            points.append(piece)
    return points or [text.strip()]
