"""The conversation: whatever a resident says or taps gets a reply that every channel can show."""

import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.app import Bot
from bot.cases import Kind
from bot.config import Settings
from bot.messages import Location, Photo
from tests.person import Person
from tests.photographs import JPEG

COMPLAINT = "粮道街胭脂路口的路灯坏了三个月，晚上黑漆漆的，没人修"
QUESTION = "新增几所幼儿园？"
UNSAID = "新增几所特殊教育学校？"
DRAFT_VERBS = [
    *("submit", "cancel", "card", "place", "kind", "category", "street", "commitment", "urgency"),
    *("kind=praise", "kind=x", "urgency=critical", "category=education", "street=-", "=", "c="),
    *("submit", "street=nanhu", "c=-", "c=wuchang-2020/kindergartens"),
]
VERBS = ["ask", "matter", "add", "new", "send", "useful", "topic", "lang", "show", "about", "d"]
TEXTS = [
    *(COMPLAINT, QUESTION, UNSAID, "你好", "着火了，快来人", "🙂", "& <b>" * 400, "粮道街"),
    *("/cancel", "/feedback", "/mine", "/status WC20200302-0001", "/start", "/topics"),
    *(
        "菜场太脏，请问归谁管，报告里有没有说？投诉也没人理",
        "Broken light on Minzhu Road",
        "投诉没人管" + "😀" * 990,
    ),
]
ATTACHMENTS: list[dict[str, Any]] = [
    {"location": Location(30.5, 114.3)},
    {"photos": (Photo(JPEG),)},
    {"photos": (Photo(JPEG),), "text": COMPLAINT},
    {"unreadable": "video", "text": COMPLAINT},
]


def cases_of(bot: Bot) -> list[str]:
    """The words of every case."""
    return [case.matter.text for case in bot.store.cases.all()]


# Any input


async def test_no_words_are_kindly_asked_for(bot: Bot, resident: Person) -> None:
    for text in ("", "  \n ", "🙂👍🏽", "。。。！？", "\x00\x1b\u202e", "\ud800"):
        await resident.says(text)
        assert resident.heard[-1].startswith("我没有看到文字。请用一句话写下您的问题或诉求。")
    assert cases_of(bot) == []


async def test_a_message_of_10000_characters_is_asked_to_be_shortened_and_not_kept(
    bot: Bot, resident: Person
) -> None:
    await resident.says("路灯坏了" * 2500)
    assert "10000 个字" in resident.heard[-1]
    assert "2000 个字" in resident.heard[-1]
    (turn,) = bot.dialogue.turns("web", "resident", most=9)
    assert turn.said == ""


@pytest.mark.parametrize("text", ["/" + "x" * 5000, "/feedback " + "好" * 2000])
async def test_a_command_of_any_length_is_answered(resident: Person, text: str) -> None:
    await resident.says(text)
    assert "2000" in resident.heard[-1]


async def test_length_is_counted_as_telegram_counts_it(resident: Person) -> None:
    await resident.says("投诉没人管" + "😀" * 997)
    assert "✅ 提交" in resident.buttons
    await resident.says("投诉没人管" + "😀" * 998)
    assert "2001 个字" in resident.heard[-1]


async def test_control_and_direction_characters_are_dropped_and_lines_kept(
    bot: Bot, resident: Person
) -> None:
    await resident.says("投诉\x00：路灯\u202e坏了\r\n\n没人\u200b管\x1b[31m")
    assert "投诉：路灯坏了\n没人管[31m" in resident.heard[-1]
    (turn,) = bot.dialogue.turns("web", "resident", most=9)
    assert turn.said == "投诉：路灯坏了\n没人管[31m"


async def test_markup_in_a_message_is_shown_as_written(resident: Person) -> None:
    words = '投诉 <b>路灯</b> *坏了* [x](http://e.org) <a href="x">&amp; <img src=x>没人管'
    await resident.says(words)
    assert words in resident.heard[-1]


