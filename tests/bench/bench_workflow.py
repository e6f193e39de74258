"""How long case work takes with 10,000 cases of five events each: every action, every list.

Each action is one transaction that is on disk when it is timed as done, cards and notices to a
staff group, to handlers and to residents included. Example: python -m tests.bench.bench_workflow
"""

import asyncio
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
import numpy as np

from bot import desk
from bot.cases import (
    Actor,
    Awaiting,
    Case,
    Kind,
    Matter,
    Role,
    Satisfied,
    Solved,
    Staff,
    Urgency,
    points_of,
)
from bot.desk import Office
from bot.store import Store
from tests.office import office_over

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
GROUP = "-1001"
WORDS = "粮道街胭脂路口的路灯坏了三个月，晚上黑漆漆的，投诉了也没人修，老人孩子走夜路都怕摔跤。"


class Bench:
    """A district's database, filled, and the times of what is done with it."""

    def __init__(self, folder: Path, *, cases: int) -> None:
        self.store = Store.open(folder / "bot.db")
        self.office: Office = office_over(self.store)
        self.at = START
        self.random = random.Random(6)  # noqa: S311 (a seed, no secret)
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.cases = cases
        with self.store.transaction():
            self._hire()

    def _hire(self) -> None:
        store, at = self.store, self.at
        units = list(self.office.service.units)
        self.units = units
        self.handlers = {unit: self._member(f"h {unit}", Role.HANDLER, unit) for unit in units}
        self.dispatcher = self._member("d", Role.DISPATCHER, "")
        self.supervisor = self._member("s", Role.SUPERVISOR, "")
        group = store.residents.met("telegram", GROUP, at=at)
        store.staff.add_group(group.id, self.dispatcher.id, at=at)

    def _member(self, name: str, role: Role, unit: str) -> Staff:
        member = self.store.staff.add(name, role, unit, at=self.at)
        chat = self.store.residents.met("telegram", f"staff {name}", at=self.at)
        linked = replace(member, resident_id=chat.id)
        self.store.staff.change(linked)
        return linked

    async def timed(self, name: str, work: Callable[[], object]) -> object:
        """Do one thing in a transaction of its own."""
        began = time.perf_counter()
        done = await self.store.write(work)
        self.seconds[name].append(time.perf_counter() - began)
        return done

    def file(self, number: int) -> Case:
        """A case of a resident on Telegram."""
        self.at += timedelta(minutes=2)
        store = self.store
        resident = store.residents.met("telegram", f"r{number % 4000}", at=self.at)
        streets, categories = (
            list(self.office.service.streets),
            list(self.office.service.categories),
        )
        matter = Matter(
            WORDS,
            self.random.choice([Kind.COMPLAINT, Kind.HELP, Kind.CONSULT, Kind.SUGGESTION]),
            self.random.choice(categories),
            self.random.choice([Urgency.NORMAL] * 8 + [Urgency.URGENT, Urgency.CRITICAL]),
            street=self.random.choice(streets),
            place=f"胭脂路{number % 300}号",
            commitment=f"wuchang-2020/{number % 140}",
        )
        draft = store.drafts.add(
            resident.id, matter, source=f"bench:{number}", awaiting=Awaiting.NOTHING, at=self.at
        )
        return desk.open_case(self.office, draft, at=self.at)

    async def fill(self) -> None:
        """Bring cases to where a district's cases stand: most of them handled or closed."""
        for number in range(self.cases):
            last = number >= self.cases - 500
            case = await self._step("open_case" if last else "", lambda n=number: self.file(n))
            await self._walk(case, number, is_timed=last)

    async def _step(self, name: str, work: Callable[[], Case]) -> Case:
        if name:
            return await self.timed(name, work)  # type: ignore[return-value]
        with self.store.transaction():
            return work()

    async def _walk(self, case: Case, number: int, *, is_timed: bool) -> None:
        """Five events or so, as far as this case comes."""
        office, at = self.office, self.at
        d, s = Actor.staff(self.dispatcher), Actor.staff(self.supervisor)
        unit = self.units[number % len(self.units)]
        h, r = Actor.staff(self.handlers[unit]), Actor.resident(case.resident_id)

        def part() -> int:
            return self.store.assignments.of_case(case.id)[-1].id

        answered = frozenset(range(len(points_of(WORDS))))
        steps: list[tuple[str, Callable[[], Case]]] = [
            ("accept", lambda: desk.accept(office, case.id, d, at=at)),
            (
                "dispatch",
                lambda: desk.dispatch(office, case.id, d, [desk.To(unit)], at=at),
            ),
            ("sign", lambda: desk.sign(office, case.id, h, part(), at=at)),
            ("contact", lambda: desk.contact(office, case.id, h, "明天上门查看。", at=at)),
            ("done", lambda: desk.done(office, case.id, h, part(), "已更换灯具。", at=at)),
            (
                "reply",
                lambda: desk.reply(
                    office, case.id, d, "已经修好，谢谢。", answered=answered, at=at
                ),
            ),
            (
                "judge_solved",
                lambda: desk.judge_solved(office, case.id, r, Solved.YES, at=at),
            ),
            (
                "judge_satisfied",
                lambda: desk.judge_satisfied(office, case.id, r, Satisfied.YES, at=at),
            ),
            ("dispute", lambda: desk.dispute(office, case.id, r, "又坏了", at=at)),
            (
                "put_on_ledger",
                lambda: desk.put_on_ledger(
                    office, case.id, s, "等产权方", until=date(2027, 1, 4), at=at
                ),
            ),
            ("resume", lambda: desk.resume(office, case.id, s, at=at)),
            ("add_words", lambda: desk.add_words(office, case.id, r, "还有一盏也坏了", at=at)),
        ]
        reach = len(steps) if is_timed else (4, 8, 8, 8, 6, 8, 3, 1)[number % 8]
        for name, step in steps[:reach]:
            await self._step(name if is_timed else "", step)

    async def read(self, times: int = 300) -> None:
        """Every list a member of staff or a resident asks for, and a round of the clocks."""
        lists = self.store.lists
        handled = self.units[3]
        readings: dict[str, Callable[[], object]] = {
            "to_do dispatcher": lambda: lists.to_do(Role.DISPATCHER, "", at=self.at, most=10),
            "to_do supervisor": lambda: lists.to_do(Role.SUPERVISOR, "", at=self.at, most=10),
            "to_do handler": lambda: lists.to_do(Role.HANDLER, handled, at=self.at, most=10),
            "count dispatcher": lambda: lists.count_to_do(Role.DISPATCHER, "", at=self.at),
            "count supervisor": lambda: lists.count_to_do(Role.SUPERVISOR, "", at=self.at),
            "overdue": lambda: lists.overdue(at=self.at, most=50),
            "about a commitment": lambda: lists.about("wuchang-2020/7", most=50),
            "digest": lambda: lists.digest(at=self.at),
            "mine": lambda: self.store.cases.of_resident(17, most=10),
            "events": lambda: self.store.cases.events(self.random.randint(1, self.cases)),
        }
        for name, read in readings.items():
            for _ in range(times):
                began = time.perf_counter()
                read()
                self.seconds[name].append(time.perf_counter() - began)
        for _ in range(100):
            await self.timed("round of 5 clocks", self._round)

    def _round(self) -> bool:
        return desk.make_round(self.office, at=self.at)

    def print(self) -> None:
        """The table."""
        events = sum(len(self.store.cases.events(number)) for number in range(1, self.cases + 1))
        click.echo(f"{self.cases} cases, {events} events")
        click.echo(f"{'':24}{'n':>6}{'median ms':>11}{'p99 ms':>9}")
        for name, seconds in self.seconds.items():
            milliseconds = np.array(seconds) * 1000
            median, p99 = np.percentile(milliseconds, [50, 99])
            click.echo(f"{name:24}{len(seconds):>6}{median:>11.2f}{p99:>9.2f}")


@click.command()
@click.option("--cases", default=10_000, help="How many cases there are.")
def main(cases: int) -> None:
    """Fill a database in a folder of its own, then measure."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), cases=cases)
        began = time.perf_counter()
        asyncio.run(bench.fill())
        click.echo(f"filled in {time.perf_counter() - began:.0f} s")
        asyncio.run(bench.read())
        bench.print()


if __name__ == "__main__":
    main()
