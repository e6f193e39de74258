"""All content of a build, read and checked at once: reports, commitments, glossary, evaluation.

Mistakes and remarks are lines for people; each is a `Finding`, which knows its parts.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.checks.quotes import check_asks, check_quotes
from index.checks.service import check_units, read_service_names
from index.config import Paths
from index.content_files import LARGEST_BYTES
from index.findings import Finding, Place, few, in_order, whole_file
from index.front_matter import ID_PATTERN
from index.glossary import Entry, read_glossary
from index.gold import GoldSet, read_gold_set
from index.headings import SECTION
from index.places_in_report import ReportPlaces
from index.reports import (
    COMMITMENTS_FILE,
    Commitment,
    Report,
    read_entries,
    read_report,
    split_report,
    uncovered_clauses,
)

_REPORTS, _GLOSSARY, _EVALUATION = "reports", "glossary.toml", "evaluation"
_REPORT_FILES = ("report.md", "report.txt")
_BARE_FILES = (".md", ".txt")
# What begins with a dot or _ is no report, such as what a killed process was writing.
_ENTRY = "[!._]*"
_NO_REPORT = {"readme"}
# A button names report and commitment, in 64 bytes with the rest.
_LONGEST_ID = 40


@dataclass(frozen=True, slots=True)
class Content:
    """What the editors wrote, with every mistake and remark found on the way.

    Attributes:
        mistakes: one line each, with file, line, id and field; a build needs them all mended.
        remarks: what an editor may want to look at; a build goes ahead.
        places: where each curated commitment stands, by its id.
    """

    reports: tuple[Report, ...]
    commitments: tuple[Commitment, ...]
    glossary: tuple[Entry, ...]
    gold: GoldSet
    mistakes: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    places: Mapping[str, Place] = field(default_factory=dict)


def check_content(paths: Paths) -> list[str]:
    """Every mistake in the content, one line each with file, line, id and field."""
    return read_content(paths).mistakes


@dataclass(frozen=True, slots=True)
class ReportContent:
    """One report as it stands in the content, with its commitments.

    Attributes:
        commitments_file: where its curated commitments are, or would be.
        places: where each of them stands there, by its id; empty if nobody has curated it.
    """

    report: Report
    commitments: tuple[Commitment, ...]
    commitments_file: Path
    places: Mapping[str, Place] = field(default_factory=dict)


Cut = Callable[[Report], tuple[Commitment, ...]]
"""What makes commitments of a report that nobody has curated."""


def read_content(paths: Paths, *, cut: Cut = split_report) -> Content:
    """Read and check everything the index is built from."""
    mistakes: list[str] = []
    remarks: list[str] = []
    found = read_reports(paths, mistakes, remarks, cut=cut)
    reports = tuple(one.report for one in found)
    commitments = tuple(commitment for one in found for commitment in one.commitments)
    places = {own_id: place for one in found for own_id, place in one.places.items()}
    names = read_service_names(paths.content, mistakes)
    if names is not None:
        check_units(names, commitments, places, mistakes)
    glossary_file = paths.content / _GLOSSARY
    glossary: tuple[Entry, ...] = ()
    if glossary_file.exists():
        name = str(glossary_file)
        glossary = read_glossary(glossary_file, name, reports, mistakes, remarks)
    asked_of = [one for one in reports if not one.collection]
    gold = read_gold_set(paths.content / _EVALUATION, asked_of, mistakes, remarks)
    return Content(
        reports=reports,
        commitments=commitments,
        glossary=glossary,
        gold=gold,
        mistakes=in_order(mistakes),
        remarks=in_order(remarks),
        places=places,
    )


def read_reports(
    paths: Paths, mistakes: list[str], remarks: list[str], *, cut: Cut = split_report
) -> list[ReportContent]:
    """Every report of the content with its commitments, by id; mistakes and remarks are added."""
    found: list[ReportContent] = []
    files = report_files(paths.content / _REPORTS, mistakes)
    for own_id, file in files.items():
        name = str(file)
        report = read_report(file, name, mistakes, remarks=remarks, own_id=own_id)
        if report is None:
            continue
        commitments_file = _commitments_file(file, own_id)
        if not report.headings_of(SECTION) and not report.collection:
            remarks.append(Finding(name, "holds no heading: the whole text is one section"))
        if commitments_file.exists():
            own = read_entries(commitments_file, str(commitments_file), report, mistakes)
            check_quotes(report, own, mistakes, remarks)
            check_asks(report, own, mistakes, remarks)
            remarks += _remarks_on(file, report, own)
        elif report.collection:
            told = f"has no {COMMITMENTS_FILE}"
            mistakes.append(Finding(name, told, field="collection"))
            continue
        else:
            place = whole_file(name)
            own = [(commitment, place) for commitment in cut(report)]
            _check_split(name, report, len(own), mistakes, remarks)
        found.append(_as_content(report, own, commitments_file))
    return found


def _as_content(
    report: Report, own: Sequence[tuple[Commitment, Place]], commitments_file: Path
) -> ReportContent:
    places = {commitment.id: place for commitment, place in own if place.keys}
    commitments = tuple(commitment for commitment, _ in own)
    return ReportContent(report, commitments, commitments_file, places)


def content_hashes(content: Path) -> dict[str, str]:
    """SHA-256 of every file a build reads, by its path below the content folder.

    A file that cannot be read, or is too large, has the hash `""`; `read_content` tells of it.
    """
    patterns = (
        *(f"{_REPORTS}/{_ENTRY}/{name}" for name in (*_REPORT_FILES, COMMITMENTS_FILE)),
        *(f"{_REPORTS}/{_ENTRY}{suffix}" for suffix in _BARE_FILES),
        _GLOSSARY,
        f"{_EVALUATION}/*.jsonl",
    )
    files = sorted(file for pattern in patterns for file in content.glob(pattern))
    return {file.relative_to(content).as_posix(): _hash(file) for file in files}


def _hash(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST_BYTES:
            return ""
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""


def report_files(folder: Path, mistakes: list[str]) -> dict[str, Path]:
    """The file of each report by its id: in a folder of its own, or bare."""
    files: dict[str, Path] = {}
    for entry in sorted(folder.glob(_ENTRY)):
        file = _report_in(entry, mistakes)
        if file is None:
            continue
        own_id = id_of(entry.name if entry.is_dir() else entry.stem)
        if own_id in files:
            mistakes.append(Finding(str(file), f"is named like {files[own_id]}"))
        files.setdefault(own_id, file)
    if not files:
        mistakes.append(Finding(str(folder), "holds no report"))
    return files


def _report_in(entry: Path, mistakes: list[str]) -> Path | None:
    """The report's file that an entry of the folder is or holds."""
    if not entry.is_dir():
        is_report = entry.suffix in _BARE_FILES and entry.stem.lower() not in _NO_REPORT
        return entry if is_report else None
    files = [file for name in _REPORT_FILES if (file := entry / name).exists()]
    if len(files) > 1:
        told = f"holds {' and '.join(_REPORT_FILES)}; remove one"
        mistakes.append(Finding(str(entry), told))
    is_of_bare_file = any(entry.with_name(entry.name + suffix).exists() for suffix in _BARE_FILES)
    if not files and is_of_bare_file:
        return None
    return files[0] if files else entry / _REPORT_FILES[0]


