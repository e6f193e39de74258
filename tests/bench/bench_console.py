"""How long the staff's console takes with 50,000 cases: every tab, filter, sort and search, read
from the store and as whole pages over HTTP.

python -m tests.bench.bench_console [--cases 50000] [--times 60]
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import click
import httpx
import numpy as np

from bot.access import add_member, make_link
from bot.app import build_bot, open_index, web_site
from bot.cases import TIME_ZONE, CaseState, Kind, Role, Urgency
from bot.config import Settings
from bot.store import SORTS, Filters, Reader, Store, Tab
from index import Paths
from tests.bench.many_cases import COMMITMENTS, NOW, filled_store
from tests.bench.table import print_table
from tests.office import real_service
from tests.web_site import serving

READERS = {
    "dispatcher": Reader(Role.DISPATCHER),
    "supervisor": Reader(Role.SUPERVISOR),
    "handler": Reader(Role.HANDLER, "urban_management"),
}
SEARCHES = {
    "rare": "婚姻登记预约",
    "common, half of all cases": "路灯",
    "two common words": "路灯 现场",
    "one phrase of many pairs": "路灯坏了很久没人修",
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
    "commitment": Filters(commitment=COMMITMENTS[6]),
    "a month": Filters(since=_TODAY - timedelta(days=30), until=_TODAY),
    "unreachable": Filters(unreachable=True),
    "overdue, street and kind": Filters(tab=Tab.OVERDUE, street="nanhu", kind=Kind.HELP),
    "common word and category": Filters(text="路灯", category="environment"),
}

CONTENT = Path(__file__).parents[2] / "content"
PAGES = {
    **{f"{name}: {tab}": (name, f"/console/?tab={tab}") for name in READERS for tab in Tab},
    "search: rare": ("dispatcher", "/console/?q=婚姻登记预约"),
    "search: common": ("dispatcher", "/console/?q=路灯"),
    "search: two common words": ("dispatcher", "/console/?q=路灯+现场"),
    "search: end of a number": ("dispatcher", "/console/?q=0007"),
    "filters": ("dispatcher", "/console/?street=nanhu&kind=help&state=closed&since=2026-06-01"),
    "page 400": ("dispatcher", "/console/?tab=all&sort=newest&page=400"),
    "by urgency": ("dispatcher", "/console/?tab=all&sort=urgency"),
    "in English": ("dispatcher", "/console/?tab=all&lang=en"),
    "rows, something new": ("dispatcher", "/console/rows?tab=all&newest=0"),
    "board": ("dispatcher", "/console/commitments"),
    "public board": ("dispatcher", "/commitments"),
}
"""What is opened, by whom."""


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


async def page_figures(store: Store, folder: Path, *, times: int) -> list[tuple[str, np.ndarray]]:
    """Milliseconds that each page took, from the request to its last byte, so many times."""
    settings = Settings(paths=Paths(content=CONTENT, var=folder))
    bot = build_bot(settings, store=store, index=open_index(settings), now=lambda: NOW)
    figures = []
    async with serving(web_site(bot)) as url:
        clerks = {
            role: await _signed_in(store, url, role, reader) for role, reader in READERS.items()
        }
        for name, (role, path) in PAGES.items():
            milliseconds = []
            for _ in range(times + 1):
                began = time.perf_counter()
                response = await clerks[role].get(path)
                milliseconds.append((time.perf_counter() - began) * 1000)
                response.raise_for_status()
            figures.append((name, np.array(milliseconds[1:])))  # the first compiles templates
        for clerk in clerks.values():
            await clerk.aclose()
    return figures


async def _signed_in(store: Store, url: str, name: str, reader: Reader) -> httpx.AsyncClient:
    """A browser of somebody with a role."""
    add_member(store, real_service(), name, str(reader.role), reader.unit, at=NOW)
    code = make_link(store, name, at=NOW, purpose="console")
    client = httpx.AsyncClient(base_url=url, headers={"Accept-Language": "zh-CN"}, timeout=60)
    headers = {"Sec-Fetch-Site": "same-origin"}
    entered = await client.post("/console/enter", data={"code": code}, headers=headers)
    if entered.status_code != 303:
        raise RuntimeError(f"{name} was not signed in: {entered.status_code}")
    return client


async def measure(folder: Path, *, cases: int, times: int) -> None:
    """Fill a database in a folder, then read it and open its pages as staff do."""
    began = time.perf_counter()
    store = filled_store(folder / "bot.db", cases)
    click.echo(f"filled in {time.perf_counter() - began:.0f} s", err=True)
    try:
        print_figures(f"The queue with {cases} cases", await timed(readings(store), times=times))
        print_figures(
            f"Pages over HTTP with {cases} cases", await page_figures(store, folder, times=times)
        )
    finally:
        store.close()


@click.command()
@click.option("--cases", default=50_000, help="How many cases there are.")
@click.option("--times", default=60, help="How often each thing is done.")
def main(cases: int, times: int) -> None:
    """Fill a database in a folder of its own, then measure."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), cases=cases, times=times))


if __name__ == "__main__":
    main()
