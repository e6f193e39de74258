"""The operators' commands about people and answers: `staff`, `publish`."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import click

from bot import app
from bot.access import (
    LINK_MINUTES,
    add_member,
    make_link,
    remove_member,
    set_role,
    sign_in_url,
)
from bot.cases import STAFF_ROLES, TIME_ZONE, Case, CaseState, Kind, Staff
from bot.config import Settings, load_settings
from bot.plain_errors import plain_errors
from bot.publishing import Change, PublishedAnswer, add_answer, add_ask_line
from bot.service import Service, read_service
from bot.store import Store

ANSWERED_STATES = (CaseState.ANSWERED, CaseState.REPLIED, CaseState.CLOSED)
"""Of a case whose answer can be published."""


@click.group()
def staff() -> None:
    """Who works here and may do what; changes hold at once, also for a running bot."""


@staff.command()
@click.argument("name")
@click.argument("role", type=click.Choice([role.value for role in STAFF_ROLES]))
@click.option("--unit", default="", help="A handler's unit: its code in service.toml.")
def add(name: str, role: str, unit: str) -> None:
    """Add a member of staff.

    Example: python -m bot staff add 王五 handler --unit urban_management
    """
    with at_work() as (_, service, store):
        member = add_member(store, service, name, role, unit, at=datetime.now(UTC))
        click.echo(_line(member, service))


@staff.command("list")
def list_() -> None:
    """Every member of staff, removed ones too.

    Example: python -m bot staff list
    """
    with at_work() as (_, service, store):
        for member in store.staff.all():
            click.echo(_line(member, service))


@staff.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice([role.value for role in STAFF_ROLES]))
@click.option("--unit", default="", help="A handler's unit: its code in service.toml.")
def role_(name: str, role: str, unit: str) -> None:
    """Give a member another role or unit.

    Example: python -m bot staff role 王五 dispatcher
    """
    with at_work() as (_, service, store):
        member = set_role(store, service, name, role, unit)
        click.echo(_line(member, service))


@staff.command()
@click.argument("name")
def remove(name: str) -> None:
    """Take all rights from a member; what she did stays in the history.

    Example: python -m bot staff remove 王五
    """
    with at_work() as (_, service, store):
        member = remove_member(store, name, at=datetime.now(UTC))
        click.echo(_line(member, service))


@staff.command()
@click.argument("name")
def link(name: str) -> None:
    """Print how a member signs in to the console, and what makes her known in her chat; good once.

    Example: python -m bot staff link 王五
    """
    with at_work() as (settings, _, store):
        at = datetime.now(UTC)
        if settings.web.enabled:
            code = make_link(store, name, at=at, purpose="console")
            click.echo(sign_in_url(settings.web.url, code))
            click.echo(f"To be opened in a browser within {LINK_MINUTES} minutes, once.", err=True)
        click.echo(f"/staff {make_link(store, name, at=at)}")
        click.echo(
            f"To be sent to the bot in a private chat within {LINK_MINUTES} minutes, once.",
            err=True,
        )


@click.command()
@click.argument("number")
@click.option("--question", default="", help="The question as it may be published.")
@click.option("--answer", default="", help="The answer as it may be published.")
@click.option("--source", default="", help="Where the answer can be read, if staff did not say.")
@click.option("--commitment", default="", help="The answer is this commitment of a report.")
@click.option("--commit", is_flag=True, help="Write it; else the change is only shown.")
def publish(
    number: str, question: str, answer: str, source: str, commitment: str, commit: bool
) -> None:
    """Make an answered question content, so that whoever asks it next is answered.

    Example: python -m bot publish WC20260302-0001 --commit
    """
    with at_work() as (settings, service, store):
        case = _answered_question(store, number)
        content = settings.paths.content
        asked = question or case.matter.text
        if commitment:
            change = add_ask_line(content, commitment, asked, commit=commit)
        else:
            published = _published(store, service, case, asked, answer, source)
            change = add_answer(content, published, commit=commit)
        _show(change, commit=commit)


def _answered_question(store: Store, number: str) -> Case:
    case = store.cases.numbered(number.strip().upper())
    if case is None:
        raise click.ClickException(f"{number}: no such case")
    if case.matter.kind is not Kind.CONSULT:
        raise click.ClickException(f"{number}: is no question (咨询) but {case.matter.kind}")
    if case.is_confidential:
        raise click.ClickException(f"{number}: is confidential and stays so; it is not published")
    if case.state not in ANSWERED_STATES:
        raise click.ClickException(f"{number}: has no answer yet, it is {case.state}")
    return case


def _published(
    store: Store, service: Service, case: Case, question: str, answer: str, source: str
) -> PublishedAnswer:
    """What is published: the staff's last answer, by the unit that gave it, with its source."""
    told = [
        event
        for event in store.cases.events(case.id)
        if event.action in ("answer", "reply", "follow_master")
    ]
    given = told[-1]
    answered_on = given.at.astimezone(TIME_ZONE).date()
    leads = [one for one in store.assignments.of_case(case.id) if one.is_live and one.is_lead]
    unit = service.units.get(leads[-1].unit) if leads else None
    return PublishedAnswer(
        question=question,
        text=answer or given.reason,
        source=source or given.about.get("source", "") or f"工作人员答复（{answered_on}）",
        case_number=case.number,
        unit=unit.name if unit else "武昌区民呼我应工作人员",
        answered_on=answered_on,
    )


def _show(change: Change, *, commit: bool) -> None:
    if not change.text:
        click.echo(f"{change.file}: has it already")
        return
    click.echo(change.text)
    if commit:
        click.echo(f"{change.file}: written; now `python -m index build`", err=True)
    else:
        click.echo("Nothing is written; with --commit it is", err=True)


@contextmanager
def at_work() -> Iterator[tuple[Settings, Service, Store]]:
    """Settings, service.toml and the database, closed at the end; mistakes are told plainly."""
    with plain_errors():
        settings = load_settings()
        service = read_service(settings.paths.content / "service.toml")
        with closing(app.open_store(settings)) as store:
            yield settings, service, store


def _line(member: Staff, service: Service) -> str:
    unit = service.units.get(member.unit)
    parts = [str(member.id), member.name, member.role.value]
    parts += [unit.name if unit else member.unit] if member.unit else []
    parts.append("linked" if member.resident_id is not None else "not linked")
    return "\t".join(parts if member.is_active else [*parts[:3], "removed"])
