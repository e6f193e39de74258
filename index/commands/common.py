"""What the commands share: the settings, mistakes told in a line each, and the progress bar."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from tqdm import tqdm

from index.config import IndexConfig, config_path, read_config
from index.errors import ContentError, EncoderError, StaleIndexError, WorseBuildError

_ACCEPTING = 'to activate it all the same: python -m index activate {} --accept "REASON"'


def read_settings() -> IndexConfig:
    """The settings of the index from config.toml."""
    return read_config(config_path(), IndexConfig)


@contextmanager
def one_line_a_mistake() -> Iterator[None]:
    """Turn what a person can mend into one line each on standard error, and exit 1."""
    try:
        yield
    except ContentError as error:
        lines = error.mistakes
    except WorseBuildError as error:
        lines = [*str(error).splitlines(), f"it is kept; {_ACCEPTING.format(error.build)}"]
    except (StaleIndexError, EncoderError) as error:
        lines = [" ".join(str(error).split())]
    except BrokenPipeError:  # `| head`: click ends quietly
        raise
    except OSError as error:
        lines = [f"{error.filename or 'index'}: {error.strerror or error}"]
    else:
        return
    for line in lines:
        click.echo(line, err=True)
    sys.exit(1)


@contextmanager
def progress_bar(
    *, unit: str = " passages", desc: str = "encoding"
) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error while something takes long: of how many how many are done."""
    with tqdm(unit=unit, desc=desc, file=sys.stderr, disable=None) as bar:

        def advance(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield advance
