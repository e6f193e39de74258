"""A second report dropped in as text alone: read, indexed, answered from, and drafted."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from index import Paths, build_index, check_content, load_index
from index.config import IndexSettings
from index.content import content_hashes, read_content, read_reports
from index.drafting.drafts import draft_report, write_draft
from index.errors import ContentError
from index.opening import read_opening
from index.reports import Report
from tests.plain_report import PLAIN_REPORT
from tests.small_content import tiny_settings


def drop_in(paths: Paths, name: str, text: str = PLAIN_REPORT) -> Path:
    """Put a text into the reports' folder."""
    file = paths.content / "reports" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def report_of(paths: Paths, report_id: str) -> Report:
    """One report, which reads without mistakes."""
    content = read_content(paths)
    assert content.mistakes == []
    return next(report for report in content.reports if report.id == report_id)


@pytest.mark.parametrize(
    "name",
    ["yunhe-2026.txt", "yunhe-2026.md", "yunhe-2026/report.txt", "yunhe-2026/report.md"],
)
def test_a_text_alone_is_a_report(paths: Paths, name: str) -> None:
    drop_in(paths, name)
    report = report_of(paths, "yunhe-2026")
    assert (report.title, report.title_en, report.district, report.session) == (
        "云河市2026年政府工作报告",
        "",
        "云河市",
        "云河市第九届人民代表大会第五次会议",
    )
    assert (report.held_on, report.target_year, report.source) == (date(2026, 1, 18), 2026, "")
    assert report.text == PLAIN_REPORT.strip()


def test_what_the_front_matter_says_counts_and_the_rest_is_told_from_the_text(
    paths: Paths,
) -> None:
    front = "---\ntitle: 云河市的报告\ntitle_en: Yunhe's report\ntarget_year: 2027\n---\n"
    drop_in(paths, "yunhe-2026/report.txt", front + PLAIN_REPORT)
    report = report_of(paths, "yunhe-2026")
    assert (report.title, report.title_en) == ("云河市的报告", "Yunhe's report")
    assert (report.target_year, report.held_on) == (2027, date(2026, 1, 18))


def test_a_dropped_in_report_gives_two_remarks_and_no_mistake(paths: Paths) -> None:
    file = drop_in(paths, "yunhe-2026.txt")
    content = read_content(paths)
    found = hashlib.sha256(PLAIN_REPORT.strip().encode()).hexdigest()
    own = [one for one in content.commitments if one.report == "yunhe-2026"]
    assert content.mistakes == []
    assert content.remarks == [
        f"{file}: sha256: missing; the text's is {found}",
        f"{file}: not curated: cut into {len(own)} commitments as yunhe-2026, planning for 2026; "
        "python -m index draft yunhe-2026 --write begins curating",
    ]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("新建公园5个。\n", "target_year: neither the title nor the text says which year"),
        ("云河市2026年政府工作报告\n", "no sentence of it can be a commitment"),
        ("", "is empty: holds no text of a report"),
        ("---\ntarget_year: soon\n---\n新建公园5个。", "front matter: target_year:"),
        ("---\nid: other\n---\n2026年工作安排\n新建公园5个。", "id: 'other' is not the folder's"),
    ],
)
def test_a_text_that_cannot_be_served_is_one_clear_mistake(
    paths: Paths, text: str, named: str
) -> None:
    file = drop_in(paths, "yunhe-2026.txt", text)
    (mistake,) = check_content(paths)
    assert mistake.startswith(f"{file}:")
    assert named in mistake


def test_a_text_of_windows_is_read(paths: Paths) -> None:
    file = drop_in(paths, "yunhe-2026.txt")
    file.write_bytes(PLAIN_REPORT.replace("\n", "\r\n").encode("gb18030"))
    assert report_of(paths, "yunhe-2026").text == PLAIN_REPORT.strip()
    file.write_bytes(PLAIN_REPORT.encode("utf-8-sig"))
    assert report_of(paths, "yunhe-2026").title == "云河市2026年政府工作报告"


@pytest.mark.parametrize(
    ("name", "own_id"),
    [
        ("Yunhe_2026.txt", "yunhe-2026"),
        ("云河2026.txt", "2026-" + hashlib.sha256("云河2026".encode()).hexdigest()[:8]),
        ("云河.txt", "r-" + hashlib.sha256("云河".encode()).hexdigest()[:8]),
    ],
)
def test_any_file_name_gives_a_short_plain_id(paths: Paths, name: str, own_id: str) -> None:
    drop_in(paths, name)
    assert report_of(paths, own_id).district == "云河市"


