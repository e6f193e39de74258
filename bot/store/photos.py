"""Residents' photos: files of random name, apart from the database and from the web root."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from bot.messages import Photo
from bot.store.database import StoreUnavailable

_ENDINGS = {"image/png": "png", "image/webp": "webp", "image/gif": "gif", "image/heic": "heic"}


class Photos:
    """The folder the photos are kept in; made on first use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, photo: Photo) -> str:
        """Write a photo to disk, surely, before anything refers to it. Returns its name.

        Raises:
            StoreUnavailable: it cannot be written; nothing of it is left.
        """
        name = f"{secrets.token_hex(16)}.{_ENDINGS.get(photo.media_type, 'jpg')}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / name).open("xb") as file:
                file.write(photo.content)
                file.flush()
                os.fsync(file.fileno())
            flush_folder(self._folder)
        except OSError as error:
            with suppress(OSError):
                self.drop(name)
            reason = f"a photo cannot be kept ({error.strerror})"
            raise StoreUnavailable(reason) from error
        return name

    def read(self, name: str) -> bytes:
        """The bytes of a kept photo.

        Raises:
            OSError: it is gone, or cannot be read.
        """
        return (self._folder / name).read_bytes()

    def drop(self, name: str) -> None:
        """Remove a photo that nothing refers to."""
        (self._folder / name).unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """Have the disk keep that there is a new file (fsync(2): the file alone is not enough)."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
