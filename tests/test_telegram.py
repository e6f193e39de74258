"""The Telegram channel over real HTTP, on the real dialogue: what she sends is heard, what is
replied arrives. A stand-in listener replies and waits in the few ways the dialogue cannot."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.app import Bot, telegram_channel
from bot.config import Limits, Settings
from bot.messages import Button, Reply
from tests.actors import TelegramResident
from tests.fakes import GROUP_ID, FakeTelegram
from tests.parrot import Parrot, on_telegram
from tests.photographs import JPEG, png
from tests.quick import quick
from tests.records import matter_of, photos, said, words
from tests.telegram_chats import Json

ADA, BO = 1001, 1002
MAX_PHOTO_BYTES = 2048
YES_NO = ((Button("提交 ✓", "draft:1:yes"), Button("取消", "draft:1:no")),)


@pytest.fixture
def settings(settings: Settings, server: FakeTelegram) -> Settings:
    return settings.model_copy(
        update={
            "telegram": quick(server.url),
            "limits": Limits(max_photo_bytes=MAX_PHOTO_BYTES),
        }
    )


@pytest.fixture
async def resident(server: FakeTelegram, bot: Bot) -> AsyncIterator[TelegramResident]:
    async with telegram_channel(bot, server.token):
        yield TelegramResident(server, ADA)


@pytest.fixture
async def parrot(server: FakeTelegram, bot: Bot) -> AsyncIterator[Parrot]:
    parrot = Parrot(bot.store)
    async with on_telegram(server, bot, parrot):
        yield parrot


# What she sends


def at_first(bot: Bot, key: str, **values: object) -> str:
    """A reply to somebody's first message: below it stands what is kept of her."""
    return f"{words(bot, key, **values)}\n\n{words(bot, 'privacy.short')}"


async def test_a_text_is_heard_to_the_letter_and_read_back(
    resident: TelegramResident, bot: Bot
) -> None:
    text = "路灯坏了 <b>&amp;*_[x](y) 没人修"
    await resident.says(text)
    assert said(bot, "telegram", str(ADA)) == [text]
    assert matter_of(bot, "telegram", str(ADA)).text == text
    assert len(resident.heard) == 1
    assert text in resident.heard[0]


@pytest.mark.parametrize("typed", ["/help", "/HELP me", "/help@Wuchang_Test_Bot"])
async def test_a_command_may_name_the_bot(
    resident: TelegramResident, bot: Bot, typed: str
) -> None:
    await resident.says(typed)
    assert resident.heard == [words(bot, "talk.help")]


async def test_an_unknown_command_is_answered(resident: TelegramResident, bot: Bot) -> None:
    await resident.says("/no_such_command 1")
    assert resident.heard[0].startswith(words(bot, "talk.unknown_command"))


async def test_the_first_reply_is_in_the_language_of_her_client(
    server: FakeTelegram, resident: TelegramResident, bot: Bot
) -> None:
    bo = TelegramResident(server, BO, language_code="en")
    await bo.says("/start")
    assert bo.heard == [words(bot, "talk.welcome", language="en")]


async def test_a_photo_is_kept_in_its_largest_size_with_its_caption(
    resident: TelegramResident, bot: Bot
) -> None:
    await resident.sends_photo(JPEG, caption="路灯坏了")
    assert photos(bot) == [(".jpg", JPEG)]
    assert matter_of(bot, "telegram", str(ADA)).text == "路灯坏了"
    assert "照片：1 张" in resident.heard[0]


async def test_an_image_sent_as_a_file_is_a_photo(
    server: FakeTelegram, resident: TelegramResident, bot: Bot
) -> None:
    server.sends_file(ADA, png(), media_type="image/tiff", caption="这里")
    await server.until(lambda: len(resident.heard) == 1)
    assert photos(bot) == [(".png", png())]


