"""What one case's page shows: words, commitment, other cases, history, units and clocks."""

import re
from dataclasses import replace
from datetime import date

import pytest

from bot import desk
from bot.cases import Satisfied, Solved, Urgency
from bot.desk import To
from tests.casepages import (
    DISPATCHER,
    HANDLER,
    CasePages,
    address,
)
from tests.casework import CALL, LAMP, PARKS, STREETS

HAN = re.compile(r"[\u4e00-\u9fff]")


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_head_says_number_state_and_what_kind_of_case_it_is(pages: CasePages) -> None:
    matter = replace(LAMP, urgency=Urgency.CRITICAL, is_danger=True)
    case = pages.hall.files(matter)
    clerk = await pages.opens(DISPATCHER, case)
    assert clerk.texts("h1") == [case.number]
    assert clerk.texts(".case-head .tag") == ["待受理", "危险", "特急", "投诉", "城市管理"]


async def test_what_is_overdue_is_said_in_words(pages: CasePages) -> None:
    case = pages.hall.files(replace(LAMP, urgency=Urgency.CRITICAL))
    pages.clock.passes(hours=30)
    clerk = await pages.opens(DISPATCHER, case)
    assert "已超期" in clerk.texts(".case-head .tag")
    assert clerk.texts(".case-side .due-words")[0].startswith("超期 ")


async def test_the_residents_words_stand_as_written_with_what_she_added(pages: CasePages) -> None:
    hall = pages.hall
    case = hall.files(replace(LAMP, text="路灯坏了\n  三个月了！"))
    hall.does(desk.add_words, case, hall.resident, "昨天又灭一盏。")
    hall.does(desk.reword, case, hall.resident, "路灯坏了四个月。")
    clerk = await pages.opens(DISPATCHER, case)
    said = [one.get_text() for one in clerk.all(".case-words")]
    assert said[0] == "路灯坏了\n  三个月了！"
    assert [words[17:] for words in said[1:]] == [
        "补充文字昨天又灭一盏。",
        "修改原话路灯坏了四个月。",
    ]


async def test_a_point_on_the_map_is_given_as_numbers(pages: CasePages) -> None:
    case = pages.hall.files(replace(LAMP, latitude=30.5468, longitude=114.31024))
    clerk = await pages.opens(DISPATCHER, case)
    assert clerk.texts(".point") == ["30.54680, 114.31024"]
    assert clerk.all("iframe, [src^=http]") == []


async def test_a_commitment_comes_with_its_quote_and_the_other_cases_about_it(
    pages: CasePages,
) -> None:
    hall, commitment = pages.hall, pages.commitment()
    case, other, third = hall.files(), hall.files(), hall.files()
    for one in (case, other):
        hall.does(desk.link, one, hall.dispatcher, commitments=[commitment.id])
    clerk = await pages.opens(DISPATCHER, case)
    (promise,) = clerk.all(".case-promise")
    assert promise.blockquote is not None
    assert promise.blockquote.get_text() == commitment.quote
    assert commitment.section in promise.get_text()
    assert [str(link["href"]) for link in promise.select("a")] == [
        f"/console/commitments/{commitment.id}",
        address(other),
    ]
    assert third.number not in clerk.text


async def test_other_cases_are_named_only_to_who_may_see_them(pages: CasePages) -> None:
    hall, commitment = pages.hall, pages.commitment().id
    case, hidden = hall.dispatched(), hall.dispatched(to=[To(PARKS)], by=hall.neighbour)
    for one in (case, hidden):
        hall.does(desk.link, one, hall.dispatcher, commitments=[commitment])
    with hall.store.transaction():
        hall.store.cases.change(replace(hall.case(case), same_as=hidden.id))
        hall.store.cases.keep_similar(case.id, hidden.id, score=0.93, reasons=["place"])
    clerk = await pages.opens(DISPATCHER, case)
    assert clerk.texts(".case-side a.number") == [hidden.number, hidden.number]
    assert "93%" in clerk.text
    clerk = await pages.opens(HANDLER, case)
    assert hidden.number not in str(clerk.page)


async def test_master_and_merged_case_lead_to_each_other(pages: CasePages) -> None:
    case, master = pages.hall.merged()
    clerk = await pages.opens(DISPATCHER, case)
    assert clerk.texts(".case-facts a") == [master.number]
    assert f"并入 {master.number}" in clerk.texts(".case-steps li")[-1]
    await clerk.opens(address(master))
    assert clerk.texts(".case-facts a") == [case.number]


