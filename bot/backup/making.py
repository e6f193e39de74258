"""Making and checking a backup; the bot may run meanwhile."""

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.backup.archive import PHOTOS, Manifest, expect_sound, unpack, write_archive
from bot.backup.errors import BackupError, clear_faults
from bot.backup.files import ASIDE, stamp, work_folder
from bot.store import DATABASE
from bot.store.copies import copy_database
from bot.store.photos import flush_folder

_DEFAULT_FOLDER = "backups"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made and read back."""

    file: Path
    manifest: Manifest


def back_up(var: Path, out: Path | None = None, *, at: datetime) -> Backup:
    """Copy the database, and then the photos it refers to, into one file.

    Args:
        out: the file, or the folder for one that is called by the time; else `var/backups`.

    Raises:
        BackupError: no backup was made, and nothing half-done is left.
    """
    with clear_faults():
        database = var / DATABASE
        if not database.is_file():
            raise BackupError(f"{database}: there is no database to back up")
        target = _target(out or _default_folder(var), at)
        with work_folder(var) as folder:
            copy_database(database, folder / DATABASE, with_updates=False)
            expect_sound(folder / DATABASE, called=str(database))
            partial = target.with_name(f".{target.name}.partial")
            try:
                write_archive(partial, folder / DATABASE, var / PHOTOS, at=at)
                manifest = unpack(partial, folder, with_photos=False)
                partial.replace(target)
            finally:
                partial.unlink(missing_ok=True)
            flush_folder(target.parent)
    return Backup(target, manifest)


def check(file: Path) -> Manifest:
    """What a backup holds, all of it proven.

    Raises:
        BackupError: it is damaged, of a newer version, or no backup at all.
    """
    with clear_faults(), tempfile.TemporaryDirectory(prefix=ASIDE) as folder:
        return unpack(file, Path(folder), with_photos=False)


def _default_folder(var: Path) -> Path:
    folder = var / _DEFAULT_FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _target(out: Path, at: datetime) -> Path:
    target = out / f"bot-{stamp(at)}.tar" if out.is_dir() else out
    if target.exists():
        raise BackupError(f"{target}: there is such a file already")
    if not target.parent.is_dir():
        raise BackupError(f"{target.parent}: there is no such folder")
    return target
