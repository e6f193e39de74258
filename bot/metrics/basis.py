"""What the metrics of a window are counted from, and how a figure is given for each group."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.metrics.values import GROUPINGS, UNKNOWN, Figure, Metric, Window
from bot.service import Service
from bot.store import CaseRecord, ClockRecord, Records, Store

Item = tuple[str, str, Collection[str], float]
"""What one thing adds to a figure, after its category, its street and its units."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What all metrics of a window are counted from.

    Attributes:
        begin, end: the window, in UTC; `end` is not in it.
        units: case id -> the units that answer or answered for it, lead or support.
        leads: the same of those that lead.
    """

    service: Service
    begin: datetime
    end: datetime
    now: datetime
    records: Records
    units: Mapping[int, Collection[str]]
    leads: Mapping[int, Collection[str]]

    def units_of(self, case: CaseRecord) -> Collection[str]:
        """The units of a case; of one that was merged and has none those of the other."""
        return self.units.get(case.id) or self.units.get(case.master_id or 0, ())

    def leads_of(self, case: CaseRecord) -> Collection[str]:
        """The lead units of a case; of one that was merged and has none those of the other."""
        return self.leads.get(case.id) or self.leads.get(case.master_id or 0, ())

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment is in the window; what never came about is not."""
        return moment is not None and self.begin <= moment < self.end

    def filed(self) -> Iterator[CaseRecord]:
        """The cases that were filed in the window, whatever became of them."""
        return (one for one in self.records.cases if self.holds(one.submitted_at))

    def clocks(self, name: str) -> Iterator[ClockRecord]:
        """The clocks of a name."""
        return (one for one in self.records.clocks if one.name == name)


def basis_of(store: Store, service: Service, window: Window, *, now: datetime) -> Basis:
    """Read what a window is measured by."""
    begin, end = window.begin, window.end
    records = store.figures.read(begin, end, now=now, spots_since=begin - warn_within(service))
    units, leads = _units(records)
    return Basis(service, begin, end, now, records, units, leads)


def _units(records: Records) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    units: dict[int, set[str]] = defaultdict(set)
    leads: dict[int, set[str]] = defaultdict(set)
    for part in records.parts:
        if part.is_live:
            units[part.case_id].add(part.unit)
            if part.is_lead:
                leads[part.case_id].add(part.unit)
    return dict(units), dict(leads)


def warn_within(service: Service) -> timedelta:
    """The time of 苗头预警."""
    return timedelta(minutes=service.calendar.minutes(service.early_warning.within))


def item_of(basis: Basis, case: CaseRecord, part: float) -> Item:
    """What a case adds to a figure, for the units that lead it."""
    return case.category, case.street, basis.leads_of(case), part


def metric_of(
    key: str,
    name_zh: str,
    items: Sequence[Item],
    figure: Callable[[Sequence[float]], Figure],
) -> Metric:
    """A figure of all items, and the same by category, street and unit."""
    keyed: dict[str, Iterable[tuple[str, float]]] = {
        "category": ((category, part) for category, _, _, part in items),
        "street": ((street, part) for _, street, _, part in items),
        "unit": ((unit, part) for _, _, units, part in items for unit in units),
    }
    groups = {grouping: grouped(keyed[grouping], figure) for grouping in GROUPINGS}
    return Metric(key, name_zh, figure([part for *_, part in items]), groups)


def grouped(
    parts: Iterable[tuple[str, float]], figure: Callable[[Sequence[float]], Figure]
) -> dict[str, Figure]:
    """A figure of each group by its code, the largest n first."""
    groups: dict[str, list[float]] = defaultdict(list)
    for code, part in parts:
        groups[code or UNKNOWN].append(part)
    in_order = sorted(groups.items(), key=lambda one: (-len(one[1]), one[0]))
    return {code: figure(found) for code, found in in_order}
