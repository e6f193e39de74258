"""The first `commitments.toml` of a report nobody has curated: the cut it is served by."""

import json
from collections.abc import Iterable
from pathlib import Path

from index.config import Paths
from index.content import read_reports
from index.errors import ContentError
from index.reports import Commitment, Report, split_report

_ABOUT = """\
# 承诺清单（初稿） / The first cut of {title}, made by: python -m index draft {id} --write
#
# It gives the same commitments as the text alone. Now it is the editors': join or part quotes,
# drop what promises nothing, add English and how people ask. Keep the ids of what stays: cases
# refer to them.
#
#   id           unique in this file; never rename or reuse it.
#   quote        verbatim from the report, to the letter.
#   kind         task (the default, left out), goal or result.
#   since, until the years it speaks of, where they are not the report's target year ({year}).
#   start_after  the characters right before the quote, where the quote occurs more than once.
#   en           English translation of exactly that quote.
#   unit         the unit that would probably lead (示例).
#   ask          how people ask, a list.
"""


def draft_report(paths: Paths, report_id: str) -> tuple[Path, str]:
    """The first `commitments.toml` of a report: where it belongs, and what it says.

    Raises:
        ContentError: there is no such report, or it cannot be read.
    """
    mistakes: list[str] = []
    reports = {one.report.id: one for one in read_reports(paths, mistakes, [])}
    if report_id not in reports:
        known = ", ".join(reports) or "none"
        raise ContentError([*mistakes, f"no report {report_id!r} can be read; there are: {known}"])
    report = reports[report_id].report
    return reports[report_id].commitments_file, draft_commitments(report, split_report(report))


def draft_commitments(report: Report, commitments: Iterable[Commitment]) -> str:
    """The TOML that gives just these commitments when it is read with the report."""
    parts = [
        _ABOUT.format(title=" ".join(report.title.split()), id=report.id, year=report.target_year)
    ]
    section = None
    for commitment in commitments:
        if commitment.section != section:
            section = commitment.section
            parts.append(f"# {_comment(section)}\n")
        parts.append(_entry(report, commitment))
    return "\n".join(parts)


def _entry(report: Report, commitment: Commitment) -> str:
    fields: dict[str, str | int] = {
        "id": commitment.id.removeprefix(f"{report.id}/"),
        "quote": commitment.quote,
    }
    if commitment.kind != "task":
        fields["kind"] = commitment.kind
    if (commitment.since, commitment.until) != (report.target_year, report.target_year):
        fields |= {"since": commitment.since, "until": commitment.until}
    before = _words_before(report.text, commitment)
    if before:
        fields["start_after"] = before
    lines = [f"{key} = {_value(value)}" for key, value in fields.items()]
    return "\n".join(["[[commitment]]", *lines, ""])


def _words_before(text: str, commitment: Commitment) -> str:
    """The fewest characters before the quote with which it is found at its own place first."""
    length = 0
    while text.find(text[commitment.start - length : commitment.end]) != commitment.start - length:
        length += 1
    return text[commitment.start - length : commitment.start]


def _value(value: str | int) -> str:
    """A TOML value; JSON's strings are TOML's, but for the one control character it lets pass."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(words: str) -> str:
    return "".join(char if char.isprintable() else " " for char in words)
