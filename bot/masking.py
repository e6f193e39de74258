"""Hides what tells who somebody is in texts: phone numbers, identity cards, plates and the like.

What is hidden becomes `*`, sign by sign; a few signs stay where people need to tell two apart.
Numbers of the report, case numbers, public numbers such as 12345, roads and house numbers stay as
they are.
"""

import re
from dataclasses import dataclass

STAR = "*"
_HAN = r"\u4e00-\u9fff"
_HAN_DIGIT = "零〇一二三四五六七八九两幺"
_ALONE, _ENDS = r"(?<![\dA-Za-z])", r"(?![\d]|\.\d)"
_GAP = r"[ \-.·—]?"
_IS = r"(?:\s*(?:号码|号|是|为|：|:|=))*\s*"
_SURNAME = (
    "(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|司徒|夏侯|端木|"
    "[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘蒋蔡余杜叶程魏苏"
    "吕丁任沈姚卢姜崔钟谭陆汪范廖石金贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶贺顾毛郝龚邵万"
    "钱严覃武戴莫孔向汤柯阮童鲁舒涂喻詹祝游])"
)
_NOT_IN_NAME = "我你他她它们在的是家来去有今昨现想要反投举请打电手住和与跟说到被因，"
_UNIT_AFTER = (
    r"(?![\d年月元米度万亿]|\s*(?:人|户|个|多|余|平|㎡|平方|路|号线|件|次|天|座|名|所|家|％|%))"
)
_ENGLISH_UNIT_AFTER = (
    r"(?!\s*(?:years?|months?|weeks?|days?|hours?|minutes?|people|persons|times|square|sqm|m2|"
    r"metres?|meters?|yuan|rmb|workers|families|households|%))"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of thing that is hidden.

    Attributes:
        pattern: its groups are what is hidden, the whole match if it has none.
        first, last: how many signs of what is hidden stay, at either end.
    """

    name: str
    pattern: re.Pattern[str]
    first: int = 0
    last: int = 0

    def hide(self, text: str) -> str:
        """The text with every such thing starred; its length stays."""
        return self.pattern.sub(self._starred, text)

    def _starred(self, found: re.Match[str]) -> str:
        signs = list(found.group(0))
        spans = [found.span(at) for at in range(1, self.pattern.groups + 1)] or [found.span()]
        for start, end in spans:
            for at in range(max(start, 0) + self.first, end - self.last):
                signs[at - found.start()] = STAR
        return "".join(signs)


def _rule(name: str, pattern: str, *, first: int = 0, last: int = 0, flags: int = 0) -> Rule:
    return Rule(name, re.compile(pattern, flags), first, last)


RULES = (
    _rule(
        "e-mail",
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}[@＠][A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",
        first=1,
    ),
    _rule(
        "identity card",
        r"(?<![\d*])[1-9]\d{5}[ -]?(?:18|19|20)\d{6}[ -]?\d{3}[\dXx](?![\dXx])",
        first=3,
        last=2,
    ),
    _rule(
        "old identity card",
        r"(?<![\d*])[1-9]\d{5}\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01])\d{3}(?!\d)",
        first=3,
        last=2,
    ),
    _rule(
        "bank card",
        r"(?<![\d*.])[3-6]\d{3}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?!\d)",
        last=4,
    ),
    _rule(
        "mobile phone",
        r"(?<!\d)(?<!\d\.)(?:(?:\+|00)86[ -]?)?[1１][3-9３-９]"
        rf"(?:\d{_GAP}\d{{4}}{_GAP}\d{{4}}|\d{{2}}{_GAP}\d{{3}}{_GAP}\d{{4}}"
        rf"|\d{{1}}(?:{_GAP}\d){{8}}){_ENDS}",
        first=3,
        last=2,
    ),
    _rule(
        "phone in characters", rf"[一幺][{_HAN_DIGIT}]{{10}}(?![{_HAN_DIGIT}])", first=3, last=2
    ),
    _rule(
        "landline",
        r"(?<![\d-])[(（]?0\d{2,3}[)）]?[ -]?[2-9]\d{2,3}[ -]?\d{4}(?:[-转]\d{1,6})?(?![\d-])",
        first=3,
        last=2,
    ),
    _rule(
        "local number",
        r"(?:电话|座机|固话|热线|来电|致电|拨打|联系方式|\btel|\bphone|\bcall)"
        r"(?:\s*(?:号码|号|number|no\.?|是|为|：|:|\.|\bis))*\s*"
        rf"((?!20\d\d[01]\d[0-3]\d)[2-9]\d{{2,3}}[ -]?\d{{4}}){_ENDS}",
        last=2,
        flags=re.IGNORECASE,
    ),
    _rule(
        "plate",
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z]"
        r"[ ·•.-]?(?=[A-Z]{0,5}\d)([A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警])(?![A-Z0-9])",
        flags=re.IGNORECASE,
    ),
    _rule("QQ", rf"(?:qq|扣扣)(?:群)?{_IS}([1-9]\d{{4,11}})(?!\d)", flags=re.IGNORECASE),
    _rule(
        "WeChat, in Chinese",
        rf"(?:微信|薇信|威信|\bvx|v信){_IS}([A-Za-z][\w-]{{4,19}}|[1-9]\d{{5,11}})(?![\w-])",
        flags=re.IGNORECASE | re.ASCII,
    ),
    _rule(
        "WeChat, in English",
        r"\bwechat\s*(?:(?:id|no\.?|number|account)(?:\s+is)?\s*[:：]?|is|[:：])\s*"
        r"(?:([A-Za-z](?=[\w-]*[\d_-])[\w-]{4,19})|([1-9]\d{5,11}))",
        flags=re.IGNORECASE | re.ASCII,
    ),
    _rule(
        "staircase",
        rf"(?<![\d第{_HAN_DIGIT}])(\d{{1,2}}|[十{_HAN_DIGIT}]{{1,3}})(?=\s?单元(?!房|格|测|考|价|素))",
    ),
    _rule(
        "flat by its door",
        rf"(?<!\d)([A-Za-z]?\d{{3,4}}|[{_HAN_DIGIT}]{{3,4}})(?=[室房](?![价源间]))",
    ),
    _rule("flat after its house", rf"(?<=[栋幢座楼层元])\s?-?(\d{{3,4}}){_UNIT_AFTER}"),
    _rule(
        "flat by hyphens",
        r"(?<![\d-])\d{1,3}-(\d{1,2})-((?!(?:19|20)\d\d)\d{3,4})(?![\d-])",
    ),
    _rule(
        "flat, in English",
        r"\b(?:flat|apartment|apt\.?|room|rm\.?|suite|unit)\s*(?:no\.?\s*|#\s*)?"
        rf"(\d{{2,4}}[A-Za-z]?|\d[A-Za-z])\b{_ENGLISH_UNIT_AFTER}",
        flags=re.IGNORECASE,
    ),
    _rule(
        "name after a colon",
        rf"(?:姓名|联系人|户主|名字)\s*[:：]\s*([{_HAN}]{{2,4}}?)(?=[^{_HAN}]|$|[{_NOT_IN_NAME}])",
        first=1,
    ),
    _rule(
        "name",
        rf"(?:我叫|我的?名字[是叫]|本人姓名|本人叫|姓名|联系人[是为]?|户主)[是为]?\s?"
        rf"({_SURNAME}(?:[{_HAN}](?![{_HAN}])|(?![{_NOT_IN_NAME}了])[{_HAN}]"
        rf"(?:(?![{_NOT_IN_NAME}了])[{_HAN}])?))",
        first=1,
    ),
    _rule(
        "name, in English",
        r"\b(?i:name\s+is|name['’]s|name:|contact:|contact person:)\s*"
        r"([A-Z][A-Za-z'-]+(?:\s+[A-Z][A-Za-z'-]+){0,2})",
        first=1,
    ),
)
"""In this order: what was hidden by one is no longer found by the next."""


def masked(text: str) -> str:
    """The text without what tells who somebody is; as long as it was."""
    for rule in RULES:
        text = rule.hide(text)
    return text
