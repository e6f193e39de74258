"""Charts can be read by everybody: in words, without colour, on a phone, whatever they name."""

import re
from collections.abc import Sequence
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.charts import (
    TYPE_SIZE,
    WIDTH,
    Bar,
    Column,
    bars,
    columns,
    number,
    round_ticks,
    shortened,
    trend,
)
from bot.web.pages import STATIC

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\"><img src=x onerror=1>'&javascript:"
DAYS = [Column(f"9月{day}日", (day % 7, day % 3)) for day in range(1, 31)]
STREETS = [
    Bar("粮道街街道", 87.5, 32, 90),
    Bar("水果湖街道", 100, 21, 90),
    Bar("不清楚", None, 7, 90),
    Bar("南湖街道", 0, 25, 90),
]


def drawn(svg: str) -> ET.Element:
    """The chart, which is well-formed."""
    named = str(svg).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return ET.fromstring(named)  # noqa: S314 - it is our own


def of_kind(chart: ET.Element, kind: str) -> list[ET.Element]:
    """What is drawn in a class of charts.css."""
    return [each for each in chart.iter() if kind in each.get("class", "").split()]


def numbers_of(elements: Sequence[ET.Element], name: str) -> list[float]:
    """One attribute of each."""
    return [float(each.get(name, "nan")) for each in elements]


def words(chart: ET.Element) -> list[str]:
    """What is written in it, from the top."""
    return ["".join(text.itertext()) for text in chart.iter(f"{SVG}text")]


def told(chart: ET.Element) -> tuple[str, str]:
    """What those hear who do not see it: title and description."""
    title, description = chart.find(f"{SVG}title"), chart.find(f"{SVG}desc")
    return (
        (title.text or "") if title is not None else "",
        (description.text or "") if description is not None else "",
    )


EVERY_CHART = {
    "bars": bars(STREETS, title="按期办结率", unit="%", mark_name="目标 90%"),
    "columns": columns(DAYS, title="提问", names=("已答", "未答"), unit="次"),
    "stacked": columns(DAYS, title="提问", names=("已答", "未答"), is_stacked=True),
    "trend": trend([1, None, 3], title="近三个月：1、无、3"),
}


@pytest.mark.parametrize("svg", EVERY_CHART.values(), ids=EVERY_CHART)
def test_a_chart_is_a_picture_with_a_name(svg: str) -> None:
    chart = drawn(svg)

    assert chart.get("role") == "img"
    assert told(chart)[0] in ("按期办结率", "提问", "近三个月：1、无、3")
    assert chart[0].tag == f"{SVG}title"


@pytest.mark.parametrize("svg", EVERY_CHART.values(), ids=EVERY_CHART)
def test_a_chart_brings_no_styles_scripts_or_ids(svg: str) -> None:
    names = {name for each in drawn(svg).iter() for name in each.attrib}

    assert names.isdisjoint({"style", "id", "href", "fill", "stroke"})
    assert not [name for name in names if name.startswith("on")]


@pytest.mark.parametrize("svg", EVERY_CHART.values(), ids=EVERY_CHART)
def test_every_class_of_a_chart_is_in_its_style_sheet(svg: str) -> None:
    style = (STATIC / "charts.css").read_text("utf-8")
    kinds = {kind for each in drawn(svg).iter() for kind in each.get("class", "").split()}

    assert kinds
    assert [kind for kind in kinds if not re.search(rf"\.{kind}\b", style)] == []


@pytest.mark.parametrize(
    "svg",
    [
        bars([Bar(HOSTILE, 1, 2)], title=HOSTILE, unit=HOSTILE, too_few=HOSTILE),
        bars([Bar(HOSTILE, None, 2, 1)], title=HOSTILE, mark_name=HOSTILE, too_few=HOSTILE),
        columns([Column(HOSTILE, (1, 2))], title=HOSTILE, names=(HOSTILE, HOSTILE), unit=HOSTILE),
        trend([1], title=HOSTILE),
    ],
)
def test_whatever_a_chart_names_stays_text(svg: str) -> None:
    chart = drawn(svg)

    assert told(chart)[0] == HOSTILE
    assert {each.tag.removeprefix(SVG) for each in chart.iter()} <= {
        *("svg", "title", "desc", "g", "text", "tspan", "rect", "path", "polyline", "circle")
    }


def test_bars_say_their_values_and_of_how_many() -> None:
    chart = drawn(bars(STREETS, title="按期办结率", unit="%", mark_name="目标 90%"))

    assert words(chart) == [
        "目标 90%",
        *("粮道街街道", "87.5%n=32"),
        *("水果湖街道", "100%n=21"),
        *("不清楚", "n<20n=7"),
        *("南湖街道", "0%n=25"),
    ]
    assert told(chart)[1] == (
        "粮道街街道: 87.5% (n=32); 水果湖街道: 100% (n=21); 不清楚: n<20 (n=7);"
        " 南湖街道: 0% (n=25)"
    )


def test_a_bar_is_as_long_as_its_share_of_the_scale() -> None:
    per_cent = drawn(bars([Bar("a", 25), Bar("b", 50)], title="t", unit="%"))
    cases = drawn(bars([Bar("a", 25), Bar("b", 50)], title="t", unit=" cases"))

    assert numbers_of(of_kind(per_cent, "chart-first"), "width") == [WIDTH / 4, WIDTH / 2]
    assert numbers_of(of_kind(cases, "chart-first"), "width") == [WIDTH / 2, WIDTH]


