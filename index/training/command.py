"""`python -m index train`: trains a model, or measures one."""

from dataclasses import replace
from pathlib import Path

import click

from index.errors import ContentError, EncoderError
from index.training import Recipe, measure, record_figures, train

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("train")
@click.argument("corpus", type=_FOLDER)
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--measure", "only_measure", is_flag=True, help="Measure the model OUT, train none.")
@click.option("--quotes", type=_FILE, help="A commitments.toml to measure on, with --questions.")
@click.option("--questions", type=_FILE, help="Questions (JSON Lines) about its report.")
@click.option("--dimension", default=0, help="Measure with this many first dimensions; 0 is all.")
@click.option("--validate", is_flag=True, help="Keep validation rows out and measure on them.")
@click.option("--steps", type=click.IntRange(min=1), help="Another number of training steps.")
@click.option("--seed", type=int, help="Another seed.")
def train_command(
    corpus: Path,
    out: Path,
    *,
    only_measure: bool,
    quotes: Path | None,
    questions: Path | None,
    dimension: int,
    validate: bool,
    steps: int | None,
    seed: int | None,
) -> None:
    """Train the bundled encoder from the pairs in CORPUS and save it as the folder OUT.

    A run that was stopped goes on where it was when the same command is given again.

    Example: python -m index train CORPUS index/models/zh-en-civic
    """
    if (quotes is None) != (questions is None):
        raise click.UsageError("--quotes and --questions go together")
    recipe = replace(_recipe(steps, seed), validate=validate)
    asked = None if quotes is None or questions is None else (quotes, questions)
    try:
        if not only_measure:
            train(corpus, out, recipe=recipe)
        figures = measure(out, corpus, asked=asked, dimension=dimension, validate=validate)
        if not only_measure:
            record_figures(out, figures)
        for name, figure in figures.items():
            click.echo(f"{name:16} {figure:.3f}")
    except (ContentError, EncoderError) as error:
        raise click.ClickException(str(error)) from error


def _recipe(steps: int | None, seed: int | None) -> Recipe:
    recipe = Recipe() if steps is None else Recipe(steps=steps)
    return recipe if seed is None else replace(recipe, seed=seed)
