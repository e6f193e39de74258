"""The residents' page over real HTTP and without scripts, on the real dialogue: what she posts is
heard and shown. A stand-in listener replies in the few ways the dialogue does not."""

import re
import zlib
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from bs4 import BeautifulSoup
from PIL import Image

from bot.app import Bot, web_site
from bot.config import Limits, Settings
from bot.messages import Button, Reply
from bot.pictures import picture_alone
from bot.store import DATABASE
from bot.wording import Language
from tests.actors import WebResident
from tests.clock import Clock
from tests.hard_times import locked, lose_patience
from tests.photographs import JPEG, as_file, declared, jpeg, png
from tests.records import matter_of, photos, said, words
from tests.web_site import Scribe, serving, site_of

MAX_PHOTO_BYTES = 2048
CARD = Reply("请核对:<b>路灯</b>", ((Button("提交", "yes"), Button("改地点", "place")),))


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"limits": Limits(max_photo_bytes=MAX_PHOTO_BYTES)})


@pytest.fixture
async def url(bot: Bot) -> AsyncIterator[str]:
    async with serving(web_site(bot)) as url:
        yield url


@pytest.fixture
async def resident(url: str) -> AsyncIterator[WebResident]:
    async with WebResident(url) as resident:
        yield resident


@pytest.fixture
async def browser(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url) as browser:
        yield browser


@pytest.fixture
def scribe() -> Scribe:
    return Scribe()


@pytest.fixture
async def scribes_url(scribe: Scribe) -> AsyncIterator[str]:
    async with serving(site_of(scribe)) as url:
        yield url


async def post(
    browser: httpx.AsyncClient, fields: dict[str, str], **files: tuple[str, bytes]
) -> httpx.Response:
    return await browser.post("/say", data=fields, files={"": ("", b""), **files})


async def news(browser: httpx.AsyncClient, fields: dict[str, str]) -> dict[str, object]:
    """What the page's script gets."""
    response = await browser.post("/say", data=fields, headers={"Accept": "application/json"})
    return dict(response.json())


async def test_a_strangers_visit_shows_examples_and_is_not_heard(
    browser: httpx.AsyncClient, bot: Bot
) -> None:
    page = BeautifulSoup((await browser.get("/")).text, "html.parser")
    examples = [button["value"] for button in page.select(".examples button")]
    assert examples == [
        "新增几所幼儿园？",
        "今年改造多少老旧小区？",
        "我家门口路灯坏了",
        "/mine",
    ]
    assert bot.store.residents.known("web", browser.cookies["resident"]) is None


async def test_her_words_are_heard_to_the_letter_and_read_back(
    resident: WebResident, bot: Bot
) -> None:
    text = "路灯坏了没人修\n在 3 栋 <b>&amp;*_[x](y)"
    await resident.says(text)
    assert resident.said == [text]
    assert matter_of(bot, "web", resident.sender).text == text
    assert len(resident.heard) == 1
    assert text in resident.heard[0]


async def test_line_breaks_of_browsers_become_plain_ones(
    browser: httpx.AsyncClient, bot: Bot
) -> None:
    await post(browser, {"text": "一\r\n二\r\n"})
    assert said(bot, "web", browser.cookies["resident"]) == ["一\n二"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("😀👍🏽", ["😀👍🏽"]),
        ("\x00\x01\x1b[31m", ["[31m"]),
        ("\u202eolleh", ["olleh"]),
        ("长" * 10_000, []),
        ("<script>alert(1)</script>", ["<script>alert(1)</script>"]),
    ],
)
async def test_odd_words_are_shown_harmless_and_answered(
    resident: WebResident, text: str, shown: list[str]
) -> None:
    await resident.says(text)
    assert resident.said == shown
    assert len(resident.heard) == 1


async def test_markup_she_types_is_never_part_of_the_page(browser: httpx.AsyncClient) -> None:
    markup = '<script>alert(1)</script><img src=x onerror="alert(2)">路灯坏了没人修'
    await post(browser, {"text": markup})
    page = BeautifulSoup((await browser.get("/")).text, "html.parser")
    assert page.get_text().count("<script>alert(1)</script>") == 2
    assert page.select("#log script, #log img") == []


