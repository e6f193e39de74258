"""Updates a second and time to a reply, beside a bare echo bot on the same fake Bot API.

python -m tests.bench.bench_updates

Both bots are processes of their own; the server is this one. Telegram's limits, which the fake
does not have, are set out of the way; all else is as shipped.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from tests.fakes import FakeTelegram

ROOT = Path(__file__).parents[2]
RESIDENTS = 200
UPDATES = 2000
ROUNDS = 3
SINGLES = 200
WORDS = {
    "commands (/help)": ["/help"],
    "greetings and thanks": ["你好", "谢谢", "hello", "thank you"],
    "questions": ["新增几所幼儿园？", "how many elevators?", "今年改造多少老旧小区？", "空气质量目标"],
    "matters": ["路灯坏了没人修", "楼下烧烤摊油烟太大", "the street light is broken", "井盖松了"],
}
"""What is said, by kind; each resident says them in turn."""


@asynccontextmanager
async def running(module: str, environment: Mapping[str, str]) -> AsyncIterator[None]:
    """A bot as a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *(["run"] if module == "bot" else []),
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=None if os.environ.get("BENCH_LOG") else asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def burst(server: FakeTelegram, texts: Sequence[str], *, residents: int) -> float:
    """Updates a second when all of them are there at once."""
    before = len(server.calls("sendMessage"))
    with server.hold():
        for number in range(UPDATES):
            server.says(1000 + number % residents, texts[number // residents % len(texts)])
    start = time.perf_counter()
    wanted = before + UPDATES
    while len(server.api.calls) < wanted or len(server.calls("sendMessage")) < wanted:
        await asyncio.sleep(0.005)
    return UPDATES / (time.perf_counter() - start)


async def singles(server: FakeTelegram, texts: Sequence[str]) -> list[float]:
    """Seconds from an update's arrival to its reply, one at a time."""
    seconds = []
    for number in range(SINGLES):
        before = len(server.calls("sendMessage"))
        start = time.perf_counter()
        server.says(1000 + number, texts[number % len(texts)])
        while len(server.calls("sendMessage")) == before:
            await asyncio.sleep(0.0005)
        seconds.append(time.perf_counter() - start)
    return seconds


async def measured(module: str, environment: Mapping[str, str], texts: Sequence[str]) -> tuple[float, list[float]]:
    async with FakeTelegram() as server:
        own = {"API_BASE_URL": server.url, "TELEGRAM_BOT_TOKEN": server.token}
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "config.toml"
            config.write_text(_config(server.url), encoding="utf-8")
            own["BOT_CONFIG"] = str(config)
            async with running(module, {**own, **environment}):
                server.says(1, "/start")
                await server.until(lambda: server.from_bot(1) != [])
                one = await singles(server, texts)
                rate = await burst(server, texts, residents=RESIDENTS)
    return rate, one


def _config(url: str) -> str:
    content, var = (json.dumps(str(ROOT / name)) for name in ("content", "var"))
    return f"""
[paths]
content = {content}
[telegram]
api_base_url = "{url}"
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


async def main() -> None:
    for kind, texts in WORDS.items():
        for name, module, env in 2 * (
            ("echo", "tests.bench.echo_bot", {}),
            ("echo concurrent", "tests.bench.echo_bot", {"CONCURRENT": "1"}),
            ("ours", "bot", {}),
        ):
            rate, one = await measured(module, env, texts)
            print(kind, name, f"{rate:.0f}/s", f"single median {statistics.median(one)*1000:.1f} ms p95 {np.percentile(one,95)*1000:.1f}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
