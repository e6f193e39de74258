"""A case's page by keyboard, in headless Chromium with scripts."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from bot.access import make_link
from bot.cases import Case
from bot.config import Settings
from bot.store import DATABASE
from bot.vault import Vault
from index import Paths
from tests.browser import Browser, bot_in_a_thread, find_chromium
from tests.casepages import DISPATCHER, address
from tests.casework import Hall
from tests.clock import Clock
from tests.conftest import CONTENT

CHROMIUM = find_chromium()
pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no Chromium with its driver here (Debian: apt-get install chromium chromium-driver)",
)


@dataclass
class Desk:
    """A dispatcher's screen, and the hall whose cases she looks at."""

    url: str
    hall: Hall
    browser: Browser

    def opens(self, path: str) -> None:
        self.browser.driver.get(self.url + path)

    def presses(self, *keys: str) -> None:
        self.browser.driver.find_element(By.TAG_NAME, "body").send_keys(*keys)

    @property
    def focused(self) -> str:
        """The id of what has the focus."""
        return self.browser.driver.switch_to.active_element.get_attribute("id") or ""

    @property
    def opened(self) -> list[str]:
        """The ids of the forms that are open."""
        found = self.browser.all("details.action[open]")
        return [one.get_attribute("id") or "" for one in found]

    def waits_at(self, case: Case) -> None:
        self.browser.waits_until(
            lambda: self.browser.driver.current_url.split("#")[0].endswith(address(case))
        )


@pytest.fixture(scope="module")
def screen(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    var = tmp_path_factory.mktemp("screen") / "var"
    shutil.copytree(built, var)
    settings = Settings(paths=Paths(content=CONTENT, var=var))
    assert CHROMIUM is not None
    with (
        bot_in_a_thread(settings) as url,
        closing(sqlite3.connect(var / DATABASE)) as connection,
        closing(Browser(CHROMIUM, tmp_path_factory.mktemp("profile"), scripts=True)) as browser,
    ):
        hall = Hall(connection, Clock(datetime.now(UTC)), vault=Vault.open(var))
        desk = Desk(url, hall, browser)
        code = make_link(desk.hall.store, DISPATCHER, at=datetime.now(UTC), purpose="console")
        desk.opens(f"/console/enter?code={code}")
        browser.clicks(browser.all("main form button")[0])
        browser.waits_until(lambda: browser.texts(".console-who") == [DISPATCHER])
        yield desk


@pytest.fixture(autouse=True)
def no_complaints(screen: Desk) -> Iterator[None]:
    """After each test the browser may have found no fault with a page."""
    screen.browser.complaints()
    yield
    assert screen.browser.complaints() == []


def test_a_letter_opens_its_form_and_closes_the_others(screen: Desk) -> None:
    screen.opens(address(screen.hall.files()))
    assert screen.opened == ["do-accept"]
    screen.presses("i")
    assert (screen.opened, screen.focused) == (["do-ask_info"], "ask_info-template")


def test_letters_are_letters_in_a_field_and_escape_leaves_it_and_then_the_form(
    screen: Desk,
) -> None:
    screen.opens(address(screen.hall.files()))
    screen.presses("n")
    assert screen.focused == "note-words"
    field = screen.browser.driver.switch_to.active_element
    field.send_keys("ai?jk")
    assert field.get_attribute("value") == "ai?jk"
    assert screen.opened == ["do-note"]
    field.send_keys(Keys.ESCAPE)
    assert screen.focused == ""
    screen.presses("n")
    screen.browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    screen.browser.all("#do-note button")[0].send_keys(Keys.ESCAPE)
    assert screen.opened == []


def test_a_question_mark_shows_the_keys_of_what_may_be_done(screen: Desk) -> None:
    screen.opens(address(screen.hall.files()))
    screen.presses("?")
    shown = screen.browser.texts("#keys[open] dt")
    assert {"a", "w", "i", "x", "m", "n", "j k"} <= set(shown)
    assert "s" not in shown  # signing is not hers
    screen.presses(Keys.ESCAPE)
    assert screen.browser.all("#keys[open]") == []


def test_a_key_of_what_she_may_not_do_does_nothing(screen: Desk) -> None:
    screen.opens(address(screen.hall.files()))
    screen.presses("s")
    assert screen.opened == ["do-accept"]


def test_a_chosen_template_stands_in_the_field_at_once_below_what_is_written(
    screen: Desk,
) -> None:
    screen.opens(address(screen.hall.files()) + "?do=ask_info#do-ask_info")
    field = screen.browser.all("#ask_info-words")[0]
    field.send_keys("先说一句。")
    choice = Select(screen.browser.all("#ask_info-template")[0])
    for name in ("请补充时间和情况", "请补充具体地点", "请补充时间和情况"):
        choice.select_by_visible_text(name)
    words = str(field.get_property("value"))
    assert words.startswith("先说一句。\n\n您好，请补充：")
    assert words.count("您好，请补充：") == 1
    assert words.count("请补充具体地点") == 1


def test_j_and_k_go_through_the_list_she_came_from(screen: Desk) -> None:
    first, second, third = (screen.hall.files() for _ in range(3))
    screen.opens("/console/?tab=to_accept&sort=newest")
    screen.browser.clicks(screen.browser.driver.find_element(By.LINK_TEXT, third.number))
    screen.waits_at(third)
    has_list = 'return (sessionStorage.getItem("cases") || "[]") !== "[]"'
    screen.browser.waits_until(lambda: bool(screen.browser.driver.execute_script(has_list)))
    screen.presses("j")
    screen.waits_at(second)
    screen.presses("a", Keys.ENTER)  # accepting it takes it off the list, and keeps her place
    screen.browser.driver.switch_to.active_element.submit()
    screen.browser.waits_until(lambda: "已受理" in " ".join(screen.browser.texts("main")))
    screen.presses("j")
    screen.waits_at(first)
    screen.presses("k")
    screen.waits_at(second)
