"""Questions that the report does not answer, grouped by what they mean: what editors read first.

Two questions are alike by their words and by their vectors in equal parts. By vectors alone "how
many car parks" is as near to "how many stadiums" as to "is there more parking", since both have
the same form; by words alone nobody's paraphrase is found.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from index import Index, normalise

ALIKE_FROM = 0.36
"""Likeness, -.5..1, from which two questions are of one group.

Chosen on paraphrases laid among the evaluation's unanswerable questions (tests/test_unanswered.py
has them): of the pairs that ask the same, 70% were put together; of the pairs put together, 74%
asked the same and 95% were about the same thing. Of the evaluation's own questions, on which
nothing was chosen and which ask the same in words as different as can be, 42% were put together;
of the pairs put together, 74% have the same answer.
"""

_WORDS_SHARE = 0.5
_CHARACTER_WEIGHT = 0.7
"""Of one character beside a pair of them, which says more."""
_FORM = re.compile(
    r"今年|明年|去年|我们?|请问|想问|一下|有没有|是不是|会不会|能不能|是否|多少|几多|什么|[么啥几]时候?"
    r"|怎么样?|哪[里些个儿一]?|多久|[吗呢的了有是要会能在把几个所座家条张套建新]|可以|新增|增加"
    r"|计划|打算|准备|区里"
    r"|\b(?:an?|and|are|be|by|can|do|does|for|get|how|i|in|is|it|many|much|new|of|planned|s|the"
    r"|there|this|to|what|when|where|which|who|will|would|year|you)\b"
)
"""How one asks, not about what; also what nearly every question to a plan has: new, this year."""
_RUN = re.compile(r"[a-z]+|\d+|[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was not answered, or whose answer did not help, as often as it was asked.

    Attributes:
        refused: how often nothing was found; `unhelpful`: how often what was found did not help.
        newest: when it was last asked.
    """

    text: str
    refused: int
    unhelpful: int
    newest: datetime

    @property
    def count(self) -> int:
        """How often it was asked in vain."""
        return self.refused + self.unhelpful


@dataclass(frozen=True, slots=True)
class Group:
    """Questions about the same thing, with nothing left in them that tells who asked.

    Attributes:
        leader: the question that stands for them: most asked, among equals nearest to the others.
        members: most asked first, the leader among them.
        count: how often all of them were asked.
        newest: when one of them was last asked.
    """

    leader: str
    members: tuple[Asked, ...]
    count: int
    newest: datetime

    @property
    def refused(self) -> int:
        """How often nothing was found for one of them."""
        return sum(one.refused for one in self.members)

    @property
    def unhelpful(self) -> int:
        """How often what was found for one of them did not help."""
        return sum(one.unhelpful for one in self.members)


def repeats(texts: Iterable[str]) -> list[list[int]]:
    """Which texts are the same once normalised: their places, in the order of their first."""
    places: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        places.setdefault(normalise(text), []).append(place)
    return list(places.values())


def joined(questions: Sequence[Asked]) -> Asked:
    """Repeats of one question as one, in the words that were used most; at least one."""
    return replace(
        min(questions, key=_by_count),
        refused=sum(one.refused for one in questions),
        unhelpful=sum(one.unhelpful for one in questions),
        newest=max(one.newest for one in questions),
    )


def group_by_meaning(
    questions: Sequence[Asked],
    vectors: NDArray[np.float32],
    *,
    mask: Callable[[str], str],
    own_names: Collection[str],
) -> list[Group]:
    """Questions that mean the same together; the same in whatever order they are given.

    Args:
        questions: as they were asked.
        vectors: float32[n, dim], one for each question, rows of length 1 or zero.
        mask: hides what tells who a person is; what it returns is shown.
        own_names: of the place that all questions are about (`Index.places`): in common they have
            it anyway.

    Returns:
        Groups of one or more, most asked first.
    """
    if not questions:
        return []
    order = sorted(range(len(questions)), key=lambda place: _by_count(questions[place]))
    shown = [replace(questions[place], text=mask(questions[place].text)) for place in order]
    same = repeats(one.text for one in shown)
    asked = [joined([shown[place] for place in places]) for places in same]
    rows = np.array([order[places[0]] for places in same])
    words = _word_rows([_topic(one.text, own_names) for one in asked])
    likeness = _likeness(words, vectors[rows])
    groups = [_group(asked, likeness, places) for places in _linked(likeness)]
    return sorted(groups, key=lambda group: (-group.count, -len(group.members), group.leader))


def groups_in(
    index: Index, questions: Sequence[Asked], *, mask: Callable[[str], str]
) -> list[Group]:
    """Questions that an index takes to mean the same together, as `group_by_meaning`."""
    if not questions:
        return []
    vectors = index.vectors([one.text for one in questions])
    own_names = [*chain.from_iterable(index.places.values())]
    return group_by_meaning(questions, vectors, mask=mask, own_names=own_names)


def _by_count(question: Asked) -> tuple[int, str]:
    return -question.count, question.text


def _group(asked: Sequence[Asked], likeness: NDArray[np.float32], places: list[int]) -> Group:
    nearness = likeness[np.ix_(places, places)].sum(axis=1)
    members = sorted(
        zip(places, nearness, strict=True), key=lambda one: (-asked[one[0]].count, -one[1], one[0])
    )
    found = tuple(asked[place] for place, _ in members)
    count, newest = sum(one.count for one in found), max(one.newest for one in found)
    return Group(found[0].text, found, count, newest)


def _likeness(words: NDArray[np.float32], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32[n, n], how alike each two questions are."""
    return np.asarray(
        _WORDS_SHARE * (words @ words.T) + (1 - _WORDS_SHARE) * (vectors @ vectors.T), np.float32
    )


def _topic(text: str, own_names: Collection[str]) -> str:
    text = normalise(text)
    for name in own_names:
        text = text.replace(name, " ")
    return _FORM.sub(" ", text)


def _word_rows(topics: Sequence[str]) -> NDArray[np.float32]:
    """float32[n, words], rows of length 1, or zero for a question that is form alone."""
    words = [sorted(_words(topic)) for topic in topics]
    columns = {word: at for at, word in enumerate(sorted(set(chain.from_iterable(words))))}
    rows = np.zeros((len(topics), len(columns)), np.float32)
    for row, found in enumerate(words):
        for word in found:
            rows[row, columns[word]] = 1 if len(word) > 1 else _CHARACTER_WEIGHT
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, np.where(lengths > 0, lengths, 1), dtype=np.float32)


def _words(topic: str) -> set[str]:
    """English words without the plural's s, numbers, Chinese characters and pairs of them."""
    found: set[str] = set()
    for run in _RUN.findall(topic):
        if run.isascii():
            found.add(run.removesuffix("s") if len(run) > 3 else run)
        else:
            found.update(run, (run[at : at + 2] for at in range(len(run) - 1)))
    return found


def _linked(likeness: NDArray[np.float32]) -> list[list[int]]:
    """Complete linkage: the two nearest groups become one, as long as all in both are alike.

    Groups only grow less alike to others as they grow, so of the nearest neighbours only those
    that were one of the two must be looked for again.
    """
    left = likeness.copy()
    np.fill_diagonal(left, -np.inf)
    groups = [[place] for place in range(len(left))]
    nearest, best = left.argmax(axis=1), left.max(axis=1)
    while best[one := int(best.argmax())] >= ALIKE_FROM:
        other = int(nearest[one])
        groups[one] += groups[other]
        groups[other] = []
        left[one] = left[:, one] = np.minimum(left[one], left[other])
        left[other] = left[:, other] = -np.inf
        stale = (nearest == one) | (nearest == other)
        stale[[one, other]] = True
        nearest[stale], best[stale] = left[stale].argmax(axis=1), left[stale].max(axis=1)
    return [sorted(group) for group in groups if group]
