"""What tests share: the real content's index, a bot with an empty database, who comes to it."""

import fcntl
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from bot.app import (
    Bot,
    Reading,
    build_bot,
    build_reading,
    open_index,
    open_store,
    read_meanings,
)
from bot.config import Limits, Settings
from bot.dialogue import Phrasing
from bot.matters import MatterReader
from bot.meanings import Meanings
from bot.places import PlaceFinder
from bot.service import Service, read_service
from bot.store import Store
from bot.wording import Wording
from index import Index, Paths
from tests.bare_bot import Client
from tests.casework import Hall, new_hall
from tests.clock import Clock
from tests.consoles import ConsoleSite, console_of
from tests.fakes import FakeTelegram
from tests.parrot import Parrot
from tests.person import Person
from tests.small_content import write_small_content
from tests.town import Offices, Town, open_offices, town_of

CONTENT = Path(__file__).parents[1] / "content"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that need the real content's index come last: one worker makes it, while the other
    runs those that do not."""
    needing = {item.path for item in items if "built" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: item.path in needing)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A var folder with all that is made of the real content; tests copy it, none changes it.

    It takes a quarter of a minute to make, so workers that run side by side share one.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    var = shared / "built"
    settings = Settings(paths=Paths(content=CONTENT, var=var))
    with (shared / "built.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (var / "learnt").exists():
            index = open_index(settings)
            read_meanings(settings, read_service(CONTENT / "service.toml"), index)
    return var


def take_what_was_learnt(built: Path, var: Path) -> None:
    """Spare a bot the seconds in which it learns from the real examples."""
    shutil.copytree(built / "learnt", var / "learnt", copy_function=os.link)


@pytest.fixture(scope="session")
def real_index(built: Path) -> Index:
    """The index of the real content."""
    return open_index(Settings(paths=Paths(content=CONTENT, var=built)))


@pytest.fixture(scope="session")
def service() -> Service:
    """The real service.toml."""
    return read_service(CONTENT / "service.toml")


@pytest.fixture(scope="session")
def meanings(built: Path, service: Service, real_index: Index) -> Meanings:
    """What the real examples teach."""
    return read_meanings(Settings(paths=Paths(content=CONTENT, var=built)), service, real_index)


@pytest.fixture(scope="session")
def reading(built: Path, real_index: Index) -> Reading:
    """What a bot reads of the real content: half a second of work, and nothing said changes it."""
    return build_reading(Settings(paths=Paths(content=CONTENT, var=built)), real_index)


@pytest.fixture(scope="session")
def phrasing(service: Service) -> Phrasing:
    """The real wording."""
    return Phrasing(Wording(CONTENT / "wording"), service)


@pytest.fixture(scope="session")
def reader(service: Service, meanings: Meanings) -> MatterReader:
    """What reads a matter's parts from its words."""
    return MatterReader(service, meanings)


@pytest.fixture(scope="session")
def places(service: Service) -> PlaceFinder:
    """What finds places in words, by the real streets."""
    return PlaceFinder(name for one in service.street for name in (one.name, *one.aliases))


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """The small content, not built yet."""
    return write_small_content(tmp_path)


@pytest.fixture
def clock() -> Clock:
    """The time."""
    return Clock()


@pytest.fixture
def settings(tmp_path: Path, built: Path) -> Settings:
    """The defaults, over the real content, with an empty database; nobody has to be patient."""
    var = tmp_path / "var"
    take_what_was_learnt(built, var)
    return Settings(
        paths=Paths(content=CONTENT, var=var),
        limits=Limits(messages_burst=1_000_000),
    )


@pytest.fixture
def bot(settings: Settings, real_index: Index, reading: Reading, clock: Clock) -> Iterator[Bot]:
    """A bot with an empty database."""
    store = open_store(settings)
    yield build_bot(
        settings, store=store, index=real_index, reading=reading, now=lambda: clock.now
    )
    store.close()


@pytest.fixture
def resident(bot: Bot) -> Person:
    """Somebody who writes to the bot."""
    return Person(bot.dialogue)


@pytest.fixture
def neighbour(bot: Bot) -> Person:
    """Somebody else."""
    return Person(bot.dialogue, sender="neighbour")


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty database."""
    store = Store.in_memory()
    yield store
    store.close()


@pytest.fixture
def hall() -> Iterator[Hall]:
    """The desk on Monday, 14 September 2026, 09:00 in Wuhan."""
    hall = new_hall()
    yield hall
    hall.store.close()


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    """Telegram."""
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
async def client(server: FakeTelegram) -> AsyncIterator[Client]:
    """A bare bot at it."""
    async with httpx.AsyncClient(base_url=server.url) as http:
        yield Client(http, server.token)


@pytest.fixture
def parrot(bot: Bot) -> Parrot:
    """A dialogue that says what it is told to."""
    return Parrot(bot.store)


@pytest.fixture
async def town(bot: Bot, clock: Clock) -> AsyncIterator[Town]:
    """The bot on Telegram, and the people who write to it."""
    async with town_of(bot, clock) as town:
        yield town


@pytest.fixture
async def offices(town: Town) -> Offices:
    """The staff of the town."""
    return await open_offices(town)


@pytest.fixture
async def site(bot: Bot) -> AsyncIterator[ConsoleSite]:
    """The console, with a dispatcher, a supervisor and the handlers of two units."""
    async with console_of(bot) as site:
        site.hires("李四", "dispatcher")
        site.hires("赵六", "supervisor")
        site.hires("王五", "handler", "urban_management")
        site.hires("孙七", "handler", "parks")
        yield site
