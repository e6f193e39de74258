"""What operators do with the keys of a folder: copying, bringing back, a new master key."""

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from cryptography.fernet import Fernet

from bot.disk import flush_folder
from bot.masterkey import KEY_FILE, KEY_VARIABLE, write_key
from bot.vault import KEYS_DATABASE, Rotation, Vault, VaultError


def copy_keys(folder: Path, target: Path, *, environ: Mapping[str, str] = os.environ) -> None:
    """Copy the keys, in place of an earlier copy, whose shredded keys are gone with it.

    Raises:
        VaultError: there is no vault, or it cannot be opened; or what is in the copy's place is
            none of these keys, or newer; or it cannot be written. What is there stays.
    """
    target = target.resolve()
    aside = target.with_name(f".{target.name}.partial")
    with closing(Vault.open(folder, environ=environ, makes=False)) as vault:
        if target in ((folder / KEYS_DATABASE).resolve(), (folder / KEY_FILE).resolve()):
            raise VaultError(f"{target}: this is no place for a copy")
        try:
            vault.expect_no_newer(target)
            vault.copy_to(aside)
            aside.replace(target)
            flush_folder(target.parent)
        except (OSError, sqlite3.Error) as error:
            raise VaultError(f"{target}: {error}") from error
        finally:
            aside.unlink(missing_ok=True)


def bring_back_keys(folder: Path, file: Path, *, environ: Mapping[str, str] = os.environ) -> int:
    """Take from a copy what was lost or damaged since; how many keys that were.

    Raises:
        VaultError: the vault cannot be opened, or the file is no copy of its keys.
    """
    with closing(Vault.open(folder, environ=environ, makes=False)) as vault:
        try:
            return vault.bring_back(file)
        except sqlite3.Error as error:
            raise VaultError(f"{folder / KEYS_DATABASE}: {error}") from error


def rotate(folder: Path, *, environ: Mapping[str, str] = os.environ) -> Rotation:
    """Change the master key and seal every key anew by it; the caller holds `bot.lock`.

    Killed at any moment, it is done or can be run again: until every key is sealed anew, the old
    master key stands in the file behind the new one.

    Raises:
        VaultError: there is no vault, or it cannot be opened; nothing was changed.
    """
    file = (folder / KEY_FILE).resolve()  # it may be a link to where the key really is
    for left in file.parent.glob(f".{file.name}-*"):  # of a process that was killed
        left.unlink()
    is_from_environment = bool(environ.get(KEY_VARIABLE, "").strip())
    vault = Vault.open(folder, environ=environ, makes=False)
    try:
        if not is_from_environment and len(known := file.read_text().split()) == 1:
            vault.close()
            write_key(file, [Fernet.generate_key().decode(), *known])
            vault = Vault.open(folder, environ=environ, makes=False)
        rotation = vault.rewrap()
        if not is_from_environment:
            write_key(file, file.read_text().split()[:1])
        return rotation
    except sqlite3.Error as error:
        raise VaultError(f"{folder / KEYS_DATABASE}: {error}") from error
    finally:
        vault.close()
