"""The dense leg: vectors of all passages in FAISS; of a commitment the nearest one counts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from index.errors import StaleIndexError
from index.writing import Write

if TYPE_CHECKING:
    import faiss

Matrix = NDArray[np.float32]
Kind = Literal["flat", "signs", "hnsw"]
"""How vectors are searched: all of them; by their signs, the nearest exactly; along a graph."""

# A flat index is exact, but reads every vector, which takes 20 ms at 100,000 of 512 dimensions.
# The signs of the dimensions are 32 times smaller: the nearest by them, compared exactly, hold
# 99.8% of the nearest ten in 1.3 ms, and nothing has to be learnt or linked, so that a build with
# one new line is quick and the same inputs give the same bytes. From half a million on HNSW looks
# at fewer vectors. Measured: `python -m tests.bench.bench_scale`.
_FLAT_UP_TO, _SIGNS_UP_TO = 10_000, 500_000
_COMPARED_EXACTLY = 5.0  # so many times what is wanted
_NEIGHBOURS, _LINKED_BY, _LOOKED_THROUGH = 32, 120, 512
_NEAREST_PASSAGES = 120
_PIECE_BYTES = 1 << 20


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
        content: what the vectors were read from; they stand in it, and are not copied.
    """

    vectors: "faiss.IndexIDMap2"
    rows: NDArray[np.int64]
    size: int
    content: bytes = field(default=b"", repr=False, compare=False)

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
        for part in ("storage", "refine_index"):
            if hasattr(inner, part):
                inner = faiss.downcast_index(getattr(inner, part))
        held = faiss.rev_swig_ptr(inner.get_xb(), inner.ntotal * inner.d)
        return np.asarray(held, dtype=np.float32).reshape(inner.ntotal, inner.d)

    @property
    def kind(self) -> Kind:
        """How the vectors are searched."""
        return kind_for(self.vectors.ntotal)

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """Where the vectors of each commitment begin: they stand in the commitments' order."""
        import faiss

        passages = faiss.vector_to_array(self.vectors.id_map)
        return np.searchsorted(self.rows[passages], np.arange(self.size + 1))

    def vectors_of(self, passages: Sequence[int]) -> Matrix:
        """float32[len(passages), dimension], all zero where a passage has no vector or is -1."""
        import faiss

        held = faiss.vector_to_array(self.vectors.id_map)
        wanted = np.asarray(passages, dtype=np.int64)
        if not len(held):
            return np.zeros((len(wanted), self.vectors.d), dtype=np.float32)
        places = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
        found = self._table[places]
        found[held[places] != wanted] = 0
        return found

    def write_to(self, write: Write) -> None:
        """Give the FAISS index as a file's content, piece by piece."""
        import faiss

        # The stubs of faiss leave this writer out.
        writer = faiss.PyCallbackIOWriter(write, _PIECE_BYTES)  # type: ignore[attr-defined]
        faiss.write_index(self.vectors, writer)

    def to_bytes(self) -> bytes:
        """The FAISS index as a file's content."""
        content = BytesIO()
        self.write_to(content.write)
        return content.getvalue()


def index_vectors(
    vectors: Matrix, passages: Sequence[Passage], size: int, *, kind: Kind | None = None
) -> DenseIndex:
    """Put the passages' vectors into FAISS.

    Args:
        vectors: float32[n_passages, dimension]; an all-zero row stands for no vector.
        passages: in the order of the rows and, within them, of the commitments.
        size: how many commitments there are.
        kind: how they are searched; None chooses by their number.
    """
    import faiss

    faiss.omp_set_num_threads(1)
    dimension = vectors.shape[1]
    ids = np.flatnonzero(np.any(vectors != 0, axis=1)).astype(np.int64)
    index = faiss.IndexIDMap2(_empty(kind or kind_for(len(ids)), dimension))
    index.add_with_ids(vectors if len(ids) == len(vectors) else vectors[ids], ids)
    return DenseIndex(index, _rows(passages), size)


def kind_for(count: int) -> Kind:
    """How that many vectors are searched."""
    return "flat" if count <= _FLAT_UP_TO else "signs" if count <= _SIGNS_UP_TO else "hnsw"


def _empty(kind: Kind, dimension: int) -> "faiss.Index":
    import faiss

    flat = faiss.IndexFlatIP(dimension)
    if kind == "flat":
        return flat
    if kind == "signs":
        signs: Any = faiss.IndexLSH(dimension, dimension, False, False)
        signs.metric_type = faiss.METRIC_INNER_PRODUCT  # it counts bits either way
        refined = faiss.IndexRefine(signs, flat)  # which the Python object keeps alive
        refined.k_factor = _COMPARED_EXACTLY
        return refined
    graph = faiss.IndexHNSWFlat(dimension, _NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction, graph.hnsw.efSearch = _LINKED_BY, _LOOKED_THROUGH
    return graph


def read_vectors(content: bytes, passages: Sequence[Passage], size: int) -> DenseIndex:
    """Read what `DenseIndex.to_bytes` wrote.

    Raises:
        StaleIndexError: it is not an index over these passages.
    """
    import faiss

    faiss.omp_set_num_threads(1)  # a second thread never helps a single question
    held = np.frombuffer(content, dtype=np.uint8)
    # The stubs of faiss leave this reader out.
    reader = faiss.ZeroCopyIOReader(faiss.swig_ptr(held), len(held))  # type: ignore[attr-defined]
    index = faiss.read_index(reader, faiss.IO_FLAG_MMAP_IFC)
    if not isinstance(index, faiss.IndexIDMap2) or index.ntotal > len(passages):
        raise StaleIndexError("vectors of other passages", "one vector a passage")
    return DenseIndex(index, _rows(passages), size, content)


def _rows(passages: Sequence[Passage]) -> NDArray[np.int64]:
    return np.array([passage.row for passage in passages], dtype=np.int64)
