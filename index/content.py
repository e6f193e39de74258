"""All content of a build, read and checked at once: reports, commitments, glossary, evaluation."""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.config import Paths
from index.glossary import Entry, read_glossary
from index.gold import GoldSet, read_gold_set
from index.reports import (
    COMMITMENTS_FILE,
    ID_PATTERN,
    Commitment,
    Report,
    read_commitments,
    read_report,
    split_report,
    uncovered_clauses,
)

_REPORTS, _GLOSSARY, _EVALUATION = "reports", "glossary.toml", "evaluation"
_REPORT_FILES = ("report.md", "report.txt")
_BARE_FILES = (".md", ".txt")
_NO_REPORT = {"readme"}
# A button names report and commitment, in 64 bytes with the rest.
_LONGEST_ID = 40
# Of one kind about one file; a draft has hundreds.
_MOST_REMARKS = 20


@dataclass(frozen=True, slots=True)
class Content:
    """What the editors wrote, with every mistake and remark found on the way.

    Attributes:
        mistakes: one line each, with file, id and field; a build needs them all mended.
        remarks: what an editor may want to look at; a build goes ahead.
    """

    reports: tuple[Report, ...]
    commitments: tuple[Commitment, ...]
    glossary: tuple[Entry, ...]
    gold: GoldSet
    mistakes: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def check_content(paths: Paths) -> list[str]:
    """Every mistake in the content, one line each with file, id and field; none is empty."""
    return read_content(paths).mistakes


@dataclass(frozen=True, slots=True)
class ReportContent:
    """One report as it stands in the content, with its commitments.

    Attributes:
        commitments_file: where its curated commitments are, or would be.
    """

    report: Report
    commitments: tuple[Commitment, ...]
    commitments_file: Path


Cut = Callable[[Report], tuple[Commitment, ...]]
"""What makes commitments of a report that nobody has curated."""


def read_content(paths: Paths, *, cut: Cut = split_report) -> Content:
    """Read and check everything the index is built from."""
    mistakes: list[str] = []
    remarks: list[str] = []
    found = read_reports(paths, mistakes, remarks, cut=cut)
    reports = tuple(one.report for one in found)
    glossary_file = paths.content / _GLOSSARY
    glossary: tuple[Entry, ...] = ()
    if glossary_file.exists():
        name = str(glossary_file)
        glossary = read_glossary(glossary_file, name, reports, mistakes, remarks)
    evaluation = paths.content / _EVALUATION
    return Content(
        reports=reports,
        commitments=tuple(commitment for one in found for commitment in one.commitments),
        glossary=glossary,
        gold=read_gold_set(
            evaluation, [one for one in reports if not one.collection], mistakes, remarks
        ),
        mistakes=mistakes,
        remarks=remarks,
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
        if commitments_file.exists():
            own_name = str(commitments_file)
            commitments = read_commitments(commitments_file, own_name, report, mistakes)
            remarks += _remarks_on(name, own_name, report, commitments)
        elif report.collection:
            mistakes.append(f"{name}: collection: has no {COMMITMENTS_FILE}")
            continue
        else:
            commitments = cut(report)
            _check_split(name, report, commitments, mistakes, remarks)
        found.append(ReportContent(report, commitments, commitments_file))
    return found


def content_hashes(content: Path) -> dict[str, str]:
    """SHA-256 of every file a build reads, by its path below the content folder.

    A file that cannot be read has the hash `""`; `read_content` tells of it.
    """
    patterns = (
        *(f"{_REPORTS}/*/{name}" for name in (*_REPORT_FILES, COMMITMENTS_FILE)),
        *(f"{_REPORTS}/*{suffix}" for suffix in _BARE_FILES),
        _GLOSSARY,
        f"{_EVALUATION}/*.jsonl",
    )
    files = sorted(file for pattern in patterns for file in content.glob(pattern))
    return {file.relative_to(content).as_posix(): _hash(file) for file in files}


def _hash(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""


def report_files(folder: Path, mistakes: list[str]) -> dict[str, Path]:
    """The file of each report by its id: in a folder of its own, or bare."""
    files: dict[str, Path] = {}
    for entry in sorted(folder.glob("[!._]*")):
        file = _report_in(entry, mistakes)
        if file is None:
            continue
        own_id = id_of(entry.name if entry.is_dir() else entry.stem)
        if own_id in files:
            mistakes.append(f"{file}: is named like {files[own_id]}")
        files.setdefault(own_id, file)
    if not files:
        mistakes.append(f"{folder}: holds no report")
    return files


def _report_in(entry: Path, mistakes: list[str]) -> Path | None:
    """The report's file that an entry of the folder is or holds."""
    if not entry.is_dir():
        is_report = entry.suffix in _BARE_FILES and entry.stem.lower() not in _NO_REPORT
        return entry if is_report else None
    files = [file for name in _REPORT_FILES if (file := entry / name).exists()]
    if len(files) > 1:
        mistakes.append(f"{entry}: holds {' and '.join(_REPORT_FILES)}; remove one")
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
    name: str,
    report: Report,
    commitments: Sequence[Commitment],
    mistakes: list[str],
    remarks: list[str],
) -> None:
    if not commitments:
        mistakes.append(f"{name}: no sentence of it can be a commitment")
    remarks.append(
        f"{name}: not curated: cut into {len(commitments)} commitments as {report.id}, planning "
        f"for {report.target_year}; python -m index draft {report.id} --write begins curating"
    )
    if not report.district:
        remarks.append(f"{name}: front matter: district: missing; questions cannot name its place")


def _remarks_on(
    report_name: str, commitments_name: str, report: Report, commitments: Iterable[Commitment]
) -> list[str]:
    own = list(commitments)
    untranslated = [found.id.split("/")[1] for found in own if not found.en]
    uncovered = [] if report.collection else uncovered_clauses(report, own)
    return [
        *_few(
            f"{report_name}: no commitment covers",
            [repr(clause) for clause in uncovered],
        ),
        *_few(
            f"{commitments_name}: en: missing; English replies will give the quote alone:",
            untranslated,
        ),
    ]


def _few(said: str, names: Sequence[str]) -> list[str]:
    """A remark for each name; of many, one with the first of them."""
    if len(names) <= _MOST_REMARKS:
        return [f"{said} {name}" for name in names]
    return [f"{said} {len(names)} of them, the first {names[0]}"]
