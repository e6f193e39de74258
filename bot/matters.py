"""What a resident's words tell of her matter: kind, category, urgency and place, each a guess."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from bot.accusing import Accusing
from bot.cases import Kind, Matter, Urgency
from bot.cues import Cues
from bot.meanings import Meanings
from bot.places import PlaceFinder
from bot.service import Service
from index import clean, normalise

OTHER_CATEGORY = "other"
_SURE_OF_NAME = 0.95
_UNMARKED_IS_NORMAL, _MARKED_IS_URGENT, _AGAINST_MARKS = 0.99, 0.71, 0.29
"""How often the marks of urgency are right, counted on the 316 matters of content/evaluation."""
_SURE_OF_ACCUSING, _MOST_SURE = 0.95, 0.99
_DOUBTFUL, _NEAR_ENOUGH = 0.5, 0.5
"""Below this chance a kind is doubtful; then the confidential one is taken, if the words hold a
strong cue of it and it is that likely beside the other."""
_DENIALS = ("不", "没", "没有", "冇", "冇得", "not ", "not very ", "never ", "no ")
_NEVER_IN_DANGER = (Kind.PRAISE, Kind.CONSULT, Kind.SUGGESTION)
_Code = TypeVar("_Code", bound=str)
_ADDRESS = re.compile(
    r".*(?:路|大道|街|巷|小区|花园|公寓|新村|家园|苑|\b(?:road|street|avenue|lane|estate)\b)",
    re.IGNORECASE,
)


class MatterReader:
    """Reads the kind by what was learnt from the examples, all else by cues of service.toml.

    A kind read wrong is put right by its resident, but only if she looks. So the mistakes that
    harm her are ruled out by cues: 举报 handled in the open, and a danger that nobody runs to.
    """

    def __init__(self, service: Service, meanings: Meanings) -> None:
        self._meanings = meanings
        praise, report = service.kinds[Kind.PRAISE], service.kinds[Kind.REPORT]
        self._accusing = Accusing(service)
        self._praising = _not_negated((*praise.strong, *praise.weak), praise.unless)
        self._surely_praising = _not_negated(praise.strong, praise.unless)
        self._wrongs = Cues(report.strong)
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
        matter = Matter(
            text=text,
            kind=self._kind(text, urgency, danger=danger),
            category=_best(self._categories_in(folded), default=OTHER_CATEGORY),
            urgency=urgency,
            street=self.street(text),
            place=self.place(text),
            is_danger=danger,
        )
        return matter.with_sureness(**self.sureness(matter))

    def sureness(self, matter: Matter) -> Mapping[str, float]:
        """How sure the words of a matter make what stands in it: of `kind`, `category`, `urgency`
        and `street`; 0 for a category or a street of which they say nothing, always below 1.

        Only for what was read and not for what its resident has chosen herself. The chance of a
        kind is calibrated; the others say how clearly the words speak.
        """
        folded = normalise(matter.text)
        categories = self._categories_in(folded)
        named = self.street(matter.text)
        return MappingProxyType(
            {
                "kind": self._kinds(matter.text, matter.urgency, danger=matter.is_danger).get(
                    matter.kind, 0.0
                ),
                "category": _SURE_OF_NAME
                * categories.get(matter.category, 0)
                / max(sum(categories.values()), 1),
                "urgency": self._sureness_of_urgency(folded, matter.urgency),
                "street": _SURE_OF_NAME if named and named == matter.street else 0.0,
            }
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

    def _kind(self, text: str, urgency: Urgency, *, danger: bool) -> Kind:
        """The likeliest kind; of a doubtful one and 举报 the confidential."""
        kinds = self._kinds(text, urgency, danger=danger)
        best = max(kinds, key=kinds.__getitem__)
        is_doubtful = best is not Kind.HELP and kinds[best] < _DOUBTFUL
        is_near = kinds.get(Kind.REPORT, 0.0) >= _NEAR_ENOUGH * kinds[best]
        if is_doubtful and is_near and normalise(text) in self._wrongs:
            return Kind.REPORT
        return best

    def _kinds(self, text: str, urgency: Urgency, *, danger: bool) -> dict[Kind, float]:
        """How likely each kind is that the words may be of."""
        folded = normalise(text)
        if self._accusing.reports(folded):
            return {Kind.REPORT: _SURE_OF_ACCUSING}
        chances = self._meanings.kinds(text)
        kinds = {kind: chances.get(kind.value, 0.0) for kind in Kind}
        if urgency is not Urgency.NORMAL:  # whoever complains of what cannot wait asks for help
            kinds[Kind.HELP] += kinds.pop(Kind.COMPLAINT)
        for kind in self._ruled_out(folded, danger=danger):
            kinds.pop(kind, None)
        whole = sum(kinds.values())
        if not whole:
            return kinds
        return {kind: min(chance / whole, _MOST_SURE) for kind, chance in kinds.items()}

    def _ruled_out(self, folded: str, *, danger: bool) -> Sequence[Kind]:
        """The kinds that words are not of, whatever was learnt from others like them."""
        if danger:
            is_wrong = folded in self._wrongs
            return _NEVER_IN_DANGER if is_wrong else (*_NEVER_IN_DANGER, Kind.REPORT)
        is_praise = folded in self._surely_praising or (
            folded in self._praising and folded not in self._wrongs
        )
        return () if is_praise else (Kind.PRAISE,)

    def _categories_in(self, folded: str) -> dict[str, int]:
        """How many characters of the text's words each category has."""
        return {code: sum(map(len, cues.found(folded))) for code, cues in self._categories}

    def _urgency(self, folded: str, *, danger: bool) -> Urgency:
        if danger:
            return Urgency.CRITICAL if folded in self._critical else Urgency.URGENT
        if folded in self._calm:
            return Urgency.NORMAL
        if folded in self._critical:
            return Urgency.CRITICAL
        return Urgency.URGENT if folded in self._urgent else Urgency.NORMAL

    def _sureness_of_urgency(self, folded: str, urgency: Urgency) -> float:
        marked = folded in self._urgent or folded in self._critical
        if urgency is Urgency.NORMAL:
            return _UNMARKED_IS_NORMAL if not marked else _AGAINST_MARKS
        return _MARKED_IS_URGENT if marked else _AGAINST_MARKS


def _not_negated(words: Sequence[str], unless: Sequence[str]) -> Cues:
    """Cues that do not count where a word of denial stands before them."""
    return Cues(words, unless=(*unless, *(no + word for no in _DENIALS for word in words)))


def _best(scores: Mapping[_Code, int], *, default: _Code) -> _Code:
    best = max(scores, key=scores.__getitem__, default=default)
    return best if scores.get(best) else default
