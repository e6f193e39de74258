"""The same step for many cases at once: each is a step of its own, and told of if it fails."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import desk
from bot.cases import STAFF_ROLES, Actor, Case, CaseError, Role
from bot.desk import To
from bot.messages import row_number
from bot.moves import may_take
from bot.staffroom.choosing import usual_units
from bot.web.console.console import HOME, Console, Seat
from bot.web.console.forms import Form

ACTIONS = ("accept", "dispatch")
MOST_AT_ONCE = 200
USUAL = "usual"
"""Instead of one unit for all: each case to the unit that is most likely in charge of it."""
ROLES: tuple[Role, ...] = tuple(
    role for role in STAFF_ROLES if any(may_take(role, action) for action in ACTIONS)
)
"""Who may take one of these steps."""


@dataclass(frozen=True, slots=True)
class Picked:
    """A case as it was picked: what was seen of it."""

    case_id: int
    version: int

    @property
    def value(self) -> str:
        """As its box in the list has it."""
        return f"{self.case_id}.{self.version}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step for many cases; at first, of none.

    Attributes:
        done: what was done, in words; empty for nothing.
        failures: what was not, a sentence each.
        left: the boxes of the cases that were left as they were, to be ticked again.
        unit: what was chosen, to be shown again.
    """

    done: str = ""
    failures: Sequence[str] = ()
    left: frozenset[str] = field(default_factory=frozenset)
    unit: str = USUAL


ShowList = Callable[[Request, Seat, QueryParams, Outcome], Response]


class Bulk:
    """Accepts or dispatches the cases that were picked in a list."""

    def __init__(self, console: Console, show_list: ShowList) -> None:
        """Bulk steps of a list.

        Args:
            show_list: shows the list again that an address's query names, and the outcome.
        """
        self._console = console
        self._show_list = show_list

    def routes(self) -> list[Route]:
        """Its address, for the form and for who comes to it later."""
        seated = self._console.seated
        return [
            Route("/bulk", seated(self.on_posted, roles=ROLES), methods=["POST"]),
            Route("/bulk", seated(self.on_opened)),
        ]

    async def on_opened(self, request: Request, _: Seat) -> Response:
        """On to the queue: nothing is posted by a link, or by loading a page again."""
        return self._console.back_to(request, f"{HOME}/?{request.url.query}")

    async def on_posted(self, request: Request, seat: Seat) -> Response:
        """Take the step with each case and go back to the list, or show there what failed."""
        form = await self._console.form(request)
        outcome = await self._outcome(form, seat)
        query = QueryParams(form.kept("back"))
        if outcome.failures:
            return self._show_list(request, seat, query, outcome)
        return self._console.back_to(request, f"{HOME}/?{query}", notice=outcome.done)

    async def _outcome(self, form: Form, seat: Seat) -> Outcome:
        say = self._console.words(seat.language)
        action, unit, picked = form.kept("action"), form.kept("unit") or USUAL, _picked(form)
        left = frozenset(one.value for one in picked)
        if action not in ACTIONS or not picked:
            return Outcome(failures=[say("queue.none_picked")], left=left, unit=unit)
        if action == "dispatch" and unit not in (USUAL, *self._console.service.units):
            return Outcome(failures=[say("queue.no_unit")], left=left)
        failures: dict[Picked, str] = {}
        for one in picked[:MOST_AT_ONCE]:
            # One by one, so that others' messages are not kept waiting for the last of them.
            why = await self._console.store.write(partial(self._take, one, action, unit, seat))
            failures |= {one: why} if why else {}
        count = min(len(picked), MOST_AT_ONCE) - len(failures)
        told = list(failures.values())
        if len(picked) > MOST_AT_ONCE:
            told.append(say("queue.bulk_most", most=MOST_AT_ONCE))
            left = frozenset(one.value for one in (*failures, *picked[MOST_AT_ONCE:]))
        else:
            left = frozenset(one.value for one in failures)
        done = say("queue.bulk_done", action=say(f"did.{action}"), count=count) if count else ""
        return Outcome(done, told, left, unit)

    def _take(self, picked: Picked, action: str, unit: str, seat: Seat) -> str:
        """Take the step with one case; returns why not, or nothing."""
        console = self._console
        say = console.words(seat.language)
        case = console.store.cases.known(picked.case_id)
        if case is None or not console.store.queue.may_see(case.id, seat.reader):
            return say("staff.refused_gone")
        if action == "dispatch" and unit == USUAL:
            unit = next(iter(usual_units(console.office, case)), "")
            if not unit:
                return say("queue.no_usual_unit", number=case.number)
        try:
            self._step(case, picked.version, action, unit, seat)
        except CaseError as error:
            why = console.face.refusal(seat.language, error)
            return say("queue.failed", number=case.number, reason=why)
        return ""

    def _step(self, case: Case, seen: int, action: str, unit: str, seat: Seat) -> None:
        office, actor, at = self._console.office, Actor.staff(seat.member), self._console.now()
        if action == "accept":
            desk.accept(office, case.id, actor, at=at, seen=seen)
        else:
            desk.dispatch(office, case.id, actor, [To(unit)], at=at, seen=seen)


def _picked(form: Form) -> list[Picked]:
    """The picked cases, each once, in the order of the page."""
    found: dict[int, Picked] = {}
    for value in form.all("pick"):
        number, _, version = value.partition(".")
        case_id, seen = row_number(number), row_number(version)
        if case_id >= 0 and seen >= 0:
            found.setdefault(case_id, Picked(case_id, seen))
    return list(found.values())
