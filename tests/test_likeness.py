"""Whether two matters are about the same thing in the same place."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases import Kind, Matter
from bot.likeness import SIMILAR_FROM, least_cosine, likeness, same_place
from bot.meanings import Meanings
from bot.service import Service
from index import Index
from tests.problems import easy_pairs, hard_pairs, rates, scorer

LAMP = Matter("路灯坏了", Kind.COMPLAINT, "urban_management")


def at(place: str, text: str = "路灯坏了") -> Matter:
    """The matter somewhere."""
    return replace(LAMP, text=text, place=place)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (at("粮道街胭脂路口"), at("胭脂路路口"), True),
        (at("洪山广场地铁站B口"), at("洪山广场站B出口"), True),
        (at("糧道街胭脂路口"), at("胭脂路"), True),
        (at("沙湖公园北门"), at("紫阳公园北门"), False),
        (at("胭脂路"), at("和平大道"), False),
        (at("胭脂路"), at("", "胭脂路的灯坏了"), True),
        (at("", "胭脂路的灯坏了"), at("胭脂路"), True),
        (at("胭脂路"), at("", "灯坏了"), None),
        (at(""), at(""), None),
        (at("胭脂路"), at("Yanzhi Road"), None),
        (at("Wuluo Road"), at("99 Wuluo Road"), True),
        (at("Wuluo Road"), at("Minzhu Road"), False),
        (at("门口"), at("路口"), None),
    ],
)
def test_a_place_is_the_same_by_the_words_that_tell_it_from_others(
    one: Matter, other: Matter, same: bool | None
) -> None:
    assert same_place(one, other) is same


def test_reasons_name_what_speaks_for_it() -> None:
    one = replace(LAMP, street="liangdaojie", place="胭脂路", commitment="x")
    assert likeness(one, one, cosine=1.0).reasons == (
        "meaning",
        "place",
        "street",
        "commitment",
        "category",
    )
    other = Matter("公交不来", Kind.HELP, "transport", street="nanhu", place="文治街")
    assert likeness(one, other, cosine=0.0).reasons == ()


@given(st.floats(-1, 1), st.sampled_from(["", "nanhu"]), st.sampled_from(["", "胭脂路", "文治街"]))
def test_likeness_is_symmetric_and_bounded(cosine: float, street: str, place: str) -> None:
    one, other = replace(LAMP, street=street, place=place), replace(LAMP, street="nanhu")
    found = likeness(one, other, cosine=cosine)
    assert found == likeness(other, one, cosine=cosine)
    assert 0 <= found.score <= 1
    assert found.score < SIMILAR_FROM or cosine >= least_cosine(SIMILAR_FROM)


def test_pairs_of_one_problem_are_told_from_hard_pairs_of_two(
    real_index: Index, service: Service, meanings: Meanings
) -> None:
    score = scorer(real_index, service, meanings)
    for half in ("fit", "check"):
        pairs = [pair for pair in hard_pairs() if pair.half == half]
        precision, recall = rates(pairs, list(map(score, pairs)), SIMILAR_FROM)
        assert precision >= 0.85, half
        assert recall >= 0.7, half


def test_of_pairs_that_share_neither_topic_nor_place_hardly_one_is_similar(
    real_index: Index, service: Service, meanings: Meanings
) -> None:
    score, pairs = scorer(real_index, service, meanings), easy_pairs()
    assert sum(score(pair) >= SIMILAR_FROM for pair in pairs) <= len(pairs) / 500
