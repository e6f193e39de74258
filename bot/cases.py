"""What a matter is before and after it is filed: Draft, Case, and their closed sets. No I/O.

The words are those of the 12345 standards and of the 民呼我应 workflow; see docs/architecture.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

TIME_ZONE = ZoneInfo("Asia/Shanghai")
"""Wuhan's: whose days the case numbers count, and whose clock residents read."""


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


OPEN_STATES = (CaseState.SUBMITTED,)
"""The states of cases somebody still has to work on."""


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

    @classmethod
    def unsaved(cls, matter: Matter) -> "Draft":
        """A draft as it would be, for a preview that is kept nowhere."""
        return cls(0, 0, matter, DraftState.OPEN, Awaiting.NOTHING, 0, None)


@dataclass(frozen=True, slots=True)
class Case:
    """工单: a filed matter. `number` is public; `query_code` opens it to whoever holds both."""

    id: int
    number: str
    query_code: str
    resident_id: int
    matter: Matter
    state: CaseState
    photos: int
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One step in a case's history; nothing of it is ever changed."""

    action: str
    actor: str
    reason: str
    resident_sees: bool
    at: datetime


class CaseError(Exception):
    """A step of case work that cannot be done."""


class MoveNotAllowed(CaseError):
    """This action does not exist for a draft or case that stands where it stands."""

    def __init__(self, subject_id: int, state: str, action: str) -> None:
        super().__init__(f"{subject_id} is {state}: {action} is not possible")
        self.subject_id = subject_id
        self.state = state
        self.action = action
