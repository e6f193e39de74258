"""How often an index is right: the figures of a build, on the halves of the evaluation sets."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Literal, get_args

from index.errors import ContentError
from index.followups import Earlier
from index.gold import GoldDialogue, GoldQuestion, GoldSet, is_right, is_shown
from index.hits import Hit, sole_answer
from index.search import Index

Figures = dict[str, float]
"""Figures of one group by name; shares are 0..1, `n` says how many there were."""

Part = Literal["ask", "dense", "lexical", "evidence"]
"""What an index can do without: the editors' questions, either leg, the evidence."""
PARTS: tuple[Part, ...] = get_args(Part)

_FIRST_MARK, _LAST_MARK = "<!-- evaluation: begin -->", "<!-- evaluation: end -->"
_LONGEST_QUOTE = 120
_BINS = 5
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question went.

    Attributes:
        answered: whether the first hit was given as the answer.
        first: whether the first hit holds the gold with its values, answered or not.
        top3: the same of the first three, whatever their values.
        probability: that the first hit answers.
        commitment: the id of the first hit, `""` if there is none.
    """

    question: GoldQuestion
    answered: bool
    first: bool
    top3: bool
    probability: float
    commitment: str = ""

    @property
    def is_answerable(self) -> bool:
        """Whether the report holds an answer."""
        return bool(self.question.golds)


def outcomes(index: Index, questions: Iterable[GoldQuestion]) -> list[Outcome]:
    """Ask every question by itself."""
    return [
        _outcome(question, index.search(question.text, top_k=3, within=question.report))
        for question in questions
    ]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How every question of the evaluation went with one index.

    Attributes:
        alone: of each question by itself.
        later: of every turn of a conversation but the first, read with the one before it.
    """

    alone: tuple[Outcome, ...]
    later: tuple[Outcome, ...]

    @property
    def figures(self) -> dict[str, Figures]:
        """By half and group; the calibration half's are what was learnt from."""
        found: dict[str, Figures] = {}
        for half, calibration in (("test", False), ("calibration", True)):
            results = [one for one in self.alone if one.question.for_calibration is calibration]
            later = [one for one in self.later if one.question.for_calibration is calibration]
            for name, group in _groups(results):
                found[f"{half} {name}"] = _figures(group)
            if later:
                found[f"{half} follow-ups"] = _follow_ups(later)
            if results:
                found[f"{half} probability"] = _reliability(results)
        return found

    def with_those_of(self, other: "Evaluation") -> "Evaluation":
        """Only of the questions that the other was asked too, to the letter and with its golds."""
        alone, later = ({one.question for one in some} for some in (other.alone, other.later))
        return Evaluation(
            tuple(one for one in self.alone if one.question in alone),
            tuple(one for one in self.later if one.question in later),
        )

    def to_json(self) -> dict[str, list[dict[str, object]]]:
        """As `from_json` reads it."""
        return {
            "alone": [asdict(one) for one in self.alone],
            "later": [asdict(one) for one in self.later],
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Sequence[Mapping[str, Any]]]) -> "Evaluation":
        """What `to_json` gave.

        Raises:
            KeyError, TypeError: it is something else.
        """
        return cls(*(tuple(map(_read_outcome, fields[name])) for name in ("alone", "later")))


def evaluate(index: Index, gold: GoldSet) -> Evaluation:
    """Ask an index every question of the evaluation."""
    later = chain.from_iterable(_later_turns(index, dialogue) for dialogue in gold.dialogues)
    return Evaluation(tuple(outcomes(index, gold.questions)), tuple(later))


def measure(index: Index, gold: GoldSet) -> dict[str, Figures]:
    """The figures of both halves by group."""
    return evaluate(index, gold).figures


def reliability_bins(results: Sequence[Outcome]) -> list[tuple[float, float, int]]:
    """Mean probability, share right, and number, of the questions in each fifth of 0..1."""
    bins: list[list[Outcome]] = [[] for _ in range(_BINS)]
    for one in results:
        bins[min(int(one.probability * _BINS), _BINS - 1)].append(one)
    return [
        (
            sum(one.probability for one in some) / len(some),
            sum(one.first for one in some) / len(some),
            len(some),
        )
        for some in bins
        if some
    ]


