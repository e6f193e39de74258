"""What keeps the console running: who works here, the district's rules as read, the build in use,
the doctor's report, and who looked at what. For supervisors."""

import asyncio
from dataclasses import dataclass

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
from bot.web.console.console import HOME, Console, Endpoint, Handler, Seat
from bot.web.console.forms import Form

VIEWS_SHOWN = 50
_PATH = f"{HOME}/administration"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff as the page shows her.

    Attributes:
        browsers: in how many she is signed in.
    """

    staff: Staff
    browsers: int


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
            Route("/administration/views", for_supervisors(self.on_views)),
            Route("/administration/staff", for_supervisors(self.on_staff), methods=["POST"]),
        ]

    async def on_opened(self, request: Request, seat: Seat) -> Response:
        """Show everything; the doctor is asked only if wanted, since it takes seconds."""
        findings = []
        if request.query_params.get("doctor") == "1":
            findings = await asyncio.to_thread(self._console.examine)
        return self._page(request, seat, findings=findings)

    async def on_views(self, request: Request, seat: Seat) -> Response:
        """Show who looked at what and why, the newest first."""
        store, number = self._console.store, request.query_params.get("page", "1")
        page = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1
        page = max(page, 1)
        views = store.views.last(most=VIEWS_SHOWN, offset=(page - 1) * VIEWS_SHOWN)
        ids = [view.case_id for view in views if view.case_id is not None]
        numbers = {case.id: case.number for case in store.cases.these(ids)}
        rows = [
            (view, self._name(view.staff_id), numbers.get(view.case_id or 0)) for view in views
        ]
        return self._console.page(
            request,
            seat,
            "console/views.html",
            here="administration",
            rows=rows,
            page=page,
            is_more=store.views.count() > page * VIEWS_SHOWN,
        )

    async def on_staff(self, request: Request, seat: Seat) -> Response:
        """Add a member, change or remove her, or make her a link, which is shown once."""
        console = self._console
        form = await console.form(request)
        say = console.words(seat.language)
        name = form.kept("name")
        if form.kept("do") == "link":
            try:
                code = await console.store.write(
                    lambda: make_link(console.store, name, at=console.now(), purpose="console")
                )
            except AccessError as error:
                return self._page(request, seat, form=form, problem=str(error))
            site = f"{request.url.scheme}://{request.url.netloc}"
            return self._page(request, seat, link=(name, sign_in_url(site, code)))
        if self._leaves_nobody(form, name):
            problem = str(say("administration.last_supervisor"))
            return self._page(request, seat, form=form, problem=problem)
        try:
            done = await console.store.write(lambda: self._change(form, name))
        except AccessError as error:
            return self._page(request, seat, form=form, problem=str(error))
        return console.back_to(request, _PATH, notice=str(say("administration.done", name=done)))

    def _change(self, form: Form, name: str) -> str:
        """Do what the form says; returns the member's name.

        Raises:
            AccessError: it cannot be.
        """
        console, at = self._console, self._console.now()
        store, service = console.store, console.service
        role, unit = form.kept("role"), form.kept("unit")
        match form.kept("do"):
            case "add":
                return add_member(store, service, name, role, unit, at=at).name
            case "role":
                return set_role(store, service, name, role, unit).name
            case "remove" if form.kept("sure") == "1":
                return remove_member(store, name, at=at).name
            case _:
                raise AccessError("nothing was changed: choose what to do, and confirm a removal")

    def _leaves_nobody(self, form: Form, name: str) -> bool:
        """Whether nobody would be left to do this."""
        supervisors = self._console.store.staff.active(Role.SUPERVISOR)
        is_last = [one.name for one in supervisors] == [name]
        gives_up = form.kept("do") == "remove" or (
            form.kept("do") == "role" and form.kept("role") != Role.SUPERVISOR
        )
        return is_last and gives_up

    def _page(
        self,
        request: Request,
        seat: Seat,
        *,
        findings: object = (),
        form: Form | None = None,
        problem: str = "",
        link: tuple[str, str] | None = None,
    ) -> Response:
        console, index = self._console, self._console.index()
        sessions = console.store.sessions
        members = [
            Member(one, len(sessions.open_of(one.id, at=console.now())))
            for one in console.store.staff.all()
        ]
        return console.page(
            request,
            seat,
            "console/administration.html",
            status=422 if problem else 200,
            here="administration",
            members=members,
            roles=STAFF_ROLES,
            service=console.service,
            index=index,
            findings=findings,
            form=form or Form({}),
            problem=problem,
            link=link,
            minutes=LINK_MINUTES,
            views=console.store.views.count(),
        )

    def _name(self, staff_id: int) -> str:
        member = self._console.store.staff.get(staff_id)
        return member.name if member else ""