async def test_a_right_to_left_message_is_answered(resident: Person) -> None:
    await resident.says("شارع مظلم جدا في الليل")
    assert resident.heard[-1]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("sticker", "贴纸"),
        ("voice", "语音"),
        ("video", "视频"),
        ("document", "文件"),
        ("contact", "联系人"),
        ("large_photo", "10 MB"),
        ("poll", "读不了"),
    ],
)
async def test_what_cannot_be_read_is_told_in_her_language(
    bot: Bot, resident: Person, kind: str, words: str
) -> None:
    await resident.sends(kind)
    (chinese,) = resident.heard
    assert words in chinese
    await resident.says("hello there")
    await resident.sends(kind)
    assert resident.heard[-1] != chinese
    assert "Please" in resident.heard[-1]
    assert cases_of(bot) == []


async def test_words_beside_something_unreadable_are_not_lost(resident: Person) -> None:
    await resident.sends("video", caption=COMPLAINT)
    assert "视频" in resident.heard[-1]
    assert COMPLAINT in resident.heard[-1]
    assert "✅ 提交" in resident.buttons


@pytest.mark.parametrize("text", ["/nonsense", "/nonsense@wuchang_bot arg", "/", "/开始"])
async def test_an_unknown_command_gets_the_help(resident: Person, text: str) -> None:
    await resident.says(text)
    assert "我不认识这个命令" in resident.heard[-1]
    assert "/topics" in resident.heard[-1]


async def test_a_command_may_name_the_bot_and_be_in_capitals(resident: Person) -> None:
    await resident.says("/PRIVACY@wuchang_bot")
    assert "隐私说明" in resident.heard[-1]


@pytest.mark.parametrize(
    "action",
    [
        "",
        "nonsense",
        ":",
        "d:",
        "d:1",
        "d:1:",
        "d:1:submit",
        "d:-1:submit",
        "d:９:submit",
        f"d:{10**30}:submit",
        "topic:x",
        "topic:-1:0",
        "topic:0:-1",
        "topic:0:99",
        f"topic:{'9' * 60}:0",
        "lang:tlh",
        "show:nothing/here",
        "about:nothing/here",
        "useful:1:1",
        "useful:x:y",
        "matter:1",
        "ask:",
        "add:1",
        "send:1",
        "\ud800:1",
    ],
)
async def test_a_button_that_never_was_is_answered_and_does_nothing(
    bot: Bot, resident: Person, action: str
) -> None:
    await resident.taps_action(action)
    assert cases_of(bot) == []
    assert bot.store.drafts.open_of(1) is None


def anything() -> st.SearchStrategy[dict[str, Any]]:
    """Whatever a channel can hand over, sense or none."""
    text = st.text(st.characters(exclude_categories=()), max_size=60)
    return st.fixed_dictionaries(
        {},
        optional={
            "text": text,
            "action": text | st.tuples(st.sampled_from(VERBS), text).map(":".join),
            "message": text,
            "photos": st.just((Photo(JPEG),)),
            "location": st.just(Location(30.5, 114.3)),
            "unreadable": st.sampled_from(["voice", "\ud800"]),
        },
    )


def empty(database: Path) -> None:
    """Take every row out, so that numbers begin at 1 again."""
    connection = sqlite3.connect(database)
    for table in ("files", "events", "drafts", "cases", "answers", "turns", "identities"):
        connection.execute(f"delete from {table}")
    connection.execute("delete from residents")
    connection.commit()
    connection.close()


@hypothesis_settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(message=anything())
async def test_anything_at_all_gets_a_reply_that_can_be_sent(
    bot: Bot, settings: Settings, message: dict[str, Any]
) -> None:
    empty(settings.paths.var / "bot.db")
    person = Person(bot.dialogue)
    await person.says(COMPLAINT)
    await person.tells(**message)
    assert cases_of(bot) == [COMPLAINT] * (message.get("action") == "d:1:submit")


