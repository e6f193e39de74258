"""The overview: how cases are handled, by unit, street and category; what residents ask, and what
the report does not tell them.

Everybody who is signed in sees the figures, but of the units a handler only her own, on the page
and in the files; the texts of questions are for dispatchers and supervisors, who can do something
about them.
"""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.cases import TIME_ZONE, Kind, Role, Urgency
from bot.metrics import LEAST_N, Figure, Metric, Report, Window
from bot.web.charts import Bar, Column, bars, columns
from bot.web.console.console import Console, Seat
from bot.web.console.counting import Counting, Figures, period_of

MOST_YEARS = 10
"""A longer window has more months than a chart can show, and holds the others up."""
_PRESETS = (7, 30, 90)
_GROUPINGS = ("unit", "street", "category")
_COUNT_GROUPINGS = ("state", "category", "street", "kind", "urgency")
_BARS_SHOWN, _GROUPS_SHOWN, _ROWS_SHOWN, _STREETS_SHOWN = 20, 30, 10, 3
_COUNTED = ("commitment_heat", "early_warnings", "cases")
_HOURS, _FIRST_METRIC = "handling_hours", "overdue_rate"


@dataclass(frozen=True, slots=True)
class Heat:
    """How many cases are about a commitment, and from which streets most of them."""

    commitment: str
    cases: int
    streets: Sequence[tuple[str, int]]


class Overview:
    """The page of figures."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._counting = Counting(console)

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [Route("/overview", self._console.seated(self.on_opened))]

    async def on_opened(self, request: Request, seat: Seat) -> Response:
        """Show the figures of a window, or give them as JSON or CSV."""
        console, query = self._console, request.query_params
        window, is_wrong = _window(query, self._today())
        figures = await self._counting.figures(window)
        report = _seen_by(seat, figures.report)
        is_file = query.get("format") in ("json", "csv")
        if is_file and not is_wrong:  # a file of other days than asked for would be taken for them
            if query["format"] == "json":
                return JSONResponse(report.as_json(), headers=_as_file("metrics.json"))
            content, headers = self._csv(report, seat), _as_file("metrics.csv")
            return Response(content, media_type="text/csv", headers=headers)
        values = {
            "is_wrong": is_wrong,
            "most_years": MOST_YEARS,
            "window": window,
            "presets": self._presets(window, seat),
            "figures": figures,
            "least_n": LEAST_N,
            "period": period_of(window),
            "labelled": lambda commitment_id: self._label(commitment_id, seat),
            **self._of_metrics(report, query, seat),
            **self._of_cases(figures, report, seat),
            **self._of_questions(figures, seat),
        }
        return console.page(
            request,
            seat,
            "console/overview.html",
            status=422 if is_file else 200,
            here="overview",
            **values,
        )

    def _of_metrics(self, report: Report, query: QueryParams, seat: Seat) -> dict[str, Any]:
        """All rates, and the one that was chosen by unit, street or category."""
        rates = [one for one in report.metrics.values() if one.key not in _COUNTED]
        told = [one for one in rates if "unit" in one.groups]
        wanted = query.get("metric", _FIRST_METRIC)
        chosen = next((one for one in told if one.key == wanted), told[0])
        by = next((one for one in _GROUPINGS if one == query.get("by")), _GROUPINGS[0])
        return {
            "metrics": [self._line(one, seat) for one in rates],
            "told": told,
            "chosen": chosen,
            "by": by,
            "groupings": _GROUPINGS,
            "rows": [
                (self._queue(by, code), self._named(by, code, seat), _value(chosen, one), one.n)
                for code, one in chosen.groups[by].items()
            ],
            "chart": self._chart(chosen, by, seat),
        }

    def _of_cases(self, figures: Figures, report: Report, seat: Seat) -> dict[str, Any]:
        """How many cases were filed: over time, by what they are, about which commitments."""
        counts, window = report.metrics["cases"], report.window
        by_code = {
            grouping: [
                (
                    self._queue(grouping, code, window) if _sees_all(seat) else "",
                    self._named(grouping, code, seat),
                    int(one.value or 0),
                )
                for code, one in counts.groups[grouping].items()
            ]
            for grouping in _COUNT_GROUPINGS
        }
        return {
            "filed": int(counts.figure.value or 0),
            "counts": by_code,
            "filed_chart": self._filed_chart(figures, seat),
            "heats": [
                (one, self._queue("commitment", one.commitment, window) if _sees_all(seat) else "")
                for one in _heats(report.metrics["commitment_heat"])
            ],
            "warnings": (report.metrics["early_warnings"].rows or [])[:_ROWS_SHOWN],
            "named": lambda grouping, code: self._named(grouping, code, seat),
            "spot": lambda spot: self._spot(spot, seat),
        }

    def _of_questions(self, figures: Figures, seat: Seat) -> dict[str, Any]:
        names = [self._say(seat, "overview.answered"), self._say(seat, "overview.refused")]
        points = [
            Column(_day_label(day, figures), (one.answered + one.choices, one.refused))
            for day, one in figures.over_time.items()
        ]
        title = self._say(seat, "overview.questions")
        return {
            "over_time": columns(points, title=title, names=names, is_stacked=True),
            "groups": figures.groups[:_GROUPS_SHOWN] if _sees_all(seat) else None,
            "day_label": lambda day: _day_label(day, figures, is_whole=True),
        }

    def _presets(self, window: Window, seat: Seat) -> list[tuple[str, date, date, bool]]:
        """What a window is called, its days, and whether it is the one that is shown."""
        today, say = self._today(), self._console.words(seat.language)
        begins = {
            say("overview.days", days=days): today - timedelta(days=days - 1) for days in _PRESETS
        }
        begins[say("overview.this_year")] = today.replace(month=1, day=1)
        return [
            (name, since, today, window == Window(since, today)) for name, since in begins.items()
        ]

    def _line(self, metric: Metric, seat: Seat) -> tuple[str, str, int, str]:
        """A metric's name, value in words, n, and what is read beside it."""
        beside = "; ".join(
            f"{self._say(seat, f'overview.beside_{name}')} {_value(metric, figure, beside=True)}"
            for name, figure in metric.beside.items()
        )
        name = self._say(seat, f"overview.metric_{metric.key}")
        return name, _value(metric, metric.figure), metric.figure.n, beside

    def _chart(self, metric: Metric, by: str, seat: Seat) -> str:
        is_hours = metric.key == _HOURS
        items = [
            Bar(
                self._named(by, code, seat),
                None if one.value is None else round(one.value * (1 if is_hours else 100), 1),
                one.n,
            )
            for code, one in metric.groups[by].items()
        ]
        title = self._say(seat, f"overview.metric_{metric.key}")
        return bars(items[:_BARS_SHOWN], title=title, unit=" h" if is_hours else "%")

    def _filed_chart(self, figures: Figures, seat: Seat) -> str:
        name = self._say(seat, "overview.metric_cases")
        points = [Column(_day_label(day, figures), (n,)) for day, n in figures.filed.items()]
        return columns(points, title=name, names=[name])

    def _queue(self, grouping: str, code: str, window: Window | None = None) -> str:
        """The query of the list of these cases; empty where the list cannot be narrowed so."""
        service = self._console.service
        known: Mapping[str, object] = {
            "unit": service.units,
            "street": service.streets,
            "category": service.categories,
        }
        codes = known.get(grouping)
        if isinstance(codes, Mapping) and code not in codes:
            return ""
        days = {"since": window.since, "until": window.until} if window else {}
        return urlencode({"tab": "all", grouping: code, **days})

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
            case "kind":
                return names.kind(language, Kind(code))
            case "urgency":
                return names.urgency(language, Urgency(code))
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
        rows.writerow(["metric", "name", "by", "group", "value", "n", "p90"])
        for metric in report.metrics.values():
            name = self._say(seat, f"overview.metric_{metric.key}")
            rows.writerow([metric.key, name, "", "", *_cells(metric.figure)])
            for beside, one in metric.beside.items():
                said = self._say(seat, f"overview.beside_{beside}")
                rows.writerow([f"{metric.key}.{beside}", said, "", "", *_cells(one)])
            for by, groups in metric.groups.items():
                for code, one in groups.items():
                    rows.writerow([metric.key, name, by, code, *_cells(one)])
        return b"\xef\xbb\xbf" + out.getvalue().encode()

    def _say(self, seat: Seat, key: str) -> str:
        return str(self._console.words(seat.language)(key))

    def _today(self) -> date:
        return self._console.now().astimezone(TIME_ZONE).date()


