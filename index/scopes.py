"""Which years a passage of a report speaks of, and whether it tells results, tasks or goals.

A report looks back and ahead. Its headings and the first words of its paragraphs say which; a
paragraph without such words goes on with what the one before spoke of.
"""

import re
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Literal

from index.headings import unnumbered

Kind = Literal["task", "goal", "result"]

_NUMBERS = {"十二": 12, "十三": 13, "十四": 14, "十五": 15, "十六": 16, "十七": 17, "十八": 18}
_PLAN = re.compile(
    r"“?(十[二三四五六七八])五”?(?:时期|期间|以来|规划|发展|目标|这|的|，|$|[^\w]|收官|第一年|开局)|第(十[二三四五六七八])个五年"
)
_YEAR = re.compile(r"(?<!\d)(20\d{2})年(?!前)")
_LAST_YEARS = re.compile(r"(?:这|过去|回望|回顾|走过)的?五年|五年(?:来|间)|的五年。")
_LAST_YEAR = re.compile("过去的?一年|这一年|一年来|去年|上一?年[，度]|回顾|成就")
_SHORTCOMING = re.compile("清醒.{0,4}(?:看到|认识)|(?:困难|问题)和挑战|短板和不足")
_THIS_YEAR = re.compile(
    "今年|本年度?|新的一年|下一步|重点工作|工作安排|主要预期目标|政府工作的?总体要求"
)
_NEXT_YEARS = re.compile("(?:今后|未来)(?:的)?五年")
# How much of a paragraph may say which years it speaks of.
_HEAD_CHARS = 32

_GOAL = re.compile(
    r"(?:预期|主要|发展|奋斗|总体)目标|目标(?:是|为|[:：])|^是[:：]|生产总值.{0,6}增长"
)
_LEVEL = re.compile(
    r"目标|到20\d\d年|20\d\d年前|年均|\d|达到|以上|左右|取得|水平|进展|突破$|显著|明显"
)
# What turns to other years in the middle of a paragraph, and stays with them.
_TURN = re.compile(
    r"(?:这|过去的?|走过的?)五年|五年来|“十.五”(?:时期|以来)|过去的?一年|一年来|刚刚过去"
)
_DONE = re.compile(r"(?:去年|过去一年|一年来|过去五年|五年来)")
_TO_DO = re.compile(r"(?:对此，|对这些.{0,8}，)?我们(?:将|要|一定|必须)|必须|下一步")


class Stage(IntEnum):
    """Results come first in a report, then a plan for years, then the tasks of the year."""

    RESULTS, PLAN, TASKS = range(3)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a sentence speaks of: its kind, and the years from `since` to `until`."""

    kind: Kind
    since: int
    until: int


class Reader:
    """Tells what the paragraphs and sentences of one report speak of, read in their order."""

    def __init__(self, target_year: int) -> None:
        self.target_year = target_year
        self._ahead = Scope("task", target_year, target_year)
        self._of_report = self._of_block = self._ahead
        self._reached = Stage.RESULTS

    @property
    def stage(self) -> Stage:
        """How far the report has gone; before its first words on years, results."""
        return min(self._stage(self._of_report), self._reached)

    @property
    def name(self) -> str:
        """What a section without a heading is called that speaks of these years."""
        scope = self._of_report
        is_year = scope.since == scope.until
        return f"{scope.until}年工作" if is_year else f"{scope.since}—{scope.until}年规划"

    def stages_in(self, heading: str) -> frozenset[Stage]:
        """What a section's heading says it speaks of; none if it says nothing of years."""
        parts = re.split("[和及与、，]", heading)
        cues = [self._cue_in(unnumbered(part)) for part in parts]
        return frozenset(self._stage(cue) for cue in cues if cue is not None)

    def open(self, words: str, *, is_section: bool, is_annex: bool) -> None:
        """Begin a heading or paragraph.

        A report goes from what was to what will be; a paragraph that goes back does so alone,
        a section takes what follows with it.

        Args:
            words: the heading or paragraph, or its beginning.
            is_section: whether it heads a section.
            is_annex: whether it stands after the report's closing words: what is listed there
                are this year's tasks.
        """
        cue = None if is_annex else self._cue_in(words)
        self._of_block = self._ahead if is_annex else cue or self._of_report
        if cue is not None:
            self._go_on(cue, freely=is_section)

    def sentence(self, sentence: str) -> Scope:
        """What the next sentence of the paragraph speaks of."""
        words = sentence.lstrip("—–―－-！，\n")
        if _TURN.match(words):
            self._of_block = self._cue_in(words) or self._of_block
            self._go_on(self._of_block)
        scope = self._of_block
        if scope.kind == "result":
            return self._ahead if _TO_DO.match(words) else scope
        if _DONE.match(words):
            return self._past(1 if words.startswith(("去年", "过去一年", "一年来")) else 5)
        is_plan = scope.since != scope.until
        says_goal = (_LEVEL if is_plan else _GOAL).search(words)
        return replace(scope, kind="goal" if says_goal else "task")

    def _go_on(self, scope: Scope, *, freely: bool = False) -> None:
        """Let the following paragraphs speak of the same, unless this one only goes back."""
        stage = self._stage(scope)
        if freely or stage >= self._reached:
            self._of_report, self._reached = scope, stage

    def _stage(self, scope: Scope) -> Stage:
        if scope.kind == "result":
            return Stage.RESULTS
        return Stage.TASKS if scope == self._ahead else Stage.PLAN

    def _cue_in(self, words: str) -> Scope | None:
        """What the first of the first words say that tells of years."""
        head = words.removeprefix("各位代表").lstrip("，！,! ").partition("。")[0]
        if not head.startswith("根据"):
            head = head[:_HEAD_CHARS]
        cues = [cue for cue in self._cues(head) if cue is not None]
        if not cues:
            return None
        place, scope = min(cues, key=lambda cue: cue[0])
        is_past_plans = self._reached is Stage.TASKS
        is_in_passing = place > 2 and self._stage(scope) is Stage.PLAN and is_past_plans
        return None if is_in_passing else scope

    def _cues(self, head: str) -> list[tuple[int, Scope] | None]:
        """Where in a paragraph's first words each kind of cue stands, and what it says."""
        return [
            self._plan_in(head),
            self._year_in(head),
            _cue(_LAST_YEARS, head, self._past(5)),
            _cue(_LAST_YEAR, head, self._past(1)),
            _cue(_SHORTCOMING, head, self._past(1)),
            _cue(_THIS_YEAR, head, self._ahead),
            _cue(_NEXT_YEARS, head, Scope("task", self.target_year, self.target_year + 4)),
        ]

    def _past(self, years: int) -> Scope:
        return Scope("result", self.target_year - years, self.target_year - 1)

    def _plan_in(self, head: str) -> tuple[int, Scope] | None:
        """A five-year plan; the 14th was for 2021 to 2025."""
        found = _PLAN.search(head)
        if found is None:
            return None
        first = 2021 + 5 * (_NUMBERS[found[1] or found[2]] - 14)
        is_past = first + 4 < self.target_year
        return found.start(), Scope("result" if is_past else "task", first, first + 4)

    def _year_in(self, head: str) -> tuple[int, Scope] | None:
        for found in _YEAR.finditer(head):
            year = int(found[1])
            if year == self.target_year:
                return found.start(), self._ahead
            if self.target_year - 5 <= year < self.target_year:
                return found.start(), Scope("result", year, year)
        return None


def _cue(pattern: re.Pattern[str], head: str, scope: Scope) -> tuple[int, Scope] | None:
    found = pattern.search(head)
    return (found.start(), scope) if found else None
