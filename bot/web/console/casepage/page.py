"""The routes of a case's page: shown, acted on, its photos, and who its resident is."""

from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import desk
from bot.cases import Actor, Case, CaseError, StaleCard
from bot.pictures import picture_type
from bot.staffroom.doing import Doing
from bot.web.console.casepage.acting import answered_points, carry_out
from bot.web.console.casepage.offering import ACTION_KEYS, Offering
from bot.web.console.casepage.replying import PREVIEWED, Replying, Review
from bot.web.console.casepage.showing import Showing
from bot.web.console.console import HOME, Console, Seat
from bot.web.console.forms import Form, TooLong

_REPLIES = ("reply", "answer")
NOTHING = Form({})


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried on the page before it is shown again.

    Attributes:
        problem: why it was not done; empty if it was only looked at.
    """

    action: str
    form: Form
    problem: str = ""


class CasePage:
    """One case."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._showing = Showing(console)
        self._offering = Offering(console)
        self._replying = Replying(console)

    def routes(self) -> list[Route]:
        """Its addresses."""
        seated, case = self._console.seated, "/cases/{number}"
        return [
            Route(case, seated(self.on_opened)),
            Route(f"{case}/photos/{{at:int}}", seated(self.on_photo)),
            Route(f"{case}/reveal", seated(self.on_reveal), methods=["POST"]),
            Route(f"{case}/{{action}}", seated(self.on_action), methods=["POST"]),
        ]

    async def on_opened(self, request: Request, seat: Seat) -> Response:
        """Show the case."""
        case = self._console.case_at(request, seat)
        asked = request.query_params.get("do", "")
        return self._page(request, seat, case, tried=Tried(asked, NOTHING))

    async def on_photo(self, request: Request, seat: Seat) -> Response:
        """Send one photo to who may see the case."""
        case = self._console.case_at(request, seat)
        names = self._console.store.cases.photo_names(case.id)
        at = request.path_params["at"]
        if not 1 <= at <= len(names):
            raise HTTPException(404)
        try:
            content = self._console.photos.read(names[at - 1])
        except OSError as error:
            raise HTTPException(404) from error
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'inline; filename="{case.number}-{at}"',
        }
        return Response(content, media_type=picture_type(content), headers=headers)

    async def on_reveal(self, request: Request, seat: Seat) -> Response:
        """Tell who the resident is, this once; the reason is kept."""
        console, case = self._console, self._console.case_at(request, seat)
        form = await console.form(request)
        try:
            reason = form.text("reason", most=300)
            identity = await console.store.write(
                lambda: desk.reveal_identity(
                    console.office, case.id, Actor.staff(seat.member), reason, at=console.now()
                )
            )
        except TooLong as error:
            problem = self._too_long(error, seat)
        except CaseError as error:
            problem = console.face.refusal(seat.language, error)
        else:
            return self._page(request, seat, case, identity=identity)
        return self._page(request, seat, case, tried=Tried("reveal", form, problem), status=422)

    async def on_action(self, request: Request, seat: Seat) -> Response:
        """Do what a form asks for; what cannot be done is told, with all that was written."""
        console, case = self._console, self._console.case_at(request, seat)
        action = request.path_params["action"]
        if action not in ACTION_KEYS:
            raise HTTPException(404)
        form = await console.form(request)
        step = form.kept("step")
        try:
            doing = self._doing(case, form, seat)
        except TooLong as error:
            problem = self._too_long(error, seat)
            return self._page(request, seat, case, tried=Tried(action, form, problem), status=422)
        if step == "insert":
            words = self._replying.template(form.kept("template"), case)
            again = form.with_text("words", words or doing.words)
            return self._page(request, seat, case, tried=Tried(action, again))
        held = self._held_back(request, seat, doing, action, form)
        if held is not None:
            return held
        try:
            await console.store.write(lambda: carry_out(console.office, action, doing, form))
        except CaseError as error:
            status = 409 if isinstance(error, StaleCard) else 422
            tried = Tried(action, form, console.face.refusal(seat.language, error))
            now = console.store.cases.get(case.id)
            return self._page(request, seat, now, tried=tried, status=status)
        notice = console.words(seat.language)(f"did.{action}")
        done = str(console.words(seat.language)("casepage.done", action=notice))
        return console.back_to(request, f"{HOME}/cases/{case.number}", notice=done)

    def _doing(self, case: Case, form: Form, seat: Seat) -> Doing:
        for field in ("source", "number", "matter", "goal", "staff_needed"):
            form.text(field, most=500)
        return Doing(
            case,
            seat.member,
            seen=form.number("version"),
            at=self._console.now(),
            choice=form.kept("part"),
            words=form.text("words"),
        )

    def _held_back(
        self, request: Request, seat: Seat, doing: Doing, action: str, form: Form
    ) -> Response | None:
        """The page again, if the words are only to be looked at, or must be looked at first."""
        case, step = doing.case, form.kept("step")
        if action not in PREVIEWED or not doing.words:
            return None
        review = self._replying.review(case, action, doing.words, answered_points(form), seat)
        is_reply = action in _REPLIES
        if not review.is_refused and not is_reply:
            review = Review(())
        must_look = review.is_refused or (bool(review.warnings) and form.kept("sure") != "1")
        if step != "preview" and not must_look:
            return None
        tried = Tried(action, form)
        preview = self._replying.preview(case, action, form, seat)
        status = 422 if review.is_refused and step != "preview" else 200
        return self._page(
            request, seat, case, tried=tried, review=review, preview=preview, status=status
        )

    def _too_long(self, error: TooLong, seat: Seat) -> str:
        return str(self._console.words(seat.language)("casepage.too_long", most=error.most))

    def _page(
        self,
        request: Request,
        seat: Seat,
        case: Case,
        *,
        status: int = 200,
        tried: Tried | None = None,
        review: Review | None = None,
        preview: object = (),
        identity: desk.Identity | None = None,
    ) -> Response:
        offers = self._offering.offers(case, seat)
        tried = tried or Tried("", NOTHING)
        is_hers = case.waits_for == seat.member.role
        first = offers[0].action if offers and is_hers else ""
        is_offered = any(one.action == tried.action for one in offers)
        values: dict[str, Any] = {
            "offers": offers,
            "tried": tried,
            "opened": tried.action if is_offered else first,
            "lost": tried.form.written() if tried.problem and not is_offered else [],
            "review": review,
            "preview": preview,
            "identity": identity,
            "may_reveal": desk.may_reveal(seat.member.role, case.matter.kind),
            **self._offering.choices(case, seat),
            **self._showing.values(case, seat),
        }
        return self._console.page(
            request, seat, "console/case.html", status=status, here="queue", **values
        )
