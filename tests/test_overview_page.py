"""The overview: the figures of a window with their n, and what residents ask."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot import desk
from bot.app import Bot
from bot.cases import Actor, Solved
from bot.store import AnswerRecord
from tests.conftest import Clock
from tests.consoles import Clerk, ConsoleSite, console_of
from tests.test_queue_page import LAMP, actor, dispatched, files

PATH = "/console/overview"


@pytest.fixture
async def site(bot: Bot) -> AsyncIterator[ConsoleSite]:
    async with console_of(bot) as site:
        site.hires("李四", "dispatcher")
        site.hires("王五", "handler", "urban_management")
        site.hires("孙七", "handler", "parks")
        yield site


def solved(bot: Bot, unit: str = "urban_management", name: str = "王五") -> None:
    """A case that a unit did and its resident calls solved."""
    case = dispatched(bot, LAMP, unit)
    (part,) = bot.store.assignments.of_case(case.id)
    at = bot.now()
    desk.sign(bot.office, case.id, actor(bot, name), part.id, at=at)
    desk.done(bot.office, case.id, actor(bot, name), part.id, "已换灯。", at=at)
    desk.reply(bot.office, case.id, actor(bot, "李四"), "已修好。", answered=frozenset({0}), at=at)
    resident = Actor.resident(case.resident_id)
    desk.judge_solved(bot.office, case.id, resident, Solved.YES, at=at)


def asks(bot: Bot, question: str, decision: str) -> None:
    at = bot.now()
    with bot.store.transaction():
        resident = bot.store.residents.met("web", "w1", at=at)
        hits = ("wuchang-2020/gdp-growth",)
        record = AnswerRecord(question, "zh", hits, decision, 0.5, "build")
        bot.store.answers.add(resident.id, record, at=at)


def row_of(clerk: Clerk, metric: str) -> str:
    rows = clerk.texts("#metrics-head ~ table tbody tr")
    return next(row for row in rows if row.startswith(metric))


async def test_a_rate_is_told_from_twenty_on_with_its_n(
    site: ConsoleSite, bot: Bot, clock: Clock
) -> None:
    for _ in range(19):
        solved(bot)
    clerk = await site.signs_in("李四")
    await clerk.opens(PATH)
    assert row_of(clerk, "解决率").endswith("n<20 19")
    solved(bot)
    clock.passes(minutes=2)
    await clerk.opens(f"{PATH}?metric=rework_rate&by=unit")
    assert row_of(clerk, "解决率").endswith("100.0% 20")
    assert "区城管执法局 0.0% 20" in clerk.texts("#groups-head ~ details tbody tr")
    assert clerk.all("#groups-head ~ svg[role=img]") != []


async def test_a_handler_reads_of_her_own_unit_and_no_questions_words(
    site: ConsoleSite, bot: Bot
) -> None:
    solved(bot)
    solved(bot, "parks", "孙七")
    asks(bot, "公积金怎么提取", "no_answer")
    clerk = await site.signs_in("王五")
    await clerk.opens(f"{PATH}?metric=rework_rate&by=unit")
    assert clerk.texts("#groups-head ~ details tbody tr") == ["区城管执法局 n<20 1"]
    assert "公积金" not in clerk.text
    assert "1 报告没有说" in clerk.text


async def test_questions_without_an_answer_are_grouped_and_masked(
    site: ConsoleSite, bot: Bot
) -> None:
    for question in ("公积金怎么提取？", "公积金怎么提取", "怎么提取公积金，电话13812345678"):
        asks(bot, question, "no_answer")
    asks(bot, "<script>alert(1)</script>", "no_answer")
    asks(bot, "新增几所幼儿园", "answer")
    clerk = await site.signs_in("李四")
    await clerk.opens(PATH)
    assert "13812345678" not in clerk.text
    first = clerk.texts("#unanswered-head ~ ol > li")[0]
    assert first.startswith("公积金怎么提取")
    assert "3 次" in first
    assert "5 次提问" in clerk.text
    assert clerk.all("main script") == []
    label = bot.index.commitments["wuchang-2020/gdp-growth"].quote
    assert label in clerk.texts("#questions-head ~ table")[0]


@pytest.mark.parametrize(
    "query",
    ["since=x", "since=2020-03-05&until=2020-03-01", "until=9999-12-31", "since=<script>"],
)
async def test_a_window_that_is_none_is_told_and_the_usual_one_shown(
    site: ConsoleSite, query: str
) -> None:
    clerk = await site.signs_in("李四")
    await clerk.opens(f"{PATH}?{query}")
    assert clerk.status == 200
    assert clerk.texts("[role=alert]") == ["日期不对，显示的是近 30 天。"]
    assert str(clerk.all("#until")[0]["value"]) == "2020-03-02"
    assert clerk.all("main script") == []


async def test_the_figures_are_those_of_the_window(
    site: ConsoleSite, bot: Bot, clock: Clock
) -> None:
    files(bot, LAMP)
    clock.passes(days=40)
    files(bot, LAMP)
    clerk = await site.signs_in("李四")
    await clerk.opens(PATH)
    assert "诉求量: 1" in clerk.text
    since = (clock.now - timedelta(days=60)).date()
    await clerk.opens(f"{PATH}?since={since}")
    assert "诉求量: 2" in clerk.text


async def test_the_figures_can_be_taken_away(site: ConsoleSite, bot: Bot) -> None:
    files(bot, LAMP)
    clerk = await site.signs_in("李四")
    told = json.loads((await clerk.http.get(f"{PATH}?format=json")).content)
    assert told["cases"]["value"] == 1
    table = (await clerk.http.get(f"{PATH}?format=csv")).text
    assert "cases,诉求量,,,1,1" in table


async def test_an_empty_database_has_an_overview_too(site: ConsoleSite) -> None:
    clerk = await site.signs_in("李四", language="en-GB")
    await clerk.opens(f"{PATH}?metric=nonsense&by=nonsense")
    assert clerk.status == 200
    assert "Nothing in this time." in clerk.text