def _window(query: QueryParams, today: date) -> tuple[Window, bool]:
    """The window an address names, else the last 30 days; whether what it names is none."""
    try:
        since, until = (
            date.fromisoformat(query[name]) if query.get(name) else None
            for name in ("since", "until")
        )
        window = Window.of(since, until, today=today)
        if window.until - window.since < timedelta(days=366 * MOST_YEARS):
            return window, False
    except (ValueError, OverflowError):
        pass
    return Window.of(None, None, today=today), True


def _seen_by(seat: Seat, report: Report) -> Report:
    """The figures that a reader sees: of the units, a handler only her own."""
    if _sees_all(seat):
        return report
    own = seat.member.unit
    metrics = {
        key: replace(
            metric,
            groups={
                by: {code: one for code, one in groups.items() if by != "unit" or code == own}
                for by, groups in metric.groups.items()
            },
        )
        for key, metric in report.metrics.items()
    }
    return replace(report, metrics=metrics)


def _sees_all(seat: Seat) -> bool:
    return seat.member.role is not Role.HANDLER


def _heats(metric: Metric) -> list[Heat]:
    """The commitments that most cases are about, whatever their month."""
    streets: dict[str, Counter[str]] = {}
    for row in metric.rows or ():
        by_street = streets.setdefault(str(row["commitment"]), Counter())
        by_street[str(row["street"])] += int(row["cases"] or 0)
    found = [
        Heat(commitment, counts.total(), counts.most_common(_STREETS_SHOWN))
        for commitment, counts in streets.items()
    ]
    return sorted(found, key=lambda one: (-one.cases, one.commitment))[:_ROWS_SHOWN]


def _value(metric: Metric, figure: Figure, *, beside: bool = False) -> str:
    """A figure in words; no rate is said of fewer than 20."""
    if beside and "count" not in figure.more:
        return f"{figure.value:g} (n={figure.n})"
    if figure.value is None:
        return f"n<{LEAST_N}"
    if metric.key == _HOURS:
        return f"{figure.value:.1f} h (p90 {figure.more['p90']:.1f} h)"
    return f"{figure.value:.1%}" + (f" (n={figure.n})" if beside else "")


def _cells(figure: Figure) -> tuple[object, ...]:
    return figure.value, figure.n, figure.more.get("p90")


def _day_label(day: date, figures: Figures, *, is_whole: bool = False) -> str:
    if period_of(figures.report.window) == "month":
        return f"{day:%Y-%m}"
    return f"{day:%Y-%m-%d}" if is_whole else f"{day:%m-%d}"


def _as_file(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
