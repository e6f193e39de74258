"""The commitments board: promise by promise, where it hurts; and one page of each."""

from datetime import date
from typing import Any

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import desk
from bot.cases import TIME_ZONE
from bot.desk.progress import MOST_SOURCE_CHARS, MOST_TEXT_CHARS
from bot.dialogue.phrasing import bold_quantities
from bot.moves import PROGRESS_ROLES
from bot.store import Filters, ProgressNote
from bot.store.board import month_begins
from bot.web.board import MONTHS, ORDERS, Entry, Narrowed, entries_of, entry_of, in_order, narrowed
from bot.web.charts import Column, columns, trend
from bot.web.console.console import HOME, Console, Seat
from bot.web.console.forms import Form, TooLong

CASES_SHOWN = 30
_MOST_SEARCH_CHARS = 200


class _InFuture(ValueError):
    """A note speaks of a day that has not come."""


class CommitmentPages:
    """The board and the page of each commitment."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def routes(self) -> list[Route]:
        """Their addresses."""
        seated, one = self._console.seated, "/commitments/{report}/{name}"
        return [
            Route("/commitments", seated(self.on_board)),
            Route(one, seated(self.on_opened)),
            Route(one, seated(self.on_noted, roles=PROGRESS_ROLES), methods=["POST"]),
        ]

    async def on_board(self, request: Request, seat: Seat) -> Response:
        """Show every commitment, what hurts most first."""
        console, query = self._console, request.query_params
        entries = entries_of(console.store, console.index(), at=console.now())
        to = Narrowed(
            text=query.get("q", "")[:_MOST_SEARCH_CHARS],
            section=query.get("section", ""),
            unit=query.get("unit", ""),
            with_cases=query.get("cases") == "1",
        )
        order = next((one for one in ORDERS if one == query.get("sort")), ORDERS[0])
        return console.page(
            request,
            seat,
            "console/commitments.html",
            here="commitments",
            entries=in_order(narrowed(entries, to), order),
            trend=trend,
            bold=bold_quantities,
            all_count=len(entries),
            to=to,
            order=order,
            orders=ORDERS,
            sections=list(dict.fromkeys(one.commitment.section for one in entries)),
            units=sorted({one.commitment.unit for one in entries if one.commitment.unit}),
        )

    async def on_opened(self, request: Request, seat: Seat) -> Response:
        """Show one commitment."""
        return self._page(request, seat, self._entry(request))

    async def on_noted(self, request: Request, seat: Seat) -> Response:
        """Keep a progress note, which followers hear of, or show first what they will read; what
        is wrong with it is told.
        """
        console, entry = self._console, self._entry(request)
        form = await console.form(request)
        say = console.words(seat.language)
        try:
            note = self._written(form, entry, seat)
            if form.kept("step") == "preview":
                return self._page(request, seat, entry, form=form, preview=note)
            count = await self._keep(note)
        except _InFuture:
            problem = str(say("board.in_future"))
        except (TooLong, ValueError):
            problem = str(say("board.note_refused", most=MOST_TEXT_CHARS))
        else:
            path = f"{HOME}/commitments/{entry.commitment.id}"
            return console.back_to(request, path, notice=str(say("board.noted", count=count)))
        return self._page(request, seat, entry, form=form, problem=problem)

    def _written(self, form: Form, entry: Entry, seat: Seat) -> ProgressNote:
        """The note as it stands in the form, not kept yet.

        Raises:
            TooLong: a text is longer than any form may hold.
            ValueError: its day is none, or has not come.
        """
        noted_on = date.fromisoformat(form.kept("noted_on"))
        if noted_on > self._console.now().astimezone(TIME_ZONE).date():
            raise _InFuture(f"{noted_on} has not come")
        return ProgressNote(
            id=0,
            commitment=entry.commitment.id,
            text=form.text("text"),
            source=form.text("source"),
            noted_on=noted_on,
            staff_id=seat.member.id,
        )

    async def _keep(self, note: ProgressNote) -> int:
        """Have the desk keep a note; returns how many followers were told.

        Raises:
            ValueError: the desk refuses it.
        """
        console = self._console
        _, count = await console.store.write(
            lambda: desk.add_progress_note(
                console.office,
                note.commitment,
                note.text,
                source=note.source,
                noted_on=note.noted_on,
                at=console.now(),
                staff_id=note.staff_id,
            )
        )
        return count

    def _as_followers_read(self, seat: Seat, note: ProgressNote) -> Markup:
        told = self._console.office.notices.progress(seat.language, note)
        return Markup(told.html)  # noqa: S704 - the wording escapes words

    def _entry(self, request: Request) -> Entry:
        """The commitment that the address names.

        Raises:
            HTTPException: 404 if there is none.
        """
        console = self._console
        wanted = "{report}/{name}".format(**request.path_params)
        found = entry_of(console.store, console.index(), wanted, at=console.now())
        if found is None:
            raise HTTPException(404)
        return found

    def _page(
        self,
        request: Request,
        seat: Seat,
        entry: Entry,
        *,
        form: Form | None = None,
        problem: str = "",
        preview: ProgressNote | None = None,
    ) -> Response:
        console, store = self._console, self._console.store
        at, commitment = console.now(), entry.commitment
        say = console.words(seat.language)
        shown = store.queue.page(
            Filters(commitment=commitment.id),
            seat.reader,
            at=at,
            sort="newest",
            most=CASES_SHOWN,
        )
        months = [f"{day:%Y-%m}" for day in month_begins(at, MONTHS)]
        points = [
            Column(month, (count,))
            for month, count in zip(months, entry.figures.by_month, strict=True)
        ]
        values: dict[str, Any] = {
            "entry": entry,
            "notes": [
                (note, self._author(note.staff_id))
                for note in store.following.notes(commitment.id)
            ],
            "followers": len(store.following.followers(commitment.id)),
            "cases": shown.rows,
            "total": shown.total,
            "months": list(zip(months, entry.figures.by_month, strict=True)),
            "chart": columns(points, title=str(say("board.by_month")), names=[""]),
            "may_note": seat.member.role in PROGRESS_ROLES,
            "form": form or Form({}),
            "problem": problem,
            "preview": self._as_followers_read(seat, preview) if preview else "",
            "most_text": MOST_TEXT_CHARS,
            "most_source": MOST_SOURCE_CHARS,
            "bold": bold_quantities,
            "today": at.astimezone(TIME_ZONE).date(),
        }
        status = 422 if problem else 200
        return console.page(
            request, seat, "console/commitment.html", status=status, here="commitments", **values
        )

    def _author(self, staff_id: int | None) -> str:
        member = self._console.store.staff.get(staff_id) if staff_id is not None else None
        return member.name if member else ""
