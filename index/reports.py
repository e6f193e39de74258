"""A report and its commitments, read from `content/reports/`; the first step of a build.

`report.md` or `report.txt` holds the report to the letter, `commitments.toml` what of it is a
promise. Without `commitments.toml` the text is cut into commitments as it is.
"""

import datetime
import hashlib
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, Self

from pydantic import Field, model_validator

from index.findings import Finding, Place
from index.front_matter import ID_PATTERN, Collection, read_front_matter
from index.headings import LEAD, SECTION, Heading, find_headings, heading_name, section_name
from index.opening import read_opening
from index.quantities import Quantity, find_quantities
from index.report_text import read_body
from index.scopes import Kind, Scope
from index.splitting import mark_turns, split_text
from index.tables import FileModel, read_tables, validated

GENERAL_SECTION = "总体"
COMMITMENTS_FILE = "commitments.toml"

_NO_YEAR = (
    "neither the title nor the text says which year it plans for; "
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

    def headings_of(self, level: int) -> tuple[Heading, ...]:
        """The headings of one level, in their order."""
        return tuple(mark for mark in self.headings if mark.level == level)


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


class _CommitmentEntry(FileModel):
    id: str = Field(pattern=ID_PATTERN)
    quote: str = Field(min_length=2)
    en: str = ""
    unit: str = ""
    kind: Kind = "task"
    since: int | None = Field(default=None, ge=1949, le=2100)
    until: int | None = Field(default=None, ge=1949, le=2100)
    ask: list[str] = Field(default_factory=list)
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
    found = read_front_matter(path, name, mistakes)
    if found is None:
        return None
    matter, body, place = found
    own_id = own_id or path.parent.name
    if matter.id and matter.id != own_id:
        told = f"{matter.id!r} is not the folder's name"
        mistakes.append(place.finding_in(("id",), told))
    text, headings = read_body(body, is_plain=path.suffix == ".txt")
    _check_hash(text, matter.sha256, place, mistakes, [] if remarks is None else remarks)
    opening = read_opening(text, matter.title)
    target_year = matter.target_year or opening.target_year
    if target_year is None:
        field = "target_year" if place.entry else "front matter: target_year"
        mistakes.append(Finding(name, _NO_YEAR, line=place.line, entry=place.entry, field=field))
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
    return tuple(found for found, _ in read_entries(path, name, report, mistakes))


def read_entries(
    path: Path, name: str, report: Report, mistakes: list[str]
) -> list[tuple[Commitment, Place]]:
    """The commitments of one `commitments.toml`, each with its place there."""
    found: dict[str, tuple[Commitment, Place]] = {}
    used: dict[object, Place] = {}
    known_mistakes = len(mistakes)
    entries = read_tables(path, name, "commitment", mistakes)
    if not entries and len(mistakes) == known_mistakes:
        mistakes.append(Finding(name, "holds no commitment"))
    for place, fields in entries:
        entry = validated(_CommitmentEntry, fields, place, mistakes)
        start = _find_quote(report.text, fields, place, mistakes)
        own_id = fields.get("id")
        if isinstance(own_id, str) and own_id in used:
            told = f"used twice, first in line {used[own_id].line}"
            mistakes.append(place.finding_in(("id",), told))
        elif isinstance(own_id, str):
            used[own_id] = place
        if entry is not None:
            _check_answer(report, entry, place, mistakes)
        if entry is not None and start is not None:
            commitment = _commitment(report, entry, start, _scope(report, entry))
            found.setdefault(commitment.id, (commitment, place))
    return list(found.values())


def uncovered_clauses(report: Report, commitments: Iterable[Commitment]) -> dict[str, int]:
    """The report's clauses that hold a quantity no commitment covers, each with its place."""
    spans = sorted((found.start, found.end) for found in commitments)
    starts = [start for start, _ in spans]
    reached = list(accumulate((end for _, end in spans), max))
    clauses: dict[str, int] = {}
    for quantity in find_quantities(report.text):
        begun = bisect_right(starts, quantity.start)
        if not begun or reached[begun - 1] < quantity.end:
            start, clause = _clause_around(report.text, quantity.start)
            clauses.setdefault(clause, start)
    return clauses


def _check_hash(
    text: str, expected: str, place: Place, mistakes: list[str], remarks: list[str]
) -> None:
    found = hashlib.sha256(text.encode()).hexdigest()
    if not expected:
        remarks.append(Finding(place.file, f"missing; the text's is {found}", field="sha256"))
    elif found != expected:
        told = f"the text's is {found}; a character was changed"
        mistakes.append(place.finding_in(("sha256",), told))


def _check_answer(
    report: Report, entry: _CommitmentEntry, place: Place, mistakes: list[str]
) -> None:
    """An answer of staff says who gave it, when and on what; a report's promise says none."""
    given: dict[str, object] = {"source": entry.source.strip(), "answered_on": entry.answered_on}
    if not report.collection:
        mistakes.extend(
            place.finding_in((name,), "only in a collection of answers")
            for name, value in given.items()
            if value
        )
        return
    given |= {"unit": entry.unit.strip(), "ask": entry.ask}
    mistakes.extend(
        place.finding_in((name,), "missing; an answer of staff needs it")
        for name, value in given.items()
        if not value
    )


def _find_quote(
    text: str, fields: Mapping[str, Any], place: Place, mistakes: list[str]
) -> int | None:
    """Where the entry's quote begins in the text; also of an entry with other mistakes."""
    quote, before = fields.get("quote"), fields.get("start_after", "")
    if not isinstance(quote, str) or not isinstance(before, str):
        return None
    start = text.find(before + quote)
    if start >= 0:
        return start + len(before)
    if before and quote in text:
        at = text.find(quote)
        stands = text[max(at - len(before), 0) : at]
        told = f"does not stand right before the quote; there stands {stands!r}"
        mistakes.append(place.finding_in(("start_after",), told))
        return None
    agrees = _longest_beginning(text, quote)
    hint = _where_it_differs(text, quote, agrees) if agrees else ""
    mistakes.append(place.finding_in(("quote",), f"not in the report to the letter{hint}"))
    return None


def _where_it_differs(text: str, quote: str, agrees: str) -> str:
    end = text.find(agrees) + len(agrees)
    there, here = text[end : end + 1], quote[len(agrees) : len(agrees) + 1]
    return f"; it agrees up to {agrees[-12:]!r}, then has {here!r} where the report has {there!r}"


def _longest_beginning(text: str, quote: str) -> str:
    """The longest beginning of the quote that the text holds."""
    length = bisect_left(range(1, len(quote) + 1), True, key=lambda n: quote[:n] not in text)
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


def _clause_around(text: str, place: int) -> tuple[int, str]:
    """Where the clause around a character begins, and its words."""
    breaks = ",，。;；\n"
    start = max(text.rfind(mark, 0, place) for mark in breaks) + 1
    ends = [found for mark in breaks if (found := text.find(mark, place)) >= 0]
    return start, text[start : min(ends, default=len(text))]
