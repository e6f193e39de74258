"""In-batch contrast at several lengths of vector, in both directions.

The same as sentence-transformers' MultipleNegativesSymmetricRankingLoss within MatryoshkaLoss.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional


def contrast(
    left: Tensor,
    right: Tensor,
    *,
    scale: float,
    dimensions: Sequence[int],
    same: NDArray[np.bool_],
) -> Tensor:
    """Mean cross-entropy of finding each text's partner among the batch, in both directions.

    Args:
        left, right: float32[n, dimension], row i of one the partner of row i of the other.
        scale: factor on cosines.
        dimensions: the lengths at which the loss is taken, averaged.
        same: bool[n, n], true where row j must not count against row i; false on the diagonal.
    """
    counted = torch.from_numpy(~same)
    losses = []
    for dimension in dimensions:
        a = functional.normalize(left[:, :dimension], dim=1)
        b = functional.normalize(right[:, :dimension], dim=1)
        cosines = a @ b.T
        # One exponential serves both directions; cosines are at most 1, so nothing overflows.
        shares = ((cosines - 1) * scale).exp() * counted
        own = (cosines.diagonal() - 1) * scale
        losses.append((shares.sum(dim=1).log() - own).mean())
        losses.append((shares.sum(dim=0).log() - own).mean())
    return torch.stack(losses).mean()
