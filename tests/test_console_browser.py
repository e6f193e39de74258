"""A working day at the console in headless Chromium: a case from its filing until its resident
reads the reply; on a phone's width too; and what axe-core says of every page."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from bot.access import add_member, make_link
from bot.config import Limits, Settings
from bot.service import read_service
from bot.store import DATABASE, Store
from index import Paths
from tests.accessibility import needs_axe, serious_faults
from tests.browser import Browser, bot_in_a_thread, find_chromium

CONTENT = Path(__file__).parents[1] / "content"
CHROMIUM = find_chromium()
pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no Chromium with its driver here (Debian: apt-get install chromium chromium-driver)",
)
WORDS = "粮道街胭脂路口的路灯坏了三个月，晚上黑漆漆的，投诉了也没人修。"
REPLY = "您好，胭脂路口的路灯已于昨晚换好，晚上亮了。之前几次投诉没有回音，我们已核实，向您致歉。"


@dataclass
class Office:
    """The running site, and how people come to it."""

    url: str
    settings: Settings
    browser: Browser

    def store(self) -> Store:
        """The database, beside the bot that writes to it."""
        return Store.open(self.settings.paths.var / DATABASE)

    def hires(self, name: str, role: str, unit: str = "") -> None:
        service = read_service(CONTENT / "service.toml")
        with closing(self.store()) as store:
            add_member(store, service, name, role, unit, at=datetime.now(UTC))

    def signs_in(self, name: str) -> None:
        """Open a fresh link, and click."""
        with closing(self.store()) as store:
            code = make_link(store, name, at=datetime.now(UTC), purpose="console")
        self.browser.driver.delete_all_cookies()
        self.opens(f"/console/enter?code={code}")
        self.clicks("main form button")
        self.browser.waits_until(lambda: self.browser.texts(".console-who") == [name])

    def opens(self, path: str) -> None:
        self.browser.driver.get(self.url + path)

    def clicks(self, selector: str) -> None:
        self.browser.clicks(self.browser.driver.find_element(By.CSS_SELECTOR, selector))

    def writes(self, selector: str, words: str) -> None:
        field = self.browser.driver.find_element(By.CSS_SELECTOR, selector)
        field.clear()
        field.send_keys(words)

    def reads(self) -> str:
        return " ".join(self.browser.texts("main"))

    def waits_for(self, words: str) -> None:
        self.browser.waits_until(lambda: words in self.reads())

    def does(self, action: str, *, words: str = "") -> None:
        """Open an action's form if it is not open, fill it in, and submit."""
        form = f"#do-{action}"
        details = self.browser.driver.find_element(By.CSS_SELECTOR, form)
        if details.get_attribute("open") is None:
            self.clicks(f"{form} summary")
        if words:
            self.writes(f"{form} textarea", words)
        self.clicks(f"{form} button[value=send]")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Iterator[tuple[str, Settings]]:
    var = tmp_path_factory.mktemp("console") / "var"
    shutil.copytree(built, var)
    settings = Settings(
        paths=Paths(content=CONTENT, var=var),
        limits=Limits(messages_burst=1_000_000),
    )
    with bot_in_a_thread(settings) as url:
        yield url, settings


