"""The draft of a report: `report.md` from a file of any format, and its `commitments.toml`.

Nothing an editor wrote is lost: a report drafted again keeps every line of it.
"""

import codecs
import difflib
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from index.config import Paths
from index.content import id_of, read_reports, report_files
from index.drafting.entries import about
from index.drafting.memory import clause_key
from index.drafting.merging import CannotMergeError, Merged, merge
from index.drafting.present import Present, refuse_damaged
from index.drafting.readers import Source, read_source
from index.drafting.report_file import text_hash, with_hash, write_report
from index.errors import ContentError
from index.headings import LEAD, Heading, find_headings
from index.opening import read_opening
from index.report_text import split_front_matter
from index.reports import COMMITMENTS_FILE, Commitment, Report, read_report, split_report
from index.splitting import mark_turns
from index.writing import only_writer, write_together

_REPORTS, _REPORT_FILE = "reports", "report.md"
_TOLD_BY_TEXT = ("title", "district", "session", "date", "target_year")


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file of the content before and after; `before` is None if there is none yet."""

    path: Path
    before: bytes | None
    after: bytes

    @property
    def diff(self) -> str:
        """The change as a unified diff."""
        old, new = (self.before or b"").decode(errors="replace"), self.after.decode()
        name = str(self.path)
        first = name if self.before is not None else "/dev/null"
        lines = difflib.unified_diff(
            old.splitlines(), new.splitlines(), first, name, n=2, lineterm=""
        )
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Draft:
    """What drafting a report changes, or would change.

    Attributes:
        changes: the files that would not stay as they are, commitments first.
        kept: how many entries hold.
        gone: the ids of the entries whose quote the report no longer has.
        added: the ids of the fresh ones.
        remarks: what an editor may want to look at.
    """

    report_id: str
    changes: tuple[FileChange, ...]
    kept: int
    gone: tuple[str, ...]
    added: tuple[str, ...]
    remarks: tuple[str, ...]


def draft_report(paths: Paths, report_id: str) -> Draft:
    """Draft the commitments of a report that is in the content.

    Raises:
        ContentError: there is no such report, or it cannot be read.
    """
    mistakes: list[str] = []
    reports = {one.report.id: one for one in read_reports(paths, mistakes, [])}
    if report_id not in reports:
        known = ", ".join(reports) or "none"
        raise ContentError([*mistakes, f"no report {report_id!r} can be read; there are: {known}"])
    report = reports[report_id].report
    file = report_files(paths.content / _REPORTS, [])[report_id]
    commitments_file = reports[report_id].commitments_file
    refuse_damaged(file, mistakes)
    before = file.read_bytes()
    is_as_hashed = text_hash(report.text).encode() in before
    known_clauses = split_report(report) if is_as_hashed and commitments_file.exists() else ()
    commitments = Present.of_commitments(commitments_file)
    merged = _merged(commitments_file, commitments.text, report, known_clauses)
    files = {
        commitments_file: commitments.encoded(merged.text),
        file: _rehashed(before, report.text),
    }
    return _draft(report, files, merged, ())


def draft_file(
    paths: Paths, file: Path, *, report_id: str = "", target_year: int | None = None
) -> Draft:
    """Draft a report from a file, as `reports/<id>/report.md` and its commitments.

    Args:
        file: a text, Markdown, DOCX or PDF file.
        report_id: by default it follows from the file's name.
        target_year: by default the front matter, the title or the text says it.

    Raises:
        ContentError: the file cannot be read, does not say its year, or holds no commitment.
        OSError: it cannot be opened.
    """
    own_id = id_of(report_id or file.stem)
    if report_id and own_id != report_id:
        raise ContentError([f"--id: {report_id!r} is no id; {own_id!r} would be one"])
    reports = report_files(paths.content / _REPORTS, [])
    for known_id, known_file in reports.items():
        if known_file.resolve() == file.resolve():
            return draft_report(paths, known_id)
    target = paths.content / _REPORTS / own_id / _REPORT_FILE
    if own_id in reports and reports[own_id] != target:
        said = f"is the report {own_id} already; take it out first, or give another --id"
        raise ContentError([f"{reports[own_id]}: {said}"])
    source = read_source(file)
    before = Present.of_report(target)
    old = _read_as(before.text, target, own_id) if target.exists() else None
    if old is not None and old.collection:
        raise ContentError([f"{target}: is a collection of answers; no report replaces it"])
    fields, remarks = _fields(file, source, before.text, target_year)
    report, written = _write(source, fields, file, own_id, before.text)
    entries_file = target.with_name(COMMITMENTS_FILE)
    entries = Present.of_commitments(entries_file)
    merged = _merged(entries_file, entries.text, report, split_report(old) if old else ())
    files = {entries_file: entries.encoded(merged.text), target: before.encoded(written)}
    return _draft(report, files, merged, (*source.remarks, *remarks))


def write_draft(paths: Paths, draft: Draft) -> None:
    """Write what a draft changes: all of it or, if that cannot be, nothing.

    Raises:
        ContentError: a file has been changed since it was read.
        OSError: it cannot be written.
    """
    reports = paths.content / _REPORTS
    reports.mkdir(parents=True, exist_ok=True)
    with only_writer(reports):
        for change in draft.changes:
            now = change.path.read_bytes() if change.path.exists() else None
            if now != change.before:
                raise ContentError([f"{change.path}: was changed meanwhile; draft again"])
        if draft.changes:
            write_together({change.path: change.after for change in draft.changes})


def _draft(
    report: Report, files: Mapping[Path, bytes], merged: Merged, remarks: Iterable[str]
) -> Draft:
    changes = [
        FileChange(path, path.read_bytes() if path.exists() else None, after)
        for path, after in files.items()
    ]
    return Draft(
        report_id=report.id,
        changes=tuple(change for change in changes if change.before != change.after),
        kept=merged.kept,
        gone=merged.gone,
        added=merged.added,
        remarks=(*remarks, *_twice(report)),
    )


def _merged(file: Path, before: str, report: Report, known: Iterable[Commitment]) -> Merged:
    """The commitments.toml of a report, brought to what it says now.

    Args:
        before: what the file holds; empty if there is none.
    """
    clauses = split_report(report)
    if not clauses and not file.exists():
        raise ContentError([f"{report.id}: no sentence of it can be a commitment"])
    keys = {clause_key(clause) for clause in known}
    try:
        return merge(before if before.strip() else about(report), report, clauses, keys)
    except CannotMergeError as error:
        said = "commitment: must be written as [[commitment]] to be drafted again"
        raise ContentError([f"{file}:{error.line}: {said}"]) from error


def _fields(
    file: Path, source: Source, before: str, target_year: int | None
) -> tuple[dict[str, object], list[str]]:
    """The front matter: an editor's, the file's own, and what the text says; remarks on it."""
    own = _front_of(file, source.front)
    written = _front_of(file, split_front_matter(before.replace("\r\n", "\n"))[0])
    if target_year and written.get("target_year", target_year) != target_year:
        raise ContentError([f"--year: report.md says {written['target_year']}; change it there"])
    fields = {**own, **({"target_year": target_year} if target_year else {}), **written}
    opening = read_opening(source.text, str(fields.get("title", "")))
    told = read_opening(source.text)
    if not (fields.get("target_year") or opening.target_year):
        said = "neither the title nor the text says which year it plans for; say it by --year 2026"
        raise ContentError([f"{file}: target_year: {said}"])
    said_by_text = {
        "title": told.title,
        "district": told.district,
        "session": told.session,
        "date": told.held_on,
        "target_year": told.target_year,
    }
    remarks = [
        f"{file}: front matter: {key}: stays {written[key]}; the text says {said_by_text[key]}"
        for key in _TOLD_BY_TEXT
        if written.get(key) and said_by_text[key] and written[key] != said_by_text[key]
    ]
    fields = {**said_by_text, "source": file.name, **fields}
    return fields, remarks


def _front_of(file: Path, front: str) -> dict[str, object]:
    try:
        fields = yaml.safe_load(front) or {}
    except RecursionError as error:
        raise ContentError([f"{file}: front matter: not valid YAML: nested too deeply"]) from error
    except (yaml.YAMLError, ValueError) as error:
        raise ContentError([f"{file}: front matter: {' '.join(str(error).split())}"]) from error
    if not isinstance(fields, dict):
        raise ContentError([f"{file}: front matter: must be lines of key: value"])
    return {str(key): value for key, value in fields.items() if key not in ("id", "sha256")}


def _write(
    source: Source, fields: Mapping[str, object], file: Path, own_id: str, before: str
) -> tuple[Report, str]:
    """The report.md, and the report that it is read back as."""
    plain = _read_as(write_report(source.text, source.headings, fields, ""), file, own_id)
    written = write_report(plain.text, _headings(source, plain), fields, before)
    report = _read_as(written, file, own_id)
    if report.text != source.text:
        raise ContentError([f"{file}: cannot be written so that it reads the same"])
    return report, written


def _headings(source: Source, report: Report) -> tuple[Heading, ...]:
    """The headings; to those that a layout marks come the others that the text's form tells."""
    if not source.is_marked_by_form or not source.headings:
        return report.headings
    marked = {heading.start for heading in report.headings}
    leads = [
        heading
        for heading in find_headings(report.text, report.begin)
        if heading.level == LEAD and heading.start not in marked
    ]
    headings = sorted([*report.headings, *leads], key=lambda heading: heading.start)
    return mark_turns(report.text, headings, report.target_year, report.begin)


