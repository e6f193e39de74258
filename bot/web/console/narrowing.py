"""What a list of cases can be narrowed down by, and is, in the reader's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.cases import CaseState, Kind, Urgency
from bot.store import SORTS
from bot.web.console.console import Console, Seat
from bot.web.console.listing import Listing, understood
from index import Index

MOST_COMMITMENTS = 400
"""So many can be chosen from; where there are more, the id is written."""
_LABEL_CHARS = 40
_NAMES: Mapping[str, str] = {
    "tab": "queue.tabs",
    "q": "queue.search",
    "state": "queue.state",
    "kind": "queue.kind",
    "category": "queue.category",
    "street": "queue.street",
    "unit": "queue.unit",
    "urgency": "queue.urgency",
    "commitment": "queue.commitment",
    "since": "queue.since",
    "until": "queue.until",
    "unreachable": "queue.unreachable",
    "sort": "queue.sort",
    "page": "queue.pages",
}
"""A name in an address -> what it is called."""

Choices = Sequence[tuple[str, str]]
"""Codes and names, in the order in which they are offered."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One thing that narrows a list, in words.

    Attributes:
        value: empty where the name says it all.
        without: the query of the same list without it.
    """

    name: str
    value: str
    without: str


class Narrowings:
    """Names what narrows a list, and offers what else could."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def of(self, listing: Listing, seat: Seat) -> list[Narrowing]:
        """What narrows a list, each once."""
        console, language = self._console, seat.language
        say, names, filters = console.words(language), console.names, listing.filters
        values = {
            "q": " + ".join(f"“{words}”" for words in understood(filters.text)),
            "state": " / ".join(say(f"staff.state_{state}") for state in filters.states),
            "kind": names.kind(language, filters.kind) if filters.kind else "",
            "category": names.category(language, filters.category),
            "street": names.street(language, filters.street),
            "unit": names.unit(language, filters.unit),
            "urgency": names.urgency(language, filters.urgency) if filters.urgency else "",
            "commitment": self._commitment(filters.commitment, seat),
            "since": str(filters.since),
            "until": str(filters.until),
            "unreachable": "",
        }
        given = dict.fromkeys(name for name, _ in listing.narrowings)
        return [
            Narrowing(say(_NAMES[name]), values[name], listing.query_without(name))
            for name in given
            if name != "q" or values["q"]
        ]

    def names_of(self, parameters: Sequence[str], seat: Seat) -> list[str]:
        """What parts of an address are called."""
        say = self._console.words(seat.language)
        return [say(_NAMES[name]) for name in parameters]

    def choices(self, seat: Seat) -> dict[str, Choices]:
        """What can be chosen, by the names in an address."""
        console, language = self._console, seat.language
        names, say, service = console.names, console.words(language), console.service
        return {
            "state": [(one, say(f"staff.state_{one}")) for one in CaseState],
            "kind": [(one, names.kind(language, one)) for one in Kind],
            "category": [(one, names.category(language, one)) for one in service.categories],
            "street": [(one, names.street(language, one)) for one in service.streets],
            "unit": [(one, names.unit(language, one)) for one in service.units],
            "urgency": [(one, names.urgency(language, one)) for one in Urgency],
            "sort": [(one, say(f"queue.sort_{one}")) for one in SORTS],
        }

    def commitments(self, seat: Seat) -> Sequence[tuple[str, Choices]]:
        """The commitments by section, in the order of the reports; none if there are too many."""
        index: Index = self._console.index()
        if len(index.commitments) > MOST_COMMITMENTS:
            return ()
        label = self._console.names.label
        return [
            (
                section,
                [(one.id, label(seat.language, one, most=_LABEL_CHARS)) for one in commitments],
            )
            for (_, section), commitments in index.sections.items()
        ]

    def _commitment(self, commitment_id: str, seat: Seat) -> str:
        commitment = self._console.index().commitments.get(commitment_id)
        if commitment is None:
            return commitment_id
        return self._console.names.label(seat.language, commitment)
