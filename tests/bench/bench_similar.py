"""Similar cases: how often right on hard pairs, and how long it takes among 10,000 open cases.

python -m tests.bench.bench_similar
"""

import random
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bot import desk
from bot.app import open_index, read_meanings
from bot.cases import Awaiting, Matter
from bot.config import Settings
from bot.likeness import SIMILAR_FROM, Meaning
from bot.matters import MatterReader
from bot.meanings import Meanings
from bot.service import Service, read_service
from bot.store import Store
from index import Index, Paths
from tests.bench.table import print_table
from tests.problems import Pair, easy_pairs, hard_pairs, rates, scorer

ROOT = Path(__file__).parents[2]
CASES = 10_000
AT = datetime(2020, 3, 2, tzinfo=UTC)
_HAN = range(0x4E00, 0xA000)


def across_languages(pair: Pair) -> bool:
    """Whether one is told in Chinese and the other in English."""
    return len({any(ord(char) in _HAN for char in text) for text in (pair.one, pair.other)}) == 2


def quality(index: Index, service: Service, meanings: Meanings) -> list[tuple[str, str]]:
    """The rows on how often it is right."""
    score = scorer(index, service, meanings)
    groups = {
        f"{half}, {name}": [
            pair for pair in hard_pairs() if pair.half == half and across_languages(pair) in kinds
        ]
        for half in ("fit", "check")
        for name, kinds in (("all", (True, False)), ("zh-en only", (True,)))
    }
    rows = []
    for name, pairs in groups.items():
        precision, recall = rates(pairs, list(map(score, pairs)), SIMILAR_FROM)
        same = sum(pair.same for pair in pairs)
        told = f"precision {precision:.2f}, recall {recall:.2f}"
        rows.append((f"hard pairs, {name} ({same} same, {len(pairs) - same} not)", told))
    easy = easy_pairs()
    wrong = sum(score(pair) >= SIMILAR_FROM for pair in easy)
    return [*rows, ("pairs of other topic and place, told similar", f"{wrong} of {len(easy)}")]


def file_cases(store: Store, matters: list[Matter], meaning: Meaning) -> None:
    """Ten thousand cases, each a little different."""
    chance = random.Random(1)  # noqa: S311 (no secret)
    with store.transaction():
        resident = store.residents.met("web", "bench", at=AT).id
        for number in range(CASES):
            matter = chance.choice(matters)
            matter = replace(matter, text=f"{matter.text} {number}")
            draft = store.drafts.add(
                resident, matter, source=f"turn:{number}", awaiting=Awaiting.NOTHING, at=AT
            )
            case = store.cases.add(draft, number=f"WC-{number}", query_code="C", at=AT)
            store.drafts.change(replace(draft, case_id=case.id), at=AT)
            desk.note_meaning(store, case, meaning=meaning)


def milliseconds(store: Store, matters: list[Matter], meaning: Meaning) -> list[float]:
    """What each look-up takes, the first one included."""
    taken = []
    for matter in matters:
        start = time.perf_counter()
        desk.similar_cases(store, matter, meaning=meaning, at=AT)
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def main() -> None:
    """Measure and print one table."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(paths=Paths(content=ROOT / "content", var=Path(folder) / "var"))
        index = open_index(settings)
        meaning = Meaning(index.encoder.fingerprint, index.vectors)
        service = read_service(settings.paths.content / "service.toml")
        meanings = read_meanings(settings, service, index)
        reader = MatterReader(service, meanings)
        said = dict.fromkeys(text for pair in hard_pairs() for text in (pair.one, pair.other))
        matters = [reader.read(text, danger=False) for text in said]
        store = Store.open(Path(folder) / "bot.db")
        file_cases(store, matters, meaning)
        again = Store.open(Path(folder) / "bot.db")
        first, *others = milliseconds(again, matters, meaning)
        p50, p99 = np.percentile(others, [50, 99])
        rows = quality(index, service, meanings)
        again.close()
        store.close()
    print_table(
        "Similar cases",
        [
            *rows,
            (f"first look-up among {CASES:,} open cases (reads the vectors)", f"{first:.0f} ms"),
            ("later ones, p50", f"{p50:.1f} ms"),
            ("later ones, p99", f"{p99:.1f} ms"),
        ],
    )


if __name__ == "__main__":
    main()
