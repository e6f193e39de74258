"""What the commands in docs/operators.md print, run as they stand there; `cog` puts it in.

`make docs` writes the page anew, tests/test_docs.py looks whether it would change. What differs
from run to run (names of builds, times) is shown the same each time.
"""

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.plain_report import PLAIN_REPORT

PROJECT = Path(__file__).parents[1]
BUILT = "OPERATORS_VAR"
"""The variable that may name a var folder in which the real content is built already."""
_BUILD = re.compile(r"\b[0-9a-f]{12}\b")
_TIMES = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"), "2026-11-29T01:00:00+00:00"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(?= UTC)"), "2026-11-29 01:00"),
)


class Operator:
    """Somebody at a command line, in a folder with the real content and a new report in Word."""

    def __init__(self) -> None:
        self._room = tempfile.TemporaryDirectory()
        self.folder = Path(self._room.name)
        shutil.copytree(PROJECT / "content", self.folder / "content")
        if BUILT in os.environ:
            shutil.copytree(os.environ[BUILT], self.folder / "var")
        (self.folder / "config.toml").write_text("", encoding="utf-8")
        _write_docx(self.folder / "yunhe-2026.docx", PLAIN_REPORT)
        (self.folder / "yunhe-2026.txt").write_text(PLAIN_REPORT, encoding="utf-8")
        self._names: dict[str, str] = {}

    def runs(
        self, command: str, *, first: int = 0, last: int = 0, ends_with: int = 0, typed: str = ""
    ) -> str:
        """A command and what it prints, as a reader sees it.

        Args:
            command: what follows `python -m`.
            first, last: so many lines of the output, if either is given; `...` between them.
            ends_with: the exit status.
            typed: what is typed at its prompt.

        Raises:
            RuntimeError: it ended otherwise.
        """
        done = subprocess.run(
            [sys.executable, "-m", *shlex.split(command)],
            cwd=self.folder,
            env={**os.environ, "BOT_CONFIG": "config.toml", "PYTHONPATH": str(PROJECT)},
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != ends_with:
            raise RuntimeError(f"{command}: ended with {done.returncode}:\n{done.stdout}")
        lines = self._same_each_time(done.stdout).splitlines()
        if (first or last) and len(lines) > first + last:
            lines = [*lines[:first], "...", *lines[len(lines) - last :]]
        return "\n".join([f"$ .venv/bin/python -m {self._same_each_time(command)}", *lines])

    def edits(self, file: str, before: str, after: str) -> None:
        """Change a file of the content.

        Raises:
            RuntimeError: what is to be changed is not in it.
        """
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        if before not in text:
            raise RuntimeError(f"{file}: holds no {before!r}")
        path.write_text(text.replace(before, after, 1), encoding="utf-8")

    def loses(self, file: str, commitment: str) -> None:
        """Delete a commitment.

        Raises:
            RuntimeError: there is none of that id.
        """
        path = self.folder / file
        entries = path.read_text(encoding="utf-8").split("[[commitment]]")
        kept = [entry for entry in entries if f'\nid = "{commitment}"\n' not in entry]
        if len(kept) != len(entries) - 1:
            raise RuntimeError(f"{file}: holds no {commitment}")
        path.write_text("[[commitment]]".join(kept), encoding="utf-8")

    def _same_each_time(self, text: str) -> str:
        for pattern, shown in _TIMES:
            text = pattern.sub(shown, text)
        return _BUILD.sub(self._shown_name, text)

    def _shown_name(self, found: re.Match[str]) -> str:
        number = len(self._names)
        name = hashlib.sha256(f"build {number}".encode()).hexdigest()[:12]
        return self._names.setdefault(found[0], name)


def block(*printed: str) -> str:
    """What was printed as a block of code."""
    return "\n".join(["```", *printed, "```"])


def _write_docx(path: Path, text: str) -> None:
    from docx import Document

    document = Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(str(path))
