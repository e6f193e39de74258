"""The command line of the index: check, draft, build, search, evaluate, train."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TypeVar

import click
from tqdm import tqdm

from index.build import build_index, index_without, load_index
from index.builds import builds_folder, current_build
from index.config import IndexConfig, config_path, read_config
from index.content import read_content
from index.drafts import draft_report
from index.errors import ContentError, EncoderError, StaleIndexError
from index.evaluate import PARTS, Part, as_lines, measure, write_figures
from index.hits import Hit

Value = TypeVar("Value")

_LAZY_COMMANDS = {"train": ("index.training.command", "train_command")}


class LazyGroup(click.Group):
    """A group whose `train` is imported only when it is called: it needs torch."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, by name."""
        return sorted([*super().list_commands(ctx), *_LAZY_COMMANDS])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in _LAZY_COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, name = _LAZY_COMMANDS[cmd_name]
        command = getattr(import_module(module), name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing the lazy ones."""
        rows = [
            (name, command.get_short_help_str(limit=70))
            for name, command in sorted(self.commands.items())
        ]
        with formatter.section("Commands"):
            formatter.write_dl(
                [*rows, ("train", "Train the bundled encoder from pairs of texts.")]
            )


@click.group(cls=LazyGroup)
def main() -> None:
    """Reports and commitments: check them, build the index, search it.

    BOT_CONFIG names another config.toml than the one in the working folder.
    """


@main.command()
def check() -> None:
    """Check all content and list every mistake at once.

    Example: python -m index check
    """
    with _one_line_a_mistake():
        content = read_content(_config().paths)
        for remark in content.remarks:
            click.echo(f"remark: {remark}", err=True)
        if content.mistakes:
            raise ContentError(content.mistakes)
        click.echo(
            f"{len(content.commitments)} commitments of {len(content.reports)} reports, "
            f"{len(content.glossary)} glossary entries, {len(content.gold)} questions: "
            "no mistakes"
        )


@main.command()
@click.argument("report_id")
@click.option("--write", is_flag=True, help="Write it beside the report; never over a file.")
def draft(report_id: str, write: bool) -> None:
    """Print the first commitments.toml of a report that nobody has curated.

    Example: python -m index draft anhui-2026 --write
    """
    with _one_line_a_mistake():
        file, text = draft_report(_config().paths, report_id)
        if not write:
            click.echo(text, nl=False)
            return
        file.parent.mkdir(exist_ok=True)
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
        click.echo(str(file))


@main.command()
def build() -> None:
    """Build the index from the content and make it current.

    Example: python -m index build
    """
    with _one_line_a_mistake():
        config = _config()
        before = _current(config)
        with _progress() as progress:
            made = build_index(config.paths, config.index, progress)
        note = "nothing changed, kept " if made.name == before else ""
        click.echo(f"{note}{made}")


@main.command()
@click.argument("question")
@click.option("--top-k", default=5, show_default=True, type=click.IntRange(min=1))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a hit, best first.")
def search(question: str, top_k: int, as_json: bool) -> None:
    """Show the commitments nearest to QUESTION, best first; * marks an answer.

    Example: python -m index search "how many kindergartens are being added?"
    """
    with _one_line_a_mistake():
        config = _config()
        hits = load_index(config.paths, config.index).search(question, top_k=top_k)
        for hit in hits:
            click.echo(_as_json(hit) if as_json else _as_line(hit))
        if not hits:
            click.echo("nothing in the reports bears on it", err=True)


@main.command()
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
    with _one_line_a_mistake():
        config = _config()
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


def _config() -> IndexConfig:
    return read_config(config_path(), IndexConfig)


def _current(config: IndexConfig) -> str:
    try:
        return current_build(builds_folder(config.paths.var)).name
    except StaleIndexError:
        return ""


def _as_line(hit: Hit) -> str:
    mark = "*" if hit.answers else " "
    shown = f"{mark} {hit.probability:.2f} {hit.score:.2f}  {hit.commitment.id}"
    return f"{shown}\n    {hit.commitment.quote}"


def _as_json(hit: Hit) -> str:
    return json.dumps(asdict(hit), ensure_ascii=False)


@contextmanager
def _one_line_a_mistake() -> Iterator[None]:
    """Turn what a person can mend into one line each on standard error, and exit 1."""
    try:
        yield
    except ContentError as error:
        lines = error.mistakes
    except (StaleIndexError, EncoderError) as error:
        lines = [" ".join(str(error).split())]
    except OSError as error:
        lines = [f"{error.filename or 'index'}: {error.strerror or error}"]
    else:
        return
    for line in lines:
        click.echo(line, err=True)
    sys.exit(1)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error while passages get their vectors."""
    with tqdm(unit=" passages", desc="encoding", file=sys.stderr, disable=None) as bar:

        def advance(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield advance


if __name__ == "__main__":
    main(prog_name="python -m index")
