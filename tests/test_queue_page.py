"""The list of cases in the console: who sees what, how it is found, filtered, kept up to date."""

from dataclasses import replace
from datetime import timedelta

from bot import desk
from bot.app import Bot
from bot.cases import Case, Urgency
from tests.clock import Clock
from tests.consoles import ConsoleSite
from tests.filed import (
    LAMP,
    LIFT,
    actor,
    dispatched,
    disputed,
    files,
    finished,
    numbers,
    replied,
)

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "=cmd|' /C calc'!A1",
)


async def test_each_role_sees_first_what_it_has_to_do_next(site: ConsoleSite, bot: Bot) -> None:
    waiting, at_unit = files(bot, LIFT), dispatched(bot, LAMP)
    assert numbers(await site.signs_in("李四")) == [waiting.number]
    assert numbers(await site.signs_in("王五")) == [at_unit.number]
    assert "没有超期的工单" in (await site.signs_in("赵六")).text


async def test_she_begins_where_there_is_something_to_do(site: ConsoleSite, bot: Bot) -> None:
    clerk = await site.signs_in("李四")
    assert "没有待受理的工单" in clerk.text
    accepted = desk.accept(bot.office, files(bot, LAMP).id, actor(bot, "李四"), at=bot.now())
    await clerk.opens("/console/")
    assert numbers(clerk) == [accepted.number]
    assert clerk.texts(".queue-tabs [aria-current]") == ["待派单 1"]


TABS = {
    "to_accept": ["filed"],
    "to_dispatch": ["accepted", "returned"],
    "mine": ["filed", "accepted", "returned", "done"],
    "overdue": [],
    "to_reply": ["done"],
    "disputed": ["disputed"],
    "all": ["filed", "accepted", "sent", "returned", "done", "replied", "disputed"],
}


async def test_a_tab_holds_and_counts_what_waits_for_that_step(
    site: ConsoleSite, bot: Bot
) -> None:
    named = {case.number: name for name, case in everywhere(bot).items()}
    clerk = await site.signs_in("李四")
    held, counted = {}, {}
    for tab in TABS:
        await clerk.opens(f"/console/?tab={tab}&sort=oldest")
        held[tab] = [named[number] for number in numbers(clerk)]
        counted[tab] = clerk.texts(f'[data-tab="{tab}"]')
    assert held == TABS
    assert counted == {tab: [str(len(names))] for tab, names in TABS.items()}


async def test_a_handler_has_the_tabs_in_which_she_has_something_to_do(
    site: ConsoleSite, bot: Bot
) -> None:
    dispatched(bot, LAMP)
    clerk = await site.signs_in("王五", language="en")
    assert clerk.texts(".queue-tabs a") == ["Mine 1", "Overdue 0", "Disputed 0", "All 1"]


def everywhere(bot: Bot) -> dict[str, Case]:
    """A case at each place where somebody has to do something."""
    dispatcher, handler = actor(bot, "李四"), actor(bot, "王五")
    at, office = bot.now(), bot.office
    cases = {"filed": files(bot, LAMP)}
    cases["accepted"] = desk.accept(office, files(bot, LAMP).id, dispatcher, at=at)
    for name in ("sent", "returned", "done", "replied", "disputed"):
        case = cases[name] = dispatched(bot, LAMP)
        (part,) = bot.store.assignments.of_case(case.id)
        if name == "returned":
            desk.ask_return(office, case.id, handler, part.id, "不属本单位", at=at)
            desk.grant_return(office, case.id, dispatcher, part.id, at=at)
        if name == "done":
            finished(bot, case)
        if name == "replied":
            replied(bot, case)
        if name == "disputed":
            disputed(bot, case)
    return cases


async def test_what_is_late_is_told_in_words_and_comes_first(
    site: ConsoleSite, bot: Bot, clock: Clock
) -> None:
    late = files(bot, LAMP)
    clock.passes(days=3)
    fresh = files(bot, LIFT)
    clerk = await site.signs_in("李四")
    assert numbers(clerk) == [late.number, fresh.number]
    first, second = clerk.texts(".due-words")
    assert first.startswith("超期")
    assert second.startswith("还剩")
    await clerk.opens("/console/?tab=overdue")
    assert numbers(clerk) == [late.number]


