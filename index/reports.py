"""A report and its commitments, read from `content/reports/`; the first step of a build.

`report.md` or `report.txt` holds the report to the letter, `commitments.toml` what of it is a
promise. Without `commitments.toml` the text is cut into commitments as it is.
"""

import datetime
import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from index.headings import LEAD, SECTION, Heading, find_headings, heading_name, section_name
from index.opening import read_opening
from index.quantities import Quantity, find_quantities
from index.report_text import read_body, read_text, split_front_matter
from index.scopes import Kind, Scope
from index.splitting import mark_turns, split_text

Model = TypeVar("Model", bound=BaseModel)

GENERAL_SECTION = "总体"
COMMITMENTS_FILE = "commitments.toml"
ID_PATTERN = r"^[a-z0-9][a-z0-9-]*$"

Collection = Literal["", "answers"]
"""What is kept as a report and is none: answers of staff. `""` is a report."""

_NO_YEAR = (
    "front matter: target_year: neither the title nor the text says which year it plans for; "
    "begin the file with the three lines ---, target_year: 2026 and ---"
)


@dataclass(frozen=True, slots=True)
class Report:
    """One report: its text to the letter, whose it is and which year it plans for.

    What nobody knows is `""` or None; `begin` is where the text begins after its title;
    `collection` says if it is no report but a collection of staff's answers.
    """

    id: str
    title: str
    title_en: str
    district: str
    session: str
    held_on: datetime.date | None
    target_year: int
    source: str
    text: str
    headings: tuple[Heading, ...]
    begin: int = 0
    collection: Collection = ""

    def place_of(self, start: int) -> tuple[str, str]:
        """Section and sub-heading at a character of the text; `""` if there is no sub-heading."""
        section, heading, lead = GENERAL_SECTION, "", None
        for mark in self.headings:
            if mark.start > start:
                break
            if mark.level == SECTION:
                section, heading, lead = mark.name or section_name(mark.text), "", None
            elif mark.level == LEAD:
                lead = mark
            else:
                heading, lead = heading_name(mark.text), None
        if lead is not None and "\n" not in self.text[lead.start : start]:
            heading = heading_name(lead.text)
        return section, heading


@dataclass(frozen=True, slots=True)
class Commitment:
    """One promise of a report: the shortest clause or run of clauses that stands by itself.

    `id` is `<report id>/<id in the file>`; `start` and `end` are the place of `quote` in the
    report's text; `section` is the first part of its heading.

    Attributes:
        target_year: the year its report plans for.
        since, until: the years it speaks of: 2025, 2025 for last year's result in a report for
            2026; 2026, 2030 for what a five-year plan aims at.
        year: the year it is about: of a result the last, otherwise the target year.
        collection: `answers` if it is no promise of a report but an answer of staff.
        source, answered_on: of an answer of staff, what it rests on and its day
            (`2020-03-05`); `unit` is then the one that answered, and `section` its name.
    """

    id: str
    report: str
    report_title: str
    report_title_en: str
    district: str
    target_year: int
    year: int
    since: int
    until: int
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
    collection: Collection = ""
    source: str = ""
    answered_on: str = ""

    @property
    def is_staff_answer(self) -> bool:
        """Whether staff said this in answer to a resident, and no report."""
        return self.collection == "answers"

    @property
    def period(self) -> str:
        """The years it speaks of, for people: 2025, or 2021—2025."""
        return str(self.since) if self.since == self.until else f"{self.since}—{self.until}"


