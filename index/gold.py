"""The evaluation sets of `content/evaluation/`, read and split into halves.

The calibration half teaches a build its thresholds; only the test half says how good it is.
"""

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from index.content_files import read_content_file
from index.findings import FIRST_LINE, Finding, Keys, Place, as_finding
from index.reports import Commitment, Report
from index.tables import validated

_QUESTIONS, _UNANSWERABLE = "questions.jsonl", "unanswerable.jsonl"
_DIALOGUES = "followups.jsonl"
_PUNCTUATION = re.compile(r"[\s,.;:、。；：“”\"'‘’()《》\u200b]")
_SHORTEST_PART = 6
_SEED = "wuchang-2020"


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and what answers it: any of `golds`, none for an unanswerable one.

    Attributes:
        values: what of the golds must be shown, such as `3所`.
        style: how it is put; of an unanswerable one whether it is `near` or `far`.
        half: the editors' choice, `""` if they left it open.
        report: the id of the report it is put to, `""` for all.
    """

    id: str
    text: str
    lang: str
    golds: tuple[str, ...]
    half: str = ""
    values: tuple[str, ...] = ()
    style: str = ""
    report: str = ""

    @property
    def for_calibration(self) -> bool:
        """Which half it is in; left open, all questions about one passage go to the same."""
        if self.half:
            return self.half == "calibration"
        key = _SEED + (bare(self.golds[0]) if self.golds else self.id)
        return hashlib.sha256(key.encode()).digest()[0] % 2 == 0


@dataclass(frozen=True, slots=True)
class GoldDialogue:
    """Questions of one resident, each leaning on the one before."""

    id: str
    turns: tuple[GoldQuestion, ...]

    @property
    def for_calibration(self) -> bool:
        """As of its first question."""
        return self.turns[0].for_calibration


@dataclass(frozen=True, slots=True)
class GoldSet:
    """All that an index is measured by."""

    questions: tuple[GoldQuestion, ...] = ()
    dialogues: tuple[GoldDialogue, ...] = ()

    def __len__(self) -> int:
        return len(self.questions) + len(self.dialogues)


class _Line(BaseModel):
    """What every evaluation set has; the sets of the bot have more keys than the index reads."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    id: str = Field(min_length=1)


class _UnanswerableLine(_Line):
    question: str = Field(min_length=1)
    lang: str = Field(pattern="^(zh|zh-Hant|en|mixed)$")
    half: str = Field(default="", pattern="^(calibration|test)?$")
    kind: str = ""

    def as_question(self, report: str) -> GoldQuestion:
        """The line as a question that this report does not answer."""
        style = "near" if self.kind == "near_miss" else "far"
        return GoldQuestion(
            self.id, self.question, self.lang, (), half=self.half, style=style, report=report
        )


