"""`python -m bot progress import`: notes from a file, row by row; bad rows stop no others."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO

import pytest

from bot.store import DATABASE, ProgressNote
from tests.forking import PROJECT
from tests.operating import Operator

KINDERGARTENS, LIFTS = "wuchang-2020/kindergartens", "wuchang-2020/elevators"
HEADER = "commitment,text,source,on\n"
GOOD = f"{KINDERGARTENS},已开工2所,区教育局,2026-03-02\n"


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Operator:
    """Somebody who types commands."""
    return Operator(tmp_path_factory.mktemp("operator"), built)


@pytest.fixture(autouse=True)
def no_notes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test begins without notes and followers."""
    yield
    if "operator" in request.fixturenames:
        folder = request.getfixturevalue("operator").folder
        for file in (folder / "var").glob(f"{DATABASE}*"):
            file.unlink()


def write(operator: Operator, text: str) -> Path:
    """A file of notes."""
    file = operator.folder / "notes.csv"
    file.write_text(text, encoding="utf-8")
    return file


def follow(operator: Operator, commitment: str, *names: str) -> None:
    """Residents follow a commitment, on Telegram."""
    now = datetime.now(UTC)
    with operator.store() as store, store.transaction():
        for name in names:
            resident = store.residents.met("telegram", name, at=now)
            store.following.follow(commitment, resident.id, at=now)


def notes(operator: Operator, commitment: str = KINDERGARTENS) -> list[ProgressNote]:
    """What stands noted of a commitment."""
    with operator.store() as store:
        return list(store.following.notes(commitment))


def letters(operator: Operator) -> list[str]:
    """What the outbox holds."""
    with operator.store() as store:
        rows = store._database.tuples("select opened(reply) from outbox order by id", [])
    return [str(body) for (body,) in rows]


def test_a_dry_run_says_row_by_row_what_would_be_noted_and_who_hears(operator: Operator) -> None:
    follow(operator, KINDERGARTENS, "1", "2")
    file = write(operator, f"{HEADER}{GOOD}{LIFTS},已装12部,区房管局,2026-03-01\n")

    done = operator.runs("progress", "import", file)

    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        [
            f"{file}:2: {KINDERGARTENS}: 2026-03-02: 已开工2所 (区教育局)"
            "; followers to be told: 2",
            f"{file}:3: {LIFTS}: 2026-03-01: 已装12部 (区房管局); followers to be told: 0",
        ],
    )
    assert done.stderr == (
        "2 of 2 rows to be noted; followers to be told: 2; with --commit they are noted\n"
    )
    assert notes(operator) == []
    assert letters(operator) == []


def test_with_commit_each_follower_hears_of_each_note_once(operator: Operator) -> None:
    follow(operator, KINDERGARTENS, "1", "2")
    file = write(operator, HEADER + GOOD)

    done = operator.runs("progress", "import", file, "--commit")
    again = operator.runs("progress", "import", file, "--commit")

    assert done.stdout == f"{file}:2: {KINDERGARTENS}: noted; followers told: 2\n"
    assert (done.exit_code, done.stderr) == (0, "1 of 1 rows noted; followers told: 2\n")
    assert again.stdout == f"{file}:2: {KINDERGARTENS}: noted before\n"
    assert (again.exit_code, again.stderr) == (0, "0 of 1 rows noted; followers told: 0\n")
    (noted,) = notes(operator)
    assert (noted.text, noted.source, noted.noted_on) == (
        "已开工2所",
        "区教育局",
        date(2026, 3, 2),
    )
    assert [("已开工2所" in letter) for letter in letters(operator)] == [True, True]


