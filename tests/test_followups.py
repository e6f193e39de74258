"""Questions that lean on the one before are read with it; all others stand by themselves."""

import pytest

from index import Earlier, Index
from index.choice import any_of
from index.followups import about_the_same, carries_on, names_a_thing
from index.glossary import Entry, Glossary
from index.questions import Question, read_question

GLOSSARY = Glossary(
    (
        Entry(("kindergarten",), ("普惠幼儿园",)),
        Entry(("add", "build", "建", "新增", "加装"), ("新增",), "action"),
    )
)


def question(text: str) -> Question:
    """The question, read with the small glossary."""
    return read_question(text, GLOSSARY, any_of([]))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("新增几所幼儿园?", True),
        ("那学位呢?", True),
        ("how many kindergartens?", True),
        ("什么时候?", False),
        ("新增多少?", False),
        ("今年呢?", False),
        ("2019年呢?", False),
        ("how many will be added?", False),
        ("and this year?", False),
        ("", False),
    ],
)
def test_a_question_that_only_asks_or_acts_names_no_thing(text: str, names: bool) -> None:
    assert names_a_thing(question(text)) == names


@pytest.mark.parametrize(
    "text",
    [
        *("那学位呢?", "还有电梯?", "另外电梯装几部?", "学位呢", "其中学位多少?", "它在哪里?"),
        *("and how many elevators?", "what about places?", "how many of them are new?"),
        *("is it free?", "kindergartens too?", "those in old houses?"),
    ],
)
def test_a_short_question_that_carries_on_or_points_back_leans(text: str) -> None:
    assert carries_on(question(text))


@pytest.mark.parametrize(
    "text",
    [
        *("新增几所幼儿园?", "加装多少部电梯", "how many elevators?", "android lifts", "theory"),
        "那么请问今年武昌区一共要新增几所普惠幼儿园和多少个学位?",
        "and how many new kindergartens will the whole of the district get this year?",
    ],
)
def test_a_question_without_such_words_or_a_long_one_leans_on_nothing(text: str) -> None:
    assert not carries_on(question(text))


def test_read_together_the_earlier_words_count_less_and_are_not_what_is_asked() -> None:
    earlier, later = question("新增几所幼儿园?"), question("2021年有多少学位?")
    together = about_the_same(later, earlier)
    own, before = len(later.spans), together.spans[len(later.spans) :]
    assert together.spans[:own] == later.spans
    assert [span.single for span in before] == [span.single for span in earlier.spans]
    pairs = [(kept.weight, span.weight) for kept, span in zip(before, earlier.spans, strict=True)]
    assert all(kept < weight for kept, weight in pairs if weight)
    assert any(weight for _, weight in pairs)
    assert any(span.is_asked for span in earlier.spans)
    assert not any(span.is_asked for span in before)
    assert set(together.terms) == set(earlier.terms) | set(later.terms)
    assert together.asked == later.asked


def test_the_year_of_the_later_question_counts_else_the_earlier_ones() -> None:
    earlier = question("2020年新增几所幼儿园?")
    assert about_the_same(question("2019年呢?"), earlier).years == {2019}
    assert about_the_same(question("学位呢?"), earlier).years == {2020}


def test_together_no_word_is_both_asked_for_and_added() -> None:
    earlier, later = question("how many kindergartens?"), question("普惠的呢?")
    together = about_the_same(later, earlier)
    assert together.is_chinese
    assert not set(together.expansion) & set(together.terms)


# In the index


def asked_after(index: Index, first: str, second: str) -> str:
    """The id that answers the second question, asked after the first; empty if none does."""
    after = index.topic(first, index.search(first), after=None)
    hits = index.search(second, after=after)
    return hits[0].commitment.id.split("/")[1] if hits and hits[0].answers else ""


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [
        ("加装多少部电梯?", "多少?", "elevators"),
        ("新增几所幼儿园?", "有几所?", "kindergartens"),
        ("新增几所幼儿园?", "那学位呢?", "kindergartens"),
        ("How many kindergartens are being added?", "and places?", "kindergartens"),
        ("加装多少部电梯?", "那幼儿园呢?", "kindergartens"),
        ("How many kindergartens are being added?", "and how many elevators?", "elevators"),
        ("新增几所幼儿园?", "今年改造多少老旧小区?", "old-residential-compounds"),
    ],
)
def test_what_leans_is_answered_from_what_was_spoken_of_and_a_new_thing_by_itself(
    real_index: Index, first: str, second: str, answer: str
) -> None:
    assert asked_after(real_index, first, second) == answer


@pytest.mark.parametrize("second", ["多少?", "有几所?", "how many?", "什么时候?", "在哪里?"])
def test_alone_a_question_that_names_nothing_is_not_answered(
    real_index: Index, second: str
) -> None:
    assert not any(hit.answers for hit in real_index.search(second))


@pytest.mark.parametrize("second", ["什么时候?", "在哪里?", "要多少钱?", "那江岸区呢?"])
def test_what_the_report_does_not_say_is_not_answered_after_an_answer_either(
    real_index: Index, second: str
) -> None:
    assert asked_after(real_index, "加装多少部电梯?", second) == ""


def test_what_was_spoken_of_stays_over_questions_that_name_nothing(real_index: Index) -> None:
    first = real_index.topic("加装多少部电梯?", real_index.search("加装多少部电梯?"), after=None)
    assert first == Earlier("加装多少部电梯?", "wuchang-2020/elevators")
    hits = real_index.search("什么时候?", after=first)
    assert real_index.topic("什么时候?", hits, after=first) == first


def test_a_question_that_names_a_thing_is_the_next_ones_topic_answered_or_not(
    real_index: Index,
) -> None:
    before = Earlier("加装多少部电梯?", "wuchang-2020/elevators")
    unsaid = "新增几所特殊教育学校?"
    hits = real_index.search(unsaid, after=before)
    assert real_index.topic(unsaid, hits, after=before) == Earlier(unsaid, "")
