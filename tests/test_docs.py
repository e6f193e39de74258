"""The commands in the docs print what the docs say."""

import subprocess
import sys

from tests.shown import PROJECT

PAGE = "docs/operators.md"


def test_the_operators_page_shows_what_its_commands_print() -> None:
    command = [sys.executable, "-m", "cogapp", "--check", "--diff", "-I", ".", PAGE]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\nmake docs writes it anew"
