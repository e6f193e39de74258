"""From corpus to numbers: normalised texts, the tokenizer, token ids; kept in the work folder."""

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tqdm import tqdm

from index.text import normalise
from index.training.corpus import CorpusFile
from index.training.recipe import Recipe
from index.training.sources import Source, known_words, make_sources
from index.training.texts import EncodedSource, Texts, encode_source
from index.training.tokenizer import count_runs, dictionary_words, make_tokenizer

_SETTINGS = (
    "chinese_pieces",
    "english_pieces",
    "tokens_per_text",
    "rows_per_source",
    "left_out",
)
_ROWS_AT_ONCE = 2_000
_MAX_TEXT_CHARS = 160


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that the training steps need.

    Attributes:
        frequencies: float64[tokens], each token's share of all tokens.
    """

    tokenizer: Tokenizer
    sources: list[EncodedSource]
    frequencies: NDArray[np.float64]


def prepare(files: dict[str, CorpusFile], recipe: Recipe, work: Path) -> Prepared:
    """Prepare the corpus, or read what an earlier run with the same corpus and recipe prepared."""
    stamp = _stamp(files, recipe)
    if not (work / "prepared.json").is_file() or _read_stamp(work) != stamp:
        used = {name: file for name, file in files.items() if name not in recipe.left_out}
        sources = _normalised(make_sources(used), recipe.rows_per_source)
        tokenizer = make_tokenizer(
            count_runs(sources),
            dictionary_words(sources),
            chinese_pieces=recipe.chinese_pieces,
            english_pieces=recipe.english_pieces,
        )
        encoded = [
            encode_source(source, tokenizer, tokens_per_text=recipe.tokens_per_text)
            for source in tqdm(sources, desc="token ids", unit="source")
        ]
        _write(work, tokenizer, encoded, stamp)
    return _read(work)


def _stamp(files: dict[str, CorpusFile], recipe: Recipe) -> str:
    settings = asdict(recipe)
    digest = hashlib.sha256(json.dumps([settings[key] for key in _SETTINGS]).encode())
    for name, file in sorted(files.items()):
        digest.update(f"\n{name} {file.sha256}".encode())
    return digest.hexdigest()


def _read_stamp(work: Path) -> str:
    return str(json.loads((work / "prepared.json").read_text(encoding="utf-8"))["stamp"])


def _normalised(sources: Sequence[Source], rows_per_source: int) -> list[Source]:
    known = known_words(sources)
    wanted = [source.within(known).thinned(rows_per_source) for source in sources]
    rows = sum(len(source.rows) for source in wanted)
    done: list[Source] = []
    with (
        tqdm(total=rows, desc="normalise", unit="row") as bar,
        ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool,
    ):
        for source in wanted:
            parts = range(0, len(source.rows), _ROWS_AT_ONCE)
            batches = [source.rows[start : start + _ROWS_AT_ONCE] for start in parts]
            ready: list[tuple[str, ...]] = []
            for batch in pool.map(_normalised_rows, batches):
                ready += batch
                bar.update(len(batch))
            done.append(Source(source.name, ready))
    return done


def _normalised_rows(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [tuple(normalise(text[:_MAX_TEXT_CHARS]) for text in row) for row in rows]


def _write(work: Path, tokenizer: Tokenizer, sources: list[EncodedSource], stamp: str) -> None:
    work.mkdir(parents=True, exist_ok=True)
    for stale in ("prepared.json", "checkpoint.pt"):
        (work / stale).unlink(missing_ok=True)
    tokenizer.save(str(work / "tokenizer.json"), pretty=False)
    arrays: dict[str, NDArray[np.int64]] = {}
    for place, source in enumerate(sources):
        arrays |= {f"{place}.ids": source.texts.ids, f"{place}.starts": source.texts.starts}
    np.savez(work / "prepared.npz", allow_pickle=False, **arrays)
    about = {"stamp": stamp, "sources": [[source.name, source.views] for source in sources]}
    (work / "prepared.json").write_text(json.dumps(about), encoding="utf-8")


def _read(work: Path) -> Prepared:
    tokenizer = Tokenizer.from_file(str(work / "tokenizer.json"))
    about = json.loads((work / "prepared.json").read_text(encoding="utf-8"))
    with np.load(work / "prepared.npz") as arrays:
        sources = [
            EncodedSource(name, views, Texts(arrays[f"{place}.ids"], arrays[f"{place}.starts"]))
            for place, (name, views) in enumerate(about["sources"])
        ]
    counts = np.zeros(tokenizer.get_vocab_size(), dtype=np.float64)
    for source in sources:
        counts += np.bincount(source.texts.ids, minlength=len(counts))
    return Prepared(tokenizer, sources, counts / counts.sum())