def test_a_bad_row_stops_no_other(operator: Operator) -> None:
    file = write(
        operator,
        f"{HEADER}no/such,已开工,区教育局,3月2日\n"
        f"{GOOD}{KINDERGARTENS},已开工2所,区政府网,2026-03-02\n"
        f"{KINDERGARTENS},,区教育局,2026-03-02\n{LIFTS},已装12部,区房管局,2026-03-01\n",
    )
    for words in ((), ("--commit",)):
        done = operator.runs("progress", "import", file, *words)
        assert done.exit_code == 1
        assert done.stderr.splitlines()[:-1] == [
            f"{file}:2: commitment: no 'no/such' in the active build",
            f"{file}:2: on: '3月2日' is no day; write it as 2026-03-02",
            f"{file}:4: text: the same stands in {file}:3",
            f"{file}:5: text: missing",
        ]
        assert done.stderr.splitlines()[-1].startswith("2 of 5 rows")
    assert [one.text for one in notes(operator)] == ["已开工2所"]
    assert [one.text for one in notes(operator, LIFTS)] == ["已装12部"]


def test_another_day_or_other_words_are_another_note(operator: Operator) -> None:
    more = GOOD.replace("2026-03-02", "2026-03-03") + GOOD.replace("2所", "3所")
    file = write(operator, HEADER + GOOD + more)
    assert operator.runs("progress", "import", file, "--commit").exit_code == 0
    assert len(notes(operator)) == 3


def test_a_note_typed_by_hand_is_known_to_the_import(operator: Operator) -> None:
    words = ("已开工2所", "--source", "区教育局", "--on", "2026-03-02", "--commit")
    assert operator.runs("progress", "note", KINDERGARTENS, *words).exit_code == 0
    done = operator.runs("progress", "import", write(operator, HEADER + GOOD))
    assert done.stdout.endswith(f"{KINDERGARTENS}: noted before\n")


def test_no_file_and_no_text_are_told_in_a_line(operator: Operator) -> None:
    missing = operator.runs("progress", "import", operator.folder / "none.csv")
    assert (missing.exit_code, missing.stderr) == (
        1,
        f"{operator.folder / 'none.csv'}: No such file or directory\n",
    )
    folder = operator.runs("progress", "import", operator.folder)
    assert (folder.exit_code, folder.stderr) == (1, f"{operator.folder}: Is a directory\n")


MANY = "".join(f"{KINDERGARTENS},已开工{n}所,区教育局,2026-03-02\n" for n in range(400))


def test_an_import_waits_for_a_bot_that_is_writing(operator: Operator) -> None:
    file = write(operator, HEADER + MANY)
    with started(operator, file) as (process, lines):
        first = lines.readline()
        database = operator.folder / "var" / DATABASE
        with closing(sqlite3.connect(database, timeout=60, isolation_level=None)) as bot:
            bot.execute("begin immediate")
            time.sleep(1)
            bot.execute("commit")
        _, told = process.communicate(timeout=120)
    assert first.endswith("noted; followers told: 0\n")
    assert (process.returncode, told) == (0, "400 of 400 rows noted; followers told: 0\n")


def test_a_killed_import_leaves_whole_rows_and_goes_on_when_run_again(operator: Operator) -> None:
    follow(operator, KINDERGARTENS, "1")
    file = write(operator, HEADER + MANY)
    with started(operator, file) as (process, lines):
        for _ in range(20):
            lines.readline()
        process.send_signal(signal.SIGKILL)
    kept = len(notes(operator))
    assert 20 <= kept < 400
    assert len(letters(operator)) == kept

    again = operator.runs("progress", "import", file, "--commit")

    assert again.stdout.count("noted; followers told: 1") == 400 - kept
    assert again.stdout.count("noted before") == kept
    assert (len(notes(operator)), len(letters(operator))) == (400, 400)


@contextmanager
def started(operator: Operator, file: Path) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """An import in a process of its own, which is waited for at the end."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "bot", "progress", "import", str(file), "--commit"],
        cwd=PROJECT,
        env={
            **os.environ,
            "BOT_CONFIG": str(operator.folder / "config.toml"),
            "PYTHONIOENCODING": "utf-8",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        assert process.stdout is not None
        yield process, process.stdout
