"""Residents' slips are mended into the content's words, and nothing else is touched."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from index.lexical import tidy
from index.ordinary import is_derived, is_pinyin, loose_sounds, readings
from index.slips import TOO_FAR, slip_cost
from index.spelling import Speller
from index.training.corpus import CorpusFile
from index.training.ordinary import ordinary_pairs, ordinary_words
from tests.spelling_samples import (
    ENGLISH_SLIPS,
    ORDINARY_CHINESE,
    ORDINARY_ENGLISH,
    PINYIN,
    TYPOS,
)

TEXTS = (
    "新增公办幼儿园学位3000个",
    "实施老旧小区改造",
    "完成既有住宅加装电梯60部",
    "推进垃圾分类,建设长江沿线绿道10公里",
    "社区卫生服务中心",
    "老小区改造",
    "Add 3,000 places in public kindergartens.",
    "Build a library, repair each elevator, protect the environment of the community.",
    "The district government hopes to cut pollution near parking lots.",
    "普惠园",
    "老旧小区",
    "加装电梯",
)
SPELLER = Speller(TEXTS)
# What the samples mean stands in other reports as well: here it is a word of the glossary.
WIDE = Speller([*TEXTS, *(meant for _, meant in (*TYPOS, *PINYIN, *ENGLISH_SLIPS))])


def mended(words: str) -> str:
    """What becomes of a resident's words."""
    return SPELLER.mend(tidy(words))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("今年新增多少学卫?", "今年新增多少学位?"),
        ("我们小区的电体坏了", "我们小区的电梯坏了"),
        ("新建几所幼儿圆", "新建几所幼儿园"),
        ("老就小区改造", "老旧小区改造"),
        ("垃级分类", "垃圾分类"),
    ],
)
def test_a_character_that_sounds_or_looks_alike_becomes_the_one_that_was_meant(
    written: str, meant: str
) -> None:
    assert mended(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("jiazhuang dianti", "加装电梯"),
        ("jiazhuangdianti", "加装电梯"),
        ("jia zhuang dian ti", "加装电梯"),
        ("今年新增几所youeryuan?", "今年新增几所幼儿园?"),
        ("lao xiaoqu gaizao", "老小区改造"),
        ("duoshao xuewei", "多少学位"),
    ],
)
def test_pinyin_becomes_the_words_it_spells(written: str, meant: str) -> None:
    assert mended(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Are there kindergardens?", "are there kindergartens?"),
        ("a new elevater", "a new elevator"),
        ("the libary", "the library"),
        ("our comunity", "our community"),
        ("the goverment", "the government"),
        ("enviroment", "environment"),
    ],
)
def test_a_misspelt_english_word_becomes_the_nearest_of_the_content(
    written: str, meant: str
) -> None:
    assert mended(written) == meant


def test_pinyin_in_an_english_sentence_is_a_name_and_stays() -> None:
    assert (
        mended("is Changjiang Road near Xuewei Street?")
        == "is changjiang road near xuewei street?"
    )


def test_a_character_of_the_word_behind_is_not_taken_for_a_slip() -> None:
    assert mended("学卫生知识") == "学卫生知识"


def test_a_word_that_two_words_of_the_content_sound_like_stays() -> None:
    assert Speller(["公办", "公馆"]).mend("宫办") == "公办"
    assert Speller(["实验", "试验"]).mend("室验") == "室验"


def test_a_measure_is_never_made_of_another_word() -> None:
    assert mended("公力幼儿园") == "公力幼儿园"


def test_no_place_is_made_of_another_word() -> None:
    assert Speller(["武昌站前", "武昌"]).mend("乌昌石") == "乌昌石"


def test_an_ordinary_english_word_stays_however_near_it_is() -> None:
    assert mended("dogs barking, a plaited villa") == "dogs barking, a plaited villa"


def test_a_contraction_stays_without_its_apostrophe() -> None:
    assert mended("who'll pay? they've left") == tidy("who'll pay? they've left")


def test_a_word_is_mended_to_a_word_and_not_to_a_stem() -> None:
    assert Speller(["the whole sewage"]).mend("sewege") == "sewage"
    assert Speller(["the whole village"]).mend("villagg") == "village"


def test_ordinary_sentences_stay_as_they_are() -> None:
    sentences = [tidy(words) for words in (*ORDINARY_CHINESE, *ORDINARY_ENGLISH)]
    assert [words for words in sentences if WIDE.mend(words) != words] == []


@pytest.mark.parametrize(
    ("slips", "share"), [(TYPOS, 0.6), (PINYIN, 0.9), (ENGLISH_SLIPS, 0.75)], ids=str
)
def test_most_slips_are_mended_and_hardly_any_into_another_word(
    slips: tuple[tuple[str, str], ...], share: float
) -> None:
    written = [tidy(words) for words, _ in slips]
    after = [WIDE.mend(words) for words in written]
    wrong = [
        words
        for words, before, (_, meant) in zip(after, written, slips, strict=True)
        if words not in (before, meant)
    ]
    right = [meant for words, (_, meant) in zip(after, slips, strict=True) if words == meant]
    assert len(right) >= share * len(slips)
    assert len(wrong) <= 0.05 * len(slips)