@pytest.fixture(scope="module")
def office(
    site: tuple[str, Settings], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    assert CHROMIUM is not None
    browser = Browser(CHROMIUM, tmp_path_factory.mktemp("profile"), scripts=True)
    office = Office(*site, browser)
    office.hires("李四", "dispatcher")
    office.hires("赵六", "supervisor")
    office.hires("王五", "handler", "urban_management")
    yield office
    browser.close()


@pytest.fixture
def resident(office: Office) -> Iterator["Resident"]:
    """Somebody with the residents' page."""
    resident = Resident(office.url)
    yield resident
    resident.leaves()


@pytest.fixture(autouse=True)
def no_complaints(office: Office) -> Iterator[None]:
    """After each test no browser may have found fault with a page."""
    office.browser.resize(1280, 900)
    office.browser.complaints()
    yield
    assert office.browser.complaints() == []


class Resident:
    """Somebody on the web page, without scripts."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, headers={"Accept-Language": "zh-CN"}, timeout=30)

    def files(self, words: str) -> str:
        """File a matter; gives its number."""
        self._http.get("/")
        self._http.post("/say", data={"text": words}, follow_redirects=True)
        page = BeautifulSoup(self._http.get("/").text, "html.parser")
        newest = page.select("#log .bot")[-1]
        button = next(one for one in newest.select("button") if "提交" in one.get_text())
        form = button.find_parent("form")
        assert form is not None
        fields = {str(one["name"]): str(one["value"]) for one in [*form.select("input"), button]}
        self._http.post("/say", data=fields, follow_redirects=True)
        said = self.reads()
        return said[said.rindex("WC") :][:15]

    def reads(self) -> str:
        page = BeautifulSoup(self._http.get("/").text, "html.parser")
        return "\n".join(one.get_text() for one in page.select("#log .bot .words"))

    def leaves(self) -> None:
        self._http.close()


def test_a_case_goes_from_its_filing_to_the_reply_its_resident_reads(
    office: Office, resident: "Resident"
) -> None:
    number = resident.files(WORDS)

    office.signs_in("李四")
    office.writes("#q", "胭脂路 路灯")
    office.clicks(".queue-search button.button, .queue-search button")
    office.waits_for(number)
    office.browser.clicks(office.browser.driver.find_element(By.LINK_TEXT, number))
    office.waits_for(WORDS)
    office.does("accept")
    office.waits_for("已受理")
    office.clicks("#do-dispatch summary")
    lead = office.browser.driver.find_element(By.CSS_SELECTOR, "#dispatch-lead")
    if not lead.is_displayed():
        office.clicks("#do-dispatch summary")
    Select(lead).select_by_value("urban_management")
    office.clicks("#do-dispatch button[value=send]")
    office.waits_for("已派单")
    assert "已派给区城管执法局办理" in resident.reads()

    office.signs_in("王五")
    office.opens(f"/console/cases/{number}")
    office.does("sign")
    office.waits_for("已签收")
    office.does("done", words="已更换灯具。")
    office.waits_for("已单位办结")

    office.signs_in("李四")
    office.opens(f"/console/cases/{number}?do=reply")
    office.writes("#do-reply textarea", REPLY)
    for point in office.browser.all("#do-reply input[name=point]"):
        office.browser.clicks(point)
    office.clicks("#do-reply button[value=preview]")
    office.waits_for("居民将读到")
    assert REPLY in " ".join(office.browser.texts(".case-preview"))
    assert REPLY not in resident.reads()
    office.clicks("#do-reply button[value=send]")
    office.waits_for("已答复。")
    assert "居民下次打开时看到" in office.reads()
    assert REPLY in resident.reads()


def test_an_actions_letter_opens_its_form(office: Office, resident: "Resident") -> None:
    number = resident.files(WORDS)
    office.signs_in("李四")
    office.opens(f"/console/cases/{number}")
    office.browser.driver.find_element(By.TAG_NAME, "body").send_keys("n")
    focused = office.browser.driver.switch_to.active_element
    assert focused.get_attribute("id") == "note-words"
    focused.send_keys("aj")  # letters are letters while she writes
    assert focused.get_attribute("value") == "aj"
    assert office.browser.all("#do-accept[open]") == []


def pages(number: str) -> list[tuple[str, str]]:
    """Who opens which page: every one there is."""
    return [
        ("李四", "/console/?tab=all"),
        ("李四", "/console/?tab=all&q=没有这样的词&kind=help"),
        ("李四", f"/console/cases/{number}"),
        ("李四", "/console/commitments"),
        ("李四", "/console/commitments/wuchang-2020/gdp-growth"),
        ("李四", "/console/overview"),
        ("李四", "/console/export?tab=all"),
        ("赵六", "/console/administration"),
        ("赵六", "/console/administration/views"),
        ("", "/console/enter"),
        ("", "/console/enter?code=abc"),
        ("", "/commitments"),
        ("", "/"),
    ]


@needs_axe
def test_axe_finds_no_serious_fault_and_no_page_is_wider_than_a_phone(
    office: Office, resident: "Resident"
) -> None:
    faults: dict[str, list[str]] = {}
    signed_in = ""
    for name, path in pages(resident.files(WORDS)):
        if name and name != signed_in:
            office.signs_in(name)
            signed_in = name
        for width in (1280, 390):
            office.browser.resize(width, 844)
            office.opens(path)
            assert "404" not in office.browser.driver.title, path
            found = serious_faults(office.browser)
            if office.browser.is_wider_than_its_window():
                found.append("wider than its window")
            if found:
                faults[f"{path} at {width}"] = found
    assert faults == {}
