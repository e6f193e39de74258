"""Where something is, in the resident's own words: the span of her message around a proper name.

Streets and buildings are told by how they are written, not looked up: a name and the kind of
place it is, then house numbers and sides. What is not named surely is left out.
"""

import re
from collections.abc import Iterable, Iterator

from index import to_simplified

_MOST_CHARS = 60
_HAN = r"[\u4e00-\u9fff]"

# What cannot be part of a name: a name begins at the start of a clause or after one of these.
# 才华街, 司门口, 和平大道, 都府堤, 沿江大道, 住宅, 还建楼 and 过街天桥 are the reasons for the
# exceptions.
_BREAK = (
    r"(?:[^\u4e00-\u9fffA-Za-z0-9]|[在的了是把被让从到去往离给跟有没不说请着这那哪我你您他她它们"
    r"很就也又再只个吗呢吧啊哦咧嘛靠]|才(?!华)|和(?![平谐润顺睦])|与|及|都(?![府市])|沿(?![江湖河港])"
    r"|住(?!宅)|还(?!建)|过(?!街)|问(?!津)|(?<!司)门口|一下|门前|楼下|楼上|旁边|附近|对面|边上|隔壁|周边|小区|院子|屋里|家里"
    r"|家门|反映|投诉|举报|咨询|请问|建议|希望|求助|表扬|感谢|发现|看到|看见|听说|路过|位于|地址|地点"
    r"|时候|今天|昨天|前天|明天|昨晚|今早|早上|晚上|上午|下午|中午|半夜|凌晨|夜里|每天|天天|每晚|最近|经常|一直"
    r"|突然|大概|老是|总是)"
)
_NAME = rf"(?:(?!{_BREAK}){_HAN})"
_ROAD = (
    r"(?:大道|干道|大街|路(?![灯面障况牌费由程过基标网线途]|人(?!行))"
    r"|街(?![道坊区头面舞])|巷(?!子))"
)
_ESTATE = r"(?:小区|花园城?|公寓|社区|新村|家园|苑|大厦|广场|大楼|商城|购物中心)"
_INSTITUTION = (
    r"(?:幼儿园|小学|中学|学校|大学|学院|医院|公园|菜市场|农贸市场|菜场|市场|超市|图书馆|博物馆|体育馆|派出所|景区|河(?=[边里旁岸段])"
    r"|江滩|码头|大桥|立交桥?|隧道|天桥|地铁站|公交站|火车站|站(?![立着长台点在]))"
)
_NAMED = re.compile(
    rf"(?P<name>{_NAME}{{2,4}}?)(?P<road>{_ROAD})"
    rf"|(?P<other>{_NAME}{{2,8}}?)(?:{_ESTATE}|{_INSTITUTION})"
    rf"|(?P<block>{_NAME}{{2,6}}?)(?=\d+(?:栋|幢|号楼|座)|[A-Z][座区]|[一二三四五六七八九]期)"
)
_DISTRICT = re.compile(r"(?:湖北省?)?(?:武汉市?)?(?:武昌区?)?")
_NUMBERED = (
    r"(?:\d+号(?!线)(?:楼|院|门)?|\d+(?:栋|幢|座|单元|楼|层|室|门|弄|期)"
    r"|[一二三四五六七八九十]+(?:栋|单元|楼|层|号楼|期)|[A-Za-z]\d?(?:座|栋|区|出入?口|口))"
)
_DETAIL = re.compile(
    rf"(?:{_NUMBERED}|[东南西北后正侧大](?:门|侧|口|面|广场)|加油站|停车场|公厕|厕所|夜市|延长线|{_INSTITUTION}|{_ESTATE}|十字路口|丁字路口|路口"
    r"|交叉口|交汇处|口(?![罩水味碑号])|段|斜?对面|附近|旁边?|门口|门前|楼下|边上|拐角)"
)
_BUILDING = re.compile(
    rf"(?<!\d)\d+(?:栋|幢|号楼)(?:{_NUMBERED})*(?:门口|楼下|旁边|附近)?|(?<!\d)\d+单元(?:{_NUMBERED})*"
)
_TOGETHER = re.compile(r"[和与跟]")

