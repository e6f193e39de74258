"""Makes the bundled encoder from pairs of texts: corpus -> tokenizer -> table -> model folder.

Importing this package is cheap; torch is imported when training begins.
"""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from index.training.recipe import Recipe

if TYPE_CHECKING:
    from index.training.evaluation import Figures

__all__ = ["Recipe", "measure", "record_figures", "train"]

EXTRA = Path(__file__).parent / "extra"


def train(
    corpus: Path, out: Path, *, recipe: Recipe | None = None, extra: Path | None = EXTRA
) -> None:
    """Train a model from the corpus folder and save it as the folder `out`.

    What a later run can go on from is kept beside it, in `<out>.work`, until the model stands.

    Args:
        extra: a folder of further pairs in the corpus' forms, or None; the default is this
            project's own.

    Raises:
        ContentError: every mistake in the corpus' files.
    """
    from index.training.card import write_card
    from index.training.corpus import read_corpora
    from index.training.prepare import prepare
    from index.training.saving import save_model
    from index.training.trainer import train_table

    recipe = recipe or Recipe()
    files = read_corpora([corpus] if extra is None else [corpus, extra])
    work = out.with_name(f"{out.name}.work")
    prepared = prepare(files, recipe, work)
    rows, weights = train_table(prepared, recipe, work).folded()
    card = write_card(out.name, recipe, files, tokens=len(weights))
    save_model(out, prepared.tokenizer, rows.numpy(), weights.numpy(), card=card)
    shutil.rmtree(work)


def measure(
    model: Path,
    corpus: Path,
    *,
    asked: tuple[Path, Path] | None = None,
    dimension: int = 0,
    validate: bool = False,
) -> "Figures":
    """Accuracy at first place of a model on all that the corpus holds out, and on a report.

    Args:
        asked: the report's commitments.toml, and JSON Lines of questions about it with
            `question`, `lang`, `gold` and `gold_alt`.
        dimension: how many of the first dimensions to use; 0 is all.
        validate: measure on the validation rows as well; they say something only of a model
            that was trained with `Recipe.validate`.
    """
    from index.training.evaluation import encode_with, measure_all

    encode = encode_with(model, dimension=dimension)
    return measure_all(encode, corpus, asked=asked, validate=validate)


def record_figures(model: Path, figures: "Figures") -> None:
    """Write the figures into the model's card, with the command that gives them."""
    from index.training.card import put_figures

    card = model / "README.md"
    card.write_text(put_figures(card.read_text(encoding="utf-8"), figures), encoding="utf-8")
