"""The entries of a `commitments.toml` as text: what a draft writes of each clause."""

import json

from index.reports import Commitment, Report

ABOUT = """\
# 承诺清单（初稿） / The first cut of {title}, made by: python -m index draft {id} --write
#
# It gives the same commitments as the text alone. Now it is the editors': join or part quotes,
# drop what promises nothing, add English and how people ask. Keep the ids of what stays: cases
# refer to them. Drafted again after the report changed, all of it stays as it is; what the report
# no longer holds gets a comment, and new clauses are added.
#
#   id           unique in this file; never rename or reuse it.
#   quote        verbatim from the report, to the letter; the comment below it is what readers
#                see in bold.
#   kind         task (the default, left out), goal or result.
#   since, until the years it speaks of, where they are not the report's target year ({year}).
#   start_after  the characters right before the quote, where the quote occurs more than once.
#   en           English translation of exactly that quote.
#   unit         the unit that would probably lead (示例).
#   ask          how people ask, a list.
"""


def about(report: Report) -> str:
    """What stands above the entries of a report's first draft."""
    title = " ".join(report.title.split())
    return ABOUT.format(title=title, id=report.id, year=report.target_year)


def section_comment(section: str) -> str:
    """The line above the entries of a section."""
    return f"# {_as_comment(section)}"


def entry_lines(report: Report, commitment: Commitment, own_id: str) -> list[str]:
    """The `[[commitment]]` that gives just this commitment when it is read with the report."""
    quantities = "、".join(_as_comment(found.text) for found in commitment.quantities)
    fields: dict[str, str | int] = {}
    if commitment.kind != "task":
        fields["kind"] = commitment.kind
    if (commitment.since, commitment.until) != (report.target_year, report.target_year):
        fields |= {"since": commitment.since, "until": commitment.until}
    before = _words_before(report.text, commitment)
    if before:
        fields["start_after"] = before
    return [
        "[[commitment]]",
        f"id = {_value(own_id)}",
        f"quote = {_value(commitment.quote)}",
        *([f"# {quantities}"] if quantities else []),
        *(f"{key} = {_value(value)}" for key, value in fields.items()),
    ]


def _words_before(text: str, commitment: Commitment) -> str:
    """The fewest characters before the quote with which it is found at its own place first."""
    length = 0
    while text.find(text[commitment.start - length : commitment.end]) != commitment.start - length:
        length += 1
    return text[commitment.start - length : commitment.start]


def _value(value: str | int) -> str:
    """A TOML value; JSON's strings are TOML's, but for the one control character it lets pass."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _as_comment(words: str) -> str:
    return "".join(char if char.isprintable() else " " for char in words)
