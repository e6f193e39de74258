"""Numbers and addresses that lead to one person: phones, cards, plates, e-mail, accounts."""

import re

from bot.masking.rule import HAN_DIGIT, IS, rule

_DIGIT = rf"[\d{HAN_DIGIT}]"
_GAP = r"[ \-.·_,]?"
_NOT_ON = r"(?!\d|\.\d|\s*[万亿元])"
_PHONE_WORD = (
    r"(?:电话|座机|固话|热线|来电|致电|拨打|请打|联系方式|我的?号码|"
    r"\btel|\b(?:tele)?phone|\bcall|\bring|\blandline|\b(?:my|contact|home|office|work)\s+number)"
)
_CARD_WORD = r"(?:账号|帐号|卡号|账户|帐户|银行卡|信用卡|储蓄卡|工资卡|存折|\bcard|\baccount)"
_PASSPORT_WORD = r"(?:护照|通行证|回乡证|居留证|居留许可|永居证|\bpassport|\bresidence permit)"
_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

_GROUPED = "|".join(
    rf"{_GAP}".join(rf"{_DIGIT}{{{count}}}" if count else "" for count in counts)
    for counts in ((1, 4, 4), (2, 3, 4), (1, 3, 5), (0, 4, 5), (1, 2, 2, 2, 2), (1, 3, 3, 2))
)
"""What follows the first two digits of a mobile number, as people group it."""

RULES = (
    rule(
        "e-mail",
        r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64} ?@ ?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",
        first=1,
    ),
    rule("international phone", r"\+[1-9](?:[ ()\-.]{0,2}\d){7,14}(?!\d)", first=3, last=2),
    rule(
        "identity card",
        r"(?<![\d*])[1-9](?:[ -]?\d){5}[ -]?(?:1[ -]?[89]|2[ -]?0)(?:[ -]?\d){9}[ -]?[\dXx]"
        r"(?![\dXx])",
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
        rf"{_PASSPORT_WORD}{IS}([A-Z]{{0,3}}\d{{6,9}})(?![A-Z\d])",
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
        r"(?<![\d*.])[3-69]\d{3}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?!\d)",
        last=4,
    ),
    rule(
        "mobile phone",
        rf"(?<!{_DIGIT})(?<!\d\.)(?:(?:00)?86[ -]?)?"
        rf"[1一幺壹]{_GAP}[3-9三四五六七八九叁肆伍陆柒捌玖](?:{_GROUPED}){_NOT_ON}(?![{HAN_DIGIT}])",
        first=3,
        last=2,
    ),
    rule(
        "mobile phone, digit by digit",
        "|".join(
            rf"(?<!{_DIGIT})[1一幺壹](?:{gap}{_DIGIT}){{10}}(?!{gap}?{_DIGIT})"
            for gap in (" ", "-", r"\.", "·", "_", ",")
        ),
        first=5,
        last=3,
    ),
    rule(
        "landline",
        r"(?<![\d-])\(?0\d{2,3}\)?[ -]?[2-9](?:\d{2,3}[ -]?\d{4}|\d[ -]?\d{6})"
        r"(?:(?:-|\s?转\s?)\d{1,6})?(?![\d-])",
        first=3,
        last=2,
    ),
    rule(
        "local number",
        rf"{_PHONE_WORD}{IS}((?!20\d\d[01]\d[0-3]\d)[2-9](?:\d{{2,3}}[ -]?\d{{4}}|\d[ -]?\d{{6}}))"
        rf"{_NOT_ON}",
        last=2,
        flags=re.IGNORECASE,
    ),
    rule(
        "plate",
        rf"[{_PROVINCE}] ?[A-Z][ ·•.\-]{{0,2}}(?=[A-Z ]{{0,5}}\d)"
        r"([A-Z0-9]{4,5}[A-Z0-9挂学警港澳使领]|[A-Z0-9]{2} [A-Z0-9]{3}|[A-Z0-9]{3} [A-Z0-9]{2,3})"
        r"(?![A-Z0-9])",
        flags=re.IGNORECASE,
    ),
    rule(
        "plate after its word",
        r"(?:车牌|\bplate|\bregistration)" + IS + r"[,]?\s?"
        r"((?:[A-Z] )?[A-Z][ ·-]?(?=[A-Z]{0,5}\d)[A-Z0-9]{5,6})(?![A-Z0-9])",
        first=1,
        flags=re.IGNORECASE,
    ),
    rule("QQ", rf"(?:qq|扣扣)(?:群)?{IS}([1-9]\d{{4,11}})(?!\d)", flags=re.IGNORECASE),
    rule(
        "WeChat, in Chinese",
        r"(?:微信|薇信|威信|\bvx|v信|加\s?v)(?:\s?wechat)?" + IS + r"(?!wechat)"
        r"([A-Za-z][\w-]{4,19}|[1-9]\d{5,11})(?![\w-])",
        flags=re.IGNORECASE,
    ),
    rule(
        "WeChat, in English",
        rf"\bwechat{IS}(?:([A-Za-z](?=[\w-]*[\d_-])[\w-]{{4,19}})|([1-9]\d{{5,11}}))",
        flags=re.IGNORECASE,
    ),
)
