"""A message as numbers: its characters and words, the editors' cues in it, and its vector."""

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot.asking import asks_how, is_put_as_question, is_request
from bot.cues import Cues
from bot.service import Service
from index import normalise

Matrix = NDArray[np.float32]
Vectors = Callable[[Sequence[str]], Matrix]
"""Encodes texts: float32[n, dim], rows of length 1."""

GRAM_SLOTS = 8192
"""Pairs of characters and of words share so many slots by their CRC; some share one by chance."""
_WORD = re.compile(r"[a-z']+|[?!]")
_LATIN = re.compile(r"[a-z0-9\s]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_STEM_CHARS = 5
_MOST_COUNTED = 3


@dataclass(frozen=True, slots=True)
class Rows:
    """Features of n texts.

    Attributes:
        grams: the slots of each text's grams, int64[n_grams_of_text], each once.
        cues: float32[n, n_cues], how many cues of each list stand in it and what shape it has.
        vectors: float32[n, dim].
    """

    grams: tuple[NDArray[np.int64], ...]
    cues: Matrix
    vectors: Matrix


class Features:
    """Takes texts apart by the lists of service.toml and the encoder of the index."""

    def __init__(self, service: Service, vectors: Vectors) -> None:
        words, urgency = service.router, service.urgency
        kinds = [cues for kind in service.kind for cues in (Cues(kind.strong), Cues(kind.weak))]
        self._lists = (
            *kinds,
            Cues(words.question, unless=words.rhetorical),
            *map(Cues, (words.rhetorical, words.experience, words.smalltalk, words.instruction)),
            *map(Cues, (words.matter, urgency.urgent, urgency.critical, urgency.calm)),
        )
        self._vectors = vectors

    def of(self, texts: Sequence[str]) -> Rows:
        """The features of texts as they were written; none may raise."""
        folded = [normalise(text) for text in texts]
        return Rows(
            grams=tuple(_slots(text) for text in folded),
            cues=np.array([self._cues(text) for text in folded], dtype=np.float32),
            vectors=self._vectors(texts),
        )

    def _cues(self, folded: str) -> list[float]:
        counts = [min(len(cues.found(folded)), _MOST_COUNTED) / 2 for cues in self._lists]
        shape = (
            is_put_as_question(folded),
            asks_how(folded),
            is_request(folded),
            "?" in folded,
            "!" in folded,
            len(folded) > 30,
            len(folded) > 60,
            folded.rstrip().endswith("?"),
            _HAN.search(folded) is not None,
        )
        return [*counts, *map(float, shape)]


def _slots(folded: str) -> NDArray[np.int64]:
    slots = {zlib.crc32(gram.encode(errors="replace")) % GRAM_SLOTS for gram in _grams(folded)}
    return np.array(sorted(slots), dtype=np.int64)


def _grams(folded: str) -> Iterator[str]:
    """Single characters and pairs of the Chinese; words, stems and runs of words of the rest."""
    for run in _LATIN.split(f"^{folded}$"):
        yield from run
        yield from map("".join, pairwise(run))
    words = _WORD.findall(folded)
    yield from (f"w:{word}" for word in words)
    yield from (f"s:{word[:_STEM_CHARS]}" for word in words if len(word) > _STEM_CHARS)
    yield from map("2:{} {}".format, words, words[1:])
    yield from map("3:{} {} {}".format, words, words[1:], words[2:])
