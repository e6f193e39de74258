"""Seals who residents are and what they say, each with her own key; shredding it forgets her.

Fernet (AES-128-CBC with HMAC-SHA256, github.com/fernet/spec) from `cryptography`. A resident's key
lies in `keys.db`, sealed by the master key; the database and its backups hold neither. The master
key comes from `BOT_VAULT_KEY`, else from `vault.key`, which the first start makes.
"""

import hmac
import os
import re
import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.keyring import Keyring, KeyringError
from bot.masterkey import MasterKeyError, master_keys

KEYS_DATABASE = "keys.db"
TRANSIT = 0
"""The key of what nobody's key is known for yet: messages that were not handled."""
TOKENS_BEGIN = "gAAAA"
"""So does what Fernet seals, behind the key's number (its version, and a time of this century)."""
HEAD_BYTES = 32
"""So much of a sealed file tells which key it needs."""

_SEALED = re.compile(r"~(\d{1,18})~(gAAAA[A-Za-z0-9_-]+={0,2})", re.ASCII)
_LIKE_SEALED = re.compile(r".{0,21}gAAAA[A-Za-z0-9_-]{20}", re.DOTALL)
"""What was sealed, also where a part of it is damaged."""
_SEALED_BYTES = re.compile(rb"~(\d{1,18})~(?=gAAAA)")
_LIKE_SEALED_BYTES = re.compile(rb".{0,21}gAAAA", re.DOTALL)
_MOST_IN_MEMORY = 4096
_PEPPER, _TRANSIT = "pepper", "transit"


def is_sealed(head: bytes) -> bool:
    """Whether a file that begins so is sealed, damaged or not; `HEAD_BYTES` are enough."""
    return _LIKE_SEALED_BYTES.match(head) is not None


class VaultError(Exception):
    """What is sealed cannot be read, or the vault not be opened; one line says why."""


class KeyGone(VaultError):
    """The key was shredded: nobody can read this any more."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a change of the master key did.

    Attributes:
        count: how many keys were sealed anew.
        damaged: the numbers of those that no master key opens; they stay as they are.
    """

    count: int
    damaged: tuple[int, ...]


