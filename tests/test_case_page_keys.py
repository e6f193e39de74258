"""A case's page by keyboard, in headless Chromium with scripts."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from bot.access import add_member, make_link
from bot.config import Settings
from bot.service import Service
from bot.store import DATABASE, Store
from index import Paths
from tests.browser import Browser, bot_in_a_thread, find_chromium
from tests.conftest import CONTENT
from tests.filed import file_at
from tests.casework import LAMP
from tests.office import office_over

CHROMIUM = find_chromium()
pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no Chromium with its driver here (Debian: apt-get install chromium chromium-driver)",
)
