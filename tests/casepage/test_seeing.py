"""Who sees a case's page and what of it: its forms, its photos, and who its resident is."""

from dataclasses import replace

import pytest

from bot import desk
from bot.cases import Awaiting, Case, CaseState, Kind, Matter, Solved
from bot.desk import To
from bot.messages import Photo
from bot.store.photos import Photos
from tests.casepages import (
    DISPATCHER,
    GARDENER,
    HANDLER,
    SUPERVISOR,
    CasePages,
    address,
    forms,
    opened,
)
from tests.casework import LAMP, PARKS, STREETS

JPEG = b"\xff\xd8\xff\xe0" + b"0" * 64
REASON = "电话回访核实地点"

pytestmark = pytest.mark.asyncio(loop_scope="module")


# What may be seen and done


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


@pytest.mark.parametrize("kind", list(Kind))
async def test_a_photo_is_for_each_role_as_its_case_is(pages: CasePages, kind: Kind) -> None:
    """A report of wrongdoing is for its unit, dispatchers and supervisors like any other case."""
    case = with_photos(pages, JPEG, matter=replace(LAMP, kind=kind))
    for name in (DISPATCHER, SUPERVISOR, HANDLER, GARDENER):
        page = await pages.opens(name, case)
        photo = await page.http.get(f"{address(case)}/photos/1")
        assert page.status == photo.status_code == (404 if name == GARDENER else 200), name
        assert (JPEG in photo.content) == (name != GARDENER)


@pytest.mark.parametrize("is_closed", [False, True])
async def test_no_page_or_file_tells_another_unit_of_a_confidential_case(
    pages: CasePages, is_closed: bool
) -> None:
    """A report of wrongdoing that was called something else, beside a case of that unit's."""
    hall, commitment = pages.hall, pages.commitment().id
    road = f"紫罗兰{'巷' if is_closed else '里'}"
    matter = replace(LAMP, kind=Kind.REPORT, text=f"{road}的队长收钱。", place=f"{road}7号")
    case = hall.does(desk.classify, hall.files(matter), hall.dispatcher, kind=Kind.COMPLAINT)
    case = hall.does(desk.accept, case, hall.dispatcher)
    hall.does(desk.link, case, hall.dispatcher, commitments=[commitment])
    case = hall.does(desk.dispatch, case, hall.dispatcher, [To(STREETS)])
    hers = hall.dispatched(to=[To(PARKS)], by=hall.neighbour)
    hall.does(desk.link, hers, hall.dispatcher, commitments=[commitment])
    with hall.store.transaction():
        hall.store.cases.keep_similar(hers.id, case.id, score=0.9, reasons=["place"])
        hall.store.cases.change(replace(hall.case(hers), same_as=case.id))
    if is_closed:
        replied = hall.replies(hall.finishes(hall.case(case)))
        case = hall.does(desk.judge_solved, replied, hall.resident, Solved.YES)
    told = {
        name: await whole_console(pages, name, case, hers, commitment, road)
        for name in (GARDENER, HANDLER)
    }
    assert [words for words in (case.number, matter.text) if words in told[GARDENER]] == []
    assert [words for words in (case.number, matter.text) if words not in told[HANDLER]] == []


async def whole_console(
    pages: CasePages, name: str, case: Case, other: Case, commitment: str, words: str
) -> str:
    """All that somebody's console says of a case wherever it could, the exported files with it."""
    clerk = await pages.opens(name, other)
    found = [str(clerk.page)]
    lists = ("tab=all", f"tab=all&q={words}", f"tab=all&commitment={commitment}", "tab=overdue")
    for path in (
        *(f"{start}?{query}" for query in lists for start in ("/", "/rows", "/export")),
        f"/commitments/{commitment}",
        "/commitments",
        *(f"/overview?format={format_}" for format_ in ("", "json", "csv")),
    ):
        found.append((await clerk.http.get(f"/console{path}")).text)
    seen = await clerk.http.get(address(case))
    found += [seen.text] if seen.status_code == 200 else []
    for format_ in ("json", "open311"):
        await clerk.opens("/console/export?tab=all")
        await clerk.posts("/console/export", {"list": "tab=all", "format": format_})
        found.append(str(clerk.page))
    return "\n".join(found)


