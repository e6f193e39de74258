"""The two ways an answer of staff becomes content, and where in the content it belongs."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from bot.publishing.apart import Kept, evaluation_texts
from bot.publishing.changes import REPORTS, Change, change_files, only_publisher, read
from bot.publishing.permitted import (
    PublishedAnswer,
    mistakes_in,
    mistakes_in_question,
    refuse,
    tidied,
)
from bot.publishing.texts import ABOUT, report_of, text_of, with_answer, with_ask_line
from index import ContentError, Paths, ReportContent, clean, read_reports

REPORT, COMMITMENTS = "report.md", "commitments.toml"


def add_ask_line(content: Path, commitment_id: str, question: str, *, commit: bool) -> Change:
    """Add a question to those that a commitment answers; every other byte of its file is kept.

    Args:
        content: the content folder.
        commit: write it; otherwise it is only checked.

    Returns:
        The change; of a question that the commitment has already, none.

    Raises:
        ContentError: there is no such commitment, its report is not curated, the question tells
            of a person or is one of the evaluation's, or the content has mistakes. Nothing is
            written.
        OSError: it cannot be written; all is as it was.
    """
    question = clean(question)
    refuse(mistakes_in_question(question))
    with only_publisher(content):
        file, own_id = file_of(commitment_id, reports_of(content))
        before = read(file)
        after = with_ask_line(before, own_id, question, file)
        if after != before:
            refuse(mistakes_as_ask_line(question, Kept(evaluation_texts(content))))
        return change_files(content, {file: after}, file, commit=commit)


def add_answer(content: Path, answer: PublishedAnswer, *, commit: bool) -> Change:
    """Add an answer of staff to its year's collection; the same case again replaces its entry.

    A case that is in a collection already stays in it, whatever the year.

    Args:
        content: the content folder.
        commit: write it; otherwise it is only checked.

    Raises:
        ContentError: the answer is incomplete, too long or tells of a person, its collection was
            changed by hand so that the two files differ, or the content has mistakes. Nothing is
            written.
        OSError: it cannot be written; all is as it was.
    """
    answer = tidied(answer)
    refuse(mistakes_in(answer))
    with only_publisher(content):
        reports = reports_of(content)
        own_id = answer.case_number.lower()
        name = _collection_of(own_id, answer.answered_on.year, reports)
        folder = content / REPORTS / name
        file = folder / COMMITMENTS
        if folder.exists():
            refuse(_mistakes_of_collection(name, folder, reports))
        before = read(file) if file.exists() else ABOUT
        after = with_answer(before, own_id, answer)
        entries = tomllib.loads(after)["commitment"]
        files = {
            folder / REPORT: report_of(folder / REPORT, entries, _district(reports)),
            file: after,
        }
        return change_files(content, files, file, commit=commit)


def mistakes_as_ask_line(question: str, evaluated: Kept) -> list[str]:
    """Why a question of the evaluation cannot be a way to ask: it would measure itself."""
    place = evaluated.place_of_same(question)
    return [f"{question!r} stands in {place}; what measures the bot is no ask line"] * bool(place)


def reports_of(content: Path) -> list[ReportContent]:
    """Every report of the content; what has mistakes is not published into."""
    mistakes: list[str] = []
    reports = read_reports(Paths(content=content), mistakes, [])
    refuse(mistakes)
    return reports


def file_of(commitment_id: str, reports: Iterable[ReportContent]) -> tuple[Path, str]:
    """The file that a commitment stands in, and its id there."""
    report_id, _, own_id = commitment_id.partition("/")
    found = next((one for one in reports if one.report.id == report_id), None)
    if found is None:
        raise ContentError([f"{commitment_id}: there is no report {report_id!r}"])
    if not found.commitments_file.exists():
        raise ContentError(
            [
                f"{commitment_id}: {report_id} is not curated, so no question can be added; "
                f"python -m index draft {report_id} --write begins curating"
            ]
        )
    if all(commitment.id != commitment_id for commitment in found.commitments):
        raise ContentError([f"{commitment_id}: {found.commitments_file} has no {own_id!r}"])
    return found.commitments_file, own_id


def _collection_of(own_id: str, year: int, reports: Iterable[ReportContent]) -> str:
    """The collection that has the case, else that of the year."""
    for one in reports:
        ids = {commitment.id.rpartition("/")[2] for commitment in one.commitments}
        if one.report.collection and own_id in ids:
            return one.report.id
    return f"answers-{year}"


def _district(reports: Iterable[ReportContent]) -> str:
    """The district that all reports are about; empty if there are several."""
    districts = {one.report.district for one in reports if not one.report.collection}
    return districts.pop() if len(districts) == 1 else ""


def _mistakes_of_collection(
    name: str, folder: Path, reports: Iterable[ReportContent]
) -> list[str]:
    """Why nothing can be added: it is no collection, or its text is not that of its entries."""
    found = next((one for one in reports if one.report.id == name), None)
    if found is None or not found.report.collection:
        return [f"{folder}: is no collection of answers"]
    entries = [{"unit": one.unit, "quote": one.quote} for one in found.commitments]
    if set(text_of(entries).split("\n")) != set(found.report.text.split("\n")):
        return [f"{folder}: {REPORT} says other words than {COMMITMENTS}; make them agree"]
    return []
