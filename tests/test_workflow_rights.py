"""Who sees what of a case, and who may do nothing with it: strangers, other units, the group."""

import pytest

from bot.access import add_member, make_link, remove_member
from tests.photographs import JPEG
from tests.telegram_chats import RefusedError
from tests.town import (
    LAMP,
    NOT_HERS,
    NOT_STAFF,
    NUMBER,
    REFUSED_CODE,
    STAFF_GROUP,
    Colleague,
    Offices,
    Town,
)


def stranger(town: Town) -> Colleague:
    """Somebody in the group who does not work here."""
    return town.newcomer(666, "路人", in_group=True)


async def is_dispatched(town: Town, offices: Offices) -> None:
    """A resident's case is with the handler's unit."""
    await town.resident().files()
    await offices.dispatcher.taps("✅ 受理")
    await offices.dispatcher.taps("📨 派单", "区城管执法局")


async def test_who_works_here_no_more_can_do_nothing(town: Town, offices: Offices) -> None:
    await is_dispatched(town, offices)
    handler = offices.handler
    remove_member(town.bot.store, "王五", at=town.clock.now)
    before = town.case(NUMBER)
    await handler.taps("🖊 签收")
    assert handler.told == NOT_STAFF
    await handler.says("/staff")
    assert handler.reads == NOT_STAFF
    remove_member(town.bot.store, "李四", at=town.clock.now)
    await offices.dispatcher.taps("📣 呼叫")
    assert offices.dispatcher.told == NOT_STAFF
    assert town.case(NUMBER) == before


async def test_a_stranger_in_the_group_can_do_nothing(town: Town, offices: Offices) -> None:
    await town.resident().files()
    passer_by = stranger(town)
    before = town.case(NUMBER)
    await passer_by.taps("✅ 受理")
    assert passer_by.told == NOT_STAFF
    await passer_by.replies(NUMBER, "我来办")
    assert passer_by.reads == NOT_STAFF
    await passer_by.says("/staff off")
    assert passer_by.reads == NOT_STAFF
    heard = len(passer_by.heard)
    await passer_by.says("路灯坏了三个月没人修，请处理。")
    assert len(passer_by.heard) == heard
    assert passer_by.in_private.heard == []
    assert town.case(NUMBER) == before
    await town.resident(1002).files("粮道街得胜桥的井盖响，吵得睡不着，请处理。")
    assert passer_by.reads.startswith("🆕 新诉求\n")


async def test_a_handler_of_another_unit_can_do_nothing_and_reads_nothing(
    town: Town, offices: Offices
) -> None:
    other = await town.hires(504, "孙七", "handler", "parks")
    await is_dispatched(town, offices)
    assert not any(NUMBER in words for words in other.heard)
    before = town.case(NUMBER)
    in_group = Colleague(town, other.member, other.name, 504, in_group=True)
    await in_group.taps("☎️ 联系居民")
    assert other.told == NOT_HERS
    await other.says("/staff")
    message_id = other.member.newest(in_group=False).message_id
    for verb in ("read", "card", "sign", "note"):
        for version in (before.version, 0):
            forged = f"k:{before.id}:{version}:{verb}"
            await other.member.taps_action(message_id, forged, in_group=False)
            assert other.told == NOT_HERS
    await town.settles()
    assert not any(NUMBER in words for words in other.heard)
    assert town.case(NUMBER) == before


async def test_a_unit_that_gave_a_case_back_reads_nothing_new_of_it(
    town: Town, offices: Offices
) -> None:
    resident = town.resident()
    await resident.files()
    await offices.dispatcher.taps("✅ 受理", "📨 派单", "区城管执法局")
    await offices.handler.writes("↩️ 退单", words="路灯归园林。")
    await offices.dispatcher.taps("同意退单")
    await resident.replies(NUMBER, "我住12号，灯就在我家门口。")
    assert "我住12号" in offices.dispatcher.reads
    assert not any("我住12号" in words for words in offices.handler.heard)


async def test_a_forwarded_card_is_no_card(town: Town, offices: Offices) -> None:
    await is_dispatched(town, offices)
    member = offices.dispatcher.member
    with pytest.raises(RefusedError):
        await member.forwards(f"{NUMBER} · ")
    member.newest(f"{NUMBER} · ").is_protected = False  # a client that does not keep to it
    before = town.case(NUMBER)
    await member.forwards(f"{NUMBER} · ")
    await town.settles()
    assert offices.dispatcher.in_private.reads == (
        "转发来的卡片不能操作。请在原来的群里点按钮或回复，或发送 /staff 查看待办。"
    )
    assert town.case(NUMBER) == before


