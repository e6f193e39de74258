"""A sentence-transformers model of the other kind, made in a test: a BERT with random weights."""

from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

DIMENSION = 16
_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def make_tiny_transformer(folder: Path, words: Sequence[str]) -> Path:
    """A model folder of two layers that knows these words and characters."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel

    torch.manual_seed(1)
    vocabulary = list(dict.fromkeys([*_SPECIAL, *words]))
    _save_tokenizer(folder / "bert", vocabulary)
    shape = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=DIMENSION,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertModel(shape).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"))
    SentenceTransformer(modules=[transformer, Pooling(DIMENSION)]).save(str(folder / "model"))
    return folder / "model"


def _save_tokenizer(folder: Path, vocabulary: Sequence[str]) -> None:
    from transformers import PreTrainedTokenizerFast

    places = {word: place for place, word in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordPiece(places, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(
        ("[SEP]", places["[SEP]"]), ("[CLS]", places["[CLS]"])
    )
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    ).save_pretrained(folder)
