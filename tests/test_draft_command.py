"""`python -m index draft`: a report's file becomes content; what cannot be read is one line."""

import codecs
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index import Paths
from index.content import read_content
from index.drafting.drafts import draft_file, draft_report, write_draft
from index.errors import ContentError
from tests.plain_report import PLAIN_REPORT
from tests.prompt import run_index
from tests.report_files import write_docx, write_pdf, write_scan
from tests.small_content import write_small_content

PROJECT = Path(__file__).parents[1]
# A PDF's spaces beside Chinese characters are places on a page.
TEXT = PLAIN_REPORT.strip().replace("记者 甲乙 摄", "记者甲乙摄")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """The small content with its curated report, and a config.toml beside it."""
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    return write_small_content(tmp_path)


def run(paths: Paths, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m index draft` on that content."""
    return run_index(paths.content.parent / "config.toml", "draft", *words)


def files_of(paths: Paths) -> dict[str, bytes]:
    """Every file of the content."""
    return {
        file.relative_to(paths.content).as_posix(): file.read_bytes()
        for file in sorted(paths.content.rglob("*"))
        if file.is_file()
    }


@pytest.mark.parametrize("suffix", [".txt", ".md", ".docx", ".pdf"])
def test_a_report_of_any_format_gives_the_commitments_of_its_text(
    paths: Paths, tmp_path: Path, suffix: str
) -> None:
    bare = paths.content / "reports" / "yunhe-2026.txt"
    bare.write_text(TEXT, encoding="utf-8")
    from_text = read_content(paths)
    bare.unlink()
    file = tmp_path / f"yunhe-2026{suffix}"
    writers = {".docx": write_docx, ".pdf": write_pdf}
    if suffix in writers:
        writers[suffix](file, TEXT)
    else:
        file.write_text(TEXT, encoding="utf-8")
    write_draft(paths, draft_file(paths, file))
    drafted = read_content(paths)
    assert drafted.mistakes == []
    assert drafted.commitments == from_text.commitments
    assert [one.text for one in drafted.reports] == [one.text for one in from_text.reports]
    assert drafted.reports[1].source == file.name


def test_without_write_a_draft_is_only_shown(paths: Paths, tmp_path: Path) -> None:
    before = files_of(paths)
    done = run(paths, str(write_docx(tmp_path / "云河.docx", TEXT)), "--id", "yunhe-2026")
    assert done.returncode == 0
    assert "+++ " in done.stdout
    assert '\n+quote = "新建社区食堂12家"\n+# 12家\n' in done.stdout
    assert "\n+## 三、2026年重点工作\n" in done.stdout
    assert done.stderr.endswith("nothing is written; with --write it is\n")
    assert files_of(paths) == before


def test_with_write_two_files_appear_and_the_second_run_changes_nothing(
    paths: Paths, tmp_path: Path
) -> None:
    file = str(write_docx(tmp_path / "yunhe-2026.docx", TEXT))
    done, again = run(paths, file, "--write"), run(paths, file, "--write")
    folder = paths.content / "reports" / "yunhe-2026"
    assert done.stdout == f"{folder / 'commitments.toml'}\n{folder / 'report.md'}\n"
    assert done.stderr.startswith("yunhe-2026: kept 0, no longer there 0, new ")
    assert again.stdout == ""
    assert again.stderr.endswith(", no longer there 0, new 0\nnothing changed, nothing to write\n")
    assert sorted(file.name for file in folder.iterdir()) == ["commitments.toml", "report.md"]


def test_a_report_in_the_content_is_drafted_by_its_id_or_its_file(paths: Paths) -> None:
    file = paths.content / "reports" / "yunhe-2026.txt"
    file.write_text(TEXT, encoding="utf-8")
    by_id, by_file = run(paths, "yunhe-2026"), run(paths, str(file))
    assert by_id.stdout == by_file.stdout != ""
    run(paths, "yunhe-2026", "--write")
    assert read_content(paths).mistakes == []
    assert file.read_text(encoding="utf-8") == TEXT


def test_a_scan_is_refused_in_one_line_and_nothing_is_written(
    paths: Paths, tmp_path: Path
) -> None:
    before = files_of(paths)
    file = write_scan(tmp_path / "yunhe-2026.pdf")
    done = run(paths, str(file), "--write")
    said = "holds no text, only pictures (a scan); it needs text recognition first"
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{file}: {said}\n"
    assert files_of(paths) == before


def test_a_file_that_is_not_there_is_one_line(paths: Paths) -> None:
    done = run(paths, "nowhere.docx")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "nowhere.docx: No such file or directory\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("small-2020", "--id", "x"), "small-2020: --id and --year are for a file\n"),
        (("yunhe.txt", "--id", "Yunhe 2026"), "--id: 'Yunhe 2026' is no id; 'yunhe-2026' would"),
        (("x",), "no report 'x' can be read; there are: small-2020\n"),
    ],
)
def test_words_that_do_not_fit_are_told(paths: Paths, words: tuple[str, ...], said: str) -> None:
    done = run(paths, *words)
    assert done.returncode == 1
    assert done.stderr.startswith(said)


def test_a_year_that_nothing_says_is_asked_for_and_can_be_given(
    paths: Paths, tmp_path: Path
) -> None:
    file = tmp_path / "yunhe.txt"
    file.write_text("工作报告\n新建公园5个。加装电梯60部，新增学位30个。\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"yunhe\.txt: target_year: neither .*--year 2026"):
        draft_file(paths, file)
    write_draft(paths, draft_file(paths, file, target_year=2026))
    report = next(one for one in read_content(paths).reports if one.id == "yunhe")
    assert report.target_year == 2026


def test_a_report_without_any_heading_is_one_section(paths: Paths, tmp_path: Path) -> None:
    file = tmp_path / "yunhe.txt"
    file.write_text("今年新建公园5个。\n加装电梯60部，新增学位30个。\n", encoding="utf-8")
    write_draft(paths, draft_file(paths, file, target_year=2026))
    own = [one for one in read_content(paths).commitments if one.report == "yunhe"]
    assert {one.section for one in own} == {"2026年工作"}
    assert len(own) > 1


def test_a_report_that_stands_there_as_text_alone_is_not_replaced(
    paths: Paths, tmp_path: Path
) -> None:
    bare = paths.content / "reports" / "yunhe-2026.txt"
    bare.write_text(TEXT, encoding="utf-8")
    file = write_docx(tmp_path / "yunhe-2026.docx", TEXT)
    with pytest.raises(ContentError, match=r"yunhe-2026\.txt: is the report yunhe-2026 already"):
        draft_file(paths, file)


def test_front_matter_of_the_file_counts(paths: Paths, tmp_path: Path) -> None:
    file = tmp_path / "yunhe-2026.md"
    front = "---\ntitle_en: Yunhe 2026\nsource: 云河日报\n---\n"
    file.write_text(front + TEXT, encoding="utf-8")
    write_draft(paths, draft_file(paths, file))
    report = next(one for one in read_content(paths).reports if one.id == "yunhe-2026")
    assert (report.title_en, report.source) == ("Yunhe 2026", "云河日报")
    file.write_text("---\ntitel: x\n---\n" + TEXT, encoding="utf-8")
    with pytest.raises(ContentError, match="titel: unknown key"):
        draft_file(paths, file, report_id="other")


def curated(paths: Paths) -> tuple[Path, Path]:
    """The two files of the curated report: commitments.toml and report.md."""
    folder = paths.content / "reports" / "small-2020"
    return folder / "commitments.toml", folder / "report.md"


def edit(file: Path, before: str, after: str) -> None:
    """Change a file, leaving its line ends."""
    file.write_bytes(file.read_bytes().decode().replace(before, after).encode())


def save_as_gb18030(file: Path) -> None:
    """Save a file as editors on Windows may."""
    file.write_bytes(file.read_bytes().decode().replace("Add", "新增").encode("gb18030"))


@pytest.mark.parametrize("is_from_file", [True, False])
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda toml, md: save_as_gb18030(toml),
            "{toml}:4: not UTF-8; it reads as GB 18030: save it as UTF-8",
        ),
        (lambda toml, md: toml.write_text("x = " + "[" * 9999), "{toml}: not valid TOML: nested"),
        (lambda toml, md: edit(toml, "Add", "Add\0"), "{toml}:5: holds a NUL byte (U+0000)"),
        (lambda toml, md: edit(toml, "[[", "["), "{toml}:2: not valid TOML: "),
        (
            lambda toml, md: toml.write_text('\ncommitment = "x"\n'),
            "{toml}:2: commitment: must be written as [[commitment]]",
        ),
        (lambda toml, md: save_as_gb18030(md), "{md}:3: not UTF-8; it reads as GB 18030: save"),
        (lambda toml, md: edit(md, "学位", "学\0位"), "{md}:15: holds a NUL byte (U+0000)"),
        (
            lambda toml, md: md.write_text("---\nx: " + "[" * 9999 + "\n---\n武昌区\n"),
            "{md}:2: front matter: not valid YAML: nested too deeply",
        ),
    ],
    ids=[
        "gb18030 toml",
        "deep toml",
        "NUL toml",
        "bad toml",
        "no table",
        "gb md",
        "NUL md",
        "yaml",
    ],
)
def test_a_report_whose_files_are_damaged_is_not_drafted_again(
    paths: Paths,
    tmp_path: Path,
    spoil: Callable[[Path, Path], object],
    said: str,
    is_from_file: bool,
) -> None:
    """They raised from within, and of a NUL byte the hash was made to fit the damaged text."""
    toml, md = curated(paths)
    spoil(toml, md)
    before = files_of(paths)
    source = tmp_path / "next.txt"
    source.write_text(TEXT, encoding="utf-8")
    words = [str(source), "--id", "small-2020"] if is_from_file else ["small-2020"]
    done = run(paths, *words, "--write")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[0].startswith(said.format(toml=toml, md=md))
    assert "Traceback" not in done.stderr
    assert files_of(paths) == before


def test_a_byte_order_mark_stays_and_is_no_obstacle(paths: Paths, tmp_path: Path) -> None:
    """`check` reads such files, but `draft` raised from within."""
    mark = codecs.BOM_UTF8
    for file in curated(paths):
        file.write_bytes(mark + file.read_bytes())
    before = files_of(paths)
    assert draft_report(paths, "small-2020").changes == ()
    source = tmp_path / "next.txt"
    source.write_text(TEXT, encoding="utf-8")
    draft = draft_file(paths, source, report_id="small-2020")
    write_draft(paths, draft)
    assert len(draft.changes) == 2
    for file in curated(paths):
        content = file.read_bytes()
        assert content.startswith(mark)
        assert mark not in content[len(mark) :]
        assert content != before[file.relative_to(paths.content).as_posix()]
    assert '"kindergartens"' in curated(paths)[0].read_text(encoding="utf-8")


def test_an_id_of_another_kind_is_left_to_check(paths: Paths, tmp_path: Path) -> None:
    toml, _ = curated(paths)
    edit(toml, 'id = "school"', 'id = ["school"]')
    source = tmp_path / "next.txt"
    source.write_text(TEXT, encoding="utf-8")
    assert "['school']" in draft_file(paths, source, report_id="small-2020").gone


@pytest.mark.parametrize("left", ["", "\n", "# 待办\n"])
def test_a_file_without_commitments_is_drafted_from_the_beginning(paths: Paths, left: str) -> None:
    """All clauses were taken for ones that an editor had taken out."""
    toml, _ = curated(paths)
    write_draft(paths, draft_report(paths, "small-2020"))
    toml.write_text(left, encoding="utf-8")
    draft = draft_report(paths, "small-2020")
    write_draft(paths, draft)
    assert len(draft.added) == 5
    assert toml.read_text(encoding="utf-8").startswith("# 待办" if left.strip() else "# ")
    assert read_content(paths).mistakes == []


def test_a_date_that_is_none_is_told_with_its_file(paths: Paths, tmp_path: Path) -> None:
    file = tmp_path / "yunhe-2026.md"
    file.write_text("---\ndate: 2026-13-45\n---\n" + TEXT, encoding="utf-8")
    done = run(paths, str(file))
    assert done.returncode == 1
    assert done.stderr == f"{file}: front matter: month must be in 1..12\n"


def test_a_draft_killed_between_its_files_is_told_and_mended_by_drafting_again(
    paths: Paths, tmp_path: Path
) -> None:
    toml, md = curated(paths)
    source = tmp_path / "next.txt"
    source.write_text(TEXT, encoding="utf-8")
    whole = draft_file(paths, source, report_id="small-2020")
    first = whole.changes[0]
    first.path.write_bytes(first.after)
    assert [change.path for change in whole.changes] == [toml, md]
    told = read_content(paths).mistakes
    assert told
    assert all(line.startswith(f"{toml}:") for line in told)
    write_draft(paths, draft_file(paths, source, report_id="small-2020"))
    assert {toml: toml.read_bytes(), md: md.read_bytes()} == {
        change.path: change.after for change in whole.changes
    }


def test_the_first_report_of_a_new_content_is_drafted(paths: Paths, tmp_path: Path) -> None:
    source = tmp_path / "yunhe-2026.txt"
    source.write_text(TEXT, encoding="utf-8")
    fresh = Paths(content=tmp_path / "fresh")
    write_draft(fresh, draft_file(fresh, source))
    assert read_content(fresh).mistakes == []


def test_the_bot_starts_without_the_libraries_for_documents() -> None:
    modules = "{name.partition('.')[0] for name in sys.modules} & {'docx', 'pypdf', 'lxml'}"
    code = f"import sys, bot.__main__, index.__main__; print({modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
