"""A `commitments.toml` brought to a report that changed: what editors wrote stays, to the byte.

An entry whose quote the report no longer holds gets a comment above it, which goes again once the
quote holds; clauses that no entry covers become fresh entries. The file's last comment lists the
clauses drafted so far, so that one which an editor took out does not come back.
"""

import re
import tomllib
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from rapidfuzz import fuzz, process

from index.drafting.entries import entry_lines, section_comment
from index.drafting.memory import clause_key, memory_lines, without_memory
from index.places_in_toml import TomlPlaces
from index.reports import Commitment, Report

_HEADER = re.compile(r"[ \t]*\[\[[ \t]*commitment[ \t]*\]\][ \t]*(?:#.*)?")
_GONE = "# 报告里已没有这句 / no longer in the report; nearest now: "
_MOVED = "# start_after 不在这句前面了 / start_after does not stand before the quote; there now: "
_MARKS = (_GONE, _MOVED)
_NOTHING_NEAR = "无 / nothing"
_LEAST_LIKE_PERCENT, _CHARS_BEFORE = 40, 12


class CannotMergeError(Exception):
    """An entry is written in another form than `[[commitment]]`.

    Attributes:
        line: where, counted from 1.
    """

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class Merged:
    """A commitments.toml after a merge, and what became of its entries.

    Attributes:
        kept: how many entries hold.
        gone: the ids of those that don't.
        added: the ids of the fresh ones.
    """

    text: str
    kept: int
    gone: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(slots=True, eq=False)
class _Entry:
    """An entry of the file; it is found again as itself, not by what it says.

    Attributes:
        lines: its own lines, from `[[commitment]]` to its last key.
        above: the comments and blank lines between the entry before and this one.
        start: where its quote begins in the report, None if it does not.
    """

    fields: Mapping[str, Any]
    above: list[str]
    lines: list[str]
    start: int | None

    @property
    def end(self) -> int:
        return (self.start or 0) + len(self.fields["quote"])


@dataclass(slots=True)
class _File:
    """A commitments.toml in its parts, each line with the carriage return it may have.

    Attributes:
        above: what stands above the entries of a file that has none.
        below: what stands below the last entry.
        remembered: the keys of the clauses drafted so far.
        line_end: a carriage return, if the file has them; what each new line ends in.
    """

    above: list[str]
    entries: list[_Entry]
    below: list[str]
    remembered: set[str]
    line_end: str

    @classmethod
    def of(cls, text: str, report_text: str) -> Self:
        tables = tomllib.loads(text).get("commitment", [])
        lines, remembered = without_memory(text.split("\n"))
        places = TomlPlaces("\n".join(lines))
        starts = [places.line_of(("commitment", number)) - 1 for number in range(len(tables))]
        for start in starts:
            if not _HEADER.fullmatch(lines[start].rstrip()):
                raise CannotMergeError(start + 1)
        entries: list[_Entry] = []
        done = 0
        for fields, start, following in zip(
            tables, starts, [*starts, len(lines)][1:], strict=True
        ):
            end = _end_of_entry(lines, start, following)
            place = _place_of(fields, report_text)
            entries.append(_Entry(fields, lines[done:start], lines[start:end], place))
            done = end
        above, below = ([], lines[done:]) if entries else (lines, [""])
        line_end = "\r" if "\r\n" in text else ""
        return cls(above, entries, below, remembered, line_end)

    def text(self) -> str:
        """The file's text."""
        lines = [*_without_blank_end(self.above)] if self.entries else self.above
        lines += [line for entry in self.entries for line in (*entry.above, *entry.lines)]
        below = self.below
        if self.remembered:
            remembered = ["", *memory_lines(self.remembered)]
            below = _without_blank_end(below)
            below += [*(line + self.line_end for line in remembered), ""]
        return "\n".join([*lines, *below])


def merge(
    before: str, report: Report, clauses: Sequence[Commitment], known: Collection[str]
) -> Merged:
    """Bring a file to the report.

    Args:
        before: the file's text, valid TOML.
        report: as it is now.
        clauses: what it is cut into without an editor, in its order.
        known: keys of clauses that editors have had before them; those without an entry stay so.

    Raises:
        CannotMergeError: an entry is not written as `[[commitment]]`.
    """
    file = _File.of(before, report.text)
    if not file.entries:  # nobody can have wanted it so: a report without commitments is a mistake
        known, file.remembered = (), set()
    holding = [entry for entry in file.entries if entry.start is not None]
    gone = [entry for entry in file.entries if entry.start is None]
    fresh = _fresh(clauses, holding, {*known, *file.remembered})
    quotes = [clause.quote for clause in clauses]
    for entry in file.entries:
        _mark(entry, _comment_on(entry, report.text, quotes), file.line_end)
    added = _insert(file, report, fresh)
    if file.remembered or fresh:
        file.remembered.update(known, map(clause_key, clauses))
    return Merged(
        text=file.text(),
        kept=len(holding),
        gone=tuple(str(entry.fields.get("id")) for entry in gone),
        added=tuple(added),
    )


