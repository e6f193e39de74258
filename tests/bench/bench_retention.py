"""How long a retention run holds the writer over many cases.

Run from the project's root: `python -m tests.bench.bench_retention [CASES]`; fills a database of
its own in a temporary folder, lets four years go by, deletes all that is due.
"""

import sys
import tempfile
import time
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

from bot.config import RetentionSettings
from bot.retention import RetentionRun, terms
from bot.store import Store
from tests.bench.many_cases import NOW, filled_store
from tests.bench.table import print_table

YEARS = timedelta(days=4 * 365)


def timed_steps(store: Store) -> dict[str, list[float]]:
    """The seconds of each batch, by what it deleted; the last one looks once more at all."""
    run = RetentionRun(store, RetentionSettings(), drop_photo=lambda _: None, at=NOW + YEARS)
    seconds: dict[str, list[float]] = defaultdict(list)
    is_more = True
    while is_more:
        before, start = dict(run.counts), time.perf_counter()
        with store.transaction():
            is_more = run.step()
        took = time.perf_counter() - start
        name = next((key for key in run.counts if run.counts[key] != before.get(key, 0)), "last")
        seconds[name].append(took)
    return seconds


def main(cases: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        store = filled_store(Path(folder) / "bot.db", cases)
        start = time.perf_counter()
        due = sum(term.due for term in terms(store, RetentionSettings(), at=NOW + YEARS))
        rows = [
            (
                f"{cases} cases: counting what is due ({due})",
                f"{time.perf_counter() - start:.2f} s",
            )
        ]
        for name, seconds in timed_steps(store).items():
            figure = f"{max(seconds) * 1000:.0f} ms; {len(seconds)} batches, {sum(seconds):.1f} s"
            rows.append((f"{name}: longest batch; all", figure))
        print_table("Retention", rows)
        store.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
