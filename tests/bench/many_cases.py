"""A district's database with tens of thousands of cases, for the benchmarks of the console.

It is filled with the store's own functions, but not by the desk's steps: those also write cards
and notices for every step, and take ten times as long. Nine cases of ten are ended, the newest are
open; of the open ones that wait for staff every second is overdue. Half of all cases name a lamp
post, which makes 路灯 a word that finds half of the database.
"""

import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.cases import (
    Asked,
    AssignmentState,
    Awaiting,
    Case,
    CaseState,
    DraftState,
    Event,
    Kind,
    Matter,
    Role,
    Satisfied,
    Solved,
    Urgency,
)
from bot.clocks import Timer
from bot.messages import Reply
from bot.service import Service
from bot.store import CaseTimer, Store
from tests.conftest import CONTENT
from tests.office import real_service

NOW = datetime(2026, 11, 27, 7, 30, tzinfo=UTC)
"""The moment at which the database is as it is: 15:30 in Wuhan on a Friday."""
COMMITMENTS = tuple(
    f"wuchang-2020/{one['id']}"
    for one in tomllib.loads(
        (CONTENT / "reports" / "wuchang-2020" / "commitments.toml").read_text(encoding="utf-8")
    )["commitment"]
)
_DAYS = 400
"""Over how many days before it the cases were filed."""
_RESIDENTS = 12_000
_OPEN_SHARE = 0.1
_ROADS = (
    *("胭脂路", "粮道街", "得胜桥", "解放路", "彭刘杨路", "首义路", "紫阳路", "武珞路", "中山路"),
    *("民主路", "中南路", "中北路", "东湖路", "水果湖路", "徐东大街", "和平大道", "友谊大道"),
    *(
        "杨园街",
        "积玉桥街",
        "临江大道",
        "白沙洲大道",
        "巡司河街",
        "丁字桥路",
        "石牌岭路",
        "南湖大道",
    ),
)
_SPOTS = ("{}号门口", "与{}号之间的路口", "{}号院内", "公交站旁{}号", "{}栋一单元", "{}号楼下")
_THINGS = {
    "urban_management": ("占道经营", "乱贴小广告", "垃圾桶满溢", "共享单车堆放", "流动摊贩噪音"),
    "construction": ("路面塌陷", "井盖松动", "人行道破损", "雨天积水", "电梯经常停运", "外墙脱落"),
    "transport": ("路口拥堵", "违章停车", "公交站牌缺失", "红绿灯时间太短", "斑马线磨损"),
    "environment": ("餐馆油烟", "工地夜间施工", "河水发臭", "扬尘严重", "广场舞噪音"),
    "education": ("小学学位紧张", "放学时校门口堵车", "课后服务收费", "幼儿园食堂卫生"),
    "health": ("社区医院排队太久", "疫苗预约不到", "诊所无证行医", "养犬扰民"),
    "labour": ("工资拖欠三个月", "社保断缴", "用工合同不给", "工伤认定太慢"),
    "civil_affairs": ("高龄津贴没有发放", "养老食堂太远", "低保复核", "婚姻登记预约"),
    "other": ("快递柜收费", "物业不作为", "水压太低", "天然气改造没有通知", "网络线缆杂乱"),
}
_ENGLISH = ("the elevator is out of order", "noise at night", "a broken manhole cover")
_STORIES = (
    "{place}{thing}，已经{days}天了，希望尽快处理。",
    "我住在{place}，{thing}，老人孩子出行很不方便，打过电话没人管。",
    "请问{place}的{thing}什么时候能解决？上次说{days}天内答复的。",
    "{place}附近{thing}。每天晚上{days}点以后特别严重。请相关部门到现场看一看。",
    "反映{thing}的问题：地点在{place}，持续了{days}个星期，影响周边居民正常生活。",
)
_WORDS = {
    "contact": (
        "明天上午到现场查看。",
        "已电话联系诉求人，约定周四上门。",
        "工作人员已与您联系核实。",
    ),
    "done": ("已更换设备并恢复正常。", "现场已清理，责令当事人整改。", "已列入下月维修计划。"),
    "reply": (
        "您好，您反映的问题已派员到现场核实处理，现已恢复正常，感谢您的监督。",
        "经核查，该处确有上述情况，已督促物业整改到位，后续将加强巡查。",
        "您好，该事项涉及管线产权，已协调产权单位排期施工。",
    ),
    "reject": ("litigation",),
    "dispute": ("过了两天又坏了，根本没有修好。", "来看了一眼就走了，问题还在。"),
    "ask_info": ("请补充具体门牌号和发生时间。",),
    "put_on_ledger": ("涉及产权争议，待产权单位确认。",),
}
_ACTORS = {"submit": "resident", "judge": "resident", "rate": "resident", "dispute": "resident"}
_CLOCKS = {
    "accept": ("accept",),
    "dispatch": ("dispatch",),
    "sign": ("sign",),
    "contact": ("contact",),
    "done": ("done", "done"),
    "reply": ("reply",),
    "rate": ("rating",),
}
"""Step -> the clocks that it stopped."""


