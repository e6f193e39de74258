"""Ordinary Chinese and English, and how characters sound: what `index.spelling` measures against.

How usual a word is comes from the bundled encoder's tokenizer, what is ordinary besides from
`models/ordinary`, and the sounds from pypinyin's table of characters. Each is read at the first
word that needs it, once.
"""

import gzip
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import distribution
from itertools import product
from pathlib import Path
from typing import Any

from index.encoder import BUNDLED
from index.lexical import stem

_ORDINARY = BUNDLED.parent / "ordinary"
CHINESE_PAIRS, ENGLISH_WORDS = _ORDINARY / "chinese.txt.gz", _ORDINARY / "english.txt.gz"

# The score (natural logarithm of the share of all tokens) of a character that is no token.
UNKNOWN_SCORE = -15.0
_LONGEST_WORD = 4
_LONGEST_SYLLABLE, _LONGEST_PINYIN = 6, 40

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")

# Characters with two usual readings that differ in more than the tone; of all others the first
# reading of the table is the usual one.
_TWO_READINGS = frozenset("行长重乐都会校调还便降传藏觉率省给朝曾弹厦薄露血壳卡系盛强粘")

# What southern speakers and quick typing mix: zh/z, ch/c, sh/s, n/l, h/f (hui is fei, huang is
# fang), ang/an, eng/en, ing/in.
_MIXED = (
    (re.compile(r"^([zcs])h"), r"\1"),
    (re.compile(r"^n"), "l"),
    (re.compile(r"^h(?:un|ong)$"), "fen"),
    (re.compile(r"^hui$"), "fei"),
    (re.compile(r"^hu(?=[ao])"), "f"),
    (re.compile(r"^hu$"), "fu"),
    (re.compile(r"ng$"), "n"),
)

# English words that are Chinese syllables as well.
_SYLLABLES = """
    a ai an ban bang ben bin bing can cha che dan de den die din ding dong dun e en fan fang
    fen gang gun ha hang he hen ken la le lie lo long ma man me men mi min mo mu o pa pan
    pang pen pi pie pin ping pu ran rang run san sang she shun song sun tan tang ten tie
    ting tong wan wen yang ye yin you yuan
"""
ENGLISH_SYLLABLES = frozenset(_SYLLABLES.split())
_SUFFIXES = ("ly", "ness", "less", "ful", "ment", "er", "or", "ish", "able", "ist", "y", "al")
_CONTRACTED = re.compile(
    "(?:i|you|we|they|he|she|it|who|what|that|there|where|how)(?:ve|ll|re|d|m)"
    "|(?:do|does|did|is|are|was|were|has|have|had|ca|wo|would|could|should|must|need|might)nt(?:ve)?"
    "|(?:would|could|should|might|must)ve"
)
_PREFIXES = ("un", "re", "over", "under", "non", "mis", "dis", "out", "pre", "inter")


@dataclass(frozen=True)
class ChineseWords:
    """The tokenizer's Chinese words.

    Attributes:
        scores: of each word and character how usual it is, a natural logarithm, below 0.
    """

    scores: Mapping[str, float]

    @cached_property
    def by_sound(self) -> Mapping[str, tuple[str, ...]]:
        """Those of 2 to 4 characters by their loose sound."""
        return by_sound(self._short)

    @cached_property
    def by_pinyin(self) -> Mapping[str, tuple[str, ...]]:
        """The same words by their pinyin without tones and spaces."""
        return by_pinyin(self._short)

    @property
    def _short(self) -> list[str]:
        return [word for word in self.scores if 1 < len(word) <= _LONGEST_WORD]


@cache
def chinese_words() -> ChineseWords:
    """The tokenizer's Chinese words, read once."""
    return ChineseWords(
        {word: score for word, score in _tokens().items() if _CHINESE.fullmatch(word)}
    )


def are_neighbours(pair: str) -> bool:
    """Whether the two characters stand side by side in ordinary Chinese."""
    return pair[1] in _neighbours().get(pair[0], "")


@cache
def _neighbours() -> dict[str, str]:
    """Of each character those that ordinarily follow it."""
    lines = gzip.decompress(CHINESE_PAIRS.read_bytes()).decode().splitlines()
    return {line[0]: line[1:] for line in lines}


def by_sound(words: list[str]) -> dict[str, tuple[str, ...]]:
    """The words by their loose sound."""
    found: dict[str, tuple[str, ...]] = {}
    for word in words:
        for key in loose_sounds(word):
            found[key] = (*found.get(key, ()), word)
    return found


def by_pinyin(words: list[str]) -> dict[str, tuple[str, ...]]:
    """The words by their pinyin without tones and spaces."""
    found: dict[str, tuple[str, ...]] = {}
    for word in words:
        for sounds in product(*(readings(char) for char in word)):
            key = "".join(sounds)
            found[key] = (*found.get(key, ()), word)
    return found


def loose_sounds(word: str) -> list[str]:
    """How a word may sound to an ear that mixes zh and z, n and l; empty if unknown."""
    return [" ".join(sounds) for sounds in product(*(loose(char) for char in word))]


@cache
def readings(char: str) -> tuple[str, ...]:
    """The usual readings of a character without tones, empty if it has none."""
    listed = _readings().get(str(ord(char)), "")
    plain = tuple(
        dict.fromkeys(_without_tone(reading) for reading in listed.split(",") if reading)
    )
    return plain[: 2 if char in _TWO_READINGS else 1]


@cache
def loose(char: str) -> tuple[str, ...]:
    """The readings of a character with sounds that are often mixed made one."""
    return tuple(dict.fromkeys(_loosened(reading) for reading in readings(char)))


@cache
def syllables() -> frozenset[str]:
    """All syllables of pinyin that a usual character has, ü as v."""
    usual = (char for char in chinese_words().scores if len(char) == 1)
    found = frozenset(reading for char in usual for reading in readings(char))
    return found - {"m", "n", "ng", "hm", "hng"}  # 嗯 and the like, which no word has.


def is_pinyin(word: str) -> bool:
    """Whether a Latin word is one or more syllables of pinyin."""
    if len(word) > _LONGEST_PINYIN:
        return False
    ends = {0}
    for end in range(1, len(word) + 1):
        starts = range(max(end - _LONGEST_SYLLABLE, 0), end)
        if any(start in ends and word[start:end] in syllables() for start in starts):
            ends.add(end)
    return len(word) in ends


@cache
def english_words() -> frozenset[str]:
    """Ordinary English words."""
    return frozenset(gzip.decompress(ENGLISH_WORDS.read_bytes()).decode().split())


@cache
def _english_stems() -> frozenset[str]:
    return frozenset(stem(word) for word in english_words() if len(word) > 3)


def is_ordinary_english(word: str) -> bool:
    """Whether a word is ordinary English, inflected or contracted (who'll is tidied to wholl)."""
    known = english_words()
    return word in known or stem(word) in _english_stems() or bool(_CONTRACTED.fullmatch(word))


def is_derived(word: str) -> bool:
    """Whether a word is a known one with an English beginning or ending, or two in one."""
    known = english_words()
    stemmed = stem(word)
    bases = [stemmed[: -len(end)] for end in _SUFFIXES if stemmed.endswith(end)]
    bases += [stemmed[len(start) :] for start in _PREFIXES if stemmed.startswith(start)]
    if any(len(base) > 3 and not known.isdisjoint((base, base + "e")) for base in bases):
        return True
    halves = ((word[:cut], word[cut:]) for cut in range(4, len(word) - 3))
    return any(first in known and stem(second) in known for first, second in halves)


def _loosened(reading: str) -> str:
    for pattern, same in _MIXED:
        reading = pattern.sub(same, reading)
    return reading


def _without_tone(reading: str) -> str:
    decomposed = unicodedata.normalize("NFD", reading)
    # U+0308 is the dots of ü, which is typed as v.
    return "".join(
        "v" if char == "\u0308" else char
        for char in decomposed
        if char == "\u0308" or not unicodedata.combining(char)
    ).replace("uv", "v")


@cache
def _tokens() -> dict[str, float]:
    content: Any = json.loads((BUNDLED / "tokenizer.json").read_text(encoding="utf-8"))
    return {str(token): float(score) for token, score in content["model"]["vocab"]}


@cache
def _readings() -> dict[str, str]:
    """The readings of each code point, for the characters of usual Simplified text (GB 2312).

    Read from the file: importing pypinyin reads its phrases as well, 0.2 s and 57 MB.
    """
    path = distribution("pypinyin").locate_file("pypinyin/pinyin_dict.json")
    table: dict[str, str] = json.loads(Path(str(path)).read_text(encoding="utf-8"))
    return {code: listed for code, listed in table.items() if _is_usual(chr(int(code)))}


def _is_usual(char: str) -> bool:
    try:
        return bool(char.encode("gb2312"))
    except UnicodeEncodeError:
        return False