async def test_a_code_links_a_chat_where_what_is_to_do_is_listed_and_opened(
    town: Town, offices: Offices
) -> None:
    resident = town.resident()
    await resident.says(LAMP)
    await resident.sends_photo(JPEG)
    await resident.taps("✅ 提交")
    await offices.dispatcher.taps("✅ 受理", "📨 派单", "区城管执法局")
    add_member(
        town.bot.store, town.bot.service, "郑九", "handler", "urban_management", at=town.clock.now
    )
    newcomer = town.newcomer(777, "郑九")
    code = make_link(town.bot.store, "郑九", at=town.clock.now)
    await newcomer.says(f"/staff {code}")
    assert newcomer.heard == [
        "绑定成功。",
        "郑九 · 承办 · 区城管执法局\n待办 1 件（最急的 1 件，点开查看）",
    ]
    await newcomer.taps(f"{NUMBER[2:]} · 办理中")
    card, photo = town.server.from_bot(newcomer.telegram_id)[-2:]
    assert card.text.startswith(f"{NUMBER} · 办理中\n")
    assert photo.photo == JPEG
    await newcomer.taps("🖊 签收")
    assert resident.reads == f"🖊 区城管执法局已签收 {NUMBER}，正在办理。"


@pytest.mark.parametrize("which", ["wrong", "used", "old"])
async def test_a_code_links_nobody_that_is(town: Town, offices: Offices, which: str) -> None:
    newcomer = town.newcomer(777, "新人")
    code = make_link(town.bot.store, "王五", at=town.clock.now)
    if which == "wrong":
        code = f"{code}x"
    elif which == "used":
        await offices.handler.says(f"/staff {code}")
    else:
        town.clock.passes(minutes=15)
    await newcomer.says(f"/staff {code}")
    assert newcomer.heard == [REFUSED_CODE]
    await newcomer.says("/staff")
    assert newcomer.reads == NOT_STAFF


async def test_a_code_sent_in_the_group_is_nobodys_any_more(town: Town, offices: Offices) -> None:
    code = make_link(town.bot.store, "王五", at=town.clock.now)
    passer_by = stranger(town)
    await passer_by.says(f"/staff {code}")
    assert passer_by.reads.startswith("绑定码不要发在群里，这个码已作废。")
    await passer_by.in_private.says(f"/staff {code}")
    assert passer_by.in_private.reads.startswith("绑定码无效")
    member = town.bot.store.staff.named("王五")
    linked = town.bot.store.residents.known("telegram", "503")
    assert member
    assert linked
    assert member.resident_id == linked.id


async def test_a_case_that_turns_out_to_be_a_whistle_blowers_leaves_the_group(
    town: Town, offices: Offices
) -> None:
    resident = town.resident()
    await resident.files()
    await resident.replies("等待受理", "王老板给他们送钱")
    await resident.taps("➕ 继续补充")
    await resident.sends_photo(JPEG)
    before = [one for one in town.server.from_bot(STAFF_GROUP) if NUMBER in one.text]
    assert any("胭脂路" in one.text for one in before)
    assert any(one.photo for one in before)
    await offices.dispatcher.taps("改分类", "类型", "举报")
    left = town.server.from_bot(STAFF_GROUP)
    assert not any("胭脂路" in one.text or "王老板" in one.text or one.photo for one in left)
    assert "保密件，内容只在私聊中显示" in offices.dispatcher.reads


async def test_words_that_were_changed_are_not_heard_as_a_residents(
    town: Town, offices: Offices
) -> None:
    await is_dispatched(town, offices)
    await offices.handler.replies(NUMBER, "已更换灯具")
    drafts = len(town.bot.store.drafts.open_ones(town.bot.store.staff.named("王五").resident_id))
    written = town.server.messages(offices.handler.telegram_id)
    mine = [one for one in written if not one.by_bot][-1]
    town.server.edits(offices.handler.telegram_id, mine.message_id, "已更换灯具和线路")
    await town.settles()
    assert offices.handler.reads.startswith("改过的话不会被采用。")
    after = town.bot.store.drafts.open_ones(town.bot.store.staff.named("王五").resident_id)
    assert len(after) == drafts


