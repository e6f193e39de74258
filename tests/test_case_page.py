"""One case's page: what of it is shown to whom, its photos, and who its resident is."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest
import pytest_asyncio

from bot import desk
from bot.cases import Awaiting, Case, CaseState, Kind, Satisfied, Solved, Urgency
from bot.desk import To
from bot.messages import Photo
from bot.store.photos import Photos
from index import Index
from tests.casepages import (
    DISPATCHER,
    GARDENER,
    HANDLER,
    SUPERVISOR,
    CasePages,
    address,
    forms,
    opened,
    pages_of,
)
from tests.casework import CALL, LAMP, PARKS, STREETS
from tests.conftest import Clock

HAN = re.compile(r"[\u4e00-\u9fff]")
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 64
REASON = "电话回访核实地点"


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(
    real_index: Index, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[CasePages]:
    async with pages_of(real_index, tmp_path_factory.mktemp("var")) as pages:
        yield pages


@pytest.fixture
def pages(shared: CasePages) -> CasePages:
    """The site at the same hour for every test."""
    shared.clock.now = Clock().now
    return shared


# What is shown


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


# To whom


async def test_a_case_one_may_not_see_is_not_there(pages: CasePages) -> None:
    case = pages.hall.dispatched()
    for name, seen in ((DISPATCHER, 200), (SUPERVISOR, 200), (HANDLER, 200), (GARDENER, 404)):
        clerk = await pages.opens(name, case)
        assert clerk.status == seen, name
    assert LAMP.text not in str(clerk.page)
    missing = replace(case, number="WC20200302-9999")
    gone = await pages.opens(GARDENER, missing)
    assert (gone.status, gone.text) == (404, clerk.text)


async def test_nobody_who_is_not_signed_in_sees_a_case_or_acts_on_it(pages: CasePages) -> None:
    case = pages.hall.files()
    stranger = pages.site.stranger()
    await stranger.opens(address(case))
    assert LAMP.text not in str(stranger.page)
    await stranger.posts(
        f"{address(case)}/accept",
        {"version": "0", "words": "昨天夜里又坏了一盏路灯，还是没有人来修。"},
    )
    assert stranger.status == 401
    assert "昨天夜里又坏了一盏路灯，还是没有人来修。" in str(stranger.page)
    assert pages.hall.case(case) == case


@pytest.mark.parametrize(
    ("state", "dispatcher", "supervisor", "handler"),
    [
        (
            CaseState.SUBMITTED,
            "accept answer ask_info reject merge classify link note",
            "link supervise note",
            None,
        ),
        (
            CaseState.ACCEPTED,
            "dispatch call ask_info merge contact classify link note",
            "link supervise note",
            None,
        ),
        (
            CaseState.IN_PROGRESS,
            "dispatch call ask_info contact link urge note",
            "put_on_ledger link urge supervise note",
            "sign ask_info contact ask_return ask_extension note",
        ),
        (
            CaseState.NEED_INFO,
            "supplement contact link urge note",
            "link urge supervise note",
            "contact note",
        ),
        (CaseState.REPLIED, "link note", "put_on_ledger link supervise note", "note"),
        (CaseState.CLOSED, "note", "note", "note"),
        (CaseState.MERGED, "unmerge link note", "link supervise note", None),
        (CaseState.REJECTED, "note", "note", None),
        (CaseState.WITHDRAWN, "note", "note", None),
    ],
)
async def test_a_page_has_the_forms_of_what_its_reader_may_do_now_and_no_others(
    pages: CasePages,
    state: CaseState,
    dispatcher: str,
    supervisor: str,
    handler: str | None,
) -> None:
    case = pages.hall.standing(state)
    for name, expected in ((DISPATCHER, dispatcher), (SUPERVISOR, supervisor), (HANDLER, handler)):
        clerk = await pages.opens(name, case)
        if expected is None:
            assert clerk.status == 404
        else:
            assert forms(clerk) == set(expected.split()), name


async def test_the_step_that_is_waited_for_stands_open_for_whom_it_waits(pages: CasePages) -> None:
    hall = pages.hall
    case = hall.files()
    dispatcher, supervisor = [await pages.opens(name, case) for name in (DISPATCHER, SUPERVISOR)]
    assert (opened(dispatcher), opened(supervisor)) == (["accept"], [])
    case = hall.dispatched()
    assert opened(await pages.opens(HANDLER, case)) == ["sign"]
    assert opened(await pages.opens(DISPATCHER, case)) == []
    hall.does(desk.ask_return, case, hall.handler, hall.part(case).id, "不属本单位")
    assert opened(await pages.opens(DISPATCHER, case)) == ["grant_return"]
    case = hall.finishes(hall.dispatched())
    assert opened(await pages.opens(DISPATCHER, case)) == ["reply"]


async def test_a_form_can_be_asked_for_by_the_address(pages: CasePages) -> None:
    case = pages.hall.files()
    clerk = await pages.opens(DISPATCHER, case)
    for asked, shown in (("reject", "reject"), ("sign", "accept"), ("<script>", "accept")):
        await clerk.opens(f"{address(case)}?do={asked}")
        assert opened(clerk) == [shown]


# Photos


async def test_photos_are_for_who_may_see_the_case(pages: CasePages) -> None:
    case = with_photos(pages, JPEG, b"<svg onload=alert(1)>")
    clerk = await pages.opens(HANDLER, case)
    first, second = (str(one["src"]) for one in clerk.all(".case-photos img"))
    response = await clerk.http.get(first)
    assert response.content == JPEG
    assert response.headers["content-type"] == "image/jpeg"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "private, no-store"
    assert response.headers["content-disposition"].startswith("inline; filename=")
    assert (await clerk.http.get(second)).status_code == 404  # it is no picture
    others = await pages.opens(GARDENER, case)
    assert (await others.http.get(first)).status_code == 404
    assert JPEG not in (await pages.site.stranger().http.get(first)).content


@pytest.mark.parametrize("at", ["0", "3", "-1", "99999999999999999999", "x", "1.jpg", "..%2f1"])
async def test_a_photo_that_is_not_there_is_not_found(pages: CasePages, at: str) -> None:
    case = with_photos(pages, JPEG, JPEG)
    clerk = await pages.opens(DISPATCHER, case)
    assert (await clerk.http.get(f"{address(case)}/photos/{at}")).status_code == 404


async def test_a_photo_whose_file_is_gone_is_not_found(pages: CasePages) -> None:
    case = with_photos(pages, JPEG)
    photos = Photos(pages.bot.settings.paths.var / "files")
    photos.drop(pages.hall.store.cases.photo_names(case.id)[0])
    clerk = await pages.opens(DISPATCHER, case)
    assert (await clerk.http.get(f"{address(case)}/photos/1")).status_code == 404


def with_photos(pages: CasePages, *contents: bytes) -> Case:
    """A case with these photos that the street unit has."""
    hall, photos = pages.hall, Photos(pages.bot.settings.paths.var / "files")
    assert hall.resident.resident_id is not None
    with hall.store.transaction():
        draft = hall.store.drafts.add(
            hall.resident.resident_id,
            LAMP,
            source=f"photos:{hall.store.queue.newest_step()}",
            awaiting=Awaiting.NOTHING,
            at=hall.clock.now,
        )
        for content in contents:
            hall.store.drafts.add_file(
                draft.id,
                name=photos.keep(Photo(content, "image/jpeg")),
                media_type="image/jpeg",
                size_bytes=len(content),
                at=hall.clock.now,
            )
    case = desk.open_case(hall.office, draft, at=hall.clock.now)
    hall.does(desk.accept, case, hall.dispatcher)
    return hall.does(desk.dispatch, case, hall.dispatcher, [To(STREETS)])


# Who the resident is


async def test_the_identity_is_told_once_with_a_reason_that_stays(pages: CasePages) -> None:
    case = pages.hall.dispatched()
    clerk = await pages.opens(DISPATCHER, case)
    assert "1001" not in str(clerk.page)
    await clerk.submits("#do-reveal form", {"reason": REASON})
    assert clerk.status == 200
    assert clerk.texts(".case-identity b") == ["1001"]
    assert f"李四 · 查看身份: {REASON}" in clerk.text
    await clerk.opens(address(case))
    assert "1001" not in str(clerk.page)
    handler = await pages.opens(HANDLER, case)
    assert REASON in handler.text  # who looked is no secret


async def test_the_answer_that_tells_is_kept_by_no_cache(pages: CasePages) -> None:
    case = pages.hall.files()
    clerk = await pages.opens(SUPERVISOR, case)
    response = await clerk.http.post(
        f"{address(case)}/reveal",
        data={"reason": REASON},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert "1001" in response.text
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("reason", ["", "查", "   看看  ", "为" * 301])
async def test_without_a_fit_reason_nothing_is_told_or_kept(pages: CasePages, reason: str) -> None:
    case = pages.hall.files()
    clerk = await pages.opens(DISPATCHER, case)
    await clerk.submits("#do-reveal form", {"reason": reason})
    assert clerk.status == 422
    assert clerk.all("#do-reveal[open] [role=alert]")
    assert "1001" not in str(clerk.page)
    assert pages.hall.store.views.of_case(case.id) == []
    (field,) = clerk.all("#reveal-reason")
    assert field["value"] == reason.strip()


async def test_of_a_report_of_wrongdoing_only_a_supervisor_can_ask_who(pages: CasePages) -> None:
    case = pages.hall.dispatched(replace(LAMP, kind=Kind.REPORT))
    for name, is_told in ((HANDLER, False), (DISPATCHER, False), (SUPERVISOR, True)):
        clerk = await pages.opens(name, case)
        assert LAMP.text in clerk.text
        assert "1001" not in str(clerk.page)
        assert bool(clerk.all("#do-reveal")) == is_told
        await clerk.posts(f"{address(case)}/reveal", {"reason": REASON})
        assert clerk.status == (200 if is_told else 422)
        assert ("1001" in str(clerk.page)) == is_told
    assert len(pages.hall.store.views.of_case(case.id)) == 1


async def test_of_a_web_visitor_nothing_is_known(pages: CasePages) -> None:
    case = pages.hall.files(by=pages.visitor())
    clerk = await pages.opens(SUPERVISOR, case)
    await clerk.submits("#do-reveal form", {"reason": REASON})
    assert "网页访客" in clerk.texts(".case-identity")[0]
    assert "browser-secret" not in str(clerk.page)
