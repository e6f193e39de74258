"""Whether a hit answers the question: coverage, objections, and a calibrated probability.

Nearness alone answers "how many special schools" with kindergartens. So the words asked about
must be in the commitment, in the editors' glossary or in the English line, and what is asked for
(a number, a year, a place) must be there too.
"""

import math
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from index.lexical import LexicalIndex
from index.questions import Question

FEATURES = ("coverage", "gap", "unmet", "dense", "margin", "agree", "length", "english")

# A hit with an objection is never an answer, however near it is.
_OBJECTED = 0.02
_HALF, _MEANING_NEEDED = 0.5, 0.99
# Cosines of single words across the languages: of unlike ones, and of translations.
_UNLIKE, _ALIKE = 0.2, 0.55


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
        bare_intercept, bare_coefficients: the same for commitments that have neither English nor
            questions of the editors.
        answer_at: the probability from which a hit answers, 0..1.
        heeds_objections: whether a hit that lacks what is asked for is never an answer; False
            only to measure what that is worth.
    """

    dense_weight_zh: float = 0.5
    dense_weight_en: float = 0.7
    intercept: float = -6.56
    coefficients: tuple[float, ...] = (3.46, -1.35, -0.6, 3.11, 2.93, 1.12, 2.08, 0.99)
    bare_intercept: float = -4.18
    bare_coefficients: tuple[float, ...] = (3.49, -1.11, -0.54, 2.53, 2.84, 0.76, 1.56, -0.28)
    answer_at: float = 0.6
    heeds_objections: bool = True

    def dense_weight(self, question: Question) -> float:
        """The dense leg's share for this question."""
        return self.dense_weight_zh if question.is_chinese else self.dense_weight_en

    def model(self, *, bare: bool) -> tuple[float, tuple[float, ...]]:
        """Intercept and coefficients of the logistic model."""
        if bare:
            return self.bare_intercept, self.bare_coefficients
        return self.intercept, self.coefficients


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a hit.

    Attributes:
        coverage: share of the question it covers, rarer words counting more, 0..1.
        gap: weight of the most telling part of the question it lacks, 0..1.
        unmet: share of the thing whose number is asked for that it lacks, 0..1.
        dense: cosine of question and nearest passage, -1..1.
        margin: by how much its score leads the next one's, -1..1.
        agree: 1 if both legs put it first, and by more than single characters, else 0.
        length: the logarithm of one more than the number of its parts that name something.
        english: 1 for a question without Chinese characters, else 0.
        objected: the thing whose number is asked for is not the report's, or the sentence does
            not give what is asked for; no answer then.
        bare: the commitment has neither English nor questions of the editors.
    """

    coverage: float
    gap: float
    unmet: float
    dense: float
    margin: float
    agree: float
    length: float
    english: float
    objected: bool = False
    bare: bool = False

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
    gap: float
    unmet: float
    has_word: bool
    is_foreign: bool = False


def probability(signals: Signals, thresholds: Thresholds) -> float:
    """How likely a hit with these signals is about what was asked, given or not, 0..1."""
    intercept, coefficients = thresholds.model(bare=signals.bare)
    weighted = zip(coefficients, signals.row(), strict=True)
    logit = intercept + sum(weight * value for weight, value in weighted)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def chance_of_answer(signals: Signals, thresholds: Thresholds) -> float:
    """How likely a hit answers: as `probability` says, next to none if there is an objection."""
    chance = probability(signals, thresholds)
    objected = signals.objected and thresholds.heeds_objections
    return min(chance, _OBJECTED) if objected else chance


@dataclass(frozen=True)
class Coverer:
    """How much of one question a commitment covers, its rarer words counting more.

    Attributes:
        meanings: of a commitment in another language than the question, how near each part of
            the question is to it in meaning, cosines; None where words can be compared.
    """

    question: Question
    lexical: LexicalIndex
    meanings: Callable[[int], Sequence[float] | None] = lambda _: None

    def covered_by(self, row: int) -> Coverage:
        """What this commitment covers; of a question that asks about nothing, nothing."""
        if not sum(self._weights):
            return Coverage(whole=0.0, gap=1.0, unmet=0.0, has_word=False)
        held = self.lexical.held_by(row)
        parts = [self._share(place, held) for place in range(len(self.question.spans))]
        meanings = self.meanings(row)
        if meanings is not None:
            pairs = zip(parts, meanings, strict=True)
            parts = [max(part, _share_of_meaning(cosine)) for part, cosine in pairs]
        unmet = 1 - _mean(parts, self._asked) if any(self._asked) else 0.0
        has_word = any(
            part > _HALF and weight for part, weight in zip(parts, self._weights, strict=True)
        )
        is_foreign = any(not parts[place] for place in self._unknown)
        missing = (weight * (1 - part) for part, weight in zip(parts, self._weights, strict=True))
        gap = max(missing) / self.lexical.rarest
        return Coverage(_mean(parts, self._weights), gap, unmet, has_word, is_foreign)

    @cached_property
    def _rarities(self) -> list[float]:
        return [
            self.lexical.rarity_of(span.single or span.terms[0]) for span in self.question.spans
        ]

    @cached_property
    def _weights(self) -> list[float]:
        pairs = zip(self.question.spans, self._rarities, strict=True)
        return [span.weight * rarity for span, rarity in pairs]

    @cached_property
    def _asked(self) -> list[float]:
        pairs = zip(self.question.spans, self._weights, strict=True)
        return [weight if span.is_asked else 0.0 for span, weight in pairs]

    @cached_property
    def _unknown(self) -> list[int]:
        """The spans of the counted thing whose character no report knows."""
        if not self.question.names_counted:
            return []
        return [
            place
            for place, span in enumerate(self.question.spans)
            if span.is_asked and span.single and self._rarities[place] >= self.lexical.rarest
        ]

    @cached_property
    def _places(self) -> list[tuple[Set[int], int, list[list[int]]]]:
        """Of each span the terms' places in the index: its own, its single's, its meanings'."""
        place = self.lexical.place
        return [
            (
                {place[term] for term in span.terms if term in place},
                place.get(span.single, -1),
                [[place.get(term, -1) for term in words] for words in span.means],
            )
            for span in self.question.spans
        ]

    def _share(self, span: int, held: Set[int]) -> float:
        """How far one part of the question is covered, 0..1."""
        own, single, means = self._places[span]
        if not own.isdisjoint(held):
            return 1.0
        meant = max((_held_share(words, held) for words in means), default=0.0)
        if meant > _MEANING_NEEDED:
            return 1.0
        return max(_HALF if single in held else 0.0, meant * _HALF)


def _share_of_meaning(cosine: float) -> float:
    """How far a part is covered by a word of another language, 0..1."""
    return min(1.0, max(0.0, (cosine - _UNLIKE) / (_ALIKE - _UNLIKE)))


def _mean(parts: Sequence[float], weights: Sequence[float]) -> float:
    return sum(part * weight for part, weight in zip(parts, weights, strict=True)) / sum(weights)


def _held_share(words: Sequence[int], held: Set[int]) -> float:
    return sum(word in held for word in words) / max(len(words), 1)
