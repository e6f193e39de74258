"""Questions to hits: both legs, one score, and the evidence on each hit.

An `Index` is one loaded build. It never changes, so any number of threads may search it.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from index.aspects import has_objection
from index.dense import DenseIndex
from index.encoder import Encoder
from index.evidence import Signals, Thresholds, covered_shares, probability, with_objections
from index.glossary import Glossary
from index.lexical import LexicalIndex, tidy
from index.questions import Question, read_question, telling_terms
from index.reports import Commitment

_GLOSSARY_WEIGHT = 0.5
_MAX_CHARS = 500
# How many of the nearest may change places, and how near they must be to the nearest.
_LOOKED_AT, _ABOUT_AS_NEAR = 5, 0.75
# How near the first, and how much of the question besides, is about the same.
_AS_NEAR, _AS_MUCH = 0.85, 0.1
# The cosine from which the meaning is near although no word is the same.
_NEAR_BY_MEANING = 0.35


@dataclass(frozen=True, slots=True)
class Hit:
    """A commitment that may answer a question.

    Attributes:
        commitment: what was found.
        score: how near it is, both legs together, about 0..1.
        coverage: how much of the question it covers, rarer words counting more, 0..1.
        nearness: how likely it is about the same thing, given or not what was asked for, 0..1.
        probability: how likely it answers the question, calibrated on the evaluation, 0..1.
        answers: whether the probability reaches the build's threshold.
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

    def fused(self, dense_weight: float) -> NDArray[np.float32]:
        """One score a commitment, higher is nearer."""
        return dense_weight * self.dense + (1 - dense_weight) * self.lexical


