"""What a metric is: a figure with its n, the same of each group, and what stands beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from statistics import median, quantiles
from typing import Self

from bot.cases import TIME_ZONE

LEAST_N = 20
"""Of fewer there is no rate, only what was counted (docs/workflow.md, metrics)."""
DAYS = 30
"""How many days a window has, unless told otherwise."""
FIRST_YEAR, LAST_YEAR = 1970, 2999
"""Between them every moment exists in every time zone."""
GROUPINGS = ("category", "street", "unit")
UNKNOWN = "unknown"
"""不清楚: the group of what has no street."""

Value = float | int | str | None


@dataclass(frozen=True, slots=True)
class Window:
    """Days in Wuhan, the first and the last of them included."""

    since: date
    until: date

    @classmethod
    def of(cls, since: date | None, until: date | None, *, today: date) -> Self:
        """The window from one day to another: without an end it ends today, without a beginning
        it has 30 days.

        Raises:
            ValueError: it ends before it begins, or is beyond all calendars.
        """
        until = until or today
        if not FIRST_YEAR <= until.year <= LAST_YEAR or (since and since.year < FIRST_YEAR):
            raise ValueError(f"only the years from {FIRST_YEAR} to {LAST_YEAR} can be measured")
        since = since or until - timedelta(days=DAYS - 1)
        if since > until:
            raise ValueError(f"{since} is after {until}")
        return cls(since, until)

    @property
    def begin(self) -> datetime:
        """Its first moment, in UTC."""
        return datetime.combine(self.since, time(), TIME_ZONE).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it, in UTC."""
        after = self.until + timedelta(days=1)
        return datetime.combine(after, time(), TIME_ZONE).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number.

    Attributes:
        value: unrounded; a rate is a share of 1. None if n is too small to say it.
        n: of how many it is said.
        more: what it was made of, or says besides, by name.
    """

    value: float | None
    n: int
    more: Mapping[str, Value] = field(default_factory=dict)

    @classmethod
    def share(cls, parts: Sequence[float]) -> Self:
        """How much of n things holds: of each 1, 0, or something between."""
        count, n = sum(parts), len(parts)
        whole = int(count) if count == int(count) else count
        return cls(count / n if n >= LEAST_N else None, n, {"count": whole})

    @classmethod
    def spread(cls, hours: Sequence[float]) -> Self:
        """Median and 90th percentile of hours, interpolated (Hyndman and Fan 1996, type 7)."""
        n = len(hours)
        if n < LEAST_N:
            return cls(None, n, {"p90": None})
        return cls(median(hours), n, {"p90": quantiles(hours, n=10, method="inclusive")[-1]})

    @classmethod
    def number(cls, count: int, n: int) -> Self:
        """How many there are; that can be said of ever so few."""
        return cls(count, n)

    def as_json(self) -> dict[str, object]:
        """As `--json` has it."""
        return {"value": self.value, "n": self.n, **self.more}


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure by its names, with the same of each group.

    Attributes:
        key: its name in JSON; never changed.
        groups: `category`, `street`, `unit`, ... -> code -> figure, the largest n first.
        beside: figures that are read with it and are no part of it, by name.
        rows: what it lists, each row by column.
    """

    key: str
    name_zh: str
    figure: Figure
    groups: Mapping[str, Mapping[str, Figure]] = field(default_factory=dict)
    beside: Mapping[str, Figure] = field(default_factory=dict)
    rows: Sequence[Mapping[str, Value]] | None = None

    def as_json(self) -> dict[str, object]:
        """As `--json` has it."""
        told: dict[str, object] = {"name_zh": self.name_zh, **self.figure.as_json()}
        for name, figure in self.beside.items():
            told[name] = figure.as_json()
        for grouping, figures in self.groups.items():
            told[f"by_{grouping}"] = {code: one.as_json() for code, one in figures.items()}
        if self.rows is not None:
            told["rows"] = [dict(row) for row in self.rows]
        return told


@dataclass(frozen=True, slots=True)
class Report:
    """All metrics of one window, as of one moment."""

    window: Window
    now: datetime
    metrics: Mapping[str, Metric]

    def as_json(self) -> dict[str, object]:
        """One object: `window`, `now`, and each metric under its key."""
        window = {"since": self.window.since.isoformat(), "until": self.window.until.isoformat()}
        metrics = {key: metric.as_json() for key, metric in self.metrics.items()}
        return {"window": window, "now": self.now.isoformat(), **metrics}
