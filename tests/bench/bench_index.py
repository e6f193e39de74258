"""Time and memory of an index build by its command, and of single searches over the evaluation.

Run from the project's root: `python -m tests.bench.bench_index [FOLDER]`; the folder holds further
reports as text alone. It prints a table, no verdict.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from index import IndexSettings, Paths, load_index
from index.content import read_content
from tests.bench.table import print_table

PROJECT = Path(__file__).parents[2]
ROUNDS = 5
LINE = "新建口袋公园12个。\n"


def seconds(action: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def command(folder: Path, *words: str) -> str:
    """Run `python -m index` over the folder's content; how long it took and its most memory."""
    environment = {**os.environ, "BOT_CONFIG": str(folder / "config.toml")}
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "index", *words],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"python -m index {' '.join(words)}: ended with {process.returncode}")
    return f"{time.perf_counter() - start:.1f} s, {used.ru_maxrss / 1024:.0f} MB"


def change_a_line(folder: Path) -> None:
    """Add a sentence to a report that nobody curated, or a question to a commitment."""
    bare = sorted((folder / "content" / "reports").glob("*.txt"))
    if bare:
        bare[0].write_text(bare[0].read_text(encoding="utf-8") + LINE, encoding="utf-8")
        return
    file = folder / "content" / "reports" / "wuchang-2020" / "commitments.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("ask = [", 'ask = [\n  "口袋公园?",', 1), encoding="utf-8")


def main() -> None:
    """Build in a temporary folder, search every question of the evaluation, print the table."""
    further = sorted(Path(sys.argv[1]).glob("*.txt")) if len(sys.argv) > 1 else []
    settings = IndexSettings()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = Paths(content=folder / "content", var=folder / "var")
        shutil.copytree(PROJECT / "content", paths.content)
        (folder / "config.toml").write_text("", encoding="utf-8")
        for report in further:
            shutil.copy(report, paths.content / "reports")
        gold = read_content(paths).gold
        questions = [question.text for question in gold.questions]
        if not questions:
            sys.exit("content/evaluation holds no question to search for")
        rows = [("index build --hold, from nothing", command(folder, "build", "--hold"))]
        rows += [("index activate, with the evaluation", command(folder, "activate"))]
        rows += [("index build --hold, nothing changed", command(folder, "build", "--hold"))]
        change_a_line(folder)
        rows += [("index build --hold, one line changed", command(folder, "build", "--hold"))]
        times = [("load, every hash verified", seconds(lambda: load_index(paths, settings)))]
        index = load_index(paths, settings)
        index.search(questions[0])
        searched = [
            seconds(lambda question=question: index.search(question))  # type: ignore[misc]
            for _ in range(ROUNDS)
            for question in questions
        ]
    hundredths = statistics.quantiles(searched, n=100)
    times += [("search p50", hundredths[49]), ("search p99", hundredths[98])]
    print_table(
        f"The index: {1 + len(further)} reports, {len(index.commitments)} commitments,"
        f" {len(searched)} searches",
        [*rows, *((name, f"{value * 1000:.2f} ms") for name, value in times)],
    )


if __name__ == "__main__":
    main()
