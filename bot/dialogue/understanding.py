"""What one message means, before anything is done about it: the part that needs no resident."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from bot.answers import Answer, answers, related_to
from bot.asking import case_named
from bot.cases import Kind, Matter
from bot.matters import MatterReader
from bot.router import Router, Verdict
from bot.wording import Language
from index import Earlier, Index, clean, normalise

OutcomeKind = Literal["answer", "no_answer", "matter", "ask_which", "smalltalk", "danger", "news"]
TakenAs = Literal["question", "matter"]

_PROPOSED = 3
_COMMITMENT_FLOOR = 0.8
"""Below this nearness a matter is filed with no commitment unless its resident picks one: of the
evaluation's matters kept apart, seven in eight were about something else."""
_PROBABILITY_COUNTS, _COVERAGE_COUNTS, _ASKED_FROM = 0.8, 3.0, 3.0
"""How much it speaks for a question that the report answers it, beside what its words say;
chosen on the messages and questions of content/evaluation."""
_SURER_WHERE_UNCLEAR = 1.0
"""How much more it takes where she would otherwise be asked which of the two it is."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a message means; of `news`, how one of her cases stands, nothing is looked up.

    Attributes:
        answer: what the index has on the words; None for small talk and news.
        more: the same for the further questions of a message that asks several.
        matter: what would be filed; only for `matter`, `danger` and `ask_which`.
        numbers: emergency numbers to show first; only for `danger`.
    """

    kind: OutcomeKind
    text: str
    language: Language
    answer: Answer | None = None
    matter: Matter | None = None
    numbers: tuple[str, ...] = ()
    more: tuple[Answer, ...] = ()

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What the index has on each question, in the order they were asked."""
        return (self.answer, *self.more) if self.answer else ()


class Understander:
    """Router, index and matter reader, put together; keeps no state and writes nothing."""

    def __init__(
        self, *, index: Callable[[], Index], router: Router, reader: MatterReader
    ) -> None:
        self._index = index
        self._router = router
        self._reader = reader

    async def understand(
        self,
        text: str,
        language: Language,
        *,
        taken_as: TakenAs | None = None,
        after: Earlier | None = None,
    ) -> Understanding:
        """What a message means.

        Args:
            taken_as: what its resident said it is; None lets the router decide.
            after: what the same resident asked before, if it was not long ago.
        """
        verdict = self._router.route(text)
        is_smalltalk = verdict.intent == "smalltalk" and taken_as is None
        if is_smalltalk or not has_words(text):
            return Understanding("smalltalk", text, language)
        is_news = verdict.intent == "news" and taken_as is None
        if is_news and (after is None or case_in(text)[0]):
            return Understanding("news", text, language)
        each = await answers(self._index(), text, after=after)
        found = next((one for one in each if one.commitment), each[0])
        if is_news and not found.commitment:
            return Understanding("news", text, language)
        if taken_as == "question" or (taken_as is None and _is_asked(verdict, found)):
            kind: OutcomeKind = "answer" if found.commitment else "no_answer"
            return Understanding(kind, text, language, each[0], more=tuple(each[1:]))
        danger = verdict.intent == "danger"
        found = await self.near(text)
        return Understanding(
            kind="danger" if danger else self._kind_of_matter(verdict.intent, taken_as),
            text=text,
            language=language,
            answer=found,
            matter=self._matter(text, found, danger=danger),
            numbers=verdict.numbers,
        )

    def consult(self, text: str, found: Answer) -> Matter:
        """A question that the report does not answer, as a matter for staff."""
        matter = replace(self._matter(text, found, danger=False), kind=Kind.CONSULT)
        return matter.with_sureness(kind=1.0)

    def street(self, text: str) -> str:
        """The code of the street named in a text, or empty."""
        return self._reader.street(text)

    async def near(self, text: str) -> Answer:
        """The commitments a matter is about; the name of a street or estate does not count."""
        return await related_to(self._index(), self._reader.without_place(text))

    def _kind_of_matter(self, intent: str, taken_as: TakenAs | None) -> OutcomeKind:
        return "ask_which" if intent == "unsure" and taken_as is None else "matter"

    def _matter(self, text: str, found: Answer, *, danger: bool) -> Matter:
        matter = self._reader.read(text, danger=danger)
        best = max(found.hits[:_PROPOSED], key=lambda hit: hit.nearness, default=None)
        if best is None or best.nearness < _COMMITMENT_FLOOR or matter.kind is Kind.REPORT:
            return matter
        about = replace(matter, commitment=best.commitment.id)
        return about.with_sureness(commitment=best.nearness)


def tidy(text: str) -> str:
    """The text without control characters, its lines kept."""
    return "\n".join(filter(None, (clean(line) for line in text.splitlines())))


def case_in(text: str) -> tuple[str, str]:
    """The number of the case that a text names and the query code beside it, or empty."""
    return case_named(normalise(text))


def has_words(text: str) -> bool:
    """Whether there is a letter or digit in it; emoji and punctuation alone say nothing."""
    return any(char.isalnum() for char in text)


def _is_asked(verdict: Verdict, found: Answer) -> bool:
    """Whether a message is a question; what its words leave open, the report decides.

    Nothing is lost either way: an answer offers to report a matter about it.
    """
    if verdict.intent in ("question", "news", "danger"):
        return verdict.intent != "danger"
    if found.commitment is None:
        return verdict.intent == "statement" and bool(found.choices)
    best = found.hits[0]
    leaning = _logit(verdict.question) + _PROBABILITY_COUNTS * _logit(best.probability)
    enough = _ASKED_FROM + _SURER_WHERE_UNCLEAR * (verdict.intent == "unsure")
    return leaning + _COVERAGE_COUNTS * best.coverage >= enough


def _logit(chance: float) -> float:
    return math.log((chance + 0.01) / (1.01 - chance))
