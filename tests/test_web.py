"""The residents' page over real HTTP and without scripts: what she posts is heard and shown."""

from collections.abc import AsyncIterator

import httpx
import pytest
from bs4 import BeautifulSoup

from bot.messages import Button, Location, Photo, Reply, Said
from tests.actors import WebResident
from tests.web_site import LIMITS, Scribe, serving, site_of

JPEG = b"\xff\xd8\xff\xe0 a picture"
CARD = Reply("请核对:<b>路灯</b>", ((Button("提交", "yes"), Button("改地点", "place")),))


@pytest.fixture
def scribe() -> Scribe:
    return Scribe()


@pytest.fixture
async def url(scribe: Scribe) -> AsyncIterator[str]:
    async with serving(site_of(scribe)) as url:
        yield url


@pytest.fixture
async def resident(url: str) -> AsyncIterator[WebResident]:
    async with WebResident(url) as resident:
        yield resident


@pytest.fixture
async def browser(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url) as browser:
        yield browser


async def post(
    browser: httpx.AsyncClient, fields: dict[str, str], **files: tuple[str, bytes]
) -> httpx.Response:
    return await browser.post("/say", data=fields, files={"": ("", b""), **files})


async def news(browser: httpx.AsyncClient, fields: dict[str, str]) -> dict[str, object]:
    """What the page's script gets."""
    response = await browser.post("/say", data=fields, headers={"Accept": "application/json"})
    return dict(response.json())


async def test_a_strangers_visit_shows_examples_and_is_not_heard(
    browser: httpx.AsyncClient, scribe: Scribe
) -> None:
    page = BeautifulSoup((await browser.get("/")).text, "html.parser")
    examples = [button["value"] for button in page.select(".examples button")]
    assert examples == [
        "新增几所幼儿园？",
        "今年改造多少老旧小区？",
        "我家门口路灯坏了",
        "/mine",
    ]
    assert scribe.heard == []


async def test_her_words_are_heard_to_the_letter_and_shown_with_the_reply(
    resident: WebResident, scribe: Scribe
) -> None:
    await resident.says("路灯坏了\n在 3 栋 <b>&amp;*_[x](y)\u202e")
    assert [said.text for said in scribe.heard] == ["路灯坏了\n在 3 栋 <b>&amp;*_[x](y)\u202e"]
    assert resident.said == ["路灯坏了\n在 3 栋 <b>&amp;*_[x](y)\u202e"]
    assert resident.heard == ["路灯坏了\n在 3 栋 <b>&amp;*_[x](y)\u202e"]


async def test_line_breaks_of_browsers_become_plain_ones(
    browser: httpx.AsyncClient, scribe: Scribe
) -> None:
    await post(browser, {"text": "一\r\n二\r\n"})
    assert scribe.heard[0].text == "一\n二"


@pytest.mark.parametrize(
    "text",
    ["😀👍🏽", "\x00\x01\x1b[31m", "\u202eolleh", "长" * 10_000, "<script>alert(1)</script>"],
)
async def test_odd_words_are_heard_as_they_are(
    resident: WebResident, scribe: Scribe, text: str
) -> None:
    await resident.says(text)
    assert [said.text for said in scribe.heard] == [text]
    assert len(resident.heard) == 1


async def test_markup_she_types_is_never_part_of_the_page(
    browser: httpx.AsyncClient, scribe: Scribe
) -> None:
    await post(browser, {"text": '<script>alert(1)</script><img src=x onerror="alert(2)">'})
    page = BeautifulSoup((await browser.get("/")).text, "html.parser")
    assert page.select("#log script, #log img") == []


async def test_a_quotation_stands_without_doubled_line_breaks(
    browser: httpx.AsyncClient, scribe: Scribe
) -> None:
    scribe.replies["?"] = [Reply("报告:\n<blockquote>新增<b>3所</b></blockquote>\n—— 2020")]
    await post(browser, {"text": "?"})
    shown = "报告:<blockquote>新增<b>3所</b></blockquote>—— 2020"
    assert shown in (await browser.get("/")).text


