"""Reads the training corpus: JSON Lines, plain or gzipped; each mistake is named by its line."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import ContentError

Row = dict[str, str]

QUESTIONS = ("zh1", "zh2", "en1", "en2")
_LANGUAGES = {"zh", "zh-Hant", "zh*", "en"}
_FORMS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    # form: required texts, texts that may be missing, required languages
    "residents": (("clause", "en", *QUESTIONS), ("zh3",), ()),
    "text": (("text",), ("title",), ("lang",)),
    "pair": (("a", "b"), ("source", "rel", "trad"), ("la", "lb")),
}


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """One file of the corpus; `name` is the file's without its endings."""

    name: str
    form: str
    rows: list[Row]
    sha256: str


def read_corpora(folders: Sequence[Path]) -> dict[str, CorpusFile]:
    """Read every file of these folders themselves; sub-folders (`heldout`) are not for training.

    Raises:
        ContentError: every line of every file that cannot be used, with its file and number.
    """
    mistakes: list[str] = []
    files: dict[str, CorpusFile] = {}
    for folder in folders:
        if not folder.is_dir():
            mistakes.append(f"{folder}: there is no such folder")
        for path in sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")]):
            name = name_of(path)
            if name in files:
                mistakes.append(f"{path}: there is another file called {name}")
            rows = read_rows(path, form_of(name), mistakes)
            files[name] = CorpusFile(name, form_of(name), rows, _sha256(path))
    if not mistakes and "residents" not in files:
        mistakes.append(f"{folders[0]}: residents.jsonl or residents.jsonl.gz is missing")
    if mistakes:
        raise ContentError(mistakes)
    return files


def name_of(path: Path) -> str:
    """A file's name without its endings."""
    return path.name.split(".")[0]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def form_of(name: str) -> str:
    """The form of a file's rows, told by its name: residents, running text, or pairs."""
    if name.startswith("residents"):
        return "residents"
    return "text" if name.endswith("_text") else "pair"


def read_rows(path: Path, form: str, mistakes: list[str]) -> list[Row]:
    """The rows of one file; what is wrong with it is added to `mistakes`."""
    rows: list[Row] = []
    try:
        for number, line in enumerate(_lines(path), start=1):
            row, found = _read_line(line, form)
            mistakes.extend(f"{path}:{number}: {mistake}" for mistake in found)
            if not found:
                rows.append(row)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        mistakes.append(f"{path}: cannot be read: {error}")
    else:
        if not rows and not any(mistake.startswith(f"{path}:") for mistake in mistakes):
            mistakes.append(f"{path}: has no rows")
    return rows


def _lines(path: Path) -> Iterator[str]:
    opened: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        yield from file


def _read_line(line: str, form: str) -> tuple[Row, list[str]]:
    try:
        row = json.loads(line)
    except ValueError as error:
        return {}, [f"not JSON: {error}"]
    if not isinstance(row, dict):
        return {}, ["not an object"]
    return row, list(_mistakes(row, form))


def _mistakes(row: dict[str, Any], form: str) -> Iterator[str]:
    required, optional, languages = _FORMS[form]
    for key in required:
        if key not in row:
            yield f"{key} is missing"
        elif not isinstance(row[key], str) or not row[key].strip():
            yield f"{key} is not a text: {row[key]!r}"
    for key in optional:
        if not isinstance(row.get(key, ""), str):
            yield f"{key} is not a text: {row[key]!r}"
    for key in languages:
        if row.get(key) not in _LANGUAGES:
            yield f"{key} is not one of {', '.join(sorted(_LANGUAGES))}: {row.get(key)!r}"
