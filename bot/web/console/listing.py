"""What a list of cases is narrowed down to, read from an address and written into one again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from starlette.datastructures import ImmutableMultiDict

from bot.cases import CaseState, Kind, Role, Urgency
from bot.service import Service
from bot.store import SORTS, Filters, Sort, Tab

PAGE_ROWS = 50
MOST_PAGES = 10_000
MOST_TEXT_CHARS = 200
FIRST_TABS: Mapping[Role, Tab] = {
    Role.DISPATCHER: Tab.TO_ACCEPT,
    Role.HANDLER: Tab.MINE,
    Role.SUPERVISOR: Tab.OVERDUE,
}
"""What each role sees first."""
TABS: Mapping[Role, Sequence[Tab]] = {
    Role.DISPATCHER: tuple(Tab),
    Role.SUPERVISOR: tuple(Tab),
    Role.HANDLER: (Tab.MINE, Tab.OVERDUE, Tab.DISPUTED, Tab.ALL),
}
"""What each role has something to do in."""
_COMMITMENT_CHARS = 120


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
        """Read an address; what is in it and means nothing is left out and named."""
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
                return date.fromisoformat(value) if value else None
            except ValueError:
                ignored.append(name)
                return None

        states = [one for one in query.getlist("state") if one]
        if any(one not in list(CaseState) for one in states):
            ignored.append("state")
        number = query.get("page", "1")
        is_number = number.isascii() and number.isdigit() and len(number) <= 6
        if not is_number:
            ignored.append("page")
        kind, urgency = choice("kind", list(Kind)), choice("urgency", list(Urgency))
        filters = Filters(
            tab=Tab(choice("tab", list(Tab)) or first),
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
        return cls(filters, sort, page, tuple(dict.fromkeys(ignored)))

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
