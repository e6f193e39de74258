"""Cases filed anonymously: nothing ties them to anybody, and number and code are the way back."""

import re
from dataclasses import replace

import pytest

from bot import desk
from bot.app import Bot, web_site
from bot.cases import Actor, CaseState, Staff
from bot.messages import Photo, Said
from tests.actors import WebResident
from tests.clock import Clock
from tests.person import Person
from tests.photographs import JPEG
from tests.town import Neighbour, Town
from tests.web_site import serving

WORDS = "粮道街胭脂路口的路灯坏了三个月，晚上黑漆漆的"
_WAY_BACK = re.compile(r"/status (\S+) (\S+)")


async def files_anonymously(person: Person, words: str = WORDS) -> tuple[str, str]:
    """File a matter as nobody's; its number and code."""
    await person.says(words)
    await person.taps("匿名提交")
    await person.taps("确定匿名提交")
    found = _WAY_BACK.search(person.heard[-1])
    assert found
    return found[1], found[2]


async def test_she_reads_what_anonymous_means_before_and_after(resident: Person) -> None:
    await resident.says(WORDS)
    await resident.taps("匿名提交")
    assert "只显示一次" in resident.heard[-1]
    await resident.taps("返回")
    assert "请核对" in resident.heard[-1]
    await resident.taps("匿名提交")
    await resident.taps("确定匿名提交")
    assert "已匿名提交" in resident.heard[-1]
    assert "只显示这一次" in resident.heard[-1]


async def test_nothing_kept_of_her_names_the_case_or_its_words(bot: Bot, resident: Person) -> None:
    await resident.says("新增几所幼儿园？")
    await resident.says("举报胭脂路口的城管收钱")
    await resident.sends_photo()
    await resident.taps("匿名提交")
    await resident.taps("确定匿名提交")
    number, code = _WAY_BACK.findall(resident.heard[-1])[0]
    await resident.says(f"/status {number} {code}")
    await resident.says(f"{number} {code} 昨天又收了一次")
    case = bot.store.cases.numbered(number)
    known = bot.store.residents.known("web", "resident")
    assert case
    assert known
    assert case.photos == 1
    assert case.is_confidential
    assert case.resident_id != known.id
    assert not bot.store.residents.has_identity(case.resident_id)
    held = str(bot.store.holdings.of(known.id))
    assert "幼儿园" in held
    for trace in (number, code, "城管", "收了一次", f"d:{bot.store.cases.draft_id(case.id)}:"):
        assert trace not in held
    source = bot.store.forgetting.source_of(bot.store.cases.draft_id(case.id))
    assert not source.startswith("turn:")


async def test_number_and_code_are_the_way_back(
    bot: Bot, resident: Person, neighbour: Person
) -> None:
    number, code = await files_anonymously(resident)
    await resident.says("/mine")
    assert "还没有提交过诉求" in resident.heard[-1]
    await neighbour.says(f"/status {number}")
    assert "没有找到" in neighbour.heard[-1]
    await neighbour.says(f"/status {number} {code}")
    assert WORDS in neighbour.heard[-1]
    await neighbour.says(f"{number} {code} 昨晚有人摔倒")
    case = bot.store.cases.numbered(number)
    assert case
    assert bot.store.cases.events(case.id)[-1].reason == "昨晚有人摔倒"


async def test_whoever_holds_the_code_reads_the_reply_and_rates_it(
    bot: Bot, resident: Person
) -> None:
    number, code = await files_anonymously(resident)
    case = bot.store.cases.numbered(number)
    assert case
    words = "每天上午十点半到下午一点。" * 20
    staff = Actor.staff(Staff(1, "李四", "dispatcher"))  # type: ignore[arg-type]
    desk.answer(bot.office, case.id, staff, words, source="民政局公告", at=bot.now())
    assert bot.store.outbox.backlog(reachable=True).waiting == 0
    await resident.says(f"/status {number} {code}")
    assert words in resident.heard[-1]
    await resident.taps("已解决")
    assert bot.store.cases.get(case.id).state is CaseState.CLOSED
    await resident.taps("满意")
    assert str(bot.store.cases.get(case.id).satisfied) == "yes"


async def test_on_the_web_number_and_code_are_shown_and_not_kept(town: Town) -> None:
    async with serving(web_site(town.bot)) as url, WebResident(url) as resident:
        await resident.says(WORDS)
        await resident.taps("匿名提交")
        await resident.taps("确定匿名提交")
        assert "已匿名提交" in resident.heard[-1]
        number, _ = _WAY_BACK.findall(resident.heard[-1])[0]
        await resident.says("/mine")
        assert number not in "\n".join(resident.heard)


async def test_on_telegram_nothing_is_brought_to_her_afterwards(town: Town) -> None:
    resident = town.resident()
    number, _ = await files_on_telegram(resident)
    case = town.case(number)
    letters = town.bot.store.holdings.of(resident.id)["outbox"]
    assert all(letter["case_id"] is None and not letter["reply"] for letter in letters)
    assert case.is_anonymous


