"""What was activated when, and why if it was worse: `history.jsonl` beside the builds."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from index.writing import append_line

_HISTORY = "history.jsonl"


@dataclass(frozen=True, slots=True)
class Activation:
    """One line of the history: a build that became active.

    Attributes:
        at: ISO 8601, UTC.
        build: what became active; `before` is what was, `""` if nothing.
        worse: what was worse by more than the margins, a line each.
        accepted: why it was activated all the same.
        compared: on how many questions of the test half it was compared with the one before;
            None if there was nothing to compare it with.
        goes_back: whether `before` was fled from, so that no way back leads to it.
    """

    at: str
    build: str
    before: str
    worse: tuple[str, ...] = ()
    accepted: str = ""
    compared: int | None = None
    goes_back: bool = False

    @property
    def changes_nothing(self) -> bool:
        """Whether the build was active already."""
        return self.build == self.before


def history(folder: Path) -> list[Activation]:
    """What was activated, oldest first; a line cut short by a crash is left out, and one that
    older programs wrote of the build that was active already."""
    try:
        lines = (folder / _HISTORY).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    found = filter(None, map(_read_activation, lines))
    return [one for one in found if not one.changes_nothing]


def note_activation(folder: Path, activation: Activation) -> None:
    """Add a line to the history and flush it to disk.

    Raises:
        OSError: the disk is full or may not be written.
    """
    append_line(folder / _HISTORY, json.dumps(asdict(activation), ensure_ascii=False))


def name_before(folder: Path, now: str) -> str:
    """The name of the build that was active before this one, `""` if there was none.

    Builds that were gone back from are passed over: going back twice goes back two builds.
    """
    way: list[str] = []
    for one in history(folder):
        way = way or [one.before]
        way = _up_to(one.build, way) if one.goes_back else [*way, one.build]
    return _up_to(now, way)[-2] if now in way[1:] else ""


def _up_to(build: str, way: list[str]) -> list[str]:
    """The way to where the build last stands on it."""
    return way[: len(way) - way[::-1].index(build)] if build in way else [build]


def _read_activation(line: bytes) -> Activation | None:
    try:
        fields = json.loads(line)
        return Activation(**{**fields, "worse": tuple(fields["worse"])})
    except (ValueError, KeyError, TypeError):
        return None
