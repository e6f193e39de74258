"""Whether a hit answers the question: coverage, objections, and a calibrated probability.

Nearness alone answers "how many special schools" with kindergartens. So the words asked about
must be in the commitment, in the editors' glossary or in the English line, and what is asked for
(a number, a year, a place) must be there too.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.aspects import has_objection
from index.lexical import LexicalIndex
from index.questions import Question, Span
from index.reports import Commitment

FEATURES = ("coverage", "unmet", "dense", "margin", "agree", "english")

# A hit with an objection is never an answer, however near it is.
_OBJECTED = 0.02
_HALF, _MEANING_NEEDED = 0.5, 0.99


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What was learnt for one build: it holds for its tokenizer, glossary and encoder only.

    The defaults serve where the evaluation is missing or too small to learn from; they are what
    the bundled encoder learnt on the project's own content, rounded.

    Attributes:
        dense_weight_zh: the dense leg's share in the score of a Chinese question, 0..1.
        dense_weight_en: the same for a question without Chinese characters.
        intercept: of the logistic model.
        coefficients: of the logistic model, in the order of `FEATURES`.
        answer_at: the probability from which a hit answers, 0..1.
    """

    dense_weight_zh: float = 0.5
    dense_weight_en: float = 0.7
    intercept: float = -2.7
    coefficients: tuple[float, ...] = (3.4, -1.1, 2.9, 1.8, 1.5, -0.6)
    answer_at: float = 0.62

    def dense_weight(self, question: Question) -> float:
        """The dense leg's share for this question."""
        return self.dense_weight_zh if question.is_chinese else self.dense_weight_en


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a hit.

    Attributes:
        coverage: share of the question it covers, rarer words counting more, 0..1.
        unmet: share of the thing whose number is asked for that it lacks, 0..1.
        dense: cosine of question and nearest passage, -1..1.
        margin: by how much its score leads the next one's, -1..1.
        agree: 1 if both legs put it first, and by more than single characters, else 0.
        english: 1 for a question without Chinese characters, else 0.
        is_foreign: the thing whose number is asked for is not the report's; no answer then.
    """

    coverage: float
    unmet: float
    dense: float
    margin: float
    agree: float
    english: float
    is_foreign: bool = False

    def row(self) -> list[float]:
        """The signals in the order of `FEATURES`."""
        return [float(getattr(self, name)) for name in FEATURES]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares of a question that a commitment covers, as in `Signals`; all in 0..1.

    `has_word`: it holds a word of the question, not only single characters of one.
    `is_foreign`: the thing whose number is asked for has a character that no report knows.
    """

    whole: float
    unmet: float
    has_word: bool
    is_foreign: bool = False


def probability(signals: Signals, thresholds: Thresholds) -> float:
    """How likely a hit with these signals answers its question, 0..1."""
    weighted = zip(thresholds.coefficients, signals.row(), strict=True)
    logit = thresholds.intercept + sum(weight * value for weight, value in weighted)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def with_objections(
    chance: float, question: Question, signals: Signals, commitment: Commitment
) -> float:
    """The probability of a hit once what the question asks for is looked for in the quote."""
    objected = signals.is_foreign or has_objection(question, commitment)
    return min(chance, _OBJECTED) if objected else chance


def covered_shares(
    question: Question, lexical: LexicalIndex, rows: Sequence[int]
) -> list[Coverage]:
    """How much of the question each commitment covers, its rarer words counting more.

    A question that asks about nothing is covered by nothing.
    """
    weights = [span.weight * _rarity(span, lexical) for span in question.spans]
    if not sum(weights):
        return [Coverage(whole=0.0, unmet=0.0, has_word=False)] * len(rows)
    terms = sorted({term for span in question.spans for term in _all_terms(span)})
    held = lexical.holds(terms, rows)
    found: list[Coverage] = []
    for column in range(len(rows)):
        holding = {term: bool(held[line, column]) for line, term in enumerate(terms)}
        parts = [_share(span, holding) for span in question.spans]
        asked = [
            (weight if span.is_asked else 0.0)
            for weight, span in zip(weights, question.spans, strict=True)
        ]
        unmet = 1 - _mean(parts, asked) if any(asked) else 0.0
        has_word = any(part > _HALF for part, weight in zip(parts, weights, strict=True) if weight)
        is_foreign = question.names_counted and any(
            span.is_asked and span.single and not part and _rarity(span, lexical) >= lexical.rarest
            for part, span in zip(parts, question.spans, strict=True)
        )
        found.append(Coverage(_mean(parts, weights), unmet, has_word, is_foreign))
    return found


def _mean(parts: Sequence[float], weights: Sequence[float]) -> float:
    return sum(part * weight for part, weight in zip(parts, weights, strict=True)) / sum(weights)


def _all_terms(span: Span) -> list[str]:
    own = [*span.terms, *([span.single] if span.single else [])]
    return own + [term for words in span.means for term in words]


def _rarity(span: Span, lexical: LexicalIndex) -> float:
    return lexical.rarity_of(span.single or span.terms[0])


def _share(span: Span, holding: Mapping[str, bool]) -> float:
    """How far one part of the question is covered, 0..1."""
    if any(holding[term] for term in span.terms):
        return 1.0
    meant = max((_held_share(words, holding) for words in span.means), default=0.0)
    if meant > _MEANING_NEEDED:
        return 1.0
    alone = bool(span.single) and holding[span.single]
    return max(_HALF if alone else 0.0, meant * _HALF)


def _held_share(words: Sequence[str], holding: Mapping[str, bool]) -> float:
    return sum(holding[term] for term in words) / max(len(words), 1)
