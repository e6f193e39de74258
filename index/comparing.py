"""What a new build changes: commitments, numbers, and what the evaluation's questions get."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from rapidfuzz import fuzz, process

from index.build import read_commitments_of
from index.builds import read_files, read_manifest
from index.evaluate import Evaluation, Outcome
from index.reports import Commitment

# From this likeness on (0..100, as rapidfuzz counts) a sentence that went and one that came are
# taken for the same commitment in other words.
_SAME_FROM = 60.0
# Where a commitment stands may move, and which numbers it holds follows from its words.
_NO_CHANGE = {"id", "quote", "start", "end", "quantities"}


@dataclass(frozen=True, slots=True)
class Reworded:
    """One commitment before and after.

    Attributes:
        numbers: those that are no longer there, and those in their place, in the quote's order;
            both empty if only other words changed.
        others: the names of the other fields that changed.
    """

    before: Commitment
    after: Commitment
    numbers: tuple[tuple[str, ...], tuple[str, ...]]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """An evaluation question that gets another answer.

    Attributes:
        before, after: the commitment's id, `""` if the question is refused.
        was_right, is_right: whether that was, or is, what the evaluation expects.
    """

    question: str
    before: str
    after: str
    was_right: bool
    is_right: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """All that changes from one build to another; empty lists if nothing does."""

    added: tuple[Commitment, ...]
    removed: tuple[Commitment, ...]
    changed: tuple[Reworded, ...]
    answers: tuple[AnswerChange, ...]
    other_inputs: tuple[str, ...]


def compare(
    old: Path, new: Path, evaluations: tuple[Evaluation, Evaluation] | None = None
) -> Difference:
    """What changes from an old build to a new one, read from their files alone.

    Args:
        evaluations: what the old and the new build answered to the evaluation.

    Raises:
        StaleIndexError: one of them is damaged or of another version.
    """
    before, after = _commitments(old), _commitments(new)
    gone = [one for one in before.values() if one.id not in after]
    come = [one for one in after.values() if one.id not in before]
    pairs = list(_same_in_other_words(gone, come))
    paired = {one.id for pair in pairs for one in pair}
    kept = [(before[id_], after[id_]) for id_ in before if id_ in after]
    changed = [found for was, now in (*kept, *pairs) if (found := _reworded(was, now))]
    return Difference(
        added=tuple(one for one in come if one.id not in paired),
        removed=tuple(one for one in gone if one.id not in paired),
        changed=tuple(changed),
        answers=tuple(_answer_changes(*evaluations)) if evaluations else (),
        other_inputs=tuple(_other_inputs(old, new)),
    )


def _commitments(build: Path) -> dict[str, Commitment]:
    files = read_files(build, read_manifest(build))
    return {commitment.id: commitment for commitment in read_commitments_of(files)}


def _other_inputs(old: Path, new: Path) -> Iterator[str]:
    """The files besides the reports that are others now: glossary and evaluation."""
    before, after = (read_manifest(build).inputs for build in (old, new))
    for name in sorted(before.keys() | after.keys()):
        if not name.startswith("reports/") and before.get(name) != after.get(name):
            yield name


def _same_in_other_words(
    gone: Sequence[Commitment], come: Sequence[Commitment]
) -> Iterator[tuple[Commitment, Commitment]]:
    """Pairs of the same report that read alike, the likest first; nobody stands in two."""
    for report, left in _by_report(gone).items():
        arrived = _by_report(come).get(report, [])
        if not arrived:
            continue
        likeness = process.cdist(
            [one.quote for one in left],
            [one.quote for one in arrived],
            scorer=fuzz.ratio,
            score_cutoff=_SAME_FROM,
        )
        alike = [
            (-likeness[row, col], row, col) for row, col in zip(*likeness.nonzero(), strict=True)
        ]
        rows: set[int] = set()
        cols: set[int] = set()
        for _, row, col in sorted(alike):
            if row not in rows and col not in cols:
                rows.add(row)
                cols.add(col)
                yield left[row], arrived[col]


def _by_report(commitments: Iterable[Commitment]) -> Mapping[str, list[Commitment]]:
    found: dict[str, list[Commitment]] = {}
    for commitment in commitments:
        found.setdefault(commitment.report, []).append(commitment)
    return found


def _reworded(before: Commitment, after: Commitment) -> Reworded | None:
    others = tuple(
        field.name
        for field in fields(Commitment)
        if field.name not in _NO_CHANGE
        and getattr(before, field.name) != getattr(after, field.name)
    )
    if not others and before.quote == after.quote and before.id == after.id:
        return None
    return Reworded(before, after, _numbers(before, after), others)


def _numbers(before: Commitment, after: Commitment) -> tuple[tuple[str, ...], tuple[str, ...]]:
    was, now = (tuple(one.text for one in part.quantities) for part in (before, after))
    return (
        tuple(number for number in was if was.count(number) > now.count(number)),
        tuple(number for number in now if now.count(number) > was.count(number)),
    )


def _answer_changes(old: Evaluation, new: Evaluation) -> Iterator[AnswerChange]:
    known = {one.question: one for one in (*old.alone, *old.later)}
    for one in (*new.alone, *new.later):
        before = known.get(one.question)
        if before is not None and _answer(before) != _answer(one):
            yield AnswerChange(
                one.question.text, _answer(before), _answer(one), _is_right(before), _is_right(one)
            )


def _answer(outcome: Outcome) -> str:
    return outcome.commitment if outcome.answered else ""


def _is_right(outcome: Outcome) -> bool:
    if not outcome.is_answerable:
        return not outcome.answered
    return outcome.answered and outcome.first
