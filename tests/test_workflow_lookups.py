"""How residents look up their cases, and what they follow and join, on Telegram and the web."""

import re
from datetime import date, timedelta

import pytest

from bot import desk
from bot.app import web_site
from tests.actors import WebResident
from tests.town import LAMP, NUMBER, Offices, Town, is_replied
from tests.web_site import serving

CODE = re.compile(r"查询码：(\w{8})")
NOT_FOUND = "没有找到。请核对编号和查询码（提交成功时给您的那两项）。"


async def test_she_reads_who_has_her_case_and_when_it_is_reported_on(
    town: Town, offices: Offices
) -> None:
    resident = town.resident()
    await resident.files()
    await offices.dispatcher.taps("✅ 受理", "📨 派单", "区城管执法局")
    await resident.says(f"/status {NUMBER}")
    assert "区城管执法局" in resident.reads
    await offices.supervisor.writes("📌 挂账", words="等产权方确认，3月20日前回告。")
    await resident.says(f"/status {NUMBER}")
    assert "等产权方确认" in resident.reads
    assert "2020-03-20" in resident.reads


async def test_whoever_holds_the_code_reads_how_a_case_stands(
    town: Town, offices: Offices
) -> None:
    resident, daughter = town.resident(), town.resident(1002)
    await resident.files()
    code = CODE.findall(resident.reads)[0]
    await offices.dispatcher.taps("✅ 受理")
    status = (
        f"{NUMBER}\n状态：已受理，待派单\n投诉 · 城市管理 · 粮道街街道 · 粮道街胭脂路口\n"
        f"提交时间：2020-03-02 12:00\n{LAMP}\n· 2020-03-02 12:00 受理"
    )
    await daughter.says(f"/status {NUMBER} {code}")
    assert daughter.reads == status
    assert daughter.buttons == []
    async with serving(web_site(town.bot)) as url, WebResident(url) as son:
        await son.says(f"/status {NUMBER} {code}")
        assert son.heard[-1] == status
        assert son.buttons == []


async def test_nobody_finds_a_case_by_trying(town: Town, offices: Offices) -> None:
    resident, prying = town.resident(), town.resident(1002)
    await resident.files()
    code = CODE.findall(resident.reads)[0]
    for tried in (f"{NUMBER} 22222222", "WC20200302-0009 22222222", f"{NUMBER}", f"{NUMBER} x"):
        await prying.says(f"/status {tried}")
        assert prying.reads == NOT_FOUND
    for _ in range(6):
        await prying.says(f"/status {NUMBER} 22222222")
    await prying.says(f"/status {NUMBER} {code}")
    assert prying.reads == NOT_FOUND
    await resident.says(f"/status {NUMBER}")
    assert resident.reads.startswith(f"{NUMBER}\n状态：已提交")
    town.clock.passes(hours=1, minutes=1)
    await prying.says(f"/status {NUMBER} {code}")
    assert prying.reads.startswith(f"{NUMBER}\n状态：已提交")


async def test_others_who_try_codes_do_not_lock_out_whoever_holds_the_right_one(
    town: Town, offices: Offices
) -> None:
    resident, daughter = town.resident(), town.resident(1002)
    await resident.files()
    code = CODE.findall(resident.reads)[0]
    for prying in map(town.resident, range(2001, 2005)):
        for _ in range(10):
            await prying.says(f"/status {NUMBER} 22222222")
            assert prying.reads == NOT_FOUND
    await daughter.says(f"/status {NUMBER} {code}")
    assert daughter.reads.startswith(f"{NUMBER}\n状态：已提交")


async def test_what_counts_wrong_codes_tells_neither_who_nor_what_nor_just_when(
    town: Town, offices: Offices
) -> None:
    resident, prying = town.resident(), town.resident(1002)
    await resident.files()
    town.clock.passes(minutes=7, seconds=13)
    for number in ("13912345678李秀英", NUMBER):
        await prying.says(f"/status {number} 22222222")
    database = town.bot.store._database
    ((key, at, tries),) = database.tuples("select * from failed_lookups", [])
    assert re.fullmatch("[0-9a-f]{64}", key)
    assert (at, tries) == ("2020-03-02T04:00:00+00:00", 2)
    assert town.bot.store.holdings.failed_lookups(prying.id) == 2
    town.clock.passes(hours=1)
    await resident.says("/status WC20200302-0009 22222222")
    ((other, at, tries),) = database.tuples("select * from failed_lookups", [])
    assert (other != key, at, tries) == (True, "2020-03-02T05:00:00+00:00", 1)


