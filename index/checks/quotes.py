"""The commitments of one report against each other: places, sections and questions."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import chain

from index.findings import Finding, Place, few
from index.headings import SECTION
from index.lexical import tidy_all
from index.reports import Commitment, Report

Entries = Sequence[tuple[Commitment, Place]]


def check_quotes(
    report: Report, entries: Entries, mistakes: list[str], remarks: list[str]
) -> None:
    """Add what is wrong with where quotes stand: twice, across two sections, overlapping."""
    by_place: dict[tuple[int, int], Place] = {}
    sections = [heading.start for heading in report.headings_of(SECTION)]
    for commitment, place in entries:
        span = (commitment.start, commitment.end)
        if span in by_place:
            told = f"the same words at the same place as {_named(by_place[span])}; {_CHOOSE}"
            mistakes.append(place.finding_in(("quote",), told))
        by_place.setdefault(span, place)
        if bisect_right(sections, span[0]) < bisect_right(sections, span[1] - 1):
            mistakes.append(_across(report, commitment, place))
    remarks += few(_overlaps(by_place))


_CHOOSE = "start_after chooses another place"


def _across(report: Report, commitment: Commitment, place: Place) -> Finding:
    first, last = (report.place_of(at)[0] for at in (commitment.start, commitment.end - 1))
    return place.finding_in(("quote",), f"spans two sections, {first!r} and {last!r}")


def _overlaps(by_place: dict[tuple[int, int], Place]) -> list[Finding]:
    """Of each quote that begins within another one, the two; the one with more reach is named."""
    found: list[Finding] = []
    reach, widest = 0, None
    widest_first = sorted(by_place.items(), key=lambda item: (item[0][0], -item[0][1]))
    for (start, end), place in widest_first:
        if widest is not None and start < reach:
            found.append(place.finding_in(("quote",), f"overlaps that of {_named(widest)}"))
        if end > reach:
            reach, widest = end, place
    return found


def check_asks(report: Report, entries: Entries, mistakes: list[str], remarks: list[str]) -> None:
    """Add the questions that stand twice: under two commitments a mistake, else a remark.

    Staff may have answered the same question twice, so in their answers it is a remark.
    """
    tidied = iter(tidy_all(chain.from_iterable(commitment.ask for commitment, _ in entries)))
    first: dict[str, tuple[Commitment, Place]] = {}
    for commitment, place in entries:
        for number, ask in enumerate(commitment.ask):
            here = place.at("ask", number)
            other, there = first.setdefault(_bare(next(tidied)), (commitment, here))
            if there is here:
                continue
            is_own = other is commitment
            told = f"{ask!r} is also asked {'in' if is_own else 'of'} {_named(there, is_own)}"
            into = remarks if is_own or report.collection else mistakes
            into.append(here.finding(told, field="ask"))


def _bare(tidied: str) -> str:
    return "".join(char for char in tidied if char.isalnum())


def _named(place: Place, is_own: bool = False) -> str:
    line = f"line {place.line}"
    return line if is_own else f"{place.entry} ({line})"
