"""What a message means by its words and by what the report has on them.

Shares of the evaluation's messages and questions allowed to be lost: a change of examples, cues
or weights that costs more is seen here.
"""

import json

import pytest

from bot.dialogue import Understander
from bot.matters import MatterReader
from bot.meanings import Meanings
from bot.router import Router
from bot.service import Service
from index import Earlier, Index, Paths
from index.content import read_content
from tests.conftest import CONTENT


@pytest.fixture(scope="module")
def understander(service: Service, meanings: Meanings, real_index: Index) -> Understander:
    """With the real words, examples and reports."""
    return Understander(
        index=lambda: real_index,
        router=Router(service, meanings),
        reader=MatterReader(service, meanings),
    )


async def kinds(understander: Understander, texts: list[str]) -> list[str]:
    """What each text is taken for."""
    return [(await understander.understand(text, "zh")).kind for text in texts]


def messages(*intents: str) -> list[str]:
    """The evaluation's messages of these intents, but for those that could be either."""
    path = CONTENT / "evaluation" / "messages.jsonl"
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [line["text"] for line in lines if line["intent"] in intents and not line["ambiguous"]]


async def test_questions_not_learnt_from_are_not_taken_for_matters(
    understander: Understander,
) -> None:
    """An indirect one may be: 路上坑坑洼洼,火车站门口又乱 tells, whatever was in mind."""
    gold = read_content(Paths(content=CONTENT)).gold
    asked = [
        one.text
        for one in gold.questions
        if one.golds and not one.for_calibration and one.style != "indirect"
    ]
    found = await kinds(understander, asked)
    lost = sum(kind in ("matter", "danger", "smalltalk") for kind in found)
    assert len(asked) > 200
    assert lost <= 0.03 * len(asked)


async def test_matters_not_learnt_from_are_not_taken_for_questions(
    understander: Understander,
) -> None:
    told = messages("feedback")
    found = await kinds(understander, told)
    lost = sum(kind in ("answer", "no_answer", "smalltalk") for kind in found)
    assert len(told) > 400
    assert lost <= 0.03 * len(told)


async def test_small_talk_and_instructions_not_learnt_from_are_neither(
    understander: Understander,
) -> None:
    talk = messages("smalltalk", "instruction")
    found = await kinds(understander, talk)
    assert len(talk) >= 20
    assert sum(kind != "smalltalk" for kind in found) <= 0.15 * len(talk)


async def test_a_commitment_is_proposed_only_if_it_is_likely_and_for_no_report_of_wrongdoing(
    understander: Understander,
) -> None:
    async def proposed(text: str) -> str:
        understanding = await understander.understand(text, "zh", taken_as="matter")
        assert understanding.matter
        return understanding.matter.commitment

    lift = "我们小区的电梯装到一半停工三个月了，没人管"
    assert await proposed(lift) == "wuchang-2020/elevators"
    assert await proposed(f"举报：{lift}") == ""
    assert await proposed("工地偷排泥浆") == ""
    assert await proposed("办事员收礼") == ""


async def test_news_of_her_case_are_asked_of_the_report_only_after_a_question_to_it(
    understander: Understander,
) -> None:
    first = await understander.understand("今年加装多少部电梯？", "zh")
    assert first.answer
    after = first.answer.topic

    async def kind(text: str, after: Earlier | None = None) -> str:
        return (await understander.understand(text, "zh", after=after)).kind

    assert await kind("进展怎么样了") == "news"
    assert await kind("WC20261129-0002 进展怎么样了", after) == "news"
    assert await kind("进展怎么样了", after) in ("answer", "news")
    assert await kind("老旧小区改造进展怎么样了") in ("answer", "no_answer")
