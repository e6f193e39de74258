"""The dense leg with up to a million commitments: time and recall of each kind of index.

Run from the project's root: `python -m tests.bench.bench_scale FOLDER [--most 1000000]`; the
folder holds reports as text alone. Commitments are made of theirs: two clauses, other numbers.
Every kind of index is shown at every size; the one that a build would choose has a *.
"""

import argparse
import re
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from index import IndexSettings
from index.dense import Kind, Passage, index_vectors, kind_for
from index.encoder import Encoder, open_encoder
from index.reports import read_report, split_report
from tests.bench.table import print_table

Matrix = NDArray[np.float32]

SIZES = (20_000, 100_000, 1_000_000)
QUESTIONS, NEAREST = 400, 10
KINDS: tuple[Kind, ...] = ("flat", "signs", "hnsw")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_TEXTS_AT_ONCE = 4096


def main() -> None:
    """Print a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="reports as text alone")
    parser.add_argument("--most", type=int, default=SIZES[-1])
    arguments = parser.parse_args()
    encoder = open_encoder(IndexSettings().encoder)
    chance = Random(1)  # noqa: S311 (no secrets)
    quotes = quotes_of(arguments.folder)
    questions = encoder.encode(asked_about(quotes, chance), role="query")
    for size in (size for size in SIZES if size <= arguments.most):
        vectors = encoded(encoder, list(made_of(quotes, size, chance)))
        exact = index_vectors(vectors, passages_of(size), size, kind="flat")
        nearest = exact.vectors.search(questions, NEAREST)[1]
        print_table(
            f"The dense leg with {size:,} commitments",
            [row for kind in KINDS for row in figures_of(kind, vectors, questions, nearest)],
        )


def quotes_of(folder: Path) -> list[str]:
    """The commitments of the reports in a folder."""
    found = []
    for file in sorted(folder.glob("*.txt")):
        report = read_report(file, file.name, [], own_id=file.stem)
        if report is not None:
            found += [commitment.quote for commitment in split_report(report)]
    return found


def asked_about(quotes: Sequence[str], chance: Random) -> list[str]:
    """Questions: a stretch of a commitment, as somebody may remember it."""
    asked = []
    for quote in chance.sample(quotes, QUESTIONS):
        start = chance.randrange(max(len(quote) // 2, 1))
        asked.append(f"{quote[start : start + chance.randint(6, 16)]}有多少？")
    return asked


def made_of(quotes: Sequence[str], size: int, chance: Random) -> Iterator[str]:
    """So many commitments, each two clauses of the reports with other numbers."""
    for _ in range(size):
        words = "，".join(part[:60] for part in chance.sample(quotes, 2))
        yield _NUMBER.sub(lambda _: str(chance.randint(1, 999)), words)


def encoded(encoder: Encoder, texts: Sequence[str]) -> Matrix:
    """float32[len(texts), dimension]."""
    vectors = np.empty((len(texts), encoder.dimension), dtype=np.float32)
    for start in range(0, len(texts), _TEXTS_AT_ONCE):
        some = texts[start : start + _TEXTS_AT_ONCE]
        vectors[start : start + len(some)] = encoder.encode(some, role="passage")
    return vectors


def passages_of(size: int) -> list[Passage]:
    """A passage for each commitment."""
    return [Passage("", row) for row in range(size)]


def figures_of(
    kind: Kind, vectors: Matrix, questions: Matrix, nearest: NDArray[np.int64]
) -> Iterator[tuple[str, str]]:
    """What an index of this kind takes, and how much of the nearest ten it finds."""
    size = len(vectors)
    name = f"{kind}{'*' if kind == kind_for(size) else ''}"
    start = time.perf_counter()
    index = index_vectors(vectors, passages_of(size), size, kind=kind)
    yield f"{name}, made", f"{time.perf_counter() - start:.1f} s"
    times, found = [], 0.0
    for question, wanted in zip(questions, nearest, strict=True):
        start = time.perf_counter()
        scores = index.score(question[None], [])
        times.append(time.perf_counter() - start)
        best = np.argpartition(-scores, NEAREST)[:NEAREST]
        found += len(set(best.tolist()) & set(wanted.tolist())) / NEAREST
    hundredths = statistics.quantiles(times, n=100)
    yield f"{name}, searched p50", f"{hundredths[49] * 1000:.2f} ms"
    yield f"{name}, searched p99", f"{hundredths[98] * 1000:.2f} ms"
    yield f"{name}, recall@{NEAREST}", f"{found / len(questions):.4f}"


if __name__ == "__main__":
    main()