async def test_followers_of_a_commitment_hear_of_its_progress_once(town: Town) -> None:
    resident, other = town.resident(), town.resident(1002)
    await resident.says("新增几所幼儿园？")
    quoted = town.server.from_bot(resident.telegram_id)[-1]
    follow = next(
        button["callback_data"]
        for row in quoted.buttons
        for button in row
        if "关注" in button["text"]
    )
    commitment = follow.partition(":")[2]
    await resident.taps("🔔 关注这项承诺的进展")
    assert resident.notices[-1] == "已关注，有进展会告诉您。"
    assert "🔕 不再关注" in resident.buttons
    await other.says("新增几所幼儿园？")
    heard = len(other.heard)

    async def is_noted(text: str) -> None:
        noted_on, at = date(2020, 3, 2), town.clock.now
        await town.bot.store.write(
            lambda: desk.add_progress_note(
                town.bot.office, commitment, text, source="区教育局", noted_on=noted_on, at=at
            )
        )
        await town.settles()

    await is_noted("已开工2所。")
    told = [words for words in resident.heard if "新进展" in words]
    assert len(told) == 1
    assert told[0].startswith("🔔 您关注的承诺有新进展：\n")
    assert told[0].endswith("\n2020-03-02：已开工2所。\n来源：区教育局")
    with pytest.raises(ValueError, match="noted"):
        await is_noted("已开工2所。")
    assert len([words for words in resident.heard if "新进展" in words]) == 1
    assert len(other.heard) == heard

    await resident.says("/following")
    assert resident.reads.endswith("\n最新进展（2020-03-02）：已开工2所。\n来源：区教育局")
    await resident.taps("🔕 不再关注")
    assert resident.notices[-1] == "已不再关注。"
    await resident.says("/following")
    assert resident.reads == ("您还没有关注任何承诺。问一个问题，在答案下面点“关注”即可。")
    heard = len(resident.heard)
    await is_noted("已建成1所。")
    assert len(resident.heard) == heard


async def test_who_joins_a_problem_sees_no_more_than_place_category_and_state(
    town: Town, offices: Offices
) -> None:
    first, second = town.resident(), town.resident(1002)
    await first.files("粮道街胭脂路12号门口的路灯坏了三个月，我妈摔了一跤。")
    await second.says("粮道街胭脂路12号门口路灯不亮三个月了，没人修。")
    assert "\n近期有 1 件相近的诉求，工作人员会一并看到：\n" in second.reads
    assert "\n· 粮道街街道 胭脂路 · 城市管理 · 已提交，等待受理\n" in second.reads
    for hidden in (NUMBER, "我妈", "摔"):
        assert hidden not in second.reads
    label = next(label for label in second.buttons if "同一问题" in label)
    assert label == "✅ 提交，并注明与第 1 件（粮道街街道 胭脂路）是同一问题"
    await second.taps("同一问题")
    assert f"\n≈ {NUMBER}（待受理）相似 " in offices.dispatcher.reads
    joined = "WC20200302-0002"
    assert town.case(joined).state == "submitted"  # nothing merges by itself
    assert town.case(joined).master_id is None
    assert f"\n🔁 居民说与 {NUMBER} 是同一问题\n" in offices.dispatcher.card(joined)
    await offices.dispatcher.taps("🔗 并案", f"{NUMBER} · ", on=f"{joined} · ")
    assert town.case(joined).master_id == town.case(NUMBER).id
    await second.says("/mine")
    await second.taps(f"{joined} »")
    assert NUMBER not in second.reads


async def test_on_the_web_she_finds_what_staff_did_when_she_opens_the_page_again(
    town: Town, offices: Offices
) -> None:
    async with serving(web_site(town.bot)) as url, WebResident(url) as resident:
        await resident.says(LAMP)
        await resident.taps("提交")
        await town.settles()
        await is_replied(offices)
        await resident.opens()
        assert resident.heard[-4:] == [
            f"✅ {NUMBER} 已受理，正在安排承办单位。",
            f"📨 {NUMBER} 已派给区城管执法局办理。\n预计 2020-03-09 12:00 前办结。",
            f"🖊 区城管执法局已签收 {NUMBER}，正在办理。",
            f"💬 {NUMBER} 的答复：\n已修好。\n您的问题解决了吗？",
        ]
        assert resident.buttons == ["✅ 已解决", "部分解决", "❌ 没解决"]
        await resident.taps("已解决")
        await resident.taps("满意")
        assert resident.heard[-1].startswith("谢谢您的评价。")
        assert town.case(NUMBER).state == "closed"


@pytest.mark.parametrize("asked", ["进展怎么样了", "我的投诉处理了吗？", "any news?"])
async def test_who_asks_for_news_reads_of_her_cases(
    town: Town, offices: Offices, asked: str
) -> None:
    resident = town.resident()
    await resident.files()
    await resident.says(asked)
    assert NUMBER in resident.reads
    assert f"{NUMBER} »" in resident.buttons


async def test_a_number_within_a_question_leads_to_that_case_if_it_is_hers(
    town: Town, offices: Offices
) -> None:
    resident, prying = town.resident(), town.resident(1002)
    await resident.files()
    await resident.says(f"请问一下，我上个月提交的那件投诉，编号是 {NUMBER}，现在处理得怎么样了？")
    assert resident.reads.startswith(f"{NUMBER}\n状态：")
    await prying.says(f"我的投诉 {NUMBER} 怎么样了")
    assert prying.reads.startswith(NOT_FOUND)


async def test_nothing_is_asked_of_the_report_by_who_asks_for_news(town: Town) -> None:
    resident = town.resident()
    await resident.says("进展怎么样了")
    assert "报告里没有" not in resident.reads
    since, until = town.clock.now - timedelta(days=1), town.clock.now + timedelta(days=1)
    assert town.bot.store.questions.counts(since, until).asked == 0
