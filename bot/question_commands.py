"""The editors' commands that learn from questions: which were asked in vain, and what of them
becomes content."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime

import click

from bot import app
from bot.cases import TIME_ZONE
from bot.config import load_settings
from bot.masking import masked
from bot.metrics import Window
from bot.plain_errors import plain_errors
from bot.question_table import lines_of
from bot.store import DATABASE, Store
from bot.unanswered import Group, groups_in

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option(
    "--since",
    type=_DAY,
    metavar="DAY",
    help="The first day, YYYY-MM-DD, itself included; 30 days in all if left out.",
)
@click.option(
    "--until",
    type=_DAY,
    metavar="DAY",
    help="The last day, YYYY-MM-DD, itself included; today if left out.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def questions(since: datetime | None, until: datetime | None, as_json: bool) -> None:
    """Show what was asked in vain, by meaning, by days in Wuhan; the bot may go on running.

    Example: python -m bot questions --since 2026-09-01 --until 2026-09-30
    """
    window = _window(since, until)
    with plain_errors():
        settings = load_settings()
        index = app.open_index(settings)
        with closing(Store.open_to_read(settings.paths.var / DATABASE)) as store:
            asked = store.questions.unanswered(window.begin, window.end)
        groups = groups_in(index, asked, mask=masked)
    if as_json:
        click.echo(json.dumps(_as_json(window, groups), ensure_ascii=False, indent=2))
        return
    for line in lines_of(window, groups):
        click.echo(line)


def _window(since: datetime | None, until: datetime | None) -> Window:
    today = datetime.now(UTC).astimezone(TIME_ZONE).date()
    try:
        return Window.of(since and since.date(), until and until.date(), today=today)
    except ValueError as error:
        raise click.UsageError(f"no such window: {error}") from error


def _as_json(window: Window, groups: Sequence[Group]) -> dict[str, object]:
    return {
        "since": window.since.isoformat(),
        "until": window.until.isoformat(),
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
