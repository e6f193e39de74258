"""`build`, `activate`, `rollback`, `list`, `diff`: what is made of the content, and what of it the
bot answers from."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import click

from index.activation import (
    Listed,
    activate,
    active_name,
    build_index,
    evaluation_of,
    hold_build,
    list_builds,
    named_build,
    rollback,
)
from index.builds import builds_folder
from index.commands.common import one_line_a_mistake, progress_bar, read_settings
from index.commands.watch import watch
from index.comparing import AnswerChange, Difference, Reworded, compare
from index.config import IndexConfig
from index.errors import StaleIndexError
from index.history import Activation, history, name_before
from index.reports import Commitment


def _expect_a_reason(_: click.Context, __: click.Parameter, reason: str | None) -> str:
    if reason is not None and not reason.strip():
        raise click.BadParameter("say why: the reason is kept")
    return reason or ""


_ACCEPT = click.option(
    "--accept",
    callback=_expect_a_reason,
    metavar="REASON",
    help="Activate a worse build; the reason is kept.",
)
_MOST_SHOWN = 40
_NOT_COMPARED = "not compared: the evaluation has no question that both builds were asked"


@click.command()
@click.option("--hold", is_flag=True, help="Only build; see `diff`, then `activate`.")
@click.option(
    "--watch", "watches", is_flag=True, help="Build at every change, and answer at a prompt."
)
@_ACCEPT
def build(hold: bool, watches: bool, accept: str) -> None:
    """Build the index from the content, and activate it unless it is worse.

    Example: python -m index build --hold
    """
    with one_line_a_mistake():
        config = read_settings()
        if watches:
            watch(config)
            return
        before = active_name(config.paths)
        with progress_bar() as progress:
            if hold:
                made = hold_build(config.paths, config.index, progress)
                note = "held " if made.is_new else "nothing changed, held "
                click.echo(f"{note}{made.build}")
                return
            build = build_index(config.paths, config.index, progress, accept=accept)
        if build.name == before:
            click.echo(f"nothing changed, kept {build}")
            return
        click.echo(build)
        click.echo(_activation_line(history(builds_folder(config.paths.var))[-1]))


@click.command("activate")
@click.argument("name", default="")
@_ACCEPT
def activate_(name: str, accept: str) -> None:
    """Let the bot answer from a build: the newest, or the one whose name begins with NAME.

    Example: python -m index activate 3f9c --accept "the new report has fewer numbers"
    """
    with one_line_a_mistake():
        config = read_settings()
        done = activate(config.paths, config.index, name or _newest(config), accept=accept)
        click.echo(_activation_line(done))


@click.command("rollback")
def rollback_() -> None:
    """Let the bot answer from the build that was active before.

    Example: python -m index rollback
    """
    with one_line_a_mistake():
        config = read_settings()
        click.echo(_activation_line(rollback(config.paths, config.index)))


@click.command("list")
@click.option("--history", "shows_history", is_flag=True, help="What was activated when and why.")
def list_(shows_history: bool) -> None:
    """List the builds that are kept, the newest first; * is the active one.

    Example: python -m index list --history
    """
    with one_line_a_mistake():
        config = read_settings()
        if shows_history:
            for done in history(builds_folder(config.paths.var)):
                click.echo(_activation_line(done))
            return
        for listed in list_builds(config.paths):
            click.echo(_listed_line(listed))


@click.command()
@click.argument("new", default="")
@click.argument("old", default="")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
@click.option("--quick", is_flag=True, help="Without the evaluation's questions.")
def diff(new: str, old: str, as_json: bool, quick: bool) -> None:
    """Show what build NEW changes against OLD: by default the newest against the active one.

    Example: python -m index diff
    """
    with one_line_a_mistake():
        config = read_settings()
        folder = builds_folder(config.paths.var)
        newer = named_build(folder, new or _newest(config))
        older = named_build(folder, old or _compared_with(config, newer))
        evaluations = None
        if not quick:
            evaluations = (
                evaluation_of(older, config.index),
                evaluation_of(newer, config.index),
            )
        found = compare(older, newer, evaluations)
        if as_json:
            click.echo(json.dumps(asdict(found), ensure_ascii=False))
            return
        click.echo(f"{older.name} -> {newer.name}")
        for line in _difference_lines(found):
            click.echo(line)


def _newest(config: IndexConfig) -> str:
    builds = list_builds(config.paths)
    if not builds:
        raise StaleIndexError("there is none", "one; run: python -m index build")
    return builds[0].build.name


def _compared_with(config: IndexConfig, newer: Path) -> str:
    """The active build; of the active one itself the one that was active before."""
    active = active_name(config.paths)
    other = (
        active if active != newer.name else name_before(builds_folder(config.paths.var), active)
    )
    if not other:
        raise StaleIndexError(f"there is none besides {newer.name}", "another to compare it with")
    return other


def _activation_line(done: Activation) -> str:
    if done.changes_nothing:
        return f"nothing changed, active: {done.build}"
    since = f" instead of {done.before}" if done.before else ""
    accepted = f"; accepted: {done.accepted}" if done.accepted else ""
    unknown = f"; {_NOT_COMPARED}" if done.compared == 0 else ""
    return f"{done.at} active: {done.build}{since}{accepted}{unknown}"


def _listed_line(listed: Listed) -> str:
    mark = "*" if listed.is_active else " "
    made_at = f"{listed.made_at:%Y-%m-%d %H:%M} UTC"
    figures = ", ".join(_shown_figures(listed.figures)) or "not evaluated"
    return f"{mark} {listed.build.name}  {made_at}  {figures}"


def _shown_figures(figures: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    for group, name, shown in (
        ("questions", "right", "right"),
        ("questions", "wrong", "wrong"),
        ("unanswerable near", "answered", "near misses answered"),
        ("unanswerable far", "answered", "far ones"),
    ):
        found = figures.get(f"test {group}")
        if found:
            yield f"{shown} {found[name]:.3f}"


def _difference_lines(found: Difference) -> Iterator[str]:
    yield from _section("commitments added", [_commitment_line(one) for one in found.added])
    yield from _section("commitments removed", [_commitment_line(one) for one in found.removed])
    yield from _section(
        "commitments changed", [line for one in found.changed for line in _reworded_lines(one)]
    )
    yield from _section("also changed", list(found.other_inputs))
    yield from _section(
        "evaluation questions with another answer", [_answer_line(one) for one in found.answers]
    )


def _section(title: str, lines: list[str]) -> Iterator[str]:
    entries = sum(not line.startswith("  ") for line in lines)
    yield f"{title}: {entries or 'none'}"
    for line in lines[:_MOST_SHOWN]:
        yield f"  {line}"
    if len(lines) > _MOST_SHOWN:
        yield f"  ... {len(lines) - _MOST_SHOWN} more lines; --json has all"


def _commitment_line(commitment: Commitment) -> str:
    return f"{commitment.id}  {commitment.quote}"


def _reworded_lines(one: Reworded) -> Iterator[str]:
    renamed = f" -> {one.after.id}" if one.after.id != one.before.id else ""
    others = f"  ({', '.join(one.others)})" if one.others else ""
    yield f"{one.before.id}{renamed}{others}"
    was, now = one.numbers
    if was or now:
        yield f"  numbers: {'、'.join(was) or 'none'} -> {'、'.join(now) or 'none'}"
    if one.before.quote != one.after.quote:
        yield f"  - {one.before.quote}"
        yield f"  + {one.after.quote}"


def _answer_line(one: AnswerChange) -> str:
    before, after = (answer or "no answer" for answer in (one.before, one.after))
    verdict = {(True, False): " (now wrong)", (False, True): " (now right)"}
    return f"{one.question}  {before} -> {after}{verdict.get((one.was_right, one.is_right), '')}"
