"""The commitments with what cases and staff say of them, for the console and for the public."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from bot.metrics import LEAST_N
from bot.store import CommitmentFigures, ProgressNote, Store
from index import Commitment, Index, normalise

Order = Literal["pain", "cases", "report"]
ORDERS: tuple[Order, ...] = ("pain", "cases", "report")
MONTHS = 12
_NOTHING = CommitmentFigures(by_month=(0,) * MONTHS)
_LATE, _DISPUTED, _OPEN, _UNSOLVED = 3, 3, 1, 2


@dataclass(frozen=True, slots=True)
class Entry:
    """One commitment of the board."""

    commitment: Commitment
    figures: CommitmentFigures
    note: ProgressNote | None

    @property
    def pain(self) -> int:
        """How much it hurts: 3 for each overdue and each disputed case, 2 for each whose resident
        says that nothing is solved, 1 for each that is open. Our own weights, for the order only.
        """
        figures = self.figures
        return (
            _LATE * figures.overdue
            + _DISPUTED * figures.disputed
            + _UNSOLVED * figures.unsolved
            + _OPEN * figures.open
        )

    @property
    def satisfaction(self) -> float | None:
        """满意率, 0..1 (docs/workflow.md); None where too few have said anything."""
        figures = self.figures
        return figures.satisfied / figures.rated if figures.rated >= LEAST_N else None


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a board is narrowed down to; what is empty narrows nothing."""

    text: str = ""
    section: str = ""
    unit: str = ""
    with_cases: bool = False


def entries_of(
    store: Store,
    index: Index,
    *,
    at: datetime,
    figures: Mapping[str, CommitmentFigures] | None = None,
) -> list[Entry]:
    """Every commitment of the reports, in their order; staff's own answers are none.

    Args:
        figures: what was counted already; None counts anew.
    """
    if figures is None:
        figures = store.board.figures(at=at, months=MONTHS)
    notes = store.board.latest_notes()
    return [
        Entry(one, figures.get(one.id, _NOTHING), notes.get(one.id))
        for commitments in index.sections.values()
        for one in commitments
        if not one.is_staff_answer
    ]


def entry_of(store: Store, index: Index, commitment_id: str, *, at: datetime) -> Entry | None:
    """One commitment; None if there is none of this id, or it is an answer of staff."""
    one = index.commitments.get(commitment_id)
    if one is None or one.is_staff_answer:
        return None
    figures = store.board.figures(at=at, months=MONTHS, commitment=one.id)
    note = next(iter(store.following.notes(one.id)), None)
    return Entry(one, figures.get(one.id, _NOTHING), note)


def narrowed(entries: Sequence[Entry], to: Narrowed) -> list[Entry]:
    """The entries that fit, in the same order. A text is looked for in quote, English and id."""
    wanted = normalise(to.text).split()

    def fits(entry: Entry) -> bool:
        one = entry.commitment
        return (
            to.section in ("", one.section)
            and to.unit in ("", one.unit)
            and (not to.with_cases or entry.figures.cases > 0)
            and all(word in _words_of(one) for word in wanted)
        )

    return [entry for entry in entries if fits(entry)]


@lru_cache(maxsize=4096)
def _words_of(commitment: Commitment) -> str:
    """What a commitment is found by; kept, since normalising a whole report takes 25 ms."""
    one = commitment
    return normalise(f"{one.quote} {one.en} {one.section} {one.heading} {one.id}")


def in_order(entries: Sequence[Entry], order: Order) -> list[Entry]:
    """The entries by pain or number of cases, the most first; ties as in the report."""
    by: dict[Order, Callable[[Entry], int]] = {
        "pain": lambda entry: -entry.pain,
        "cases": lambda entry: -entry.figures.cases,
        "report": lambda _: 0,
    }
    return sorted(entries, key=by[order])
