"""A report nobody has curated: cut into commitments that stand by themselves, years told apart."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.headings import find_headings
from index.opening import read_opening
from index.reports import Commitment, read_report, split_report
from index.splitting import LONGEST, Piece, mark_turns, split_text
from tests.plain_report import PLAIN_REPORT


def commitments_of(folder: Path, text: str) -> tuple[Commitment, ...]:
    """The commitments of a text dropped in as a bare file."""
    file = folder / "report.txt"
    file.write_text(text, encoding="utf-8")
    mistakes: list[str] = []
    report = read_report(file, "report.txt", mistakes, own_id="yunhe-2026")
    assert mistakes == []
    assert report is not None
    return split_report(report)


def quotes(text: str) -> list[str]:
    """The quotes of one paragraph in the task part of a report."""
    return [text[piece.start : piece.end] for piece in split_text(text, (), 2026)]


@pytest.fixture
def found(tmp_path: Path) -> dict[str, Commitment]:
    """The plain report's commitments by their quotes."""
    return {one.quote: one for one in commitments_of(tmp_path, PLAIN_REPORT)}


def test_results_tasks_and_goals_are_told_apart_with_their_years(
    found: dict[str, Commitment],
) -> None:
    told = {
        quote: (found[quote].kind, found[quote].period, found[quote].year)
        for quote in [
            "新增普惠托位1200个",
            "粮食产量稳定在30万吨以上",
            "城镇化率达到70%",
            "地区生产总值增长6%左右",
            "新建社区食堂12家",
            "改造老旧小区45个，惠及居民1.2万户",
        ]
    }
    assert told == {
        "新增普惠托位1200个": ("result", "2025", 2025),
        "粮食产量稳定在30万吨以上": ("result", "2021—2025", 2025),
        "城镇化率达到70%": ("goal", "2026—2030", 2026),
        "地区生产总值增长6%左右": ("goal", "2026", 2026),
        "新建社区食堂12家": ("task", "2026", 2026),
        "改造老旧小区45个，惠及居民1.2万户": ("task", "2026", 2026),
    }


def test_a_commitment_keeps_its_report_place_section_and_heading(
    found: dict[str, Commitment],
) -> None:
    canteens = found["新建社区食堂12家"]
    assert (canteens.report, canteens.report_title, canteens.district, canteens.target_year) == (
        "yunhe-2026",
        "云河市2026年政府工作报告",
        "云河市",
        2026,
    )
    assert (canteens.section, canteens.heading) == ("2026年重点工作", "办好民生实事")
    assert (canteens.en, canteens.report_title_en, canteens.ask) == ("", "", ())


def test_a_lead_sentence_heads_its_own_paragraph_only(found: dict[str, Commitment]) -> None:
    assert found["改造老旧小区45个，惠及居民1.2万户"].heading == "推进城市更新"
    assert found["打通断头路6条"].heading == "建设宜居城市"


def test_tasks_do_not_stand_under_a_review_whose_successor_lost_its_heading(
    tmp_path: Path,
) -> None:
    """Texts copied from pages had lost bold headings; tasks then seemed to be results."""
    text = PLAIN_REPORT.replace("三、2026年重点工作\n", "").replace(
        "二、“十五五”时期主要目标\n", ""
    )
    told = {(one.section, one.kind, one.period) for one in commitments_of(tmp_path, text)}
    assert told == {
        ("2025年和“十四五”时期工作回顾", "result", "2025"),
        ("2025年和“十四五”时期工作回顾", "result", "2021—2025"),
        ("2026—2030年规划", "task", "2026—2030"),
        ("2026—2030年规划", "goal", "2026—2030"),
        ("2026年工作", "goal", "2026"),
        ("2026年工作", "task", "2026"),
        ("2026年民生实事", "task", "2026"),
    }


def test_greetings_captions_thanks_and_notes_are_no_commitments(
    found: dict[str, Commitment],
) -> None:
    shown = "".join(found)
    for words in ("请予审议", "记者", "感谢", "团结", "各位代表", "是指", "2026-01-20"):
        assert words not in shown


