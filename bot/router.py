"""What a message is: a question to the report or for news of a case, a matter, talk, danger."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.accusing import Accusing
from bot.asking import asks_how, is_put_as_question, is_request, without_case
from bot.cues import Cues
from bot.examples import Meaning
from bot.meanings import Meanings
from bot.service import Service
from index import normalise

Intent = Literal["question", "matter", "danger", "smalltalk", "statement", "unsure", "news"]
"""`statement`: asks nothing and complains of nothing; a matter unless the report has just that.
`news`: asks how a case stands, and names no topic that the report could be asked about."""

_TALK: tuple[Meaning, ...] = ("smalltalk", "instruction")
_ASKING: tuple[Meaning, ...] = ("question", "consult")
_LAST_CLAUSE = re.compile(r"[^。!?;,.]+[。!?;,.\s]*$")
_ENDS = re.compile(r"[。!.~吧了啦哦啊呀][\s。!.~]*$")
"""What ends a sentence; without it a few words that tell of nothing are words to search for."""
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[a-z'-]+")
_LETTER = re.compile(r"\w")
_NEWS_LETTERS_LEFT = 1
_SMALLTALK_LETTERS_LEFT = 2
"""A message is small talk if at most so many letters stand beside its greetings and thanks."""
_LONG_MESSAGE_CHARS = 30
_SENTENCE_HAN, _SENTENCE_WORDS = 14, 9
"""From so many characters or words on, what asks nothing is a statement and not search words."""
_TOLD_IN_SPITE = 3.0
"""So much of a matter is one although its words could also be meant to command the bot."""
_ASKS_FROM = 1.0
"""From so much of a question on it asks; the weights below are in the same unit."""
_SURELY_TALK = 0.6
_CUES_COUNT = 0.5
_ASKS_NOTHING = 1.0
_RATHER_A_MATTER = 0.6
"""In logits: what a point of the cues adds to what was learnt, what a sentence that asks nothing
takes away, and the doubt: the examples hold far more questions than residents will ask."""
_SURE, _SURE_OF_BOTH = 0.57, 0.65
"""From this chance on a message is taken for a question, or for a matter, and not asked about; the
second if the cues say that it asks and tells."""
_CLEAR = 0.8
"""From this chance on it is clear whether words that hold no cue ask or tell."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a message is taken for.

    Attributes:
        numbers: emergency numbers to show first; empty unless the intent is `danger`.
        question: the chance that it asks, as its words alone say, 0..1; 0 where they settle it.
    """

    intent: Intent
    numbers: tuple[str, ...] = ()
    question: float = field(default=0.0, compare=False)


class Router:
    """Reads the cues of service.toml and what was learnt; knows nothing of the report.

    The cues decide on danger and on instructions to the bot; between a question and a matter
    decides what was learnt from the examples.
    """

    def __init__(self, service: Service, meanings: Meanings) -> None:
        self._meanings = meanings
        words = service.router
        self._question = Cues(words.question, unless=words.rhetorical)
        self._rhetorical = Cues(words.rhetorical)
        self._experience = Cues(words.experience)
        self._accusing = Accusing(service)
        self._news = Cues(words.news)
        self._with_news = Cues((*words.news, *words.with_news))
        self._smalltalk = Cues(words.smalltalk)
        self._instruction = Cues(words.instruction)
        strong = [word for kind in service.kind if kind.code != "consult" for word in kind.strong]
        self._strong = Cues(strong)
        self._matter = Cues((*words.matter, *strong))
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
        if self._asks_for_news(folded):
            return Verdict("news")
        chances = self._meanings.read(text)
        question = _chance_of_question(chances, folded, asked - told, asks=asked > 0)
        numbers = self._danger_numbers(folded)
        if numbers and (told >= asked or question < _SURE):
            return Verdict("danger", numbers)
        if self._accusing.reports(folded):
            return self._accuses(folded, question)
        if self._is_smalltalk(folded) or _is_talk(chances):
            return Verdict("smalltalk")
        return self._asks_or_tells(folded, question)

    def _accuses(self, folded: str, question: float) -> Verdict:
        """A matter, or at least asked about: a question is kept where all staff read it."""
        verdict = self._asks_or_tells(folded, question)
        if verdict.intent in ("question", "unsure"):
            return Verdict("unsure", question=verdict.question)
        return Verdict("matter", question=verdict.question)

    def _asks_or_tells(self, folded: str, question: float) -> Verdict:
        """Question, statement or matter.

        Args:
            question: the chance that it asks, 0..1.
        """
        asked, told = self._asked(folded), self._told(folded)
        is_wish = folded in self._rhetorical or is_request(folded)
        asks = asked >= _ASKS_FROM and not is_wish and question > 1 - _CLEAR
        if not asked and not told and not _is_sentence(folded) and not _ENDS.search(folded):
            return Verdict("question")
        if not asks and not told and 1 - _CLEAR < question < _CLEAR:
            return Verdict("statement", question=question)
        sure = _SURE_OF_BOTH if asked >= _ASKS_FROM and told else _SURE
        if question >= sure or (not told and question > 1 - sure):
            return Verdict("question", question=question)
        left_open = 0.0 if is_wish else question
        if 1 - question >= sure:
            return Verdict("matter", question=left_open)
        return Verdict("unsure", question=left_open)

    def _asked(self, folded: str) -> float:
        """How much of a question it is; what the last clause asks counts again."""
        last = _last_clause(folded)
        cues = len(self._question.found(folded)) + asks_how(folded)
        asks_at_last = last in self._question or asks_how(last)
        return (
            1.0 * min(cues, 2)
            + 1.0 * (is_put_as_question(folded) and folded not in self._rhetorical)
            + 0.5 * asks_at_last
        )

    def _told(self, folded: str) -> float:
        """How much of a matter it is; length and a street's name only add to other signs."""
        told = (
            1.0 * min(len(self._matter.found(folded)), 3)
            + 1.0 * min(len(self._strong.found(folded)), 2)
            + 1.0 * (folded in self._rhetorical)
            + 1.0 * is_request(folded)
            + 1.0 * min(len(self._experience.found(folded)), 2)
            + 1.0 * (folded in self._urgent)
        )
        if told:
            told += 0.5 * (folded in self._streets) + 0.5 * (len(folded) > _LONG_MESSAGE_CHARS)
        return told

    def _danger_numbers(self, folded: str) -> tuple[str, ...]:
        found = [number for cues, numbers in self._dangers if folded in cues for number in numbers]
        return tuple(dict.fromkeys(found))

    def _asks_for_news(self, folded: str) -> bool:
        left = without_case(folded)
        if left == folded and (folded not in self._news or self._is_smalltalk(folded)):
            return False
        return len(_LETTER.findall(self._with_news.without(left))) <= _NEWS_LETTERS_LEFT

    def _is_smalltalk(self, folded: str) -> bool:
        left = self._smalltalk.without(folded)
        return left != folded and len(_LETTER.findall(left)) <= _SMALLTALK_LETTERS_LEFT


