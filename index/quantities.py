"""Quantities in a report's sentence: `新增普惠幼儿园3所、学位500个` holds 3所 and 500个.

They decide what is set in bold, whether "how many" can be answered, and the staff's targets.
Nothing is calculated: a quantity is always the report's own words, with their place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_AMOUNT = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NUMERALS = "一两二三四五六七八九十百千"
_WORDS = r"[两二三四五六七八九十百千]{1,4}"
_SCALE = r"[十百千万亿]{0,3}"
_UNITS = (
    "%|％|‰|个百分点|个工作日|个小时|分钟|平方公里|平方千米|平方米|立方米|公里|千米|公顷|兆瓦|千瓦时|千瓦"
    "|万元|亿元|美元|欧元|元|人次|床位|车次|架次|标箱|个|家|所|栋|幢|座|条|处|片|部|场|项|名|人|户"
    "|套|间|张|台|辆|艘|架|亩|米|吨|天|日内|批|件|份|篇|册|种|类|位|对|组|支|队|只|头|株|棵|倍|宗|起"
    "|列|趟|班|站|园|街|次|小时|岁以上老人|公斤|斤|微克/立方米|微克|款|枚|轮|岁"
)
_COUNTERS = "个|家|所|栋|座|条|处|片|部|场|项|类|大类|支|位"
_BEFORE = "不低于|不少于|不高于|不超过|不小于|突破|超过|高于|低于|至少|超|逾|近|约"
_AFTER = "以上|以下|以内|以外|之内|左右|上下"

_QUANTITY = re.compile(
    rf"(?P<before>{_BEFORE})?"
    rf"(?:(?P<value>(?:{_AMOUNT})(?:[%％]?[-~—至到](?:{_AMOUNT}))?[余多]?{_SCALE})[余多]?"
    rf"(?P<unit>{_UNITS})"
    rf"|(?<![第{_NUMERALS}])(?P<words>{_WORDS})(?P<counter>{_COUNTERS}))"
    rf"(?P<after>[余多]?(?:{_AFTER})?)"
)

# What precedes a number that is a name, a rank or a date: 第3, 十四五, PM2.5, 5G, A4, 12.24.
_NAME_BEFORE = re.compile(r"(?:第|[A-Za-z.\d-]|[年月届])$")
# What follows a number that only looks counted: 24小时自助, 8个月 is fine but 5号线 is a name.
_NAME_AFTER = re.compile(r"^(?:会议|全会|[A-Za-z]|供水|强企业)")
_ROUND_THE_CLOCK = "24小时"
# An age is a quantity only where it is reached: 人均预期寿命提高到80岁, but 65岁老人.
_REACHED = re.compile(r"(?:到|至|达|超过|突破)$")

_ACTIONS = (
    "新增|新建|改建|扩建|改扩建|建成|建设|建立|打造|引进|培育|打通|改造|加装|整治|综合整治|举办|实现|完成"
    "|增长|提高|提升|下降|降低|减少|压缩|达到|达|突破|确保|安排|开工|启动|推进|新改建|创建|设立|发展|培养"
    "|发放|投放|开展|组织|争取|力争|盘活|收储|拆除|修缮|修建|种植|开通|增设|配建|筹集|供应|化解"
)
_ACTION = re.compile(rf"(?:{_ACTIONS})")
_LEAD = re.compile(r"^(?:全年|今年|全区|总量|再|将|要|各|总规模|的|共)+")
_TAIL = re.compile(r"(?:达到|达|至|到|为|的|约|增长|突破|提高|提升|下降|降低|压缩)+$")
_BREAKS = "，,。；;：:、\n！!？?"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of a commitment: who does what to how many of which thing.

    `start` and `end` are the place of `text` in the sentence it was found in.
    """

    action: str
    thing: str
    value: str
    unit: str
    qualifier: str
    start: int
    end: int
    text: str


@lru_cache(maxsize=4096)
def find_quantities(sentence: str) -> tuple[Quantity, ...]:
    """The quantities of a sentence in its order; years, dates, names and ranks are none."""
    found: list[Quantity] = []
    for match in _matches(sentence):
        found.append(_quantity(sentence, match, found[-1] if found else None))
    return tuple(found)


def _matches(sentence: str) -> Iterator[re.Match[str]]:
    position = 0
    while match := _QUANTITY.search(sentence, position):
        if _is_name(sentence, match):
            position = match.end("value") if match["value"] else match.start() + 1
            position = max(position, match.start() + 1)
            continue
        yield match
        position = match.end()


def _is_name(sentence: str, match: re.Match[str]) -> bool:
    start = match.start("value") if match["value"] else match.start("words")
    unit_end = match.end("unit") if match["value"] else match.end("counter")
    if _NAME_BEFORE.search(sentence[:start]) or _NAME_AFTER.search(sentence[unit_end:]):
        return True
    if sentence[start:].startswith(_ROUND_THE_CLOCK):
        return True
    if match["unit"] == "岁" and not _REACHED.search(sentence[: match.start()]):
        return True
    if match["words"] and not match["before"] and _inside_quotation_marks(sentence, start):
        return True
    return match["unit"] == "元" and _names_a_thing(sentence, match)


def _names_a_thing(sentence: str, match: re.Match[str]) -> bool:
    """Whether an amount of money only says which thing is counted: 新增5亿元楼宇2栋."""
    following = _QUANTITY.search(sentence, match.end())
    if following is None or match["after"]:
        return False
    between = sentence[match.end() : following.start()]
    return bool(between) and not any(mark in between for mark in _BREAKS)


def _inside_quotation_marks(sentence: str, place: int) -> bool:
    before = sentence[:place]
    return before.count("“") > before.count("”")


def _quantity(sentence: str, match: re.Match[str], previous: Quantity | None) -> Quantity:
    before, after = _clause(sentence, match)
    action, thing = _action_and_thing(before)
    thing = after.lstrip("的") if match["words"] or not thing else thing
    if previous is not None and (not thing or sentence[previous.end] == "、"):
        action, thing = action or previous.action, thing or previous.thing
    return Quantity(
        action=action,
        thing=thing,
        value=match["value"] or match["words"],
        unit=(match["unit"] or match["counter"]).replace("％", "%"),
        qualifier=(match["before"] or "") + (match["after"] or ""),
        start=match.start(),
        end=match.end(),
        text=match[0],
    )


def _clause(sentence: str, match: re.Match[str]) -> tuple[str, str]:
    """What stands before and after the quantity within its own clause."""
    start = max((sentence.rfind(mark, 0, match.start()) for mark in _BREAKS), default=-1) + 1
    ends = [sentence.find(mark, match.end()) for mark in _BREAKS]
    end = min((place for place in ends if place >= 0), default=len(sentence))
    return sentence[start : match.start()], sentence[match.end() : end]


def _action_and_thing(before: str) -> tuple[str, str]:
    """The verb of the words before a quantity, and the thing it is done to or measured on."""
    before = _LEAD.sub("", before)
    matches = list(_ACTION.finditer(before))
    if not matches:
        return "", _TAIL.sub("", before)
    first = matches[0]
    thing = _TAIL.sub("", before[first.end() :])
    if thing:
        return first[0], _LEAD.sub("", thing)
    return first[0], _LEAD.sub("", before[: first.start()])
