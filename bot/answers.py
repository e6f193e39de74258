"""A question becomes an answer, or the reason why there is none. Nothing is written here."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from index import Commitment, Earlier, Hit, Index, sole_answer

T = TypeVar("T")

RELATED_SHOWN = 3
_RELATED_FLOOR = 0.1
"""Below this nearness a commitment is not worth showing in place of an answer."""
_BESIDE_FLOOR = 0.3
"""Below this nearness a commitment is not worth showing beside the one that answers."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the index has on a question.

    Attributes:
        hits: best first; empty if nothing bears on the question.
        build_id: of the index that was asked.
        topic: what a question that leans on this one is read with.
        overview: for a broad question, what the reports promise on its topic.
    """

    question: str
    hits: tuple[Hit, ...]
    build_id: str
    topic: Earlier
    overview: tuple[Commitment, ...] = ()

    @property
    def commitment(self) -> Commitment | None:
        """The commitment that answers, or None: none does, or several about equally well."""
        hit = sole_answer(self.hits)
        return hit.commitment if hit else None

    @property
    def choices(self) -> tuple[Commitment, ...]:
        """What a resident may choose from: of a broad topic all, else what fits equally well."""
        if self.overview:
            return self.overview
        answering = tuple(hit.commitment for hit in self.hits if hit.answers)
        return answering if len(answering) > 1 else ()

    @property
    def probability(self) -> float:
        """That the best commitment answers the question, 0..1."""
        return self.hits[0].probability if self.hits else 0.0

    @property
    def related(self) -> tuple[Commitment, ...]:
        """Commitments to show besides, best first: the choices, or what is near the question."""
        if self.choices:
            return self.choices
        near, floor = self.hits, _RELATED_FLOOR
        if self.commitment:
            near, floor = self.hits[1:], _BESIDE_FLOOR
        worth = [hit.commitment for hit in near if hit.nearness >= floor]
        return tuple(worth[:RELATED_SHOWN])


async def related_to(index: Index, message: str) -> Answer:
    """What a message that asks nothing is about; nothing answers it."""
    hits = await _asked(index, lambda: index.about(message, top_k=RELATED_SHOWN + 1))
    return Answer(message, tuple(hits), index.build_id, Earlier(message))


async def answers(index: Index, message: str, *, after: Earlier | None = None) -> list[Answer]:
    """An answer to each question of a message, each read with the one before; at least one.

    Args:
        after: what the same resident asked before.
    """
    return await _asked(index, lambda: _answers(index, message, after))


async def _asked(index: Index, ask: Callable[[], T]) -> T:
    """Ask the index: in a thread, if a slow encoder would keep everybody else waiting.

    A quick one is asked at once: in threads, questions only take the interpreter from each other
    and from the event loop (`python -m tests.bench.bench_updates`: a quarter fewer a second).
    """
    return ask() if index.is_light else await asyncio.to_thread(ask)


def _answers(index: Index, message: str, after: Earlier | None) -> list[Answer]:
    found: list[Answer] = []
    for question in index.questions_in(message):
        found.append(_answer(index, question, found[-1].topic if found else after))
    answered = {one.commitment.id: one for one in reversed(found) if one.commitment}
    if not answered and len(found) > 1:
        return [_answer(index, message, after)]
    if len(answered) == 1 and all(one.commitment for one in found):
        return list(answered.values())
    return found


def _answer(index: Index, question: str, after: Earlier | None) -> Answer:
    hits = tuple(index.search(question, top_k=RELATED_SHOWN + 1, after=after))
    topic = index.topic(question, hits, after=after)
    overview = index.overview(question)
    hits = () if overview else hits
    return Answer(question, hits, index.build_id, topic, overview)
