"""The batches drawn from the sources: batch k depends on the seed and k alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.training.near import near_groups, text_keys
from index.training.recipe import Recipe
from index.training.sources import VIEWS, validation_places
from index.training.texts import EncodedSource, Ids, Texts

_CLAUSE = VIEWS.index("clause")
_LEFT_CHANCES = np.array([0.0, 1.0, 2.0, 2.0, 2.0, 2.0, 1.0])
_RIGHT_IS_CLAUSE = 0.75


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs of texts.

    Attributes:
        same: bool[n, n], true where two pairs share a text or come from near-equal rows, and so
            are no negatives of each other; false on the diagonal.
    """

    source: str
    left: Texts
    right: Texts
    same: NDArray[np.bool_]


class Batches:
    """The batches of a run; any of them can be asked for, which is what makes a restart exact."""

    def __init__(self, sources: Sequence[EncodedSource], recipe: Recipe) -> None:
        self._sources = [source for source in sources if len(source.filled)]
        self._filled = [source.filled for source in self._sources]
        self._recipe = recipe
        tokens = 1 + max(int(source.texts.ids.max(initial=0)) for source in self._sources)
        self._drawn = [_rows_of(source, validate=recipe.validate) for source in self._sources]
        self._keys = [text_keys(source.texts, tokens) for source in self._sources]
        self._groups = [_groups_of(source) for source in self._sources]
        sizes = np.array([len(filled) for filled in self._filled], dtype=np.float64)
        chances = sizes**recipe.source_exponent
        chances *= [recipe.source_weights.get(source.name, 1.0) for source in self._sources]
        self._chances = chances / chances.sum()

    def draw(self, step: int) -> Batch:
        """The batch of this step."""
        draw = np.random.default_rng([self._recipe.seed, step])
        place = int(draw.choice(len(self._sources), p=self._chances))
        source, filled = self._sources[place], self._filled[place]
        size = min(self._recipe.batch_rows, len(self._drawn[place]))
        rows = draw.choice(self._drawn[place], size=size, replace=False)
        lefts, rights = _two_views(filled[rows], draw)
        places = rows * source.views + lefts, rows * source.views + rights
        numbers = [self._keys[place][places[0]], self._keys[place][places[1]]]
        same = _equal_pairs([*numbers, self._groups[place][rows]])
        left, right = source.texts.take(places[0]), source.texts.take(places[1])
        if draw.random() < self._recipe.dropout_share:
            left = left.thinned(self._recipe.token_dropout, draw)
            right = right.thinned(self._recipe.token_dropout, draw)
        return Batch(source.name, left, right, same)


def _rows_of(source: EncodedSource, *, validate: bool) -> Ids:
    rows = np.arange(len(source.filled))
    if validate and source.name == "residents":
        rows = rows[~validation_places(len(rows))]
    return rows


def _groups_of(source: EncodedSource) -> Ids:
    rows = np.arange(len(source.filled))
    if source.views == 2:
        return rows
    return near_groups(source.texts.take(rows * source.views + _CLAUSE))


def _equal_pairs(numbers: Sequence[Ids]) -> NDArray[np.bool_]:
    same = np.zeros((len(numbers[0]), len(numbers[0])), dtype=bool)
    for each in numbers:
        same |= each[:, None] == each[None, :]
    np.fill_diagonal(same, False)
    return same


def _two_views(filled: NDArray[np.bool_], draw: np.random.Generator) -> tuple[Ids, Ids]:
    rows, views = filled.shape
    if views == 2:
        return np.zeros(rows, dtype=np.int64), np.ones(rows, dtype=np.int64)
    left = _draw_view(filled * _LEFT_CHANCES, draw)
    others = filled * _LEFT_CHANCES
    others[np.arange(rows), left] = 0
    free = _draw_view(others, draw)
    right = np.where(draw.random(rows) < _RIGHT_IS_CLAUSE, _CLAUSE, free)
    return left, right


def _draw_view(chances: NDArray[np.float64], draw: np.random.Generator) -> Ids:
    up_to = np.cumsum(chances, axis=1)
    point = draw.random(len(chances)) * up_to[:, -1]
    return np.asarray((up_to <= point[:, None]).sum(axis=1), dtype=np.int64)
