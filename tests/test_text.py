"""Normalisation: the same on both sides of a search, and it never raises."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from index import clean, normalise, to_simplified

ANY_TEXT = st.text(st.characters(), max_size=80) | st.text(max_size=80)
LONE_SURROGATE = "\ud83d"


@given(ANY_TEXT)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(ANY_TEXT)
def test_normalised_text_holds_no_control_or_direction_characters(text: str) -> None:
    kinds = {unicodedata.category(char) for char in normalise(text)}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


def test_every_chinese_character_is_stable_after_one_normalisation() -> None:
    characters = map(chr, (*range(0x2E80, 0xA000), *range(0xF900, 0xFB00), 0x20B9F))
    unstable = [char for char in characters if normalise(normalise(char)) != normalise(char)]
    assert unstable == []


def test_a_traditional_character_with_two_steps_goes_all_the_way() -> None:
    assert normalise("薴") == normalise("苧") == "苎"


def test_full_width_upper_case_and_traditional_become_one_form() -> None:
    assert normalise("ＷＵＣＨＡＮＧ\u3000電梯６０部") == "wuchang 电梯60部"


def test_direction_marks_and_zero_width_characters_vanish() -> None:
    assert clean("电\u200b梯\u202e 60\x00部\ufeff") == "电梯 60部"


def test_a_lone_surrogate_is_dropped_and_raises_nothing() -> None:
    assert clean(f"电{LONE_SURROGATE}梯") == "电梯"
    assert to_simplified(f"電{LONE_SURROGATE}梯") == "电\ufffd梯"