@pytest.mark.parametrize(
    ("content", "claimed"), [(b"<svg/>", "image/svg+xml"), (b"%PDF-1.7", "image/png")]
)
async def test_a_file_that_only_claims_to_be_an_image_is_not_a_photo(
    server: FakeTelegram, resident: TelegramResident, bot: Bot, content: bytes, claimed: str
) -> None:
    """A file's type is its sender's word (Bot API, Document); it once named what was stored."""
    server.sends_file(ADA, content, media_type=claimed)
    await server.until(lambda: resident.heard == [at_first(bot, "unreadable.document")])
    assert photos(bot) == []


async def test_a_photo_announced_as_too_large_is_not_fetched(
    server: FakeTelegram, resident: TelegramResident, bot: Bot
) -> None:
    server.sends_photo(ADA, b"x", caption="路灯坏了没人修", size=MAX_PHOTO_BYTES + 1)
    await server.until(lambda: len(resident.heard) == 2)
    assert resident.heard[0] == words(bot, "unreadable.large_photo", megabytes=0)
    assert matter_of(bot, "telegram", str(ADA)).text == "路灯坏了没人修"
    assert server.calls("getFile") == []


async def test_a_photo_that_turns_out_too_large_is_not_kept(
    server: FakeTelegram, resident: TelegramResident, bot: Bot
) -> None:
    server.sends_photo(ADA, b"x" * (MAX_PHOTO_BYTES + 1), size=10)
    refusal = at_first(bot, "unreadable.large_photo", megabytes=0)
    await server.until(lambda: resident.heard == [refusal])
    assert photos(bot) == []


async def test_a_file_telegram_does_not_hand_out_is_a_large_photo(
    server: FakeTelegram, resident: TelegramResident, bot: Bot
) -> None:
    server.fail("getFile", 400, description="Bad Request: file is too big")
    await resident.sends_photo(b"x")
    assert resident.heard == [at_first(bot, "unreadable.large_photo", megabytes=0)]


async def test_a_location_can_be_the_first_message(resident: TelegramResident, bot: Bot) -> None:
    await resident.sends_location(30.5462, 114.3055)
    matter = matter_of(bot, "telegram", str(ADA))
    assert (matter.latitude, matter.longitude) == (30.5462, 114.3055)
    assert len(resident.heard) == 1


async def test_a_venue_is_the_point_it_stands_at(
    server: FakeTelegram, resident: TelegramResident, bot: Bot
) -> None:
    point = {"latitude": 30.5, "longitude": 114.25}
    venue = {"location": point, "title": "黄鹤楼", "address": "蛇山"}
    server.writes(ADA, location=point, venue=venue)
    await server.until(lambda: len(resident.heard) == 1)
    matter = matter_of(bot, "telegram", str(ADA))
    assert (matter.latitude, matter.longitude) == (30.5, 114.25)


@pytest.mark.parametrize(
    ("kind", "key"),
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
async def test_what_the_bot_cannot_read_is_named(
    resident: TelegramResident, bot: Bot, kind: str, key: str
) -> None:
    await resident.sends(kind)
    assert resident.heard == [at_first(bot, f"unreadable.{key}")]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ({"contact": {"phone_number": "1", "first_name": "A"}}, "contact"),
        ({"dice": {"emoji": "🎲", "value": 6}}, "other"),
        ({"some_kind_of_next_year": {"x": 1}}, "other"),
    ],
)
async def test_messages_of_any_other_kind_are_answered_too(
    server: FakeTelegram, resident: TelegramResident, bot: Bot, content: Json, key: str
) -> None:
    server.writes(ADA, **content)
    await server.until(lambda: resident.heard == [at_first(bot, f"unreadable.{key}")])


async def test_the_words_under_a_video_are_heard(
    server: FakeTelegram, resident: TelegramResident, bot: Bot
) -> None:
    server.sends(ADA, "video", caption="夜里太吵没人管")
    await server.until(lambda: len(resident.heard) == 2)
    assert resident.heard[0] == words(bot, "unreadable.video")
    assert matter_of(bot, "telegram", str(ADA)).text == "夜里太吵没人管"


