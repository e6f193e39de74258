"""What each build answered to the evaluation, kept beside the builds in `evaluated/`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from index.builds import builds_in, sha256, to_json
from index.evaluate import Evaluation
from index.writing import write_aside

_FOLDER = "evaluated"


def read_evaluation(build: Path) -> Evaluation | None:
    """What was kept of a build, None if it is missing or damaged."""
    try:
        fields = json.loads(_file_of(build).read_bytes())
        outcomes = {key: fields[key] for key in ("alone", "later")}
        if fields["sha256"] != _seal(build, outcomes):
            return None
        return Evaluation.from_json(outcomes)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_evaluation(build: Path, found: Evaluation) -> None:
    """Keep what a build answered, whole or not at all.

    Raises:
        OSError: the disk is full or may not be written.
    """
    outcomes = found.to_json()
    file = _file_of(build)
    file.parent.mkdir(exist_ok=True)
    write_aside(file, to_json({"sha256": _seal(build, outcomes), **outcomes}))


def forget_evaluations(folder: Path) -> None:
    """Remove what was kept of builds that are gone."""
    kept = {build.name for build in builds_in(folder)}
    for file in (folder / _FOLDER).glob("*.json"):
        if file.stem not in kept:
            file.unlink(missing_ok=True)


def _file_of(build: Path) -> Path:
    return build.parent / _FOLDER / f"{build.name}.json"


def _seal(build: Path, outcomes: Mapping[str, Any]) -> str:
    """Ties the outcomes to their build, so that nobody's figures are taken for another's."""
    return sha256(json.dumps([build.name, outcomes], sort_keys=True).encode())
