"""`python -m bot ask`: the machine-readable interface. It files nothing and keeps nothing."""

import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.answers import Answer
from bot.cases import Matter
from bot.config import Limits
from bot.desk import Similar
from bot.dialogue import Phrasing, Understander, Understanding, outcome_text, proposed, tidy
from bot.messages import utf16_units
from bot.service import URGENCY_NAMES, Service
from bot.wording import language_of, plain
from index import Commitment, Earlier, Index

_UNKNOWN_STREET = "不清楚"
_SESSIONS_KEPT = 10_000
_JUDGED = ("kind", "category", "urgency", "street")


class Asker:
    """Answers lines of text as a resident would be answered, as values for a program."""

    def __init__(
        self,
        *,
        understander: Understander,
        phrasing: Phrasing,
        service: Service,
        limits: Limits,
        index: Callable[[], Index],
        similar: Callable[[Matter], Sequence[Similar]],
    ) -> None:
        self._understander = understander
        self._phrasing = phrasing
        self._service = service
        self._limits = limits
        self._index = index
        self._similar = similar
        self._topics: OrderedDict[str, Earlier] = OrderedDict()

    async def ask(self, text: str, *, session: str = "") -> dict[str, object]:
        """The answer to one text, with the keys of docs/architecture.md "Interfaces".

        Args:
            session: whose text it is; a question may lean on the last one of its session.
        """
        text = tidy(text)
        language = language_of(text, otherwise="zh")
        if utf16_units(text) > self._limits.max_text_chars:
            understanding = Understanding("no_answer", text, language)
        else:
            after = self._topics.get(session)
            understanding = await self._understander.understand(text, language, after=after)
        self._remember(session, understanding)
        found = _told_first(understanding)
        matter = understanding.matter if understanding.kind in ("matter", "danger") else None
        similar = self._similar(matter) if matter else []
        commitment = found.commitment if found else None
        outcome: dict[str, object] = {
            "kind": "no_answer" if understanding.kind == "news" else understanding.kind,
            "lang": understanding.language,
            "text": plain(self._text(understanding, similar)),
            "quote": commitment.quote if commitment else "",
            "commitment": commitment.id if commitment else "",
            "report": commitment.report if commitment else "",
            "section": commitment.section if commitment else "",
            "quantities": [part.text for part in commitment.quantities] if commitment else [],
            "probability": round(found.probability, 4) if found else 0.0,
            "related": _listed(_related(understanding, found)),
        }
        if matter:
            outcome["draft"] = self._draft(understanding, matter, similar)
        return outcome

    def _remember(self, session: str, understanding: Understanding) -> None:
        """Keep what a session last asked about, the sessions longest silent forgotten first."""
        if session and understanding.kind in ("answer", "no_answer") and understanding.answers:
            self._topics[session] = understanding.answers[-1].topic
            self._topics.move_to_end(session)
            if len(self._topics) > _SESSIONS_KEPT:
                self._topics.popitem(last=False)

    def _text(self, understanding: Understanding, similar: Sequence[Similar]) -> str:
        units, most = utf16_units(understanding.text), self._limits.max_text_chars
        if units > most:
            return self._phrasing.say(
                understanding.language, "talk.too_long", count=units, most=most
            )
        matter = understanding.matter
        about = self._index().commitments.get(matter.commitment) if matter else None
        return outcome_text(self._phrasing, understanding, about, similar)

    def _draft(
        self, understanding: Understanding, matter: Matter, similar: Sequence[Similar]
    ) -> dict[str, object]:
        near = proposed(understanding.answer)
        category = self._service.categories.get(matter.category)
        street = self._service.streets.get(matter.street)
        return {
            "kind": self._service.kinds[matter.kind].name,
            "category": category.name if category else matter.category,
            "urgency": URGENCY_NAMES[matter.urgency][0],
            "street": street.name if street else _UNKNOWN_STREET,
            "place": matter.place,
            "commitments": _listed([hit.commitment for hit in near]),
            "similar": [one.case.number for one in similar],
            "sure": {
                **{part: round(matter.sureness.get(part, 0.0), 4) for part in _JUDGED},
                "commitments": [round(hit.nearness, 4) for hit in near],
            },
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One input line: a text, and whose it is (empty: nobody's, read by itself)."""

    text: str
    session: str = ""

    @classmethod
    def read(cls, line: str) -> "Line":
        """A bare text, or a JSON object with `text` and perhaps `session`."""
        if line.lstrip().startswith("{"):
            try:
                given = json.loads(line)
            except (json.JSONDecodeError, RecursionError):
                return cls(line)
            if isinstance(given, dict) and isinstance(given.get("text"), str):
                return cls(given["text"], str(given.get("session", "")))
        return cls(line)


def _told_first(understanding: Understanding) -> Answer | None:
    """Of several questions' answers the first that says something; what a matter is about."""
    if understanding.kind not in ("answer", "no_answer"):
        return understanding.answer
    answered = (one for one in understanding.answers if one.commitment)
    return next(answered, understanding.answer)


def _related(understanding: Understanding, first: Answer | None) -> list[Commitment]:
    """What else was shown: the other questions' answers, then what is near the first's."""
    others = [one.commitment for one in understanding.answers if one is not first]
    near = first.related if first else ()
    return list(dict.fromkeys(one for one in (*others, *near) if one))


def _listed(commitments: Sequence[Commitment]) -> list[dict[str, str]]:
    return [{"id": one.id, "quote": one.quote} for one in commitments]
