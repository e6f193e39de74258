"""The vault: what is sealed opens by its key alone, and a wrong or missing key touches nothing."""

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from types import FrameType

import pytest
import sqlite_utils
from cryptography.fernet import Fernet

from bot.cases import Actor, Awaiting, Kind, Matter
from bot.desk import withdraw
from bot.keykeeping import bring_back_keys, copy_keys, rotate
from bot.keyring import Keyring
from bot.masterkey import KEY_FILE, KEY_VARIABLE
from bot.messages import Photo
from bot.migrations import migrations
from bot.store import Store, StoreError, StoreUnavailable
from bot.store.database import UNREADABLE
from bot.store.photos import Photos
from bot.vault import (
    KEYS_DATABASE,
    KeyGone,
    Vault,
    VaultError,
)
from tests.backups import files, fill, lend_keys
from tests.clock import Clock
from tests.office import office_over
from tests.prompt import Prompt

WORDS = "我叫欧阳若兰，电话13912345678，紫阳路8号3栋501"
NOWHERE: dict[str, str] = {}
"""An environment without a key."""


@pytest.fixture
def vault() -> Iterator[Vault]:
    vault = Vault.in_memory()
    yield vault
    vault.close()


def filled(folder: Path) -> int:
    """A database in which one resident said something; her number."""
    with closing(Store.open(folder / "bot.db")) as store, store.transaction():
        resident = store.residents.met("telegram", "987654321", at=Clock().now)
        store.turns.add(resident.id, said=WORDS, has_photo=False, at=Clock().now)
    return resident.id


def said(folder: Path, resident_id: int) -> list[str]:
    with closing(Store.open(folder / "bot.db")) as store:
        return [turn.said for turn in store.turns.last(resident_id, most=9)]


@pytest.fixture
def prompt(tmp_path: Path) -> Prompt:
    """With nothing but a configuration."""
    made = Prompt(tmp_path)
    made.var.mkdir()
    return made


# Sealing


@pytest.mark.parametrize("text", [WORDS, "~1~gAAAA", "a", "\ud800 half a pair", "字" * 20_000])
def test_what_is_sealed_is_opened_as_it_was(vault: Vault, text: str) -> None:
    sealed = vault.seal(vault.new_key(), text)
    assert sealed != text
    assert vault.unseal(sealed) == text.encode("utf-8", "replace").decode()


def test_nothing_stays_nothing_and_what_is_not_sealed_stays_as_it_is(vault: Vault) -> None:
    assert vault.seal(vault.new_key(), "") == ""
    for plain in ("", "~", "~1~x", "路灯坏了", "~1~gAAAA 后面还有"):
        assert vault.unseal(plain) == plain


def test_the_same_words_never_look_the_same(vault: Vault) -> None:
    key = vault.new_key()
    assert vault.seal(key, WORDS) != vault.seal(key, WORDS)


def test_no_key_opens_what_another_sealed(vault: Vault) -> None:
    mine, hers = vault.new_key(), vault.new_key()
    forged = vault.seal(hers, WORDS).replace(f"~{hers}~", f"~{mine}~")
    with pytest.raises(VaultError, match="is damaged"):
        vault.unseal(forged)


def test_a_shredded_key_is_gone_for_all_it_sealed_and_for_nothing_else(vault: Vault) -> None:
    gone, kept = vault.new_key(), vault.new_key()
    sealed = {key: vault.seal(key, WORDS) for key in (gone, kept)}
    vault.shred(gone, 4711)
    with pytest.raises(KeyGone):
        vault.unseal(sealed[gone])
    with pytest.raises(KeyGone):
        vault.seal(gone, WORDS)
    assert vault.unseal(sealed[kept]) == WORDS


def test_a_key_number_is_never_given_twice(tmp_path: Path) -> None:
    given = []
    for _ in range(3):
        with closing(Vault.open(tmp_path, environ=NOWHERE)) as vault:
            given += [vault.new_key() for _ in range(40)]
            vault.shred(given[-1])
    assert len(set(given)) == 120


def test_a_lookup_needs_the_vault_and_its_words_in_their_order(vault: Vault) -> None:
    found = vault.lookup("telegram", "7")
    assert found == vault.lookup("telegram", "7")
    others = [vault.lookup("web", "7"), vault.lookup("7", "telegram"), vault.lookup("telegram7")]
    with closing(Vault.in_memory()) as other:
        assert found not in [*others, other.lookup("telegram", "7")]


