"""docs/workflow.md's metrics, each with its window and n: what `python -m bot metrics` prints.

`values` says what a metric is, `measures` and `counts` how each is computed, `tables` how they are
read.
"""

from bot.metrics.basis import Basis, basis_of
from bot.metrics.report import measure, report_of
from bot.metrics.tables import lines_of
from bot.metrics.values import LEAST_N, Figure, Metric, Report, Window

__all__ = [
    "LEAST_N",
    "Basis",
    "Figure",
    "Metric",
    "Report",
    "Window",
    "basis_of",
    "lines_of",
    "measure",
    "report_of",
]
