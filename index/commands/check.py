"""`check`: every mistake of the content at once."""

import json
import sys
from collections.abc import Callable
from functools import partial

import click

from index.checks.asks import asks_astray, index_to_ask
from index.checks.other_files import check_other_files
from index.commands.common import one_line_a_mistake, progress_bar, read_settings
from index.content import Content, read_content
from index.findings import as_finding

Show = Callable[[str, bool], None]


@click.command()
@click.option("--quick", is_flag=True, help="Do not try whether the ask lines find their own.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a mistake or remark.")
def check(quick: bool, as_json: bool) -> None:
    """Check all content and list every mistake and remark at once; exit 1 on mistakes.

    Example: python -m index check --quick
    """
    with one_line_a_mistake():
        config = read_settings()
        content = read_content(config.paths)
        mistakes = [*content.mistakes, *check_other_files(config.paths.content)]
        remarks = list(content.remarks)
        show = _show_json if as_json else _show_line
        for line in remarks:
            show(line, False)
        for line in mistakes:
            show(line, True)
        if not quick:
            open_index = partial(index_to_ask, content, config.paths, config.index)
            with progress_bar(unit=" questions", desc="asking") as progress:
                astray = list(asks_astray(content, open_index, progress))
            for line in astray:
                show(line, False)
            remarks += astray
        click.echo(_counts(content, len(mistakes), len(remarks)), err=as_json)
        if mistakes:
            sys.exit(1)


def _show_line(line: str, is_mistake: bool) -> None:
    click.echo(line if is_mistake else f"remark: {line}", err=True)


def _show_json(line: str, is_mistake: bool) -> None:
    found = as_finding(line)
    told = {
        "file": found.file,
        "line": found.line,
        "id": found.entry,
        "field": found.field,
        "text": found.text,
        "is_mistake": is_mistake,
    }
    click.echo(json.dumps(told, ensure_ascii=False))


def _counts(content: Content, mistakes: int, remarks: int) -> str:
    told = _of(mistakes, "mistake") + (f", {_of(remarks, 'remark')}" if remarks else "")
    return (
        f"{_of(len(content.commitments), 'commitment')} of {_of(len(content.reports), 'report')}, "
        f"{len(content.glossary)} glossary entries, {len(content.gold)} questions: {told}"
    )


def _of(count: int, name: str) -> str:
    return f"{count or 'no'} {name}{'' if count == 1 else 's'}"
