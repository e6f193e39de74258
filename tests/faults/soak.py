"""Kills the bot at random moments while residents write and Telegram misbehaves; then the account.

python -m tests.faults.soak [--kills 200] [--seed 1]

Prints a table and ends with status 1 if anything was lost or filed twice.
"""

import asyncio
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import click

from bot.app import open_index, read_meanings
from bot.config import Settings
from bot.service import read_service
from index import Paths
from tests.bench.table import print_table
from tests.conftest import CONTENT
from tests.fakes import FakeTelegram
from tests.faults.account import Account, settle_up
from tests.faults.process import Ward
from tests.faults.story import Actor, until_quiet
from tests.forking import executed

RESIDENTS = 6
LONGEST_LIFE_SECONDS = 4.0
QUESTIONS = (
    "今年改造多少老旧小区？",
    "新增几所幼儿园？",
    "how many elevators?",
    "空气质量目标是多少？",
)
STREETS = ("和平大道", "中北路", "胭脂路", "首义路", "民主路", "紫阳路")
PROBLEMS = ("路灯坏了没人修", "窨井盖松了没人管", "垃圾堆了一周没人清运", "夜里施工太吵没人管")

_LOGGED = re.compile(r"\d{4}-\d\d-\d\d |Open |Telegram: ")
"""Lines of the log that do not tell why a process ended."""

FAULTS: tuple[Callable[[FakeTelegram], object], ...] = (
    lambda server: server.storm(1, 4),
    lambda server: server.drop("sendMessage", 2),
    lambda server: server.lose_answer("sendMessage", 1),
    lambda server: server.lose_answer("editMessageText", 1),
    lambda server: server.drop("getUpdates", 1),
    lambda server: server.lose_answer("getUpdates", 2),
    lambda server: server.fail("*", 502, times=2),
    lambda server: server.slow("sendMessage", 0.5, times=2),
    lambda server: server.deliver_again(min(5, len(server.api.updates.confirmed))),
    lambda server: server.shuffled(1),
    lambda server: server.in_order(),
)


async def lives(actor: Actor, seed: int, is_over: asyncio.Event) -> None:
    """Ask and complain until it is over; each matter has words of its own."""
    random, number = Random(seed), 0  # noqa: S311 (what they do, no secret)
    while not is_over.is_set():
        number += 1
        place = f"{random.choice(STREETS)}{actor.person.telegram_id % 100}-{number}号"
        match random.choice(("ask", "file", "file", "album", "chat")):
            case "ask":
                await actor.says(f"{random.choice(QUESTIONS)} {number}")
            case "file":
                words = f"投诉：{place}{random.choice(PROBLEMS)}"
                await actor.says(words)
                await actor.submits(words, taps=random.choice((1, 1, 2)))
            case "album":
                words = f"投诉：{place}{random.choice(PROBLEMS)}"
                await actor.sends_album(words, split=random.random() < 0.3)
                await actor.submits(words)
            case _:
                await actor.says(f"你好 {number}")


async def misbehaves(server: FakeTelegram, random: Random) -> None:
    """Something goes wrong at Telegram every now and then."""
    while True:
        await asyncio.sleep(random.uniform(0.5, 3.0))
        random.choice(FAULTS)(server)


async def soak(built: Path, folder: Path, *, kills: int, seed: int) -> tuple[Account, Ward]:
    """The whole run."""
    random, is_over = Random(seed), asyncio.Event()  # noqa: S311 (when, no secret)
    async with FakeTelegram() as server:
        ward = Ward(folder, built, server, start=executed)
        actors = [Actor(server, 1001 + number) for number in range(RESIDENTS)]
        async with ward.supervised():
            living = [
                asyncio.create_task(lives(a, seed + n, is_over)) for n, a in enumerate(actors)
            ]
            trouble = asyncio.create_task(misbehaves(server, random))
            for number in range(kills):
                await asyncio.sleep(random.uniform(0.05, LONGEST_LIFE_SECONDS))
                await ward.is_killed()
                print(f"\r{number + 1} kills", end="", file=sys.stderr)
            trouble.cancel()
            server.in_order()
            is_over.set()
            await asyncio.gather(*living)
            await until_quiet(ward, server)
        return settle_up(ward.var, server, [actor.person for actor in actors]), ward


def built_in(folder: Path) -> Path:
    """A var folder with all that is made of the real content, made anew."""
    settings = Settings(paths=Paths(content=CONTENT, var=folder))
    read_meanings(settings, read_service(CONTENT / "service.toml"), open_index(settings))
    return folder


@click.command()
@click.option("--kills", default=200, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(kills: int, seed: int) -> None:
    """Kill the bot at random moments and settle up."""
    with tempfile.TemporaryDirectory() as folder:
        built = built_in(Path(folder) / "built")
        account, ward = asyncio.run(soak(built, Path(folder) / "ward", kills=kills, seed=seed))
        endings = Counter(ward.endings)
        log = ward.log
        window = log.count("may arrive twice")
    rows = [
        ("processes killed (`kill -9`)", str(endings.pop(-9, 0))),
        ("processes that ended otherwise", str(endings.total())),
        ("messages of residents", str(account.messages)),
        ("cases filed", str(account.cases)),
        ("replies", str(account.replies)),
        ("lost: messages, cases, photos, replies", str(account.lost)),
        ("filed or heard twice", str(len(account.filed_twice) + len(account.heard_twice))),
        ("replies out of order", str(len(account.out_of_order))),
        ("taps never acknowledged", str(len(account.spinning))),
        ("replies received twice", str(len(account.received_twice))),
        ("letters in the window: sent or about to be, not marked", str(window)),
    ]
    print_table(f"{kills} kills at random moments, seed {seed}", rows)
    for name, value in account.faults.items():
        print(f"{name}: {value}")
    if endings:
        print(f"ended by themselves: {dict(endings)}")
        print("\n".join(line for line in log.splitlines() if not _LOGGED.match(line)))
    sys.exit(1 if account.faults or endings or len(account.received_twice) > window else 0)


if __name__ == "__main__":
    main()
