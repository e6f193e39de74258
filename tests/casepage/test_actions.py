"""What staff do on a case's page: every form does its step, for whom it is meant and nobody else;
what cannot be done is told where it was tried, and nothing that was written is lost."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import pytest

from bot import desk
from bot.cases import AssignmentState, Call, Case, CaseState, Kind, Urgency
from bot.desk import To
from bot.web.console.casepage.offering import ACTION_KEYS
from tests.casepages import (
    DISPATCHER,
    GARDENER,
    HANDLER,
    SUPERVISOR,
    WRITTEN,
    CasePages,
    Fields,
    address,
    forms,
    kept,
    opened,
)
from tests.casework import LAMP, PARKS, STREETS, Hall

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Step:
    """A form that somebody fills in, and how the case stands then.

    Attributes:
        start: brings a case to where the form is.
        event: the words the history has of it.
    """

    action: str
    who: str
    start: Callable[[Hall], Case]
    fields: Fields = field(default_factory=dict)
    state: CaseState = CaseState.IN_PROGRESS
    event: str = ""


def returning(hall: Hall) -> Case:
    case = hall.dispatched()
    return hall.does(desk.ask_return, case, hall.handler, hall.part(case).id, "不属本单位")


def extending(hall: Hall) -> Case:
    case = hall.dispatched()
    return hall.does(desk.ask_extension, case, hall.handler, hall.part(case).id, "等备件")


def on_ledger(hall: Hall) -> Case:
    until = date(2020, 4, 1)
    return hall.does(
        desk.put_on_ledger, hall.dispatched(), hall.supervisor, "等待备件", until=until
    )


STEPS = (
    Step("accept", DISPATCHER, Hall.files, state=CaseState.ACCEPTED),
    Step(
        "classify",
        DISPATCHER,
        Hall.accepted,
        {"kind": "help", "category": "environment", "urgency": "urgent"},
        CaseState.ACCEPTED,
    ),
    Step(
        "answer",
        DISPATCHER,
        Hall.files,
        {"words": "路灯坏了三个月，今晚修好。", "source": "城管〔2020〕3 号"},
        CaseState.ANSWERED,
        "路灯坏了三个月，今晚修好。",
    ),
    Step("ask_info", DISPATCHER, Hall.files, {"words": WRITTEN}, CaseState.NEED_INFO, WRITTEN),
    Step("supplement", DISPATCHER, Hall.asked, {"words": WRITTEN}, event=WRITTEN),
    Step(
        "reject",
        DISPATCHER,
        Hall.files,
        {"reject_reason": "litigation", "words": WRITTEN},
        CaseState.REJECTED,
        WRITTEN,
    ),
    Step("unmerge", DISPATCHER, lambda hall: hall.merged()[0], state=CaseState.SUBMITTED),
    Step("link", DISPATCHER, Hall.files, state=CaseState.SUBMITTED),
    Step("dispatch", DISPATCHER, Hall.accepted, {"lead": STREETS}),
    Step(
        "call",
        DISPATCHER,
        Hall.accepted,
        {
            "lead": STREETS,
            "matter": "路灯不亮",
            "goal": "当晚恢复照明",
            "staff_needed": "电工两名",
        },
    ),
    Step("contact", HANDLER, Hall.dispatched, {"words": WRITTEN}, event=WRITTEN),
    Step("sign", HANDLER, Hall.dispatched),
    Step("done", HANDLER, Hall.signed, {"words": WRITTEN}, event=WRITTEN),
    Step("ask_return", HANDLER, Hall.dispatched, {"words": WRITTEN}, event=WRITTEN),
    Step("grant_return", DISPATCHER, returning),
    Step("refuse_return", DISPATCHER, returning),
    Step("ask_extension", HANDLER, Hall.dispatched, {"words": WRITTEN}, event=WRITTEN),
    Step("grant_extension", SUPERVISOR, extending, event="等备件"),
    Step("refuse_extension", DISPATCHER, extending),
    Step(
        "put_on_ledger",
        SUPERVISOR,
        Hall.dispatched,
        {"words": WRITTEN, "until": "2020-04-01"},
        CaseState.LEDGER,
        WRITTEN,
    ),
    Step("resume", SUPERVISOR, on_ledger, {"words": WRITTEN}, event=WRITTEN),
    Step("urge", DISPATCHER, Hall.dispatched, {"words": WRITTEN}, event=WRITTEN),
    Step("supervise", SUPERVISOR, Hall.dispatched, {"words": WRITTEN}, event=WRITTEN),
    Step(
        "note",
        GARDENER,
        lambda hall: hall.dispatched(to=[To(PARKS)]),
        {"words": "备注"},
        event="备注",
    ),
)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.action)
async def test_a_form_does_its_step_and_says_so(pages: CasePages, step: Step) -> None:
    hall = pages.hall
    case = step.start(hall)
    before = len(hall.events(case))
    clerk = await pages.opens(step.who, case)
    await clerk.submits(f"#do-{step.action} form", step.fields, button="send")
    assert (clerk.status, clerk.all("[role=alert]")) == (200, [])
    event = hall.events(case)[before]
    assert (event.action, event.reason) == (step.action, step.event)
    assert event.actor == f"staff {staff_id(hall, step.who)}"
    assert hall.case(case).state is step.state
    assert clerk.texts("[role=status]")[0].startswith("已")
    if step.event:
        assert step.event.splitlines()[0] in clerk.texts(".case-steps li")[before]


def staff_id(hall: Hall, name: str) -> int:
    member = hall.store.staff.named(name)
    assert member is not None
    return member.id


async def test_every_action_that_has_a_key_is_tried_and_each_key_is_of_one_only() -> None:
    elsewhere = {"reply", "merge", "cancel", "progress"}
    assert {step.action for step in STEPS} | elsewhere == ACTION_KEYS.keys()
    assert len(set(ACTION_KEYS.values())) == len(ACTION_KEYS)
    assert not set(ACTION_KEYS.values()) & set("jk?")


async def test_accepting_confirms_or_corrects_what_was_understood(pages: CasePages) -> None:
    case = pages.hall.files()
    clerk = await pages.opens(DISPATCHER, case)
    await clerk.submits("#do-accept form", {"category": "environment", "urgency": "critical"})
    matter = pages.hall.case(case).matter
    assert (matter.kind, matter.category, matter.urgency) == (
        Kind.COMPLAINT,
        "environment",
        Urgency.CRITICAL,
    )


async def test_the_usual_units_come_first_and_the_first_is_chosen(pages: CasePages) -> None:
    case = pages.hall.accepted()
    clerk = await pages.opens(DISPATCHER, case)
    usual, others = clerk.all("#dispatch-lead optgroup")
    first, *others_usual = [str(one["value"]) for one in usual.select("option")]
    assert first == STREETS
    assert "street_liangdaojie" in others_usual
    assert STREETS not in [str(one["value"]) for one in others.select("option")]
    await clerk.submits("#do-dispatch form", button="send")
    assert [(one.unit, one.is_lead) for one in pages.hall.parts(case)] == [(STREETS, True)]


async def test_a_case_is_dispatched_to_a_lead_and_several_who_support(pages: CasePages) -> None:
    case = pages.hall.accepted()
    clerk = await pages.opens(DISPATCHER, case)
    await clerk.submits("#do-dispatch form", {"lead": STREETS, "support": [PARKS, "education"]})
    assert [(one.unit, one.is_lead) for one in pages.hall.parts(case)] == [
        (STREETS, True),
        (PARKS, False),
        ("education", False),
    ]
    await clerk.opens(address(case))
    offered = {str(one["value"]) for one in clerk.all("#dispatch-lead option")}
    assert offered.isdisjoint({STREETS, PARKS, "education"})
    await clerk.submits("#do-dispatch form", {"support": ["housing"]})
    assert pages.hall.parts(case)[-1].is_lead is False


async def test_a_call_tells_every_unit_matter_goal_and_staff(pages: CasePages) -> None:
    case = pages.hall.accepted()
    clerk = await pages.opens(DISPATCHER, case)
    stated: Fields = {"matter": "路灯不亮", "goal": "当晚恢复照明", "staff_needed": "电工两名"}
    await clerk.submits("#do-call form", {"lead": STREETS, "support": [PARKS], **stated})
    expected = Call("路灯不亮", "当晚恢复照明", "电工两名")
    assert [one.call for one in pages.hall.parts(case)] == [expected, expected]


async def test_the_commitments_are_those_that_stay_ticked_and_one_more(pages: CasePages) -> None:
    hall, case = pages.hall, pages.hall.files()
    first, second, third = (pages.commitment().id for _ in range(3))
    with hall.store.transaction():
        for one in (first, second):
            hall.store.cases.set_commitment(case.id, one, "proposed")
    clerk = await pages.opens(DISPATCHER, case)
    assert len(clerk.all("#do-link input[name=commitment][checked]")) == 2
    await clerk.submits("#do-link form", {"commitment": [second], "another": third})
    assert hall.store.cases.commitments(case.id) == {
        first: "dropped",
        second: "confirmed",
        third: "confirmed",
    }
    await clerk.submits("#do-link form", {"commitment": []})
    assert set(hall.store.cases.commitments(case.id).values()) == {"dropped"}
    assert "没有关联承诺。" in clerk.texts(".case-steps li")[-1]


async def test_a_case_is_merged_into_one_like_it_or_one_of_a_number(pages: CasePages) -> None:
    hall = pages.hall
    master, near, far = hall.files(by=hall.neighbour), hall.files(), hall.files()
    with hall.store.transaction():
        hall.store.cases.keep_similar(near.id, master.id, score=0.9, reasons=["place"])
    clerk = await pages.opens(DISPATCHER, near)
    assert master.number in clerk.texts("#do-merge .check")[0]
    await clerk.submits("#do-merge form", {"alike": master.number}, button="send")
    await clerk.opens(address(far))
    await clerk.submits("#do-merge form", {"number": f" {master.number.lower()} "}, button="send")
    assert [hall.case(one).master_id for one in (near, far)] == [master.id, master.id]


async def test_one_units_part_of_several_is_taken_back(pages: CasePages) -> None:
    hall = pages.hall
    case = hall.dispatched(to=[To(STREETS), To(PARKS, is_lead=False)])
    clerk = await pages.opens(DISPATCHER, case)
    assert clerk.texts("#do-cancel .check") == ["区城管执法局", "区园林和林业局"]
    part = hall.part(case, PARKS)
    await clerk.submits("#do-cancel form", {"part": str(part.id)}, button="send")
    assert hall.part(case, PARKS).state is AssignmentState.CANCELLED
    assert hall.part(case).state is AssignmentState.PENDING


async def test_progress_of_its_commitment_is_noted_from_a_case(pages: CasePages) -> None:
    hall, case = pages.hall, pages.hall.files()
    commitment = pages.commitment().id
    clerk = await pages.opens(SUPERVISOR, case)
    assert "progress" not in forms(clerk)
    hall.does(desk.link, case, hall.dispatcher, commitments=[commitment])
    assert hall.neighbour.resident_id is not None
    with hall.store.transaction():
        hall.store.following.follow(commitment, hall.neighbour.resident_id, at=hall.clock.now)
    await clerk.opens(address(case))
    noted: Fields = {"words": "已开工两所。", "source": "区教育局公告", "noted_on": "2020-03-01"}
    await clerk.submits("#do-progress form", noted)
    assert clerk.texts("[role=status]") == ["已记录承诺进展。"]
    (note,) = hall.store.following.notes(commitment)
    assert (note.text, note.source, note.noted_on, note.staff_id) == (
        "已开工两所。",
        "区教育局公告",
        date(2020, 3, 1),
        staff_id(hall, SUPERVISOR),
    )
    assert "已开工两所。" in hall.letters(hall.neighbour)[-1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source": ""}, "请写明来源"),
        ({"words": ""}, "需要写明内容"),
        ({"words": "长" * 1501}, "太长"),
        ({"source": "长" * 301}, "太长"),
        ({"noted_on": "2020-03-03"}, "今天或以前"),
        ({"noted_on": "昨天"}, "今天或以前"),
    ],
)
async def test_progress_that_cannot_be_noted_is_told_and_kept(
    pages: CasePages, change: Fields, words: str
) -> None:
    hall, case = pages.hall, pages.hall.files()
    commitment = pages.commitment().id
    hall.does(desk.link, case, hall.dispatcher, commitments=[commitment])
    clerk = await pages.opens(DISPATCHER, case)
    fields: Fields = {"words": "已开工。", "source": "公告", "noted_on": "2020-03-02", **change}
    await clerk.submits("#do-progress form", fields)
    assert clerk.status == 422
    assert words in clerk.texts("#do-progress [role=alert]")[0]
    assert kept(clerk, "#progress-words") == fields["words"]
    assert kept(clerk, "#progress-source") == fields["source"]
    assert hall.store.following.notes(commitment) == []


# By whom it may not be done


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.action)
async def test_a_form_posted_by_who_has_none_changes_nothing(pages: CasePages, step: Step) -> None:
    """Whoever of the staff sees no form for an action is refused it, whatever she posts."""
    hall = pages.hall
    case = step.start(hall)
    for name in (DISPATCHER, SUPERVISOR, HANDLER, GARDENER):
        clerk = await pages.opens(name, case)
        if clerk.status == 200 and step.action in forms(clerk):
            continue
        before, version = hall.everything(), str(hall.case(case).version)
        for button in ("send", "preview", "insert"):
            fields = {"version": version, **step.fields, "step": button}
            await clerk.posts(f"{address(case)}/{step.action}", fields)
            assert clerk.status in (404, 422), (name, button)
        assert hall.everything() == before


@pytest.mark.parametrize(
    "action", ["open", "withdraw", "dispute", "judge", "close_unrated", "warn", "ACCEPT", "%00"]
)
async def test_what_is_no_step_of_the_staff_has_no_address(pages: CasePages, action: str) -> None:
    case = pages.hall.files()
    clerk = await pages.opens(DISPATCHER, case)
    await clerk.posts(f"{address(case)}/{action}", {"version": "0", "words": WRITTEN})
    assert clerk.status == 404
    assert pages.hall.case(case) == case


async def test_a_form_of_another_site_is_refused(pages: CasePages) -> None:
    case = pages.hall.files()
    clerk = await pages.opens(DISPATCHER, case)
    for site in ("cross-site", "same-site"):
        response = await clerk.http.post(
            f"{address(case)}/accept", data={"version": "0"}, headers={"Sec-Fetch-Site": site}
        )
        assert response.status_code == 403
    assert pages.hall.case(case) == case


# Two tabs


async def test_of_two_tabs_the_second_reads_who_was_faster_and_keeps_her_words(
    pages: CasePages,
) -> None:
    hall, case = pages.hall, pages.hall.files()
    tab = await pages.opens(DISPATCHER, case)
    hall.does(desk.note, case, hall.supervisor, "先别动")
    await tab.submits("#do-ask_info form", {"words": WRITTEN}, button="send")
    assert tab.status == 409
    assert "赵六" in tab.texts("#do-ask_info [role=alert]")[0]
    assert (opened(tab), kept(tab, "#ask_info-words")) == (["ask_info"], WRITTEN)
    assert "先别动" in tab.text
    await tab.submits("#do-ask_info form", button="send")  # she has seen it, and does it
    assert hall.case(case).state is CaseState.NEED_INFO
    assert hall.events(case)[-1].reason == WRITTEN


async def test_words_of_a_step_that_is_over_can_still_be_copied(pages: CasePages) -> None:
    hall, case = pages.hall, pages.hall.files()
    tab = await pages.opens(DISPATCHER, case)
    hall.does(desk.reject, case, hall.dispatcher, "litigation")
    await tab.submits("#do-answer form", {"words": "短", "source": "公告"}, button="send")
    assert tab.status == 409
    assert "李四" in tab.texts("[role=alert]")[0]
    assert "answer" not in forms(tab)
    assert [field.get_text().strip() for field in tab.all("textarea[readonly]")] == ["短", "公告"]


@pytest.mark.parametrize("button", ["preview", "insert"])
async def test_words_are_not_looked_at_over_an_older_version(
    pages: CasePages, button: str
) -> None:
    """Else the form would come back with a version that she has not seen."""
    hall, case = pages.hall, pages.hall.files()
    tab = await pages.opens(DISPATCHER, case)
    hall.does(desk.note, case, hall.supervisor, "先别动")
    await tab.submits("#do-ask_info form", {"words": WRITTEN}, button=button)
    assert tab.status == 409
    assert kept(tab, "#ask_info-words") == WRITTEN


async def test_what_a_handler_wrote_of_a_case_that_left_her_is_given_back(
    pages: CasePages,
) -> None:
    hall = pages.hall
    case = hall.dispatched(to=[To(STREETS), To(PARKS, is_lead=False)])
    tab = await pages.opens(GARDENER, case)
    hall.does(desk.cancel, case, hall.dispatcher, hall.part(case, PARKS).id)
    await tab.submits("#do-contact form", {"words": "马上到"}, button="send")
    assert tab.status == 404
    assert LAMP.text not in str(tab.page)
    assert [field.get_text().strip() for field in tab.all("textarea")] == ["马上到"]


async def test_pressing_twice_does_it_once(pages: CasePages) -> None:
    hall, case = pages.hall, pages.hall.files()
    clerk = await pages.opens(DISPATCHER, case)
    page = clerk.page
    await clerk.submits("#do-accept form", button="send")
    clerk.page = page
    await clerk.submits("#do-accept form", button="send")
    assert clerk.status == 409
    assert hall.actions(case) == ["submit", "accept"]
