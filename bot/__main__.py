"""The command line, `python -m bot`; `bot.staff_commands` has the commands about people."""

import asyncio
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO

import click

from bot import app
from bot.ask import Asker, Line
from bot.backup import back_up, check, present
from bot.backup import restore as restore_backup
from bot.config import load_settings
from bot.doctor import examine, put_back, report
from bot.lock import only_instance
from bot.logs import configure_logging
from bot.masterkey import KEY_VARIABLE
from bot.metrics import lines_of, measure
from bot.plain_errors import plain_errors
from bot.privacy_commands import forget
from bot.progress_commands import progress
from bot.question_commands import accept, questions, since_option, until_option, window_of
from bot.service import read_service
from bot.staff_commands import publish, staff
from bot.store import DATABASE, Store
from bot.terminal import Terminal
from bot.vault_commands import vault


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """The Wuchang citizen feedback bot."""


@cli.command()
@click.option("--debug", is_flag=True, help="Log more; never a token or a resident's words.")
def run(debug: bool) -> None:
    """Serve every channel that config.toml enables.

    Example: python -m bot run
    """
    secrets = [_token(), *os.environ.get(KEY_VARIABLE, "").replace(",", " ").split()]
    configure_logging(secrets=secrets, debug=debug)
    with plain_errors():
        asyncio.run(app.run(load_settings(), say=click.echo))
    click.echo("Stopped.")


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.argument("question", nargs=-1)
def ask(question: tuple[str, ...], as_json: bool) -> None:
    """Answer a question, or with --json each line of standard input. Nothing is filed.

    Example: python -m bot ask "how many kindergartens are being added?"
    """
    if not question and not as_json:
        raise click.UsageError("give a question, or --json and lines on standard input")
    with plain_errors():
        settings = load_settings()
        asker = app.build_asker(settings, index=app.open_index(settings))
        lines = [" ".join(question)] if question else _lines_of_stdin()
        asyncio.run(_answer_all(asker, lines, as_json=as_json))


@cli.command()
def chat() -> None:
    """Talk to the bot at the prompt; `#2` taps the second button, Ctrl+D or Ctrl+C ends.

    Example: python -m bot chat
    """
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    with plain_errors():
        settings = load_settings()
        store = app.open_store(settings)
        bot = app.build_bot(settings, store=store, index=app.open_index(settings))
        _chat(Terminal(bot.dialogue, show=click.echo))
        store.close()


@cli.command()
@click.option(
    "--format",
    "format_",
    type=click.Choice(["csv", "xlsx", "json", "open311"]),
    default="csv",
    help="Work orders, or open data without anybody's words.",
)
@click.option("--no-bom", is_flag=True, help="CSV without the mark by which Excel knows UTF-8.")
@click.option("--full", is_flag=True, help="The very words, nothing masked; is logged.")
@click.option("--by", default="", help="Of a full export: the supervisor who asks for it.")
@click.option("--reason", default="", help="Of a full export: why it is needed.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; standard output if left out.",
)
def export(format_: str, no_bom: bool, full: bool, by: str, reason: str, out: Path | None) -> None:
    """Write all cases as work orders; no resident is named, personal data is masked.

    Example: python -m bot export --format xlsx --out cases.xlsx
    """
    if format_ == "xlsx" and out is None:
        raise click.UsageError("a workbook needs --out")
    with plain_errors():
        settings = load_settings()
        store = app.open_store(settings)
        bot = app.build_bot(settings, store=store, index=app.open_index(settings))
        with closing(store):
            if full:
                app.log_full_export(bot, by=by, reason=reason)
            pieces = app.exported(bot, format_, bom=not no_bom, is_full=full, by=by)
            count = _write_out(out, pieces)
        click.echo(f"{count} cases written", err=True)


def _write_out(out: Path | None, pieces: Iterable[tuple[bytes, int]]) -> int:
    """Write pieces to a file or to the screen; returns how many cases they hold.

    A file is written aside and renamed: there is never half of it.
    """
    if out is None:
        return _write(sys.stdout.buffer, pieces)
    try:
        if out.exists() and not out.is_file():
            with out.open("wb") as file:
                return _write(file, pieces)
        target = out.resolve()
        opened, aside = mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from error
    try:
        with os.fdopen(opened, "wb") as file:  # for its owner's eyes, as mkstemp makes it
            count = _write(file, pieces)
        Path(aside).replace(target)
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}") from error
    finally:
        Path(aside).unlink(missing_ok=True)
    return count