def interval(share: float, n: int) -> tuple[float, float]:
    """The 95% confidence interval of a share (Wilson, JASA 22, 1927)."""
    if not n:
        return 0.0, 1.0
    centre = share + _Z**2 / (2 * n)
    spread = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    scale = 1 + _Z**2 / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def _outcome(question: GoldQuestion, hits: Sequence[Hit]) -> Outcome:
    fitting = [
        is_right(hit.commitment, question) and len(hit.commitment.quote) <= _LONGEST_QUOTE
        for hit in hits
    ]
    return Outcome(
        question=question,
        answered=sole_answer(hits) is not None,
        first=fitting[:1] == [True] and is_shown(hits[0].commitment, question),
        top3=any(fitting),
        probability=hits[0].probability if hits else 0.0,
        commitment=hits[0].commitment.id if hits else "",
    )


def _read_outcome(fields: Mapping[str, Any]) -> Outcome:
    return Outcome(**{**fields, "question": read_question(fields["question"])})


def read_question(fields: Mapping[str, Any]) -> GoldQuestion:
    """A question of the evaluation whose fields were kept as JSON."""
    lists = {name: tuple(fields[name]) for name in ("golds", "values")}
    return GoldQuestion(**{**fields, **lists})


def _groups(results: Sequence[Outcome]) -> Iterator[tuple[str, list[Outcome]]]:
    found: dict[str, list[Outcome]] = {}
    for one in results:
        lang = "en" if one.question.lang == "en" else "zh"
        names = [f"unanswerable {one.question.style}"]
        if one.is_answerable:
            names = ["questions", f"questions {lang}"]
            names += ["numbers"] * bool(one.question.values)
        for name in names:
            found.setdefault(name, []).append(one)
    yield from sorted(found.items())


def _figures(group: Sequence[Outcome]) -> Figures:
    n = len(group)
    answered = sum(one.answered for one in group) / n
    if not group[0].is_answerable:
        return {"n": n, "answered": answered, **_bounds(answered, n)}
    right = sum(one.answered and one.first for one in group) / n
    return {
        "n": n,
        "right": right,
        **_bounds(right, n),
        "wrong": answered - right,
        "refused": 1 - answered,
        "top3": sum(one.top3 for one in group) / n,
    }


def _bounds(share: float, n: int) -> Figures:
    low, high = interval(share, n)
    return {"low": low, "high": high}


def _follow_ups(later: Sequence[Outcome]) -> Figures:
    right = sum(one.answered and one.first for one in later) / len(later)
    return {"n": len(later), "right": right, **_bounds(right, len(later))}


def _later_turns(index: Index, dialogue: GoldDialogue) -> Iterator[Outcome]:
    half = "calibration" if dialogue.for_calibration else "test"
    after: Earlier | None = None
    for place, turn in enumerate(dialogue.turns, 1):
        hits = index.search(turn.text, top_k=3, after=after, within=turn.report)
        if after is not None:
            yield _outcome(replace(turn, id=f"{dialogue.id}/{place}", half=half), hits)
        after = index.topic(turn.text, hits, after=after)


def _reliability(results: Sequence[Outcome]) -> Figures:
    """Brier score, and the expected calibration error over fifths of the probability."""
    n = len(results)
    squares = sum((one.probability - one.first) ** 2 for one in results)
    gaps = sum(abs(mean - share) * count for mean, share, count in reliability_bins(results))
    return {"n": n, "brier": squares / n, "calibration_error": gaps / n}


def as_lines(figures: Mapping[str, Figures]) -> list[str]:
    """The figures as aligned lines of text, one a group."""
    width = max(map(len, figures), default=0)
    return [
        f"{name:{width}}  " + "  ".join(f"{key} {value:.3g}" for key, value in group.items())
        for name, group in figures.items()
    ]


def write_figures(file: Path, lines: Sequence[str]) -> None:
    """Put the lines between the two marks of a Markdown file, in place of what stands there.

    Raises:
        ContentError: the file has not exactly one pair of marks.
    """
    before, first, rest = file.read_text(encoding="utf-8").partition(_FIRST_MARK)
    _, last, after = rest.partition(_LAST_MARK)
    if not first or not last:
        raise ContentError(
            [f"{file}: needs a line {_FIRST_MARK} and below it a line {_LAST_MARK}"]
        )
    block = "\n".join([first, "```", *lines, "```", last])
    file.write_text(before + block + after, encoding="utf-8")
