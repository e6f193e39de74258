"""Hides what tells who somebody is in texts: phone numbers, identity cards, plates and the like.

What is hidden becomes `*`; a few signs stay where people need to tell two apart. Numbers of the
report, case numbers, public numbers such as 12345, roads and house numbers stay as they are.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

STAR = "*"
_NO_DIGIT_BEFORE, _NO_DIGIT_AFTER = r"(?<![\d.])", r"(?![\d.]?\d)"
_HAN = r"\u4e00-\u9fff"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of thing that is hidden.

    Attributes:
        hide: what is found -> what stands in its place, of the same length where it can be.
    """

    name: str
    pattern: re.Pattern[str]
    hide: Callable[[re.Match[str]], str]


def _but_ends(first: int, last: int) -> Callable[[re.Match[str]], str]:
    """Keep some signs at both ends."""

    def hide(found: re.Match[str]) -> str:
        text = found.group(0)
        stars = STAR * max(len(text) - first - last, 1)
        return text[:first] + stars + (text[-last:] if last else "")

    return hide


def _group(number: int, *, keep: int = 0) -> Callable[[re.Match[str]], str]:
    """Hide one group of the match, but its first signs."""

    def hide(found: re.Match[str]) -> str:
        start, end = (at - found.start() for at in found.span(number))
        text = found.group(0)
        return text[: start + keep] + STAR * (end - start - keep) + text[end:]

    return hide


def _digits(found: re.Match[str]) -> str:
    """Hide every digit and letter of the match but those of its first number."""
    first = re.search(r"\d+", found.group(0))
    end = first.end() if first else 0
    return found.group(0)[:end] + re.sub(r"[0-9A-Za-z]", STAR, found.group(0)[end:])


RULES = (
    Rule("e-mail", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), _but_ends(1, 0)),
    Rule(
        "identity card",
        re.compile(rf"{_NO_DIGIT_BEFORE}[1-9]\d{{5}}(?:18|19|20)\d{{9}}[\dXx](?![\dXx])"),
        _but_ends(3, 2),
    ),
    Rule(
        "bank card",
        re.compile(
            rf"{_NO_DIGIT_BEFORE}[3-6]\d{{3}}(?:[ -]?\d{{4}}){{3}}(?:[ -]?\d{{1,3}})?(?!\d)"
        ),
        _but_ends(0, 4),
    ),
    Rule(
        "mobile phone",
        re.compile(
            rf"{_NO_DIGIT_BEFORE}(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{{4}}[ -]?\d{{4}}{_NO_DIGIT_AFTER}"
        ),
        _but_ends(3, 2),
    ),
    Rule(
        "landline",
        re.compile(r"(?<![\d-])\(?0\d{2,3}\)?[ -]?[2-9]\d{6,7}(?![\d-])"),
        _but_ends(3, 2),
    ),
    Rule(
        "local number",
        re.compile(r"(?<=[话号系])[:：]?\s*[2-9]\d{7}(?!\d)"),
        _but_ends(0, 2),
    ),
    Rule(
        "plate",
        re.compile(
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
            r"[A-HJ-NP-Z][·•\s]?[A-HJ-NP-Z0-9]{5,6}(?![A-Z0-9])"
        ),
        _but_ends(2, 0),
    ),
    Rule(
        "messenger",
        re.compile(
            r"(?:微信号?|wechat|vx|qq号?)(?:\s*(?:id|是|为))?\s*[:：]?\s*([A-Za-z0-9_-]{5,20})",
            re.IGNORECASE,
        ),
        _group(1),
    ),
    Rule(
        "flat",
        re.compile(
            r"\d{1,3}\s*[栋幢座号楼](?:楼)?\s*(?:\d{1,2}\s*单元\s*)\d{1,4}\s*[室号户]?"
            r"|\d{1,3}\s*[栋幢座]\s*\d{3,4}\s*[室号户]?"
        ),
        _digits,
    ),
    Rule("room", re.compile(r"(?<!\d)(\d{3,4})(?=室)"), _group(1)),
    Rule(
        "english flat",
        re.compile(r"\b(?:flat|apartment|apt\.?|room|unit)\s+(\d{1,4}[A-Za-z]?)\b", re.IGNORECASE),
        _group(1),
    ),
    Rule(
        "name",
        re.compile(
            rf"(?:我叫|我的?名字(?:是|叫)|本人姓名|姓名|联系人|户主)\s*[:：]?\s*"
            rf"(?![了过来去不没车人是的])([{_HAN}]{{2,3}})"
        ),
        _group(1, keep=1),
    ),
    Rule(
        "english name",
        re.compile(r"\b[Mm]y name is\s+([A-Z][A-Za-z'-]+(?:\s+[A-Z][A-Za-z'-]+)?)"),
        _group(1, keep=1),
    ),
)
"""In this order: what was hidden by one is no longer found by the next."""


def masked(text: str) -> str:
    """The text without what tells who somebody is."""
    for rule in RULES:
        text = rule.pattern.sub(rule.hide, text)
    return text
