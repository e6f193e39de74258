"""Where exactly somebody lives: staircase and flat. Roads, house numbers and buildings stay."""

import re

from bot.masking.rule import ENGLISH_UNIT_AFTER, HAN, HAN_DIGIT, UNIT_AFTER, rule

_DOOR = rf"[A-Za-z]?\d{{3,4}}[A-Za-z]?|[{HAN_DIGIT}]{{3,4}}"
_YEAR = r"(?!(?:19[3-9]|20[0-3])\d)"
_HOUSE = r"(?:tower|building|block|bldg\.?)"
_COUNTED = (
    rf"(?![{HAN_DIGIT}])" + UNIT_AFTER[:-1] + r"|\s*[分秒瓦伏斤吨块台辆岁层级栋幢楼棵盏支只届班厂]"
    r"|\s*(?:公[里斤分]|英里|小时|医院|国道|省道|搬|毕业|出生|点(?!着)))"
)
"""What follows a flat, where only words before it tell that it is one."""
_LIKE_A_DOOR = r"[A-Za-z]?\d{1,2}(?:0[1-9]|[12]\d)[A-Za-z]?"
"""A floor and one of its doors, so not 100, 500 or 1350."""
_ESTATE = "期苑园区城院庭里居府湾岸郡都邸墅村坊厦寓舍庐轩阁"
_BESIDE = (
    "楼上|楼下|隔壁|对门|对面|邻居|楼道|上面|下面|我家|我们家|俺家|咱家|他家|她家|家里|家在|住在?|"
    "我在|我是|我们是|漏到|影响到?|吵到|滴到|淹到|淹了"
)
_WHO = "我们?家?|咱们?家?|俺家?|他们?家?|她家?|楼上|楼下|隔壁|对门"
_DWELLERS = (
    "住户|业主|租户|租客|房东|邻居|户主|人家|房客|主人|那户|那家|这家|这户|一家|大爷|大妈|老人|"
    "男的|女的|家里|阳台|厨房|卫生间"
)
_NOT_A_HOME = r"(?!\s*[线楼门口厅窗机桌床梯井车院仓库馆柜摊铺展教考出会病诊商店路街站台闸电])"

_JOINED = r"[室房号]?\s?(?:和|与|跟|及|或|、|,|/|&|以及|还有|漏到|漏水到|\band\b|\bor\b)\s?"