def next_message(person: Person, chance: random.Random) -> dict[str, Any]:
    """What she says or taps next: words, a button shown, one of her draft's, one made up."""
    match chance.choices(["words", "button", "draft", "made up", "attachment"], [3, 4, 3, 2, 1])[
        0
    ]:
        case "button" if person.offered:
            return {"action": chance.choice(person.offered[-9:])}
        case "draft":
            hers = [action.split(":")[1] for action in person.offered if action[:2] == "d:"]
            number = hers[-1] if hers else chance.randint(1, 6)
            return {"action": f"d:{number}:{chance.choice(DRAFT_VERBS)}"}
        case "made up":
            return {"action": f"{chance.choice(VERBS)}:{chance.randint(0, 30)}"}
        case "attachment":
            return chance.choice(ATTACHMENTS)
    return {"text": chance.choice(TEXTS)}


@pytest.mark.parametrize("seed", range(10))
async def test_in_any_order_every_reply_can_be_sent_and_only_submit_files(
    bot: Bot, resident: Person, neighbour: Person, seed: int
) -> None:
    chance, filed = random.Random(seed), 0  # noqa: S311 (a walk that can be repeated)
    for _ in range(60):
        person = chance.choice([resident, resident, neighbour])
        message = next_message(person, chance)
        await person.tells(**message)
        cases = cases_of(bot)
        assert len(cases) - filed in (0, 1)
        assert len(cases) == filed or message["action"].endswith(":submit")
        assert all(cases)
        filed = len(cases)
    await neighbour.taps_action("lang:zh")
    for _ in range(60):
        await neighbour.says("/cancel")
    assert neighbour.heard[-1] == "现在没有未提交的诉求。"
    await neighbour.says(COMPLAINT)
    await neighbour.taps("提交")
    assert len(cases_of(bot)) == filed + 1


# Questions


async def test_a_question_is_answered_with_what_she_may_do_next(resident: Person) -> None:
    await resident.says(QUESTION)
    assert "新增普惠幼儿园3所、学位500个" in resident.heard[-1]
    assert "<b>3所</b>" in resident.replies[-1][0].html
    assert resident.buttons[-3:] == ["🔔 关注这项承诺的进展", "👍 有帮助", "👎 没帮助"]
    await resident.taps("有帮助")
    assert resident.notices == ["谢谢您的反馈！"]
    assert "👍 有帮助" not in resident.buttons
    assert resident.replies[-1][0].replaces


async def test_a_verdict_tapped_twice_is_kept_once_more_and_thanked(resident: Person) -> None:
    await resident.says(QUESTION)
    tap = resident.action("没帮助")
    await resident.taps_action(tap)
    await resident.taps_action(tap)
    assert resident.notices == ["谢谢您的反馈！"]


async def test_a_question_the_report_does_not_answer_can_go_to_staff_once(
    bot: Bot, resident: Person
) -> None:
    await resident.says(UNSAID)
    assert resident.heard[-1].startswith("报告里没有说到这个问题的答案")
    tap = resident.action("转给工作人员")
    await resident.taps_action(tap)
    await resident.taps_action(tap)
    await resident.taps("提交")
    await resident.taps_action(tap)
    assert resident.notices == ["这件已经提交过了。"]
    (case,) = bot.store.cases.all()
    assert (case.matter.kind, case.matter.text) == (Kind.CONSULT, UNSAID)


async def test_traditional_gets_traditional_words_around_the_quote_as_it_stands(
    resident: Person,
) -> None:
    await resident.says("新增幾所幼兒園？")
    assert resident.heard[-1].startswith("報告裡是這樣寫的")
    assert "新增普惠幼儿园3所、学位500个" in resident.heard[-1]


async def test_the_language_follows_the_message_until_she_chooses_one(resident: Person) -> None:
    await resident.says("how many kindergartens are being added?")
    assert resident.heard[-1].startswith("The report says")
    await resident.says("/mine")
    assert resident.heard[-1].startswith("You have not submitted")
    await resident.says("/language")
    await resident.taps("繁體中文")
    await resident.says("how many kindergartens are being added?")
    assert resident.heard[-1].startswith("報告裡是這樣寫的")
    await resident.says("/language")
    await resident.taps("跟隨我的消息")
    await resident.says("how many kindergartens are being added?")
    assert resident.heard[-1].startswith("The report says")