class Vault:
    """Seals and opens; knows the keys it used lately."""

    def __init__(self, masters: Sequence[Fernet], keyring: Keyring) -> None:
        """Take up a keyring whose words a master key can read, or give a new one its own."""
        self._master, self._keyring = MultiFernet(masters), keyring
        self._ciphers: OrderedDict[int, Fernet] = OrderedDict()
        own = keyring.words()
        if not own:
            own = {name: self._wrapped(Fernet.generate_key()) for name in (_PEPPER, _TRANSIT)}
            keyring.set_words(own)
            own = keyring.words()
        self._pepper, transit = self._words(own)
        self._transit = Fernet(transit)

    @classmethod
    def open(
        cls, folder: Path, *, environ: Mapping[str, str] = os.environ, makes: bool = True
    ) -> "Vault":
        """Open the vault of a folder.

        Args:
            makes: where there is none, as at the very first start, a new one is made.

        Raises:
            VaultError: the key is missing or wrong, or `keys.db` is missing or cannot be read;
                nothing was changed.
        """
        database = folder / KEYS_DATABASE
        is_new = not has_keys(folder)
        if is_new and not makes:
            raise VaultError(f"{database}: missing; bring back its copy")
        keyring = None
        try:
            if not is_new:
                keyring = Keyring.at(database)
            masters = master_keys(folder, environ, is_new=is_new)
            keyring = keyring or Keyring.made_at(database)
            return cls(masters, keyring)
        except (VaultError, KeyringError, MasterKeyError, sqlite3.Error) as error:
            if keyring is not None:
                keyring.close()
            raise VaultError(f"{database}: {error}") from error
        except OSError as error:
            raise VaultError(f"{error.filename}: {error.strerror}") from error

    @classmethod
    def in_memory(cls) -> "Vault":
        """A vault that is gone with the process."""
        return cls([Fernet(Fernet.generate_key())], Keyring.in_memory())

    def new_key(self) -> int:
        """A key that never sealed anything; its number.

        Raises:
            VaultError: the master key was changed since the vault was opened.
        """
        return self._keyring.next_key(
            lambda: self._wrapped(Fernet.generate_key()), expect=self._expect_its_master
        )

    def seal(self, key_id: int, text: str) -> str:
        """A text that only its key opens; an empty one stays empty.

        Another process may have shredded the key since it was used last.

        Raises:
            KeyGone: the key was shredded.
            VaultError: it was lost, or is damaged.
        """
        if text and key_id != TRANSIT and not self.has_key(key_id):
            self._ciphers.pop(key_id, None)
        return f"~{key_id}~{self._cipher(key_id).encrypt(_utf8(text)).decode()}" if text else ""

    def unseal(self, sealed: str) -> str:
        """What was sealed; a text that is not sealed stays as it is.

        Raises:
            KeyGone: the key was shredded.
            VaultError: it is damaged, or its key lost.
        """
        if found := _SEALED.fullmatch(sealed):
            return self._opened(int(found[1]), found[2].encode()).decode()
        if _LIKE_SEALED.match(sealed):
            raise VaultError("something sealed is damaged")
        return sealed

    def expect_sealed(self, kept: str) -> None:
        """Make sure that a text is sealed and can be opened, or could be until it was shredded.

        Raises:
            VaultError: it is damaged, or its key lost.
        """
        if not _SEALED.fullmatch(kept):
            raise VaultError("it is not sealed")
        with suppress(KeyGone):
            self.unseal(kept)

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
        if found := _SEALED_BYTES.match(sealed[:HEAD_BYTES]):
            return self._opened(int(found[1]), sealed[found.end() :])
        if is_sealed(sealed[:HEAD_BYTES]):
            raise VaultError("something sealed is damaged")
        return sealed

    def shred(self, *key_ids: int) -> None:
        """Take keys away for good: what they sealed is noise from now on, wherever a copy is."""
        for key_id in key_ids:
            self._ciphers.pop(key_id, None)
        self._keyring.remove(key_ids)

    def shred_bytes(self, sealed: bytes) -> None:
        """Take the key of sealed bytes away, if it is theirs: where older keys were brought back,
        its number may be somebody else's by now."""
        if found := _SEALED_BYTES.match(sealed[:HEAD_BYTES]):
            with suppress(VaultError):
                self.unseal_bytes(sealed)
                self.shred(int(found[1]))

    def was_shredded(self, key_id: int) -> bool:
        """Whether a key was taken away by intent; one that is missing otherwise was lost."""
        return self._keyring.was_shredded(key_id)

    def has_key(self, key_id: int) -> bool:
        """Whether a key was made and not shredded."""
        return self._keyring.wrapped(key_id) is not None

    def lookup(self, *words: str) -> str:
        """A keyed hash to find words by that are kept sealed: HMAC-SHA256, 64 hex digits."""
        return hmac.new(self._pepper, _utf8("\0".join(words)), sha256).hexdigest()

    def rewrap(self) -> Rotation:
        """Seal every key anew by the first of the master keys."""
        count, damaged = self._keyring.rewrap(self._master.rotate, self._rewrapped)
        return Rotation(count, tuple(damaged))

    def skip_to(self, key_id: int) -> None:
        """Give no number up to this one any more: a database knows keys that are not here."""
        self._keyring.skip_to(key_id)

    def copy_to(self, file: Path) -> None:
        """Write its keys, sealed as they are, to a new file.

        Raises:
            sqlite3.Error: it cannot be written.
        """
        self._keyring.copy_to(file)

    def bring_back(self, file: Path) -> int:
        """Take from a copy of its keys what was lost or damaged here since; how many keys that
        were. What was shredded stays so.

        Raises:
            VaultError: it is no copy of these keys.
        """
        with _copy(file, of=self.name) as copy:
            theirs = copy.all()
        sound = {key_id for key_id, sealed in self._keyring.all().items() if self._opens(sealed)}
        back = {
            key_id: sealed
            for key_id, sealed in theirs.items()
            if key_id not in sound and not self.was_shredded(key_id) and self._opens(sealed)
        }
        self._keyring.bring_back(back)
        return len(back)

    def expect_no_newer(self, file: Path) -> None:
        """Make sure that a file holds no keys, or none that are not here.

        Raises:
            VaultError: it is of another vault or newer than this one, or no copy of keys.
        """
        if not file.exists() or not file.stat().st_size:
            return
        with _copy(file, of=self.name) as other:
            is_newer = other.last > self.last_key or other.shredded() - self._keyring.shredded()
        if is_newer:
            raise VaultError(f"{file}: newer than the keys that are copied; move it away")

    @property
    def name(self) -> str:
        """The same for every copy of its keys."""
        return self._keyring.name

    @property
    def given(self) -> int:
        """The highest number of a key that this process has given; 0 if there is none."""
        return self._keyring.given

    @property
    def last_key(self) -> int:
        """The highest number of a key that was ever given; 0 if there is none."""
        return self._keyring.last

    def close(self) -> None:
        """Let go of the file."""
        self._keyring.close()

    def _wrapped(self, key: bytes) -> bytes:
        return self._master.encrypt(key)

    def _opens(self, wrapped: bytes) -> bool:
        return self._rewrapped(wrapped) is not None

    def _rewrapped(self, wrapped: bytes) -> bytes | None:
        """A key sealed anew; None if no master key opens it."""
        try:
            return self._master.rotate(wrapped)
        except InvalidToken:
            return None

    def _words(self, own: Mapping[str, bytes]) -> tuple[bytes, bytes]:
        try:
            return self._master.decrypt(own[_PEPPER]), self._master.decrypt(own[_TRANSIT])
        except (InvalidToken, KeyError) as error:
            raise VaultError("the master key is not the one that sealed this vault") from error

    def _expect_its_master(self, own: Mapping[str, bytes]) -> None:
        """Nobody could open keys that were sealed by a master key that is no longer known."""
        try:
            self._words(own)
        except VaultError as error:
            raise VaultError("the master key was changed meanwhile; start again") from error

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
        if wrapped is None and self.was_shredded(key_id):
            raise KeyGone(f"key {key_id} is gone")
        if wrapped is None:
            raise VaultError(f"key {key_id} is missing")
        try:
            return Fernet(self._master.decrypt(wrapped))
        except (InvalidToken, ValueError) as error:
            raise VaultError(f"key {key_id} is damaged") from error

    def _opened(self, key_id: int, token: bytes) -> bytes:
        try:
            return self._cipher(key_id).decrypt(token)
        except InvalidToken as error:
            raise VaultError(f"what key {key_id} sealed is damaged") from error


def has_keys(folder: Path) -> bool:
    """Whether a folder has keys; an empty file is none."""
    database = folder / KEYS_DATABASE
    return database.exists() and database.stat().st_size > 0


@contextmanager
def _copy(file: Path, *, of: str) -> Iterator[Keyring]:
    """A copy of the keys that have this name.

    Raises:
        VaultError: it is none.
    """
    try:
        with closing(Keyring.at(file)) as copy:
            if copy.name != of:
                raise VaultError(f"{file}: these are the keys of another vault")
            yield copy
    except (KeyringError, sqlite3.Error) as error:
        raise VaultError(f"{file}: no copy of these keys, or damaged") from error


def _utf8(text: str) -> bytes:
    """Half a surrogate pair is no UTF-8; SQLite would not keep it either."""
    return text.encode("utf-8", "replace")
