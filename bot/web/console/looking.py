"""Who looked at whose identity and who exported cases: a week at a glance, then every entry. For
supervisors."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.cases import TIME_ZONE, Role
from bot.desk.looks import WEEK, looks_in, week_of
from bot.store import View
from bot.web.console.console import Console, Seat

VIEWS_SHOWN = 50
_FIRST_YEAR = 2000


class Looking:
    """The page of the view log."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def routes(self) -> list[Route]:
        """Its address."""
        handler = self._console.seated(self.on_opened, roles=(Role.SUPERVISOR,))
        return [Route("/administration/views", handler)]

    async def on_opened(self, request: Request, seat: Seat) -> Response:
        """Show a week, this one unless another is asked for, and the log, the newest first."""
        store, now = self._console.store, self._console.now()
        week = _week_asked(request.query_params.get("week", ""), now)
        page = _page_asked(request.query_params.get("page", ""))
        views = store.views.last(most=VIEWS_SHOWN, offset=(page - 1) * VIEWS_SHOWN)
        return self._console.page(
            request,
            seat,
            "console/views.html",
            here="administration",
            members={member.id: member.name for member in store.staff.all()},
            numbers=self._numbers(views),
            week=week.date(),
            week_ends=(week + WEEK).date() - timedelta(days=1),
            earlier=(week - WEEK).date(),
            later=(week + WEEK).date() if week + WEEK <= now else None,
            looks=looks_in(store, week),
            views=views,
            shown_page=page,
            is_more=store.views.count() > page * VIEWS_SHOWN,
        )

    def _numbers(self, views: Sequence[View]) -> dict[int, str]:
        ids = [view.case_id for view in views if view.case_id is not None]
        return {case.id: case.number for case in self._console.store.cases.these(ids)}


def _week_asked(written: str, now: datetime) -> datetime:
    """The week of a written day; this one if it is no day, or one to come."""
    this_week = week_of(now)
    try:
        asked = week_of(datetime.combine(date.fromisoformat(written), time(), TIME_ZONE))
    except (ValueError, OverflowError):
        return this_week
    return asked if asked.year >= _FIRST_YEAR and asked <= this_week else this_week


def _page_asked(written: str) -> int:
    is_number = written.isascii() and written.isdigit() and len(written) < 7
    return max(int(written), 1) if is_number else 1
