"""What must not be done on a case's page: forms as they must not be are told where they stand,
and nothing that was written is lost."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from bot.cases import Case
from tests.casepages import (
    DISPATCHER,
    HANDLER,
    SUPERVISOR,
    WRITTEN,
    CasePages,
    Fields,
    address,
    kept,
)
from tests.casework import LAMP, PARKS, STREETS, Hall

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Bad:
    """A form as it must not be, and what is said of it."""

    action: str
    fields: Fields
    words: str
    start: Callable[[Hall], Case] = Hall.files
    who: str = DISPATCHER


ITSELF = "the case's own number"
BAD = (
    Bad("accept", {"kind": "", "urgency": "urgent"}, "请选择列表中的原因或分类"),
    Bad("accept", {"kind": "<b>"}, "请选择列表中的原因或分类"),
    Bad("accept", {"category": "no_such"}, "请选择列表中的原因或分类"),
    Bad("accept", {"urgency": "sofort"}, "请选择列表中的原因或分类"),
    Bad("reject", {"words": WRITTEN}, "请选择列表中的原因或分类"),
    Bad("reject", {"reject_reason": "no_such", "words": WRITTEN}, "请选择列表中的原因或分类"),
    Bad("answer", {"words": "三个月没修的路灯明天换新。"}, "请写明来源"),
    Bad("answer", {"words": "", "source": "公告"}, "需要写明内容"),
    Bad("ask_info", {"words": "  \n "}, "需要写明内容"),
    Bad("ask_info", {"words": "长" * 5001}, "最多 5000 个字"),
    Bad("note", {"words": ""}, "需要写明内容"),
    Bad("merge", {"number": "WC1"}, "没有找到"),
    Bad("merge", {"number": ITSELF}, "不能并入自己"),
    Bad("merge", {"number": "9" * 501}, "最多 500 个字"),
    Bad("link", {"another": "no-such"}, "没有找到"),
    Bad("dispatch", {"lead": ""}, "主办", Hall.accepted),
    Bad("dispatch", {"lead": "no_such"}, "单位", Hall.accepted),
    Bad("dispatch", {"lead": STREETS, "support": [STREETS]}, "只能一次", Hall.accepted),
    Bad("call", {"lead": STREETS, "matter": "路灯", "goal": "修好"}, "需要写明", Hall.accepted),
    Bad("put_on_ledger", {"words": WRITTEN, "until": "明年"}, "日期", Hall.dispatched, SUPERVISOR),
    Bad(
        "put_on_ledger",
        {"words": WRITTEN, "until": "2020-03-02"},
        "今天以后",
        Hall.dispatched,
        SUPERVISOR,
    ),
    Bad("done", {"part": "999999", "words": WRITTEN}, "没有找到", Hall.signed, HANDLER),
    Bad("sign", {"part": "9" * 40}, "", Hall.dispatched, HANDLER),
)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.action} {list(bad.fields)}"[:60])
async def test_a_form_that_is_not_as_it_must_be_is_told_where_it_stands(
    pages: CasePages, bad: Bad
) -> None:
    hall = pages.hall
    case = bad.start(hall)
    before = hall.everything()
    clerk = await pages.opens(bad.who, case)
    signed_in = hall.everything()
    fields = {name: case.number if it == ITSELF else it for name, it in bad.fields.items()}
    await clerk.submits(f"#do-{bad.action} form", fields, button="send")
    if not bad.words:  # a number that no row has is as none: her only part is meant
        assert hall.actions(case)[-1] == bad.action
        return
    assert clerk.status == 422
    assert bad.words in clerk.texts(f"#do-{bad.action}[open] [role=alert]")[0]
    for name in ("words", "source", "number", "matter", "goal"):
        if name in fields:
            assert kept(clerk, f"#{bad.action}-{name}") == str(fields[name]).strip()
    assert hall.everything() == signed_in
    assert hall.case(case) == case
    assert before["events"] == signed_in["events"]


@pytest.mark.parametrize("version", ["", "-1", "x", "99", "0x1", "9" * 30])
async def test_without_the_version_she_saw_nothing_is_done(pages: CasePages, version: str) -> None:
    case = pages.hall.files()
    clerk = await pages.opens(DISPATCHER, case)
    await clerk.submits("#do-accept form", {"version": version})
    assert clerk.status == 409
    assert pages.hall.case(case) == case


async def test_a_body_that_is_no_form_or_far_too_large_is_refused(pages: CasePages) -> None:
    case = pages.hall.files()
    clerk = await pages.opens(DISPATCHER, case)
    send = {"Sec-Fetch-Site": "same-origin"}
    path = f"{address(case)}/accept"
    response = await clerk.http.post(path, json={"version": 0}, headers=send)
    assert response.status_code == 400
    response = await clerk.http.post(path, data={"words": "长" * 300_000}, headers=send)
    assert response.status_code == 413
    assert pages.hall.case(case) == case


@pytest.mark.parametrize("number", ["WC", "%3Cscript%3E", "WC20200302-0001%00", "9" * 3000])
async def test_a_number_that_no_case_has_is_not_there(pages: CasePages, number: str) -> None:
    clerk = await pages.opens(DISPATCHER, pages.hall.files())
    await clerk.opens(f"/console/cases/{number}")
    assert clerk.status == 404
    await clerk.posts(f"/console/cases/{number}/accept", {"version": "0"})
    assert clerk.status == 404


async def test_a_number_may_be_typed_in_small_letters(pages: CasePages) -> None:
    case = pages.hall.files()
    clerk = await pages.opens(DISPATCHER, replace(case, number=case.number.lower()))
    assert clerk.texts("h1") == [case.number]


async def test_the_forms_keep_what_was_chosen_when_they_come_back(pages: CasePages) -> None:
    case = pages.hall.accepted()
    clerk = await pages.opens(DISPATCHER, case)
    await clerk.submits("#do-call form", {"lead": "education", "support": [PARKS, "housing"]})
    chosen = [str(one["value"]) for one in clerk.all("#do-call option[selected]")]
    assert set(chosen) == {"education", PARKS, "housing"}
    await clerk.opens(address(case))
    await clerk.submits("#do-merge form", {"number": "WC1"})
    assert kept(clerk, "#merge-number") == "WC1"


async def test_a_category_that_is_no_more_is_replaced_by_none_that_nobody_chose(
    pages: CasePages,
) -> None:
    case = pages.hall.files(replace(LAMP, category="no_more"))
    clerk = await pages.opens(DISPATCHER, case)
    assert clerk.texts("#accept-category option[selected]") == ["—"]
    await clerk.submits("#do-accept form")
    assert clerk.status == 422
    assert "请选择列表中的原因或分类" in clerk.texts("#do-accept [role=alert]")[0]
    assert pages.hall.case(case) == case
    await clerk.submits("#do-accept form", {"category": "education"})
    assert pages.hall.case(case).matter.category == "education"
