"""Time of an index build and of single searches over the evaluation's questions.

Run from the project's root: `python -m tests.bench.bench_index [FOLDER]`; the folder holds further
reports as text alone. It prints a table, no verdict.
"""

import shutil
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
    further = sorted(Path(sys.argv[1]).glob("*.txt")) if len(sys.argv) > 1 else []
    settings = IndexSettings()
    with tempfile.TemporaryDirectory() as folder:
        paths = Paths(content=Path(folder) / "content", var=Path(folder) / "var")
        shutil.copytree(CONTENT, paths.content)
        for report in further:
            shutil.copy(report, paths.content / "reports")
        gold = read_content(paths).gold
        questions = [question.text for question in gold.questions]
        if not questions:
            sys.exit("content/evaluation holds no question to search for")
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
        f"The index: {1 + len(further)} reports, {len(index.commitments)} commitments,"
        f" {len(times)} searches",
        [(name, f"{value * 1000:.2f} ms") for name, value in rows],
    )


if __name__ == "__main__":
    main()