def test_a_shredded_key_stands_nowhere_in_the_file(tmp_path: Path) -> None:
    with closing(Vault.open(tmp_path, environ=NOWHERE)) as vault:
        keys = [vault.new_key() for _ in range(3)]
        with closing(sqlite3.connect(tmp_path / KEYS_DATABASE)) as reader:
            wrapped = [
                reader.execute("select sealed from keys where id = ?", [key]).fetchone()[0]
                for key in keys
            ]
        vault.shred(keys[1])
        left = b"".join(files(tmp_path).values())
        assert [key in left for key in wrapped] == [True, False, True]


# The first start


def test_the_first_start_makes_a_key_only_its_owner_may_read_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    filled(tmp_path)
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / KEYS_DATABASE).stat().st_mode & 0o777 == 0o600
    (told,) = [line for line in caplog.messages if "master key" in line]
    assert "Keep a copy" in told
    assert (tmp_path / KEY_FILE).read_text().strip() not in caplog.text


def test_two_processes_that_start_at_once_share_one_vault(tmp_path: Path) -> None:
    children = []
    for number in range(4):
        if not (child := os.fork()):
            try:
                with closing(Store.open(tmp_path / "bot.db")) as store:
                    while True:
                        try:
                            with store.transaction():
                                store.residents.met("web", str(number), at=Clock().now)
                            os._exit(0)
                        except StoreUnavailable:
                            continue
            finally:
                os._exit(1)
        children.append(child)
    statuses = [os.waitpid(child, 0)[1] for child in children]
    left = [number for number, status in enumerate(statuses) if status == 0]
    with closing(Store.open(tmp_path / "bot.db")) as store:
        assert [n for n in range(4) if store.residents.known("web", str(n))] == left
    assert left


def test_a_key_from_the_environment_is_written_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = Fernet.generate_key().decode()
    monkeypatch.setenv(KEY_VARIABLE, key)
    resident = filled(tmp_path)
    assert not (tmp_path / KEY_FILE).exists()
    assert key.encode() not in b"".join(files(tmp_path).values())
    assert said(tmp_path, resident) == [WORDS]


# What keeps it from being opened


def without_the_key(folder: Path) -> None:
    (folder / KEY_FILE).unlink()


def with_another_key(folder: Path) -> None:
    (folder / KEY_FILE).write_bytes(Fernet.generate_key())


def with_no_key_at_all(folder: Path) -> None:
    (folder / KEY_FILE).write_text("password")


def with_an_empty_file(folder: Path) -> None:
    (folder / KEY_FILE).write_text("")


def with_a_key_for_all_to_read(folder: Path) -> None:
    (folder / KEY_FILE).chmod(0o644)


def without_the_keys(folder: Path) -> None:
    (folder / KEYS_DATABASE).unlink()


def without_both(folder: Path) -> None:
    """Of a database in which nobody is named any more."""
    without_the_keys(folder)
    without_the_key(folder)
    with closing(sqlite3.connect(folder / "bot.db")) as spoiler, spoiler:
        spoiler.execute("delete from identities")


def with_empty_keys(folder: Path) -> None:
    (folder / KEYS_DATABASE).write_bytes(b"")


def with_damaged_keys(folder: Path) -> None:
    (folder / KEYS_DATABASE).write_bytes(b"no database " * 500)


def with_the_keys_of_another(folder: Path) -> None:
    filled(folder / "other")
    lend_keys(folder / "other", folder)


def with_keys_from_before(folder: Path) -> None:
    (folder / "before").mkdir()
    copy_keys(folder, folder / "before" / KEYS_DATABASE)
    for number in range(40):
        with closing(Store.open(folder / "bot.db")) as store, store.transaction():
            store.residents.met("telegram", str(number), at=Clock().now)
    (folder / "before" / KEYS_DATABASE).replace(folder / KEYS_DATABASE)


def with_keys_from_before_the_last_photo(folder: Path) -> None:
    (folder / "before").mkdir()
    copy_keys(folder, folder / "before" / KEYS_DATABASE)
    with closing(Store.open(folder / "bot.db")) as store:
        photos = Photos(folder / "files", store.vault)
        for _ in range(40):
            photos.keep(Photo(b"\xff\xd8\xff"))
        with store.transaction():
            store.residents.set_language(1, "en")
    (folder / "before" / KEYS_DATABASE).replace(folder / KEYS_DATABASE)


REFUSED = {
    without_the_key: "there are keys, but neither BOT_VAULT_KEY nor",
    with_another_key: "the master key is not the one that sealed this vault",
    with_no_key_at_all: "no key of 32 bytes",
    with_an_empty_file: "no key of 32 bytes",
    with_a_key_for_all_to_read: "others may read",
    without_the_keys: "missing; bring back its copy",
    without_both: "missing; bring back its copy",
    with_empty_keys: "missing; bring back its copy",
    with_damaged_keys: "the keys cannot be read",
    with_the_keys_of_another: "these are the keys of another database",
    with_keys_from_before: "older than the database",
    with_keys_from_before_the_last_photo: "older than the database",
}


@pytest.mark.parametrize("spoil", REFUSED, ids=lambda spoil: spoil.__name__)
@pytest.mark.parametrize("opens", [Store.open, Store.open_to_read])
def test_a_wrong_or_missing_key_is_refused_in_one_line_and_touches_nothing(
    tmp_path: Path, spoil: object, opens: object
) -> None:
    filled(tmp_path)
    assert callable(spoil)
    assert callable(opens)
    spoil(tmp_path)
    before = files(tmp_path)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*[!m]")}
    with pytest.raises(StoreError) as told:
        opens(tmp_path / "bot.db")
    assert {path: path.stat().st_mtime_ns for path in written} == written
    assert REFUSED[spoil] in str(told.value)
    assert "\n" not in str(told.value)
    assert {name: files(tmp_path).get(name) for name in before} == before
    assert set(files(tmp_path)) <= {*before, "bot.db-shm", "bot.db-wal"}


def test_a_database_of_an_older_version_is_not_brought_up_to_date_with_wrong_keys(
    tmp_path: Path,
) -> None:
    """It was migrated, and only then refused."""
    filled(tmp_path / "other")
    lend_keys(tmp_path / "other", tmp_path)
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection, connection:
        migrations.apply(sqlite_utils.Database(connection), stop_before="m020_masked_questions")
        connection.executescript("drop table identities_plain; insert into vault values (1, 'x')")
    before = files(tmp_path)
    with pytest.raises(StoreError, match="keys of another database"):
        Store.open(tmp_path / "bot.db")
    assert files(tmp_path) == before


def test_a_journal_that_a_power_cut_left_keeps_no_database_from_being_opened(
    tmp_path: Path,
) -> None:
    """What is only to be read cannot be played back; a restored database has such a journal."""
    resident_id = filled(tmp_path)
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection:
        connection.execute("pragma journal_mode = delete")
    if not (child := os.fork()):
        cut = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
        cut.execute("pragma cache_size = 1")
        cut.execute("begin")
        cut.execute("update turns set said = hex(zeroblob(90000))")
        cut.execute("update residents set language = 'xx'")
        os._exit(9)
    os.waitpid(child, 0)
    assert (tmp_path / "bot.db-journal").stat().st_size > 0
    assert said(tmp_path, resident_id) == [WORDS]


def test_the_command_line_tells_of_a_wrong_key_in_one_line(prompt: Prompt) -> None:
    filled(prompt.var)
    with_another_key(prompt.var)
    done = prompt.run("staff", "list")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "the master key is not the one" in done.stderr


# A damaged row


def test_a_damaged_row_is_named_and_all_others_work(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    resident_id = filled(tmp_path)
    with closing(Store.open(tmp_path / "bot.db")) as store:
        with store.transaction():
            store.turns.add(resident_id, said="第二句", has_photo=False, at=Clock().now)
            other = store.residents.met("telegram", "5", at=Clock().now)
        with closing(sqlite3.connect(tmp_path / "bot.db")) as spoiler:
            spoiler.execute("update turns set said = substr(said, 1, 40) where id = 1")
            spoiler.execute("update identities set sealed = '~1~gAAAAxx' where resident_id = 1")
            spoiler.commit()
        assert store.damaged_rows() == ["turns 1: said", "identities 1: sealed"]
        assert [turn.said for turn in store.turns.last(resident_id, most=9)][1] == "第二句"
        assert store.residents.address(resident_id, "telegram") is None
        assert store.residents.address(other.id, "telegram") == "5"
    assert "key 1" in caplog.text
    assert WORDS not in caplog.text


@pytest.mark.parametrize("change", ["'~100米' || said", "substr(said, 2)", "'x' || said"])
def test_what_is_not_sealed_in_a_sealed_column_is_damaged(tmp_path: Path, change: str) -> None:
    filled(tmp_path)
    with closing(Store.open(tmp_path / "bot.db")) as store:
        store._database.execute(f"update turns set said = {change}", [])
        assert store.damaged_rows() == ["turns 1: said"]
        assert store.turns.last(1, most=1)[0].said == UNREADABLE


def test_words_that_look_sealed_are_not_taken_for_damaged(tmp_path: Path) -> None:
    words = "~100米处路灯坏了"
    resident_id = filled(tmp_path)
    with closing(Store.open(tmp_path / "bot.db")) as store:
        with store.transaction():
            store.turns.add(resident_id, said=words, has_photo=False, at=Clock().now)
        assert store.damaged_rows() == []
        assert store.turns.last(resident_id, most=9)[1].said == words


def test_an_identity_whose_form_is_broken_is_named_and_known_again_when_she_writes(
    tmp_path: Path,
) -> None:
    """It threw wherever her case, her data or a letter to her was looked at."""
    resident_id = filled(tmp_path)
    with closing(Store.open(tmp_path / "bot.db")) as store:
        store._database.execute(
            "update identities set sealed = substr(sealed, 1, 30) || '!' || substr(sealed, 32)", []
        )
        assert store.damaged_rows() == ["identities 1: sealed"]
        assert store.residents.address(resident_id, "telegram") is None
        assert not store.residents.has_identity(resident_id)
        assert not store.residents.is_on(resident_id, "telegram")
        with store.transaction():
            assert store.residents.met("telegram", "987654321", at=Clock().now).id == resident_id
        assert store.residents.address(resident_id, "telegram") == "987654321"


# A lost key


def lose(folder: Path, key_id: int) -> None:
    """A key is gone that nobody shredded."""
    with closing(sqlite3.connect(folder / KEYS_DATABASE)) as keys, keys:
        keys.execute("delete from keys where id = ?", [key_id])


def test_who_has_lost_her_key_is_damaged_and_not_forgotten(tmp_path: Path) -> None:
    """She was taken for forgotten: at the next start her open cases were withdrawn."""
    resident_id = filled(tmp_path)
    copy_keys(tmp_path, tmp_path / "good.db")
    lose(tmp_path, 1)
    with closing(Store.open(tmp_path / "bot.db")) as store:
        assert store.residents.without_key() == []
        assert store.damaged_rows() == ["turns 1: said", "identities 1: sealed"]
        assert store.turns.last(resident_id, most=1)[0].said == UNREADABLE
    (tmp_path / "good.db").replace(tmp_path / KEYS_DATABASE)
    assert said(tmp_path, resident_id) == [WORDS]


def test_who_has_lost_her_key_goes_on_with_a_new_one(tmp_path: Path) -> None:
    resident_id = filled(tmp_path)
    lose(tmp_path, 1)
    with closing(Store.open(tmp_path / "bot.db")) as store:
        with store.transaction():
            met = store.residents.met("telegram", "987654321", at=Clock().now)
            store.turns.add(met.id, said="第二句", has_photo=False, at=Clock().now)
        assert met.id == resident_id
        assert store.residents.address(resident_id, "telegram") == "987654321"
    assert said(tmp_path, resident_id) == [UNREADABLE, "第二句"]


def test_a_case_whose_key_is_lost_is_worked_on_and_readable_once_the_key_is_back(
    tmp_path: Path,
) -> None:
    """Each change of a case seals its words anew: nothing must take the place of the lost."""
    fill(tmp_path, "路灯坏了")
    copy_keys(tmp_path, tmp_path / "good.db")
    with closing(Store.open(tmp_path / "bot.db")) as store:
        ((key_id,),) = store._database.tuples("select key_id from residents", [])
    lose(tmp_path, key_id)
    with closing(Store.open(tmp_path / "bot.db")) as store, store.transaction():
        case = store.cases.get(1)
        assert case.matter.text == UNREADABLE
        withdraw(office_over(store), 1, Actor.resident(case.resident_id), "好了", at=Clock().now)
    assert bring_back_keys(tmp_path, tmp_path / "good.db") == 1
    with closing(Store.open(tmp_path / "bot.db")) as store:
        assert store.cases.get(1).matter.text == "路灯坏了"
        assert store.cases.events(1)[-1].reason == "好了"
        assert store.damaged_rows() == []


def test_what_was_shredded_is_not_brought_back_and_what_is_sound_stays(tmp_path: Path) -> None:
    with closing(Vault.open(tmp_path, environ=NOWHERE)) as vault:
        shredded, damaged, lost, sound = (vault.new_key() for _ in range(4))
        sealed = {key: vault.seal(key, WORDS) for key in (damaged, lost, sound)}
        copy_keys(tmp_path, tmp_path / "copy.db", environ=NOWHERE)
        vault.shred(shredded)
    lose(tmp_path, lost)
    with closing(sqlite3.connect(tmp_path / KEYS_DATABASE)) as keys, keys:
        keys.execute("update keys set sealed = x'00' where id = ?", [damaged])
    assert bring_back_keys(tmp_path, tmp_path / "copy.db", environ=NOWHERE) == 2
    assert bring_back_keys(tmp_path, tmp_path / "copy.db", environ=NOWHERE) == 0
    with closing(Vault.open(tmp_path, environ=NOWHERE)) as vault:
        assert [vault.unseal(one) for one in sealed.values()] == [WORDS] * 3
        assert not vault.has_key(shredded)


def test_nothing_is_brought_back_from_what_is_no_copy(prompt: Prompt) -> None:
    filled(prompt.var)
    filled(prompt.var / "other")
    for file in (prompt.var / "other" / KEYS_DATABASE, prompt.var / "bot.db"):
        done = prompt.run("vault", "bring-back", str(file))
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert prompt.run("vault", "bring-back", str(prompt.var / KEYS_DATABASE)).stdout == (
        "0 keys brought back\n"
    )


def test_keys_from_before_there_was_a_list_of_the_shredded(tmp_path: Path) -> None:
    """What was missing then counts as shredded; what is lost later does not."""
    with closing(Vault.open(tmp_path, environ=NOWHERE)) as vault:
        keys = [vault.new_key() for _ in range(3)]
        vault.shred(keys[0])
    with closing(sqlite3.connect(tmp_path / KEYS_DATABASE)) as old, old:
        old.execute("drop table shredded")
    with closing(Vault.open(tmp_path, environ=NOWHERE)) as vault:
        assert [vault.was_shredded(key) for key in keys] == [True, False, False]
        vault.shred(keys[1])
    lose(tmp_path, keys[2])
    with closing(Vault.open(tmp_path, environ=NOWHERE)) as vault:
        assert [vault.was_shredded(key) for key in keys] == [True, True, False]


def test_with_keys_older_than_the_database_an_operator_can_go_on(prompt: Prompt) -> None:
    """After a power cut there was no way on, and no newer copy to be brought back."""
    first = filled(prompt.var)
    with_keys_from_before(prompt.var)
    assert "with --commit" in prompt.run("vault", "do-without").stderr
    with pytest.raises(StoreError, match="do-without"):
        Store.open(prompt.var / "bot.db")
    done = prompt.run("vault", "do-without", "--commit")
    assert (done.returncode, done.stderr) == (0, "")
    with closing(Store.open(prompt.var / "bot.db")) as store:
        known = [store.residents.known("telegram", str(number)) for number in range(40)]
        lost = [one.id for one in known if one and not store.residents.has_identity(one.id)]
        assert f"{len(lost)} residents cannot be read" in done.stdout
        assert len(lost) == 40
        assert store.residents.without_key() == []
        with store.transaction():
            new = store.residents.met("telegram", "new", at=Clock().now)
        keys = store._database.tuples("select key_id from residents where id = ?", [new.id])
        others = store._database.tuples(
            "select max(key_id) from residents where id <> ?", [new.id]
        )
        assert keys > others
    assert said(prompt.var, first) == [WORDS]


def test_what_a_power_cut_may_bring_back_is_waited_for(tmp_path: Path) -> None:
    """Only so does SQLite flush the folder once the journal is gone (pragma synchronous, 3)."""
    with closing(Keyring.made_at(tmp_path / KEYS_DATABASE)) as keyring:
        assert keyring._all("pragma synchronous") == [(3,)]


# Other processes


def test_a_key_that_another_process_shredded_seals_nothing_more(tmp_path: Path) -> None:
    """A running bot went on writing what nobody could read after its next start."""
    with (
        closing(Vault.open(tmp_path, environ=NOWHERE)) as running,
        closing(Vault.open(tmp_path, environ=NOWHERE)) as other,
    ):
        key = running.new_key()
        running.seal(key, WORDS)
        other.shred(key)
        with pytest.raises(KeyGone):
            running.seal(key, WORDS)


def test_after_a_rotation_who_knows_the_old_master_key_makes_no_keys(tmp_path: Path) -> None:
    """They could not be opened any more: an open report's words were lost."""
    with closing(Vault.open(tmp_path, environ=NOWHERE)) as vault:
        vault.new_key()
        rotate(tmp_path, environ=NOWHERE)
        for _ in range(31):
            vault.new_key()
        with pytest.raises(VaultError, match="changed meanwhile"):
            vault.new_key()


def test_a_photo_does_not_take_somebody_elses_key_along(tmp_path: Path) -> None:
    """With older keys brought back, a number may have been given twice."""
    with closing(Vault.open(tmp_path, environ=NOWHERE)) as vault:
        photos = Photos(tmp_path / "files", vault)
        name = photos.keep(Photo(b"\xff\xd8\xff"))
        hers = vault.new_key()
        content = (tmp_path / "files" / name).read_bytes()
        (tmp_path / "files" / name).write_bytes(content.replace(b"~1~", b"~%d~" % hers))
        photos.drop(name)
        assert vault.has_key(hers)


def test_a_photo_that_cannot_be_removed_keeps_no_other_from_being(tmp_path: Path) -> None:
    """What could not be shredded just then kept its key, and so did all that came after it."""
    with closing(Vault.open(tmp_path, environ=NOWHERE)) as vault:
        photos = Photos(tmp_path / "files", vault)
        stays, goes = (photos.keep(Photo(b"\xff\xd8\xff")) for _ in range(2))
        (tmp_path / "files" / stays).unlink()
        (tmp_path / "files" / stays).mkdir()
        for name in (stays, goes):
            photos.drop(name)
        assert [file.name for file in (tmp_path / "files").iterdir()] == [stays]


# Rotation and copies


def test_after_a_rotation_the_old_key_opens_nothing_and_the_new_one_all(tmp_path: Path) -> None:
    resident = filled(tmp_path)
    old = (tmp_path / KEY_FILE).read_text()
    assert rotate(tmp_path, environ=NOWHERE).count > 0
    assert (tmp_path / KEY_FILE).read_text() != old
    assert said(tmp_path, resident) == [WORDS]
    with pytest.raises(VaultError, match="not the one"):
        Vault.open(tmp_path, environ={KEY_VARIABLE: old})


def test_a_rotation_with_keys_of_the_environment_leaves_them_to_the_operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    monkeypatch.setenv(KEY_VARIABLE, old)
    resident = filled(tmp_path)
    rotate(tmp_path, environ={KEY_VARIABLE: f"{new},{old}"})
    monkeypatch.setenv(KEY_VARIABLE, new)
    assert said(tmp_path, resident) == [WORDS]
    assert not (tmp_path / KEY_FILE).exists()


@pytest.mark.parametrize("moment", range(1, 9))
def test_a_rotation_that_is_killed_loses_nobody_and_can_be_run_again(
    tmp_path: Path, moment: int
) -> None:
    resident = filled(tmp_path)
    if not (child := os.fork()):
        _die_at(moment, tmp_path)
    os.waitpid(child, 0)
    assert said(tmp_path, resident) == [WORDS]
    rotate(tmp_path, environ=NOWHERE)
    assert len((tmp_path / KEY_FILE).read_text().split()) == 1
    assert said(tmp_path, resident) == [WORDS]


def _die_at(moment: int, folder: Path) -> None:
    """Rotate, and end without a word at this return of a function of the vault."""
    seen = 0

    def trace(frame: object, event: str, _: object) -> None:
        nonlocal seen
        code = getattr(frame, "f_code", None)
        name = getattr(code, "co_name", "")
        if event == "return" and name in ("write_key", "rewrap", "_make_key", "open", "close"):
            seen += 1
            if seen == moment:
                os._exit(9)

    sys.setprofile(trace)
    rotate(folder, environ=NOWHERE)
    os._exit(0)


def test_a_copy_takes_the_place_of_the_one_before_with_the_keys_shredded_since(
    tmp_path: Path,
) -> None:
    copy = tmp_path / "elsewhere.db"
    with closing(Vault.open(tmp_path, environ=NOWHERE)) as vault:
        key = vault.new_key()
        copy_keys(tmp_path, copy, environ=NOWHERE)
        before = _numbers(copy)
        vault.shred(key)
        copy_keys(tmp_path, copy, environ=NOWHERE)
    assert set(before) - set(_numbers(copy)) == {key}
    assert copy.stat().st_mode & 0o777 == 0o600


def test_nothing_is_copied_from_a_folder_without_keys_and_no_vault_is_made_there(
    tmp_path: Path,
) -> None:
    """An empty keyring took the place of the only good copy, when the folder was not mounted."""
    filled(tmp_path / "good")
    copy_keys(tmp_path / "good", tmp_path / "copy.db", environ=NOWHERE)
    before = files(tmp_path)
    (tmp_path / "empty").mkdir()
    for does in (partial(copy_keys, target=tmp_path / "copy.db"), rotate):
        with pytest.raises(VaultError, match="missing"):
            does(tmp_path / "empty", environ=NOWHERE)
    assert files(tmp_path) == before


def another_vaults(folder: Path) -> Path:
    filled(folder / "other")
    return folder / "other" / KEYS_DATABASE


def a_newer_copy(folder: Path) -> Path:
    copy_keys(folder, folder / "newer.db", environ=NOWHERE)
    with closing(Keyring.at(folder / "newer.db")) as newer:
        newer.remove([1])
    return folder / "newer.db"


def the_keys_themselves(folder: Path) -> Path:
    return folder / KEYS_DATABASE


def a_link_to_the_keys(folder: Path) -> Path:
    (folder / "link.db").symlink_to(folder / KEYS_DATABASE)
    return folder / "link.db"


def the_database(folder: Path) -> Path:
    return folder / "bot.db"


@pytest.mark.parametrize(
    "target", [another_vaults, a_newer_copy, the_keys_themselves, a_link_to_the_keys, the_database]
)
def test_what_is_no_older_copy_of_the_same_keys_is_not_replaced(
    tmp_path: Path, target: Callable[[Path], Path]
) -> None:
    filled(tmp_path)
    file = target(tmp_path)
    before = files(tmp_path)
    with pytest.raises(VaultError):
        copy_keys(tmp_path, file, environ=NOWHERE)
    assert files(tmp_path) == before


def test_a_rotation_leaves_a_damaged_key_and_names_it(tmp_path: Path) -> None:
    """It ended with a traceback each time, and left two master keys."""
    resident = filled(tmp_path)
    with closing(sqlite3.connect(tmp_path / KEYS_DATABASE)) as keys, keys:
        keys.execute("update keys set sealed = x'00' where id = 2")
    done = rotate(tmp_path, environ=NOWHERE)
    assert done.damaged == (2,)
    assert len((tmp_path / KEY_FILE).read_text().split()) == 1
    assert said(tmp_path, resident) == [WORDS]


def test_a_rotation_follows_a_link_to_the_master_key(tmp_path: Path) -> None:
    resident = filled(tmp_path / "var")
    (tmp_path / "safe").mkdir()
    (tmp_path / "var" / KEY_FILE).rename(tmp_path / "safe" / "key")
    (tmp_path / "var" / KEY_FILE).symlink_to(tmp_path / "safe" / "key")
    old = (tmp_path / "safe" / "key").read_text()
    rotate(tmp_path / "var", environ=NOWHERE)
    assert (tmp_path / "var" / KEY_FILE).is_symlink()
    assert (tmp_path / "safe" / "key").read_text() != old
    assert said(tmp_path / "var", resident) == [WORDS]


def test_a_copy_that_cannot_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    filled(tmp_path)
    with pytest.raises(VaultError, match="nowhere"):
        copy_keys(tmp_path, tmp_path / "nowhere" / "keys.db", environ=NOWHERE)


def test_the_commands_copy_and_rotate(prompt: Prompt) -> None:
    resident = filled(prompt.var)
    assert prompt.run("vault", "copy", str(prompt.var / "copy.db")).returncode == 0
    assert _numbers(prompt.var / "copy.db") == _numbers(prompt.var / KEYS_DATABASE)
    done = prompt.run("vault", "rotate")
    assert (done.returncode, "keys sealed anew" in done.stdout) == (0, True)
    assert said(prompt.var, resident) == [WORDS]


def _numbers(keys: Path) -> list[int]:
    with closing(sqlite3.connect(keys)) as reader:
        return [row[0] for row in reader.execute("select id from keys order by id")]


# What was there before the vault


def test_what_was_kept_in_plain_words_is_sealed_and_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode = wal")
        migrations.apply(sqlite_utils.Database(connection), stop_before="m016_vault")
        connection.executescript(_PLAIN)
        connection.commit()
    assert WORDS.encode() in b"".join(files(tmp_path).values())
    with closing(Store.open(path)) as store:
        resident = store.residents.known("telegram", "987654321")
        assert resident is not None
        assert [turn.said for turn in store.turns.last(resident.id, most=9)] == [WORDS]
        (case,) = store.cases.all()
        assert (case.matter.text, case.matter.place) == (WORDS, "紫阳路8号")
        assert (case.matter.latitude, case.matter.longitude) == (30.5443, 114.3162)
        assert [event.reason for event in store.cases.events(1)] == ["还是13912345678"]
        assert store.damaged_rows() == []
    left = b"".join(files(tmp_path).values())
    for own in ("987654321", "13912345678", "欧阳若兰", "紫阳路8号", "30.5443", "ABCD2345"):
        assert own.encode() not in left


def test_what_a_start_that_died_left_in_the_file_the_next_one_sweeps_out(tmp_path: Path) -> None:
    """What was deleted before there was a vault stands in the file until it is compacted."""
    path = tmp_path / "bot.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma secure_delete = off")
        migrations.apply(sqlite_utils.Database(connection), stop_before="m016_vault")
        connection.executescript(_PLAIN)
        connection.execute("create table gone (words text)")
        connection.execute("insert into gone values (?)", [WORDS * 5000])
        connection.execute("drop table gone")
        connection.commit()
    if not (child := os.fork()):
        sys.setprofile(_die_at_the_call_of_compact)
        Store.open(path)
        os._exit(0)
    assert os.waitpid(child, 0)[1]
    assert WORDS.encode() in b"".join(files(tmp_path).values())
    Store.open_to_read(path).close()
    with closing(Store.open(path)) as store:
        assert store.residents.known("telegram", "987654321")
    assert WORDS.encode() not in b"".join(files(tmp_path).values())


def _die_at_the_call_of_compact(frame: FrameType, event: str, _: object) -> None:
    if (event, frame.f_code.co_name) == ("call", "compact"):
        os._exit(9)


def test_a_resident_is_the_same_one_when_she_comes_back(tmp_path: Path) -> None:
    resident_id = filled(tmp_path)
    with closing(Store.open(tmp_path / "bot.db")) as store, store.transaction():
        assert store.residents.met("telegram", "987654321", at=Clock().now).id == resident_id
        assert store.residents.met("web", "987654321", at=Clock().now).id != resident_id


def test_a_shredded_resident_is_unreadable_in_a_copy_from_before(tmp_path: Path) -> None:
    resident_id = filled(tmp_path)
    with closing(Store.open(tmp_path / "bot.db")) as store:
        with store.transaction():
            matter = Matter(WORDS, Kind.COMPLAINT, "other")
            store.drafts.add(
                resident_id, matter, source="x", awaiting=Awaiting.NOTHING, at=Clock().now
            )
        with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
            store._database.tables.conn.backup(copy)
        with store.transaction():
            store.residents.shred(resident_id, at=Clock().now)
    (tmp_path / "copy.db").replace(tmp_path / "bot.db")
    for left in tmp_path.glob("bot.db-*"):
        left.unlink()
    with closing(Store.open(tmp_path / "bot.db")) as restored:
        assert restored.residents.without_key() == [resident_id]
        assert [turn.said for turn in restored.turns.last(resident_id, most=9)] == [""]
        assert restored.residents.address(resident_id, "telegram") is None
        with restored.transaction():  # before she is forgotten again
            stranger = restored.residents.met("telegram", "987654321", at=Clock().now).id
            restored.turns.add(stranger, said=WORDS, has_photo=False, at=Clock().now)
        assert stranger != resident_id
        assert restored.residents.without_key() == [resident_id]