def test_too_few_are_shown_by_a_dashed_frame_and_not_as_nothing() -> None:
    chart = drawn(bars(STREETS, title="t", unit="%", too_few="样本不足"))

    assert len(of_kind(chart, "chart-none")) == 1
    assert len(of_kind(chart, "chart-first")) == 2  # neither the one of too few nor nought
    assert "样本不足n=7" in words(chart)


def test_marks_stand_at_the_target() -> None:
    chart = drawn(bars([Bar("a", 50, None, 90)], title="t", unit="%"))

    (mark,) = of_kind(chart, "chart-mark")
    assert mark.get("d", "").startswith(f"M{WIDTH * 0.9:g} ")


def test_a_long_label_is_shortened_and_whole_in_its_title() -> None:
    label = "自然资源和规划局武昌分局及其下属的名称特别长的事业单位"
    chart = drawn(bars([Bar(label, 87.5, 32)], title="t", unit="%"))

    shown = words(chart)[0]
    assert shown.endswith("…")
    assert label.startswith(shown[:-1])
    assert len(shown) > 10
    (group,) = chart.iter(f"{SVG}g")
    assert group[0].text == f"{label}: 87.5% n=32"


def test_columns_say_each_day_in_words() -> None:
    chart = drawn(columns(DAYS[:2], title="t", names=("已答", "未答"), unit="次"))

    assert told(chart)[1] == "9月1日: 已答 1次, 未答 1次; 9月2日: 已答 2次, 未答 2次"
    assert words(chart)[:2] == ["已答", "未答"]
    one_series = drawn(columns([Column("9/1", (3,))], title="t", names=("已答",)))
    assert told(one_series)[1] == "9/1: 3"
    assert "已答" not in words(one_series)


def test_the_second_series_is_hatched() -> None:
    chart = drawn(columns([Column("9/1", (4, 2))], title="t", names=("a", "b")))

    legend, column = of_kind(chart, "chart-hatch")
    assert (legend.get("d", "").count("M"), column.get("d", "").count("M")) == (4, 18)
    assert len(of_kind(chart, "chart-first")) == 2


def test_stacked_columns_stand_upon_each_other() -> None:
    chart = drawn(columns([Column("9/1", (3, 1))], title="t", names=("a", "b"), is_stacked=True))

    first, second = of_kind(chart, "chart-first")[1], of_kind(chart, "chart-second")[1]
    foot = float(second.get("y", "")) + float(second.get("height", "")) + 0.5
    assert foot == pytest.approx(float(first.get("y", "")))


@pytest.mark.parametrize("count", [1, 2, 7, 12, 30, 31, 92, 366])
def test_labels_below_columns_never_overlap_nor_leave_the_chart(count: int) -> None:
    points = [Column(f"{1 + at // 31}月{1 + at % 31}日", (at % 5,)) for at in range(count)]
    chart = drawn(columns(points, title="t", names=("a",)))

    labels = [text for text in chart.iter(f"{SVG}text") if "月" in (text.text or "")]
    halves = [TYPE_SIZE * (2 + 0.55 * (len(label.text or "") - 2)) / 2 for label in labels]
    spans = [(x - half, x + half) for x, half in zip(numbers_of(labels, "x"), halves, strict=True)]
    assert labels[0].text == "1月1日"
    assert spans[0][0] >= 0
    assert spans[-1][1] <= WIDTH
    assert all(end < begin for (_, end), (begin, _) in pairwise(spans))


def test_without_numbers_there_is_no_chart() -> None:
    assert bars([], title="t") == columns([], title="t", names=("a",)) == ""
    assert trend([], title="t") == trend([None, None], title="t") == ""


def test_nothing_but_noughts_is_an_empty_scale() -> None:
    chart = drawn(columns([Column("9/1", (0,))], title="t", names=("a",)))

    assert words(chart) == ["0", "1", "9/1"]
    assert of_kind(chart, "chart-first") == []


def test_a_trend_leaves_gaps_and_marks_its_end() -> None:
    chart = drawn(trend([0, 2, None, 1, None, 4], title="t"))

    lines = [line.get("points", "").split() for line in chart.iter(f"{SVG}polyline")]
    (dot,) = chart.iter(f"{SVG}circle")
    assert [len(set(line)) for line in lines] == [2, 1, 1]
    assert lines[0][0] == "3,21"
    assert lines[-1][-1] == f"{dot.get('cx')},{dot.get('cy')}" == "93,3"


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (7, [0, 2, 4, 6, 8]),
        (19, [0, 5, 10, 15, 20]),
        (3900, [0, 1000, 2000, 3000, 4000]),
    ],
)
def test_ticks_are_round(highest: float, ticks: list[int]) -> None:
    assert round_ticks(highest) == ticks


@given(st.floats(0, 1e12))
def test_ticks_are_few_and_reach_the_highest(highest: float) -> None:
    ticks = round_ticks(highest)

    assert 2 <= len(ticks) <= 5
    assert ticks[-1] >= highest
    assert len({after - before for before, after in pairwise(ticks)}) == 1


@given(st.text(), st.floats(0, 400))
def test_a_shortened_text_is_the_text_or_its_beginning(text: str, width: float) -> None:
    shown = shortened(text, width)

    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0"), (87.52, "87.5"), (100.0, "100"), (1234567, "1,234,567")]
)
def test_numbers_are_said_with_one_decimal_at_most(value: float, said: str) -> None:
    assert number(value) == said


def test_type_is_legible_on_a_phone() -> None:
    style = (STATIC / "charts.css").read_text("utf-8")
    room_pixels = 360 - 2 * 16 - 2 * 20  # the margins of the page and of a panel

    assert f"font-size: {TYPE_SIZE}px" in style
    assert TYPE_SIZE * room_pixels / WIDTH >= 12
