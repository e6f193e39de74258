"""Where in a TOML file its tables, keys and array items stand; tomllib tells no places."""

import re
import tomllib
from bisect import bisect_left
from collections.abc import Mapping
from functools import cached_property

from index.findings import FIRST_LINE, Keys

_BLANK = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_BASIC, _LITERAL = r'"(?:[^"\\\n]++|\\.)*+"', r"'[^'\n]*+'"
_LONG = (
    r'"""(?:[^"\\]++|\\[\s\S]|"{1,2}(?!"))*+"{3,5}',
    r"'''(?:[^']++|'{1,2}(?!'))*+'{3,5}",
)
_SCALAR = re.compile("|".join((*_LONG, _BASIC, _LITERAL, r"[^,\]}#\n]++")))
_KEY = re.compile(rf"[ \t]*+([\w-]++|{_BASIC}|{_LITERAL})[ \t]*+(\.?)", flags=re.ASCII)


class TomlPlaces:
    """The lines of one valid TOML text; it is read only once a line is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text

    def line_of(self, keys: Keys) -> int:
        """The line of a value, or else of the nearest table or array around it."""
        for length in range(len(keys), 0, -1):
            if keys[:length] in self.lines:
                return self.lines[keys[:length]]
        return FIRST_LINE

    @cached_property
    def lines(self) -> Mapping[Keys, int]:
        """The line of every table, key and array item by the way to it.

        The n-th `[[table]]` is `("table", n)`, counted from 0 as in tomllib's lists.
        """
        return _Scanner(self._text).scan()


class _Scanner:
    """Goes once through a text that tomllib has read, so it needs to see no mistakes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._breaks = [found.start() for found in re.finditer("\n", text)]
        self._lines: dict[Keys, int] = {}
        self._table_counts: dict[Keys, int] = {}

    def scan(self) -> dict[Keys, int]:
        table: Keys = ()
        self._skip()
        while self._place < len(self._text):
            if self._text.startswith("[", self._place):
                table = self._header()
            else:
                self._pair(table)
            self._skip()
        return self._lines

    def _header(self) -> Keys:
        start = self._place
        is_array = self._text.startswith("[[", start)
        self._place += 2 if is_array else 1
        *outer, own = self._keys()
        self._place = self._text.index("]", self._place) + (2 if is_array else 1)
        table: Keys = ()
        for name in outer:
            table = self._last_of((*table, name), start)
        table = (*table, own)
        if is_array:
            self._table_counts[table] = self._table_counts.get(table, 0) + 1
        return self._last_of(table, start)

    def _last_of(self, table: Keys, start: int) -> Keys:
        """The table of that name; of an array of tables the last so far."""
        self._note(table, start)
        count = self._table_counts.get(table, 0)
        if count:
            table = (*table, count - 1)
            self._note(table, start)
        return table

    def _pair(self, table: Keys) -> None:
        start = self._place
        for name in self._keys():
            table = (*table, name)
            self._note(table, start)
        self._place += 1  # The equals sign.
        self._skip()
        self._value(table)

    def _value(self, keys: Keys) -> None:
        match self._text[self._place]:
            case "[":
                self._items(keys)
            case "{":
                self._inline_table(keys)
            case _:
                found = _SCALAR.match(self._text, self._place)
                self._place = found.end() if found else len(self._text)

    def _items(self, keys: Keys) -> None:
        self._place += 1
        self._skip()
        count = 0
        while self._text[self._place] != "]":
            item = (*keys, count)
            self._note(item, self._place)
            self._value(item)
            self._skip_comma()
            count += 1
        self._place += 1

    def _inline_table(self, keys: Keys) -> None:
        self._place += 1
        self._skip()
        while self._text[self._place] != "}":
            self._pair(keys)
            self._skip_comma()
        self._place += 1

    def _keys(self) -> list[str]:
        """The parts of a dotted key; the place is then what follows it."""
        names: list[str] = []
        while found := _KEY.match(self._text, self._place):
            self._place = found.end()
            name = found[1]
            is_quoted = name[0] in "\"'"
            names.append(tomllib.loads(f"key = {name}")["key"] if is_quoted else name)
            if not found[2]:
                break
        return names

    def _skip(self) -> None:
        found = _BLANK.match(self._text, self._place)
        self._place = found.end() if found else self._place

    def _skip_comma(self) -> None:
        self._skip()
        if self._text.startswith(",", self._place):
            self._place += 1
            self._skip()

    def _note(self, keys: Keys, place: int) -> None:
        if keys not in self._lines:
            self._lines[keys] = bisect_left(self._breaks, place) + FIRST_LINE
