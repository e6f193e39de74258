"""Finds rows whose texts are equal or nearly so: they must not be each other's negatives."""

import numpy as np
from numpy.typing import NDArray

from index.training.texts import Ids, Texts

_BUCKETS = 4_096
_NEAR_JACCARD = 0.6
_ROWS_AT_ONCE = 2_048


def near_groups(texts: Texts) -> Ids:
    """A number for each text, the same for texts that share most of their tokens, int64[n]."""
    bags = _bags(texts)
    sizes = bags.sum(axis=1)
    group = np.arange(len(bags))
    for start in range(0, len(bags), _ROWS_AT_ONCE):
        end = min(start + _ROWS_AT_ONCE, len(bags))
        shared = bags[start:end] @ bags.T
        union = sizes[start:end, None] + sizes[None, :] - shared
        near = shared >= _NEAR_JACCARD * np.maximum(union, 1)
        for row, other in zip(*np.nonzero(near), strict=True):
            _join(group, start + int(row), int(other))
    return np.array([_root(group, row) for row in range(len(group))], dtype=np.int64)


def text_keys(texts: Texts, tokens: int) -> Ids:
    """A number for each text, equal for texts of the same tokens in any order, int64[n]."""
    factors = np.random.default_rng(0).integers(1, 2**62, size=tokens)
    sums = np.concatenate([[0], np.cumsum(factors[texts.ids])])
    return np.asarray(sums[texts.starts[1:]] - sums[texts.starts[:-1]], dtype=np.int64)


def _bags(texts: Texts) -> NDArray[np.float32]:
    bags = np.zeros((len(texts.starts) - 1, _BUCKETS), dtype=np.float32)
    owners = np.repeat(np.arange(len(bags)), np.diff(texts.starts))
    bags[owners, texts.ids % _BUCKETS] = 1
    return bags


def _root(group: Ids, row: int) -> int:
    while group[row] != row:
        group[row] = group[group[row]]
        row = int(group[row])
    return row


def _join(group: Ids, row: int, other: int) -> None:
    a, b = _root(group, row), _root(group, other)
    group[max(a, b)] = min(a, b)
