"""Kills building and activating at random moments, and looks what is left to load.

Run from the project's root: `python -m tests.faults.builds --kills 100`. The content changes at
every build, so that each build can be told by what it holds; a mixed one would hold two numbers.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from index import IndexSettings, Paths, StaleIndexError, active_name, build_index, load_index
from index.builds import builds_folder, builds_in, read_files, read_manifest
from index.canaries import try_out
from tests.small_content import write_small_content

_BUILDER = """
import itertools, sys
from pathlib import Path
from random import Random
from index import IndexSettings, Paths, build_index
from index.activation import rollback
from tests.faults.builds import change_content
paths = Paths(content=Path(sys.argv[1]) / "content", var=Path(sys.argv[1]) / "var")
settings = IndexSettings(builds_kept=2)
print("ready", flush=True)
for number in itertools.count(int(sys.argv[2])):
    change_content(paths, number)
    build_index(paths, settings)
    if number % 3 == 0:
        rollback(paths, settings)
"""


def change_content(paths: Paths, number: int) -> None:
    """Give every commitment a question with this number."""
    file = paths.content / "reports" / "small-2020" / "commitments.toml"
    lines = [
        line
        for line in file.read_text(encoding="utf-8").splitlines()
        if not line.startswith("ask = ")
    ]
    asked = [
        f'{line}\nask = ["第{number}次问{line[6:10]}"]' if line.startswith("id = ") else line
        for line in lines
    ]
    aside = file.with_suffix(".new")
    aside.write_text("\n".join(asked) + "\n", encoding="utf-8")
    aside.replace(file)


def kill_builds(root: Path, *, kills: int, seed: int) -> Counter[str]:
    """Kill a builder again and again; what was left each time, counted.

    Returns:
        `whole` for each time that a loadable, unmixed build was active, and otherwise what was
        wrong; `damaged kept` for each build with a name that could not be read.
    """
    chance = Random(seed)  # noqa: S311 (moments, no secrets)
    paths = write_small_content(root)
    settings = IndexSettings(builds_kept=2)
    change_content(paths, 0)
    build_index(paths, settings)
    change_content(paths, 1)
    build_index(paths, settings)
    found: Counter[str] = Counter()
    for kill in range(kills):
        _build_until_killed(root, first=2 + 1000 * kill, after_seconds=chance.uniform(0, 0.5))
        found[_what_is_left(paths, settings)] += 1
        for build in builds_in(builds_folder(paths.var)):
            found["damaged kept"] += not _is_readable(build)
    return found


def _build_until_killed(root: Path, *, first: int, after_seconds: float) -> None:
    command = [sys.executable, "-c", _BUILDER, str(root), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as builder:
        if builder.stdout is None or builder.stdout.readline() != "ready\n":
            raise RuntimeError("the builder did not start")
        time.sleep(after_seconds)
        builder.kill()


def _what_is_left(paths: Paths, settings: IndexSettings) -> str:
    try:
        index = load_index(paths, settings)
        try_out(index)
    except StaleIndexError as error:
        return str(error)
    numbers = {question.split("次")[0] for one in index.parts for question in one.ask}
    if len(numbers) != 1 or index.build_id != active_name(paths):
        return f"mixed: {sorted(numbers)}"
    return "whole"


def _is_readable(build: Path) -> bool:
    try:
        read_files(build, read_manifest(build))
    except StaleIndexError:
        return False
    return True


def main() -> None:
    """Kill, and print what was left; exit 1 if anything but whole builds was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        found = kill_builds(Path(root), kills=arguments.kills, seed=arguments.seed)
    for what, times in found.items():
        print(f"{times:5} {what}")
    if found["whole"] != arguments.kills or found["damaged kept"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
