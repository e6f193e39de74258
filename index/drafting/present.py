"""What the content has of a report already, as a draft goes on from it: sound, or refused.

Line ends and a byte order mark are an editor's: they stay as they are.
"""

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from index.content_files import read_content_file
from index.errors import ContentError
from index.findings import as_finding
from index.tables import read_tree

_HASH, _TABLE = "sha256", "commitment"


@dataclass(frozen=True, slots=True)
class Present:
    """A file as it is; all of it is empty if there is none.

    Attributes:
        text: without the byte order mark.
        mark: the byte order mark, `b""` if it has none.
    """

    text: str = ""
    mark: bytes = b""

    @classmethod
    def of_report(cls, file: Path) -> Self:
        """A report.md, whose front matter is not looked at.

        Raises:
            ContentError: it is not UTF-8, too large, or holds control characters.
        """
        if not file.exists():
            return cls()
        mistakes: list[str] = []
        read_content_file(file, str(file), mistakes)
        _refuse(mistakes)
        return cls._read(file)

    @classmethod
    def of_commitments(cls, file: Path) -> Self:
        """A commitments.toml, whose entries are not looked at.

        Raises:
            ContentError: as of a report, or it is no TOML.
        """
        if not file.exists():
            return cls()
        mistakes: list[str] = []
        found = read_tree(file, str(file), mistakes)
        if found is not None and not isinstance(found[1].get(_TABLE, []), list):
            place = found[0].at(_TABLE)
            mistakes.append(place.finding(f"must be written as [[{_TABLE}]]", field=_TABLE))
        _refuse(mistakes)
        return cls._read(file)

    @classmethod
    def _read(cls, file: Path) -> Self:
        content = file.read_bytes()
        mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
        return cls(content.removeprefix(mark).decode(), mark)

    def encoded(self, text: str) -> bytes:
        """The bytes of a text in its place."""
        return self.mark + text.encode()


def refuse_damaged(file: Path, mistakes: list[str]) -> None:
    """Raise for what is wrong with a report's own file; that its hash is old is no wonder.

    Raises:
        ContentError: it holds what would become part of its commitments.
    """
    found = map(as_finding, mistakes)
    _refuse([one for one in found if one.file == str(file) and one.field != _HASH])


def _refuse(mistakes: list[str]) -> None:
    if mistakes:
        raise ContentError(mistakes)
