"""The evaluation sets of `content/evaluation/`: read, split into halves, and measured.

The calibration half teaches a build its thresholds; only the test half says how good it is.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from index.reports import Commitment, Report, validated
from index.search import Index

_QUESTIONS, _UNANSWERABLE = "questions.jsonl", "unanswerable.jsonl"
_PUNCTUATION = re.compile(r"[\s,.;:、。；：“”\"'‘’()《》\u200b]")
_SHORTEST_PART = 6
_SEED = "wuchang-2020"


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and what answers it: any of `golds`, none for an unanswerable one.

    `half` is the editors' choice, `""` if they left it open.
    """

    id: str
    text: str
    lang: str
    golds: tuple[str, ...]
    half: str = ""

    @property
    def for_calibration(self) -> bool:
        """Which half it is in; left open, all questions about one passage go to the same."""
        if self.half:
            return self.half == "calibration"
        key = _SEED + (bare(self.golds[0]) if self.golds else self.id)
        return hashlib.sha256(key.encode()).digest()[0] % 2 == 0


QuestionSet = tuple[GoldQuestion, ...]


class _Line(BaseModel):
    """What every evaluation set has; the sets of the bot have more keys than the index reads."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    id: str = Field(min_length=1)


class _UnanswerableLine(_Line):
    question: str = Field(min_length=1)
    lang: str = Field(pattern="^(zh|zh-Hant|en|mixed)$")
    half: str = Field(default="", pattern="^(calibration|test)?$")


class _QuestionLine(_UnanswerableLine):
    gold: str = Field(min_length=1)
    gold_alt: list[str] = []


_MODELS: dict[str, type[_Line]] = {
    _QUESTIONS: _QuestionLine,
    _UNANSWERABLE: _UnanswerableLine,
}


@dataclass(frozen=True, slots=True)
class Figures:
    """What `evaluate` measured over one half; shares are 0..1, 0 where nothing was asked.

    Attributes:
        questions, unanswerable: how many there were.
        first, in_three: the right commitment stood first, or among the first three.
        right, wrong, refused: of the answerable: answered rightly, otherwise, or not.
        answered: of the unanswerable: answered nevertheless.
    """

    questions: int
    first: float
    in_three: float
    right: float
    wrong: float
    refused: float
    unanswerable: int
    answered: float


def bare(text: str) -> str:
    """The text without spaces and punctuation, NFKC, lower case: how golds are compared."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text)).lower()


def is_right(commitment: Commitment, question: GoldQuestion) -> bool:
    """Whether the quote holds one of the golds, or is a part of one."""
    quote = bare(commitment.quote)
    return any(
        gold in quote or (len(quote) >= _SHORTEST_PART and quote in gold)
        for gold in map(bare, question.golds)
    )


def read_question_set(
    folder: Path, reports: Sequence[Report], mistakes: list[str], remarks: list[str]
) -> QuestionSet:
    """Read the sets the index learns from; of the other files only the form is checked.

    A question whose golds are in no report any more is left out, with a remark.
    """
    found: list[GoldQuestion] = []
    text = bare("".join(report.text for report in reports))
    for path in sorted(folder.glob("*.jsonl")):
        model = _MODELS.get(path.name, _Line)
        ids: set[str] = set()
        for name, line in _lines(path, model, mistakes):
            if line.id in ids:
                mistakes.append(f"{name}: id: {line.id} is used twice")
            ids.add(line.id)
            golds: tuple[str, ...] = ()
            if isinstance(line, _QuestionLine):
                golds = tuple(gold for gold in (line.gold, *line.gold_alt) if bare(gold) in text)
                fields = ["gold", *["gold_alt"] * len(line.gold_alt)]
                remarks.extend(
                    f"{name}: {line.id}: {field}: {gold!r} is in no report"
                    for field, gold in zip(fields, (line.gold, *line.gold_alt), strict=True)
                    if gold not in golds
                )
                if not golds:
                    continue
            if isinstance(line, _UnanswerableLine):
                found.append(GoldQuestion(line.id, line.question, line.lang, golds, line.half))
    return tuple(found)


def measure(index: Index, questions: Iterable[GoldQuestion]) -> Figures:
    """Ask every question and count how it went."""
    counts = dict.fromkeys(["first", "in_three", "right", "wrong", "refused", "answered"], 0)
    asked, unanswerable = 0, 0
    for question in questions:
        hits = index.search(question.text, top_k=3)
        answered = bool(hits) and hits[0].answers
        if not question.golds:
            unanswerable += 1
            counts["answered"] += answered
            continue
        asked += 1
        fitting = [is_right(hit.commitment, question) for hit in hits]
        counts["first"] += fitting[:1] == [True]
        counts["in_three"] += any(fitting)
        verdict = "refused" if not answered else "right" if fitting[0] else "wrong"
        counts[verdict] += 1
    return Figures(
        questions=asked,
        unanswerable=unanswerable,
        **{
            key: count / max(unanswerable if key == "answered" else asked, 1)
            for key, count in counts.items()
        },
    )


def measure_halves(index: Index, questions: QuestionSet) -> dict[str, dict[str, float]]:
    """The figures of the test half and of the calibration half, by language."""
    halves = {"test": False, "calibration": True}
    groups = {
        f"{half} {lang}": [
            question
            for question in questions
            if question.for_calibration is calibration
            and (question.lang == "en") == (lang == "en")
        ]
        for half, calibration in halves.items()
        for lang in ("zh", "en")
    }
    return {name: asdict(measure(index, group)) for name, group in groups.items() if group}


def _lines(path: Path, model: type[_Line], mistakes: list[str]) -> Iterator[tuple[str, _Line]]:
    try:
        # Not `splitlines`: it breaks at characters that may stand in a JSON text, too.
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(f"{path}: cannot be read ({error})")
        return
    for number, line in enumerate(lines, 1):
        name = f"{path}: line {number}"
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except ValueError as error:
            mistakes.append(f"{name}: not valid JSON: {error}")
            continue
        entry = validated(model, fields, name, mistakes)
        if entry is not None:
            yield name, entry