def test_two_files_for_one_report_are_a_mistake(paths: Paths) -> None:
    drop_in(paths, "yunhe-2026.txt")
    second = drop_in(paths, "yunhe-2026/report.txt")
    first = second.parent.with_suffix(".txt")
    assert check_content(paths) == [f"{first}: is named like {second}"]
    first.unlink()
    drop_in(paths, "yunhe-2026/report.md")
    assert check_content(paths) == [f"{second.parent}: holds report.md and report.txt; remove one"]


def test_readme_and_hidden_files_are_no_reports(paths: Paths) -> None:
    for name in ("README.md", ".notes.txt", "_old.txt", "table.csv"):
        drop_in(paths, name, "notes")
    assert check_content(paths) == []


def test_a_dropped_in_report_is_an_input_of_the_build(paths: Paths) -> None:
    drop_in(paths, "yunhe-2026.txt")
    drop_in(paths, "other-2026/report.txt")
    assert {"reports/yunhe-2026.txt", "reports/other-2026/report.txt"} <= set(
        content_hashes(paths.content)
    )


def test_a_dropped_in_report_is_answered_from(paths: Paths, tmp_path: Path) -> None:
    drop_in(paths, "yunhe-2026.txt")
    settings: IndexSettings = tiny_settings(tmp_path)
    build_index(paths, settings)
    index = load_index(paths, settings)
    found = index.search("新建社区食堂12家")[0].commitment
    assert (found.quote, found.report, found.year) == ("新建社区食堂12家", "yunhe-2026", 2026)
    assert index.places == {
        "small-2020": ("wuchang district", "wuchang", "武昌区", "武昌"),
        "yunhe-2026": ("yunhe", "云河市", "云河"),
    }
    assert list(index.commitments.values()) == list(read_content(paths).commitments)


@pytest.mark.parametrize("name", ["yunhe-2026.txt", "yunhe-2026/report.md"])
def test_a_written_draft_gives_the_very_same_commitments(paths: Paths, name: str) -> None:
    text = PLAIN_REPORT.replace("优化公交线网，", "新建社区食堂12家。")
    drop_in(paths, name, text)
    before = read_content(paths).commitments
    write_draft(paths, draft_report(paths, "yunhe-2026"))
    file = paths.content / "reports" / "yunhe-2026" / "commitments.toml"
    draft = file.read_text(encoding="utf-8")
    after = read_content(paths)
    assert draft.count("start_after = ") == 1
    assert after.mistakes == []
    assert after.commitments == before


def test_odd_characters_of_a_text_survive_the_draft(paths: Paths) -> None:
    drop_in(paths, "yunhe-2026.txt", '2026年工作安排\n新建“\\n”"号\u200b公园5个。\n')
    before = read_content(paths).commitments
    write_draft(paths, draft_report(paths, "yunhe-2026"))
    assert read_content(paths).commitments == before


def test_a_draft_of_an_unknown_report_names_the_known_ones(paths: Paths) -> None:
    with pytest.raises(ContentError, match="no report 'x' can be read; there are: small-2020"):
        draft_report(paths, "x")


def test_a_mistake_in_one_report_leaves_the_others_readable(paths: Paths) -> None:
    drop_in(paths, "broken.txt", "no year")
    mistakes: list[str] = []
    assert [one.report.id for one in read_reports(paths, mistakes, [])] == ["small-2020"]
    assert len(mistakes) == 1


@pytest.mark.parametrize(
    ("text", "district", "year"),
    [
        ("2026年安徽省政府工作报告\n正文。", "安徽省", 2026),
        ("二〇二六年广西壮族自治区政府工作报告\n正文。", "广西壮族自治区", 2026),
        ("上海市浦东新区二○二五年政府工作报告\n正文。", "上海市浦东新区", 2025),
        ("武昌区2020年工作部署安排\n正文。", "武昌区", 2020),
        ("政府工作报告\n——二〇二四年三月五日在第十四届全国人民代表大会第二次会议上", "全国", 2024),
        (
            "广州市政府工作报告\n2025年12月20日在广州市第十六届人民代表大会第六次会议上",
            "广州市",
            2026,
        ),
        ("武汉市武昌区\n政府工作报告\n2026年重点工作是：新建公园5个。", "武汉市武昌区", 2026),
        ("工作报告\n正文。", "", None),
    ],
)
def test_place_and_year_are_told_from_the_first_lines(
    text: str, district: str, year: int | None
) -> None:
    opening = read_opening(text)
    assert (opening.district, opening.target_year) == (district, year)


def test_a_date_in_chinese_numerals_is_read() -> None:
    opening = read_opening(
        "云河市政府工作报告\n（二〇二六年一月二十七日在云河市九届人大五次会议上）\n"
    )
    assert (opening.held_on, opening.session) == (date(2026, 1, 27), "云河市九届人大五次会议")
