"""How soon a running bot answers from a new build, and how long questions take meanwhile.

Run from the project's root: `python -m tests.bench.bench_swap [FOLDER]`; the folder holds further
reports as text alone. It prints a table, no verdict.
"""

import asyncio
import gc
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bot.answers import answers
from bot.app import build_bot, open_index, open_store
from bot.app.live import LiveIndex, keep_up
from bot.config import Settings
from index import Paths, try_out
from index.build import make_build
from index.builds import active_build, builds_folder, make_active
from index.content import read_content
from tests.bench.bench_index import PROJECT, change_a_line
from tests.bench.table import print_table

SWAPS = 5


async def timed(
    live: LiveIndex, settings: Settings, questions: list[str]
) -> list[tuple[str, str]]:
    """Activate two builds in turn while questions are asked one after the other."""
    folder = builds_folder(settings.paths.var)
    names = [active_build(folder).name]
    change_a_line(settings.paths.var.parent)
    names.append(make_build(settings.paths, settings.index).build.name)
    try_out(live())
    keeping_up = asyncio.create_task(keep_up(live, settings, then=gc.freeze))
    taken: list[float] = []
    asked: list[float] = []
    for swap in range(1, SWAPS + 1):
        wanted = names[swap % 2]
        make_active(folder / wanted)
        begun = time.perf_counter()
        while live().build_id != wanted:
            start = time.perf_counter()
            await answers(live(), questions[len(asked) % len(questions)])
            asked.append(time.perf_counter() - start)
            await asyncio.sleep(0)
        taken.append(time.perf_counter() - begun)
    keeping_up.cancel()
    await asyncio.wait({keeping_up})
    hundredths = statistics.quantiles(asked, n=100)
    return [
        ("from activation to answering, median", f"{statistics.median(taken):.1f} s"),
        ("the slowest", f"{max(taken):.1f} s"),
        (f"{len(asked)} questions meanwhile, p50", f"{hundredths[49] * 1000:.1f} ms"),
        ("p99", f"{hundredths[98] * 1000:.1f} ms"),
        ("the slowest", f"{max(asked) * 1000:.0f} ms"),
    ]


def main() -> None:
    """Build in a temporary folder, swap, print the table."""
    further = sorted(Path(sys.argv[1]).glob("*.txt")) if len(sys.argv) > 1 else []
    with tempfile.TemporaryDirectory() as name:
        paths = Paths(content=Path(name) / "content", var=Path(name) / "var")
        shutil.copytree(PROJECT / "content", paths.content)
        for report in further:
            shutil.copy(report, paths.content / "reports")
        settings = Settings(paths=paths)
        questions = [question.text for question in read_content(paths).gold.questions]
        bot = build_bot(settings, store=open_store(settings), index=open_index(settings))
        rows = asyncio.run(timed(bot.live, settings, questions))
        bot.store.close()
    print_table(f"Swapping builds of {1 + len(further)} reports under questions", rows)


if __name__ == "__main__":
    main()
