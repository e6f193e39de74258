"""What nobody can understand is answered kindly, with three examples of what can be asked."""

import random
import string

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.app import Bot
from bot.dialogue import Phrasing
from bot.wording import LANGUAGES, Language, plain
from tests.person import Person
from tests.reading import ANSWERED, ELEVATORS, KINDERGARTENS, UNSAID, listed_in

EXAMPLES: dict[Language, list[str]] = {
    "zh": ["· 新增几所幼儿园？", "· 今年改造多少老旧小区？", "· 空气质量目标是多少？"],
    "zh-Hant": ["· 新增幾所幼兒園？", "· 今年改造多少老舊小區？", "· 空氣質量目標是多少？"],
    "en": [
        "· How many kindergartens are being added?",
        "· How many old neighbourhoods will be renovated?",
        "· What is the air quality target?",
    ],
}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("?", "zh"),
        ("？？？", "zh"),
        ("嗯", "zh"),
        ("嗯嗯", "zh"),
        ("的", "zh"),
        ("啊", "zh"),
        ("a", "en"),
        ("12345", "zh"),
        ("2020", "zh"),
        ("67890 11111", "zh"),
        ("asdfgh", "en"),
        ("ａｓｄｆｇｈ", "zh"),
        ("привет", "zh"),
        ("日本語できますか", "zh-Hant"),
        ("шш 嗯 abc", "zh"),
        ("嗯 hmm 啊 well", "zh"),
        ("bu zhidao", "en"),
        ("随便问问", "zh"),
        ("xyz" * 600, "en"),
    ],
)
async def test_what_names_nothing_is_answered_with_three_examples_in_her_language(
    resident: Person, text: str, language: Language
) -> None:
    await resident.says(text)
    assert listed_in(resident.heard[-1]) == EXAMPLES[language]


@pytest.mark.parametrize("text", ["3", "60", "５００", "7.5%", "学", "x3"])
async def test_a_bare_number_or_character_is_no_question_that_could_be_answered(
    resident: Person, text: str
) -> None:
    await resident.says(text)
    assert resident.heard[-1].startswith(("报告里没有说到", "The report does not say"))


@pytest.mark.parametrize("length", [5000, 10_000])
async def test_a_message_far_too_long_is_asked_to_be_shortened(
    resident: Person, length: int
) -> None:
    await resident.says("嗯" * length)
    assert resident.heard[-1].startswith(f"这段话有 {length} 个字，我一次最多能读 2000 个字。")


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Ｈｏｗ ｍａｎｙ ｅｌｅｖａｔｏｒｓ？", ELEVATORS),
        ("ＧＤＰ增长多少", "地区生产总值增长7.5%"),
        ("how many 幼儿园 will be added?", KINDERGARTENS),
        ("新增几所 kindergarten", KINDERGARTENS),
        ("电梯elevator几部", ELEVATORS),
        ("新增幾所幼儿園", KINDERGARTENS),
        ("jinnian zhuang duoshao dianti", ELEVATORS),
        ("xinzeng jisuo youeryuan?", KINDERGARTENS),
    ],
)
async def test_full_width_mixed_scripts_and_pinyin_are_understood_where_they_name_a_thing(
    resident: Person, text: str, quote: str
) -> None:
    await resident.says(text)
    assert quote in resident.heard[-1]
    assert resident.heard[-1].startswith(ANSWERED)


async def test_where_something_is_near_it_is_shown_and_no_examples(resident: Person) -> None:
    await resident.says("加装一部电梯要多少钱？")
    assert resident.heard[-1].startswith(UNSAID)
    assert ELEVATORS in resident.heard[-1]
    assert listed_in(resident.heard[-1]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reply_that_shows_examples_shows_the_same_three(
    phrasing: Phrasing, language: Language
) -> None:
    for text in (
        phrasing.no_answer(language, None),
        phrasing.say(language, "talk.smalltalk"),
        phrasing.say(language, "talk.empty"),
    ):
        assert listed_in(plain(text)) == EXAMPLES[language]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_example_is_answered_in_its_language(bot: Bot, language: Language) -> None:
    resident = Person(bot.dialogue)
    for line in EXAMPLES[language]:
        await resident.says(line.removeprefix("· "))
        assert resident.heard[-1].startswith(ANSWERED)


SCRIPTS = [
    *("嗯啊的了吗呢", "电梯幼儿园学位", "電梯幼兒園學位", string.ascii_letters, string.digits),
    *("ＡＢｃ１２３", "?？!！。，,.", " \n\t\u3000", "привет", "あいうカナ", "한국어", "😀🚗👍🏽"),
]


@hypothesis_settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=st.text(st.sampled_from("".join(SCRIPTS)), max_size=40))
async def test_no_mixture_of_scripts_raises_and_each_gets_a_reply(
    resident: Person, text: str
) -> None:
    await resident.says(text)
    assert resident.heard[-1]
    await resident.says("/cancel")


@pytest.mark.parametrize("seed", range(5))
async def test_no_long_mixture_of_scripts_raises(resident: Person, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (a text that can be made again)
    letters = "".join(SCRIPTS)
    await resident.says("".join(chance.choices(letters, k=1900)))
    assert resident.heard[-1]
