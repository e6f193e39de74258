"""The list of cases in headless Chromium: what its script does, with the keyboard and without."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.keys import Keys

from bot.access import add_member, make_link
from bot.cases import Case, CaseState, Matter
from bot.config import Settings
from bot.desk import Office
from bot.store import DATABASE, Store
from index import Paths
from tests.browser import Browser, bot_in_a_thread, find_chromium
from tests.filed import LAMP, LIFT, file_at
from tests.office import office_over

CONTENT = Path(__file__).parents[1] / "content"
CHROMIUM = find_chromium()
pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no Chromium with its driver here (Debian: apt-get install chromium chromium-driver)",
)


@dataclass
class Desk:
    """A dispatcher at the list, and what happens at the desk meanwhile."""

    url: str
    office: Office
    browser: Browser

    @property
    def store(self) -> Store:
        return self.office.store

    def files(self, matter: Matter = LAMP) -> Case:
        return file_at(self.office, matter, at=datetime.now(UTC))

    def opens(self, query: str = "") -> None:
        self.browser.driver.get(f"{self.url}/console/?{query}")

    def signs_in(self) -> None:
        """By a fresh link, with a click."""
        code = make_link(self.store, "李四", at=datetime.now(UTC), purpose="console")
        self.browser.driver.get(f"{self.url}/console/enter?code={code}")
        self.browser.clicks(self.browser.all("main form button")[0])
        self.browser.waits_until(lambda: self.browser.texts(".console-who") == ["李四"])

    def comes_back(self) -> None:
        """To the window, after a while elsewhere: the script looks for news at once."""
        came_back = 'document.dispatchEvent(new Event("visibilitychange"))'
        self.browser.driver.execute_script(came_back)

    def presses(self, *keys: str) -> None:
        self.browser.driver.switch_to.active_element.send_keys(*keys)

    @property
    def at(self) -> str:
        """The number of the case that has the focus."""
        return self.browser.driver.switch_to.active_element.text

    @property
    def path(self) -> str:
        return urlsplit(self.browser.driver.current_url).path

    @property
    def numbers(self) -> list[str]:
        return self.browser.texts("#rows .head a")

    @property
    def ticked(self) -> int:
        return len(self.browser.all("[name=pick]:checked"))

    def state(self, case: Case) -> CaseState:
        return self.store.cases.get(case.id).state


@pytest.fixture(scope="module")
def everywhere(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The running bot and one browser, for all tests of this file."""
    assert CHROMIUM is not None
    var = copytree(built, tmp_path_factory.mktemp("console") / "var")
    profile = tmp_path_factory.mktemp("profile")
    settings = Settings(paths=Paths(content=CONTENT, var=var))
    with (
        bot_in_a_thread(settings) as url,
        closing(Store.open(var / DATABASE)) as store,
        closing(Browser(CHROMIUM, profile, scripts=True)) as browser,
    ):
        office = office_over(store)
        add_member(store, office.service, "李四", "dispatcher", "", at=datetime.now(UTC))
        yield Desk(url, office, browser)


@pytest.fixture
def desk(everywhere: Desk) -> Iterator[Desk]:
    """The dispatcher, signed in; no page she opens has a fault."""
    everywhere.browser.driver.set_window_size(1280, 900)
    everywhere.signs_in()
    everywhere.browser.complaints()
    yield everywhere
    assert everywhere.browser.complaints() == []


NEWEST = "tab=all&sort=newest"


def test_a_case_filed_meanwhile_appears_without_loading_and_takes_nothing_from_her(
    desk: Desk,
) -> None:
    first, second = desk.files(), desk.files(LIFT)
    desk.opens(NEWEST)
    desk.presses("j", "j", "x")
    assert (desk.at, desk.ticked) == (first.number, 1)
    third = desk.files()
    desk.comes_back()
    desk.browser.waits_until(lambda: desk.numbers[0] == third.number)
    assert desk.numbers[1:3] == [second.number, first.number]
    assert (desk.at, desk.ticked) == (first.number, 1)
    assert desk.browser.texts("#news") == ["1 件新工单"]
    assert desk.browser.texts(".fresh .head a") == [third.number]
    desk.presses("k", "k")
    assert desk.at == third.number
    assert desk.browser.all(".fresh") == []


def test_the_counts_of_the_tabs_follow(desk: Desk) -> None:
    desk.opens(NEWEST)
    (before,) = desk.browser.texts("[data-tab=to_accept]")
    desk.files()
    desk.comes_back()
    count = str(int(before) + 1)
    desk.browser.waits_until(lambda: desk.browser.texts("[data-tab=to_accept]") == [count])


