"""A bot's folder and the commands that a person runs on it, with a token in the environment."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.config import Settings, load_settings
from tests.conftest import CONTENT
from tests.forking import PROJECT, run_forked

__all__ = ["PROJECT", "Prompt", "run_bot", "run_index"]


class Prompt:
    """One configuration; every command gets it.

    Attributes:
        token: the bot token, empty for none.
    """

    def __init__(self, folder: Path, *, token: str = "", config: str = "") -> None:
        self.var = folder / "var"
        self.token = token
        self._config = folder / "config.toml"
        self.configure(config)

    def configure(self, text: str) -> None:
        """Write config.toml: the paths, and this."""
        paths = f"[paths]\ncontent = {json.dumps(str(CONTENT))}\nvar = {json.dumps(str(self.var))}"
        self._config.write_text(f"{paths}\n{text}\n", encoding="utf-8")

    @property
    def settings(self) -> Settings:
        """What stands in config.toml."""
        return load_settings(self._config)

    @property
    def environment(self) -> dict[str, str]:
        """What a process is started with."""
        own = {"BOT_CONFIG": str(self._config), "TELEGRAM_BOT_TOKEN": self.token}
        return {**os.environ, **own}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m bot` with these words to its end."""
        return run_bot(self.environment, *words)


def run_bot(environment: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m bot` with these words to its end."""
    return _run("bot", environment, words)


def run_index(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m index` with a config.toml and these words to its end."""
    return _run("index", {**os.environ, "BOT_CONFIG": str(config)}, words)


def _run(
    module: str, environment: Mapping[str, str], words: Sequence[str]
) -> subprocess.CompletedProcess[str]:
    done = run_forked(("-m", module, *words), environment)
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )
