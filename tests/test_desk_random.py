"""Whatever everybody does, in whatever order, while time goes by: no sequence of steps leaves the
allowed set, loses history, or does anything that its actor may not do."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from bot import desk
from bot.cases import (
    ENDED_STATES,
    SYSTEM,
    TIME_ZONE,
    Actor,
    Asked,
    Assignment,
    AssignmentState,
    Case,
    CaseError,
    CaseState,
    Event,
    Kind,
    Role,
    Satisfied,
    Solved,
    Urgency,
)
from bot.desk import To
from bot.moves import ASSIGNMENT_MOVES, actions_of
from tests.casework import CALL, LAMP, PARKS, STREETS, new_hall

S, A = CaseState, AssignmentState
T = TypeVar("T")
MOST_CASES = 7
STEPS_OF_A_STORY = 100
UNTIL_REPLIED = (S.SUBMITTED, S.NEED_INFO, S.ACCEPTED, S.IN_PROGRESS, S.LEDGER)
WITHOUT_UNITS = (S.SUBMITTED, S.ANSWERED, S.REJECTED, S.MERGED, S.ACCEPTED)
CLOCKS = {
    **dict.fromkeys(ENDED_STATES, ()),
    S.MERGED: (),
    S.SUBMITTED: ("accept",),
    S.ACCEPTED: ("dispatch",),
    S.ANSWERED: ("rating",),
    S.REPLIED: ("rating",),
}
"""Which clocks run where the state alone tells."""
CLOSING = {("confirm", "resident"), ("rate", "resident"), ("close_unrated", "system")}
DISPATCHES = (
    (To(STREETS),),
    (To(PARKS),),
    (To(STREETS), To(PARKS)),
    (To(STREETS), To(PARKS, is_lead=False)),
)
SUPPORT = (To(PARKS, is_lead=False),)
CALLS = ((To(STREETS, True, CALL),), (To(PARKS, False, CALL),))
SPANS = [timedelta(minutes=1), timedelta(hours=3), timedelta(days=1), timedelta(days=8)]


class Draw:
    """What a step's values are chosen with.

    Attributes:
        part_id: the part that the step is about; None for any.
        is_apt: such values that nothing but the case stands against the step.
    """

    def __init__(
        self,
        random: Random,
        parts: Sequence[Assignment],
        cases: Sequence[Case],
        now: datetime,
        part_id: int | None = None,
        *,
        is_apt: bool = False,
    ) -> None:
        self._random = random
        self._parts = parts
        self._cases = cases
        self._today = now.astimezone(TIME_ZONE).date()
        self._part_id = part_id
        self._is_apt = is_apt

    def one(self, choices: Sequence[T]) -> T:
        """One of these."""
        return self._random.choice(choices)

    def apt(self, good: Sequence[T], bad: T) -> T:
        """One of the good ones, or perhaps the bad one."""
        return self.one([*good] if self._is_apt else [*good, bad])

    def words(self) -> str:
        """Some words, or none."""
        return self.apt(["路灯。"], " ")

    def part(self) -> int:
        """A part of the case, if it has one."""
        if self._part_id is not None:
            return self._part_id
        return self.one([one.id for one in self._parts] or [0])

    def other(self) -> int:
        """Any case."""
        return self.one([case.id for case in self._cases])

    def day(self) -> date:
        """A day soon after, or today."""
        return self._today + timedelta(days=self.apt([1, 3], 0))


Step = Callable[..., Case]
Values = tuple[Step, tuple[Any, ...], dict[str, Any]]


def _words(step: Step) -> Callable[[Draw], Values]:
    return lambda draw: (step, (draw.words(),), {})


def _part(step: Step) -> Callable[[Draw], Values]:
    return lambda draw: (step, (draw.part(),), {})


def _part_and_words(step: Step) -> Callable[[Draw], Values]:
    return lambda draw: (step, (draw.part(), draw.words()), {})


def _judged(draw: Draw) -> Values:
    if draw.one([True, False]):
        return desk.judge_solved, (draw.one(list(Solved)),), {}
    return desk.judge_satisfied, (draw.one(list(Satisfied)),), {}


def _solved(draw: Draw) -> Values:
    return desk.judge_solved, (Solved.YES,), {}


STEPS: dict[str, Callable[[Draw], Values]] = {
    "ask_info": _words(desk.ask_info),
    "supplement": _words(desk.supplement),
    "answer": lambda draw: (desk.answer, (draw.words(),), {"source": draw.words()}),
    "confirm": _solved,
    "rate": _solved,
    "judge": _judged,
    "dispute": _words(desk.dispute),
    "reject": lambda draw: (desk.reject, (draw.apt(["litigation"], "none"),), {}),
    "object": _words(desk.object_to_rejection),
    "merge": lambda draw: (desk.merge, (draw.other(),), {}),
    "unmerge": lambda draw: (desk.unmerge, (), {}),
    "accept": lambda draw: (desk.accept, (), {"urgency": draw.one([None, *Urgency])}),
    "classify": lambda draw: (desk.classify, (), {"urgency": draw.one([None, *Urgency])}),
    "dispatch": lambda draw: (desk.dispatch, (draw.apt(DISPATCHES, SUPPORT),), {}),
    "call": lambda draw: (desk.call, (draw.apt(CALLS, DISPATCHES[0]),), {}),
    "reply": lambda draw: (
        desk.reply,
        (draw.words(),),
        {"answered": draw.apt([frozenset({0})], frozenset())},
    ),
    "put_on_ledger": lambda draw: (
        desk.put_on_ledger,
        (draw.words(),),
        {"until": draw.day()},
    ),
    "resume": lambda draw: (desk.resume, (), {}),
    "withdraw": _words(desk.withdraw),
    "add_words": _words(desk.add_words),
    "reword": _words(desk.reword),
    "add_photo": lambda draw: (desk.add_photos, (), {"count": 1}),
    "add_place": lambda draw: (desk.add_place, (30.5, 114.3), {}),
    "contact": _words(desk.contact),
    "note": _words(desk.note),
    "link": lambda draw: (desk.link, (), {"commitments": draw.one([[], ["a"], ["b", "a"]])}),
    "urge": _words(desk.urge),
    "supervise": _words(desk.supervise),
    "sign": _part(desk.sign),
    "done": _part_and_words(desk.done),
    "ask_return": _part_and_words(desk.ask_return),
    "grant_return": _part(desk.grant_return),
    "refuse_return": _part(desk.refuse_return),
    "cancel": _part(desk.cancel),
    "ask_extension": _part_and_words(desk.ask_extension),
    "grant_extension": _part(desk.grant_extension),
    "refuse_extension": _part(desk.refuse_extension),
}
LEADING_ON = (
    *("accept", "dispatch", "call", "sign", "done", "reply", "ask_return", "grant_return"),
    *("refuse_return", "cancel", "ask_extension", "grant_extension", "supplement", "answer"),
    *("merge", "unmerge", "dispute", "judge", "object", "put_on_ledger", "resume"),
)
"""What brings a case further; it is ended, or asked about, often enough without."""
TO_THE_REPLY = ("sign", "done", "reply")


class Desks:
    """Residents, staff and the clock at a desk with a few cases that stand here and there."""

    def __init__(self, random: Random) -> None:
        self.random = random
        hall = self.hall = new_hall()
        merged, master = hall.merged()
        hall.does(desk.accept, master, hall.dispatcher)
        self.cases = [
            hall.dispatched(to=[To(STREETS), To(PARKS)]),
            hall.replied(by=hall.neighbour),
            hall.answered(),
            merged,
            master,
        ]
        self.seen = {case.id: hall.events(case) for case in self.cases}
        self.people = [
            *(hall.resident, hall.neighbour, hall.dispatcher),
            *(hall.handler, hall.gardener, hall.supervisor, SYSTEM),
        ]

    # What happens

    def something_happens(self) -> None:
        """One of all that can: mostly what leads on."""
        (happens,) = self.random.choices(
            [self.leads_on, self.does_something_possible, self.tries, self.passes, self.files],
            weights=[65, 15, 10, 8, 2],
        )
        happens()

    def files(self) -> None:
        """A resident files a matter."""
        if len(self.cases) < MOST_CASES:
            by = self.random.choice([self.hall.neighbour, self.hall.resident])
            kind, is_danger = self.random.choice(list(Kind)), self.random.random() < 0.3
            matter = replace(LAMP, kind=kind, is_danger=is_danger, place="胭脂路")
            case = self.hall.files(matter, by=by)
            self.cases.append(case)
            self.seen[case.id] = self.hall.events(case)

    def leads_on(self) -> None:
        """Whoever has the next step, or one of them, takes it."""
        case = self._some_case()
        steps = list(self._next_steps(case))
        if steps:
            actions = sorted({action for _, action, _ in steps})
            weights = [4 if action in TO_THE_REPLY else 1 for action in actions]
            (action,) = self.random.choices(actions, weights)
            who, _, part_id = self.random.choice([one for one in steps if one[1] == action])
            self._acts(case, who, action, part_id, is_apt=True)

    def _next_steps(self, case: Case) -> Iterator[tuple[Actor, str, int | None]]:
        """Who may do what, to which part, as far as state and role tell."""
        parts = self.hall.parts(case)
        unfinished = [part for part in parts if part.is_open]
        for who in self.people:
            if who.role is Role.RESIDENT and who.resident_id != case.resident_id:
                continue
            for action in actions_of(who.role, case.state):
                if action in ASSIGNMENT_MOVES and action in LEADING_ON:
                    for part in parts:
                        is_its = who.role is not Role.HANDLER or part.unit == who.unit
                        if is_its and part.state in ASSIGNMENT_MOVES[action][0]:
                            yield who, action, part.id
                elif action in LEADING_ON and (action != "reply" or not unfinished):
                    yield who, action, None

    def does_something_possible(self) -> None:
        """Somebody does something that her role may do with a case as it stands."""
        case, who = self._some_case(), self.random.choice(self.people)
        possible = [name for name in actions_of(who.role, case.state) if name in STEPS]
        if possible:
            self._acts(case, who, self.random.choice(possible))

    def tries(self) -> None:
        """Somebody tries anything at all."""
        who, action = self.random.choice(self.people), self.random.choice(list(STEPS))
        self._acts(self._some_case(), who, action)

    def passes(self) -> None:
        """Time goes by, and then the clocks are looked at."""
        span = self.random.choice(SPANS)
        note(f"{span} go by")
        self.hall.clock.now += span
        self.hall.rounds()
        for case, event in self._new_events():
            assert event.actor == "system", (case, event)
            assert event.action in {"warn", "urge", "supervise", "close_unrated"}
        waiting = self.hall.store.timers.to_look_at(at=self.hall.clock.now, most=1)
        assert waiting == []

    def _some_case(self) -> Case:
        return self.hall.case(self.random.choice(self.cases))

    def _acts(
        self,
        case: Case,
        who: Actor,
        action: str,
        part_id: int | None = None,
        *,
        is_apt: bool = False,
    ) -> None:
        now, parts = self.hall.clock.now, self.hall.parts(case)
        draw = Draw(self.random, parts, self.cases, now, part_id, is_apt=is_apt)
        step, values, named = STEPS[action](draw)
        if self.random.random() < 0.05 and "seen" in step.__annotations__:
            named["seen"] = case.version - 1
        note(f"{who.role} {who.unit}: {action} {values} {named} of case {case.id}, {case.state}")
        before = self.hall.everything()
        try:
            after = self.hall.does(step, case, who, *values, **named)
        except CaseError:
            assert self.hall.everything() == before
            return
        assert "seen" not in named
        assert after == self.hall.case(case)
        self._check_events(case, who, "judge" if step in JUDGING else action)

    def _check_events(self, case: Case, who: Actor, action: str) -> None:
        """The step stands in the history once; what follows from it for others is the clock's."""
        new = self._new_events()
        hers = [event for one, event in new if one.id == case.id]
        others = [event for one, event in new if one.id != case.id]
        assert [event.actor for event in hers if event.action == action] == [str(who)]
        assert {event.actor for event in hers} == {str(who)}
        assert {event.actor for event in others} <= {"system"}
        follows = {"reply": {"follow_master"}, "withdraw": {"unmerge"}}.get(action, set())
        assert {event.action for event in others} <= follows
        if action == "withdraw":
            assert who.resident_id == case.resident_id
        if action == "reply":
            assert who.role in (Role.DISPATCHER, Role.SUPERVISOR)

    def _new_events(self) -> list[tuple[Case, Event]]:
        """What was added to the histories since they were last looked at; all before stands."""
        new = []
        for case in self.cases:
            seen, events = self.seen[case.id], self.hall.events(case)
            assert events[: len(seen)] == seen
            for earlier, event in zip(events[len(seen) - 1 :], events[len(seen) :], strict=False):
                if event.state == S.CLOSED != earlier.state:
                    assert (event.action, event.actor) in CLOSING
                if event.state == S.WITHDRAWN != earlier.state:
                    assert (event.action, event.actor) == ("withdraw", "resident")
                new.append((case, event))
            self.seen[case.id] = events
        return new

    # What is always so

    def everything_fits_together(self) -> None:
        """Each case, its units' parts, its clocks and its history tell the same story."""
        for case in map(self.hall.case, self.cases):
            events = self.hall.events(case)
            assert events == self.seen[case.id]
            assert (events[-1].state, len(events)) == (case.state, case.version + 1)
            self._check_merging(case)
            self._check_parts(case)
            self._check_clocks(case)

    def _check_merging(self, case: Case) -> None:
        if case.state is not S.MERGED:
            return
        assert case.master_id is not None
        assert self.hall.store.cases.get(case.master_id).state in UNTIL_REPLIED
        assert self.hall.store.cases.of_master(case.id) == []

    def _check_parts(self, case: Case) -> None:
        parts = self.hall.parts(case)
        stands = case.earlier_state if case.state is S.NEED_INFO else case.state
        if stands in WITHOUT_UNITS:
            assert parts == []
        if case.state is S.WITHDRAWN:
            kept = [part for part in parts if part.return_asked is not Asked.GRANTED]
            assert {part.state for part in kept} <= {A.DONE, A.CANCELLED}
        if case.state in (S.REPLIED, S.CLOSED):
            leads = leads_now(case, parts)
            assert {part.state for part in leads} <= {A.DONE}
        serving = [part.unit for part in parts if part.is_open and part.round == case.rework]
        assert len(set(serving)) == len(serving)

    def _check_clocks(self, case: Case) -> None:
        timers = self.hall.timers(case)
        names = sorted(timer.name for timer in timers if timer.assignment_id is None)
        if case.state in CLOCKS:
            assert (*(timer.name for timer in timers),) == CLOCKS[case.state]
        assert names == sorted(set(names))
        assert ("info" in names) == (case.state is S.NEED_INFO)
        work = [timer for timer in timers if timer.name != "info"]
        paused = {timer.timer.running_since is None for timer in work}
        assert paused <= {case.state is S.NEED_INFO}
        assert ("ledger" in names) == (case.state is S.LEDGER)
        if case.state is S.IN_PROGRESS:
            leads = leads_now(case, self.hall.parts(case))
            assert ("dispatch" in names) == (not leads)


JUDGING = (desk.judge_solved, desk.judge_satisfied)


def leads_now(case: Case, parts: Sequence[Assignment]) -> list[Assignment]:
    """The leads of a case's last round, those among them whose return nobody has ruled on."""
    return [
        part
        for part in parts
        if part.is_lead
        and part.round == case.rework
        and (part.is_live or (part.state is A.RETURNED and part.return_asked is Asked.OPEN))
    ]


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),  # a seed cannot be shrunk; the steps are told as they were taken
    suppress_health_check=[HealthCheck.too_slow],
)
@given(random=st.randoms(use_true_random=True))
def test_whatever_happens_at_the_desk_everything_fits_together(random: Random) -> None:
    desks = Desks(random)
    for _ in range(STEPS_OF_A_STORY):
        desks.something_happens()
        desks.everything_fits_together()
    desks.hall.store.close()