@dataclass(frozen=True, slots=True)
class Way:
    """How far a case has come: its steps, where it stands, the clock that runs, who is next."""

    weight: int
    state: CaseState
    steps: str
    clock: str = ""
    waits_for: Role | None = None
    part: AssignmentState | None = None
    rework: int = 0


_HANDLED = "accept dispatch sign contact done reply"
_PENDING, _SIGNED, _DONE = AssignmentState.PENDING, AssignmentState.SIGNED, AssignmentState.DONE
_OPEN_WAYS = (
    Way(14, CaseState.SUBMITTED, "", "accept", Role.DISPATCHER),
    Way(10, CaseState.ACCEPTED, "accept", "dispatch", Role.DISPATCHER),
    Way(12, CaseState.IN_PROGRESS, "accept dispatch", "sign", Role.HANDLER, _PENDING),
    Way(28, CaseState.IN_PROGRESS, "accept dispatch sign contact", "done", Role.HANDLER, _SIGNED),
    Way(
        8,
        CaseState.IN_PROGRESS,
        "accept dispatch sign contact done",
        "reply",
        Role.DISPATCHER,
        _DONE,
    ),
    Way(
        5,
        CaseState.IN_PROGRESS,
        f"{_HANDLED} dispute dispatch sign",
        "done",
        Role.HANDLER,
        _SIGNED,
        1,
    ),
    Way(
        3,
        CaseState.IN_PROGRESS,
        f"{_HANDLED} dispute",
        "dispatch",
        Role.DISPATCHER,
        _DONE,
        1,
    ),
    Way(5, CaseState.NEED_INFO, "accept ask_info", "info", Role.RESIDENT),
    Way(10, CaseState.REPLIED, _HANDLED, "rating", Role.RESIDENT, _DONE),
    Way(
        5,
        CaseState.LEDGER,
        "accept dispatch sign contact put_on_ledger",
        "ledger",
        Role.SUPERVISOR,
        _SIGNED,
    ),
)
_ENDED_WAYS = (
    Way(86, CaseState.CLOSED, f"{_HANDLED} judge rate", part=_DONE),
    Way(
        4,
        CaseState.CLOSED,
        f"{_HANDLED} dispute dispatch sign done reply rate",
        "",
        None,
        _DONE,
        1,
    ),
    Way(6, CaseState.REJECTED, "reject"),
    Way(4, CaseState.WITHDRAWN, "accept withdraw"),
)


def filled_store(path: Path, cases: int) -> Store:
    """A new database file with that many cases, opened; the same at every call."""
    store = Store.open(path)
    district = _District(store, cases)
    for first in range(0, cases, 1000):
        with store.transaction():
            for number in range(first, min(first + 1000, cases)):
                district.file(number)
    return store


