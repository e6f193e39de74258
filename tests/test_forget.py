"""`/forget`: what goes, what stays and why, on the real channels; the command for operators."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import desk
from bot.app import Bot
from bot.cases import FORGOTTEN, Awaiting, CaseState, DraftState, Event, Kind, Matter
from bot.messages import Reply
from bot.store import Store
from tests.clock import Clock
from tests.operating import Operator
from tests.person import Person
from tests.town import LAMP, NUMBER, Offices, Town

WORDS = "南湖街道松涛苑门口垃圾成堆没人清"
REPORT = "举报我们社区的科长收钱才给办低保"
SECRET_WORDS = ("松涛苑", "垃圾成堆")


async def forgets(person: Person) -> str:
    """Ask to be forgotten and mean it; what she reads last."""
    await person.says("/forget")
    await person.taps("确定全部删除")
    return person.heard[-1]


def everything(store: Store) -> str:
    """All the words that can be read in the database, whoever holds its keys."""
    database = store._database
    names = [row["name"] for row in database.all("select name from sqlite_master", [])]
    tables = {name for name in names if not name.startswith("sqlite_")}
    real = database.all("select name from sqlite_master where type = 'table'", [])
    return "\n".join(
        str(database.all(f"select * from {row['name']}", []))
        for row in real
        if row["name"] in tables
    )


async def test_what_she_said_is_gone_and_the_figures_stay(bot: Bot, resident: Person) -> None:
    await resident.says("新增几所幼儿园？")
    await resident.says(WORDS)
    await resident.sends_photo()
    await resident.taps("✅ 提交")
    case = next(iter(bot.store.cases.all()))
    told = await forgets(resident)
    assert "回执" in told
    after = bot.store.cases.get(case.id)
    assert (after.matter.text, after.matter.place, after.photos) == (FORGOTTEN, "", 0)
    assert after.state is CaseState.WITHDRAWN
    assert after.matter.category == case.matter.category
    assert after.submitted_at == case.submitted_at
    assert not any(words in everything(bot.store) for words in SECRET_WORDS)
    assert not [file for file in (bot.settings.paths.var / "files").iterdir() if file.is_file()]
    assert bot.store.residents.known("web", "resident") is None


async def test_she_reads_what_would_go_before_anything_does(bot: Bot, resident: Person) -> None:
    await resident.says(WORDS)
    await resident.taps("✅ 提交")
    await resident.says("/forget")
    assert "还在办的 1 件会先撤回" in resident.heard[-1]
    await resident.taps("不删除")
    assert bot.store.cases.get(1).matter.text == WORDS
    assert not bot.store.receipts.all()


async def test_a_button_is_good_once_and_for_a_while(
    bot: Bot, resident: Person, clock: Clock
) -> None:
    await resident.says("/forget")
    action = resident.action("确定全部删除")
    clock.passes(minutes=16)
    await resident.taps_action(action)
    assert not bot.store.receipts.all()
    await forgets(resident)
    await resident.taps_action(resident.action("确定全部删除"))
    assert len(bot.store.receipts.all()) == 1


async def test_forgetting_twice_gives_two_receipts(bot: Bot, resident: Person) -> None:
    await resident.says(WORDS)
    await resident.taps("✅ 提交")
    await forgets(resident)
    await forgets(resident)
    first, second = bot.store.receipts.all()
    assert first.number != second.number
    assert (first.counts["withdrawn"], second.counts["withdrawn"]) == (1, 0)


async def test_the_receipt_speaks_of_the_channel_and_of_what_there_was(
    bot: Bot, resident: Person, town: Town
) -> None:
    await resident.says("新增几所幼儿园？")
    on_web = await forgets(resident)
    assert "这一页的对话也清空了" in on_web
    assert "Telegram" not in on_web
    assert "照片" not in on_web
    assert "问题 1 个" in on_web
    other = town.resident()
    await other.says("你好")
    await other.says("/forget")
    await other.taps("确定全部删除")
    assert "还在您的手机和 Telegram 上" in other.reads


async def test_an_open_report_goes_on_and_is_nobodys(bot: Bot, resident: Person) -> None:
    await resident.says(REPORT)
    await resident.taps("✅ 提交")
    code = bot.store.cases.get(1).query_code
    told = await forgets(resident)
    assert "继续办理" in told
    assert code in told
    case = bot.store.cases.get(1)
    assert (case.matter.text, case.state) == (REPORT, CaseState.SUBMITTED)
    assert not bot.store.residents.has_identity(case.resident_id)
    await resident.says("/mine")
    assert "还没有提交过诉求" in resident.heard[-1]
    await resident.says(f"/status {case.number} {code}")
    assert REPORT in resident.heard[-1]


async def test_staff_may_go_on_with_a_forgotten_residents_case(bot: Bot, resident: Person) -> None:
    await resident.says(REPORT)
    await resident.taps("✅ 提交")
    await forgets(resident)
    case = bot.store.cases.get(1)
    event = Event("accept", "staff 1", "", True, bot.now(), CaseState.ACCEPTED)
    bot.office.notices.tell(case, event)
    assert bot.store.outbox.backlog(reachable=True).waiting == 0


async def test_who_writes_again_is_somebody_new(bot: Bot, resident: Person) -> None:
    await resident.says("你好")
    before = bot.store.residents.known("web", "resident")
    await forgets(resident)
    await resident.says("你好")
    after = bot.store.residents.known("web", "resident")
    assert before
    assert after
    assert after.id != before.id
    assert len(bot.dialogue.turns("web", "resident", most=9)) == 1


async def test_a_reply_on_its_way_is_not_sent_any_more(bot: Bot, resident: Person) -> None:
    await resident.says("你好")
    known = bot.store.residents.known("web", "resident")
    assert known
    await bot.store.write(lambda: bot.store.outbox.post(known.id, Reply("答复"), at=bot.now()))
    await forgets(resident)
    assert bot.store.outbox.next_for(known.id) is None


async def test_her_receipt_arrives_and_then_her_address_is_gone(
    town: Town, offices: Offices
) -> None:
    resident = town.resident()
    await resident.files()
    await resident.says("/forget")
    await resident.taps("确定全部删除")
    assert "已删除" in resident.reads
    assert town.bot.store.residents.known("telegram", str(resident.telegram_id)) is None
    assert LAMP not in "\n".join(offices.dispatcher.heard)
    assert FORGOTTEN in offices.dispatcher.card(NUMBER)


async def test_a_chat_of_staff_is_not_forgotten(town: Town, offices: Offices) -> None:
    chat = town.bot.store.residents.known("telegram", str(offices.dispatcher.telegram_id))
    assert chat
    with pytest.raises(desk.StillOnDuty):
        desk.forget(town.bot.office, chat.id, drop_photo=lambda _: None, at=town.clock.now)
    assert town.bot.store.residents.has_identity(chat.id)


def test_an_operator_forgets_whoever_filed_a_case(tmp_path: Path, built: Path) -> None:
    """A letter names the case; without --commit the command only lists."""
    operator, at = Operator(tmp_path, built), datetime.now(UTC)
    with operator.store() as store, store.transaction():
        resident = store.residents.met("web", "ada", at=at)
        matter = Matter(WORDS, Kind.COMPLAINT, "other")
        draft = store.drafts.add(
            resident.id, matter, source="turn:1", awaiting=Awaiting.NOTHING, at=at
        )
        case = store.cases.add(draft, number=NUMBER, query_code="ABCD2345", at=at)
        filed = replace(draft, state=DraftState.SUBMITTED, case_id=case.id)
        store.drafts.change(filed, at=at)
    assert f"withdrawn: {NUMBER}" in operator.runs("forget", NUMBER).output
    with operator.store() as store:
        assert store.cases.get(case.id).matter.text == WORDS
    assert "receipt R" in operator.runs("forget", NUMBER, "--commit").output
    with operator.store() as store:
        assert store.cases.get(case.id).matter.text == FORGOTTEN
        assert store.residents.known("web", "ada") is None
    again = operator.runs("forget", NUMBER, "--commit")
    assert (again.exit_code, again.stdout) == (1, "")
    assert f"{NUMBER}: filed anonymously, or its resident was forgotten before" in again.stderr
    with operator.store() as store:
        assert len(store.receipts.all()) == 1
    assert operator.runs("forget", "WC20200302-0999").exit_code == 1


async def test_no_chat_of_staffs_shows_what_she_said(town: Town, offices: Offices) -> None:
    """Telegram takes back nothing that is older than two days; its words can still be changed."""
    resident = town.resident()
    await resident.files(f"{LAMP}电话13907185526")
    for _ in range(2):  # the later card lies below the first
        await offices.dispatcher.taps("🔓")
    await offices.dispatcher.taps("✅ 受理")
    await offices.dispatcher.taps("📨 派单", "区城管执法局")
    await offices.handler.taps("🖊 签收")
    chats = (offices.dispatcher, offices.dispatcher.in_private, offices.handler)
    assert "\n".join(offices.dispatcher.in_private.heard).count("黑漆漆") == 2
    town.server.fail("deleteMessage", 400, times=50)
    await resident.says("/forget")
    await resident.taps("确定全部删除")
    assert not any("黑漆漆" in words for chat in chats for words in chat.heard)
    assert "居民已撤回" in offices.handler.card(NUMBER)


async def test_staff_can_write_nothing_more_of_what_is_deleted(
    town: Town, offices: Offices
) -> None:
    resident = town.resident()
    await resident.files()
    await resident.says("/forget")
    await resident.taps("确定全部删除")
    await offices.dispatcher.replies(FORGOTTEN, "王大妈来过电话13907185526")
    assert "这件的内容已删除" in offices.dispatcher.reads
    assert "13907185526" not in everything(town.bot.store)
