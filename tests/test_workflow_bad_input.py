"""What people do that they should not, or cannot, or did already: nothing is lost or done twice,
and everybody reads what became of it."""

import asyncio
from collections.abc import Sequence

from bot import desk
from bot.cases import Actor, points_of
from tests.town import (
    NUMBER,
    REMARK,
    STAFF_GROUP,
    Offices,
    Town,
)


async def is_dispatched(town: Town, offices: Offices) -> None:
    """A resident's case is with the handler's unit."""
    await town.resident().files()
    await offices.dispatcher.taps("✅ 受理")
    await offices.dispatcher.taps("📨 派单", "区城管执法局")


async def test_an_old_button_does_nothing_and_shows_how_the_case_stands(
    town: Town, offices: Offices
) -> None:
    resident, member = town.resident(), offices.dispatcher.member
    await resident.files()
    old = member.newest(f"{NUMBER} · ")
    accept = old.buttons[0][0]["callback_data"]
    await resident.replies(NUMBER, "灯杆号是12号。")
    await offices.dispatcher.taps("⛔ 不受理", "不属于武昌区职责范围的事项")
    assert old.text.startswith(f"🆕 新诉求\n{NUMBER} · 待受理\n")
    before = town.case(NUMBER)
    await member.taps_action(old.message_id, accept)
    assert offices.dispatcher.told == (
        "已有变化：2020-03-02 12:00 李四：不予受理。已更新为最新情况，请再看一眼。"
    )
    await town.settles()
    assert old.text.startswith(f"{NUMBER} · 不予受理\n")
    assert "✅ 受理" not in old.labels
    assert town.case(NUMBER) == before


async def test_a_role_that_may_not_is_told_so(town: Town, offices: Offices) -> None:
    await town.resident().files()
    await offices.supervisor.taps("✅ 受理")
    assert offices.supervisor.told == "您的角色没有这项权限。"
    assert town.case(NUMBER).state == "submitted"


async def test_a_button_for_what_the_state_does_not_allow_says_where_the_case_stands(
    town: Town, offices: Offices
) -> None:
    await town.resident().files()
    await offices.dispatcher.taps("⛔ 不受理", "不属于武昌区职责范围的事项")
    before = town.case(NUMBER)
    card = offices.dispatcher.member.newest(f"{NUMBER} · ")
    action = f"k:{before.id}:{before.version}:accept"
    await offices.dispatcher.member.taps_action(card.message_id, action)
    assert offices.dispatcher.told == (
        "现在是“不予受理”，不能受理。2020-03-02 12:00 李四：不予受理"
    )
    assert town.case(NUMBER) == before


async def test_of_two_who_accept_in_the_same_moment_one_reads_that_the_other_did(
    town: Town, offices: Offices
) -> None:
    other = await town.hires(504, "钱七", "dispatcher")
    await town.resident().files()
    await asyncio.gather(offices.dispatcher.member.taps("✅ 受理"), other.member.taps("✅ 受理"))
    await town.settles()
    told = sorted([offices.dispatcher.told, other.told], key=len)
    assert told[0] == "受理"
    winner = "李四" if offices.dispatcher.told == "受理" else "钱七"
    assert told[1] == (
        f"已有变化：2020-03-02 12:00 {winner}：受理。已更新为最新情况，请再看一眼。"
    )
    events = town.bot.store.cases.events(town.case(NUMBER).id)
    assert [event.action for event in events] == ["submit", "accept"]


async def test_a_button_that_never_was_changes_nothing(town: Town, offices: Offices) -> None:
    await is_dispatched(town, offices)
    before = town.case(NUMBER)
    message_id = offices.dispatcher.member.newest(f"{NUMBER} · ").message_id
    for verb in (
        *("", "nonsense", "accept=x", "dispatch=@99", "dispatch=nowhere", "merge=WC1", "link=99"),
        *("classify=kind.x", "classify=x.y", "reject=x", "cancel=99", "sign=x"),
    ):
        for of_case in (f"{before.id}:{before.version}", f"{before.id}:x", f"99:{before.version}"):
            await offices.dispatcher.member.taps_action(message_id, f"k:{of_case}:{verb}")
    await town.settles()
    assert town.case(NUMBER) == before
    assert town.bot.store.inbox.count_set_aside() == 0


