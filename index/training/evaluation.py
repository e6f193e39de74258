"""Measures a model: accuracy at first place on a report, on held-out residents and pairs."""

import json
import re
import tomllib
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.config import EncoderSettings
from index.encoder import Role, open_encoder
from index.errors import ContentError
from index.training.corpus import QUESTIONS, Row, name_of, read_rows
from index.training.sources import held_out, validation

Encode = Callable[[Sequence[str], Role], NDArray[np.float32]]
Figures = dict[str, float]
Question = dict[str, Any]

_MARKS = re.compile(r"[\s,.;:、。；：“”\"'‘’()《》\u200b]")
_MIN_INSIDE_CHARS = 6
_MAX_QUOTE_CHARS = 120


def measure_all(
    encode: Encode, corpus: Path, *, asked: tuple[Path, Path] | None, validate: bool
) -> Figures:
    """All figures of a model; see `index.training.measure`."""
    mistakes: list[str] = []
    residents = read_rows(_find(corpus, "residents"), "residents", mistakes)
    pairs = {
        name_of(path): read_rows(path, "pair", mistakes)
        for path in sorted((corpus / "heldout").glob("*.jsonl*"))
    }
    questions = read_questions(asked[1], mistakes) if asked else []
    if mistakes:
        raise ContentError(mistakes)
    figures = measure_residents(encode, held_out(residents), name="residents")
    for name, rows in pairs.items():
        figures |= measure_pairs(encode, rows, name=name)
    if validate:
        figures |= measure_residents(encode, validation(residents), name="validation")
    if asked:
        figures |= measure_report(encode, read_quotes(asked[0]), questions)
    return figures


def encode_with(model: Path, *, dimension: int) -> Encode:
    """How a model folder encodes, at its own dimension (0) or a shorter one."""
    encoder = open_encoder(EncoderSettings(model=str(model), dimension=dimension))
    return lambda texts, role: encoder.encode(texts, role=role)


def _find(folder: Path, name: str) -> Path:
    paths = [folder / f"{name}.jsonl", folder / f"{name}.jsonl.gz"]
    return next((path for path in paths if path.is_file()), paths[0])


def measure_residents(encode: Encode, rows: Sequence[Row], *, name: str) -> Figures:
    """Share of questions whose own clause comes first among the rows' clauses.

    Equal clauses count as one.
    """
    clauses = list(dict.fromkeys(row["clause"] for row in rows))
    passages = encode(clauses, "passage")
    wanted = np.array([clauses.index(row["clause"]) for row in rows])
    figures = {}
    for view in QUESTIONS:
        first = _first(encode([row[view] for row in rows], "query"), passages)
        figures[f"{name} {view}"] = float((first == wanted).mean())
    return figures


def measure_pairs(encode: Encode, rows: Sequence[Row], *, name: str) -> Figures:
    """Share of `a` for which one of its own `b` comes first among all `b`.

    Equal texts count as one; an `a` may have several `b` (one in Traditional, one in Simplified).
    """
    right = list(dict.fromkeys(row["b"] for row in rows))
    partners: dict[str, set[str]] = {}
    for row in rows:
        partners.setdefault(row["a"], set()).add(row["b"])
    first = _first(encode(list(partners), "query"), encode(right, "passage"))
    found = [right[place] in own for place, own in zip(first, partners.values(), strict=True)]
    return {name: float(np.mean(found))}


def measure_report(
    encode: Encode, quotes: Sequence[str], questions: Sequence[Question]
) -> Figures:
    """Share of a report's questions whose best quote holds the gold clause, by language."""
    passages = encode(quotes, "passage")
    first = _first(encode([q["question"] for q in questions], "query"), passages)
    hits: dict[str, list[bool]] = {}
    for question, place in zip(questions, first, strict=True):
        gold = [question["gold"], *question["gold_alt"]]
        language = "en" if question["lang"] == "en" else "zh"
        hits.setdefault(language, []).append(holds(gold, quotes[place]))
    return {
        f"report {language}": float(np.mean(found)) for language, found in sorted(hits.items())
    }


def holds(gold: Sequence[str], quote: str) -> bool:
    """Whether the quote holds a gold clause or lies inside one, marks and spaces aside."""
    shown = _bare(quote)
    if not shown or len(quote) > _MAX_QUOTE_CHARS:
        return False
    inside = len(shown) >= _MIN_INSIDE_CHARS
    return any(_bare(g) in shown or (inside and shown in _bare(g)) for g in gold)


def read_quotes(path: Path) -> list[str]:
    """The quotes of a commitments.toml, in order."""
    tree = tomllib.loads(path.read_text(encoding="utf-8"))
    return [entry["quote"] for entry in tree["commitment"]]


def read_questions(path: Path, mistakes: list[str]) -> list[Question]:
    """The questions of a JSON Lines file; what is wrong with it is added to `mistakes`."""
    questions: list[Question] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        mistakes.append(f"{path}: cannot be read: {error.strerror}")
        return []
    for number, line in enumerate(lines, start=1):
        try:
            question = json.loads(line)
            questions.append({key: question[key] for key in ("question", "lang", "gold")})
            questions[-1]["gold_alt"] = question.get("gold_alt", [])
        except (ValueError, KeyError, TypeError) as error:
            mistakes.append(f"{path}:{number}: not a question: {error}")
    return questions


def _first(queries: NDArray[np.float32], passages: NDArray[np.float32]) -> NDArray[np.int64]:
    return np.asarray((queries @ passages.T).argmax(axis=1))


def _bare(text: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKC", text)).lower()
