"""Several questions in one message: each is found, and one question is never cut in two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Index
from index.several import split_questions

THINGS = ("幼儿园", "电梯", "学位", "小区", "GDP", "kindergarten", "elevator", "green")


def names_a_thing(words: str) -> bool:
    """Whether one of a few things is named."""
    return any(thing in words for thing in THINGS)


def split(text: str) -> list[str]:
    """The questions of a message about those things."""
    return split_questions(text, names_a_thing)


@pytest.mark.parametrize(
    ("message", "questions"),
    [
        ("新增几所幼儿园？加装多少部电梯？", ["新增几所幼儿园？", "加装多少部电梯？"]),
        ("幼儿园几所；电梯几部", ["幼儿园几所；", "电梯几部"]),
        ("新增几所幼儿园，加装多少部电梯", ["新增几所幼儿园", "加装多少部电梯"]),
        ("加装电梯多少部，还有新增几所幼儿园？", ["加装电梯多少部", "还有新增几所幼儿园？"]),
        ("幼儿园几所、电梯几部、小区几个", ["幼儿园几所", "电梯几部", "小区几个"]),
        (
            "How many kindergartens? And how many elevators?",
            ["How many kindergartens?", "And how many elevators?"],
        ),
        (
            "how many kindergartens and how many elevators?",
            ["how many kindergartens", "how many elevators?"],
        ),
        ("新增几所幼儿园？什么时候？", ["新增几所幼儿园？", "什么时候？"]),
    ],
)
def test_each_question_of_a_message_is_found_in_its_order(
    message: str, questions: list[str]
) -> None:
    assert split(message) == questions


@pytest.mark.parametrize(
    "message",
    [
        "新增几所幼儿园？",
        "新增几所幼儿园",
        "我家在六楼，爸妈腿脚不好。电梯装几部？",
        "新增几所幼儿园？真的吗？",
        "新增几所幼儿园？谢谢！",
        "幼儿园、学位各多少？",
        "听说要装电梯，请问装几部？",
        "好几个小区都在问，电梯装几部？",
        "几乎没有幼儿园，电梯几部？",
        "how many kindergartens and elevators?",
        "I live on the sixth floor. How many elevators will there be?",
        "what is planned for green areas, and thanks",
        "电梯",
        "?",
        "",
    ],
)
def test_what_asks_one_thing_stays_one_message(message: str) -> None:
    assert split(message) == [message]


def test_what_is_told_first_goes_with_the_question_behind_it() -> None:
    told = "我家有老人。电梯装几部？孩子三岁了。幼儿园几所？我们都等着。"
    assert split(told) == [
        "我家有老人。电梯装几部？",
        "孩子三岁了。幼儿园几所？ 我们都等着。",
    ]


def test_more_than_three_questions_are_read_as_one_message() -> None:
    asked = "幼儿园几所？电梯几部？小区几个？"
    assert len(split(asked)) == 3
    assert split(asked + "GDP多少？") == [asked + "GDP多少？"]


def test_a_part_that_names_nothing_is_not_cut_off_at_a_comma() -> None:
    assert split("新增几所幼儿园，有多少？") == ["新增几所幼儿园，有多少？"]
    assert split("有多少，新增几所幼儿园？") == ["有多少，新增几所幼儿园？"]


@given(text=st.text(st.sampled_from("幼儿园电梯几所多少？?，,；。 、and how") | st.characters()))
def test_any_message_gives_one_to_three_questions_made_of_its_own_words(text: str) -> None:
    questions = split(text)
    assert 1 <= len(questions) <= 3
    if len(questions) == 1:
        assert questions == [text]
    assert all(set(question) <= set(text) | {" "} for question in questions)


def test_in_the_index_what_it_knows_decides_what_names_a_thing(real_index: Index) -> None:
    assert real_index.questions_in("今年加装电梯多少部，还有新增几所幼儿园？") == [
        "今年加装电梯多少部",
        "还有新增几所幼儿园？",
    ]
    assert real_index.questions_in("新增几所幼儿园，一共多少？") == ["新增几所幼儿园，一共多少？"]
