"""Progress notes as a file brings them, CSV or TOML: rows that are sound, and what is wrong with
the others. Nothing is noted here."""

import csv
import io
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from bot.desk.progress import MOST_SOURCE_CHARS, MOST_TEXT_CHARS
from index import ContentError, clean

MOST_BYTES = 20_000_000
"""A file is read whole; a note has a few hundred bytes."""
_COLUMNS = {"commitment": "承诺", "text": "进展", "source": "来源", "on": "日期"}
_KEYS = {name: key for key, zh in _COLUMNS.items() for name in (key, zh)} | {
    "承诺编号": "commitment"
}
_EXPECTED = f"{', '.join(_COLUMNS)} ({'、'.join(_COLUMNS.values())})"
_DELIMITERS = ",;\t"
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/|\.(\d{1,2})\.|年(\d{1,2})月)(\d{1,2})日?")
"""As people and spreadsheets in China write it; the year always first."""
_FORMULA_STARTS = tuple("=+-@＝＋－＠")
_FORMULA_FAULT = re.compile(r"#(?:REF!|NAME\?|VALUE!|DIV/0!|N/A|NULL!|NUM!|SPILL!)")
_GUARD = "'"
"""Put before a text that only looks like a formula, as exports do."""
_TABLE = "progress"
_TABLE_LINE = re.compile(rf"^[ \t]*\[\[[ \t]*{_TABLE}[ \t]*\]\]", flags=re.MULTILINE)
_LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A row that is sound by itself; whether there is such a commitment is not known yet.

    Attributes:
        place: file and line, as mistakes name it.
    """

    place: str
    commitment: str
    text: str
    source: str
    on: date


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be noted, with a line for each thing that is wrong with it.

    Attributes:
        commitment: as far as it can be read, else empty.
    """

    place: str
    commitment: str
    mistakes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Cells:
    """A row as it was written, by column; what is missing is empty."""

    place: str
    cells: Mapping[str, object]
    mistakes: tuple[str, ...] = ()


def read_notes(file: Path, *, today: date) -> list[NoteRow | BadRow]:
    """The rows of a file, in its order; at least one.

    Args:
        file: TOML if its name ends so, otherwise CSV with commas, semicolons or tabs; UTF-8 or
            GB 18030.
        today: in Wuhan; a note of a later day is a mistake.

    Raises:
        ContentError: the file as a whole cannot be read, in one line.
        OSError: it cannot be opened.
    """
    text = _text_of(file)
    rows = _toml_rows(file, text) if file.suffix.lower() == ".toml" else _csv_rows(file, text)
    found = [_checked(row, today) for row in rows]
    if not found:
        raise ContentError([f"{file}: holds no rows"])
    return found


def _text_of(file: Path) -> str:
    with file.open("rb") as opened:
        content = opened.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ContentError([f"{file}: more than {MOST_BYTES // 1_000_000} MB; take it apart"])
    if b"\0" in content:
        raise ContentError([f"{file}: is no text; save it as CSV (UTF-8) or TOML"])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError:
        raise ContentError([f"{file}: is neither UTF-8 nor GB 18030; save it as UTF-8"]) from None


# CSV