async def test_a_reply_that_is_too_long_for_one_message_arrives_whole_and_in_order(
    town: Town, offices: Offices
) -> None:
    resident = town.resident()
    await is_dispatched(town, offices)
    await offices.handler.taps("🖊 签收")
    await offices.handler.writes("✔ 办结", words="已修好。")
    words = "".join(f"第{number}盏路灯已更换灯具，恢复照明。" for number in range(1, 601))[:9000]
    heard = len(resident.heard)
    await replies_at_length(town, words)
    parts = resident.heard[heard:]
    assert len(parts) >= 3
    *before, last = parts
    assert [part.splitlines()[0] for part in before] == [
        f"💬 {NUMBER} 答复（{number}/{len(parts)}）：" for number in range(1, len(parts))
    ]
    assert last.startswith(f"💬 {NUMBER} 的答复：\n")
    lines = [line for part in parts for line in part.splitlines() if line.startswith("第")]
    assert "".join(lines) == words
    shown = town.server.from_bot(resident.telegram_id)[heard:]
    assert [bool(message.buttons) for message in shown] == [False] * (len(parts) - 1) + [True]


async def test_the_question_stands_at_the_end_of_a_reply_in_several_messages(
    town: Town, offices: Offices
) -> None:
    resident = town.resident()
    await is_dispatched(town, offices)
    await offices.handler.taps("🖊 签收")
    await offices.handler.writes("✔ 办结", words="已修好。")
    await replies_at_length(town, "灯已修好。" * 1800)
    assert resident.reads.endswith("您的问题解决了吗？")
    assert not any("解决了吗" in words for words in resident.heard[:-1])


async def replies_at_length(town: Town, words: str) -> None:
    """李四 replies at the desk: Telegram itself lets nobody write so much at once."""
    case, member = town.case(NUMBER), town.bot.store.staff.named("李四")
    assert member is not None
    actor, points = Actor.staff(member), frozenset(range(len(points_of(case.matter.text))))
    office, at = town.bot.office, town.clock.now
    await town.bot.store.write(
        lambda: desk.reply(office, case.id, actor, words, answered=points, at=at)
    )
    await town.settles()


async def test_a_reply_without_words_is_asked_for_words(town: Town, offices: Offices) -> None:
    await town.resident().files()
    await offices.dispatcher.taps("❓ 请补充")
    prompt = offices.dispatcher.member.newest(REMARK)
    before = town.case(NUMBER)
    for content in ({"sticker": sticker()}, {"photo": picture()}):
        shown = town.server.chats.add(STAFF_GROUP, "")
        shown.content, shown.user_id = content, offices.dispatcher.telegram_id
        shown.reply_to = prompt.message_id
        town.server.api.push("message", town.server.chats.as_json(shown))
        await town.settles()
        assert offices.dispatcher.reads == "没有收到文字。请用文字回复。"
    assert town.case(NUMBER) == before
    await offices.dispatcher.replies(REMARK, "请写明灯杆号。")
    assert offices.dispatcher.buttons() == ["❓ 请补充", "✖ 不用了"]


def sticker() -> dict[str, object]:
    """A sticker as the Bot API tells of it."""
    return {
        "file_id": "s",
        "file_unique_id": "s",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
        "type": "regular",
    }


def picture() -> Sequence[dict[str, object]]:
    """A photo without words as the Bot API tells of it."""
    return [{"file_id": "p", "file_unique_id": "p", "width": 90, "height": 60}]


async def test_a_resident_who_blocked_the_bot_is_told_when_she_returns(
    town: Town, offices: Offices
) -> None:
    resident = town.resident()
    await resident.files()
    town.server.blocks(resident.telegram_id)
    await town.settles()
    await offices.dispatcher.taps("✅ 受理")
    assert "✉️ 居民目前收不到消息（可能屏蔽了机器人），恢复后补发" in offices.dispatcher.card(
        NUMBER
    )
    await town.lets_pass(hours=20, minutes=30)
    assert offices.dispatcher.reads == (
        "📋 2020-03-03 日报\n近一天新增：1\n待受理：0\n超期：0\n居民要求重办：0\n挂账：0\n"
        "联系不上的居民：1\n发送失败的消息：0"
    )
    assert not any("已受理" in words for words in resident.heard)
    await resident.says("/mine")
    assert resident.heard[-2] == f"✅ {NUMBER} 已受理，正在安排承办单位。"
    await offices.dispatcher.taps("📨 派单", "区城管执法局")
    assert "✉️" not in offices.dispatcher.card(NUMBER)


async def test_a_card_says_that_a_resident_could_not_be_reached_when_telegram_said_so(
    town: Town, offices: Offices
) -> None:
    resident = town.resident()
    await resident.files()
    town.server.chats.blocked.add(resident.telegram_id)  # the bot is not told before it writes
    await offices.dispatcher.taps("✅ 受理")
    assert "✉️ 居民目前收不到消息" in offices.dispatcher.card(NUMBER)