RULES = (
    rule(
        "staircase",
        rf"(?<![\d第{HAN_DIGIT}])(\d{{1,2}}|[十{HAN_DIGIT}]{{1,3}})(?=\s?单元(?!房|格|测|考|价|素))",
    ),
    rule(
        "staircase by its door",
        rf"(?<!\d)(\d{{1,2}})(?=\s?门\s?(?:\d{{3,4}}{UNIT_AFTER}|\d{{1,2}}[楼层]))",
    ),
    rule(
        "flat by its door",
        rf"(?<![\d{HAN_DIGIT}])({_DOOR})(?=\s?号?[室房](?![价源间屋产内外]))",
    ),
    rule(
        "flat after its house",
        rf"(?:(?<=[栋幢座楼层])|(?<=单元)|(?<=[\d*][门#]))\s?-?({_DOOR})(?![{HAN_DIGIT}]){UNIT_AFTER}",
    ),
    rule(
        "flat after its house number",
        rf"(?:[路街巷里村道弄{_ESTATE}]\s?\d{{1,4}}|附\d{{1,2}})号(?:院|楼)?\s?"
        rf"({_DOOR})(?![{HAN_DIGIT}]){UNIT_AFTER}",
    ),
    rule(
        "staircase and flat after their house number",
        rf"(?<=\d)号(?:院|楼)?\s?((?:\d{{1,2}}-){{1,2}}{_YEAR}\d{{3,4}})(?![\d-]){UNIT_AFTER}",
    ),
    rule(
        "flat of her own",
        r"(?:我是|我们是|我家|住|门牌号?|门号)\s?(\d{3,4})(?=户|住户|号|\s|[，,。]|$)",
    ),
    rule("door in parts", r"门牌号?\s?[是为:]?\s?(\d{1,4}(?:-\d{1,4}){1,2})(?![\d-])"),
    rule(
        "flat of one beside her",
        rf"(?:{_BESIDE})(?:{_WHO})?[的是住在:]?\s?({_LIKE_A_DOOR}){_COUNTED}",
    ),
    rule(
        "flat of those who live there",
        rf"(?<![\d.\-第共约有近超达A-Za-z])({_LIKE_A_DOOR})(?=\s?号?的?(?:{_DWELLERS}))",
    ),
    rule(
        "door on its floor",
        rf"(?<![\d{HAN_DIGIT}第])(?:\d{{1,2}}|[十{HAN_DIGIT}]{{1,3}})[楼层]\s?"
        rf"(\d{{1,2}}|[{HAN_DIGIT}])(?=号{_NOT_A_HOME})",
    ),
    rule(
        "flat after its road, in English",
        r"\b(?:road|street|avenue|lane|rd\.?|st\.?|ave\.?)\s*,\s*((?:\d{1,2}-){1,2}\d{3,4})(?![\d-])",
        flags=re.IGNORECASE,
    ),
    rule(
        "flat by hyphens",
        rf"(?<![\d-])(?:[A-Za-z]?\d{{1,3}}|[A-Za-z])-(\d{{1,2}})-"
        rf"({_YEAR}\d{{3,4}}|(?<=[{HAN}]))(?![\d-])",
    ),
    rule(
        "staircase and flat by hyphens",
        rf"(?<=[栋幢座])\s?-?(\d{{1,2}})-({_YEAR}\d{{3,4}})(?![\d-])",
    ),
    rule(
        "flat by one hyphen",
        rf"(?:(?<=[住{_ESTATE}])|(?<![A-Za-z\d.\-第年月日时]))\s?[A-Za-z]?[1-4]?\d-"
        rf"({_YEAR}{_LIKE_A_DOOR})(?![\d-]){_COUNTED}{ENGLISH_UNIT_AFTER}",
    ),
    rule(
        "unit, in English",
        r"\bunit\s*(?:no\.?\s*|#\s*)?(\d{1,2})"
        r"(?=\s{0,3},?\s{0,3}(?:(?:room|flat|apt|apartment|no)\b|\d{3,4}\b))",
        flags=re.IGNORECASE,
    ),
    rule(
        "flat after its unit, in English",
        rf"\bunit\s*(?:no\.?\s*|#\s*)?[\d*]{{1,2}}\s?,\s{{0,3}}{_YEAR}(\d{{3,4}}[A-Z]?)\b"
        rf"{ENGLISH_UNIT_AFTER}",
        flags=re.IGNORECASE,
    ),
    rule("floor and flat by a hyphen", r"(?<![\w#])#\s?(\d{1,2}-\d{1,4}[A-Z]?)(?![\w-])"),
    rule(
        "flat, in English",
        r"\b(?:flat|apartment|apt\.?|room|rm\.?|suite|unit|door)\s*(?:(?:no\.?|number)\s*|#\s*)?"
        rf"(\d{{1,2}}-[A-Za-z]|\d{{2,4}}[A-Za-z]?|\d[A-Za-z])\b{ENGLISH_UNIT_AFTER}",
        flags=re.IGNORECASE,
    ),
    rule(
        "flat before its house, in English",
        rf"(?:(?<=#)|\b{_YEAR})(\d{{3,4}}[A-Z]?)(?=\s*,\s*{_HOUSE}\s+[A-Z]?\d{{0,3}}\b)",
        flags=re.IGNORECASE,
    ),
    rule(
        "flat after its house, in English",
        rf"\b{_HOUSE}\s*(?:no\.?\s*)?(?:[A-Z]|\d{{1,3}})(?:\s?-\s?|,\s+|\s+){_YEAR}(\d{{3,4}}[A-Z]?)\b"
        rf"{ENGLISH_UNIT_AFTER}",
        flags=re.IGNORECASE,
    ),
    rule(
        "door, in English",
        rf"\b(?:door|flat|apartment|apt\.?)\s(\d{{1,2}}|\d{{1,2}}-[A-Z])(?=\s*,\s*{_HOUSE}\b)",
        flags=re.IGNORECASE,
    ),
    rule(
        "several flats, in English",
        rf"\b(?:flats|apartments|apts|rooms|units)\s{_YEAR}(\d{{3,4}}[A-Z]?)\b{ENGLISH_UNIT_AFTER}",
        flags=re.IGNORECASE,
    ),
    rule(
        "flat of one beside her, in English",
        r"\b(?:upstairs|downstairs|next door|opposite|neighbou?rs?|people|family|tenants?|guys?|"
        r"man|woman|couple|dogs?|living|lives?|I\s+am|I['’]m|we\s+are|we['’]re)\s+(?:in|at|of|from)\s+"
        rf"(?:no\.?\s*)?{_YEAR}({_LIKE_A_DOOR})\b(?!-){ENGLISH_UNIT_AFTER}",
        flags=re.IGNORECASE,
    ),
    rule(
        "flats beside one that is hidden",
        rf"(?<=\*\*\*)((?:{_JOINED}(?:{_WHO})?\s?{_YEAR}(?:{_DOOR})(?![*{HAN_DIGIT}]){UNIT_AFTER})+)",
        each=rf"{_DOOR}",
        flags=re.IGNORECASE,
    ),
)
