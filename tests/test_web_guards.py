"""What the site refuses, and what it tells those it refuses; cookies, headers, health, files."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlsplit

import httpx
import pytest
from bs4 import BeautifulSoup
from starlette.types import Receive, Scope, Send

from bot.messages import Reply
from bot.web.chat import SLACK_BYTES
from tests.web_site import LIMITS, Scribe, serving, site_of

MOST_BYTES = LIMITS.max_photo_bytes + SLACK_BYTES
OTHER_SITE = "https://elsewhere.example"


@pytest.fixture
def scribe() -> Scribe:
    return Scribe()


@pytest.fixture
async def url(scribe: Scribe) -> AsyncIterator[str]:
    async with serving(site_of(scribe)) as url:
        yield url


@pytest.fixture
async def browser(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url) as browser:
        yield browser


def headings(response: httpx.Response) -> list[str]:
    page = BeautifulSoup(response.text, "html.parser")
    return [heading.get_text() for heading in page(["h1", "h2"])]


async def test_a_resident_is_known_by_a_cookie_that_scripts_and_other_sites_cannot_use(
    browser: httpx.AsyncClient,
) -> None:
    cookie = (await browser.get("/")).headers["set-cookie"]
    name, value = cookie.split(";")[0].split("=")
    assert name == "resident"
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", value)
    assert cookie.split("; ")[1:] == ["HttpOnly", "Max-Age=31536000", "Path=/", "SameSite=lax"]
    again = (await browser.get("/")).cookies["resident"]
    assert again == value


async def test_over_tls_the_cookie_is_for_tls_only(browser: httpx.AsyncClient) -> None:
    response = await browser.get("/", headers={"X-Forwarded-Proto": "https"})
    assert response.headers["set-cookie"].endswith("; Secure")


@pytest.mark.parametrize("token", ["", "x", "a" * 42, "a" * 44, "a" * 42 + "!", "é" * 43])
async def test_a_malformed_cookie_is_replaced_by_a_new_one(
    browser: httpx.AsyncClient, scribe: Scribe, token: str
) -> None:
    cookie = f"resident={token}".encode()
    response = await browser.post("/say", data={"text": "1"}, headers={b"Cookie": cookie})
    assert response.cookies["resident"] == scribe.heard[0].sender
    assert len(scribe.heard[0].sender) == 43


@pytest.mark.parametrize(
    ("headers", "is_heard"),
    [
        ({}, True),
        ({"Origin": "{url}"}, True),
        ({"Origin": "null"}, False),
        ({"Origin": OTHER_SITE}, False),
        ({"Origin": "http://127.0.0.1:1"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "{url}"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "{url}"}, False),
    ],
)
async def test_only_the_sites_own_pages_may_speak_for_a_resident(
    browser: httpx.AsyncClient,
    scribe: Scribe,
    url: str,
    headers: Mapping[str, str],
    is_heard: bool,
) -> None:
    sent = {name: value.format(url=url) for name, value in headers.items()}
    response = await browser.post("/say", data={"text": "1"}, headers=sent)
    assert (len(scribe.heard), response.status_code) == ((1, 303) if is_heard else (0, 403))


async def test_a_form_is_refused_by_its_declared_size_before_it_is_sent(
    url: str, scribe: Scribe
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
    writer.write(
        b"POST /say HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        b"Content-Length: %d\r\n\r\n" % (MOST_BYTES + 1)
    )
    assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
    writer.close()
    await writer.wait_closed()
    assert scribe.heard == []


async def test_a_resident_who_goes_away_while_sending_is_no_fault(scribe: Scribe) -> None:
    site, outcomes = site_of(scribe), asyncio.Queue[Exception | None]()

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await site(scope, receive, send)
        except Exception as error:
            outcomes.put_nowait(error)
            raise
        outcomes.put_nowait(None)

    async with serving(watched) as url:
        _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
        writer.write(
            b"POST /say HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            b"Content-Length: 1000\r\n\r\n--b\r\n"
        )
        await writer.drain()
        writer.close()
        assert await outcomes.get() is None
    assert scribe.heard == []


async def test_a_form_that_hides_its_size_is_refused_when_it_passes_the_limit(
    browser: httpx.AsyncClient, scribe: Scribe
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b"--b\r\nContent-Disposition: form-data; name=photo; filename=a\r\n\r\n"
        for _ in range(MOST_BYTES // 4096 + 1):
            yield b"." * 4096

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    response = await browser.post("/say", content=endless(), headers=headers)
    assert (response.status_code, scribe.heard) == (413, [])
    assert headings(response) == ["照片太大了", "The photo is too large"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=b", b"no parts"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n"),
        ("multipart/form-data; boundary=b", b"--b\r\n\xff\xfe\r\n\r\n"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(30))),
    ],
)
async def test_a_broken_form_is_refused_kindly(
    browser: httpx.AsyncClient, scribe: Scribe, content_type: str, body: bytes
) -> None:
    response = await browser.post("/say", content=body, headers={"Content-Type": content_type})
    assert (response.status_code, scribe.heard) == (400, [])
    assert headings(response) == ["这条消息没有读懂", "This message could not be read"]


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "", "/"])
async def test_what_is_no_form_counts_as_empty(
    browser: httpx.AsyncClient, scribe: Scribe, content_type: str
) -> None:
    headers = {"Content-Type": content_type}
    response = await browser.post("/say", content=b'{"text": "1"}', headers=headers)
    assert (response.status_code, scribe.heard) == (303, [])


@pytest.mark.parametrize(
    ("method", "path", "status", "heading"),
    [
        ("GET", "/no-such-page", 404, "没有这个页面"),
        ("GET", "/static/../chat.py", 404, "没有这个页面"),
        ("GET", "/static/%2e%2e/chat.py", 404, "没有这个页面"),
        ("GET", "/say", 405, "这个地址不能这样打开"),
        ("DELETE", "/", 405, "这个地址不能这样打开"),
    ],
)
async def test_a_wrong_address_gets_a_kind_page_in_both_languages(
    browser: httpx.AsyncClient, method: str, path: str, status: int, heading: str
) -> None:
    response = await browser.request(method, path)
    assert (response.status_code, headings(response)[0]) == (status, heading)
    assert re.search("[A-Za-z]", headings(response)[1])


async def test_a_fault_gets_a_kind_page_and_neither_page_nor_log_holds_her_words(
    browser: httpx.AsyncClient, scribe: Scribe, caplog: pytest.LogCaptureFixture
) -> None:
    scribe.replies["boom"] = RuntimeError("secret")
    response = await browser.post("/say", data={"text": "boom"})
    assert response.status_code == 500
    assert headings(response)[0] == "抱歉，是我们这边出了错"
    assert "secret" not in response.text
    assert "secret" not in caplog.text
    assert "RuntimeError at web_site.py:" in caplog.text
    assert "Content-Security-Policy" in response.headers


async def test_the_script_gets_the_kind_words_of_an_error(browser: httpx.AsyncClient) -> None:
    headers = {"Accept": "application/json", "Origin": OTHER_SITE}
    response = await browser.post("/say", data={"text": "1"}, headers=headers)
    assert response.json() == {"notice": "为了您的安全，没有受理。请回到对话，在输入框里发送。"}


@pytest.mark.parametrize("path", ["/", "/no-such-page", "/healthz", "/static/chat.js"])
async def test_every_response_carries_the_safety_headers(
    browser: httpx.AsyncClient, path: str
) -> None:
    headers = (await browser.get(path)).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


async def test_a_persons_page_is_never_kept_by_caches(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/")).headers["cache-control"] == "no-store"


async def test_the_pages_files_are_kept_for_a_year_under_their_hash(
    browser: httpx.AsyncClient,
) -> None:
    page = BeautifulSoup((await browser.get("/")).text, "html.parser")
    addresses = [str(script["src"]) for script in page("script")]
    addresses += [str(link["href"]) for link in page("link")]
    for address in addresses:
        response = await browser.get(address)
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    plain = await browser.get("/static/tower.svg")
    assert plain.headers["cache-control"] == "public, max-age=3600"


async def test_the_page_needs_nothing_from_elsewhere_and_nothing_inline(
    browser: httpx.AsyncClient, scribe: Scribe
) -> None:
    scribe.replies["1"] = [Reply("<b>好</b>")]
    await browser.post("/say", data={"text": "1"})
    text = (await browser.get("/")).text
    page = BeautifulSoup(text, "html.parser")
    assert "//" not in text.replace("<!--", "")
    assert page("style") == []
    assert [script for script in page("script") if not script.has_attr("src")] == []
    inline = [name for tag in page(True) for name in tag.attrs if re.match("on|style$", name)]
    assert inline == []


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ({"status": "ok", "build": "b1"}, 200),
        ({"status": "failing", "reasons": ["no index"]}, 503),
    ],
)
async def test_health_is_told_with_its_reasons(
    scribe: Scribe, state: Mapping[str, object], status: int
) -> None:
    async with (
        serving(site_of(scribe, health=state)) as url,
        httpx.AsyncClient(base_url=url) as browser,
    ):
        response = await browser.get("/healthz")
    assert (response.status_code, response.json()) == (status, state)
