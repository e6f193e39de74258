"""A question becomes an answer or the reason why there is none; with the real content's index."""

import pytest

from bot.answers import RELATED_SHOWN, Answer, answers, related_to
from index import Index


async def answer(index: Index, question: str) -> Answer:
    """The answer to a message that asks one thing."""
    (found,) = await answers(index, question)
    return found


async def test_an_answer_is_the_reports_own_sentence(real_index: Index) -> None:
    found = await answer(real_index, "新增几所幼儿园？")
    assert found.commitment is not None
    assert found.commitment.quote == "新增普惠幼儿园3所、学位500个"
    assert found.build_id == real_index.build_id
    assert 0.5 < found.probability <= 1.0


async def test_what_is_related_is_not_the_answer_itself(real_index: Index) -> None:
    found = await answer(real_index, "老旧小区改造")
    assert found.commitment not in found.related
    assert len(found.related) <= RELATED_SHOWN
    assert len(set(found.related)) == len(found.related)


async def test_what_the_report_does_not_say_has_no_commitment(real_index: Index) -> None:
    found = await answer(real_index, "新增几所特殊教育学校？")
    assert found.commitment is None
    assert all(one in {hit.commitment for hit in found.hits} for one in found.related)


async def test_a_clause_that_lacks_what_is_asked_is_shown_as_related(real_index: Index) -> None:
    found = await answer(real_index, "加装一部电梯要多少钱？")
    assert found.commitment is None
    assert found.related[0].quote == "加装电梯60部"


async def test_what_a_matter_is_about_answers_nothing(real_index: Index) -> None:
    found = await related_to(real_index, "垃圾桶几天没人清，臭得要死")
    assert found.commitment is None
    assert found.hits[0].commitment.heading == "全面推行垃圾分类"


@pytest.mark.parametrize("text", ["", "🙂", "。。。"])
async def test_nothing_asked_finds_nothing(real_index: Index, text: str) -> None:
    found = await answer(real_index, text)
    assert (found.hits, found.commitment, found.probability, found.related) == ((), None, 0.0, ())
