"""Asking the report in a conversation: follow-ups, several questions, lists, both languages."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.app import Bot, build_asker, build_bot, open_store
from bot.config import Settings
from bot.wording import plain
from index import Index, IndexSettings, build_index, load_index
from tests.clock import Clock
from tests.person import Person
from tests.reading import ELEVATORS, INTRO, KINDERGARTENS, UNSAID, answered, listed_in
from tests.small_content import write_small_content

# Follow-up questions


@pytest.mark.parametrize("question", ["多少？", "有几部？"])
async def test_after_an_answer_a_question_that_names_nothing_is_about_it(
    resident: Person, question: str
) -> None:
    await resident.says("加装多少部电梯？")
    await resident.says(question)
    assert answered(resident, ELEVATORS)


async def test_after_an_answer_another_thing_may_be_asked_in_two_words(resident: Person) -> None:
    await resident.says("加装多少部电梯？")
    await resident.says("那幼儿园呢？")
    assert answered(resident, KINDERGARTENS)
    await resident.says("那学位呢？")
    assert answered(resident, KINDERGARTENS)


async def test_in_english_as_well(resident: Person) -> None:
    await resident.says("How many kindergartens are being added?")
    await resident.says("and how many elevators?")
    assert "加装电梯60部" in resident.heard[-1]
    await resident.says("how many of them?")
    assert "加装电梯60部" in resident.heard[-1]


async def test_what_the_report_does_not_say_of_it_is_refused_and_it_stays_in_view(
    resident: Person,
) -> None:
    await resident.says("加装多少部电梯？")
    await resident.says("什么时候？")
    assert resident.heard[-1].startswith(UNSAID)
    assert ELEVATORS in resident.heard[-1]
    await resident.says("多少？")
    assert answered(resident, ELEVATORS)


async def test_after_tapping_a_listed_commitment_a_question_is_about_that_one(
    resident: Person,
) -> None:
    await resident.says("教育方面有什么计划？")
    await resident.taps("新增普惠幼儿园3所")
    assert answered(resident, KINDERGARTENS)
    await resident.says("有多少？")
    assert answered(resident, KINDERGARTENS)


async def test_so_it_is_after_tapping_one_of_the_topics(resident: Person) -> None:
    await resident.says("/topics")
    await resident.taps("围绕幸福指数提升")
    await resident.taps("新增普惠幼儿园3所")
    await resident.says("有多少？")
    assert answered(resident, KINDERGARTENS)


async def test_a_question_that_names_nothing_is_not_answered_by_itself(resident: Person) -> None:
    await resident.says("有几部？")
    assert not any(quote in resident.heard[-1] for quote in (KINDERGARTENS, INTRO))


async def test_what_was_asked_is_forgotten_after_the_time_the_settings_say(
    resident: Person, clock: Clock, settings: Settings
) -> None:
    kept = timedelta(minutes=settings.limits.follow_up_minutes)
    assert kept == timedelta(minutes=30)
    await resident.says("加装多少部电梯？")
    clock.passes(seconds=kept.total_seconds())
    await resident.says("有几部？")
    assert answered(resident, ELEVATORS)
    clock.passes(seconds=kept.total_seconds() + 1)
    await resident.says("有几部？")
    assert INTRO not in resident.heard[-1]


async def test_another_setting_makes_it_forget_sooner(
    settings: Settings, real_index: Index, clock: Clock
) -> None:
    limits = settings.limits.model_copy(update={"follow_up_minutes": 2})
    hasty = settings.model_copy(update={"limits": limits})
    store = open_store(hasty)
    bot = build_bot(hasty, store=store, index=real_index, now=lambda: clock.now)
    resident = Person(bot.dialogue)
    await resident.says("加装多少部电梯？")
    clock.passes(minutes=3)
    await resident.says("有几部？")
    assert INTRO not in resident.heard[-1]
    store.close()


async def test_a_tapped_commitment_is_forgotten_after_that_time_too(
    resident: Person, clock: Clock
) -> None:
    await resident.says("教育方面有什么计划？")
    await resident.taps("新增普惠幼儿园3所")
    clock.passes(minutes=31)
    await resident.says("有多少？")
    assert INTRO not in resident.heard[-1]


async def test_two_residents_are_never_mixed(resident: Person, neighbour: Person) -> None:
    await resident.says("加装多少部电梯？")
    await neighbour.says("有几部？")
    assert INTRO not in neighbour.heard[-1]
    await neighbour.says("新增几所幼儿园？")
    await resident.says("多少？")
    assert answered(resident, ELEVATORS)
    await neighbour.says("多少？")
    assert answered(neighbour, KINDERGARTENS)


async def test_one_sender_name_on_two_channels_is_two_residents(bot: Bot) -> None:
    on_web = Person(bot.dialogue, sender="7", channel="web")
    on_telegram = Person(bot.dialogue, sender="7", channel="telegram")
    await on_web.says("加装多少部电梯？")
    await on_telegram.says("有几部？")
    assert INTRO not in on_telegram.heard[-1]
    await on_web.says("有几部？")
    assert answered(on_web, ELEVATORS)


async def test_a_question_after_a_restart_still_leans_on_the_one_before(
    bot: Bot, settings: Settings, real_index: Index, clock: Clock, resident: Person
) -> None:
    await resident.says("加装多少部电梯？")
    store = open_store(settings)
    again = Person(
        build_bot(settings, store=store, index=real_index, now=lambda: clock.now).dialogue
    )
    await again.says("有几部？")
    assert answered(again, ELEVATORS)
    store.close()


async def test_the_machine_readable_interface_keeps_sessions_apart(
    settings: Settings, real_index: Index
) -> None:
    asker = build_asker(settings, index=real_index)
    await asker.ask("加装多少部电梯？", session="a")
    await asker.ask("新增几所幼儿园？", session="b")
    quotes = [(await asker.ask("多少？", session=name))["quote"] for name in ("a", "b", "c", "")]
    assert quotes == [ELEVATORS, KINDERGARTENS, "", ""]


# Several questions, lists


@pytest.mark.parametrize(
    ("message", "quotes"),
    [
        ("新增几所幼儿园？加装多少部电梯？", [KINDERGARTENS, ELEVATORS]),
        ("今年加装电梯多少部，还有新增几所幼儿园？", [ELEVATORS, KINDERGARTENS]),
        ("How many kindergartens? And how many elevators?", [KINDERGARTENS, ELEVATORS]),
    ],
)
async def test_two_questions_in_one_message_give_two_replies_in_their_order(
    bot: Bot, resident: Person, message: str, quotes: list[str]
) -> None:
    await resident.says(message)
    told = [plain(reply.html) for reply in resident.replies[-1]]
    assert len(told) == 2
    for text, own, other in zip(told, quotes, reversed(quotes), strict=True):
        assert own in text
        assert other not in text
    helpful = [label for label in resident.buttons if label.startswith("👍")]
    assert len(helpful) == 2
    (turn,) = bot.dialogue.turns("web", "resident", most=9)
    assert turn.said == message
    assert len(turn.replies) == 2


async def test_of_two_questions_each_is_answered_or_refused_by_itself(resident: Person) -> None:
    await resident.says("新增几所幼儿园？幼儿园学费多少钱？")
    first, second = (plain(reply.html) for reply in resident.replies[-1])
    assert first.startswith(INTRO)
    assert second.startswith(UNSAID)


async def test_after_two_questions_the_last_one_is_in_view(resident: Person) -> None:
    await resident.says("新增几所幼儿园？加装多少部电梯？")
    await resident.says("多少？")
    assert answered(resident, ELEVATORS)


@pytest.mark.parametrize(
    ("question", "intro"),
    [
        ("教育方面有什么计划？", "武昌区2020年工作部署安排在这方面有这些内容"),
        (
            "what are the plans for education?",
            "Wuchang District's work arrangements for 2020: this is what it says on the topic.",
        ),
    ],
)
async def test_a_broad_question_lists_what_there_is_and_every_button_opens(
    bot: Bot, resident: Person, real_index: Index, question: str, intro: str
) -> None:
    await resident.says(question)
    assert resident.heard[-1].startswith(intro)
    (reply,) = resident.replies[-1]
    shown = [row[0].action for row in reply.buttons if row[0].action.startswith("show:")]
    assert 3 <= len(shown) <= 8
    assert len(set(shown)) == len(shown) == len(listed_in(resident.heard[-1]))
    for action in shown:
        await resident.taps_action(action)
        found = real_index.commitments[action.removeprefix("show:")]
        assert found.quote in resident.heard[-1]
        assert found.section in resident.heard[-1]
        assert "2020" in resident.heard[-1].splitlines()[-1]


async def test_commitments_that_fit_equally_well_are_offered_and_none_is_picked(
    resident: Person, real_index: Index
) -> None:
    await resident.says("学校")
    assert resident.heard[-1].startswith("报告里有几条都可能是您问的")
    answering = [hit.commitment for hit in real_index.search("学校", top_k=4) if hit.answers]
    assert len(answering) > 1
    assert listed_in(resident.heard[-1]) == [f"· {one.quote}" for one in answering]
    assert resident.offered[: len(answering)] == [f"show:{one.id}" for one in answering]
    assert not any(label.startswith("👍") for label in resident.buttons)
    await resident.taps(answering[1].quote[:20])
    assert answered(resident, answering[1].quote)


# English


async def test_an_english_resident_gets_english_its_numbers_in_bold_and_the_quote(
    resident: Person, real_index: Index
) -> None:
    await resident.says("How many kindergartens are being added?")
    found = real_index.commitments["wuchang-2020/kindergartens"]
    assert found.en.startswith("Add 3 ")
    assert resident.heard[-1].splitlines()[:3] == ["The report says:", found.en, found.quote]
    html = resident.replies[-1][0].html
    assert "Add <b>3</b> " in html
    assert "<blockquote>新增普惠幼儿园<b>3所</b>、学位<b>500个</b></blockquote>" in html
    assert "no English translation" not in html


@pytest.fixture(scope="module")
def untranslated(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """The small content, its elevators without English."""
    paths = write_small_content(tmp_path_factory.mktemp("untranslated"))
    file = paths.content / "reports" / "small-2020" / "commitments.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('en = "Retrofit 60 elevators."\n', ""), encoding="utf-8")
    build_index(paths, IndexSettings())
    return load_index(paths, IndexSettings())


@pytest.fixture
def foreigner(settings: Settings, untranslated: Index, clock: Clock) -> Iterator[Person]:
    """Somebody who asks about a report that is translated in part."""
    store = open_store(settings)
    bot = build_bot(settings, store=store, index=untranslated, now=lambda: clock.now)
    yield Person(bot.dialogue, hint="en")
    store.close()


async def test_a_commitment_without_english_says_so_and_gives_the_quote(foreigner: Person) -> None:
    await foreigner.says("How many elevators?")
    lines = foreigner.heard[-1].splitlines()
    assert lines[:3] == [
        "The report says:",
        "This line has no English translation yet; here are the report's own words, in Chinese:",
        "加装电梯60部",
    ]
    assert "<blockquote>加装电梯<b>60部</b></blockquote>" in foreigner.replies[-1][0].html
    await foreigner.says("How many kindergartens?")
    assert "no English translation" not in foreigner.heard[-1]
    await foreigner.says("加装多少部电梯？")
    assert foreigner.heard[-1].splitlines()[:2] == [INTRO, "加装电梯60部"]


async def test_so_it_does_where_it_is_only_related(foreigner: Person) -> None:
    await foreigner.says("How much does an elevator cost?")
    heading, note, quote = foreigner.heard[-1].splitlines()[-3:]
    assert heading.startswith("The nearest thing in the report")
    assert note.startswith("This line has no English translation yet")
    assert quote == "加装电梯60部"
