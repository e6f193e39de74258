"""Broad questions list what the reports say on a topic; a question for one thing lists nothing."""

import pytest

from index import Index
from index.choice import any_of
from index.glossary import Glossary
from index.overview import is_topic, topic_of
from index.questions import Question, read_question


def question(text: str) -> Question:
    """The question, read without a glossary."""
    return read_question(text, Glossary(()), any_of([]))


def named(words: str) -> list[str]:
    """The characters and words that count."""
    return [span.single or span.word for span in question(words).spans if span.weight]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("教育有什么计划?", "教育"),
        ("教育有哪些新举措", "教育"),
        ("教育方面呢?", "教育"),
        ("关于教育讲了些什么?", "教育"),
        ("环境保护怎么安排?", "环境保护"),
        ("what about the environment?", "environment"),
        ("How about traffic?", "traffic"),
        ("tell me about education", "education"),
        ("tell me more about education", "education"),
        ("what are the plans for education?", "education"),
        ("goals for education", "education"),
        ("anything on education?", "education"),
    ],
)
def test_a_broad_question_leaves_the_words_of_its_topic(text: str, topic: str) -> None:
    words = topic_of(question(text))
    assert topic in words
    assert named(words) == named(topic)


@pytest.mark.parametrize(
    "text",
    [
        *("新增几所幼儿园?", "教育有多少计划?", "教育", "加装电梯60部", "学校在哪里?", ""),
        *("how many measures for education?", "is the air good?", "where is the library?"),
    ],
)
def test_a_question_for_one_thing_has_no_topic(text: str) -> None:
    assert topic_of(question(text)) == ""


@pytest.mark.parametrize(
    ("words", "is_one"),
    [
        *(("教育", True), ("老旧小区", True), ("老旧小区改造", False), ("", False), ("的", False)),
        *(("traffic", True), ("air quality", True), ("old city air quality", False)),
    ],
)
def test_a_topic_is_named_in_a_few_words(words: str, is_one: bool) -> None:
    assert is_topic(question(words)) == is_one


# In the index


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("教育方面有什么计划?", {"preschool-education", "kindergartens", "school-safety"}),
        ("what are the plans for education?", {"preschool-education", "kindergartens"}),
        ("what about the environment?", {"green-space", "air-quality", "waterway-quality"}),
        ("交通方面呢", {"dead-end-roads", "metro-lines-trunk-roads", "local-roads"}),
    ],
)
def test_a_broad_question_lists_three_to_eight_commitments_on_its_topic(
    real_index: Index, text: str, listed: set[str]
) -> None:
    ids = [one.id.removeprefix("wuchang-2020/") for one in real_index.overview(text)]
    assert 3 <= len(ids) <= 8
    assert len(set(ids)) == len(ids)
    assert listed <= set(ids)


def test_the_topic_in_both_languages_lists_the_same(real_index: Index) -> None:
    chinese = real_index.overview("教育方面有什么计划?")
    english = real_index.overview("what are the plans for education?")
    assert {one.id for one in chinese} == {one.id for one in english}


@pytest.mark.parametrize(
    "text",
    [
        *("新增几所幼儿园?", "加装多少部电梯", "how many elevators?", "教育", "讲了些什么?"),
        # Of a narrower topic, or of none of the reports', fewer than three commitments speak.
        *("学前教育有什么计划?", "外星人方面有什么计划?", "what about aliens?", "", "?"),
    ],
)
def test_nothing_is_listed_for_one_thing_or_for_what_few_commitments_are_about(
    real_index: Index, text: str
) -> None:
    assert real_index.overview(text) == ()
