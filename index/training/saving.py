"""Writes a model folder that both readers open: sentence-transformers' layout, float16 on disk."""

import json
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer

_MODULES = (
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"},
    {
        "idx": 1,
        "name": "1",
        "path": "1_Normalize",
        "type": "sentence_transformers.models.Normalize",
    },
)
_CONFIG = {
    "model_type": "SentenceTransformer",
    "prompts": {"query": "", "document": ""},
    "default_prompt_name": None,
    "similarity_fn_name": "cosine",
}


def save_model(
    out: Path,
    tokenizer: Tokenizer,
    rows: NDArray[np.float32],
    weights: NDArray[np.float32],
    *,
    card: str,
) -> None:
    """Write the folder aside and put it in the place of `out`.

    Args:
        out: the model's folder; what was there is replaced.
        rows: float32[tokens, dimension]; the row of the unknown token (id 0) is stored as zero.
        weights: float32[tokens], factor of each row, from the row's length as well.
        card: the text of README.md.
    """
    aside = out.with_name(f".{out.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    (aside / "1_Normalize").mkdir(parents=True)
    save_file(_tensors(rows, weights), aside / "model.safetensors")
    tokenizer.save(str(aside / "tokenizer.json"), pretty=False)
    _write_json(aside / "modules.json", _MODULES)
    _write_json(aside / "config_sentence_transformers.json", _CONFIG)
    _write_json(aside / "1_Normalize" / "config.json", {})
    (aside / "README.md").write_text(card, encoding="utf-8")
    for path in aside.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    shutil.rmtree(out, ignore_errors=True)
    aside.replace(out)


def _tensors(
    rows: NDArray[np.float32], weights: NDArray[np.float32]
) -> dict[str, NDArray[np.generic]]:
    """Rows of length 1 and their weights apart: float16 then loses nothing to small numbers.

    These are the names of model2vec's files; from them sentence-transformers makes a float32
    table, whereas a plain float16 `embedding.weight` would be averaged in float16.
    """
    lengths = np.linalg.norm(rows, axis=1)
    unit = rows / np.maximum(lengths, np.finfo(np.float32).tiny)[:, None]
    scaled = (weights * lengths).astype(np.float32)
    scaled[0] = 0.0
    return {"embeddings": unit.astype(np.float16), "weights": scaled}


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
