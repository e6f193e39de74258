"""What editors write in TOML, read into models; each mistake with file, line, entry and field."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from index.content_files import read_content_file
from index.findings import FIRST_LINE, Finding, Place
from index.places_in_toml import TomlPlaces

Model = TypeVar("Model", bound=BaseModel)

_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class FileModel(BaseModel):
    """What an editor writes: no unknown keys, no guessing of types, no space around words."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def read_tables(
    path: Path, name: str, table: str, mistakes: list[str]
) -> list[tuple[Place, Mapping[str, Any]]]:
    """The `[[table]]` entries of a TOML file, each with its place."""
    found = read_tree(path, name, mistakes)
    if found is None:
        return []
    place, tree = found
    mistakes += [place.at(key).finding("unknown key", field=key) for key in tree if key != table]
    entries = tree.get(table, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        mistakes.append(place.at(table).finding(f"must be written as [[{table}]]", field=table))
        return []
    return [
        (Place(name, place.line_of, (table, number), _name_of(entry, table, number)), entry)
        for number, entry in enumerate(entries)
    ]


def read_tree(path: Path, name: str, mistakes: list[str]) -> tuple[Place, dict[str, Any]] | None:
    """A whole TOML file, with the place of its beginning; None if it cannot be read."""
    known_mistakes = len(mistakes)
    text = read_content_file(path, name, mistakes)
    if text is None:
        return None
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        if len(mistakes) == known_mistakes:
            mistakes.append(_not_toml(name, text, str(error)))
        return None
    except RecursionError:
        mistakes.append(Finding(name, "not valid TOML: nested too deeply"))
        return None
    return Place(name, TomlPlaces(text).line_of), tree


def validated(
    model: type[Model], fields: object, place: Place, mistakes: list[str]
) -> Model | None:
    """The entry as a model, or None with a line for each of its mistakes."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        for found in error.errors():
            text = f"{found['msg']} (found {found['input']!r:.80})"
            known = {"extra_forbidden": "unknown key", "missing": "missing"}
            mistakes.append(place.finding_in(found["loc"], known.get(found["type"], text)))
        return None


def _name_of(entry: Mapping[str, Any], table: str, number: int) -> str:
    return " ".join(str(entry.get("id") or "").split()) or f"{table} {number + 1}"


def _not_toml(name: str, text: str, said: str) -> Finding:
    where = _WHERE.search(said)
    said = _WHERE.sub("", said)
    if where and where[1]:
        line, column = int(where[1]), f" (column {where[2]})"
    else:
        line, column = text.rstrip("\n").count("\n") + FIRST_LINE, " (at the end of the file)"
    return Finding(name, f"not valid TOML: {said}{column}", line=line)
