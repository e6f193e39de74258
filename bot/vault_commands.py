"""The operators' commands about the keys that seal who residents are: `vault`."""

from pathlib import Path

import click

from bot.config import load_settings
from bot.keykeeping import bring_back_keys, copy_keys, rotate
from bot.lock import only_instance
from bot.masterkey import KEY_VARIABLE
from bot.plain_errors import plain_errors
from bot.store import DATABASE
from bot.store.keys import do_without_lost_keys


@click.group()
def vault() -> None:
    """The keys without which nobody can read who a resident is or what she said."""


@vault.command("copy")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def copy(file: Path) -> None:
    """Copy the keys to FILE, in place of an earlier copy: keep only the newest one.

    A backup holds no keys. The copy is of no use without the master key, which is kept apart.

    Example: python -m bot vault copy /media/safe/keys.db
    """
    with plain_errors():
        copy_keys(load_settings().paths.var, file)
        click.echo(f"{file}: the keys as they are now")


@vault.command("rotate")
def rotate_() -> None:
    """Change the master key, while no bot runs; every key is sealed anew by it.

    With BOT_VAULT_KEY, put the new key before the old one first: BOT_VAULT_KEY=NEW,OLD.

    Example: python -m bot vault rotate
    """
    with plain_errors():
        var = load_settings().paths.var
        with only_instance(var):
            done = rotate(var)
        count = f"{done.count} keys sealed anew"
        click.echo(f"{count}; keep a copy of the new master key and of the keys")
        click.echo(f"An older key in {KEY_VARIABLE}, and older copies, can be destroyed now")
        for key_id in done.damaged:
            click.echo(f"key {key_id} is damaged and stays as it is; see: doctor", err=True)


@vault.command("bring-back")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def bring_back(file: Path) -> None:
    """Take keys that were lost or damaged from the copy in FILE; none that was shredded.

    Example: python -m bot vault bring-back /media/safe/keys.db
    """
    with plain_errors():
        count = bring_back_keys(load_settings().paths.var, file)
        click.echo(f"{count} keys brought back")


@vault.command("do-without")
@click.option("--commit", is_flag=True, help="Do it; else those it concerns are only listed.")
def do_without(commit: bool) -> None:
    """Let the bot start with keys older than the database, when no newer copy is left.

    Nothing is deleted: of residents whose keys are lost what they said cannot be read, and they
    get a new key when they write again.

    Example: python -m bot vault do-without --commit
    """
    with plain_errors():
        var = load_settings().paths.var
        with only_instance(var):
            lost = do_without_lost_keys(var / DATABASE, commit=commit)
        for resident_id in lost:
            click.echo(f"resident {resident_id}: her key is lost")
        click.echo(f"{len(lost)} residents cannot be read without newer keys")
        if not commit:
            click.echo("nothing was changed; with --commit the bot can start", err=True)
