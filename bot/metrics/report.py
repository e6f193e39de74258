"""All metrics of one window."""

from collections.abc import Callable
from datetime import datetime

from bot.metrics.basis import Basis, basis_of
from bot.metrics.counts import commitments, counts, early_warnings
from bot.metrics.measures import (
    at_street_level,
    contacted_in_time,
    done_in_first_time,
    done_in_time,
    handling_hours,
    overdue,
    repeated,
    returned,
    reworked,
    satisfied,
    signed_in_time,
    solved,
)
from bot.metrics.values import Metric, Report, Window
from bot.service import Service
from bot.store import Store

MEASURES: tuple[Callable[[Basis], Metric], ...] = (
    signed_in_time,
    done_in_time,
    done_in_first_time,
    contacted_in_time,
    solved,
    satisfied,
    returned,
    reworked,
    repeated,
    overdue,
    handling_hours,
    at_street_level,
    commitments,
    early_warnings,
    counts,
)
"""In the order of docs/workflow.md."""


def measure(store: Store, service: Service, window: Window, *, now: datetime) -> Report:
    """All metrics of a window, as of now; the database is only read."""
    return report_of(basis_of(store, service, window, now=now), window)


def report_of(basis: Basis, window: Window) -> Report:
    """All metrics of what was read of a window."""
    metrics = [one(basis) for one in MEASURES]
    return Report(window, basis.now, {metric.key: metric for metric in metrics})
