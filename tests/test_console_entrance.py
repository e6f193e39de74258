"""In and out of the console: who gets in, by what, for how long, and what a stranger is shown."""

import stat
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import cli
from bot.access import make_link, remove_member, set_role
from bot.app import Bot
from bot.app.console import kept_key
from bot.store import DATABASE, StoreUnavailable
from bot.web.guards import SIGN_INS
from tests.clock import Clock
from tests.consoles import SITE, ConsoleSite, console_of
from tests.filed import LAMP, files
from tests.hard_times import locked
from tests.town import Town

PAGES = (
    "/console/",
    "/console/commitments",
    "/console/overview",
    "/console/cases/WC20200302-0001",
)


@pytest.fixture
async def site(bot: Bot) -> AsyncIterator[ConsoleSite]:
    async with console_of(bot) as site:
        yield site


@pytest.mark.parametrize("path", PAGES)
async def test_a_stranger_is_shown_how_to_get_in_and_nothing_else(
    site: ConsoleSite, path: str
) -> None:
    stranger = site.stranger()
    response = await stranger.http.get(path)
    assert (response.status_code, response.headers["location"]) == (303, "/console/enter")
    await stranger.opens(path)
    assert "一次性链接登录" in stranger.text
    assert stranger.all("form") == []


async def test_a_link_signs_in_once(site: ConsoleSite) -> None:
    site.hires("李四", "dispatcher")
    code = site.link("李四")
    clerk, thief = site.stranger(), site.stranger()
    await clerk.opens(f"/console/enter?code={code}")
    await clerk.submits("main form")
    assert clerk.status == 200
    assert clerk.texts(".console-who") == ["李四"]
    await thief.opens(f"/console/enter?code={code}")
    await thief.submits("main form")
    assert thief.status == 400
    assert "这个链接不能用了" in thief.text
    assert "staff" not in thief.http.cookies


async def test_opening_a_link_uses_nothing_up(site: ConsoleSite) -> None:
    site.hires("李四", "dispatcher")
    code = site.link("李四")
    for _ in range(3):
        preview = site.stranger()
        await preview.opens(f"/console/enter?code={code}")
        assert "staff" not in preview.http.cookies
    clerk = site.stranger()
    await clerk.posts("/console/enter", {"code": code})
    assert clerk.texts(".console-who") == ["李四"]


async def test_a_link_is_too_old_after_a_quarter_of_an_hour(
    site: ConsoleSite, clock: Clock
) -> None:
    site.hires("李四", "dispatcher")
    code = site.link("李四")
    clock.passes(minutes=15)
    clerk = site.stranger()
    await clerk.posts("/console/enter", {"code": code})
    assert (clerk.status, clerk.http.cookies.get("staff")) == (400, None)


@pytest.mark.parametrize("code", ["", "x" * 65, "x" * 16, "' or 1=1 --", "<script>", "\0"])
async def test_what_is_no_code_is_refused(site: ConsoleSite, code: str) -> None:
    site.hires("李四", "dispatcher")
    clerk = site.stranger()
    await clerk.posts("/console/enter", {"code": code})
    assert (clerk.status, clerk.http.cookies.get("staff")) == (400, None)
    assert clerk.all("main script") == []


async def test_a_code_for_the_chat_opens_no_console(site: ConsoleSite, bot: Bot) -> None:
    site.hires("李四", "dispatcher")
    code = make_link(bot.store, "李四", at=bot.now())
    clerk = site.stranger()
    await clerk.posts("/console/enter", {"code": code})
    assert clerk.status == 400


async def test_codes_cannot_be_tried_out_quickly(site: ConsoleSite) -> None:
    site.hires("李四", "dispatcher")
    stranger = site.stranger()
    for _ in range(SIGN_INS):
        await stranger.posts("/console/enter", {"code": "guess"})
        assert stranger.status == 400
    response = await stranger.http.post(
        "/console/enter", data={"code": site.link("李四")}, headers={"Sec-Fetch-Site": "none"}
    )
    assert response.status_code == 429
    assert int(response.headers["retry-after"]) >= 1