def _read_as(written: str, name: Path, own_id: str) -> Report:
    """A report as its file would be read.

    Raises:
        ContentError: its front matter has mistakes.
    """
    mistakes: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / _REPORT_FILE
        file.write_bytes(written.encode())
        report = read_report(file, str(name), mistakes, own_id=own_id)
    mistakes = [line for line in mistakes if ": sha256: " not in line]
    if report is None or mistakes:
        raise ContentError(mistakes)
    return report


def _rehashed(before: bytes, text: str) -> bytes:
    """A report's file with the hash of its text as it is now; what holds none stays as it is."""
    mark = codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b""
    try:
        return mark + with_hash(before.removeprefix(mark).decode(), text).encode()
    except UnicodeDecodeError:
        return with_hash(before.decode("gb18030"), text).encode("gb18030")


def _twice(report: Report) -> list[str]:
    """A remark for each clause that the report has more than once, with its paragraphs."""
    lines: dict[str, list[int]] = {}
    for clause in split_report(report):
        line = report.text.count("\n", 0, clause.start) + 1
        lines.setdefault(clause.quote, []).append(line)
    return [
        f"{report.id}: in paragraphs {', '.join(map(str, places))}: stands {len(places)} times: "
        f"{quote!r}"
        for quote, places in lines.items()
        if len(places) > 1
    ]
