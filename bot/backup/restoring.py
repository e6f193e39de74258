"""Restoring a backup: all of it is proven aside first, then the database changes by one rename."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.backup.archive import PHOTOS, Manifest, in_words, proof, unpack
from bot.backup.errors import BackupError, clear_faults
from bot.backup.files import stamp, work_folder, write_flushed
from bot.disk import flush_folder
from bot.store import DATABASE, StoreError
from bot.store.copies import companions, copy_database, counts, faults_of, parts, settle
from bot.vault import HEAD_BYTES, is_sealed


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    Attributes:
        photos_added: how many photos were not in place before.
        kept: the folder with the database that was in place before; None if there was none.
    """

    manifest: Manifest
    photos_added: int
    kept: Path | None


def restore(file: Path, var: Path, *, at: datetime) -> Restored:
    """Put a backup's photos and database in place; the database that was there is kept.

    The caller holds `bot.lock.only_instance`. Killed at any moment, it leaves either the old
    database or the new one; run again, it completes what was begun.

    Raises:
        BackupError: the backup is not whole, a photo differs from the one in place, or another
            program has the database open; the database is the old one.
    """
    with clear_faults():
        var.mkdir(parents=True, exist_ok=True)
        with work_folder(var) as folder:
            manifest = unpack(file, folder, with_photos=True)
            _expect_same_photos(manifest, folder / PHOTOS, var / PHOTOS)
            if (var / DATABASE).exists():
                settle(var / DATABASE)
            added = _bring_photos(folder / PHOTOS, var / PHOTOS)
            kept = _keep_present(var, folder / "kept", at=at)
            _replace_database(folder / DATABASE, var / DATABASE)
    return Restored(manifest, added, kept)


def present(var: Path) -> str:
    """The database now in place, in a few words."""
    try:
        return in_words(counts(var / DATABASE)) if (var / DATABASE).exists() else "no database"
    except StoreError as error:
        return f"a database that cannot be read ({error})"


def _expect_same_photos(manifest: Manifest, new: Path, files: Path) -> None:
    for name in manifest.photos:
        if not (files / name).exists() or _was_sealed_since(new / name, files / name):
            continue
        with (files / name).open("rb") as file:
            if proof(file) != manifest.members[f"{PHOTOS}/{name}"]:
                raise BackupError(
                    f"{files / name}: the backup has another photo of this name; move it away"
                )


def _was_sealed_since(new: Path, present: Path) -> bool:
    """Whether a photo was plain when the backup was made, and is sealed now: it stays so."""
    return _is_sealed(present) and not _is_sealed(new)


def _is_sealed(photo: Path) -> bool:
    with photo.open("rb") as file:
        return is_sealed(file.read(HEAD_BYTES))


def _bring_photos(new: Path, files: Path) -> int:
    files.mkdir(exist_ok=True)
    absent = [photo for photo in new.iterdir() if not (files / photo.name).exists()]
    for photo in absent:
        photo.rename(files / photo.name)
    flush_folder(files)
    return len(absent)


def _keep_present(var: Path, copies: Path, *, at: datetime) -> Path | None:
    """Copy the database in place, at rest or damaged, to a folder that is whole or not there."""
    if not (present_parts := parts(var / DATABASE)):
        return None
    copies.mkdir(mode=0o700)
    if (var / DATABASE).exists() and not faults_of(var / DATABASE):
        (copies / DATABASE).touch(mode=0o600)
        copy_database(var / DATABASE, copies / DATABASE, with_updates=True)
    else:
        for part in present_parts:
            with part.open("rb") as content:
                write_flushed(copies / part.name, content)
    flush_folder(copies)
    kept = copies.rename(var / f"before-restore-{stamp(at)}")
    flush_folder(var)
    return kept


def _replace_database(new: Path, database: Path) -> None:
    """Change one database for another; no log of the old one is there when the new one comes."""
    if database.exists():
        shutil.copymode(database, new)
    for left in companions(database):
        left.unlink()
    flush_folder(database.parent)
    new.replace(database)
    flush_folder(database.parent)
