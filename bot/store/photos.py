"""Residents' photos: sealed files of random name, apart from the database and the web root."""

import errno
import logging
import os
import secrets
import sqlite3
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from bot.disk import flush_folder
from bot.faults import kind_and_place
from bot.messages import Photo
from bot.pictures import NotAPhoto, WhyNot, picture_alone
from bot.store.database import StoreUnavailable
from bot.store.owning import only_owner, own_folder
from bot.vault import HEAD_BYTES, KeyGone, Vault, VaultError, is_sealed

logger = logging.getLogger(__name__)

_ENDINGS = {"image/png": "png", "image/webp": "webp", "image/gif": "gif", "image/heic": "heic"}


class Photos:
    """The folder the photos are kept in; made on first use."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder, self._vault = folder, vault

    def keep(self, photo: Photo) -> str:
        """Write a photo to disk, surely, before anything refers to it. Returns its name.

        Raises:
            StoreUnavailable: it cannot be written; nothing of it is left.
        """
        name = f"{secrets.token_hex(16)}.{_ENDINGS.get(photo.media_type, 'jpg')}"
        try:
            own_folder(self._folder)
            with open(self._folder / name, "xb", opener=only_owner) as file:
                file.write(self._vault.seal_bytes(photo.content))
                file.flush()
                os.fsync(file.fileno())
            flush_folder(self._folder)
        except (OSError, sqlite3.Error) as error:
            with suppress(OSError, sqlite3.Error):
                self.drop(name)
            reason = f"a photo cannot be kept ({getattr(error, 'strerror', error)})"
            raise StoreUnavailable(reason) from error
        return name

    def read(self, name: str) -> bytes:
        """The bytes of a kept photo.

        Raises:
            OSError: it is gone, damaged, or cannot be read.
        """
        try:
            return self._vault.unseal_bytes((self._folder / name).read_bytes())
        except VaultError as error:
            raise OSError(errno.EIO, str(error), name) from error

    def older_than(self, moment: datetime) -> list[str]:
        """The names of the files that were written before then."""
        if not self._folder.exists():
            return []
        files = (path for path in self._folder.iterdir() if path.is_file())
        return [path.name for path in files if path.stat().st_mtime < moment.timestamp()]

    def drop(self, name: str) -> None:
        """Remove a photo that nothing refers to, and its key: no copy of it opens any more.

        One that cannot be removed just now is swept away with what nothing refers to.
        """
        file = self._folder / name
        try:
            with suppress(FileNotFoundError):
                self._vault.shred_bytes(file.read_bytes())
                file.unlink()
        except (OSError, sqlite3.Error) as error:
            logger.error("%s cannot be removed yet: %s", name, kind_and_place(error))

    def fault_of(self, name: str) -> str:
        """Why a photo cannot be opened; empty if it can, or if its key was shredded."""
        try:
            self._vault.unseal_bytes((self._folder / name).read_bytes())
        except (KeyGone, FileNotFoundError):  # it is being dropped
            return ""
        except (VaultError, OSError) as error:
            return str(getattr(error, "strerror", None) or error)
        return ""

    def seal_plain_ones(self) -> tuple[int, dict[str, WhyNot]]:
        """Seal the photos that were kept before there was a vault, each drawn anew and so without
        its metadata; a photo keeps its name, also where it becomes a JPEG or a PNG by that. One
        that cannot be drawn is sealed as it is: it may be all that shows what a case is about.

        Returns:
            How many were drawn, and the names of those that could not be, with why.
        """
        undrawable: dict[str, WhyNot] = {}
        drawn = 0
        for file in [file for file in self._folder.glob("[!.]*") if not _is_sealed(file)]:
            with suppress(FileNotFoundError):  # it was dropped meanwhile
                try:
                    self._seal(file, picture_alone(file.read_bytes())[0])
                    drawn += 1
                except NotAPhoto as error:
                    if isinstance(error.__cause__, MemoryError):
                        raise  # there may be more at the next start
                    self._seal(file, file.read_bytes())
                    undrawable[file.name] = error.why
        return drawn, undrawable

    def _seal(self, file: Path, content: bytes) -> None:
        aside = file.with_name(f".{file.name}.sealing")
        with open(aside, "wb", opener=only_owner) as out:
            out.write(self._vault.seal_bytes(content))
            out.flush()
            os.fsync(out.fileno())
        aside.replace(file)


def _is_sealed(file: Path) -> bool:
    with file.open("rb") as content:
        return is_sealed(content.read(HEAD_BYTES))
