"""The queue: what the reader has to do next, found, filtered and kept up to date."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.cases import Role
from bot.moves import may_take
from bot.store import QueueRow, Tab
from bot.web.console import bulk
from bot.web.console.bulk import Bulk, Outcome
from bot.web.console.casepage.offering import ACTION_KEYS
from bot.web.console.console import Console, Seat
from bot.web.console.dues import Due, due_of
from bot.web.console.listing import (
    PAGE_ROWS,
    TABS,
    Listing,
    first_tab,
    too_short,
    understood,
)
from bot.web.console.narrowing import Narrowings

_MOST_COUNTED = 999
_BY_KEY = (
    *("reply", "answer", "ask_info", "merge", "call", "sign", "contact", "done"),
    *("put_on_ledger", "urge", "note"),
)
"""What a key opens a case for; on the case's page the same keys do it."""


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
        self._narrowings = Narrowings(console)
        self._bulk = Bulk(console, self.show)

    def routes(self) -> list[Route]:
        """Its addresses."""
        seated = self._console.seated
        return [
            Route("/", seated(self.on_opened), name="queue"),
            Route("/rows", seated(self.on_looked_again)),
            *self._bulk.routes(),
        ]

    async def on_opened(self, request: Request, seat: Seat) -> Response:
        """Show a page of a list."""
        return self.show(request, seat, request.query_params, Outcome())

    async def on_looked_again(self, request: Request, seat: Seat) -> Response:
        """Tell the page's script what the list looks like by now; nothing if nothing happened."""
        newest = self._console.store.queue.newest_step()
        headers = {"Cache-Control": "no-store"}
        if request.query_params.get("newest") == str(newest):
            return JSONResponse({"newest": newest}, headers=headers)
        counts = self._counts(seat)
        shown = self._shown(self._listing(request.query_params, seat, counts), seat)
        html = self._console.fragment(seat, "console/rows.html", **shown, left=frozenset())
        short = {tab: _counted(count) for tab, count in counts.items()}
        return JSONResponse({"newest": newest, "html": html, "counts": short}, headers=headers)

    def show(self, request: Request, seat: Seat, query: QueryParams, outcome: Outcome) -> Response:
        """The list that an address's query names, and what became of a step for many cases."""
        # Read before the rows: what happens in between is shown twice rather than never.
        newest = self._console.store.queue.newest_step()
        counts = self._counts(seat)
        listing = self._listing(query, seat, counts)
        filters, narrowings = listing.filters, self._narrowings
        return self._console.page(
            request,
            seat,
            "console/queue.html",
            here="queue",
            newest=newest,
            counts={tab: _counted(count) for tab, count in counts.items()},
            tabs=TABS[seat.member.role],
            narrowings=narrowings.of(listing, seat),
            ignored=narrowings.names_of(listing.ignored, seat),
            not_understood=filters.text if not understood(filters.text) else "",
            too_short=too_short(filters.text),
            choices=narrowings.choices(seat),
            commitments=narrowings.commitments(seat),
            case_keys=_case_keys(seat.member.role),
            outcome=outcome,
            left=outcome.left,
            **self._shown(listing, seat),
        )

    def _counts(self, seat: Seat) -> Mapping[Tab, int]:
        return self._console.store.queue.counts(seat.reader, at=self._console.now())

    def _listing(self, query: QueryParams, seat: Seat, counts: Mapping[Tab, int]) -> Listing:
        first = first_tab(seat.member.role, counts)
        return Listing.of(query, self._console.service, first=first)

    def _shown(self, listing: Listing, seat: Seat) -> dict[str, Any]:
        """What the rows of a page are made of."""
        console, at = self._console, self._console.now()
        offset = (listing.page - 1) * PAGE_ROWS
        page = console.store.queue.page(
            listing.filters,
            seat.reader,
            at=at,
            sort=listing.sort,
            offset=offset,
            most=PAGE_ROWS,
        )
        say = console.words(seat.language)
        lines = [
            Line(row, self._place(row, seat), due_of(row.due, say, at=at) if row.due else None)
            for row in page.rows
        ]
        return {
            "listing": listing,
            "lines": lines,
            "total": page.total,
            "first": offset + 1,
            "last": offset + len(lines),
            "pages": ceil(page.total / PAGE_ROWS),
            "is_bulk": seat.member.role in bulk.ROLES,
        }

    def _place(self, row: QueueRow, seat: Seat) -> str:
        street = self._console.names.street(seat.language, row.street)
        return " · ".join(part for part in (street, row.place) if part)


def _case_keys(role: Role) -> dict[str, str]:
    """Keys and what they open a case for, as far as a role may do it."""
    return {ACTION_KEYS[action]: action for action in _BY_KEY if may_take(role, action)}


def _counted(count: int) -> str:
    """A number short enough for a tab."""
    return f"{_MOST_COUNTED}+" if count > _MOST_COUNTED else str(count)
