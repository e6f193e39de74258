"""A report and its commitments, read from `content/reports/<id>/`; the first step of a build.

`report.md` holds the report to the letter, `commitments.toml` what of it is a promise.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.quantities import Quantity, find_quantities

Kind = Literal["task", "goal", "result"]
Model = TypeVar("Model", bound=BaseModel)

GENERAL_SECTION = "总体"
REPORT_FILE, COMMITMENTS_FILE = "report.md", "commitments.toml"

_BLANK_LINES = re.compile(r"\n[ \t]*\n")
_MARK = re.compile(r"(#{2,3}) ")
_CLAUSE_END = re.compile(r"[,，。;；:：!！、]")


@dataclass(frozen=True, slots=True)
class Heading:
    """Where a section (level 2) or a sub-heading (level 3) begins in the report's text."""

    start: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """One report: its text to the letter, whose it is and which year it speaks of."""

    id: str
    title: str
    title_en: str
    district: str
    session: str
    held_on: date
    target_year: int
    source: str
    text: str
    headings: tuple[Heading, ...]

    def place_of(self, start: int) -> tuple[str, str]:
        """Section and sub-heading at a character of the text; `""` if there is no sub-heading."""
        section, heading = GENERAL_SECTION, ""
        for mark in self.headings:
            if mark.start > start:
                break
            if mark.level == 2:
                section, heading = _CLAUSE_END.split(mark.text)[0], ""
            else:
                heading = mark.text.rstrip(",，。;；:：!！、 ")
        return section, heading


@dataclass(frozen=True, slots=True)
class Commitment:
    """One promise of a report: the shortest clause or run of clauses that stands by itself.

    `id` is `<report id>/<id in the file>`; `start` and `end` are the place of `quote` in the
    report's text; `section` is the first part of its heading.
    """

    id: str
    report: str
    report_title: str
    report_title_en: str
    year: int
    section: str
    heading: str
    quote: str
    start: int
    end: int
    en: str
    unit: str
    kind: Kind
    ask: tuple[str, ...]
    quantities: tuple[Quantity, ...]


class FileModel(BaseModel):
    """What an editor writes: no unknown keys, no guessing of types, no space around words."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _FrontMatter(FileModel):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    district: str = Field(min_length=1)
    session: str = ""
    date: date
    target_year: int = Field(ge=1949, le=2100)
    source: str = Field(min_length=1)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class _CommitmentEntry(FileModel):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    quote: str = Field(min_length=2)
    en: str = ""
    unit: str = ""
    kind: Kind = "task"
    ask: list[str] = []
    start_after: str = ""


def read_report(path: Path, name: str, mistakes: list[str]) -> Report | None:
    """Read one `report.md`.

    Args:
        path: the file.
        name: what to call the file in mistakes.
        mistakes: where each mistake is added, one line each.
    """
    try:
        front, body = _split_front_matter(path.read_text(encoding="utf-8"))
        fields = yaml.safe_load(front)
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(f"{name}: cannot be read ({error})")
        return None
    except (ValueError, yaml.YAMLError) as error:
        mistakes.append(f"{name}: front matter: {' '.join(str(error).split())}")
        return None
    matter = validated(_FrontMatter, fields, f"{name}: front matter", mistakes)
    if matter is None:
        return None
    text, headings = _read_body(body)
    found = hashlib.sha256(text.encode()).hexdigest()
    if found != matter.sha256:
        mistakes.append(f"{name}: sha256: the text's is {found}; a character was changed")
    if matter.id != path.parent.name:
        mistakes.append(f"{name}: id: {matter.id!r} is not the folder's name")
    return Report(
        id=matter.id,
        title=matter.title,
        title_en=matter.title_en,
        district=matter.district,
        session=matter.session,
        held_on=matter.date,
        target_year=matter.target_year,
        source=matter.source,
        text=text,
        headings=headings,
    )


def read_commitments(
    path: Path, name: str, report: Report, mistakes: list[str]
) -> tuple[Commitment, ...]:
    """Read one `commitments.toml`; each quote is looked up in the report."""
    found: dict[str, Commitment] = {}
    used: set[object] = set()
    known_mistakes = len(mistakes)
    entries = read_tables(path, name, "commitment", mistakes)
    if not entries and len(mistakes) == known_mistakes:
        mistakes.append(f"{name}: holds no commitment")
    for key, fields in entries:
        entry = validated(_CommitmentEntry, fields, key, mistakes)
        start = _find_quote(report.text, fields, key, mistakes)
        if fields.get("id") in used:
            mistakes.append(f"{key}: id: used twice")
        used.add(fields.get("id"))
        if entry is not None and start is not None:
            commitment = _commitment(report, entry, start)
            found[commitment.id] = commitment
    return tuple(found.values())


def read_tables(
    path: Path, name: str, table: str, mistakes: list[str]
) -> list[tuple[str, Mapping[str, Any]]]:
    """The `[[table]]` entries of a TOML file, each with what to call it in mistakes."""
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(f"{name}: cannot be read ({error})")
        return []
    except tomllib.TOMLDecodeError as error:
        mistakes.append(f"{name}: not valid TOML: {error}")
        return []
    mistakes.extend(f"{name}: {key}: unknown key" for key in tree if key != table)
    entries = tree.get(table, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        mistakes.append(f"{name}: {table}: must be written as [[{table}]]")
        return []
    return [
        (f"{name}: {entry.get('id') or f'{table} {place}'}", entry)
        for place, entry in enumerate(entries, 1)
    ]


def validated(model: type[Model], fields: object, name: str, mistakes: list[str]) -> Model | None:
    """The entry as a model, or None with a line for each of its mistakes."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        for found in error.errors():
            key = ".".join(str(part) for part in found["loc"])
            place = f"{name}: {key}" if key else name
            if found["type"] == "extra_forbidden":
                mistakes.append(f"{place}: unknown key")
            elif found["type"] == "missing":
                mistakes.append(f"{place}: missing")
            else:
                mistakes.append(f"{place}: {found['msg']} (found {found['input']!r:.80})")
        return None


