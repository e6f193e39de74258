"""Reports and commitments: to the letter, and every mistake named at once."""

import hashlib
from pathlib import Path

import pytest

from index import check_content
from index.config import Paths
from index.content import read_content
from index.reports import Commitment, read_commitments, read_report, uncovered_clauses
from tests.small_content import (
    BODY,
    TEXT,
    front_matter,
    write_evaluation,
)

CONTENT = Path(__file__).parents[1] / "content"
# SHA-256 of the report as it was handed over.
WUCHANG_SHA256 = "48ae5995d0a57367879c1eec304ca92a62aa4ef74de42c9f21fa80de68584d0f"


def report_file(paths: Paths) -> Path:
    """The small report."""
    return paths.content / "reports" / "small-2020" / "report.md"


def commitments_file(paths: Paths) -> Path:
    """The small report's commitments."""
    return paths.content / "reports" / "small-2020" / "commitments.toml"


def commitments_of(paths: Paths) -> dict[str, Commitment]:
    """The small report's commitments, by their id in the file."""
    return {found.id.split("/")[1]: found for found in read_content(paths).commitments}


def test_the_wuchang_report_is_kept_to_the_letter() -> None:
    report = read_report(CONTENT / "reports/wuchang-2020/report.md", "report.md", [])
    assert report is not None
    assert hashlib.sha256(report.text.encode()).hexdigest() == WUCHANG_SHA256


def test_every_wuchang_quote_stands_where_its_commitment_says() -> None:
    mistakes: list[str] = []
    folder = CONTENT / "reports/wuchang-2020"
    report = read_report(folder / "report.md", "report.md", mistakes)
    assert report is not None
    found = read_commitments(folder / "commitments.toml", "commitments.toml", report, mistakes)
    assert mistakes == []
    assert len(found) >= 130
    assert [report.text[one.start : one.end] for one in found] == [one.quote for one in found]


def test_the_projects_own_content_has_no_mistakes() -> None:
    assert check_content(Paths(content=CONTENT)) == []


def test_every_wuchang_commitment_has_its_english_line() -> None:
    found = read_content(Paths(content=CONTENT)).commitments
    assert [commitment.id for commitment in found if not commitment.en] == []


def test_no_quantity_of_the_wuchang_report_is_left_uncovered() -> None:
    content = read_content(Paths(content=CONTENT))
    assert uncovered_clauses(content.reports[0], content.commitments) == {}


def test_marks_and_single_newlines_are_no_text_and_a_blank_line_is_one_newline(
    paths: Paths,
) -> None:
    report = read_content(paths).reports[0]
    assert report.text == TEXT


def test_a_commitment_knows_section_heading_span_and_quantities(paths: Paths) -> None:
    found = commitments_of(paths)["elevators"]
    assert TEXT[found.start : found.end] == found.quote == "加装电梯60部"
    assert (found.id, found.report, found.year) == ("small-2020/elevators", "small-2020", 2020)
    assert (found.section, found.heading) == ("围绕幸福指数提升", "改善老旧城区环境")
    assert (found.kind, found.unit, found.ask) == ("task", "区房管局", ())
    assert (found.district, found.target_year, found.period) == ("武昌区", 2020, "2020")
    assert [quantity.text for quantity in found.quantities] == ["60部"]


def test_a_curated_result_may_say_which_years_it_speaks_of(paths: Paths) -> None:
    file = commitments_file(paths)
    text = file.read_text(encoding="utf-8")
    years = 'unit = "区房管局"\nkind = "result"\nsince = 2015\nuntil = 2019'
    file.write_text(text.replace('unit = "区房管局"', years), encoding="utf-8")
    found = commitments_of(paths)["elevators"]
    assert (found.year, found.period, found.target_year) == (2019, "2015—2019", 2020)


def test_years_in_the_wrong_order_are_a_mistake(paths: Paths) -> None:
    file = commitments_file(paths)
    text = file.read_text(encoding="utf-8")
    years = 'unit = "区房管局"\nsince = 2019\nuntil = 2015'
    file.write_text(text.replace('unit = "区房管局"', years), encoding="utf-8")
    assert [line for line in check_content(paths) if "elevators: Value error, since is" in line]


def test_text_before_the_first_section_belongs_to_the_general_one(paths: Paths) -> None:
    report = read_content(paths).reports[0]
    assert report.place_of(0) == ("总体", "")


def test_a_changed_character_of_the_report_is_a_mistake(paths: Paths) -> None:
    file = report_file(paths)
    file.write_text(front_matter() + BODY.replace("60部", "66部"), encoding="utf-8")
    assert any("sha256" in mistake for mistake in check_content(paths))


