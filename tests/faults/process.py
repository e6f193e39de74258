"""The real bot as a process that can be killed, and a supervisor that starts it again."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.conftest import CONTENT
from tests.fakes import FakeTelegram
from tests.forking import Running, Start, forked

BOT = ("-m", "bot")


def victim(point: str, times: int) -> tuple[str, ...]:
    """The bot that dies when it comes to a point so often (see `victim`)."""
    return ("-m", "tests.faults.victim", point, str(times))


class Ward:
    """A bot's folder, its processes one after the other, and what they wrote to the log.

    Attributes:
        url: where its web page is.
        endings: exit codes of the processes that have ended; -9 is killed.
    """

    def __init__(
        self,
        folder: Path,
        built: Path,
        server: FakeTelegram,
        *,
        webhook: bool = False,
        stalled_minutes: float = 5.0,
        start: Start = forked,
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.var = folder / "var"
        shutil.copytree(built, self.var)
        self.endings: list[int] = []
        self._log = folder / "log"
        self._server = server
        self._start = start
        self._config = folder / "config.toml"
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        webhook_url = f"{self.url}/telegram" if webhook else ""
        text = _CONFIG.format(
            content=json.dumps(str(CONTENT)),
            var=json.dumps(str(self.var)),
            api=server.url,
            webhook_url=webhook_url,
            stalled_minutes=stalled_minutes,
            port=port,
        )
        self._config.write_text(text, encoding="utf-8")
        self._process: Running | None = None

    @property
    def log(self) -> str:
        """Everything the processes said, remarks and results."""
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    @property
    def pid(self) -> int:
        """The process that runs now."""
        if self._process is None:
            raise LookupError("no process runs")
        return self._process.pid

    @property
    def environment(self) -> dict[str, str]:
        """What a process is started with."""
        token = {"TELEGRAM_BOT_TOKEN": self._server.token, "BOT_CONFIG": str(self._config)}
        return {**os.environ, **token}

    def config_with(self, *, port: int) -> Path:
        """The same configuration with another port for the web page."""
        text = self._config.read_text(encoding="utf-8")
        other = self._config.with_name("other.toml")
        other.write_text(re.sub(r"(?m)^port = .*$", f"port = {port}", text), encoding="utf-8")
        return other

    async def start(self, words: Sequence[str] = BOT) -> Running:
        """Start a process; it works when it works, nothing is waited for."""
        self._process = await self._start([*words, "run"], self.environment, self._log)
        return self._process

    def kill(self) -> None:
        """What `kill -9` does.

        Not `Process.kill`, which may take the exit code from whoever waits for it (CPython,
        Popen.send_signal polls first).
        """
        if self._process and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)

    async def is_killed(self) -> None:
        """Kill it, and wait until its supervisor has noticed."""
        before = len(self.endings)
        while len(self.endings) == before:
            self.kill()
            await asyncio.sleep(0.01)

    def send(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        if self._process and self._process.returncode is None:
            self._process.send_signal(number)

    async def stop(self) -> int:
        """End the process in an orderly way; returns its exit code."""
        self.send(signal.SIGTERM)
        code = await self._process.wait() if self._process else 0
        self._process = None
        return code

    async def supervise(self, first: Sequence[str] = BOT) -> None:
        """Keep a process running until cancelled; whatever ends is started again."""
        words = first
        while True:
            process = await self.start(words)
            self.endings.append(await process.wait())
            words = BOT

    @asynccontextmanager
    async def supervised(self, first: Sequence[str] = BOT) -> AsyncIterator[None]:
        """Keep a process running while the block runs, then end it in an orderly way."""
        supervising = asyncio.create_task(self.supervise(first))
        try:
            yield
        finally:
            supervising.cancel()
            await asyncio.wait({supervising})
            await self.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


_CONFIG = """
[paths]
content = {content}
var = {var}
[telegram]
api_base_url = "{api}"
webhook_url = "{webhook_url}"
poll_timeout_seconds = 1
messages_per_second = 1000.0
chat_messages_per_second = 1000.0
chat_burst = 1000
album_wait_seconds = 0.3
stalled_minutes = {stalled_minutes}
[web]
port = {port}
[limits]
messages_burst = 100000
"""
