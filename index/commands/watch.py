"""`build --watch`: builds at every change of the content, and answers questions at a prompt."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from index.activation import hold_build
from index.build import load_build
from index.commands.search import hit_line
from index.config import IndexConfig
from index.errors import ContentError, EncoderError, StaleIndexError
from index.search import Index

_SHOWN = 3
_WAIT_MS = 200
"""Editors save in several steps: so long nothing more must change before it is built."""


def watch(config: IndexConfig) -> None:
    """Build at once and at every change, until the input ends; what is built is held.

    Raises:
        EncoderError: the configured encoder cannot be used.
    """
    workbench = _Workbench(config)
    with _watching(workbench):
        click.echo(
            f"Watching {config.paths.content}. Type a question to ask the newest build;"
            " Ctrl+D ends.",
            err=True,
        )
        for line in sys.stdin:
            if line.strip():
                workbench.ask(line.strip())


class _Workbench:
    """The newest sound build of the content, and what was wrong with it since."""

    def __init__(self, config: IndexConfig) -> None:
        self.config = config
        self._index: Index | None = None

    def build(self) -> None:
        """Build the content as it stands; what is wrong is told, and the build before is asked."""
        config = self.config
        try:
            made = hold_build(config.paths, config.index)
            if self._index is None or self._index.build_id != made.build.name:
                self._index = load_build(made.build, config.index)
        except ContentError as error:
            for line in error.mistakes:
                click.echo(line, err=True)
            click.echo("not built", err=True)
        except (StaleIndexError, EncoderError, OSError) as error:
            click.echo(f"not built: {error}", err=True)
        else:
            count = len(self._index.commitments)
            click.echo(f"held {made.build.name}: {count} commitments", err=True)

    def ask(self, question: str) -> None:
        """Show what the newest build finds."""
        if self._index is None:
            click.echo("nothing is built yet", err=True)
            return
        hits = self._index.search(question, top_k=_SHOWN)
        for hit in hits:
            click.echo(hit_line(hit))
        if not hits:
            click.echo("nothing in the reports bears on it")


@contextmanager
def _watching(workbench: _Workbench) -> Iterator[None]:
    """Build in another thread while the block runs, which begins after the first build."""
    begun, ended = threading.Event(), threading.Event()
    thread = threading.Thread(
        target=_build_at_changes, args=(workbench, begun, ended), daemon=True
    )
    thread.start()
    begun.wait()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _build_at_changes(
    workbench: _Workbench, begun: threading.Event, ended: threading.Event
) -> None:
    """The first build is made once changes are looked for, so that none is missed."""
    from watchfiles import watch as changes_in

    folder = workbench.config.paths.content
    folder.mkdir(parents=True, exist_ok=True)
    for changes in changes_in(
        folder, step=_WAIT_MS, stop_event=ended, rust_timeout=_WAIT_MS, yield_on_timeout=True
    ):
        if changes or not begun.is_set():
            try:
                workbench.build()
            finally:
                begun.set()
