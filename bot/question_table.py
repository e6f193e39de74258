"""Groups of questions asked in vain, as a table for a terminal of 80 columns."""

import unicodedata
from collections.abc import Iterator, Sequence

from bot.cases import TIME_ZONE
from bot.metrics import Window
from bot.store import MOST_UNANSWERED
from bot.unanswered import Asked, Group

WIDTH = 80
"""Columns; a Han character takes two."""
_MOST_WORDINGS = 8
"""Wordings shown besides the leading one; `--json` has all."""
_HEAD = ("序号", "次数", "拒答/无帮助", "最近", "问题")
_GAP = "  "
_BEFORE = (4, 4, 11, 10)
"""Columns of what stands before the question."""
_INDENT = sum(_BEFORE) + len(_GAP) * len(_BEFORE)


def lines_of(
    window: Window, groups: Sequence[Group], *, most: int | None = None, unread: int = 0
) -> Iterator[str]:
    """The table, line by line: a group with its other wordings below its leading question.

    Args:
        groups: all of them; the heading counts them.
        most: how many are shown; None for all.
        unread: how many older wordings the groups are made without.
    """
    count = sum(group.count for group in groups)
    days = f"{window.since} 至 {window.until}（武汉时间，含首尾两日）"
    shown = f"，列出前 {most} 组" if most is not None and most < len(groups) else ""
    yield f"{days}：没有答案或没有帮助 {count} 次，{len(groups)} 组{shown}"
    if unread:
        yield f"只计最新的 {MOST_UNANSWERED} 种问法，更早的 {unread} 种未计入；请缩短日期范围"
    if groups:
        yield ""
        yield _row(_HEAD[:-1], _HEAD[-1])
    for number, group in enumerate(groups[:most], 1):
        yield from _group(number, group)


def _group(number: int, group: Group) -> Iterator[str]:
    day = f"{group.newest.astimezone(TIME_ZONE):%Y-%m-%d}"
    cells = (str(number), str(group.count), f"{group.refused}/{group.unhelpful}", day)
    first, *rest = wrapped(group.leader, WIDTH - _INDENT)
    yield _row(cells, first)
    yield from (" " * _INDENT + line for line in rest)
    others = [one for one in group.members if one.text != group.leader]
    for one in others[:_MOST_WORDINGS]:
        yield from _wording(one)
    if len(others) > _MOST_WORDINGS:
        yield f"{' ' * _INDENT}… 另有 {len(others) - _MOST_WORDINGS} 种问法"


def _wording(one: Asked) -> Iterator[str]:
    """One of the other wordings, with how often it was asked."""
    mark = "· "
    lines = wrapped(f"{one.text} ×{one.count}", WIDTH - _INDENT - len(mark))
    for at, line in enumerate(lines):
        yield f"{' ' * _INDENT}{' ' * len(mark) if at else mark}{line}"


def _row(cells: Sequence[str], last: str) -> str:
    """Numbers stand to the right in their columns."""
    padded = (" " * (most - width(cell)) + cell for cell, most in zip(cells, _BEFORE, strict=True))
    return _GAP.join([*padded, last])


def wrapped(text: str, columns: int) -> list[str]:
    """The text in lines of at most so many columns, at least one; English between its words."""
    lines, line = [], ""
    for piece in _pieces("".join(sign if sign.isprintable() else " " for sign in text)):
        if line and width(line) + width(piece.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line += piece
        while width(line.rstrip()) > columns:  # a word longer than a line
            kept = _beginning(line, columns)
            lines.append(kept)
            line = line[len(kept) :]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _pieces(text: str) -> Iterator[str]:
    """What may not be parted: a word with the space behind it, a Han character."""
    piece = ""
    for sign in text:
        if piece and (_is_wide(sign) or _is_wide(piece[-1]) or piece[-1] == " " != sign):
            yield piece
            piece = ""
        piece += sign
    if piece:
        yield piece


def _beginning(text: str, columns: int) -> str:
    """As much of the text as fits, at least one sign."""
    end = 1
    while end < len(text) and width(text[: end + 1]) <= columns:
        end += 1
    return text[:end]


def width(text: str) -> int:
    """Columns on a terminal (Unicode Standard Annex 11)."""
    return sum(0 if unicodedata.combining(sign) else 1 + _is_wide(sign) for sign in text)


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in "WF"
