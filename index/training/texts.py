"""Token ids of many texts, one after another, and the sources made of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.training.sources import Source

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Texts:
    """Token ids of many texts: text i has `ids[starts[i]:starts[i + 1]]`."""

    ids: Ids
    starts: Ids

    def take(self, places: Ids) -> "Texts":
        """The texts at these places, in this order."""
        lengths = self.starts[places + 1] - self.starts[places]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        shift = np.repeat(self.starts[places] - starts[:-1], lengths)
        return Texts(self.ids[np.arange(starts[-1]) + shift], starts)

    def thinned(self, share: float, draw: np.random.Generator) -> "Texts":
        """The texts with this share of their tokens left out, at random; the first stays."""
        kept = draw.random(len(self.ids)) >= share
        filled = self.starts[:-1] < self.starts[1:]
        kept[self.starts[:-1][filled]] = True
        starts = np.concatenate([[0], np.cumsum(kept)])[self.starts]
        return Texts(self.ids[kept], starts)


@dataclass(frozen=True, slots=True)
class EncodedSource:
    """A source's texts, row by row: text `row * views + view`."""

    name: str
    views: int
    texts: Texts

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Which texts have a token, bool[rows, views]."""
        return (np.diff(self.texts.starts) > 0).reshape(-1, self.views)


def encode_source(source: Source, tokenizer: Tokenizer, *, tokens_per_text: int) -> EncodedSource:
    """Token ids of a source's texts, each cut at `tokens_per_text`; rows left with one text go."""
    rows = source.rows
    views = len(rows[0]) if rows else 2
    flat = [text for row in rows for text in row]
    encodings = tokenizer.encode_batch_fast(flat, add_special_tokens=False)
    tokens = [[token for token in e.ids if token][:tokens_per_text] for e in encodings]
    lengths = np.array([len(ids) for ids in tokens], dtype=np.int64)
    ids = np.fromiter((i for each in tokens for i in each), dtype=np.int64, count=lengths.sum())
    texts = Texts(ids, np.concatenate([[0], np.cumsum(lengths)]))
    filled = (lengths > 0).reshape(-1, views).sum(axis=1) > 1
    places = np.arange(len(lengths)).reshape(-1, views)[filled].ravel()
    return EncodedSource(source.name, views, texts.take(places))