async def test_a_quotation_stands_without_doubled_line_breaks(browser: httpx.AsyncClient) -> None:
    await post(browser, {"text": "新增几所幼儿园？"})
    quotation = "<blockquote>新增普惠幼儿园<b>3所</b>、学位<b>500个</b></blockquote>——"
    assert f"：{quotation}" in (await browser.get("/")).text


async def test_a_topics_lines_are_shown_once_and_in_full(scribes_url: str, scribe: Scribe) -> None:
    """They stood there twice: as text, and cut short as buttons."""
    buttons = (
        (Button("新建幼…", "show:1"),),
        (Button("a < b", "show:2"),),
        (Button("谢谢", "x"),),
    )
    scribe.replies["教育"] = [Reply("有这些：\n· 新建幼儿园3所\n· a &lt; b", buttons)]
    scribe.replies["看病"] = [Reply("有这些：\n· 新建幼儿园3所\n· 别的", buttons)]
    async with WebResident(scribes_url) as resident:
        await resident.says("教育")
        assert (resident.heard, resident.buttons) == (
            ["有这些："],
            ["新建幼儿园3所", "a < b", "谢谢"],
        )
        await resident.says("看病")
        assert resident.heard[-1] == "有这些：\n· 新建幼儿园3所\n· 别的"


async def test_a_reply_that_replaces_stands_where_the_tapped_one_stood(
    resident: WebResident, bot: Bot
) -> None:
    await resident.sends_photo(b"%PDF-1.7", caption="路灯坏了没人修")
    await resident.says("你好")
    unread, card, hello = resident.heard
    await resident.taps("改类型")
    assert resident.heard == [unread, words(bot, "draft.choose_kind"), hello]
    await resident.taps("表扬")
    praised = re.sub("类型：.*", "类型：表扬（您定的）", card)
    assert resident.heard == [unread, praised, hello]
    assert resident.said == ["路灯坏了没人修", "你好"]


async def test_words_photo_and_location_sent_together_are_one_message(
    browser: httpx.AsyncClient, bot: Bot
) -> None:
    fields = {"text": "路灯坏了没人修", "latitude": "30.55", "longitude": "114.31"}
    await post(browser, fields, photo=("a.jpg", JPEG))
    matter = matter_of(bot, "web", browser.cookies["resident"])
    assert (matter.text, matter.latitude, matter.longitude) == ("路灯坏了没人修", 30.55, 114.31)
    assert photos(bot) == [(".jpg", JPEG)]
    assert said(bot, "web", browser.cookies["resident"]) == ["路灯坏了没人修"]


async def test_a_photo_and_a_location_may_come_without_words(
    resident: WebResident, bot: Bot
) -> None:
    await resident.sends_photo(JPEG)
    await resident.sends_location(30.55, 114.31)
    matter = matter_of(bot, "web", resident.sender)
    assert (matter.text, matter.latitude, matter.longitude) == ("", 30.55, 114.31)
    assert photos(bot) == [(".jpg", JPEG)]


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (JPEG, ".jpg"),
        (png(), ".png"),
        (as_file(Image.new("L", (9, 9)), "GIF"), ".png"),
        (as_file(Image.new("RGB", (9, 9)), "WEBP"), ".jpg"),
    ],
)
async def test_a_picture_is_known_by_its_content(
    resident: WebResident, bot: Bot, content: bytes, ending: str
) -> None:
    await resident.sends_photo(content)
    assert photos(bot) == [(ending, picture_alone(content)[0])]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x00\x00\x00\x18ftypheic....", "heic_photo"),
        (JPEG[:-40], "damaged_photo"),
        (b"\x89PNG\r\n\x1a\n....", "damaged_photo"),
        (declared(png(), side=20_000), "huge_photo"),
    ],
)
async def test_a_photo_that_cannot_be_kept_is_told_why_and_its_words_count(
    resident: WebResident, bot: Bot, content: bytes, why: str
) -> None:
    await resident.sends_photo(content, caption="路灯坏了没人修")
    assert resident.heard[0] == words(bot, f"unreadable.{why}")
    assert matter_of(bot, "web", resident.sender).text == "路灯坏了没人修"
    assert photos(bot) == []


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7", b"PK\x03\x04", b"<svg/>", b"RIFF....WAVE", b"....ftypisom", b"\xff", b""],
)
async def test_a_file_that_is_no_picture_is_named_a_document(
    resident: WebResident, bot: Bot, content: bytes
) -> None:
    await resident.sends_photo(content, caption="路灯坏了没人修")
    assert resident.heard[0] == words(bot, "unreadable.document")
    assert matter_of(bot, "web", resident.sender).text == "路灯坏了没人修"
    assert photos(bot) == []


