"""The folder `var/index/`: builds written whole or not at all, and the one that is active.

A build is a folder that never changes once it has its name, and the name follows from what it is
made of: the same inputs give the same name and the same bytes. `current` is a file with the name
of the build to load; it is replaced by a rename, so a crash leaves either the old name or the new.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from pydantic import BaseModel, ConfigDict, ValidationError

from index.errors import StaleIndexError
from index.writing import Write, flush_folder, flushed, take_lock, write_aside, write_flushed

FORMAT = 2
MANIFEST = "manifest.json"
COMMITMENTS, GLOSSARY = "commitments.jsonl", "glossary.json"
LEXICAL, COUNTED = "lexical.npz", "counted.npz"
VECTORS, GOLD = "vectors.faiss", "gold.json"

Entry = TypeVar("Entry")
Result = TypeVar("Result")

_CURRENT, _LOCK, _ASIDE = "current", "lock", ".aside-"
_ID_CHARS = 12
_REMEDY = "a build by this program; run: python -m index build"
_ANY_CODE_BUT = {"__init__.py", "__main__.py", "config.py", "errors.py"}


class EncoderRecord(BaseModel):
    """Which encoder made the vectors."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: str
    fingerprint: str
    dimension: int


class Manifest(BaseModel):
    """What a build is made of; hashes are SHA-256 in hexadecimal.

    Attributes:
        format: the layout of the folder.
        code: the program that made it; another one may cut texts otherwise.
        inputs: the content's files, by path below the content folder.
        outputs: the other files of the build, by name.
        vectors: how the vectors are searched, as `index.dense.Kind`.
        thresholds: what was learnt for it, as `index.evidence.Thresholds`.
        learnt_from: of what they were learnt; the same gives the same again.
        cuts: of each report that nobody curated, from what its commitments were cut.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int
    code: str
    inputs: dict[str, str]
    encoder: EncoderRecord
    outputs: dict[str, str] = {}
    counts: dict[str, int]
    vectors: str
    thresholds: dict[str, Any]
    learnt_from: str
    cuts: dict[str, str]

    @property
    def build_id(self) -> str:
        """The name of the build: it follows from what it is made of."""
        made_of = [self.format, self.code, self.inputs, self.encoder.model_dump()]
        return sha256(_canonical(made_of))[:_ID_CHARS]


def builds_folder(var: Path) -> Path:
    """Where the builds are kept."""
    return var / "index"


@contextmanager
def only_builder(folder: Path) -> Iterator[None]:
    """Wait until no other process builds here; what a crashed one left aside is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        take_lock(lock.fileno(), folder)
        for left in folder.glob(f"{_ASIDE}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


class NewBuild:
    """A build that is being written: each file goes to the disk while the next one is made."""

    def __init__(self, aside: Path, pool: Executor) -> None:
        self._aside = aside
        self._pool = pool
        self._hashes: dict[str, Future[str]] = {}

    def put(self, name: str, make: Callable[[], bytes]) -> None:
        """Have a file made, hashed, written and flushed beside whatever comes next."""
        self.put_in_pieces(name, lambda write: write(make()))

    def put_in_pieces(self, name: str, give: Callable[[Write], object]) -> None:
        """The same of a file that is never whole in memory."""
        self._hashes[name] = self._pool.submit(self._write, name, give)

    def finish(self, manifest: Manifest) -> Path:
        """Wait for the files, and give the build its name.

        Raises:
            OSError: the disk is full or may not be written; no build of that name appears.
        """
        outputs = {name: written.result() for name, written in self._hashes.items()}
        sealed = _sealed(manifest.model_copy(update={"outputs": outputs}))
        write_flushed(self._aside / MANIFEST, sealed)
        flush_folder(self._aside)
        finished = self._aside.parent / manifest.build_id
        _make_room(finished)
        self._aside.rename(finished)
        flush_folder(finished.parent)
        return finished

    def _write(self, name: str, give: Callable[[Write], object]) -> str:
        digest = hashlib.sha256()

        def write(piece: bytes) -> int:
            digest.update(piece)
            return file.write(piece)

        with flushed(self._aside / name) as file:
            give(write)
        return digest.hexdigest()


@contextmanager
def new_build(folder: Path) -> Iterator[NewBuild]:
    """Write a build aside; what is not finished is removed."""
    aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=folder))
    try:
        aside.chmod(0o755)
        with ThreadPoolExecutor() as pool:
            yield NewBuild(aside, pool)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def make_active(build: Path) -> None:
    """Let the next load take this build; atomic. A running bot takes it within seconds."""
    write_aside(current_file(build.parent), f"{build.name}\n".encode())


def current_file(folder: Path) -> Path:
    """The file that names the active build."""
    return folder / _CURRENT