def uncovered_clauses(report: Report, commitments: Iterable[Commitment]) -> list[str]:
    """The report's clauses that hold a quantity no commitment covers, in its order."""
    spans = [(found.start, found.end) for found in commitments]
    clauses: dict[str, None] = {}
    for quantity in find_quantities(report.text):
        if not any(start <= quantity.start and quantity.end <= end for start, end in spans):
            clauses[_clause_around(report.text, quantity.start)] = None
    return list(clauses)


def _split_front_matter(text: str) -> tuple[str, str]:
    parts = re.split(r"^---[ \t]*$\n?", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0].strip("\ufeff\n "):
        raise ValueError("must open the file between two lines of ---")
    return parts[1], parts[2]


def _read_body(body: str) -> tuple[str, tuple[Heading, ...]]:
    """The report's text, and its headings with their places in that text."""
    paragraphs: list[str] = []
    headings: list[Heading] = []
    place = 0
    for block in _BLANK_LINES.split(body.strip("\n")):
        lines: list[str] = []
        start = place
        for line in block.split("\n"):
            mark = _MARK.match(line)
            words = line[mark.end() :] if mark else line
            if mark:
                headings.append(Heading(place, len(mark[1]), words))
            lines.append(words)
            place += len(words)
        if place > start:
            paragraphs.append("".join(lines))
            place += 1
    return "\n".join(paragraphs), tuple(headings)


def _find_quote(text: str, fields: Mapping[str, Any], key: str, mistakes: list[str]) -> int | None:
    """Where the entry's quote begins in the text; also of an entry with other mistakes."""
    quote, before = fields.get("quote"), fields.get("start_after", "")
    if not isinstance(quote, str) or not isinstance(before, str):
        return None
    start = text.find(before + quote)
    if start >= 0:
        return start + len(before)
    if before and quote in text:
        mistakes.append(f"{key}: start_after: does not stand right before the quote")
        return None
    agrees = _longest_beginning(text, quote)
    hint = f"; it agrees up to {agrees[-12:]!r}" if agrees else ""
    mistakes.append(f"{key}: quote: not in the report to the letter{hint}")
    return None


def _longest_beginning(text: str, quote: str) -> str:
    """The longest beginning of the quote that the text holds."""
    length = 0
    while length < len(quote) and quote[: length + 1] in text:
        length += 1
    return quote[:length]


def _commitment(report: Report, entry: _CommitmentEntry, start: int) -> Commitment:
    section, heading = report.place_of(start)
    return Commitment(
        id=f"{report.id}/{entry.id}",
        report=report.id,
        report_title=report.title,
        report_title_en=report.title_en,
        year=report.target_year,
        section=section,
        heading=heading,
        quote=entry.quote,
        start=start,
        end=start + len(entry.quote),
        en=entry.en.strip(),
        unit=entry.unit.strip(),
        kind=entry.kind,
        ask=tuple(words.strip() for words in entry.ask if words.strip()),
        quantities=find_quantities(entry.quote),
    )


def _clause_around(text: str, place: int) -> str:
    breaks = ",，。;；\n"
    start = max(text.rfind(mark, 0, place) for mark in breaks) + 1
    ends = [found for mark in breaks if (found := text.find(mark, place)) >= 0]
    return text[start : min(ends, default=len(text))]