@pytest.mark.parametrize(
    "asked",
    [
        "胭脂路今年改造多少老旧小区？",
        "胭脂路今年改造多少老旧小区？电话13907185526",
        "新增几所幼儿园？胭脂路今年改造多少老旧小区？",
    ],
)
async def test_what_was_asked_first_and_then_filed_as_nobodys_is_asked_by_nobody(
    bot: Bot, resident: Person, asked: str
) -> None:
    await resident.says("空气质量目标是多少？")
    await resident.says(asked)
    await resident.says("/feedback")
    await resident.says(asked)
    await resident.taps("匿名提交")
    await resident.taps("确定匿名提交")
    assert_nothing_held(bot, "胭脂路", "老旧小区", "13907")
    known = bot.store.residents.known("web", "resident")
    assert known
    assert [one["question"] for one in bot.store.holdings.of(known.id)["answers"]] == [
        "空气质量目标是多少？"
    ]
    assert not bot.store.holdings.of(known.id)["residents"][0]["topic_commitment"]


async def test_the_answer_from_which_a_matter_of_nobodys_was_made_goes_with_its_words(
    bot: Bot, resident: Person
) -> None:
    await resident.says("新增几所幼儿园？胭脂路口的修鞋摊今年搬到哪里去？")
    await resident.taps("把问题转给工作人员")
    await resident.taps("匿名提交")
    await resident.taps("确定匿名提交")
    assert_nothing_held(bot, "修鞋摊")


async def files_on_telegram(resident: Neighbour) -> tuple[str, str]:
    """File a matter as nobody's on Telegram; its number and code."""
    await resident.says(WORDS)
    await resident.taps("匿名提交")
    await resident.taps("确定匿名提交")
    number, code = _WAY_BACK.findall(resident.reads)[0]
    return number, code


async def test_a_wrong_number_and_a_wrong_code_take_the_same_work(
    bot: Bot, resident: Person
) -> None:
    number, _ = await files_anonymously(resident)
    statements: list[str] = []
    bot.store._database.tables.conn.set_trace_callback(statements.append)

    def work(asked: str) -> list[str]:
        statements.clear()
        found = desk.find_case(
            bot.store, number=asked, query_code="22222222", resident_id=999, at=bot.now()
        )
        assert found is None
        return [statement.split("(")[0].split("'")[0] for statement in statements]

    assert work(number) == work("WC20200302-0999")
    bot.store._database.tables.conn.set_trace_callback(None)


@pytest.mark.parametrize(
    "mistyped",
    [
        "{number} AAAAAAAA 昨晚城管又来收钱",
        "{number} {short} 昨晚城管又来收钱",
        "/status {number} 昨晚城管又来收钱",
        "/status {number},{code}x，昨晚城管又来收钱",
        "编号：{number}\n查询码：{short}\n昨晚城管又来收钱",
    ],
)
async def test_a_mistyped_code_leaves_nothing_with_her_and_she_reads_that_it_was_not_added(
    bot: Bot, resident: Person, mistyped: str
) -> None:
    number, code = await files_anonymously(resident)
    await resident.says(mistyped.format(number=number, code=code, short=f"2{code[2:]}"))
    assert resident.heard[-1].startswith("没有找到")
    assert "没有记入，也没有保存" in resident.heard[-1]
    case = bot.store.cases.numbered(number)
    assert case
    assert "城管" not in str(bot.store.cases.events(case.id))
    assert_nothing_held(bot, number, code, "城管又来")


async def test_asking_by_the_number_alone_leaves_nothing_with_her(
    bot: Bot, resident: Person
) -> None:
    number, code = await files_anonymously(resident)
    await resident.says(f"/status {number}")
    assert resident.heard[-1].startswith("没有找到")
    assert_nothing_held(bot, number, code)


async def test_a_code_that_is_given_too_often_leaves_nothing_with_her_either(
    bot: Bot, resident: Person
) -> None:
    number, code = await files_anonymously(resident)
    for _ in range(11):
        await resident.says(f"/status {number} AAAAAAAA")
    await resident.says(f"/status {number} {code} 昨晚又来收钱")
    assert_nothing_held(bot, number, code, "又来收钱")


async def test_the_two_lines_that_she_was_given_are_understood_as_they_stand(
    resident: Person,
) -> None:
    number, code = await files_anonymously(resident)
    for pasted in (f"编号：{number}\n查询码：{code}", f"{number}，{code}"):
        await resident.says(pasted)
        assert WORDS in resident.heard[-1]


async def test_a_danger_that_is_added_behind_a_code_names_whom_to_call(resident: Person) -> None:
    number, code = await files_anonymously(resident)
    await resident.says(f"{number} {code} 着火了，有人被困")
    assert "119" in resident.heard[-1]
    assert f"已补充到 {number}" in resident.heard[-1]
    await resident.says(f"{number} 着火了，有人被困")
    assert "119" in resident.heard[-1]
    assert "没有记入" in resident.heard[-1]