@pytest.mark.parametrize(
    ("front", "named"),
    [
        (front_matter(target_year="soon"), "front matter: target_year:"),
        (front_matter(colour="red"), "front matter: colour: unknown key"),
        (front_matter(id="other-2020"), "id: 'other-2020' is not the folder's name"),
        (front_matter(title="[unclosed"), "front matter: "),
        ("---\nid: small-2020\n", "front matter: must open the file between two lines of ---"),
        ("---\n- a list\n---\n", "front matter: "),
        ("", "front matter: target_year: neither the title nor the text says which year"),
    ],
)
def test_mistakes_of_the_front_matter_are_named(paths: Paths, front: str, named: str) -> None:
    report_file(paths).write_text(front + BODY, encoding="utf-8")
    assert any(named in mistake for mistake in check_content(paths))


def test_all_mistakes_of_a_commitments_file_are_listed_at_once_in_their_order(
    paths: Paths,
) -> None:
    file = commitments_file(paths)
    text = file.read_text(encoding="utf-8")
    text = text.replace('"加装电梯60部"', '"加装电梯66部"').replace("unit =", "office =")
    text += '\n[[commitment]]\nid = "school"\nquote = "新河街学校"\nask = "何时"\nkind = "wish"\n'
    text += '\n[[commitment]]\nid = "school"\nquote = "新河街学校"\nen = "A school."\n'
    file.write_text(text, encoding="utf-8")
    mistakes = [line.removeprefix(f"{file}:") for line in check_content(paths)]
    assert mistakes == [
        "20: elevators: quote: not in the report to the letter; it agrees up to '加装电梯6', "
        "then has '6' where the report has '0'",
        "22: elevators: office: unknown key",
        "25: school: id: used twice, first in line 8",
        "27: school: ask: Input should be a valid list (found '何时')",
        "28: school: kind: Input should be 'task', 'goal' or 'result' (found 'wish')",
        "31: school: id: used twice, first in line 8",
    ]


def test_a_quote_that_is_not_in_the_report_says_up_to_where_it_agrees(paths: Paths) -> None:
    file = commitments_file(paths)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"加装电梯60部"', '"加装电梯66部"'), encoding="utf-8")
    assert check_content(paths) == [
        f"{file}:20: elevators: quote: not in the report to the letter; it agrees up to "
        "'加装电梯6', then has '6' where the report has '0'"
    ]


def test_start_after_chooses_among_equal_quotes(paths: Paths) -> None:
    file = commitments_file(paths)
    entry = '\n[[commitment]]\nid = "{0}"\nquote = "学"\nen = "x"\nstart_after = "{1}"\n'
    entry = entry.replace('"学"', '"学校"').replace("学校改", "学校")
    with file.open("a", encoding="utf-8") as stream:
        stream.write(entry.format("xinhe", "新河街") + entry.format("nowhere", "新建"))
    report = read_content(paths).reports[0]
    mistakes: list[str] = []
    found = read_commitments(file, "c", report, mistakes)
    assert found[-1].start == TEXT.index("新河街学校") + 3
    assert mistakes == [
        "c:34: nowhere: start_after: does not stand right before the quote; there stands '河街'"
    ]


def test_a_clause_with_a_quantity_that_no_commitment_covers_is_a_remark(paths: Paths) -> None:
    file = commitments_file(paths)
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index('[[commitment]]\nid = "elevators"')], encoding="utf-8")
    content = read_content(paths)
    assert content.mistakes == []
    assert content.remarks == [f"{report_file(paths)}:18: no commitment covers '加装电梯60部'"]


def test_a_commitment_without_english_is_a_remark(paths: Paths) -> None:
    file = commitments_file(paths)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('en = "Retrofit 60 elevators."\n', ""), encoding="utf-8")
    content = read_content(paths)
    assert content.mistakes == []
    assert [
        remark for remark in content.remarks if "en: missing" in remark and "elevators" in remark
    ]


def test_mistakes_of_the_glossary_are_named(paths: Paths) -> None:
    file = paths.content / "glossary.toml"
    file.write_text('[[entry]]\nsays = []\nmeans = ["电梯"]\nrole = "verb"\n', encoding="utf-8")
    assert check_content(paths) == [
        f"{file}:2: entry 1: says: List should have at least 1 item after validation, not 0"
        " (found [])",
        f"{file}:4: entry 1: role: Input should be 'thing', 'action' or 'topic' (found 'verb')",
    ]


