"""The settings of a training run; the defaults are the ones the bundled model is made with."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything but the corpus that determines the model.

    Attributes:
        dimensions: lengths of vector the loss is taken at, longest first (Matryoshka).
        left_out: files of the corpus that are checked but not trained on.
        source_weights: how much oftener a source is drawn than by `rows ** source_exponent`.
        scale: the factor on cosines before the softmax.
        rate: Adam's learning rate at its height, in units of a row's typical entry.
        token_dropout: share of a text's tokens left out, in `dropout_share` of the batches.
        validate: keep the validation rows of `residents` out, to choose settings by them.
        seed: fixes the tokenizer's ties, the first values, batches and dropout.
        threads: torch's; another number may change the last bits of the figures.
    """

    chinese_pieces: int = 14_500
    english_pieces: int = 8_500
    dimensions: tuple[int, ...] = (512, 64)
    steps: int = 1_600
    batch_rows: int = 1_024
    tokens_per_text: int = 32
    rows_per_source: int = 60_000
    left_out: tuple[str, ...] = ("laws_text", "transcripts_text")
    source_exponent: float = 0.6
    source_weights: dict[str, float] = field(
        default_factory=lambda: {"residents": 50.0, "everyday": 10.0}
    )
    scale: float = 12.0
    rate: float = 4e-3
    warmup_steps: int = 200
    token_dropout: float = 0.25
    dropout_share: float = 0.6
    validate: bool = False
    checkpoint_every_steps: int = 500
    seed: int = 20_200_101
    threads: int = 2
