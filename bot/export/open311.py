"""Cases as open data, by the column names of Open311 GeoReport v2 (bulk): nobody's words."""

from collections.abc import Mapping, Sequence

from bot.cases import CaseState
from bot.export.columns import Value
from bot.masking import rounded
from bot.naming import Names
from bot.store import WorkOrder

OPEN311_COLUMNS = {
    name: name
    for name in (
        "service_request_id",
        "status",
        "status_notes",
        "service_name",
        "service_code",
        "description",
        "agency_responsible",
        "service_notice",
        "requested_datetime",
        "updated_datetime",
        "expected_datetime",
        "address",
        "address_id",
        "zipcode",
        "lat",
        "long",
        "media_url",
    )
}
"""Source: the GeoReport v2 specification, GET service requests."""


class Open311:
    """Turns work orders into open data."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def rows(self, orders: Sequence[WorkOrder]) -> list[Mapping[str, Value]]:
        """Those that may be told of at all: none that is confidential, nothing taken back."""
        return [
            self.row(order)
            for order in orders
            if not order.case.is_confidential and order.case.state is not CaseState.WITHDRAWN
        ]

    def row(self, order: WorkOrder) -> dict[str, Value]:
        """A case by the standard's names. The place is that of street and road, no house number;
        the point is rounded to about a hundred metres."""
        case, matter, names = order.case, order.case.matter, self._names
        category, kind = names.category("zh", matter.category), names.kind("zh", matter.kind)
        values: dict[str, Value] = {
            "service_request_id": case.number,
            "status": "open" if case.is_open else "closed",
            "status_notes": names.state("zh", case.state),
            "service_name": category,
            "service_code": matter.category,
            "description": f"{kind}：{category}",
            "agency_responsible": "、".join(names.unit("zh", code) for code in order.leads),
            "service_notice": "",
            "requested_datetime": case.submitted_at.isoformat(timespec="seconds"),
            "updated_datetime": order.updated_at.isoformat(timespec="seconds"),
            "expected_datetime": (
                order.due_at.isoformat(timespec="seconds") if order.due_at else ""
            ),
            "address": names.public_place("zh", matter),
            "address_id": "",
            "zipcode": "",
            "lat": _if_known(matter.latitude),
            "long": _if_known(matter.longitude),
            "media_url": "",
        }
        return {name: values[name] for name in OPEN311_COLUMNS}


def _if_known(degrees: float | None) -> float | None:
    return None if degrees is None else rounded(degrees)