# Common nouns that end like a name, by what stands before the last word.
_COUNTED = (
    r"(?:某|每|各|整|全|本|一|两|几|好几|好多|很多|许多|多|[二三四五六七八九十]+)"
    r"[条个所家座栋片些处]?"
)
_COMMON_ROAD = re.compile(
    rf"(?:{_COUNTED}|老旧?|新|旧|大|小){_ROAD}"
    r"|.*(?:[道马走公铁思修堵挡占带迷回赶同顺上下条板]路|[逛扫小背老]街"
    r"|.*[主次]干道|(?:主干|断头|循环|水泥|柏油)路|(?:步行|商业|小吃|美食)街|小巷)"
)
_COMMON_OTHER = re.compile(
    rf"{_COUNTED}|.*(?:老旧|社区|附近|周围|农贸|集贸|菜|公办|民办|私立|公立|普惠|口袋|街心|城市|人行|过街|高架"
    r"|公交|地铁|轻轨|垃圾|加油|充电|变电|服务|核酸|消防|环卫|还建|封闭|高档|孩子|儿子|女儿|三甲|综合|专科"
    r"|重点|改造|生鲜|连锁|中小|伢|老|新)"
)

_EN_KIND = (
    r"(?:road|rd|street|st|avenue|ave|boulevard|lane|alley|bridge|footbridge|overpass|river|tunnel|square|plaza|park|lake"
    r"|station|school|university|college|kindergarten|hospital|clinic|library|stadium|market"
    r"|garden|gardens|compound|community|estate|residence|mansion|tower|mall|center|centre)"
)
_EN_SMALL = (
    r"(?:the|a|an|my|our|your|his|her|their|this|that|these|those|every|each|any|some|no|which"
    r"|in|on|at|of|to|from|near|by|and|or|is|are|was|for|with|across|along|outside|behind"
    r"|opposite|inside|between|there|it|i|we|you|they|down|up|into|has|have|please|all|over"
    r"|around|through|past|under|above|next|off|onto|towards?|when|while|after|before|because|gate|exit|entrance)"
)
_EN_COMMON = (
    r"(?:whole|same|old|new|local|nearest|nearby|main|busy|public|primary|middle|high|wet"
    r"|nursery|shopping|residential|community|metro|subway|bus|train|gas|police|side|cross|car|one"
    r"|two|many|building|block|unit|floor)"
)
_EN_NAME = (
    rf"(?!{_EN_SMALL}\b|{_EN_COMMON}\b)[a-z][\w'-]*\s+"
    rf"(?:(?!{_EN_SMALL}\b)[a-z][\w'-]*\s+){{0,2}}?"
)
_EN_PART = (
    rf"{_EN_NAME}(?:{_EN_KIND}\s+)?(?:no\.?\s*\d+\s+)?(?:primary|middle|high)\s+school\b|"
    rf"(?:(?:no\.?\s*)?\d+[a-z]?\s+)?{_EN_NAME}{_EN_KIND}\b"
    rf"(?:\s+(?:metro\s+|subway\s+|bus\s+|railway\s+)?(?:station|stop))?"
    r"|(?:north|south|east|west|back|front|main|side)(?:ern)?\s+(?:gate|entrance|exit)\b"
    r"|(?:gate|exit|entrance)\s+[a-z]?\d*\b(?<!\s)"
    r"|(?:building|block|unit|floor)\s+(?:no\.?\s*)?(?:\d+[a-z]?|[a-z])\b"
    r"|(?:\d+(?:st|nd|rd|th)|first|second|third|top|ground)\s+floor\b"
)
_EN_SIDE_ONLY = re.compile(
    r"\S+\s+(?:floor|gate|entrance|exit)|(?:gate|exit|entrance|floor)\s*\S*", re.IGNORECASE
)
_EN_LEAD = re.compile(
    r"(?:(?!(?:north|south|east|west|back|front|main|side|gate|exit|entrance|first|second|third|top"
    r"|ground)\b|(?:building|block|unit|floor)\s+(?:no\b|\d|[a-z]\b))[a-z][\w'-]*\s+)+(?=[A-Z])"
)
_EN_JOIN = r"(?:\s*,\s*|\s+)(?:(?:of|on|at|in|near|by|off|outside|opposite|and)\s+)?(?:the\s+)?"
_ENGLISH = re.compile(rf"\b(?:{_EN_PART})(?:{_EN_JOIN}(?:{_EN_PART}))*", re.IGNORECASE)
_EN_PLAIN_NAME = re.compile(rf"\b{_EN_NAME}{_EN_KIND}\b", re.IGNORECASE)
_EN_BEFORE_LOWER = re.compile(
    r"\b(?:on|at|in|near|along|opposite|behind|outside|by|of|from|to|off|and|,)\s+(?:the\s+)?$",
    re.IGNORECASE,
)


