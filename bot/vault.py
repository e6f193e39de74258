"""Seals who residents are and what they say, each with her own key; shredding it forgets her.

Fernet (AES-128-CBC with HMAC-SHA256, github.com/fernet/spec) from `cryptography`. A resident's key
lies in `keys.db`, sealed by the master key; the database and its backups hold neither. The master
key comes from `BOT_VAULT_KEY`, else from `vault.key`, which the first start makes.
"""

import hmac
import logging
import os
import re
import sqlite3
import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.keyring import Keyring, KeyringError

logger = logging.getLogger(__name__)

KEY_VARIABLE = "BOT_VAULT_KEY"
KEY_FILE, KEYS_DATABASE = "vault.key", "keys.db"
TRANSIT = 0
"""The key of what nobody's key is known for yet: messages that were not handled."""
HEAD_BYTES = 32
"""So much of a sealed file tells which key it needs."""

_SEALED = re.compile(r"~(\d{1,18})~(gAAAA[A-Za-z0-9_-]+={0,2})", re.ASCII)
_SEALED_BYTES = re.compile(rb"~(\d{1,18})~(?=gAAAA)")
_MOST_IN_MEMORY = 4096
_PEPPER, _TRANSIT = "pepper", "transit"


def is_sealed(head: bytes) -> bool:
    """Whether a file that begins so is sealed; `HEAD_BYTES` are enough."""
    return _SEALED_BYTES.match(head) is not None


class VaultError(Exception):
    """What is sealed cannot be read, or the vault not be opened; one line says why."""


class KeyGone(VaultError):
    """The key was shredded: nobody can read this any more."""


class Vault:
    """Seals and opens; knows the keys it used lately."""

    def __init__(self, master: MultiFernet, keyring: Keyring) -> None:
        """Take up a keyring whose words the master key can read, or give a new one its own."""
        self._master, self._keyring = master, keyring
        self._ciphers: OrderedDict[int, Fernet] = OrderedDict()
        own = keyring.words()
        if not own:
            own = {name: self._wrapped(Fernet.generate_key()) for name in (_PEPPER, _TRANSIT)}
            keyring.set_words(own)
            own = keyring.words()
        try:
            pepper, transit = (master.decrypt(own[name]) for name in (_PEPPER, _TRANSIT))
        except (InvalidToken, KeyError) as error:
            raise VaultError("the master key is not the one that sealed this vault") from error
        self._pepper, self._transit = pepper, Fernet(transit)

    @classmethod
    def open(cls, folder: Path, *, environ: Mapping[str, str] = os.environ) -> "Vault":
        """Open the vault of a folder; at the very first start a new one is made.

        Raises:
            VaultError: the key is missing or wrong, or `keys.db` cannot be read; nothing was
                changed.
        """
        database = folder / KEYS_DATABASE
        try:
            keyring = Keyring.at(database) if database.exists() else None
            master = _master_key(folder, environ, is_new=keyring is None)
            return cls(master, keyring or Keyring.at(database))
        except (VaultError, KeyringError) as error:
            raise VaultError(f"{database}: {error}") from error
        except OSError as error:
            raise VaultError(f"{error.filename}: {error.strerror}") from error

    @classmethod
    def in_memory(cls) -> "Vault":
        """A vault that is gone with the process."""
        return cls(MultiFernet([Fernet(Fernet.generate_key())]), Keyring.in_memory())

    def new_key(self) -> int:
        """A key that never sealed anything; its number."""
        return self._keyring.next_key(lambda: self._wrapped(Fernet.generate_key()))

    def seal(self, key_id: int, text: str) -> str:
        """A text that only its key opens; an empty one stays empty.

        Raises:
            KeyGone: the key was shredded.
        """
        return f"~{key_id}~{self._cipher(key_id).encrypt(_utf8(text)).decode()}" if text else ""

    def unseal(self, sealed: str) -> str:
        """What was sealed; a text that is not sealed stays as it is.

        Raises:
            KeyGone: the key was shredded.
            VaultError: it is damaged.
        """
        found = _SEALED.fullmatch(sealed)
        return self._opened(int(found[1]), found[2].encode()).decode() if found else sealed

    def seal_bytes(self, content: bytes) -> bytes:
        """Bytes that only a key of their own opens; `shred_bytes` takes it away."""
        key_id = self.new_key()
        return b"~%d~%s" % (key_id, self._cipher(key_id).encrypt(content))

    def unseal_bytes(self, sealed: bytes) -> bytes:
        """What was sealed; bytes that are not sealed stay as they are.

        Raises:
            KeyGone: the key was shredded.
            VaultError: they are damaged.
        """
        found = _SEALED_BYTES.match(sealed[:HEAD_BYTES])
        return self._opened(int(found[1]), sealed[found.end() :]) if found else sealed

    def shred(self, *key_ids: int) -> None:
        """Take keys away for good: what they sealed is noise from now on, wherever a copy is."""
        for key_id in key_ids:
            self._ciphers.pop(key_id, None)
        self._keyring.remove(key_ids)

    def shred_bytes(self, sealed: bytes) -> None:
        """Take the key of sealed bytes away; the first few of them are enough."""
        if found := _SEALED_BYTES.match(sealed[:HEAD_BYTES]):
            self.shred(int(found[1]))

    def has_key(self, key_id: int) -> bool:
        """Whether a key was made and not shredded."""
        return self._keyring.wrapped(key_id) is not None

    def lookup(self, *words: str) -> str:
        """A keyed hash to find words by that are kept sealed: HMAC-SHA256, 64 hex digits."""
        return hmac.new(self._pepper, _utf8("\0".join(words)), sha256).hexdigest()

    def rewrap(self) -> int:
        """Seal every key anew by the first of the master keys; how many those were."""
        return self._keyring.rewrap(self._master.rotate)

    @property
    def name(self) -> str:
        """The same for every copy of its keys."""
        return self._keyring.name

    @property
    def last_key(self) -> int:
        """The highest number of a key that was ever given; 0 if there is none."""
        return self._keyring.last

    def close(self) -> None:
        """Let go of the file."""
        self._keyring.close()

    def _wrapped(self, key: bytes) -> bytes:
        return self._master.encrypt(key)

    def _cipher(self, key_id: int) -> Fernet:
        if key_id == TRANSIT:
            return self._transit
        known = self._ciphers.get(key_id)
        if known is None:
            known = self._ciphers[key_id] = self._unwrapped(key_id)
            if len(self._ciphers) > _MOST_IN_MEMORY:
                self._ciphers.popitem(last=False)
        return known

    def _unwrapped(self, key_id: int) -> Fernet:
        wrapped = self._keyring.wrapped(key_id)
        if wrapped is None:
            raise KeyGone(f"key {key_id} is gone")
        try:
            return Fernet(self._master.decrypt(wrapped))
        except (InvalidToken, ValueError) as error:
            raise VaultError(f"key {key_id} is damaged") from error

    def _opened(self, key_id: int, token: bytes) -> bytes:
        try:
            return self._cipher(key_id).decrypt(token)
        except InvalidToken as error:
            raise VaultError(f"what key {key_id} sealed is damaged") from error


