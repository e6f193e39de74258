"""The master key, by which all keys are sealed: from the environment, else from a file.

`vault.key` holds one, or for as long as it is being changed the new one and the old one behind it.
"""

import logging
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet

from bot.disk import flush_folder

logger = logging.getLogger(__name__)

KEY_VARIABLE, KEY_FILE = "BOT_VAULT_KEY", "vault.key"


class MasterKeyError(Exception):
    """There is no master key that could be used; one line says why."""


def master_keys(folder: Path, environ: Mapping[str, str], *, is_new: bool) -> list[Fernet]:
    """The master keys: the first seals, every one opens.

    Args:
        is_new: where there is none, one is made.

    Raises:
        MasterKeyError: it is missing, no key, or others may read it.
    """
    file = folder / KEY_FILE
    given = environ.get(KEY_VARIABLE, "").replace(",", " ").split()
    source = KEY_VARIABLE
    if not given:
        source = str(file)
        if not file.exists():
            if not is_new:
                raise MasterKeyError(f"there are keys, but neither {KEY_VARIABLE} nor {file}")
            _make_key(file)
        if file.stat().st_mode & 0o077:
            raise MasterKeyError(f"others may read {file}; run: chmod 600 {file}")
        given = file.read_text(errors="replace").split()
    try:
        keys = [Fernet(key) for key in given]
    except ValueError as error:
        raise MasterKeyError(f"{source}: no key of 32 bytes in URL-safe base64") from error
    if not keys:
        raise MasterKeyError(f"{source}: no key of 32 bytes in URL-safe base64")
    return keys


def _make_key(file: Path) -> None:
    """Make the key, unless another process does so at the same moment."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = _written_aside(file, [Fernet.generate_key().decode()])
    try:
        os.link(aside, file)
    except FileExistsError:
        return
    finally:
        aside.unlink()
    flush_folder(file.parent)
    logger.warning(
        "%s: made the vault's master key. Keep a copy of it apart from the backups: "
        "without it nobody can be written to, and no words be read",
        file,
    )


def write_key(file: Path, keys: list[str]) -> None:
    """Replace the file whole or not at all."""
    _written_aside(file, keys).replace(file)
    flush_folder(file.parent)


def _written_aside(file: Path, keys: list[str]) -> Path:
    """A new file beside it, surely on disk; only its owner may ever read it."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    try:
        with os.fdopen(handle, "w") as out:
            out.write("\n".join(keys) + "\n")
            out.flush()
            os.fsync(out.fileno())
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)