@dataclass(frozen=True)
class Index:
    """One build, loaded: search it, or read its commitments in the order of the reports."""

    build_id: str
    parts: tuple[Commitment, ...]
    districts: tuple[str, ...]
    glossary: Glossary
    lexical: LexicalIndex
    dense: DenseIndex
    encoder: Encoder
    thresholds: Thresholds

    @cached_property
    def commitments(self) -> Mapping[str, Commitment]:
        """All commitments by id, in the order of the reports."""
        return MappingProxyType({commitment.id: commitment for commitment in self.parts})

    @cached_property
    def sections(self) -> Mapping[str, tuple[Commitment, ...]]:
        """The commitments of each section, in the order of the reports."""
        found: dict[str, list[Commitment]] = {}
        for commitment in self.parts:
            found.setdefault(commitment.section, []).append(commitment)
        return MappingProxyType({name: tuple(parts) for name, parts in found.items()})

    def search(self, question: str, *, top_k: int = 5) -> list[Hit]:
        """The commitments nearest in meaning to the question, best first.

        Of those about as near, the ones that give what is asked for (a number, a time, a place)
        come before the others, so the scores need not fall.

        Args:
            question: as the resident typed it; normalised here exactly as the passages were.
            top_k: how many to return, at least 1.

        Returns:
            At most `top_k` hits; empty if nothing in the reports bears on the question.
        """
        read = self.read(question)
        hits: list[Hit] = []
        for row, score, signals in self.signals(read, self.legs(read), top_k=top_k):
            commitment = self.parts[row]
            nearness = probability(signals, self.thresholds)
            chance = with_objections(nearness, read, signals, commitment)
            answers = not hits and chance >= self.thresholds.answer_at
            hits.append(Hit(commitment, score, signals.coverage, nearness, chance, answers))
        return hits

    def about(self, message: str, *, top_k: int = 5) -> list[Hit]:
        """The commitments a message is about that asks nothing, best first; none answers it."""
        read = self.read(message)
        hits: list[Hit] = []
        for row, score, signals in self.signals(read, self.legs(read), top_k=top_k, asks=False):
            nearness = probability(signals, self.thresholds)
            found = Hit(
                self.parts[row], score, signals.coverage, nearness, nearness, answers=False
            )
            hits.append(found)
        return hits

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """What texts mean, by this build's encoder: float32[n, dim], rows of length 1 or 0."""
        return self.encoder.encode(texts, role="query")

    def read(self, question: str) -> Question:
        """The question in this build's terms; what stands after 500 characters is not read."""
        return read_question(question[:_MAX_CHARS], self.glossary, self._context)

    def legs(self, question: Question) -> Legs:
        """The scores of both legs for all commitments."""
        weights = dict.fromkeys(question.terms, 1.0)
        weights |= dict.fromkeys(question.expansion, _GLOSSARY_WEIGHT)
        reach = sum(self.lexical.rarity_of(term) for term in question.terms)
        lexical = self.lexical.score(weights) / max(reach, 1e-6)
        wordings = list(dict.fromkeys([question.text, question.reworded]))
        vectors = self.encoder.encode(wordings, role="query")
        return Legs(dense=self.dense.score(vectors), lexical=np.minimum(lexical, 1.0))

    def signals(
        self, question: Question, legs: Legs, *, top_k: int, asks: bool = True
    ) -> list[tuple[int, float, Signals]]:
        """Row, score and signals of the best commitments, best first.

        Args:
            asks: put those that give what is asked for first.
        """
        fused = legs.fused(self.thresholds.dense_weight(question))
        rows = [int(row) for row in best_rows(fused, max(top_k, _LOOKED_AT)) if fused[row] > 0]
        if asks:
            rows = self._in_order(question, fused, rows)
            rows = self._plainest_first(question, fused, rows)
        shares = covered_shares(question, self.lexical, rows)
        found: list[tuple[int, float, Signals]] = []
        for place, row in enumerate(rows[:top_k]):
            signals = Signals(
                coverage=shares[place].whole,
                unmet=shares[place].unmet,
                dense=float(legs.dense[row]),
                margin=_lead(fused, row),
                agree=float(
                    (shares[place].has_word or legs.dense[row] >= _NEAR_BY_MEANING)
                    and row == legs.dense.argmax() == legs.lexical.argmax()
                ),
                english=0.0 if question.is_chinese else 1.0,
                is_foreign=shares[place].is_foreign,
            )
            found.append((row, float(fused[row]), signals))
        return found

    def _in_order(
        self, question: Question, fused: NDArray[np.float32], rows: list[int]
    ) -> list[int]:
        """The rows; of those about as near, the ones that give what is asked come first."""
        near = [row for row in rows[:_LOOKED_AT] if fused[row] >= _ABOUT_AS_NEAR * fused[rows[0]]]
        giving = [row for row in near if not has_objection(question, self.parts[row])]
        if not giving:
            return rows
        return giving + [row for row in rows if row not in giving]

    def _plainest_first(
        self, question: Question, fused: NDArray[np.float32], rows: list[int]
    ) -> list[int]:
        """The rows; of those like the first, the one that says least besides comes first.

        全面推行垃圾分类 answers "do all sort waste?" better than the model communities do.
        """
        shares = covered_shares(question, self.lexical, rows)
        alike = [
            row
            for row, share in zip(rows, shares, strict=True)
            if fused[row] >= _AS_NEAR * fused[rows[0]]
            and share.whole >= shares[0].whole - _AS_MUCH
            and has_objection(question, self.parts[row])
            == has_objection(question, self.parts[rows[0]])
        ]
        if len(alike) < 2:
            return rows
        named = {*question.terms, *question.expansion}
        plainest = max(alike, key=lambda row: self._share_named(row, named))
        return [plainest, *(row for row in rows if row != plainest)]

    def _share_named(self, row: int, named: Set[str]) -> float:
        """The share of a commitment's own words that a question names, by their rarity."""
        weights = {term: self.lexical.rarity_of(term) for term in self._own_terms[row]}
        return sum(weights[term] for term in weights if term in named) / sum(weights.values())

    @cached_property
    def _own_terms(self) -> tuple[frozenset[str], ...]:
        """Of each commitment, the pairs and words of its quote."""
        return tuple(frozenset(telling_terms(part.quote)) for part in self.parts)

    @cached_property
    def _context(self) -> tuple[str, ...]:
        names = {tidy(name) for name in self.districts}
        names |= {name.removesuffix("区").removesuffix(" district") for name in names}
        return tuple(sorted(names - {""}, key=len, reverse=True))


def best_rows(scores: NDArray[np.float32], wanted: int) -> NDArray[np.intp]:
    """The rows of the highest scores, best first; of equals the earlier one first."""
    if len(scores) > wanted:
        rows = np.sort(np.argpartition(-scores, wanted - 1)[:wanted])
    else:
        rows = np.arange(len(scores))
    return rows[np.argsort(-scores[rows], kind="stable")]


def _lead(scores: NDArray[np.float32], row: int) -> float:
    """By how much a row's score leads the best of the others; below 0 if it does not."""
    others = np.delete(scores, row)
    return float(scores[row]) - (float(others.max()) if len(others) else 0.0)
