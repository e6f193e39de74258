"""A report drafted again: what editors wrote stays, what changed is marked or added."""

import hashlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Paths
from index.content import read_content
from index.drafting.drafts import Draft, draft_file, draft_report, write_draft
from index.errors import ContentError
from index.reports import read_report
from tests.plain_report import PLAIN_REPORT
from tests.small_content import write_small_content

KITCHENS, CANTEENS = "新建社区食堂12家", "新建社区食堂15家"
LIFTS = "加装电梯150部，更新燃气管网80公里"


def commitments_of(paths: Paths, report_id: str = "yunhe-2026") -> Path:
    """The commitments.toml of a report."""
    return paths.content / "reports" / report_id / "commitments.toml"


def drafted(paths: Paths, text: str = PLAIN_REPORT) -> Draft:
    """Draft that text as yunhe-2026 and write it."""
    file = paths.content.parent / "yunhe-2026.txt"
    file.write_text(text, encoding="utf-8")
    draft = draft_file(paths, file)
    write_draft(paths, draft)
    return draft


def rewrite(file: Path, *changes: tuple[str, str]) -> str:
    """Change a file as an editor would, each place once; its new text."""
    text = file.read_bytes().decode()
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    file.write_bytes(text.encode())
    return text


def block(file: Path, quote: str) -> str:
    """The entry with that quote, from what stands above it to its last line."""
    text = file.read_bytes().decode()
    return next(part for part in text.split("\n\n") if f'quote = "{quote}"' in part)


def test_a_second_run_without_changes_writes_nothing(paths: Paths) -> None:
    first = drafted(paths)
    again = drafted(paths)
    assert (first.kept, first.gone, len(first.changes)) == (0, (), 2)
    assert (again.kept, again.gone, again.added) == (len(first.added), (), ())
    assert again.changes == ()
    assert draft_report(paths, "yunhe-2026").changes == ()


def test_a_curated_report_that_did_not_change_stays_as_it_is(paths: Paths) -> None:
    draft = draft_report(paths, "small-2020")
    assert (draft.kept, draft.gone, draft.added, draft.changes) == (4, (), (), ())


def test_what_the_report_no_longer_says_is_marked_and_its_clause_added(paths: Paths) -> None:
    drafted(paths)
    file = commitments_of(paths)
    rewrite(file, (f'quote = "{KITCHENS}"', f'quote = "{KITCHENS}"\nask = ["哪里吃饭?"] # 好'))
    before = block(file, KITCHENS)
    draft = drafted(paths, PLAIN_REPORT.replace(KITCHENS, CANTEENS))
    assert len(draft.gone) == len(draft.added) == 1
    assert block(file, KITCHENS) == (
        f"# 报告里已没有这句 / no longer in the report; nearest now: {CANTEENS}\n{before}"
    )
    text = file.read_text(encoding="utf-8")
    assert text.index(KITCHENS) < text.index(f'quote = "{CANTEENS}"') < text.index(LIFTS)
    assert drafted(paths, PLAIN_REPORT.replace(KITCHENS, CANTEENS)).changes == ()


def test_the_mark_goes_again_when_the_quote_holds_again(paths: Paths) -> None:
    drafted(paths)
    before = block(commitments_of(paths), KITCHENS)
    drafted(paths, PLAIN_REPORT.replace(KITCHENS, CANTEENS))
    draft = drafted(paths)
    assert block(commitments_of(paths), KITCHENS) == before
    assert len(draft.gone) == 1
    assert "nearest now: " + KITCHENS in block(commitments_of(paths), CANTEENS)


def test_what_an_editor_took_out_joined_or_parted_does_not_come_back(paths: Paths) -> None:
    drafted(paths)
    file = commitments_of(paths)
    text = file.read_text(encoding="utf-8")
    rewrite(
        file,
        (block(file, LIFTS) + "\n\n", ""),
        (f'quote = "{KITCHENS}"', f'quote = "{KITCHENS}，新增公办幼儿园学位3600个"'),
    )
    kept = file.read_text(encoding="utf-8")
    assert kept != text
    rewrite(paths.content / "reports/yunhe-2026/report.md", ("打通断头路6条", "打通断头路9条"))
    draft = draft_report(paths, "yunhe-2026")
    write_draft(paths, draft)
    assert len(draft.added) == len(draft.gone) == 1
    assert f'quote = "{LIFTS}"' not in file.read_text(encoding="utf-8")
    assert read_content(paths).mistakes != []
    (new,) = draft.added
    assert 'quote = "打通断头路9条"' in file.read_text(encoding="utf-8").split(f'"{new}"')[1]


def test_a_report_edited_in_place_gets_its_hash_renewed_and_nothing_else(paths: Paths) -> None:
    drafted(paths)
    file = paths.content / "reports" / "yunhe-2026" / "report.md"
    text = rewrite(file, ("（二）建设宜居城市", "（二）建设宜居之城"))
    write_draft(paths, draft_report(paths, "yunhe-2026"))
    after = file.read_text(encoding="utf-8")
    changed = [line for line in after.split("\n") if line not in text.split("\n")]
    report = read_report(file, "report.md", [])
    assert report is not None
    assert changed == [f"sha256: {hashlib.sha256(report.text.encode()).hexdigest()}"]
    assert read_content(paths).mistakes == []


