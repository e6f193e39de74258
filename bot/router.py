"""What a message is: a question to the report, a matter, small talk, or danger."""

import re
from dataclasses import dataclass
from typing import Literal

from bot.cues import Cues
from bot.service import Service
from index import normalise

Intent = Literal["question", "matter", "danger", "smalltalk", "statement", "unsure"]
"""`statement`: asks nothing and complains of nothing; a matter unless the report has just that."""

_ASKS = re.compile(
    r"[?]|[吗么呢][\s。!.,]*$|^(?:what|when|where|who|which|how|is|are|will|does|do|can)\b"
)
_LAST_CLAUSE = re.compile(r"[^。!?;,.]+[。!?;,.\s]*$")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[a-z'-]+")
_LETTER = re.compile(r"\w")
_SMALLTALK_LETTERS_LEFT = 2
"""A message is small talk if at most so many letters stand beside its greetings and thanks."""
_LONG_MESSAGE_CHARS = 30
_SENTENCE_HAN, _SENTENCE_WORDS = 14, 9
"""From so many characters or words on, what asks nothing is a statement and not search words."""
_TOLD_IN_SPITE = 3.0
"""So much of a matter is one although its words could also be meant to command the bot."""
_SURE = 1.0
"""How far the two readings must be apart to be sure; the weights below are in the same unit."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a message is taken for.

    Attributes:
        numbers: emergency numbers to show first; empty unless the intent is `danger`.
        leans_to_question: for `unsure`, whether it asks at least as much as it tells.
    """

    intent: Intent
    numbers: tuple[str, ...] = ()
    leans_to_question: bool = False


class Router:
    """Reads the cues of service.toml; knows nothing of the report."""

    def __init__(self, service: Service) -> None:
        words = service.router
        self._question = Cues(words.question)
        self._matter = Cues(words.matter)
        self._experience = Cues(words.experience)
        self._smalltalk = Cues(words.smalltalk)
        self._instruction = Cues(words.instruction)
        self._strong = Cues(
            word for kind in service.kind if kind.code != "consult" for word in kind.strong
        )
        self._dangers = [
            (Cues(danger.cues, unless=danger.unless), danger.numbers) for danger in service.danger
        ]
        self._urgent = Cues((*service.urgency.urgent, *service.urgency.critical))
        self._streets = Cues(
            word for street in service.street for word in (street.name, *street.aliases)
        )

    def route(self, text: str) -> Verdict:
        """Decide by the message's own words; never raises."""
        folded = normalise(text)
        asked, told = self._asked(folded), self._told(folded)
        if folded in self._instruction and told < _TOLD_IN_SPITE:
            return Verdict("smalltalk")
        numbers = self._danger_numbers(folded)
        if numbers and told >= asked:
            return Verdict("danger", numbers)
        if self._is_smalltalk(folded):
            return Verdict("smalltalk")
        if told - asked >= _SURE:
            return Verdict("matter")
        if not asked and (told or _is_sentence(folded)):
            return Verdict("statement")
        if asked - told >= _SURE or told == 0:
            return Verdict("question")
        return Verdict("unsure", leans_to_question=asked >= told)

    def _asked(self, folded: str) -> float:
        """How much of a question it is; what the last clause asks counts again."""
        asks_at_last = _last_clause(folded) in self._question
        return (
            1.0 * min(len(self._question.found(folded)), 2)
            + 1.0 * bool(_ASKS.search(folded))
            + 0.5 * asks_at_last
        )

    def _told(self, folded: str) -> float:
        """How much of a matter it is; length and a street's name only add to other signs."""
        told = (
            1.0 * min(len(self._matter.found(folded)), 3)
            + 1.0 * min(len(self._strong.found(folded)), 2)
            + 1.0 * min(len(self._experience.found(folded)), 2)
            + 1.0 * (folded in self._urgent)
        )
        if told:
            told += 0.5 * (folded in self._streets) + 0.5 * (len(folded) > _LONG_MESSAGE_CHARS)
        return told

    def _danger_numbers(self, folded: str) -> tuple[str, ...]:
        found = [number for cues, numbers in self._dangers if folded in cues for number in numbers]
        return tuple(dict.fromkeys(found))

    def _is_smalltalk(self, folded: str) -> bool:
        left = self._smalltalk.without(folded)
        return left != folded and len(_LETTER.findall(left)) <= _SMALLTALK_LETTERS_LEFT


def _last_clause(folded: str) -> str:
    found = _LAST_CLAUSE.search(folded)
    return found.group(0) if found else folded


def _is_sentence(folded: str) -> bool:
    return (
        len(_HAN.findall(folded)) >= _SENTENCE_HAN or len(_WORD.findall(folded)) >= _SENTENCE_WORDS
    )
