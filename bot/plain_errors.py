"""What the person at the prompt can mend, told in a line each; nothing else is caught."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from bot.access import AccessError
from bot.backup import BackupError
from bot.messages import ChannelError
from bot.store import StoreError
from bot.vault import VaultError
from index import ContentError, EncoderError, StaleIndexError

_OF_ONE_LINE = (
    StaleIndexError,
    EncoderError,
    StoreError,
    ChannelError,
    BackupError,
    AccessError,
    VaultError,
)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Tell mistakes of files, settings and arguments in words; exit status 1."""
    try:
        yield
    except ContentError as error:
        _give_up(error.mistakes)
    except _OF_ONE_LINE as error:
        _give_up([str(error)])
    except OSError as error:
        _give_up([f"{error.filename or 'input/output'}: {error.strerror or error}"])


def _give_up(lines: Iterable[str]) -> NoReturn:
    for line in lines:
        click.echo(line, err=True)
    sys.exit(1)