def test_a_new_clause_stands_under_its_section_before_the_first_entry(paths: Paths) -> None:
    drafted(paths)
    file = commitments_of(paths)
    drafted(
        paths,
        PLAIN_REPORT.replace("“十五五”时期，我们要", "未来五年建设地铁3条。“十五五”时期，我们要"),
    )
    text = file.read_text(encoding="utf-8")
    section = text.index("\n# “十五五”时期主要目标\n")
    place = text.index('quote = "未来五年建设地铁3条"')
    assert section < place < text.index('quote = "“十五五”时期，我们要加快建设')
    assert text.count("\n# “十五五”时期主要目标\n") == 1


def test_a_quote_that_now_stands_twice_gets_a_second_entry_with_its_place(paths: Paths) -> None:
    drafted(paths)
    draft = drafted(paths, PLAIN_REPORT.replace("优化公交线网，", f"{KITCHENS}。优化公交线网，"))
    content = read_content(paths)
    places = [one.start for one in content.commitments if one.quote == KITCHENS]
    assert content.mistakes == []
    assert len(set(places)) == 2
    assert len(draft.added) == 1
    assert draft.added[0].endswith("-2")
    assert any("stands 2 times: '新建社区食堂12家'" in line for line in draft.remarks)


def test_words_before_a_quote_that_changed_are_shown(paths: Paths) -> None:
    text = PLAIN_REPORT.replace("优化公交线网，", f"又{KITCHENS}。优化公交线网，")
    drafted(paths)
    file = commitments_of(paths)
    rewrite(file, (f'quote = "{KITCHENS}"', f'quote = "{KITCHENS}"\nstart_after = "会"'))
    draft = drafted(paths, text)
    assert len(draft.gone) == 1
    assert (
        "# start_after 不在这句前面了 / start_after does not stand before the quote; there now: "
        in block(file, KITCHENS)
    )


def test_windows_line_ends_and_odd_strings_survive(paths: Paths) -> None:
    drafted(paths)
    file = commitments_of(paths)
    odd = "en = '''\n[[commitment]]\n# not a comment\n'''"
    text = rewrite(file, (f'quote = "{KITCHENS}"', f'quote = "{KITCHENS}"\n{odd}'))
    file.write_bytes(text.replace("\n", "\r\n").encode())
    drafted(paths, PLAIN_REPORT.replace(LIFTS, "加装电梯160部，更新燃气管网80公里"))
    after = file.read_bytes().decode()
    assert after.count("\n") == after.count("\r\n")
    lost = [line for line in text.split("\n") if line not in after.split("\r\n")]
    assert [line for line in lost if not line.startswith("# drafted: ")] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[commitment]\nid = 1\n", "not valid TOML"),
        (
            'commitment = [{id = "a", quote = "办好民生实事"}]\n',
            "must be written as [[commitment]]",
        ),
    ],
)
def test_a_file_that_cannot_be_merged_is_left_alone(paths: Paths, text: str, said: str) -> None:
    drafted(paths)
    commitments_of(paths).write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=r"commitments\.toml.*") as caught:
        drafted(paths, PLAIN_REPORT.replace(KITCHENS, CANTEENS))
    (line,) = caught.value.mistakes
    assert said in line
    assert commitments_of(paths).read_text(encoding="utf-8") == text


def test_front_matter_that_says_otherwise_than_the_text_stays_and_is_remarked_on(
    paths: Paths,
) -> None:
    drafted(paths)
    file = paths.content / "reports" / "yunhe-2026" / "report.md"
    rewrite(file, ("target_year: 2026", "target_year: 2026\ntitle_en: Yunhe 2026"))
    draft = drafted(paths, PLAIN_REPORT.replace("2026年政府", "2027年政府"))
    front = file.read_text(encoding="utf-8").split("---")[1]
    assert "\ntitle_en: Yunhe 2026\n" in front
    assert "\ntarget_year: 2026\n" in front
    assert any("target_year: stays 2026; the text says 2027" in line for line in draft.remarks)


def test_a_file_changed_meanwhile_is_not_overwritten(paths: Paths) -> None:
    drafted(paths)
    file = paths.content.parent / "yunhe-2026.txt"
    file.write_text(PLAIN_REPORT.replace(KITCHENS, CANTEENS), encoding="utf-8")
    draft = draft_file(paths, file)
    text = rewrite(commitments_of(paths), (f'quote = "{LIFTS}"', f'quote = "{LIFTS}"\nen = "x"'))
    with pytest.raises(ContentError, match="was changed meanwhile; draft again"):
        write_draft(paths, draft)
    assert commitments_of(paths).read_text(encoding="utf-8") == text


SENTENCES = [line for line in PLAIN_REPORT.strip().split("\n")[5:] if "。" in line]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from(SENTENCES), min_size=1, unique=True), max_size=4))
def test_whatever_a_report_becomes_no_curated_line_is_lost(versions: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = write_small_content(Path(folder))
        drafted(paths)
        file = commitments_of(paths)
        text = file.read_text(encoding="utf-8").replace(
            "\nquote", "\nunit = '市教育局' # 编\nquote"
        )
        file.write_text(text, encoding="utf-8")
        curated = [line for line in text.split("\n") if not line.startswith("# drafted: ")]
        for version in versions:
            drafted(paths, "\n".join([*PLAIN_REPORT.split("\n")[:5], *version]))
            lines = iter(file.read_text(encoding="utf-8").split("\n"))
            assert all(line in lines for line in curated)
            assert (
                drafted(paths, "\n".join([*PLAIN_REPORT.split("\n")[:5], *version])).changes == ()
            )
        drafted(paths)
        assert read_content(paths).mistakes == []
