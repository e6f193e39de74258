"""Cases as a CSV file that Excel opens: what was said, never by whom."""

import csv
from collections.abc import Callable, Iterable
from typing import TextIO

from bot.cases import Case
from bot.service import URGENCY_NAMES, Service
from index import Commitment

COLUMNS = (
    "number",
    "state",
    "kind",
    "category",
    "urgency",
    "street",
    "place",
    "latitude",
    "longitude",
    "commitment",
    "commitment_quote",
    "photos",
    "delivery",
    "submitted_at",
    "text",
)
BYTE_ORDER_MARK = "\ufeff"
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
_GUARD = "'"


def write_csv(
    cases: Iterable[Case],
    out: TextIO,
    *,
    service: Service,
    commitment: Callable[[str], Commitment | None],
    delivery: Callable[[Case], str],
) -> int:
    """Write cases, one row each, in the order given.

    The text begins with a byte order mark for Excel; what a spreadsheet would run as a formula
    is preceded by an apostrophe (OWASP, CSV Injection), and so is what begins with one: whoever
    reads the file takes one leading apostrophe away and has the very words.

    Args:
        delivery: how the letters to a case's resident stand.
        out: opened with `newline=""`.

    Returns:
        How many cases were written.
    """
    out.write(BYTE_ORDER_MARK)
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    count = 0
    for case in cases:
        row = _row(case, service, commitment, delivery(case))
        rows.writerow(_guarded(value) for value in row)
        count += 1
    return count


def _row(
    case: Case,
    service: Service,
    commitment: Callable[[str], Commitment | None],
    delivery: str,
) -> list[object]:
    matter = case.matter
    category = service.categories.get(matter.category)
    street = service.streets.get(matter.street)
    about = commitment(matter.commitment)
    return [
        case.number,
        case.state.value,
        service.kinds[matter.kind].name,
        category.name if category else matter.category,
        URGENCY_NAMES[matter.urgency][0],
        street.name if street else matter.street,
        matter.place,
        matter.latitude,
        matter.longitude,
        matter.commitment,
        about.quote if about else "",
        case.photos,
        delivery,
        case.submitted_at.isoformat(timespec="seconds"),
        matter.text,
    ]


def _guarded(value: object) -> object:
    if isinstance(value, str) and value.startswith((*_FORMULA_STARTS, _GUARD)):
        return f"{_GUARD}{value}"
    return "" if value is None else value
