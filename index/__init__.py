"""Content to commitments to hits: reports are read, indexed and searched here.

Only the names below are for others; this package knows no channel, case or database.
"""

from index.activation import active_mark, active_name, build_index
from index.build import load_index
from index.canaries import try_out
from index.config import IndexSettings, Paths, Section, config_path, read_config
from index.content import ReportContent, check_content, read_reports
from index.errors import ContentError, EncoderError, StaleIndexError, WorseBuildError
from index.followups import Earlier
from index.hits import Hit, sole_answer
from index.quantities import Quantity
from index.reports import Commitment
from index.search import Index
from index.text import clean, normalise, to_simplified

__all__ = [
    "Commitment",
    "ContentError",
    "Earlier",
    "EncoderError",
    "Hit",
    "Index",
    "IndexSettings",
    "Paths",
    "Quantity",
    "ReportContent",
    "Section",
    "StaleIndexError",
    "WorseBuildError",
    "active_mark",
    "active_name",
    "build_index",
    "check_content",
    "clean",
    "config_path",
    "load_index",
    "normalise",
    "read_config",
    "read_reports",
    "sole_answer",
    "to_simplified",
    "try_out",
]
