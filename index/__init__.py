"""Content to commitments to hits: reports are read, indexed and searched here.

Only the names below are for others; this package knows no channel, case or database.
"""

from index.activation import Listed, active_mark, active_name, build_index, list_builds
from index.build import load_index
from index.builds import builds_folder
from index.canaries import try_out
from index.config import IndexSettings, Paths, Section, config_path, read_config
from index.content import ReportContent, check_content, read_reports
from index.errors import ContentError, EncoderError, StaleIndexError, WorseBuildError
from index.followups import Earlier
from index.history import Activation
from index.history import history as activations
from index.hits import Hit, sole_answer
from index.quantities import Quantity
from index.reports import Commitment
from index.search import Index
from index.text import clean, normalise, to_simplified
from index.writing import only_writer, write_together

__all__ = [
    "Activation",
    "Commitment",
    "ContentError",
    "Earlier",
    "EncoderError",
    "Hit",
    "Index",
    "IndexSettings",
    "Listed",
    "Paths",
    "Quantity",
    "ReportContent",
    "Section",
    "StaleIndexError",
    "WorseBuildError",
    "activations",
    "active_mark",
    "active_name",
    "build_index",
    "builds_folder",
    "check_content",
    "clean",
    "config_path",
    "list_builds",
    "load_index",
    "normalise",
    "only_writer",
    "read_config",
    "read_reports",
    "sole_answer",
    "to_simplified",
    "try_out",
    "write_together",
]
