"""What a message is: a question to the report, a matter, small talk, or danger."""

import re
from dataclasses import dataclass, field
from typing import Literal

from bot.cues import Cues
from bot.service import Service
from index import normalise

Intent = Literal["question", "matter", "danger", "smalltalk", "statement", "unsure"]
"""`statement`: asks nothing and complains of nothing; a matter unless the report has just that."""

_ASKS = re.compile(
    r"[?]|[吗么呢][\s。!.,]*$|^(?:what|when|where|who|which|how|is|are|will|does|do|can)\b"
)
_ASKS_HOW = re.compile(
    r"(?P<once>(?![能可管])[\u4e00-\u9fff])[不没冇](?=(?P=once))|[\u4e00-\u9fff][不没冇][\s。!?.,]*$"
    r"|(?:怎么|么样|如何|咋)[管保搞抓治做改理发支扶监建提推防减帮弄签报申交领用收]|谁(?!知|叫)"
)
"""动工冇, 建不建, 怎么管: asking without a word that asks."""
_MAY = re.compile(r"[能可][不否]|可不可以")
_REQUESTS = re.compile(
    r"(?:能不能|可不可以|能否|可否|是不是可以|可以不可以)"
    r"(?!.{0,6}(?:[完好成]|开工|通车)).{0,8}[加装修建设放增多开种改延派帮管把让处解清查整安来治换限拆移"
    r"停降减退补协]"
    r"|(?:有没有|有冇得|有没得)(?:哪个|好心)?人(?:可以|能)|(?:哪个|谁|哪位)(?:可以|能|来)"
    r"|\b(?:can|could|would) (?:you|we|they|someone|somebody|anyone|the (?:district|city))\b"
    r".{0,20}\b(?:add|put|install|build|open|plant|fix|repair|extend|move|place|provide|stop"
    r"|clean|help|send|come|arrange|check|do something)\b"
    r"|\bplease (?:consider|add|put|install|build|open|plant|fix|repair|extend|send|help|stop)\b"
)
"""能不能加, could you add: a wish, though it is put as a question."""
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
        asks: whether it asks at all, whatever it tells besides; a rhetorical question or a
            request is no asking.
    """

    intent: Intent
    numbers: tuple[str, ...] = ()
    leans_to_question: bool = False
    asks: bool = field(default=False, compare=False)


class Router:
    """Reads the cues of service.toml; knows nothing of the report."""

    def __init__(self, service: Service) -> None:
        words = service.router
        self._question = Cues(words.question, unless=words.rhetorical)
        self._rhetorical = Cues(words.rhetorical)
        self._experience = Cues(words.experience)
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
        numbers = self._danger_numbers(folded)
        if numbers and told >= asked:
            return Verdict("danger", numbers)
        if self._is_smalltalk(folded):
            return Verdict("smalltalk")
        is_wish = folded in self._rhetorical or bool(_REQUESTS.search(folded))
        asks = asked >= _SURE and not is_wish
        if told - asked >= _SURE:
            return Verdict("matter", asks=asks)
        if not asked and (told or _is_sentence(folded)):
            return Verdict("statement")
        if asked - told >= _SURE or told == 0:
            return Verdict("question")
        return Verdict("unsure", leans_to_question=asked >= told, asks=asks)

    def _asked(self, folded: str) -> float:
        """How much of a question it is; what the last clause asks counts again."""
        last = _last_clause(folded)
        cues = len(self._question.found(folded)) + _asks_how(folded)
        asks_at_last = last in self._question or _asks_how(last)
        return (
            1.0 * min(cues, 2)
            + 1.0 * (bool(_ASKS.search(folded)) and folded not in self._rhetorical)
            + 0.5 * asks_at_last
        )

    def _told(self, folded: str) -> float:
        """How much of a matter it is; length and a street's name only add to other signs."""
        told = (
            1.0 * min(len(self._matter.found(folded)), 3)
            + 1.0 * min(len(self._strong.found(folded)), 2)
            + 1.0 * (folded in self._rhetorical)
            + 1.0 * bool(_REQUESTS.search(folded))
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


def _asks_how(folded: str) -> bool:
    may = _MAY.search(folded) is not None
    return bool(_ASKS_HOW.search(folded)) or (may and not _REQUESTS.search(folded))


def _last_clause(folded: str) -> str:
    found = _LAST_CLAUSE.search(folded)
    return found.group(0) if found else folded


def _is_sentence(folded: str) -> bool:
    return (
        len(_HAN.findall(folded)) >= _SENTENCE_HAN or len(_WORD.findall(folded)) >= _SENTENCE_WORDS
    )
