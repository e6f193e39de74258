"""The Telegram channel over real HTTP: what residents send is heard, what is replied arrives."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.messages import Button, Location, Photo, Reply, Said
from tests.actors import TelegramResident
from tests.fakes import GROUP_ID, FakeTelegram
from tests.parrot import MAX_PHOTO_BYTES, Parrot, on_telegram
from tests.telegram_chats import Json

ADA, BO = 1001, 1002
YES_NO = ((Button("提交 ✓", "draft:1:yes"), Button("取消", "draft:1:no")),)


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
async def parrot(server: FakeTelegram) -> AsyncIterator[Parrot]:
    parrot = Parrot()
    async with on_telegram(server, parrot):
        yield parrot


@pytest.fixture
def resident(server: FakeTelegram, parrot: Parrot) -> TelegramResident:
    return TelegramResident(server, ADA)


def said(**what: object) -> Said:
    """What the dialogue should hear from the resident."""
    return Said(channel="telegram", sender=str(ADA), language_hint="zh-hans", **what)  # type: ignore[arg-type]


async def test_a_text_is_heard_to_the_letter_and_answered(
    resident: TelegramResident, parrot: Parrot
) -> None:
    await resident.says("路灯坏了 <b>&amp;*_[x](y)\u202e")
    assert parrot.heard == [said(text="路灯坏了 <b>&amp;*_[x](y)\u202e")]
    assert resident.heard == ["路灯坏了 <b>&amp;*_[x](y)\u202e"]


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("/start", "/start"),
        ("/no_such_command 1", "/no_such_command 1"),
        ("/help@Wuchang_Test_Bot me", "/help me"),
        ("/help@other_bot", "/help@other_bot"),
        ("see /help@wuchang_test_bot", "see /help@wuchang_test_bot"),
    ],
)
async def test_a_command_is_heard_like_a_text_without_the_bots_name(
    resident: TelegramResident, parrot: Parrot, typed: str, heard: str
) -> None:
    await resident.says(typed)
    assert [s.text for s in parrot.heard] == [heard]
    assert len(resident.heard) == 1


async def test_the_language_of_her_client_is_passed_on(
    server: FakeTelegram, parrot: Parrot
) -> None:
    await TelegramResident(server, BO, language_code="en").says("hello")
    assert [(s.sender, s.language_hint) for s in parrot.heard] == [(str(BO), "en")]


async def test_a_photo_is_heard_in_its_largest_size_with_its_caption(
    resident: TelegramResident, parrot: Parrot
) -> None:
    await resident.sends_photo(b"large picture", caption="路灯坏了")
    assert parrot.heard == [said(text="路灯坏了", photo=Photo(b"large picture"))]
    assert len(resident.heard) == 1


async def test_an_image_sent_as_a_file_is_a_photo(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    server.sends_file(ADA, b"png", media_type="image/png", caption="这里")
    await server.until(lambda: len(resident.heard) == 1)
    assert parrot.heard == [said(text="这里", photo=Photo(b"png", "image/png"))]


async def test_a_drawing_with_scripts_is_not_a_photo(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    server.sends_file(ADA, b"<svg/>", media_type="image/svg+xml")
    await server.until(lambda: len(resident.heard) == 1)
    assert parrot.heard == [said(unreadable="document")]


async def test_a_photo_announced_as_too_large_is_not_fetched(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    server.sends_photo(ADA, b"x", caption="看", size=MAX_PHOTO_BYTES + 1)
    await server.until(lambda: len(resident.heard) == 1)
    assert parrot.heard == [said(text="看", unreadable="large_photo")]
    assert server.calls("getFile") == []


async def test_a_photo_that_turns_out_too_large_is_not_kept(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    server.sends_photo(ADA, b"x" * (MAX_PHOTO_BYTES + 1), size=10)
    await server.until(lambda: len(resident.heard) == 1)
    assert parrot.heard == [said(unreadable="large_photo")]


async def test_a_file_telegram_does_not_hand_out_is_a_large_photo(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    server.fail("getFile", 400, description="Bad Request: file is too big")
    await resident.sends_photo(b"x")
    assert parrot.heard == [said(unreadable="large_photo")]


async def test_a_location_can_be_the_first_message(
    resident: TelegramResident, parrot: Parrot
) -> None:
    await resident.sends_location(30.5462, 114.3055)
    assert parrot.heard == [said(location=Location(30.5462, 114.3055))]
    assert len(resident.heard) == 1


async def test_a_venue_is_the_point_it_stands_at(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    point = {"latitude": 30.5, "longitude": 114.25}
    venue = {"location": point, "title": "黄鹤楼", "address": "蛇山"}
    server.writes(ADA, location=point, venue=venue)
    await server.until(lambda: len(resident.heard) == 1)
    assert parrot.heard == [said(location=Location(30.5, 114.25))]


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("sticker", "sticker"),
        ("voice", "voice"),
        ("audio", "voice"),
        ("video", "video"),
        ("video_note", "video"),
        ("animation", "video"),
        ("document", "document"),
    ],
)
async def test_what_the_bot_cannot_read_is_named_and_answered(
    resident: TelegramResident, parrot: Parrot, kind: str, word: str
) -> None:
    await resident.sends(kind)
    assert parrot.heard == [said(unreadable=word)]
    assert len(resident.heard) == 1


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ({"contact": {"phone_number": "1", "first_name": "A"}}, "contact"),
        ({"dice": {"emoji": "🎲", "value": 6}}, "other"),
        ({"some_kind_of_next_year": {"x": 1}}, "other"),
    ],
)
async def test_messages_of_any_other_kind_are_answered_too(
    server: FakeTelegram,
    resident: TelegramResident,
    parrot: Parrot,
    content: Json,
    word: str,
) -> None:
    server.writes(ADA, **content)
    await server.until(lambda: len(resident.heard) == 1)
    assert parrot.heard == [said(unreadable=word)]


async def test_the_words_under_a_video_are_heard(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    server.sends(ADA, "video", caption="夜里太吵")
    await server.until(lambda: len(resident.heard) == 1)
    assert parrot.heard == [said(text="夜里太吵", unreadable="video")]


async def test_telegrams_own_notes_are_not_her_words(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    server.writes(ADA, connected_website="example.org")
    await resident.says("hello")
    assert [s.text for s in parrot.heard] == ["hello"]


async def test_an_edited_text_is_not_answered_twice(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    await resident.says("路灯坏了")
    server.edits(ADA, server.messages(ADA)[0].message_id, "路灯坏了!")
    await resident.says("谢谢")
    assert [s.text for s in parrot.heard] == ["路灯坏了", "谢谢"]


async def test_groups_are_not_listened_to(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    message_id = server.says(ADA, "/start", chat_id=GROUP_ID)
    tap_id = server.taps(ADA, message_id, "draft:1:yes", chat_id=GROUP_ID)
    await server.until(lambda: server.is_answered(tap_id))
    assert parrot.heard == []
    assert server.from_bot(GROUP_ID) == []


async def test_several_replies_arrive_in_order_with_buttons_and_without_previews(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    parrot.replies["路灯坏了"] = [
        Reply('<b>1</b> &amp; <a href="https://example.org/">报告</a>'),
        Reply("2", YES_NO),
    ]
    await resident.says("路灯坏了")
    assert resident.heard == ["1 & 报告", "2"]
    assert resident.buttons == ["提交 ✓", "取消"]
    previews = [call["link_preview_options"] for call in server.calls("sendMessage")]
    assert previews == [{"is_disabled": True}] * 2


async def test_a_tap_is_heard_noticed_and_answered_in_place(
    resident: TelegramResident, parrot: Parrot
) -> None:
    parrot.replies["路灯坏了"] = [Reply("登记?", YES_NO)]
    parrot.replies["draft:1:yes"] = [
        Reply("已登记", replaces=True, notice="好的"),
        Reply("编号 1"),
    ]
    await resident.says("路灯坏了")
    await resident.taps("提交")
    assert parrot.heard[-1] == said(action="draft:1:yes")
    assert resident.heard == ["已登记", "编号 1"]
    assert resident.notices == ["好的"]
    with pytest.raises(LookupError, match="提交"):
        await resident.taps("提交")


async def test_a_button_tapped_twice_changes_nothing_the_second_time(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    parrot.replies["路灯坏了"] = [Reply("登记?", YES_NO)]
    parrot.replies["draft:1:yes"] = [Reply("已登记", replaces=True)]
    await resident.says("路灯坏了")
    card = server.from_bot(ADA)[0].message_id
    await resident.taps_action(card, "draft:1:yes")
    await resident.taps_action(card, "draft:1:yes")
    assert resident.heard == ["已登记"]
    assert resident.notices == ["", ""]


async def test_a_message_can_be_replaced_once_by_one_tap(
    resident: TelegramResident, parrot: Parrot
) -> None:
    parrot.replies["路灯坏了"] = [Reply("登记?", YES_NO)]
    parrot.replies["draft:1:no"] = [Reply("已取消", replaces=True), Reply("再见", replaces=True)]
    await resident.says("路灯坏了")
    await resident.taps("取消")
    assert resident.heard == ["已取消", "再见"]


async def test_a_reply_to_words_has_nothing_to_replace(
    resident: TelegramResident, parrot: Parrot
) -> None:
    parrot.replies["好"] = [Reply("嗯", replaces=True)]
    await resident.says("好")
    assert resident.heard == ["嗯"]


async def test_a_message_that_cannot_be_edited_any_more_is_followed_by_a_new_one(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    parrot.replies["路灯坏了"] = [Reply("登记?", YES_NO)]
    parrot.replies["draft:1:yes"] = [Reply("已登记", replaces=True)]
    await resident.says("路灯坏了")
    server.from_bot(ADA)[0].editable = False
    await resident.taps("提交")
    assert resident.heard == ["登记?", "已登记"]


async def test_a_button_of_a_message_that_is_gone_is_answered(
    resident: TelegramResident, parrot: Parrot
) -> None:
    parrot.replies["old"] = [Reply("过期了", replaces=True, notice="过期了")]
    await resident.taps_action(99999, "old")
    assert resident.heard == ["过期了"]
    assert resident.notices == ["过期了"]


async def test_one_persons_messages_are_answered_in_order_and_nobody_else_waits(
    server: FakeTelegram, resident: TelegramResident, parrot: Parrot
) -> None:
    parrot.waits["slow"] = asyncio.Event()
    server.says(ADA, "slow")
    server.says(ADA, "quick")
    await TelegramResident(server, BO).says("hello")
    assert [s.text for s in parrot.heard] == ["slow", "hello"]
    parrot.waits["slow"].set()
    await server.until(lambda: len(resident.heard) == 2)
    assert resident.heard == ["slow", "quick"]


async def test_the_commands_are_in_the_menu_in_both_languages(
    server: FakeTelegram, resident: TelegramResident
) -> None:
    await resident.says("hello")
    chinese = {"start": "开始", "help": "怎么用"}
    english = {"start": "Begin", "help": "How it works"}
    assert server.api.commands == {"": chinese, "zh": chinese, "en": english}
    assert {call["scope"]["type"] for call in server.calls("setMyCommands")} == {
        "all_private_chats"
    }
