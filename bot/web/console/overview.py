"""The overview: how cases are handled, by unit, street and category; what residents ask, and what
the report does not tell them.

Everybody who is signed in sees the figures; the texts of questions are for dispatchers and
supervisors, who can do something about them.
"""

import asyncio
import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.cases import TIME_ZONE, Role
from bot.masking import masked
from bot.metrics import LEAST_N, Figure, Metric, Report, Window, measure
from bot.store import QuestionCounts
from bot.unanswered import Group, group_by_meaning
from bot.web.charts import Bar, Column, bars, columns
from bot.web.console.console import Console, Seat
from index import Index

KEPT_SECONDS = 60
"""How long figures are shown again before they are counted anew."""
_MOST_KEPT = 8
_PRESETS = (7, 30, 90, 365)
_GROUPINGS = ("unit", "street", "category")
_BARS_SHOWN, _GROUPS_SHOWN, _ROWS_SHOWN = 20, 30, 10
_MOST_DAYS = 62
"""Longer windows are drawn by months."""
_COUNTED = ("commitment_heat", "early_warnings", "cases")
_HOURS, _FIRST_METRIC = "handling_hours", "overdue_rate"


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted of a window, and when."""

    report: Report
    questions: QuestionCounts
    over_time: dict[date, QuestionCounts]
    most_asked: list[tuple[str, int]]
    groups: list[Group]
    counted_at: datetime


class Overview:
    """The page of figures; what was counted is kept for a minute."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._kept: dict[Window, Figures] = {}

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [Route("/overview", self._console.seated(self.on_opened))]

    async def on_opened(self, request: Request, seat: Seat) -> Response:
        """Show the figures of a window, or give them as JSON or CSV."""
        console, query = self._console, request.query_params
        today = console.now().astimezone(TIME_ZONE).date()
        window, is_wrong = _window(query, today)
        figures = await self._figures(window)
        match query.get("format"):
            case "json":
                return JSONResponse(figures.report.as_json(), headers=_as_file("metrics.json"))
            case "csv":
                content = self._csv(figures.report, seat)
                return Response(content, media_type="text/csv", headers=_as_file("metrics.csv"))
        by = next((one for one in _GROUPINGS if one == query.get("by")), _GROUPINGS[0])
        told = [
            metric
            for metric in figures.report.metrics.values()
            if "unit" in metric.groups and metric.key not in _COUNTED
        ]
        wanted = query.get("metric", _FIRST_METRIC)
        chosen = next((one for one in told if one.key == wanted), told[0])
        values: dict[str, Any] = {
            "window": window,
            "is_wrong": is_wrong,
            "today": today,
            "presets": [(days, today - timedelta(days=days - 1)) for days in _PRESETS],
            "figures": figures,
            "metrics": [self._line(metric, seat) for metric in _rates(figures.report)],
            "told": told,
            "chosen": chosen,
            "by": by,
            "groupings": _GROUPINGS,
            "rows": self._rows(chosen, by, seat),
            "chart": self._chart(chosen, by, seat),
            "over_time": self._over_time(figures, seat),
            "counts": figures.report.metrics["cases"],
            "named": lambda grouping, code: self._named(grouping, code, seat),
            "warnings": (figures.report.metrics["early_warnings"].rows or [])[:_ROWS_SHOWN],
            "spot": lambda spot: self._spot(spot, seat),
            "groups": figures.groups[:_GROUPS_SHOWN] if _may_read(seat) else None,
            "labelled": lambda commitment_id: self._label(commitment_id, seat),
            "least_n": LEAST_N,
        }
        return console.page(request, seat, "console/overview.html", here="overview", **values)

    async def _figures(self, window: Window) -> Figures:
        """Count a window in another thread, over a connection of its own: the bot goes on."""
        now = self._console.now()
        kept = self._kept.get(window)
        if kept and now - kept.counted_at < timedelta(seconds=KEPT_SECONDS):
            return kept
        found = await asyncio.to_thread(self._count, window, self._console.index(), now)
        self._kept = dict(list(self._kept.items())[-_MOST_KEPT:]) | {window: found}
        return found

    def _count(self, window: Window, index: Index, now: datetime) -> Figures:
        with self._console.read_apart() as store:
            period = "day" if (window.until - window.since).days < _MOST_DAYS else "month"
            asked = store.questions.unanswered(window.begin, window.end)
            vectors = index.vectors([one.text for one in asked])
            return Figures(
                report=measure(store, self._console.service, window, now=now),
                questions=store.questions.counts(window.begin, window.end),
                over_time=store.questions.over_time(
                    window.begin, window.end, period="day" if period == "day" else "month"
                ),
                most_asked=store.questions.most_asked(window.begin, window.end),
                groups=group_by_meaning(
                    asked,
                    vectors,
                    mask=masked,
                    own_names=[*chain.from_iterable(index.places.values())],
                )
                if asked
                else [],
                counted_at=now,
            )

    def _line(self, metric: Metric, seat: Seat) -> tuple[str, str, int, str]:
        """A metric's name, value in words, n, and what is read beside it."""
        beside = "; ".join(
            f"{self._say(seat, f'overview.beside_{name}')} {_value(metric, figure, beside=True)}"
            for name, figure in metric.beside.items()
        )
        name = self._say(seat, f"overview.metric_{metric.key}")
        return name, _value(metric, metric.figure), metric.figure.n, beside

    def _rows(self, metric: Metric, by: str, seat: Seat) -> list[tuple[str, str, str, int]]:
        """A metric of each group: its code, its name, the value in words, n."""
        groups = self._groups(metric, by, seat)
        return [
            (code, self._named(by, code, seat), _value(metric, figure), figure.n)
            for code, figure in groups.items()
        ]

    def _groups(self, metric: Metric, by: str, seat: Seat) -> dict[str, Figure]:
        """The groups of a metric that the reader sees: of the units, a handler only her own."""
        groups = dict(metric.groups[by])
        if by == "unit" and seat.member.role is Role.HANDLER:
            return {code: one for code, one in groups.items() if code == seat.member.unit}
        return groups

    def _chart(self, metric: Metric, by: str, seat: Seat) -> str:
        is_hours = metric.key == _HOURS
        items = [
            Bar(
                self._named(by, code, seat),
                None if one.value is None else round(one.value * (1 if is_hours else 100), 1),
                one.n,
            )
            for code, one in self._groups(metric, by, seat).items()
        ]
        title = self._say(seat, f"overview.metric_{metric.key}")
        return bars(items[:_BARS_SHOWN], title=title, unit=" h" if is_hours else "%")

    def _over_time(self, figures: Figures, seat: Seat) -> str:
        points = [
            Column(f"{day:%m-%d}" if day.day != 1 else f"{day:%Y-%m}", (one.answered, one.refused))
            for day, one in figures.over_time.items()
        ]
        names = [self._say(seat, "overview.answered"), self._say(seat, "overview.refused")]
        title = self._say(seat, "overview.questions")
        return columns(points, title=title, names=names, is_stacked=True)

    def _named(self, grouping: str, code: str, seat: Seat) -> str:
        names, language = self._console.names, seat.language
        if code == "unknown":
            return self._say(seat, "overview.unknown")
        match grouping:
            case "unit":
                return names.unit(language, code)
            case "street":
                return names.street(language, code)
            case "category":
                return names.category(language, code)
            case "state":
                return self._say(seat, f"staff.state_{code}")
            case _:
                return code

    def _spot(self, spot: str, seat: Seat) -> str:
        """A spot, which begins with its street's code, in words."""
        first, _, rest = spot.partition(" ")
        if first not in self._console.service.streets:
            return spot
        return f"{self._console.names.street(seat.language, first)} {rest}".strip()

    def _label(self, commitment_id: str, seat: Seat) -> str:
        commitment = self._console.index().commitments.get(commitment_id)
        if commitment is None:
            return commitment_id
        return self._console.names.label(seat.language, commitment, most=60)

    def _csv(self, report: Report, seat: Seat) -> bytes:
        """The figures of all groups, a row each."""
        out = io.StringIO(newline="")
        rows = csv.writer(out)
        rows.writerow(["metric", "name", "by", "group", "value", "n"])
        for metric in report.metrics.values():
            name = self._say(seat, f"overview.metric_{metric.key}")
            rows.writerow([metric.key, name, "", "", metric.figure.value, metric.figure.n])
            for by in metric.groups:
                groups = self._groups(metric, by, seat) if by == "unit" else metric.groups[by]
                for code, one in groups.items():
                    rows.writerow([metric.key, name, by, code, one.value, one.n])
        return b"\xef\xbb\xbf" + out.getvalue().encode()

    def _say(self, seat: Seat, key: str) -> str:
        return str(self._console.words(seat.language)(key))


def _window(query: QueryParams, today: date) -> tuple[Window, bool]:
    """The window an address names, else the last 30 days; whether what it names is none."""
    try:
        since, until = (
            date.fromisoformat(query[name]) if query.get(name) else None
            for name in ("since", "until")
        )
        return Window.of(since, until, today=today), False
    except (ValueError, OverflowError):
        return Window.of(None, None, today=today), True


def _rates(report: Report) -> list[Metric]:
    return [one for one in report.metrics.values() if one.key not in _COUNTED]


def _value(metric: Metric, figure: Figure, *, beside: bool = False) -> str:
    """A figure in words; no rate is said of fewer than 20."""
    if beside and "count" not in figure.more:
        return f"{figure.value:g} (n={figure.n})"
    if figure.value is None:
        return f"n<{LEAST_N}"
    if metric.key == _HOURS:
        return f"{figure.value:.1f} h (p90 {figure.more['p90']:.1f} h)"
    return f"{figure.value:.1%}" + (f" (n={figure.n})" if beside else "")


def _may_read(seat: Seat) -> bool:
    return seat.member.role is not Role.HANDLER


def _as_file(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
