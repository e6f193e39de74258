"""How often reports that nobody curated are answered from rightly.

Run from the project's root: `python -m tests.bench.measure_uncurated FOLDER`; the folder holds the
reports as text alone, `anhui-2026.txt` for the questions of `uncurated/anhui-2026/`. Each is
served by itself: no `ask`, no English, no evaluation to learn from. It prints a table, no verdict.
"""

import sys
import tempfile
from pathlib import Path

from index import Index, IndexSettings, Paths, build_index, load_index
from index.content import read_content
from index.evaluate import Outcome, outcomes
from index.gold import read_gold_set
from tests.bench.table import print_table

SETS = Path(__file__).parent / "uncurated"


def served_alone(text: Path, folder: Path) -> tuple[Index, Paths]:
    """The index of one report, its text as it is."""
    paths = Paths(content=folder / "content", var=folder / "var")
    (paths.content / "reports").mkdir(parents=True)
    (paths.content / "reports" / text.name).write_bytes(text.read_bytes())
    settings = IndexSettings()
    build_index(paths, settings)
    return load_index(paths, settings), paths


def share(some: list[bool]) -> str:
    """A share and of how many."""
    return f"{sum(some) / len(some):.2f} of {len(some)}"


def rows_of(name: str, results: list[Outcome]) -> list[tuple[str, str]]:
    """The table's rows for one report."""
    asked = [one for one in results if one.is_answerable]
    rows = [
        (f"{name}: right, {lang}", share([one.answered and one.first for one in group]))
        for lang in ("zh", "en")
        if (group := [one for one in asked if one.question.lang == lang])
    ]
    return [
        *rows,
        (f"{name}: wrong", share([one.answered and not one.first for one in asked])),
        (f"{name}: among the first three", share([one.top3 for one in asked])),
        *(
            (f"{name}: unanswerable answered, {kind}", share([one.answered for one in group]))
            for kind in ("near", "far")
            if (group := [one for one in results if one.question.style == kind])
        ),
    ]


def main() -> None:
    """Serve each report that has a set of questions, ask them, print the table."""
    if len(sys.argv) != 2:
        sys.exit("give the folder with the reports' texts")
    rows: list[tuple[str, str]] = []
    for questions in sorted(SETS.iterdir()):
        text = Path(sys.argv[1]) / f"{questions.name}.txt"
        if not text.exists():
            sys.exit(f"{text}: is not there")
        with tempfile.TemporaryDirectory() as folder:
            index, paths = served_alone(text, Path(folder))
            mistakes: list[str] = []
            gold = read_gold_set(questions, read_content(paths).reports, mistakes, [])
            if mistakes:
                sys.exit("\n".join(mistakes))
            rows += rows_of(questions.name, outcomes(index, gold.questions))
    print_table("Reports that nobody curated, index alone", rows)


if __name__ == "__main__":
    main()
