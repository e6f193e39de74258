"""The same step for many cases at once: each is a step of its own, and told of if it fails."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bot import desk
from bot.cases import Actor, CaseError
from bot.desk import To
from bot.messages import row_number
from bot.staffroom.choosing import usual_units
from bot.web.console.console import HOME, Console, Seat
from bot.web.console.forms import Form

MOST_AT_ONCE = 200
USUAL = "usual"
"""Instead of one unit for all: each case to the unit that is most likely in charge of it."""
_TOLD_ONE_BY_ONE = 5


@dataclass(frozen=True, slots=True)
class Picked:
    """A case as it was picked: what was seen of it."""

    case_id: int
    version: int


class Bulk:
    """Accepts or dispatches the cases that were picked in a list."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def on_posted(self, request: Request, seat: Seat) -> Response:
        """Take the step with each case, and go back to the list."""
        form = await self._console.form(request)
        say = self._console.words(seat.language)
        back = f"{HOME}/?{form.kept('back')}"
        action, picked = form.kept("action"), _picked(form)
        unit = form.kept("unit")
        if action not in ("accept", "dispatch") or not picked:
            return self._console.back_to(request, back, notice=str(say("queue.none_picked")))
        if action == "dispatch" and unit not in (USUAL, *self._console.service.units):
            return self._console.back_to(request, back, notice=str(say("queue.no_unit")))
        failures: list[str] = []
        for one in picked[:MOST_AT_ONCE]:
            failure = await self._console.store.write(
                lambda one=one: self._take(one, action, unit, seat)  # type: ignore[misc]
            )
            failures += [failure] if failure else []
        count = len(picked[:MOST_AT_ONCE]) - len(failures)
        told = [str(say("queue.bulk_done", action=say(f"did.{action}"), count=count))]
        if failures:
            told.append(str(say("queue.bulk_failed", count=len(failures))))
            told += failures[:_TOLD_ONE_BY_ONE]
        if len(picked) > MOST_AT_ONCE:
            told.append(str(say("queue.bulk_most", most=MOST_AT_ONCE)))
        return self._console.back_to(request, back, notice=" ".join(told))

    def _take(self, picked: Picked, action: str, unit: str, seat: Seat) -> str:
        """Take the step with one case; returns why not, or nothing."""
        console = self._console
        case = console.store.cases.known(picked.case_id)
        if case is None or not console.store.queue.may_see(case.id, seat.reader):
            return ""
        actor, at = Actor.staff(seat.member), console.now()
        if action == "dispatch" and unit == USUAL:
            unit = next(iter(usual_units(console.office, case)), "")
        try:
            if action == "accept":
                desk.accept(console.office, case.id, actor, at=at, seen=picked.version)
            else:
                to = [To(unit)]
                desk.dispatch(console.office, case.id, actor, to, at=at, seen=picked.version)
        except CaseError as error:
            return f"{case.number}: {console.face.refusal(seat.language, error)}"
        return ""


def _picked(form: Form) -> list[Picked]:
    """The picked cases, each once, in the order of the page."""
    found: dict[int, Picked] = {}
    for value in form.all("pick"):
        number, _, version = value.partition(".")
        case_id, seen = row_number(number), row_number(version)
        if case_id >= 0 and seen >= 0:
            found.setdefault(case_id, Picked(case_id, seen))
    return list(found.values())
