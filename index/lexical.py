"""The lexical leg: BM25 over Chinese characters and their pairs, Latin words and numbers.

Characters and pairs find more here than a word segmenter does, and miss nothing it would not
know: `docs/quality.md` has the figures.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from index.text import normalise

Scores = NDArray[np.float32]

# Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), 3.4-3.6:
# the usual k1 and b; fields are weighted before the saturation (BM25F).
_K1, _B = 1.2, 0.6

_HAN_RANGES = ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
HAN = "".join(f"{chr(first)}-{chr(last)}" for first, last in _HAN_RANGES)
_PIECE = re.compile(rf"(?P<han>[{HAN}]+)|[^\W\d_{HAN}]+|\d+(?:\.\d+)?")
_TIDIED_AT_ONCE = 256
_NO_HAN = re.compile(rf"[^\W\d_{HAN}]+|\d+(?:\.\d+)?")
_CODE_BITS = 21  # of a character
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
# A mathematical sign that no normalisation changes and nobody writes; it is printable, which the
# quick way of `clean` needs.
_BETWEEN_TEXTS = "\u2af8"
_APOSTROPHE = re.compile(r"(?<=[a-z])['’](?:s\b)?")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of Chinese characters, a Latin word or a number of a normalised text."""

    text: str
    start: int
    end: int
    is_han: bool


def pieces(text: str) -> list[Piece]:
    """The runs and words of a normalised text in their order; all else is left out."""
    return [
        Piece(match[0], match.start(), match.end(), match["han"] is not None)
        for match in _PIECE.finditer(text)
    ]


def tidy(text: str) -> str:
    """The text normalised, `10,000` as 10000 and `Jiang'an` as jiangan."""
    return _APOSTROPHE.sub("", _THOUSANDS.sub("", normalise(text)))


def tidy_all(texts: Iterable[str]) -> list[str]:
    """Each text as `tidy` leaves it; some hundred at once are ten times as fast as one by one.

    More at once are no faster, and other threads would have to wait for them.
    """
    return list(chain.from_iterable(map(_tidy_some, _batches(list(texts)))))


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(texts), _TIDIED_AT_ONCE):
        yield texts[start : start + _TIDIED_AT_ONCE]


def _tidy_some(some: Sequence[str]) -> list[str]:
    found = tidy(_BETWEEN_TEXTS.join(some)).split(_BETWEEN_TEXTS)
    if len(found) != len(some):
        return [tidy(text) for text in some]
    return [text.strip() for text in found]


