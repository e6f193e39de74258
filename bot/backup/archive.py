"""The file of a backup: a tar, readable without this program.

It holds `bot.db`, `files/<photo>` and, last, `manifest.json` with the SHA-256 of each of them.
"""

import hashlib
import json
import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ConfigDict

from bot.backup.errors import BackupError
from bot.backup.files import write_flushed
from bot.store import DATABASE, StoreError
from bot.store.copies import counts, faults_of, names_of_photos

FORMAT = 1
PHOTOS, MANIFEST = "files", "manifest.json"

_PHOTO_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_UNREADABLE = (tarfile.TarError, ValueError, EOFError, OverflowError)
"""What `tarfile` raises for bytes that are no tar."""


class Member(BaseModel):
    """The proof of one file: SHA-256 in hexadecimal, and its size."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    sha256: str
    size_bytes: int


class Manifest(BaseModel):
    """What a backup holds.

    Attributes:
        format: the layout of the archive.
        made_at: ISO 8601, UTC.
        members: every other file of the archive, by its name there.
        missing: photos that the database refers to and that were not on disk.
        rows: how many rows the database has, by table.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    format: int
    made_at: str
    members: dict[str, Member]
    missing: list[str]
    rows: dict[str, int]

    @property
    def photos(self) -> list[str]:
        """The names of the photos in it."""
        return [Path(name).name for name in self.members if name != DATABASE]

    @property
    def remarks(self) -> list[str]:
        """What whoever keeps the backup should know, one line each."""
        return [
            f"{PHOTOS}/{name}: the database refers to this photo, but it was not on disk"
            for name in self.missing
        ]

    def __str__(self) -> str:
        return f"{in_words(self.rows)}, {len(self.photos)} photos, as of {self.made_at}"


def write_archive(file: Path, database: Path, photos: Path, *, at: datetime) -> None:
    """Write a database that stands still, and its photos, to disk as one file.

    Raises:
        OSError: the file is not whole.
        StoreError: the database cannot be read.
    """
    file.touch(mode=0o600)
    with file.open("wb") as out:
        with tarfile.open(fileobj=out, mode="w") as tar:
            members, missing = _add_all(tar, database, photos, at=at)
            manifest = Manifest(
                format=FORMAT,
                made_at=at.astimezone(UTC).isoformat(timespec="seconds"),
                members=members,
                missing=missing,
                rows=counts(database),
            )
            _add(tar, MANIFEST, BytesIO(sealed(manifest)), at=at)
        out.flush()
        os.fsync(out.fileno())


def unpack(file: Path, into: Path, *, with_photos: bool) -> Manifest:
    """Prove every file in an archive; the database and, if wanted, the photos are then in `into`.

    Raises:
        BackupError: something of it is damaged, missing, foreign, or of a newer version.
        OSError: it cannot be read, or `into` not written.
    """
    with _naming(file), file.open("rb") as raw, tarfile.open(fileobj=raw, mode="r:") as tar:
        members = _members(tar)
        manifest = _read_manifest(tar, members)
        _expect_end(raw, list(members.values())[-1])
        if set(members) != {*manifest.members, MANIFEST}:
            raise BackupError(f"it does not hold what {MANIFEST} says")
        (into / PHOTOS).mkdir(exist_ok=True)
        for name, expected in manifest.members.items():
            target = into / name if with_photos or name == DATABASE else None
            if _unpacked(tar, members[name], target) != expected:
                raise BackupError(f"{name} is damaged")
        _expect_told(into / DATABASE, manifest)
    return manifest


def expect_sound(database: Path, *, called: str) -> None:
    """Make sure that a database is whole, and one that this program can work with.

    Raises:
        BackupError: it is not.
        StoreError: it may not be read.
    """
    if faults := faults_of(database):
        raise BackupError(f"{called}: {'; '.join(faults)}")


def proof(file: IO[bytes]) -> Member:
    """The proof of what is left to read in a file."""
    digest = hashlib.sha256()
    size_bytes = 0
    while chunk := file.read(1 << 20):
        digest.update(chunk)
        size_bytes += len(chunk)
    return Member(sha256=digest.hexdigest(), size_bytes=size_bytes)


def sealed(manifest: Manifest) -> bytes:
    """The manifest's file: JSON for people to read, with its own SHA-256."""
    fields = manifest.model_dump(mode="json")
    lines = json.dumps({**fields, "sha256": _seal(fields)}, ensure_ascii=False, indent=1)
    return f"{lines}\n".encode()


