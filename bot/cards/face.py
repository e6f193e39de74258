"""What a card says and offers: a case as it stands, for a group or for one member of staff."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot.cases import (
    Asked,
    Assignment,
    AssignmentState,
    Call,
    Case,
    CaseError,
    CaseState,
    Event,
    MoveNotAllowed,
    Role,
    Staff,
    StaleCard,
    is_all_done,
    leads_of,
)
from bot.masking import masked
from bot.messages import Button, Reply, utf16_units
from bot.moves import ACTIONS, PROGRESS_ROLES, actions_of
from bot.naming import Names, local_day, local_time
from bot.service import Service
from bot.store import CaseTimer, Store
from bot.wording import Language, Wording, plain
from index import Commitment

_WORDS_CHARS = (3000, 1200, 400)
"""How much of the resident's words a card shows; less where the whole would not fit."""
_MOST_UNITS = 4000
_OUTCOME_CHARS = 200
_SIMILAR_SHOWN = 3
_COLUMNS = 3
_FIRST = (
    *("accept", "sign", "done", "dispatch", "reply", "grant_return", "refuse_return"),
    *("grant_extension", "refuse_extension", "answer", "ask_info", "supplement", "resume"),
)
"""The buttons that lead on come first; the others follow in the order of the moves."""
_HIDDEN = ("note", "warn", "close_unrated", "follow_master")
"""What a role may do and a card has no button for: words are written in reply to it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a card: the roles whose buttons it has, and the handler's unit.

    Attributes:
        sees_words: of a confidential case, and others' unmasked; a group does not.
    """

    roles: tuple[Role, ...]
    unit: str = ""
    sees_words: bool = True

    @classmethod
    def group(cls) -> "Reader":
        """A staff group: the dispatchers' and supervisors' buttons, each checked again when it is
        tapped. Handlers have theirs on the cards in their private chats."""
        return cls((Role.DISPATCHER, Role.SUPERVISOR), sees_words=False)

    @classmethod
    def member(cls, member: Staff) -> "Reader":
        """One member of staff, in her private chat."""
        return cls((member.role,), member.unit)

    def sees(self, case: Case) -> bool:
        """Whether this reader may know what a case is about: of a confidential one, before many
        eyes, neither what nor where."""
        return self.sees_words or not case.is_confidential

    def shown(self, text: str) -> str:
        """Words as this reader may see them: before many eyes nothing tells who somebody is."""
        return text if self.sees_words else masked(text)


