"""`index check`: what an editor got wrong, each with file, line, entry and field."""

import json
import subprocess
from pathlib import Path

import pytest

from index.checks.asks import asks_astray, index_to_ask
from index.checks.other_files import check_other_files
from index.config import Paths
from index.content import check_content, read_content
from tests.prompt import run_index
from tests.small_content import BODY, front_matter, tiny_settings

PROJECT = Path(__file__).parents[1]
SERVICE = (
    '[[unit]]\ncode = "housing"\nname = "区房管局"\n[[category]]\ncode = "water"\nname = "水"\n'
)


@pytest.fixture
def curated(paths: Paths) -> Path:
    """The small report's commitments."""
    return paths.content / "reports" / "small-2020" / "commitments.toml"


def change(file: Path, old: str, new: str) -> None:
    """Put other words in a file."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def add(file: Path, own_id: str, quote: str, more: str = "") -> None:
    """One more commitment, in English, too."""
    entry = f'\n[[commitment]]\nid = "{own_id}"\nquote = "{quote}"\nen = "x"\n{more}'
    file.write_text(file.read_text(encoding="utf-8") + entry, encoding="utf-8")


def test_the_same_quote_at_the_same_place_is_a_mistake(paths: Paths, curated: Path) -> None:
    add(curated, "lifts", "加装电梯60部")
    assert check_content(paths) == [
        f"{curated}:26: lifts: quote: the same words at the same place as elevators (line 18); "
        "start_after chooses another place"
    ]


def test_a_quote_within_another_is_a_remark(paths: Paths, curated: Path) -> None:
    add(curated, "both", "综合整治老旧小区8个,加装电梯60部")
    content = read_content(paths)
    assert content.mistakes == []
    assert content.remarks == [
        f"{curated}:15: neighbourhoods: quote: overlaps that of both (line 24)",
        f"{curated}:20: elevators: quote: overlaps that of both (line 24)",
    ]


def test_a_quote_across_two_sections_is_a_mistake_with_both(paths: Paths, curated: Path) -> None:
    file = curated.with_name("report.md")
    change(file, "### 改善老旧城区环境,", "## 改善老旧城区环境,")
    add(curated, "across", "启动新河街学校改扩建。改善老旧城区环境,综合整治老旧小区8个")
    assert check_content(paths) == [
        f"{curated}:26: across: quote: spans two sections, '围绕幸福指数提升' and "
        "'改善老旧城区环境'"
    ]


def test_a_question_under_two_commitments_is_a_mistake_however_it_is_written(
    paths: Paths, curated: Path
) -> None:
    change(
        curated, 'id = "school"', 'id = "school"\nask = [\n  "几时?",\n  "托兒所今年開幾家？"\n]'
    )
    assert check_content(paths) == [
        f"{curated}:12: school: ask: '托兒所今年開幾家？' is also asked of kindergartens (line 6)"
    ]


def test_a_question_twice_under_one_commitment_is_a_remark(paths: Paths, curated: Path) -> None:
    change(curated, '["托儿所今年开几家?"]', '["托儿所今年开几家?",\n"托儿所今年开几家"]')
    content = read_content(paths)
    assert content.mistakes == []
    assert content.remarks == [
        f"{curated}:7: kindergartens: ask: '托儿所今年开几家' is also asked in line 6"
    ]


def test_a_unit_that_service_toml_does_not_have_is_a_mistake(paths: Paths, curated: Path) -> None:
    service = paths.content / "service.toml"
    service.write_text(SERVICE, encoding="utf-8")
    assert check_content(paths) == []
    change(curated, '"区房管局"', '"区房管"')
    assert check_content(paths) == [
        f"{curated}:22: elevators: unit: '区房管' is no [[unit]] of service.toml; "
        "did you mean '区房管局'?"
    ]
    change(curated, '"区房管"', '"housing"')
    assert check_content(paths) == []


def test_names_in_messages_are_looked_up_in_service_toml(paths: Paths) -> None:
    (paths.content / "service.toml").write_text(SERVICE, encoding="utf-8")
    for folder in ("evaluation", "examples"):
        file = paths.content / folder / "messages.jsonl"
        file.parent.mkdir()
        lines = ['{"id": "m1", "category": "水"}', "", '{"id": "m2", "category": "火"}']
        file.write_text("\n".join(lines), encoding="utf-8")
    assert check_other_files(paths.content) == [
        f"{paths.content / folder / 'messages.jsonl'}:3: m2: category: "
        "'火' is no [[category]] of service.toml"
        for folder in ("evaluation", "examples")
    ]


def test_files_that_only_the_bot_reads_are_checked_too(paths: Paths) -> None:
    for name, content in (
        ("wording/zh.toml", b"a = 1\nb = [\n"),
        ("wording/en.toml", b"a = '\xff'\n"),
        ("examples/messages.jsonl", b'{"means": "help"}\n{"means"\n'),
    ):
        file = paths.content / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    told = [line.removeprefix(f"{paths.content}/") for line in check_other_files(paths.content)]
    assert told == [
        "wording/en.toml:1: not UTF-8 (first bad byte 0xff, byte 6 of the line)",
        "wording/zh.toml:2: not valid TOML: Invalid value (at the end of the file)",
        "examples/messages.jsonl:2: not valid JSON: Expecting ':' delimiter (column 9)",
    ]


@pytest.mark.parametrize(
    ("front", "told"),
    [
        (
            "---\nid: small-2020\ntitle: [a\n---\n",
            "4: front matter: not valid YAML: while parsing a flow sequence expected ',' or ']', "
            "but got '<stream end>' (column 1)",
        ),
        (
            "\n---\nid: small-2020\n\ndate: 2019-13-45\n---\n",
            "5: front matter: date: month must be in 1..12",
        ),
        ("---\nid: x\n", "1: front matter: must open the file between two lines of ---"),
    ],
)
def test_mistakes_of_the_front_matter_have_their_line(
    paths: Paths, curated: Path, front: str, told: str
) -> None:
    file = curated.with_name("report.md")
    file.write_text(front + BODY, encoding="utf-8")
    assert check_content(paths) == [f"{file}:{told}"]


def test_an_empty_report_and_one_too_large_are_one_mistake_each(
    paths: Paths, curated: Path
) -> None:
    file = curated.with_name("report.md")
    file.write_text(front_matter() + "\n \n", encoding="utf-8")
    assert check_content(paths) == [f"{file}: is empty: holds no text of a report"]
    with file.open("wb") as stream:
        stream.truncate(50_000_000)
    assert check_content(paths) == [f"{file}: 50.0 MB; at most 20 MB are read"]


def test_a_nul_byte_is_told_with_its_line(paths: Paths, curated: Path) -> None:
    change(curated, '"Retrofit 60 elevators."', '"Retrofit 60\0elevators."')
    assert check_content(paths) == [f"{curated}:21: holds a NUL byte (U+0000)"]


def test_a_report_without_headings_is_a_remark(paths: Paths, curated: Path) -> None:
    file = curated.with_name("report.md")
    body = BODY.replace("### ", "").replace("## ", "")
    file.write_text(front_matter() + body, encoding="utf-8")
    content = read_content(paths)
    assert content.mistakes == []
    assert content.remarks == [f"{file}: holds no heading: the whole text is one section"]


def test_an_ask_line_that_finds_another_commitment_is_a_remark(
    paths: Paths, curated: Path, tmp_path: Path
) -> None:
    settings = tiny_settings(tmp_path)
    # Its own words are the other's to the letter, so both legs rank that one first.
    change(curated, '["托儿所今年开几家?"]', '[\n  "托儿所今年开几家?",\n  "加装电梯60部",\n]')
    content = read_content(paths)
    done: list[tuple[int, int]] = []
    found = asks_astray(
        content,
        lambda: index_to_ask(content, paths, settings),
        lambda *counts: done.append(counts),
    )
    assert list(found) == [
        f"{curated}:8: kindergartens: ask: '加装电梯60部' finds elevators instead: '加装电梯60部'"
    ]
    assert done == [(1, 2), (2, 2)]


@pytest.fixture
def config(paths: Paths, tmp_path: Path) -> Path:
    """A config.toml beside the small content, with a tiny encoder."""
    file = tmp_path / "config.toml"
    model = json.dumps(tiny_settings(tmp_path).encoder.model)
    file.write_text(f"[index.encoder]\nmodel = {model}\n", encoding="utf-8")
    return file


def run(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m index check` with that configuration."""
    return run_index(config, "check", *words)


def test_for_editors_tools_each_finding_is_an_object(config: Path, curated: Path) -> None:
    change(curated, "加装电梯60部", "加装电梯66部")
    change(curated, 'en = "Retrofit 60 elevators."\n', "")
    done = run(config, "--json", "--quick")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert found[-1] == {
        "file": str(curated),
        "line": 20,
        "id": "elevators",
        "field": "quote",
        "text": "not in the report to the letter; it agrees up to '加装电梯6', "
        "then has '6' where the report has '0'",
        "is_mistake": True,
    }
    assert done.stderr.endswith("0 questions: 1 mistake, 1 remark\n")


def test_counts_come_last_and_remarks_do_not_fail(config: Path, curated: Path) -> None:
    change(curated, 'en = "Retrofit 60 elevators."\n', "")
    done = run(config)
    assert done.returncode == 0
    told = "missing; English replies will give the quote alone"
    assert done.stderr == f"remark: {curated}:18: elevators: en: {told}\n"
    assert done.stdout == (
        "4 commitments of 1 report, 3 glossary entries, 0 questions: no mistakes, 1 remark\n"
    )
