"""The metrics as text that people read: Chinese names, rounded rates beside their n."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from bot.cases import TIME_ZONE, CaseState, Kind, Urgency
from bot.metrics.values import GROUPINGS, LEAST_N, UNKNOWN, Figure, Metric, Report, Value
from bot.service import URGENCY_NAMES, Service

STATE_NAMES = {
    CaseState.SUBMITTED: "待受理",
    CaseState.NEED_INFO: "待补充",
    CaseState.ANSWERED: "直接答复",
    CaseState.REJECTED: "不予受理",
    CaseState.MERGED: "已并案",
    CaseState.ACCEPTED: "已受理",
    CaseState.IN_PROGRESS: "办理中",
    CaseState.REPLIED: "已答复",
    CaseState.LEDGER: "挂账",
    CaseState.CLOSED: "结案",
    CaseState.WITHDRAWN: "已撤回",
}
"""As docs/workflow.md has them."""
GROUPING_NAMES = {
    "kind": "诉求类型",
    "category": "分类",
    "street": "街道",
    "unit": "承办单位",
    "urgency": "紧急程度",
    "state": "状态",
}
BESIDE_NAMES = {
    "unrated": "未评价占比（不计入满意率）",
    "ledger": "挂账（计为未解决）",
    "answered_directly": "未经单位、直接答复（不计入）",
}
ROW_NAMES = {
    "commitment": "承诺",
    "street": "街道",
    "month": "月份",
    "cases": "件数",
    "spot": "地点",
    "category": "分类",
    "since": "自",
    "until": "至",
}
HOURS = "handling_hours"
COUNTS = ("commitment_heat", "early_warnings", "cases")
GAP = "  "


def lines_of(report: Report, service: Service) -> Iterator[str]:
    """The report, line by line."""
    window, now = report.window, report.now.astimezone(TIME_ZONE)
    days = f"{window.since} 至 {window.until}（武汉时间，含首尾两日）"
    yield f"{days}，截至 {now:%Y-%m-%d %H:%M}；n<{LEAST_N} 时不列比率"
    yield ""
    yield from _table(["指标", "数值", "计数", "n"], list(_overview(report)))
    names = _Names(service)
    for grouping in GROUPINGS:
        yield from _groups(report, grouping, names)
    for metric in report.metrics.values():
        yield from _rows(metric, names)
    yield from _counts(report.metrics["cases"], names)


class _Names:
    """What codes are called; the code itself of what service.toml no longer has."""

    def __init__(self, service: Service) -> None:
        self._names: dict[str, Mapping[str, str]] = {
            "kind": {kind.value: service.kinds[kind].name for kind in Kind},
            "category": {code: one.name for code, one in service.categories.items()},
            "street": {code: one.name for code, one in service.streets.items()},
            "unit": {code: one.name for code, one in service.units.items()},
            "urgency": {urgency.value: URGENCY_NAMES[urgency][0] for urgency in Urgency},
            "state": {state.value: name for state, name in STATE_NAMES.items()},
        }

    def of(self, grouping: str, code: Value) -> str:
        """The name of a code."""
        if code == UNKNOWN:
            return "不清楚"
        return self._names.get(grouping, {}).get(str(code), str(code))


def _overview(report: Report) -> Iterator[list[str]]:
    for metric in report.metrics.values():
        figure = metric.figure
        if metric.key in COUNTS:
            yield [metric.name_zh, f"{figure.value:g}", "", str(figure.n)]
        else:
            yield [metric.name_zh, _rate(metric, figure), _count(figure), str(figure.n)]
        for name, beside in metric.beside.items():
            value = _rate(metric, beside) if "count" in beside.more else f"{beside.value:g}"
            yield [f"{GAP}{BESIDE_NAMES[name]}", value, _count(beside), str(beside.n)]


def _count(figure: Figure) -> str:
    count = figure.more.get("count")
    return f"{count:g}" if isinstance(count, int | float) else ""


def _rate(metric: Metric, figure: Figure) -> str:
    if figure.value is None:
        return f"n<{LEAST_N}"
    if metric.key == HOURS:
        return f"{figure.value:.1f}（90% 在 {figure.more['p90']:.1f} 以内）"
    return f"{figure.value:.1%}"


def _groups(report: Report, grouping: str, names: _Names) -> Iterator[str]:
    """One line a category, street or unit, of all metrics that are told by it."""
    metrics = [one for one in report.metrics.values() if "unit" in one.groups]
    codes = dict.fromkeys(code for one in metrics for code in one.groups[grouping])
    if not codes:
        return
    yield ""
    rows = [
        [
            names.of(grouping, code),
            *(_cell(metric, metric.groups[grouping].get(code)) for metric in metrics),
        ]
        for code in codes
    ]
    head = [GROUPING_NAMES[grouping], *(metric.name_zh for metric in metrics)]
    yield from _table(head, rows)


def _cell(metric: Metric, figure: Figure | None) -> str:
    if figure is None:
        return "-"
    return f"{_rate(metric, figure)} (n={figure.n})"


def _rows(metric: Metric, names: _Names) -> Iterator[str]:
    if metric.rows:
        yield ""
        yield metric.name_zh
        head = [ROW_NAMES[column] for column in metric.rows[0]]
        rows = [[names.of(name, value) for name, value in row.items()] for row in metric.rows]
        yield from _table(head, rows)


def _counts(metric: Metric, names: _Names) -> Iterator[str]:
    yield ""
    yield metric.name_zh
    rows = [
        [GROUPING_NAMES[grouping] if not at else "", names.of(grouping, code), str(figure.value)]
        for grouping, figures in metric.groups.items()
        for at, (code, figure) in enumerate(figures.items())
    ]
    yield from _table(["", "", "件数"], rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns one below the other, also for terminals, where a Han character is two wide."""
    shown = [[_printable(cell) for cell in row] for row in [head, *rows]]
    widths = [max(map(_width, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        cells = (
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        yield GAP.join(cells).rstrip()


def _printable(text: str) -> str:
    """Without what could move the cursor: a spot can be in a resident's words."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _width(text: str) -> int:
    """Columns on a terminal (Unicode Standard Annex 11)."""
    return sum(
        0 if unicodedata.combining(sign) else 1 + (unicodedata.east_asian_width(sign) in "WF")
        for sign in text
    )
