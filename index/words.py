"""The words of a quote by themselves as vectors, to compare across languages word by word."""

from collections import OrderedDict
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from index.encoder import Encoder
from index.questions import telling_terms

Matrix = NDArray[np.float32]

# A quote has some 30 words of 512 dimensions: 60 kB each, 30 MB in all.
_QUOTES_KEPT = 500


class WordVectors:
    """Encodes the words of quotes, and keeps those used last; safe to use from several threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._kept: OrderedDict[str, Matrix] = OrderedDict()
        self._lock = Lock()

    def of(self, quote: str) -> Matrix:
        """float32[n_words, dimension], rows of length 1: pairs of characters, words, numbers."""
        with self._lock:
            if quote in self._kept:
                self._kept.move_to_end(quote)
                return self._kept[quote]
        words = list(dict.fromkeys(telling_terms(quote)))
        vectors = self._encoder.encode(words, role="passage")
        with self._lock:
            self._kept[quote] = vectors
            if len(self._kept) > _QUOTES_KEPT:
                self._kept.popitem(last=False)
        return vectors
