"""Time of an index build and of single searches over the evaluation's questions.

Run from the project's root: `python -m tests.bench.bench_index`. It prints a table, no verdict.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from index import IndexSettings, Paths, build_index, load_index
from index.content import read_content
from tests.bench.table import print_table

CONTENT = Path(__file__).parents[2] / "content"
ROUNDS = 5


def seconds(action: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main() -> None:
    """Build in a temporary folder, search every question of the evaluation, print the table."""
    gold = read_content(Paths(content=CONTENT)).gold
    questions = [question.text for question in gold.questions]
    if not questions:
        sys.exit("content/evaluation holds no question to search for")
    settings = IndexSettings()
    with tempfile.TemporaryDirectory() as folder:
        paths = Paths(content=CONTENT, var=Path(folder))
        rows = [
            ("build from nothing", seconds(lambda: build_index(paths, settings))),
            ("build, nothing changed", seconds(lambda: build_index(paths, settings))),
            ("load, every hash verified", seconds(lambda: load_index(paths, settings))),
        ]
        index = load_index(paths, settings)
        index.search(questions[0])
        times = [
            seconds(lambda question=question: index.search(question))  # type: ignore[misc]
            for _ in range(ROUNDS)
            for question in questions
        ]
    hundredths = statistics.quantiles(times, n=100)
    rows += [("search p50", hundredths[49]), ("search p99", hundredths[98])]
    print_table(
        f"The index: {len(index.commitments)} commitments, {len(times)} searches",
        [(name, f"{value * 1000:.2f} ms") for name, value in rows],
    )


if __name__ == "__main__":
    main()