@pytest.mark.parametrize(("hint", "begins"), [("en", "Hello"), ("zh-TW", "您好"), ("", "您好")])
async def test_the_first_words_follow_the_clients_setting(
    bot: Bot, hint: str, begins: str
) -> None:
    newcomer = Person(bot.dialogue, hint=hint)
    await newcomer.says("/start")
    assert newcomer.heard[-1].startswith(begins)


async def test_what_is_unclear_is_asked_with_two_buttons(bot: Bot, resident: Person) -> None:
    words = "菜场太脏，请问归谁管，报告里有没有说？投诉也没人理"
    await resident.says(words)
    assert "查报告里怎么说" in resident.heard[-1]
    assert len(resident.buttons) == 2
    await resident.taps("我要反映")
    assert words in resident.heard[-1]
    assert "✅ 提交" in resident.buttons
    await resident.taps_action(f"ask:{bot.dialogue.turns('web', 'resident', most=9)[0].id}")
    assert resident.replies[-1][0].replaces


# Other people's, and old


async def test_another_residents_buttons_do_nothing(
    bot: Bot, resident: Person, neighbour: Person
) -> None:
    await resident.says(COMPLAINT)
    for label in ("提交", "改类型", "改地点", "不提交了"):
        await neighbour.taps_action(resident.action(label))
        assert "这个按钮已失效" in neighbour.heard[-1]
    await resident.says(UNSAID)
    await neighbour.taps_action(resident.action("转给工作人员"))
    assert "这个按钮已失效" in neighbour.heard[-1]
    assert cases_of(bot) == []
    await resident.taps("提交")
    assert cases_of(bot) == [COMPLAINT]


async def test_a_button_from_long_ago_still_says_what_is_true(bot: Bot, resident: Person) -> None:
    await resident.says(COMPLAINT)
    submit = resident.action("提交")
    for _ in range(45):
        await resident.says("/help")
    await resident.taps_action(submit)
    assert "已提交" in resident.heard[-1]
    assert cases_of(bot) == [COMPLAINT]


async def test_a_tap_replaces_the_message_it_was_made_on(bot: Bot, resident: Person) -> None:
    await resident.says(COMPLAINT)
    await resident.says("/cancel")
    await resident.says(COMPLAINT)
    await resident.taps("改类型")
    await resident.taps("返回")
    first, second = (
        turn.id for turn in bot.dialogue.turns("web", "resident", most=9) if "路灯" in turn.said
    )
    await resident.taps_action("d:2:kind", message=str(second))
    assert bot.dialogue.turns("web", "resident", most=1)[0].replaces == second
    await resident.taps_action("d:1:submit", message=str(first))
    assert bot.dialogue.turns("web", "resident", most=1)[0].replaces == first


async def test_one_who_blocked_the_bot_is_reachable_again_once_she_writes(
    bot: Bot, resident: Person
) -> None:
    await resident.says("/start")
    known = bot.store.residents.known("web", "resident")
    assert known is not None
    bot.store.residents.set_reachable(known.id, False)
    known = bot.store.residents.known("web", "resident")
    assert known is not None
    assert not known.reachable
    await resident.says("/start")
    known = bot.store.residents.known("web", "resident")
    assert known is not None
    assert known.reachable


async def test_each_commitment_she_follows_has_a_button_of_its_own(resident: Person) -> None:
    for question in ("新增几所幼儿园？", "今年加装多少部电梯？"):
        await resident.says(question)
        await resident.taps("🔔 关注")
    await resident.says("/following")
    kindergartens, elevators = resident.replies[-1]
    (button,) = elevators.buttons[0]
    await resident.taps_action(button.action)
    (told,) = resident.replies[-1]
    assert (told.html, told.buttons[0][0].label) == (elevators.html, "🔔 关注这项承诺的进展")
    await resident.says("/following")
    assert [reply.html for reply in resident.replies[-1]] == [kindergartens.html]