def _csv_rows(file: Path, text: str) -> Iterator[_Cells]:
    delimiter, header, begin = _header(file, text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    while True:
        place = f"{file}:{line}"
        try:
            values = next(reader, None)
        except csv.Error as error:
            span = f" (up to line {reader.line_num})" if reader.line_num > line else ""
            yield _Cells(place, {}, (f"{place}: {_told(error)}{span}",))
            line = reader.line_num + 1
            continue
        if values is None:
            return
        if line > begin and any(value.strip() for value in values):
            yield _cells(place, header, values)
        line = reader.line_num + 1


def _told(error: csv.Error) -> str:
    if "end of data" in str(error):
        return "a quotation mark is opened and never closed; nothing behind it was read"
    if "field limit" in str(error):
        return "a field is far too long; is a quotation mark missing?"
    return 'a quotation mark inside a quoted field is written twice: ""'


def _header(file: Path, text: str) -> tuple[str, list[str], int]:
    """The delimiter, the key of each column (empty for one without a name), and the line."""
    lines = io.StringIO(text, newline="")
    number, first = next(((n, one) for n, one in enumerate(lines, 1) if one.strip()), (1, ""))
    for delimiter in _DELIMITERS:
        names = [_name(cell) for cell in first.strip("\r\n").split(delimiter)]
        keys = [_KEYS.get(name, name) for name in names]
        named = [key for key in keys if key]
        if sorted(named) == sorted(_COLUMNS):
            return delimiter, keys, number
    found = clean(first)[:80] or "nothing"
    raise ContentError([f"{file}:{number}: header: expected {_EXPECTED}; found {found}"])


def _name(cell: str) -> str:
    return clean(unicodedata.normalize("NFKC", cell)).strip("\"' ").lower()


def _cells(place: str, header: Sequence[str], values: Sequence[str]) -> _Cells:
    cells = dict(zip(header, values, strict=False))
    beyond = [cells.pop("", ""), *values[len(header) :]]
    if any(value.strip() for value in beyond):
        return _Cells(place, {}, (f"{place}: has more columns than the header; quote the text",))
    return _Cells(place, cells)


# TOML


def _toml_rows(file: Path, text: str) -> Iterator[_Cells]:
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContentError([f"{file}: not valid TOML: {error}"]) from error
    except RecursionError as error:
        raise ContentError([f"{file}: not valid TOML: nested too deeply"]) from error
    tables = tree.pop(_TABLE, [])
    are_tables = isinstance(tables, list) and all(isinstance(one, dict) for one in tables)
    if tree or not are_tables:
        raise ContentError([f"{file}: expected only [[{_TABLE}]] tables with {_EXPECTED}"])
    lines = [text.count("\n", 0, found.start()) + 1 for found in _TABLE_LINE.finditer(text)]
    for at, table in enumerate(tables):
        is_sure = len(lines) == len(tables)
        place = f"{file}:{lines[at]}" if is_sure else f"{file}: {_TABLE} {at + 1}"
        unknown = tuple(f"{place}: {key}: unknown key" for key in table if key not in _COLUMNS)
        yield _Cells(place, table, unknown)


# A row


def _checked(row: _Cells, today: date) -> NoteRow | BadRow:
    mistakes = list(row.mistakes)
    if mistakes and not row.cells:
        return BadRow(row.place, "", tuple(mistakes))
    values = {
        key: _words(row, key, most, mistakes)
        for key, most in (
            ("commitment", 0),
            ("text", MOST_TEXT_CHARS),
            ("source", MOST_SOURCE_CHARS),
        )
    }
    on = _day(row, today, mistakes)
    if mistakes or on is None:
        return BadRow(row.place, values["commitment"], tuple(mistakes))
    return NoteRow(row.place, on=on, **values)


def _words(row: _Cells, key: str, most: int, mistakes: list[str]) -> str:
    """A cell's words: its lines are kept, empty ones vanish.

    Args:
        most: characters it may have; 0 for any number.
    """
    written = row.cells.get(key, "")
    place = f"{row.place}: {key}"
    if not isinstance(written, str):
        mistakes.append(f"{place}: {written!r} is no text; put it in quotation marks")
        return ""
    words = "\n".join(filter(None, map(clean, written.splitlines())))
    if words.startswith(_FORMULA_STARTS) or _FORMULA_FAULT.match(words):
        mistakes.append(
            f"{place}: {_short(words)!r} looks like a formula; put words first, "
            "or an apostrophe if it is meant so"
        )
    elif not words:
        mistakes.append(f"{place}: missing")
    elif most and len(words) > most:
        mistakes.append(f"{place}: {len(words)} characters; at most {most}")
    return (
        words[1:] if words.startswith(_GUARD) and words[1:].startswith(_FORMULA_STARTS) else words
    )


def _day(row: _Cells, today: date, mistakes: list[str]) -> date | None:
    written = row.cells.get("on", "")
    place = f"{row.place}: on"
    if isinstance(written, date) and not isinstance(written, datetime):
        day = written
    else:
        words = clean(unicodedata.normalize("NFKC", str(written)))
        found = _day_of(words)
        if found is None:
            what = f"{_short(words)!r} is no day" if words else "missing"
            mistakes.append(f"{place}: {what}; write it as 2026-03-02")
            return None
        day = found
    if day > today:
        mistakes.append(f"{place}: {day} has not come yet")
        return None
    return day


def _day_of(words: str) -> date | None:
    found = _DAY.fullmatch(words)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST_SHOWN else f"{words[:_LONGEST_SHOWN]}…"
