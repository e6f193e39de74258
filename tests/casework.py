"""A hall where residents and staff meet at the desk itself, with no channel between: for tests of
case work over a real database, the real service.toml and the real wording."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest

from bot import desk
from bot.cases import (
    TIME_ZONE,
    Actor,
    Assignment,
    Awaiting,
    Call,
    Case,
    CaseState,
    Event,
    Kind,
    Matter,
    MoveNotAllowed,
    Role,
    Satisfied,
    Solved,
    points_of,
)
from bot.desk import Office, To
from bot.store import CaseTimer, Store
from bot.vault import Vault
from tests.clock import Clock
from tests.office import office_over

MONDAY_AT_NINE = datetime(2026, 9, 14, 1, 0, tzinfo=UTC)
"""09:00 in Wuhan, half an hour into an ordinary week of work."""
LAMP = Matter(
    "胭脂路口的路灯坏了三个月。", Kind.COMPLAINT, "urban_management", street="liangdaojie"
)
STREETS, PARKS = "urban_management", "parks"
CALL = Call("路灯不亮", "当晚恢复照明", "电工两名")


@cache
def _empty_database() -> bytes:
    connection = sqlite3.connect(":memory:")
    Store(connection, Vault.in_memory())
    connection.execute("delete from vault")  # each copy takes the keys that it gets
    return connection.serialize()


def new_hall(now: datetime = MONDAY_AT_NINE) -> "Hall":
    """A hall over an empty database in memory; the migrations are run once and copied."""
    connection = sqlite3.connect(":memory:")
    connection.deserialize(_empty_database())
    return Hall(connection, Clock(now))


class Hall:
    """Everybody of a case stands here; what happens, happens at the clock's time."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        clock: Clock,
        *,
        office: Office | None = None,
        vault: Vault | None = None,
    ) -> None:
        """A hall over a database.

        Args:
            office: of a bot that is running on this database; without one it gets its own.
            vault: the one that lies beside the database; without one it is gone with the process.
        """
        self.connection = connection
        self.clock = clock
        self.store = office.store if office else Store(connection, vault or Vault.in_memory())
        connection.create_function("opened", 1, self.store._database.opened)
        self.office = office or office_over(self.store)
        with self.store.transaction():
            self.resident = Actor.resident(self._met("1001"))
            self.neighbour = Actor.resident(self._met("1002"))
            self.dispatcher = self._hires("李四", Role.DISPATCHER)
            self.supervisor = self._hires("赵六", Role.SUPERVISOR)
            self.handler = self._hires("王五", Role.HANDLER, STREETS)
            self.gardener = self._hires("孙七", Role.HANDLER, PARKS)

    def _met(self, telegram_id: str) -> int:
        return self.store.residents.met("telegram", telegram_id, at=self.clock.now).id

    def _hires(self, name: str, role: Role, unit: str = "") -> Actor:
        member = self.store.staff.add(name, role, unit, at=self.clock.now)
        member = replace(member, resident_id=self._met(f"50{member.id}"))
        self.store.staff.change(member)
        return Actor.staff(member)

    def opens_a_group(self) -> int:
        """Give staff a group that cards are shown in; returns its chat."""
        with self.store.transaction():
            group = self._met("-100123")
            assert self.dispatcher.staff_id is not None
            self.store.staff.add_group(group, self.dispatcher.staff_id, at=self.clock.now)
        return group

    # Steps

    def files(
        self, matter: Matter = LAMP, *, by: Actor | None = None, as_nobody: bool = False
    ) -> Case:
        """A resident files a matter, or files it as nobody's."""
        resident_id = (by or self.resident).resident_id
        assert resident_id is not None
        with self.store.transaction():
            made = self.connection.execute("select count(*) from drafts").fetchone()[0]
            draft = self.store.drafts.add(
                resident_id,
                matter,
                source=f"turn:{made}",
                awaiting=Awaiting.NOTHING,
                at=self.clock.now,
            )
        opens = desk.open_case_of_nobody if as_nobody else desk.open_case
        return opens(self.office, draft, at=self.clock.now)

    def does(
        self, step: Callable[..., Case], case: Case, actor: Actor, *args: object, **named: object
    ) -> Case:
        """Somebody takes a step of the desk's, now."""
        return step(self.office, case.id, actor, *args, at=self.clock.now, **named)

    def refuses(
        self,
        why: str,
        step: Callable[..., Case],
        case: Case,
        actor: Actor,
        *args: object,
        **named: object,
    ) -> None:
        """The step is refused for that reason, and the database stays as it was."""
        before = self.everything()
        with pytest.raises(MoveNotAllowed) as refused:
            self.does(step, case, actor, *args, **named)
        assert (refused.value.why, refused.value.subject_id) == (why, case.id)
        assert self.everything() == before

    def rounds(self) -> None:
        """The clock's job: look until nothing is due."""
        is_more = True
        while is_more:
            with self.store.transaction():
                is_more = desk.make_round(self.office, at=self.clock.now)

    def comes_to(self, moment: datetime) -> None:
        """Let it be that moment, at which the clocks are looked at."""
        self.clock.now = moment
        self.rounds()

    # Ways to where a case stands

    def accepted(self, matter: Matter = LAMP, *, by: Actor | None = None) -> Case:
        """A case that a dispatcher has accepted."""
        return self.does(desk.accept, self.files(matter, by=by), self.dispatcher)

    def dispatched(
        self, matter: Matter = LAMP, *, to: Sequence[To] = (To(STREETS),), by: Actor | None = None
    ) -> Case:
        """A case that is with units."""
        return self.does(desk.dispatch, self.accepted(matter, by=by), self.dispatcher, to)

    def signed(self) -> Case:
        """A case that its unit has signed for."""
        case = self.dispatched()
        return self.does(desk.sign, case, self.handler, self.part(case).id)

    def finishes(self, case: Case, actor: Actor | None = None) -> Case:
        """A handler signs for the last part of her unit, and does it."""
        actor = actor or self.handler
        self.does(desk.sign, case, actor, self.part(case, actor.unit).id)
        return self.does(desk.done, case, actor, self.part(case, actor.unit).id, "已换灯。")

    def replies(self, case: Case) -> Case:
        """A dispatcher replies to every point."""
        return self.does(
            desk.reply, case, self.dispatcher, "路灯已修复。", answered=all_points(case)
        )

    def replied(self, matter: Matter = LAMP, *, by: Actor | None = None) -> Case:
        """A case whose resident has a reply to rate."""
        return self.replies(self.finishes(self.dispatched(matter, by=by)))

    def answered(self) -> Case:
        """A question that was answered without a unit."""
        case = self.files(replace(LAMP, kind=Kind.CONSULT))
        return self.does(desk.answer, case, self.dispatcher, "每天六点开灯。")

    def rejected(self) -> Case:
        """A case that was not accepted."""
        return self.does(desk.reject, self.files(), self.dispatcher, "litigation")

    def closed(self) -> Case:
        """A case whose resident says that it is solved."""
        return self.does(desk.judge_solved, self.replied(), self.resident, Solved.YES)

    def merged(self) -> tuple[Case, Case]:
        """A case that is merged into another, and that one."""
        master = self.files(by=self.neighbour)
        case = self.does(desk.merge, self.files(), self.dispatcher, master.id)
        return case, master

    def on_ledger(self) -> Case:
        """A case that waits for what cannot be done now."""
        until = date(2026, 9, 21)
        return self.does(
            desk.put_on_ledger, self.dispatched(), self.supervisor, "等待备件", until=until
        )

    def asked(self) -> Case:
        """A case with a unit whose resident was asked for more."""
        return self.does(desk.ask_info, self.dispatched(), self.handler, "哪一根灯杆？")

    def dissatisfied(self) -> Case:
        """A case whose resident says of the reply that nothing is solved, and is not content."""
        case = self.does(desk.judge_solved, self.replied(), self.resident, Solved.NO)
        return self.does(desk.judge_satisfied, case, self.resident, Satisfied.NO)

    def standing(self, state: CaseState) -> Case:
        """A case of the resident's that stands there."""
        ways: dict[CaseState, Callable[[], Case]] = {
            CaseState.SUBMITTED: self.files,
            CaseState.NEED_INFO: self.asked,
            CaseState.ANSWERED: self.answered,
            CaseState.REJECTED: self.rejected,
            CaseState.MERGED: lambda: self.merged()[0],
            CaseState.ACCEPTED: self.accepted,
            CaseState.IN_PROGRESS: self.dispatched,
            CaseState.REPLIED: self.replied,
            CaseState.LEDGER: self.on_ledger,
            CaseState.CLOSED: self.closed,
            CaseState.WITHDRAWN: lambda: self.does(desk.withdraw, self.files(), self.resident, ""),
        }
        return ways[state]()

    # What there is to see

    def case(self, case: Case) -> Case:
        """The case as the database has it now."""
        return self.store.cases.get(case.id)

    def parts(self, case: Case) -> list[Assignment]:
        """The units' parts of a case."""
        return self.store.assignments.of_case(case.id)

    def part(self, case: Case, unit: str = STREETS) -> Assignment:
        """A unit's last part of a case."""
        return [one for one in self.parts(case) if one.unit == unit][-1]

    def events(self, case: Case) -> list[Event]:
        """A case's history."""
        return self.store.cases.events(case.id)

    def actions(self, case: Case) -> list[str]:
        """What happened to a case, by its names."""
        return [event.action for event in self.events(case)]

    def timers(self, case: Case) -> list[CaseTimer]:
        """A case's clocks that have not stopped."""
        return self.store.timers.running(case.id)

    def clocks(self, case: Case) -> set[str]:
        """Their names, with the unit of those that are a unit's: `sign parks`."""
        return {self._clock(one) for one in self.timers(case)}

    def due(self, case: Case, clock: str) -> datetime | None:
        """When the clock of such a name is due; None while it is paused."""
        (timer,) = (one for one in self.timers(case) if self._clock(one) == clock)
        return timer.due_at

    def _clock(self, timer: CaseTimer) -> str:
        if timer.assignment_id is None:
            return timer.name
        return f"{timer.name} {self.store.assignments.get(timer.assignment_id).unit}"

    def letters(self, actor: Actor) -> list[str]:
        """What waits to be delivered to her in her chat, oldest first."""
        return self.letters_to(self._chat(actor))

    def letters_to(self, chat: int | None) -> list[str]:
        """What waits to be delivered to a chat, oldest first."""
        rows = self.connection.execute(
            """
            select json_extract(opened(reply), '$.html') from outbox
            where resident_id = ? order by id
            """,
            [chat],
        )
        return [str(html) for (html,) in rows]

    def _chat(self, actor: Actor) -> int | None:
        member = self.store.staff.get(actor.staff_id) if actor.staff_id is not None else None
        return member.resident_id if member else actor.resident_id

    def everything(self) -> dict[str, list[Any]]:
        """All rows of all tables."""
        tables = self.connection.execute("select name from sqlite_schema where type = 'table'")
        return {
            name: self.connection.execute(f"select * from {name}").fetchall()
            for (name,) in tables.fetchall()
        }


def all_points(case: Case) -> frozenset[int]:
    """Every point of a case's matter."""
    return frozenset(range(len(points_of(case.matter.text))))


def wuhan(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of 2026 as Wuhan's clocks show it; in UTC, as the database compares moments."""
    return datetime(2026, month, day, hour, minute, tzinfo=TIME_ZONE).astimezone(UTC)
