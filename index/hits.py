"""What a search finds: scores of both legs, candidates, and hits; and which of them come first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.evidence import Coverage
from index.reports import Commitment

# How many of the nearest may change places, and how near they must be to the nearest.
LOOKED_AT, _ABOUT_AS_NEAR = 5, 0.75
# The score of what is not asked.
_NOT_ASKED = -1.0
# How near the first, and how much of the question besides, is about the same.
_AS_NEAR, _AS_MUCH = 0.85, 0.1
# How near the first, and how much of the question besides, is just as good.
_EQUALLY_NEAR, _EQUALLY_MUCH = 0.95, 0.03


@dataclass(frozen=True, slots=True)
class Hit:
    """A commitment that may answer a question.

    Attributes:
        commitment: what was found.
        score: how near it is, both legs together, about 0..1.
        coverage: how much of the question it covers, rarer words counting more, 0..1.
        nearness: how likely it is about the same thing, given or not what was asked for, 0..1.
        probability: how likely it answers the question, calibrated on the evaluation, 0..1.
        answers: whether it is given as the answer: it is the best and its probability reaches the
            build's threshold, or it fits as well as the best that does.
    """

    commitment: Commitment
    score: float
    coverage: float
    nearness: float
    probability: float
    answers: bool


@dataclass(frozen=True, slots=True)
class Legs:
    """The scores of all commitments for one question, float32[n_commitments] each.

    `dense` are cosines; `lexical` is BM25 as a share of the best it could be, 0..1.
    """

    dense: NDArray[np.float32]
    lexical: NDArray[np.float32]

    def raise_by(self, bonus: float, rows: NDArray[np.bool_]) -> None:
        """Bring rows that have a score at all a little nearer."""
        for scores in (self.dense, self.lexical):
            scores[rows & (scores > 0)] += bonus

    def leave_out(self, rows: NDArray[np.bool_]) -> None:
        """Let no search find these rows."""
        for scores in (self.dense, self.lexical):
            scores[rows] = _NOT_ASKED

    def fused(self, dense_weight: float) -> NDArray[np.float32]:
        """One score a commitment, higher is nearer."""
        return dense_weight * self.dense + (1 - dense_weight) * self.lexical


@dataclass(frozen=True, slots=True)
class Candidate:
    """A commitment among the nearest: its place, its score, and what it gives of what is asked.

    `lacks`: its sentence does not give what is asked for (a number, a time, a place).
    `of_its_tense`: it tells what was where the question asks for that, else what will be.
    """

    row: int
    score: float
    coverage: Coverage
    lacks: bool
    of_its_tense: bool

    def is_like(self, other: "Candidate") -> bool:
        """Whether the other is as near, covers about as much, and gives what is asked or not.

        One of the question's tense is not like one of the other.
        """
        return (
            other.score >= _AS_NEAR * self.score
            and other.coverage.whole >= self.coverage.whole - _AS_MUCH
            and other.lacks == self.lacks
            and other.of_its_tense >= self.of_its_tense
        )


def sole_answer(hits: Sequence[Hit]) -> Hit | None:
    """The hit that answers; None if none does, or several about equally well."""
    answering = [hit for hit in hits if hit.answers]
    return answering[0] if len(answering) == 1 else None


def fits_as_well(best: Hit, other: Hit) -> bool:
    """Whether nothing but chance put the one before the other."""
    is_as_near = _EQUALLY_NEAR * best.score <= other.score <= best.score
    return is_as_near and other.coverage >= best.coverage - _EQUALLY_MUCH


def best_rows(scores: NDArray[np.float32], wanted: int) -> NDArray[np.intp]:
    """The rows of the highest scores, best first; of equals the earlier one first."""
    if len(scores) > wanted:
        rows = np.sort(np.argpartition(-scores, wanted - 1)[:wanted])
    else:
        rows = np.arange(len(scores))
    return rows[np.argsort(-scores[rows], kind="stable")]


def giving_first(found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates; of those about as near, the ones that give what is asked come first."""
    near = [one for one in found[:LOOKED_AT] if one.score >= _ABOUT_AS_NEAR * found[0].score]
    giving = [one for one in near if not one.lacks]
    if not giving:
        return list(found)
    return giving + [one for one in found if one not in giving]


def lead_of(scores: NDArray[np.float32], row: int) -> float:
    """By how much a row's score leads the best of the others; below 0 if it does not."""
    others = max(scores[:row].max(initial=-1.0), scores[row + 1 :].max(initial=-1.0))
    return float(scores[row]) - (float(others) if len(scores) > 1 else 0.0)
