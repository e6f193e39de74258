"""Texts to vectors: one `Encoder` protocol and its two readers of a model folder.

The light reader (tokenizers and numpy) serves static models, the bundled one among them; every
other model goes through sentence-transformers, which is imported only then.
"""

import hashlib
import json
import os
import re
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.config import EncoderSettings
from index.errors import EncoderError
from index.text import normalise

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Role = Literal["query", "passage"]
Matrix = NDArray[np.float32]

BUNDLED = Path(__file__).parent / "models" / "zh-en-civic"

_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_STATIC_MODULES = {"StaticEmbedding", "Normalize"}
_FEW_TEXTS = 4
_TEXTS_AT_ONCE = 256
_HUB_TIMEOUT_SECONDS = 5.0
_one_at_a_time = threading.Lock()


class Encoder(Protocol):
    """Turns texts into vectors whose dot product tells how near they are in meaning."""

    @property
    def name(self) -> str:
        """The model's folder name or hub name."""

    @property
    def dimension(self) -> int:
        """Length of the vectors."""

    @property
    def is_light(self) -> bool:
        """Whether encoding a question takes microseconds, and no thread of its own."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 over all that determines the vectors: the model's files, prompts, dimension."""

    def encode(self, texts: Sequence[str], *, role: Role) -> Matrix:
        """The vectors of the texts, in their order.

        Returns:
            float32[n, dimension]; rows of length 1, or all zero where a text holds nothing the
            model knows (empty, emoji alone). No texts give shape (0, dimension).
        """


def open_encoder(settings: EncoderSettings) -> Encoder:
    """Open the configured model; an empty `model` means the bundled one.

    A model that needs sentence-transformers takes seconds to open: call this in a thread.

    Raises:
        EncoderError: no such folder, not a model, no network for a hub name, or a dimension that
            the model does not have.
    """
    folder = _folder_of(settings.model)
    static = folder is not None and _is_static(folder)
    if settings.reader == "light" and not static:
        raise EncoderError(
            f"{settings.model}: the light reader reads folders of static models only; "
            'set reader = "auto" or "sentence-transformers"'
        )
    if folder is not None and static and settings.reader != "sentence-transformers":
        return LightEncoder(folder, settings)
    return SentenceTransformersEncoder(folder, settings)


def _folder_of(model: str) -> Path | None:
    """The model's folder, or None for a hub name."""
    if not model:
        return BUNDLED
    path = Path(model).expanduser()
    if path.is_dir():
        return path
    if not _HUB_NAME.fullmatch(model) or path.exists() or path.parent.is_dir():
        raise EncoderError(
            f"{model}: there is no such model folder, "
            "and a model of the hub is named as in intfloat/multilingual-e5-small"
        )
    return None


def _is_static(folder: Path) -> bool:
    modules = _read_json(folder / "modules.json")
    names = [str(module.get("type", "")).rsplit(".", 1)[-1] for module in modules]
    return bool(names) and names[0] == "StaticEmbedding" and set(names) <= _STATIC_MODULES


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise EncoderError(f"{path}: not a model folder ({path.name}: {reason})") from error
    except ValueError as error:
        raise EncoderError(f"{path}: damaged: {error}") from error


@dataclass(frozen=True, slots=True)
class Prompts:
    """What is put before a text, by role; empty for most models."""

    query: str
    passage: str

    @classmethod
    def choose(cls, settings: EncoderSettings, own: Mapping[str, str | None]) -> "Prompts":
        """The prompts of the settings where given, else the ones the model brings along."""
        passage = own.get("passage") or own.get("document") or ""
        return cls(
            settings.query_prompt or own.get("query") or "", settings.passage_prompt or passage
        )

    def of(self, role: Role) -> str:
        """The prompt for this role."""
        return self.query if role == "query" else self.passage


def _chosen_dimension(name: str, own: int, wanted: int) -> int:
    if wanted > own:
        raise EncoderError(f"{name}: has {own} dimensions, config.toml asks for {wanted}")
    return wanted or own


