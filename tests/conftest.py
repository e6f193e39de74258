"""What most tests of the bot share: the real content's index, and a bot with an empty database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
from bot.meanings import Meanings
from bot.service import Service, read_service
from index import Index, Paths
from tests.person import Person

CONTENT = Path(__file__).parents[1] / "content"


@dataclass
class Clock:
    """The time as the bot is told it."""

    now: datetime = datetime(2020, 3, 2, 4, 0, tzinfo=UTC)

    def passes(self, **duration: float) -> None:
        """Let time go by (`hours=3`)."""
        self.now += timedelta(**duration)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A var folder with all that is made of the real content; tests copy it, none changes it."""
    var = tmp_path_factory.mktemp("built")
    settings = Settings(paths=Paths(content=CONTENT, var=var))
    index = open_index(settings)
    read_meanings(settings, read_service(CONTENT / "service.toml"), index)
    return var


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


@pytest.fixture
def clock() -> Clock:
    """The time."""
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The defaults, over the real content and an empty var folder; nobody has to be patient."""
    return Settings(
        paths=Paths(content=CONTENT, var=tmp_path / "var"),
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