async def test_telegrams_own_notes_are_not_her_words(
    server: FakeTelegram, resident: TelegramResident, bot: Bot
) -> None:
    server.writes(ADA, connected_website="example.org")
    await resident.says("hello")
    assert said(bot, "telegram", str(ADA)) == ["hello"]


async def test_an_edited_question_is_answered_anew_and_its_version_is_kept(
    server: FakeTelegram, resident: TelegramResident, bot: Bot
) -> None:
    await resident.says("新增几所幼儿圆？")
    server.edits(ADA, server.messages(ADA)[0].message_id, "新增几部电梯？")
    await resident.says("谢谢")
    assert "加装电梯" in resident.heard[1]
    assert bot.store.turns.versions(1) == ["新增几所幼儿圆？"]


async def test_an_edited_matter_changes_its_draft_and_makes_no_second_one(
    server: FakeTelegram, resident: TelegramResident, bot: Bot
) -> None:
    await resident.says("路灯坏了没人修")
    await resident.taps("改类型")
    await resident.taps("表扬")
    server.edits(ADA, server.messages(ADA)[0].message_id, "紫阳路的路灯坏了没人修")
    await resident.says("/mine")
    matter = matter_of(bot, "telegram", str(ADA))
    assert (matter.text, matter.kind) == ("紫阳路的路灯坏了没人修", "praise")
    assert "紫阳路的路灯坏了没人修" in resident.heard[-2]
    assert len(bot.store.drafts.open_ones(1)) == 1


async def test_an_edit_after_filing_is_noted_on_the_case_which_keeps_its_words(
    server: FakeTelegram, resident: TelegramResident, bot: Bot
) -> None:
    await resident.says("路灯坏了没人修")
    await resident.taps("提交")
    (case,) = bot.store.cases.all()
    server.edits(ADA, server.messages(ADA)[0].message_id, "路灯修好了")
    await server.until(lambda: len(resident.heard) == 2)
    assert resident.heard[-1] == words(bot, "case.reworded", number=case.number)
    assert [one.matter for one in bot.store.cases.all()] == [case.matter]
    assert [event.reason for event in bot.store.cases.events(case.id)] == ["", "路灯修好了"]
    assert bot.store.turns.versions(1) == ["路灯坏了没人修"]


async def test_an_edit_that_comes_before_its_message_counts_as_the_newer_words(
    server: FakeTelegram, resident: TelegramResident, bot: Bot
) -> None:
    with server.hold():
        server.shuffled(seed=1)
        message_id = server.says(ADA, "路灯坏了没人修")
        server.edits(ADA, message_id, "粮道街路灯坏了没人修")
    await server.until(lambda: bot.store.inbox.backlog().waiting == 0 and len(resident.heard) > 0)
    assert matter_of(bot, "telegram", str(ADA)).text == "粮道街路灯坏了没人修"
    assert len(bot.store.drafts.open_ones(1)) == 1


async def test_groups_are_not_listened_to(
    server: FakeTelegram, resident: TelegramResident, bot: Bot
) -> None:
    message_id = server.says(ADA, "/start", chat_id=GROUP_ID)
    tap_id = server.taps(ADA, message_id, "d:1:submit", chat_id=GROUP_ID)
    await server.until(lambda: server.is_answered(tap_id))
    assert said(bot, "telegram", str(ADA)) == []
    assert server.from_bot(GROUP_ID) == []


# What she is replied


async def test_several_replies_arrive_in_order_with_buttons_and_without_previews(
    server: FakeTelegram, resident: TelegramResident, bot: Bot
) -> None:
    server.sends(ADA, "video", caption="路灯坏了没人修 https://example.org/")
    await server.until(lambda: len(resident.heard) == 2)
    assert resident.heard[0] == words(bot, "unreadable.video")
    assert "https://example.org/" in resident.heard[1]
    assert resident.buttons[0] == "✅ 提交"
    previews = [call["link_preview_options"] for call in server.calls("sendMessage")]
    assert previews == [{"is_disabled": True}] * 2


