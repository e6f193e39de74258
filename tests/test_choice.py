"""Two reports of different place and year: which one a question is put to, and what year of it."""

from dataclasses import replace

import pytest

from bot.dialogue import Phrasing
from bot.service import Service
from bot.wording import Language, Wording, plain
from index import Earlier, Index, IndexSettings, Paths, build_index, load_index
from index.choice import names_of_place
from index.content import read_content
from tests.conftest import CONTENT
from tests.plain_report import PLAIN_REPORT
from tests.small_content import write_small_content

WUCHANG, YUNHE = "small-2020", "yunhe-2026"


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """Wuchang's tasks for 2020, and a newer text of Yunhe: results of 2025, tasks for 2026."""
    paths = write_small_content(tmp_path_factory.mktemp("two"))
    file = paths.content / "reports" / f"{YUNHE}.txt"
    file.write_text(PLAIN_REPORT, encoding="utf-8")
    build_index(paths, IndexSettings())
    return paths


@pytest.fixture(scope="module")
def index(paths: Paths) -> Index:
    """Both reports, with the bundled encoder."""
    return load_index(paths, IndexSettings())


@pytest.fixture
def phrasing(service: Service) -> Phrasing:
    """The real wording."""
    return Phrasing(Wording(CONTENT / "wording"), service)


def answer(index: Index, question: str, after: Earlier | None = None) -> str:
    """The quote that answers; empty if none does."""
    hits = index.search(question, after=after)
    return hits[0].commitment.quote if hits and hits[0].answers else ""


def reports(index: Index, question: str) -> set[str]:
    """The reports of everything found."""
    return {hit.commitment.report for hit in index.search(question, top_k=50)}


# Which report


@pytest.mark.parametrize(
    "question",
    [
        *("武昌区加装多少部电梯?", "武昌加装多少部电梯?", "How many elevators in Wuchang?"),
        *("How many elevators will Wuchang District get?", "wuchang jiazhuang duoshao dianti"),
        "武昌區加裝多少部電梯?",
    ],
)
def test_the_place_a_question_names_decides(index: Index, question: str) -> None:
    assert answer(index, question) == "加装电梯60部"
    assert reports(index, question) == {WUCHANG}


@pytest.mark.parametrize("question", ["云河市加装多少部电梯?", "How many elevators in Yunhe?"])
def test_so_it_does_for_the_other_place(index: Index, question: str) -> None:
    assert answer(index, question) == "加装电梯150部，更新燃气管网80公里"
    assert reports(index, question) == {YUNHE}


@pytest.mark.parametrize(
    ("question", "report"),
    [
        ("2020年加装多少部电梯?", WUCHANG),
        ("How many elevators in 2020?", WUCHANG),
        ("2026年加装多少部电梯?", YUNHE),
        ("2025年新建养老服务中心几家?", YUNHE),
    ],
)
def test_the_year_a_question_names_decides(index: Index, question: str, report: str) -> None:
    assert answer(index, question)
    assert reports(index, question) == {report}


@pytest.mark.parametrize(
    "question", ["加装多少部电梯?", "How many elevators?", "今年加装多少部电梯?"]
)
def test_a_question_that_names_neither_is_put_to_the_newest(index: Index, question: str) -> None:
    assert answer(index, question) == "加装电梯150部，更新燃气管网80公里"
    assert reports(index, question) == {YUNHE}


@pytest.mark.parametrize(
    "question",
    [
        *("武昌2026年加装多少部电梯?", "云河2020年加装多少部电梯?", "2019年加装多少部电梯?"),
        *("江岸区加装多少部电梯?", "How many elevators in Wuchang in 2026?"),
    ],
)
def test_a_place_and_year_that_no_report_has_are_not_answered_from_another(
    index: Index, question: str
) -> None:
    assert answer(index, question) == ""


def test_both_places_together_are_put_to_the_newest_of_them(index: Index) -> None:
    assert reports(index, "武昌和云河加装电梯") == {YUNHE}


def test_a_part_of_a_word_names_no_place(index: Index) -> None:
    assert reports(index, "How many elevators in Wuchangcheng?") == {YUNHE}


def test_the_caller_may_name_the_report(index: Index) -> None:
    hits = index.search("加装多少部电梯?", top_k=50, within=WUCHANG)
    assert {hit.commitment.report for hit in hits} == {WUCHANG}


# Questions that follow


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("那幼儿园学位呢?", "新增普惠幼儿园3所、学位500个"),
        ("多少?", "加装电梯60部"),
        ("云河市呢?", "加装电梯150部，更新燃气管网80公里"),
    ],
)
def test_what_leans_on_an_answer_stays_with_its_report_unless_it_names_a_place(
    index: Index, question: str, quote: str
) -> None:
    after = Earlier("武昌区加装多少部电梯?", f"{WUCHANG}/elevators")
    assert answer(index, question, after) == quote


