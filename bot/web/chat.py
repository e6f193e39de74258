"""The residents' chat: `GET /` shows the conversation, `POST /say` adds to it, scripts or none."""

import re
import secrets
from collections.abc import Sequence

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.config import Limits
from bot.messages import Listener, Reply, TooFast, Turn
from bot.web.conversation import Bubble, bubbles_of, passing_bubbles
from bot.web.guards import (
    NEWCOMERS,
    Throttle,
    address_of,
    require_same_origin,
    too_many_requests,
    with_limited_body,
)
from bot.web.incoming import said_in
from bot.web.pages import Pages, wants_json
from bot.web.receipts import RECEIPT_PAGE, leave_receipt, packed_receipt
from bot.web.visitor import (
    Visitor,
    leave_notice,
    notice_left,
    remember,
    take_notice,
    unknown,
    visitor_of,
)

_TURN_ID = re.compile("[0-9]{1,18}")

TURNS_SHOWN = 60
SLACK_BYTES = 256 * 1024
"""What a form may hold beside its photo: a text far beyond the limit still gets its reply."""


class Chat:
    """The routes of the residents' page, over one listener."""

    def __init__(self, listener: Listener, *, limits: Limits, pages: Pages) -> None:
        self._listener = listener
        self._limits = limits
        self._pages = pages
        self._newcomers = Throttle(NEWCOMERS)

    def routes(self) -> list[Route]:
        """The conversation's addresses."""
        return [
            Route("/", self.on_opened),
            Route("/say", self.on_said, methods=["POST"]),
        ]

    async def on_opened(self, request: Request) -> Response:
        """Show the conversation so far, or what can be asked."""
        visitor = visitor_of(request)
        return self._page(request, visitor, passing=[], notice=notice_left(request))

    async def on_said(self, request: Request) -> Response:
        """Hand one message, tap or attachment to the dialogue and show what it replies."""
        require_same_origin(request)
        visitor = visitor_of(request)
        most_bytes = self._limits.max_photo_bytes + SLACK_BYTES
        limited = with_limited_body(request, max_bytes=most_bytes)
        async with limited.form(max_files=1, max_fields=20) as form:
            said = await said_in(form, visitor=visitor, limits=self._limits)
        if said is None:
            return self._with_nothing_said(request, visitor)
        before = _newest(self._turns(visitor))
        if (wait_seconds := await self._wait_seconds(request, visitor, is_new=not before)) > 0:
            raise too_many_requests(wait_seconds)
        try:
            replies = await self._listener.hear(said)
        except TooFast as error:
            raise too_many_requests(error.wait_seconds) from error
        if receipt := packed_receipt(replies):
            return self._to_receipt(request, visitor, receipt)
        is_kept = _is_kept(self._turns(visitor), before=before)
        passing = [] if is_kept else passing_bubbles(replies)
        if wants_json(request):
            response = self._news(visitor, _shown_up_to(form), replies, passing)
            remember(response, visitor, request=request)
            return response
        if passing:
            return self._page(request, visitor, passing=passing, notice=_notice_of(replies))
        return _back_to_page(request, visitor, notice=_notice_of(replies))

    async def _wait_seconds(self, request: Request, visitor: Visitor, *, is_new: bool) -> float:
        """How long she has to wait until she is heard; a newcomer shares with her address."""
        if not is_new:
            return self._listener.wait_seconds("web", visitor.sender)
        return await self._newcomers.wait_seconds(address_of(request))

    def _with_nothing_said(self, request: Request, visitor: Visitor) -> Response:
        hint = self._pages.words(visitor.language)("empty")
        if wants_json(request):
            return JSONResponse({"notice": hint}, 422)
        return _back_to_page(request, visitor, notice=hint)

    def _to_receipt(self, request: Request, visitor: Visitor, receipt: str) -> Response:
        """Have her read what she must note down. Whoever was just forgotten goes on as somebody
        nobody knows: her old cookie says nothing any more."""
        if self._listener.held("web", visitor.sender) is None:
            visitor = unknown(visitor)
        response: Response = RedirectResponse(RECEIPT_PAGE, 303)
        if wants_json(request):
            response = JSONResponse({"page": RECEIPT_PAGE}, headers={"Cache-Control": "no-store"})
        leave_receipt(response, receipt, request=request)
        remember(response, visitor, request=request)
        return response

    def _news(
        self,
        visitor: Visitor,
        shown_up_to: int,
        replies: Sequence[Reply],
        passing: Sequence[Bubble],
    ) -> Response:
        """What is new on a page that shows the turns up to one, as the page's script takes it."""
        turns = self._turns(visitor)
        # A page from before everything was forgotten, or from too long ago, starts afresh.
        is_fresh = all(turn.id > shown_up_to for turn in turns) or _newest(turns) < shown_up_to
        bubbles = bubbles_of(turns)
        new = bubbles if is_fresh else [each for each in bubbles if each.turn > shown_up_to]
        html = self._pages.fragment("bubbles.html", visitor, bubbles=[*new, *passing], last=None)
        news = {
            "html": html,
            "fresh": is_fresh,
            "first": turns[0].id if turns else 0,
            "kept": {bubble.key: bool(bubble.buttons) for bubble in bubbles},
            "after": _newest(turns),
            "notice": _notice_of(replies),
        }
        return JSONResponse(news, headers={"Cache-Control": "no-store"})

    def _page(
        self, request: Request, visitor: Visitor, *, passing: Sequence[Bubble], notice: str
    ) -> Response:
        turns = self._turns(visitor)
        kept = bubbles_of(turns)
        newest = [bubble for bubble in kept if bubble.turn == _newest(turns)]
        response = self._pages.page(
            request,
            "chat.html",
            visitor,
            bubbles=[*kept, *passing],
            last=next(iter([*passing, *newest]), None),
            after=_newest(turns),
            notice=notice,
            key=secrets.token_hex(16),
        )
        take_notice(request, response)
        remember(response, visitor, request=request)
        return response

    def _turns(self, visitor: Visitor) -> list[Turn]:
        return self._listener.turns("web", visitor.sender, most=TURNS_SHOWN)


def _newest(turns: Sequence[Turn]) -> int:
    return turns[-1].id if turns else 0


def _is_kept(turns: Sequence[Turn], *, before: int) -> bool:
    """Whether there is a turn that was not there before, and holds what was replied in it."""
    return _newest(turns) > before and bool(turns[-1].replies)


def _notice_of(replies: Sequence[Reply]) -> str:
    return " ".join(reply.notice for reply in replies if reply.notice)


def _shown_up_to(form: FormData) -> int:
    known = form.get("after")
    return int(known) if isinstance(known, str) and _TURN_ID.fullmatch(known) else 0


def _back_to_page(request: Request, visitor: Visitor, *, notice: str) -> Response:
    response = RedirectResponse("/#last", 303)
    leave_notice(response, notice, request=request)
    remember(response, visitor, request=request)
    return response
