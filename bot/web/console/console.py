"""What every page of the console works with: who is signed in, forms, rendering, refusals."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import wraps

from itsdangerous import BadData, URLSafeSerializer
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.templating import Jinja2Templates

from bot.access import is_worth_noting, signed_in
from bot.cases import STAFF_ROLES, Case, Role, Staff
from bot.desk import Office
from bot.naming import Names, local_day, local_time
from bot.store import Reader, Session, Store, StoreUnavailable
from bot.store.photos import Photos
from bot.web.console.builds import Builds
from bot.web.console.forms import NOTHING, Form, read_form
from bot.web.guards import require_same_origin
from bot.web.pages import status_of, templates_environment, wants_json
from bot.web.visitor import (
    leave_notice,
    notice_left,
    remember_language,
    take_notice,
    visitor_of,
)
from bot.wording import Language, Wording
from index import Index

HOME = "/console"
"""Where the console is mounted; its first page is the queue."""
_COOKIE = "staff"
_ERRORS = (400, 403, 404, 405, 413, 429, 500, 503)

Words = Callable[..., Markup]


@dataclass(frozen=True, slots=True)
class Seat:
    """Who works at a page: a member of staff, signed in, with her rights as they are now."""

    member: Staff
    session: Session
    language: Language

    @property
    def reader(self) -> Reader:
        """What she may see."""
        return Reader(self.member.role, self.member.unit)


Handler = Callable[[Request, Seat], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """What of the settings the console goes by.

    Attributes:
        key: signs the cookies; whoever does not know it cannot make one.
        session_hours: how long somebody stays signed in.
    """

    key: str
    session_hours: float


class Console:
    """The bot as the pages of the console see it.

    Attributes:
        read_apart: opens the database a second time, to be read in another thread.
        examine: the doctor's findings; takes seconds, to be called in another thread.
        builds: the index builds on the disk; reads files, to be called in another thread.
    """

    def __init__(
        self,
        office: Office,
        *,
        wording: Wording,
        index: Callable[[], Index],
        photos: Photos,
        settings: ConsoleSettings,
        read_apart: Callable[[], AbstractContextManager[Store]],
        examine: Callable[[], list[Mapping[str, object]]],
        builds: Callable[[], Builds],
        now: Callable[[], datetime],
    ) -> None:
        self.office = office
        self.store = office.store
        self.service = office.service
        self.face = office.cards.face
        self.wording = wording
        self.names = Names(wording, office.service)
        self.index = index
        self.photos = photos
        self.settings = settings
        self.read_apart = read_apart
        self.examine = examine
        self.builds = builds
        self.now = now
        self._cookies = URLSafeSerializer(settings.key, salt="console")
        environment = templates_environment()
        environment.globals |= {"local_time": local_time, "local_day": local_day, "home": HOME}
        self._templates = Jinja2Templates(env=environment)

    # Who is there

    def seated(self, handler: Handler, *, roles: Collection[Role] = STAFF_ROLES) -> Endpoint:
        """A route for who is signed in; for others, and other roles, the page does not exist."""

        @wraps(handler)
        async def endpoint(request: Request) -> Response:
            if request.method == "POST":
                require_same_origin(request)
                await self.form(request)  # which can take long: her rights are looked up after
            seat = self.seat_of(request)
            if seat is None:
                return await self._not_signed_in(request)
            if seat.member.role not in roles:
                raise HTTPException(404)
            if is_worth_noting(seat.session, at=self.now()):
                with suppress(StoreUnavailable):  # what there is can be read all the same
                    await self.store.write(
                        lambda: self.store.sessions.note_seen(seat.session.id, at=self.now())
                    )
            response = await handler(request, seat)
            remember_language(response, visitor_of(request), request=request)
            return response

        return endpoint

    def seat_of(self, request: Request) -> Seat | None:
        """Who a request's cookie says she is; None for nobody."""
        try:
            token = self._cookies.loads(request.cookies.get(_COOKIE, ""))
        except BadData:
            return None
        found = signed_in(self.store, str(token), at=self.now())
        return Seat(*found, visitor_of(request).language) if found else None

    def take_seat(self, response: Response, token: str, *, request: Request) -> None:
        """Have the browser keep who it is that signed in."""
        response.set_cookie(
            _COOKIE,
            str(self._cookies.dumps(token)),
            max_age=round(self.settings.session_hours * 3600),
            path=HOME,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )

    def leave_seat(self, response: Response) -> None:
        """Have the browser forget who signed in."""
        response.delete_cookie(_COOKIE, path=HOME)

    async def _not_signed_in(self, request: Request) -> Response:
        """To the entrance; what was written in a form is shown, so that it is not lost."""
        if request.method != "POST":
            if wants_json(request):
                return JSONResponse({"signed_in": False}, 401)
            return RedirectResponse(f"{HOME}/enter", 303)
        form = await self.form(request)
        response = self.page(
            request, None, "console/expired.html", status=401, written=form.written()
        )
        self.leave_seat(response)
        return response

    # What is shown

    def words(self, language: Language) -> Words:
        """The wording in a language: key and values -> escaped words."""

        def say(key: str, **values: object) -> Markup:
            return Markup(self.wording.text(language, key, **values))  # noqa: S704

        return say

    def page(
        self,
        request: Request,
        seat: Seat | None,
        template: str,
        *,
        status: int = 200,
        **values: object,
    ) -> Response:
        """A whole page in the reader's language; never kept by caches.

        Args:
            values: what the template needs besides `t`, `language`, `seat`, `names`, `notice`.
        """
        language = seat.language if seat else visitor_of(request).language
        context = {
            "t": self.words(language),
            "language": language,
            "seat": seat,
            "names": self.names,
            "notice": notice_left(request),
            "here": "",
            "now": self.now(),
            "in_language": lambda code: _in_language(request, code),
            **values,
        }
        headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
        response = self._templates.TemplateResponse(request, template, context, status, headers)
        take_notice(request, response)
        return response

    def fragment(self, seat: Seat, template: str, **values: object) -> str:
        """A part of a page as text, for a page's script."""
        context = {
            "t": self.words(seat.language),
            "language": seat.language,
            "seat": seat,
            "names": self.names,
            "now": self.now(),
            **values,
        }
        return str(self._templates.get_template(template).render(context))

    def back_to(self, request: Request, path: str, *, notice: str = "") -> Response:
        """On to a page after a form, with a few words that it shows."""
        response = RedirectResponse(path, 303)
        leave_notice(response, notice, request=request)
        return response

    async def on_error(self, request: Request, error: Exception) -> Response:
        """A page that says what went wrong, with what was written in a form that was read."""
        status = status_of(error)
        told = status if status in _ERRORS else (400 if status < 500 else 500)
        seat = None if status >= 500 else self.seat_of(request)
        if wants_json(request):
            response: Response = JSONResponse({"error": told}, status)
        else:
            form = getattr(request.state, "form", NOTHING)
            response = self.page(
                request,
                seat,
                "console/error.html",
                status=status,
                told=told,
                written=form.written(),
            )
        headers: Mapping[str, str] = getattr(error, "headers", None) or {}
        response.headers.update(headers)
        return response

    # What is asked for

    async def form(self, request: Request) -> Form:
        """What was posted; read once.

        Raises:
            HTTPException: 413 if it is too large, 400 if it is no form.
        """
        if not hasattr(request.state, "form"):
            request.state.form = await read_form(request)
        form: Form = request.state.form
        return form

    def case_at(self, request: Request, seat: Seat) -> Case:
        """The case whose number stands in the address.

        Raises:
            HTTPException: 404 if there is none, or none that she may see: nobody learns which.
        """
        case = self.store.cases.numbered(request.path_params["number"].upper())
        if case is None or not self.store.queue.may_see(case.id, seat.reader):
            raise HTTPException(404)
        return case


def _in_language(request: Request, code: str) -> str:
    """The address of the same page in another language; from the answer to a form, the queue's."""
    if request.method == "POST":
        return f"{HOME}/?lang={code}"
    asked = request.url.include_query_params(lang=code)
    return f"{asked.path}?{asked.query}"
