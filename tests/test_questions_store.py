"""What residents asked is counted by window, day and month; what was refused is found again."""

from datetime import date, datetime, timedelta

import pytest

from bot.app import Bot
from bot.store import AnswerRecord, QuestionCounts, Store
from bot.unanswered import Asked
from tests.casework import wuhan
from tests.clock import Clock
from tests.person import Person

BEGIN, END = wuhan(9, 1, 0), wuhan(10, 1, 0)
NOTHING = QuestionCounts(0, 0, 0, 0, 0, 0)


class Asking:
    """A resident whose questions are noted as decided."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._resident_id = store.residents.met("web", "resident", at=BEGIN).id

    def asks(
        self,
        question: str,
        decision: str = "no_answer",
        *hits: str,
        at: datetime = BEGIN,
        helpful: bool | None = None,
    ) -> None:
        """A question with its decision and, if she gave one, her verdict."""
        record = AnswerRecord(question, "zh", hits, decision, 0.5, "build")
        answer_id = self._store.answers.add(self._resident_id, record, at=at)
        if helpful is not None:
            self._store.answers.set_helpful(answer_id, self._resident_id, helpful=helpful)


@pytest.fixture
def resident_asking(store: Store) -> Asking:
    """Somebody who asks."""
    return Asking(store)


def test_counts_tell_decisions_and_verdicts_apart(store: Store, resident_asking: Asking) -> None:
    resident_asking.asks("绿地", "answer", "a", helpful=True)
    resident_asking.asks("绿地多少", "answer", "a", helpful=False)
    resident_asking.asks("学校", "choices", "b", "c")
    resident_asking.asks("机场")

    assert store.questions.counts(BEGIN, END) == QuestionCounts(4, 2, 1, 1, 1, 1)


def test_a_window_without_questions_counts_nothing(store: Store) -> None:
    assert store.questions.counts(BEGIN, END) == NOTHING
    assert store.questions.most_asked(BEGIN, END) == []
    assert store.questions.unanswered(BEGIN, END) == []


def test_the_end_of_a_window_is_not_in_it(store: Store, resident_asking: Asking) -> None:
    instant = timedelta(microseconds=1)
    for at in (BEGIN - instant, BEGIN, BEGIN + instant, END - instant, END):
        resident_asking.asks("机场", at=at)

    assert store.questions.counts(BEGIN, END).asked == 3
    assert [one.count for one in store.questions.unanswered(BEGIN, END)] == [3]


def test_days_are_those_of_wuhan_and_quiet_ones_are_there(
    store: Store, resident_asking: Asking
) -> None:
    resident_asking.asks("机场", at=wuhan(9, 1, 0, 0))
    resident_asking.asks("机场", at=wuhan(9, 1, 23, 59))
    resident_asking.asks("绿地", "answer", "a", at=wuhan(9, 3, 0, 0) + timedelta(microseconds=5))

    assert store.questions.over_time(BEGIN, wuhan(9, 4, 0)) == {
        date(2026, 9, 1): QuestionCounts(2, 0, 0, 2, 0, 0),
        date(2026, 9, 2): NOTHING,
        date(2026, 9, 3): QuestionCounts(1, 1, 0, 0, 0, 0),
    }


def test_months_are_those_of_wuhan(store: Store, resident_asking: Asking) -> None:
    resident_asking.asks("机场", at=wuhan(9, 30, 23, 59))
    resident_asking.asks("机场", at=wuhan(11, 1, 0, 0))

    months = store.questions.over_time(wuhan(9, 15, 0), wuhan(11, 2, 0), period="month")

    assert {month: counts.asked for month, counts in months.items()} == {
        date(2026, 9, 1): 1,
        date(2026, 10, 1): 0,
        date(2026, 11, 1): 1,
    }


def test_the_first_hit_of_an_answer_is_what_was_asked_for(
    store: Store, resident_asking: Asking
) -> None:
    for hits in (("b", "a"), ("c",), ("b",), ("a",)):
        resident_asking.asks("?", "answer", *hits)
    resident_asking.asks("?", "choices", "a", "b")
    resident_asking.asks("?", "no_answer", "a")

    assert store.questions.most_asked(BEGIN, END) == [("b", 2), ("a", 1), ("c", 1)]
    assert store.questions.most_asked(BEGIN, END, most=1) == [("b", 2)]


def test_what_was_refused_or_did_not_help_is_listed_once(
    store: Store, resident_asking: Asking
) -> None:
    resident_asking.asks("停车位有几个", at=wuhan(9, 2, 8))
    resident_asking.asks("停車位有幾個", at=wuhan(9, 5, 8), helpful=False)
    resident_asking.asks("停车位有几个", at=wuhan(9, 3, 8))
    resident_asking.asks("绿地", "answer", "a", at=wuhan(9, 4, 8), helpful=False)
    resident_asking.asks("学校", "answer", "b", helpful=True)
    resident_asking.asks("学校", "choices", "b", "c")

    assert store.questions.unanswered(BEGIN, END) == [
        Asked("停车位有几个", 3, 0, wuhan(9, 5, 8)),
        Asked("绿地", 0, 1, wuhan(9, 4, 8)),
    ]


def test_of_too_many_questions_the_newest_are_kept(store: Store, resident_asking: Asking) -> None:
    for minute, question in enumerate(["旧", "旧", "新一", "新二"]):
        resident_asking.asks(question, at=wuhan(9, 1, 0, minute))

    found = store.questions.unanswered(BEGIN, END, most=2)

    assert [one.text for one in found] == ["新一", "新二"]


async def test_what_a_resident_really_asks_is_counted(
    bot: Bot, resident: Person, clock: Clock
) -> None:
    await resident.says("今年地区生产总值增长多少？")
    await resident.taps("👎")
    await resident.says("机场要建在哪里？")
    begin, end = clock.now, clock.now + timedelta(seconds=1)

    counts = bot.store.questions.counts(begin, end)

    assert (counts.asked, counts.answered, counts.refused, counts.unhelpful) == (2, 1, 1, 1)
    assert bot.store.questions.most_asked(begin, end) == [("wuchang-2020/gdp-growth", 1)]
    assert [(one.text, one.refused) for one in bot.store.questions.unanswered(begin, end)] == [
        ("今年地区生产总值增长多少？", 0),
        ("机场要建在哪里？", 1),
    ]
