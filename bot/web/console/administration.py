"""What keeps the console running: who works here, the district's rules as read, the builds and the
doctor's report. For supervisors."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.access import (
    LINK_MINUTES,
    AccessError,
    add_member,
    make_link,
    remove_member,
    set_role,
    sign_in_url,
)
from bot.cases import STAFF_ROLES, Role, Staff
from bot.clocks import Length
from bot.web.console.builds import ACTIVATIONS_SHOWN, served_by
from bot.web.console.console import HOME, Console, Endpoint, Handler, Seat
from bot.web.console.forms import Form
from bot.wording import plain

logger = logging.getLogger(__name__)

MOST_NAME_CHARS = 60
_PATH = f"{HOME}/administration"
_LENGTHS: Mapping[str, str] = {
    "minutes": "queue.minutes",
    "hours": "queue.hours",
    "days": "administration.days",
    "working hours": "administration.working_hours",
    "working days": "administration.working_days",
}


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff as the page shows her.

    Attributes:
        browsers: in how many she is signed in.
        seen_at: when she was last at work in one of them, within five minutes; None if in none.
    """

    staff: Staff
    browsers: int
    seen_at: datetime | None


class NotDone(Exception):
    """What a form asks for cannot be.

    Attributes:
        why: which sentence of the wording says why.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Administration:
    """The pages for supervisors."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def routes(self) -> list[Route]:
        """Their addresses."""

        def for_supervisors(handler: Handler) -> Endpoint:
            return self._console.seated(handler, roles=(Role.SUPERVISOR,))

        return [
            Route("/administration", for_supervisors(self.on_opened)),
            Route("/administration/staff", for_supervisors(self.on_staff), methods=["POST"]),
        ]

    async def on_opened(self, request: Request, seat: Seat) -> Response:
        """Show everything; the doctor is asked only if wanted, since it takes seconds."""
        findings: Sequence[Mapping[str, object]] = []
        if request.query_params.get("doctor") == "1":
            findings = await asyncio.to_thread(self._console.examine)
        return await self._page(request, seat, findings=findings)

    async def on_staff(self, request: Request, seat: Seat) -> Response:
        """Add a member, change or remove her, or make her a link, which is shown once."""
        console = self._console
        form = await console.form(request)
        say = console.words(seat.language)
        name = " ".join(form.kept("name").split())
        try:
            if form.kept("do") == "link":
                code = await console.store.write(lambda: self._link(name))
                self._log(seat, "link", name)
                site = f"{request.url.scheme}://{request.url.netloc}"
                return await self._page(request, seat, link=(name, sign_in_url(site, code)))
            done = await console.store.write(lambda: self._change(form, name))
            self._log(seat, form.kept("do"), name)
        except NotDone as error:
            problem = str(say(f"administration.{error.why}", most=MOST_NAME_CHARS))
            return await self._page(request, seat, form=form, problem=problem)
        notice = plain(say("administration.done", name=done))
        return console.back_to(request, _PATH, notice=notice)

    def _log(self, seat: Seat, did: str, name: str) -> None:
        """Who did what with whom: whoever holds another's link can act as her."""
        member = self._console.store.staff.named(name)
        logger.info("staff %d: %s of staff %d", seat.member.id, did, member.id if member else 0)

    def _link(self, name: str) -> str:
        """A code with which a member signs in.

        Raises:
            NotDone: nobody of this name works here.
        """
        console = self._console
        try:
            return make_link(console.store, name, at=console.now(), purpose="console")
        except AccessError:
            raise NotDone("nobody") from None

    def _change(self, form: Form, name: str) -> str:
        """Do what the form says; returns the member's name.

        What hinders it is looked for in the same write, so that of two who act at once the second
        one is told.

        Raises:
            NotDone: it cannot be.
        """
        store, service, at = self._console.store, self._console.service, self._console.now()
        role, unit = form.kept("role"), form.kept("unit")
        if why := self._hindrance(form, name):
            raise NotDone(why)
        try:
            match form.kept("do"):
                case "add":
                    return add_member(store, service, name, role, unit, at=at).name
                case "role":
                    return set_role(store, service, name, role, unit).name
                case _:
                    return remove_member(store, name, at=at).name
        except AccessError:  # a rule that only `bot.access` knows
            raise NotDone("not_done") from None

    def _hindrance(self, form: Form, name: str) -> str:
        """Why what a form asks for cannot be; empty if nothing speaks against it."""
        does, role, unit = form.kept("do"), form.kept("role"), form.kept("unit")
        member = self._console.store.staff.named(name)
        units = self._console.service.units
        is_here = member is not None and member.is_active
        if does not in ("add", "role", "remove"):
            return "not_done"
        if does == "add" and not 0 < len(name) <= MOST_NAME_CHARS:
            return "no_name"
        if does == "add" and is_here:
            return "name_taken"
        if does != "add" and not is_here:
            return "nobody"
        if does == "remove":
            if form.kept("sure") != "1":
                return "not_sure"
        elif role not in STAFF_ROLES:
            return "no_role"
        elif (role == Role.HANDLER) != bool(unit) or (unit and unit not in units):
            return "wrong_unit"
        gives_up = does == "remove" or (does == "role" and role != Role.SUPERVISOR)
        return "last_supervisor" if gives_up and self._is_last_supervisor(name) else ""

    def _is_last_supervisor(self, name: str) -> bool:
        supervisors = self._console.store.staff.active(Role.SUPERVISOR)
        return [one.name for one in supervisors] == [name]

    async def _page(
        self,
        request: Request,
        seat: Seat,
        *,
        findings: Sequence[Mapping[str, object]] = (),
        form: Form | None = None,
        problem: str = "",
        link: tuple[str, str] | None = None,
    ) -> Response:
        console = self._console
        builds = await asyncio.to_thread(console.builds)
        return console.page(
            request,
            seat,
            "console/administration.html",
            status=422 if problem else 200,
            here="administration",
            members=self._members(),
            roles=STAFF_ROLES,
            service=console.service,
            lasting=lambda length: self._lasting(length, seat),
            served=served_by(console.index(), builds, console.words(seat.language)),
            activations_shown=ACTIVATIONS_SHOWN,
            findings=findings,
            form=form or Form({}),
            problem=problem,
            link=link,
            minutes=LINK_MINUTES,
            views=console.store.views.count(),
        )

    def _members(self) -> list[Member]:
        """Everybody who works or worked here, those who do first."""
        console, found = self._console, []
        for one in sorted(console.store.staff.all(), key=lambda one: not one.is_active):
            sessions = console.store.sessions.open_of(one.id, at=console.now())
            seen = max((session.seen_at for session in sessions), default=None)
            found.append(Member(one, len(sessions), seen))
        return found

    def _lasting(self, length: Length, seat: Seat) -> str:
        """A limit in words."""
        say = self._console.words(seat.language)
        return str(say(_LENGTHS[length.unit], count=f"{length.amount:g}"))
