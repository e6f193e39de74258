"""The command about one resident's data: `python -m bot forget`, for whoever gets a letter."""

from collections.abc import Callable
from contextlib import closing

import click

from bot import app, desk
from bot.app import Bot
from bot.config import load_settings
from bot.desk import Holdings
from bot.plain_errors import plain_errors
from bot.store.photos import Photos

_CASES = {
    "withdrawn": "open; figures stay",
    "emptied": "closed; figures stay",
    "kept": "open reports of wrongdoing and dangers go on without her",
}
"""What becomes of her cases (`bot.desk.Holdings`), and why so."""


@click.command()
@click.argument("number", default="")
@click.option("--resident", "resident_id", type=int, help="The resident's row, not a case.")
@click.option("--commit", is_flag=True, help="Do it; else what would go is only listed.")
def forget(number: str, resident_id: int | None, commit: bool) -> None:
    """Forget the resident who filed a case, as /forget does; without --commit, list what goes.

    Example: python -m bot forget WC20260301-0001 --commit
    """
    if bool(number) == (resident_id is not None):
        raise click.UsageError("give a case's number, or --resident")
    with plain_errors():
        settings = load_settings()
        store = app.open_store(settings)
        bot = app.build_bot(settings, store=store, index=app.open_index(settings))
        with closing(store):
            meant = resident_id if resident_id is not None else _resident_of(bot, number)
            if store.residents.get(meant) is None:
                raise click.ClickException(f"there is no resident {meant}")
            if commit:
                _forget(bot, meant, say=click.echo)
            else:
                _tell(desk.holdings_of(bot.office, meant), say=click.echo)
                click.echo("nothing was deleted; with --commit it is", err=True)


def _resident_of(bot: Bot, number: str) -> int:
    case = bot.store.cases.numbered(number.strip().upper())
    if case is None:
        raise click.ClickException(f"there is no case {number}")
    if not bot.store.residents.has_identity(case.resident_id):
        told = "filed anonymously, or its resident was forgotten before: there is nobody to forget"
        raise click.ClickException(f"{case.number}: {told}")
    return case.resident_id


def _forget(bot: Bot, resident_id: int, *, say: Callable[[str], None]) -> None:
    photos = Photos(bot.settings.paths.var / "files", bot.store.vault)
    try:
        done = desk.forget(bot.office, resident_id, drop_photo=photos.drop, at=bot.now())
    except desk.StillOnDuty as error:
        raise click.ClickException(f"{error}: unlink it first") from error
    _tell(done.holdings, say=say)
    say(f"deleted; receipt {done.receipt.number}")


def _tell(holdings: Holdings, *, say: Callable[[str], None]) -> None:
    for name, count in holdings.counts.items():
        say(f"{name}: {count}")
    for what, why in _CASES.items():
        numbers = [case.number for case in getattr(holdings, what)]
        say(f"{what}: {', '.join(numbers) or '-'}{f' ({why})' if numbers else ''}")
