"""Word lists found in what people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cues import Cues
from index import normalise

CUES = Cues(["路灯", "灯", "Fix", "street light", "黄鹤楼街"], unless=["黄鹤楼街头"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("路灯坏了", {"路灯"}),
        ("灯和路灯", {"灯", "路灯"}),
        ("路燈壞了", {"路灯"}),
        ("please FIX it", {"fix"}),
        ("ｆｉｘ", {"fix"}),
        ("prefix and fixes", set()),
        ("修fix一下", {"fix"}),
        ("the street light's out", {"street light"}),
        ("住在黄鹤楼街", {"黄鹤楼街"}),
        ("黄鹤楼街头艺人", set()),
        ("", set()),
    ],
)
def test_words_are_found_whole_and_the_longest_first(text: str, found: set[str]) -> None:
    assert CUES.found(normalise(text)) == found
    assert (normalise(text) in CUES) == bool(found)


def test_taking_the_words_out_leaves_the_rest() -> None:
    assert CUES.without("路灯坏了 fix").split() == ["坏了"]
    assert CUES.without("黄鹤楼街头") == "黄鹤楼街头"


def test_an_empty_list_finds_nothing() -> None:
    nothing = Cues([])
    assert nothing.found("路灯") == set()
    assert nothing.without("路灯") == "路灯"


@given(st.lists(st.text(min_size=1), min_size=1), st.text())
def test_every_cue_is_found_in_itself_and_nothing_raises(words: list[str], text: str) -> None:
    cues = Cues(words)
    cues.found(normalise(text))
    for word in words:
        folded = normalise(word)
        assert not folded or folded in cues
