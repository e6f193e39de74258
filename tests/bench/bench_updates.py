"""Updates a second and time to a reply, beside a bare echo bot on the same fake Bot API.

python -m tests.bench.bench_updates

Both bots are processes of their own, taking turns; the server is this one. Telegram's limits,
which the fake does not have, are set out of the way; all else is as shipped.
"""

import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.bench.table import print_table
from tests.fakes import FakeTelegram
from tests.faults.soak import built_in

ROOT = Path(__file__).parents[2]
RESIDENTS = 200
UPDATES = 1000
SINGLES = 100
ROUNDS = 3
WORDS = {
    "commands": ["/help"],
    "greetings": ["你好", "谢谢", "hello", "thank you"],
    "questions": ["新增几所幼儿园？", "how many elevators?", "空气质量目标", "改造多少老旧小区？"],
    "matters": ["路灯坏了没人修", "烧烤摊油烟太大", "the street light is broken", "井盖松了"],
}
"""What is said, by kind; each resident says them in turn."""
ECHO, OURS = ("tests.bench.echo_bot",), ("bot", "run")
_CONFIG = """
[paths]
content = {content}
var = {var}
[telegram]
api_base_url = "{api}"
messages_per_second = 100000.0
chat_messages_per_second = 100000.0
chat_burst = 100000
[limits]
messages_per_minute = 1000000.0
messages_burst = 1000000
messages_waiting = 1000000
[web]
enabled = false
"""


@dataclass(frozen=True, slots=True)
class Speed:
    """What one run of one bot showed: updates a second, and seconds to each single reply."""

    per_second: float
    single_seconds: list[float]


async def measured(words: Sequence[str], built: Path, texts: Sequence[str]) -> Speed:
    """Run a bot on an empty database and write to it."""
    async with FakeTelegram() as server:
        with tempfile.TemporaryDirectory() as folder:
            environment = _environment(Path(folder), built, server)
            async with _running(words, environment):
                server.says(1, "/start")
                await server.until(lambda: server.from_bot(1) != [])
                single_seconds = await _singles(server, texts)
                return Speed(await _burst(server, texts), single_seconds)


async def _burst(server: FakeTelegram, texts: Sequence[str]) -> float:
    """Updates a second when all of them are there at once."""
    wanted = len(server.api.calls) + UPDATES
    with server.hold():
        for number in range(UPDATES):
            text = texts[number // RESIDENTS % len(texts)]
            server.says(1000 + number % RESIDENTS, text)
    start = time.perf_counter()
    await server.until(lambda: len(server.api.calls) >= wanted)
    return UPDATES / (time.perf_counter() - start)


async def _singles(server: FakeTelegram, texts: Sequence[str]) -> list[float]:
    """Seconds from an update's arrival to its reply, one at a time."""
    seconds = []
    for number in range(SINGLES):
        wanted = len(server.api.calls) + 1
        start = time.perf_counter()
        server.says(1000 + number, texts[number % len(texts)])
        while len(server.api.calls) < wanted:  # noqa: ASYNC110 (`until` looks less often)
            await asyncio.sleep(0.0005)
        seconds.append(time.perf_counter() - start)
    return seconds


@asynccontextmanager
async def _running(words: Sequence[str], environment: dict[str, str]) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *words,
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


def _environment(folder: Path, built: Path, server: FakeTelegram) -> dict[str, str]:
    shutil.copytree(built, folder / "var")
    config = folder / "config.toml"
    content, var = json.dumps(str(ROOT / "content")), json.dumps(str(folder / "var"))
    config.write_text(_CONFIG.format(content=content, var=var, api=server.url), encoding="utf-8")
    return {
        **os.environ,
        "API_BASE_URL": server.url,
        "TELEGRAM_BOT_TOKEN": server.token,
        "BOT_CONFIG": str(config),
    }


def _rows(kind: str, echo: list[Speed], ours: list[Speed]) -> list[tuple[str, str]]:
    bare, full = (float(np.median([one.per_second for one in each])) for each in (echo, ours))
    singles = np.array([second for one in ours for second in one.single_seconds]) * 1000
    median, late = np.percentile(singles, [50, 95])
    return [
        (f"{kind}: updates a second, bare echo bot", f"{bare:.0f}"),
        (f"{kind}: updates a second, ours", f"{full:.0f} ({full / bare:.2f} of it)"),
        (f"{kind}: a single update to its reply, median and p95", f"{median:.1f}, {late:.1f} ms"),
    ]


def main() -> None:
    """Measure and print one table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        built = built_in(Path(folder))
        for kind, texts in WORDS.items():
            speeds: dict[tuple[str, ...], list[Speed]] = {ECHO: [], OURS: []}
            for _ in range(ROUNDS):
                for words in speeds:
                    speeds[words].append(asyncio.run(measured(words, built, texts)))
            rows += _rows(kind, speeds[ECHO], speeds[OURS])
    print_table(f"Updates, medians of {ROUNDS} rounds of {UPDATES}", rows)


if __name__ == "__main__":
    main()