def id_of(name: str) -> str:
    """A report's id by the name of its folder or file; of a Chinese or long name a short one."""
    if re.fullmatch(ID_PATTERN, name) and len(name) <= _LONGEST_ID:
        return name
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[: _LONGEST_ID - 9].strip("-")
    if plain and name.isascii() and len(name) <= _LONGEST_ID:
        return plain
    short = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{plain}-{short}" if plain else f"r-{short}"


def _commitments_file(report_file: Path, own_id: str) -> Path:
    is_bare = report_file.name not in _REPORT_FILES
    folder = report_file.with_name(own_id) if is_bare else report_file.parent
    return folder / COMMITMENTS_FILE


def _check_split(
    name: str, report: Report, count: int, mistakes: list[str], remarks: list[str]
) -> None:
    if not count:
        mistakes.append(Finding(name, "no sentence of it can be a commitment"))
    told = (
        f"not curated: cut into {count} commitments as {report.id}, planning for "
        f"{report.target_year}; python -m index draft {report.id} --write begins curating"
    )
    remarks.append(Finding(name, told))
    if not report.district:
        told = "missing; questions cannot name its place"
        remarks.append(Finding(name, told, entry="front matter", field="district"))


def _remarks_on(
    file: Path, report: Report, own: Iterable[tuple[Commitment, Place]]
) -> list[Finding]:
    """The clauses that nobody took up, and the entries without English."""
    entries = list(own)
    places = ReportPlaces(file, report.text)
    commitments = [commitment for commitment, _ in entries]
    uncovered = {} if report.collection else uncovered_clauses(report, commitments)
    return [
        *few(
            places.place(start).finding(f"no commitment covers {clause!r}")
            for clause, start in uncovered.items()
        ),
        *few(
            place.finding_in(("en",), "missing; English replies will give the quote alone")
            for commitment, place in entries
            if not commitment.en
        ),
    ]
