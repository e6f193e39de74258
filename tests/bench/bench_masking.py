"""How much of what tells who somebody is is hidden, by kind, and what is hidden without need.

Run from the project's root: `python -m tests.bench.bench_masking [FILE...]`; the files are plain
texts that tell of nobody, such as reports, of which nothing may be hidden. With `--missed` it also
prints what the half that rules are developed on still tells, with `--time` how long it takes.
"""

import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
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
        ("touched though there is nothing to hide", f"{len(touched)} of {len(plain)}"),
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


def hard_texts(text: str) -> Iterator[str]:
    """Messages of `SIGNS` signs in which a careless pattern would try over and over again."""
    yield (text * SIGNS)[:SIGNS]
    for at in range(len(text)):
        yield (text[:at] + " " * SIGNS)[:SIGNS] + text[at:]
        yield text[:at] + (text[at : at + 2] * SIGNS)[:SIGNS]


def seconds(message: str) -> float:
    """How long masking a message keeps a processor busy."""
    start = time.process_time()
    masked(message)
    return time.process_time() - start


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
    if "--time" in arguments:
        texts = [one.text for half in HALVES for one in samples(half)[::40]]
        slowest = max(seconds(hard) for text in texts for hard in hard_texts(text))
        print_table("Time", [(f"slowest of hard texts of {SIGNS} signs", f"{slowest:.2f} s")])
    files = [Path(name) for name in arguments if not name.startswith("--")]
    if files:
        touched = touched_in(files)
        print_table("Plain files", [("sentences in which something is hidden", str(len(touched)))])
        for text, shown in touched:
            print(f"{text}\n    {shown}")


if __name__ == "__main__":
    main(sys.argv[1:])
