"""What a new build changes is told before it is active."""

from pathlib import Path

import pytest

from index import IndexSettings, Paths
from index.activation import evaluation_of
from index.build import make_build, read_commitments_of
from index.builds import read_files, read_manifest
from index.comparing import AnswerChange, Difference, compare
from tests.plain_report import PLAIN_REPORT
from tests.small_content import TEXT, front_matter, write_evaluation, write_small_content

REPORT = ("reports", "small-2020", "report.md")
CURATED = ("reports", "small-2020", "commitments.toml")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """The small content with two questions."""
    paths = write_small_content(tmp_path)
    questions: list[dict[str, object]] = [
        {"id": "lifts", "lang": "zh", "question": "加装电梯多少部?", "gold": "加装电梯"},
        {
            "id": "places",
            "lang": "zh",
            "question": "新增几所普惠幼儿园?",
            "gold": "新增普惠幼儿园",
        },
    ]
    write_evaluation(tmp_path, "questions.jsonl", questions)
    return paths


def replace_in(paths: Paths, place: tuple[str, ...], *pairs: tuple[str, str]) -> None:
    """Edit a content file; a report's hash is left out, as its text is another now."""
    file = paths.content.joinpath(*place)
    text = file.read_text(encoding="utf-8")
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after)
    lines = [line for line in text.splitlines() if not line.startswith("sha256:")]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def difference(paths: Paths, old: Path) -> Difference:
    """What a build of the content as it stands changes."""
    settings = IndexSettings()
    new = make_build(paths, settings).build
    return compare(old, new, (evaluation_of(old, settings), evaluation_of(new, settings)))


@pytest.fixture
def old(paths: Paths) -> Path:
    """The build before."""
    return make_build(paths, IndexSettings()).build


def test_nothing_changed_is_told_so(paths: Paths, old: Path) -> None:
    assert difference(paths, old) == Difference((), (), (), (), ())


def test_a_changed_number_is_told_old_and_new(paths: Paths, old: Path) -> None:
    for place in (REPORT, CURATED):
        replace_in(paths, place, ("加装电梯60部", "加装电梯75部"))
    (one,) = difference(paths, old).changed
    assert (one.before.id, one.after.quote) == ("small-2020/elevators", "加装电梯75部")
    assert one.numbers == (("60部",), ("75部",))
    assert one.others == ()


def test_added_and_removed_commitments_and_the_answers_that_go_with_them(
    paths: Paths, old: Path
) -> None:
    file = paths.content.joinpath(*CURATED)
    entries = file.read_text(encoding="utf-8").split("[[commitment]]")
    another = '\nid = "education"\nquote = "加快学前教育发展"\n'
    file.write_text("[[commitment]]".join([*entries[:-1], another]), encoding="utf-8")
    found = difference(paths, old)
    assert [one.id for one in found.added] == ["small-2020/education"]
    assert [one.id for one in found.removed] == ["small-2020/elevators"]
    assert found.changed == ()
    assert found.answers == (
        AnswerChange(
            "加装电梯多少部?", "small-2020/elevators", "", was_right=True, is_right=False
        ),
    )


def test_other_fields_and_other_files_are_named(paths: Paths, old: Path) -> None:
    replace_in(
        paths, CURATED, ('unit = "区房管局"', 'unit = "区城建局"'), ("60 elev", "sixty elev")
    )
    glossary = paths.content / "glossary.toml"
    glossary.write_text(glossary.read_text(encoding="utf-8") + "\n# more\n", encoding="utf-8")
    found = difference(paths, old)
    (one,) = found.changed
    assert (one.before.id, one.others) == ("small-2020/elevators", ("en", "unit"))
    assert found.other_inputs == ("glossary.toml",)


def test_a_sentence_of_a_report_nobody_curated_is_known_again_in_other_words(
    tmp_path: Path,
) -> None:
    paths = write_small_content(tmp_path)
    bare = paths.content / "reports" / "plain-2026.txt"
    bare.write_text(PLAIN_REPORT, encoding="utf-8")
    old = make_build(paths, IndexSettings()).build
    quote = next(
        one.quote
        for one in read_commitments_of(read_files(old, read_manifest(old)))
        if one.report == "plain-2026" and len(one.quantities) == 1
    )
    number = next(one for one in quote if one.isdigit())
    changed = quote.replace(number, "7" if number != "7" else "8")
    bare.write_text(PLAIN_REPORT.replace(quote, changed), encoding="utf-8")
    new = make_build(paths, IndexSettings()).build
    found = compare(old, new)
    assert (found.added, found.removed) == ((), ())
    (one,) = found.changed
    assert (one.before.quote, one.after.quote) == (quote, changed)
    assert one.numbers[0] != one.numbers[1]


def test_a_report_with_the_same_text_under_another_title_changes_all(
    paths: Paths, old: Path
) -> None:
    file = paths.content.joinpath(*REPORT)
    body = file.read_text(encoding="utf-8").split("---\n", 2)[2]
    file.write_text(front_matter(text=TEXT, title="另一个标题") + body, encoding="utf-8")
    assert {one.others for one in difference(paths, old).changed} == {("report_title",)}
