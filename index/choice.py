"""Which report a question is put to: the place or the year it names decides, else the newest.

Answers of staff are asked besides, whatever their year; they never stand in for a report. Within a
report, what was and what will be are told apart by the tense of the question.
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index.lexical import tidy
from index.questions import Question
from index.reports import Commitment, Report

# Provinces whose English is not the pinyin of their Chinese (GB/T 2260, ISO 3166-2:CN).
_ENGLISH = {
    "陕西": ("shaanxi",),
    "内蒙古": ("inner mongolia", "neimenggu"),
    "西藏": ("tibet", "xizang"),
    "香港": ("hong kong",),
    "澳门": ("macau", "macao"),
    "全国": ("china",),
}
_KINDS_OF_PLACE = re.compile("(?:壮族|回族|维吾尔)?(?:自治区|特别行政区)$|[省市区县]$")
# 比去年 and "than last year" only compare.
_PAST = re.compile(
    r"(?<![比跟和与同])(?:去年|上年)|过去|已经|[^\W\d_]了(?:多少|几|哪些|什么)|完成情况|取得|成绩|回顾"
    r"|\b(?:was|were|did|had|has been|have been|past|achieved|completed|already)\b"
    r"|(?<!than )(?<!with )(?<!to )\blast year\b"
)


def names_of_place(report: Report) -> tuple[str, ...]:
    """What a report's place is called, tidied, longest first: 武昌区, 武昌, wuchang district."""
    from pypinyin import lazy_pinyin  # Takes 0.1 s to import; only a build needs it.

    short = _KINDS_OF_PLACE.sub("", report.district) or report.district
    names = {report.district, short, *_ENGLISH.get(short, ("".join(lazy_pinyin(short)),))}
    english = "" if report.collection else re.split("['’]", report.title_en)[0]
    names |= {english, english.removesuffix(" District")}
    return tuple(sorted({tidy(name) for name in names} - {""}, key=len, reverse=True))


class Choice:
    """Knows of each commitment where and when it belongs; immutable.

    Args:
        parts: all commitments of the index.
        places: names of each report's place, by report id, tidied.
    """

    def __init__(self, parts: Sequence[Commitment], places: Mapping[str, Sequence[str]]) -> None:
        self._parts = parts
        self._patterns = {report: any_of(names) for report, names in places.items() if names}

    def rows(
        self, question: Question, *, within: str = "", stays_with: str = ""
    ) -> NDArray[np.bool_] | None:
        """bool[n_commitments]: which commitments a question is put to; None for all.

        Args:
            within: the one report it is put to and nothing besides, `""` to choose.
            stays_with: the report it is put to besides the answers of staff, `""` to choose.
        """
        if len(self._rows_of) < 2:
            return None
        if within:
            chosen: Set[str] = {within}
        else:
            chosen = {stays_with} if stays_with else self._chosen(question)
            chosen |= self._answers_asked(question)
        rows = np.zeros(len(self._parts), dtype=np.bool_)
        for report in chosen:
            rows |= self._rows_of[report]
        return rows

    def stays_with(self, question: Question, report: str) -> str:
        """The report of the question before, unless this one names a place or a year.

        After an answer of staff it is chosen anew.
        """
        names = any(words.search(question.text) for words in self._patterns.values())
        return "" if names or question.years or report not in self._reports else report

    def of_its_tense(self, question: Question) -> NDArray[np.bool_] | None:
        """bool[n_commitments]: what has the question's tense; None if all have the same."""
        if not self._is_past.any():
            return None
        asks_past = bool(_PAST.search(question.asked)) or bool(
            question.years and max(question.years) < self._newest
        )
        return np.asarray((self._is_past == asks_past) | self._is_answer, dtype=np.bool_)

    def _answers_asked(self, question: Question) -> Set[str]:
        """The collections of answers; where a place is named, those of it or of no known place."""
        named = self._named(question)
        placeless = self._answers - self._patterns.keys()
        return self._answers & (named | placeless) if named else self._answers

    def _named(self, question: Question) -> Set[str]:
        return {name for name, words in self._patterns.items() if words.search(question.text)}

    def _chosen(self, question: Question) -> Set[str]:
        named = self._named(question) & self._reports.keys()
        of_year = {
            report
            for report in named or self._reports
            if any(self._speaks_of(report, year) for year in question.years)
        }
        chosen = of_year or named or set(self._reports)
        if of_year:
            return chosen
        newest = max((self._reports[report] for report in chosen), default=0)
        return {report for report in chosen if self._reports[report] == newest}

    def _speaks_of(self, report: str, year: int) -> bool:
        return year in self._years[report]

    @cached_property
    def _reports(self) -> dict[str, int]:
        """The target year of each report; collections of answers are none."""
        return {part.report: part.target_year for part in self._parts if not part.is_staff_answer}

    @cached_property
    def _answers(self) -> Set[str]:
        """The collections of staff's answers."""
        return {part.report for part in self._parts if part.is_staff_answer}

    @cached_property
    def _newest(self) -> int:
        return max(self._reports.values(), default=0)

    @cached_property
    def _years(self) -> dict[str, set[int]]:
        """The years that each report's commitments are about."""
        found: dict[str, set[int]] = {}
        for part in self._parts:
            found.setdefault(part.report, {part.target_year}).add(part.year)
        return found

    @cached_property
    def _rows_of(self) -> dict[str, NDArray[np.bool_]]:
        """bool[n_commitments] a report: which are its own."""
        owners = np.array([part.report for part in self._parts], dtype=np.str_)
        return {report: owners == report for report in (*self._reports, *self._answers)}

    @cached_property
    def _is_past(self) -> NDArray[np.bool_]:
        """bool[n_commitments]: what was before the year its report plans for."""
        past = [part.until < part.target_year and not part.is_staff_answer for part in self._parts]
        return np.array(past, dtype=np.bool_)

    @cached_property
    def _is_answer(self) -> NDArray[np.bool_]:
        """bool[n_commitments]: what staff answered, which has no tense."""
        return np.array([part.is_staff_answer for part in self._parts], dtype=np.bool_)


def any_of(names: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of the names, longest first, whole words where they are Latin."""
    words = (
        rf"(?<![a-z]){re.escape(name)}(?![a-z])" if name.isascii() else re.escape(name)
        for name in sorted(names, key=len, reverse=True)
    )
    return re.compile("|".join(words) or "(?!)")
