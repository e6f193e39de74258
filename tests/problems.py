"""Pairs of matters about the same problem and about different ones, from similar_problems.toml."""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, product
from pathlib import Path
from typing import Any

from bot.answers import Answer
from bot.cases import Matter
from bot.dialogue import proposed
from bot.likeness import likeness
from bot.matters import MatterReader
from bot.meanings import Meanings
from bot.service import Service
from index import Earlier, Index

_FILE = Path(__file__).parent / "similar_problems.toml"
_COMMITMENT_FROM = 0.5


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tellings, whether they are of one problem, and which half of the file they are of."""

    one: str
    other: str
    same: bool
    half: str


def hard_pairs() -> list[Pair]:
    """Every pair of the same problem, and those of two problems with one topic or one place."""
    return [*_same(), *(pair for pair, hard in _different() if hard)]


def easy_pairs() -> list[Pair]:
    """Pairs of problems that share neither topic nor place."""
    return [pair for pair, hard in _different() if not hard]


def scorer(index: Index, service: Service, meanings: Meanings) -> Callable[[Pair], float]:
    """How alike the bot takes the two of a pair to be, 0..1."""
    reader = MatterReader(service, meanings)

    @cache
    def matter(text: str) -> Matter:
        hits = tuple(index.about(reader.without_place(text)))
        near = proposed(Answer(text, hits, "", Earlier(text)))
        about = [hit.commitment.id for hit in near if hit.nearness >= _COMMITMENT_FROM]
        return replace(reader.read(text, danger=False), commitment=next(iter(about), ""))

    def score(pair: Pair) -> float:
        one, other = index.vectors([pair.one, pair.other])
        return likeness(matter(pair.one), matter(pair.other), cosine=float(one @ other)).score

    return score


def rates(pairs: list[Pair], scores: list[float], threshold: float) -> tuple[float, float]:
    """Precision and recall of "the same problem" from a threshold on."""
    told = [pair.same for pair, score in zip(pairs, scores, strict=True) if score >= threshold]
    return sum(told) / max(len(told), 1), sum(told) / sum(pair.same for pair in pairs)


def _same() -> Iterator[Pair]:
    for problem in _problems():
        for one, other in combinations(problem["says"], 2):
            yield Pair(one, other, same=True, half=problem["half"])


def _different() -> Iterator[tuple[Pair, bool]]:
    for one, other in combinations(_problems(), 2):
        place = one["place"] and one["place"] == other["place"]
        half = "fit" if one["half"] == other["half"] == "fit" else "check"
        for said, answered in product(one["says"], other["says"]):
            yield (
                Pair(said, answered, same=False, half=half),
                one["topic"] == other["topic"] or place,
            )


@cache
def _problems() -> list[dict[str, Any]]:
    with _FILE.open("rb") as file:
        problems: list[dict[str, Any]] = tomllib.load(file)["problem"]
    return problems
