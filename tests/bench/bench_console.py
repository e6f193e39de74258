"""How long the staff's console takes with 50,000 cases: every tab, filter, sort and search.

python -m tests.bench.bench_console [--cases 50000] [--times 60]
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import click
import numpy as np

from bot.cases import TIME_ZONE, CaseState, Kind, Role, Urgency
from bot.store import SORTS, Filters, Reader, Store, Tab
from tests.bench.many_cases import NOW, filled_store
from tests.bench.table import print_table

READERS = {
    "dispatcher": Reader(Role.DISPATCHER),
    "supervisor": Reader(Role.SUPERVISOR),
    "handler": Reader(Role.HANDLER, "urban_management"),
}
SEARCHES = {
    "rare": "婚姻登记预约",
    "common, half of all cases": "路灯",
    "two common words": "路灯 现场",
    "one character": "路",
    "two words": "路面塌陷 得胜桥",
    "quoted": '"胭脂路 12号"',
    "Latin beginning": "elev",
    "nothing found": "潜水艇",
}
_TODAY = NOW.astimezone(TIME_ZONE).date()
FILTERS = {
    "state": Filters(states=(CaseState.IN_PROGRESS, CaseState.LEDGER)),
    "kind": Filters(kind=Kind.COMPLAINT),
    "category": Filters(category="environment"),
    "street": Filters(street="nanhu"),
    "unit": Filters(unit="urban_management"),
    "urgency": Filters(urgency=Urgency.URGENT),
    "commitment": Filters(commitment="wuchang-2020/7"),
    "a month": Filters(since=_TODAY - timedelta(days=30), until=_TODAY),
    "unreachable": Filters(unreachable=True),
    "overdue, street and kind": Filters(tab=Tab.OVERDUE, street="nanhu", kind=Kind.HELP),
    "common word and category": Filters(text="路灯", category="environment"),
}


def readings(store: Store) -> dict[str, Callable[[], object]]:
    """What a member of staff asks the store for, by what it is called."""
    queue, number = store.queue, store.cases.get(1).number
    found = {
        f"page: {name}, {tab}": _page(store, Filters(tab), reader)
        for name, reader in READERS.items()
        for tab in Tab
    }
    found |= {f"page: filter {name}": _page(store, one) for name, one in FILTERS.items()}
    for name, words in {**SEARCHES, "number": number, "end of a number": number[-9:]}.items():
        found[f"search: {name}"] = _page(store, Filters(text=words))
    for sort in SORTS:
        found[f"sort: {sort}, page 1"] = _page(store, Filters(), sort=sort)
        found[f"sort: {sort}, page 400"] = _page(store, Filters(), sort=sort, offset=19_950)
    for name, reader in READERS.items():
        found[f"counts: {name}"] = lambda reader=reader: queue.counts(reader, at=NOW)
    found["ids: all, for an export"] = lambda: queue.ids(Filters(), READERS["dispatcher"], at=NOW)
    found["may_see: handler"] = lambda: queue.may_see(17, READERS["handler"])
    found["newest_step"] = queue.newest_step
    return found


def _page(
    store: Store, filters: Filters, reader: Reader = READERS["dispatcher"], **named: object
) -> Callable[[], object]:
    return lambda: store.queue.page(filters, reader, at=NOW, **named)


async def timed(
    work: Mapping[str, Callable[[], object]], *, times: int
) -> list[tuple[str, np.ndarray]]:
    """Milliseconds that each piece of work took, so many times."""
    figures = []
    for name, read in work.items():
        milliseconds = []
        for _ in range(times):
            began = time.perf_counter()
            read()
            milliseconds.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0)
        figures.append((name, np.array(milliseconds)))
    return figures


def print_figures(title: str, figures: list[tuple[str, np.ndarray]]) -> None:
    """Print p50, p95 and p99."""
    rows = []
    for name, milliseconds in figures:
        p50, p95, p99 = np.percentile(milliseconds, [50, 95, 99])
        rows.append((name, f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms"))
    print_table(title, rows)


async def measure(folder: Path, *, cases: int, times: int) -> None:
    """Fill a database in a folder, then read it as staff do."""
    began = time.perf_counter()
    store = filled_store(folder / "bot.db", cases)
    click.echo(f"filled in {time.perf_counter() - began:.0f} s", err=True)
    try:
        figures = await timed(readings(store), times=times)
    finally:
        store.close()
    print_figures(f"The queue with {cases} cases", figures)


@click.command()
@click.option("--cases", default=50_000, help="How many cases there are.")
@click.option("--times", default=60, help="How often each thing is done.")
def main(cases: int, times: int) -> None:
    """Fill a database in a folder of its own, then measure."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), cases=cases, times=times))


if __name__ == "__main__":
    main()