async def test_a_tap_says_its_action_and_the_turn_of_its_message(
    resident: WebResident, scribe: Scribe
) -> None:
    scribe.replies["路灯坏了"] = [CARD]
    await resident.says("路灯坏了")
    assert resident.buttons == ["提交", "改地点"]
    await resident.taps("地点")
    assert (scribe.heard[-1].action, scribe.heard[-1].message) == ("place", "1")
    assert scribe.heard[-1].text == ""


async def test_a_reply_that_replaces_stands_where_the_tapped_one_stood(
    resident: WebResident, scribe: Scribe
) -> None:
    scribe.replies["路灯坏了"] = [Reply("先打 110"), CARD, Reply("还可以发照片")]
    scribe.replies["place"] = [Reply("哪里?", ((Button("水果湖", "street"),),), replaces=True)]
    scribe.replies["street"] = [Reply("地点:水果湖", CARD.buttons, replaces=True), Reply("好了")]
    scribe.in_place = {"place", "street"}
    await resident.says("路灯坏了")
    await resident.says("你好")
    await resident.taps("改地点")
    assert resident.heard == ["先打 110", "哪里?", "还可以发照片", "你好"]
    await resident.taps("水果湖")
    assert resident.heard == ["先打 110", "地点:水果湖", "还可以发照片", "你好", "好了"]
    assert resident.said == ["路灯坏了", "你好"]


async def test_words_photo_and_location_sent_together_are_one_message(
    browser: httpx.AsyncClient, scribe: Scribe
) -> None:
    fields = {"text": "路灯坏了", "latitude": "30.55", "longitude": "114.31"}
    await post(browser, fields, photo=("a.jpg", JPEG))
    assert scribe.heard == [
        Said(
            channel="web",
            sender=browser.cookies["resident"],
            text="路灯坏了",
            photo=Photo(JPEG),
            location=Location(30.55, 114.31),
            language_hint="zh",
        )
    ]


async def test_a_photo_and_a_location_may_come_without_words(
    resident: WebResident, scribe: Scribe
) -> None:
    await resident.sends_photo(JPEG)
    await resident.sends_location(30.55, 114.31)
    assert [(said.photo, said.location) for said in scribe.heard] == [
        (Photo(JPEG), None),
        (None, Location(30.55, 114.31)),
    ]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (JPEG, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic....", "image/heic"),
    ],
)
async def test_a_picture_is_known_by_its_content(
    resident: WebResident, scribe: Scribe, content: bytes, media_type: str
) -> None:
    await resident.sends_photo(content)
    assert scribe.heard[0].photo == Photo(content, media_type)


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7", b"PK\x03\x04", b"<svg/>", b"RIFF....WAVE", b"....ftypisom", b"\xff", b""],
)
async def test_a_file_that_is_no_picture_is_heard_as_a_document(
    resident: WebResident, scribe: Scribe, content: bytes
) -> None:
    await resident.sends_photo(content, caption="请看")
    assert [(s.text, s.photo, s.unreadable) for s in scribe.heard] == [("请看", None, "document")]


async def test_a_photo_over_the_limit_is_heard_as_too_large(
    resident: WebResident, scribe: Scribe
) -> None:
    await resident.sends_photo(JPEG.ljust(LIMITS.max_photo_bytes, b"."))
    await resident.sends_photo(JPEG.ljust(LIMITS.max_photo_bytes + 1, b"."))
    assert [said.unreadable for said in scribe.heard] == ["", "large_photo"]


@pytest.mark.parametrize("text", ["", "   ", "\r\n\t\u3000"])
async def test_an_empty_message_is_not_heard_and_gets_a_hint(
    resident: WebResident, scribe: Scribe, text: str
) -> None:
    await resident.says(text)
    assert (resident.notices, scribe.heard) == (["请先写几个字，或者附上照片。"], [])


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [("here", "there"), ("91", "0"), ("0", "-181"), ("nan", "0"), ("0", "inf"), ("30.5", "")],
)
async def test_an_impossible_location_is_left_out(
    browser: httpx.AsyncClient, scribe: Scribe, latitude: str, longitude: str
) -> None:
    await post(browser, {"text": "这里", "latitude": latitude, "longitude": longitude})
    assert [(said.text, said.location) for said in scribe.heard] == [("这里", None)]