def stem(word: str) -> str:
    """An English word without its plural, -ing or -ed; crude, but the same on both sides."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "uses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return _undouble(word[: -len(ending)])
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def terms_of(text: str) -> list[str]:
    """The terms of a text: characters, pairs of neighbours, word stems, numbers."""
    terms: list[str] = []
    for piece in pieces(tidy(text)):
        terms += han_terms(piece.text) if piece.is_han else [stem(piece.text)]
    return terms


def han_terms(run: str) -> list[str]:
    """The characters of a Chinese run, and the pairs of neighbours."""
    return [*run, *(run[place : place + 2] for place in range(len(run) - 1))]


@dataclass(frozen=True)
class LexicalIndex:
    """Term weights of all commitments, term by term (compressed sparse rows); immutable.

    Attributes:
        terms: str[n_terms], sorted.
        starts: int64[n_terms + 1]; term `t` has the postings `starts[t]:starts[t + 1]`.
        rows: int32[n_postings], the commitment of each posting, ascending within a term.
        weights: float32[n_postings], saturated term frequency in 0..`_K1 + 1`.
        size: how many commitments there are.
    """

    terms: NDArray[np.str_]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    weights: NDArray[np.float32]
    size: int

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each term stands in `terms`."""
        return {str(term): place for place, term in enumerate(self.terms)}

    @cached_property
    def rarity(self) -> Scores:
        """float32[n_terms], the inverse document frequency of each term, above 0."""
        holders = np.diff(self.starts)
        odds = (self.size - holders + 0.5) / (holders + 0.5)
        return np.log1p(odds).astype(np.float32)

    @property
    def rarest(self) -> float:
        """The rarity of a term that no commitment holds."""
        return float(np.log1p(2 * self.size + 1))

    def rarity_of(self, term: str) -> float:
        """How much a term tells, `rarest` if no commitment holds it."""
        place = self.place.get(term)
        return self.rarest if place is None else float(self.rarity[place])

    def score(self, question: Mapping[str, float]) -> Scores:
        """BM25 of each commitment against weighted terms.

        Returns:
            float32[size], at least 0; it grows with the question's length.
        """
        scores = np.zeros(self.size, dtype=np.float32)
        for term, weight in question.items():
            place = self.place.get(term)
            if place is not None:
                span = slice(self.starts[place], self.starts[place + 1])
                scores[self.rows[span]] += weight * self.rarity[place] * self.weights[span]
        return scores

    @cached_property
    def _terms_by_row(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The places of all terms, commitment by commitment, and where each one's begin."""
        order = np.argsort(self.rows, kind="stable")
        places = np.repeat(np.arange(len(self.terms)), np.diff(self.starts))[order]
        counts = np.bincount(self.rows, minlength=self.size)
        return places, np.concatenate([[0], np.cumsum(counts)])

    def held_by(self, row: int) -> frozenset[int]:
        """The places in `terms` of all terms that a commitment holds."""
        places, starts = self._terms_by_row
        return frozenset(places[starts[row] : starts[row + 1]].tolist())

    def holders(self, terms: Sequence[str]) -> set[int]:
        """The rows of the commitments that hold all of these terms."""
        places = [self.place.get(term) for term in terms]
        held = [
            set() if place is None else set(self.rows[self.starts[place] : self.starts[place + 1]])
            for place in places
        ]
        return {int(row) for row in set.intersection(*held)} if held else set()

    def to_bytes(self) -> bytes:
        """The index as an .npz file, without pickled objects."""
        stream = BytesIO()
        np.savez(
            stream,
            terms=self.terms,
            starts=self.starts,
            rows=self.rows,
            weights=self.weights,
            size=np.int64(self.size),
        )
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "LexicalIndex":
        """Read what `to_bytes` wrote."""
        with np.load(BytesIO(content), allow_pickle=False) as arrays:
            return cls(
                terms=arrays["terms"],
                starts=arrays["starts"],
                rows=arrays["rows"],
                weights=arrays["weights"],
                size=int(arrays["size"]),
            )


def index_fields(
    documents: Sequence[Sequence[tuple[str, float]]], counted: "CountedTerms | None" = None
) -> LexicalIndex:
    """Index documents, each a list of (text of a field, weight of the field).

    Fields at the same place in their documents are compared in length with each other.

    Args:
        counted: the terms of all fields in their order, if they were counted already.
    """
    texts = [text for fields in documents for text, _ in fields]
    weights = np.array([weight for fields in documents for _, weight in fields])
    rows = np.repeat(np.arange(len(documents)), [len(fields) for fields in documents])
    places = np.array([place for fields in documents for place in range(len(fields))], dtype=int)
    counted = count_terms(texts) if counted is None else counted
    lengths = np.bincount(counted.owners, counted.counts, len(texts)).astype(np.float64)
    shares = _shares(weights, places, lengths)
    keys = counted.term_places * len(documents) + rows[counted.owners]
    kept, entries = np.unique(keys, return_inverse=True)
    frequencies = np.bincount(entries, counted.counts * shares[counted.owners], len(kept))
    begins = np.arange(len(counted.terms) + 1) * len(documents)
    return LexicalIndex(
        terms=counted.terms,
        starts=np.searchsorted(kept, begins).astype(np.int64),
        rows=(kept % max(len(documents), 1)).astype(np.int32),
        weights=(frequencies * (_K1 + 1) / (frequencies + _K1)).astype(np.float32),
        size=len(documents),
    )


@dataclass(frozen=True, slots=True)
class CountedTerms:
    """How often each text holds each term it holds, text by text, term by term.

    Attributes:
        terms: str[n_terms], sorted; each is held by a text.
        owners: int64[n_entries], the place of the text.
        term_places: int64[n_entries], the place of the term in `terms`.
        counts: int64[n_entries], at least 1.
    """

    terms: NDArray[np.str_]
    owners: NDArray[np.int64]
    term_places: NDArray[np.int64]
    counts: NDArray[np.int64]

    def to_bytes(self) -> bytes:
        """All but the terms, which the `LexicalIndex` of the same texts has, as an .npz file."""
        stream = BytesIO()
        np.savez(
            stream,
            owners=self.owners.astype(np.int32),
            term_places=self.term_places.astype(np.int32),
            counts=self.counts.astype(np.int32),
        )
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes, terms: NDArray[np.str_]) -> "CountedTerms":
        """Read what `to_bytes` wrote."""
        with np.load(BytesIO(content), allow_pickle=False) as arrays:
            owners, places, counts = (
                arrays[name].astype(np.int64) for name in ("owners", "term_places", "counts")
            )
        return cls(terms, owners, places, counts)