# What was and what will be


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("今年地区生产总值增长多少?", "地区生产总值增长6%左右"),
        ("2026年地区生产总值增长多少?", "地区生产总值增长6%左右"),
        ("去年地区生产总值增长多少?", "地区生产总值增长5.8%"),
        ("云河去年地区生产总值增长多少?", "地区生产总值增长5.8%"),
        ("2025年地区生产总值增长多少?", "地区生产总值增长5.8%"),
        ("过去一年新建养老服务中心几家?", "新建养老服务中心7家"),
    ],
)
def test_last_years_results_and_this_years_tasks_are_told_apart(
    index: Index, question: str, quote: str
) -> None:
    assert answer(index, question) == quote


def test_of_both_the_one_to_come_stands_first_where_no_year_is_named(index: Index) -> None:
    first, second = index.search("地区生产总值增长多少?", top_k=2)
    assert first.commitment.quote == "地区生产总值增长6%左右"
    assert first.answers
    assert second.commitment.quote == "地区生产总值增长5.8%"


@pytest.mark.parametrize(
    "question",
    [
        *("去年加装多少部电梯?", "武昌区去年加装多少部电梯?", "前年地区生产总值增长多少?"),
        *("明年加装多少部电梯?", "今年新建养老服务中心几家?"),
    ],
)
def test_a_task_is_no_result_and_a_result_no_task(index: Index, question: str) -> None:
    assert answer(index, question) == ""


def test_last_year_only_to_compare_with_asks_for_this_year(index: Index) -> None:
    assert answer(index, "地区生产总值比去年增长多少?") == "地区生产总值增长6%左右"


# What she reads


@pytest.mark.parametrize(
    ("question", "language", "source", "year"),
    [
        (
            "武昌区加装多少部电梯?",
            "zh",
            "—— 武昌区2020年工作 · 围绕幸福指数提升",
            "这是 2020 年的工作安排。",
        ),
        (
            "How many elevators in Wuchang?",
            "en",
            "— Wuchang District's work in 2020 · ",
            "This is a task planned for 2020.",
        ),
        (
            "加装多少部电梯?",
            "zh",
            "—— 云河市2026年政府工作报告 · 2026年重点工作",
            "这是 2026 年的工作安排。",
        ),
        (
            "今年地区生产总值增长多少?",
            "zh",
            "—— 云河市2026年政府工作报告 · ",
            "这是 2026 年的预期目标。",
        ),
        (
            "去年地区生产总值增长多少?",
            "zh",
            "—— 云河市2026年政府工作报告 · ",
            "这是报告中的情况说明（说的是 2025 年，见 2026 年报告）。",
        ),
        (
            "What was the growth of 地区生产总值 last year?",
            "en",
            "— 云河市2026年政府工作报告 · ",
            "This is a statement about 2025 of the report for 2026.",
        ),
    ],
)
def test_the_reply_says_which_report_and_which_year(
    index: Index, phrasing: Phrasing, question: str, language: Language, source: str, year: str
) -> None:
    found = index.search(question)[0].commitment
    lines = plain(phrasing.commitment(language, found)).splitlines()
    assert lines[-1] == year
    assert lines[-2].startswith(source)
    assert lines[-3] == found.quote


# Names of places


@pytest.mark.parametrize(
    ("district", "title_en", "names"),
    [
        ("武昌区", "Wuchang District's work", {"武昌区", "武昌", "wuchang", "wuchang district"}),
        ("云河市", "", {"云河市", "云河", "yunhe"}),
        ("陕西省", "", {"陕西省", "陕西", "shaanxi"}),
        ("山西省", "", {"山西省", "山西", "shanxi"}),
        ("广西壮族自治区", "", {"广西壮族自治区", "广西", "guangxi"}),
        ("内蒙古自治区", "", {"内蒙古自治区", "内蒙古", "inner mongolia", "neimenggu"}),
        ("全国", "", {"全国", "china"}),
        ("", "", set()),
    ],
)
def test_a_place_is_known_by_all_its_names_longest_first(
    paths: Paths, district: str, title_en: str, names: set[str]
) -> None:
    report = replace(read_content(paths).reports[0], district=district, title_en=title_en)
    found = names_of_place(report)
    assert set(found) == names
    assert list(found) == sorted(found, key=len, reverse=True)


def test_the_index_keeps_the_places_names_over_a_rebuild(paths: Paths, index: Index) -> None:
    built = {one.id: names_of_place(one) for one in read_content(paths).reports}
    assert dict(index.places) == built
