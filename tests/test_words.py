"""The words of a quote as vectors: right whoever asks, and kept for the next question."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from index import Index
from index.encoder import Encoder, open_encoder
from index.questions import telling_terms
from index.words import WordVectors
from tests.small_content import tiny_settings

QUOTE = "加装电梯60部,加装电梯60部"
KEPT = 500


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """A tiny encoder of the small report's characters."""
    return open_encoder(tiny_settings(tmp_path_factory.mktemp("model")).encoder)


def test_each_word_has_one_row_of_length_1(encoder: Encoder) -> None:
    vectors = WordVectors(encoder).of(QUOTE)
    assert telling_terms(QUOTE).count("电梯") == 2
    words = list(dict.fromkeys(telling_terms(QUOTE)))
    assert vectors.shape == (len(words), encoder.dimension)
    assert vectors.dtype == np.float32
    known = words.index("电梯")
    assert np.linalg.norm(vectors[known]) == pytest.approx(1, abs=1e-5)
    assert vectors[known] == pytest.approx(encoder.encode(["电梯"], role="passage")[0], abs=1e-5)


@pytest.mark.parametrize("quote", ["", "。", "的"])
def test_a_quote_without_words_has_as_many_rows_as_words(encoder: Encoder, quote: str) -> None:
    vectors = WordVectors(encoder).of(quote)
    assert vectors.shape == (len(telling_terms(quote)), encoder.dimension)


def test_what_was_asked_for_is_kept(encoder: Encoder) -> None:
    words = WordVectors(encoder)
    assert words.of(QUOTE) is words.of(QUOTE)


def test_the_quote_used_longest_ago_is_forgotten_first(encoder: Encoder) -> None:
    words = WordVectors(encoder)
    first, second = words.of("电梯"), words.of("学位")
    for number in range(KEPT - 2):
        words.of(f"幼儿园{number}所")
    assert words.of("电梯") is first
    words.of("小区8个")
    assert words.of("电梯") is first
    assert words.of("学位") is not second


def test_many_threads_get_the_vectors_one_gets(encoder: Encoder) -> None:
    words, alone = WordVectors(encoder), WordVectors(encoder)
    quotes = [f"新增幼儿园{number % 600}所" for number in range(2400)]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(words.of, quotes))
    assert all(
        np.array_equal(found, alone.of(quote))
        for found, quote in zip(together, quotes, strict=True)
    )


@pytest.mark.parametrize(
    ("english", "quote", "other"),
    [
        ("elevators", "加装电梯60部", "新增普惠幼儿园3所"),
        ("kindergartens", "新增普惠幼儿园3所", "加装电梯60部"),
    ],
)
def test_an_english_word_is_nearest_to_the_quote_that_has_it_in_chinese(
    real_index: Index, english: str, quote: str, other: str
) -> None:
    asked = real_index.encoder.encode([english], role="query")[0]
    words = WordVectors(real_index.encoder)
    near, far = (float((words.of(text) @ asked).max()) for text in (quote, other))
    assert near > 0.55
    assert far < 0.35
