"""The dense leg: vectors of all passages in FAISS; of a commitment the nearest one counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.errors import StaleIndexError

if TYPE_CHECKING:
    import faiss

Matrix = NDArray[np.float32]

# A flat index is exact and takes 0.13 ms at 10,000 vectors, 33 ms at 1,000,000 (256 dimensions);
# HNSW with 32 neighbours 0.06 ms at 100,000 with a recall of .99 (measured on two cores).
_FLAT_UP_TO = 100_000
_NEIGHBOURS = 32
_PASSAGES_LOOKED_AT = 2000


@dataclass(frozen=True, slots=True)
class Passage:
    """One text of a commitment that has a vector; `row` says whose it is."""

    text: str
    row: int


@dataclass(frozen=True)
class DenseIndex:
    """FAISS over the passages; the id of a vector is its passage's place. Never added to.

    Attributes:
        vectors: inner product over rows of length 1; passages without a vector are left out.
        rows: int64[n_passages], the commitment of each passage.
        size: how many commitments there are.
    """

    vectors: "faiss.IndexIDMap2"
    rows: NDArray[np.int64]
    size: int

    def score(self, questions: Matrix) -> NDArray[np.float32]:
        """The nearness of each commitment to the nearest of the questions' wordings.

        Args:
            questions: float32[n, dimension]; rows of length 1, or all zero and near nothing.

        Returns:
            float32[size], cosines in -1..1; a commitment not among the nearest passages has the
            score of the last of them, 0 if there is no vector at all.
        """
        scores = np.zeros(self.size, dtype=np.float32)
        questions = questions[np.any(questions != 0, axis=1)]
        wanted = min(_PASSAGES_LOOKED_AT, self.vectors.ntotal)
        if not len(questions) or not wanted:
            return scores
        cosines, ids = self.vectors.search(np.ascontiguousarray(questions), wanted)
        found = ids >= 0
        scores.fill(float(cosines[found].min(initial=1.0)))
        np.maximum.at(scores, self.rows[ids[found]], cosines[found])
        return scores

    def vector(self, passage: int) -> Matrix | None:
        """float32[dimension] of one passage, None if it has none."""
        try:
            return np.asarray(self.vectors.reconstruct(passage), dtype=np.float32)
        except RuntimeError:
            return None

    def to_bytes(self) -> bytes:
        """The FAISS index as a file's content."""
        import faiss

        return bytes(faiss.serialize_index(self.vectors).tobytes())


def index_vectors(vectors: Matrix, passages: Sequence[Passage], size: int) -> DenseIndex:
    """Put the passages' vectors into FAISS.

    Args:
        vectors: float32[n_passages, dimension]; an all-zero row stands for no vector.
        passages: in the order of the rows.
        size: how many commitments there are.
    """
    import faiss

    faiss.omp_set_num_threads(1)
    dimension = vectors.shape[1]
    ids = np.flatnonzero(np.any(vectors != 0, axis=1)).astype(np.int64)
    inner = (
        faiss.IndexFlatIP(dimension)
        if len(ids) <= _FLAT_UP_TO
        else faiss.IndexHNSWFlat(dimension, _NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
    )
    index = faiss.IndexIDMap2(inner)
    index.add_with_ids(np.ascontiguousarray(vectors[ids]), ids)
    return DenseIndex(index, _rows(passages), size)


def read_vectors(content: bytes, passages: Sequence[Passage], size: int) -> DenseIndex:
    """Read what `DenseIndex.to_bytes` wrote.

    Raises:
        StaleIndexError: it is not an index over these passages.
    """
    import faiss

    faiss.omp_set_num_threads(1)  # a second thread never helps a single question
    index = faiss.deserialize_index(np.frombuffer(content, dtype=np.uint8))
    if not isinstance(index, faiss.IndexIDMap2) or index.ntotal > len(passages):
        raise StaleIndexError("vectors of other passages", "one vector a passage")
    return DenseIndex(index, _rows(passages), size)


def _rows(passages: Sequence[Passage]) -> NDArray[np.int64]:
    return np.array([passage.row for passage in passages], dtype=np.int64)