def recount_terms(
    texts: Sequence[str], known: CountedTerms, places: Mapping[str, int]
) -> CountedTerms:
    """What `count_terms` gives, with only the texts counted that are not known.

    Args:
        places: the known texts' places among the owners of `known`.
    """
    is_known = np.array([text in places for text in texts], dtype=np.bool_)
    fresh = count_terms([text for text in texts if text not in places])
    terms, old_ranks, fresh_ranks = _merged(known.terms, fresh.terms)
    old = np.array([places[text] for text in texts if text in places], dtype=np.int64)
    starts = np.searchsorted(known.owners, np.stack([old, old + 1]))
    lengths = starts[1] - starts[0]
    begins = np.repeat(starts[0] - np.cumsum(lengths) + lengths, lengths)
    entries = begins + np.arange(len(begins))
    owners = np.concatenate(
        [np.repeat(np.flatnonzero(is_known), lengths), np.flatnonzero(~is_known)[fresh.owners]]
    )
    held = np.concatenate([old_ranks[known.term_places[entries]], fresh_ranks[fresh.term_places]])
    counts = np.concatenate([known.counts[entries], fresh.counts])
    is_held = np.bincount(held, minlength=len(terms)) > 0
    held = (np.cumsum(is_held) - 1)[held]
    # Two rows that are in order already: the stable sort only merges them.
    order = np.argsort(owners * len(terms) + held, kind="stable")
    return CountedTerms(_narrowed(terms[is_held]), owners[order], held[order], counts[order])


def _narrowed(terms: NDArray[np.str_]) -> NDArray[np.str_]:
    """The terms, with room for the longest of them and no longer one."""
    return terms.astype(f"<U{max(np.strings.str_len(terms).max(initial=0), 1)}", copy=False)


def _merged(
    known: NDArray[np.str_], fresh: NDArray[np.str_]
) -> tuple[NDArray[np.str_], NDArray[np.int64], NDArray[np.int64]]:
    """Two sorted rows of terms as one, and where in it each term of either stands."""
    begins = np.searchsorted(known, fresh)
    is_new = np.searchsorted(known, fresh, side="right") == begins
    added = np.cumsum(is_new)
    terms = np.insert(known.astype(np.result_type(known, fresh)), begins[is_new], fresh[is_new])
    known_ranks = np.arange(len(known)) + np.searchsorted(fresh[is_new], known)
    return terms, known_ranks, begins + added - is_new


def count_terms(texts: Sequence[str]) -> CountedTerms:
    """What `terms_of` finds in each of many texts, counted for all of them at once."""
    tidied = (text.replace(_BETWEEN_TEXTS, " ") for text in tidy_all(texts))
    joined = _BETWEEN_TEXTS.join(tidied)
    chars = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    owner_of = np.cumsum(chars == ord(_BETWEEN_TEXTS))
    han = _is_han(chars)
    pairs = han[:-1] & han[1:]
    words = [(stem(found[0]), found.start()) for found in _NO_HAN.finditer(joined)]
    known = {word: place for place, word in enumerate(dict.fromkeys(word for word, _ in words))}
    wide = chars.astype(np.int64)
    codes = np.concatenate(
        [
            wide[han],
            (wide[:-1][pairs] << _CODE_BITS) | wide[1:][pairs],
            np.array([-1 - known[word] for word, _ in words], dtype=np.int64),
        ]
    )
    starts = np.array([start for _, start in words], dtype=np.int64)
    owners = np.concatenate([owner_of[han], owner_of[:-1][pairs], owner_of[starts]])
    return _counted(codes, owners, list(known))


def _counted(
    codes: NDArray[np.int64], owners: NDArray[np.int64], words: Sequence[str]
) -> CountedTerms:
    """The entries of coded terms; a code below 0 is a word, others are a character or two."""
    found, places = np.unique(codes, return_inverse=True)
    spelt = np.array([_spelt(int(code), words) for code in found], dtype=np.str_)
    order = np.argsort(spelt)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    entries, counts = np.unique(owners * len(found) + rank[places], return_counts=True)
    held_by, term_places = np.divmod(entries, max(len(found), 1))
    return CountedTerms(spelt[order], held_by, term_places, counts)


def _spelt(code: int, words: Sequence[str]) -> str:
    if code < 0:
        return words[-1 - code]
    first, second = code >> _CODE_BITS, code & ((1 << _CODE_BITS) - 1)
    return chr(first) + chr(second) if first else chr(second)


def _is_han(chars: NDArray[np.uint32]) -> NDArray[np.bool_]:
    found = np.zeros(len(chars), dtype=np.bool_)
    for first, last in _HAN_RANGES:
        found |= (chars >= first) & (chars <= last)
    return found


def _shares(
    weights: NDArray[np.float64], places: NDArray[np.int64], lengths: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What one occurrence in each text counts: its field's weight, less in a longer text."""
    holders = np.bincount(places[lengths > 0], minlength=int(places.max(initial=0)) + 1)
    usual = np.bincount(places, lengths, len(holders)) / np.maximum(holders, 1)
    return weights / (1 - _B + _B * lengths / np.maximum(usual[places], 1e-9))


def _undouble(word: str) -> str:
    """`planned` is `plan` and not `plann`; `added` stays `add`."""
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        return word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word
