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
from index import Index, Paths
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
