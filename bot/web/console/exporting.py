"""A list of cases as a file: masked for who may see it, in the very words for a supervisor with a
reason; every file is kept in the log of views."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.cases import TIME_ZONE, Role
from bot.desk.reveal import LEAST_REASON_CHARS
from bot.export import (
    COLUMNS,
    FORMATS,
    OPEN311_COLUMNS,
    Exporter,
    Open311,
    file_of,
    mark_of,
)
from bot.store import View, What, WorkOrder
from bot.web.console.console import Console, Seat
from bot.web.console.forms import Form
from bot.web.console.listing import FIRST_TABS, Listing, too_short, understood
from bot.web.console.narrowing import Narrowings

MOST_REASON_CHARS = 300
READ_AT_ONCE = 50
"""Cases between which everybody else is served."""
_OPEN311 = "open311"
_MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    _OPEN311: "text/csv; charset=utf-8",
}


class ExportPage:
    """The form of an export, and the file."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._narrowings = Narrowings(console)

    def routes(self) -> list[Route]:
        """Its addresses."""
        seated = self._console.seated
        return [
            Route("/export", seated(self.on_opened)),
            Route("/export", seated(self.on_asked), methods=["POST"]),
        ]

    async def on_opened(self, request: Request, seat: Seat) -> Response:
        """Show what would be exported, and how."""
        return self._page(request, seat, self._listing(request.query_params, seat), Form({}))

    async def on_asked(self, request: Request, seat: Seat) -> Response:
        """Send the file, piece by piece; what is wrong with the form is told."""
        console = self._console
        form = await console.form(request)
        listing = self._listing(QueryParams(form.kept("list")), seat)
        if problem := self._problem(form, listing, seat):
            return self._page(request, seat, listing, form, problem=problem)
        format_, is_full = form.kept("format"), form.kept("full") == "1"
        ids = console.store.queue.ids(
            listing.filters, seat.reader, at=console.now(), sort=listing.sort
        )
        reason = form.kept("reason") if is_full else ""
        told = f"{format_}, {len(ids)}" + (f": {reason}" if reason else "")
        await self._note(seat, told, is_full=is_full)
        day = f"{console.now().astimezone(TIME_ZONE):%Y%m%d-%H%M}"
        name = f"cases-{day}.{'csv' if format_ == _OPEN311 else format_}"
        return StreamingResponse(
            self._pieces(ids, seat, format_, bom=form.kept("bom") == "1", is_full=is_full),
            media_type=_MEDIA_TYPES[format_],
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
            },
        )

    def _problem(self, form: Form, listing: Listing, seat: Seat) -> str:
        """Why nothing is exported; empty if nothing speaks against it.

        A list whose narrowing is not understood is wider than the one that is meant.
        """
        say = self._console.words(seat.language)
        if ignored := _not_understood(listing):
            names = self._narrowings.names_of(ignored, seat)
            return str(say("exporting.not_understood", names=", ".join(names)))
        if form.kept("format") not in _MEDIA_TYPES:
            return str(say("exporting.no_format"))
        if form.kept("full") != "1":
            return ""
        if seat.member.role is not Role.SUPERVISOR:
            return str(say("exporting.full_refused"))
        if not LEAST_REASON_CHARS <= len(form.kept("reason")) <= MOST_REASON_CHARS:
            return str(
                say("exporting.no_reason", least=LEAST_REASON_CHARS, most=MOST_REASON_CHARS)
            )
        return ""

    async def _note(self, seat: Seat, told: str, *, is_full: bool) -> None:
        """Keep who exports what, before the first piece goes out."""
        console = self._console
        what: What = "full_export" if is_full else "export"
        view = View(seat.member.id, None, what, told, console.now())
        await console.store.write(lambda: console.store.views.add(view))

    async def _pieces(
        self, ids: Sequence[int], seat: Seat, format_: str, *, bom: bool, is_full: bool
    ) -> AsyncIterator[bytes]:
        """The file; between two pieces everybody else is served."""
        console, mark = self._console, mark_of(seat.member, self._console.now())
        maker: Exporter | Open311 = Exporter(
            console.wording,
            console.names,
            commitment=console.index().commitments.get,
            is_full=is_full,
            taken_by=mark,
        )
        columns: Mapping[str, str] = COLUMNS
        if format_ == _OPEN311:
            maker, columns = Open311(console.names), OPEN311_COLUMNS
        known = next((one for one in FORMATS if one == format_), FORMATS[0])
        with closing(file_of(known, columns, bom=bom, mark=mark)) as file:
            yield file.head()
            for at in range(0, len(ids), READ_AT_ONCE):
                orders = console.store.work_orders.these(ids[at : at + READ_AT_ONCE])
                yield file.rows(maker.rows([self._as_seen(one, seat) for one in orders]))
                await asyncio.sleep(0)
            tail = file.tail()
            while piece := await asyncio.to_thread(next, tail, b""):
                yield piece

    def _as_seen(self, order: WorkOrder, seat: Seat) -> WorkOrder:
        """A work order without the number of a case that the reader may not see."""
        store = self._console.store
        other = store.cases.numbered(order.alike) if order.alike else None
        if other is None or store.queue.may_see(other.id, seat.reader):
            return order
        return replace(order, alike="")

    def _listing(self, query: QueryParams, seat: Seat) -> Listing:
        return Listing.of(query, self._console.service, first=FIRST_TABS[seat.member.role][0])

    def _page(
        self, request: Request, seat: Seat, listing: Listing, form: Form, *, problem: str = ""
    ) -> Response:
        console = self._console
        page = console.store.queue.page(
            listing.filters, seat.reader, at=console.now(), sort=listing.sort, most=1
        )
        return console.page(
            request,
            seat,
            "console/export.html",
            status=422 if problem else 200,
            here="queue",
            listing=listing,
            total=page.total,
            formats=list(_MEDIA_TYPES),
            most_reason=MOST_REASON_CHARS,
            narrowings=self._narrowings.of(listing, seat),
            ignored=self._narrowings.names_of(_not_understood(listing), seat),
            form=form,
            problem=problem,
        )


def _not_understood(listing: Listing) -> Sequence[str]:
    """Names of what an address says and nobody understands, a search without a word with it, or
    with one that is too short."""
    text = listing.filters.text
    is_whole = not text or (understood(text) and not too_short(text))
    return listing.ignored if is_whole else (*listing.ignored, "q")
