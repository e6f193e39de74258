"""Where the sections and sub-headings of a report begin: marked by an editor, or told by its form.

A text that was only dropped in has no marks; its headings are told by their numbers (一、 （一）
一是), by standing alone on a line, or by opening a paragraph as one short sentence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.quantities import find_quantities

SECTION, SUBHEADING, LEAD = 2, 3, 4

_NUMBER = "[一二三四五六七八九十]{1,3}"
_SECTION_MARK = re.compile(rf"第?{_NUMBER}(?:[、.．]|部分[、，:： ]?|章[、 ]?)\s*")
_SUBHEADING_MARK = re.compile(rf"[（(]?(?:{_NUMBER}|\d{{1,2}})[）)]\s*")
_ORDINAL_MARK = re.compile(rf"{_NUMBER}(?:是|要)")
_COUNT_MARK = re.compile(r"\d{1,2}[.．、](?!\d)\s*")
_DASHES = re.compile(r"[—–―－-]+\s*")
# What only says when: ——这五年，综合实力大幅跃升 is headed 综合实力大幅跃升.
_WHEN = re.compile(r"(?:这五年|五年来|过去五年|这一年|一年来|过去一年)，(?:我们)?")
_ANNEX = re.compile(r"附[件录]?[一二三\d]?[：:]\s*")
_MARKS = (_ANNEX, _SECTION_MARK, _SUBHEADING_MARK, _ORDINAL_MARK, _COUNT_MARK, _DASHES, _WHEN)

_SENTENCE_END = re.compile(r"[。！？!?]")
_CLAUSE_END = re.compile(r"[,，。;；:：!！]")
_NO_HEADING = re.compile(
    r"各位代表|现在|我代表|我们|这些|以上|这是.*结果|同时|总之|让|请|指|是|20\d\d年是|今年|今天|过去"
    r"|.*(?:摄|[:：])$"
)
_SECTION_WORDS = re.compile("回顾|总结|成就|目标|任务|工作|安排|部署|说明|打算|举措|实事")
_LONGEST_SECTION, _LONGEST_HEADING, _LONGEST_LEAD, _SHOWN = 60, 60, 32, 30
_LEAST_BODY = 30


@dataclass(frozen=True, slots=True)
class Heading:
    """Where a section (level 2), a sub-heading (3) or a lead sentence (4) begins in a text.

    A lead sentence heads its own paragraph only, and is a part of it.

    Attributes:
        text: its words in the text; `""` where a section begins that the text does not head.
        name: what such a section is called.
    """

    start: int
    level: int
    text: str
    name: str = ""

    @property
    def end(self) -> int:
        """Where its own words end."""
        return self.start + len(self.text)


def find_headings(text: str, start: int = 0) -> tuple[Heading, ...]:
    """The headings of a text without marks, in its order.

    Args:
        text: the report's text, a paragraph a line.
        start: where the report itself begins, after its title.
    """
    lines = list(_lines(text, start))
    found: list[Heading] = []
    for number, (place, line) in enumerate(lines):
        following = lines[number + 1][1] if number + 1 < len(lines) else ""
        heading = _heading_of(place, line, following)
        if heading is not None:
            found.append(heading)
    return tuple(found)


def section_name(heading: str) -> str:
    """The first part of a section's heading, without its number."""
    return _first_part(unnumbered(heading), re.compile(r"[,，。;；:：!！、]"))


def heading_name(heading: str) -> str:
    """A sub-heading without its number and end; of a long one the first clause."""
    words = unnumbered(heading).rstrip(",，。;；:：!！、 ")
    return words if len(words) <= _SHOWN else _first_part(words, _CLAUSE_END)


def unnumbered(words: str) -> str:
    """The words without the number, dashes or time that stand before a heading or an item."""
    place = 0
    while mark := next((m for pattern in _MARKS if (m := pattern.match(words, place))), None):
        place = mark.end()
    return words[place:]


def _first_part(words: str, ends: re.Pattern[str]) -> str:
    return ends.split(words)[0][:_SHOWN]


def _lines(text: str, start: int) -> Iterator[tuple[int, str]]:
    place = start
    for line in text[start:].split("\n"):
        if line.strip():
            yield place, line
        place += len(line) + 1


def _heading_of(place: int, line: str, following: str) -> Heading | None:
    first = _first_sentence(line)
    stands_alone = len(first) == len(line)
    if not _may_head(first):
        return None
    if _SECTION_MARK.match(line) and len(first) <= _LONGEST_SECTION:
        return Heading(place, SECTION, first)
    if _SUBHEADING_MARK.match(line) and len(first) <= _LONGEST_HEADING:
        return Heading(place, SUBHEADING, first)
    if stands_alone:
        return _unnumbered_line(place, line, following)
    is_short = len(unnumbered(first)) <= _LONGEST_LEAD and first.endswith("。")
    if is_short and len(line) - len(first) >= _LEAST_BODY:
        return Heading(place, LEAD, first)
    return None


def _unnumbered_line(place: int, line: str, following: str) -> Heading | None:
    """A short line of its own is a heading if a longer one follows."""
    if len(line) > _LONGEST_LEAD or len(following) <= len(line):
        return None
    is_section = _SECTION_WORDS.search(line) and not _SENTENCE_END.search(line)
    return Heading(place, SECTION if is_section else SUBHEADING, line)


def _may_head(sentence: str) -> bool:
    """Whether it is neither an address to the assembly nor says how many."""
    words = unnumbered(sentence)
    if len(words) < 4 or _NO_HEADING.match(words) or "；" in words:
        return False
    return not find_quantities(words)


def _first_sentence(line: str) -> str:
    end = _SENTENCE_END.search(line)
    return line[: end.end()] if end else line
