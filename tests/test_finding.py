"""What staff type finds the cases it names, and nothing that is typed is taken for syntax."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import desk
from bot.cases import Case, Role
from bot.store import Filters, Reader
from bot.store.finding import MOST_PHRASES, matches_of, phrases_of, tokens_of
from tests.casework import LAMP, Hall, new_hall

ALL = Reader(Role.SUPERVISOR)
TEXTS = (
    "三栋的电梯坏了，老人出不了门。",
    "路灯坏了三个月，晚上漆黑。",
    "电视塔旁的楼梯灯不亮，坏了很久。",
    "The elevator of block 3 is broken, no light either.",
)


@pytest.fixture(scope="module")
def shelf() -> Iterator[Hall]:
    """A hall in which `TEXTS` were filed, one case each; nothing more happens in it."""
    hall = new_hall()
    for text in TEXTS:
        files(hall, text)
    yield hall
    hall.store.close()


def files(hall: Hall, text: str, place: str = "") -> Case:
    """A resident files these words."""
    return hall.files(replace(LAMP, text=text, place=place))


def found(hall: Hall, query: str) -> list[int]:
    """The cases that a query finds, in the order they were filed."""
    filters = Filters(text=query)
    return hall.store.queue.ids(filters, ALL, at=hall.clock.now, sort="oldest")


@pytest.mark.parametrize(
    ("query", "cases"),
    [
        ("电梯", [1]),
        ("路灯", [2]),
        ("坏了", [1, 2, 3]),
        ("楼梯灯", [3]),
        ("3 is", [4]),
        ('"3 is"', [4]),
        ('"is 3"', []),
        ("elevators", []),
        ("坏了 老人", [1]),
        ("老人　坏了", [1]),
        ("电梯 路灯", []),
        ("電梯", [1]),
        ("电梯坏了老人", [1]),
        ('"路灯 坏了"', [2]),
        ("“路灯，坏了”", [2]),
        ('"坏了 路灯"', []),
        ('坏了"漆黑"', [2]),
        ('"电梯', [1]),
        ("“路灯", [2]),
        ("“坏了 路灯", []),
        ('"坏了 路灯', []),
        ("elev", [4]),
        ("ELEVATOR", [4]),
        ("block 3", [4]),
        ('"elev"', []),
        ("el", [4]),
        ('"block 3"', [4]),
        ("e", []),
        ("levator", []),
        ("潜水艇", []),
    ],
)
def test_a_query_finds_the_cases_it_names(shelf: Hall, query: str, cases: list[int]) -> None:
    assert found(shelf, query) == cases


@pytest.mark.parametrize("query", ["", "  ", "。，！", '""', "“ ”", "*", "-", '" - "', "_"])
def test_a_query_without_words_narrows_nothing(shelf: Hall, query: str) -> None:
    assert phrases_of(query) == []
    assert found(shelf, query) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "query",
    [
        "WC20260914-0002",
        "wc20260914-0002",
        "ＷＣ２０２６０９１４－０００２",
        "20260914-0002",
        "0914-0002",
    ],
)
def test_a_case_is_found_by_its_number_or_its_end(shelf: Hall, query: str) -> None:
    assert found(shelf, query) == [2]
    assert found(shelf, "0002") == [2]


def test_a_number_finds_no_other_day_or_count(shelf: Hall) -> None:
    assert found(shelf, "WC20260914") == [1, 2, 3, 4]
    assert found(shelf, "0915-0002") == found(shelf, "WC20260914-0022") == found(shelf, "02") == []


def test_the_place_finds_a_case(hall: Hall) -> None:
    case = files(hall, "太吵了，睡不着。", place="得胜桥 12 号")
    files(hall, "太吵了，睡不着。", place="得胜桥 13 号")
    assert found(hall, "得胜桥 12") == found(hall, "12号") == found(hall, "桥12") == [case.id]
    assert found(hall, "睡不着 得胜桥12号") == [case.id]


def test_words_may_stand_in_different_texts_of_one_case(hall: Hall) -> None:
    case, other = files(hall, TEXTS[0]), files(hall, TEXTS[1])
    hall.does(desk.note, case, hall.dispatcher, "物业已联系维保单位。")
    assert found(hall, "电梯 维保") == [case.id]
    assert found(hall, "路灯 维保") == []
    hall.does(desk.add_words, other, hall.resident, "路口还有一盏也灭了")
    assert found(hall, "漆黑 一盏") == [other.id]


def test_a_phrase_does_not_reach_from_one_text_into_the_next(hall: Hall) -> None:
    case = files(hall, "门口很黑")
    hall.does(desk.note, case, hall.dispatcher, "请电工查看")
    assert found(hall, "黑请电") == []


def test_what_is_replied_is_found_with_the_residents_words(hall: Hall) -> None:
    case = hall.replied()
    assert found(hall, "胭脂路口 已修复") == [case.id]
    assert found(hall, "已换灯") == [case.id]


def test_two_words_of_different_cases_find_neither(hall: Hall) -> None:
    for text in ("这里有路灯", "这里有积水"):
        files(hall, text)
    assert found(hall, "路灯 积水") == []


def test_rare_characters_are_found_one_by_one(hall: Hall) -> None:
    case = files(hall, "𠮷𠮷野家门口积水")
    assert found(hall, "𠮷野家") == [case.id]


def test_what_was_not_filed_in_the_end_is_not_found(hall: Hall) -> None:
    case = files(hall, TEXTS[0])
    before = hall.everything()
    with suppress(InterruptedError), hall.store.transaction():
        draft = hall.store.drafts.made_from("turn:0", case.resident_id)
        assert draft is not None
        hall.store.cases.add(draft, number="WC20260914-0009", query_code="X", at=hall.clock.now)
        assert found(hall, "0009") == [2]
        raise InterruptedError
    assert found(hall, "0009") == []
    assert hall.everything() == before


def test_a_query_of_many_words_is_narrowed_by_the_first(hall: Hall) -> None:
    case = files(hall, "一二三四五六七八九十百千")
    known = ["一二", "二三", "三四", "四五", "五六", "六七", "七八", "八九"]
    assert len(known) == MOST_PHRASES
    assert found(hall, " ".join([*known, "没有", "没人"])) == [case.id]
    assert found(hall, " ".join([*known[1:], "没有"])) == []
    assert found(hall, "一" * 5000) == []
    assert found(hall, "".join(map(chr, range(0x4E00, 0x9000)))) == []


@pytest.mark.parametrize("query", ["灯", "“灯”", "灯 没 有", " 灯，"])
def test_a_character_alone_is_too_short_and_narrows_nothing(shelf: Hall, query: str) -> None:
    assert all(phrase.is_too_short for phrase in phrases_of(query))
    assert found(shelf, query) == [1, 2, 3, 4]
    assert found(shelf, f"{query} 漆黑") == [2]


# What is left of words in the file


def kept(hall: Hall) -> list[str]:
    """What the search keeps, row by row."""
    rows = hall.connection.execute("select tokens from case_words order by rowid").fetchall()
    return [tokens for (tokens,) in rows]


def test_the_search_keeps_no_word_and_no_order(hall: Hall) -> None:
    files(hall, "张三三 elevator 电梯坏了 坏了")
    (row,) = kept(hall)
    assert re.fullmatch(r"[0-9a-f]{12}( [0-9a-f]{12})*", row)
    tokens = row.split()
    assert tokens == sorted(set(tokens))


def test_no_word_stands_in_the_index_that_is_made_of_it(hall: Hall) -> None:
    """`fts5vocab` lists the terms as they stand there; the words are searched as SQLite had kept
    them before, in small letters and one by one."""
    files(hall, "张三三 elevator 电梯坏了")
    hall.connection.execute(
        "create virtual table temp.words using fts5vocab(main, case_words, row)"
    )
    terms = {term for (term,) in hall.connection.execute("select term from temp.words")}
    assert terms == set(kept(hall)[0].split())


def test_the_same_words_in_another_database_look_different(hall: Hall) -> None:
    other = new_hall()
    for one in (hall, other):
        files(one, TEXTS[0])
    assert set(kept(hall)[0].split()).isdisjoint(kept(other)[0].split())
    other.store.close()


def test_what_is_typed_reaches_the_search_as_hashes_alone(shelf: Hall) -> None:
    match = r'"[0-9a-f]{12}"( AND "[0-9a-f]{12}")*'
    for query in ('"电梯" OR elev*', "NEAR(电梯 坏了)", "tokens:电梯", "-路灯 ^坏了"):
        assert all(re.fullmatch(match, one) for one in matches_of(shelf.store._database, query))


def test_cases_from_before_there_was_a_search_are_found_afterwards(hall: Hall) -> None:
    case, newer = hall.replied(), files(hall, TEXTS[0])
    words = hall.connection.execute("select * from case_words order by rowid").fetchall()
    with hall.store.transaction():
        hall.connection.execute("delete from case_words")
    assert found(hall, "胭脂路口") == []
    desk.adopt_cases(hall.office, at=hall.clock.now)
    assert found(hall, "胭脂路口 已修复") == [case.id]
    assert found(hall, "电梯") == [newer.id]
    desk.adopt_cases(hall.office, at=hall.clock.now)
    assert words == hall.connection.execute("select * from case_words order by rowid").fetchall()


@given(st.text(alphabet="路灯坏了 ab1\"“”*^:(){}+-,.\\'\0\nANDORNT", max_size=30) | st.text())
def test_nothing_that_is_typed_is_an_error(shelf: Hall, query: str) -> None:
    assert set(found(shelf, query)) <= {1, 2, 3, 4}


def pairs(text: str) -> set[tuple[str, str]]:
    """Every two characters that stand side by side."""
    return set(pairwise(text))


@given(st.lists(st.text(alphabet="电梯路灯坏了老人楼不亮", min_size=1, max_size=3), max_size=4))
def test_words_of_han_characters_are_found_where_they_stand(shelf: Hall, words: list[str]) -> None:
    plain = [pairs(re.sub(r"[\W_]", "", text)) for text in TEXTS]
    expected = [
        at for at, text in enumerate(plain, 1) if all(pairs(word) <= text for word in words)
    ]
    assert found(shelf, " ".join(words)) == expected


@given(st.text())
def test_tokens_are_stable_and_hold_nothing_but_letters_and_digits(text: str) -> None:
    tokens = tokens_of(text)
    assert tokens_of(" ".join(tokens)) == tokens
    assert all(token.isalnum() for token in tokens)


@given(st.text(st.characters(codec="gb2312"), min_size=1))
def test_whatever_was_written_is_found_by_its_own_words(shelf: Hall, text: str) -> None:
    with suppress(InterruptedError), shelf.store.transaction():
        shelf.store.finding.note_words(1, text)
        assert 1 in found(shelf, f"“{text}”")
        raise InterruptedError  # so that the next text is looked for without this one
