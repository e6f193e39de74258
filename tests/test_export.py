"""Cases as CSV: Excel opens it, nothing in it runs, nobody is named, and it reads back alike."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.app import Bot
from bot.cases import Case, CaseState, Kind, Matter, Urgency
from bot.export import COLUMNS, write_csv
from bot.service import Service
from index import Index
from tests.person import Person

CASE = Case(
    id=7,
    number="WC20200302-0001",
    query_code="ABCD2345",
    resident_id=4711,
    matter=Matter(
        '路灯坏了\n三个月，"没人"修',
        Kind.COMPLAINT,
        "urban_management",
        Urgency.URGENT,
        street="liangdaojie",
        place="胭脂路口",
        commitment="wuchang-2020/kindergartens",
        latitude=-30.5,
        longitude=114.3,
    ),
    state=CaseState.SUBMITTED,
    photos=2,
    submitted_at=datetime(2020, 3, 2, 4, 0, tzinfo=UTC),
)


def written(cases: Iterable[Case], service: Service, index: Index) -> str:
    """The file's text."""
    out = io.StringIO(newline="")
    write_csv(
        cases,
        out,
        service=service,
        commitment=index.commitments.get,
        delivery=lambda case: "sent" if case == CASE else "",
    )
    return out.getvalue()


def rows_of(text: str) -> list[Mapping[str, str]]:
    """The rows as whoever reads the file has them: one leading apostrophe taken away."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    return [{name: value.removeprefix("'") for name, value in row.items()} for row in rows]


def with_text(text: str) -> Case:
    """A case of these words."""
    matter = Matter(text, Kind.COMPLAINT, "other")
    return Case(1, "WC-1", "CODE", 1, matter, CaseState.SUBMITTED, 0, CASE.submitted_at)


def test_a_case_is_one_row_with_its_names_and_the_commitments_words(
    service: Service, real_index: Index
) -> None:
    text = written([CASE], service, real_index)
    assert text.startswith("\ufeffnumber,state,kind")
    assert rows_of(text) == [
        {
            "number": "WC20200302-0001",
            "state": "submitted",
            "kind": "投诉",
            "category": "城市管理",
            "urgency": "紧急",
            "street": "粮道街街道",
            "place": "胭脂路口",
            "latitude": "-30.5",
            "longitude": "114.3",
            "commitment": "wuchang-2020/kindergartens",
            "commitment_quote": "新增普惠幼儿园3所、学位500个",
            "photos": "2",
            "delivery": "sent",
            "submitted_at": "2020-03-02T04:00:00+00:00",
            "text": '路灯坏了\n三个月，"没人"修',
        }
    ]


def test_neither_the_resident_nor_the_query_code_stands_in_it(
    service: Service, real_index: Index
) -> None:
    text = written([CASE], service, real_index)
    assert "4711" not in text
    assert CASE.query_code not in text
    assert not {"resident", "resident_id", "query_code", "channel"} & set(COLUMNS)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_what_a_spreadsheet_would_run_is_guarded(
    service: Service, real_index: Index, start: str
) -> None:
    text = f'{start}HYPERLINK("http://example.org","x")'
    row = next(
        csv.DictReader(
            io.StringIO(written([with_text(text)], service, real_index)[1:], newline="")
        )
    )
    assert row["text"] == f"'{text}"


def test_codes_that_service_toml_no_longer_has_are_kept(
    service: Service, real_index: Index
) -> None:
    matter = Matter("x", Kind.HELP, "gone", street="gone_too", commitment="old/one")
    case = Case(1, "WC-1", "CODE", 1, matter, CaseState.SUBMITTED, 0, CASE.submitted_at)
    (row,) = rows_of(written([case], service, real_index))
    assert (row["category"], row["street"], row["commitment"], row["commitment_quote"]) == (
        "gone",
        "gone_too",
        "old/one",
        "",
    )


def test_no_case_is_a_header_alone(service: Service, real_index: Index) -> None:
    assert written([], service, real_index) == "\ufeff" + ",".join(COLUMNS) + "\r\n"


@pytest.fixture
def there_and_back(service: Service) -> Callable[[list[str]], list[str]]:
    """Texts of cases, written and read again."""

    def texts_again(texts: list[str]) -> list[str]:
        out = io.StringIO(newline="")
        write_csv(
            map(with_text, texts),
            out,
            service=service,
            commitment=lambda _: None,
            delivery=lambda _: "",
        )
        return [row["text"] for row in rows_of(out.getvalue())]

    return texts_again


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(texts=["'=1+1", "'", "=1+1", "''"])
@given(texts=st.lists(st.text(st.characters(exclude_categories=("Cs",)))))
def test_reading_it_back_gives_the_same_words(
    there_and_back: Callable[[list[str]], list[str]], texts: list[str]
) -> None:
    assert there_and_back(texts) == texts


async def test_what_residents_filed_comes_out_in_order(
    bot: Bot, resident: Person, neighbour: Person, real_index: Index
) -> None:
    for person, words in (
        (resident, "投诉：粮道街的路灯坏了没人管"),
        (neighbour, "=1+1 投诉：垃圾没人清运"),
    ):
        await person.says(words)
        await person.taps("提交")
    rows = rows_of(written(bot.store.cases.all(), bot.service, real_index))
    assert [(row["number"], row["text"]) for row in rows] == [
        ("WC20200302-0001", "投诉：粮道街的路灯坏了没人管"),
        ("WC20200302-0002", "=1+1 投诉：垃圾没人清运"),
    ]
