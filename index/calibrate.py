"""What a build learns from the calibration half: the legs' weights and the probability."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.evidence import FEATURES, Signals, Thresholds
from index.gold import GoldQuestion, is_right
from index.hits import Legs
from index.questions import Question
from index.search import Index

# Fewer than this teach nothing that holds; the defaults are then better.
_FEWEST_QUESTIONS = 40
# A mean reciprocal rank over some 40 questions is no surer than this.
_ABOUT_AS_GOOD = 0.01
_WEIGHTS = tuple(step / 20 for step in range(1, 20))
# What a wrong answer costs a resident, when a refusal costs 1: the limit of a calibrated
# probability is then cost / (1 + cost).
_COST_OF_WRONG = 1.5
_RIDGE = 0.5
_NEWTON_STEPS = 50


@dataclass(frozen=True, slots=True)
class _Case:
    """One calibration question with its scores; `right` are the rows that answer it."""

    question: Question
    legs: Legs
    right: frozenset[int]
    is_answerable: bool


@dataclass(frozen=True, slots=True)
class _Verdict:
    """The best hit of one case: what speaks for it, and whether it is the right one."""

    signals: Signals
    is_right: bool


def learn_thresholds(
    index: Index, questions: Iterable[GoldQuestion], *, dense_share: float | None = None
) -> Thresholds:
    """Learn from the calibration half; the defaults if it is too small, but for a given share.

    Args:
        dense_share: of the dense leg in the score, 0..1; None learns that, too.
    """
    cases = [_case(index, question) for question in questions if question.for_calibration]
    learnt = Thresholds()
    if dense_share is not None:
        learnt = replace(learnt, dense_weight_zh=dense_share, dense_weight_en=dense_share)
    if sum(case.is_answerable for case in cases) < _FEWEST_QUESTIONS:
        return learnt
    chinese = [case for case in cases if case.question.is_chinese]
    english = [case for case in cases if not case.question.is_chinese]
    if dense_share is None:
        zh = _best_weight(chinese, learnt.dense_weight_zh)
        en = _best_weight(english, learnt.dense_weight_en)
        learnt = replace(learnt, dense_weight_zh=zh, dense_weight_en=en)
    learning = replace(index, thresholds=learnt)
    verdicts = [verdict for case in cases if (verdict := _verdict(learning, case))]
    open_ones = [verdict for verdict in verdicts if not verdict.signals.objected]
    if len({verdict.is_right for verdict in open_ones}) < 2:
        return learnt
    intercept, coefficients = _fitted(open_ones)
    limit = round(_COST_OF_WRONG / (1 + _COST_OF_WRONG), 2)
    return replace(learnt, intercept=intercept, coefficients=coefficients, answer_at=limit)


def learn_bare_model(
    bare: Index, questions: Iterable[GoldQuestion], thresholds: Thresholds
) -> Thresholds:
    """The thresholds with the model for commitments as the report alone gives them.

    Args:
        bare: an index of the same commitments without English and without questions.
        thresholds: what was learnt with both.
    """
    learning = replace(bare, thresholds=thresholds)
    cases = [_case(learning, question) for question in questions if question.for_calibration]
    verdicts = [verdict for case in cases if (verdict := _verdict(learning, case))]
    open_ones = [verdict for verdict in verdicts if not verdict.signals.objected]
    if len(cases) < _FEWEST_QUESTIONS or len({verdict.is_right for verdict in open_ones}) < 2:
        return thresholds
    intercept, coefficients = _fitted(open_ones)
    return replace(thresholds, bare_intercept=intercept, bare_coefficients=coefficients)


def _case(index: Index, gold: GoldQuestion) -> _Case:
    question = index.read(gold.text)
    right = {
        row
        for row, commitment in enumerate(index.parts)
        if gold.golds and is_right(commitment, gold)
    }
    legs = index.legs(question, within=gold.report)
    return _Case(question, legs, frozenset(right), bool(gold.golds))


def _best_weight(cases: Sequence[_Case], default: float) -> float:
    """The dense leg's share that ranks best; of about as good ones the nearest the default."""
    answerable = [case for case in cases if case.right]
    if len(answerable) < _FEWEST_QUESTIONS // 2:
        return default
    ranks = {weight: _mean_reciprocal_rank(answerable, weight) for weight in _WEIGHTS}
    best = [weight for weight in _WEIGHTS if ranks[weight] >= max(ranks.values()) - _ABOUT_AS_GOOD]
    return min(best, key=lambda weight: abs(weight - default))


def _mean_reciprocal_rank(cases: Sequence[_Case], weight: float) -> float:
    total = 0.0
    for case in cases:
        scores = case.legs.fused(weight)
        best = max(float(scores[row]) for row in case.right)
        total += 1 / (1 + int(np.sum(scores > best)))
    return total / len(cases)


def _verdict(index: Index, case: _Case) -> _Verdict | None:
    hits = index.signals(case.question, case.legs, top_k=1)
    if not hits:
        return None
    row, _, signals = hits[0]
    return _Verdict(signals, row in case.right)


def _fitted(verdicts: Sequence[_Verdict]) -> tuple[float, tuple[float, ...]]:
    """Logistic regression with a ridge, by Newton's steps (Bishop, PRML 2006, 4.3.3)."""
    signals = np.array([verdict.signals.row() for verdict in verdicts], dtype=np.float64)
    right = np.array([verdict.is_right for verdict in verdicts], dtype=np.float64)
    design = np.hstack([np.ones((len(signals), 1)), signals])
    ridge = np.diag([0.0, *[_RIDGE] * len(FEATURES)])
    weights: NDArray[np.float64] = np.zeros(design.shape[1])
    for _ in range(_NEWTON_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (right - chances) - ridge @ weights
        curvature = (design.T * (chances * (1 - chances))) @ design + ridge
        step = np.linalg.solve(curvature + 1e-9 * np.eye(len(weights)), gradient)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-8:
            break
    intercept, *coefficients = (round(float(weight), 6) for weight in weights)
    return intercept, tuple(coefficients)
