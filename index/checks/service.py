"""Names that the content takes from `service.toml`: units and categories.

Whether service.toml itself is sound is the bot's to say; here only its names are read.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from index.findings import Place
from index.reports import Commitment
from index.tables import read_tree

FILE = "service.toml"


@dataclass(frozen=True, slots=True)
class ServiceNames:
    """The names and codes that service.toml gives."""

    units: Collection[str]
    categories: Collection[str]


def read_service_names(content: Path, mistakes: list[str]) -> ServiceNames | None:
    """The names of service.toml; None if the content has none, or it cannot be read."""
    file = content / FILE
    found = read_tree(file, str(file), mistakes) if file.exists() else None
    if found is None:
        return None
    _, tree = found
    return ServiceNames(_names(tree, "unit"), _names(tree, "category"))


def check_units(
    names: ServiceNames,
    commitments: Sequence[Commitment],
    places: Mapping[str, Place],
    mistakes: list[str],
) -> None:
    """Add the units of commitments that service.toml does not have.

    Whoever gave an answer of staff may have another name by now.
    """
    for commitment in commitments:
        unit, place = commitment.unit, places.get(commitment.id)
        if place is not None and unit and not commitment.collection:
            told = unknown(unit, names.units, "unit")
            mistakes += [place.finding_in(("unit",), told)] if told else []


def unknown(name: str, known: Collection[str], table: str) -> str:
    """What to say of a name that is no name or code of service.toml; `""` if it is one."""
    if name in known:
        return ""
    like = get_close_matches(name, known, n=1)
    hint = f"; did you mean {like[0]!r}?" if like else ""
    return f"{name!r} is no [[{table}]] of {FILE}{hint}"


def _names(tree: Mapping[str, Any], table: str) -> frozenset[str]:
    entries = tree.get(table, [])
    return frozenset(
        entry[key]
        for entry in (entries if isinstance(entries, list) else [])
        for key in ("name", "code")
        if isinstance(entry, dict) and isinstance(entry.get(key), str)
    )
