"""The editors' commands that learn from questions: which were asked in vain, and what of them
becomes content."""

import json
import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkstemp

import click

from bot import app
from bot.cases import TIME_ZONE
from bot.config import Settings, load_settings
from bot.masking import masked
from bot.metrics import Window
from bot.plain_errors import plain_errors
from bot.publishing import (
    Accepted,
    AskLines,
    Kept,
    Proposal,
    Unanswerable,
    evaluation_texts,
    proposal_text,
    propose,
)
from bot.publishing import accept as accept_file
from bot.question_table import lines_of
from bot.staff_commands import ANSWERED_STATES
from bot.store import DATABASE, MOST_UNANSWERED, Store
from bot.unanswered import Group, groups_in
from index import ContentError, Index, normalise

_DAY = click.DateTime(["%Y-%m-%d"])

since_option = click.option(
    "--since",
    type=_DAY,
    metavar="DAY",
    help="The first day, YYYY-MM-DD, itself included; 30 days in all if left out.",
)
until_option = click.option(
    "--until",
    type=_DAY,
    metavar="DAY",
    help="The last day, YYYY-MM-DD, itself included; today if left out.",
)


def window_of(since: datetime | None, until: datetime | None, *, now: datetime) -> Window:
    """The days that are meant, in Wuhan.

    Raises:
        click.UsageError: they are none.
    """
    today = now.astimezone(TIME_ZONE).date()
    try:
        return Window.of(since and since.date(), until and until.date(), today=today)
    except ValueError as error:
        raise click.UsageError(f"no such window: {error}") from error


@click.command()
@since_option
@until_option
@click.option(
    "--most",
    type=click.IntRange(min=1),
    help="Groups at most, those most asked; all if left out.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--to-content",
    "out",
    type=click.Path(path_type=Path),
    help="Write what could be learnt of them into this new file, for an editor to accept.",
)
def questions(
    since: datetime | None,
    until: datetime | None,
    most: int | None,
    as_json: bool,
    out: Path | None,
) -> None:
    """Show what was asked in vain, by meaning, by days in Wuhan; the bot may go on running.

    Example: python -m bot questions --since 2026-09-01 --until 2026-09-30
    """
    if as_json and out is not None:
        raise click.UsageError("either --json or --to-content")
    window = window_of(since, until, now=datetime.now(UTC))
    with plain_errors():
        settings = load_settings()
        if out is not None:
            _expect_new(out)
        found = _find(settings, window)
        groups = found.groups[:most]
        if out is not None:
            click.echo(f"{out}: {_write_proposals(settings, found, groups, out)}")
        elif as_json:
            click.echo(json.dumps(_as_json(found, groups), ensure_ascii=False, indent=2))
        else:
            lines = lines_of(window, found.groups, most=most, unread=found.unread)
            click.echo("\n".join(lines))
    for line in _left_out(found, shown=len(groups)):
        click.echo(line, err=True)


@dataclass(frozen=True, slots=True)
class _Found:
    """What was asked in vain in a window.

    Attributes:
        unread: how many older wordings the groups are made without.
        cases: numbers of answered cases, by the masked, normalised question each was made of.
    """

    window: Window
    index: Index
    groups: Sequence[Group]
    unread: int
    cases: Mapping[str, Sequence[str]]


def _find(settings: Settings, window: Window) -> _Found:
    """Read the questions of a window, beside a bot that may be writing, and group them."""
    index = app.open_index(settings)
    with closing(Store.open_to_read(settings.paths.var / DATABASE)) as store:
        asked = store.questions.unanswered(window.begin, window.end)
        wordings = store.questions.wordings_unanswered(window.begin, window.end)
        sent = store.questions.cases_made_of(window.begin, window.end, states=ANSWERED_STATES)
    cases: dict[str, list[str]] = {}
    for question, number in sent:
        cases.setdefault(normalise(masked(question)), []).append(number)
    groups = groups_in(index, asked, mask=masked)
    return _Found(window, index, groups, max(wordings - MOST_UNANSWERED, 0), cases)