def test_glossary_words_of_a_report_that_is_gone_are_a_remark_and_not_used(paths: Paths) -> None:
    """Reports come and go each year; the words for an old one once kept all from being built."""
    file = paths.content / "glossary.toml"
    file.write_text(
        '[[entry]]\nsays = ["hospital"]\nmeans = ["医院"]\n'
        '[[entry]]\nsays = ["lift"]\nmeans = ["升降机", "电梯"]\n',
        encoding="utf-8",
    )
    content = read_content(paths)
    assert content.mistakes == []
    assert [(entry.says, entry.means) for entry in content.glossary] == [(("lift",), ("电梯",))]
    assert content.remarks == [
        f"{file}:3: entry 1 (hospital): means: '医院' is in no report",
        f"{file}:6: entry 2 (lift): means: '升降机' is in no report",
    ]


def test_bad_evaluation_lines_are_named(paths: Paths, tmp_path: Path) -> None:
    good: dict[str, object] = {"id": "q1", "lang": "zh", "question": "电梯?", "gold": "电梯60部"}
    lines = [good, good, {"id": "q3", "lang": "fr", "question": "?"}]
    write_evaluation(tmp_path, "questions.jsonl", lines)
    (tmp_path / "content/evaluation/messages.jsonl").write_text("{not json\n", encoding="utf-8")
    folder = paths.content / "evaluation"
    assert check_content(paths) == [
        f"{folder / 'messages.jsonl'}:1: not valid JSON: Expecting property name enclosed"
        " in double quotes (column 2)",
        f"{folder / 'questions.jsonl'}:2: q1: id: used twice",
        f"{folder / 'questions.jsonl'}:3: q3: gold: missing",
        f"{folder / 'questions.jsonl'}:3: q3: lang: String should match pattern"
        " '^(zh|zh-Hant|en|mixed)$' (found 'fr')",
    ]


def test_questions_about_a_report_that_is_gone_are_left_out_with_a_remark(
    paths: Paths, tmp_path: Path
) -> None:
    good: dict[str, object] = {"id": "q1", "lang": "zh", "question": "电梯?", "gold": "电梯60部"}
    partly = {**good, "id": "q2", "gold": "小区9个", "gold_alt": ["小区8个"]}
    write_evaluation(
        tmp_path, "questions.jsonl", [good, partly, {**good, "id": "q3", "gold": "6座"}]
    )
    file = paths.content / "evaluation" / "questions.jsonl"
    content = read_content(paths)
    assert content.mistakes == []
    assert [(question.id, question.golds) for question in content.gold.questions] == [
        ("q1", ("电梯60部",)),
        ("q2", ("小区8个",)),
    ]
    assert content.remarks == [
        f"{file}:2: q2: gold: '小区9个' is in no report",
        f"{file}:3: q3: gold: '6座' is in no report",
    ]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            "reports/small-2020/commitments.toml",
            b"\n[[commitment]\n",
            "2: not valid TOML: Expected ']]' at the end of an array declaration (column 13)",
        ),
        (
            "reports/small-2020/commitments.toml",
            b"[[commitment]]\nask = [",
            "2: not valid TOML: Invalid value (at the end of the file)",
        ),
        (
            "reports/small-2020/commitments.toml",
            b"# \xff\xfe",
            "1: not UTF-8 (first bad byte 0xff, byte 3 of the line)",
        ),
        (
            "reports/small-2020/commitments.toml",
            b"\ncommitment = 3\n",
            "2: commitment: must be written as [[commitment]]",
        ),
        ("glossary.toml", b"\n[[term]]\n", "2: term: unknown key"),
        (
            "reports/small-2020/report.md",
            b"---\n---\n\xff",
            "3: not UTF-8 (first bad byte 0xff, byte 1 of the line)",
        ),
    ],
)
def test_files_that_cannot_be_understood_are_named(
    paths: Paths, name: str, content: bytes, told: str
) -> None:
    (paths.content / name).write_bytes(content)
    assert check_content(paths) == [f"{paths.content / name}:{told}"]


def test_a_report_without_commitments_is_a_mistake(paths: Paths) -> None:
    """It once made a build that answers nothing current."""
    commitments_file(paths).write_text("", encoding="utf-8")
    assert check_content(paths) == [f"{commitments_file(paths)}: holds no commitment"]


def test_an_evaluation_line_ends_where_the_line_ends(paths: Paths, tmp_path: Path) -> None:
    """U+2028 may stand in a JSON text (RFC 8259, 7); it once cut the line in two."""
    question = {"id": "q1", "lang": "zh", "question": "电梯\u2028几部?", "gold": "电梯60部"}
    write_evaluation(tmp_path, "questions.jsonl", [question, {**question, "id": "q2"}])
    content = read_content(paths)
    assert (len(content.gold.questions), content.mistakes) == (2, [])


def test_content_without_a_report_is_a_mistake(tmp_path: Path) -> None:
    paths = Paths(content=tmp_path / "nothing")
    assert check_content(paths) == [f"{tmp_path / 'nothing' / 'reports'}: holds no report"]