async def test_the_cookie_is_for_this_site_alone_and_for_no_script(site: ConsoleSite) -> None:
    site.hires("李四", "dispatcher")
    stranger = site.stranger()
    response = await stranger.http.post(
        "/console/enter",
        data={"code": site.link("李四")},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    (cookie,) = (
        value for value in response.headers.get_list("set-cookie") if value.startswith("staff=")
    )
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/console", "max-age=43200"} <= attributes
    assert "secure" not in attributes  # this page came over plain HTTP


async def test_over_tls_the_cookie_stays_there(site: ConsoleSite) -> None:
    site.hires("李四", "dispatcher")
    stranger = site.stranger()
    response = await stranger.http.post(
        SITE.replace("http:", "https:") + "/console/enter",
        data={"code": site.link("李四")},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert "secure" in response.headers["set-cookie"].lower()


async def test_a_cookie_that_was_tampered_with_is_nobodys(site: ConsoleSite) -> None:
    clerk = await site.signs_in("李四", "dispatcher")
    value = clerk.http.cookies["staff"]
    token, _, signature = value.rpartition(".")
    # Not the signature's last sign: two of its six bits mean nothing (RFC 4648, section 3.5).
    other = ("A" if signature[0] != "A" else "B") + signature[1:]
    for forged in (value[:-2], f"{token}.{other}", f"{token}x.{signature}", "x.y", ""):
        stranger = site.stranger()
        stranger.http.cookies.set("staff", forged)
        response = await stranger.http.get("/console/")
        assert response.status_code == 303


@pytest.mark.parametrize("is_removed", [True, False])
async def test_rights_are_those_of_the_moment_at_which_a_form_has_come_whole(
    site: ConsoleSite, bot: Bot, is_removed: bool
) -> None:
    case = files(bot, LAMP)
    clerk = await site.signs_in("李四", "dispatcher")

    async def slowly() -> AsyncIterator[bytes]:
        yield b"version=0&kind=complaint&urgency=normal&"
        if is_removed:
            remove_member(bot.store, "李四", at=bot.now())
        else:
            set_role(bot.store, bot.service, "李四", "supervisor", "")
        yield b"category=urban_management"

    headers = {
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    path = f"/console/cases/{case.number}/accept"
    response = await clerk.http.post(path, content=slowly(), headers=headers)
    assert response.status_code == (401 if is_removed else 422)
    assert bot.store.cases.get(case.id) == case


async def test_whoever_signs_out_is_out(site: ConsoleSite) -> None:
    clerk = await site.signs_in("李四", "dispatcher")
    kept = clerk.http.cookies["staff"]
    await clerk.submits(".console-menu form", button="here")
    assert "已退出登录" in clerk.text
    again = site.stranger()
    again.http.cookies.set("staff", kept)
    assert (await again.http.get("/console/")).status_code == 303


async def test_signing_out_everywhere_leaves_no_browser_signed_in(site: ConsoleSite) -> None:
    office = await site.signs_in("李四", "dispatcher")
    phone = await site.signs_in("李四")
    other = await site.signs_in("赵六", "supervisor")
    await office.submits(".console-menu form", button="everywhere")
    assert (await phone.http.get("/console/")).status_code == 303
    assert (await other.http.get("/console/")).status_code == 200


async def test_after_a_working_day_she_has_to_sign_in_again(
    site: ConsoleSite, clock: Clock
) -> None:
    clerk = await site.signs_in("李四", "dispatcher")
    clock.passes(hours=11, minutes=59)
    assert (await clerk.http.get("/console/")).status_code == 200
    clock.passes(minutes=1)
    assert (await clerk.http.get("/console/")).status_code == 303


async def test_whoever_is_removed_is_out_at_once(site: ConsoleSite, bot: Bot) -> None:
    clerk = await site.signs_in("李四", "dispatcher")
    remove_member(bot.store, "李四", at=bot.now())
    assert (await clerk.http.get("/console/")).status_code == 303


async def test_a_new_role_holds_at_once(site: ConsoleSite, bot: Bot) -> None:
    clerk = await site.signs_in("李四", "supervisor")
    await clerk.opens("/console/administration")
    assert clerk.status == 200
    set_role(bot.store, bot.service, "李四", "dispatcher", "")
    await clerk.opens("/console/administration")
    assert clerk.status == 404
    assert clerk.texts("nav a") == ["工单", "承诺", "概览"]


async def test_another_sites_page_cannot_act_in_her_name(site: ConsoleSite) -> None:
    clerk = await site.signs_in("李四", "dispatcher")
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        response = await clerk.http.post(
            "/console/leave", data={"where": "everywhere"}, headers=headers
        )
        assert response.status_code == 403
    assert (await clerk.http.get("/console/")).status_code == 200


async def test_what_she_wrote_is_given_back_when_she_is_no_longer_signed_in(
    site: ConsoleSite, clock: Clock
) -> None:
    clerk = await site.signs_in("李四", "dispatcher")
    clock.passes(hours=13)
    words = "已派人到现场查看，\n明天上午换灯。<script>alert(1)</script>"
    fields = {"words": words, "version": "3", "source": "已修好", "kind": "complaint"}
    await clerk.posts("/console/cases/WC20200302-0001/note", fields)
    assert clerk.status == 401
    assert clerk.texts("main textarea") == [" ".join(words.split()), "已修好"]
    assert clerk.all("main script") == []


async def test_the_console_speaks_english_by_choice_and_remembers_it(site: ConsoleSite) -> None:
    clerk = await site.signs_in("李四", "dispatcher")
    assert clerk.texts("nav a")[0] == "工单"
    await clerk.opens("/console/?lang=en")
    assert clerk.texts("nav a")[0] == "Cases"
    await clerk.opens("/console/")
    assert clerk.page.html is not None
    assert clerk.page.html["lang"] == "en"


async def test_the_switch_of_language_stays_on_the_page(site: ConsoleSite) -> None:
    clerk = await site.signs_in("李四", "dispatcher")
    await clerk.opens("/console/?tab=all&q=路灯&lang=zh")
    english = clerk.all(".console-languages a[lang=en]")[0]
    await clerk.opens(str(english["href"]))
    assert str(clerk.all("#q")[0]["value"]) == "路灯"
    assert clerk.page.html is not None
    assert clerk.page.html["lang"] == "en"


async def test_pages_can_be_read_while_nothing_can_be_written(
    site: ConsoleSite, bot: Bot, clock: Clock
) -> None:
    clerk = await site.signs_in("李四", "dispatcher")
    clock.passes(minutes=10)
    with locked(bot.settings.paths.var / DATABASE):
        response = await clerk.http.get("/console/")
        assert response.status_code == 200
        refused = await clerk.http.post(
            "/console/leave", data={"where": "here"}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert refused.status_code == 503
        assert "操作没有执行" in refused.text


async def test_what_the_console_shows_is_kept_by_no_cache_and_runs_no_foreign_script(
    site: ConsoleSite,
) -> None:
    clerk = await site.signs_in("李四", "dispatcher")
    headers = (await clerk.http.get("/console/")).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"] == "noindex"
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=" + b"x" * 600_000])
async def test_what_is_no_form_is_told_kindly(site: ConsoleSite, body: bytes) -> None:
    clerk = await site.signs_in("李四", "dispatcher")
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "text/plain"}
    response = await clerk.http.post("/console/leave", content=body, headers=headers)
    assert response.status_code in (400, 413)
    assert "什么都没有改动" in response.text
    assert (await clerk.http.get("/console/")).status_code == 200


async def test_staff_get_a_link_from_the_bot_and_nobody_else_does(town: Town) -> None:
    dispatcher = await town.hires(501, "李四", "dispatcher")
    await dispatcher.member.says("/console")
    await town.settles()
    letter = dispatcher.member.heard[-1]
    code = letter.partition("code=")[2].split()[0]
    async with console_of(town.bot) as site:
        clerk = site.stranger()
        await clerk.posts("/console/enter", {"code": code})
        assert clerk.texts(".console-who") == ["李四"]
    resident = town.resident(1001)
    await resident.says("/console")
    await town.settles()
    assert "code=" not in "".join(resident.heard)


def test_the_command_prints_a_link_that_signs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    content = Path(__file__).parents[1] / "content"
    config.write_text(
        f'[paths]\ncontent = "{content}"\nvar = "{tmp_path / "var"}"\n'
        '[web]\npublic_url = "https://wuchang.example"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("BOT_CONFIG", str(config))
    runner = CliRunner()
    assert runner.invoke(cli, ["staff", "add", "李四", "dispatcher"]).exit_code == 0
    printed = runner.invoke(cli, ["staff", "link", "李四"])
    first, second = printed.stdout.splitlines()
    assert first.startswith("https://wuchang.example/console/enter?code=")
    assert second.startswith("/staff ")


def test_the_key_is_its_owners_alone_and_stays_the_same(tmp_path: Path) -> None:
    path = tmp_path / "var" / "console.key"
    key = kept_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert kept_key(path) == key
    assert kept_key(tmp_path / "other.key") != key


def test_a_damaged_key_is_refused_and_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "console.key"
    path.write_text("short")
    with pytest.raises(StoreUnavailable, match="is no key"):
        kept_key(path)
    assert path.read_text() == "short"


async def test_when_she_was_last_at_work_is_kept_without_writing_each_time(
    site: ConsoleSite, bot: Bot, clock: Clock
) -> None:
    clerk = await site.signs_in("李四", "dispatcher")
    member = bot.store.staff.named("李四")
    assert member is not None
    entered_at = clock.now

    async def seen_at_after(minutes: float) -> timedelta:
        clock.passes(minutes=minutes)
        await clerk.opens("/console/")
        (session,) = bot.store.sessions.open_of(member.id, at=clock.now)
        return session.seen_at - entered_at

    assert await seen_at_after(1) == timedelta()
    assert await seen_at_after(5) == timedelta(minutes=6)
