"""`build`: what makes an index of the content, and which one is in use."""

import click

from index.activation import build_index
from index.builds import active_build, builds_folder
from index.commands.common import one_line_a_mistake, progress_bar, read_settings
from index.config import IndexConfig
from index.errors import StaleIndexError


@click.command()
def build() -> None:
    """Build the index from the content and make it current.

    Example: python -m index build
    """
    with one_line_a_mistake():
        config = read_settings()
        before = _current(config)
        with progress_bar() as progress:
            made = build_index(config.paths, config.index, progress)
        note = "nothing changed, kept " if made.name == before else ""
        click.echo(f"{note}{made}")


def _current(config: IndexConfig) -> str:
    try:
        return active_build(builds_folder(config.paths.var)).name
    except StaleIndexError:
        return ""
