"""`content/service.toml`: the district's streets, units, kinds and categories, and the words that
mark them in what residents write. All of it is configuration, none of it code."""

import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.cases import Kind, Urgency
from index import ContentError

_Words = tuple[Annotated[str, Field(min_length=1)], ...]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Meta(_Entry):
    """Which version of the service's data this is, and where it comes from."""

    version: str
    mark: str
    source: str


class Street(_Entry):
    """A street office's area.

    Attributes:
        aliases: other ways to write its name.
        unless: words of which an alias may be a part without meaning the street.
    """

    code: str
    name: str
    en: str
    aliases: _Words = ()
    unless: _Words = ()


class Unit(_Entry):
    """承办单位: an office that can be made responsible."""

    code: str
    name: str
    en: str


class KindEntry(_Entry):
    """A kind of matter, and the words that mark it: surely (`strong`) or perhaps (`weak`)."""

    code: Kind
    name: str
    en: str
    strong: _Words
    weak: _Words = ()


class Category(_Entry):
    """A level-one category, and the words that mark it."""

    code: str
    name: str
    en: str
    cues: _Words = ()


class Danger(_Entry):
    """A danger to life or property, the words that mark it, and whom to call first."""

    name: str
    cues: _Words
    numbers: _Words
    unless: _Words = ()


class UrgencyCues(_Entry):
    """Words that mark a matter as urgent or critical, or that say there is no hurry (`calm`)."""

    urgent: _Words
    critical: _Words
    calm: _Words = ()


class RouterCues(_Entry):
    """Words that tell a question to the report from a matter, small talk and instructions."""

    question: _Words
    rhetorical: _Words = ()
    matter: _Words
    smalltalk: _Words
    instruction: _Words
    experience: _Words


class Service(BaseModel):
    """All of service.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    meta: Meta
    street: tuple[Street, ...]
    unit: tuple[Unit, ...]
    kind: tuple[KindEntry, ...]
    category: tuple[Category, ...]
    danger: tuple[Danger, ...]
    urgency: UrgencyCues
    router: RouterCues

    @cached_property
    def streets(self) -> dict[str, Street]:
        """Streets by code."""
        return {street.code: street for street in self.street}

    @cached_property
    def kinds(self) -> dict[Kind, KindEntry]:
        """Kinds by code."""
        return {kind.code: kind for kind in self.kind}

    @cached_property
    def categories(self) -> dict[str, Category]:
        """Categories by code."""
        return {category.code: category for category in self.category}


URGENCY_NAMES = {
    Urgency.NORMAL: ("一般", "normal"),
    Urgency.URGENT: ("紧急", "urgent"),
    Urgency.CRITICAL: ("特急", "critical"),
}
"""The 12345 standards' words for each urgency, Chinese and English."""


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
    mistakes = [*_repeated(service), *_missing_kinds(service)]
    if mistakes:
        raise ContentError([f"{path}: {mistake}" for mistake in mistakes])
    return service


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)


def _repeated(service: Service) -> list[str]:
    mistakes = []
    for table in ("street", "unit", "kind", "category"):
        codes = [entry.code for entry in getattr(service, table)]
        repeated = sorted({code for code in codes if codes.count(code) > 1})
        mistakes += [f"{table}.code: {code!r} stands twice" for code in repeated]
    return mistakes


def _missing_kinds(service: Service) -> list[str]:
    return [f"kind: {kind.value!r} is missing" for kind in Kind if kind not in service.kinds]
