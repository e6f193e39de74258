"""What a resident's words tell of her matter: kind, category, urgency and place, each a guess."""

import re
from collections.abc import Mapping
from typing import TypeVar

from bot.cases import Kind, Matter, Urgency
from bot.cues import Cues
from bot.places import PlaceFinder
from bot.service import Service
from index import clean, normalise

OTHER_CATEGORY = "other"
_Code = TypeVar("_Code", bound=str)
_STRONG, _WEAK = 3, 1
# Of kinds as strongly marked these come first: who thanks tells what was done for her, and who
# reports an offence complains of it.
_SURER_KINDS = (Kind.PRAISE, Kind.REPORT)
_ADDRESS = re.compile(
    r".*(?:路|大道|街|巷|小区|花园|公寓|新村|家园|苑|\b(?:road|street|avenue|lane|estate)\b)",
    re.IGNORECASE,
)


class MatterReader:
    """Reads a message by the cues of service.toml."""

    def __init__(self, service: Service) -> None:
        in_doubt = sorted(service.kind, key=lambda kind: kind.code not in _SURER_KINDS)
        self._kinds = [(kind.code, Cues(kind.strong), Cues(kind.weak)) for kind in in_doubt]
        self._categories = [(entry.code, Cues(entry.cues)) for entry in service.category]
        self._urgent = Cues(service.urgency.urgent)
        self._critical = Cues(service.urgency.critical)
        self._calm = Cues(service.urgency.calm)
        self._streets = [
            (street.code, Cues((street.name, *street.aliases), unless=street.unless))
            for street in service.street
        ]
        self._places = PlaceFinder(
            name for street in service.street for name in (street.name, *street.aliases)
        )

    def read(self, text: str, *, danger: bool) -> Matter:
        """What the message tells; what it does not tell is left empty or at its default.

        Args:
            danger: the router saw danger to life or property, so it is at least urgent.
        """
        folded = normalise(text)
        urgency = self._urgency(folded, danger=danger)
        return Matter(
            text=text,
            kind=self._kind(folded, urgency),
            category=self._category(folded),
            urgency=urgency,
            street=self.street(text),
            place=self.place(text),
        )

    def street(self, text: str) -> str:
        """The code of the one street named; empty if none or several are."""
        folded = normalise(text)
        named = [code for code, cues in self._streets if folded in cues]
        return named[0] if len(named) == 1 else ""

    def place(self, text: str) -> str:
        """The resident's own words for the spot; empty if she named none."""
        return self._places.find(clean(text))

    def without_place(self, text: str) -> str:
        """The text without the names of streets and estates: what it is about, not where.

        A lake, a school or a park stays: it is as often the thing itself.
        """
        address = _ADDRESS.match(self.place(text))
        folded = normalise(clean(text).replace(address[0], " ") if address else clean(text))
        for _, cues in self._streets:
            folded = cues.without(folded)
        return folded

    def _kind(self, folded: str, urgency: Urgency) -> Kind:
        """The kind most marked; whoever complains of what cannot wait is asking for help."""
        scores = {
            code: _STRONG * len(strong.found(folded)) + _WEAK * len(weak.found(folded))
            for code, strong, weak in self._kinds
        }
        best = _best(scores, default=Kind.COMPLAINT)
        cannot_wait = urgency is not Urgency.NORMAL
        return Kind.HELP if cannot_wait and best is Kind.COMPLAINT else best

    def _category(self, folded: str) -> str:
        lengths = {code: sum(map(len, cues.found(folded))) for code, cues in self._categories}
        return _best(lengths, default=OTHER_CATEGORY)

    def _urgency(self, folded: str, *, danger: bool) -> Urgency:
        if danger:
            return Urgency.CRITICAL if folded in self._critical else Urgency.URGENT
        if folded in self._calm:
            return Urgency.NORMAL
        if folded in self._critical:
            return Urgency.CRITICAL
        return Urgency.URGENT if folded in self._urgent else Urgency.NORMAL


def resembles(one: str, other: str) -> float:
    """How alike two texts are: the Jaccard index of their character pairs, 0..1."""
    pairs_of_one, pairs_of_other = _pairs(normalise(one)), _pairs(normalise(other))
    together = pairs_of_one | pairs_of_other
    return len(pairs_of_one & pairs_of_other) / len(together) if together else 0.0


def _pairs(folded: str) -> set[str]:
    letters = re.sub(r"\W", "", folded)
    return {letters[at : at + 2] for at in range(len(letters) - 1)}


def _best(scores: Mapping[_Code, int], *, default: _Code) -> _Code:
    best = max(scores, key=scores.__getitem__, default=default)
    return best if scores.get(best) else default
