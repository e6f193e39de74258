"""Nobody but the user the bot runs as reads what it keeps."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.messages import Photo
from bot.store import Store
from bot.store.photos import Photos
from bot.vault import Vault
from tests.clock import Clock
from tests.photographs import JPEG


@pytest.fixture(autouse=True)
def open_to_all() -> Iterator[None]:
    """A shell in which new files may be read and written by everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def for_others(folder: Path) -> list[str]:
    """What others may do something with."""
    return [str(path) for path in folder.rglob("*") if path.stat().st_mode & 0o077]


def test_the_database_and_its_logs_are_their_owners_from_the_start(tmp_path: Path) -> None:
    with closing(Store.open(tmp_path / "bot.db")) as store:
        with store.transaction():
            store.residents.met("web", "x", at=Clock().now)
        assert {"bot.db", "bot.db-wal", "bot.db-shm", "keys.db", "vault.key"} <= {
            path.name for path in tmp_path.iterdir()
        }
        assert for_others(tmp_path) == []


def test_a_database_that_others_could_read_is_taken_from_them(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "bot.db")
    for path in tmp_path.glob("bot.db*"):
        path.chmod(0o666)
    with closing(Store.open(tmp_path / "bot.db")):
        assert for_others(tmp_path) == []
    store.close()


def test_photos_lie_in_a_folder_of_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    with closing(Vault.in_memory()) as vault:
        photos = Photos(folder, vault)
        photos.keep(Photo(JPEG, "image/jpeg"))
        assert for_others(tmp_path) == []
        folder.chmod(0o777)
        photos.keep(Photo(JPEG, "image/jpeg"))
        assert for_others(tmp_path) == []
