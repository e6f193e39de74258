"""The front matter of a report's file: what its editors say of it, and in which lines."""

import datetime
import re
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field

from index.content_files import read_content_file
from index.findings import FIRST_LINE, Finding, Keys, Place
from index.report_text import split_front_matter
from index.tables import FileModel, validated

ID_PATTERN = r"^[a-z0-9][a-z0-9-]*$"

Collection = Literal["", "answers"]
"""What is kept as a report and is none: answers of staff. `""` is a report."""

_FENCE = re.compile(r"^---[ \t]*$", flags=re.MULTILINE)
_ENTRY = "front matter"


class FrontMatter(FileModel):
    """What may be said of a report; what is left out is told from its text."""

    id: str = Field(default="", pattern=ID_PATTERN)
    title: str = Field(default="", min_length=1)
    title_en: str = Field(default="", min_length=1)
    district: str = Field(default="", min_length=1)
    session: str = ""
    date: datetime.date | None = None
    target_year: int | None = Field(default=None, ge=1949, le=2100)
    source: str = Field(default="", min_length=1)
    sha256: str = Field(default="", pattern=r"^[0-9a-f]{64}$")
    collection: Collection = ""


def read_front_matter(
    path: Path, name: str, mistakes: list[str]
) -> tuple[FrontMatter, str, Place] | None:
    """Front matter and body of a report's file, and the place of the front matter."""
    text = read_content_file(path, name, mistakes)
    if text is None:
        return None
    try:
        front, body = split_front_matter(text)
    except ValueError as error:
        mistakes.append(Finding(name, str(error), line=FIRST_LINE, entry=_ENTRY))
        return None
    if not body.strip():
        mistakes.append(Finding(name, "is empty: holds no text of a report"))
        return None
    places = _FrontPlaces(text, front)
    place = Place(name, places.line_of, entry=_ENTRY if front else "")
    try:
        fields = yaml.safe_load(front)
    except RecursionError:
        told = "not valid YAML: nested too deeply"
        mistakes.append(Finding(name, told, line=places.first_line, entry=place.entry))
        return None
    except (yaml.YAMLError, ValueError) as error:
        mistakes.append(_not_yaml(place, places.first_line, front, error))
        return None
    matter = validated(FrontMatter, {} if fields is None else fields, place, mistakes)
    return None if matter is None else (matter, body, place)


class _FrontPlaces:
    """The lines of the front matter's keys; it is read only once a line is asked for."""

    def __init__(self, text: str, front: str) -> None:
        self._text = text
        self._front = front

    def line_of(self, keys: Keys) -> int:
        """The line of a key; of one that is not there, of the line that opens the file."""
        return self._lines.get(str(keys[0]), FIRST_LINE) if keys else FIRST_LINE

    @property
    def first_line(self) -> int:
        """The line after the one that opens the front matter."""
        fence = _FENCE.search(self._text)
        return self._text.count("\n", 0, fence.end()) + FIRST_LINE + 1 if fence else FIRST_LINE

    @cached_property
    def _lines(self) -> dict[str, int]:
        return {key.value: key.start_mark.line + self.first_line for key, _ in _pairs(self._front)}


def _pairs(front: str) -> list[tuple[Any, Any]]:
    """Keys and values of the front matter as YAML nodes, which know their places."""
    node = yaml.compose(front, Loader=yaml.SafeLoader)
    return node.value if isinstance(node, yaml.MappingNode) else []


def _not_yaml(place: Place, first_line: int, front: str, error: Exception) -> Finding:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        said = " ".join(part for part in (error.context, error.problem) if part)
        mark = error.problem_mark
        text = f"not valid YAML: {said} (column {mark.column + 1})"
        line = mark.line + first_line
    elif isinstance(error, yaml.YAMLError):
        text, line = f"not valid YAML: {' '.join(str(error).split())}", first_line
    else:
        key, line = _first_bad_value(front)
        return Finding(
            place.file, str(error), line=line + first_line, entry=place.entry, field=key
        )
    return Finding(place.file, text, line=line, entry=place.entry)


def _first_bad_value(front: str) -> tuple[str, int]:
    """Key and line of what YAML can split but not make, such as the date 2019-13-45."""
    for key, value in _pairs(front):
        try:
            yaml.SafeLoader("").construct_object(value, deep=True)
        except ValueError:
            return key.value, key.start_mark.line
    return "", 0
