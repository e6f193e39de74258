"""What a token is made of: a word shares its characters, or its letters, with other words.

While training, a token's row is its own vector plus the mean of its parts'; at the end the sum is
stored, so that the parts cost the shipped model nothing. Rare words so learn from common ones
(the idea of fastText: Bojanowski et al., 2017, https://arxiv.org/abs/1607.04606).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BEGINNINGS = (4, 5, 6, 7)
_ENDINGS = (4,)
_SHARED_BY = 2


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of each token: token i has `ids[starts[i]:starts[i + 1]]`, of `count` parts."""

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    count: int


def find_parts(tokens: Sequence[str]) -> Parts:
    """The parts that at least two tokens share, numbered in order of first use."""
    found = [list(_parts_of(token)) for token in tokens]
    shared = Counter(part for parts in found for part in set(parts))
    numbers: dict[str, int] = {}
    ids: list[int] = []
    starts = [0]
    for parts in found:
        ids += [numbers.setdefault(p, len(numbers)) for p in parts if shared[p] >= _SHARED_BY]
        starts.append(len(ids))
    return Parts(np.array(ids, dtype=np.int64), np.array(starts, dtype=np.int64), len(numbers))


def _parts_of(token: str) -> Iterator[str]:
    if token.isdigit() or token.startswith("["):
        return
    if token.isascii():
        for length in _BEGINNINGS:
            if length <= len(token):
                yield f"{token[:length]}-"
        for length in _ENDINGS:
            if length < len(token):
                yield f"-{token[-length:]}"
        return
    yield from token
    for start in range(len(token) - 1):
        yield token[start : start + 2]