def test_the_keyboard_goes_down_and_up_and_opens_a_case(desk: Desk) -> None:
    lower, upper = desk.files(), desk.files(LIFT)
    desk.opens(NEWEST)
    seen = []
    for key in ("j", "j", "k", "k", "j"):
        desk.presses(key)
        seen.append(desk.at)
    assert seen == [one.number for one in (upper, lower, upper, upper, lower)]
    desk.presses(Keys.ENTER)
    desk.browser.waits_until(lambda: desk.path == f"/console/cases/{lower.number}")


def test_an_actions_letter_opens_the_case_at_its_form(desk: Desk) -> None:
    case = desk.files()
    desk.opens(NEWEST)
    desk.presses("j", "n")
    desk.browser.waits_until(lambda: desk.path == f"/console/cases/{case.number}")
    assert desk.browser.driver.current_url.endswith("#do-note")


def test_two_are_picked_and_accepted_with_the_keyboard(desk: Desk) -> None:
    cases = [desk.files(), desk.files(LIFT)]
    desk.opens(NEWEST)
    desk.presses("j", "x", "j", "x")
    assert desk.ticked == 2
    assert desk.browser.texts("#picked") == ["(2)"]
    desk.presses("a")
    desk.browser.waits_until(lambda: "已受理 2 件。" in desk.browser.texts(".console-notice"))
    assert [desk.state(case) for case in cases] == [CaseState.ACCEPTED] * 2


def test_the_case_she_is_at_is_dispatched_to_the_unit_she_chooses(desk: Desk) -> None:
    case = desk.files()
    desk.opens(NEWEST)
    desk.presses("j", "a")
    desk.browser.waits_until(lambda: desk.browser.texts(".console-notice") != [])
    desk.presses("j", "d")
    unit = desk.browser.driver.switch_to.active_element
    assert unit.get_attribute("id") == "bulk-unit"
    unit.send_keys("区园林")  # a list is typed in, as anywhere
    desk.presses(Keys.TAB)
    desk.presses(Keys.ENTER)
    desk.browser.waits_until(lambda: "已派单 1 件。" in desk.browser.texts(".console-notice"))
    assert [one.unit for one in desk.store.assignments.of_case(case.id)] == ["parks"]


def test_while_she_types_letters_are_letters(desk: Desk) -> None:
    desk.files()
    desk.opens(NEWEST)
    desk.presses("j", "/")
    box = desk.browser.driver.switch_to.active_element
    assert box.get_attribute("id") == "q"
    box.send_keys("xja?")
    assert box.get_attribute("value") == "xja?"
    assert desk.ticked == 0
    box.send_keys(Keys.ESCAPE)
    assert desk.browser.driver.switch_to.active_element.tag_name == "body"


def test_the_keys_are_told_on_asking(desk: Desk) -> None:
    desk.opens(NEWEST)
    assert not desk.browser.all("#keys")[0].is_displayed()
    desk.presses("?")
    assert "受理选中的" in desk.browser.texts("#keys")[0]
    desk.presses("a")  # means nothing while they are shown
    desk.presses(Keys.ESCAPE)
    assert not desk.browser.all("#keys")[0].is_displayed()
    assert desk.path == "/console/"


def test_the_whole_page_is_picked_at_once(desk: Desk) -> None:
    desk.files()
    desk.opens(NEWEST)
    (box,) = desk.browser.all("#pick-all input")
    box.click()
    assert desk.ticked == len(desk.numbers) > 0
    desk.browser.all("[name=pick]")[0].click()
    assert box.get_property("indeterminate") is True


def test_whoever_was_signed_out_is_told_that_the_list_stands_still(desk: Desk) -> None:
    desk.opens(NEWEST)
    before = desk.numbers
    desk.browser.driver.delete_all_cookies()
    desk.files()
    desk.comes_back()
    desk.browser.waits_until(lambda: "已退出登录" in desk.browser.texts("#news")[0])
    assert desk.numbers == before
    (told,) = desk.browser.complaints()
    assert "401" in told


def test_on_a_phone_what_is_done_with_picked_cases_comes_up_and_nothing_is_too_wide(
    desk: Desk,
) -> None:
    case = desk.files()
    desk.browser.resize(390, 844)
    try:
        desk.opens(NEWEST)
        accept = desk.browser.all("#bulk button[value=accept]")[0]
        assert not accept.is_displayed()
        desk.browser.clicks(desk.browser.all("[name=pick]")[0])
        assert accept.is_displayed()
        assert not desk.browser.is_wider_than_its_window()
        accept.click()
        desk.browser.waits_until(lambda: desk.browser.texts(".console-notice") != [])
        assert desk.state(case) is CaseState.ACCEPTED
    finally:
        desk.browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
