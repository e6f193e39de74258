"""The queue: what the reader has to do next, found, filtered and kept up to date."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.cases import CaseState, Kind, Urgency
from bot.moves import may_take
from bot.store import SORTS, QueueRow
from bot.web.console.bulk import Bulk
from bot.web.console.console import Console, Seat
from bot.web.console.dues import Due, due_of
from bot.web.console.listing import FIRST_TABS, PAGE_ROWS, TABS, Listing

_MOST_COUNTED = 999
_FILTERS: Mapping[str, str] = {
    "q": "queue.found",
    "state": "queue.state",
    "kind": "queue.kind",
    "category": "queue.category",
    "street": "queue.street",
    "unit": "queue.unit",
    "urgency": "queue.urgency",
    "commitment": "queue.commitment",
    "since": "queue.since",
    "until": "queue.until",
    "unreachable": "queue.unreachable",
}
"""What narrows a list -> what it is called."""


@dataclass(frozen=True, slots=True)
class Line:
    """A case as a row of the page."""

    case: QueueRow
    place: str
    due: Due | None


class QueuePage:
    """The console's first page."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bulk = Bulk(console)

    def routes(self) -> list[Route]:
        """Its addresses."""
        seated = self._console.seated
        return [
            Route("/", seated(self.on_opened), name="queue"),
            Route("/rows", seated(self.on_looked_again)),
            Route("/bulk", seated(self._bulk.on_posted), methods=["POST"]),
        ]

    async def on_opened(self, request: Request, seat: Seat) -> Response:
        """Show a page of a list."""
        console = self._console
        listing = self._listing(request, seat)
        newest = console.store.queue.newest_step()
        shown = self._shown(listing, seat)
        return console.page(
            request,
            seat,
            "console/queue.html",
            here="queue",
            newest=newest,
            narrowings=self._narrowings(listing, seat),
            options=self._options(seat),
            **shown,
        )

    async def on_looked_again(self, request: Request, seat: Seat) -> Response:
        """Tell the page's script what the list looks like by now; nothing if nothing happened."""
        newest = self._console.store.queue.newest_step()
        headers = {"Cache-Control": "no-store"}
        if request.query_params.get("newest") == str(newest):
            return JSONResponse({"newest": newest}, headers=headers)
        shown = self._shown(self._listing(request, seat), seat)
        html = self._console.fragment(seat, "console/rows.html", **shown)
        counts = {tab: _counted(count) for tab, count in shown["counts"].items()}
        return JSONResponse({"newest": newest, "html": html, "counts": counts}, headers=headers)

    def _listing(self, request: Request, seat: Seat) -> Listing:
        first = FIRST_TABS[seat.member.role]
        return Listing.of(request.query_params, self._console.service, first=first)

    def _shown(self, listing: Listing, seat: Seat) -> dict[str, Any]:
        """What the rows of a page, and the tabs above them, are made of."""
        console, at = self._console, self._console.now()
        queue, reader = console.store.queue, seat.reader
        offset = (listing.page - 1) * PAGE_ROWS
        page = queue.page(
            listing.filters, reader, at=at, sort=listing.sort, offset=offset, most=PAGE_ROWS
        )
        say = console.words(seat.language)
        lines = [
            Line(
                row,
                " · ".join(
                    filter(None, [console.names.street(seat.language, row.street), row.place])
                ),
                due_of(row.due, say, at=at) if row.due else None,
            )
            for row in page.rows
        ]
        return {
            "listing": listing,
            "lines": lines,
            "total": page.total,
            "first": offset + 1,
            "last": offset + len(lines),
            "pages": ceil(page.total / PAGE_ROWS),
            "counts": queue.counts(reader, at=at),
            "tabs": TABS[seat.member.role],
            "is_bulk": may_take(seat.member.role, "accept"),
            "counted": _counted,
        }

    def _narrowings(self, listing: Listing, seat: Seat) -> list[tuple[str, str, str]]:
        """What narrows the list: what it is called, its value in words, the address without it."""
        console, language = self._console, seat.language
        say, names, filters = console.words(language), console.names, listing.filters
        values = {
            "q": filters.text,
            "state": " / ".join(say(f"staff.state_{state}") for state in filters.states),
            "kind": names.kind(language, filters.kind) if filters.kind else "",
            "category": names.category(language, filters.category),
            "street": names.street(language, filters.street),
            "unit": names.unit(language, filters.unit),
            "urgency": names.urgency(language, filters.urgency) if filters.urgency else "",
            "commitment": self._commitment(filters.commitment, seat),
            "since": str(filters.since),
            "until": str(filters.until),
            "unreachable": "",
        }
        return [
            (say(_FILTERS[name]), values[name], listing.query_without(name))
            for name in dict.fromkeys(name for name, _ in listing.narrowings)
        ]

    def _commitment(self, commitment_id: str, seat: Seat) -> str:
        commitment = self._console.index().commitments.get(commitment_id)
        if commitment is None:
            return commitment_id
        return self._console.names.label(seat.language, commitment)

    def _options(self, seat: Seat) -> dict[str, list[tuple[str, str]]]:
        """What can be chosen in the filters: codes and names."""
        console, language = self._console, seat.language
        names, say, service = console.names, console.words(language), console.service
        return {
            "state": [(one, say(f"staff.state_{one}")) for one in CaseState],
            "kind": [(one, names.kind(language, one)) for one in Kind],
            "category": [(one, names.category(language, one)) for one in service.categories],
            "street": [(one, names.street(language, one)) for one in service.streets],
            "unit": [(one, names.unit(language, one)) for one in service.units],
            "urgency": [(one, names.urgency(language, one)) for one in Urgency],
            "sort": [(one, say(f"queue.sort_{one}")) for one in SORTS],
        }


def _counted(count: int) -> str:
    """A number short enough for a tab."""
    return f"{_MOST_COUNTED}+" if count > _MOST_COUNTED else str(count)
