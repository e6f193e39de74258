"""A real browser on the real site: headless Chromium, and the bot it talks to in a thread."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from bot.app import build_bot, open_index, open_store, web_site
from bot.config import Settings
from tests.web_site import serving

PATIENCE_SECONDS = 60
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> tuple[str, str] | None:
    """Where the browser and its driver are, if both are installed."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


@contextmanager
def bot_in_a_thread(settings: Settings) -> Iterator[str]:
    """The real bot and its site in an event loop of their own; gives the site's address."""
    address: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        store = open_store(settings)
        bot = build_bot(settings, store=store, index=open_index(settings))
        site = web_site(bot)
        stopped = asyncio.Event()
        async with serving(site) as url:
            address.set_result((url, asyncio.get_running_loop(), stopped))
            await stopped.wait()
        store.close()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            address.set_exception(error)

    thread = Thread(target=run)
    thread.start()
    try:
        url, loop, stopped = address.result()
        try:
            yield url
        finally:
            loop.call_soon_threadsafe(stopped.set)
    finally:
        thread.join()


class Browser:
    """A browser with a fresh profile: what a person does in its window, and what she sees."""

    def __init__(
        self, chromium: tuple[str, str], profile: Path, *, scripts: bool, language: str = "zh-CN"
    ) -> None:
        options = ChromeOptions()
        options.binary_location, driver_path = chromium
        for flag in (*_FLAGS, f"--user-data-dir={profile}", f"--lang={language}"):
            options.add_argument(flag)
        setting = 1 if scripts else 2
        options.add_experimental_option(
            "prefs",
            {
                "intl.accept_languages": language,
                "profile.managed_default_content_settings.javascript": setting,
            },
        )
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = Chrome(options=options, service=ChromeService(driver_path))

    def close(self) -> None:
        """Quit."""
        self.driver.quit()

    @contextmanager
    def fresh_window(self) -> Iterator[None]:
        """Work in a window of its own; what the browser then knows of the sites is forgotten."""
        first = self.driver.current_window_handle
        self.driver.switch_to.new_window("window")
        yield
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
        everything = {"origin": "*", "storageTypes": "all"}
        self.driver.execute_cdp_cmd("Storage.clearDataForOrigin", everything)
        self.driver.execute_cdp_cmd("Browser.resetPermissions", {})
        self.driver.close()
        self.driver.switch_to.window(first)

    def resize(self, width: int, height: int) -> None:
        """Make the page as large as that of a phone, with its touch screen."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": True}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def complaints(self) -> list[str]:
        """What the browser's console holds since it was last asked: errors, refused content."""
        return [str(entry["message"]) for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]

    def all(self, selector: str) -> list[WebElement]:
        """The elements of a CSS selector."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        """The visible texts of a CSS selector's elements."""
        return [element.text for element in self.all(selector)]

    @property
    def said(self) -> list[str]:
        """Her own words, oldest first."""
        return self.texts("#log .resident:not(.sending) .words")

    @property
    def heard(self) -> list[str]:
        """The bot's words, in the order of their places."""
        return self.texts("#log .bot:not(.sending) .words")

    @property
    def box(self) -> WebElement:
        """Where she writes."""
        return self.driver.find_element(By.ID, "text")

    def says(self, text: str) -> None:
        """Write, send, and wait until the reply is there."""
        before = len(self.heard)
        self.box.send_keys(text)
        self.clicks(self.driver.find_element(By.CSS_SELECTOR, ".send"))
        self.waits_until(lambda: len(self.heard) > before)

    def taps(self, label: str, *, until: str) -> None:
        """Tap a button of the newest message that has it, and wait until words are shown."""
        places = reversed(self.all(".welcome, #log .bot"))
        buttons = [one for place in places for one in place.find_elements(By.TAG_NAME, "button")]
        self.clicks(next(button for button in buttons if label in button.text))
        self.waits_until(lambda: any(until in text for text in self.heard))

    def clicks(self, element: WebElement) -> None:
        """Scroll there as a person would, then click."""
        centre = "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})"
        self.driver.execute_script(centre, element)
        element.click()

    def presses(self, *keys: str) -> None:
        """Press keys in the box."""
        self.box.send_keys(*keys)

    def presses_enter(self) -> None:
        """Press Enter in the box."""
        self.presses(Keys.ENTER)

    def waits_until(self, is_so: Callable[[], bool]) -> None:
        """Look again until it is so."""
        wait = WebDriverWait(
            self.driver, PATIENCE_SECONDS, 0.05, ignored_exceptions=[WebDriverException]
        )
        wait.until(lambda _: is_so())

    def is_wider_than_its_window(self) -> bool:
        """Whether one has to scroll sideways."""
        page = "document.documentElement"
        widths = f"return {page}.scrollWidth > {page}.clientWidth"
        return bool(self.driver.execute_script(widths))
