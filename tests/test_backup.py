"""Making and checking a backup: it is whole, of one moment, or not there at all."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.arrivals import Arrival
from bot.backup import back_up, check, restore
from bot.migrations import migrations
from bot.store import Store
from tests.backups import (
    AT,
    file_case,
    files,
    fill,
    fill_and_crash,
    killed_at_every_moment,
    members,
    refuses,
    rows,
    select,
    somebody_files_cases,
)

NAME = "bot-20200302T040000Z.tar"


@pytest.fixture
def var(tmp_path: Path) -> Path:
    """The folder of a bot with three cases, that was stopped."""
    fill(tmp_path / "var", "路灯", "垃圾", "噪音")
    return tmp_path / "var"


@pytest.fixture
def archive(var: Path) -> Path:
    """A backup of it."""
    return back_up(var, at=AT).file


def test_a_backup_is_one_file_with_database_photos_and_their_hashes(var: Path) -> None:
    made = back_up(var, at=AT)
    assert made.file == var / "backups" / NAME
    held = members(made.file)
    manifest = json.loads(held["manifest.json"])
    assert {name: content for name, content in held.items() if name.startswith("files/")} == {
        f"files/{name}": content for name, content in files(var / "files").items()
    }
    assert manifest["members"] == {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
        for name, content in held.items()
        if name != "manifest.json"
    }
    assert manifest["made_at"] == "2020-03-02T04:00:00+00:00"
    assert (manifest["rows"]["cases"], manifest["rows"]["events"]) == (3, 3)
    assert str(made.manifest) == (
        "3 residents, 3 cases, 3 drafts, 3 photos, as of 2020-03-02T04:00:00+00:00"
    )
    assert made.manifest.remarks == []
    assert check(made.file) == made.manifest


def test_only_its_owner_may_read_it(archive: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600
    assert archive.parent.stat().st_mode & 0o777 == 0o700


def test_it_goes_to_the_file_or_folder_that_is_named(var: Path, tmp_path: Path) -> None:
    assert back_up(var, tmp_path / "mine.tar", at=AT).file == tmp_path / "mine.tar"
    assert back_up(var, tmp_path, at=AT).file == tmp_path / NAME
    assert (tmp_path / "mine.tar").read_bytes() == (tmp_path / NAME).read_bytes()


def test_a_backup_changes_nothing_and_leaves_nothing_beside_itself(var: Path) -> None:
    with closing(Store.open(var / "bot.db")) as store:
        file_case(store, var, "新的")
        before = {name: content for name, content in files(var).items() if "shm" not in name}
        back_up(var, at=AT)
        after = {name: content for name, content in files(var).items() if "shm" not in name}
    assert after.keys() - before.keys() == {f"backups/{NAME}", "backup.lock"}
    assert {name: after[name] for name in before} == before


def test_while_somebody_writes_every_backup_is_of_one_moment(var: Path) -> None:
    with somebody_files_cases(var) as writer:
        assert writer.stdout
        taken = []
        for minute in range(6):
            known = int(writer.stdout.readline()) + 1
            made = back_up(var, at=AT + timedelta(minutes=minute))
            taken.append((known, made))
        assert writer.poll() is None
    for known, made in taken:
        (made.file.parent / "bot.db").write_bytes(members(made.file)["bot.db"])
        database = made.file.parent / "bot.db"
        numbers = select(database, "select id from cases order by id")
        assert len(numbers) >= known + 3
        assert select(database, "select case_id from events order by 1") == numbers
        assert select(database, "select case_id from drafts order by 1") == numbers
        assert len(made.manifest.photos) == len(numbers)
        assert made.manifest.missing == []


def test_a_log_that_a_killed_bot_left_is_in_the_backup(tmp_path: Path) -> None:
    fill_and_crash(tmp_path / "var", "路灯", "垃圾")
    assert back_up(tmp_path / "var", at=AT).manifest.rows["cases"] == 2


def test_the_search_in_a_backup_is_as_empty_as_a_new_one(
    archive: Path, var: Path, tmp_path: Path
) -> None:
    """FTS5 keeps the words of deleted rows, and no key that could be shredded seals them."""
    index = "select hex(block) from case_words_data order by id"
    with closing(Store.open(tmp_path / "new" / "bot.db")):
        pass
    new = select(tmp_path / "new" / "bot.db", index)
    assert select(_unpacked(archive, tmp_path), index) == new
    assert select(var / "bot.db", index) != new


def test_what_an_update_says_that_is_not_handled_is_not_in_it(var: Path, tmp_path: Path) -> None:
    """The vault's own key seals it, which outlives every resident's."""
    with closing(Store.open(var / "bot.db")) as store, store.transaction():
        said = {"message": {"text": "我叫欧阳若兰"}}
        store.inbox.add([Arrival(number, "987654321", said) for number in (1, 2)], at=AT)
        store.inbox.set_aside([2], "x")
    database = _unpacked(back_up(var, at=AT).file, tmp_path)
    assert select(database, "select sender || album || payload || failure from inbox") == ["", ""]
    assert select(database, "select state from inbox") == ["done", "done"]
    assert select(var / "bot.db", "select state from inbox") == ["waiting", "aside"]


def _unpacked(archive: Path, folder: Path) -> Path:
    database = folder / "unpacked.db"
    database.write_bytes(members(archive)["bot.db"])
    return database


def test_a_photo_that_is_not_on_disk_is_a_remark(var: Path) -> None:
    (first, *_) = sorted((var / "files").iterdir())
    first.unlink()
    made = back_up(var, at=AT)
    assert made.manifest.missing == [first.name]
    assert made.manifest.remarks == [
        f"files/{first.name}: the database refers to this photo, but it was not on disk"
    ]
    assert len(made.manifest.photos) == 2
    assert restore(made.file, var.with_name("new"), at=AT).manifest == made.manifest


def test_what_the_database_does_not_refer_to_is_not_in_it(var: Path) -> None:
    (var / "files" / "orphan.jpg").write_bytes(b"x")
    assert "files/orphan.jpg" not in members(back_up(var, at=AT).file)


def test_no_name_in_the_database_leads_out_of_the_photos_folder(var: Path) -> None:
    (var / "secret").write_bytes(b"secret")
    with closing(sqlite3.connect(var / "bot.db")) as database, database:
        database.execute("update files set name = '../secret' where id = 1")
    made = back_up(var, at=AT)
    assert made.manifest.missing == ["../secret"]
    assert b"secret" not in members(made.file).values()


def test_an_older_version_of_the_tables_is_taken_and_comes_up_to_date(tmp_path: Path) -> None:
    var, new = tmp_path / "var", tmp_path / "new"
    var.mkdir()
    with closing(Database(var / "bot.db")) as old:
        migrations.apply(old, stop_before="m004_drafts")
    restore(back_up(var, at=AT).file, new, at=AT)
    assert rows(new / "bot.db") == rows(var / "bot.db")
    with closing(Store.open(new / "bot.db")) as store:
        assert store.drafts.holds_file("x") is False


def no_database(var: Path) -> str:
    """There is none."""
    (var / "bot.db").unlink()
    return f"{var}/bot.db: there is no database"


def text_for_a_database(var: Path) -> str:
    """Some other file has its name."""
    (var / "bot.db").write_bytes(b"something else " * 100)
    return f"{var}/bot.db: file is not a database"


def a_damaged_database(var: Path) -> str:
    """All pages after the first are gone."""
    content = (var / "bot.db").read_bytes()
    (var / "bot.db").write_bytes(content[:4096] + b"\x55" * (len(content) - 4096))
    return f"{var}/bot.db: "


def a_foreign_database(var: Path) -> str:
    """SQLite's, but no bot's."""
    (var / "bot.db").unlink()
    with closing(sqlite3.connect(var / "bot.db")) as other:
        other.execute("create table t (x)")
    return f"{var}/bot.db: it is no database of this bot"


def a_newer_database(var: Path) -> str:
    """One that a later version of the bot has changed."""
    with closing(sqlite3.connect(var / "bot.db")) as database, database:
        database.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at)"
            " values ('bot', 'm999_later', '')"
        )
    return f"{var}/bot.db: a newer version of this program made it (m999_later)"


def a_row_without_its_parent(var: Path) -> str:
    """An event of no case."""
    with closing(sqlite3.connect(var / "bot.db")) as database, database:
        database.execute("update events set case_id = 99 where id = 1")
    return f"{var}/bot.db: events: 1 rows refer to rows of cases that are not there"


def a_folder_for_a_photo(var: Path) -> str:
    """A photo that cannot be read."""
    (first, *_) = sorted((var / "files").iterdir())
    first.unlink()
    first.mkdir()
    return f"{first}: Is a directory"


def no_folder_to_write_to(var: Path) -> str:
    """The folder of the backup is a file."""
    (var / "backups").rmdir()
    return f"{var / 'backups'}: there is no such folder"


@pytest.mark.parametrize(
    "spoil",
    [
        *(no_database, text_for_a_database, a_damaged_database, a_foreign_database),
        *(a_newer_database, a_row_without_its_parent, a_folder_for_a_photo, no_folder_to_write_to),
    ],
)
def test_what_cannot_be_backed_up_is_one_line_and_leaves_no_file(
    var: Path, spoil: Callable[[Path], str]
) -> None:
    (var / "backups").mkdir()
    told = spoil(var)
    before = files(var).keys() | {"backup.lock"}
    refuses(lambda: back_up(var, var / "backups" / "a.tar", at=AT), told)
    assert {name for name in files(var) if "-shm" not in name and "-wal" not in name} <= before


def test_a_database_that_is_locked_is_not_waited_for_without_end(var: Path) -> None:
    with closing(sqlite3.connect(var / "bot.db")) as other:
        other.execute("pragma locking_mode = exclusive")
        other.execute("begin exclusive")
        refuses(lambda: back_up(var, at=AT), f"{var}/bot.db: database is locked")


def test_a_backup_never_takes_the_place_of_a_file(var: Path, archive: Path) -> None:
    before = files(var)
    refuses(lambda: back_up(var, at=AT), NAME, "there is such a file already")
    refuses(lambda: back_up(var, var / "bot.db", at=AT), "bot.db: there is such a file already")
    assert files(var) == before


def test_what_a_killed_backup_leaves_is_no_backup_and_goes_with_the_next(tmp_path: Path) -> None:
    fill_and_crash(tmp_path / "start", "路灯")
    left = killed_at_every_moment(tmp_path, "back_up")
    whole = [check(file) for var in left for file in var.glob("backups/bot-*")]
    assert 1 <= len(whole) < len(left)
    assert all(manifest == whole[0] for manifest in whole)
    for var in left:
        back_up(var, var / "again.tar", at=AT)
        assert list(var.glob(".backup-*")) == []
