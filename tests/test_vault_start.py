"""A backup brings nobody back who was forgotten since; older photos are sealed."""

import io
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from PIL import Image

from bot.app import Bot
from bot.app.vaulting import look_after_the_vault
from bot.backup import back_up, restore
from bot.desk import forget, forget_again
from bot.messages import Photo
from bot.store import Store
from bot.store.photos import Photos
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


async def test_photos_from_before_the_vault_are_sealed_without_their_metadata(bot: Bot) -> None:
    folder = bot.settings.paths.var / "files"
    folder.mkdir()
    (folder / "aa.jpg").write_bytes(with_a_place())
    (folder / "bb.heic").write_bytes(b"no picture of ours")
    photos = Photos(folder, bot.store.vault)
    sealed = photos.keep(Photo(with_a_place(), "image/jpeg"))
    before = (folder / sealed).read_bytes()
    await look_after_the_vault(bot)
    assert b"JFIF" not in (folder / "aa.jpg").read_bytes()
    with Image.open(io.BytesIO(photos.read("aa.jpg"))) as picture:
        assert (picture.size, dict(picture.getexif())) == ((8, 8), {})
    assert photos.read("bb.heic") == b"no picture of ours"
    assert (folder / sealed).read_bytes() == before
    assert len(list(folder.iterdir())) == 3


def with_a_place() -> bytes:
    """A photo that says in its metadata who took it."""
    picture, out = Image.new("RGB", (8, 8), "red"), io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = "Ouyang Ruolan"  # Artist
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()