async def test_a_tap_is_noticed_and_answered_in_place(
    resident: TelegramResident, bot: Bot
) -> None:
    await resident.says("路灯坏了没人修")
    await resident.taps("改类型")
    await resident.taps("表扬")
    assert matter_of(bot, "telegram", str(ADA)).kind == "praise"
    assert len(resident.heard) == 1
    assert "类型：表扬" in resident.heard[0]
    assert resident.notices == ["", words(bot, "notice.changed")]
    with pytest.raises(LookupError, match="表扬"):
        await resident.taps("表扬")


async def test_a_button_tapped_twice_changes_nothing_the_second_time(
    server: FakeTelegram, resident: TelegramResident, bot: Bot
) -> None:
    await resident.says("路灯坏了没人修")
    card = server.from_bot(ADA)[0]
    action = card.buttons[0][0]["callback_data"]
    await resident.taps_action(card.message_id, action)
    filed = resident.heard
    await resident.taps_action(card.message_id, action)
    assert resident.heard == filed
    assert len(filed) == len(list(bot.store.cases.all())) == 1
    assert resident.notices == ["", words(bot, "notice.already_submitted")]


async def test_a_message_that_cannot_be_edited_any_more_is_followed_by_a_new_one(
    server: FakeTelegram, resident: TelegramResident, bot: Bot
) -> None:
    await resident.says("路灯坏了没人修")
    card = resident.heard[0]
    server.from_bot(ADA)[0].editable = False
    await resident.taps("不提交")
    assert resident.heard == [card, words(bot, "draft.cancelled")]


async def test_a_button_of_a_message_that_is_gone_is_answered(
    resident: TelegramResident, bot: Bot
) -> None:
    await resident.taps_action(99999, "d:1:submit")
    assert resident.heard == resident.notices == [words(bot, "notice.old_button")]


async def test_the_commands_are_in_the_menu_in_both_languages(
    server: FakeTelegram, resident: TelegramResident, bot: Bot
) -> None:
    await resident.says("hello")
    chinese, english = (
        {name: bot.wording.table(language, "command")[name] for name in bot.commands.names}
        for language in ("zh", "en")
    )
    assert server.api.commands == {"": chinese, "zh": chinese, "en": english}
    assert {call["scope"]["type"] for call in server.calls("setMyCommands")} == {
        "all_private_chats"
    }


# What the dialogue does not do, and a listener may: the stand-in's part


async def test_a_message_can_be_replaced_once_by_one_tap(
    server: FakeTelegram, parrot: Parrot
) -> None:
    resident = TelegramResident(server, ADA)
    parrot.replies["路灯坏了"] = [Reply("登记?", YES_NO)]
    parrot.replies["draft:1:no"] = [Reply("已取消", replaces=True), Reply("再见", replaces=True)]
    await resident.says("路灯坏了")
    await resident.taps("取消")
    assert resident.heard == ["已取消", "再见"]


async def test_a_reply_to_words_has_nothing_to_replace(
    server: FakeTelegram, parrot: Parrot
) -> None:
    resident = TelegramResident(server, ADA)
    parrot.replies["好"] = [Reply("嗯", replaces=True)]
    await resident.says("好")
    assert resident.heard == ["嗯"]


async def test_one_persons_messages_are_answered_in_order_and_nobody_else_waits(
    server: FakeTelegram, parrot: Parrot
) -> None:
    parrot.waits["slow"] = asyncio.Event()
    resident = TelegramResident(server, ADA)
    server.says(ADA, "slow")
    server.says(ADA, "quick")
    await TelegramResident(server, BO).says("hello")
    assert [s.text for s in parrot.heard] == ["slow", "hello"]
    parrot.waits["slow"].set()
    await server.until(lambda: len(resident.heard) == 2)
    assert resident.heard == ["slow", "quick"]
