"""The trained table: a vector and a weight a token, vectors of parts; Adam on touched rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from torch import Tensor

from index.training.parts import Parts
from index.training.texts import Ids, Texts

_FIRST_SPREAD = 0.1
_RARE = 1e-3


@dataclass(slots=True)
class Rows:
    """A matrix of which each step changes a few rows, with Adam's two averages."""

    values: Tensor
    first: Tensor
    second: Tensor

    @classmethod
    def begin(cls, values: Tensor) -> "Rows":
        """The matrix at step 0."""
        return cls(values, torch.zeros_like(values), torch.zeros_like(values))

    def move(self, places: Tensor, slope: Tensor, *, rate: float, step: int) -> None:
        """One step of Adam (https://arxiv.org/abs/1412.6980) on these rows; `step` from 1."""
        first = self.first.index_select(0, places).lerp_(slope, 0.1)
        second = self.second.index_select(0, places).lerp_(slope.square(), 0.001)
        self.first.index_copy_(0, places, first)
        self.second.index_copy_(0, places, second)
        height = second.div_(1 - 0.999**step).sqrt_().add_(1e-8)
        self.values.index_add_(0, places, first.div_(height), alpha=-rate / (1 - 0.9**step))


class _Mix(torch.autograd.Function):
    """A sparse matrix times a dense one; scipy's product is many times as fast as torch's."""

    @staticmethod
    def forward(ctx: Any, matrix: csr_matrix, rows: Tensor) -> Tensor:
        ctx.matrix = matrix
        return torch.from_numpy(matrix @ rows.detach().numpy())

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[None, Tensor]:
        return None, torch.from_numpy(ctx.matrix.T.tocsr() @ slopes[0].numpy())


def _mix(matrix: csr_matrix, rows: Tensor) -> Tensor:
    mixed: Tensor = _Mix.apply(matrix, rows)  # type: ignore[no-untyped-call]
    return mixed


def _matrix(ids: Ids, starts: Ids, columns: int, *, mean: bool) -> csr_matrix:
    """Row i adds up (or averages) the columns `ids[starts[i]:starts[i + 1]]`."""
    lengths = np.diff(starts)
    shares = 1 / np.maximum(lengths, 1) if mean else np.ones(len(lengths))
    entries = np.repeat(shares, lengths).astype(np.float32)
    return csr_matrix((entries, ids, starts), shape=(len(lengths), columns))


class Table:
    """Token vectors in training: `own + mean(parts)`, times the token's weight."""

    def __init__(
        self, parts: Parts, frequencies: NDArray[np.float64], *, dimension: int, seed: int
    ) -> None:
        draw = torch.Generator().manual_seed(seed)
        tokens = len(parts.starts) - 1
        self._part_ids = Texts(parts.ids, parts.starts)
        self.own = Rows.begin(torch.randn(tokens, dimension, generator=draw) * _FIRST_SPREAD)
        shape = (max(parts.count, 1), dimension)
        self.parts = Rows.begin(torch.randn(shape, generator=draw) * _FIRST_SPREAD)
        rarity = np.log(_RARE / (_RARE + frequencies))
        self.log_weights = Rows.begin(torch.from_numpy(rarity).float()[:, None])

    def touch(self, *groups: Texts) -> "Touched":
        """The rows that these texts need, ready for gradients."""
        return Touched(self, np.concatenate([group.ids for group in groups]))

    def parts_of(self, tokens: Ids) -> Texts:
        """The part ids of these tokens."""
        return self._part_ids.take(tokens)

    def tensors(self) -> dict[str, list[Tensor]]:
        """All that a checkpoint must hold."""
        return {name: [m.values, m.first, m.second] for name, m in self._matrices().items()}

    def load(self, tensors: dict[str, list[Tensor]]) -> None:
        """Go back to a checkpoint."""
        for name, matrix in self._matrices().items():
            matrix.values, matrix.first, matrix.second = tensors[name]

    def _matrices(self) -> dict[str, Rows]:
        return {"own": self.own, "parts": self.parts, "log_weights": self.log_weights}

    @torch.no_grad()
    def folded(self) -> tuple[Tensor, Tensor]:
        """What ships: float32[tokens, dimension] and float32[tokens] weights."""
        parts = self._part_ids
        matrix = _matrix(parts.ids, parts.starts, len(self.parts.values), mean=True)
        rows = self.own.values + _mix(matrix, self.parts.values)
        return rows, self.log_weights.values[:, 0].exp()


class Touched:
    """The distinct tokens of one batch, as leaves of the graph."""

    def __init__(self, table: Table, ids: Ids) -> None:
        self._table = table
        tokens, self._local = np.unique(ids, return_inverse=True)
        parts = table.parts_of(tokens)
        places, local_parts = np.unique(parts.ids, return_inverse=True)
        self._tokens, self._places = torch.from_numpy(tokens), torch.from_numpy(places)
        self._own = table.own.values[self._tokens].requires_grad_()
        self._parts = table.parts.values[self._places].requires_grad_()
        self._log_weights = table.log_weights.values[self._tokens].requires_grad_()
        matrix = _matrix(local_parts, parts.starts, len(places), mean=True)
        self._rows = (self._own + _mix(matrix, self._parts)) * self._log_weights.exp()
        self._used = 0

    def vectors(self, texts: Texts) -> Tensor:
        """Sums of the texts' token rows, float32[n, dimension], groups in the order of `touch`."""
        local = self._local[self._used : self._used + len(texts.ids)]
        self._used += len(texts.ids)
        return _mix(_matrix(local, texts.starts, len(self._tokens), mean=False), self._rows)

    def learn(self, loss: Tensor, *, rate: float, step: int) -> None:
        """Move the touched rows down the loss."""
        loss.backward()  # type: ignore[no-untyped-call]
        table = self._table
        for matrix, places, leaf in (
            (table.own, self._tokens, self._own),
            (table.parts, self._places, self._parts),
            (table.log_weights, self._tokens, self._log_weights),
        ):
            if leaf.grad is not None and len(places):
                matrix.move(places, leaf.grad, rate=rate, step=step)