class Face:
    """Turns a case into a card; reads the database and writes nothing."""

    def __init__(
        self,
        *,
        store: Store,
        wording: Wording,
        service: Service,
        commitment: Callable[[str], Commitment | None],
    ) -> None:
        self._store = store
        self._wording = wording
        self._service = service
        self.commitment = commitment
        self.names = Names(wording, service)

    def say(self, language: Language, key: str, **values: object) -> Markup:
        """One message of the wording's table `staff`, fit to stand in another one."""
        return Markup(self._wording.text(language, f"staff.{key}", **values))  # noqa: S704

    def has(self, key: str) -> bool:
        """Whether the wording's table `staff` has this message."""
        return f"staff.{key}" in self._wording.keys

    def card(
        self,
        language: Language,
        case: Case,
        reader: Reader,
        *,
        headline: str = "",
        at: datetime,
    ) -> Reply:
        """The card of a case as it stands.

        Args:
            headline: what has just happened, shown first.
        """
        is_hidden = not reader.sees(case)
        values = self._values(language, case, reader, at=at)
        if is_hidden:
            values |= self._hidden(language, values)
        for most in _WORDS_CHARS:
            words = "" if is_hidden else excerpt(reader.shown(case.matter.text), most)
            text = self.say(
                language, "card", headline=headline, words=words, hidden=is_hidden, **values
            )
            if utf16_units(text) <= _MOST_UNITS:
                break
        buttons = self._rows(language, case, reader, is_hidden=is_hidden)
        return Reply(text, buttons=buttons, case_id=case.id, is_protected=True)

    def state(self, language: Language, case: Case) -> str:
        """What staff read of where a case stands."""
        return self.say(language, f"state_{case.state}")

    def last_step(self, language: Language, case: Case) -> str:
        """What was done to a case last, by whom and when."""
        event = self._store.cases.last_event(case.id)
        return self.step(language, event) if event else ""

    def step(self, language: Language, event: Event) -> str:
        """One step of a case's history in a line."""
        return self.say(
            language,
            "step",
            action=self.did(language, event.action),
            actor=self.actor(language, event.actor),
            time=local_time(event.at),
        )

    def did(self, language: Language, action: str) -> str:
        """What an action did, in a word or two."""
        return Markup(self._wording.text(language, f"did.{action}"))  # noqa: S704

    def actor(self, language: Language, actor: str) -> str:
        """Who took a step: a member of staff by name, else `resident` or `system`."""
        kind, _, number = actor.partition(" ")
        if kind != "staff":
            return self.say(language, f"actor_{kind}")
        member = self._store.staff.get(int(number))
        return member.name if member else actor

    def refusal(self, language: Language, error: CaseError) -> str:
        """Why nothing happened, in a sentence or two without tags."""
        case_id = error.case_id if isinstance(error, StaleCard) else 0
        why, action = "stale", ""
        if isinstance(error, MoveNotAllowed):
            case_id, why = error.subject_id, error.why
            is_known = error.action in (*ACTIONS, "progress")
            action = self.did(language, error.action) if is_known else ""
        case = self._store.cases.known(case_id)
        text = self.say(
            language,
            f"refused_{why}",
            action=action,
            state=self.state(language, case) if case else "",
            last=self.last_step(language, case) if case else "",
        )
        return plain(text)

    # What it says

    def _values(
        self, language: Language, case: Case, reader: Reader, *, at: datetime
    ) -> dict[str, Any]:
        matter, names = case.matter, self.names
        timers = self._store.timers.running(case.id)
        whole = [one for one in timers if one.assignment_id is None and one.due_at]
        return {
            "number": case.number,
            "state": self.state(language, case),
            "kind": names.kind(language, matter.kind),
            "category": names.category(language, matter.category),
            "urgency": names.urgency(language, matter.urgency),
            "danger": matter.is_danger,
            "place": reader.shown(names.place(language, matter)),
            "photos": case.photos,
            "submitted": local_time(case.submitted_at),
            "clocks": [self._clock(language, one, at=at) for one in whole],
            "commitments": self._commitments(language, case),
            "assignments": [
                self._assignment(language, one, timers, reader, at=at)
                for one in self._store.assignments.of_case(case.id)
            ],
            "added": self._added(case, reader),
            "rework": case.rework,
            "judged": self._judged(language, case),
            "ledger": local_day(case.ledger_until) if case.ledger_until else "",
            "master": self._number(case.master_id, reader),
            "same_as": self._number(case.same_as, reader),
            "merged": len(self._store.cases.of_master(case.id)),
            "similar": self._similar(language, case, reader),
            "delivery": self._delivery(language, case),
            "last": self.last_step(language, case),
        }

    def _hidden(self, language: Language, values: Mapping[str, Any]) -> dict[str, object]:
        """What stands in the place of all that could tell who reported what, and where."""
        said = {"outcome": "", "returning": "", "extending": "", "call": None}
        return {
            "place": self.say(language, "hidden_place"),
            "added": [],
            "similar": [],
            "same_as": "",
            "master": "",
            "commitments": [],
            "assignments": [one | said for one in values["assignments"]],
        }

    def _clock(self, language: Language, one: CaseTimer, *, at: datetime) -> dict[str, object]:
        return {
            "name": self.say(language, f"clock_{one.name}"),
            "due": local_time(one.due_at) if one.due_at else "",
            "overdue": one.due_at is not None and one.due_at < at,
        }

    def _assignment(
        self,
        language: Language,
        one: Assignment,
        timers: Sequence[CaseTimer],
        reader: Reader,
        *,
        at: datetime,
    ) -> dict[str, object]:
        due_at = next(
            (
                timer.due_at
                for timer in timers
                if timer.assignment_id == one.id
                and timer.name == ("sign" if one.state is AssignmentState.PENDING else "done")
            ),
            None,
        )

        def asked(ruling: Asked, reason: str) -> str:
            return excerpt(reader.shown(reason), _OUTCOME_CHARS) if ruling is Asked.OPEN else ""

        return {
            "unit": self.names.unit(language, one.unit),
            "lead": one.is_lead,
            "state": self.say(language, f"assignment_{one.state}"),
            "due": local_time(due_at) if due_at and one.is_open else "",
            "overdue": due_at is not None and one.is_open and due_at < at,
            "outcome": excerpt(reader.shown(one.outcome), _OUTCOME_CHARS),
            "returning": asked(one.return_asked, one.return_reason),
            "extending": asked(one.extension_asked, one.extension_reason),
            "call": _short_call(one.call, reader) if one.call else None,
        }

    def _commitments(self, language: Language, case: Case) -> list[str]:
        found: list[str] = []
        for commitment_id, standing in self._store.cases.commitments(case.id).items():
            if standing != "dropped":
                commitment = self.commitment(commitment_id)
                label = self.names.label(language, commitment, most=60) if commitment else ""
                found.append(
                    self.say(language, f"commitment_{standing}", label=label or commitment_id)
                )
        return found

    def _added(self, case: Case, reader: Reader) -> list[str]:
        """The latest of what the resident said after she filed it."""
        said = [
            event.reason
            for event in self._store.cases.events(case.id)
            if event.action in ("add_words", "reword", "dispute", "object") and event.reason
        ]
        return [excerpt(reader.shown(words), _OUTCOME_CHARS) for words in said[-2:]]

    def _judged(self, language: Language, case: Case) -> str:
        parts = []
        if case.solved:
            parts.append(self.say(language, f"solved_{case.solved}"))
        if case.satisfied:
            parts.append(self.say(language, f"satisfied_{case.satisfied}"))
        return " · ".join(parts)

    def others(self, case_ids: Iterable[int], reader: Reader) -> dict[int, Case]:
        """Cases that are named beside another one, by id, without those that may not be: that a
        confidential one is like a case whose place can be read tells where it was."""
        found = self._store.cases.these(list(case_ids))
        return {one.id: one for one in found if reader.sees(one) and self._is_known(one, reader)}

    def _is_known(self, case: Case, reader: Reader) -> bool:
        """Whether a reader knows of a case anyhow: a confidential one is its own units' alone."""
        if not case.is_confidential or not reader.unit:
            return True
        parts = self._store.assignments.of_case(case.id)
        return any(one.unit == reader.unit and one.is_live for one in parts)

    def _number(self, case_id: int | None, reader: Reader) -> str:
        found = self.others([case_id], reader) if case_id is not None else {}
        return "".join(case.number for case in found.values())

    def _similar(self, language: Language, case: Case, reader: Reader) -> list[dict[str, object]]:
        hints = self._store.cases.similar(case.id)
        cases = self.others([one.case_id for one in hints], reader)
        shown = [one for one in hints if one.case_id in cases][:_SIMILAR_SHOWN]
        return [
            {
                "number": cases[hint.case_id].number,
                "state": self.state(language, cases[hint.case_id]),
                "score": f"{hint.score:.0%}",
                "reasons": [self.say(language, f"reason_{reason}") for reason in hint.reasons],
            }
            for hint in shown
        ]

    def _delivery(self, language: Language, case: Case) -> str:
        state = self._store.outbox.delivery(case.id, case.resident_id)
        is_worth_saying = state in ("refused", "unreachable")
        return self.say(language, f"delivery_{state}") if is_worth_saying else ""

    # What it offers

    def _rows(
        self, language: Language, case: Case, reader: Reader, *, is_hidden: bool
    ) -> tuple[tuple[Button, ...], ...]:
        verbs = list(self.verbs(case, reader))
        if is_hidden:
            verbs = ["read"]
        elif any(reader.shown(words) != words for words in (case.matter.text, case.matter.place)):
            verbs.append("read")
        buttons = [self.button(language, case, verb) for verb in verbs]
        return tuple(tuple(buttons[at : at + _COLUMNS]) for at in range(0, len(buttons), _COLUMNS))

    def button(
        self, language: Language, case: Case, verb: str, *, choice: str = "", label: str = ""
    ) -> Button:
        """A button of a card; a choice goes with the verb."""
        action = f"k:{case.id}:{case.version}:{verb}" + (f"={choice}" if choice else "")
        return Button(label or self.say(language, f"do_{verb}"), action)

    def verbs(self, case: Case, reader: Reader) -> Iterator[str]:
        """What this reader may do next, as far as the case itself tells; the desk has the last
        word."""
        if case.is_emptied:
            return
        assignments = self._store.assignments.of_case(case.id)
        allowed = dict.fromkeys(
            action for role in reader.roles for action in actions_of(role, case.state)
        )
        ordered = [action for action in _FIRST if action in allowed]
        for action in dict.fromkeys([*ordered, *allowed]):
            if action not in _HIDDEN and self._is_sensible(action, case, assignments, reader.unit):
                yield action
        if set(reader.roles) & set(PROGRESS_ROLES) and self.commitment_of(case):
            yield "progress"

    def commitment_of(self, case: Case) -> str:
        """The commitment that staff say a case is about first of all; empty for none."""
        standings = self._store.cases.commitments(case.id).items()
        return next((one for one, standing in standings if standing == "confirmed"), "")

    def _is_sensible(
        self, action: str, case: Case, assignments: Sequence[Assignment], unit: str
    ) -> bool:
        parts = [one for one in assignments if not unit or one.unit == unit]
        open_parts = [one for one in parts if one.is_open]
        match action:
            case "sign":
                return any(one.state is AssignmentState.PENDING for one in parts)
            case "done":
                return any(one.state is AssignmentState.SIGNED for one in parts)
            case "ask_return":
                return any(one.return_asked is Asked.NEVER for one in open_parts)
            case "ask_extension":
                return any(one.extension_asked is Asked.NEVER for one in open_parts)
            case "grant_return" | "refuse_return":
                return any(one.return_asked is Asked.OPEN for one in parts)
            case "grant_extension" | "refuse_extension":
                return any(one.extension_asked is Asked.OPEN for one in open_parts)
            case "cancel":
                others = [one for one in assignments if one.is_open and not one.is_lead]
                return len(leads_of(case, assignments)) > 1 or bool(others)
            case "reply":
                return is_all_done(case, assignments)
            case "link":
                return bool(self._store.cases.commitments(case.id))
            case "urge":
                return any(one.is_open for one in parts)
            case "ask_info" | "contact" if unit:
                return bool(open_parts) or case.state is CaseState.NEED_INFO
            case _:
                return True


def _short_call(call: Call, reader: Reader) -> Call:
    return Call(
        excerpt(reader.shown(call.matter), _OUTCOME_CHARS),
        excerpt(reader.shown(call.goal), _OUTCOME_CHARS),
        excerpt(reader.shown(call.staff_needed), _OUTCOME_CHARS),
    )


def excerpt(text: str, most: int) -> str:
    """The beginning of a text; a dot in its place says that there is more."""
    return text if len(text) <= most else f"{text[:most].rstrip()}…"
