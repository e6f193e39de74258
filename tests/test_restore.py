"""Restoring a backup: only a whole one is taken, and neither the old nor the new is ever lost."""

import gzip
import hashlib
import json
import random
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.arrivals import Arrival
from bot.backup import BackupError, back_up, check, present, restore
from bot.backup.archive import Manifest, sealed
from bot.store import Store
from tests.backups import (
    AT,
    files,
    fill,
    fill_and_crash,
    killed_at_every_moment,
    lend_keys,
    members,
    refuses,
    rows,
    select,
    write_tar,
)

KEPT = "before-restore-20200302T040000Z"
Contents = dict[str, bytes]
Change = Callable[[Contents, dict[str, Any]], object]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the tests have copies of."""
    folder = tmp_path_factory.mktemp("made")
    fill(folder / "other", "路灯", "垃圾", "噪音")
    lend_keys(folder / "other", folder / "killed-running")
    fill_and_crash(folder / "killed", "井盖", "积水")
    back_up(folder / "other", folder / "backup.tar", at=AT)
    return folder


@pytest.fixture
def other(made: Path) -> Path:
    """The folder of a bot with three cases, that a backup was made of; nothing changes it."""
    return made / "other"


@pytest.fixture
def archive(made: Path, tmp_path: Path) -> Path:
    """The backup."""
    return Path(shutil.copy(made / "backup.tar", tmp_path))


@pytest.fixture
def var(made: Path, tmp_path: Path) -> Path:
    """The folder of another bot with two cases, that was killed."""
    shutil.copytree(made / "killed", tmp_path / "var")
    (tmp_path / "var" / "backup.lock").touch()
    return tmp_path / "var"


def test_a_new_folder_gets_every_row_and_every_photo(
    archive: Path, other: Path, tmp_path: Path
) -> None:
    new = tmp_path / "not" / "there"
    done = restore(archive, new, at=AT)
    assert (done.photos_added, done.kept) == (3, None)
    assert rows(new / "bot.db") == rows(other / "bot.db")
    assert files(new / "files") == files(other / "files")
    assert {path.name for path in new.iterdir()} == {"bot.db", "files", "backup.lock"}
    lend_keys(other, new)
    with closing(Store.open(new / "bot.db")) as store:
        assert [case.matter.text for case in store.cases.all()] == ["路灯", "垃圾", "噪音"]


def test_the_database_that_was_there_is_kept_with_what_was_in_its_log_alone(
    archive: Path, other: Path, var: Path
) -> None:
    assert (var / "bot.db-wal").stat().st_size > 0
    former_photos = files(var / "files")
    done = restore(archive, var, at=AT)
    assert done.kept == var / KEPT
    assert [path.name for path in (var / KEPT).iterdir()] == ["bot.db"]
    assert select(var / KEPT / "bot.db", "select id from cases order by id") == [1, 2]
    assert rows(var / "bot.db") == rows(other / "bot.db")
    assert files(var / "files") == {**files(other / "files"), **former_photos}
    assert not (var / "bot.db-wal").exists()


def test_restoring_twice_adds_no_photo_twice(archive: Path, var: Path) -> None:
    restore(archive, var, at=AT)
    shutil.rmtree(var / KEPT)
    once = files(var)
    assert restore(archive, var, at=AT).photos_added == 0
    assert {name: content for name, content in files(var).items() if KEPT not in name} == once


def test_what_is_kept_can_be_put_back_by_hand(archive: Path, var: Path, other: Path) -> None:
    restore(archive, var, at=AT)
    shutil.copy(var / KEPT / "bot.db", var / "bot.db")
    with closing(Store.open(var / "bot.db")) as store:
        assert [case.matter.text for case in store.cases.all()] == ["井盖", "积水"]


def test_what_is_kept_has_the_updates_that_waited_and_no_words_of_the_search(
    archive: Path, var: Path
) -> None:
    """It stays beside the keys for as long as somebody leaves it there."""
    with closing(Store.open(var / "bot.db")) as store, store.transaction():
        store.inbox.add([Arrival(1, "987654321", {"message": {"text": "井盖"}})], at=AT)
    restore(archive, var, at=AT)
    kept = var / KEPT / "bot.db"
    index = "select hex(block) from case_words_data order by id"
    assert select(kept, index) == select(var / "bot.db", index)
    assert select(kept, "select state from inbox where payload <> ''") == ["waiting"]
    assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("log", [b"", b"not a log"])
def test_a_database_that_nothing_can_be_made_of_is_kept_byte_for_byte(
    archive: Path, other: Path, tmp_path: Path, log: bytes
) -> None:
    var = tmp_path / "broken"
    var.mkdir()
    (var / "bot.db").write_bytes(b"something else " * 100)
    (var / "bot.db-wal").write_bytes(log)
    assert present(var) == f"a database that cannot be read ({var}/bot.db: file is not a database)"
    restore(archive, var, at=AT)
    assert files(var / KEPT) == {"bot.db": b"something else " * 100, "bot.db-wal": log}
    assert rows(var / "bot.db") == rows(other / "bot.db")


def test_a_log_whose_database_was_removed_does_not_get_into_the_new_one(
    archive: Path, other: Path, var: Path
) -> None:
    log = (var / "bot.db-wal").read_bytes()
    (var / "bot.db").unlink()
    assert present(var) == "no database"
    restore(archive, var, at=AT)
    assert files(var / KEPT) == {"bot.db-wal": log}
    assert rows(var / "bot.db") == rows(other / "bot.db")


def test_the_new_database_may_be_read_by_whom_the_old_one_could(archive: Path, var: Path) -> None:
    (var / "bot.db").chmod(0o640)
    restore(archive, var, at=AT)
    assert (var / "bot.db").stat().st_mode & 0o777 == 0o640


def test_a_database_that_another_program_has_open_is_left_alone(archive: Path, var: Path) -> None:
    with closing(Store.open(var / "bot.db")) as store:
        before = files(var)
        refuses(lambda: restore(archive, var, at=AT), "bot.db: another program has it open")
        assert files(var) == before
        assert [case.matter.text for case in store.cases.all()] == ["井盖", "积水"]


def test_a_photo_of_the_same_name_and_another_picture_is_left_alone(
    archive: Path, var: Path, other: Path
) -> None:
    name = next(iter(files(other / "files")))
    (var / "files" / name).write_bytes(b"another picture")
    before = files(var)
    refuses(lambda: restore(archive, var, at=AT), f"{name}: the backup has another photo")
    assert files(var) == before


def test_a_photo_that_was_sealed_after_the_backup_was_made_stays(
    var: Path, other: Path, tmp_path: Path
) -> None:
    """No backup from before there was a vault could be restored in place any more."""
    name = next(iter(files(other / "files")))
    before = tmp_path / "before"
    shutil.copytree(other, before)
    (before / "files" / name).write_bytes(b"a photo in plain bytes")
    plain = back_up(before, tmp_path / "plain.tar", at=AT).file
    shutil.copy(other / "files" / name, var / "files" / name)
    sealed_one = (var / "files" / name).read_bytes()
    assert restore(plain, var, at=AT).photos_added == 2
    assert (var / "files" / name).read_bytes() == sealed_one


def test_what_is_in_place_is_told_in_a_few_words(var: Path, tmp_path: Path) -> None:
    assert present(var) == "2 residents, 2 cases, 2 drafts"
    assert present(tmp_path / "nowhere") == "no database"


def contents(folder: Path, scratch: Path) -> list[str] | bytes | None:
    """What SQLite finds in a folder's database, in a copy; its bytes if nothing can be made of it.

    None if there is no database.
    """
    if not (folder / "bot.db").exists():
        return None
    scratch.mkdir()
    for file in folder.glob("bot.db*"):
        shutil.copy(file, scratch)
    try:
        return rows(scratch / "bot.db")
    except sqlite3.DatabaseError:
        return (folder / "bot.db").read_bytes()


@pytest.mark.parametrize("state", ["a killed bot's", "a log alone", "no database", "nothing"])
def test_killed_at_any_moment_it_leaves_the_old_database_or_the_new_and_can_be_repeated(
    archive: Path, made: Path, other: Path, tmp_path: Path, state: str
) -> None:
    start = tmp_path / "start"
    shutil.copytree(made / "killed", start)
    if state != "a killed bot's":
        (start / "bot.db").unlink()
    if state in ("nothing", "no database"):
        (start / "bot.db-wal").unlink()
    if state == "no database":
        (start / "bot.db").write_bytes(b"something else " * 100)
    old, new = contents(start, tmp_path / "looked at"), rows(other / "bot.db")
    left = killed_at_every_moment(tmp_path, "restore", str(archive))
    found = [contents(var, var / "looked at") for var in left]
    assert [was for was in found if was not in (old, new)] == []
    assert found[0] == old
    assert found[-1] == new
    for var, was in zip(left, found, strict=True):
        if was == new:
            assert files(other / "files").items() <= files(var / "files").items()
            assert (var / KEPT).exists() is (state != "nothing")
        if (var / KEPT).exists():
            assert contents(var / KEPT, var / "kept looked at") == old
        restore(archive, var, at=AT + timedelta(minutes=1))
        assert rows(var / "bot.db") == new
        assert list(var.glob(".backup-*")) == []


# What is refused


@dataclass(frozen=True)
class Spoilt:
    """A way to spoil an archive, and what is said of it."""

    spoil: Callable[[Path], object]
    told: str


def rewritten(told: str, change: Change) -> Spoilt:
    """An archive with other contents, and a manifest that proves them."""

    def spoil(archive: Path) -> None:
        held = members(archive)
        fields = json.loads(held.pop("manifest.json"))
        del fields["sha256"]
        change(held, fields)
        for name, content in held.items():
            digest = hashlib.sha256(content).hexdigest()
            fields["members"][name] = {"sha256": digest, "size_bytes": len(content)}
        held["manifest.json"] = sealed(Manifest.model_validate(fields))
        write_tar(archive, held)

    return Spoilt(spoil, told)


def with_database(told: str, *statements: str) -> Spoilt:
    """An archive with a changed database, and a manifest that proves it."""

    def change(held: Contents, fields: dict[str, Any]) -> None:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(held["bot.db"])
            for statement in statements:
                database.execute(statement)
            database.commit()
            held["bot.db"] = database.serialize()

    return rewritten(told, change)


def with_member(name: str) -> Spoilt:
    """An archive with a file too many, proven by the manifest."""
    return rewritten(f"not the bot's: {name!r}", lambda held, _: held.update({name: b"x"}))


def with_entry(kind: bytes, name: str) -> Spoilt:
    """An archive with something more at its end that is no file, or is there twice."""

    def spoil(archive: Path) -> None:
        with tarfile.open(archive, "a:") as tar:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "../../elsewhere"
            tar.addfile(entry)

    return Spoilt(spoil, f"not the bot's: {name!r}")


def flipped(told: str, start: bytes) -> Spoilt:
    """An archive with one bit changed, in the last byte of where these first stand."""

    def spoil(archive: Path) -> None:
        content = bytearray(archive.read_bytes())
        content[content.index(start) + len(start) - 1] ^= 1
        archive.write_bytes(content)

    return Spoilt(spoil, told)


def flip_a_photo(archive: Path) -> None:
    """Change one bit of a photo, sealed as it is."""
    with tarfile.open(archive, "r:") as tar:
        place = next(one.offset_data for one in tar if one.name.endswith(".jpg"))
    content = bytearray(archive.read_bytes())
    content[place + 40] ^= 1
    archive.write_bytes(content)


def cut(told: str, change: Callable[[bytes], bytes]) -> Spoilt:
    """A file that was made of the archive's bytes."""
    return Spoilt(lambda archive: archive.write_bytes(change(archive.read_bytes())), told)


