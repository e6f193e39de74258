"""The residents' page in headless Chromium: both flows by clicking, with scripts and without."""

import shutil
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path
from random import Random

import pytest
from selenium.webdriver.common.keys import Keys

from bot.config import Limits, Settings
from bot.store import DATABASE
from index.config import Paths
from tests.accessibility import needs_axe, serious_faults
from tests.browser import Browser, bot_in_a_thread, find_chromium
from tests.hard_times import locked, lose_patience

CONTENT = Path(__file__).parents[1] / "content"
MAX_PHOTO_BYTES = 200_000
CHROMIUM = find_chromium()
pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no Chromium with its driver here (Debian: apt-get install chromium chromium-driver)",
)

OpenBrowser = Callable[..., Browser]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Iterator[str]:
    var = tmp_path_factory.mktemp("site") / "var"
    shutil.copytree(built, var)
    settings = Settings(
        paths=Paths(content=CONTENT, var=var),
        limits=Limits(max_photo_bytes=MAX_PHOTO_BYTES),
    )
    with bot_in_a_thread(settings) as url:
        yield url


@pytest.fixture(scope="module")
def browsers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenBrowser]:
    """A browser of each kind, started when it is first asked for."""
    with ExitStack() as started:

        @cache
        def browser(*, scripts: bool, language: str) -> Browser:
            assert CHROMIUM is not None
            profile = tmp_path_factory.mktemp("profile")
            return started.enter_context(
                closing(Browser(CHROMIUM, profile, scripts=scripts, language=language))
            )

        yield browser


@pytest.fixture
def open_browser(browsers: OpenBrowser, url: str) -> Iterator[OpenBrowser]:
    """Opens the page on a phone; after the test no browser may have found fault with it."""
    complaints: list[str] = []
    with ExitStack() as opened:

        def open_one(
            *, scripts: bool = True, language: str = "zh-CN", width: int = 390
        ) -> Browser:
            browser = browsers(scripts=scripts, language=language)
            opened.enter_context(browser.fresh_window())
            opened.callback(lambda: complaints.extend(browser.complaints()))
            browser.resize(width, 844)
            browser.driver.get(f"{url}/")
            return browser

        yield open_one
    assert complaints == []


