"""The commands in the docs print what the docs say."""

import os
import subprocess
import sys
from pathlib import Path

from tests.shown import BUILT, PROJECT

PAGE = "docs/operators.md"


def test_the_operators_page_shows_what_its_commands_print(built: Path) -> None:
    command = [sys.executable, "-m", "cogapp", "--check", "--diff", "-I", ".", PAGE]
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env={**os.environ, BUILT: str(built)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\nmake docs writes it anew"