class PlaceFinder:
    """Finds the spot a message names.

    Args:
        names: of areas, before and after which a name may begin in the middle of a clause.
    """

    def __init__(self, names: Iterable[str]) -> None:
        han = sorted({name for name in names if re.match(_HAN, name)}, key=len, reverse=True)
        self._areas = re.compile("|".join(map(re.escape, han)) or "(?!)")

    def find(self, text: str) -> str:
        """The words for the spot as they stand in the text, the fullest if there are several.

        Args:
            text: cleaned, as typed otherwise.
        """
        simplified = to_simplified(text)
        written = simplified if len(simplified) == len(text) else text
        spans = [*self._chinese(written), *_english(written)]
        start, end = max(spans, key=lambda span: span[1] - span[0], default=(0, 0))
        return text[start:end][:_MOST_CHARS].rstrip()

    def _chinese(self, text: str) -> Iterator[tuple[int, int]]:
        starts = {0} | {found.end() for found in re.finditer(_BREAK, text)}
        starts |= {edge for found in self._areas.finditer(text) for edge in found.span()}
        named = [(start, end) for start in sorted(starts) if (end := _end_of_place(text, start))]
        yield from named or (found.span() for found in _BUILDING.finditer(text))


def public_names(place: str) -> tuple[str, ...]:
    """The roads, estates and institutions a place names, without house numbers or anything else.

    What may be shown to others of where somebody lives; empty if she named none.
    """
    simplified = to_simplified(place)
    text = simplified if len(simplified) == len(place) else place
    district = _DISTRICT.match(text)
    starts = sorted(
        {0, district.end() if district else 0}
        | {found.end() for found in re.finditer(rf"{_BREAK}|\d", text)}
    )
    spans: list[tuple[int, int]] = []
    for start in starts:
        at = max([start, *(end for _, end in spans)])
        while (named := _NAMED.match(text, at)) and not _is_common(named):
            spans.append(named.span())
            at = named.end()
    english = [
        found.span()
        for start, end in _english(text)
        for found in _EN_PLAIN_NAME.finditer(text, start, end)
    ]
    return tuple(dict.fromkeys(place[start:end] for start, end in [*spans, *english]))


def _end_of_place(text: str, start: int) -> int:
    """Where the place that begins here ends; 0 if none does."""
    district = _DISTRICT.match(text, start)
    end = _end_of_names(text, start) or _end_of_names(text, district.end() if district else start)
    if not end:
        return 0
    while (detail := _DETAIL.match(text, end)) or (detail := _another(text, end)):
        end = detail.end()
    return end


def _end_of_names(text: str, start: int) -> int:
    """Where the names that follow each other from here end; 0 if there is none."""
    end = start
    while (named := _NAMED.match(text, end)) and not _is_common(named):
        end = named.end()
    return end if end > start else 0


def _another(text: str, end: int) -> re.Match[str] | None:
    """A further name after the first: `武珞路和中南路`, `3栋...`."""
    together = _TOGETHER.match(text, end)
    named = _NAMED.match(text, together.end() if together else end)
    return named if named and not _is_common(named) else None


def _is_common(named: re.Match[str]) -> bool:
    if named["road"]:
        whole = named.group(0)
        return whole != "八一路" and _COMMON_ROAD.fullmatch(whole) is not None
    return _COMMON_OTHER.fullmatch(named["other"] or named["block"]) is not None


def _english(text: str) -> Iterator[tuple[int, int]]:
    for found in _ENGLISH.finditer(text):
        words = found.group(0)
        lead = _EN_LEAD.match(words)
        start = found.start() + (lead.end() if lead else 0)
        words = text[start : found.end()]
        begins_sentence = not text[:start].rstrip(" ,") or text[:start].rstrip()[-1:] in ".!?"
        is_sure = re.search(r"[A-Z0-9]", words[1:] if begins_sentence else words) is not None
        if not _EN_SIDE_ONLY.fullmatch(words) and (
            is_sure or _EN_BEFORE_LOWER.search(text[:start])
        ):
            yield start, found.end()
