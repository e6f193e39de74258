"""One bot a folder: a second one is told so, and a dead one is in nobody's way."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.lock import AlreadyRunning, only_instance, running_pid

PROJECT = Path(__file__).parents[1]
HOLDS_IT = """
import sys
from pathlib import Path
from bot.lock import only_instance
with only_instance(Path(sys.argv[1])):
    print("holds it", flush=True)
    sys.stdin.read()
"""

ASKS_WHEN_REFUSED = f"""
import fcntl, sys
flock = fcntl.flock
def asking(*values):
    try:
        flock(*values)
    except BlockingIOError:
        print("refused", flush=True)
        sys.stdin.readline()
        raise
fcntl.flock = asking
{HOLDS_IT}
"""


@contextmanager
def holder(
    var: Path, *, script: str = HOLDS_IT, first_line: str = "holds it\n"
) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds the folder until its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", script, str(var)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == first_line
            yield process
        finally:
            process.kill()


def test_a_second_bot_is_refused_with_the_process_of_the_first(tmp_path: Path) -> None:
    with holder(tmp_path) as first:
        with pytest.raises(AlreadyRunning) as refused, only_instance(tmp_path):
            pytest.fail("it was let in")
        assert refused.value.pid == first.pid
        assert str(refused.value) == (
            f"another bot runs on this folder (process {first.pid}); stop it first, or give this"
            " one a folder of its own ([paths] var in config.toml)"
        )


def test_one_process_cannot_hold_it_twice(tmp_path: Path) -> None:
    with only_instance(tmp_path):
        with pytest.raises(AlreadyRunning) as refused, only_instance(tmp_path):
            pytest.fail("it was let in")
        assert refused.value.pid == running_pid(tmp_path) == os.getpid()


def test_another_folder_is_free(tmp_path: Path) -> None:
    with holder(tmp_path / "one"), only_instance(tmp_path / "two"):
        assert running_pid(tmp_path / "two") == os.getpid()


def test_who_runs_is_known_and_not_disturbed_by_asking(tmp_path: Path) -> None:
    with holder(tmp_path) as first:
        assert [running_pid(tmp_path) for _ in range(3)] == [first.pid] * 3
        with pytest.raises(AlreadyRunning), only_instance(tmp_path):
            pytest.fail("it was let in")
        first.communicate()
        assert first.returncode == 0
    assert running_pid(tmp_path) is None


def test_it_is_free_once_its_holder_was_killed(tmp_path: Path) -> None:
    with holder(tmp_path) as first:
        first.kill()
        first.wait()
        assert (tmp_path / "bot.lock").read_text() == str(first.pid)
        assert running_pid(tmp_path) is None
        with only_instance(tmp_path):
            assert running_pid(tmp_path) == os.getpid()


def test_it_is_free_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), only_instance(tmp_path):
        1 / 0  # noqa: B018
    assert running_pid(tmp_path) is None


def test_its_file_is_the_owners_alone_and_stays_empty(tmp_path: Path) -> None:
    var = tmp_path / "not" / "there"
    with only_instance(var):
        assert (var / "bot.lock").read_text() == str(os.getpid())
    (left,) = var.iterdir()
    assert (left.name, left.stat().st_mode & 0o777, left.read_bytes()) == ("bot.lock", 0o600, b"")


def test_nobody_runs_where_nothing_is(tmp_path: Path) -> None:
    assert running_pid(tmp_path / "nowhere") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "not a number", "٣٤", "9" * 5000])
def test_a_holder_that_has_not_written_its_id_is_a_holder(tmp_path: Path, text: str) -> None:
    with only_instance(tmp_path):
        (tmp_path / "bot.lock").write_text(text, encoding="utf-8")
        assert running_pid(tmp_path) is not None
        with pytest.raises(AlreadyRunning), only_instance(tmp_path):
            pytest.fail("it was let in")


def test_whoever_only_looks_keeps_no_bot_from_starting(tmp_path: Path) -> None:
    (tmp_path / "bot.lock").touch()
    with (tmp_path / "bot.lock").open() as looked_at:
        fcntl.flock(looked_at, fcntl.LOCK_SH)
        with holder(tmp_path, script=ASKS_WHEN_REFUSED, first_line="refused\n") as starting:
            fcntl.flock(looked_at, fcntl.LOCK_UN)
            out, _ = starting.communicate("go on\n")
            assert (starting.returncode, out) == (0, "holds it\n")


def test_two_who_look_do_not_take_each_other_for_a_bot(tmp_path: Path) -> None:
    (tmp_path / "bot.lock").write_text("4711")
    with (tmp_path / "bot.lock").open() as looked_at:
        fcntl.flock(looked_at, fcntl.LOCK_SH)
        assert running_pid(tmp_path) is None
