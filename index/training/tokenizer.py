"""Makes the tokenizer: whole Chinese words and characters, English words and pieces, numbers."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from index.training.sources import Source

UNKNOWN = "[UNK]"
_RUN = r"[a-z]+|[0-9]+|\p{Han}+"
_WORD = re.compile(r"[a-z]+|[0-9]+|[\u4e00-\u9fff]+")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_MAX_CHINESE_CHARS = 4
_SUBWORDS = 1_500
_ROUNDS = 3
_DOMAIN = ("residents", "reports_text", "headings")
_DOMAIN_FACTOR = 10
_ROWS_COUNTED = 30_000
_RUNS_COUNTED = 250_000
_MIN_CHAR_COUNT = 20


@dataclass(frozen=True, slots=True)
class Counts:
    """How often runs of one script occur, the report language counted tenfold."""

    chinese: Counter[str]
    english: Counter[str]
    numbers: Counter[str]


def count_runs(sources: Sequence[Source]) -> Counts:
    """Count runs in normalised sources, of a long source in an even sample of its rows."""
    counts = Counts(Counter(), Counter(), Counter())
    for source in sources:
        factor = _DOMAIN_FACTOR if source.name in _DOMAIN else 1
        for text in dict.fromkeys(text for row in _sample(source) for text in row):
            for run in _WORD.findall(text):
                kind = _kind_of(run, counts)
                kind[run] += factor
    return counts


def _sample(source: Source) -> list[tuple[str, ...]]:
    return source.rows[:: max(1, len(source.rows) // _ROWS_COUNTED)]


def _kind_of(run: str, counts: Counts) -> Counter[str]:
    if run[0].isdigit():
        return counts.numbers
    return counts.english if run[0] <= "z" else counts.chinese


def dictionary_words(sources: Sequence[Source]) -> set[str]:
    """Chinese words of 2 to 4 characters that stand alone in a row of a dictionary."""
    return {
        text
        for source in sources
        if source.is_dictionary
        for row in source.rows
        for text in row
        if 2 <= len(text) <= _MAX_CHINESE_CHARS and _HAN.fullmatch(text)
    }


def make_tokenizer(
    counts: Counts, words: Iterable[str], *, chinese_pieces: int, english_pieces: int
) -> Tokenizer:
    """A Unigram tokenizer whose pieces and scores come from counts; nothing unknown is a token.

    Words are found by the best segmentation under the scores of the round before, beginning
    with the fewest pieces.
    """
    pieces = _chinese(counts.chinese, sorted(set(words)), chinese_pieces)
    pieces |= _english(counts.english, english_pieces)
    pieces |= _digits(counts.numbers)
    return _unigram(pieces)


def _unigram(counts: dict[str, float]) -> Tokenizer:
    total = math.log(sum(counts.values()))
    best = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    scored = [(piece, math.log(count) - total) for piece, count in best]
    tokenizer = Tokenizer(models.Unigram([(UNKNOWN, -100.0), *scored], unk_id=0))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(_RUN), behavior="removed", invert=True)
    return tokenizer


def _chinese(runs: Counter[str], words: Sequence[str], size: int) -> dict[str, float]:
    chars: Counter[str] = Counter()
    for run, count in runs.items():
        for char in run:
            chars[char] += count
    chars = Counter({char: count for char, count in chars.items() if count >= _MIN_CHAR_COUNT})
    pieces = dict.fromkeys(words, 1.0) | dict.fromkeys(chars, 0.5)
    for left in reversed(range(_ROUNDS)):
        counted = _recount(_unigram(pieces), runs)
        kept = [piece for piece, _ in counted.most_common() if len(piece) > 1]
        kept = kept[: size * (1 + left)]
        pieces = {piece: float(counted[piece]) for piece in kept}
        pieces |= {char: max(float(counted[char]), 0.5) for char in chars}
    return pieces


def _recount(tokenizer: Tokenizer, runs: Counter[str]) -> Counter[str]:
    counted: Counter[str] = Counter()
    texts = [run for run, _ in runs.most_common(_RUNS_COUNTED)]
    for encoding, run in zip(tokenizer.encode_batch(texts), texts, strict=True):
        for token in encoding.tokens:
            counted[token] += runs[run]
    return counted


def _english(words: Counter[str], size: int) -> dict[str, float]:
    ranked = sorted(words.items(), key=lambda item: (-item[1], item[0]))
    pieces = {word: float(count) for word, count in ranked[:size]}
    parts: Counter[str] = Counter()
    for word, count in ranked[size : 4 * size]:
        for length in range(2, 6):
            parts[word[:length]] += count
            parts[word[-length:]] += count
    best = sorted(parts.items(), key=lambda item: (-item[1] * len(item[0]), item[0]))
    for part, _ in best[:_SUBWORDS]:
        pieces.setdefault(part, 1.0)
    for letter in "abcdefghijklmnopqrstuvwxyz":
        pieces.setdefault(letter, 0.5)
    return pieces


def _digits(numbers: Counter[str]) -> dict[str, float]:
    short = {number: float(count) for number, count in numbers.items() if len(number) <= 2}
    years = {str(year): float(numbers[str(year)] or 0.5) for year in range(1990, 2040)}
    return dict.fromkeys("0123456789", 0.5) | short | years
