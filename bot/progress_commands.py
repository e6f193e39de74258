"""`python -m bot progress`: one note of a commitment's progress, or a file of them."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import click

from bot import app, desk
from bot.app import Bot
from bot.cases import TIME_ZONE
from bot.progress_file import BadRow, NoteRow, read_notes
from bot.staff_commands import at_work


class _NoteByDefault(click.Group):
    """A group whose `note` may be left out, as it was before there was another command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_named = not args or args[0] in self.commands or args[0] in ctx.help_option_names
        return super().parse_args(ctx, args if is_named else ["note", *args])


@click.group(cls=_NoteByDefault)
def progress() -> None:
    """Note the progress of commitments; whoever follows one hears of each note once.

    \b
    Examples:
      python -m bot progress wuchang-2020/gdp-growth "上半年5.1%" --source 区统计局
      python -m bot progress import notes.csv
    """


@progress.command()
@click.argument("commitment")
@click.argument("text")
@click.option("--source", required=True, help="Who says so, and where it can be read.")
@click.option("--on", "noted_on", default="", help="The day it speaks of, YYYY-MM-DD; today.")
@click.option("--commit", is_flag=True, help="Do it; else it is only shown whom it would reach.")
def note(commitment: str, text: str, source: str, noted_on: str, commit: bool) -> None:
    """Note the progress of one commitment; `note` may be left out.

    Example: python -m bot progress wuchang-2020/gdp-growth "上半年5.1%" --source 区统计局
    """
    with at_work() as (settings, _, store):
        bot = app.build_bot(settings, store=store, index=app.open_index(settings))
        about = bot.index.commitments.get(commitment)
        if about is None:
            raise click.ClickException(f"{commitment}: no such commitment in the active build")
        day = _day(noted_on)
        if not commit:
            count = len(store.following.followers(commitment))
            click.echo(f"{about.quote}\n{day}: {text} ({source})")
            click.echo(f"Followers to be told: {count}; with --commit it is noted", err=True)
            return
        try:
            _, told = desk.add_progress_note(
                bot.office,
                commitment,
                text,
                source=source,
                noted_on=day,
                at=datetime.now(UTC),
            )
        except ValueError as error:
            raise click.ClickException(str(error)) from error
        click.echo(f"{commitment}: noted; followers told: {told}")


@progress.command("import")
@click.option("--commit", is_flag=True, help="Do it; else it is only shown whom it would reach.")
@click.argument("file", type=click.Path(path_type=Path))
def import_(file: Path, commit: bool) -> None:
    """Note what a CSV or TOML file says, row by row; exit status 1 if a row is bad.

    Columns: commitment, text, source, on (or 承诺, 进展, 来源, 日期). A bad row is named and stops
    no other; what was noted before is not noted again.

    Example: python -m bot progress import notes.csv --commit
    """
    with at_work() as (settings, _, store):
        rows = read_notes(file, today=_today())
        bot = app.build_bot(settings, store=store, index=app.open_index(settings))
        outcome = asyncio.run(_import(bot, rows, commit=commit))
    done = "noted" if commit else "to be noted"
    told = f"followers {'told' if commit else 'to be told'}: {outcome.followers}"
    click.echo(
        f"{outcome.noted} of {len(rows)} rows {done}; {told}"
        + ("" if commit else "; with --commit they are noted"),
        err=True,
    )
    sys.exit(0 if outcome.noted + outcome.noted_before == len(rows) else 1)


@dataclass(slots=True)
class _Outcome:
    """How many rows were noted, or would be, how many had been, and how many letters it makes."""

    noted: int = 0
    noted_before: int = 0
    followers: int = 0


async def _import(bot: Bot, rows: Sequence[NoteRow | BadRow], *, commit: bool) -> _Outcome:
    """Note each row in a transaction of its own, so that a crash leaves whole rows."""
    outcome = _Outcome()
    seen: dict[tuple[str, str, date], str] = {}
    for row in rows:
        mistakes = [*_mistakes(bot, row, seen)]
        for mistake in mistakes:
            click.echo(mistake, err=True)
        if mistakes or isinstance(row, BadRow):
            continue
        if _is_noted(bot, row):
            outcome.noted_before += 1
            click.echo(f"{row.place}: {row.commitment}: noted before")
            continue
        try:
            followers = await _note(bot, row) if commit else _followers(bot, row)
        except ValueError as error:  # the desk has the last word: staff may just have noted it
            click.echo(f"{row.place}: {error}", err=True)
            continue
        outcome.noted += 1
        outcome.followers += followers
        click.echo(_line(row, followers, commit=commit))
    return outcome


def _mistakes(
    bot: Bot, row: NoteRow | BadRow, seen: dict[tuple[str, str, date], str]
) -> Iterator[str]:
    """Why a row cannot be noted; one that can is remembered as seen.

    Args:
        seen: where each note of the file stands.
    """
    about = bot.index.commitments.get(row.commitment)
    if about is None and row.commitment:
        yield f"{row.place}: commitment: no {row.commitment!r} in the active build"
    elif about is not None and about.is_staff_answer:
        yield f"{row.place}: commitment: {row.commitment!r} is an answer of staff, no promise"
    if isinstance(row, BadRow):
        yield from row.mistakes
        return
    key = (row.commitment, row.text, row.on)
    if key in seen:
        yield f"{row.place}: text: the same stands in {seen[key]}"
    seen.setdefault(key, row.place)


def _is_noted(bot: Bot, row: NoteRow) -> bool:
    """Whether the same was noted of that day: then the file is read again."""
    notes = bot.store.following.notes(row.commitment)
    return any((one.text, one.noted_on) == (row.text, row.on) for one in notes)


async def _note(bot: Bot, row: NoteRow) -> int:
    """Keep it, waiting for a bot that is writing; returns how many followers were told."""
    _, told = await bot.store.write(
        lambda: desk.add_progress_note(
            bot.office,
            row.commitment,
            row.text,
            source=row.source,
            noted_on=row.on,
            at=datetime.now(UTC),
        )
    )
    return told


def _followers(bot: Bot, row: NoteRow) -> int:
    return len(bot.store.following.followers(row.commitment))


def _line(row: NoteRow, followers: int, *, commit: bool) -> str:
    if commit:
        return f"{row.place}: {row.commitment}: noted; followers told: {followers}"
    words = " / ".join(row.text.split("\n"))
    said = f"{row.on}: {words} ({row.source})"
    return f"{row.place}: {row.commitment}: {said}; followers to be told: {followers}"


def _day(text: str) -> date:
    if not text:
        return _today()
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise click.ClickException(f"{text}: no day; write it as 2026-03-02") from error
    if day > _today():
        raise click.ClickException(f"{day} has not come yet")
    return day


def _today() -> date:
    return datetime.now(UTC).astimezone(TIME_ZONE).date()
