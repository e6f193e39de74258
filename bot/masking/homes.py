"""Where exactly somebody lives: staircase and flat. Roads, house numbers and buildings stay."""

import re

from bot.masking.rule import ENGLISH_UNIT_AFTER, HAN, HAN_DIGIT, UNIT_AFTER, rule

_DOOR = rf"[A-Za-z]?\d{{3,4}}[A-Za-z]?|[{HAN_DIGIT}]{{3,4}}"
_YEAR = r"(?!(?:19|20)\d\d)"
_HOUSE = r"(?:tower|building|block|bldg\.?)"

RULES = (
    rule(
        "staircase",
        rf"(?<![\d第{HAN_DIGIT}])(\d{{1,2}}|[十{HAN_DIGIT}]{{1,3}})(?=\s?单元(?!房|格|测|考|价|素))",
    ),
    rule("staircase by its door", rf"(?<!\d)(\d{{1,2}})(?=\s?门\s?\d{{3,4}}{UNIT_AFTER})"),
    rule(
        "flat by its door",
        rf"(?<![\d{HAN_DIGIT}])({_DOOR})(?=\s?号?[室房](?![价源间屋产内外]))",
    ),
    rule(
        "flat after its house",
        rf"(?:(?<=[栋幢座楼层])|(?<=单元)|(?<=[\d*][门#]))\s?-?({_DOOR})(?![{HAN_DIGIT}]){UNIT_AFTER}",
    ),
    rule(
        "flat after its road",
        rf"(?<=[路街巷里村道弄])\s?\d{{1,4}}号\s?({_DOOR})(?![{HAN_DIGIT}]){UNIT_AFTER}",
    ),
    rule(
        "flat of her own",
        r"(?:我是|我们是|我家|住|门牌号?|门号)\s?(\d{3,4})(?=户|住户|号|\s|[，,。]|$)",
    ),
    rule(
        "flat by hyphens",
        rf"(?<![\d-])(?:\d{{1,3}}|[A-Za-z])-(\d{{1,2}})-({_YEAR}\d{{3,4}}|(?<=[{HAN}]))(?![\d-])",
    ),
    rule("flat by one hyphen", r"(?<=住)\s?\d{1,2}-(\d{3,4})(?![\d-])"),
    rule(
        "unit, in English",
        r"\bunit\s*(?:no\.?\s*|#\s*)?(\d{1,2})(?=\s{0,3},?\s{0,3}(?:room|flat|apt|apartment|no)\b)",
        flags=re.IGNORECASE,
    ),
    rule(
        "flat, in English",
        r"\b(?:flat|apartment|apt\.?|room|rm\.?|suite|unit|door)\s*(?:(?:no\.?|number)\s*|#\s*)?"
        rf"(\d{{2,4}}[A-Za-z]?|\d[A-Za-z])\b{ENGLISH_UNIT_AFTER}",
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
)
