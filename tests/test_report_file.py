"""A text written as `report.md` is read back as this very text, with the same headings."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.drafting.report_file import with_hash, write_report
from index.headings import LEAD, SECTION, SUBHEADING, Heading, find_headings
from index.report_text import read_body, split_front_matter, write_body
from index.reports import read_report
from index.splitting import mark_turns
from tests.plain_report import PLAIN_REPORT

TEXT = PLAIN_REPORT.strip()

# Lines as a report has them, and those that look like Markdown or front matter.
LINES = st.one_of(
    st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=40),
    st.lists(
        st.sampled_from(
            ["#", "## ", "#### ", "\\", "---", "<!-- ", " -->", "一、", "。", "新增学位30个"]
        ),
        max_size=6,
    ).map("".join),
)
TEXTS = st.lists(LINES.map(str.strip).filter(bool), min_size=1, max_size=8).map("\n".join)


@given(TEXTS)
def test_any_text_is_read_back_to_the_letter(text: str) -> None:
    headings = mark_turns(text, find_headings(text), 2026, 0)
    written = write_report(text, headings, {"title": "报告", "target_year": 2026}, "")
    _, body = split_front_matter(written)
    assert read_body(body, is_plain=False)[0] == text


@given(TEXTS, st.data())
def test_marked_headings_are_read_back_with_it(text: str, data: st.DataObject) -> None:
    headings: list[Heading] = []
    place = 0
    for line in text.split("\n"):
        level = data.draw(st.sampled_from([0, SECTION, SUBHEADING, LEAD]))
        length = data.draw(st.integers(1, len(line)))
        # A lead is part of its paragraph; what only looks like a hidden name is not marked.
        if level == LEAD and length == len(line):
            level = SUBHEADING
        if level and "<!--" not in line:
            headings.append(Heading(place, level, line[:length]))
        place += len(line) + 1
    found = read_body(write_body(text, headings), is_plain=False)
    assert found == (text, tuple(headings))


def test_a_section_that_the_text_does_not_head_keeps_its_name() -> None:
    headings = (Heading(0, SECTION, "", "2026年工作"), Heading(0, LEAD, "办好教育。"))
    text = "办好教育。新增学位30个。"
    body = write_body(text, headings)
    assert body == "## <!-- 2026年工作 -->\n#### 办好教育。\n新增学位30个。\n"
    assert read_body(body, is_plain=False) == (text, headings)


def test_headings_of_all_levels_stand_in_the_markdown() -> None:
    headings = mark_turns(TEXT, find_headings(TEXT), 2026, 0)
    lines = write_body(TEXT, headings).split("\n")
    assert "## 三、2026年重点工作" in lines
    assert "### （二）建设宜居城市" in lines
    assert "#### 推进城市更新。" in lines


def test_a_fourth_level_that_nothing_follows_is_a_sub_heading() -> None:
    _, headings = read_body("## 一、今年\n\n#### 教育\n\n新增学位30个。", is_plain=False)
    assert [heading.level for heading in headings] == [SECTION, SUBHEADING]


BEFORE = """\
---
# by hand
title: 云河市2026年的报告   # as printed
title_en: "Yunhe's report"
target_year: 2026
sha256: 0000000000000000000000000000000000000000000000000000000000000000
---
云河市的报告

## 一、今年
### 教育
新增学位30个。

新建公园5个。
"""


def test_a_file_that_is_there_keeps_front_matter_and_marks_of_what_did_not_change(
    tmp_path: Path,
) -> None:
    text = "云河市的报告\n一、今年教育新增学位30个。\n新建公园6个。"
    written = write_report(text, (), {"title": "别的", "district": "云河市"}, BEFORE)
    front, body = split_front_matter(written)
    lines = front.split("\n")
    assert lines[:4] == BEFORE.split("\n")[1:5]
    assert lines[4].startswith("sha256: ")
    assert "0000" not in lines[4]
    assert lines[5:] == ["district: 云河市", ""]
    assert body == "云河市的报告\n\n## 一、今年\n### 教育\n新增学位30个。\n\n新建公园6个。\n"
    file = tmp_path / "yunhe" / "report.md"
    file.parent.mkdir()
    file.write_text(written, encoding="utf-8")
    mistakes: list[str] = []
    report = read_report(file, "report.md", mistakes)
    assert mistakes == []
    assert report is not None
    assert report.text == text


@given(TEXTS, TEXTS)
def test_a_text_over_another_is_read_back_to_the_letter(text: str, before: str) -> None:
    first = write_report(before, find_headings(before), {"title": "报告"}, "")
    second = write_report(text, find_headings(text), {}, first)
    assert read_body(split_front_matter(second)[1], is_plain=False)[0] == text


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_only_the_hash_of_a_file_is_renewed(line_end: str) -> None:
    before = BEFORE.replace("\n", line_end)
    renewed = with_hash(before, "新的")
    changed = [
        (old, new)
        for old, new in zip(before.split("\n"), renewed.split("\n"), strict=True)
        if old != new
    ]
    ((old, new),) = changed
    assert (old[:8], new[:8], new.endswith("\r")) == ("sha256: ", "sha256: ", line_end != "\n")
    without = before.replace("sha256", "source")
    assert with_hash(without, "新的") == without