async def test_a_unit_that_gave_a_case_back_sees_its_photos_no_more(pages: CasePages) -> None:
    hall, case = pages.hall, with_photos(pages, JPEG)
    part = hall.part(case)
    hall.does(desk.ask_return, case, hall.handler, part.id, "不属本单位")
    hall.does(desk.grant_return, hall.case(case), hall.dispatcher, part.id)
    handler = await pages.opens(HANDLER, case)
    assert (await handler.http.get(f"{address(case)}/photos/1")).status_code == 404


async def test_a_duplicates_photos_are_not_the_units_that_has_the_master(pages: CasePages) -> None:
    hall = pages.hall
    master = hall.dispatched()
    duplicate = with_photos(pages, JPEG, is_dispatched=False)
    hall.does(desk.merge, duplicate, hall.dispatcher, master.id)
    for name, seen in ((HANDLER, 404), (GARDENER, 404), (DISPATCHER, 200), (SUPERVISOR, 200)):
        clerk = await pages.opens(name, master)
        photo = await clerk.http.get(f"{address(duplicate)}/photos/1")
        assert photo.status_code == seen, name
        of_master = await clerk.http.get(f"{address(master)}/photos/1")
        assert of_master.status_code == 404  # no other case's photo under this one's address


@pytest.mark.parametrize("at", ["0", "3", "-1", "99999999999999999999", "x", "1.jpg", "..%2f1"])
async def test_a_photo_that_is_not_there_is_not_found(pages: CasePages, at: str) -> None:
    case = with_photos(pages, JPEG, JPEG)
    clerk = await pages.opens(DISPATCHER, case)
    assert (await clerk.http.get(f"{address(case)}/photos/{at}")).status_code == 404


async def test_a_photo_whose_file_is_gone_is_not_found(pages: CasePages) -> None:
    case = with_photos(pages, JPEG)
    photos = Photos(pages.bot.settings.paths.var / "files", pages.bot.store.vault)
    photos.drop(pages.hall.store.cases.photo_names(case.id)[0])
    clerk = await pages.opens(DISPATCHER, case)
    assert (await clerk.http.get(f"{address(case)}/photos/1")).status_code == 404


def with_photos(
    pages: CasePages, *contents: bytes, matter: Matter = LAMP, is_dispatched: bool = True
) -> Case:
    """A case with these photos that the street unit has, or nobody yet."""
    hall, photos = (
        pages.hall,
        Photos(pages.bot.settings.paths.var / "files", pages.bot.store.vault),
    )
    assert hall.resident.resident_id is not None
    with hall.store.transaction():
        draft = hall.store.drafts.add(
            hall.resident.resident_id,
            matter,
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
    if not is_dispatched:
        return case
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


async def test_a_reason_too_short_is_told_with_what_is_wanted(pages: CasePages) -> None:
    case = pages.hall.files()
    clerk = await pages.opens(DISPATCHER, case)
    await clerk.submits("#do-reveal form", {"reason": "查"})
    (told,) = clerk.texts("#do-reveal [role=alert]")
    assert told == "请写明为什么要知道提交人是谁（至少四个字），理由会留存。"


async def test_of_a_case_filed_as_nobodys_nobody_can_be_asked_for(pages: CasePages) -> None:
    """Its form once ended in a fault of the system's."""
    case = pages.hall.files(as_nobody=True)
    clerk = await pages.opens(SUPERVISOR, case)
    assert clerk.all("#do-reveal") == []
    await clerk.posts(f"{address(case)}/reveal", {"reason": REASON})
    assert clerk.status == 422
    assert "匿名提交" in clerk.texts("[role=alert]")[0]
    assert pages.hall.store.views.of_case(case.id) == []


async def test_who_writes_to_nobody_is_told_so(pages: CasePages) -> None:
    told_so = "没有人会收到通知：提交人用编号和查询码来查时才看得到。"
    hers, nobodys = pages.hall.files(), pages.hall.files(as_nobody=True)
    for case, told in ((hers, []), (nobodys, [told_so])):
        pages.hall.does(desk.accept, case, pages.hall.dispatcher)
        clerk = await pages.opens(DISPATCHER, case)
        assert clerk.texts("#do-ask_info .nobody-hears") == told


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
