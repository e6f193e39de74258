"""Who looked at identities and took cases out: told to the supervisors week by week, and once."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import desk
from bot.app import Bot
from bot.cases import Actor, Case, Role
from bot.store import Store, View
from bot.vault import Vault
from tests.casework import Hall, wuhan
from tests.clock import Clock
from tests.consoles import ConsoleSite, console_of
from tests.filed import LAMP, actor, files
from tests.office import office_over

THURSDAY, NEXT_MONDAY = wuhan(9, 17, 15), wuhan(9, 21, 8, 30)
REASON = "电话回访核实地点"
PAGE = "/console/administration/views"


def looks(hall: Hall, case: Case, who: Actor, reason: str = REASON) -> None:
    desk.reveal_identity(hall.office, case.id, who, reason, at=hall.clock.now)


def told(hall: Hall, who: Actor) -> list[str]:
    """The weekly lists in somebody's chat."""
    return [letter for letter in hall.letters(who) if "谁查看过身份" in letter]


def test_supervisors_hear_on_monday_morning_who_looked_at_what_and_why(hall: Hall) -> None:
    hall.comes_to(THURSDAY)
    lamp, other = hall.dispatched(), hall.dispatched(by=hall.neighbour)
    for case, reason in ((lamp, REASON), (lamp, "再次核实"), (other, REASON)):
        looks(hall, case, hall.dispatcher, reason)
    exported(hall, hall.supervisor, "csv, 2")
    hall.comes_to(NEXT_MONDAY - timedelta(minutes=1))
    assert told(hall, hall.supervisor) == []
    hall.comes_to(NEXT_MONDAY)
    assert told(hall, hall.supervisor) == [
        "👁 <b>谁查看过身份、导出过工单</b>（2026-09-14 至 2026-09-20）\n"
        f"李四：查看身份 3 次（2 件）\n　{REASON}；再次核实\n"
        "赵六：导出 1 次\n　csv, 2\n"
        "逐条记录在控制台“管理”→“查看记录”。"
    ]
    for who in (hall.dispatcher, hall.handler, hall.gardener, hall.resident):
        assert told(hall, who) == []


def test_a_week_is_told_once_although_the_bot_is_restarted(tmp_path: Path) -> None:
    file = tmp_path / "bot.db"
    hall = Hall(sqlite3.connect(file), Clock(THURSDAY), vault=Vault.open(tmp_path))
    looks(hall, hall.dispatched(), hall.dispatcher)
    for hours in (0, 1, 24):
        hall.store.close()
        hall.store = Store.open(file)
        hall.office = office_over(hall.store)
        hall.comes_to(NEXT_MONDAY + timedelta(hours=hours))
    hall.connection = sqlite3.connect(file)
    hall.connection.create_function("opened", 1, hall.store._database.opened)
    assert len(told(hall, hall.supervisor)) == 1
    hall.connection.close()
    hall.store.close()


def test_the_list_waits_until_there_is_a_supervisor_to_be_told(hall: Hall) -> None:
    """It was lost for good if no chat of a supervisor was linked on the morning of its day."""
    hall.comes_to(THURSDAY)
    looks(hall, hall.dispatched(), hall.dispatcher)
    assert hall.supervisor.staff_id is not None
    linked = hall.store.staff.get(hall.supervisor.staff_id)
    assert linked is not None
    with hall.store.transaction():
        hall.store.staff.change(replace(linked, resident_id=None))
    hall.comes_to(NEXT_MONDAY)
    with hall.store.transaction():
        hall.store.staff.change(linked)
    assert told(hall, hall.supervisor) == []
    hall.comes_to(NEXT_MONDAY + timedelta(days=2))
    hall.comes_to(NEXT_MONDAY + timedelta(days=3))
    (letter,) = told(hall, hall.supervisor)
    assert REASON in letter


def test_of_a_week_in_which_nobody_looked_nothing_is_said(hall: Hall) -> None:
    hall.comes_to(THURSDAY)
    hall.dispatched()
    hall.comes_to(NEXT_MONDAY)
    assert told(hall, hall.supervisor) == []


