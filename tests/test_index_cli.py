"""`python -m index`: results on standard output, one clear line a mistake, exit 1."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.prompt import run_index
from tests.small_content import tiny_settings, write_small_content

PROJECT = Path(__file__).parents[1]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A config.toml beside the small content, with a tiny encoder."""
    write_small_content(tmp_path)
    model = tiny_settings(tmp_path).encoder.model
    file = tmp_path / "config.toml"
    file.write_text(f"[index.encoder]\nmodel = {json.dumps(model)}\n", encoding="utf-8")
    return file


def test_check_counts_what_it_found(config: Path) -> None:
    done = run_index(config, "check")
    assert done.returncode == 0
    assert done.stdout.startswith("4 commitments of 1 report, 3 glossary entries")


def test_check_lists_every_mistake_and_fails(config: Path) -> None:
    file = config.parent / "content" / "reports" / "small-2020" / "commitments.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("60部", "66部").replace("8个", "9个"), encoding="utf-8")
    done = run_index(config, "check")
    mistakes = [line for line in done.stderr.splitlines() if not line.startswith("remark: ")]
    assert done.returncode == 1
    assert done.stdout.startswith("2 commitments of 1 report")
    assert [line.split(": ")[1:3] for line in mistakes] == [
        ["neighbourhoods", "quote"],
        ["elevators", "quote"],
    ]


def test_build_prints_its_folder_and_says_when_nothing_changed(config: Path) -> None:
    first = run_index(config, "build")
    again = run_index(config, "build")
    assert (first.returncode, again.returncode) == (0, 0)
    build, activated = first.stdout.splitlines()
    assert Path(build).is_dir()
    assert activated.endswith(f" active: {Path(build).name}")
    assert again.stdout == f"nothing changed, kept {build}\n"


def test_a_reason_that_says_nothing_is_refused(config: Path) -> None:
    run_index(config, "build")
    done = run_index(config, "activate", "--accept", " ")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'--accept': say why: the reason is kept" in done.stderr


def test_a_reader_that_reads_no_further_ends_it_quietly(config: Path) -> None:
    """`index diff | head` once told of a broken pipe."""
    run_index(config, "build")
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "index", "list"],
        cwd=PROJECT,
        env={**os.environ, "BOT_CONFIG": str(config)},
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert done.stderr == b""


def test_search_shows_hits_and_their_json(config: Path) -> None:
    run_index(config, "build")
    shown = run_index(config, "search", "加装电梯", "--top-k", "1")
    assert shown.stdout.splitlines()[1].strip() == "加装电梯60部"
    found = [
        json.loads(line)
        for line in run_index(
            config, "search", "加装电梯", "--top-k", "2", "--json"
        ).stdout.splitlines()
    ]
    assert [hit["commitment"]["id"] for hit in found][:1] == ["small-2020/elevators"]
    assert len(found) == 2


def test_a_search_without_hits_says_so(config: Path) -> None:
    run_index(config, "build")
    done = run_index(config, "search", " ")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "nothing in the reports bears on it\n"


def test_evaluate_without_questions_says_so(config: Path) -> None:
    run_index(config, "build")
    done = run_index(config, "evaluate")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "content/evaluation holds no questions\n"


@pytest.mark.parametrize(
    ("settings", "words", "said"),
    [
        ("", ["search", "电梯"], "index build: none in"),
        ("[index]\nbuilds_kept = 0\n", ["check"], "index.builds_kept"),
        ('[index.encoder]\nmodel = "./nowhere"\n', ["build"], "./nowhere"),
        ('[paths]\nvar = "config.toml"\n', ["build"], "config.toml"),
        ("not toml", ["check"], "not valid TOML"),
    ],
)
def test_what_a_person_can_mend_is_one_line(
    config: Path, settings: str, words: list[str], said: str
) -> None:
    if settings:
        config.write_text(settings, encoding="utf-8")
    done = run_index(config, *words)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr


def test_help_lists_every_command_and_imports_no_torch(config: Path) -> None:
    program = (
        "import sys, runpy; sys.argv = ['index', '--help']\n"
        "try: runpy.run_module('index', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'faiss', 'sentence_transformers', 'sklearn'}\n"
        "heavy |= {'docx', 'pypdf', 'watchfiles'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    for command in ("activate", "build", "check", "diff", "draft", "evaluate", "list", "train"):
        assert f"\n  {command} " in done.stdout
    assert done.stdout.endswith("[]\n")


def test_draft_of_an_unknown_report_says_which_there_are(config: Path) -> None:
    done = run_index(config, "draft", "nowhere")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "no report 'nowhere' can be read; there are: small-2020\n"


def change_ask(config: Path, ask: str) -> None:
    """Give the first commitment another question."""
    file = config.parent / "content" / "reports" / "small-2020" / "commitments.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("托儿所今年开几家?", ask), encoding="utf-8")


def test_hold_diff_activate_list_and_rollback_tell_what_they_do(config: Path) -> None:
    first = Path(run_index(config, "build").stdout.splitlines()[0]).name
    change_ask(config, "托儿所开多少?")
    held = run_index(config, "build", "--hold").stdout
    second = Path(held.removeprefix("held ").strip()).name
    assert held.startswith("held ")
    assert run_index(config, "build", "--hold").stdout == f"nothing changed, {held}"
    assert run_index(config, "diff").stdout.splitlines() == [
        f"{first} -> {second}",
        "commitments added: none",
        "commitments removed: none",
        "commitments changed: 1",
        "  small-2020/kindergartens  (ask)",
        "also changed: none",
        "evaluation questions with another answer: none",
    ]
    assert json.loads(run_index(config, "diff", "--json").stdout)["changed"][0]["others"] == [
        "ask"
    ]
    activated = run_index(config, "activate").stdout
    assert activated.endswith(f" active: {second} instead of {first}\n")
    listed = [line[:14] for line in run_index(config, "list").stdout.splitlines()]
    assert listed == [f"* {second}", f"  {first}"]
    assert run_index(config, "rollback").stdout.endswith(f" active: {first} instead of {second}\n")
    assert len(run_index(config, "list", "--history").stdout.splitlines()) == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["activate"], "index build: there is none"),
        (["activate", "abc"], "no build begins with 'abc'"),
        (["diff"], "index build: there is none"),
        (["rollback"], "no build was active before"),
    ],
)
def test_without_a_build_nothing_can_be_activated(
    config: Path, words: list[str], said: str
) -> None:
    done = run_index(config, *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_watching_builds_at_every_change_and_answers_at_the_prompt(config: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "index", "build", "--watch"],
        cwd=PROJECT,
        env={**os.environ, "BOT_CONFIG": str(config)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stdin
        assert watching.stdout
        assert watching.stderr
        assert watching.stderr.readline().startswith("held ")
        assert watching.stderr.readline().startswith("Watching ")
        watching.stdin.write("加装电梯\n")
        watching.stdin.flush()
        watching.stdout.readline()
        assert watching.stdout.readline().strip() == "加装电梯60部"
        change_ask(config, "托儿所开多少?\x00")
        told = [watching.stderr.readline() for _ in range(2)]
        assert told[-1] == "not built\n"
        change_ask_back = config.parent / "content" / "reports" / "small-2020"
        file = change_ask_back / "commitments.toml"
        file.write_text(file.read_text(encoding="utf-8").replace("\x00", ""), encoding="utf-8")
        assert watching.stderr.readline().startswith("held ")
        watching.stdin.close()
        assert watching.wait() == 0
    assert run_index(config, "list").stdout.splitlines()[0].startswith("  ")
