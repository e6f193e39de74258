"""Files written whole or not at all, whatever stops the writing."""

import resource
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.writing import append_line, only_writer, write_aside, write_together

PROJECT = Path(__file__).parents[1]


def names_in(folder: Path) -> list[str]:
    """Every file below the folder, those with a dot too."""
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*"))


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """As on a disk with so much left: no file may grow beyond it (setrlimit(2))."""
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.fixture
def two(tmp_path: Path) -> dict[Path, bytes]:
    """Two files of two folders, one of which only its owner may read."""
    files = {tmp_path / "a" / "one": b"old one", tmp_path / "b" / "two": b"old two"}
    for path, content in files.items():
        path.parent.mkdir()
        path.write_bytes(content)
    (tmp_path / "a" / "one").chmod(0o600)
    return files


def test_files_of_several_folders_change_together_and_keep_their_rights(
    tmp_path: Path, two: dict[Path, bytes]
) -> None:
    new = dict.fromkeys(two, b"new") | {tmp_path / "c" / "three": b"new"}
    write_together(new)
    assert {path: path.read_bytes() for path in new} == new
    assert stat.S_IMODE((tmp_path / "a" / "one").stat().st_mode) == 0o600
    assert names_in(tmp_path) == ["a", "a/one", "b", "b/two", "c", "c/three"]


def test_a_new_folder_appears_with_all_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    left = tmp_path / ".new.new"  # by a process that was killed
    left.mkdir()
    (left / "one").write_bytes(b"half")
    write_together({folder / "two": b"2", folder / "three": b"3"})
    assert names_in(tmp_path) == ["new", "new/three", "new/two"]


def test_if_one_file_cannot_be_replaced_all_is_as_it_was(
    tmp_path: Path, two: dict[Path, bytes]
) -> None:
    (tmp_path / "b" / "folder").mkdir()
    new = dict.fromkeys(two, b"new") | {tmp_path / "c" / "three": b"new"}
    with pytest.raises(IsADirectoryError):
        write_together({**new, tmp_path / "b" / "folder": b"new"})
    assert {path: path.read_bytes() for path in two} == two
    assert names_in(tmp_path) == ["a", "a/one", "b", "b/folder", "b/two"]


def test_on_a_full_disk_all_is_as_it_was(tmp_path: Path, two: dict[Path, bytes]) -> None:
    one, other = two
    before = names_in(tmp_path)
    with files_end_at(1000):
        with pytest.raises(OSError, match=r"too large: '.*/b/\.two\.new'"):
            write_together({one: b"new", other: b"n" * 2000})
        with pytest.raises(OSError, match="too large"):
            write_together({tmp_path / "c" / "new": b"n" * 2000})
        with pytest.raises(OSError, match="too large"):
            write_aside(one, b"n" * 2000)
    assert {path: path.read_bytes() for path in two} == two
    assert names_in(tmp_path) == before


_INTERRUPTED = """
import signal, sys
from pathlib import Path
from index.writing import write_together
folder = Path(sys.argv[1])
def interrupt(event, arguments):
    # Raised within the second replacement, once the first file is new.
    if event == "os.rename" and str(arguments[1]).endswith("two"):
        if (folder / "a" / "one").read_bytes() == b"new":
            signal.raise_signal(signal.SIGINT)
sys.addaudithook(interrupt)
write_together({folder / "a" / "one": b"new", folder / "b" / "two": b"new"})
"""


def test_ctrl_c_leaves_all_as_it_was(tmp_path: Path, two: dict[Path, bytes]) -> None:
    """Only what the disk refused was put back, so that one file of two was new."""
    before = names_in(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", _INTERRUPTED, str(tmp_path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "KeyboardInterrupt" in done.stderr
    assert {path: path.read_bytes() for path in two} == two
    assert names_in(tmp_path) == before


def test_a_line_on_a_full_disk_spoils_no_other(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    append_line(file, "first")
    with files_end_at(10), pytest.raises(OSError, match="too large"):
        append_line(file, "cut short")
    append_line(file, "last")
    lines = file.read_text(encoding="utf-8").splitlines()
    assert (lines[0], lines[-1]) == ("first", "last")


def test_who_has_to_wait_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """`build` stood still without a word while another one was building."""
    entered = threading.Event()

    def write_too() -> None:
        with only_writer(tmp_path):
            entered.set()

    with only_writer(tmp_path):
        other = threading.Thread(target=write_too)
        other.start()
        while not caplog.records and other.is_alive():
            other.join(0.01)
        assert not entered.is_set()
    other.join()
    assert entered.is_set()
    assert caplog.messages == [f"another process writes in {tmp_path}; waiting until it is done"]