def test_what_is_listed_after_the_closing_words_are_this_years_tasks(
    found: dict[str, Commitment],
) -> None:
    assert (found["为老年人免费体检8万人次"].kind, found["为老年人免费体检8万人次"].year) == (
        "task",
        2026,
    )


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("新增学校3所、学位500个。", ["新增学校3所、学位500个"]),
        (
            "地区生产总值增长5%、社会消费品零售总额增长4%、固定资产投资增长3%。",
            ["地区生产总值增长5%", "社会消费品零售总额增长4%", "固定资产投资增长3%"],
        ),
        (
            "粮食产量838亿斤、再创历史新高，居全国第4位。",
            ["粮食产量838亿斤、再创历史新高，居全国第4位"],
        ),
        ("以产业链为抓手，新建产业园5个。", ["以产业链为抓手，新建产业园5个"]),
        ("新建幼儿园8所，公园3座。", ["新建幼儿园8所，公园3座"]),
        (
            "新建学校20所，加装电梯60部，完善托育服务体系和养老服务网络建设机制。",
            ["新建学校20所", "加装电梯60部", "完善托育服务体系和养老服务网络建设机制"],
        ),
        (
            "重点做好以下工作：一是新建公园5个；二是改造管网80公里。",
            ["新建公园5个", "改造管网80公里"],
        ),
        ("全面推广“一件事，一次办”改革事项80项。", ["全面推广“一件事，一次办”改革事项80项"]),
        ("全年完成投资1,500亿元。", ["全年完成投资1,500亿元"]),
        ("（一）办好民生实事。新建食堂12家。", ["办好民生实事", "新建食堂12家"]),
        ("完成。", []),
    ],
)
def test_sentences_are_cut_where_each_part_stands_by_itself(
    sentence: str, expected: list[str]
) -> None:
    assert quotes(sentence) == expected


def test_a_list_that_is_too_long_is_cut_between_its_items() -> None:
    items = "、".join(f"第{number}号水库除险加固" for number in range(30))
    parts = quotes(f"加快推进{items}等工程建设。")
    assert len(parts) > 1
    assert max(map(len, parts)) <= LONGEST
    assert parts[0].startswith("加快推进第0号水库")


def test_a_sentence_added_elsewhere_renames_no_commitment(tmp_path: Path) -> None:
    before = commitments_of(tmp_path, PLAIN_REPORT)
    changed = PLAIN_REPORT.replace("新建社区食堂12家", "开工建设市图书馆新馆。新建社区食堂12家")
    after = {one.quote: one.id for one in commitments_of(tmp_path, changed)}
    assert {one.quote: one.id for one in before}.items() <= after.items()


def test_the_same_words_at_two_places_have_two_ids(tmp_path: Path) -> None:
    text = "云河市2026年政府工作报告\n今年新建公园5个。\n\n明年起，加强管护。\n今年新建公园5个。"
    twice = [one for one in commitments_of(tmp_path, text) if one.quote == "今年新建公园5个"]
    first, second = (one.id for one in twice)
    assert second == f"{first}-2"
    assert re.fullmatch(r"yunhe-2026/c-[0-9a-f]{8}", first)


def test_a_page_broken_text_gives_the_same_commitments(tmp_path: Path) -> None:
    """A text copied from a page has a line break at the page's width, amid words."""
    lines: list[str] = []
    for line in PLAIN_REPORT.split("\n"):
        lines += [line[place : place + 38] for place in range(0, len(line), 38)]
    broken = commitments_of(tmp_path, "\n".join(lines))
    whole = commitments_of(tmp_path, PLAIN_REPORT)
    assert [one.quote for one in broken] == [one.quote for one in whole]


def test_without_any_headings_the_past_is_told_by_its_words(tmp_path: Path) -> None:
    text = (
        "云河市2026年政府工作报告\n2025年，我们新建学校5所。\n过去五年，新建公园90个。\n"
        "今年，我们将新建学校6所。\n去年新建的学校已有4所投入使用。\n"
    )
    told = [(one.kind, one.since, one.until) for one in commitments_of(tmp_path, text)]
    assert told == [
        ("result", 2025, 2025),
        ("result", 2021, 2025),
        ("task", 2026, 2026),
        ("result", 2025, 2025),
    ]


def check_pieces(text: str, pieces: list[Piece]) -> None:
    """They stand in the text in order, none too long, none overlapping another."""
    places = [place for piece in pieces for place in (piece.start, piece.end)]
    assert places == sorted(places)
    assert all(0 <= piece.start < piece.end <= len(text) for piece in pieces)
    assert all(piece.end - piece.start <= LONGEST for piece in pieces)
    assert all("\n" not in text[piece.start : piece.end] for piece in pieces)
    assert all(piece.scope.since <= piece.scope.until for piece in pieces)


_MARKS = [*"，。；、：！？（）“”《》—0123456789%年\n ", "一、", "（一）", "一是", "1."]
_PHRASES = "新增 学校 3所 增长5% 2025年 今年 “十四五”时期 五年来 以 各位代表！ 目标是： 让我们团结"
_WORDS = st.sampled_from([*_MARKS, *_PHRASES.split()])


@settings(max_examples=300, deadline=None)
@given(st.lists(_WORDS | st.text(max_size=6), max_size=60).map("".join))
def test_any_text_is_cut_to_the_letter(text: str) -> None:
    opening = read_opening(text)
    headings = find_headings(text, opening.end)
    assert all(text[mark.start : mark.end] == mark.text for mark in headings)
    marks = mark_turns(text, headings, 2026, opening.end)
    check_pieces(text, split_text(text, marks, 2026, opening.end))


def test_a_long_text_without_any_mark_is_left_out() -> None:
    assert quotes("建" * 500) == []
