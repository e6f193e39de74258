"""A reply on a case's page: begun with a template, checked, looked at as its resident reads it
then, and sent."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from bot import desk
from bot.cases import Actor, Case, CaseState, Kind, Solved, points_of
from tests.casepages import (
    DISPATCHER,
    HANDLER,
    SUPERVISOR,
    CasePages,
    address,
    forms,
    kept,
)
from tests.casework import LAMP, Hall, all_points
from tests.consoles import Clerk

pytestmark = pytest.mark.asyncio(loop_scope="module")
TWO_POINTS = replace(LAMP, text="胭脂路口的路灯坏了三个月。之前两次电话为什么没有下文？")
WORDS = "您好，路灯昨晚换好，坏了三个月是因为电缆断裂；两次电话没有下文是转办漏登，向您致歉。"


def to_reply(pages: CasePages, by: Actor | None = None) -> Case:
    """A case of two points whose unit is done."""
    return pages.hall.finishes(pages.hall.dispatched(TWO_POINTS, by=by))


def ticked(clerk: Clerk) -> list[str]:
    return [str(one["value"]) for one in clerk.all("#do-reply input[name=point][checked]")]


def every_point(clerk: Clerk) -> list[str]:
    return [str(one["value"]) for one in clerk.all("#do-reply input[name=point]")]


def plain(html: str) -> str:
    return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())


# Templates


async def test_the_reply_form_lists_the_points_of_the_matter_and_ticks_none(
    pages: CasePages,
) -> None:
    clerk = await pages.opens(DISPATCHER, to_reply(pages))
    assert clerk.texts("#do-reply .check") == list(points_of(TWO_POINTS.text))
    assert ticked(clerk) == []


async def test_templates_are_those_of_the_step_and_the_category(pages: CasePages) -> None:
    hall = pages.hall
    clerk = await pages.opens(DISPATCHER, to_reply(pages))
    offered = clerk.texts("#reply-template option")
    assert "路灯、井盖等设施已修复" in offered
    assert "请补充具体地点" not in offered
    school = hall.finishes(hall.dispatched(replace(LAMP, category="education")))
    await clerk.opens(address(school))
    assert "路灯、井盖等设施已修复" not in clerk.texts("#reply-template option")
    await clerk.opens(address(hall.files()))
    assert "请补充具体地点" in clerk.texts("#ask_info-template option")


@pytest.mark.parametrize(
    ("language", "beginning"),
    [
        ("zh", "您好，【地点】的【路灯"),
        ("zh-Hant", "您好，【地點】的【路燈"),
        ("en", "Hello. The 【street"),
    ],
)
async def test_a_template_is_put_in_in_the_residents_language_and_nothing_is_sent(
    pages: CasePages, language: str, beginning: str
) -> None:
    hall, resident = pages.hall, speaks(pages, language)
    case = to_reply(pages, by=resident)
    clerk = await pages.opens(DISPATCHER, case)
    before = hall.everything()
    await clerk.submits("#do-reply form", {"template": "street_light"}, button="insert")
    assert clerk.status == 200
    assert kept(clerk, "#reply-words").startswith(beginning)
    assert hall.everything() == before
    (option,) = clerk.all("#reply-template option[value=street_light]")
    assert option["data-words"] == kept(clerk, "#reply-words")


def speaks(pages: CasePages, language: str) -> Actor:
    """A resident on Telegram who is spoken to in a language."""
    who = pages.met("telegram", f"speaks {language}")
    assert who.resident_id is not None
    with pages.hall.store.transaction():
        pages.hall.store.residents.set_language(who.resident_id, language)
    return who


async def test_a_template_comes_below_what_is_written_and_what_is_ticked_stays(
    pages: CasePages,
) -> None:
    clerk = await pages.opens(DISPATCHER, to_reply(pages))
    fields = {"template": "solved", "words": "先说一句。", "point": ["1"]}
    await clerk.submits("#do-reply form", fields, button="insert")
    words = kept(clerk, "#reply-words")
    assert words.startswith("先说一句。\n\n您好，您反映的【问题】")
    assert ticked(clerk) == ["1"]
    await clerk.submits("#do-reply form", button="insert")  # a script did so already
    assert kept(clerk, "#reply-words") == words


async def test_no_template_or_one_that_is_not_there_puts_nothing_in(pages: CasePages) -> None:
    clerk = await pages.opens(DISPATCHER, to_reply(pages))
    for code in ("", "no_such", "<script>"):
        await clerk.submits("#do-reply form", {"template": code, "words": "原话"}, button="insert")
        assert (clerk.status, kept(clerk, "#reply-words")) == (200, "原话")


@pytest.mark.parametrize("button", ["send", "preview"])
async def test_a_blank_that_was_left_is_named_and_nothing_is_sent(
    pages: CasePages, button: str
) -> None:
    case = to_reply(pages)
    clerk = await pages.opens(DISPATCHER, case)
    words = "您好，【地点】的路灯已修好。"
    fields = {"words": words, "point": every_point(clerk)}
    await clerk.submits("#do-reply form", fields, button=button)
    assert clerk.status == (422 if button == "send" else 200)
    assert clerk.texts(".case-review .console-warning") == ["还有没填的空：【地点】。请填好再发。"]
    assert clerk.all(".case-review button") == []
    assert kept(clerk, "#reply-words") == words
    assert pages.hall.case(case).state is CaseState.IN_PROGRESS


async def test_a_blank_is_left_in_no_other_words_either(pages: CasePages) -> None:
    hall = pages.hall
    case = hall.dispatched()
    hall.does(desk.sign, case, hall.handler, hall.part(case).id)
    clerk = await pages.opens(HANDLER, case)
    await clerk.submits("#do-done form", {"template": "work_done"}, button="insert")
    await clerk.submits("#do-done form", button="send")
    assert clerk.status == 422
    assert "【措施】" in clerk.texts("#do-done .case-review")[0]
    clerk = await pages.opens(DISPATCHER, filed := hall.files())
    await clerk.submits("#do-reject form", {"reject_reason": "litigation", "words": "见【文号】"})
    assert clerk.status == 422
    assert hall.case(filed) == filed


# As she will read it


@pytest.mark.parametrize("language", ["zh", "en", "zh-Hant"])
async def test_the_preview_is_what_the_resident_reads_then(
    pages: CasePages, language: str
) -> None:
    hall, resident = pages.hall, speaks(pages, language)
    case = to_reply(pages, by=resident)
    clerk = await pages.opens(DISPATCHER, case)
    before = hall.everything()
    words = f"{WORDS} <b>& {language}"
    fields = {"words": words, "point": every_point(clerk)}
    await clerk.submits("#do-reply form", fields, button="preview")
    assert hall.everything() == before
    shown = clerk.texts(".case-preview .preview-words")
    assert len(clerk.all(".case-preview .tag")) == 3
    await clerk.submits("#do-reply form", button="send")
    if clerk.all(".case-review"):  # like what was sent in the languages before
        await clerk.submits("#do-reply form", button=mark(clerk))
    assert hall.case(case).state is CaseState.REPLIED
    assert shown == [plain(hall.letters(resident)[-1])]
    assert words in shown[0]


def mark(clerk: Clerk) -> str:
    (button,) = clerk.all("button[name=sure]")
    return str(button["value"])


async def test_a_long_reply_is_shown_in_as_many_messages_as_it_takes(pages: CasePages) -> None:
    hall, resident = pages.hall, pages.met("telegram", "long")
    case = to_reply(pages, by=resident)
    clerk = await pages.opens(DISPATCHER, case)
    words = f"{WORDS}\n\n" + "第一，电缆已换新，灯杆已加固，夜间已复查。\n" * 200
    assert 4000 < len(words) < 5000
    fields = {"words": words, "point": every_point(clerk)}
    await clerk.submits("#do-reply form", fields, button="preview")
    shown = clerk.texts(".preview-words")
    assert len(shown) == 2
    await clerk.submits("#do-reply form", button="send")
    assert [plain(one) for one in hall.letters(resident)[-2:]] == shown


@pytest.mark.parametrize(
    ("action", "fields", "buttons"),
    [
        (
            "answer",
            {"words": "路灯每天六点开，坏了三个月的今晚修。", "source": "公告〔2020〕3 号"},
            2,
        ),
        ("ask_info", {"words": "请问是哪一根灯杆？"}, 1),
        ("contact", {"words": "今天下午到现场。"}, 0),
    ],
)
async def test_all_that_is_written_to_a_resident_can_be_looked_at_first(
    pages: CasePages, action: str, fields: dict[str, str], buttons: int
) -> None:
    hall, resident = pages.hall, pages.met("telegram", action)
    case = hall.dispatched(by=resident) if action == "contact" else hall.files(by=resident)
    clerk = await pages.opens(HANDLER if action == "contact" else DISPATCHER, case)
    await clerk.submits(f"#do-{action} form", fields, button="preview")
    shown = clerk.texts(".preview-words")
    assert len(clerk.all(".case-preview .tag")) == buttons
    assert len(hall.events(case)) == (3 if action == "contact" else 1)
    await clerk.submits(f"#do-{action} form", button="send")
    assert shown == [plain(hall.letters(resident)[-1])]


async def test_a_look_at_nothing_shows_nothing_and_sends_nothing(pages: CasePages) -> None:
    case = pages.hall.dispatched()
    clerk = await pages.opens(HANDLER, case)
    for action in ("contact", "ask_info"):
        await clerk.submits(f"#do-{action} form", {"words": "  "}, button="preview")
        assert clerk.status == 422
        assert "需要写明内容" in clerk.texts(f"#do-{action} [role=alert]")[0]
    assert pages.hall.case(case).version == case.version


# What is warned of


async def test_a_point_that_is_not_ticked_holds_the_reply_back(pages: CasePages) -> None:
    case = to_reply(pages)
    clerk = await pages.opens(DISPATCHER, case)
    await clerk.submits("#do-reply form", {"words": WORDS, "point": ["0"]}, button="send")
    assert clerk.status == 422
    assert clerk.texts(".case-review .console-warning")[0] == (
        "没有勾选：“之前两次电话为什么没有下文？”"
    )
    assert clerk.all("button[name=sure]") == []
    assert (ticked(clerk), kept(clerk, "#reply-words")) == (["0"], WORDS)
    assert pages.hall.case(case).state is CaseState.IN_PROGRESS


async def test_a_point_the_words_leave_out_is_warned_of_and_can_be_sent_all_the_same(
    pages: CasePages,
) -> None:
    case = to_reply(pages)
    clerk = await pages.opens(SUPERVISOR, case)
    words = "胭脂路口的路灯，工人师傅星期四已经换上新灯泡。"
    fields = {"words": words, "point": every_point(clerk)}
    await clerk.submits("#do-reply form", fields, button="send")
    assert clerk.status == 200
    assert clerk.texts(".case-review .console-warning") == [
        "答复里似乎没有提到：“之前两次电话为什么没有下文？”"
    ]
    assert clerk.all(".case-preview")
    assert pages.hall.case(case).state is CaseState.IN_PROGRESS
    await clerk.submits("#do-reply form", button="send")  # that alone says nothing new
    assert pages.hall.case(case).state is CaseState.IN_PROGRESS
    await clerk.submits("#do-reply form", button=mark(clerk))
    assert pages.hall.case(case).state is CaseState.REPLIED
    assert pages.hall.events(case)[-1].reason == words


async def test_who_agreed_to_one_warning_is_told_of_the_next(pages: CasePages) -> None:
    case = to_reply(pages)
    clerk = await pages.opens(DISPATCHER, case)
    fields = {"words": "路灯的灯泡，工人星期五换了。", "point": every_point(clerk)}
    await clerk.submits("#do-reply form", fields, button="send")
    agreed = mark(clerk)
    await clerk.submits("#do-reply form", {"words": "都办好了，请放心。"}, button=agreed)
    assert clerk.status == 200
    assert len(clerk.texts(".case-review .console-warning")) == 2
    assert pages.hall.case(case).state is CaseState.IN_PROGRESS


async def test_a_reply_that_repeats_another_residents_names_it_and_how_alike_they_are(
    pages: CasePages,
) -> None:
    hall = pages.hall
    words = "您好，坏了三个月的路灯由电力公司抢修；电话没有下文一事已批评经办人。"
    earlier = sent(hall, to_reply(pages, by=hall.neighbour), words)
    clerk = await pages.opens(DISPATCHER, case := to_reply(pages))
    fields = {"words": words.replace("电力", "供电"), "point": every_point(clerk)}
    await clerk.submits("#do-reply form", fields, button="send")
    (warning,) = clerk.texts(".case-review .console-warning")
    assert warning == f"与 {earlier.number} 的答复 97% 相同。请针对这件诉求来写。"
    assert hall.case(case).state is CaseState.IN_PROGRESS


def sent(hall: Hall, case: Case, words: str) -> Case:
    return hall.does(desk.reply, case, hall.dispatcher, words, answered=all_points(case))


async def test_what_was_replied_to_her_or_long_ago_is_no_copy(pages: CasePages) -> None:
    hall = pages.hall
    words = "您好，坏了三个月的路灯装了新变压器；电话没有下文，是值班表排错了。"
    case = sent(hall, to_reply(pages), words)
    case = hall.does(desk.judge_solved, case, hall.resident, Solved.NO)
    case = hall.does(desk.dispute, case, hall.resident, "还是不亮")
    hall.finishes(case)
    clerk = await pages.opens(DISPATCHER, case)
    await clerk.submits("#do-reply form", {"words": words, "point": every_point(clerk)})
    assert clerk.all(".case-review") == []
    assert hall.case(case).state is CaseState.REPLIED
    pages.clock.passes(days=91)
    clerk = await pages.opens(DISPATCHER, later := to_reply(pages, by=hall.neighbour))
    await clerk.submits("#do-reply form", {"words": words, "point": every_point(clerk)})
    assert hall.case(later).state is CaseState.REPLIED


async def test_a_reply_reaches_the_merged_cases_too_and_the_form_says_so(
    pages: CasePages,
) -> None:
    hall = pages.hall
    master = hall.files(TWO_POINTS, by=hall.neighbour)
    follower = pages.met("telegram", "follower")
    hall.does(desk.merge, hall.files(by=follower), hall.dispatcher, master.id)
    hall.does(desk.accept, master, hall.dispatcher)
    hall.does(desk.dispatch, master, hall.dispatcher, [desk.To("urban_management")])
    hall.finishes(master)
    clerk = await pages.opens(DISPATCHER, master)
    assert "并入本件的 1 件也会收到这份答复。" in clerk.texts("#do-reply")[0]
    words = "您好，坏了三个月的路灯换了控制箱；之前电话没有下文，是系统里误点了办结。"
    await clerk.submits("#do-reply form", {"words": words, "point": every_point(clerk)})
    assert words in hall.letters(follower)[-1]


async def test_there_is_no_reply_before_the_units_are_done(pages: CasePages) -> None:
    case = pages.hall.dispatched()
    clerk = await pages.opens(DISPATCHER, case)
    assert "reply" not in forms(clerk)
    fields = {"version": str(case.version), "words": LAMP.text, "point": ["0"], "step": "send"}
    await clerk.posts(f"{address(case)}/reply", fields)
    assert clerk.status == 422
    assert "还没有全部办结" in clerk.texts("[role=alert]")[0]
    assert pages.hall.case(case) == case


async def test_an_answer_to_a_question_needs_no_source(pages: CasePages) -> None:
    case = pages.hall.files(replace(LAMP, kind=Kind.CONSULT, text="请问路灯几点开灯？"))
    clerk = await pages.opens(DISPATCHER, case)
    await clerk.submits("#do-answer form", {"words": "路灯每天随日落开灯。"}, button="send")
    assert pages.hall.case(case).state is CaseState.ANSWERED
