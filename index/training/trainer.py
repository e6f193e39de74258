"""The training loop: batches, loss, steps, and checkpoints from which a run goes on exactly."""

from pathlib import Path

import torch
from tqdm import tqdm

from index.training.batches import Batch, Batches
from index.training.loss import contrast
from index.training.parts import find_parts
from index.training.prepare import Prepared
from index.training.recipe import Recipe
from index.training.table import Table

_MIN_RATE_SHARE = 0.01


def train_table(prepared: Prepared, recipe: Recipe, work: Path) -> Table:
    """Train, or go on from the checkpoint in the work folder."""
    torch.set_num_threads(recipe.threads)
    table = _new_table(prepared, recipe)
    done = _resume(table, recipe, work)
    batches = Batches(prepared.sources, recipe)
    with tqdm(total=recipe.steps, initial=done, desc="train", unit="step") as bar:
        for step in range(done + 1, recipe.steps + 1):
            loss = _step(table, batches.draw(step), recipe, step=step)
            bar.update()
            if step % 50 == 0:
                bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
            if step % recipe.checkpoint_every_steps == 0:
                _checkpoint(table, recipe, work, step=step)
    return table


def _new_table(prepared: Prepared, recipe: Recipe) -> Table:
    tokenizer = prepared.tokenizer
    tokens = [tokenizer.id_to_token(place) or "" for place in range(tokenizer.get_vocab_size())]
    return Table(
        find_parts(tokens), prepared.frequencies, dimension=recipe.dimensions[0], seed=recipe.seed
    )


def _step(table: Table, batch: Batch, recipe: Recipe, *, step: int) -> float:
    touched = table.touch(batch.left, batch.right)
    left, right = touched.vectors(batch.left), touched.vectors(batch.right)
    loss = contrast(left, right, scale=recipe.scale, dimensions=recipe.dimensions, same=batch.same)
    touched.learn(loss, rate=recipe.rate * rate_share(step, recipe), step=step)
    return float(loss.detach())


def rate_share(step: int, recipe: Recipe) -> float:
    """The learning rate's share of its height: a linear rise, then a linear fall."""
    rise = step / max(recipe.warmup_steps, 1)
    fall = 1 - step / recipe.steps
    return min(1.0, rise, max(fall, _MIN_RATE_SHARE))


def _checkpoint(table: Table, recipe: Recipe, work: Path, *, step: int) -> None:
    aside = work / "checkpoint.new"
    torch.save({"step": step, "recipe": repr(recipe), "tensors": table.tensors()}, aside)
    aside.replace(work / "checkpoint.pt")


def _resume(table: Table, recipe: Recipe, work: Path) -> int:
    """Load the checkpoint of the same recipe, if there is one; the number of steps done."""
    path = work / "checkpoint.pt"
    if not path.is_file():
        return 0
    saved = torch.load(path, weights_only=True)
    if saved["recipe"] != repr(recipe):
        return 0
    table.load(saved["tensors"])
    return int(saved["step"])
