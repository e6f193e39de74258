"""Rows as files, written piece by piece: however many there are, memory is bounded."""

import csv
import io
import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol

import xlsxwriter

from bot.export.columns import Value
from bot.messages import split_text, utf16_units

Format = Literal["csv", "xlsx", "json"]
FORMATS: tuple[Format, ...] = ("csv", "xlsx", "json")
BYTE_ORDER_MARK = "\ufeff"
CELL_CHARS = 32_767
"""Excel's limit of a cell, in UTF-16 units (Excel specifications and limits)."""
_CUT = "…（超出单元格长度，已截断）"
_FORMULA_STARTS = (*"=+-@＝＋－＠", *map(chr, range(32)))
_GUARD = "'"
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold (its production 2, Char)."""
_WIDTHS = {"content": 60, "points": 50, "reply": 50, "title": 30, "commitment_quote": 40}
_PIECE_BYTES = 64 * 1024


class File(Protocol):
    """A file that comes in pieces: what it begins with, rows, what it ends with."""

    def head(self) -> bytes:
        """What stands before the rows."""
        ...

    def rows(self, rows: Sequence[Mapping[str, Value]]) -> bytes:
        """Some rows."""
        ...

    def tail(self) -> Iterator[bytes]:
        """What stands after the rows, in pieces; of a workbook the first takes a second."""
        ...

    def close(self) -> None:
        """Let go of what was kept meanwhile, also of a file that nobody waits for any more."""
        ...


def file_of(
    format_: Format, columns: Mapping[str, str], *, bom: bool = True, mark: str = ""
) -> File:
    """An empty file of a format.

    Args:
        columns: names of the values and their headings, in order.
        bom: whether CSV begins with a byte order mark, by which Excel knows UTF-8.
        mark: what stands on every page of a workbook that is printed.
    """
    match format_:
        case "csv":
            return CsvFile(columns, bom=bom)
        case "xlsx":
            return XlsxFile(columns, mark=mark)
        case "json":
            return JsonFile()


class CsvFile:
    """RFC 4180 in UTF-8. What a spreadsheet would run as a formula is preceded by an apostrophe
    (OWASP, CSV Injection), and so is what begins with one: whoever reads the file takes one
    leading apostrophe away and has the very words."""

    def __init__(self, columns: Mapping[str, str], *, bom: bool) -> None:
        self._columns = columns
        self._bom = bom

    def head(self) -> bytes:
        """The headings."""
        mark = BYTE_ORDER_MARK if self._bom else ""
        return mark.encode() + _csv([list(self._columns.values())])

    def rows(self, rows: Sequence[Mapping[str, Value]]) -> bytes:
        """Some rows."""
        return _csv([[_guarded(row[name]) for name in self._columns] for row in rows])

    def tail(self) -> Iterator[bytes]:
        """Nothing."""
        yield from ()

    def close(self) -> None:
        """Nothing was kept."""


class JsonFile:
    """One array of objects, with the names of the columns."""

    def __init__(self) -> None:
        self._is_first = True

    def head(self) -> bytes:
        """The array's beginning."""
        return b"["

    def rows(self, rows: Sequence[Mapping[str, Value]]) -> bytes:
        """Some objects."""
        pieces = []
        for row in rows:
            pieces.append("\n" if self._is_first else ",\n")
            pieces.append(json.dumps(row, ensure_ascii=False))
            self._is_first = False
        return "".join(pieces).encode("utf-8", errors="replace")

    def tail(self) -> Iterator[bytes]:
        """The array's end."""
        yield b"\n]\n"

    def close(self) -> None:
        """Nothing was kept."""


class XlsxFile:
    """A workbook of one sheet, kept in a temporary file until it is whole."""

    def __init__(self, columns: Mapping[str, str], *, mark: str) -> None:
        self._columns = columns
        self._mark = mark
        self._folder = tempfile.TemporaryDirectory()
        self._path = Path(self._folder.name) / "cases.xlsx"
        self._book = xlsxwriter.Workbook(
            self._path,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "tmpdir": self._folder.name,
            },
        )
        self._sheet = self._book.add_worksheet("工单")
        self._wrapped = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._count = 1
        self._is_finished = False

    def head(self) -> bytes:
        """Begin the sheet; nothing is ready yet."""
        bold = self._book.add_format({"bold": True, "bottom": 1})
        self._sheet.freeze_panes(1, 1)
        if self._mark:
            mark = self._mark.replace("&", "&&")  # Excel: an ampersand begins a code
            self._sheet.set_footer(f"&L{mark}&R&P / &N")
        for at, (name, heading) in enumerate(self._columns.items()):
            self._sheet.set_column(at, at, _WIDTHS.get(name, 14))
            self._sheet.write_string(0, at, heading, bold)
        return b""

    def rows(self, rows: Sequence[Mapping[str, Value]]) -> bytes:
        """Put rows on the sheet; nothing is ready yet."""
        for row in rows:
            for at, name in enumerate(self._columns):
                self._write(at, row[name])
            self._count += 1
        return b""

    def tail(self) -> Iterator[bytes]:
        """The whole workbook."""
        self._finish()
        with self._path.open("rb") as file:
            yield from iter(lambda: file.read(_PIECE_BYTES), b"")

    def close(self) -> None:
        """Remove the temporary file."""
        self._finish()
        self._folder.cleanup()

    def _finish(self) -> None:
        if not self._is_finished:
            self._is_finished = True
            self._book.close()

    def _write(self, column: int, value: Value) -> None:
        if isinstance(value, str):
            self._sheet.write_string(self._count, column, _cell(value), self._wrapped)
        elif value is not None:
            self._sheet.write_number(self._count, column, value)


def _csv(rows: Sequence[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8", errors="replace")


def _guarded(value: Value) -> Value:
    if isinstance(value, str) and value.startswith((*_FORMULA_STARTS, _GUARD)):
        return f"{_GUARD}{value}"
    return "" if value is None else value


def _cell(text: str) -> str:
    text = _NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if utf16_units(text) <= CELL_CHARS:
        return text
    parts = split_text(text, most=CELL_CHARS - len(_CUT))
    return parts[0] + _CUT
