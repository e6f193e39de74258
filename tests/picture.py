"""Draws the README's picture: a real conversation on the real page, in headless Chromium.

python -m tests.picture docs/conversation.png
"""

import sys
import tempfile
from pathlib import Path

from bot.config import Settings
from index import Paths
from tests.browser import Browser, bot_in_a_thread, find_chromium

CONTENT = Path(__file__).parents[1] / "content"
WIDTH, HEIGHT = 430, 1720


def draw(picture: Path) -> None:
    """Hold the conversation and take the screenshot."""
    chromium = find_chromium()
    if chromium is None:
        sys.exit("chromium and its driver are needed (Debian: chromium, chromium-driver)")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(paths=Paths(content=CONTENT, var=Path(folder) / "var"))
        with bot_in_a_thread(settings) as url:
            browser = Browser(chromium, Path(folder) / "profile", scripts=True)
            try:
                browser.resize(WIDTH, HEIGHT)
                browser.driver.get(url)
                browser.says("how many kindergartens are being added?")
                browser.says("粮道街胭脂路口的路灯坏了三个月，晚上黑漆漆的，没人修。")
                browser.taps("提交", until="查询码")
                browser.driver.execute_script("window.scrollTo(0, 0)")
                finished = "return document.getAnimations().every(a => a.playState == 'finished')"
                browser.waits_until(lambda: bool(browser.driver.execute_script(finished)))
                picture.write_bytes(browser.driver.get_screenshot_as_png())
            finally:
                browser.close()


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
