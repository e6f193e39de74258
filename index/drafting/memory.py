"""The last comment of a drafted `commitments.toml`: which clauses were drafted so far."""

from collections.abc import Iterable
from itertools import groupby

from index.reports import Commitment

_MEMORY_ABOUT = (
    "# 初稿列过的句子，删去的不再列出 / Clauses drafted so far; one taken out does not come back."
)
_MEMORY = "# drafted: "
_KEYS_A_LINE = 9


def without_memory(lines: Iterable[str]) -> tuple[list[str], set[str]]:
    """The lines without the list of clauses drafted so far, and that list."""
    kept: list[str] = []
    keys: set[str] = set()
    for line in lines:
        if line.startswith(_MEMORY):
            keys.update(line.removeprefix(_MEMORY).split())
        elif line.rstrip() != _MEMORY_ABOUT:
            kept.append(line)
    return kept, keys


def clause_key(clause: Commitment) -> str:
    """What a clause nobody has curated is remembered by: the hash of its words, and which it is.

    The second clause of the same words has another key than the first: `0a1b2c3d-2`.
    """
    return clause.id.rpartition("/c-")[2]


def memory_lines(keys: Iterable[str]) -> list[str]:
    """The comment that lists the clauses drafted so far."""
    rows: list[str] = []
    # In groups, so that one more does not move all lines below it.
    for _, group in groupby(sorted(set(keys)), key=lambda key: key[:1]):
        ordered = list(group)
        for at in range(0, len(ordered), _KEYS_A_LINE):
            rows.append(f"{_MEMORY}{' '.join(ordered[at : at + _KEYS_A_LINE])}")
    return [_MEMORY_ABOUT, *rows]
