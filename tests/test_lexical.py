"""The lexical leg: what is a term, how terms weigh, and that the file gives the same index."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.lexical import (
    LexicalIndex,
    count_terms,
    index_fields,
    recount_terms,
    stem,
    terms_of,
    tidy,
)


@pytest.fixture
def elevators() -> LexicalIndex:
    """Three documents with two fields each."""
    return index_fields(
        [
            [("加装电梯60部", 1.0), ("Retrofit 60 elevators", 0.6)],
            [("改造二次供水点位150处", 1.0), ("Upgrade 150 water supply points", 0.6)],
            [("电梯电梯电梯", 1.0), ("", 0.6)],
        ]
    )


def test_terms_are_characters_pairs_word_stems_and_numbers() -> None:
    assert terms_of("加装電梯60部 Elevators, 3.4") == [
        "加", "装", "电", "梯", "加装", "装电", "电梯", "60", "部", "elevator", "3.4",
    ]  # fmt: skip


def test_thousands_and_apostrophes_do_not_split_a_term() -> None:
    assert terms_of("10,000 in Jiang'an's parks") == ["10000", "in", "jiangan", "park"]


@pytest.mark.parametrize(
    ("forms", "common"),
    [
        (["elevator", "elevators"], "elevator"),
        (["community", "communities"], "community"),
        (["add", "added", "adding", "adds"], "add"),
        (["plan", "planned", "planning"], "plan"),
        (["bus", "buses"], "bus"),
        (["house", "houses", "housing"], "hous"),
        (["branch", "branches"], "branch"),
        (["business"], "business"),
    ],
)
def test_forms_of_a_word_have_one_stem(forms: list[str], common: str) -> None:
    assert {stem(form) for form in forms} == {common}


def test_a_score_is_bm25_with_weighted_fields(elevators: LexicalIndex) -> None:
    # One field holds 供水 once, in 供's document alone; both fields have their own mean length.
    rarity = math.log1p((3 - 1 + 0.5) / (1 + 0.5))
    lengths = [
        len(terms_of(text)) for text in ("加装电梯60部", "改造二次供水点位150处", "电梯" * 3)
    ]
    frequency = 1 / (1 - 0.6 + 0.6 * lengths[1] / (sum(lengths) / 3))
    expected = rarity * frequency * 2.2 / (frequency + 1.2)
    np.testing.assert_allclose(elevators.score({"供水": 1.0}), [0, expected, 0], rtol=1e-6)


def test_a_word_repeated_in_a_document_counts_less_each_time(elevators: LexicalIndex) -> None:
    scores = elevators.score({"电梯": 1.0})
    assert 0 < scores[0] < scores[2] < 3 * scores[0]


def test_a_term_no_document_holds_is_the_rarest_and_scores_nothing(
    elevators: LexicalIndex,
) -> None:
    assert elevators.rarity_of("地铁") == elevators.rarest > elevators.rarity_of("电梯")
    assert not elevators.score({"地铁": 1.0}).any()


def test_a_document_holds_its_own_terms(elevators: LexicalIndex) -> None:
    words = ("电梯", "elevator", "150")
    held = [
        {word for word in words if elevators.place[word] in elevators.held_by(row)}
        for row in (0, 1, 2)
    ]
    assert held == [{"电梯", "elevator"}, {"150"}, {"电梯"}]


def test_the_file_gives_the_same_index_and_the_same_bytes(elevators: LexicalIndex) -> None:
    content = elevators.to_bytes()
    again = LexicalIndex.from_bytes(content)
    assert again.to_bytes() == content
    assert again.score({"电梯": 1.0, "water": 0.5}).tolist() == (
        elevators.score({"电梯": 1.0, "water": 0.5}).tolist()
    )


def test_an_index_of_nothing_can_be_searched() -> None:
    empty = LexicalIndex.from_bytes(index_fields([]).to_bytes())
    assert empty.score({"电梯": 1.0}).shape == (0,)


@given(st.text(max_size=60))
def test_any_text_has_terms_and_tidying_twice_changes_nothing_more(text: str) -> None:
    assert all(terms_of(text))
    assert tidy(tidy(text)) == tidy(text)


@given(st.lists(st.text(max_size=40), max_size=6))
def test_terms_counted_all_at_once_are_those_of_each_text_by_itself(texts: list[str]) -> None:
    texts = [*texts, "新增普惠幼儿园3所、学位1,000个 Kindergartens 5G", "⫸ 加装电梯60部"]
    counted = count_terms(texts)
    found: list[Counter[str]] = [Counter() for _ in texts]
    for owner, place, count in zip(
        counted.owners, counted.term_places, counted.counts, strict=True
    ):
        found[owner][str(counted.terms[place])] = int(count)
    assert found == [Counter(terms_of(text.replace("⫸", " "))) for text in texts]
    assert list(counted.terms) == sorted(counted.terms)


@given(
    st.lists(st.text("新增幼儿园3所 ab", max_size=8), max_size=6),
    st.lists(st.text("新增幼儿园3所 ab", max_size=8), max_size=6),
)
def test_terms_counted_again_are_those_counted_from_nothing(
    before: list[str], after: list[str]
) -> None:
    after = [*after, *before[::2]]
    places = {text: place for place, text in enumerate(before)}
    again = recount_terms(after, count_terms(before), places)
    anew = count_terms(after)
    for name in ("terms", "owners", "term_places", "counts"):
        assert getattr(again, name).tolist() == getattr(anew, name).tolist()


def test_a_long_term_that_is_gone_leaves_no_trace() -> None:
    """The build of the same texts had other bytes, once a longer word had stood in one before."""
    before, after = ["电梯60部", "antidisestablishmentarianism"], ["电梯60部", "新增"]
    again = recount_terms(after, count_terms(before), {text: n for n, text in enumerate(before)})
    assert again.terms.dtype == count_terms(after).terms.dtype
