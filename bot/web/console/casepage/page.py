"""The routes of a case's page: shown, acted on, its photos, and who its resident is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import desk
from bot.cases import Actor, Case, CaseError, MoveNotAllowed, StaleCard
from bot.pictures import picture_type
from bot.staffroom.doing import Doing
from bot.web.console.casepage.acting import carry_out, expect_possible
from bot.web.console.casepage.offering import ACTION_KEYS, Offering
from bot.web.console.casepage.replying import BEGUN, PREVIEWED, Replying, Review
from bot.web.console.casepage.showing import Showing
from bot.web.console.console import HOME, Console, Seat
from bot.web.console.forms import NOTHING, Form, TooLong

MOST_SHORT_CHARS = 500
_SHORT = ("source", "number", "matter", "goal", "staff_needed")
"""The fields of a line."""
_OWN_WORDS: Mapping[tuple[str, str], str] = {
    ("answer", "source"): "casepage.no_source",
    ("progress", "no_source"): "casepage.no_source",
    ("progress", "date"): "casepage.no_past_day",
    ("reveal", "words"): "casepage.no_reason",
    ("reveal", "nobody"): "casepage.channel_nobody",
}
"""Action and why it is refused -> the words for who filled in a form."""


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
        kind = picture_type(content)
        if kind is None:
            raise HTTPException(404)
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'inline; filename="{case.number}-{at}"',
        }
        return Response(content, media_type=kind, headers=headers)

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
            problem = self._refusal(error, seat)
        else:
            return self._page(request, seat, case, identity=identity)
        return self._page(request, seat, case, tried=Tried("reveal", form, problem), status=422)

    async def on_action(self, request: Request, seat: Seat) -> Response:
        """Do what a form asks for; what cannot be done is told, with all that was written."""
        console, action = self._console, request.path_params["action"]
        if action not in ACTION_KEYS:
            raise HTTPException(404)
        form = await console.form(request)
        try:
            case = console.case_at(request, seat)
        except HTTPException:
            return self._not_there(request, seat, form)
        try:
            doing = self._doing(case, form, seat)
            if shown := self._only_shown(request, seat, doing, action, form):
                return shown
            await console.store.write(lambda: carry_out(console.office, action, doing, form))
        except TooLong as error:
            status, problem = 422, self._too_long(error, seat)
        except CaseError as error:
            status = 409 if isinstance(error, StaleCard) else 422
            problem = self._refusal(error, seat)
        else:
            return self._done(request, seat, case, action)
        now = console.case_at(request, seat)
        return self._page(request, seat, now, tried=Tried(action, form, problem), status=status)

    def _done(self, request: Request, seat: Seat, case: Case, action: str) -> Response:
        """On to the top of the page: else browsers keep to the form (Fetch, "HTTP-redirect
        fetch": the fragment of the address before)."""
        say = self._console.words(seat.language)
        notice = str(say("casepage.done", action=say(f"did.{action}")))
        return self._console.back_to(request, f"{HOME}/cases/{case.number}#main", notice=notice)

    def _not_there(self, request: Request, seat: Seat, form: Form) -> Response:
        """No such case for her (any more); what she wrote of it is hers."""
        page = "console/case_gone.html"
        return self._console.page(request, seat, page, status=404, written=form.written())

    def _doing(self, case: Case, form: Form, seat: Seat) -> Doing:
        for field in _SHORT:
            form.text(field, most=MOST_SHORT_CHARS)
        return Doing(
            case,
            seat.member,
            seen=form.number("version"),
            at=self._console.now(),
            choice=form.kept("part"),
            words=form.text("words"),
        )

    def _only_shown(
        self, request: Request, seat: Seat, doing: Doing, action: str, form: Form
    ) -> Response | None:
        """The page again, if the words are only to be looked at, or must be looked at first.

        Raises:
            MoveNotAllowed, StaleCard: the step itself would be refused.
        """
        case, step = doing.case, form.kept("step")
        if action not in BEGUN:
            return None
        expect_possible(action, doing)
        if step == "insert":
            begun = self._replying.begun(case, form)
            return self._page(request, seat, case, tried=Tried(action, begun))
        is_previewed = step == "preview" and action in PREVIEWED
        if not doing.words:
            if is_previewed:
                raise MoveNotAllowed(case.id, case.state, action, "words")
            return None
        review = self._replying.review(case, action, form, seat)
        is_agreed = not review.warnings or form.kept("sure") == review.mark
        if not is_previewed and is_agreed and not review.is_refused:
            return None
        is_read = action in PREVIEWED
        return self._page(
            request,
            seat,
            case,
            tried=Tried(action, form),
            review=review,
            preview=self._replying.preview(case, action, form, seat) if is_read else (),
            status=422 if review.is_refused and not is_previewed else 200,
        )

    def _too_long(self, error: TooLong, seat: Seat) -> str:
        return str(self._console.words(seat.language)("casepage.too_long", most=error.most))

    def _refusal(self, error: CaseError, seat: Seat) -> str:
        """Why it was not done; where a card's words do not fit a form, the form's own."""
        own = ""
        if isinstance(error, MoveNotAllowed):
            own = _OWN_WORDS.get((error.action, error.why), "")
        if own:
            return str(self._console.words(seat.language)(own))
        return self._console.face.refusal(seat.language, error)

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
        is_known = self._console.store.residents.has_identity(case.resident_id)
        may_reveal = is_known and desk.may_reveal(seat.member.role, case)
        is_offered = any(one.action == tried.action for one in offers)
        is_shown = is_offered or (tried.action == "reveal" and may_reveal)
        values: dict[str, Any] = {
            "offers": offers,
            "tried": tried,
            "opened": tried.action if is_shown else first,
            "told_at": tried.action if tried.problem and is_shown else "",
            "lost": tried.form.written() if tried.problem and not is_shown else [],
            "review": review,
            "preview": preview,
            "identity": identity,
            "may_reveal": may_reveal,
            **self._offering.choices(case, seat),
            **self._showing.values(case, seat),
        }
        return self._console.page(
            request, seat, "console/case.html", status=status, here="queue", **values
        )