async def test_a_row_tells_what_matters_of_a_case(site: ConsoleSite, bot: Bot) -> None:
    matter = replace(LAMP, urgency=Urgency.CRITICAL, is_danger=True, commitment="wuchang-2020/gdp")
    case = disputed(bot, dispatched(bot, matter))
    files(bot, replace(LIFT, text="电梯" * 100))
    bot.store.residents.set_reachable(case.resident_id, False)
    clerk = await site.signs_in("李四")
    await clerk.opens("/console/?tab=all&sort=oldest")
    first, second = clerk.texts("#rows tbody tr")
    for words in (
        *(case.number, "办理中", "危险", "特急", "第 1 次重办", LAMP.text, "投诉 · 城市管理"),
        *("涉及承诺", "收不到消息", "粮道街街道 · 胭脂路口", "区城管执法局", "还剩"),
    ):
        assert words in first
    assert "电梯" * 60 + "…" in second
    assert "不清楚" in second


async def test_a_case_that_waits_for_its_resident_has_no_limit_but_says_why(
    site: ConsoleSite, bot: Bot
) -> None:
    case = files(bot, LAMP)
    desk.ask_info(bot.office, case.id, actor(bot, "李四"), "哪一根灯杆？", at=bot.now())
    clerk = await site.signs_in("李四")
    await clerk.opens("/console/?tab=all")
    assert clerk.texts("#rows .due") == ["等居民补充，暂停计时"]


async def test_a_handler_sees_the_cases_of_her_unit_alone(site: ConsoleSite, bot: Bot) -> None:
    hers, others = dispatched(bot, LAMP), dispatched(bot, LIFT, "parks")
    files(bot, LIFT)
    clerk = await site.signs_in("王五")
    await clerk.opens("/console/?tab=all")
    assert numbers(clerk) == [hers.number]
    await clerk.opens(f"/console/?tab=all&q={others.number}")
    assert numbers(clerk) == []
    assert (await clerk.http.get(f"/console/cases/{others.number}")).status_code == 404
    assert (await clerk.http.get(f"/console/cases/{hers.number}")).status_code == 200


SEARCHES = {
    "路灯": ["lamp"],
    "电梯": ["lift"],
    "梯电": [],
    "胭脂路": ["lamp"],
    "路灯 三个月": ["lamp"],
    "路灯 电梯": [],
    "“坏了三个月”": ["lamp"],
    '"坏了 三个月"': ["lamp"],
    "“三个月坏了”": [],
    "電梯": ["lift"],
    "0002": ["lift"],
    "wc20200302-0001": ["lamp"],
    "0302-0002": ["lift"],
    "备件": ["lift"],
    "！？…": ["lamp", "lift"],
}


async def test_cases_are_found_by_their_words(site: ConsoleSite, bot: Bot) -> None:
    named = {files(bot, LAMP).number: "lamp", (lift := files(bot, LIFT)).number: "lift"}
    desk.note(bot.office, lift.id, actor(bot, "李四"), "等备件", at=bot.now())
    clerk = await site.signs_in("李四")
    await clerk.opens("/console/?tab=all&sort=oldest")
    found = {}
    for query in SEARCHES:
        await clerk.submits(".queue-search", {"q": query})
        found[query] = [named[number] for number in numbers(clerk)]
    assert found == SEARCHES


async def test_it_is_told_what_a_search_was_understood_to_look_for(
    site: ConsoleSite, bot: Bot
) -> None:
    files(bot, LAMP)
    clerk = await site.signs_in("李四")
    await clerk.submits(".queue-search", {"q": "路灯 “坏了三 个月”  lamp 0001"})
    assert clerk.texts(".queue-narrowings .tag") == [
        "去掉这个条件 查找: “路灯” + “坏了三个月” + “lamp…” + “0001” ×"
    ]
    await clerk.submits(".queue-search", {"q": "？！"})
    assert "“？！”里没有可以查找的字词" in clerk.text
    assert clerk.all(".queue-narrowings") == []


