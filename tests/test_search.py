"""Search on the project's own content with the bundled encoder: what residents ask is found."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Index


@pytest.fixture(scope="module")
def index(real_index: Index) -> Index:
    """The index of the project's own content."""
    return real_index


def found(index: Index, question: str) -> str:
    """The quote of the best hit."""
    return index.search(question)[0].commitment.quote


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("how many kindergartens are being added?", "新增普惠幼儿园3所、学位500个"),
        ("新增几所幼儿园?", "新增普惠幼儿园3所、学位500个"),
        ("新增幾所幼兒園?", "新增普惠幼儿园3所、学位500个"),
        ("How many elevators will be installed?", "加装电梯60部"),
        ("加装多少部电梯", "加装电梯60部"),
        ("ＧＤＰ增长多少", "地区生产总值增长7.5%"),
    ],
)
def test_plain_questions_are_answered(index: Index, question: str, quote: str) -> None:
    best = index.search(question)[0]
    assert best.commitment.quote == quote
    assert best.answers


@pytest.mark.parametrize(
    "question",
    [
        "江岸区新增几所幼儿园?",
        "2025年新增几所幼儿园?",
        "How many kindergartens were added in 2018?",
        "地铁7号线什么时候开通?",
        "Will metro line 7 be finished?",
        "加装一部电梯要多少钱?",
        "今天天气怎么样",
        "tell me a joke",
        "今天",
    ],
)
def test_what_the_report_does_not_say_is_not_answered(index: Index, question: str) -> None:
    assert not any(hit.answers for hit in index.search(question))


def test_only_the_best_hit_may_answer(index: Index) -> None:
    hits = index.search("新增几所幼儿园?", top_k=8)
    assert [hit.answers for hit in hits] == [True, *[False] * 7]
    assert len({hit.commitment.id for hit in hits}) == 8


def test_of_those_about_as_near_the_one_with_a_number_comes_first(index: Index) -> None:
    question = "高新企业倍增计划新增多少家"
    read = index.read(question)
    nearest = index.legs(read).fused(index.thresholds.dense_weight(read)).argmax()
    assert index.parts[nearest].quote == "实施高新企业倍增计划"
    assert found(index, question) == "全年新增高新技术企业50家,总量突破300家"


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("垃圾分类是不是全区都要搞", "全面推行垃圾分类"),
        ("How many high-tech companies will be added?", "全年新增高新技术企业50家,总量突破300家"),
    ],
)
def test_of_those_alike_the_one_that_says_least_besides_comes_first(
    index: Index, question: str, quote: str
) -> None:
    assert found(index, question) == quote


def test_what_is_about_the_same_stays_near_though_it_does_not_answer(index: Index) -> None:
    best = index.search("加装一部电梯要多少钱?")[0]
    assert best.commitment.quote == "加装电梯60部"
    assert best.nearness > 0.5 > best.probability


def test_what_a_message_is_about_answers_nothing(index: Index) -> None:
    hits = index.about("院子里的电梯装了几个月还没装好")
    assert hits[0].commitment.quote == "加装电梯60部"
    assert hits[0].probability == hits[0].nearness > 0.5
    assert not any(hit.answers for hit in hits)


def test_top_k_beyond_the_report_gives_no_commitment_twice(index: Index) -> None:
    hits = index.search("武昌", top_k=1000)
    assert len({hit.commitment.id for hit in hits}) == len(hits) <= len(index.commitments)


@pytest.mark.parametrize("question", ["", " ", "\u200b\u202e", "😀🚗", "???", "的", "a", "7"])
def test_a_question_about_nothing_is_not_answered(index: Index, question: str) -> None:
    assert not any(hit.answers for hit in index.search(question))


@settings(max_examples=150, deadline=None)
@given(question=st.text(max_size=120))
def test_no_question_raises_and_every_figure_is_in_range(index: Index, question: str) -> None:
    for hit in index.search(question, top_k=3):
        assert 0 <= hit.probability <= 1
        assert 0 <= hit.coverage <= 1.000001


def test_a_very_long_question_is_read_in_part(index: Index) -> None:
    assert index.search("电梯" * 5000, top_k=1)[0].commitment.quote == "加装电梯60部"


def test_many_threads_get_the_answers_one_gets(index: Index) -> None:
    questions = ["新增几所幼儿园?", "加装多少部电梯", "how much green space?", "GDP增长多少"] * 50
    alone = [found(index, question) for question in questions]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda question: found(index, question), questions))
    assert together == alone


def test_sections_hold_all_commitments_once_in_the_reports_order(index: Index) -> None:
    held = [commitment for section in index.sections.values() for commitment in section]
    assert sorted(one.id for one in held) == sorted(index.commitments)
    assert [section for _, section in index.sections][:2] == ["总体", "围绕构筑产业高地"]
