"""The files of the content that no build reads: the bot's own, as far as they can be checked here.

Whether they are whole and sound is the bot's to say when it starts.
"""

from collections.abc import Iterator
from pathlib import Path

from index.checks.service import ServiceNames, read_service_names, unknown
from index.findings import Finding, Place
from index.gold import read_json_lines
from index.tables import read_tree


def check_other_files(content: Path) -> list[str]:
    """The mistakes in wording, examples and the names that messages take from service.toml."""
    mistakes: list[str] = []
    names = read_service_names(content, [])
    for file in sorted(content.glob("wording/*.toml")):
        read_tree(file, str(file), mistakes)
    for folder in ("evaluation", "examples"):
        # What is no JSON in an evaluation set was told when it was read for a build.
        unreadable = mistakes if folder == "examples" else []
        for file in sorted(content.glob(f"{folder}/*.jsonl")):
            for place, fields in read_json_lines(file, unreadable):
                mistakes += _unknown_names(place, fields, names)
    return mistakes


def _unknown_names(place: Place, fields: object, names: ServiceNames | None) -> Iterator[Finding]:
    if names is None or not isinstance(fields, dict):
        return
    for field, known in (("category", names.categories), ("unit", names.units)):
        name = fields.get(field)
        told = unknown(name, known, field) if isinstance(name, str) and name else ""
        if told:
            yield place.finding(told, field=field)
