"""What a report says of itself in its first lines: title, place, session, date and year.

Used for what the front matter leaves out.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date

_DIGITS = {
    "〇": 0,
    "○": 0,
    "零": 0,
    **{digit: n for n, digit in enumerate("一二三四五六七八九", 1)},
}
_CHINESE_YEAR = r"[二一][〇○零一二三四五六七八九]{3}"
_YEAR = rf"(?:(?:19|20)\d{{2}}|{_CHINESE_YEAR})"
_SMALL = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_DATE = re.compile(rf"({_YEAR})\s*年\s*({_SMALL})\s*月\s*({_SMALL})\s*日")
_SESSION = re.compile(r"在?([^，。在]*?(?:会议|大会|全会))(?:上|$|[）)])")
_TITLE_YEAR = re.compile(rf"(?<!\d)({_YEAR})(?!\d)\s*(?:年度?)?")
_UNIT = r"(?:特别行政区|自治区|自治州|自治县|省|市|区|县|旗|盟)"
_PLACE = re.compile(
    rf"(?:(?!关于|政府|人民|国民|推进|加快|工作|第)[\u4e00-\u9fff]{{1,8}}?{_UNIT}(?![区县](?:第|人|政|工))){{1,3}}"
)
_NATION = re.compile(r"全国人民代表大会|国务院")
# A year that work is planned for: 2026年重点工作, 2026年是开局之年, 2026年的主要预期目标.
_TASK_YEAR = re.compile(
    rf"({_YEAR})年(?:的|全[省市区县]|我[省市区县]|政府|经济社会发展|主要|预期|总体){{0,4}}"
    r"(?:重点|工作|目标|任务|安排|部署|计划|打算|要|将|是)"
)
_ABOUT_WORK = re.compile("报告|工作|部署|安排|计划|规划|要点")
_NO_TITLE = re.compile(r"[。；！？]|摄$")
_FIRST_LINES, _LONGEST_TITLE, _LONGEST_OPENING_LINE = 12, 40, 80
_STRAY_LINE = re.compile(
    r"[（(]\s*(?:注|据|来源|责编|编辑)|[\W\d_a-zA-Z]+$|.*(?:记者|通讯员|摄影).{0,16}$|.*摄$"
)


@dataclass(frozen=True, slots=True)
class Opening:
    """What was found; `""` and None where the text does not say.

    Attributes:
        end: where the report itself begins in the text, after these lines.
    """

    title: str
    district: str
    session: str
    held_on: date | None
    target_year: int | None
    end: int


def read_opening(text: str, title: str = "") -> Opening:
    """Read the first lines of a report.

    Args:
        text: the report's text, a paragraph a line.
        title: from the front matter; `""` to take it from the text.
    """
    lines = text.split("\n")
    session, held_on = _session(lines[:_FIRST_LINES])
    own_title = title or _title(lines)
    district = _place(own_title) or _place(session)
    year = _year_in(own_title) or _task_year(text) or _year_after(held_on)
    if own_title and not title and district not in own_title:
        own_title = f"{district}{own_title}"
    return Opening(own_title, district, session, held_on, year, _opening_end(lines, own_title))


def is_stray_line(line: str) -> bool:
    """Whether a line is no sentence of a report: a date, a caption, what a web page left."""
    return bool(_STRAY_LINE.match(line)) and "。" not in line.rstrip("。")[-20:]


def _title(lines: list[str]) -> str:
    """The first line, or the first two where only the second says what it is."""
    first, second = [*lines, "", ""][:2]
    if not first or len(first) > _LONGEST_TITLE or _NO_TITLE.search(first):
        return ""
    if _ABOUT_WORK.search(first):
        return first
    joined = first + second
    is_one = len(joined) <= _LONGEST_TITLE and _ABOUT_WORK.search(second)
    return joined if is_one and not _NO_TITLE.search(second) else first


def _session(lines: list[str]) -> tuple[str, date | None]:
    """The session and its date, from the line that has both or the first with a date."""
    held_on: date | None = None
    for line in lines:
        found = _DATE.search(line)
        if found is None or len(line) > _LONGEST_OPENING_LINE:
            continue
        day = _as_date(found)
        session = _SESSION.match(line[found.end() :].lstrip())
        if session:
            return session[1].strip(), day
        held_on = held_on or day
    return "", held_on


def _place(words: str) -> str:
    """The district, city or province that a title or a session begins with."""
    if _NATION.search(words):
        return "全国"
    found = _PLACE.match(_TITLE_YEAR.sub("", words).strip(" —－―《“"))
    return found[0] if found else ""


def _year_in(words: str) -> int | None:
    found = _TITLE_YEAR.search(words)
    return _as_number(found[1]) if found else None


def _task_year(text: str) -> int | None:
    """The year that most sentences about work to be done name; of equals the later one."""
    years = Counter(_as_number(found[1]) for found in _TASK_YEAR.finditer(text))
    return max(years, key=lambda year: (years[year], year)) if years else None


def _year_after(held_on: date | None) -> int | None:
    """A session late in a year speaks of the next one."""
    if held_on is None:
        return None
    return held_on.year + (held_on.month >= 11)


def _opening_end(lines: list[str], title: str) -> int:
    """Where the first line stands that is neither title, session, date nor caption."""
    place = 0
    for line in lines[:_FIRST_LINES]:
        words = line.strip(" —–―－（）()")
        is_title = words and (words in title or title.endswith(words))
        is_session = _DATE.match(words) and len(words) <= _LONGEST_OPENING_LINE
        if not (is_title or (is_session and "。" not in words) or is_stray_line(line)):
            break
        place += len(line) + 1
    return min(place, sum(map(len, lines)) + len(lines) - 1)


def _as_date(found: re.Match[str]) -> date | None:
    try:
        return date(*(_as_number(part) for part in found.groups()))
    except ValueError:
        return None


def _as_number(words: str) -> int:
    """2026 of 2026 and of 二〇二六; 27 of 二十七."""
    if words.isdigit():
        return int(words)
    if "十" in words:
        tens, _, ones = words.partition("十")
        return (_DIGITS.get(tens, 1)) * 10 + _DIGITS.get(ones, 0)
    number = 0
    for char in words:
        number = number * 10 + _DIGITS[char]
    return number
