"""Notes of progress as files bring them: what is read, and every mistake with its place."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.progress_file import MOST_BYTES, BadRow, NoteRow, read_notes
from index import ContentError

TODAY = date(2026, 3, 5)
KINDERGARTENS, LIFTS = "wuchang-2020/kindergartens", "wuchang-2020/elevators"
HEADER = "commitment,text,source,on\n"
GOOD = f"{KINDERGARTENS},已开工2所,区教育局,2026-03-02\n"


def read(tmp_path: Path, content: str | bytes, name: str = "notes.csv") -> list[NoteRow | BadRow]:
    """What a file brings; mistakes name it without its folder."""
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_notes(file, today=TODAY)


def mistakes(tmp_path: Path, content: str | bytes, name: str = "notes.csv") -> list[str]:
    """All that is wrong with the rows of a file."""
    rows = read(tmp_path, content, name)
    told = [line for row in rows if isinstance(row, BadRow) for line in row.mistakes]
    return [line.removeprefix(f"{tmp_path}/") for line in told]


def row(tmp_path: Path, line: int = 2, **changes: object) -> NoteRow:
    """The good row, some of it changed."""
    values: dict[str, object] = {
        "place": f"{tmp_path / 'notes.csv'}:{line}",
        "commitment": KINDERGARTENS,
        "text": "已开工2所",
        "source": "区教育局",
        "on": date(2026, 3, 2),
    }
    return NoteRow(**{**values, **changes})  # type: ignore[arg-type]


# What is read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("header", ["commitment,text,source,on", "承诺,进展,来源,日期"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_what_excel_in_china_writes_is_read(
    tmp_path: Path, encoding: str, delimiter: str, header: str, line_end: str
) -> None:
    text = f"{header}\n{GOOD}".replace(",", delimiter).replace("\n", line_end)
    assert read(tmp_path, text.encode(encoding)) == [row(tmp_path)]


@pytest.mark.parametrize(
    "day", ["2026-03-02", "2026-3-2", "2026/3/2", "2026.03.02", "2026年3月2日", " ２０２６-03-02 "]
)
def test_a_day_may_be_written_as_people_in_china_do(tmp_path: Path, day: str) -> None:
    assert read(tmp_path, HEADER + GOOD.replace("2026-03-02", day)) == [row(tmp_path)]


def test_columns_may_stand_in_any_order_beside_empty_ones(tmp_path: Path) -> None:
    text = f'"On",Source,TEXT,commitment,,\n2026-03-02,区教育局,已开工2所,{KINDERGARTENS},,\n'
    assert read(tmp_path, text) == [row(tmp_path)]


def test_quoted_lines_are_kept_and_lines_are_counted_as_an_editor_shows_them(
    tmp_path: Path,
) -> None:
    text = (
        f'{HEADER}{KINDERGARTENS},"一、开工;\r\n\r\n二、""封顶""",区教育局,2026-03-02\n\n\n{GOOD}'
    )
    assert read(tmp_path, text) == [
        row(tmp_path, text='一、开工;\n二、"封顶"'),
        row(tmp_path, line=7),
    ]


def test_toml_that_is_nested_too_deeply_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="not valid TOML: nested too deeply"):
        read(tmp_path, "x = " + "[" * 9999, "notes.toml")


def test_toml_says_the_same(tmp_path: Path) -> None:
    text = f"""
[[progress]]
commitment = "{KINDERGARTENS}"
text = '''
已开工2所'''
source = "区教育局"
on = 2026-03-02

[[progress]]
commitment = "{LIFTS}"
text = "已装12部"
source = "区房管局"
on = "2026年3月1日"
"""
    place = f"{tmp_path / 'notes.toml'}:"
    assert read(tmp_path, text, "notes.toml") == [
        row(tmp_path, place=f"{place}2"),
        NoteRow(f"{place}9", LIFTS, "已装12部", "区房管局", date(2026, 3, 1)),
    ]


# What is wrong


def test_every_mistake_of_every_row_is_told_with_line_and_column(tmp_path: Path) -> None:
    text = (
        f"{HEADER}"
        f",,,\n"
        f",已开工,,5月\n"
        f"{KINDERGARTENS},{'长' * 1501},{'源' * 301},2026-03-06\n"
        f"{GOOD}"
        f"{KINDERGARTENS},=SUM(A1),@x,2026-02-30\n"
        f"{KINDERGARTENS},#REF!,区教育局,\n"
        f"{KINDERGARTENS},一,二,2026-03-02,三\n"
        f'{KINDERGARTENS},"已"开工,区教育局,2026-03-02\n'
        f"{KINDERGARTENS}\n"
        f"{GOOD}"
    )
    rows = read(tmp_path, text)
    assert [one for one in rows if isinstance(one, NoteRow)] == [
        row(tmp_path, line=5),
        row(tmp_path, line=11),
    ]
    formula = "looks like a formula; put words first, or an apostrophe if it is meant so"
    assert mistakes(tmp_path, text) == [
        "notes.csv:3: commitment: missing",
        "notes.csv:3: source: missing",
        "notes.csv:3: on: '5月' is no day; write it as 2026-03-02",
        "notes.csv:4: text: 1501 characters; at most 1500",
        "notes.csv:4: source: 301 characters; at most 300",
        "notes.csv:4: on: 2026-03-06 has not come yet",
        f"notes.csv:6: text: '=SUM(A1)' {formula}",
        f"notes.csv:6: source: '@x' {formula}",
        "notes.csv:6: on: '2026-02-30' is no day; write it as 2026-03-02",
        f"notes.csv:7: text: '#REF!' {formula}",
        "notes.csv:7: on: missing; write it as 2026-03-02",
        "notes.csv:8: has more columns than the header; quote the text",
        'notes.csv:9: a quotation mark inside a quoted field is written twice: ""',
        "notes.csv:10: text: missing",
        "notes.csv:10: source: missing",
        "notes.csv:10: on: missing; write it as 2026-03-02",
    ]


