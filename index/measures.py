"""Which kinds of number a question can be answered with: a count, an area, a share, money, a time.

"How many trees" is not answered by so many square metres, nor "how many doctors" by a share.
"""

import re
from collections.abc import Iterable
from typing import Literal

from index.quantities import Quantity

Measure = Literal["count", "people", "area", "length", "share", "money", "time", "plants", "other"]

_UNITS: tuple[tuple[Measure, re.Pattern[str]], ...] = (
    ("area", re.compile(r"平方|公顷|亩")),
    ("length", re.compile(r"(?<!平方)(?<!立方)(?:公里|千米|米)$")),
    ("share", re.compile(r"[%‰]|百分点")),
    ("money", re.compile(r"元$")),
    ("time", re.compile(r"天|日内|工作日|小时|分钟|年|月$")),
    ("people", re.compile(r"^(?:人|名|户|人次|岁以上老人)$")),
    ("plants", re.compile(r"株|棵")),
    ("other", re.compile(r"吨|立方米|瓦|倍|微克")),
)

# 几, 多少, and as Wuhan says 几多, 好多; not 八几年, 好几个, 哪几家, which count nothing.
_N = "(?:(?<![好哪那这第一二三四五六七八九十])几多?|多少|好多)"
_PERSONS = "people|persons|residents|workers|students|children|citizens"
_DURATIONS = "days|weeks|months|years|hours|minutes"

# Words of a question, and the kinds of number that answer it; the first that is found decides.
_PATTERNS: tuple[tuple[str, list[Measure]], ...] = (
    (rf"{_N}个?[亿万]", ["money", "people", "area", "count"]),
    (rf"{_N}个点", ["share", "count"]),
    (
        rf"百分之{_N}|{_N}成|{_N}个?百分点|率(?:是|要|会|控制|达|到|目标|多少|几|有|降|为)"
        r"|\bper ?cent(?:age)?\b|\bproportion\b|\bshare of\b",
        ["share"],
    ),
    (rf"[多几](?:宽|深|厚|远)|多长(?!时间)|{_N}米", ["length"]),
    (r"\bhow (?:wide|tall|deep|thick|far)\b", ["length"]),
    (r"\bhow many (?:met(?:er|re)s|km|kilomet(?:er|re)s|miles)\b", ["length"]),
    (r"\bhow long\b", ["length", "time"]),
    (rf"{_N}(?:层|岁(?!以))|\bhow (?:old|heavy)\b", []),
    (r"\bhow many (?:floors|stor(?:ey|ie)s)\b", []),
    (rf"(?:{_N}|多大)个?(?:平方|平米|公顷|亩)", ["area"]),
    (r"\bhow many (?:square|sq|hectares|acres)\b", ["area"]),
    (rf"{_N}公里", ["length", "area"]),
    (rf"{_N}个?(?:天|小时|月|年|工作日|星期|周|分钟)|多久|多长时间", ["time"]),
    (rf"\bhow many (?:working |business )?(?:{_DURATIONS})\b", ["time"]),
    (rf"{_N}(?:块|钱|元|万元|亿元|资金|投资|经费|预算)", ["money"]),
    (r"\bhow much money\b|\bhow many (?:(?:m|b)illion )?(?:yuan|rmb|dollars)\b", ["money"]),
    (r"\bhow much\b.*\bcosts?\b", ["money"]),
    (rf"{_N}(?:棵|株|树)|\bhow many (?:\w+ )?trees\b", ["plants"]),
    (rf"{_N}个?(?:人(?![才大均行工民社])|老百姓|居民|学生|职工|工人)", ["people"]),
    (rf"\bhow many (?:more |new )?(?:{_PERSONS})\b", ["people"]),
    (
        rf"{_N}(?:个(?![亿万])|[家所部条栋座片处场项名户套间张台辆次批件种类位支只站])"
        r"|\bhow many\b",
        ["count", "people", "plants"],
    ),
)
_ASKED = tuple((re.compile(pattern), frozenset(measures)) for pattern, measures in _PATTERNS)


def measures_asked(asked: str) -> frozenset[Measure] | None:
    """The kinds of number that can answer a question; None if any can, or none is asked for.

    Args:
        asked: the asking part of a tidied question.
    """
    for pattern, measures in _ASKED:
        if pattern.search(asked):
            return measures
    return None


def measures_given(quantities: Iterable[Quantity]) -> frozenset[Measure]:
    """The kinds of number that a commitment gives."""
    return frozenset(measure_of(quantity) for quantity in quantities)


def measure_of(quantity: Quantity) -> Measure:
    """What kind of number a quantity is; a count if its unit says nothing else."""
    for measure, unit in _UNITS:
        if unit.search(quantity.unit):
            return measure
    return "count"
