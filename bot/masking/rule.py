"""One kind of thing that is hidden, and the words its patterns share."""

import re
import unicodedata
from dataclasses import dataclass

STAR = "*"
HAN = r"\u4e00-\u9fff"
HAN_DIGIT = "零〇一二三四五六七八九两幺壹贰叁肆伍陆柒捌玖"
DIGIT = rf"[\d{HAN_DIGIT}]"
IS = (
    r"(?:\s*(?:号码|号|账号|是|为|就是|:|=|#|\(|"
    r"\bis\b|\bid\b|\bno\b\.?|\bnumber\b|\baccount\b))*\s*"
)
"""What stands between a word such as 电话 and its number."""
UNIT_AFTER = (
    r"(?![\d年月元米度万亿]|\s*(?:人(?!家)|户|个|多|余|平|㎡|平方|路|号线|件|次(?!卧)|天(?![天花])|座(?!机)|"
    r"名|所(?!有)|家(?![里的])|％|%)|\s?[和与、到至\-]\s?\d{4}年)"
)
"""A number with one of these behind it counts something."""
ENGLISH_UNIT_AFTER = (
    r"(?!\s*(?:years?|months?|weeks?|days?|hours?|minutes?|people|persons|times|square|sqm|m2|"
    r"metres?|meters?|yuan|rmb|workers|families|households|%|(?:ms|k?m|cm|mm|k?g|mg|ml|h|kw|db)\b))"
)

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_BLANKS = dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2009\u3000"), " ")
_RINGED = dict(zip(map(ord, "⓪①②③④⑤⑥⑦⑧⑨⓿❶❷❸❹❺❻❼❽❾"), "0123456789" * 2, strict=True))
_RINGED_NUMBER = re.compile(f"[{''.join(map(chr, _RINGED))}]{{7,}}")
"""One alone counts the points of a list."""


class _Plain(dict[int, int | str]):
    """What a keyboard has for a sign; digits of every script are digits."""

    def __missing__(self, code: int) -> int | str:
        digit = unicodedata.decimal(chr(code), None)
        self[code] = code if digit is None else str(digit)
        return self[code]


_PLAIN = _Plain(_FULL_WIDTH | _DASHES | _BLANKS)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of thing that is hidden.

    Attributes:
        pattern: its groups are what is hidden, the whole match if it has none.
        first, last: how many signs of what is hidden stay, at either end.
        each: if given, only such pieces of the groups are hidden.
    """

    name: str
    pattern: re.Pattern[str]
    first: int = 0
    last: int = 0
    each: re.Pattern[str] | None = None

    def hide(self, text: str) -> str:
        """The text with every such thing starred; its length stays."""
        return self.pattern.sub(self._starred, text)

    def _starred(self, found: re.Match[str]) -> str:
        signs = list(found.group(0))
        for start, end in self._spans(found):
            for at in range(max(start, 0) + self.first, end - self.last):
                signs[at - found.start()] = STAR
        return "".join(signs)

    def _spans(self, found: re.Match[str]) -> list[tuple[int, int]]:
        spans = [found.span(at) for at in range(1, self.pattern.groups + 1)] or [found.span()]
        if self.each is None:
            return spans
        return [
            piece.span() for span in spans for piece in self.each.finditer(found.string, *span)
        ]


def rule(
    name: str, pattern: str, *, first: int = 0, last: int = 0, flags: int = 0, each: str = ""
) -> Rule:
    """A rule from the words of its pattern; to it Han signs are no word, so `\\b` parts them."""
    flags |= re.ASCII
    return Rule(
        name, re.compile(pattern, flags), first, last, re.compile(each, flags) if each else None
    )


def as_typed_plainly(text: str) -> str:
    """The text, its full-width signs, dashes, blanks and digits as a keyboard has them, sign for
    sign."""
    text = _RINGED_NUMBER.sub(lambda found: found[0].translate(_RINGED), text)
    return text.translate(_PLAIN)