def _write(file: BinaryIO, pieces: Iterable[tuple[bytes, int]]) -> int:
    count = 0
    for piece, cases in pieces:
        file.write(piece)
        count += cases
    return count


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
@click.option("--again", is_flag=True, help="Try again what was set aside or refused.")
def doctor(as_json: bool, again: bool) -> None:
    """Examine the bot, running or not; exit status 1 if something is not well.

    Example: python -m bot doctor
    """
    with plain_errors():
        settings = load_settings()
        findings = examine(settings, token=_token())
        if as_json:
            rows = [asdict(finding) for finding in findings]
            click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
            is_well = all(finding.is_well for finding in findings)
        else:
            is_well = report(findings, say=click.echo)
        if again:
            updates, letters = put_back(settings)
            click.echo(f"{updates} updates and {letters} letters are tried again", err=True)
    sys.exit(0 if is_well else 1)


@cli.command()
@since_option
@until_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object, nothing rounded.")
def metrics(since: datetime | None, until: datetime | None, as_json: bool) -> None:
    """Measure how cases were handled, by days in Wuhan; the bot may go on running.

    Example: python -m bot metrics --since 2026-03-01 --until 2026-03-31
    """
    now = datetime.now(UTC)
    window = window_of(since, until, now=now)
    with plain_errors():
        settings = load_settings()
        service = read_service(settings.paths.content / "service.toml")
        with closing(Store.open_to_read(settings.paths.var / DATABASE)) as store:
            measured = measure(store, service, window, now=now)
        if as_json:
            click.echo(json.dumps(measured.as_json(), ensure_ascii=False, indent=2))
        else:
            for line in lines_of(measured, service):
                click.echo(line)


@cli.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The file, or the folder for it; var/backups/ if left out.",
)
def backup(out: Path | None) -> None:
    """Copy the database and its photos into one file; the bot may go on running.

    Example: python -m bot backup --out backups/
    """
    with plain_errors():
        made = back_up(load_settings().paths.var, out, at=datetime.now(UTC))
        for remark in made.manifest.remarks:
            click.echo(remark, err=True)
        click.echo(f"{made.file}: {made.manifest}")


@cli.command()
@click.option("--commit", is_flag=True, help="Do it; else the backup is only checked.")
@click.argument("file", type=click.Path(path_type=Path))
def restore(file: Path, commit: bool) -> None:
    """Put a backup in place of the database, which is kept; without --commit, only check it.

    Example: python -m bot restore backup.tar --commit
    """
    with plain_errors():
        var = load_settings().paths.var
        if not commit:
            click.echo(f"{file}: whole; {check(file)}")
            click.echo(f"{var}: {present(var)}; with --commit it is set aside", err=True)
            return
        with only_instance(var):
            done = restore_backup(file, var, at=datetime.now(UTC))
        for remark in done.manifest.remarks:
            click.echo(remark, err=True)
        click.echo(f"{var}: {done.manifest}; {done.photos_added} photos added")
        if done.kept:
            click.echo(f"The database that was there is kept in {done.kept}", err=True)


@cli.command()
@click.option("--commit", is_flag=True, help="Delete it; else it is only counted.")
def retention(commit: bool) -> None:
    """Delete what is kept no longer by `[retention]`; without --commit, only count it.

    Example: python -m bot retention --commit
    """
    with plain_errors():
        settings, at = load_settings(), datetime.now(UTC)
        if commit:
            with closing(app.open_store(settings)) as store:
                for line in app.delete_what_is_due(store, settings, at=at):
                    click.echo(line)
            return
        with closing(Store.open_to_read(settings.paths.var / DATABASE)) as store:
            for line in app.what_is_due(store, settings, at=at):
                click.echo(line)
        click.echo("Nothing is deleted without --commit.", err=True)


def _token() -> str:
    return os.environ.get(app.TOKEN_VARIABLE, "")


def _lines_of_stdin() -> Iterator[str]:
    """Every line, so that answers pair up with lines; bytes that are no UTF-8 become U+FFFD."""
    return (line.decode(errors="replace").rstrip("\r\n") for line in sys.stdin.buffer)


async def _answer_all(asker: Asker, lines: Iterable[str], *, as_json: bool) -> None:
    for line in lines:
        asked = Line.read(line) if as_json else Line(line)
        outcome = await asker.ask(asked.text, session=asked.session)
        click.echo(json.dumps(outcome, ensure_ascii=False) if as_json else outcome["text"])


def _chat(terminal: Terminal) -> None:
    """Take lines until Ctrl+D or Ctrl+C; none is read inside the event loop, which defers it."""
    with asyncio.Runner() as loop, suppress(EOFError, KeyboardInterrupt):
        loop.run(terminal.take("/start"))
        while True:
            loop.run(terminal.take(input("> ")))


for command in (staff, progress, publish, questions, accept, vault, forget):
    cli.add_command(command)


if __name__ == "__main__":
    cli(prog_name="python -m bot")
