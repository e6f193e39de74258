"""Lists of a hall's cases (`casework`), as the store gives them to who may see them."""

from bot.cases import Case, Role
from bot.store import Filters, QueueRow, Reader
from tests.casework import PARKS, STREETS, Hall

DISPATCHER, SUPERVISOR = Reader(Role.DISPATCHER), Reader(Role.SUPERVISOR)
HANDLER, GARDENER = Reader(Role.HANDLER, STREETS), Reader(Role.HANDLER, PARKS)
READERS = (DISPATCHER, SUPERVISOR, HANDLER, GARDENER)


def listed(hall: Hall, filters: Filters, reader: Reader = SUPERVISOR) -> list[int]:
    """The cases of a list, in the order they were filed."""
    return hall.store.queue.ids(filters, reader, at=hall.clock.now, sort="oldest")


def row(hall: Hall, case: Case) -> QueueRow:
    """How a list shows a case."""
    rows = hall.store.queue.page(Filters(), SUPERVISOR, at=hall.clock.now).rows
    return next(one for one in rows if one.id == case.id)