async def test_one_character_alone_is_too_short_and_that_is_told(
    site: ConsoleSite, bot: Bot
) -> None:
    case, other = files(bot, LAMP), files(bot, replace(LAMP, text="门口的树倒了"))
    clerk = await site.signs_in("李四")
    await clerk.submits(".queue-search", {"q": "灯 三个月"})
    assert "查找至少要两个字：没有按“灯”查找" in clerk.text
    assert clerk.texts(".queue-narrowings .tag") == ["去掉这个条件 查找: “三个月” ×"]
    assert numbers(clerk) == [case.number]
    await clerk.submits(".queue-search", {"q": "灯"})
    assert "没有按“灯”查找" in clerk.text
    assert set(numbers(clerk)) == {case.number, other.number}


async def test_what_is_not_in_a_tab_is_one_step_away(site: ConsoleSite, bot: Bot) -> None:
    case = dispatched(bot, LAMP)
    clerk = await site.signs_in("李四")
    await clerk.opens("/console/?tab=to_accept")
    await clerk.submits(".queue-search", {"q": case.number})
    assert "没有符合条件的工单" in clerk.text
    (link,) = (one for one in clerk.all(".queue-empty a") if "全部工单" in one.get_text())
    await clerk.opens(str(link["href"]))
    assert numbers(clerk) == [case.number]


FILTERS = {
    "kind=help": ["lift"],
    "category=urban_management": ["lamp"],
    "street=liangdaojie": ["lamp"],
    "urgency=critical": ["lift"],
    "state=accepted": ["lift"],
    "state=accepted&state=submitted": ["lamp", "lift"],
    "commitment=wuchang-2020/gdp": ["lift"],
    "since=2020-03-02&until=2020-03-02": ["lamp"],
    "since=2020-03-03": ["lift"],
    "unreachable=1": ["lift"],
    "unit=urban_management": [],
}


async def test_a_list_is_narrowed_down_and_what_narrows_it_can_be_dropped(
    site: ConsoleSite, bot: Bot, clock: Clock
) -> None:
    lift = replace(LIFT, urgency=Urgency.CRITICAL, commitment="wuchang-2020/gdp")
    cases = {"lamp": files(bot, LAMP)}
    clock.passes(days=1)
    cases["lift"] = files(bot, lift, sender="1002")
    desk.accept(bot.office, cases["lift"].id, actor(bot, "李四"), at=bot.now())
    bot.store.residents.set_reachable(cases["lift"].resident_id, False)
    named = {case.number: name for name, case in cases.items()}
    clerk = await site.signs_in("李四")
    found, dropped = {}, {}
    for query in FILTERS:
        await clerk.opens(f"/console/?sort=oldest&{query}")
        found[query] = [named[number] for number in numbers(clerk)]
        while chips := clerk.all(".queue-narrowings .tag"):
            await clerk.opens(str(chips[0]["href"]))
        dropped[query] = [named[number] for number in numbers(clerk)]
    assert found == FILTERS
    assert dropped == {query: ["lamp", "lift"] for query in FILTERS}


NONSENSE = {
    "tab=nonsense": "按下一步要做的事",
    "kind=x&category=x&street=x": "诉求类型 · 分类 · 街道",
    "unit=x&urgency=x&state=x&state=closed&sort=x": "状态 · 紧急程度 · 承办单位 · 排序",
    "since=yesterday&until=2020-13-45": "提交日期自 · 提交日期至",
    "since=0001-01-01&until=9999-12-31": "提交日期自 · 提交日期至",
    "page=-1": "翻页",
    "page=999999999999999999999": "翻页",
}


async def test_what_an_address_says_and_nobody_understands_is_left_out_and_told(
    site: ConsoleSite, bot: Bot
) -> None:
    files(bot, LAMP)
    clerk = await site.signs_in("李四")
    for query, names in NONSENSE.items():
        await clerk.opens(f"/console/?{query}")
        told = clerk.texts(".console-warning")
        assert (clerk.status, told) == (200, [f"网址里有看不懂的条件，已略去：{names}"]), query


