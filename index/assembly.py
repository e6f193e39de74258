"""Content to an index in memory: what gets a vector, what counts how much, what is learnt.

The thresholds are learnt on the reports that the evaluation asks about, by themselves: they stay
the same, and need not be learnt again, when another report changes.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.calibrate import learn_bare_model, learn_thresholds
from index.choice import names_of_place
from index.config import IndexSettings
from index.content import Content
from index.dense import DenseIndex, Passage, index_vectors
from index.encoder import Encoder, open_encoder
from index.evaluate import Part
from index.evidence import Thresholds
from index.glossary import Glossary
from index.gold import GoldQuestion
from index.lexical import CountedTerms, count_terms, index_fields, recount_terms
from index.reports import Commitment, Report, split_report
from index.search import Index

Progress = Callable[[int, int], None]

# Fields of a commitment and what each counts in the lexical leg.
_QUOTE, _HEADING, _ASK, _ENGLISH = 1.0, 0.3, 0.6, 0.6
_TEXTS_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Known:
    """What a build before knows, so that what did not change is not made again.

    Attributes:
        dense: its vectors, None if they are of another encoder.
        passages: where each text's vector is.
        counted: the terms of its fields, None if nothing is known.
        fields: the place of each field's text in them.
        cuts: the commitments cut from uncurated reports, by the keys of `Cutter`.
        learnt: its thresholds, by `learning_key`.
        places: the names of each report's place, by what they follow from.
    """

    dense: DenseIndex | None
    passages: Mapping[str, int]
    counted: CountedTerms | None
    fields: Mapping[str, int]
    cuts: Mapping[str, tuple[Commitment, ...]]
    learnt: Mapping[str, Thresholds]
    places: Mapping[tuple[str, str, str], tuple[str, ...]]

    @classmethod
    def nothing(cls) -> Self:
        """There is no build before."""
        return cls(None, {}, None, {}, {}, {}, {})

    def places_of(self, reports: Iterable[Report]) -> dict[str, tuple[str, ...]]:
        """The names of each report's place, by its id."""
        found = {}
        for report in reports:
            known = self.places.get((report.district, report.title_en, report.collection))
            found[report.id] = names_of_place(report) if known is None else known
        return found


class Cutter:
    """Cuts reports that nobody has curated, those known already not again.

    Attributes:
        keys: of each report it was given, by id, what its cut depends on, as a hash; the program
            aside.
    """

    def __init__(self, known: Mapping[str, tuple[Commitment, ...]]) -> None:
        self._known = known
        self.keys: dict[str, str] = {}

    def __call__(self, report: Report) -> tuple[Commitment, ...]:
        """The commitments of a report."""
        key = hashlib.sha256(repr(report).encode("utf-8", "surrogatepass")).hexdigest()
        self.keys[report.id] = key
        known = self._known.get(key)
        return split_report(report) if known is None else known


@dataclass(frozen=True, slots=True)
class Assembled:
    """An index in memory, with what a build keeps besides.

    Attributes:
        counted: the terms of all fields, in the order of `fields_of`.
        learnt_from: the key of what the thresholds were learnt from.
    """

    index: Index
    counted: CountedTerms
    learnt_from: str


def encode_passages(
    commitments: Sequence[Commitment],
    encoder: Encoder,
    *,
    known: Known | None = None,
    progress: Progress | None = None,
) -> DenseIndex:
    """Make the dense leg of an index.

    Args:
        known: what a build by this program and encoder knows already.
        progress: told how many passages of how many have their vectors.
    """
    passages = passages_of(commitments)
    texts = [passage.text for passage in passages]
    vectors = _vectors(texts, encoder, known or Known.nothing(), progress)
    return index_vectors(vectors, passages, len(commitments))


def assemble(
    content: Content,
    encoder: Encoder,
    *,
    known: Known | None = None,
    dense: DenseIndex | None = None,
) -> Assembled:
    """Make an index of the content, its thresholds learnt or, from the same, taken over.

    Args:
        known: what a build by this program and encoder knows already.
        dense: the dense leg, if it was made already.
    """
    known = known or Known.nothing()
    counted = _counted(fields_of(content.commitments), known)
    index = _unlearnt(content, encoder, known, dense=dense, counted=counted)
    learning = _asked_about(content)
    learnt_from = learning_key(learning, encoder)
    thresholds = known.learnt.get(learnt_from)
    if thresholds is None:
        thresholds = _learn(learning, encoder)
    return Assembled(replace(index, thresholds=thresholds), counted, learnt_from)


def learning_key(learning: Content, encoder: Encoder) -> str:
    """What thresholds are learnt from, as a hash; the program aside."""
    places = [(report.district, report.title_en) for report in learning.reports]
    used = (learning.commitments, places, learning.glossary, learning.gold.questions)
    return hashlib.sha256(f"{used!r}\0{encoder.fingerprint}".encode()).hexdigest()