def copy_keys(folder: Path, target: Path, *, environ: Mapping[str, str] = os.environ) -> None:
    """Copy the keys, in place of an earlier copy, whose shredded keys are gone with it.

    Raises:
        VaultError: the vault cannot be opened, or the copy not be written; the earlier one stays.
    """
    aside = target.with_name(f".{target.name}.partial")
    vault = Vault.open(folder, environ=environ)
    try:
        vault._keyring.copy_to(aside)
        aside.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise VaultError(f"{target}: {error}") from error
    finally:
        aside.unlink(missing_ok=True)
        vault.close()


def rotate(folder: Path, *, environ: Mapping[str, str] = os.environ) -> int:
    """Change the master key and seal every key anew by it; the caller holds `bot.lock`.

    Killed at any moment, it is done or can be run again: until every key is sealed anew, the old
    master key stands in the file behind the new one.

    Returns:
        How many keys were sealed anew.

    Raises:
        VaultError: the vault cannot be opened; nothing was changed.
    """
    file = folder / KEY_FILE
    for left in folder.glob(f".{KEY_FILE}-*"):  # of a process that was killed
        left.unlink()
    is_from_environment = bool(environ.get(KEY_VARIABLE, "").strip())
    vault = Vault.open(folder, environ=environ)
    try:
        if not is_from_environment and len(known := file.read_text().split()) == 1:
            vault.close()
            _write_key(file, [Fernet.generate_key().decode(), *known])
            vault = Vault.open(folder, environ=environ)
        count = vault.rewrap()
        if not is_from_environment:
            _write_key(file, file.read_text().split()[:1])
        return count
    except sqlite3.Error as error:
        raise VaultError(f"{folder / KEYS_DATABASE}: {error}") from error
    finally:
        vault.close()


def _master_key(folder: Path, environ: Mapping[str, str], *, is_new: bool) -> MultiFernet:
    """The first key seals, every one opens."""
    file = folder / KEY_FILE
    given = environ.get(KEY_VARIABLE, "").replace(",", " ").split()
    source = KEY_VARIABLE
    if not given:
        source = str(file)
        if not file.exists():
            if not is_new:
                raise VaultError(f"there are keys, but neither {KEY_VARIABLE} nor {file}")
            _make_key(file)
        if file.stat().st_mode & 0o077:
            raise VaultError(f"others may read {file}; run: chmod 600 {file}")
        given = file.read_text(errors="replace").split()
    try:
        return MultiFernet([Fernet(key) for key in given])
    except ValueError as error:
        raise VaultError(f"{source}: no key of 32 bytes in URL-safe base64") from error


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
    logger.warning(
        "%s: made the vault's master key. Keep a copy of it apart from the backups: "
        "without it nobody can be written to, and no words be read",
        file,
    )


def _write_key(file: Path, keys: list[str]) -> None:
    """Replace the file whole or not at all."""
    _written_aside(file, keys).replace(file)


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


def _utf8(text: str) -> bytes:
    """Half a surrogate pair is no UTF-8; SQLite would not keep it either."""
    return text.encode("utf-8", "replace")
