"""Numbers and addresses that lead to one person: phones, cards, plates, e-mail, accounts."""

import re

from bot.masking.rule import DIGIT, HAN, HAN_DIGIT, IS, rule

_NOT_ON = r"(?!\d|\.\d|\s*[万亿元])"
_SPACE = r"[ \-./·_]?"
"""What people put between the digits of one number."""
_PHONE_WORD = (
    r"(?:电话|座机|固话|热线|来电|致电|拨打|请打|联系方式|我的?号码|"
    r"\btel|\b(?:tele)?phone|\bcall|\bring|\blandline|\b(?:my|contact|home|office|work)\s+number)"
)
_FREE = r"[48]00(?:[ -]?\d){7}(?!\d)"
"""A number that companies answer, free of charge."""
_CARD_WORD = r"(?:账号|帐号|卡号|账户|帐户|银行卡|信用卡|储蓄卡|工资卡|存折|\bcard|\baccount)"
_PASSPORT_WORD = r"(?:护照|通行证|回乡证|居留证|居留许可|永居证|\bpassport|\bresidence permit)"
_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

_MAIL_AT = r"(?:@|\(at\)|\[at\]|\{at\}|<at>)"
_MAIL_DOT = r" ?(?:[.。]|\(dot\)|\[dot\]|\{dot\}|<dot>| dot ) ?"
_MAIL_END = r"(?:com|cn|net|org|edu|gov|info|me|io|cc|top|uk|de|fr|ru|jp|kr|hk|tw|sg|au|ca|us)\b"
_MAIL_HOST = (
    r"(?:qq|163|126|139|189|wo|gmail|googlemail|outlook|hotmail|live|msn|sina|sohu|foxmail|yahoo|"
    r"icloud|aliyun|yeah|tom|21cn|proton(?:mail)?|mail)"
)

_SIGNS = rf"(?:[^A-Za-z0-9*{HAN}]{{0,3}}|\*)"
_TAIL = rf"[\d{HAN_DIGIT}Oo]"
_FIRST, _SECOND = "[1一幺壹]", "[3-9三四五六七八九叁肆伍陆柒捌玖]"
_BEFORE_MOBILE = rf"(?<!{DIGIT})(?<!\d\.)(?:(?:00)?86[ -]?)?"
_YEARS = r"(?!19\d\d[^\d](?:(?:19|20)\d\d|\d\d?)(?!\d))(?!\d{3}\D(?:19|20)\d\d\D(?:19|20)\d\d)"
_THOUSANDS = r"(?!\d{1,3}(?:,\d{3})+(?!,?\d))"
_COUNTED = r"(?!\s?(?:路|号线|[栋幢座楼层年月日元米人户个名家件次岁%万亿]))"


def _grouped(*counts: int, gap: str) -> str:
    """A mobile number whose digits stand in groups of so many, whatever gap is between them."""
    head = f"{_FIRST}{_SECOND}{_TAIL}{{{counts[0] - 2}}}"
    return head + "".join(rf"{gap}{_TAIL}{{{count}}}" for count in counts[1:])


_GROUPS = "|".join(
    [
        _grouped(*counts, gap=_SIGNS)
        for counts in ((3, 4, 4), (4, 3, 4), (4, 4, 3), (3, 3, 5), (3, 5, 3), (2, 4, 5))
    ]
    + [
        _grouped(*counts, gap=_SPACE)
        for counts in ((3, 2, 2, 2, 2), (3, 3, 3, 2), (2, 3, 3, 3), (3, 2, 3, 3), (3, 3, 2, 3))
    ]
)
_FREELY = "|".join(
    rf"(?<!{DIGIT}{gap}){_FIRST}{often}{_SECOND}(?:{often}{DIGIT}){{9}}"
    rf"(?!{gap}{DIGIT}(?!{DIGIT}*\s?[栋号单幢座楼]))"
    for gap, often in (
        (" ", " {0,2}"),
        ("-", "-?"),
        *((gap, gap) for gap in (r"\.", "·", "_", ",", "/", r"\|", r"\n", "~", "、")),
    )
)
"""By one and the same gap: a blank or a hyphen anywhere, others between every two digits."""

