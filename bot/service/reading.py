"""Reads service.toml and tells all its mistakes at once."""

import tomllib
from pathlib import Path
from typing import get_args

from pydantic import ValidationError

from bot.cases import Kind
from bot.service.district import Service
from bot.service.entries import ClockName
from index import ContentError


def read_service(path: Path) -> Service:
    """Read service.toml.

    Raises:
        ContentError: every mistake of the file at once.
    """
    try:
        service = Service.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ContentError([f"{path}: {error}"]) from error
    except ValidationError as error:
        raise ContentError(
            [f"{path}: {_field(found['loc'])}: {found['msg']}" for found in error.errors()]
        ) from error
    mistakes = [*_repeated(service), *_missing(service), *_unknown(service)]
    if mistakes:
        raise ContentError([f"{path}: {mistake}" for mistake in mistakes])
    return service


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)


def _repeated(service: Service) -> list[str]:
    columns = [
        (f"{table}.code", [entry.code for entry in getattr(service, table)])
        for table in ("street", "unit", "kind", "category", "reject_reason", "reply_template")
    ]
    columns += [
        ("unit.name", [unit.name for unit in service.unit]),
        ("unit.street", [unit.street for unit in service.unit if unit.is_office_of(unit.street)]),
        ("clock.name", [clock.name for clock in service.clock]),
    ]
    columns += [
        (f"category.{number}.units", list(category.units))
        for number, category in enumerate(service.category)
    ]
    return [
        f"{field}: {value!r} stands twice" for field, values in columns for value in _twice(values)
    ]


def _twice(values: list[str]) -> list[str]:
    return sorted({value for value in values if values.count(value) > 1})


def _missing(service: Service) -> list[str]:
    kinds = [f"kind: {kind.value!r} is missing" for kind in Kind if kind not in service.kinds]
    names: tuple[ClockName, ...] = get_args(ClockName)
    return kinds + [f"clock: {name!r} is missing" for name in names if name not in service.clocks]


def _unknown(service: Service) -> list[str]:
    streets = [
        f"unit.{number}.street: {unit.street!r} is no street's code"
        for number, unit in enumerate(service.unit)
        if unit.street and unit.street not in service.streets
    ]
    templates = [
        f"reply_template.{number}.categories: {code!r} is no category's code"
        for number, template in enumerate(service.reply_template)
        for code in template.categories
        if code not in service.categories
    ]
    return [*streets, *templates] + [
        f"category.{number}.units: {code!r} is no unit's code"
        for number, category in enumerate(service.category)
        for code in category.units
        if code not in service.units
    ]
