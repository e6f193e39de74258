"""A case as a work order: the columns a 12345 platform takes, masked unless told otherwise."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.cases import TIME_ZONE, CaseState, Kind, Staff, points_of
from bot.masking import masked, rounded
from bot.naming import Names, local_time
from bot.service import URGENCY_NAMES
from bot.store import WorkOrder
from bot.wording import Wording, plain
from index import Commitment

Value = str | int | float | None

COLUMNS: Mapping[str, str] = {
    "number": "工单编号",
    "channel": "来源渠道",
    "kind": "诉求类型",
    "title": "标题",
    "content": "诉求内容",
    "points": "诉求要点",
    "time": "诉求时间",
    "street": "所属街道",
    "place": "事发地点",
    "category": "分类",
    "urgency": "紧急程度",
    "lead_unit": "主办单位",
    "support_units": "协办单位",
    "commitment": "承诺编号",
    "commitment_quote": "承诺原文",
    "duplicate_hint": "疑似重复",
    "confidential": "是否保密",
    "reply_wanted": "是否需要回复",
    "state": "工单状态",
    "due": "办结时限",
    "reply": "答复内容",
    "solved": "是否解决",
    "satisfied": "是否满意",
    "rework": "重办次数",
    "latitude": "纬度",
    "longitude": "经度",
    "photos": "照片数",
    "delivery": "送达情况",
    "updated": "更新时间",
    "taken_by": "导出人",
}
"""Name in JSON -> heading in CSV and XLSX."""
HIDDEN = "（保密）"
YES, NO = "是", "否"
TITLE_CHARS = 30
COORDINATE_DIGITS = 6
"""Of degrees: to a decimetre."""
_SOLVED = {"yes": "已解决", "partly": "部分解决", "no": "未解决"}
"""Staff read whose word it is besides: 居民：已解决."""


class Exporter:
    """Turns work orders into rows.

    Args:
        is_full: the very words and places; else personal data is masked, and of a
            confidential case nothing is left that tells what was reported where.
        taken_by: who has the file made (`mark_of`): it stands in every row, so that a row that
            turns up elsewhere tells who took it.
    """

    def __init__(
        self,
        wording: Wording,
        names: Names,
        *,
        commitment: Callable[[str], Commitment | None],
        is_full: bool = False,
        taken_by: str = "",
    ) -> None:
        self._taken_by = taken_by
        self._wording = wording
        self._names = names
        self._commitment = commitment
        self._is_full = is_full

    def rows(self, orders: Sequence[WorkOrder]) -> list[Mapping[str, Value]]:
        """Work orders as rows."""
        return [self.row(order) for order in orders]

    def row(self, order: WorkOrder) -> dict[str, Value]:
        """A work order by `COLUMNS`, in their order."""
        case, matter, names = order.case, order.case.matter, self._names
        is_hidden = case.is_confidential and not self._is_full
        is_alike_hidden = is_hidden or (order.is_alike_confidential and not self._is_full)
        about = self._commitment(order.commitments[0]) if order.commitments else None
        values: dict[str, Value] = {
            "number": case.number,
            "channel": self._said("casepage.channel", order.channel),
            "kind": names.kind("zh", matter.kind),
            "title": self._title(order),
            "content": self._words(matter.text, is_hidden),
            "points": "\n".join(
                f"{at}. {point}"
                for at, point in enumerate(points_of(self._words(matter.text, is_hidden)), start=1)
            ),
            "time": moment(case.submitted_at),
            "street": _unless(is_hidden, names.street("zh", matter.street)),
            "place": self._words(matter.place, is_hidden),
            "category": names.category("zh", matter.category),
            "urgency": URGENCY_NAMES[matter.urgency][0],
            "lead_unit": "、".join(names.unit("zh", code) for code in order.leads),
            "support_units": "、".join(names.unit("zh", code) for code in order.supports),
            "commitment": _unless(is_hidden, " ".join(order.commitments)),
            "commitment_quote": _unless(is_hidden, about.quote if about else ""),
            "duplicate_hint": _unless(is_alike_hidden, order.alike),
            "confidential": YES if case.is_confidential else NO,
            "reply_wanted": NO if matter.kind is Kind.PRAISE else YES,
            "state": self.state(case.state),
            "due": moment(order.due_at) if order.due_at else "",
            "reply": self._words(order.reply, is_hidden),
            "solved": _SOLVED[case.solved] if case.solved else "",
            "satisfied": self._said("staff.satisfied", case.satisfied),
            "rework": case.rework,
            "latitude": self._degrees(matter.latitude, is_hidden),
            "longitude": self._degrees(matter.longitude, is_hidden),
            "photos": case.photos,
            "delivery": self._said("casepage.delivery", order.delivery),
            "updated": moment(order.updated_at),
            "taken_by": self._taken_by,
        }
        return {name: values[name] for name in COLUMNS}

    def state(self, state: CaseState) -> str:
        """What staff call a state, in Chinese."""
        return self._said("staff.state", state)

    def _said(self, what: str, code: str | None) -> str:
        """What the console calls something, in Chinese; empty for nothing."""
        return plain(self._wording.text("zh", f"{what}_{code}")) if code else ""

    def _title(self, order: WorkOrder) -> str:
        """Category, place and the first words, as far as they fit and may be read."""
        matter = order.case.matter
        category = self._names.category("zh", matter.category)
        if order.case.is_confidential and not self._is_full:
            return f"{category}：{HIDDEN}"
        first = self._words(points_of(matter.text)[0], is_hidden=False)
        title = f"{category}：{first}"
        return title if len(title) <= TITLE_CHARS else f"{title[: TITLE_CHARS - 1]}…"

    def _words(self, text: str, is_hidden: bool) -> str:
        return _unless(is_hidden, text if self._is_full else masked(text))

    def _degrees(self, value: float | None, is_hidden: bool) -> float | None:
        if value is None or is_hidden:
            return None
        return round(value, COORDINATE_DIGITS) if self._is_full else rounded(value)


def _unless(is_hidden: bool, text: str) -> str:
    """A text, or that there is one that may not be read."""
    return HIDDEN if is_hidden and text else text


def mark_of(member: Staff | None, at: datetime) -> str:
    """Who took a file and when; without a member it was the command line."""
    who = f"{member.name}（工号 {member.id}）" if member else "命令行"
    return f"{who} {local_time(at)}"


def moment(at: datetime) -> str:
    """A moment as Wuhan's clocks show it, with its offset (ISO 8601)."""
    return at.astimezone(TIME_ZONE).isoformat(sep=" ", timespec="minutes")
