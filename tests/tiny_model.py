"""A static model small enough to make in a test: one seeded random row a character or word."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Regex, Tokenizer, pre_tokenizers
from tokenizers.models import WordLevel

from index.lexical import terms_of

UNKNOWN = "[UNK]"


def make_tiny_model(folder: Path, texts: list[str], *, dimension: int = 32, seed: int = 7) -> Path:
    """A model folder that knows the characters and words of the texts."""
    folder.mkdir(parents=True, exist_ok=True)
    words = sorted({term for text in texts for term in terms_of(text) if len(term) == 1})
    words += sorted({word for text in texts for word in text.lower().split() if word.isascii()})
    vocabulary = {word: place for place, word in enumerate(dict.fromkeys([UNKNOWN, *words]))}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Whitespace(),
            pre_tokenizers.Split(Regex(r"\p{Han}"), "isolated"),
        ]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    rows = np.random.default_rng(seed).normal(size=(len(vocabulary), dimension))
    rows[vocabulary[UNKNOWN]] = 0
    save_file({"embedding.weight": rows.astype(np.float32)}, folder / "model.safetensors")
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"}
    ]
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    return folder