async def test_what_she_writes_after_being_asked_for_more_is_nobodys_too(
    bot: Bot, resident: Person
) -> None:
    number, code = await files_anonymously(resident)
    await resident.says(f"/status {number} {code}")
    await resident.taps("补充")
    assert "不会留在您的记录里" in resident.heard[-1]
    await resident.sends_photo()
    await resident.says("他还收了烟酒，是红金龙吗？")
    assert resident.heard[-1].startswith(f"已补充到 {number}")
    case = bot.store.cases.numbered(number)
    assert case
    assert case.photos == 1
    assert bot.store.cases.events(case.id)[-1].reason == "他还收了烟酒，是红金龙吗？"
    assert_nothing_held(bot, number, code, "烟酒", "红金龙")
    await resident.says("空气质量目标是多少？")
    assert len(bot.store.cases.events(case.id)) == 3


async def test_a_photo_with_number_and_code_below_it_is_added_and_nobodys(
    bot: Bot, resident: Person
) -> None:
    number, code = await files_anonymously(resident)
    await resident.sends_photo(f"{number} AAAAAAAA 就是这里")
    assert "没有记入" in resident.heard[-1]
    await resident.sends_photo(f"{number} {code} 就是这里")
    assert resident.heard[-1].startswith(f"已补充到 {number}")
    case = bot.store.cases.numbered(number)
    assert case
    assert case.photos == 1
    assert_nothing_held(bot, number, code, "就是这里")
    known = bot.store.residents.known("web", "resident")
    assert known
    assert bot.store.holdings.of(known.id)["files"] == []


async def test_she_is_asked_for_more_only_for_a_while(
    bot: Bot, resident: Person, clock: Clock
) -> None:
    number, code = await files_anonymously(resident)
    await resident.says(f"/status {number} {code}")
    await resident.taps("补充")
    clock.passes(minutes=bot.settings.limits.follow_up_minutes + 1)
    await resident.says("空气质量目标是多少？")
    case = bot.store.cases.numbered(number)
    assert case
    assert len(bot.store.cases.events(case.id)) == 1


async def test_words_that_a_closed_case_does_not_take_are_said_to_be_left_out(
    bot: Bot, resident: Person
) -> None:
    number, code = await files_anonymously(resident)
    await resident.says(f"/status {number} {code}")
    await resident.taps("撤回")
    await resident.taps("撤回")
    await resident.says(f"/status {number} {code} 昨晚有人摔倒")
    assert "没有记入" in resident.heard[-1]
    assert "已撤回" in resident.heard[-1]


def assert_nothing_held(bot: Bot, *traces: str) -> None:
    """Nothing kept of the resident names any of these."""
    known = bot.store.residents.known("web", "resident")
    assert known
    held = str(bot.store.holdings.of(known.id))
    assert [trace for trace in traces if trace in held] == []


async def test_what_is_changed_after_it_was_filed_as_nobodys_is_not_taken_back_in(
    town: Town,
) -> None:
    resident = town.resident()
    await files_on_telegram(resident)
    chat = resident.telegram_id
    first = town.server.messages(chat)[0].message_id
    town.server.edits(chat, first, f"{WORDS}，队长姓刘")
    await town.settles()
    assert resident.reads.startswith("这条消息已从系统删除")
    assert resident.buttons == []
    held = str(town.bot.store.holdings.of(resident.id))
    assert "胭脂" not in held
    assert "队长" not in held


async def test_a_mistyped_code_may_be_corrected_where_it_stands(town: Town) -> None:
    resident = town.resident()
    number, code = await files_on_telegram(resident)
    await resident.says(f"{number} AAAAAAAA 昨晚有人摔倒")
    assert resident.reads.startswith("没有找到")
    chat = resident.telegram_id
    last = [one for one in town.server.messages(chat) if number in one.text][-1]
    town.server.edits(chat, last.message_id, f"{number} {code} 昨晚有人摔倒")
    await town.settles()
    assert resident.reads.startswith(f"已补充到 {number}")
    assert "摔倒" not in str(town.bot.store.holdings.of(resident.id))


async def test_a_page_that_is_sent_again_brings_nothing_back(bot: Bot, resident: Person) -> None:
    page = Said("web", "resident", text=WORDS, key="page")
    resident.replies.append(await bot.dialogue.hear(page))
    await resident.taps("匿名提交")
    await resident.taps("确定匿名提交")
    for again in (page, replace(page, photos=(Photo(JPEG),)), replace(page, text=f"{WORDS}！")):
        assert await bot.dialogue.hear(again) == []
    assert_nothing_held(bot, WORDS)
    known = bot.store.residents.known("web", "resident")
    assert known
    assert bot.store.drafts.open_of(known.id) is None