class _Turn(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    question: str = Field(min_length=1)
    gold: str = Field(min_length=1)
    gold_alt: list[str] = []
    values: list[str] = []
    style: str = ""


class _QuestionLine(_Line, _Turn):
    lang: str = Field(pattern="^(zh|zh-Hant|en|mixed)$")
    half: str = Field(default="", pattern="^(calibration|test)?$")


class _DialogueLine(_Line):
    lang: str = Field(pattern="^(zh|zh-Hant|en|mixed)$")
    half: str = Field(default="", pattern="^(calibration|test)?$")
    turns: list[_Turn] = Field(min_length=2)


_MODELS: dict[str, type[_Line]] = {
    _QUESTIONS: _QuestionLine,
    _UNANSWERABLE: _UnanswerableLine,
    _DIALOGUES: _DialogueLine,
}


@lru_cache(maxsize=1 << 17)
def bare(text: str) -> str:
    """The text without spaces and punctuation, NFKC, lower case: how golds are compared."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text)).lower()


def is_right(commitment: Commitment, question: GoldQuestion) -> bool:
    """Whether the quote holds one of the golds, or is a part of one."""
    if question.report and commitment.report != question.report:
        return False
    quote = bare(commitment.quote)
    return any(
        gold in quote or (len(quote) >= _SHORTEST_PART and quote in gold)
        for gold in map(bare, question.golds)
    )


def is_shown(commitment: Commitment, question: GoldQuestion) -> bool:
    """Whether every value of the gold is in what a resident reads of the commitment."""
    shown = bare(commitment.quote + commitment.en)
    return all(bare(value) in shown for value in question.values)


def read_gold_set(
    folder: Path, reports: Sequence[Report], mistakes: list[str], remarks: list[str]
) -> GoldSet:
    """Read the sets the index is measured by; of the other files only the form is checked.

    A question whose golds are in no report any more is left out, with a remark. Questions that
    no report answers are put to the report that most of the others are about.
    """
    reader = _Reader({report.id: bare(report.text) for report in reports}, remarks)
    unanswerable: list[_UnanswerableLine] = []
    questions: list[GoldQuestion] = []
    dialogues: list[GoldDialogue] = []
    for path in sorted(folder.glob("*.jsonl")):
        ids: set[str] = set()
        for place, line in _lines(path, _MODELS.get(path.name, _Line), mistakes):
            if line.id in ids:
                mistakes.append(place.finding_in(("id",), "used twice"))
            ids.add(line.id)
            match line:
                case _UnanswerableLine():
                    unanswerable.append(line)
                case _QuestionLine():
                    questions += reader.turns(place, line, [line])
                case _DialogueLine():
                    turns = reader.turns(place, line, line.turns)
                    if len(turns) == len(line.turns):
                        dialogues.append(GoldDialogue(line.id, turns))
    usual = Counter(question.report for question in questions).most_common(1)
    asked_of = usual[0][0] if usual else ""
    questions += [line.as_question(asked_of) for line in unanswerable]
    return GoldSet(tuple(questions), tuple(dialogues))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Looks the golds up; `texts` are the reports without punctuation, by id.

    Attributes:
        found: the reports of the golds looked up so far; many questions share one.
    """

    texts: Mapping[str, str]
    remarks: list[str]
    found: dict[str, str] = field(default_factory=dict)

    def turns(
        self, place: Place, line: _QuestionLine | _DialogueLine, turns: Iterable[_Turn]
    ) -> tuple[GoldQuestion, ...]:
        """The questions whose golds stand in a report."""
        found = (self._turn(place, line, turn) for turn in turns)
        return tuple(question for question in found if question is not None)

    def _turn(
        self, place: Place, line: _QuestionLine | _DialogueLine, turn: _Turn
    ) -> GoldQuestion | None:
        places = {gold: self._report_with(gold) for gold in (turn.gold, *turn.gold_alt)}
        for gold, report in places.items():
            if not report:
                key = "gold" if gold == turn.gold else "gold_alt"
                told = f"{gold!r} is in no report"
                self.remarks.append(place.finding(told, field=key))
        golds = tuple(gold for gold, report in places.items() if report)
        if not golds:
            return None
        return GoldQuestion(
            line.id,
            turn.question,
            line.lang,
            golds,
            half=line.half,
            values=tuple(turn.values),
            style=turn.style,
            report=places[golds[0]],
        )

    def _report_with(self, gold: str) -> str:
        if gold not in self.found:
            words = bare(gold)
            names = (name for name, text in self.texts.items() if words in text)
            self.found[gold] = next(names, "")
        return self.found[gold]


def _lines(path: Path, model: type[_Line], mistakes: list[str]) -> Iterator[tuple[Place, _Line]]:
    for place, fields in read_json_lines(path, mistakes):
        entry = validated(model, fields, place, mistakes)
        if entry is not None:
            yield place, entry


def read_json_lines(path: Path, mistakes: list[str]) -> Iterator[tuple[Place, object]]:
    """What each line of a file holds that is not blank, and its place, named by its `id`."""
    known_mistakes = len(mistakes)
    text = read_content_file(path, str(path), mistakes) or ""
    told = {as_finding(found).line for found in mistakes[known_mistakes:]}
    # Not `splitlines`: it breaks at characters that may stand in a JSON text, too.
    for number, line in enumerate(text.split("\n"), FIRST_LINE):
        if not line.strip() or number in told:
            continue
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            mistakes.append(_not_json(path, number, error))
            continue
        own_id = fields.get("id") if isinstance(fields, dict) else None
        name = own_id if isinstance(own_id, str) else ""
        yield Place(str(path), partial(_fixed, number), entry=name), fields


def _fixed(line: int, _: Keys) -> int:
    return line


def _not_json(path: Path, line: int, error: Exception) -> Finding:
    said = f"{error.msg} (column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
    return Finding(str(path), f"not valid JSON: {said or 'nested too deeply'}", line=line)