def test_an_apostrophe_says_that_no_formula_is_meant(tmp_path: Path) -> None:
    assert read(tmp_path, HEADER + GOOD.replace("已开工2所", "'-5%")) == [
        row(tmp_path, text="-5%")
    ]
    assert read(tmp_path, HEADER + GOOD.replace("已开工2所", "'90后")) == [
        row(tmp_path, text="'90后")
    ]


def test_a_quotation_mark_that_is_never_closed_is_told_where_it_was_opened(tmp_path: Path) -> None:
    text = f'{HEADER}{GOOD}{KINDERGARTENS},"已开工,区教育局,2026-03-02\n{GOOD}{GOOD}'
    assert mistakes(tmp_path, text) == [
        "notes.csv:3: a quotation mark is opened and never closed; nothing behind it was read"
        " (up to line 5)"
    ]


def test_a_field_of_a_whole_file_is_told(tmp_path: Path) -> None:
    text = f'{HEADER}{KINDERGARTENS},"{"长" * 200_000}",区教育局,2026-03-02\n{GOOD}'
    assert mistakes(tmp_path, text) == [
        "notes.csv:2: a field is far too long; is a quotation mark missing?"
    ]


def test_bad_tables_are_told_with_line_and_key(tmp_path: Path) -> None:
    text = """# notes
[[progress]]
commitment = "a/b"
text = 5
source = "s"
on = 2026-03-02T10:00:00
[[progress]]
commitmnt = "a/b"
text = "t"
source = "s"
on = 2026-03-02
"""
    assert mistakes(tmp_path, text, "notes.toml") == [
        "notes.toml:2: text: 5 is no text; put it in quotation marks",
        "notes.toml:2: on: '2026-03-02 10:00:00' is no day; write it as 2026-03-02",
        "notes.toml:7: commitmnt: unknown key",
        "notes.toml:7: commitment: missing",
    ]


EXPECTED = "expected commitment, text, source, on (承诺、进展、来源、日期)"


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "n.csv", f"n.csv:1: header: {EXPECTED}; found nothing"),
        (b"\n\na,b\n", "n.csv", f"n.csv:3: header: {EXPECTED}; found a,b"),
        (
            b"commitment,text,source\nx,y,z\n",
            "n.csv",
            f"n.csv:1: header: {EXPECTED}; found commitment,text,source",
        ),
        (
            b"commitment,text,text,source,on\n",
            "n.csv",
            f"n.csv:1: header: {EXPECTED}; found commitment,text,text,source,on",
        ),
        (HEADER.encode(), "n.csv", "n.csv: holds no rows"),
        (b"PK\3\4\0\0", "n.xlsx", "n.xlsx: is no text; save it as CSV (UTF-8) or TOML"),
        (HEADER.encode("utf-16"), "n.csv", "n.csv: is no text; save it as CSV (UTF-8) or TOML"),
        (b"a\xff\xff\n", "n.csv", "n.csv: is neither UTF-8 nor GB 18030; save it as UTF-8"),
        (b"x" * (MOST_BYTES + 1), "n.csv", "n.csv: more than 20 MB; take it apart"),
        (
            b"[[progress]]\ntext = \n",
            "n.toml",
            "n.toml: not valid TOML: Invalid value (at line 2, column 8)",
        ),
        (
            b"[[notes]]\n",
            "n.toml",
            f"n.toml: expected only [[progress]] tables with {EXPECTED[9:]}",
        ),
        (
            b"progress = 1\n",
            "n.toml",
            f"n.toml: expected only [[progress]] tables with {EXPECTED[9:]}",
        ),
        (b"", "n.toml", "n.toml: holds no rows"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_in_one_line(
    tmp_path: Path, content: bytes, name: str, says: str
) -> None:
    with pytest.raises(ContentError) as refused:
        read(tmp_path, content, name)
    assert [line.removeprefix(f"{tmp_path}/") for line in refused.value.mistakes] == [says]


@settings(deadline=None)
@given(
    st.text(alphabet="=-+'\",;\t\r\n\u2028\x1f 开工2026/3.#[]", max_size=60),
    st.sampled_from(["", HEADER, "[[progress]]\n"]),
    st.sampled_from(["n.csv", "n.toml"]),
)
def test_whatever_a_file_holds_it_is_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, text: str, before: str, name: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    told = lines_about(folder, before + text, name)
    assert all("\n" not in line for line in told)
    assert all(line.startswith(f"{folder / name}:") for line in told)


def lines_about(folder: Path, text: str, name: str) -> list[str]:
    """What is told of a file, of the whole or of its rows."""
    try:
        rows = read(folder, text, name)
    except ContentError as refused:
        return refused.mistakes
    return [line for row in rows if isinstance(row, BadRow) for line in row.mistakes]