async def test_no_card_says_who_the_resident_is(town: Town, offices: Offices) -> None:
    resident = town.resident(987654321)
    town.server.chats.users[987654321] |= {"first_name": "陈美丽", "username": "mei_li_chen"}
    await resident.files()
    await resident.sends_photo(JPEG)
    await offices.dispatcher.taps("✅ 受理")
    await offices.dispatcher.taps("📨 派单", "区城管执法局")
    for chat_id in (STAFF_GROUP, offices.handler.telegram_id):
        sent = [one for one in town.server.from_bot(chat_id) if NUMBER in one.html]
        assert sent
        assert all(one.is_protected for one in sent)
    told = str(
        [
            call.parameters
            for call in town.server.api.calls
            if str(call.parameters.get("chat_id")) != "987654321"
        ]
    )
    for secret in ("987654321", "陈美丽", "mei_li_chen"):
        assert secret not in told


async def test_photos_and_place_of_an_ordinary_case_are_in_the_group(
    town: Town, offices: Offices
) -> None:
    resident = town.resident()
    await resident.says(LAMP)
    await resident.sends_photo(JPEG)
    await resident.sends_location(30.5501, 114.3102)
    await resident.taps("✅ 提交")
    card, photo, place = offices.dispatcher.member.group_cards[-3:]
    assert "📷 1" in card.text
    assert (photo.text, photo.photo, photo.is_protected) == (NUMBER, JPEG, True)
    assert place.content == {"location": {"latitude": 30.55, "longitude": 114.31}}
    assert place.is_protected


async def test_a_report_of_wrongdoing_is_read_in_private_only(
    town: Town, offices: Offices
) -> None:
    resident = town.resident()
    words = "我要举报水果湖街道城管队员张某收受商户红包，包庇占道经营。"
    await resident.says(words)
    assert "类型：举报" in resident.reads
    await resident.sends_photo(JPEG)
    await resident.taps("✅ 提交")
    await resident.taps("补充情况") if "➕ 补充情况" in resident.buttons else None
    dispatcher = offices.dispatcher
    assert "🔒 保密件，内容只在私聊中显示。" in dispatcher.reads
    assert dispatcher.buttons() == ["🔓 在私聊中查看"]
    group = [(one.text, one.photo) for one in dispatcher.member.group_cards]
    assert not any("红包" in text or photo for text, photo in group)

    await dispatcher.taps("🔓 在私聊中查看")
    assert dispatcher.told == "已发到与机器人的私聊。"
    card, photo = town.server.from_bot(dispatcher.telegram_id)[-2:]
    assert words in card.text
    assert (photo.text, photo.photo) == (NUMBER, JPEG)
    passer_by = stranger(town)
    await passer_by.taps("🔓 在私聊中查看")
    assert passer_by.told == NOT_STAFF

    in_private = dispatcher.in_private
    await in_private.taps("✅ 受理", on=f"{NUMBER} · ")
    await in_private.taps("📨 派单", "区城管执法局", on=f"{NUMBER} · ")
    await resident.replies("已派给", "他上周五又收了一次红包。")
    await in_private.replies(f"{NUMBER} · ", "红包一事另行核查。")
    await in_private.taps("🗒 内部备注")
    group = [(one.text, one.photo) for one in dispatcher.member.group_cards]
    assert not any("红包" in text or photo for text, photo in group)


async def test_the_points_of_a_report_of_wrongdoing_are_not_shown_in_the_group(
    town: Town, offices: Offices
) -> None:
    await town.resident().files("我要举报水果湖街道城管队员张某收受商户红包，包庇占道经营。")
    in_private = offices.dispatcher.in_private
    await offices.dispatcher.taps("🔓 在私聊中查看")
    await in_private.taps("✅ 受理", "📨 派单", "区城管执法局")
    await offices.handler.taps("🖊 签收")
    await offices.handler.writes("✔ 办结", words="已核查。")
    await offices.dispatcher.replies(f"{NUMBER} · ", "已核查处理。")
    assert not any("红包" in words for words in offices.dispatcher.heard)


async def test_a_group_that_put_the_bot_out_gets_no_cards(town: Town, offices: Offices) -> None:
    await town.resident().files()
    town.server.removes_bot(STAFF_GROUP, offices.dispatcher.telegram_id)
    await town.settles()
    heard = len(offices.dispatcher.heard)
    await town.resident(1002).files("粮道街得胜桥的井盖响，吵得睡不着，请处理。")
    assert len(offices.dispatcher.heard) == heard
    in_private = offices.dispatcher.in_private
    assert in_private.reads.startswith("🆕 新诉求\nWC20200302-0002 · 待受理\n")
    assert in_private.buttons()[0] == "✅ 受理"
    await in_private.taps("✅ 受理")
    assert in_private.told == "受理"