async def test_a_colleague_who_blocked_the_bot_is_no_resident_in_the_digest(
    town: Town, offices: Offices
) -> None:
    await town.resident().files()
    town.server.blocks(offices.handler.telegram_id)
    await offices.dispatcher.taps("✅ 受理", "📨 派单", "区城管执法局")
    await town.lets_pass(hours=20, minutes=30)
    assert "\n联系不上的居民：0\n" in offices.dispatcher.reads


async def test_words_are_used_once_and_only_by_who_wrote_them(
    town: Town, offices: Offices
) -> None:
    other = await town.hires(504, "钱七", "dispatcher")
    resident = town.resident()
    await resident.files()
    await offices.dispatcher.replies(f"{NUMBER} · ", "请写明灯杆号。")
    shown = offices.dispatcher.member.newest("这段话用作：")
    ask = next(
        button["callback_data"]
        for row in shown.buttons
        for button in row
        if button["text"] == "❓ 请补充"
    )
    await other.taps("❓ 请补充", on="这段话用作：")
    assert other.told == "这段话不是您写的，不能由您使用。"
    assert town.case(NUMBER).state == "submitted"
    await offices.dispatcher.taps("❓ 请补充", on="这段话用作：")
    assert offices.dispatcher.told == "请居民补充"
    heard = len(resident.heard)
    await offices.dispatcher.member.taps_action(shown.message_id, ask)
    assert offices.dispatcher.told == "这段话已经用过了。"
    await town.settles()
    assert len(resident.heard) == heard


async def test_words_that_are_not_wanted_after_all_are_dropped(
    town: Town, offices: Offices
) -> None:
    await town.resident().files()
    await offices.dispatcher.replies(f"{NUMBER} · ", "这是谁写的？")
    await offices.dispatcher.taps("✖ 不用了")
    assert offices.dispatcher.reads == f"{NUMBER}：这段话没有使用。"
    assert [one.action for one in town.bot.store.cases.events(town.case(NUMBER).id)] == ["submit"]


async def test_the_same_tap_and_the_same_words_delivered_twice_act_once(
    town: Town, offices: Offices
) -> None:
    resident = town.resident()
    await resident.files()
    await offices.dispatcher.taps("✅ 受理")
    town.server.deliver_again(3)
    await town.settles()
    await offices.dispatcher.replies(f"{NUMBER} · ", "请写明灯杆号。")
    town.server.deliver_again(3)
    await town.settles()
    await offices.dispatcher.taps("❓ 请补充", on="这段话用作：")
    town.server.deliver_again(3)
    await town.settles()
    events = town.bot.store.cases.events(town.case(NUMBER).id)
    assert [event.action for event in events] == ["submit", "accept", "ask_info"]
    assert len([words for words in offices.dispatcher.heard if "李四 写给" in words]) <= 1
    assert len([words for words in resident.heard if "还缺一些信息" in words]) == 1


async def test_words_that_lack_something_are_asked_for_it(town: Town, offices: Offices) -> None:
    await is_dispatched(town, offices)
    await offices.supervisor.writes("📌 挂账", words="等产权方确认。")
    assert offices.supervisor.told == "请写明今天以后的日期，例如 2026-12-31。"
    await offices.dispatcher.writes(
        "📣 呼叫", "区园林和林业局", words="请来修剪。", on=f"{NUMBER} · "
    )
    assert offices.dispatcher.told == "呼叫要分三行写：事项、目标、需要的人员。"
    assert town.case(NUMBER).state == "in_progress"
    assert len(town.bot.store.assignments.of_case(town.case(NUMBER).id)) == 1


async def test_what_was_chosen_for_words_stays_chosen_when_the_case_has_changed(
    town: Town, offices: Offices
) -> None:
    await is_dispatched(town, offices)
    dispatcher = offices.dispatcher
    await dispatcher.taps("📣 呼叫", "区园林和林业局", on=f"{NUMBER} · ")
    await dispatcher.replies(REMARK, "路灯被树挡\n修剪\n两人")
    await offices.handler.taps("🖊 签收")
    await dispatcher.taps("📣 呼叫")
    assert dispatcher.told == (
        "已有变化：2020-03-02 12:00 王五：签收。已更新为最新情况，请再看一眼。"
    )
    await dispatcher.taps("📣 呼叫", on="这段话用作：")
    assert dispatcher.told == "呼叫"
    assert "🏢 区园林和林业局（主办）待签收" in dispatcher.card(NUMBER)