def index_without(content: Content, settings: IndexSettings, parts: Set[Part]) -> Index:
    """An index of the content that does without some parts, its thresholds learnt that way.

    Raises:
        EncoderError: the configured encoder cannot be used.
    """
    if "ask" in parts:
        unasked = tuple(replace(commitment, ask=()) for commitment in content.commitments)
        content = replace(content, commitments=unasked)
    encoder = open_encoder(settings.encoder)
    share = 0.0 if "dense" in parts else 1.0 if "lexical" in parts else None
    learnt = _learn(_asked_about(content), encoder, dense_share=share, learns_bare=False)
    if "evidence" in parts:
        learnt = replace(learnt, answer_at=0.0, heeds_objections=False)
    return replace(_unlearnt(content, encoder, Known.nothing()), thresholds=learnt)


def fields_of(commitments: Iterable[Commitment]) -> list[str]:
    """The texts of all fields, commitment by commitment."""
    return [text for commitment in commitments for text, _ in _fields(commitment)]


def _counted(fields: Sequence[str], known: Known) -> CountedTerms:
    if known.counted is None:
        return count_terms(fields)
    return recount_terms(fields, known.counted, known.fields)


def _unlearnt(
    content: Content,
    encoder: Encoder,
    known: Known,
    *,
    dense: DenseIndex | None = None,
    counted: CountedTerms | None = None,
) -> Index:
    """An index with the thresholds that ship."""
    return Index(
        build_id="",
        parts=content.commitments,
        places=known.places_of(content.reports),
        glossary=Glossary(content.glossary),
        lexical=index_fields([_fields(one) for one in content.commitments], counted),
        dense=encode_passages(content.commitments, encoder) if dense is None else dense,
        encoder=encoder,
        thresholds=Thresholds(),
    )


def _asked_about(content: Content) -> Content:
    """The content without the reports that no question of the evaluation is about."""
    asked = {question.report for question in content.gold.questions}
    if "" in asked:
        return content
    return replace(
        content,
        reports=tuple(report for report in content.reports if report.id in asked),
        commitments=tuple(one for one in content.commitments if one.report in asked),
    )


def _learn(
    content: Content,
    encoder: Encoder,
    *,
    dense_share: float | None = None,
    learns_bare: bool = True,
) -> Thresholds:
    questions: Sequence[GoldQuestion] = content.gold.questions
    if not content.commitments:
        return Thresholds()
    index = _unlearnt(content, encoder, Known.nothing())
    learnt = learn_thresholds(index, questions, dense_share=dense_share)
    if learnt == Thresholds() or not learns_bare:
        return learnt
    bare = tuple(replace(commitment, en="", ask=()) for commitment in content.commitments)
    unaided = _unlearnt(replace(content, commitments=bare), encoder, Known.nothing())
    return learn_bare_model(unaided, questions, learnt)


def _fields(commitment: Commitment) -> list[tuple[str, float]]:
    return [
        (commitment.quote, _QUOTE),
        (f"{commitment.section} {commitment.heading}", _HEADING),
        (" ".join(commitment.ask), _ASK),
        (commitment.en, _ENGLISH),
    ]


def passages_of(commitments: Sequence[Commitment]) -> tuple[Passage, ...]:
    """What gets a vector: the quote alone and under its heading, its English, each question."""
    passages: list[Passage] = []
    for row, commitment in enumerate(commitments):
        headed = f"{commitment.heading} {commitment.quote}".strip()
        texts = [commitment.quote, headed, commitment.en, *commitment.ask]
        passages += [Passage(text, row) for text in dict.fromkeys(texts) if text]
    return tuple(passages)


def _vectors(
    texts: Sequence[str], encoder: Encoder, known: Known, progress: Progress | None
) -> NDArray[np.float32]:
    """float32[len(texts), dimension], rows of length 1 or all zero."""
    if known.dense is None:
        vectors = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
    else:
        vectors = known.dense.vectors_of([known.passages.get(text, -1) for text in texts])
    new = [place for place, text in enumerate(texts) if text not in known.passages]
    for start in range(0, len(new), _TEXTS_AT_ONCE):
        some = new[start : start + _TEXTS_AT_ONCE]
        vectors[some] = encoder.encode([texts[place] for place in some], role="passage")
        if progress is not None:
            progress(start + len(some), len(new))
    return vectors


def cuts_of(
    commitments: Sequence[Commitment], keys: Mapping[str, str]
) -> dict[str, tuple[Commitment, ...]]:
    """The commitments of the reports in `keys` (as `Cutter` has them), by that key."""
    return {
        keys[report]: tuple(own)
        for report, own in groupby(commitments, key=lambda one: one.report)
        if report in keys
    }
