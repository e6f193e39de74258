"""What the tests of a case's page stand on: the site of one bot a module, at the same hour."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.app import Reading
from index import Index
from tests.casepages import CasePages, pages_of
from tests.clock import Clock


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(
    real_index: Index, reading: Reading, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[CasePages]:
    """The site of a bot with an empty database."""
    async with pages_of(real_index, reading, tmp_path_factory.mktemp("var")) as pages:
        yield pages


@pytest.fixture
def pages(shared: CasePages) -> CasePages:
    """The site at the same hour for every test."""
    shared.clock.now = Clock().now
    return shared
