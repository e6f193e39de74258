"""Bulk steps of the console's list: each case by itself, and what fails is told case by case."""

from dataclasses import replace

import pytest

from bot import desk
from bot.app import Bot
from bot.cases import Case, CaseState
from tests.consoles import Clerk, ConsoleSite
from tests.filed import LAMP, LIFT, actor, files, numbers


async def test_many_are_accepted_and_dispatched_at_once(site: ConsoleSite, bot: Bot) -> None:
    cases = [files(bot, LAMP), files(bot, LIFT)]
    clerk = await site.signs_in("李四")
    await clerk.submits("#bulk", {"pick": boxes(clerk)}, button="accept")
    assert clerk.texts(".console-notice") == ["已受理 2 件。"]
    assert states(bot, cases) == [CaseState.ACCEPTED] * 2
    await clerk.opens("/console/?tab=to_dispatch")
    await clerk.submits("#bulk", {"pick": boxes(clerk), "unit": "usual"}, button="dispatch")
    assert states(bot, cases) == [CaseState.IN_PROGRESS] * 2
    assert leads(bot, cases) == ["urban_management", "construction"]


async def test_many_go_to_the_one_unit_that_was_chosen(site: ConsoleSite, bot: Bot) -> None:
    cases = [files(bot, LAMP), files(bot, LIFT)]
    for case in cases:
        desk.accept(bot.office, case.id, actor(bot, "李四"), at=bot.now())
    clerk = await site.signs_in("李四")
    await clerk.submits("#bulk", {"pick": boxes(clerk), "unit": "parks"}, button="dispatch")
    assert clerk.texts(".console-notice") == ["已派单 2 件。"]
    assert leads(bot, cases) == ["parks", "parks"]


def boxes(clerk: Clerk) -> list[str]:
    return [str(one["value"]) for one in clerk.all("[name=pick]")]


def ticked(clerk: Clerk) -> list[str]:
    return [str(one["value"]) for one in clerk.all("[name=pick][checked]")]


def states(bot: Bot, cases: list[Case]) -> list[CaseState]:
    return [bot.store.cases.get(case.id).state for case in cases]


def leads(bot: Bot, cases: list[Case]) -> list[str]:
    return [part.unit for case in cases for part in bot.store.assignments.of_case(case.id)]


async def test_what_somebody_else_did_meanwhile_is_told_and_the_rest_is_done(
    site: ConsoleSite, bot: Bot
) -> None:
    first, second = files(bot, LAMP), files(bot, LIFT)
    clerk = await site.signs_in("李四")
    picks = boxes(clerk)
    site.hires("钱八", "dispatcher")
    desk.accept(bot.office, first.id, actor(bot, "钱八"), at=bot.now())
    await clerk.submits("#bulk", {"pick": picks}, button="accept")
    assert clerk.texts(".console-notice") == ["已受理 1 件。"]
    (failure,) = clerk.texts("[role=alert] li")
    assert failure.startswith(f"{first.number}：已有变化：")
    assert "钱八" in failure
    assert states(bot, [first, second]) == [CaseState.ACCEPTED] * 2


async def test_what_has_no_usual_unit_stays_picked_until_one_is_chosen(
    site: ConsoleSite, bot: Bot
) -> None:
    cases = [files(bot, LAMP), files(bot, replace(LIFT, category="other"))]
    for case in cases:
        desk.accept(bot.office, case.id, actor(bot, "李四"), at=bot.now())
    clerk = await site.signs_in("李四")
    await clerk.submits("#bulk", {"pick": boxes(clerk), "unit": "usual"}, button="dispatch")
    number = cases[1].number
    assert clerk.texts("[role=alert] li") == [f"{number}：没有常办单位，请选定一个单位。"]
    assert ticked(clerk) == boxes(clerk) == [f"{cases[1].id}.1"]
    await clerk.submits("#bulk", {"unit": "parks"}, button="dispatch")
    assert leads(bot, cases) == ["urban_management", "parks"]


async def test_more_than_two_hundred_are_not_taken_at_once(site: ConsoleSite, bot: Bot) -> None:
    case = files(bot, LAMP)
    clerk = await site.signs_in("李四")
    picks = [*(f"{number}.0" for number in range(1_000, 1_200)), f"{case.id}.0"]
    await clerk.submits("#bulk", {"pick": picks}, button="accept")
    told = clerk.texts("[role=alert] li")
    assert told[:200] == ["没有找到，请核对编号。"] * 200
    assert told[200:] == ["一次最多处理 200 件，其余没有动。"]
    assert clerk.all(".console-notice") == []
    assert states(bot, [case]) == [CaseState.SUBMITTED]
    assert ticked(clerk) == [f"{case.id}.0"]


@pytest.mark.parametrize(
    "fields",
    [
        {"action": ""},
        {"action": "accept"},
        {"action": "accept", "pick": ["x", "1", "9.9", "-1.0", "99999999999999999999.1"]},
        {"action": "withdraw", "pick": ["1.0"]},
        {"action": "dispatch", "pick": ["1.0"], "unit": "no_such_unit"},
        {"action": "accept", "back": "\r\nSet-Cookie: a=b&tab=//evil.example"},
    ],
)
async def test_a_bulk_form_that_means_nothing_changes_nothing_and_says_so(
    site: ConsoleSite, bot: Bot, fields: dict[str, str | list[str]]
) -> None:
    case = files(bot, LAMP)
    clerk = await site.signs_in("李四")
    await clerk.posts("/console/bulk", fields)
    assert clerk.status == 200
    assert len(clerk.all("[role=alert] li")) == 1
    assert bot.store.cases.get(case.id) == case


async def test_after_a_bulk_step_she_is_back_in_the_list_she_came_from(
    site: ConsoleSite, bot: Bot
) -> None:
    files(bot, LIFT)
    lamp = files(bot, LAMP)
    clerk = await site.signs_in("李四")
    await clerk.opens("/console/?tab=all&q=路灯&sort=newest")
    await clerk.submits("#bulk", {"pick": boxes(clerk)}, button="accept")
    assert numbers(clerk) == [lamp.number]
    await clerk.opens("/console/bulk?lang=en")
    assert (clerk.status, clerk.texts("h1")) == (200, ["Cases: To accept"])


@pytest.mark.parametrize("name", ["王五", "赵六"])
async def test_who_may_not_accept_has_no_bulk_form_and_is_refused(
    site: ConsoleSite, bot: Bot, name: str
) -> None:
    case = files(bot, LAMP)
    clerk = await site.signs_in(name)
    await clerk.opens("/console/?tab=all")
    assert clerk.all("[name=pick], button[value=accept]") == []
    await clerk.posts("/console/bulk", {"action": "accept", "pick": f"{case.id}.{case.version}"})
    assert clerk.status == 404
    assert bot.store.cases.get(case.id) == case