def _left_out(found: _Found, *, shown: int) -> Iterator[str]:
    """What is not shown, a line each."""
    if shown < len(found.groups):
        yield f"{len(found.groups) - shown} more groups are not shown (--most)"
    if found.unread:
        yield (
            f"only the newest {MOST_UNANSWERED} wordings are read; {found.unread} older ones of "
            "these days are not: choose fewer days (--since, --until)"
        )


def _write_proposals(settings: Settings, found: _Found, groups: Sequence[Group], out: Path) -> str:
    """Write what could be learnt of the groups; returns how much it is, in words."""
    evaluation = Kept(evaluation_texts(settings.paths.content))
    proposals = propose(groups, found.index, evaluation=evaluation, cases=found.cases)
    days = f"{found.window.since} to {found.window.until}"
    _write_new(out, proposal_text(proposals, days=days, file=shlex.quote(str(out))))
    return _summary(proposals)


@click.command()
@click.option("--commit", is_flag=True, help="Write it; else the change is only shown.")
@click.argument("file", type=click.Path(path_type=Path))
def accept(file: Path, commit: bool) -> None:
    """Make content of what an editor accepted in a file of `questions --to-content`.

    Example: python -m bot accept learnt.toml --commit
    """
    with plain_errors():
        accepted = accept_file(load_settings().paths.content, file, commit=commit)
    if accepted.change is not None:
        click.echo(accepted.change.text)
    for line in accepted.there_already:
        click.echo(line, err=True)
    click.echo(_told(accepted, commit=commit), err=True)


def _told(accepted: Accepted, *, commit: bool) -> str:
    if accepted.change is None:
        return "Nothing new is accepted: no other entry says accept = true"
    counts = f"Ask lines: {accepted.ask_lines}, examples: {accepted.examples}"
    done = "written; now `python -m index build`" if commit else "with --commit they are written"
    return f"{counts}; {done}"


def _summary(proposals: Sequence[Proposal]) -> str:
    asks = sum(isinstance(one.entry, AskLines) for one in proposals)
    examples = sum(isinstance(one.entry, Unanswerable) for one in proposals)
    told = len(proposals) - asks - examples
    return (
        f"{len(proposals)} groups: {asks} for a commitment, {examples} that no report answers, "
        f"{told} only told"
    )


def _expect_new(file: Path) -> None:
    """An editor's file is never written over.

    Raises:
        ContentError: it is there, or its folder is not.
    """
    if file.exists():
        raise ContentError([f"{file}: is there already; give another name"])
    if not file.absolute().parent.is_dir():
        raise ContentError([f"{file}: there is no folder {file.parent}"])


def _write_new(file: Path, text: str) -> None:
    """Write a file whole or not at all; one that has appeared meanwhile is kept.

    Raises:
        OSError: it cannot be written.
    """
    opened, aside = mkstemp(prefix=f".{file.name}.", dir=file.absolute().parent)
    try:
        with os.fdopen(opened, "w", encoding="utf-8") as written:
            written.write(text)
        os.link(aside, file)
    finally:
        Path(aside).unlink(missing_ok=True)


def _as_json(found: _Found, groups: Sequence[Group]) -> dict[str, object]:
    return {
        "since": found.window.since.isoformat(),
        "until": found.window.until.isoformat(),
        "groups_in_all": len(found.groups),
        "wordings_unread": found.unread,
        "groups": list(_groups_as_json(groups)),
    }


def _groups_as_json(groups: Sequence[Group]) -> Iterator[dict[str, object]]:
    for group in groups:
        yield {
            "question": group.leader,
            "count": group.count,
            "refused": group.refused,
            "unhelpful": group.unhelpful,
            "newest": group.newest.isoformat(),
            "wordings": [
                {
                    "text": one.text,
                    "refused": one.refused,
                    "unhelpful": one.unhelpful,
                    "newest": one.newest.isoformat(),
                }
                for one in group.members
            ],
        }