async def test_the_history_tells_who_did_what_when_and_whether_the_resident_sees_it(
    pages: CasePages,
) -> None:
    hall = pages.hall
    case = hall.files()
    pages.clock.passes(minutes=5)
    hall.does(desk.accept, case, hall.dispatcher)
    hall.does(desk.note, case, hall.supervisor, "催了两次。")
    clerk = await pages.opens(DISPATCHER, case)
    assert clerk.texts(".case-steps li") == [
        "2020-03-02 12:00 提交 居民",
        "2020-03-02 12:05 受理 李四 投诉 · 城市管理 ✉ 正在发送",
        "2020-03-02 12:05 内部备注 赵六 居民看不到 催了两次。",
    ]


@pytest.mark.parametrize(
    ("reachable", "state", "words"),
    [
        (True, "sent", "✉ 已送达"),
        (True, "refused", "✉ 发送失败，请另行联系"),
        (False, "waiting", "✉ 居民收不到消息，恢复后补发"),
    ],
)
async def test_each_letter_to_the_resident_shows_how_it_stands(
    pages: CasePages, reachable: bool, state: str, words: str
) -> None:
    hall = pages.hall
    case = hall.accepted(by=pages.met("telegram", f"{state} {reachable}"))
    hall.connection.execute(
        "update outbox set state = ? where is_for_staff = 0 and case_id = ?", [state, case.id]
    )
    hall.connection.execute(
        "update residents set reachable = ? where id = ?", [reachable, case.resident_id]
    )
    clerk = await pages.opens(DISPATCHER, case)
    assert clerk.texts(".case-steps li")[-1].endswith(words)
    assert ("收不到消息" in clerk.texts(".case-head .tags")[0]) == (not reachable)


async def test_a_web_resident_reads_it_at_her_next_visit(pages: CasePages) -> None:
    hall = pages.hall
    case = hall.accepted(by=pages.visitor())
    clerk = await pages.opens(DISPATCHER, case)
    assert clerk.texts(".case-steps li")[-1].endswith("✉ 网页：居民下次打开时看到")
    assert "网页" in clerk.texts(".case-facts")[0]


async def test_each_units_part_shows_its_role_state_call_requests_and_clocks(
    pages: CasePages,
) -> None:
    hall = pages.hall
    case = hall.dispatched(to=[To(STREETS), To(PARKS, is_lead=False, call=CALL)])
    hall.does(desk.sign, case, hall.handler, hall.part(case).id)
    hall.does(desk.ask_extension, case, hall.handler, hall.part(case).id, "等备件")
    hall.does(desk.ask_return, case, hall.gardener, hall.part(case, PARKS).id, "没有树木遮挡")
    pages.clock.passes(days=30)
    clerk = await pages.opens(DISPATCHER, case)
    streets, parks = clerk.texts(".case-part")
    for words in ("区城管执法局", "办理中", "主办", "申请延期：等备件", "超期", "办结时限"):
        assert words in streets, words
    for words in ("协办", "退单", "路灯不亮", "当晚恢复照明", "电工两名", "没有树木遮挡"):
        assert words in parks, words


async def test_an_outcome_and_a_verdict_are_shown(pages: CasePages) -> None:
    hall = pages.hall
    case = hall.replied()
    hall.does(desk.judge_solved, case, hall.resident, Solved.NO)
    hall.does(desk.judge_satisfied, case, hall.resident, Satisfied.NO)
    clerk = await pages.opens(DISPATCHER, case)
    assert "已换灯。" in clerk.texts(".case-part")[0]
    assert "没解决 · 不满意" in clerk.texts(".case-facts")[0]


async def test_a_case_on_the_ledger_names_the_day_and_one_that_waits_has_no_clock(
    pages: CasePages,
) -> None:
    hall = pages.hall
    case = hall.does(
        desk.put_on_ledger,
        hall.dispatched(),
        hall.supervisor,
        "等待备件",
        until=date(2020, 3, 20),
    )
    clerk = await pages.opens(DISPATCHER, case)
    assert "挂账，2020-03-20 前回告" in clerk.texts(".case-head .tag")
    await clerk.opens(address(hall.asked()))
    assert "等居民补充，暂停计时" in clerk.text


async def test_the_page_is_english_for_who_reads_english(pages: CasePages) -> None:
    hall = pages.hall
    case = hall.finishes(hall.dispatched())
    clerk = await pages.opens(DISPATCHER, case, language="en")
    assert clerk.texts("h2") == [
        "The resident's own words",
        "What you can do",
        "History",
        "Time limits",
        "Units",
        "Commitments it is about",
        "Keys",
    ]
    shown = clerk.texts("main :is(h2, h3, dt, summary, label, button, legend)")
    assert [words for words in shown if HAN.search(words)] == [LAMP.text]  # a point of hers