def test_the_samples_are_many() -> None:
    assert len(ORDINARY_CHINESE) >= 300
    assert len(ORDINARY_ENGLISH) >= 200
    assert len(TYPOS) >= 150


def test_what_stands_far_behind_is_kept_unread() -> None:
    long = "啊" * 499 + ",学卫"
    assert mended(long) == long


def test_a_word_that_the_end_of_what_is_read_cuts_in_two_stays() -> None:
    long = "啊" * 491 + " environment"
    assert mended(long) == long


@hypothesis_settings(deadline=None)  # The first reads the lists of ordinary words.
@given(st.text())
def test_any_text_is_mended_without_an_error(text: str) -> None:
    assert isinstance(mended(text), str)


@hypothesis_settings(deadline=None)  # The first reads the lists of ordinary words.
@given(st.text(st.sampled_from("学卫位电体梯abinogr -,.?今年幼儿圆9")))
def test_words_near_the_content_are_mended_without_an_error(text: str) -> None:
    assert isinstance(mended(text), str)


@hypothesis_settings(deadline=None)  # The first reads the lists of ordinary words.
@given(st.lists(st.sampled_from(TEXTS)))
def test_the_contents_own_words_are_never_changed(texts: list[str]) -> None:
    text = tidy(" ".join(texts))
    assert SPELLER.mend(text) == text
    assert SPELLER.mend(SPELLER.mend(text)) == text


@hypothesis_settings(deadline=None)  # The first reads the lists of ordinary words.
@given(st.lists(st.text(), max_size=5))
def test_any_texts_are_left_as_they_are_by_a_speller_made_of_them(texts: list[str]) -> None:
    speller = Speller(texts)
    assert [speller.mend(tidy(text)) for text in texts] == [tidy(text) for text in texts]


def test_a_speller_without_texts_changes_nothing() -> None:
    assert Speller([]).mend("学卫 youeryuan kindergarden") == "学卫 youeryuan kindergarden"


def test_sounds_that_are_often_mixed_are_one() -> None:
    assert loose_sounds("住") == loose_sounds("组")
    assert loose_sounds("牛") == loose_sounds("流")
    assert loose_sounds("灰") == loose_sounds("飞")
    assert loose_sounds("平") == loose_sounds("拼")
    assert readings("绿") == ("lv",)
    assert readings("x") == ()


def test_pinyin_is_told_from_english() -> None:
    assert is_pinyin("youeryuan")
    assert not is_pinyin("library")
    assert not is_pinyin("pollution")
    assert not is_pinyin("a" * 41)


def test_an_english_word_may_be_made_of_another() -> None:
    assert is_derived("relighting")
    assert is_derived("streetlight")
    assert not is_derived("xylograf")


@pytest.mark.parametrize(
    ("written", "meant", "cost"),
    [
        ("library", "library", 0.0),
        ("elevater", "elevator", 0.6),
        ("hosptial", "hospital", 0.6),
        ("comunity", "community", 0.6),
        ("libary", "library", 1.0),
        ("cat", "library", TOO_FAR),
    ],
)
def test_slips_of_the_fingers_cost_by_how_usual_they_are(
    written: str, meant: str, cost: float
) -> None:
    assert slip_cost(written, meant, 2.0) == pytest.approx(cost)


def test_ordinary_is_what_the_dictionaries_have_and_the_texts_use() -> None:
    files = [
        CorpusFile("dictionary_cedict", "pair", [{"b": "带电体"}, {"b": "学位"}], ""),
        CorpusFile("dictionary_ecdict", "pair", [{"a": "Barking"}, {"a": "zyzzyva"}], ""),
        CorpusFile("dictionary_wordnet", "pair", [{"a": "street; road: a way", "la": "en"}], ""),
        CorpusFile("some_text", "text", [{"text": "带电 barking " + "我们去" * 12}] * 2, ""),
    ]
    assert ordinary_pairs(files) == {"带电", "学位", "我们", "们去", "去我"}
    assert ordinary_words(files) == {"street", "road", "barking"}


def test_the_bundled_lists_are_as_their_readme_says() -> None:
    folder = Path(__file__).parent.parent / "index" / "models" / "ordinary"
    pairs = gzip.decompress((folder / "chinese.txt.gz").read_bytes()).decode().splitlines()
    words = gzip.decompress((folder / "english.txt.gz").read_bytes()).decode().splitlines()
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert f"{sum(len(line) - 1 for line in pairs):,} pairs" in readme
    assert f"{len(words):,} English words" in readme
