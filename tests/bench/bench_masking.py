"""How much of what tells who somebody is is hidden, by kind, and what is hidden without need.

Run from the project's root: `python -m tests.bench.bench_masking [FILE...]`; the files are plain
texts that tell of nobody, such as reports, of which nothing may be hidden. With `--missed` it also
prints what the half that rules are developed on still tells.
"""

import re
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from bot.masking import masked
from tests.bench.table import print_table
from tests.masking_samples import HALVES, STAYING, samples

SIGNS = 20_000
"""The longest message of which the time is measured."""


def share(hidden: int, all_: int) -> str:
    """A share and of how many."""
    return f"{hidden / all_:.3f} of {all_}" if all_ else "none"


def rows_of(half: str) -> list[tuple[str, str]]:
    """The figures of one half of the samples."""
    marked: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for sample in samples(half):
        marked.update(mark.kind for mark in sample.marks)
        told.update(mark.kind for mark in sample.told(masked(sample.text)))
    rows = [("all", share(marked.total() - told.total(), marked.total()))]
    rows += [(kind, share(marked[kind] - told[kind], marked[kind])) for kind in STAYING]
    plain = [sample for sample in samples(half) if not sample.marks]
    touched = [sample for sample in plain if masked(sample.text) != sample.text]
    return [
        *rows,
        ("messages with nothing to hide that were touched", f"{len(touched)} of {len(plain)}"),
    ]


def touched_in(files: Iterable[Path]) -> list[tuple[str, str]]:
    """Of the sentences of plain files, those in which something is hidden, as they are shown."""
    sentences = [
        sentence
        for file in files
        for sentence in re.split(r"[\n。；]", file.read_text(encoding="utf-8"))
        if sentence.strip()
    ]
    return [(one, masked(one)) for one in sentences if masked(one) != one]


def seconds(text: str) -> float:
    """How long a message of `SIGNS` signs, made of this text again and again, takes."""
    message = (text * SIGNS)[:SIGNS]
    start = time.perf_counter()
    masked(message)
    return time.perf_counter() - start


def print_missed() -> None:
    """What the half that rules are developed on still tells, or loses without need."""
    for sample in samples("developed"):
        shown = masked(sample.text)
        if sample.told(shown) or sample.lost(shown):
            print(f"{sample.text}\n    {shown}")


def main(arguments: list[str]) -> None:
    """Print the tables; with file names also what is hidden in them."""
    if "--missed" in arguments:
        print_missed()
    for half in HALVES:
        print_table(half, rows_of(half))
    slowest = max((seconds(one.text), one.text) for half in HALVES for one in samples(half))
    print_table(
        "Time", [(f"slowest of all samples repeated to {SIGNS} signs", f"{slowest[0]:.2f} s")]
    )
    files = [Path(name) for name in arguments if not name.startswith("--")]
    if files:
        touched = touched_in(files)
        print_table("Plain files", [("sentences in which something is hidden", str(len(touched)))])
        for text, shown in touched:
            print(f"{text}\n    {shown}")


if __name__ == "__main__":
    main(sys.argv[1:])
