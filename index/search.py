"""Questions to hits: both legs, one score, and the evidence on each hit.

An `Index` is one loaded build. It never changes, so any number of threads may search it.
"""

import math
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import chain
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from index.aspects import Wanted
from index.choice import Choice, any_of
from index.dense import DenseIndex
from index.encoder import Encoder
from index.evidence import Coverer, Signals, Thresholds, chance_of_answer, probability
from index.followups import Earlier, about_the_same, carries_on, is_named, names_a_thing
from index.glossary import Glossary
from index.hits import (
    LOOKED_AT,
    Candidate,
    Hit,
    Legs,
    best_rows,
    fits_as_well,
    giving_first,
    lead_of,
)
from index.lexical import LexicalIndex, tidy
from index.overview import is_topic, topic_of
from index.questions import Question, read_question, telling_terms
from index.reports import Commitment
from index.several import split_questions
from index.spelling import Speller
from index.words import WordVectors

_GLOSSARY_WEIGHT = 0.5
_MAX_CHARS = 500
# The cosine from which the meaning is near although no word is the same.
_NEAR_BY_MEANING = 0.35
# How much nearer the neighbours of what was just spoken of are; the share of what a question
# that leans on the one before names itself that its answer must hold.
_BESIDE, _OWN_SHARE = 0.05, 0.6
# How much nearer what was is to a question about the past.
_OF_ITS_TENSE = 0.04
# So many of the best by words have their meaning compared, be it near or not.
_BEST_BY_WORDS = 30
# A broad question: how many are looked at, how much of the topic each must cover and how near the
# nearest it must be, and how many are listed.
_LOOKED_OVER, _ON_TOPIC, _STILL_NEAR = 16, 0.6, 0.5
_FEWEST_LISTED, _MOST_LISTED = 3, 8