async def test_a_photo_over_the_limit_is_not_kept(resident: WebResident, bot: Bot) -> None:
    fits = JPEG.ljust(MAX_PHOTO_BYTES, b".")
    await resident.sends_photo(fits)
    await resident.sends_photo(fits + b".")
    assert resident.heard[-1] == words(bot, "unreadable.large_photo", megabytes=0)
    assert photos(bot) == [(".jpg", JPEG)]


@pytest.mark.parametrize("text", ["", "   ", "\r\n\t\u3000"])
async def test_an_empty_message_is_not_heard_and_gets_a_hint(
    resident: WebResident, text: str
) -> None:
    await resident.says(text)
    assert resident.notices == ["请先写几个字，或者附上照片。"]
    assert (resident.said, resident.heard) == ([], [])


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [("here", "there"), ("91", "0"), ("0", "-181"), ("nan", "0"), ("0", "inf"), ("30.5", "")],
)
async def test_an_impossible_location_is_left_out(
    browser: httpx.AsyncClient, bot: Bot, latitude: str, longitude: str
) -> None:
    await post(browser, {"text": "路灯坏了没人修", "latitude": latitude, "longitude": longitude})
    matter = matter_of(bot, "web", browser.cookies["resident"])
    assert (matter.latitude, matter.longitude) == (None, None)


async def test_a_notice_is_shown_once(resident: WebResident, bot: Bot) -> None:
    await resident.says("新增几所幼儿园？")
    await resident.taps("有帮助")
    await resident.says("你好")
    assert resident.notices == ["", words(bot, "notice.thanks"), ""]


async def test_two_residents_do_not_see_each_other(url: str, resident: WebResident) -> None:
    await resident.says("我的秘密")
    async with WebResident(url) as other:
        assert (other.said, other.heard) == ([], [])


async def test_the_script_gets_what_is_new_since_its_last_turn(
    browser: httpx.AsyncClient, bot: Bot
) -> None:
    first = await news(browser, {"text": "新增几所幼儿园？", "after": "0"})
    await news(browser, {"text": "你好", "after": "1"})
    tap = {"action": "useful:1:1", "message": "1", "after": "2"}
    replaced = await news(browser, tap)
    assert (first["after"], first["fresh"], first["notice"]) == (1, True, "")
    assert (replaced["after"], replaced["fresh"]) == (3, False)
    assert replaced["notice"] == words(bot, "notice.thanks")
    bubbles = BeautifulSoup(str(replaced["html"]), "html.parser")("li")
    assert [(bubble["id"], bubble["data-turn"]) for bubble in bubbles] == [("turn-1-0", "3")]


@pytest.mark.parametrize("after", ["", "-1", "x", "9" * 5000, "٣"])
async def test_the_script_gets_everything_when_its_last_turn_is_unknown(
    browser: httpx.AsyncClient, after: str
) -> None:
    fresh = await news(browser, {"text": "你好", "after": after})
    assert (fresh["fresh"], fresh["after"]) == (True, 1)


async def test_the_script_is_told_kindly_of_an_empty_message(browser: httpx.AsyncClient) -> None:
    assert await news(browser, {"text": " "}) == {"notice": "请先写几个字，或者附上照片。"}


