"""The console's pages on paper, as headless Chromium prints them: each tells who printed it."""

import base64
import io
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest
from pypdf import PdfReader

from bot.access import add_member, make_link
from bot.config import Settings
from bot.store import DATABASE, Store
from index import Paths
from tests.browser import Browser, bot_in_a_thread, find_chromium
from tests.filed import LAMP, file_at
from tests.office import office_over

CONTENT = Path(__file__).parents[1] / "content"
CHROMIUM = find_chromium()
pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no Chromium with its driver here (Debian: apt-get install chromium chromium-driver)",
)
LONG = replace(LAMP, text="路灯坏了三个月，没有人修。" * 150)


@pytest.fixture(scope="module")
def printed(
    tmp_path_factory: pytest.TempPathFactory, built: Path
) -> Iterator[dict[str, list[str]]]:
    """A case's page and the list as a dispatcher prints them: the text of every sheet."""
    var = tmp_path_factory.mktemp("printing") / "var"
    copytree(built, var)
    settings = Settings(paths=Paths(content=CONTENT, var=var))
    assert CHROMIUM is not None
    with bot_in_a_thread(settings) as url:
        browser = Browser(CHROMIUM, var / "profile", scripts=True)
        with closing(Store.open(var / DATABASE)) as store:
            office = office_over(store)
            case = file_at(office, LONG, at=datetime.now(UTC))
            add_member(store, office.service, "李四", "dispatcher", "", at=datetime.now(UTC))
            code = make_link(store, "李四", at=datetime.now(UTC), purpose="console")
            try:
                browser.driver.get(f"{url}/console/enter?code={code}")
                browser.clicks(browser.all("main form button")[0])
                browser.waits_until(lambda: browser.texts(".console-who") == ["李四"])
                yield {
                    path: paper(browser, f"{url}{path}")
                    for path in (f"/console/cases/{case.number}", "/console/?tab=all")
                }
            finally:
                browser.close()


def paper(browser: Browser, url: str) -> list[str]:
    """The text of each sheet that a page is printed on."""
    browser.driver.get(url)
    made = browser.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
    document = PdfReader(io.BytesIO(base64.b64decode(made["data"])))
    return [page.extract_text() for page in document.pages]


def test_every_sheet_tells_who_printed_it_and_when(printed: dict[str, list[str]]) -> None:
    for path, sheets in printed.items():
        for number, sheet in enumerate(sheets, start=1):
            flat = "".join(unicodedata.normalize("NFKC", sheet).split())
            page, mark, _ = flat.partition("李四(工号1)20")
            assert mark, f"{path}, sheet {number}"
            assert page, f"{path}, sheet {number} has nothing but the mark"
    assert max(len(sheets) for sheets in printed.values()) > 1


def test_what_is_only_for_the_screen_is_not_on_paper(printed: dict[str, list[str]]) -> None:
    for sheets in printed.values():
        assert "退出" not in "".join(sheets)
