"""The overview: the figures of a window with their n, and what residents ask."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import desk
from bot.app import Bot
from bot.cases import Actor, Solved
from bot.store import MOST_UNANSWERED, AnswerRecord
from bot.web.console.counting import KEPT_SECONDS, MOST_KEPT
from tests.clock import Clock
from tests.consoles import Clerk, ConsoleSite, console_of
from tests.filed import LAMP, LIFT, actor, dispatched, files, numbers

PATH = "/console/overview"
WRONG = "日期不对（要先早后晚，最长 10 年），显示的是近 30 天。"


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
    with bot.store.together():
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


async def test_wordings_that_are_too_many_to_be_grouped_are_counted(
    site: ConsoleSite, bot: Bot
) -> None:
    with bot.store.transaction():
        for number in range(MOST_UNANSWERED + 3):
            asks(bot, f"第{number}个问题", "no_answer")
    clerk = await site.signs_in("李四")
    await clerk.opens(PATH)
    assert "更早的 3 种问法未计入" in clerk.text


@pytest.mark.parametrize(
    "query",
    [
        "since=x",
        "since=2020-03-05&until=2020-03-01",
        "until=9999-12-31",
        "since=1970-01-01",
        "since=<script>",
    ],
)
async def test_a_window_that_is_none_is_told_and_the_usual_one_shown(
    site: ConsoleSite, query: str
) -> None:
    clerk = await site.signs_in("李四")
    await clerk.opens(f"{PATH}?{query}")
    assert clerk.status == 200
    assert clerk.texts("[role=alert]") == [WRONG]
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


@pytest.mark.parametrize("format_", ["json", "csv"])
async def test_no_file_is_made_of_a_window_that_is_none(site: ConsoleSite, format_: str) -> None:
    clerk = await site.signs_in("李四")
    await clerk.opens(f"{PATH}?since=2020-03-05&until=2020-03-01&format={format_}")
    assert clerk.status == 422
    assert clerk.texts("[role=alert]") == [WRONG]


@pytest.mark.parametrize("format_", ["json", "csv"])
async def test_a_handlers_file_tells_of_no_other_unit(
    site: ConsoleSite, bot: Bot, format_: str
) -> None:
    solved(bot)
    solved(bot, "parks", "孙七")
    address = f"{PATH}?format={format_}"
    hers = (await (await site.signs_in("王五")).http.get(address)).text
    all_ = (await (await site.signs_in("李四")).http.get(address)).text
    assert ("urban_management" in hers, "parks" in hers) == (True, False)
    assert ("urban_management" in all_, "parks" in all_) == (True, True)


async def test_cases_are_drawn_by_day_and_in_a_long_window_by_month(
    site: ConsoleSite, bot: Bot, clock: Clock
) -> None:
    for _ in range(2):
        files(bot, LAMP)
    clock.passes(days=2)
    files(bot, LAMP)
    clerk = await site.signs_in("李四")
    await clerk.opens(PATH)
    rows = "#counts-head ~ svg + details tbody tr"
    assert clerk.texts(rows) == ["2020-03-02 2", "2020-03-04 1"]
    await clerk.opens(f"{PATH}?since=2020-01-01")
    assert clerk.texts(rows) == ["2020-03 3"]
    assert clerk.texts(".overview-window [aria-current]") == ["今年"]


async def test_a_count_leads_to_its_very_cases(site: ConsoleSite, bot: Bot, clock: Clock) -> None:
    files(bot, LAMP)
    clock.passes(days=40)
    inside = [files(bot, LAMP).number, files(bot, LAMP).number]
    files(bot, LIFT)
    clerk = await site.signs_in("李四")
    await clerk.opens(PATH)
    (link,) = [one for one in clerk.all("#counts-head ~ details a") if one.text == "粮道街街道"]
    await clerk.opens(str(link["href"]))
    assert sorted(numbers(clerk)) == sorted(inside)
    assert clerk.all(".console-warning") == []


async def test_the_commitments_most_cases_are_about_come_first(
    site: ConsoleSite, bot: Bot
) -> None:
    growth, schools = "wuchang-2020/gdp-growth", "wuchang-2020/kindergartens"
    files(bot, replace(LAMP, commitment=growth))
    for street in ("", "liangdaojie", "liangdaojie"):
        files(bot, replace(LAMP, commitment=schools, street=street))
    clerk = await site.signs_in("李四")
    await clerk.opens(PATH)
    first, second = clerk.all("#heat-head ~ table tbody tr")
    assert first.text.endswith("粮道街街道 2 · 不清楚 13")
    assert [str(one["href"]) for one in first.select("a")] == [
        f"/console/commitments/{schools}",
        "/console/?tab=all&commitment=wuchang-2020%2Fkindergartens&since=2020-02-02&until=2020-03-02",
    ]
    assert second.text.endswith("粮道街街道 11")


async def test_who_did_not_rate_stands_beside_satisfaction_and_not_in_it(
    site: ConsoleSite, bot: Bot
) -> None:
    solved(bot)
    clerk = await site.signs_in("李四")
    await clerk.opens(PATH)
    assert row_of(clerk, "满意率") == "满意率 未评价占比（不计入） n<20 n<20 0"


async def test_figures_are_shown_for_a_minute_and_then_counted_anew(
    site: ConsoleSite, bot: Bot, clock: Clock
) -> None:
    clerk = await site.signs_in("李四")
    await clerk.opens(PATH)
    files(bot, LAMP)
    clock.passes(seconds=KEPT_SECONDS - 1)
    await clerk.opens(PATH)
    assert "诉求量: 0" in clerk.text
    assert "截至 2020-03-02 12:00" in clerk.text
    clock.passes(seconds=1)
    await clerk.opens(PATH)
    assert "诉求量: 1" in clerk.text
    assert "截至 2020-03-02 12:01" in clerk.text


async def test_of_all_windows_asked_for_the_last_few_are_kept(site: ConsoleSite, bot: Bot) -> None:
    clerk = await site.signs_in("李四")
    await clerk.opens(f"{PATH}?until=2020-03-02")
    files(bot, LAMP)
    for day in range(1, MOST_KEPT):
        await clerk.opens(f"{PATH}?until=2020-02-{day:02d}")
    await clerk.opens(f"{PATH}?until=2020-03-02")
    assert "诉求量: 0" in clerk.text
    for day in range(1, MOST_KEPT + 1):
        await clerk.opens(f"{PATH}?until=2020-02-{day:02d}")
    await clerk.opens(f"{PATH}?until=2020-03-02")
    assert "诉求量: 1" in clerk.text


async def test_an_empty_database_has_an_overview_too(site: ConsoleSite) -> None:
    clerk = await site.signs_in("李四", language="en-GB")
    await clerk.opens(f"{PATH}?metric=nonsense&by=nonsense")
    assert clerk.status == 200
    assert "Nothing in this time." in clerk.text