def _fingerprint(content: str, prompts: Prompts, dimension: int) -> str:
    parts = [content, prompts.query, prompts.passage, str(dimension)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _content_hash(folder: Path) -> str:
    """SHA-256 over names and contents of the folder's files; the model card does not count."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and path.suffix != ".md" and not name.startswith("."):
            with path.open("rb") as file:
                digest.update(
                    f"{name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode()
                )
    return digest.hexdigest()


def _has_words(text: str) -> bool:
    return any(char.isalnum() for char in text)


def _to_unit_length(rows: Matrix) -> Matrix:
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)


class LightEncoder:
    """Reads a static model with tokenizers and numpy alone: a text is its tokens' mean."""

    is_light = True

    def __init__(self, folder: Path, settings: EncoderSettings) -> None:
        self.name = folder.resolve().name
        self._folder = folder
        tensors = _read_safetensors(folder / "model.safetensors")
        self._rows, self._weights = _table_of(tensors, folder)
        self.dimension = _chosen_dimension(self.name, self._rows.shape[1], settings.dimension)
        self._tokenizer = _open_tokenizer(folder / "tokenizer.json")
        self._prompts = Prompts.choose(settings, _own_prompts(folder))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the model's files, prompts and dimension."""
        return _fingerprint(_content_hash(self._folder), self._prompts, self.dimension)

    def encode(self, texts: Sequence[str], *, role: Role) -> Matrix:
        """As `Encoder.encode`; safe to call from several threads."""
        prompt = self._prompts.of(role)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            batch = texts[start : start + _TEXTS_AT_ONCE]
            prepared = [normalise(prompt + text) if _has_words(text) else "" for text in batch]
            vectors[start : start + len(batch)] = self._sums(prepared)
        return _to_unit_length(vectors)

    def _sums(self, texts: Sequence[str]) -> Matrix:
        """Sums of the tokens' rows, float32[n, dimension]; the mean differs by length only.

        Added place by place over the texts still that long: several times as fast as
        `np.add.reduceat`, and a text's sum does not depend on its neighbours.
        """
        tokens = self._tokens(texts)
        lengths = np.array([len(ids) for ids in tokens], dtype=np.int64)
        flat = np.fromiter(chain.from_iterable(tokens), dtype=np.int64, count=lengths.sum())
        used, local = np.unique(flat, return_inverse=True)
        rows = self._rows[used, : self.dimension].astype(np.float32) * self._weights[used, None]
        longest_first = np.argsort(-lengths, kind="stable")
        starts = (np.cumsum(lengths) - lengths)[longest_first]
        sums = np.zeros((len(tokens), self.dimension), dtype=np.float32)
        for place in range(lengths.max(initial=0)):
            still = int((lengths > place).sum())
            sums[:still] += rows[local[starts[:still] + place]]
        unsorted = np.empty_like(sums)
        unsorted[longest_first] = sums
        return unsorted

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """The token ids of each text; a batch wakes a thread pool, which a question need not."""
        if len(texts) <= _FEW_TEXTS:
            return [self._tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encodings]


def _open_tokenizer(path: Path) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_str(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EncoderError(f"{path}: cannot be read ({error.strerror})") from error
    except Exception as error:  # tokenizers raises plain Exception for a damaged file.
        raise EncoderError(f"{path}: damaged: {error}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _own_prompts(folder: Path) -> dict[str, str]:
    path = folder / "config_sentence_transformers.json"
    prompts = _read_json(path).get("prompts") if path.is_file() else None
    return {str(role): str(prompt or "") for role, prompt in (prompts or {}).items()}


def _read_safetensors(path: Path) -> dict[str, NDArray[Any]]:
    """The tensors of a safetensors file (https://github.com/huggingface/safetensors#format).

    Read whole rather than mapped: a mapped file that is cut short kills the process.
    """
    types = {"F16": np.float16, "F32": np.float32, "I32": np.int32, "I64": np.int64}
    try:
        content = path.read_bytes()
        start = 8 + int.from_bytes(content[:8], "little")
        header = json.loads(content[8:start])
        header.pop("__metadata__", None)
        tensors = memoryview(content)[start:]
        return {
            name: np.frombuffer(
                tensors[slice(*entry["data_offsets"])], dtype=types[entry["dtype"]]
            ).reshape(entry["shape"])
            for name, entry in header.items()
        }
    except OSError as error:
        raise EncoderError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, AttributeError) as error:
        raise EncoderError(f"{path}: damaged: {error}") from error


def _table_of(tensors: Mapping[str, NDArray[Any]], folder: Path) -> tuple[NDArray[Any], Matrix]:
    """Rows and their weights; the names are the ones sentence-transformers reads."""
    rows = tensors.get("embeddings", tensors.get("embedding.weight"))
    if rows is None or rows.ndim != 2:
        raise EncoderError(f"{folder}: model.safetensors holds no table of token vectors")
    if "mapping" in tensors:
        rows = rows[tensors["mapping"]]
    weights = tensors.get("weights", np.ones(len(rows)))
    return rows, np.asarray(weights, dtype=np.float32)


class SentenceTransformersEncoder:
    """Reads any model that sentence-transformers reads; texts are encoded one call at a time."""

    is_light = False

    def __init__(self, folder: Path | None, settings: EncoderSettings) -> None:
        self.name = settings.model if folder is None else folder.resolve().name
        self._folder = folder
        self._static = folder is not None and _is_static(folder)
        with _one_at_a_time:
            self._model = _load(settings.model if folder is None else str(folder), folder)
        own = self._model.get_embedding_dimension()
        if not own:
            raise EncoderError(f"{self.name}: does not say how many dimensions it has")
        self.dimension = _chosen_dimension(self.name, own, settings.dimension)
        self._prompts = Prompts.choose(settings, self._model.prompts)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the model's files (of a hub model: its commit), prompts and dimension."""
        content = _hub_commit(self.name) if self._folder is None else _content_hash(self._folder)
        return _fingerprint(content, self._prompts, self.dimension)

    def encode(self, texts: Sequence[str], *, role: Role) -> Matrix:
        """As `Encoder.encode`; safe to call from several threads."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        prompt = self._prompts.of(role)
        with _one_at_a_time:
            known = [place for place, text in enumerate(texts) if self._knows(text)]
            if known:
                prepared = [self._prepared(texts[place], prompt) for place in known]
                vectors[known] = self._rows(prepared, "" if self._static else prompt)
        return _to_unit_length(vectors)

    def _rows(self, texts: list[str], prompt: str) -> Matrix:
        rows = self._model.encode(
            texts, prompt=prompt, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(rows[:, : self.dimension], dtype=np.float32)

    def _prepared(self, text: str, prompt: str) -> str:
        return normalise(prompt + text) if self._static else text

    def _knows(self, text: str) -> bool:
        """Whether the text has a token besides the unknown one; else its vector means nothing."""
        if self._static or not _has_words(text):
            return _has_words(text)
        tokenizer = self._model.tokenizer
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        return any(token != tokenizer.unk_token_id for token in ids)


def _load(name: str, folder: Path | None) -> "SentenceTransformer":
    if folder is not None and "huggingface_hub" not in sys.modules:
        os.environ["HF_HUB_OFFLINE"] = "1"  # A folder's model asks the hub all the same otherwise.
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise EncoderError(
            f"{name}: needs sentence-transformers (pip install sentence-transformers)"
        ) from error
    failures: list[str] = []
    for local in _places(folder):
        if not local:
            _reach_hub(name)
        try:
            return SentenceTransformer(name, local_files_only=local, device="cpu").float()
        except Exception as error:  # Each of a dozen libraries below raises its own.
            failures.append(f"{type(error).__name__}: {error}".splitlines()[0])
    raise EncoderError(f"{name}: cannot be opened: {failures[-1]}")


def _places(folder: Path | None) -> Iterator[bool]:
    """Whether to look on this machine only: first yes, then, for a hub name, no."""
    yield True
    if folder is None:
        yield False


def _reach_hub(name: str) -> None:
    """Ask the hub for a sign of life: its own client tries for more than a minute."""
    import httpx
    from huggingface_hub import constants

    reason = "offline mode is set (HF_HUB_OFFLINE)" if constants.HF_HUB_OFFLINE else ""
    try:
        if not reason:
            httpx.head(constants.ENDPOINT, timeout=_HUB_TIMEOUT_SECONDS)
            return
    except httpx.HTTPError as error:
        reason = f"{constants.ENDPOINT} cannot be reached: {error}"
    raise EncoderError(
        f"{name}: not on this machine, and {reason}; "
        "download it where there is a network and set the model to its folder"
    )


def _hub_commit(name: str) -> str:
    from huggingface_hub import snapshot_download

    return Path(snapshot_download(name, local_files_only=True)).name