class FileModel(BaseModel):
    """What an editor writes: no unknown keys, no guessing of types, no space around words."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _FrontMatter(FileModel):
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


class _CommitmentEntry(FileModel):
    id: str = Field(pattern=ID_PATTERN)
    quote: str = Field(min_length=2)
    en: str = ""
    unit: str = ""
    kind: Kind = "task"
    since: int | None = Field(default=None, ge=1949, le=2100)
    until: int | None = Field(default=None, ge=1949, le=2100)
    ask: list[str] = []
    start_after: str = ""
    source: str = ""
    answered_on: datetime.date | None = None

    @model_validator(mode="after")
    def _years_in_order(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError("since is later than until")
        return self


def read_report(
    path: Path,
    name: str,
    mistakes: list[str],
    *,
    remarks: list[str] | None = None,
    own_id: str = "",
) -> Report | None:
    """Read one report; what its front matter leaves out is told from the text.

    Args:
        path: the file; in a `.txt` every line break counts.
        name: what to call the file in mistakes.
        mistakes: where each mistake is added, one line each.
        remarks: where is added what an editor may want to look at.
        own_id: the report's id; by default the folder's name.
    """
    found = _read_matter(path, name, mistakes)
    if found is None:
        return None
    matter, body = found
    own_id = own_id or path.parent.name
    if matter.id and matter.id != own_id:
        mistakes.append(f"{name}: id: {matter.id!r} is not the folder's name")
    text, headings = read_body(body, is_plain=path.suffix == ".txt")
    _check_hash(text, matter.sha256, name, mistakes, [] if remarks is None else remarks)
    opening = read_opening(text, matter.title)
    target_year = matter.target_year or opening.target_year
    if target_year is None:
        mistakes.append(f"{name}: {_NO_YEAR}")
        return None
    if not headings:
        headings = find_headings(text, opening.end)
        headings = mark_turns(text, headings, target_year, opening.end)
    return Report(
        id=own_id,
        title=matter.title or opening.title or own_id,
        title_en=matter.title_en,
        district=matter.district or opening.district,
        session=matter.session or opening.session,
        held_on=matter.date or opening.held_on,
        target_year=target_year,
        source=matter.source,
        text=text,
        headings=headings,
        begin=opening.end,
        collection=matter.collection,
    )


def split_report(report: Report) -> tuple[Commitment, ...]:
    """The commitments of a report that nobody has curated.

    Their ids follow from their words, so a sentence added elsewhere renames none.
    """
    times: Counter[str] = Counter()
    found: list[Commitment] = []
    for piece in split_text(report.text, report.headings, report.target_year, report.begin):
        quote = report.text[piece.start : piece.end]
        own_id = f"c-{hashlib.sha256(quote.encode()).hexdigest()[:8]}"
        times[own_id] += 1
        if times[own_id] > 1:
            own_id = f"{own_id}-{times[own_id]}"
        entry = _CommitmentEntry(id=own_id, quote=quote)
        found.append(_commitment(report, entry, piece.start, piece.scope))
    return tuple(found)


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
        if entry is not None:
            _check_answer(report, entry, key, mistakes)
        if entry is not None and start is not None:
            commitment = _commitment(report, entry, start, _scope(report, entry))
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


def _read_matter(path: Path, name: str, mistakes: list[str]) -> tuple[_FrontMatter, str] | None:
    """Front matter and body of a report's file."""
    try:
        front, body = split_front_matter(read_text(path))
        fields = yaml.safe_load(front)
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(f"{name}: cannot be read ({error})")
        return None
    except (ValueError, yaml.YAMLError) as error:
        mistakes.append(f"{name}: front matter: {' '.join(str(error).split())}")
        return None
    fields = {} if fields is None else fields
    matter = validated(_FrontMatter, fields, f"{name}: front matter", mistakes)
    return None if matter is None else (matter, body)


def _check_hash(
    text: str, expected: str, name: str, mistakes: list[str], remarks: list[str]
) -> None:
    found = hashlib.sha256(text.encode()).hexdigest()
    if not expected:
        remarks.append(f"{name}: sha256: missing; the text's is {found}")
    elif found != expected:
        mistakes.append(f"{name}: sha256: the text's is {found}; a character was changed")


def _check_answer(report: Report, entry: _CommitmentEntry, key: str, mistakes: list[str]) -> None:
    """An answer of staff says who gave it, when and on what; a report's promise says none."""
    given: dict[str, object] = {"source": entry.source.strip(), "answered_on": entry.answered_on}
    if not report.collection:
        mistakes.extend(
            f"{key}: {name}: only in a collection of answers"
            for name, value in given.items()
            if value
        )
        return
    given |= {"unit": entry.unit.strip(), "ask": entry.ask}
    mistakes.extend(
        f"{key}: {name}: missing; an answer of staff needs it"
        for name, value in given.items()
        if not value
    )


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


def _scope(report: Report, entry: _CommitmentEntry) -> Scope:
    """The years an entry speaks of; left out, those its report plans for, or of its answer."""
    if entry.answered_on is not None:
        year = entry.answered_on.year
        since = entry.since or min(year, entry.until or year)
        return Scope("result", since, entry.until or max(year, since))
    since = entry.since or entry.until or report.target_year
    return Scope(entry.kind, since, max(since, entry.until or since))


def _commitment(report: Report, entry: _CommitmentEntry, start: int, scope: Scope) -> Commitment:
    section, heading = report.place_of(start)
    if report.collection:
        section, heading = entry.unit.strip(), ""
    return Commitment(
        id=f"{report.id}/{entry.id}",
        report=report.id,
        report_title=report.title,
        report_title_en=report.title_en,
        district=report.district,
        target_year=report.target_year,
        year=scope.until if scope.kind == "result" else report.target_year,
        since=scope.since,
        until=scope.until,
        section=section,
        heading=heading,
        quote=entry.quote,
        start=start,
        end=start + len(entry.quote),
        en=entry.en.strip(),
        unit=entry.unit.strip(),
        kind=scope.kind,
        ask=tuple(words.strip() for words in entry.ask if words.strip()),
        quantities=find_quantities(entry.quote),
        collection=report.collection,
        source=entry.source.strip(),
        answered_on=entry.answered_on.isoformat() if entry.answered_on else "",
    )


def _clause_around(text: str, place: int) -> str:
    breaks = ",，。;；\n"
    start = max(text.rfind(mark, 0, place) for mark in breaks) + 1
    ends = [found for mark in breaks if (found := text.find(mark, place)) >= 0]
    return text[start : min(ends, default=len(text))]