def _end_of_entry(lines: Sequence[str], start: int, following: int) -> int:
    """Behind the last key of an entry, and what is commented right below it."""
    end = following
    while end > start + 1 and _is_aside(lines[end - 1]):
        end -= 1
    attached = end
    while attached < following and lines[attached].lstrip().startswith("#"):
        attached += 1
    is_own = attached == len(lines) or not lines[attached].strip()
    return attached if is_own else end


def _is_aside(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _place_of(fields: Mapping[str, Any], text: str) -> int | None:
    """Where an entry's quote begins in the report; None if it does not hold."""
    quote, before = fields.get("quote"), fields.get("start_after", "")
    if not isinstance(quote, str) or not isinstance(before, str) or not quote:
        return None
    start = text.find(before + quote)
    return start + len(before) if start >= 0 else None


def _fresh(
    clauses: Iterable[Commitment], holding: Sequence[_Entry], known: Collection[str]
) -> list[Commitment]:
    """The clauses that nobody has had before her and no entry covers, not even a part of."""
    spans = [(entry.start or 0, entry.end) for entry in holding]
    return [
        clause
        for clause in clauses
        if clause_key(clause) not in known
        and not any(start < clause.end and clause.start < end for start, end in spans)
    ]


def _mark(entry: _Entry, comment: str, line_end: str) -> None:
    """Put a comment right above an entry in place of the one that an earlier merge put there."""
    entry.above = [line for line in entry.above if not line.startswith(_MARKS)]
    if comment:
        entry.above.append(comment + line_end)


def _comment_on(entry: _Entry, text: str, quotes: Sequence[str]) -> str:
    """What to say of an entry that does not hold; nothing of one that does."""
    quote, before = entry.fields.get("quote"), entry.fields.get("start_after")
    if entry.start is not None or not isinstance(quote, str):
        return ""
    place = text.find(quote)
    if place >= 0 and before:
        there = text[max(place - _CHARS_BEFORE, 0) : place]
        return f"{_MOVED}{_on_one_line(there)}"
    nearest = process.extractOne(
        quote, quotes, scorer=fuzz.ratio, score_cutoff=_LEAST_LIKE_PERCENT
    )
    return f"{_GONE}{_on_one_line(nearest[0]) if nearest else _NOTHING_NEAR}"


def _on_one_line(words: str) -> str:
    return "".join(char if char.isprintable() else " " for char in words)


def _insert(file: _File, report: Report, fresh: Sequence[Commitment]) -> list[str]:
    """Put fresh entries where the report has their clauses; their ids."""
    used = {str(entry.fields.get("id")) for entry in file.entries}
    ids: list[str] = []
    standing = sorted((entry for entry in file.entries if entry.start is not None), key=_start)
    for clause in fresh:
        own_id = _free_id(clause.id.removeprefix(f"{report.id}/"), used)
        used.add(own_id)
        ids.append(own_id)
        at = bisect_left(standing, clause.start, key=_start)
        standing.insert(at, _put(file, report, clause, own_id, standing[at - 1] if at else None))
    return ids


def _start(entry: _Entry) -> int:
    return entry.start or 0


def _put(
    file: _File, report: Report, clause: Commitment, own_id: str, before: _Entry | None
) -> _Entry:
    """Put one after what stands before it in the report, and after what of that is gone."""
    entries = file.entries
    place = entries.index(before) + 1 if before else 0
    while place < len(entries) and entries[place].start is None:
        place += 1
    comment = section_comment(clause.section)
    following = entries[place] if place < len(entries) else None
    heads = [line.rstrip() for line in following.above] if following else []
    above, new = [], [""]
    if following is not None and comment in heads:
        cut = heads.index(comment) + 1
        above, following.above = following.above[:cut], following.above[cut:]
    elif before is None or report.place_of(before.start or 0)[0] != clause.section:
        new = ["", comment, ""]
    lines = [line + file.line_end for line in entry_lines(report, clause, own_id)]
    above = [*above, *(line + file.line_end for line in new)]
    fields = {"id": own_id, "quote": clause.quote}
    entry = _Entry(fields, above, lines, clause.start)
    entries.insert(place, entry)
    return entry


def _free_id(wanted: str, used: Collection[object]) -> str:
    """The id, or with the next number that no entry of the file has."""
    own_id, number = wanted, 1
    while own_id in used:
        number += 1
        own_id = f"{wanted}-{number}"
    return own_id


def _without_blank_end(lines: Sequence[str]) -> list[str]:
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept
