"""The vault: what is sealed opens by its key alone, and a wrong or missing key touches nothing."""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils
from cryptography.fernet import Fernet

from bot.cases import Awaiting, Kind, Matter
from bot.migrations import migrations
from bot.store import Store, StoreError, StoreUnavailable
from bot.vault import (
    KEY_FILE,
    KEY_VARIABLE,
    KEYS_DATABASE,
    KeyGone,
    Vault,
    VaultError,
    copy_keys,
    rotate,
)
from tests.backups import files, lend_keys
from tests.clock import Clock
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


REFUSED = {
    without_the_key: "there are keys, but neither BOT_VAULT_KEY nor",
    with_another_key: "the master key is not the one that sealed this vault",
    with_no_key_at_all: "no key of 32 bytes",
    with_an_empty_file: "no key of 32 bytes",
    with_a_key_for_all_to_read: "others may read",
    without_the_keys: "missing; bring back its copy",
    with_damaged_keys: "the keys cannot be read",
    with_the_keys_of_another: "these are the keys of another database",
    with_keys_from_before: "older than the database",
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
    with pytest.raises(StoreError) as told:
        opens(tmp_path / "bot.db")
    assert REFUSED[spoil] in str(told.value)
    assert "\n" not in str(told.value)
    assert {name: files(tmp_path).get(name) for name in before} == before
    assert set(files(tmp_path)) <= {*before, "bot.db-shm", "bot.db-wal"}


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


# Rotation and copies


def test_after_a_rotation_the_old_key_opens_nothing_and_the_new_one_all(tmp_path: Path) -> None:
    resident = filled(tmp_path)
    old = (tmp_path / KEY_FILE).read_text()
    assert rotate(tmp_path, environ=NOWHERE) > 0
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
        if event == "return" and name in ("_write_key", "rewrap", "_make_key", "open", "close"):
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
