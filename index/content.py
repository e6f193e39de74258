"""All content of a build, read and checked at once: reports, commitments, glossary, evaluation."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from index.config import Paths
from index.glossary import Entry, read_glossary
from index.gold import GoldSet, read_gold_set
from index.reports import (
    COMMITMENTS_FILE,
    REPORT_FILE,
    Commitment,
    Report,
    read_commitments,
    read_report,
    uncovered_clauses,
)

_REPORTS, _GLOSSARY, _EVALUATION = "reports", "glossary.toml", "evaluation"


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


def read_content(paths: Paths) -> Content:
    """Read and check everything the index is built from."""
    mistakes: list[str] = []
    remarks: list[str] = []
    reports: list[Report] = []
    commitments: list[Commitment] = []
    for folder in _report_folders(paths.content, mistakes):
        name = str(folder / REPORT_FILE)
        report = read_report(folder / REPORT_FILE, name, mistakes)
        if report is None:
            continue
        own_name = str(folder / COMMITMENTS_FILE)
        own = read_commitments(folder / COMMITMENTS_FILE, own_name, report, mistakes)
        remarks += _remarks_on(name, own_name, report, own)
        reports.append(report)
        commitments += own
    glossary_file = paths.content / _GLOSSARY
    glossary: tuple[Entry, ...] = ()
    if glossary_file.exists():
        glossary = read_glossary(glossary_file, str(glossary_file), reports, mistakes)
    gold = read_gold_set(paths.content / _EVALUATION, reports, mistakes)
    return Content(
        reports=tuple(reports),
        commitments=tuple(commitments),
        glossary=glossary,
        gold=gold,
        mistakes=mistakes,
        remarks=remarks,
    )


def content_hashes(content: Path) -> dict[str, str]:
    """SHA-256 of every file a build reads, by its path below the content folder.

    A file that cannot be read has the hash `""`; `read_content` tells of it.
    """
    patterns = (
        f"{_REPORTS}/*/{REPORT_FILE}",
        f"{_REPORTS}/*/{COMMITMENTS_FILE}",
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


def _report_folders(content: Path, mistakes: list[str]) -> list[Path]:
    folder = content / _REPORTS
    folders = sorted(entry for entry in folder.glob("*") if entry.is_dir())
    if not folders:
        mistakes.append(f"{folder}: holds no report")
    return folders


def _remarks_on(
    report_name: str, commitments_name: str, report: Report, commitments: Iterable[Commitment]
) -> list[str]:
    own = list(commitments)
    uncovered = uncovered_clauses(report, own)
    return [
        *(f"{report_name}: no commitment covers {clause!r}" for clause in uncovered),
        *(
            f"{commitments_name}: {found.id.split('/')[1]}: en: missing; English replies will "
            "give the quote alone"
            for found in own
            if not found.en
        ),
    ]
