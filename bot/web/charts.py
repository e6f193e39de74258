"""Charts for the staff's pages: SVG drawn here, without scripts, colours of their own or styles.

Everything that colour says is said besides by shape, hatching or words; the numbers stand in the
picture's description, and in a table beside it on the page. Colours and type are classes of
`charts.css`, since the pages allow no inline styles. Nothing in a chart has an id, so that any
number of them may stand on a page.
"""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from bot.metrics import LEAST_N
from index import clean

WIDTH = 340
"""Units of a chart's viewBox."""
TYPE_SIZE = 14.5
"""In units, as in `charts.css`: 12 pixels on a phone of 360, less margins, 16 on a desktop."""
TOO_FEW = f"n<{LEAST_N}"
"""Said in the place of a rate of too few."""

_WIDE, _CAPITAL, _NARROW = 1.0, 0.8, 0.6
"""Widths of characters in ems, on the safe side for the fonts of page.css."""
_NARROW_COLUMN = 4
"""Narrower ones have no outline, which would leave nothing of the hatching."""
_ROW, _BASELINE, _BAR_TOP, _BAR = 39, 15, 21, 9
_PLOT_TOP, _PLOT, _LABELS, _LEGEND = 10, 120, 24, 26
_TICKS = 4
_HATCH = 3.5
_LABEL_GAP = 8
_TREND = (96, 24)
_TREND_EDGE = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """One thing of several that are compared.

    Attributes:
        value: in the chart's unit, 0..; None if there are too few to say it.
        n: of how many it is said; None where the value is itself a number of things.
        mark: where the value should be, as a target.
    """

    label: str
    value: float | None
    n: int | None = None
    mark: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A day or a month: its short label and one or two numbers, 0 or more."""

    label: str
    values: tuple[float, ...]


def bars(
    items: Sequence[Bar],
    *,
    title: str,
    unit: str = "",
    mark_name: str = "",
    too_few: str = TOO_FEW,
) -> Markup:
    """Horizontal bars, one below the other, in the order given.

    Args:
        title: what the chart shows; it is not drawn, the page has a heading.
        unit: what stands behind each number, with its space if it has one (`%`, ` cases`); a scale
            of per cent ends at 100.
        mark_name: what the marks are; above the bars, if there are any.

    Returns:
        An `<svg>`; empty if there is nothing to show.
    """
    if not items:
        return Markup("")
    top = _end_of_scale(items, unit)
    has_marks = bool(mark_name) and any(item.mark is not None for item in items)
    begin = _LEGEND if has_marks else 0
    said = [(item, _said(item, unit, too_few)) for item in items]
    drawn = [_mark_legend(mark_name)] if has_marks else []
    for row, (item, text) in enumerate(said):
        drawn.append(_row(item, text, top=top, y=begin + row * _ROW))
    described = (f"{item.label}: {text}{_of(item, ' (n={})')}" for item, text in said)
    return _chart(title, described, drawn, height=begin + len(items) * _ROW)


def columns(
    points: Sequence[Column],
    *,
    title: str,
    names: Sequence[str],
    unit: str = "",
    is_stacked: bool = False,
) -> Markup:
    """Columns by day or month, oldest first; a second series is hatched.

    Args:
        title: what the chart shows; it is not drawn, the page has a heading.
        names: what each series is, one or two; drawn only if there are two.
        is_stacked: the second stands upon the first, since both are parts of a whole.

    Returns:
        An `<svg>`; empty if there is nothing to show.
    """
    if not points:
        return Markup("")
    highest = max(sum(point.values) if is_stacked else max(point.values) for point in points)
    ticks = round_ticks(highest)
    plot = _Plot(len(points), ticks, top=_PLOT_TOP + (_LEGEND if len(names) > 1 else 0))
    drawn = [_series_legend(names)] if len(names) > 1 else []
    drawn += [_grid_line(plot, tick) for tick in ticks]
    said = [_said_of_column(point, names, unit) for point in points]
    drawn += [
        Markup("<g><title>{}</title>{}</g>").format(text, _column(plot, at, point, is_stacked))
        for at, (point, text) in enumerate(zip(points, said, strict=True))
    ]
    drawn += _labels(plot, [point.label for point in points])
    return _chart(title, said, drawn, height=plot.bottom + _LABELS)


def trend(values: Sequence[float | None], *, title: str) -> Markup:
    """A line as small as a word, for a row of a table; its last point is marked.

    Args:
        values: 0 or more, oldest first; None leaves a gap.
        title: what it shows and the numbers that matter, for those who cannot see it.

    Returns:
        An `<svg>`; empty if there is no number at all.
    """
    known = [value for value in values if value is not None]
    if not known:
        return Markup("")
    dots = _trend_dots(values, top=max(*known, 1))
    x, y = dots[-1][-1]
    lines = Markup("").join(
        Markup('<polyline points="{}"/>').format(" ".join(f"{x:g},{y:g}" for x, y in run))
        for run in dots
    )
    return Markup(
        '<svg class="trend" role="img" viewBox="0 0 {} {}"><title>{}</title>'
        '<path class="chart-axis" d="M0 {}h{}"/>{}<circle cx="{:g}" cy="{:g}" r="2.5"/></svg>'
    ).format(*_TREND, clean(title), _TREND[1] - 1, _TREND[0], lines, x, y)


def round_ticks(highest: float) -> list[int]:
    """Whole numbers from 0 to `highest` or a little more, in equal steps of 1, 2 or 5 times a
    power of ten; at most five."""
    rough = max(highest / _TICKS, 1)
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
    return [step * at for at in range(max(math.ceil(highest / step), 1) + 1)]


def shortened(text: str, width: float) -> str:
    """The text, or as much of it as goes into `width` units with an ellipsis behind it."""
    if _width(text) <= width:
        return text
    left = width - _width("…")
    kept = ""
    for char in text:
        left -= _width(char)
        if left < 0:
            break
        kept += char
    return f"{kept.rstrip()}…"


def _width(text: str) -> float:
    """How wide a text is at most, in units."""
    ems = sum(
        _WIDE
        if unicodedata.east_asian_width(char) in "WFA"
        else (_CAPITAL if char.isupper() or char in "%=mw@&—" else _NARROW)
        for char in text
    )
    return ems * TYPE_SIZE


def number(value: float) -> str:
    """A number as charts say it: one decimal at most, thousands apart."""
    return f"{value:,.1f}".removesuffix(".0")


def _chart(title: str, said: Iterable[str], drawn: Iterable[Markup], *, height: float) -> Markup:
    return Markup(
        '<svg class="chart" role="img" viewBox="0 0 {} {:g}">'
        "<title>{}</title><desc>{}</desc>{}</svg>"
    ).format(WIDTH, height, clean(title), clean("; ".join(said)), Markup("").join(drawn))


def _text(x: float, y: float, text: str, *, kind: str = "", anchor: str = "start") -> Markup:
    return Markup('<text x="{:g}" y="{:g}" text-anchor="{}"{}>{}</text>').format(
        x, y, anchor, Markup(' class="{}"').format(kind) if kind else "", text
    )


def _end_of_scale(items: Iterable[Bar], unit: str) -> float:
    values = [value for item in items for value in (item.value, item.mark) if value is not None]
    return max(*values, 100 if unit == "%" else 0, 0) or 1


def _said(item: Bar, unit: str, too_few: str) -> str:
    return too_few if item.value is None else f"{number(item.value)}{unit}"


def _of(item: Bar, form: str) -> str:
    return "" if item.n is None else form.format(number(item.n))


def _row(item: Bar, said: str, *, top: float, y: float) -> Markup:
    """A bar with its words above it: so a long label has the whole width of a phone."""
    label, n = clean(item.label), _of(item, "n={}")
    room = WIDTH - _width(f"{said} {n}") - 2 * _LABEL_GAP
    numbers = Markup('<tspan class="{}">{}</tspan>').format(
        "chart-quiet" if item.value is None else "chart-value", said
    )
    if n:
        numbers += Markup('<tspan class="chart-quiet" dx="6">{}</tspan>').format(n)
    return Markup("<g><title>{}</title>{}{}{}</g>").format(
        f"{label}: {said} {n}".rstrip(),
        _text(0, y + _BASELINE, shortened(label, room)),
        _text(WIDTH, y + _BASELINE, numbers, anchor="end"),
        _bar(item, top=top, y=y + _BAR_TOP),
    )


def _bar(item: Bar, *, top: float, y: float) -> Markup:
    """The whole scale as a frame, dashed and empty if there is no value; the value fills it."""
    frame = "chart-frame" if item.value is not None else "chart-frame chart-none"
    drawn = _rect(0.5, y, WIDTH - 1, _BAR, frame)
    if item.value:
        drawn += _rect(0, y, _share(item.value, top) * WIDTH, _BAR, "chart-first")
    if item.mark is not None:
        drawn += _mark(min(max(_share(item.mark, top) * WIDTH, 3), WIDTH - 3), y)
    return drawn


def _share(value: float, top: float) -> float:
    return min(max(value / top, 0), 1)


def _mark(x: float, y: float) -> Markup:
    return Markup('<path class="chart-mark" d="M{:g} {:g}v{}"/>').format(x, y - 3, _BAR + 6)


def _mark_legend(name: str) -> Markup:
    return _mark(3, 5) + _text(12, 15, shortened(clean(name), WIDTH - 12), kind="chart-quiet")


def _rect(x: float, y: float, width: float, height: float, kind: str) -> Markup:
    return Markup('<rect class="{}" x="{:g}" y="{:g}" width="{:g}" height="{:g}"/>').format(
        kind, x, round(y, 2), round(width, 2), round(height, 2)
    )


@dataclass(frozen=True, slots=True)
class _Plot:
    """Where columns stand, in units.

    Attributes:
        ticks: the numbers at the axis, rising.
    """

    count: int
    ticks: Sequence[int]
    top: float

    @property
    def bottom(self) -> float:
        return self.top + _PLOT

    @property
    def left(self) -> float:
        return max(_width(number(tick)) for tick in self.ticks) + 6

    @property
    def pitch(self) -> float:
        return (WIDTH - self.left) / self.count

    @property
    def breadth(self) -> float:
        """Of all columns of a point; a few are not as broad as a wall."""
        return min(self.pitch * 0.76, 44)

    def middle(self, at: int) -> float:
        return self.left + (at + 0.5) * self.pitch

    def height(self, value: float) -> float:
        return _share(value, self.ticks[-1]) * _PLOT


def _said_of_column(point: Column, names: Sequence[str], unit: str) -> str:
    numbers = [f"{number(value)}{unit}" for value in point.values]
    if len(numbers) > 1:
        numbers = [f"{name} {text}" for name, text in zip(names, numbers, strict=True)]
    return clean(f"{point.label}: {', '.join(numbers)}")


def _series_legend(names: Sequence[str]) -> Markup:
    drawn, x = Markup(""), 0.0
    for at, name in enumerate(names):
        text = shortened(clean(name), WIDTH / 2 - 24)
        drawn += _block(at, x, 5, 12, 12) + _text(x + 17, 16, text)
        x += 17 + _width(text) + 2 * _LABEL_GAP
    return drawn


def _grid_line(plot: _Plot, tick: int) -> Markup:
    y = plot.bottom - plot.height(tick)
    line = Markup('<path class="{}" d="M{:g} {:g}H{}"/>').format(
        "chart-grid" if tick else "chart-axis", plot.left, round(y, 2), WIDTH
    )
    return line + _text(
        plot.left - 6, round(y + 5, 2), number(tick), anchor="end", kind="chart-quiet"
    )


def _column(plot: _Plot, at: int, point: Column, is_stacked: bool) -> Markup:
    blocks = 1 if is_stacked else len(point.values)
    breadth = plot.breadth / blocks
    x, y = plot.middle(at) - plot.breadth / 2, plot.bottom
    drawn = Markup("")
    for series, value in enumerate(point.values):
        height = plot.height(value)
        if height:
            drawn += _block(series, x, y - height, breadth, height)
        if is_stacked:
            y -= height
        else:
            x += breadth
    return drawn


def _block(series: int, x: float, y: float, width: float, height: float) -> Markup:
    """A filled block of the first series, or a hatched one with an outline."""
    x, y, width, height = (round(each, 2) for each in (x, y, width, height))
    if series == 0:
        return _rect(x, y, width, height, "chart-first")
    lines = [y + _HATCH * line for line in range(math.ceil(height / _HATCH))]
    drawn = Markup('<path class="chart-hatch" d="{}"/>').format(
        "".join(f"M{x:g} {line:.5g}h{width:g}" for line in lines)
    )
    if width >= _NARROW_COLUMN and height >= 1:
        drawn = _rect(x + 0.5, y + 0.5, width - 1, height - 1, "chart-second") + drawn
    return drawn


def _labels(plot: _Plot, labels: Sequence[str]) -> list[Markup]:
    """As many labels as go below the columns, in equal steps."""
    texts = [clean(label) for label in labels]
    step = next(
        step for step in range(1, len(texts) + 1) if not _overlap(_spans(plot, texts, step))
    )
    return [
        _text((begin + end) / 2, plot.bottom + 17, text, anchor="middle", kind="chart-quiet")
        for (begin, end), text in zip(_spans(plot, texts, step), texts[::step], strict=True)
    ]


def _spans(plot: _Plot, texts: Sequence[str], step: int) -> list[tuple[float, float]]:
    """Where every so many labels begin and end: in the middle of theirs, but inside the chart."""
    spans = []
    for at in range(0, len(texts), step):
        half = _width(texts[at]) / 2
        middle = max(min(plot.middle(at), WIDTH - half), half)
        spans.append((middle - half, middle + half))
    return spans


def _overlap(spans: Sequence[tuple[float, float]]) -> bool:
    return any(begin < end + _LABEL_GAP for (_, end), (begin, _) in pairwise(spans))


def _trend_dots(values: Sequence[float | None], *, top: float) -> list[list[tuple[float, float]]]:
    """Runs of points without a gap between them; one alone is twice in its, to be a dot."""
    step = (_TREND[0] - 2 * _TREND_EDGE) / max(len(values) - 1, 1)
    runs: list[list[tuple[float, float]]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            runs.append([])
            continue
        height = _share(value, top) * (_TREND[1] - 2 * _TREND_EDGE)
        x, y = _TREND_EDGE + at * step, _TREND[1] - _TREND_EDGE - height
        runs[-1].append((round(x, 1), round(y, 1)))
    return [run * 2 if len(run) == 1 else run for run in runs if run]