def test_the_weeks_do_not_overlap(hall: Hall) -> None:
    hall.comes_to(THURSDAY)
    case = hall.dispatched()
    for moment, reason in (
        (wuhan(9, 20, 23, 59), "周日核实"),
        (wuhan(9, 21, 0), "周一核实"),
    ):
        hall.clock.now = moment
        looks(hall, case, hall.dispatcher, reason)
    hall.comes_to(NEXT_MONDAY)
    hall.comes_to(wuhan(9, 28, 9))
    first, second = told(hall, hall.supervisor)
    assert "周日核实" in first
    assert "周一核实" not in first
    assert "周一核实" in second
    assert "周日核实" not in second


def test_after_a_holiday_the_list_comes_on_the_first_working_morning(hall: Hall) -> None:
    """The National Day holiday of 2026 is from Thursday 1 to Wednesday 7 October."""
    hall.comes_to(wuhan(9, 29, 9))
    looks(hall, hall.dispatched(), hall.dispatcher)
    for day in range(1, 8):
        hall.comes_to(wuhan(10, day, 9))
    assert told(hall, hall.supervisor) == []
    hall.comes_to(wuhan(10, 8, 9))
    (letter,) = told(hall, hall.supervisor)
    assert "（2026-09-28 至 2026-10-04）" in letter


def test_what_she_wrote_as_a_reason_is_masked_in_the_chat_and_cut(hall: Hall) -> None:
    hall.comes_to(THURSDAY)
    case = hall.dispatched()
    looks(hall, case, hall.dispatcher, "回电13912345678 <b>")
    looks(hall, case, hall.dispatcher, "核" * 200)
    hall.comes_to(NEXT_MONDAY)
    (letter,) = told(hall, hall.supervisor)
    assert "13912345678" not in letter
    assert "&lt;b&gt;" in letter
    assert "核" * 41 not in letter


def test_a_list_of_many_fits_into_a_message(hall: Hall) -> None:
    hall.comes_to(THURSDAY)
    case = hall.dispatched()
    with hall.store.transaction():
        crowd = [
            Actor.staff(hall.store.staff.add(f"工作人员{n}", Role.DISPATCHER, "", at=THURSDAY))
            for n in range(30)
        ]
    for who in crowd:
        for n in range(5):
            looks(hall, case, who, f"{'理由' * 30}{n}")
    hall.comes_to(NEXT_MONDAY)
    (letter,) = told(hall, hall.supervisor)
    assert len(letter) < 4096
    assert "另有 18 项" in letter
    assert "另有 2 个理由" in letter


def exported(hall: Hall, who: Actor, reason: str) -> None:
    assert who.staff_id is not None
    with hall.store.transaction():
        hall.store.views.add(View(who.staff_id, None, "export", reason, hall.clock.now))


# The console's page


@pytest.fixture
async def site(bot: Bot) -> AsyncIterator[ConsoleSite]:
    async with console_of(bot) as site:
        site.hires("李四", "dispatcher")
        site.hires("赵六", "supervisor")
        yield site


async def test_the_page_has_a_week_at_a_glance(site: ConsoleSite, bot: Bot, clock: Clock) -> None:
    first, second = files(bot, LAMP), files(bot, LAMP)
    for case in (first, first, second):
        desk.reveal_identity(bot.office, case.id, actor(bot, "李四"), REASON, at=bot.now())
    clock.passes(days=7)
    clerk = await site.signs_in("赵六")
    await clerk.opens(PAGE)
    assert "一周：2020-03-09 至 2020-03-15" in clerk.text
    assert "这一周没有人查看过身份" in clerk.text
    await clerk.opens(f"{PAGE}?week=2020-03-04")
    assert clerk.texts("#week tbody tr") == [f"李四 查看身份 3 2 {REASON}"]
    assert len(clerk.texts("#views tbody tr")) == 3


@pytest.mark.parametrize("week", ["", "x", "2020-13-40", "0001-01-01", "9999-12-31", "<script>"])
async def test_a_week_that_is_none_is_this_one(site: ConsoleSite, week: str) -> None:
    clerk = await site.signs_in("赵六")
    await clerk.opens(f"{PAGE}?week={week}")
    assert clerk.status == 200
    assert "一周：" in clerk.text


async def test_the_list_is_for_supervisors(site: ConsoleSite) -> None:
    clerk = await site.signs_in("李四")
    await clerk.opens(PAGE)
    assert clerk.status == 404