async def test_a_hostile_address_is_no_fault(site: ConsoleSite, bot: Bot) -> None:
    files(bot, LAMP)
    clerk = await site.signs_in("李四")
    for query in (
        *(f"q={text}&commitment={text}&street={text}" for text in HOSTILE),
        "q=" + "x" * 5000,
        "q=%00%ff%22%22%22*%20AND%20NEAR(",
        "q=%ed%a0%80&" + "state=submitted&" * 500,
    ):
        await clerk.opens(f"/console/?{query}")
        assert clerk.status == 200, query[:80]
        assert clerk.all("main script, main img, main [onerror]") == [], query[:80]


async def test_what_a_resident_wrote_is_never_markup(site: ConsoleSite, bot: Bot) -> None:
    for text in HOSTILE:
        files(bot, replace(LAMP, text=text, place=text))
    clerk = await site.signs_in("李四")
    assert sorted(clerk.texts("#rows .said")) == sorted(HOSTILE)
    assert clerk.all("#rows script, #rows img, #rows [onerror], #rows a[href^=javascript]") == []


async def test_a_long_list_comes_in_pages(site: ConsoleSite, bot: Bot) -> None:
    filed = [files(bot, LAMP, sender=f"{number}").number for number in range(52)]
    clerk = await site.signs_in("李四")
    await clerk.opens("/console/?tab=all&sort=oldest")
    assert numbers(clerk) == filed[:50]
    assert "第 1–50 件，共 52 件" in clerk.text
    (following,) = clerk.all(".queue-pages a[rel=next]")
    await clerk.opens(str(following["href"]))
    assert numbers(clerk) == filed[50:]
    await clerk.opens("/console/?tab=all&page=7")
    assert "没有这么多页" in clerk.text


async def test_the_script_hears_of_news_and_of_nothing_else(site: ConsoleSite, bot: Bot) -> None:
    files(bot, LAMP)
    clerk = await site.signs_in("李四")
    (form,) = clerk.all("#bulk")
    address = str(form["data-rows"])
    headers = {"Accept": "application/json"}
    same = await clerk.http.get(f"{address}&newest={form['data-newest']}", headers=headers)
    assert same.json() == {"newest": int(str(form["data-newest"]))}
    second = files(bot, LIFT)
    news = (
        await clerk.http.get(f"{address}&newest={form['data-newest']}", headers=headers)
    ).json()
    assert second.number in news["html"]
    assert news["counts"]["to_accept"] == "2"
    stranger = site.stranger()
    assert (await stranger.http.get(address, headers=headers)).status_code == 401


async def test_an_address_can_be_kept_and_leads_to_the_same_list(
    site: ConsoleSite, bot: Bot
) -> None:
    files(bot, LIFT)
    lamp = files(bot, LAMP)
    clerk = await site.signs_in("李四")
    await clerk.submits(".queue-search", {"q": "路灯", "kind": "complaint", "since": "2020-03-01"})
    (form,) = clerk.all("#bulk")
    kept = str(form["data-rows"]).replace("/rows?", "/?")
    await clerk.opens(kept)
    assert numbers(clerk) == [lamp.number]
    assert clerk.texts(".queue-narrowings .tag") == [
        "去掉这个条件 查找: “路灯” ×",
        "去掉这个条件 诉求类型: 投诉 ×",
        "去掉这个条件 提交日期自: 2020-03-01 ×",
    ]
    (export,) = clerk.all(".queue-export")
    assert str(export["href"]).partition("?")[2] == kept.partition("?")[2]


async def test_cases_from_before_there_was_a_search_are_found_after_a_start(
    site: ConsoleSite, bot: Bot, clock: Clock
) -> None:
    case = files(bot, LAMP)
    with bot.store.transaction():
        bot.store._database.execute("delete from case_words", [])
    clerk = await site.signs_in("李四")
    await clerk.opens("/console/?tab=all&q=路灯")
    assert numbers(clerk) == []
    desk.adopt_cases(bot.office, at=clock.now + timedelta(minutes=1))
    await clerk.opens("/console/?tab=all&q=路灯")
    assert numbers(clerk) == [case.number]
