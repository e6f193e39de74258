"""Cases as files: the work orders of a 12345 platform as CSV, XLSX or JSON, and the open data of
Open311. What is said of a case, never by whom."""

from bot.export.columns import COLUMNS, Exporter, Value, mark_of
from bot.export.formats import FORMATS, CsvFile, File, Format, JsonFile, XlsxFile, file_of
from bot.export.open311 import OPEN311_COLUMNS, Open311

__all__ = [
    "COLUMNS",
    "FORMATS",
    "OPEN311_COLUMNS",
    "CsvFile",
    "Exporter",
    "File",
    "Format",
    "JsonFile",
    "Open311",
    "Value",
    "XlsxFile",
    "file_of",
    "mark_of",
]
