"""The dense leg: whatever way the vectors are searched, the nearest are found."""

import numpy as np
import pytest

from index.dense import Kind, Passage, index_vectors, kind_for, read_vectors

SIZE, DIMENSION, NEAREST = 3000, 64, 10
KINDS: list[Kind] = ["flat", "signs", "hnsw"]


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    """float32[SIZE, DIMENSION] in fifty clusters, rows of length 1; the sixth has none."""
    chance = np.random.default_rng(1)
    centres = chance.normal(size=(50, DIMENSION))
    found = centres[chance.integers(50, size=SIZE)] + chance.normal(size=(SIZE, DIMENSION)) * 0.7
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    found[5] = 0
    return found.astype(np.float32)


def passages() -> list[Passage]:
    """Two passages for each commitment."""
    return [Passage(str(place), place // 2) for place in range(SIZE)]


@pytest.mark.parametrize(
    ("count", "kind"),
    [
        (0, "flat"),
        (10_000, "flat"),
        (10_001, "signs"),
        (500_000, "signs"),
        (500_001, "hnsw"),
    ],
)
def test_the_kind_follows_from_the_number_of_vectors(count: int, kind: Kind) -> None:
    assert kind_for(count) == kind


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_finds_the_nearest(vectors: np.ndarray, kind: Kind) -> None:
    index = index_vectors(vectors, passages(), SIZE // 2, kind=kind)
    questions = vectors[10:110] + 0.05
    questions /= np.linalg.norm(questions, axis=1, keepdims=True)
    wanted = np.argsort(-(questions @ vectors.T), axis=1)[:, :NEAREST]
    _, found = index.vectors.search(np.ascontiguousarray(questions), NEAREST)
    shared = [len(set(a) & set(b)) / NEAREST for a, b in zip(wanted, found, strict=True)]
    assert np.mean(shared) >= 0.9
    scores = index.score(vectors[[10]], [])
    assert int(scores.argmax()) == 5
    assert scores[5] == pytest.approx(1)


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_gives_the_same_index(vectors: np.ndarray, kind: Kind) -> None:
    made = index_vectors(vectors, passages(), SIZE // 2, kind=kind)
    content = made.to_bytes()
    read = read_vectors(content, passages(), SIZE // 2)
    question = vectors[[77]]
    assert read.to_bytes() == content
    assert np.array_equal(read.score(question, [3]), made.score(question, [3]))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_vectors_give_the_same_bytes(vectors: np.ndarray, kind: Kind) -> None:
    first, second = (
        index_vectors(vectors, passages(), SIZE // 2, kind=kind).to_bytes() for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize("kind", KINDS)
def test_vectors_are_given_back_and_none_is_all_zero(vectors: np.ndarray, kind: Kind) -> None:
    index = index_vectors(vectors, passages(), SIZE // 2, kind=kind)
    wanted = [0, 5, 6, SIZE - 1]
    assert np.array_equal(index.vectors_of(wanted), vectors[wanted])


def test_an_index_without_vectors_gives_none() -> None:
    index = index_vectors(np.zeros((2, 4), np.float32), passages()[:2], 1)
    assert index.vectors_of([0, 1]).tolist() == [[0.0] * 4] * 2
    assert index.score(np.ones((1, 4), np.float32), [0]).tolist() == [0.0]