def picture(path: Path, *, side: int) -> Path:
    """A PNG of noise, which cannot be made smaller: about three bytes a pixel."""
    noise = Random(1)  # noqa: S311
    rows = b"".join(b"\0" + noise.randbytes(side * 3) for _ in range(side))

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows, 0)), chunk(b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    return path


@pytest.mark.parametrize("scripts", [True, False])
def test_a_question_is_answered_in_the_reports_own_words(
    open_browser: OpenBrowser, scripts: bool
) -> None:
    browser = open_browser(scripts=scripts)
    browser.says("新增几所幼儿园？")
    assert browser.said == ["新增几所幼儿园？"]
    assert browser.texts("#log blockquote") == ["新增普惠幼儿园3所、学位500个"]
    assert browser.texts("#log blockquote b") == ["3所", "500个"]


def test_an_example_is_asked_by_tapping_it(open_browser: OpenBrowser) -> None:
    browser = open_browser(language="en-GB")
    browser.taps("How many kindergartens are being added?", until="500 places")
    assert browser.said == ["How many kindergartens are being added?"]
    assert browser.texts("#log blockquote") == ["新增普惠幼儿园3所、学位500个"]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_complaint_is_corrected_and_filed_by_tapping(
    open_browser: OpenBrowser, scripts: bool
) -> None:
    browser = open_browser(scripts=scripts)
    browser.says("我家楼下的垃圾三天没人清运了，臭得不行！")
    assert "提交" in browser.heard[0]
    browser.taps("改类型", until="这是哪一类？")
    browser.taps("建议", until="类型：建议")
    browser.taps("改地点", until="请写一下具体地点")
    browser.taps("选街道", until="在哪个街道？")
    browser.taps("水果湖", until="水果湖")
    assert len(browser.heard) == 1
    browser.taps("提交", until="已提交，等待受理")
    number, _ = browser.texts("#log code")[:2]
    browser.taps("查我的诉求", until="您的诉求")
    assert number in browser.heard[-1]


REPORT = "举报胭脂路那家小餐馆，后厨很脏"


def test_a_tap_copies_number_and_code_and_pasted_they_find_the_case(
    open_browser: OpenBrowser,
) -> None:
    browser = open_browser()
    browser.says("路灯坏了，没人修！")
    browser.taps("提交", until="查询码")
    browser.taps("复制编号和查询码", until="查询码")
    browser.waits_until(lambda: browser.texts(".copy") == ["已复制"])
    browser.presses(Keys.CONTROL, "v")
    browser.waits_until(lambda: bool(browser.box.get_property("value")))
    browser.presses_enter()
    browser.waits_until(lambda: "状态：已提交" in browser.heard[-1])


def test_the_card_before_is_no_longer_tapped(open_browser: OpenBrowser, tmp_path: Path) -> None:
    """Tapped after the filing, it once brought a second receipt and said not for what."""
    browser = open_browser()
    browser.says("路灯坏了，没人修！")
    browser.all("#photo")[0].send_keys(str(picture(tmp_path / "a.png", side=20)))
    browser.clicks(browser.all(".send")[0])
    browser.waits_until(lambda: len(browser.heard) == 2)
    assert len(browser.all("#log .choices")) == 1
    browser.taps("提交", until="查询码")
    assert browser.all("#log .choices") == []


@pytest.mark.parametrize("scripts", [True, False])
def test_what_she_filed_as_nobody_leaves_the_screen_and_its_receipt_outlives_a_reload(
    open_browser: OpenBrowser, url: str, scripts: bool
) -> None:
    browser = open_browser(scripts=scripts)
    browser.says("新增几所幼儿园？")
    browser.says(REPORT)
    browser.taps("匿名提交", until="只显示一次")
    browser.taps("确定匿名提交", until="已匿名提交")
    told = browser.heard
    browser.driver.refresh()
    assert browser.heard == told
    assert REPORT not in browser.driver.page_source
    browser.clicks(browser.all(".receipt > form button")[0])
    browser.waits_until(lambda: browser.said == ["新增几所幼儿园？"])
    browser.driver.back()
    browser.driver.refresh()
    assert told[0] not in browser.heard
    assert REPORT not in browser.driver.page_source
    browser.driver.get(url)
    assert browser.said == ["新增几所幼儿园？"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_one_reads_fits_the_narrowest_phone_and_stands_out(
    open_browser: OpenBrowser, url: str, scheme: str
) -> None:
    browser = open_browser(language="en", width=320)
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.says("The street light at my door is broken and nobody comes")
    browser.taps("Submit anonymously", until="read first")
    browser.taps("Yes", until="Submitted anonymously")
    for address in ("/receipt", "/privacy", "/mydata"):
        browser.driver.get(f"{url}{address}")
        assert not browser.is_wider_than_its_window()
        assert _small_ones(browser) == []
        contrasts = browser.driver.execute_script(CONTRASTS)
        assert [text for text, contrast in contrasts if contrast < 4.5] == []


def test_with_scripts_the_page_is_not_loaded_anew(open_browser: OpenBrowser) -> None:
    browser = open_browser()
    browser.driver.execute_script("window.isTheSame = true")
    browser.says("新增几所幼儿园？")
    browser.taps("有帮助", until="报告")
    assert browser.driver.execute_script("return window.isTheSame")


@pytest.mark.parametrize("scripts", [True, False])
def test_markup_she_types_stays_text(open_browser: OpenBrowser, scripts: bool) -> None:
    words = "<img src=x onerror=alert(1)><b>路灯坏了</b>"
    browser = open_browser(scripts=scripts)
    browser.says(words)
    assert browser.said == [words]
    assert browser.all("#log img") == []


@pytest.mark.parametrize("scripts", [True, False])
def test_reload_and_back_keep_the_conversation(
    open_browser: OpenBrowser, url: str, scripts: bool
) -> None:
    browser = open_browser(scripts=scripts)
    browser.says("新增几所幼儿园？")
    kept = (browser.said, browser.heard)
    browser.driver.refresh()
    assert (browser.said, browser.heard) == kept
    browser.driver.get(f"{url}/?lang=en")
    browser.driver.back()
    assert (browser.said, browser.heard) == kept


@pytest.mark.parametrize("scripts", [True, False])
def test_nothing_is_wider_than_the_narrowest_phone(
    open_browser: OpenBrowser, url: str, scripts: bool
) -> None:
    browser = open_browser(scripts=scripts, language="en", width=320)
    assert not browser.is_wider_than_its_window()
    browser.says("How many kindergartens are being added?")
    browser.says("The garbage at my door stinks! " + "w" * 300)
    assert not browser.is_wider_than_its_window()
    browser.driver.get(f"{url}/{'no-such-page' * 9}")
    assert not browser.is_wider_than_its_window()
    assert "404" in browser.complaints()[0]


def test_everything_one_taps_is_large_enough_for_a_finger(open_browser: OpenBrowser) -> None:
    browser = open_browser()
    browser.says("路灯坏了，没人修！")
    browser.taps("提交", until="查询码")
    browser.says("/forget")
    assert _small_ones(browser) == []


def _small_ones(browser: Browser) -> list[str | None]:
    """What is to be tapped and smaller than a finger."""
    return [
        element.get_attribute("outerHTML")
        for element in browser.all("a:not(.skip), button, label.tool")
        if element.is_displayed() and min(element.size.values()) < 43.5
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(open_browser: OpenBrowser, scheme: str) -> None:
    """WCAG 2.2, 1.4.3: a contrast of at least 4.5."""
    browser = open_browser()
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.says("新增几所幼儿园？")
    contrasts = browser.driver.execute_script(CONTRASTS)
    assert [text for text, contrast in contrasts if contrast < 4.5] == []


@needs_axe
def test_axe_finds_no_serious_fault_in_a_conversation_and_what_one_reads(
    open_browser: OpenBrowser, url: str
) -> None:
    browser = open_browser()
    browser.says("教育方面有什么计划？")
    browser.says(REPORT)
    assert serious_faults(browser) == []
    browser.taps("匿名提交", until="只显示一次")
    browser.taps("确定匿名提交", until="已匿名提交")
    assert serious_faults(browser) == []
    for address in ("/privacy", "/mydata"):
        browser.driver.get(f"{url}{address}")
        assert serious_faults(browser) == []


CONTRASTS = """
const probe = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
const channels = (colour) => {
  probe.clearRect(0, 0, 1, 1);
  probe.fillStyle = colour;
  probe.fillRect(0, 0, 1, 1);
  return probe.getImageData(0, 0, 1, 1).data;
};
const luminance = (colour) => {
  const [red, green, blue] = [...channels(colour)].map((c) =>
    c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const ground = (element) => {
  const colour = getComputedStyle(element).backgroundColor;
  return channels(colour)[3] === 255 ? colour : ground(element.parentElement);
};
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const contrasts = [];
while (texts.nextNode()) {
  const element = texts.currentNode.parentElement;
  if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
  const both = [luminance(getComputedStyle(element).color), luminance(ground(element))];
  const contrast = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
  contrasts.push([texts.currentNode.data.trim(), contrast]);
}
return contrasts;
"""


def test_enter_sends_and_shift_enter_breaks_the_line(open_browser: OpenBrowser) -> None:
    browser = open_browser()
    browser.presses("你好", Keys.SHIFT + Keys.ENTER + Keys.NULL, "谢谢")
    assert browser.said == []
    browser.presses_enter()
    browser.waits_until(lambda: len(browser.heard) == 1)
    assert browser.said == ["你好\n谢谢"]
    assert browser.box.get_property("value") == ""


def test_enter_that_ends_a_composition_does_not_send(open_browser: OpenBrowser) -> None:
    browser = open_browser()
    browser.box.click()
    composing = {"text": "ni hao", "selectionStart": 6, "selectionEnd": 6}
    browser.driver.execute_cdp_cmd("Input.imeSetComposition", composing)
    enter = {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    browser.driver.execute_cdp_cmd("Input.dispatchKeyEvent", enter)
    browser.driver.execute_cdp_cmd("Input.insertText", {"text": "你好"})
    assert (browser.all("#log li"), browser.box.get_property("value")) == ([], "你好")
    browser.presses_enter()
    browser.waits_until(lambda: len(browser.heard) == 1)
    assert browser.said == ["你好"]


def test_a_double_tap_is_sent_once(open_browser: OpenBrowser) -> None:
    browser = open_browser()
    twice = "const one = document.querySelector('.examples button'); one.click(); one.click();"
    browser.driver.execute_script(twice)
    browser.waits_until(lambda: len(browser.heard) == 1)
    browser.driver.refresh()
    assert browser.said == ["新增几所幼儿园？"]


def test_her_words_are_given_back_when_the_server_cannot_be_reached(
    open_browser: OpenBrowser,
) -> None:
    browser = open_browser()
    browser.driver.set_network_conditions(offline=True, latency=0, throughput=0)
    browser.presses("路灯坏了")
    browser.presses_enter()
    browser.waits_until(lambda: "暂时连不上服务器" in browser.texts("#notice")[0])
    assert (browser.box.get_property("value"), browser.all("#log li")) == ("路灯坏了", [])
    browser.driver.delete_network_conditions()
    assert all("ERR_INTERNET_DISCONNECTED" in line for line in browser.complaints())
    browser.presses_enter()
    browser.waits_until(lambda: len(browser.heard) == 1)
    assert browser.said == ["路灯坏了"]


def test_an_empty_message_is_not_sent(open_browser: OpenBrowser) -> None:
    browser = open_browser()
    browser.presses("  ", Keys.ENTER)
    assert browser.texts("#notice") == ["请先写几个字，或者附上照片。"]
    assert browser.all("#log li") == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_photo_goes_with_her_words(
    open_browser: OpenBrowser, tmp_path: Path, scripts: bool
) -> None:
    browser = open_browser(scripts=scripts)
    browser.all("#photo")[0].send_keys(str(picture(tmp_path / "a.png", side=20)))
    browser.says("路灯坏了，没人修！")
    assert browser.said[0].endswith("路灯坏了，没人修！")
    assert ("照片" in browser.said[0]) is not scripts
    assert "照片：1 张" in browser.heard[-1]


def test_she_sees_which_photo_she_sent(open_browser: OpenBrowser, tmp_path: Path) -> None:
    browser = open_browser()
    browser.all("#photo")[0].send_keys(str(picture(tmp_path / "a.png", side=20)))
    browser.says("路灯坏了，没人修！")
    (shown,) = browser.all("#log .resident img")
    browser.waits_until(lambda: shown.get_property("naturalWidth") == 20)
    assert shown.get_attribute("alt") == "照片"


def test_a_photo_over_the_limit_is_made_smaller(open_browser: OpenBrowser, tmp_path: Path) -> None:
    browser = open_browser()
    large = picture(tmp_path / "a.png", side=320)
    assert large.stat().st_size > MAX_PHOTO_BYTES
    browser.all("#photo")[0].send_keys(str(large))
    browser.waits_until(browser.all("#photo-added")[0].is_displayed)
    browser.says("路灯坏了，没人修！")
    assert "照片：1 张" in browser.heard[-1]


def test_a_file_over_the_limit_is_refused_before_it_is_sent(
    open_browser: OpenBrowser, tmp_path: Path
) -> None:
    browser = open_browser()
    large = tmp_path / "a.heic"
    large.write_bytes(b"....ftypheic".ljust(MAX_PHOTO_BYTES + 1, b"."))
    browser.all("#photo")[0].send_keys(str(large))
    browser.waits_until(lambda: "照片超过" in browser.texts("#notice")[0])
    assert not browser.all("#photo-added")[0].is_displayed()


def test_her_location_goes_with_her_words_unless_removed(
    open_browser: OpenBrowser, url: str
) -> None:
    browser = open_browser()
    grant = {"origin": url, "permissions": ["geolocation"]}
    browser.driver.execute_cdp_cmd("Browser.grantPermissions", grant)
    place = {"latitude": 30.55, "longitude": 114.31, "accuracy": 5}
    browser.driver.execute_cdp_cmd("Emulation.setGeolocationOverride", place)
    added = browser.all("#place-added")[0]
    browser.all("#place")[0].click()
    browser.waits_until(added.is_displayed)
    browser.all("#place-removed")[0].click()
    assert not added.is_displayed()
    browser.all("#place")[0].click()
    browser.waits_until(added.is_displayed)
    browser.says("路灯坏了，没人修！")
    assert "已附位置" in browser.heard[-1]


# Too fast, not now, and again


@pytest.fixture
def own_bot(
    tmp_path: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, Path]]:
    """A bot for one test alone, which waits for no other program: its address, its database."""
    lose_patience(monkeypatch)
    var = tmp_path / "var"
    shutil.copytree(built, var)
    limits = Limits(messages_burst=3, messages_per_minute=6.0)
    with bot_in_a_thread(Settings(paths=Paths(content=CONTENT, var=var), limits=limits)) as url:
        yield url, var / DATABASE


LOSE_THE_NEXT_ANSWER = """
const real = window.fetch;
window.fetch = async (...request) => {
  window.fetch = real;
  await real(...request);
  throw new TypeError("Failed to fetch");
};
"""


def test_a_message_whose_answer_was_lost_is_sent_again_and_heard_once(
    open_browser: OpenBrowser,
) -> None:
    browser = open_browser()
    browser.driver.execute_script(LOSE_THE_NEXT_ANSWER)
    browser.presses("路灯坏了，没人修！", Keys.ENTER)
    browser.waits_until(lambda: "暂时连不上服务器" in browser.texts("#notice")[0])
    assert browser.box.get_property("value") == "路灯坏了，没人修！"
    browser.presses_enter()
    browser.waits_until(lambda: len(browser.heard) == 1)
    assert browser.said == ["路灯坏了，没人修！"]
    browser.driver.refresh()
    assert (browser.said, len(browser.heard)) == (["路灯坏了，没人修！"], 1)


def test_a_photo_whose_answer_was_lost_is_sent_again_and_kept_once(
    open_browser: OpenBrowser, tmp_path: Path
) -> None:
    browser = open_browser()
    browser.driver.execute_script(LOSE_THE_NEXT_ANSWER)
    browser.all("#photo")[0].send_keys(str(picture(tmp_path / "a.png", side=20)))
    browser.presses("路灯坏了，没人修！", Keys.ENTER)
    browser.waits_until(lambda: "暂时连不上服务器" in browser.texts("#notice")[0])
    assert browser.all("#photo-added")[0].is_displayed()
    browser.presses_enter()
    browser.waits_until(lambda: len(browser.heard) == 1)
    assert "照片：1 张" in browser.heard[0]


def test_words_changed_after_a_lost_answer_are_another_message(
    open_browser: OpenBrowser,
) -> None:
    browser = open_browser()
    browser.driver.execute_script(LOSE_THE_NEXT_ANSWER)
    browser.presses("你好", Keys.ENTER)
    browser.waits_until(lambda: "暂时连不上服务器" in browser.texts("#notice")[0])
    browser.presses("谢谢", Keys.ENTER)
    browser.waits_until(lambda: len(browser.heard) == 2)
    assert browser.said == ["你好", "你好谢谢"]


def test_the_same_words_said_again_on_purpose_are_heard_again(open_browser: OpenBrowser) -> None:
    browser = open_browser()
    browser.says("你好")
    browser.says("你好")
    assert browser.said == ["你好", "你好"]


def test_the_same_words_said_again_after_a_lost_answer_was_mended_are_heard_again(
    open_browser: OpenBrowser,
) -> None:
    """The name of the lost message was once kept for ever: the same words later were not heard."""
    browser = open_browser()
    browser.driver.execute_script(LOSE_THE_NEXT_ANSWER)
    browser.presses("新增几所幼儿园？", Keys.ENTER)
    browser.waits_until(lambda: "暂时连不上服务器" in browser.texts("#notice")[0])
    browser.presses_enter()
    browser.waits_until(lambda: len(browser.heard) == 1)
    browser.says("新增几所幼儿园？")
    assert browser.said == ["新增几所幼儿园？"] * 2


def test_her_words_are_given_back_when_she_writes_too_fast(
    open_browser: OpenBrowser, own_bot: tuple[str, Path]
) -> None:
    browser = open_browser()
    browser.driver.get(own_bot[0])
    for _ in range(3):
        browser.says("你好")
    browser.presses("路灯坏了", Keys.ENTER)
    browser.waits_until(lambda: "还没有收下" in browser.texts("#notice")[0])
    assert browser.box.get_property("value") == "路灯坏了"
    assert "429" in "".join(browser.complaints())
    browser.waits_until(lambda: _is_heard_now(browser))
    assert browser.said == ["你好", "你好", "你好", "路灯坏了"]


def _is_heard_now(browser: Browser) -> bool:
    """Whether she is heard; if not, she has tried again."""
    if browser.box.get_property("value"):
        browser.presses_enter()
    browser.complaints()
    return len(browser.heard) == 4


def test_her_words_are_given_back_when_they_cannot_be_kept(
    open_browser: OpenBrowser, own_bot: tuple[str, Path]
) -> None:
    url, database = own_bot
    browser = open_browser()
    browser.driver.get(url)
    with locked(database):
        browser.presses("路灯坏了", Keys.ENTER)
        browser.waits_until(lambda: "没有收下" in browser.texts("#notice")[0])
    assert (browser.box.get_property("value"), browser.all("#log li")) == ("路灯坏了", [])
    assert "503" in "".join(browser.complaints())
    browser.presses_enter()
    browser.waits_until(lambda: len(browser.heard) == 1)
    assert browser.said == ["路灯坏了"]