_PLAIN = f"""
    insert into residents (id, created_at) values (1, '2020-03-02T04:00:00+00:00');
    insert into identities values ('telegram', '987654321', 1);
    insert into turns (id, resident_id, said, has_photo, replies, at)
    values (1, 1, '{WORDS}', 0, '[]', '2020-03-02T04:00:00+00:00');
    insert into versions (turn_id, said, replaced_at)
    values (1, '{WORDS}!', '2020-03-02T04:00:00+00:00');
    insert into answers (resident_id, question, language, hits, decision, probability, build_id,
        at)
    values (1, '我叫欧阳若兰，电话13912345678？', 'zh', '[]', 'no_answer', 0, 'b',
        '2020-03-02T04:00:00+00:00');
    insert into cases (id, number, query_code, resident_id, text, kind, category, urgency, street,
        place, commitment, state, submitted_at, latitude, longitude, spot)
    values (1, 'WC20200302-0001', 'ABCD2345', 1, '{WORDS}', 'complaint', 'other', 'normal', '',
        '紫阳路8号', '', 'submitted', '2020-03-02T04:00:00+00:00', 30.5443, 114.3162,
        '紫阳路8号');
    insert into drafts (resident_id, text, kind, category, urgency, street, place, commitment,
        state, awaiting, source, case_id, created_at, updated_at)
    values (1, '{WORDS}', 'complaint', 'other', 'normal', '', '紫阳路8号', '', 'submitted', '',
        'turn:1', 1, '2020-03-02T04:00:00+00:00', '2020-03-02T04:00:00+00:00');
    insert into events (case_id, action, actor, reason, resident_sees, at)
    values (1, 'supplement', 'resident', '还是13912345678', 1, '2020-03-02T04:00:00+00:00');
    insert into case_words (rowid, tokens) values (1 << 20, '13912345678 欧 阳 若 兰');
"""
"""A database as it was before, of one resident."""
