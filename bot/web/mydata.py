"""`/mydata` and `/mydata.json`: everything held about the browser that asks."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.messages import Document, Listener
from bot.web.pages import Pages
from bot.web.visitor import visitor_of


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
        """Show it as a text."""
        visitor = visitor_of(request)
        text, _ = self._held(request)
        return self._pages.page(request, "mydata.html", visitor, text=text.text)

    async def on_downloaded(self, request: Request) -> Response:
        """Give it as a file."""
        _, machine = self._held(request)
        headers = {
            "Content-Disposition": f'attachment; filename="{machine.name}"',
            "Cache-Control": "no-store",
        }
        return Response(machine.text, media_type="application/json", headers=headers)

    def _held(self, request: Request) -> tuple[Document, Document]:
        """Everything held, to read and for programs.

        Raises:
            HTTPException: 404, nothing is held.
        """
        held = self._listener.held("web", visitor_of(request).sender)
        if held is None:
            raise HTTPException(404)
        return held
