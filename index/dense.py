"""The dense leg: vectors of all passages in FAISS; of a commitment the nearest one counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.errors import StaleIndexError

if TYPE_CHECKING:
    import faiss

Matrix = NDArray[np.float32]

# A flat index is exact, but reads every vector: 512 dimensions take 0.3 ms at 2,000 vectors and
# 7 ms at 40,000, where HNSW with 32 neighbours takes 0.3 ms (measured on two cores).
_FLAT_UP_TO = 10_000
_NEIGHBOURS, _LOOKED_THROUGH = 32, 96
_NEAREST_PASSAGES = 120


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

    def score(self, questions: Matrix, besides: Sequence[int]) -> NDArray[np.float32]:
        """The nearness of commitments to the nearest of the questions' wordings.

        Args:
            questions: float32[n, dimension]; rows of length 1, or all zero and near nothing.
            besides: commitments to score whether or not they are among the nearest.

        Returns:
            float32[size], cosines in -1..1; 0 for all that is neither near nor in `besides`.
        """
        scores = np.zeros(self.size, dtype=np.float32)
        questions = questions[np.any(questions != 0, axis=1)]
        wanted = min(_NEAREST_PASSAGES, self.vectors.ntotal)
        if not len(questions) or not wanted:
            return scores
        cosines, ids = self.vectors.search(np.ascontiguousarray(questions), wanted)
        found = ids >= 0
        np.maximum.at(scores, self.rows[ids[found]], cosines[found])
        for row in besides:
            if not scores[row]:
                scores[row] = self._cosine(questions, row)
        return scores

    def _cosine(self, questions: Matrix, row: int) -> float:
        """The cosine of a commitment's best passage, 0 without any.

        One by one on purpose: so small a product stays in one thread.
        """
        own = self._table[self._starts[row] : self._starts[row + 1]]
        return float((own @ questions.T).max()) if len(own) else 0.0

    @cached_property
    def _table(self) -> Matrix:
        """float32[ntotal, dimension]: the vectors as FAISS holds them, not copied."""
        import faiss

        inner: Any = faiss.downcast_index(self.vectors.index)
        flat: Any = faiss.downcast_index(inner.storage) if hasattr(inner, "storage") else inner
        held = faiss.rev_swig_ptr(flat.get_xb(), flat.ntotal * flat.d)
        return np.asarray(held, dtype=np.float32).reshape(flat.ntotal, flat.d)

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """Where the vectors of each commitment begin: they stand in the commitments' order."""
        import faiss

        passages = faiss.vector_to_array(self.vectors.id_map)
        return np.searchsorted(self.rows[passages], np.arange(self.size + 1))

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
        passages: in the order of the rows and, within them, of the commitments.
        size: how many commitments there are.
    """
    import faiss

    faiss.omp_set_num_threads(1)
    dimension = vectors.shape[1]
    ids = np.flatnonzero(np.any(vectors != 0, axis=1)).astype(np.int64)
    inner: faiss.Index = faiss.IndexFlatIP(dimension)
    if len(ids) > _FLAT_UP_TO:
        graph = faiss.IndexHNSWFlat(dimension, _NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
        graph.hnsw.efSearch = _LOOKED_THROUGH
        inner = graph
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