RULES = (
    rule(
        "e-mail",
        rf"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{{1,64}} ?{_MAIL_AT} ?[A-Za-z0-9-]+"
        rf"(?:\.[A-Za-z0-9-]+|{_MAIL_DOT}[A-Za-z0-9-]+(?={_MAIL_DOT}{_MAIL_END})|"
        rf"(?:{_MAIL_DOT}|,){_MAIL_END})+",
        first=1,
        flags=re.IGNORECASE,
    ),
    rule(
        "e-mail without its sign",
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{2,64}(?: at | ?# ?|艾特| ?爱特 ?)"
        rf"{_MAIL_HOST}{_MAIL_DOT}{_MAIL_END}(?:{_MAIL_DOT}{_MAIL_END})?",
        first=1,
        flags=re.IGNORECASE,
    ),
    rule(
        "e-mail of a Han name",
        rf"(?:(?<![{HAN}])|(?<=[是到为用给箱址邮件]))(?![邮电我请发寄])([{HAN}]{{2,4}} ?@ ?"
        rf"[A-Za-z0-9-]+(?:{_MAIL_DOT}{_MAIL_END})+)",
        first=1,
        flags=re.IGNORECASE,
    ),
    rule("international phone", r"\+[1-9](?:[ ()\-.]{0,2}\d){7,14}(?!\d)", first=3, last=2),
    rule(
        "identity card",
        rf"(?<![\d*])[1-9](?:{_SPACE}\d){{5}}{_SPACE}(?:1{_SPACE}[89]|2{_SPACE}0)"
        rf"(?:{_SPACE}\d){{9}}{_SPACE}[\dXx](?![\dXx])",
        first=3,
        last=2,
    ),
    rule(
        "old identity card",
        r"(?<![\d*])[1-9]\d{5}\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01])\d{3}(?!\d)",
        first=3,
        last=2,
    ),
    rule(
        "number of an identity card",
        rf"(?:身份证|证件|证号|\bID(?: card)?){IS}([1-9]\d{{13,18}}[Xx]?)(?!\d)",
        first=3,
        last=2,
    ),
    rule(
        "passport",
        rf"{_PASSPORT_WORD}{IS}([A-Z]{{0,3}}(?: ?\d){{6,9}})(?![A-Z\d])",
        first=1,
        last=2,
        flags=re.IGNORECASE,
    ),
    rule(
        "account number",
        rf"{_CARD_WORD}{IS}(\d(?:[ -]?\d){{11,24}})(?!\d)",
        last=4,
        flags=re.IGNORECASE,
    ),
    rule(
        "bank card",
        r"(?<![\d*.])(?:[3-69]\d{3}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?|62(?:[ -]?\d){14,17})"
        r"(?!\d)",
        last=4,
    ),
    rule(
        "mobile phone",
        rf"{_BEFORE_MOBILE}\(?{_YEARS}{_THOUSANDS}(?:{_GROUPS}){_NOT_ON}(?![{HAN_DIGIT}]){_COUNTED}",
        first=3,
        last=2,
    ),
    rule(
        "mobile phone, its digits apart",
        rf"{_YEARS}{_THOUSANDS}(?:{_FREELY}){_NOT_ON}{_COUNTED}",
        first=3,
        last=2,
    ),
    rule(
        "landline",
        r"(?<!\d)(?<!\d[.-])\(?0\d{2,3}\)?[ \-./·_]{0,3}[2-9](?:\d{2,3}[ \-./·_]{0,3}\d{4}|"
        r"\d[ -]?\d{6})(?:(?:-|\s?转\s?)\d{1,6})?(?![\d-])",
        first=3,
        last=2,
    ),
    rule(
        "local number",
        rf"{_PHONE_WORD}{IS}((?!20\d\d[01]\d[0-3]\d)(?!{_FREE})[2-9](?:{_SPACE}\d){{6,7}})"
        rf"{_NOT_ON}",
        last=2,
        flags=re.IGNORECASE,
    ),
    rule(
        "local number in Han signs",
        rf"{_PHONE_WORD}{IS}([二三四五六七八九][{HAN_DIGIT}]{{6,7}})(?!{DIGIT})",
        last=2,
    ),
    rule(
        "local number beside another",
        rf"\*{DIGIT}{{2}}\s?(?:[,、/;]|或者?|和|及|就是)+\s?([2-9]\d{{2,3}}[ -]?\d{{4}})"
        rf"{_NOT_ON}",
        last=2,
    ),
    rule(
        "mistyped mobile phone",
        rf"{_PHONE_WORD}{IS}(1[3-9]\d{{7,10}})(?!\d)",
        first=3,
        last=2,
        flags=re.IGNORECASE,
    ),
    rule(
        "plate",
        rf"[{_PROVINCE}] ?[A-Z][ ·•.\-]{{0,2}}(?=[A-Z ]{{0,5}}\d)"
        r"([A-Z0-9]{4,5}[A-Z0-9挂学警港澳使领]|[A-Z0-9]{2} [A-Z0-9]{3}|[A-Z0-9]{3} [A-Z0-9]{2,3}|"
        r"[A-Z0-9](?: [A-Z0-9]){4,5})"
        r"(?![A-Z0-9])",
        flags=re.IGNORECASE,
    ),
    rule(
        "plate of the armed police",
        rf"\bWJ ?[{_PROVINCE}]?[ ·•.\-]{{0,2}}(?=[A-Z]?\d)((?:\d\d ?-? ?)?[A-Z0-9]{{5}})"
        r"(?![A-Z0-9])",
        flags=re.IGNORECASE,
    ),
    rule(
        "plate after its word",
        r"(?:车牌|军牌|牌照|\bplate|\bregistration)" + IS + r"[,]?\s?"
        r"((?:[A-Z] |[军空海北南东西中沈兰济广成])?[A-Z][ ·-]?(?=[A-Z]{0,5}\d)"
        r"[A-Z0-9]{5,6})(?![A-Z0-9])",
        first=1,
        flags=re.IGNORECASE,
    ),
    rule("QQ", rf"(?:qq|扣扣)(?:群)?{IS}([1-9](?:[ -]?\d){{4,11}})(?!\d)", flags=re.IGNORECASE),
    rule(
        "WeChat, in Chinese",
        r"(?:微信|薇信|威信|\bvx|v信|加\s?v|[微薇威v][❤♥💗💕]|\bv我)(?:\s?wechat)?"
        + IS
        + r"(?!wechat)"
        r"([A-Za-z][\w-]{4,19}|[1-9]\d{5,11})(?![\w-])",
        flags=re.IGNORECASE,
    ),
    rule(
        "WeChat, in English",
        rf"\bwechat{IS}(?:([A-Za-z](?=[\w-]*[\d_-])[\w-]{{4,19}})|([1-9]\d{{5,11}}))",
        flags=re.IGNORECASE,
    ),
)
