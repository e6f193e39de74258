"""What a resident's words tell of her matter: kind, category, urgency and place, each a guess."""

import re
from collections.abc import Mapping
from typing import TypeVar

from bot.cases import Kind, Matter, Urgency
from bot.cues import Cues
from bot.service import Service
from index import clean, normalise

OTHER_CATEGORY = "other"
_Code = TypeVar("_Code", bound=str)
_STRONG, _WEAK = 3, 1
_ROAD = (
    r"(?:大道|大街|路口|小区|社区|花园|公寓|广场|菜场|市场|地铁站|公交站|学校|小学|中学|医院|公园"
    r"|路|街|巷|里弄|苑|村|湾|桥)"
)
_PLACE_ZH = re.compile(
    rf"[\u4e00-\u9fffA-Za-z0-9]{{1,8}}?{_ROAD}(?:[\u4e00-\u9fff]{{0,4}}?(?:\d+|[一二三四五六七八九十]+)(?:号楼|栋|号|单元|楼|门))*"
    r"(?:附近|路口|门口|旁边|对面|交叉口)?"
)
_PLACE_EN = re.compile(
    r"(?:(?:\d+\s+)?(?:[A-Z][\w'-]*\s+){1,3}"
    r"(?:Road|Street|Avenue|Lane|Bridge|Station|Square|Park|School|Market|Hospital|Garden|Community))"
)
_LEADING = re.compile(
    r"^(?:.*(?:我家住在|我家住|我家在|我住在|我住|家住|位于|就在|反映一下|反映|投诉|举报|请问|我们|这边|那边|[在住到从]))"
)


class MatterReader:
    """Reads a message by the cues of service.toml."""

    def __init__(self, service: Service) -> None:
        self._kinds = [(kind.code, Cues(kind.strong), Cues(kind.weak)) for kind in service.kind]
        self._categories = [(entry.code, Cues(entry.cues)) for entry in service.category]
        self._urgent = Cues(service.urgency.urgent)
        self._critical = Cues(service.urgency.critical)
        self._calm = Cues(service.urgency.calm)
        self._streets = [
            (street.code, Cues((street.name, *street.aliases), unless=street.unless))
            for street in service.street
        ]

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
        found = _PLACE_ZH.search(clean(text)) or _PLACE_EN.search(clean(text))
        return _LEADING.sub("", found.group(0)).strip() if found else ""

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