def _chance_of_question(
    chances: Mapping[str, float], folded: str, lead: float, *, asks: bool
) -> float:
    """That it asks, and not tells of a matter, if it is one of the two; 0..1.

    Args:
        lead: by how much the cues of a question outweigh those of a matter.
        asks: whether there are any of a question.
    """
    told = 1.0 - sum(chances.get(name, 0.0) for name in (*_TALK, *_ASKING))
    odds = (sum(chances.get(name, 0.0) for name in _ASKING) + 0.001) / (max(told, 0.0) + 0.001)
    logit = math.log(odds) + _CUES_COUNT * lead - _RATHER_A_MATTER
    logit -= _ASKS_NOTHING * (not asks and _is_sentence(folded))
    return 1.0 / (1.0 + math.exp(-logit))


def _is_talk(chances: Mapping[str, float]) -> bool:
    return sum(chances.get(name, 0.0) for name in _TALK) >= _SURELY_TALK


def _last_clause(folded: str) -> str:
    found = _LAST_CLAUSE.search(folded)
    return found.group(0) if found else folded


def _is_sentence(folded: str) -> bool:
    return (
        len(_HAN.findall(folded)) >= _SENTENCE_HAN or len(_WORD.findall(folded)) >= _SENTENCE_WORDS
    )
