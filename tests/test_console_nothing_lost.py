"""What somebody wrote at the console comes back whatever becomes of the form."""

from collections.abc import AsyncIterator

import pytest

from bot.app import Bot
from bot.store import DATABASE
from tests.consoles import Clerk, ConsoleSite, console_of
from tests.filed import LAMP, files
from tests.hard_times import locked

COMMITMENT = "/console/commitments/wuchang-2020/gdp-growth"
WRITTEN = "现场看过，灯杆没有倾斜。\n第二行：电缆老化。"


@pytest.fixture
async def site(bot: Bot) -> AsyncIterator[ConsoleSite]:
    async with console_of(bot) as site:
        site.hires("李四", "dispatcher")
        site.hires("赵六", "supervisor")
        yield site


def given_back(clerk: Clerk) -> list[str]:
    return [one.get_text().removeprefix("\n") for one in clerk.all("main textarea[readonly]")]


async def test_words_on_a_case_that_cannot_be_kept_now_are_given_back(
    site: ConsoleSite, bot: Bot
) -> None:
    case = files(bot, LAMP)
    path, fields = f"/console/cases/{case.number}/note", {"version": "0", "words": WRITTEN}
    clerk = await site.signs_in("李四")
    with locked(bot.settings.paths.var / DATABASE):
        await clerk.posts(path, fields)
    assert clerk.status == 503
    assert "操作没有执行" in clerk.text
    assert given_back(clerk) == [WRITTEN]
    await clerk.posts(path, fields)
    assert clerk.status == 200


async def test_a_progress_note_that_cannot_be_kept_now_is_given_back(
    site: ConsoleSite, bot: Bot
) -> None:
    clerk = await site.signs_in("李四")
    fields = {"text": WRITTEN, "source": "区统计局", "noted_on": "2020-03-01", "step": "send"}
    with locked(bot.settings.paths.var / DATABASE):
        await clerk.posts(COMMITMENT, fields)
    assert clerk.status == 503
    assert given_back(clerk) == [WRITTEN, "区统计局"]


async def test_a_single_latin_word_is_given_back_too(site: ConsoleSite, bot: Bot) -> None:
    case = files(bot, LAMP)
    stranger = site.stranger()
    await stranger.posts(
        f"/console/cases/{case.number}/note",
        {"version": "0", "words": "Fixed.", "step": "send", "part": "3"},
    )
    assert stranger.status == 401
    assert given_back(stranger) == ["Fixed."]


async def test_what_a_form_holds_itself_is_not_taken_for_written(site: ConsoleSite) -> None:
    stranger = site.stranger()
    listed = "tab=all&q=%E8%B7%AF%E7%81%AF&street=liangdaojie&since=2020-01-01&until=2020-03-01"
    await stranger.posts(
        "/console/export", {"list": listed, "format": "csv", "reason": "平台移交"}
    )
    assert given_back(stranger) == ["平台移交"]
