"""What the tests of backups share: a var folder with cases, what is in it, and processes that
write to it or die.

Run as `python -m tests.backups file <var>`, it files cases until it is killed; as
`python -m tests.backups die <folder> <what> ...`, it does `what` once for each moment at which it
may be killed, each time with a copy of `<folder>/start` of its own, and is killed at that moment.
"""

import io
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.backup import BackupError, back_up, restore
from bot.cases import Awaiting, Kind, Matter
from bot.desk import open_case
from bot.masterkey import KEY_FILE
from bot.messages import Photo
from bot.store import Store
from bot.store.photos import Photos
from bot.vault import KEYS_DATABASE
from tests.office import office_over

PROJECT = Path(__file__).parents[1]
_MADE_ANEW = tuple(
    f'INSERT INTO "{name}' for name in ("case_words", "case_vectors", "sqlite_sequence")
)
AT = datetime(2020, 3, 2, 4, 0, tzinfo=UTC)
DEADLY = ("fsync", "replace", "rename", "unlink", "mkdir", "rmdir", "chmod")
"""The functions of `os` before and after each call of which a process may be killed."""


def file_case(store: Store, var: Path, words: str) -> None:
    """File a case with a photo, all in one transaction, as the bot does."""
    photo = Photo(b"\xff\xd8\xff" + words.encode())
    name = Photos(var / "files", store.vault).keep(photo)
    with store.transaction():
        resident = store.residents.met("web", words, at=AT)
        draft = store.drafts.add(
            resident.id,
            Matter(words, Kind.COMPLAINT, "other"),
            source=f"web:{name}",
            awaiting=Awaiting.NOTHING,
            at=AT,
        )
        store.drafts.add_file(
            draft.id, name=name, media_type="image/jpeg", size_bytes=len(photo.content), at=AT
        )
        open_case(office_over(store), draft, at=AT)


def fill(var: Path, *words: str) -> None:
    """Cases in a folder whose bot was stopped in good order."""
    store = Store.open(var / "bot.db")
    for word in words:
        file_case(store, var, word)
    store.close()


def fill_and_crash(var: Path, *words: str) -> None:
    """The same of a bot that was killed: all of it stands in SQLite's log alone."""
    elsewhere = var.with_name(f"{var.name}-running")
    store = Store.open(elsewhere / "bot.db")
    store.close()
    store = Store.open(elsewhere / "bot.db")
    for word in words:
        file_case(store, elsewhere, word)
    shutil.copytree(elsewhere, var, ignore=shutil.ignore_patterns("*-shm"))
    store.close()
    shutil.rmtree(elsewhere)


def lend_keys(folder: Path, other: Path) -> None:
    """Bring a bot's keys to another folder, as whoever moves it must."""
    other.mkdir(exist_ok=True)
    for name in (KEYS_DATABASE, KEY_FILE):
        shutil.copy(folder / name, other / name)


def rows(database: Path) -> list[str]:
    """Everything in a database, as SQL, but what is made anew at the next start."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        found = connection.iterdump()
        return [line for line in found if not line.startswith(_MADE_ANEW)]


def select(database: Path, sql: str) -> list[Any]:
    """The first column of a query."""
    with closing(sqlite3.connect(database)) as connection:
        return [row[0] for row in connection.execute(sql)]


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def refuses(work: Callable[[], object], *words: str) -> None:
    """It fails with one line that holds these words."""
    with pytest.raises(BackupError) as refused:
        work()
    (line,) = str(refused.value).splitlines()
    assert all(word in line for word in words), line


def members(archive: Path) -> dict[str, bytes]:
    """The files in a tar, in their order."""
    found = {}
    with tarfile.open(archive, "r:") as tar:
        for member in tar.getmembers():
            content = tar.extractfile(member)
            found[member.name] = content.read() if content else b""
    return found


def write_tar(archive: Path, contents: dict[str, bytes]) -> None:
    """A tar of these files."""
    with tarfile.open(archive, "w:") as tar:
        for name, content in contents.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


@contextmanager
def somebody_files_cases(var: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that writes without end, a line of output a case; killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.backups", "file", str(var)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def killed_at_every_moment(folder: Path, *words: str) -> list[Path]:
    """Let processes die, each at another moment; returns what each left of `<folder>/start`.

    The last of them lived to the end.
    """
    told = subprocess.run(
        [sys.executable, "-m", "tests.backups", "die", str(folder), *words],
        cwd=PROJECT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return [Path(line) for line in told.stdout.splitlines()]


def _file_without_end(var: Path) -> None:
    store = Store.open(var / "bot.db")
    for number in count():
        file_case(store, var, f"w{number}")
        print(number, flush=True)


def _die_at_every_moment(folder: Path, work: Callable[[Path], object]) -> None:
    for moment in count(1):
        var = folder / f"died-{moment}"
        shutil.copytree(folder / "start", var)
        if not (child := os.fork()):
            _die_at(moment)
            work(var)
            os._exit(0)
        print(var, flush=True)
        if not (status := os.waitpid(child, 0)[1]):
            return
        if not os.WIFSIGNALED(status):
            sys.exit(f"{var}: failed")


def _die_at(moment: int) -> None:
    """Count calls of deadly functions from now on, before and after; be killed at the n-th."""
    seen = count(1)

    def step() -> None:
        if next(seen) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def deadly(function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*values: Any, **named: Any) -> Any:
            step()
            result = function(*values, **named)
            step()
            return result

        return called

    for name in DEADLY:
        setattr(os, name, deadly(getattr(os, name)))


def _main(command: str, folder: str, *words: str) -> None:
    works: dict[str, Callable[[Path], object]] = {
        "back_up": lambda var: back_up(var, at=AT),
        "restore": lambda var: restore(Path(words[1]), var, at=AT),
    }
    if command == "file":
        _file_without_end(Path(folder))
    else:
        _die_at_every_moment(Path(folder), works[words[0]])


if __name__ == "__main__":
    _main(*sys.argv[1:])
