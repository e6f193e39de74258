"""How `python -m` is run: as a shell does it, or forked from a process that has read the code.

Most of what a start costs is Python reading the code. A forked bot is a process of its own with
the command line's own way from there on; what it shares with others is the imported code alone.
"""

import asyncio
import os
import runpy
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

PROJECT = Path(__file__).parents[1]


class Running(Protocol):
    """What one can know of a process and do to it."""

    @property
    def pid(self) -> int:
        """Its number."""

    @property
    def returncode(self) -> int | None:
        """Its exit code once it has ended; -9 is killed."""

    def send_signal(self, number: int) -> None:
        """Send it a signal."""

    async def wait(self) -> int:
        """Wait until it ends; returns its exit code."""


Start = Callable[[Sequence[str], Mapping[str, str], Path], Awaitable[Running]]
"""Starts `python <words>` with an environment, and has it add what it says to a file."""


async def executed(words: Sequence[str], environment: Mapping[str, str], log: Path) -> Running:
    """Start it as a shell does."""
    with log.open("ab") as told:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *words,
            cwd=PROJECT,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=told,
            stderr=told,
        )


async def forked(words: Sequence[str], environment: Mapping[str, str], log: Path) -> Running:
    """Fork it; the words begin with `-m`."""
    return _Forked(_fork(words, environment, (Path(os.devnull), log, log)))


def run_forked(
    words: Sequence[str],
    environment: Mapping[str, str],
    *,
    typed: bytes = b"",
    timeout_seconds: float = 120.0,
) -> subprocess.CompletedProcess[bytes]:
    """Run a forked one to its end; the words begin with `-m`.

    Raises:
        TimeoutExpired: it did not end, and was killed.
    """
    with TemporaryDirectory() as folder:
        streams = Path(folder, "0"), Path(folder, "1"), Path(folder, "2")
        streams[0].write_bytes(typed)
        process = _fork(words, environment, streams)
        process.join(timeout_seconds)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired([*words], timeout_seconds)
        told, remarked = (stream.read_bytes() for stream in streams[1:])
        return subprocess.CompletedProcess([*words], process.exitcode, told, remarked)


Streams = tuple[Path, Path, Path]
"""The files that stand for stdin, stdout and stderr; both of the latter are added to."""


def _fork(
    words: Sequence[str], environment: Mapping[str, str], streams: Streams
) -> ForkServerProcess:
    process = _nursery().Process(target=_be, args=(words, environment, streams), daemon=True)
    process.start()
    return process


@cache
def _nursery() -> ForkServerContext:
    nursery = get_context("forkserver")
    nursery.set_forkserver_preload(["bot.__main__", "index.__main__", __name__])
    return nursery


def _be(words: Sequence[str], environment: Mapping[str, str], streams: Streams) -> None:
    """Become what `python -m` makes of the words."""
    os.chdir(PROJECT)
    os.environ.clear()
    os.environ.update(environment)
    for number, (stream, mode) in enumerate(zip(streams, ("rb", "ab", "ab"), strict=True)):
        with stream.open(mode) as file:
            os.dup2(file.fileno(), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (until the process ends)
    _, module, *rest = words
    sys.argv = [module, *rest]
    sys.modules.pop(f"{module}.__main__", None)  # read with the rest, but not run yet
    runpy.run_module(module, run_name="__main__", alter_sys=True)


class _Forked:
    """A forked process; its end is noticed once, by the event loop."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self._ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(process.sentinel, self._on_end)

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode if self._ended.is_set() else None

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    async def wait(self) -> int:
        await self._ended.wait()
        assert self._process.exitcode is not None
        return self._process.exitcode

    def _on_end(self) -> None:
        self._loop.remove_reader(self._process.sentinel)
        self._process.join()
        self._ended.set()
