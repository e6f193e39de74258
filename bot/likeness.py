"""Whether two matters are about the same thing in the same place: a score, and why."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bot.cases import Matter
from index import normalise

Reason = Literal["meaning", "place", "street", "commitment", "category"]

SIMILAR_FROM = 0.6
"""Score from which two matters are shown as similar; measured by tests/bench/bench_similar.py."""
_MEANT_ALIKE = 0.5
"""Cosine from which the words alone are a reason."""
_SAME_SPOT = 0.5
"""Share of the shorter place's words from which two places are the same."""

# A logistic model. Fitted on half of tests/similar_problems.toml and rounded. Two texts that name
# one place are nearer in their words for that alone, hence the minus: the place is no proof.
_BIAS, _COSINE = -4.0, 8.0
_SAME_PLACE, _OTHER_PLACE = -1.0, -1.75
_SAME_STREET, _OTHER_STREET = 0.6, -1.75
_SAME_COMMITMENT, _SAME_CATEGORY = 0.5, 0.5
_MOST_BESIDE_COSINE = _SAME_STREET + _SAME_COMMITMENT + _SAME_CATEGORY

_HAN = re.compile(r"[\u4e00-\u9fff]")
# What many places have in common, and house numbers: no evidence of the same place.
_COMMON = re.compile(
    r"地铁站|公交站|小区|社区|公园|广场|大学|医院|大道|路口|门口|附近|旁边?|交叉口|[东南西北大]门"
    r"|\d+|[a-z](?=出?口)|出?口|栋|单元|号楼"
)
_COMMON_EN = {
    *("road", "street", "avenue", "lane", "alley", "square", "park", "station", "metro"),
    *("exit", "gate", "north", "south", "east", "west", "building", "block", "unit", "floor"),
    *("of", "the", "and", "no", "at", "on"),
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What tells how near texts are in meaning: an encoder, and its name.

    Attributes:
        encoder: fingerprint; vectors of another encoder cannot be compared.
        vectors: texts to float32[n, dim], rows of length 1 or zero.
    """

    encoder: str
    vectors: Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How likely two matters are about the same thing, 0..1, and what speaks for it."""

    score: float
    reasons: tuple[Reason, ...] = ()


def likeness(one: Matter, other: Matter, *, cosine: float) -> Likeness:
    """How alike two matters are.

    Args:
        cosine: of the vectors of their words, -1..1.
    """
    place, street = same_place(one, other), _same_street(one, other)
    commitment = bool(one.commitment) and one.commitment == other.commitment
    category = one.category == other.category
    total = _BIAS + _COSINE * cosine
    if place is not None:
        total += _SAME_PLACE if place else _OTHER_PLACE
    if street is not None:
        total += _SAME_STREET if street else _OTHER_STREET
    total += _SAME_COMMITMENT * commitment + _SAME_CATEGORY * category
    found: dict[Reason, bool] = {
        "meaning": cosine >= _MEANT_ALIKE,
        "place": bool(place),
        "street": bool(street),
        "commitment": commitment,
        "category": category,
    }
    return Likeness(_share(total), tuple(name for name, holds in found.items() if holds))


def least_cosine(score: float) -> float:
    """The cosine below which no two matters reach a score, whatever else they have in common."""
    return (math.log(score / (1 - score)) - _BIAS - _MOST_BESIDE_COSINE) / _COSINE


def same_place(one: Matter, other: Matter) -> bool | None:
    """Whether they name the same spot; None if that cannot be told.

    Who named no spot may still have written its name, so it is looked for in her words. Names in
    two scripts are not compared.
    """
    if one.place and other.place:
        share = _shared(one.place, other.place)
        return None if share is None else share >= _SAME_SPOT
    if not one.place and not other.place:
        return None
    named, silent = (one, other) if one.place else (other, one)
    share = _shared(named.place, silent.text, within=True)
    return True if share is not None and share >= _SAME_SPOT else None


def _same_street(one: Matter, other: Matter) -> bool | None:
    return one.street == other.street if one.street and other.street else None


def _shared(place: str, text: str, *, within: bool = False) -> float | None:
    """The share of the shorter one's words that both hold, of `place`'s if `within`."""
    if bool(_HAN.search(place)) != bool(_HAN.search(text)):
        return None
    of_place, of_text = _words(place), _words(text)
    least = len(of_place) if within else min(len(of_place), len(of_text))
    return len(of_place & of_text) / least if least else None


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    """Pairs of Chinese characters, or English words, but for what many places have in common."""
    folded = normalise(text)
    if not _HAN.search(folded):
        return frozenset(re.findall(r"[a-z0-9]+", folded)) - _COMMON_EN
    runs = re.split(r"\W+", _COMMON.sub(" ", folded))
    return frozenset(run[at : at + 2] for run in runs for at in range(len(run) - 1))


def _share(total: float) -> float:
    return 1 / (1 + math.exp(-total))