@pytest.mark.parametrize(
    ("accept_language", "language"),
    [
        ("", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-TW", "zh-Hant"),
        ("en-GB,en;q=0.9,zh;q=0.1", "en"),
        ("fr-FR, zh-HK;q=0.5", "zh-Hant"),
        ("fr", "en"),
        ("*", "zh"),
        (";;,,==", "zh"),
    ],
)
async def test_page_and_first_reply_speak_the_browsers_language(
    url: str, bot: Bot, accept_language: str, language: Language
) -> None:
    async with WebResident(url, accept_language=accept_language) as resident:
        assert resident.page_language == language
        await resident.says("/help")
        assert resident.heard == [words(bot, "talk.help", language=language)]


async def test_the_language_switch_is_remembered(browser: httpx.AsyncClient) -> None:
    browser.headers["Accept-Language"] = "zh-HK"
    assert '<html lang="en">' in (await browser.get("/?lang=en")).text
    assert '<html lang="en">' in (await browser.get("/")).text
    assert '<html lang="zh-Hant">' in (await browser.get("/?lang=zh")).text
    assert '<html lang="zh-Hant">' in (await browser.get("/?lang=xx")).text


# What is held of her, and to be forgotten


@pytest.mark.parametrize("address", ["/mydata", "/mydata.json", "/"])
async def test_no_page_and_no_file_holds_the_browsers_secret(
    browser: httpx.AsyncClient, address: str
) -> None:
    """Whoever got the file, or saw the page, could have become her."""
    await post(browser, {"text": "路灯坏了没人修"})
    await post(browser, {"text": "/mydata"})
    secret = browser.cookies["resident"]
    shown = (await browser.get(address)).text
    assert "路灯坏了没人修" in shown
    assert secret not in shown


@pytest.mark.parametrize(
    ("language", "heading", "named"),
    [("zh", "隐私说明", "联系：拨打 12345"), ("en", "Privacy notice", "call 12345")],
)
async def test_the_notice_is_read_without_a_cookie_and_without_being_recorded(
    browser: httpx.AsyncClient, bot: Bot, language: str, heading: str, named: str
) -> None:
    """The link to it once posted `/privacy` as her first message: a record, and a consent."""
    browser.headers["Accept-Language"] = language
    response = await browser.get("/privacy")
    page = BeautifulSoup(response.text, "html.parser")
    assert page.select_one("h1").get_text() == heading  # type: ignore[union-attr]
    assert named in page.get_text()
    assert [link["href"] for link in page.select("li a")] == ["/mydata"]
    assert "set-cookie" not in response.headers
    assert bot.store._database.all("select id from residents", []) == []


async def test_notice_data_and_deletion_are_linked_from_the_foot(
    browser: httpx.AsyncClient,
) -> None:
    page = BeautifulSoup((await browser.get("/")).text, "html.parser")
    assert [link["href"] for link in page.select(".foot a")] == ["/privacy", "/mydata"]
    assert [button["value"] for button in page.select(".foot button")] == ["/forget"]
    assert page.select(".welcome a")[0]["href"] == "/privacy"


async def test_of_whom_nothing_is_held_the_page_says_so(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/mydata")
    assert response.status_code == 200
    assert "没有存您的任何记录" in response.text
    assert "set-cookie" not in response.headers


REPORT = "举报胭脂路那家小餐馆，后厨很脏"


async def test_the_receipt_of_forgetting_outlives_a_reload_until_she_puts_it_away(
    resident: WebResident, bot: Bot
) -> None:
    """Number and code of what goes on being handled were gone at the next reload."""
    await resident.says(REPORT)
    await resident.taps("提交")
    (case,) = bot.store.cases.all()
    await resident.says("/forget")
    assert resident.dangerous == ["确定全部删除"]
    await resident.taps("确定")
    assert resident.address == "/receipt"
    for _ in range(2):
        assert case.number in resident.heard[0]
        assert case.query_code in resident.heard[0]
        await resident.opens("/receipt")
    assert bot.store._database.all("select said from turns", []) == []
    await resident.taps("记下了")
    assert (resident.address, resident.said, resident.heard) == ("/", [], [])
    await resident.opens("/receipt")
    assert resident.address == "/"


async def test_who_was_forgotten_goes_on_under_another_cookie(
    resident: WebResident, bot: Bot
) -> None:
    await resident.says("路灯坏了没人修")
    before = resident.sender
    await resident.says("/forget")
    await resident.taps("确定")
    assert resident.sender != before
    assert bot.store.residents.known("web", before) is None
    await resident.says("你好")
    assert bot.store.residents.known("web", before) is None


async def test_who_filed_as_nobody_keeps_her_cookie_and_gets_a_receipt(
    resident: WebResident, bot: Bot
) -> None:
    await resident.says("新增几所幼儿园？")
    await resident.says(REPORT)
    before = resident.sender
    await resident.taps("匿名提交")
    await resident.taps("确定匿名提交")
    (case,) = bot.store.cases.all()
    assert resident.address == "/receipt"
    assert case.query_code in resident.heard[0]
    await resident.taps("记下了")
    assert resident.sender == before
    assert resident.said == ["新增几所幼儿园？"]


async def test_the_receipt_goes_to_its_own_page_alone(browser: httpx.AsyncClient) -> None:
    await post(browser, {"text": REPORT})
    tap = {"action": "d:1:anonymous=yes", "message": "1"}
    asked = {"Accept": "application/json"}
    response = await browser.post("/say", data=tap, headers=asked)
    assert response.json() == {"page": "/receipt"}
    (cookie,) = (
        one for one in response.headers.get_list("set-cookie") if one.startswith("receipt=")
    )
    assert cookie.split("; ")[1:] == ["HttpOnly", "Max-Age=3600", "Path=/receipt", "SameSite=lax"]


@pytest.mark.parametrize(
    "kept", [b"", b"not a receipt", b"\xff\x00", b"<script>alert(1)</script><b onclick=x>1</b>"]
)
async def test_whatever_else_the_cookie_holds_is_no_markup(
    browser: httpx.AsyncClient, kept: bytes
) -> None:
    for cookie in (kept.hex(), urlsafe_b64encode(zlib.compress(kept)).decode()):
        response = await browser.get("/receipt", headers={"Cookie": f"receipt={cookie}"})
        assert response.status_code in (200, 303)
        page = BeautifulSoup(response.text, "html.parser")
        assert page.select("#log script, #log b") == []


async def test_a_draft_is_tapped_below_its_newest_card_alone(
    resident: WebResident, bot: Bot
) -> None:
    await resident.says("路灯坏了没人修")
    await resident.sends_photo(JPEG)
    assert resident.cards == 1
    await resident.taps("提交")
    assert resident.cards == 0


async def test_the_script_is_told_what_is_no_longer_there(browser: httpx.AsyncClient) -> None:
    await news(browser, {"text": "路灯坏了没人修", "after": "0"})
    await post(browser, {"text": "", "after": "1"}, photo=("a.jpg", JPEG))
    filed = await news(browser, {"action": "d:1:submit", "message": "2", "after": "2"})
    assert filed["first"] == 1
    assert filed["kept"] == {
        "turn-1-said": False,
        "turn-1-0": False,
        "turn-2-said": False,
        "turn-2-0": False,
    }


# What the dialogue does not do, and a listener may: the stand-in's part


async def test_of_several_replies_the_one_with_the_tapped_button_is_replaced(
    scribes_url: str, scribe: Scribe
) -> None:
    scribe.replies["路灯坏了"] = [Reply("先打 110"), CARD, Reply("还可以发照片")]
    scribe.replies["place"] = [Reply("哪里?", ((Button("水果湖", "street"),),), replaces=True)]
    scribe.replies["street"] = [Reply("地点:水果湖", CARD.buttons, replaces=True), Reply("好了")]
    scribe.in_place = {"place", "street"}
    async with WebResident(scribes_url) as resident:
        await resident.says("路灯坏了")
        await resident.says("你好")
        await resident.taps("改地点")
        assert resident.heard == ["先打 110", "哪里?", "还可以发照片", "你好"]
        await resident.taps("水果湖")
        assert resident.heard == ["先打 110", "地点:水果湖", "还可以发照片", "你好", "好了"]


async def test_a_reply_of_a_notice_alone_adds_nothing_to_the_conversation(
    scribes_url: str, scribe: Scribe
) -> None:
    scribe.replies["路灯"] = [CARD]
    scribe.replies["yes"] = [Reply("", notice="谢谢; 您的\n反馈!")]
    async with WebResident(scribes_url) as resident:
        await resident.says("路灯")
        await resident.taps("提交")
        assert resident.notices == ["", "谢谢; 您的\n反馈!"]
        assert resident.heard == ["请核对:路灯"]


async def test_a_reply_that_is_not_kept_is_still_shown(scribes_url: str, scribe: Scribe) -> None:
    scribe.unkept = {"/forget"}
    scribe.replies["/forget"] = [Reply("都删除了。")]
    async with WebResident(scribes_url) as resident:
        await resident.says("你好")
        await resident.says("/forget")
        assert resident.heard == ["你好", "都删除了。"]
        await resident.opens()
        assert resident.heard == ["你好"]


async def test_the_script_starts_afresh_when_everything_was_forgotten(
    scribes_url: str, scribe: Scribe
) -> None:
    async with httpx.AsyncClient(base_url=scribes_url) as browser:
        await news(browser, {"text": "一", "after": "0"})
        await news(browser, {"text": "二", "after": "1"})
        scribe.forget()
        scribe.unkept = {"/forget"}
        last = await news(browser, {"text": "/forget", "after": "2"})
    assert (last["fresh"], last["after"]) == (True, 0)
    assert "/forget" in str(last["html"])


# Too fast, not now, and again


HER_KEY = "0123456789abcdef"


async def until_she_must_wait(browser: httpx.AsyncClient) -> None:
    """Use up what she may say at once."""
    for _ in range(Limits().messages_burst):
        await post(browser, {"text": "/help"})


async def test_who_writes_too_fast_is_told_kindly_when_to_write_again(
    browser: httpx.AsyncClient, bot: Bot
) -> None:
    await until_she_must_wait(browser)
    response = await post(browser, {"text": "路灯坏了没人修"})
    page = BeautifulSoup(response.text, "html.parser")
    assert (response.status_code, response.headers["retry-after"]) == (429, "3")
    assert [heading.get_text() for heading in page(["h1", "h2"])] == [
        words(bot, "web.error_429_title"),
        words(bot, "web.error_429_title", language="en"),
    ]
    assert said(bot, "web", browser.cookies["resident"]) == ["/help"] * 20


async def test_the_script_is_told_when_to_write_again(
    browser: httpx.AsyncClient, bot: Bot
) -> None:
    await until_she_must_wait(browser)
    asked = {"Accept": "application/json"}
    response = await browser.post("/say", data={"text": "你好"}, headers=asked)
    assert (response.status_code, response.headers["retry-after"]) == (429, "3")
    assert response.json() == {"notice": words(bot, "web.error_429")}


async def test_nobody_else_waits_and_she_is_heard_after_the_wait(
    url: str, browser: httpx.AsyncClient, clock: Clock
) -> None:
    await until_she_must_wait(browser)
    async with WebResident(url) as other:
        await other.says("你好")
        assert len(other.heard) == 1
    clock.passes(seconds=3)
    assert (await post(browser, {"text": "你好"})).status_code == 303


def database_of(bot: Bot) -> Path:
    return bot.settings.paths.var / DATABASE


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for another program."""
    lose_patience(monkeypatch)


@pytest.mark.usefixtures("impatient")
async def test_what_cannot_be_kept_is_not_heard_and_she_is_told_to_come_again(
    browser: httpx.AsyncClient, bot: Bot
) -> None:
    await browser.get("/")
    with locked(database_of(bot)):
        response = await post(browser, {"text": "路灯坏了没人修"}, photo=("a.jpg", JPEG))
        asked = {"Accept": "application/json"}
        scripts = await browser.post("/say", data={"text": "路灯坏了"}, headers=asked)
        health = await browser.get("/healthz")
    page = BeautifulSoup(response.text, "html.parser")
    assert (response.status_code, scripts.status_code, health.status_code) == (503, 503, 503)
    assert [heading.get_text() for heading in page(["h1", "h2"])] == [
        words(bot, "web.error_503_title"),
        words(bot, "web.error_503_title", language="en"),
    ]
    assert scripts.json() == {"notice": words(bot, "web.error_503")}
    assert bot.store.residents.known("web", browser.cookies["resident"]) is None
    assert photos(bot) == []


@pytest.mark.usefixtures("impatient")
async def test_she_is_heard_again_as_soon_as_it_can_be_kept(
    browser: httpx.AsyncClient, bot: Bot
) -> None:
    await browser.get("/")
    fields = {"text": "路灯坏了没人修", "key": HER_KEY}
    with locked(database_of(bot)):
        await post(browser, fields)
    assert (await post(browser, fields)).status_code == 303
    assert said(bot, "web", browser.cookies["resident"]) == ["路灯坏了没人修"]
    assert (await browser.get("/healthz")).json()["status"] == "ok"


async def test_the_conversation_can_be_read_while_nothing_can_be_written(
    resident: WebResident, bot: Bot
) -> None:
    await resident.says("你好")
    with locked(database_of(bot)):
        await resident.opens()
    assert resident.said == ["你好"]


async def test_the_same_form_posted_twice_is_heard_once(
    browser: httpx.AsyncClient, bot: Bot
) -> None:
    fields = {"text": "路灯坏了没人修", "key": HER_KEY, "latitude": "30.5", "longitude": "114.3"}
    for _ in range(2):
        response = await post(browser, fields, photo=("a.jpg", JPEG))
        assert (response.status_code, response.headers["location"]) == (303, "/#last")
    assert said(bot, "web", browser.cookies["resident"]) == ["路灯坏了没人修"]
    assert photos(bot) == [(".jpg", JPEG)]


async def test_what_was_heard_without_her_knowing_is_shown_when_it_is_said_again(
    browser: httpx.AsyncClient,
) -> None:
    fields = {"text": "你好", "key": HER_KEY, "after": "0"}
    first = await news(browser, fields)
    again = await news(browser, fields)
    assert again == first


@pytest.mark.parametrize(
    "other",
    [
        {"text": "路灯修好了"},
        {"latitude": "30.6", "longitude": "114.3"},
        {"key": "fedcba9876543210"},
        {"key": ""},
    ],
)
async def test_what_differs_is_heard_under_the_same_key(
    browser: httpx.AsyncClient, bot: Bot, other: dict[str, str]
) -> None:
    """Going back in the browser shows the old form with its old key."""
    fields = {"text": "路灯坏了没人修", "key": HER_KEY}
    await post(browser, fields)
    await post(browser, {**fields, **other})
    assert len(said(bot, "web", browser.cookies["resident"])) == 2


async def test_another_photo_under_the_same_key_is_heard(
    browser: httpx.AsyncClient, bot: Bot
) -> None:
    fields = {"text": "", "key": HER_KEY}
    for content in (JPEG, jpeg(2)):
        await post(browser, fields, photo=("a.jpg", content))
    assert sorted(photos(bot)) == sorted([(".jpg", JPEG), (".jpg", jpeg(2))])


async def test_each_page_has_a_key_of_its_own(browser: httpx.AsyncClient) -> None:
    keys = set()
    for _ in range(2):
        page = BeautifulSoup((await browser.get("/")).text, "html.parser")
        keys.add(str(page.select("#composer input[name=key]")[0]["value"]))
    assert len(keys) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", key) for key in keys)


async def test_odd_keys_are_taken_as_they_are(browser: httpx.AsyncClient, bot: Bot) -> None:
    for key in ("x" * 5000, "\x00'; drop table turns", "\ud83d"):
        content = urlencode({"text": "你好", "key": key}, errors="surrogatepass")
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        await browser.post("/say", content=content, headers=form)
    assert said(bot, "web", browser.cookies["resident"]) == ["你好"] * 3


async def test_a_tap_posted_twice_files_once(browser: httpx.AsyncClient, bot: Bot) -> None:
    await post(browser, {"text": "路灯坏了没人修"})
    tap = {"action": "d:1:submit", "message": "1"}
    told = [(await news(browser, tap))["notice"] for _ in range(2)]
    assert told == ["", words(bot, "notice.already_submitted")]
    assert len(list(bot.store.cases.all())) == 1