def in_words(rows: dict[str, int]) -> str:
    """A database's size, for people."""
    return ", ".join(f"{rows.get(name, 0)} {name}" for name in ("residents", "cases", "drafts"))


def _add_all(
    tar: tarfile.TarFile, database: Path, photos: Path, *, at: datetime
) -> tuple[dict[str, Member], list[str]]:
    """Add database and photos; returns their proofs, and the photos that are not there."""
    members = {DATABASE: _add_file(tar, DATABASE, database, at=at)}
    missing = []
    for name in names_of_photos(database):
        member = f"{PHOTOS}/{name}"
        try:
            if not _PHOTO_NAME.fullmatch(name):
                raise FileNotFoundError
            members[member] = _add_file(tar, member, photos / name, at=at)
        except FileNotFoundError:
            missing.append(name)
    return members, missing


def _add_file(tar: tarfile.TarFile, name: str, path: Path, *, at: datetime) -> Member:
    with path.open("rb") as file:
        return _add(tar, name, file, at=at)


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes], *, at: datetime) -> Member:
    added = proof(content)
    content.seek(0)
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = added.size_bytes, 0o600, int(at.timestamp())
    tar.addfile(entry, content)
    return added


def _members(tar: tarfile.TarFile) -> dict[str, tarfile.TarInfo]:
    members: dict[str, tarfile.TarInfo] = {}
    for member in tar.getmembers():
        if not _is_ours(member) or member.name in members:
            raise BackupError(f"it holds something that is not the bot's: {member.name!a}")
        members[member.name] = member
    return members


def _is_ours(member: tarfile.TarInfo) -> bool:
    folder, _, name = member.name.rpartition("/")
    is_named_so = member.name in (DATABASE, MANIFEST) or (
        folder == PHOTOS and _PHOTO_NAME.fullmatch(name) is not None
    )
    is_plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()
    return is_named_so and is_plain


def _read_manifest(tar: tarfile.TarFile, members: dict[str, tarfile.TarInfo]) -> Manifest:
    if MANIFEST not in members:
        raise BackupError(f"it is no backup, or cut short: {MANIFEST} is missing")
    try:
        fields = json.loads(_content(tar, members[MANIFEST]).read())
        if fields.pop("sha256") != _seal(fields):
            raise BackupError(f"{MANIFEST} is damaged")
        if fields["format"] != FORMAT:
            raise BackupError(f"another version of this program made it ({fields['format']!a})")
        return Manifest.model_validate(fields)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(f"{MANIFEST} is damaged") from error


def _expect_end(raw: IO[bytes], last: tarfile.TarInfo) -> None:
    """An archive ends with two blocks of zeros, filled up to a record (POSIX ustar)."""
    end = last.offset_data + _rounded_up(last.size, tarfile.BLOCKSIZE)
    whole = _rounded_up(end + 2 * tarfile.BLOCKSIZE, tarfile.RECORDSIZE)
    raw.seek(end)
    if raw.read(whole - end + 1) != bytes(whole - end):
        raise BackupError("it is cut short, or something was added to it")


def _unpacked(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path | None) -> Member:
    """What a member really is: as it was written to disk, or as it stands in the archive."""
    with _content(tar, member) as content:
        if target is None:
            return proof(content)
        write_flushed(target, content)
    with target.open("rb") as written:
        return proof(written)


def _expect_told(database: Path, manifest: Manifest) -> None:
    expect_sound(database, called=DATABASE)
    photos = sorted(names_of_photos(database))
    if (photos, counts(database)) != (sorted(manifest.photos + manifest.missing), manifest.rows):
        raise BackupError(f"{MANIFEST} does not tell what is in {DATABASE}")


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(member)
    if content is None:
        raise BackupError(f"{member.name} is no file")
    return content


@contextmanager
def _naming(file: Path) -> Iterator[None]:
    try:
        yield
    except (BackupError, StoreError) as error:
        raise BackupError(f"{file}: {error}") from error
    except _UNREADABLE as error:
        raise BackupError(f"{file}: it is no backup, or damaged ({error})") from error


def _seal(fields: object) -> str:
    canonical = json.dumps(fields, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _rounded_up(number: int, step: int) -> int:
    return -(-number // step) * step
