"""Every number a resident reads is the report's: whatever she asks, no reply shows another."""

import asyncio
import random
import re
from collections.abc import Iterable
from dataclasses import replace

import pytest

from bot.answers import Answer, answers
from bot.dialogue import Phrasing
from bot.wording import LANGUAGES, Language, language_of, plain
from index import Commitment, Index
from index.report_text import read_text, split_front_matter
from tests.conftest import CONTENT
from tests.question_mill import Mill

QUESTIONS = 5000
# 一 is left out: 选一条 ("pick one") counts nothing.
_NUMERALS = "〇零两二三四五六七八九十百千"
_UNITS = (
    "个家所栋幢座条处片部场项名人户套间张台辆亩米吨天批件种类位对组支队只株棵倍次岁年月日届期号"
    "大成公平立百小万亿元%％"
)
_NUMBER = re.compile(rf"\d[\d,]*(?:\.\d+)?|[{_NUMERALS}]+(?=[{_UNITS}])")
_QUOTED = re.compile(r"<blockquote>(.*?)</blockquote>", re.DOTALL)


def numbers_in(text: str) -> set[str]:
    """The numbers of a text: Arabic ones, and Chinese numerals before a unit."""
    return {found.replace(",", "").rstrip(".") for found in _NUMBER.findall(text)}


def sources(phrasing: Phrasing, language: Language, commitment: Commitment) -> str:
    """Where the numbers of a commitment's reply may come from."""
    one = commitment
    years = f"{one.period} {one.year} {one.target_year}"
    title = phrasing.names.title(language, one)
    return " ".join([one.quote, one.en, title, one.section, one.heading, years])


def unfounded(text: str, founded_in: Iterable[str]) -> set[str]:
    """The numbers of a text that none of its sources has."""
    return numbers_in(text) - numbers_in(" ".join(founded_in))


def shown(answer: Answer) -> tuple[Commitment, ...]:
    """The commitments a reply is made of."""
    if answer.commitment:
        return (answer.commitment,)
    return answer.choices or answer.related[:1]


@pytest.fixture(scope="module")
def report() -> str:
    """The report's file as it is, without its line ends and headings' marks."""
    files = (CONTENT / "reports").glob("*/report.*")
    return "\n".join(split_front_matter(read_text(file))[1] for file in files)


async def all_answers(index: Index, questions: Iterable[str]) -> list[Answer]:
    """The answers to each of the questions."""
    return [found for question in questions for found in await answers(index, question)]


@pytest.fixture(scope="module")
def found(real_index: Index) -> list[Answer]:
    """What the index has on five thousand questions."""
    mill = Mill(real_index.parts, random.Random(20200302))  # noqa: S311 (made again the same)
    return asyncio.run(all_answers(real_index, mill.questions(QUESTIONS)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_of_every_commitments_reply_is_its_own(
    real_index: Index, phrasing: Phrasing, language: Language
) -> None:
    wrong = {
        one.id: numbers
        for one in real_index.parts
        if (
            numbers := unfounded(
                plain(phrasing.commitment(language, one)), [sources(phrasing, language, one)]
            )
        )
    }
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("most", [0, *range(8, 60)])
def test_no_button_shows_a_part_of_a_number(
    real_index: Index, phrasing: Phrasing, language: Language, most: int
) -> None:
    wrong = {
        one.id: numbers
        for one in real_index.parts
        if (
            numbers := unfounded(
                phrasing.names.label(language, one, most=most),
                [phrasing.names.in_words(language, one)],
            )
        )
    }
    assert wrong == {}


def test_whatever_is_asked_every_number_of_the_reply_is_its_commitments(
    found: list[Answer], phrasing: Phrasing
) -> None:
    wrong = []
    for answer in found:
        language = language_of(answer.question, otherwise="zh")
        own = [sources(phrasing, language, one) for one in shown(answer)]
        numbers = unfounded(plain(phrasing.answer(language, answer)), own)
        wrong += [(answer.question, numbers)] if numbers else []
    assert wrong == []


def test_whatever_is_asked_what_is_quoted_stands_in_the_report_to_the_letter(
    found: list[Answer], phrasing: Phrasing, report: str
) -> None:
    quoted = {
        plain(quote)
        for answer in found
        for quote in _QUOTED.findall(phrasing.answer("zh", answer))
    }
    assert len(quoted) > 100
    lines = re.sub(r"^#+ ?|\n+", "", report, flags=re.MULTILINE)
    assert [quote for quote in quoted if quote not in lines] == []


def test_the_questions_reach_every_kind_of_reply_and_every_number(
    found: list[Answer], real_index: Index
) -> None:
    assert len(found) >= QUESTIONS
    answered = {one.commitment.id for one in found if one.commitment}
    assert len(answered) > 0.9 * len(real_index.parts)
    with_numbers = [one for one in found if one.commitment and one.commitment.quantities]
    assert len(with_numbers) > 500
    assert sum(bool(one.overview) for one in found) > 20
    assert sum(bool(one.choices) for one in found) > 50
    assert sum(not one.commitment and bool(one.related) for one in found) > 500
    assert sum(not one.hits for one in found) > 0


# The measure itself


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("新增普惠幼儿园3所、学位500个", {"3", "500"}),
        ("增长7.5%,总量10,000家。", {"7.5", "10000"}),
        ("新增两所幼儿园,十五届五次会议", {"两", "十五", "五"}),
        ("请选一条,报告里有几条", set()),
        ("This is a task planned for 2020.", {"2020"}),
        ("三助一护、千家万户", {"千"}),
    ],
)
def test_numbers_are_found_in_figures_and_in_numerals_with_a_unit(
    text: str, numbers: set[str]
) -> None:
    assert numbers_in(text) == numbers


def test_a_number_of_another_commitment_would_be_found(
    real_index: Index, phrasing: Phrasing
) -> None:
    one = real_index.commitments["wuchang-2020/elevators"]
    changed = replace(one, quote="加装电梯66部")
    text = plain(phrasing.commitment("zh", changed))
    assert unfounded(text, [sources(phrasing, "zh", one)]) == {"66"}
    assert unfounded(text, [sources(phrasing, "zh", changed)]) == set()