@dataclass(frozen=True)
class Index:
    """One build, loaded: search it, or read its commitments in the order of the reports.

    Attributes:
        places: what each report's place is called, by report id, tidied, longest first.
        evaluation: how often it was right when it was activated, as `index.evaluate.Figures`, by
            half of the evaluation and group; empty if it was not asked yet.
    """

    build_id: str
    parts: tuple[Commitment, ...]
    places: Mapping[str, tuple[str, ...]]
    glossary: Glossary
    lexical: LexicalIndex
    dense: DenseIndex
    encoder: Encoder
    thresholds: Thresholds
    evaluation: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @cached_property
    def commitments(self) -> Mapping[str, Commitment]:
        """All commitments by id, in the order of the reports."""
        return MappingProxyType({commitment.id: commitment for commitment in self.parts})

    @cached_property
    def sections(self) -> Mapping[tuple[str, str], tuple[Commitment, ...]]:
        """The commitments by report and section, the newest report first, in its own order.

        The answers of staff come after all reports.
        """
        found: dict[tuple[str, str], list[Commitment]] = {}
        for commitment in sorted(
            self.parts, key=lambda part: (part.is_staff_answer, -part.target_year)
        ):
            found.setdefault((commitment.report, commitment.section), []).append(commitment)
        return MappingProxyType({name: tuple(parts) for name, parts in found.items()})

    def search(
        self, question: str, *, top_k: int = 5, after: Earlier | None = None, within: str = ""
    ) -> list[Hit]:
        """The commitments nearest in meaning to the question, best first.

        Of those about as near, the ones that give what is asked for (a number, a time, a place)
        come before the others, so the scores need not fall.

        Args:
            question: as the resident typed it; normalised here exactly as the passages were.
            top_k: how many to return, at least 1.
            after: what was asked before; only a question that leans on it is read with it.
            within: the id of the report it is put to; `""` lets the place or the year that it
                names decide, else the newest.

        Returns:
            At most `top_k` hits; empty if nothing in the reports bears on the question.
        """
        read = self.read(question)
        if after is None:
            return self._hits(read, top_k, within=within)
        is_whole = names_a_thing(read)
        if is_whole and not carries_on(read):
            return self._hits(read, top_k, within=within)
        beside = after.commitment
        alone = self._hits(read, top_k, beside=beside, within=within) if is_whole else []
        if alone and alone[0].answers:
            return alone
        earlier = self.read(after.question)
        read_together = about_the_same(read, earlier)
        together = self._hits(read_together, top_k, beside=beside, within=within)
        if not is_whole or (together and self._bears_out(read, together[0])):
            return together
        return alone

    def topic(self, question: str, hits: Sequence[Hit], *, after: Earlier | None) -> Earlier:
        """What the next question may lean on, once this one was searched for."""
        answered = hits[0].commitment.id if hits and hits[0].answers else ""
        if after is None or self._names_a_thing(question):
            return Earlier(question, answered)
        return Earlier(after.question, answered or after.commitment)

    def overview(self, question: str) -> tuple[Commitment, ...]:
        """What the reports promise on a topic, best first, if the question asks for no one thing.

        Empty for any other question, and where fewer than three commitments fit.
        """
        topic = self.read(topic_of(self.read(question)))
        if not is_topic(topic):
            return ()
        fused = self.legs(topic).fused(self.thresholds.dense_weight(topic))
        under = [row for row in self._under_topic(topic) if fused[row] > 0]
        rows = under or self._all_covering(topic, fused)
        rows = [row for row in rows if not self.parts[row].is_staff_answer]
        if len(rows) < _FEWEST_LISTED:
            return ()
        best = sorted(rows, key=lambda row: -fused[row])[:_MOST_LISTED]
        return tuple(self.parts[row] for row in best)

    def _under_topic(self, topic: Question) -> list[int]:
        """The commitments that hold what the editors list under a topic; 学前教育 is not 教育."""
        mentions = self.glossary.topics.mentions(topic.text)
        rest = "".join(
            char
            for place, char in enumerate(topic.text)
            if not any(mention.start <= place < mention.end for mention in mentions)
        )
        if any(span.weight > 0 for span in self.read(rest).spans):
            return []
        rows: set[int] = set()
        for mention in mentions:
            for means in mention.means:
                rows |= self.lexical.holders(telling_terms(means))
        return sorted(rows)

    def _all_covering(self, topic: Question, fused: NDArray[np.float32]) -> list[int]:
        """The nearest commitments of those that cover a topic about equally."""
        rows = [int(row) for row in best_rows(fused, _LOOKED_OVER) if fused[row] > 0]
        coverer = self._coverer(topic)
        return [
            row
            for row in rows
            if fused[row] >= _STILL_NEAR * fused[rows[0]]
            and coverer.covered_by(row).whole >= _ON_TOPIC
        ]

    def questions_in(self, message: str) -> list[str]:
        """The questions of a message, at most three; the message itself if it asks one thing."""
        return split_questions(message, self._names_a_thing)

    def _names_a_thing(self, question: str) -> bool:
        return names_a_thing(self.read(question))

    def _hits(
        self, read: Question, top_k: int, *, beside: str = "", within: str = ""
    ) -> list[Hit]:
        hits: list[Hit] = []
        legs = self.legs(read, beside=beside, within=within)
        for row, score, signals in self.signals(read, legs, top_k=top_k):
            nearness = probability(signals, self.thresholds)
            chance = chance_of_answer(signals, self.thresholds)
            found = Hit(self.parts[row], score, signals.coverage, nearness, chance, answers=False)
            suffices = chance >= self.thresholds.answer_at
            fits = not hits or (hits[0].answers and fits_as_well(hits[0], found))
            hits.append(replace(found, answers=suffices and fits))
        return hits

    def _bears_out(self, read: Question, hit: Hit) -> bool:
        """Whether a hit holds what a leaning question itself names, not only what went before."""
        row = self._rows[hit.commitment.id]
        return self._coverer(read).covered_by(row).whole >= _OWN_SHARE

    def about(self, message: str, *, top_k: int = 5) -> list[Hit]:
        """The commitments a message is about that asks nothing, best first; none answers it.

        An answer of staff promises nothing and is not among them.
        """
        read = self.read(message)
        hits: list[Hit] = []
        legs = self.legs(read)
        legs.leave_out(np.array([part.is_staff_answer for part in self.parts], dtype=np.bool_))
        for row, score, signals in self.signals(read, legs, top_k=top_k, asks=False):
            nearness = probability(signals, self.thresholds)
            found = Hit(
                self.parts[row], score, signals.coverage, nearness, nearness, answers=False
            )
            hits.append(found)
        return hits

    @property
    def is_light(self) -> bool:
        """Whether a search takes milliseconds, so that a thread would cost more than it saves."""
        return self.encoder.is_light

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The texts' vectors, whose dot product tells how near two texts are in meaning.

        Returns:
            float32[n, dim], rows of length 1; all zero where a text holds nothing to encode.
        """
        return self.encoder.encode(texts, role="query")

    def read(self, question: str) -> Question:
        """The question in this build's terms, slips mended; 500 characters of it are read."""
        mended = self._speller.mend(tidy(question[:_MAX_CHARS]))
        return read_question(mended, self.glossary, self._own_names)

    @cached_property
    def _speller(self) -> Speller:
        texts = [
            text
            for part in self.parts
            for text in (part.quote, part.section, part.heading, part.en, *part.ask)
        ]
        words = [word for entry in self.glossary.entries for word in (*entry.says, *entry.means)]
        return Speller([*dict.fromkeys(texts), *words, *chain.from_iterable(self.places.values())])

    def legs(self, question: Question, *, beside: str = "", within: str = "") -> Legs:
        """The scores of both legs for all commitments; below 0 in a report it is not put to.

        Args:
            beside: the commitment just spoken of; those under its heading are a little nearer.
            within: the id of the report it is put to, `""` to choose.
        """
        weights = {**question.terms, **dict.fromkeys(question.expansion, _GLOSSARY_WEIGHT)}
        reach = sum(
            weight * self.lexical.rarity_of(term) for term, weight in question.terms.items()
        )
        lexical = self.lexical.score(weights) / max(reach, 1e-6)
        wordings = list(dict.fromkeys([question.heeded, question.asked, question.reworded]))
        vectors = self.encoder.encode(wordings, role="query")
        lexical_best = best_rows(lexical, _BEST_BY_WORDS)
        dense = self.dense.score(vectors, [int(row) for row in lexical_best])
        legs = Legs(dense=dense, lexical=lexical)
        stays_with = ""
        if beside in self._rows:
            row = self._rows[beside]
            stays_with = self._choice.stays_with(question, self.parts[row].report)
            legs.raise_by(_BESIDE, np.isin(np.arange(len(self.parts)), self._neighbours[row]))
        of_its_tense = self._choice.of_its_tense(question)
        if of_its_tense is not None:
            legs.raise_by(_OF_ITS_TENSE, of_its_tense)
        np.minimum(lexical, 1.0, out=lexical)
        put_to = self._choice.rows(question, within=within, stays_with=stays_with)
        if put_to is not None:
            legs.leave_out(~put_to)
        return legs

    def signals(
        self, question: Question, legs: Legs, *, top_k: int, asks: bool = True
    ) -> list[tuple[int, float, Signals]]:
        """Row, score and signals of the best commitments, best first.

        Args:
            asks: put those that give what is asked for first.
        """
        fused = legs.fused(self.thresholds.dense_weight(question))
        rows = [int(row) for row in best_rows(fused, max(top_k, LOOKED_AT)) if fused[row] > 0]
        found = self._candidates(question, fused, rows)
        if asks:
            found = self._plainest_first(question, giving_first(found))
        return [
            (one.row, one.score, self._signals_of(question, legs, fused, one))
            for one in found[:top_k]
        ]

    def _candidates(
        self, question: Question, fused: NDArray[np.float32], rows: Sequence[int]
    ) -> list[Candidate]:
        coverer, wanted = self._coverer(question), Wanted(question)
        of_its_tense = self._choice.of_its_tense(question)
        return [
            Candidate(
                row=row,
                score=float(fused[row]),
                coverage=coverer.covered_by(row),
                lacks=wanted.is_missing_in(self.parts[row]),
                of_its_tense=of_its_tense is None or bool(of_its_tense[row]),
            )
            for row in rows
        ]

    def _coverer(self, question: Question) -> Coverer:
        if question.is_chinese or not question.spans:
            return Coverer(question, self.lexical)
        own = cache(lambda: self.encoder.encode([s.word for s in question.spans], role="query"))

        def meanings(row: int) -> Sequence[float] | None:
            if self.parts[row].en:
                return None
            cosines = own() @ self._words.of(self.parts[row].quote).T
            return [float(nearest) for nearest in cosines.max(axis=1, initial=0.0)]

        return Coverer(question, self.lexical, meanings)

    @cached_property
    def _words(self) -> WordVectors:
        return WordVectors(self.encoder)

    def _signals_of(
        self, question: Question, legs: Legs, fused: NDArray[np.float32], one: Candidate
    ) -> Signals:
        row, coverage = one.row, one.coverage
        has_sense = coverage.has_word or legs.dense[row] >= _NEAR_BY_MEANING
        return Signals(
            coverage=coverage.whole,
            gap=coverage.gap,
            unmet=coverage.unmet,
            dense=float(legs.dense[row]),
            margin=lead_of(fused, row),
            agree=float(has_sense and row == legs.dense.argmax() == legs.lexical.argmax()),
            length=math.log1p(sum(is_named(span) for span in question.spans)),
            english=0.0 if question.is_chinese else 1.0,
            objected=one.lacks or coverage.is_foreign,
            bare=not self.parts[row].en and not self.parts[row].ask,
        )

    def _plainest_first(self, question: Question, found: Sequence[Candidate]) -> list[Candidate]:
        """The candidates; of those like the first, the one that says least besides comes first.

        全面推行垃圾分类 answers "do all sort waste?" better than the model communities do.
        """
        if not found:
            return []
        first = found[0]
        alike = [one for one in found if first.is_like(one)]
        if len(alike) < 2:
            return list(found)
        named = {*question.terms, *question.expansion}
        plainest = max(alike, key=lambda one: self._share_named(one.row, named))
        return [plainest, *(one for one in found if one is not plainest)]

    def _share_named(self, row: int, named: Set[str]) -> float:
        """The share of a commitment's own words that a question names, by their rarity."""
        weights = {
            term: self.lexical.rarity_of(term) for term in telling_terms(self.parts[row].quote)
        }
        return sum(weights[term] for term in weights if term in named) / sum(weights.values())

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        return {commitment.id: row for row, commitment in enumerate(self.parts)}

    @cached_property
    def _neighbours(self) -> tuple[list[int], ...]:
        """Of each commitment, the rows under the same heading."""
        under: dict[tuple[str, str, str], list[int]] = {}
        places = [(part.report, part.section, part.heading) for part in self.parts]
        for row, place in enumerate(places):
            under.setdefault(place, []).append(row)
        return tuple(under[place] for place in places)

    @cached_property
    def _own_names(self) -> re.Pattern[str]:
        """The names of the reports' places, which tell nothing of what a question is about."""
        return any_of(name for names in self.places.values() for name in names)

    @cached_property
    def _choice(self) -> Choice:
        return Choice(self.parts, self.places)
