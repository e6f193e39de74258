"""What the fault suite stands on: a bot's folder with its processes."""

from pathlib import Path

import pytest

from tests.fakes import FakeTelegram
from tests.faults.process import Ward


@pytest.fixture
def ward(tmp_path: Path, built: Path, server: FakeTelegram) -> Ward:
    """The bot, not started yet."""
    return Ward(tmp_path, built, server)
