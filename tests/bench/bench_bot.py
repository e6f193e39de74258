"""The bot as its users meet it: answers, `ask` from cold, index build, memory of `run`.

python -m tests.bench.bench_bot
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np

from bot.answers import answers
from bot.app import open_index
from bot.config import Settings
from index import Paths
from tests.bench.table import print_table

ROOT = Path(__file__).parents[2]
RUNS = 5
WEB_QUESTIONS = 100


def dev_questions() -> list[str]:
    """The project's own questions, answerable or not."""
    files = ("questions.jsonl", "unanswerable.jsonl")
    lines = [
        line
        for name in files
        for line in (ROOT / "content/evaluation" / name).read_text(encoding="utf-8").splitlines()
    ]
    return [json.loads(line)["question"] for line in lines]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one command took from its start: to its first line, to its end, and of memory."""

    seconds_to_first_line: float
    seconds: float
    peak_megabytes: float


def run(config: Path, *words: str) -> Cost:
    """Run a `python -m` command and measure it."""
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env=os.environ | {"BOT_CONFIG": str(config)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as command:
        if command.stdout:
            command.stdout.readline()
        first = time.perf_counter() - start
        _, status, usage = os.wait4(command.pid, 0)
        command.returncode = os.waitstatus_to_exitcode(status)
    if command.returncode:
        raise RuntimeError(f"{words} ended with {command.returncode}")
    return Cost(first, time.perf_counter() - start, usage.ru_maxrss / 1024)


def ask_with_sentence_transformers(folder: Path, question: str) -> list[Cost]:
    """The same question with the bundled model read by the other reader."""
    config = folder / "heavy.toml"
    content = json.dumps(str(ROOT / "content"))
    config.write_text(
        f'[paths]\ncontent = {content}\nvar = "heavy"\n'
        '[index.encoder]\nreader = "sentence-transformers"\n',
        encoding="utf-8",
    )
    run(config, "index", "build")
    return [run(config, "bot", "ask", question) for _ in range(RUNS)]


def asked(what: str, costs: list[Cost]) -> list[tuple[str, str]]:
    """The rows of one way to ask."""
    seconds = float(np.median([cost.seconds_to_first_line for cost in costs]))
    peak = max(cost.peak_megabytes for cost in costs)
    return [
        (f"{what}: start to first answer, median of {RUNS}", f"{seconds:.2f} s"),
        (f"{what}: peak memory", f"{peak:.0f} MB"),
    ]


async def answer_seconds(settings: Settings, questions: list[str]) -> list[float]:
    """Seconds each question takes in a process that is warm."""
    index = open_index(settings)
    await answers(index, questions[0])
    seconds = []
    for question in questions:
        start = time.perf_counter()
        await answers(index, question)
        seconds.append(time.perf_counter() - start)
    return seconds


def peak_of_run(config: Path, questions: list[str]) -> float:
    """Peak resident memory, MB, of `bot run` after answering questions on the web page."""
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "bot", "run"],
        cwd=ROOT,
        env=os.environ | {"BOT_CONFIG": str(config), "TELEGRAM_BOT_TOKEN": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as bot:
        lines = iter(bot.stdout or [])
        url = next(
            found.group(0) for line in lines if (found := re.search(r"http://[^/\s]+", line))
        )
        with httpx.Client(base_url=url, headers={"Accept": "application/json"}) as page:
            for question in questions:
                page.post("/say", data={"text": question}).raise_for_status()
        status = Path(f"/proc/{bot.pid}/status").read_text(encoding="ascii")
        bot.terminate()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    if found is None:
        raise RuntimeError("this system does not tell a process's peak memory")
    return int(found.group(1)) / 1024


def main() -> None:
    """Measure and print one table."""
    questions = dev_questions()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        content = json.dumps(str(ROOT / "content"))
        config.write_text(f"[paths]\ncontent = {content}\n[web]\nport = 0\n", encoding="utf-8")
        build = run(config, "index", "build")
        ask = [run(config, "bot", "ask", questions[0]) for _ in range(RUNS)]
        ask_heavy = ask_with_sentence_transformers(Path(folder), questions[0])
        settings = Settings(paths=Paths(content=ROOT / "content", var=Path(folder) / "var"))
        seconds = asyncio.run(answer_seconds(settings, questions))
        several = (questions * (WEB_QUESTIONS // len(questions) + 1))[:WEB_QUESTIONS]
        peak = peak_of_run(config, several)
    p50, p99 = np.percentile(np.array(seconds) * 1000, [50, 99])
    print_table(
        "The bot",
        [
            (f"answers.answers p50, {len(questions)} questions", f"{p50:.2f} ms"),
            ("answers.answers p99", f"{p99:.2f} ms"),
            *asked("`python -m bot ask`, bundled reader", ask),
            *asked("the same, sentence-transformers reader", ask_heavy),
            ("`python -m index build`, first build", f"{build.seconds:.2f} s"),
            (f"`python -m bot run`, peak memory after {len(several)} questions", f"{peak:.0f} MB"),
        ],
    )


if __name__ == "__main__":
    main()
