"""A resident's words mended before they are read: typos that sound alike, pinyin, English slips.

`Speller.mend` stands before `index.questions`. It changes only what neither the content nor
ordinary Chinese or English knows, and only into a word of the content: a word wrongly mended would
turn an honest "the report says nothing" into a number about something else.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.lexical import HAN, Piece, pieces, stem, tidy_all
from index.ordinary import (
    ENGLISH_SYLLABLES,
    UNKNOWN_SCORE,
    are_neighbours,
    by_pinyin,
    by_sound,
    chinese_words,
    english_words,
    is_derived,
    is_ordinary_english,
    is_pinyin,
    loose_sounds,
    readings,
    syllables,
)
from index.slips import TOO_FAR, letters_of, slip_cost

# What a character costs that sounds the same, and one that sounds nearly the same or looks alike,
# beside the scores of the words. The larger they are the less is mended, and the less wrongly.
_SAME_SOUND, _OTHER = 6.0, 9.0
# The score of a word that only the content knows, and of two characters often side by side.
_CONTENT_SCORE, _NEIGHBOURS_SCORE = -11.0, -14.0
# By how much a word leads the others that are spelt the same, if pinyin means it.
_LEAD = 1.0
# How many words of pinyin make up for one of English (gdp, wifi).
_PINYIN_PER_ENGLISH = 2
_LONGEST, _LONGEST_ENGLISH = 6, 20
_MIN_LETTERS, _MIN_LETTERS_FOR_TWO_SLIPS = 5, 8
# Costs of slips that differ by less are as likely.
_AS_NEAR = 0.15
_NO_LETTERS = np.zeros(0, dtype=np.uint32)
_MAX_CHARS = 500

# Never changed in a word of two or three: they stand alone in most sentences, next to anything.
_STANDING_ALONE = frozenset(
    "的了是会要在有和能都还也就将到给让被把得个与及对为从上下里新多大做搞弄些点说去来太很蛮再才跟冇"
    "我你您他她它们咱这那哪谁啥吗呢吧啊呀嘛哦么呗嘞不没别几一二三四五六七八九十百千万两半"
    "东南西北中年月日号人家吃喝看想听走叫打买卖用开关过好"
)
# Neighbours of these join two words: 新增几所, 多少座.
_COUNTING = frozenset("几多少哪啥吗呢吧")
_LISTS = {
    # The districts of Wuhan: whoever names another one must be told that it is another one.
    "places": "武汉 武昌 洪山 江岸 江汉 汉阳 汉口 硚口 青山 黄陂 新洲 江夏 蔡甸 东西湖",
    "measures": "公里 平方公里 公顷 平方米 平米 亿元 万元 人次 百分点 个百分点",
    # Not the content's, but without them a question in pinyin would not ask.
    "asking": "多少 几个 什么 时候 什么时候 今年 怎么 哪里 有没有 多久 什么样 为什么",
    "look alike": "己已巳 未末 土士 拨拔 侯候 睛晴 梯悌涕 校胶狡 桥娇轿 廷延 辩辨 摘滴 徒徙 券卷"
    " 折拆 没设 垃拉 圾级 园圆 仓仑 治冶 住往 货贷 贪贫 低抵底 钓钩 今令 处外 大太 干千 肓育",
}
_PLACES, _MEASURES, _ASKING = (
    frozenset(_LISTS[name].split()) for name in ("places", "measures", "asking")
)
_LOOKS = {
    char: group.replace(char, "") for group in _LISTS["look alike"].split() for char in group
}
_HAN_RUN = re.compile(f"[{HAN}]+")
_LETTERS = re.compile(r"[a-z]+")


class _Way(NamedTuple):
    """The likeliest reading of the beginning of a run: its score, where its last word starts."""

    score: float
    start: int
    word: str


class Speller:
    """Mends typos into the words of the texts it was made of; it never changes afterwards."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._pairs: set[str] = set()
        self._names: set[str] = set()
        english: set[str] = set()
        for text in tidy_all(texts):
            runs = _HAN_RUN.findall(text)
            for run in runs:
                self._pairs.update(map(str.__add__, run, run[1:]))
            if runs == [text] and 1 < len(text) <= _LONGEST:
                self._names.add(text)
            english.update(_LETTERS.findall(text))
        self._english = english
        self._stems = set(map(stem, english))

    def mend(self, text: str) -> str:
        """The text with what is surely misspelt written as the content writes it.

        Args:
            text: as `index.lexical.tidy` leaves it; what stands after 500 characters is kept.
        """
        # One more is read, so that a word which the end cuts in two is known to go on.
        found = [piece for piece in pieces(text[: _MAX_CHARS + 1]) if piece.end <= _MAX_CHARS]
        mended: list[str] = []
        place = 0
        for chain in _chains(text, found):
            mended.append(text[place : chain[0].start])
            place = chain[-1].end
            if chain[0].is_han:
                mended.append(self._mend_run(chain[0].text))
            else:
                mended.append(self._mend_chain(text, chain, found))
        return "".join([*mended, text[place:]])

    def _mend_run(self, run: str) -> str:
        """A Chinese run in its likeliest words, as written or as meant (Viterbi)."""
        pairs = list(map(str.__add__, run, run[1:]))
        if self._pairs.issuperset(pairs) or all(map(self._is_fine, pairs)):
            return run
        ways = [_Way(0.0, 0, "")]
        for end in range(1, len(run) + 1):
            options = [
                _Way(ways[start].score + score, start, word)
                for start in range(max(end - _LONGEST, 0), end)
                for word, score in self._readings_of(run[start:end])
            ]
            ways.append(max(options, key=lambda way: way.score))
        words: list[str] = []
        end = len(run)
        while end:
            words.append(ways[end].word)
            end = ways[end].start
        return "".join(reversed(words))

    def _readings_of(self, span: str) -> list[tuple[str, float]]:
        """The span itself if it is a word, and what it may be a slip for; with their scores."""
        score = self._score(span)
        if score is not None:
            return [(span, score)]
        if self._is_doubtful(span):
            return self._meant(span)
        return []

    def _score(self, word: str) -> float | None:
        """How usual a word is, None if it is no word."""
        score = chinese_words().scores.get(word)
        if score is None and (word in self._names or word in _PLACES):
            return _CONTENT_SCORE
        if score is None and len(word) == 1:
            return UNKNOWN_SCORE
        if score is None and len(word) == 2 and self._is_pair(word):
            return _NEIGHBOURS_SCORE
        return score

    def _is_doubtful(self, span: str) -> bool:
        return any(not self._is_pair(span[at : at + 2]) for at in range(len(span) - 1))

    def _is_fine(self, pair: str) -> bool:
        """Whether a pair gives no cause to look further: 几所 joins two words."""
        return not _COUNTING.isdisjoint(pair) or self._is_pair(pair)

    def _is_pair(self, pair: str) -> bool:
        return pair in self._pairs or are_neighbours(pair) or pair in _PLACES

    def _meant(self, span: str) -> list[tuple[str, float]]:
        """The one word of the content that the span is a slip for, none if there are two."""
        candidates = {
            word
            for key in loose_sounds(span)
            for word in (
                *chinese_words().by_sound.get(key, ()),
                *self._names_by_sound.get(key, ()),
            )
        }
        for at, char in enumerate(span):
            candidates.update(span[:at] + other + span[at + 1 :] for other in _LOOKS.get(char, ()))
        costs = sorted(
            ((_cost(span, word), word not in chinese_words().scores), word)
            for word in candidates
            if self._is_content(word) and self._may_become(span, word)
        )
        if not costs or (len(costs) > 1 and costs[0][0] == costs[1][0]):
            return []
        (cost, _), word = costs[0]
        return [(word, (self._score(word) or _CONTENT_SCORE) - cost)]

    def _is_content(self, word: str) -> bool:
        """Whether a slip may be mended into the word."""
        if word in self._names or word in _PLACES:
            return word not in _PLACES
        pairs = map(str.__add__, word, word[1:])
        is_word = word in chinese_words().scores and word not in _MEASURES
        return is_word and self._pairs.issuperset(pairs)

    def _may_become(self, span: str, word: str) -> bool:
        """Whether few enough characters differ, and none of them is part of a known pair."""
        changed = [at for at in range(len(span)) if span[at] != word[at]]
        if len(changed) > len(span) // 2:
            return False
        if len(span) <= 3 and any(span[at] in _STANDING_ALONE for at in changed):
            return False
        return not any(
            self._is_pair(span[start : start + 2])
            for at in changed
            for start in (at - 1, at)
            if 0 <= start < len(span) - 1
        )

    @cached_property
    def _names_by_sound(self) -> Mapping[str, tuple[str, ...]]:
        return by_sound(sorted(self._names - chinese_words().scores.keys()))

    def _mend_chain(self, text: str, chain: Sequence[Piece], found: Sequence[Piece]) -> str:
        """Latin words that stand side by side, mended."""
        words = [piece.text for piece in chain]
        if all(self._is_english(word) for word in words):
            return text[chain[0].start : chain[-1].end]
        latin = [piece.text for piece in found if _LETTERS.fullmatch(piece.text)]
        takes_pinyin = self._is_pinyin_message(latin)
        parts: list[str] = []
        at = 0
        was_mended = False
        while at < len(words):
            length, word = self._pinyin_at(words, at) if takes_pinyin else (0, "")
            if at and not (was_mended and length):
                parts.append(text[chain[at - 1].end : chain[at].start])
            parts.append(word if length else self._mend_word(words[at]))
            was_mended = length > 0
            at += length or 1
        return "".join(parts)

    def _is_english(self, word: str) -> bool:
        """Whether a Latin word is one the content or ordinary English knows."""
        if word in self._english or word in ENGLISH_SYLLABLES or stem(word) in self._stems:
            return True
        return word not in syllables() and is_ordinary_english(word)

    def _is_pinyin_message(self, latin: Sequence[str]) -> bool:
        """Whether pinyin is written here, and not English with names of places."""
        pinyin = sum(is_pinyin(word) and not self._is_english(word) for word in latin)
        english = sum(self._is_english(word) and not is_pinyin(word) for word in latin)
        return pinyin > _PINYIN_PER_ENGLISH * english

    def _pinyin_at(self, words: Sequence[str], at: int) -> tuple[int, str]:
        """How many of the words from `at` on are pinyin of Chinese words, and those words."""
        for length in range(min(_LONGEST, len(words) - at), 0, -1):
            span = words[at : at + length]
            letters = "".join(span)
            if all(map(self._is_english, span)) or not all(map(is_pinyin, span)):
                continue
            if length > 1:
                word = self._spelt(letters)
            else:
                word = self._spelt_in_parts(letters) if len(letters) >= _MIN_LETTERS else ""
            if word:
                return length, word
        return 0, ""

    def _spelt(self, letters: str) -> str:
        """The word with this pinyin, empty if there is none or several about as usual."""
        candidates = (
            *chinese_words().by_pinyin.get(letters, ()),
            *self._names_by_pinyin.get(letters, ()),
        )
        ranked = sorted(
            (self._score(word) or _CONTENT_SCORE, word)
            for word in candidates
            if word in _ASKING or self._is_content(word)
        )
        if not ranked or (len(ranked) > 1 and ranked[-1][0] - ranked[-2][0] < _LEAD):
            return ""
        return ranked[-1][1]

    def _spelt_in_parts(self, letters: str) -> str:
        """The fewest words whose pinyin the letters are, from the longest first word on."""
        best: list[tuple[str, ...] | None] = [()]
        for end in range(1, len(letters) + 1):
            ways = [
                (*before, word)
                for start in range(end)
                if (before := best[start]) is not None
                and (word := self._spelt(letters[start:end]))
            ]
            best.append(min(ways, key=len) if ways else None)
        return "".join(best[-1] or ())

    @cached_property
    def _names_by_pinyin(self) -> Mapping[str, tuple[str, ...]]:
        return by_pinyin(sorted((self._names | _ASKING) - chinese_words().scores.keys()))

    def _mend_word(self, word: str) -> str:
        """The content's English word nearest to an unknown one, the word itself if none is."""
        if not _MIN_LETTERS <= len(word) <= _LONGEST_ENGLISH or not _LETTERS.fullmatch(word):
            return word
        if self._is_english(word) or is_pinyin(word):
            return word
        near = self._nearest(word)
        known = [other for other in near if other in self._english]
        return known[0] if known and len({stem(other) for other in near}) == 1 else word

    def _nearest(self, word: str) -> list[str]:
        """The known English words about as near to an unknown one as the nearest, in order."""
        most = 2 if len(word) >= _MIN_LETTERS_FOR_TWO_SLIPS and not is_derived(word) else 1
        costs = self._costs(word, slips=1) or (self._costs(word, slips=2) if most == 2 else [])
        return [other for cost, other in costs if cost <= costs[0][0] + _AS_NEAR]

    def _costs(self, word: str, *, slips: int) -> list[tuple[float, str]]:
        """The known English words so many slips away at most and what they cost, nearest first."""
        letters = letters_of(word)
        found: list[tuple[float, str]] = []
        for length in range(len(word) - slips, len(word) + slips + 1):
            words, others = self._by_start.get((word[0], length), ([], _NO_LETTERS))
            for place in np.flatnonzero(np.bitwise_count(others ^ letters) <= 2 * slips):
                found.append((slip_cost(word, words[place], float(slips)), words[place]))
        return sorted((cost, other) for cost, other in found if cost < TOO_FAR)

    @cached_property
    def _by_start(self) -> Mapping[tuple[str, int], tuple[list[str], NDArray[np.uint32]]]:
        """Known English words and uint32[n] of their letters, by first letter and length."""
        found: dict[tuple[str, int], list[str]] = {}
        for word in english_words() | self._english:
            found.setdefault((word[0], len(word)), []).append(word)
        return {
            start: (words, np.array([letters_of(word) for word in words], dtype=np.uint32))
            for start, words in found.items()
        }


def _chains(text: str, found: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces; Latin words with nothing but a space between them together."""
    chains: list[list[Piece]] = []
    for piece in found:
        before = chains[-1][-1] if chains else None
        if (
            before is not None
            and _LETTERS.fullmatch(before.text)
            and _LETTERS.fullmatch(piece.text)
            and text[before.end : piece.start] in ("", " ", "-")
        ):
            chains[-1].append(piece)
        else:
            chains.append([piece])
    return chains


def _cost(span: str, word: str) -> float:
    """What it costs to take the span for a slip of the word."""
    cost = 0.0
    for written, meant in zip(span, word, strict=True):
        if written != meant:
            sounds_same = not set(readings(written)).isdisjoint(readings(meant))
            cost += _SAME_SOUND if sounds_same else _OTHER
    return cost