async def test_a_notice_is_shown_once(resident: WebResident, scribe: Scribe) -> None:
    scribe.replies["路灯"] = [CARD]
    scribe.replies["yes"] = [Reply("", notice="谢谢; 您的\n反馈!")]
    await resident.says("路灯")
    await resident.taps("提交")
    await resident.says("你好")
    assert resident.notices == ["", "谢谢; 您的\n反馈!", ""]
    assert resident.heard == ["请核对:路灯", "你好"]


async def test_a_reply_that_is_not_kept_is_still_shown(
    resident: WebResident, scribe: Scribe
) -> None:
    scribe.unkept = {"/forget"}
    scribe.replies["/forget"] = [Reply("都删除了。")]
    await resident.says("你好")
    await resident.says("/forget")
    assert resident.heard == ["你好", "都删除了。"]
    await resident.opens()
    assert resident.heard == ["你好"]


async def test_two_residents_do_not_see_each_other(url: str, resident: WebResident) -> None:
    await resident.says("我的秘密")
    async with WebResident(url) as other:
        assert (other.said, other.heard) == ([], [])


async def test_the_script_gets_what_is_new_since_its_last_turn(
    browser: httpx.AsyncClient, scribe: Scribe
) -> None:
    scribe.replies["路灯"] = [CARD]
    scribe.replies["place"] = [Reply("哪里?", notice="好")]
    scribe.in_place = {"place"}
    first = await news(browser, {"text": "路灯", "after": "0"})
    await news(browser, {"text": "你好", "after": "1"})
    replaced = await news(browser, {"action": "place", "message": "1", "after": "2"})
    assert (first["after"], first["fresh"], first["notice"]) == (1, True, "")
    assert (replaced["after"], replaced["fresh"], replaced["notice"]) == (3, False, "好")
    bubbles = BeautifulSoup(str(replaced["html"]), "html.parser")("li")
    assert [(bubble["id"], bubble["data-turn"]) for bubble in bubbles] == [("turn-1-0", "3")]


@pytest.mark.parametrize("after", ["", "-1", "x", "9" * 5000, "٣"])
async def test_the_script_gets_everything_when_its_last_turn_is_unknown(
    browser: httpx.AsyncClient, after: str
) -> None:
    fresh = await news(browser, {"text": "你好", "after": after})
    assert (fresh["fresh"], fresh["after"]) == (True, 1)


async def test_the_script_starts_afresh_when_everything_was_forgotten(
    browser: httpx.AsyncClient, scribe: Scribe
) -> None:
    await news(browser, {"text": "一", "after": "0"})
    await news(browser, {"text": "二", "after": "1"})
    scribe.forget()
    scribe.unkept = {"/forget"}
    last = await news(browser, {"text": "/forget", "after": "2"})
    assert (last["fresh"], last["after"]) == (True, 0)
    assert "/forget" in str(last["html"])


async def test_the_script_is_told_kindly_of_an_empty_message(browser: httpx.AsyncClient) -> None:
    assert await news(browser, {"text": " "}) == {"notice": "请先写几个字，或者附上照片。"}


@pytest.mark.parametrize(
    ("accept_language", "language", "hint"),
    [
        ("", "zh", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh", "zh"),
        ("zh-TW", "zh-Hant", "zh-Hant"),
        ("en-GB,en;q=0.9,zh;q=0.1", "en", "en"),
        ("fr-FR, zh-HK;q=0.5", "zh-Hant", "zh-Hant"),
        ("fr", "en", "en"),
        ("*", "zh", "zh"),
        (";;,,==", "zh", "zh"),
    ],
)
async def test_the_page_speaks_the_browsers_language(
    browser: httpx.AsyncClient, scribe: Scribe, accept_language: str, language: str, hint: str
) -> None:
    browser.headers["Accept-Language"] = accept_language
    assert f'<html lang="{language}">' in (await browser.get("/")).text
    await post(browser, {"text": "1"})
    assert scribe.heard[0].language_hint == hint


async def test_the_language_switch_is_remembered(browser: httpx.AsyncClient) -> None:
    browser.headers["Accept-Language"] = "zh-HK"
    assert '<html lang="en">' in (await browser.get("/?lang=en")).text
    assert '<html lang="en">' in (await browser.get("/")).text
    assert '<html lang="zh-Hant">' in (await browser.get("/?lang=zh")).text
    assert '<html lang="zh-Hant">' in (await browser.get("/?lang=xx")).text
