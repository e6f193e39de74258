"""Who may do what: every action of the desk is tried by everybody, and what is refused leaves
nothing behind."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from bot import desk
from bot.cases import (
    SYSTEM,
    Actor,
    Case,
    MoveNotAllowed,
    Role,
    Satisfied,
    Solved,
    StaleCard,
)
from bot.desk import To
from bot.desk.office import checked
from bot.moves import ACTIONS
from tests.casework import CALL, PARKS, STREETS, Hall, new_hall

WHO = (
    *("resident", "neighbour", "nobody", "dispatcher"),
    *("handler", "gardener", "unitless", "supervisor", "system"),
)
"""The columns of the table: `neighbour` is another resident, `nobody` a resident without a number,
`gardener` a handler of a unit that has no part, `unitless` a handler without a unit."""
TABLE = """
#                 res nei nob dis han gar unl sup sys
ask_info           -   -   -  yes yes  u   u   -   -
supplement        yes  h   h  yes  -   -   -   -   -
answer             -   -   -  yes  -   -   -   -   -
confirm           yes  h   h   -   -   -   -   -   -
dispute           yes  h   h   -   -   -   -   -   -
reject             -   -   -  yes  -   -   -   -   -
object            yes  h   h   -   -   -   -   -   -
merge              -   -   -  yes  -   -   -   -   -
unmerge            -   -   -  yes  -   -   -   -  yes
accept             -   -   -  yes  -   -   -   -   -
dispatch           -   -   -  yes  -   -   -   -   -
call               -   -   -  yes  -   -   -   -   -
reply              -   -   -  yes  -   -   -  yes  -
rate              yes  h   h   -   -   -   -   -   -
put_on_ledger      -   -   -   -   -   -   -  yes  -
resume             -   -   -   -   -   -   -  yes  -
withdraw          yes  h   h   -   -   -   -   -   -
judge             yes  h   h   -   -   -   -   -   -
judge_satisfied   yes  h   h   -   -   -   -   -   -
add_words         yes  h   h   -   -   -   -   -   -
reword            yes  h   h   -   -   -   -   -   -
add_photo         yes  h   h   -   -   -   -   -   -
add_place         yes  h   h   -   -   -   -   -   -
contact            -   -   -  yes yes  u   u   -   -
note               -   -   -  yes yes  u   u  yes  -
classify           -   -   -  yes  -   -   -   -   -
link               -   -   -  yes  -   -   -  yes  -
urge               -   -   -  yes  -   -   -  yes yes
supervise          -   -   -   -   -   -   -  yes yes
sign               -   -   -   -  yes  u   u   -   -
done               -   -   -   -  yes  u   u   -   -
ask_return         -   -   -   -  yes  u   u   -   -
grant_return       -   -   -  yes  -   -   -   -   -
refuse_return      -   -   -  yes  -   -   -   -   -
cancel             -   -   -  yes  -   -   -   -   -
ask_extension      -   -   -   -  yes  u   u   -   -
grant_extension    -   -   -  yes  -   -   -  yes  -
refuse_extension   -   -   -  yes  -   -   -  yes  -
"""
"""`yes`, or what stands against it: `-` the role, `u` the unit, `h` that the case is not hers."""
WHY = {"-": "role", "u": "unit", "h": "not_hers"}
BY_THE_CLOCK = ("close_unrated", "follow_master", "warn")
"""What no function of the desk does for anybody."""


def _lines() -> Iterator[tuple[str, list[str]]]:
    for line in TABLE.strip().splitlines()[1:]:
        name, *cells = line.split()
        yield name, cells


RIGHTS = [
    (name, who, cell) for name, cells in _lines() for who, cell in zip(WHO, cells, strict=True)
]
ALLOWED = [(name, who) for name, who, cell in RIGHTS if cell == "yes"]
FORBIDDEN = [(name, who, WHY[cell]) for name, who, cell in RIGHTS if cell != "yes"]


@dataclass(frozen=True)
class Attempt:
    """How an action is tried: on a case that stands there, with these values.

    Attributes:
        action: its event's name, if it is not the attempt's.
    """

    place: Callable[[Hall], Case]
    step: Callable[..., Case]
    values: Callable[[Hall, Case], tuple[object, ...]] = lambda hall, case: ()
    named: Mapping[str, object] = field(default_factory=dict)
    action: str = ""


def _words(hall: Hall, case: Case) -> tuple[object, ...]:
    return ("请看一下。",)


def _part(hall: Hall, case: Case) -> tuple[object, ...]:
    return (hall.part(case).id,)


def _part_and_words(hall: Hall, case: Case) -> tuple[object, ...]:
    return (hall.part(case).id, "已办。")


def _signed(hall: Hall) -> Case:
    case = hall.dispatched()
    return hall.does(desk.sign, case, hall.handler, hall.part(case).id)


def _done(hall: Hall) -> Case:
    return hall.finishes(hall.dispatched())


def _returned(hall: Hall) -> Case:
    case = hall.dispatched()
    return hall.does(desk.ask_return, case, hall.handler, hall.part(case).id, "不归我们。")


def _extending(hall: Hall) -> Case:
    case = hall.dispatched()
    return hall.does(desk.ask_extension, case, hall.handler, hall.part(case).id, "等备件。")


def _with_two_leads(hall: Hall) -> Case:
    return hall.dispatched(to=[To(STREETS), To("housing")])


ATTEMPTS: dict[str, Attempt] = {
    "ask_info": Attempt(Hall.dispatched, desk.ask_info, _words),
    "supplement": Attempt(Hall.asked, desk.supplement, _words),
    "answer": Attempt(Hall.files, desk.answer, _words, {"source": "报告第 3 页"}),
    "confirm": Attempt(Hall.answered, desk.judge_solved, lambda hall, case: (Solved.YES,)),
    "dispute": Attempt(Hall.replied, desk.dispute, _words),
    "reject": Attempt(Hall.files, desk.reject, lambda hall, case: ("litigation",)),
    "object": Attempt(Hall.rejected, desk.object_to_rejection, _words),
    "merge": Attempt(Hall.files, desk.merge, lambda hall, case: (hall.files().id,)),
    "unmerge": Attempt(lambda hall: hall.merged()[0], desk.unmerge),
    "accept": Attempt(Hall.files, desk.accept),
    "dispatch": Attempt(Hall.accepted, desk.dispatch, lambda hall, case: ([To(STREETS)],)),
    "call": Attempt(Hall.accepted, desk.call, lambda hall, case: ([To(STREETS, True, CALL)],)),
    "reply": Attempt(_done, desk.reply, _words, {"answered": frozenset({0})}),
    "rate": Attempt(Hall.replied, desk.judge_solved, lambda hall, case: (Solved.YES,)),
    "put_on_ledger": Attempt(
        Hall.dispatched, desk.put_on_ledger, _words, {"until": date(2026, 9, 21)}
    ),
    "resume": Attempt(Hall.on_ledger, desk.resume),
    "withdraw": Attempt(Hall.files, desk.withdraw, _words),
    "judge": Attempt(Hall.replied, desk.judge_solved, lambda hall, case: (Solved.NO,)),
    "judge_satisfied": Attempt(
        Hall.replied, desk.judge_satisfied, lambda hall, case: (Satisfied.NO,), action="judge"
    ),
    "add_words": Attempt(Hall.files, desk.add_words, _words),
    "reword": Attempt(Hall.files, desk.reword, _words),
    "add_photo": Attempt(Hall.files, desk.add_photos, named={"count": 1}),
    "add_place": Attempt(Hall.files, desk.add_place, lambda hall, case: (30.5, 114.3)),
    "contact": Attempt(Hall.dispatched, desk.contact, _words),
    "note": Attempt(Hall.dispatched, desk.note, _words),
    "classify": Attempt(Hall.files, desk.classify, named={"category": "education"}),
    "link": Attempt(Hall.files, desk.link, named={"commitments": ["gov2026-001"]}),
    "urge": Attempt(Hall.dispatched, desk.urge),
    "supervise": Attempt(Hall.dispatched, desk.supervise),
    "sign": Attempt(Hall.dispatched, desk.sign, _part),
    "done": Attempt(_signed, desk.done, _part_and_words),
    "ask_return": Attempt(Hall.dispatched, desk.ask_return, _part_and_words),
    "grant_return": Attempt(_returned, desk.grant_return, _part),
    "refuse_return": Attempt(_returned, desk.refuse_return, _part),
    "cancel": Attempt(_with_two_leads, desk.cancel, _part),
    "ask_extension": Attempt(Hall.dispatched, desk.ask_extension, _part_and_words),
    "grant_extension": Attempt(_extending, desk.grant_extension, _part),
    "refuse_extension": Attempt(_extending, desk.refuse_extension, _part),
}


@pytest.fixture
def hall() -> Iterator[Hall]:
    """A hall with a group of staff."""
    hall = new_hall()
    hall.opens_a_group()
    yield hall
    hall.store.close()


def actor_called(hall: Hall, who: str) -> Actor:
    """Whoever stands in a column of the table."""
    others = {
        "nobody": Actor(Role.RESIDENT),
        "unitless": Actor(Role.HANDLER, staff_id=hall.handler.staff_id),
        "system": SYSTEM,
    }
    return others[who] if who in others else getattr(hall, who)


def test_the_table_of_rights_names_every_action() -> None:
    names = [name for name, _ in _lines()]
    assert names == list(ATTEMPTS)
    actions = {attempt.action or name for name, attempt in ATTEMPTS.items()}
    assert actions | set(BY_THE_CLOCK) == set(ACTIONS)


def test_every_function_of_the_desk_that_takes_an_actor_is_tried() -> None:
    functions = {
        getattr(desk, name)
        for name in desk.__all__
        if inspect.isfunction(getattr(desk, name))
        and "actor" in inspect.signature(getattr(desk, name)).parameters
    }
    tried = {attempt.step for attempt in ATTEMPTS.values()}
    assert tried == functions - {desk.reveal_identity}  # no step of a case: see test_reveal


@pytest.mark.parametrize(("name", "who"), ALLOWED)
def test_whoever_may_takes_the_step_and_it_stands_in_the_history_once(
    hall: Hall, name: str, who: str
) -> None:
    attempt, actor = ATTEMPTS[name], actor_called(hall, who)
    case = attempt.place(hall)
    values = attempt.values(hall, case)
    before = hall.events(case)
    after = hall.does(attempt.step, case, actor, *values, **attempt.named)
    events = hall.events(case)
    assert events[: len(before)] == before
    new = [event for event in events[len(before) :] if event.action == (attempt.action or name)]
    assert [(event.actor, event.at) for event in new] == [(str(actor), hall.clock.now)]
    assert {event.actor for event in events[len(before) :]} == {str(actor)}
    assert after == hall.case(case)
    assert (after.version, after.state) == (
        case.version + len(events) - len(before),
        events[-1].state,
    )


@pytest.mark.parametrize(("name", "who", "why"), FORBIDDEN)
def test_whoever_may_not_is_refused_and_nothing_changes(
    hall: Hall, name: str, who: str, why: str
) -> None:
    attempt, actor = ATTEMPTS[name], actor_called(hall, who)
    case = attempt.place(hall)
    values = attempt.values(hall, case)
    hall.refuses(why, attempt.step, case, actor, *values, **attempt.named)


@pytest.mark.parametrize("action", BY_THE_CLOCK)
@pytest.mark.parametrize("who", [who for who in WHO if who != "system"])
def test_the_clocks_steps_are_nobody_elses(hall: Hall, action: str, who: str) -> None:
    case = hall.files()
    with pytest.raises(MoveNotAllowed) as refused:
        checked(hall.office, case.id, action, actor_called(hall, who))
    assert refused.value.why == "role"


@pytest.mark.parametrize("name", ["sign", "ask_return", "ask_extension", "done"])
def test_a_handler_does_nothing_with_another_units_part(hall: Hall, name: str) -> None:
    case = hall.dispatched(to=[To(STREETS), To(PARKS, is_lead=False)])
    hall.does(desk.sign, case, hall.handler, hall.part(case).id)
    attempt = ATTEMPTS[name]
    values = attempt.values(hall, case)
    hall.refuses("unit", attempt.step, case, hall.gardener, *values)


@pytest.mark.parametrize("name", ["ask_info", "contact", "note"])
def test_a_unit_that_gave_its_part_back_has_no_rights_to_the_case(hall: Hall, name: str) -> None:
    case = _returned(hall)
    hall.does(desk.grant_return, case, hall.dispatcher, hall.part(case).id)
    hall.refuses("unit", ATTEMPTS[name].step, case, hall.handler, "还有一句。")


@pytest.mark.parametrize("name", ["ask_info", "contact", "note"])
def test_a_unit_whose_part_was_taken_back_has_no_rights_to_the_case(hall: Hall, name: str) -> None:
    case = _with_two_leads(hall)
    hall.does(desk.cancel, case, hall.dispatcher, hall.part(case).id)
    hall.refuses("unit", ATTEMPTS[name].step, case, hall.handler, "还有一句。")


def test_a_case_that_does_not_exist_is_refused_to_everybody(hall: Hall) -> None:
    gone = replace(hall.files(), id=999)
    for attempt in ATTEMPTS.values():
        if attempt.values is not _part and attempt.values is not _part_and_words:
            values = attempt.values(hall, gone)
            hall.refuses("gone", attempt.step, gone, hall.dispatcher, *values, **attempt.named)


@pytest.mark.parametrize("name", ["sign", "done", "ask_return", "ask_extension"])
def test_another_cases_part_is_not_this_ones(hall: Hall, name: str) -> None:
    case, other = _signed(hall), hall.dispatched()
    values = ATTEMPTS[name].values(hall, other)
    hall.refuses("gone", ATTEMPTS[name].step, case, hall.handler, *values)


SHOWN = [
    (name, who)
    for name, who in ALLOWED
    if "seen" in inspect.signature(ATTEMPTS[name].step).parameters
]


def test_every_step_of_staff_says_which_version_it_was_taken_on() -> None:
    staff = ("dispatcher", "handler", "gardener", "unitless", "supervisor")
    by_staff = {name for name, who in ALLOWED if who in staff}
    assert {name for name, _ in SHOWN} == by_staff


@pytest.mark.parametrize(("name", "who"), SHOWN)
def test_whoever_looks_at_an_older_version_is_refused(hall: Hall, name: str, who: str) -> None:
    attempt, actor = ATTEMPTS[name], actor_called(hall, who)
    case = attempt.place(hall)
    values = attempt.values(hall, case)
    seen = hall.case(case).version
    hall.does(desk.reword, case, hall.resident, "三个月零一天。")
    before = hall.everything()
    with pytest.raises(StaleCard, match=f"case {case.id} is at version {seen + 1}, not {seen}"):
        hall.does(attempt.step, case, actor, *values, **attempt.named, seen=seen)
    assert hall.everything() == before
    hall.does(attempt.step, case, actor, *values, **attempt.named, seen=seen + 1)
    assert (attempt.action or name) in hall.actions(case)
