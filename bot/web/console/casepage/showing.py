"""A case as its page shows it: words, place, commitments, alike ones, history, units, clocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.cases import Asked, Assignment, AssignmentState, Case, Event, Kind
from bot.store import CaseTimer, Filters, NextDue, QueueRow
from bot.web.console.console import Console, Seat
from bot.web.console.dues import Due, due_of
from index import Commitment

OTHER_CASES_SHOWN = 5
_SAID_LATER = ("add_words", "reword", "supplement", "dispute", "object")


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the history, as it is read.

    Attributes:
        words: what was written with it.
        details: what else belongs to it: units, the reason it was not accepted, the source.
        delivery: how what the resident was written of it stands; empty if she was not written to.
    """

    at: datetime
    who: str
    did: str
    words: str
    details: tuple[str, ...]
    is_seen: bool
    delivery: str


@dataclass(frozen=True, slots=True)
class Part:
    """One unit's part of the case."""

    assignment: Assignment
    dues: tuple[Due, ...]
    is_returning: bool
    is_extending: bool


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment of the case, and the other cases about it that the reader may see."""

    id: str
    is_confirmed: bool
    commitment: Commitment | None
    others: tuple[QueueRow, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Alike:
    """Another case that may be about the same, and why."""

    case: Case
    reasons: tuple[str, ...]
    percent: int


class Showing:
    """Reads what a case's page shows; changes nothing."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def values(self, case: Case, seat: Seat) -> dict[str, Any]:
        """Everything about a case but the forms."""
        console, store = self._console, self._console.store
        at = console.now()
        events = store.cases.events(case.id)
        timers = store.timers.running(case.id)
        is_late = any(one.due_at is not None and one.due_at < at for one in timers)
        is_known = store.residents.has_identity(case.resident_id)
        channel = store.residents.identity(case.resident_id)[0] if is_known else "nobody"
        resident = store.residents.get(case.resident_id)
        return {
            "case": case,
            "said_later": [
                event
                for event in events
                if event.action in _SAID_LATER and event.actor == "resident" and event.reason
            ],
            "channel": channel,
            "is_unreachable": resident is not None and not resident.reachable,
            "promises": list(self._promises(case, seat)),
            "alike": list(self._alike(case, seat)),
            "merged": self._visible(store.cases.of_master(case.id), seat),
            "master": self._one(case.master_id, seat),
            "same_as": self._one(case.same_as, seat),
            "steps": list(self._steps(case, events, channel, seat)),
            "parts": [
                self._part(one, timers, seat, at=at) for one in store.assignments.of_case(case.id)
            ],
            "dues": self._dues(timers, None, seat, at=at),
            "is_late": is_late,
            "is_paused": any(one.due_at is None for one in timers),
            "views": [
                (view, member.name if (member := store.staff.get(view.staff_id)) else "")
                for view in store.views.of_case(case.id)
            ],
            "is_confidential": case.is_confidential,
        }

    def _steps(
        self, case: Case, events: Sequence[Event], channel: str, seat: Seat
    ) -> Iterator[Step]:
        face, language = self._console.face, seat.language
        say = self._console.words(language)
        letters = self._console.store.outbox.deliveries(case.id, case.resident_id)
        for event in events:
            state = ""
            if self._is_told(event):
                state = letters.get(event.at, "web" if channel == "web" else "")
            yield Step(
                at=event.at,
                who=face.actor(language, event.actor),
                did=face.did(language, event.action),
                words="" if event.action == "link" else event.reason,
                details=tuple(self._details(event, seat)),
                is_seen=event.resident_sees,
                delivery=say(f"casepage.delivery_{state}") if state else "",
            )

    def _is_told(self, event: Event) -> bool:
        return event.resident_sees and event.actor != "resident" and event.action != "submit"

    def _details(self, event: Event, seat: Seat) -> Iterator[str]:
        """What belongs to an event, in words."""
        names, language, about = self._console.names, seat.language, event.about
        say = self._console.words(language)
        if "units" in about:
            yield from (names.unit(language, code) for code in about["units"].split())
        if event.action == "link":
            yield from self._linked(event, seat)
        if "kind" in about and event.action in ("accept", "classify"):
            yield " · ".join(
                [
                    names.kind(language, Kind(about["kind"])),
                    names.category(language, about["category"]),
                ]
            )
        reason = self._console.service.reject_reasons.get(about.get("reject_reason", ""))
        if reason:
            yield reason.en if language == "en" else reason.name
        for name in ("source", "until", "photos"):
            if about.get(name):
                yield say(f"casepage.about_{name}", words=about[name])
        master = self._console.store.cases.numbered(about.get("master", ""))
        if master and self._visible([master], seat):
            yield say("casepage.about_master", words=master.number)
        for name in ("solved", "satisfied"):
            if about.get(name):
                yield say(f"staff.{name}_{about[name]}")

    def _linked(self, event: Event, seat: Seat) -> Iterator[str]:
        """The commitments that were named, or that there is none."""
        for commitment_id in event.reason.split():
            commitment = self._console.index().commitments.get(commitment_id)
            label = self._console.names.label(seat.language, commitment) if commitment else ""
            yield label or commitment_id
        if not event.reason:
            yield self._console.words(seat.language)("casepage.no_commitment")

    def _part(
        self, one: Assignment, timers: Sequence[CaseTimer], seat: Seat, *, at: datetime
    ) -> Part:
        is_returned = one.state is AssignmentState.RETURNED and one.return_asked is Asked.OPEN
        return Part(
            one,
            tuple(self._dues(timers, one.id, seat, at=at)),
            is_returning=is_returned,
            is_extending=one.is_open and one.extension_asked is Asked.OPEN,
        )

    def _dues(
        self, timers: Sequence[CaseTimer], assignment_id: int | None, seat: Seat, *, at: datetime
    ) -> list[Due]:
        say = self._console.words(seat.language)
        return [
            due_of(NextDue(one.name, one.started_at, one.due_at), say, at=at)
            for one in timers
            if one.assignment_id == assignment_id and one.due_at is not None
        ]

    def _promises(self, case: Case, seat: Seat) -> Iterator[Promise]:
        store, at = self._console.store, self._console.now()
        for commitment_id, standing in store.cases.commitments(case.id).items():
            if standing == "dropped":
                continue
            others = store.queue.page(
                Filters(commitment=commitment_id),
                seat.reader,
                at=at,
                sort="newest",
                most=OTHER_CASES_SHOWN + 1,
            )
            yield Promise(
                commitment_id,
                standing == "confirmed",
                self._console.index().commitments.get(commitment_id),
                tuple(row for row in others.rows if row.id != case.id)[:OTHER_CASES_SHOWN],
                others.total - 1,
            )

    def _alike(self, case: Case, seat: Seat) -> Iterator[Alike]:
        store = self._console.store
        say = self._console.words(seat.language)
        hints = store.cases.similar(case.id)
        cases = {one.id: one for one in store.cases.these([hint.case_id for hint in hints])}
        for hint in hints:
            other = cases[hint.case_id]
            if store.queue.may_see(other.id, seat.reader):
                reasons = tuple(say(f"staff.reason_{reason}") for reason in hint.reasons)
                yield Alike(other, reasons, round(hint.score * 100))

    def _visible(self, cases: Sequence[Case], seat: Seat) -> list[Case]:
        queue = self._console.store.queue
        return [one for one in cases if queue.may_see(one.id, seat.reader)]

    def _one(self, case_id: int | None, seat: Seat) -> Case | None:
        case = self._console.store.cases.known(case_id) if case_id is not None else None
        return next(iter(self._visible([case], seat)), None) if case else None