class _District:
    """Files cases and lets them come as far as they have come."""

    def __init__(self, store: Store, cases: int) -> None:
        self._store = store
        self._cases = cases
        self._chance = random.Random(7)  # noqa: S311 (a seed, no secret)
        self._service: Service = real_service()
        self._categories = [one for one in self._service.categories if one in _THINGS] + ["other"]
        with store.transaction():
            self._hire()

    def _hire(self) -> None:
        self._store.staff.add("调度", Role.DISPATCHER, "", at=NOW)
        self._store.staff.add("督办", Role.SUPERVISOR, "", at=NOW)
        for unit, entry in self._service.units.items():
            self._store.staff.add(f"经办 {entry.name}", Role.HANDLER, unit, at=NOW)

    def file(self, number: int) -> None:
        """File a case and take its steps."""
        store, chance = self._store, self._chance
        at = NOW - timedelta(days=_DAYS) * (1 - number / self._cases)
        resident_id = self._resident(at)
        draft = store.drafts.add(
            resident_id, self._matter(), source=f"bench:{number}", awaiting=Awaiting.NOTHING, at=at
        )
        day = f"{at + timedelta(hours=8):%Y%m%d}"
        per_day = self._cases // _DAYS + 1
        case = store.cases.add(
            draft, number=f"WC{day}-{number % (per_day * 2) + 1:04d}", query_code="B" * 8, at=at
        )
        store.drafts.change(replace(draft, state=DraftState.SUBMITTED, case_id=case.id), at=at)
        if draft.matter.commitment:
            store.cases.set_commitment(case.id, draft.matter.commitment, "proposed")
        if number and chance.random() < 0.1:
            store.cases.keep_similar(
                case.id, chance.randint(1, case.id - 1), score=0.8, reasons=()
            )
        is_new = number > self._cases * (1 - _OPEN_SHARE * 1.25)
        ways = _OPEN_WAYS if is_new and chance.random() < 0.8 else _ENDED_WAYS
        (way,) = chance.choices(ways, [one.weight for one in ways])
        self._walk(case, way, at=at)

    def _resident(self, at: datetime) -> int:
        """One of those who write; of a hundred, one cannot be written to and has letters."""
        number = self._chance.randrange(_RESIDENTS)
        known = self._store.residents.known("telegram", f"r{number}")
        if known:
            return known.id
        resident = self._store.residents.met("telegram", f"r{number}", at=at)
        if number % 100 == 0:
            self._store.residents.set_reachable(resident.id, False)
            self._store.outbox.post(resident.id, Reply("已受理。"), at=at)
        return resident.id

    def _matter(self) -> Matter:
        chance = self._chance
        category = chance.choice(self._categories)
        place = chance.choice(_ROADS) + chance.choice(_SPOTS).format(chance.randint(1, 400))
        text = chance.choice(_STORIES).format(
            place=place, thing=chance.choice(_THINGS[category]), days=chance.randint(2, 30)
        )
        if chance.random() < 0.5:
            text += f"就在{chance.randint(1, 9000)}号路灯旁边。"
        if chance.random() < 0.03:
            text = f"At {place}: {chance.choice(_ENGLISH)}."
        return Matter(
            text,
            chance.choices(list(Kind), [15, 30, 35, 2, 15, 3])[0],
            category,
            chance.choices(list(Urgency), [85, 12, 3])[0],
            street=chance.choice([*self._service.streets, ""]),
            place=place,
            commitment=chance.choice(COMMITMENTS) if chance.random() < 0.4 else "",
            is_danger=chance.random() < 0.01,
        )

    def _walk(self, case: Case, way: Way, *, at: datetime) -> None:
        steps = way.steps.split()
        moments = [at + timedelta(hours=3) * count for count in range(len(steps) + 1)]
        moments = [min(moment, NOW) for moment in moments]
        parts = self._parts(case, way) if "dispatch" in steps else []
        for step, moment in zip(["submit", *steps], moments, strict=True):
            self._step(case, step, at=moment)
        self._stop_clocks(case, steps, parts[0] if parts else None, at=moments[-1])
        if way.clock:
            on_part = way.clock in ("sign", "done")
            self._run(case, way.clock, parts[0] if on_part else None, since=moments[-1])
        if way.state is CaseState.NEED_INFO:
            self._pause(case, at=moments[-1])
        self._store.cases.change(self._standing(case, way, len(steps), at=moments[-1]))

    def _parts(self, case: Case, way: Way) -> Sequence[int]:
        """The units' parts, the lead first; every fifth case has a unit that supports."""
        units = [one.code for one in self._service.usual_units(case.matter.category, "")]
        lead = units[0] if units and self._chance.random() < 0.7 else self._any_unit()
        support = [self._any_unit()] if self._chance.random() < 0.2 else []
        ids = []
        for unit in dict.fromkeys([lead, *support]):
            part = self._store.assignments.add(
                case.id, unit, is_lead=unit == lead, call=None, round_=way.rework
            )
            state = way.part or AssignmentState.CANCELLED
            outcome = self._words("done") if state is _DONE else ""
            asked = Asked.OPEN if state is _SIGNED and self._chance.random() < 0.1 else Asked.NEVER
            self._store.assignments.change(
                replace(part, state=state, outcome=outcome, extension_asked=asked)
            )
            ids.append(part.id)
        return ids

    def _any_unit(self) -> str:
        return self._chance.choice(list(self._service.units))

    def _words(self, step: str) -> str:
        return self._chance.choice(_WORDS[step]) if step in _WORDS else ""

    def _step(self, case: Case, step: str, *, at: datetime) -> None:
        actor = _ACTORS.get(step, f"staff {self._chance.randint(1, 30)}")
        self._store.cases.add_event(case.id, Event(step, actor, self._words(step), True, at, ""))

    def _stop_clocks(
        self, case: Case, steps: Sequence[str], part: int | None, *, at: datetime
    ) -> None:
        for name in (name for step in steps for name in _CLOCKS.get(step, ())):
            on_part = part if name in ("sign", "done") else None
            self._add_clock(case, name, on_part, due_at=at, at=case.submitted_at)
        for one in self._store.timers.running(case.id):
            self._store.timers.stop(one.id, at=at)

    def _run(self, case: Case, name: str, part: int | None, *, since: datetime) -> None:
        """The clock that runs is overdue by up to three days, or due within five."""
        is_late = self._chance.random() < 0.5
        minutes = self._chance.randint(1, 3 * 24 * 60 if is_late else 5 * 24 * 60)
        due_at = NOW + timedelta(minutes=-minutes if is_late else minutes)
        self._add_clock(case, name, part, due_at=due_at, at=min(since, due_at))
        if name == "done":
            self._add_clock(case, name, None, due_at=due_at, at=min(since, due_at))

    def _add_clock(
        self, case: Case, name: str, part: int | None, *, due_at: datetime, at: datetime
    ) -> None:
        timer = Timer(420.0, "wall", 0.0, at)
        self._store.timers.add(
            case.id, name, timer, assignment_id=part, due_at=due_at, look_at=None, at=at
        )

    def _pause(self, case: Case, *, at: datetime) -> None:
        self._add_clock(case, "dispatch", None, due_at=at, at=at)
        one: CaseTimer = self._store.timers.running(case.id)[-1]
        still = replace(one.timer, running_since=None)
        self._store.timers.change(replace(one, timer=still, due_at=None), look_at=None)

    def _standing(self, case: Case, way: Way, version: int, *, at: datetime) -> Case:
        is_closed = way.state is CaseState.CLOSED
        is_replied = is_closed or way.state is CaseState.REPLIED
        spots = self._chance.randint(1, 5000)
        return replace(
            case,
            state=way.state,
            version=version,
            rework=way.rework,
            waits_for=way.waits_for,
            spot=f"{case.matter.street} {spots}",
            solved=self._chance.choice([None, *Solved]) if is_closed else None,
            satisfied=self._chance.choice([None, *Satisfied]) if is_closed else None,
            replied_at=at if is_replied else None,
            closed_at=at if is_closed else None,
            ledger_until=date(2027, 1, 4) if way.state is CaseState.LEDGER else None,
        )
