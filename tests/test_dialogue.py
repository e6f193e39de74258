"""The conversation: whatever a resident says or taps gets a reply that every channel can show."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.app import Bot, build_bot, open_store
from bot.cases import Kind
from bot.config import Limits, Settings
from bot.messages import Location, Photo, Said
from bot.store import Store
from bot.wording import LANGUAGES
from index import Index
from tests.conftest import CONTENT, Clock
from tests.person import JPEG, Person, expect_sendable

COMPLAINT = "粮道街胭脂路口的路灯坏了三个月，晚上黑漆漆的，没人修"
QUESTION = "新增几所幼儿园？"
UNSAID = "新增几所特殊教育学校？"
DRAFT_VERBS = [
    *("submit", "cancel", "card", "place", "kind", "category", "street", "commitment", "urgency"),
    *("kind=praise", "kind=x", "urgency=critical", "category=education", "street=-", "=", "c="),
    *("street=nanhu", "c=-", "c=wuchang-2020/kindergartens"),
]
TURN_VERBS = ["ask", "matter", "add", "new", "send", "useful"]
OTHER_ACTIONS = ["topics", "lang:en", "lang:auto", "lang:zh-Hant", "useful:1:1", "about:x"]


def cases_of(bot: Bot) -> list[str]:
    """The words of every case."""
    return [case.matter.text for case in bot.store.cases.all()]


def photos_on_disk(bot: Bot) -> list[Path]:
    """Every photo kept."""
    return sorted((bot.settings.paths.var / "files").glob("*"))


# Any input


async def test_no_words_are_kindly_asked_for(bot: Bot, resident: Person) -> None:
    for text in ("", "  \n ", "🙂👍🏽", "。。。！？", "\x00\x1b\u202e", "\ud800"):
        await resident.says(text)
        assert resident.heard[-1] == "我没有看到文字。请用一句话写下您的问题或诉求。"
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


def messages() -> st.SearchStrategy[dict[str, object]]:
    """Anything a channel can hand over, most of it in the forms that mean something."""
    number = st.integers(0, 12).map(str) | st.sampled_from(["-1", "٣", "9" * 40, "x", ""])
    actions = st.one_of(
        st.tuples(st.just("d"), number, st.sampled_from(DRAFT_VERBS)).map(":".join),
        st.tuples(st.sampled_from(TURN_VERBS), number).map(":".join),
        st.tuples(st.just("topic"), number, number).map(":".join),
        st.sampled_from(OTHER_ACTIONS),
        st.text(st.characters(exclude_categories=()), max_size=30),
    )
    texts = st.one_of(
        st.sampled_from(
            [COMPLAINT, QUESTION, UNSAID, "你好", "着火了，快来人", "🙂", "& <b>" * 400]
        ),
        st.sampled_from(["/cancel", "/feedback", "/mine", "/status WC20200302-0001", "/start"]),
        st.sampled_from(
            ["加装电梯的工地太吵了吗？", "粮道街", "Broken light on Minzhu Road", "😀" * 999]
        ),
        st.text(st.characters(exclude_categories=()), max_size=60),
    )
    return st.one_of(
        st.fixed_dictionaries({"text": texts}),
        st.fixed_dictionaries({"action": actions, "message": number}),
        st.fixed_dictionaries({"text": texts, "photo": st.just(Photo(JPEG))}),
        st.just({"location": Location(30.5, 114.3)}),
        st.fixed_dictionaries({"text": texts, "unreadable": st.sampled_from(["voice", "\ud800"])}),
    )


@hypothesis_settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(said=st.lists(st.tuples(st.booleans(), messages()), min_size=1, max_size=8))
async def test_anything_in_any_order_gets_a_reply_that_can_be_sent(
    settings: Settings, real_index: Index, said: list[tuple[bool, dict[str, object]]]
) -> None:
    store = Store.in_memory()
    bot = build_bot(settings, store=store, index=real_index)
    people = [Person(bot.dialogue), Person(bot.dialogue, sender="other", channel="telegram")]
    filed = 0
    for is_first, message in said:
        await people[is_first].tells(**message)  # type: ignore[arg-type]
        cases = cases_of(bot)
        assert len(cases) - filed in (0, 1)
        assert len(cases) == filed or str(message.get("action", "")).endswith(":submit")
        assert all(cases)
        filed = len(cases)
    store.close()


# Questions


async def test_a_question_is_answered_with_what_she_may_do_next(resident: Person) -> None:
    await resident.says(QUESTION)
    assert "新增普惠幼儿园3所、学位500个" in resident.heard[-1]
    assert "<b>3所</b>" in resident.replies[-1][0].html
    assert resident.buttons[-3:] == ["📝 就此反映问题", "👍 有帮助", "👎 没帮助"]
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
    assert resident.heard[-1].startswith("報告裏是這樣寫的")
    assert "新增普惠幼儿园3所、学位500个" in resident.heard[-1]


async def test_the_language_follows_the_message_until_she_chooses_one(resident: Person) -> None:
    await resident.says("how many kindergartens are being added?")
    assert resident.heard[-1].startswith("The report says")
    await resident.says("/mine")
    assert resident.heard[-1].startswith("You have not submitted")
    await resident.says("/language")
    await resident.taps("繁體中文")
    await resident.says("how many kindergartens are being added?")
    assert resident.heard[-1].startswith("報告裏是這樣寫的")
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
    words = "加装电梯的工地太吵了，今年什么时候结束？"
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
    bot.dialogue.mark_unreachable("web", "resident")
    bot.dialogue.mark_unreachable("web", "a stranger")
    known = bot.store.residents.known("web", "resident")
    assert known is not None
    assert not known.reachable
    await resident.says("/start")
    known = bot.store.residents.known("web", "resident")
    assert known is not None
    assert known.reachable


# Many at once, failures, restarts


async def test_two_residents_at_once_are_never_mixed(bot: Bot) -> None:
    people = [Person(bot.dialogue, sender=f"p{number}") for number in range(8)]

    async def lives(person: Person, number: int) -> None:
        await person.says(f"投诉：和平大道{number}号门口的垃圾没人清运")
        await person.taps("提交")
        await person.says("/mine")

    await asyncio.gather(*(lives(person, number) for number, person in enumerate(people)))
    for number, person in enumerate(people):
        assert f"和平大道{number}号" in person.heard[0]
        assert person.heard[2].count("WC20200302") == 1
        assert f"和平大道{number}号" in person.heard[2]
    assert len({case.number for case in bot.store.cases.all()}) == 8


async def test_one_resident_writing_twice_at_once_loses_nothing(
    bot: Bot, resident: Person
) -> None:
    other = "投诉：楼下烧烤摊油烟太大，没人管"
    await asyncio.gather(resident.says(COMPLAINT), resident.says(other))
    told = "\n".join(resident.heard)
    assert "请核对" in told
    assert "是补充那一件，还是另外一件" in told
    turns = bot.dialogue.turns("web", "resident", most=9)
    assert {turn.said for turn in turns} == {COMPLAINT, other}


async def test_submit_tapped_twice_at_once_is_one_case(bot: Bot, resident: Person) -> None:
    await resident.says(COMPLAINT)
    submit = resident.action("提交")
    await asyncio.gather(*(resident.taps_action(submit) for _ in range(5)))
    assert cases_of(bot) == [COMPLAINT]
    numbers = {reply.html for told in resident.replies[1:] for reply in told}
    assert len(numbers) == 1


@contextmanager
def nothing_can_be_written_to(table: str, database: Path) -> Iterator[None]:
    """The database refuses new rows of a table, as a full disk would."""
    other = sqlite3.connect(database)
    other.execute(
        f"create trigger full before insert on {table} begin select raise(abort, 'full'); end"
    )
    other.commit()
    yield
    other.execute("drop trigger full")
    other.commit()
    other.close()


async def test_a_write_that_fails_half_way_leaves_everything_as_it_was(
    bot: Bot, settings: Settings, resident: Person
) -> None:
    await resident.says(COMPLAINT)
    before = bot.dialogue.turns("web", "resident", most=9)
    with (
        nothing_can_be_written_to("events", settings.paths.var / "bot.db"),
        pytest.raises(sqlite3.IntegrityError),
    ):
        await resident.taps("提交")
    assert cases_of(bot) == []
    assert bot.dialogue.turns("web", "resident", most=9) == before
    await resident.taps("提交")
    assert [case.number for case in bot.store.cases.all()] == ["WC20200302-0001"]


async def test_a_photo_whose_message_could_not_be_kept_leaves_no_file(
    bot: Bot, settings: Settings, resident: Person
) -> None:
    with (
        nothing_can_be_written_to("files", settings.paths.var / "bot.db"),
        pytest.raises(sqlite3.IntegrityError),
    ):
        await resident.sends_photo()
    assert photos_on_disk(bot) == []


async def test_a_restart_loses_no_draft_and_no_conversation(
    bot: Bot, settings: Settings, real_index: Index, clock: Clock, resident: Person
) -> None:
    await resident.says(COMPLAINT)
    await resident.taps("改地点")
    submit = f"d:{bot.store.drafts.open_of(1).id}:submit"  # type: ignore[union-attr]
    bot.store.close()

    store = open_store(settings)
    again = build_bot(settings, store=store, index=real_index, now=lambda: clock.now)
    returned = Person(again.dialogue)
    assert len(again.dialogue.turns("web", "resident", most=9)) == 2
    await returned.says("胭脂路口公交站旁边")
    assert "胭脂路口公交站旁边" in returned.heard[-1]
    await returned.taps_action(submit)
    (case,) = store.cases.all()
    assert (case.matter.text, case.matter.place) == (COMPLAINT, "胭脂路口公交站旁边")
    store.close()


# Long


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("filler", ['&<>"', "好", "😀字"])
async def test_the_longest_matter_still_fits_on_its_cards(
    real_index: Index, tmp_path: Path, language: str, filler: str
) -> None:
    limits = Limits(max_text_chars=3000, max_photos_per_draft=100)
    settings = Settings.model_validate(
        {"paths": {"content": str(CONTENT), "var": str(tmp_path)}, "limits": limits.model_dump()}
    )
    store = open_store(settings)
    bot = build_bot(settings, store=store, index=real_index)
    person = Person(bot.dialogue)
    await person.says("/language")
    await person.taps_action(f"lang:{language}")
    begins = "煤气泄漏了，快来人！水果湖街道 "
    units = len(filler.encode("utf-16-le")) // 2
    words = begins + filler * ((3000 - len(begins)) // units)
    await person.sends_location()
    await person.sends_photo()
    await person.says(words)
    assert words in person.heard[-1]
    draft = bot.store.drafts.open_of(1)
    assert draft is not None
    await person.taps_action(f"d:{draft.id}:place")
    await person.says("😀" * 49 + "3栋" + "😀" * 49)
    assert words in person.heard[-1]
    await person.taps_action(f"d:{draft.id}:submit")
    number = next(bot.store.cases.all()).number
    await person.says(f"/status {number}")
    assert words in person.heard[-1]
    store.close()


async def test_ten_long_matters_fit_into_one_list(bot: Bot, resident: Person) -> None:
    for number in range(12):
        await resident.says(f"投诉第{number}件：" + '&<>"😀没人管' * 200)
        await resident.taps("提交")
    await resident.says("/mine")
    assert resident.heard[-1].count("WC20200302-") == 10
    assert "WC20200302-0012" in resident.heard[-1]
    assert "WC20200302-0002" not in resident.heard[-1]


async def test_every_commitment_can_be_shown_and_complained_of_in_every_language(
    bot: Bot, resident: Person
) -> None:
    for language in LANGUAGES:
        await resident.taps_action(f"lang:{language}")
        for commitment_id in bot.index.commitments:
            for verb in ("show", "about"):
                told = await bot.dialogue.hear(
                    Said("web", "resident", action=f"{verb}:{commitment_id}")
                )
                expect_sendable(told)
    draft = bot.store.drafts.open_of(1)
    assert draft is not None
    assert cases_of(bot) == []