def active_build(folder: Path) -> Path:
    """The build to load.

    Raises:
        StaleIndexError: there is none.
    """
    try:
        name = current_file(folder).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StaleIndexError(f"none in {folder}", _REMEDY) from error
    build = folder / name
    if not name or build.parent != folder or not build.is_dir():
        raise StaleIndexError(f"{build} is missing", _REMEDY)
    return build


def builds_in(folder: Path) -> list[Path]:
    """All builds, the one made last first; whether they are whole is not looked at."""
    made: dict[Path, int] = {}
    for manifest in folder.glob(f"[!.]*/{MANIFEST}"):
        with suppress(FileNotFoundError):  # another process has just removed the build
            made[manifest.parent] = manifest.stat().st_mtime_ns
    return sorted(made, key=lambda build: (-made[build], build.name))


def remove_old_builds(folder: Path, kept: int, *, spared: Collection[str] = ()) -> None:
    """Remove all but the newest `kept` builds; the active one and those spared always stay."""
    stay = {active_build(folder).name, *spared}
    for build in builds_in(folder)[kept:]:
        if build.name not in stay:
            _remove(build)


def read_manifest(build: Path) -> Manifest:
    """The manifest of a build.

    Raises:
        StaleIndexError: it is damaged, of another format or program, or of another build.
    """
    try:
        sealed = json.loads((build / MANIFEST).read_bytes())
        seal = sealed.pop("sha256")
        if seal != sha256(_canonical(sealed)):
            raise StaleIndexError(f"{build.name}: {MANIFEST} is damaged", _REMEDY)
        if (sealed["format"], sealed["code"]) != (FORMAT, code_hash()):
            raise StaleIndexError(f"{build.name}: made by another version", _REMEDY)
        manifest = Manifest.model_validate(sealed)
        if manifest.build_id != build.name:
            raise StaleIndexError(f"{build.name}: is build {manifest.build_id} renamed", _REMEDY)
        return manifest
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ValidationError) as error:
        raise StaleIndexError(f"{build.name}: {MANIFEST} is damaged", _REMEDY) from error


def read_files(build: Path, manifest: Manifest) -> dict[str, bytes]:
    """The contents of the build's files, each proven by its hash.

    Raises:
        StaleIndexError: a file is missing, cut short or changed.
    """
    names = list(manifest.outputs)
    contents = _side_by_side(partial(_proven, build), names, manifest.outputs.values())
    return dict(zip(names, contents, strict=True))


def _proven(build: Path, name: str, expected: str) -> bytes:
    try:
        content = (build / name).read_bytes()
    except OSError as error:
        raise StaleIndexError(f"{build.name}: {name} cannot be read", _REMEDY) from error
    if sha256(content) != expected:
        raise StaleIndexError(f"{build.name}: {name} is damaged", _REMEDY)
    return content


def _side_by_side(action: Callable[..., Result], *values: Iterable[Any]) -> list[Result]:
    """What an action gives for each of many values; hashing and the disk leave others a core."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(action, *values))


def expect_encoder(build: Path, manifest: Manifest, expected: EncoderRecord) -> None:
    """Make sure that questions and passages are encoded alike.

    Raises:
        StaleIndexError: the build was made with another encoder.
    """
    if manifest.encoder != expected:
        made_with = f"{build.name}: made with encoder {_described(manifest.encoder)}"
        raise StaleIndexError(made_with, f"{_described(expected)}; run: python -m index build")


@cache
def code_hash() -> str:
    """SHA-256 of the program that makes and reads builds."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        if file.name not in _ANY_CODE_BUT:
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def sha256(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def to_json(value: object) -> bytes:
    """JSON for people to read; the same value gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def to_lines(entries: Iterable[object]) -> bytes:
    """JSON, one entry a line: it can be read piece by piece, and nobody waits for the whole."""
    return msgspec.json.Encoder().encode_lines(entries)


def from_lines(content: bytes, kind: type[Entry]) -> list[Entry]:
    """What `to_lines` was given."""
    decoder = msgspec.json.Decoder(kind)
    return [decoder.decode(line) for line in content.splitlines()]


def _make_room(finished: Path) -> None:
    """Take away a damaged build of that name."""
    if finished.exists():
        _remove(finished)


def _remove(build: Path) -> None:
    """Take a build away at once; half of one is never seen."""
    aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=build.parent))
    build.rename(aside / build.name)
    shutil.rmtree(aside, ignore_errors=True)


def _described(encoder: EncoderRecord) -> str:
    return f"{encoder.name} ({encoder.dimension} dimensions, {encoder.fingerprint[:12]})"


def _sealed(manifest: Manifest) -> bytes:
    fields = manifest.model_dump(mode="json")
    return to_json({**fields, "sha256": sha256(_canonical(fields))})


def _canonical(fields: object) -> bytes:
    return json.dumps(fields, ensure_ascii=False, sort_keys=True).encode()
