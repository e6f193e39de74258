"""The public page `/commitments`: what the report promises, what is known of its progress, and how
many cases are about it; nobody's words."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.dialogue.phrasing import bold_quantities
from bot.naming import Names, local_day
from bot.store import CommitmentFigures, Store
from bot.web.board import MONTHS, Entry, Narrowed, entries_of, narrowed
from bot.web.pages import Pages
from bot.web.visitor import remember_language, visitor_of
from bot.wording import Wording
from index import Index

KEPT_SECONDS = 30
"""How long the numbers of cases are shown again before they are counted anew: anybody may open
this page as often as she likes, and while tens of thousands are counted the bot hears nobody."""
_MOST_TEXT_CHARS = 100


class PublicCommitments:
    """The residents' page of commitments."""

    def __init__(
        self,
        store: Store,
        *,
        index: Callable[[], Index],
        wording: Wording,
        names: Names,
        pages: Pages,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._index = index
        self._wording = wording
        self._names = names
        self._pages = pages
        self._now = now
        self._counted_at: datetime | None = None
        self._figures: Mapping[str, CommitmentFigures] = {}

    def routes(self) -> list[Route]:
        """Its address."""
        return [Route("/commitments", self.on_opened)]

    async def on_opened(self, request: Request) -> Response:
        """Show the commitments by section, those with the searched words only."""
        visitor = visitor_of(request)
        text = request.query_params.get("q", "")[:_MOST_TEXT_CHARS]
        at = self._now()
        entries = entries_of(self._store, self._index(), at=at, figures=self._counted(at))
        shown = narrowed(entries, Narrowed(text=text))
        sections: dict[tuple[str, str], list[Entry]] = {}
        for entry in shown:
            title = self._names.title(visitor.language, entry.commitment)
            sections.setdefault((title, entry.commitment.section), []).append(entry)
        response = self._pages.page(
            request,
            "commitments.html",
            visitor,
            sections=sections,
            count=len(shown),
            text=text,
            notes=self._store.following.all_notes(),
            bold=bold_quantities,
            unit_named=lambda unit: self._names.unit_named(visitor.language, unit),
            say=lambda key, **values: self._wording.text(visitor.language, key, **values),
            local_day=local_day,
        )
        remember_language(response, visitor, request=request)
        return response

    def _counted(self, at: datetime) -> Mapping[str, CommitmentFigures]:
        """The numbers of cases, at most `KEPT_SECONDS` old."""
        if self._counted_at is None or at - self._counted_at >= timedelta(seconds=KEPT_SECONDS):
            self._figures = self._store.board.figures(at=at, months=MONTHS)
            self._counted_at = at
        return self._figures