REFUSED = {
    "a byte of the database": flipped("bot.db is damaged", b"CREATE TABLE"),
    "a byte of a photo": Spoilt(flip_a_photo, ".jpg is damaged"),
    "a byte of the manifest": flipped("manifest.json is damaged", b'"made_at": "2020'),
    "a byte of a header": flipped("manifest.json is missing", b"manifest.json\0"),
    "cut in the middle": cut("damaged (unexpected end of data)", lambda c: c[: len(c) // 2]),
    "cut by one byte": cut("it is cut short, or something", lambda c: c[:-1]),
    "something added": cut("or something was added to it", lambda c: c + bytes(512)),
    "no tar": cut("it is no backup, or damaged", lambda _: b"Dear resident,\n" * 1000),
    "nothing in it": cut("it is no backup, or damaged (empty file)", lambda _: b""),
    "compressed": cut("it is no backup, or damaged", gzip.compress),
    "another tar": Spoilt(lambda archive: write_tar(archive, {}), "manifest.json is missing"),
    "a name that leads out": with_member("../x"),
    "a name that leads out of files": with_member("files/../../x"),
    "an absolute name": with_member("/x"),
    "a hidden name": with_member("files/.x"),
    "a name with a line break": with_member("files/a\nb"),
    "a folder below files": with_member("files/a/b"),
    "a symbolic link": with_entry(tarfile.SYMTYPE, "files/a.jpg"),
    "a hard link": with_entry(tarfile.LNKTYPE, "files/a.jpg"),
    "a folder": with_entry(tarfile.DIRTYPE, "files"),
    "a device": with_entry(tarfile.CHRTYPE, "files/a.jpg"),
    "a second database": with_entry(tarfile.REGTYPE, "bot.db"),
    "a file that no list has": Spoilt(
        with_entry(tarfile.REGTYPE, "files/a.jpg").spoil, "does not hold what manifest.json says"
    ),
    "a photo that no row has": rewritten(
        "manifest.json does not tell what is in bot.db",
        lambda held, _: held.update({"files/a.jpg": b"x"}),
    ),
    "a photo less": rewritten(
        "it does not hold what manifest.json says", lambda held, _: held.pop(list(held)[-1])
    ),
    "other counts": rewritten(
        "manifest.json does not tell what is in bot.db",
        lambda _, fields: fields["rows"].update(cases=4),
    ),
    "another format": rewritten(
        "another version of this program made it (2)", lambda _, fields: fields.update(format=2)
    ),
    "newer tables": with_database(
        "bot.db: a newer version of this program made it (m999_later)",
        "insert into _sqlite_migrations (migration_set, name, applied_at)"
        " values ('bot', 'm999_later', '')",
    ),
    "another program's tables": with_database(
        "bot.db: it is no database of this bot", "delete from _sqlite_migrations"
    ),
    "rows without their parent": with_database(
        "bot.db: events: 3 rows refer to rows of cases that are not there",
        "update events set case_id = 99",
    ),
    "no database": rewritten(
        "bot.db: file is not a database", lambda held, _: held.update({"bot.db": b"x" * 5000})
    ),
}


@pytest.mark.parametrize("spoilt", REFUSED.values(), ids=REFUSED)
def test_what_is_no_whole_backup_is_one_line_and_changes_nothing(
    archive: Path, var: Path, spoilt: Spoilt
) -> None:
    spoilt.spoil(archive)
    before = files(var)
    refuses(lambda: check(archive), f"{archive}: ", spoilt.told)
    refuses(lambda: restore(archive, var, at=AT), f"{archive}: ", spoilt.told)
    assert files(var) == before


def test_a_file_that_is_not_there_is_one_line(var: Path, tmp_path: Path) -> None:
    refuses(lambda: check(tmp_path / "gone.tar"), "gone.tar: No such file")
    refuses(lambda: restore(tmp_path, var, at=AT), f"{tmp_path}: Is a directory")


def test_cut_short_anywhere_it_is_refused(archive: Path) -> None:
    whole = archive.read_bytes()
    for length in range(0, len(whole), 1000):
        archive.write_bytes(whole[:length])
        refuses(lambda: check(archive), "backup.tar: ")


def test_a_byte_changed_anywhere_is_refused_or_is_no_part_of_what_is_restored(
    archive: Path,
) -> None:
    whole, sound = archive.read_bytes(), check(archive)
    places = random.Random(7).sample(range(len(whole)), 150)  # noqa: S311 (no secret)
    refused = 0
    for place in places:
        archive.write_bytes(whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :])
        try:
            assert check(archive) == sound
        except BackupError:
            refused += 1
    assert refused > len(places) // 2
