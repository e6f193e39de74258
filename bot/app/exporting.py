"""All cases of the database as the pieces of a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing

from bot.access import AccessError
from bot.app.building import Bot
from bot.cases import Role
from bot.desk.reveal import LEAST_REASON_CHARS
from bot.export import (
    COLUMNS,
    FORMATS,
    OPEN311_COLUMNS,
    Exporter,
    Open311,
    Value,
    file_of,
    mark_of,
)
from bot.store import MOST_AT_ONCE, View, WorkOrder

Rows = Callable[[Sequence[WorkOrder]], list[Mapping[str, Value]]]


def exported(
    bot: Bot, format_: str, *, bom: bool, is_full: bool, by: str = ""
) -> Iterator[tuple[bytes, int]]:
    """A file of all cases, piece by piece, each with the number of cases in it.

    Args:
        format_: one of `bot.export.FORMATS`, or `open311`.
        by: the member who asks for it, as every row tells; else it is the command line.
    """
    mark = mark_of(bot.store.staff.named(by) if by else None, bot.now())
    rows_of, columns = _rows_of(bot, format_, is_full=is_full, mark=mark)
    known = next((one for one in FORMATS if one == format_), FORMATS[0])
    with closing(file_of(known, columns, bom=bom, mark=mark)) as file:
        yield file.head(), 0
        ids = bot.store.work_orders.ids()
        for at in range(0, len(ids), MOST_AT_ONCE):
            rows = rows_of(bot.store.work_orders.these(ids[at : at + MOST_AT_ONCE]))
            yield file.rows(rows), len(rows)
        for piece in file.tail():
            yield piece, 0


def _rows_of(
    bot: Bot, format_: str, *, is_full: bool, mark: str
) -> tuple[Rows, Mapping[str, str]]:
    names = bot.office.cards.face.names
    if format_ == "open311":
        open_data = Open311(names)
        return open_data.rows, OPEN311_COLUMNS
    exporter = Exporter(
        bot.wording,
        names,
        commitment=bot.index.commitments.get,
        is_full=is_full,
        taken_by=mark,
    )
    return exporter.rows, COLUMNS


def log_full_export(bot: Bot, *, by: str, reason: str) -> None:
    """Keep who asked for a full export, and why.

    Raises:
        AccessError: this is no supervisor, or there is no reason.
    """
    member = bot.store.staff.named(by)
    if member is None or not member.is_active or member.role is not Role.SUPERVISOR:
        raise AccessError("a full export needs a supervisor: --by NAME")
    if len(reason.strip()) < LEAST_REASON_CHARS:
        raise AccessError("a full export needs a reason: --reason TEXT")
    view = View(member.id, None, "full_export", f"command line: {reason.strip()}", bot.now())
    with bot.store.transaction():
        bot.store.views.add(view)
