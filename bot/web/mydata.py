"""`/mydata` and `/mydata.json`: everything held about the browser that asks."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.messages import Listener
from bot.web.pages import Pages
from bot.web.visitor import remember_language, visitor_of


class MyData:
    """Shown to whoever holds the cookie, and to nobody else."""

    def __init__(self, listener: Listener, *, pages: Pages) -> None:
        self._listener = listener
        self._pages = pages

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/mydata", self.on_opened),
            Route("/mydata.json", self.on_downloaded),
        ]

    async def on_opened(self, request: Request) -> Response:
        """Show it as a text, or say that there is nothing."""
        visitor = visitor_of(request)
        held = self._listener.held("web", visitor.sender)
        text = held[0].text if held else ""
        response = self._pages.page(request, "mydata.html", visitor, text=text)
        remember_language(response, visitor, request=request)
        return response

    async def on_downloaded(self, request: Request) -> Response:
        """Give it as a file.

        Raises:
            HTTPException: 404, nothing is held.
        """
        held = self._listener.held("web", visitor_of(request).sender)
        if held is None:
            raise HTTPException(404)
        _, machine = held
        headers = {
            "Content-Disposition": f'attachment; filename="{machine.name}"',
            "Cache-Control": "no-store",
        }
        return Response(machine.text, media_type="application/json", headers=headers)
