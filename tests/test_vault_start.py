"""A backup brings nobody back who was forgotten since; older photos are sealed."""

import io
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot.access import remove_member
from bot.app import Bot
from bot.app.vaulting import look_after_the_vault
from bot.backup import back_up, restore
from bot.cases import Role
from bot.desk import forget, forget_again
from bot.messages import Photo
from bot.store import Store
from bot.store.photos import Photos
from bot.vault import is_sealed
from tests.backups import AT, file_case, files
from tests.office import office_over

HERS, OTHERS = "欧阳若兰家楼下的垃圾没人收", "路口的路灯坏了"


def test_a_restored_backup_brings_nobody_back(tmp_path: Path) -> None:
    """She was forgotten after it was made; another resident stands in it, too."""
    path = tmp_path / "bot.db"
    with closing(Store.open(path)) as store:
        file_case(store, tmp_path, HERS)
        file_case(store, tmp_path, OTHERS)
        archive = back_up(tmp_path, tmp_path / "backup.tar", at=AT).file
        her = store.cases.get(1).resident_id
        photos = Photos(tmp_path / "files", store.vault)
        forget(office_over(store), her, drop_photo=photos.drop, at=AT)
    restore(archive, tmp_path, at=AT)
    with closing(Store.open(path)) as store:
        assert store.cases.get(1).matter.text == ""
        office, photos = office_over(store), Photos(tmp_path / "files", store.vault)
        later = AT + timedelta(days=1)
        assert len(forget_again(office, drop_photo=photos.drop, at=later)) == 1
        assert forget_again(office, drop_photo=photos.drop, at=later) == []
        assert store.residents.known("web", HERS) is None
        assert store.residents.known("web", OTHERS) is not None
        assert store.cases.get(2).matter.text == OTHERS
        assert store.cases.get(1).number == "WC20200302-0001"
        assert len(list((tmp_path / "files").iterdir())) == 1
    with closing(sqlite3.connect(path)) as database:
        rows = "\n".join(database.iterdump())
    assert HERS not in rows
    assert all(HERS.encode() not in content for content in files(tmp_path).values())


def test_one_who_cannot_be_forgotten_again_keeps_nobody_else_from_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The backup is from before the first one's chat was unlinked from staff's; the second one's
    row is damaged since."""
    path = tmp_path / "bot.db"
    with closing(Store.open(path)) as store:
        for words in (HERS, OTHERS, "井盖不见了"):
            file_case(store, tmp_path, words)
        chats = [store.cases.get(case_id).resident_id for case_id in (1, 2, 3)]
        with store.transaction():
            member = store.staff.add("王五", Role.DISPATCHER, "", at=AT)
            store.staff.change(replace(member, resident_id=chats[0]))
        archive = back_up(tmp_path, tmp_path / "backup.tar", at=AT).file
        remove_member(store, "王五", at=AT)
        photos = Photos(tmp_path / "files", store.vault)
        for chat in chats:
            forget(office_over(store), chat, drop_photo=photos.drop, at=AT)
    restore(archive, tmp_path, at=AT)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("update cases set kind = 'nothing' where id = 2")
    with closing(Store.open(path)) as store:
        office, photos = office_over(store), Photos(tmp_path / "files", store.vault)
        assert len(forget_again(office, drop_photo=photos.drop, at=AT)) == 2
        assert store.residents.without_key() == [chats[1]]
        assert store.staff.in_chat(chats[0]) is None
    assert f"resident {chats[1]} is not forgotten" in caplog.text


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
async def test_photos_from_before_the_vault_are_sealed_without_their_metadata(
    bot: Bot, format_: str
) -> None:
    """Also where the picture is drawn anew in another format than it was kept in."""
    folder = bot.settings.paths.var / "files"
    folder.mkdir()
    (folder / "aa.old").write_bytes(with_a_place(format_))
    photos = Photos(folder, bot.store.vault)
    sealed = photos.keep(Photo(with_a_place("JPEG"), "image/jpeg"))
    before = (folder / sealed).read_bytes()
    await look_after_the_vault(bot)
    assert is_sealed((folder / "aa.old").read_bytes())
    assert b"Ouyang" not in photos.read("aa.old")
    with Image.open(io.BytesIO(photos.read("aa.old"))) as picture:
        assert (picture.size, dict(picture.getexif())) == ((8, 8), {})
    assert (folder / sealed).read_bytes() == before
    assert len(list(folder.iterdir())) == 2


async def test_a_photo_from_before_the_vault_that_cannot_be_drawn_is_sealed_and_named(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    """It may be all that shows what a case is about; nothing that was stored is lost."""
    store, folder = bot.store, bot.settings.paths.var / "files"
    file_case(store, bot.settings.paths.var, OTHERS)
    (name,) = store.cases.photo_names(1)
    content = b"\x00\x00\x00\x18ftypheic Exif Ouyang Ruolan"
    (folder / name).write_bytes(content)
    await look_after_the_vault(bot)
    assert store.cases.photo_names(1) == [name]
    assert b"Ruolan" not in (folder / name).read_bytes()
    assert Photos(folder, store.vault).read(name) == content
    assert f"{name} cannot be drawn (heic_photo) and keeps its metadata" in caplog.text


def with_a_place(format_: str) -> bytes:
    """A photo that says in its metadata who took it."""
    picture, out = Image.new("RGB", (8, 8), "red"), io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = "Ouyang Ruolan"  # Artist
    picture.save(out, format_, exif=exif)
    return out.getvalue()
