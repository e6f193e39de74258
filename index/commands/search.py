"""`search` and `evaluate`: what is found, and how often it is right."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from index.assembly import index_without
from index.build import load_index
from index.commands.common import one_line_a_mistake, read_settings
from index.content import read_content
from index.errors import ContentError
from index.evaluate import PARTS, Part, as_lines, measure, write_figures
from index.hits import Hit


@click.command()
@click.argument("question")
@click.option("--top-k", default=5, show_default=True, type=click.IntRange(min=1))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a hit, best first.")
def search(question: str, top_k: int, as_json: bool) -> None:
    """Show the commitments nearest to QUESTION, best first; * marks an answer.

    Of each its probability of answering, its score and its id.

    Example: python -m index search "how many kindergartens are being added?"
    """
    with one_line_a_mistake():
        config = read_settings()
        hits = load_index(config.paths, config.index).search(question, top_k=top_k)
        for hit in hits:
            click.echo(_as_json(hit) if as_json else hit_line(hit))
        if not hits:
            click.echo("nothing in the reports bears on it", err=True)


@click.command()
@click.option(
    "--without",
    type=click.Choice(PARTS),
    multiple=True,
    help="Leave a part out and learn the thresholds anew, to see what it is worth.",
)
@click.option(
    "--write",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="A Markdown file; the figures replace what stands between its two evaluation marks.",
)
def evaluate(without: tuple[Part, ...], write: Path | None) -> None:
    """Measure the current build on content/evaluation, test half and calibration half apart.

    Example: python -m index evaluate --without dense
    """
    with one_line_a_mistake():
        config = read_settings()
        content = read_content(config.paths)
        if content.mistakes:
            raise ContentError(content.mistakes)
        if not content.gold:
            click.echo("content/evaluation holds no questions", err=True)
        index = load_index(config.paths, config.index)
        if without:
            index = index_without(content, config.index, frozenset(without))
        lines = as_lines(measure(index, content.gold))
        for line in lines:
            click.echo(line)
        if write is not None:
            write_figures(write, lines)


def hit_line(hit: Hit) -> str:
    """A hit in two lines, marked if it answers."""
    mark = "*" if hit.answers else " "
    shown = f"{mark} {hit.probability:.2f} {hit.score:.2f}  {hit.commitment.id}"
    return f"{shown}\n    {hit.commitment.quote}"


def _as_json(hit: Hit) -> str:
    return json.dumps(asdict(hit), ensure_ascii=False)
