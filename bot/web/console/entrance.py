"""In and out of the console: a link that is good once, and signing out here or everywhere."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.access import sign_in, sign_out
from bot.web.console.console import HOME, Console, Seat
from bot.web.guards import (
    SIGN_INS,
    Throttle,
    address_of,
    require_same_origin,
    too_many_requests,
)

_MOST_CODE_CHARS = 64


class Entrance:
    """The door of the console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._throttle = Throttle(SIGN_INS)

    def routes(self) -> list[Route]:
        """Its addresses."""
        seated = self._console.seated
        return [
            Route("/enter", self.on_link_opened),
            Route("/enter", self.on_entering, methods=["POST"]),
            Route("/leave", seated(self.on_leaving), methods=["POST"]),
        ]

    async def on_link_opened(self, request: Request) -> Response:
        """Show a button, and use nothing up: links are opened by previews and scanners too."""
        code = request.query_params.get("code", "")[:_MOST_CODE_CHARS]
        return self._page(request, code=code)

    async def on_entering(self, request: Request) -> Response:
        """Sign in whoever holds a code."""
        require_same_origin(request)
        wait_seconds = await self._throttle.wait_seconds(address_of(request))
        if wait_seconds:
            raise too_many_requests(wait_seconds)
        form = await self._console.form(request)
        code = form.kept("code")
        if not code or len(code) > _MOST_CODE_CHARS:
            return self._page(request, code="", is_refused=True)
        console = self._console
        entered = await console.store.write(
            lambda: sign_in(
                console.store,
                code,
                at=console.now(),
                hours=console.settings.session_hours,
            )
        )
        if entered is None:
            return self._page(request, code="", is_refused=True)
        _, token = entered
        response = console.back_to(request, f"{HOME}/")
        console.take_seat(response, token, request=request)
        return response

    async def on_leaving(self, request: Request, seat: Seat) -> Response:
        """Sign out, here or everywhere."""
        console = self._console
        form = await console.form(request)
        everywhere = form.kept("where") == "everywhere"
        await console.store.write(
            lambda: sign_out(console.store, seat.session, at=console.now(), everywhere=everywhere)
        )
        key = "console.left_everywhere" if everywhere else "console.left"
        notice = str(console.words(seat.language)(key))
        response = console.back_to(request, f"{HOME}/enter", notice=notice)
        console.leave_seat(response)
        return response

    def _page(self, request: Request, *, code: str, is_refused: bool = False) -> Response:
        status = 400 if is_refused else 200
        return self._console.page(
            request,
            None,
            "console/enter.html",
            status=status,
            code=code,
            is_refused=is_refused,
        )
