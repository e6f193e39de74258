"""What a message most likely means, learnt from the editors' labelled examples.

Ridge regression on one output a meaning. Its leave-one-out predictions have a closed form
(Golub, Heath and Wahba 1979), so that the probabilities are calibrated on predictions for
examples that were not learnt from, without learning again. Hundreds of examples take a
second or two; what was learnt is kept in a file named by the hash of all it depends on.
"""

import hashlib
import logging
import os
import zipfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.cases import Kind
from bot.examples import Example
from bot.features import GRAM_SLOTS, Features, Matrix, Rows

logger = logging.getLogger(__name__)

_RIDGE = 2.0
_GRAMS_WEIGHT, _CUES_WEIGHT = 2.0, 2.0
"""Against the vectors, which weigh 1; found, as the ridge, by leaving one out."""
_CUE_SPREAD_ADDED = 0.3
"""Added to a cue list's standard deviation, so that rare cues do not outweigh all else."""
_SHARPNESSES = np.arange(0.5, 8.0, 0.25)
_READINGS_KEPT = 64
_VERSION = 2
"""Of the features and the way of learning: raised when either changes."""

_Parts = Mapping[str, NDArray[Any]]
_opened: dict[str, _Parts] = {}
"""What was opened last, by its hash: a process that opens it again does not learn it again."""


class Meanings:
    """Reads messages by what was learnt; never raises, keeps the last readings."""

    def __init__(self, features: Features, learnt: _Parts) -> None:
        self._features = features
        self._learnt = learnt
        self._row = lru_cache(maxsize=_READINGS_KEPT)(self._row_of)

    def read(self, text: str) -> Mapping[str, float]:
        """How likely the text has each meaning, 0..1, together 1."""
        return self._chances(text, "meaning")

    def kinds(self, text: str) -> Mapping[str, float]:
        """How likely the text, if it is a matter, is of each kind, 0..1, together 1."""
        return self._chances(text, "kind")

    def _chances(self, text: str, of: str) -> Mapping[str, float]:
        scores = self._row(text) @ self._learnt[f"{of}_weights"] + self._learnt[f"{of}_bias"]
        chances = _softmax(scores[None] * self._learnt[f"{of}_sharpness"])[0]
        names = map(str, self._learnt[f"{of}_names"])
        return MappingProxyType(dict(zip(names, map(float, chances), strict=True)))

    def _row_of(self, text: str) -> Matrix:
        row: Matrix = _joined(self._features.of([text]), self._learnt)[0]
        return row


def open_meanings(
    examples: Sequence[Example], features: Features, *, depends_on: str, folder: Path
) -> Meanings:
    """What the examples teach: read from the folder if it was learnt before, else learnt now.

    Args:
        depends_on: whatever else changes the features, such as the cue lists and the encoder.
        folder: of generated files; one that cannot be written costs a second at each start.
    """
    digest = _digest(examples, depends_on)
    path = folder / f"{digest}.npz"
    learnt = _opened.get(digest) or _kept(path) or _keep(path, learn(examples, features))
    _opened.clear()
    _opened[digest] = learnt
    return Meanings(features, learnt)


def learn(examples: Sequence[Example], features: Features) -> _Parts:
    """Learn to tell all meanings apart, and the kinds of matters from each other.

    Returns:
        `rarity` float32[slots] and `spread` float32[n_cues], by which grams and cues are scaled;
        and twice, named `meaning_...` and `kind_...`, what `_fit` gives.
    """
    rows = features.of([example.text for example in examples])
    scale = {"rarity": _rarity(rows), "spread": rows.cues.std(axis=0) + _CUE_SPREAD_ADDED}
    joined = _joined(rows, scale)
    meanings = np.array([example.means for example in examples])
    matters = np.isin(meanings, list(Kind))
    return {
        **scale,
        **{f"meaning_{name}": part for name, part in _fit(joined, meanings).items()},
        **{
            f"kind_{name}": part for name, part in _fit(joined[matters], meanings[matters]).items()
        },
    }


def _fit(joined: Matrix, labels: NDArray[np.str_]) -> _Parts:
    """Ridge regression on one output a label, +1 or -1.

    Returns:
        `names` of the labels; `weights` float32[n_features, n_names]; `bias` float32[n_names];
        `sharpness`, by which scores are multiplied before their softmax; and `unseen`, the scores
        of each example learnt without it, float32[n_examples, n_names].
    """
    names, truth = np.unique(labels, return_inverse=True)
    wanted = np.where(truth[:, None] == np.arange(len(names)), 1.0, -1.0)
    inverse = np.linalg.inv(joined @ joined.T + 1.0 + _RIDGE * np.eye(len(joined)))
    shares = inverse @ wanted
    unseen = wanted - shares / np.diag(inverse)[:, None]
    return {
        "names": names,
        "weights": (joined.T @ shares).astype(np.float32),
        "bias": shares.sum(axis=0).astype(np.float32),
        "sharpness": np.float32(_sharpness(unseen, truth)),
        "unseen": unseen.astype(np.float32),
    }


def _joined(rows: Rows, scale: _Parts) -> Matrix:
    """All features side by side, float32[n, n_features]; each group's rows of like length."""
    n_cues, n_others = rows.cues.shape[1], rows.cues.shape[1] + rows.vectors.shape[1]
    joined = np.zeros((len(rows.grams), GRAM_SLOTS + n_others), dtype=np.float32)
    for place, slots in enumerate(rows.grams):
        weights = scale["rarity"][slots]
        joined[place, slots] = weights * np.sqrt(
            _GRAMS_WEIGHT / max(float(weights @ weights), 1e-6)
        )
    joined[:, GRAM_SLOTS : GRAM_SLOTS + n_cues] = (
        rows.cues / scale["spread"] * np.sqrt(_CUES_WEIGHT / n_cues)
    )
    joined[:, GRAM_SLOTS + n_cues :] = rows.vectors
    return joined


def _rarity(rows: Rows) -> Matrix:
    counts = np.bincount(np.concatenate(rows.grams), minlength=GRAM_SLOTS)
    return np.log((len(rows.grams) + 1) / (counts + 1)).astype(np.float32)


def _sharpness(scores: NDArray[np.float64], truth: NDArray[np.intp]) -> float:
    """The factor under which the true meanings of examples not learnt from are likeliest."""

    def likelihood(factor: float) -> float:
        chances = _softmax(scores * factor)[np.arange(len(truth)), truth]
        return float(np.log(np.maximum(chances, 1e-9)).mean())

    return float(max(_SHARPNESSES, key=likelihood))


def _softmax(scores: NDArray[np.floating]) -> NDArray[np.floating]:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: NDArray[np.floating] = raised / raised.sum(axis=1, keepdims=True)
    return chances


def _digest(examples: Sequence[Example], depends_on: str) -> str:
    digest = hashlib.sha256(f"{_VERSION}\0{depends_on}".encode())
    for example in examples:
        digest.update(f"\0{example.means}\0{example.text}".encode(errors="replace"))
    return digest.hexdigest()[:20]


def _kept(path: Path) -> _Parts | None:
    try:
        with np.load(path, allow_pickle=False) as parts:
            return dict(parts)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def _keep(path: Path, learnt: _Parts) -> _Parts:
    aside = path.with_name(f"{path.stem}.{os.getpid()}.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(aside, allow_pickle=False, **learnt)
        aside.replace(path)
        for other in path.parent.glob("*.npz"):
            if other != path:
                other.unlink(missing_ok=True)
    except OSError as error:
        logger.warning("what was learnt from the examples is not kept: %s", error)
    return learnt
