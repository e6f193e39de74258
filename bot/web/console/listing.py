"""What a list of cases is narrowed down to, read from an address and written into one again."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from starlette.datastructures import ImmutableMultiDict

from bot.cases import CaseState, Kind, Role, Urgency
from bot.service import Service
from bot.store import SORTS, Filters, Sort, Tab
from bot.store.finding import MOST_PHRASES, phrases_of

PAGE_ROWS = 50
MOST_PAGES = 10_000
MOST_TEXT_CHARS = 200
FIRST_TABS: Mapping[Role, Sequence[Tab]] = {
    Role.DISPATCHER: (Tab.TO_ACCEPT, Tab.TO_DISPATCH, Tab.TO_REPLY, Tab.OVERDUE),
    Role.SUPERVISOR: (Tab.OVERDUE, Tab.MINE, Tab.DISPUTED),
    Role.HANDLER: (Tab.MINE,),
}
"""What each role sees first: of these, the first in which there is something."""
TABS: Mapping[Role, Sequence[Tab]] = {
    Role.DISPATCHER: tuple(Tab),
    Role.SUPERVISOR: tuple(Tab),
    Role.HANDLER: (Tab.MINE, Tab.OVERDUE, Tab.DISPUTED, Tab.ALL),
}
"""What each role has something to do in."""
_COMMITMENT_CHARS = 120
_YEARS = range(2000, 2100)
"""In which a day of a filter can be; others no calendar of the time zone goes to."""
_BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff\uf900-\ufaff]) (?=[\u3400-\u9fff\uf900-\ufaff])")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as an address names it.

    Attributes:
        page: from 1.
        ignored: names of what the address says and nobody understands.
    """

    filters: Filters
    sort: Sort = "due"
    page: int = 1
    ignored: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: ImmutableMultiDict[str, str], service: Service, *, first: Tab) -> "Listing":
        """Read an address; what is in it and means nothing is left out and named.

        Args:
            first: the tab of an address that names none and narrows nothing; one that narrows
                something looks among all cases.
        """
        ignored: list[str] = []

        def choice(name: str, known: Sequence[str]) -> str:
            value = query.get(name, "")
            if value and value not in known:
                ignored.append(name)
                return ""
            return value

        def day(name: str) -> date | None:
            value = query.get(name, "")
            try:
                found = date.fromisoformat(value) if value else None
            except ValueError:
                found = None
            is_usable = found is not None and found.year in _YEARS
            if value and not is_usable:
                ignored.append(name)
            return found if is_usable else None

        states = [one for one in query.getlist("state") if one]
        if any(one not in list(CaseState) for one in states):
            ignored.append("state")
        number = query.get("page", "1")
        is_number = number.isascii() and number.isdigit() and len(number) <= 6
        if not is_number:
            ignored.append("page")
        kind, urgency = choice("kind", list(Kind)), choice("urgency", list(Urgency))
        filters = Filters(
            tab=Tab(choice("tab", list(Tab)) or Tab.ALL),
            text=" ".join(query.get("q", "").split())[:MOST_TEXT_CHARS],
            states=tuple(CaseState(one) for one in states if one in list(CaseState)),
            kind=Kind(kind) if kind else None,
            category=choice("category", list(service.categories)),
            street=choice("street", list(service.streets)),
            unit=choice("unit", list(service.units)),
            urgency=Urgency(urgency) if urgency else None,
            commitment=query.get("commitment", "")[:_COMMITMENT_CHARS],
            since=day("since"),
            until=day("until"),
            unreachable=query.get("unreachable") == "1",
        )
        sort = next((one for one in SORTS if one == choice("sort", SORTS)), SORTS[0])
        page = min(max(int(number), 1), MOST_PAGES) if is_number else 1
        listing = cls(filters, sort, page, tuple(dict.fromkeys(ignored)))
        if query.get("tab") in list(Tab) or listing.narrowings:
            return listing
        return replace(listing, filters=replace(filters, tab=first))

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The names and values of an address that leads here, the page left out."""
        given = self.filters
        pairs = [("tab", str(given.tab)), ("q", given.text)]
        pairs += [("state", str(state)) for state in given.states]
        pairs += [
            (name, str(getattr(given, name) or ""))
            for name in ("kind", "category", "street", "unit", "urgency", "commitment")
        ]
        pairs += [
            ("since", given.since.isoformat() if given.since else ""),
            ("until", given.until.isoformat() if given.until else ""),
            ("unreachable", "1" if given.unreachable else ""),
            ("sort", self.sort if self.sort != SORTS[0] else ""),
        ]
        return [(name, value) for name, value in pairs if value]

    def query(self, *, page: int = 1) -> str:
        """An address's query that leads to a page of this list."""
        return urlencode([*self.parameters, *([("page", str(page))] if page > 1 else [])])

    @property
    def narrowings(self) -> list[tuple[str, str]]:
        """What narrows the list besides its tab: names and values."""
        return [pair for pair in self.parameters if pair[0] not in ("tab", "sort")]

    def query_without(self, name: str) -> str:
        """The same list, less narrow by what has this name."""
        return urlencode([pair for pair in self.parameters if pair[0] != name])

    def in_tab(self, tab: Tab) -> "Listing":
        """The whole list of another tab."""
        return Listing(Filters(tab), self.sort)

    @property
    def everywhere(self) -> "Listing":
        """What this list is narrowed down to, among all cases."""
        return Listing(replace(self.filters, tab=Tab.ALL), self.sort)


def understood(text: str) -> list[str]:
    """What is looked for, as read from what was typed; "…" stands for any ending of a word."""
    phrases = [phrase for phrase in phrases_of(text) if not phrase.is_too_short][:MOST_PHRASES]
    return [
        _BETWEEN_HAN.sub("", " ".join(phrase.tokens)) + ("…" if phrase.is_open else "")
        for phrase in phrases
    ]


def too_short(text: str) -> list[str]:
    """What of that is not looked for: Han characters that stand alone."""
    return [phrase.tokens[0] for phrase in phrases_of(text) if phrase.is_too_short]


def first_tab(role: Role, counts: Mapping[Tab, int]) -> Tab:
    """Where a role begins: at the first of its tabs in which there is something to do."""
    tabs = FIRST_TABS[role]
    return next((tab for tab in tabs if counts[tab]), tabs[0])
