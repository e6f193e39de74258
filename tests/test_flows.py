"""Both flows end to end, on every channel: a resident asks and is answered, complains and is
logged. The real dialogue, database, index and channels; Telegram's side is a server of our own."""

import csv
import io
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

import pytest

from bot.app import Bot, Reading, build_bot, exported, open_store, telegram_channel, web_site
from bot.config import Settings
from index import Index, Paths
from tests.actors import TelegramResident, TerminalResident, WebResident
from tests.fakes import FakeTelegram
from tests.photographs import JPEG
from tests.quick import quick
from tests.web_site import serving

CONTENT = Path(__file__).parents[1] / "content"


class Resident(Protocol):
    """What a resident can do on any channel."""

    @property
    def heard(self) -> list[str]:
        """What she reads from the bot, oldest first."""

    @property
    def buttons(self) -> list[str]:
        """The labels under the bot's last message."""

    async def says(self, text: str) -> None:
        """Write a message."""

    async def taps(self, label: str) -> None:
        """Tap a button."""


@pytest.fixture
def bot(real_index: Index, reading: Reading, server: FakeTelegram, tmp_path: Path) -> Bot:
    """A bot with an empty database."""
    settings = Settings(
        paths=Paths(content=CONTENT, var=tmp_path),
        telegram=quick(server.url),
    )
    return build_bot(settings, store=open_store(settings), index=real_index, reading=reading)


@pytest.fixture(params=["telegram", "web", "terminal"])
async def resident(
    request: pytest.FixtureRequest, bot: Bot, server: FakeTelegram
) -> AsyncIterator[Resident]:
    """Somebody on each channel in turn."""
    async with AsyncExitStack() as channels:
        if request.param == "telegram":
            await channels.enter_async_context(telegram_channel(bot, server.token))
            yield TelegramResident(server)
        elif request.param == "web":
            url = await channels.enter_async_context(serving(web_site(bot)))
            yield await channels.enter_async_context(WebResident(url))
        else:
            yield TerminalResident(bot)
    bot.store.close()


def number_and_code(text: str) -> tuple[str, str]:
    """What a resident notes down when her matter is filed."""
    found = re.search(r"(WC\d{8}-\d{4})\D.*?([2-9A-Z]{8})", text, flags=re.DOTALL)
    assert found, text
    return found.group(1), found.group(2)


async def test_a_question_gets_the_reports_own_sentence_and_its_source(resident: Resident) -> None:
    await resident.says("新增几所幼儿园？")
    assert "新增普惠幼儿园3所、学位500个" in resident.heard[-1]
    assert "围绕幸福指数提升" in resident.heard[-1]
    assert "2020" in resident.heard[-1]

    await resident.says("how many kindergartens are being added?")
    assert "Add 3 affordable public-interest kindergartens" in resident.heard[-1]
    assert "新增普惠幼儿园3所、学位500个" in resident.heard[-1]

    await resident.says("新增幾所幼兒園？")
    assert "新增普惠幼儿园3所、学位500个" in resident.heard[-1]
    assert "報告" in resident.heard[-1]


async def test_what_the_report_does_not_say_is_refused_and_can_go_to_staff(
    resident: Resident, bot: Bot
) -> None:
    await resident.says("how do I withdraw my housing provident fund")
    assert resident.heard[-1].startswith("The report does not say.")
    assert list(bot.store.cases.all()) == []

    await resident.taps("Send my question to staff")
    assert "Consult" in resident.heard[-1]
    await resident.taps("Submit")
    case = next(bot.store.cases.all())
    assert case.matter.kind == "consult"
    assert case.matter.text == "how do I withdraw my housing provident fund"


async def test_a_complaint_is_read_back_corrected_and_filed_only_on_her_yes(
    resident: Resident, bot: Bot
) -> None:
    words = "粮道街胭脂路口的路灯坏了三个月，晚上黑漆漆的，投诉了也没人修。"
    await resident.says(words)
    card = resident.heard[-1]
    assert words in card
    assert "投诉" in card
    assert "粮道街街道" in card
    assert list(bot.store.cases.all()) == []

    await resident.taps("改类型")
    await resident.taps("求助")
    assert "类型：求助" in resident.heard[-1]
    await resident.taps("改地点")
    await resident.says("胭脂路口公交站旁边")
    assert "胭脂路口公交站旁边" in resident.heard[-1]
    assert list(bot.store.cases.all()) == []

    await resident.taps("提交")
    number, code = number_and_code(resident.heard[-1])
    case = bot.store.cases.numbered(number)
    assert case is not None
    assert (case.matter.kind, case.matter.place) == ("help", "胭脂路口公交站旁边")
    assert (case.matter.text, case.query_code) == (words, code)

    await resident.says("/mine")
    assert number in resident.heard[-1]
    assert "已提交，等待受理" in resident.heard[-1]
    await resident.says(f"/status {number}")
    assert words in resident.heard[-1]


async def test_a_matter_dropped_by_its_resident_is_not_filed(resident: Resident, bot: Bot) -> None:
    await resident.says("投诉：我们小区门口的垃圾堆了一个星期没人清运")
    await resident.taps("不提交了")
    assert "没有提交" in resident.heard[-1]
    assert list(bot.store.cases.all()) == []


async def test_danger_is_answered_with_whom_to_call_before_anything_else(
    resident: Resident,
) -> None:
    await resident.says("楼道里煤气味好大，敲门没人应，快来人！")
    first_line = resident.heard[-1].splitlines()[0]
    assert "119" in first_line
    assert any("提交" in label for label in resident.buttons)


async def test_a_stranger_sees_a_case_only_with_its_query_code(
    bot: Bot, server: FakeTelegram
) -> None:
    async with telegram_channel(bot, server.token), serving(web_site(bot)) as url:
        filer = TelegramResident(server)
        await filer.says("投诉：首义路的窨井盖坏了没人管")
        await filer.taps("提交")
        number, code = number_and_code(filer.heard[-1])
        async with WebResident(url) as stranger:
            await stranger.says(f"/status {number}")
            assert "没有找到" in stranger.heard[-1]
            await stranger.says(f"/status {number} {code}")
            assert "首义路的窨井盖坏了没人管" in stranger.heard[-1]
    bot.store.close()


async def test_a_photo_and_a_location_go_with_the_case_into_the_export(
    bot: Bot, server: FakeTelegram
) -> None:
    async with telegram_channel(bot, server.token):
        resident = TelegramResident(server)
        await resident.sends_photo(JPEG)
        await resident.sends_location(30.55, 114.31)
        await resident.says("这里的护栏断了，孩子容易掉下去，请修一修")
        assert "照片：1 张" in resident.heard[-1]
        await resident.taps("提交")
    pieces = exported(bot, "csv", bom=False, is_full=True)
    content = b"".join(piece for piece, _ in pieces).decode()
    row = next(csv.DictReader(io.StringIO(content, newline="")))
    assert row["送达情况"] == "已送达"
    assert (row["照片数"], row["纬度"], row["经度"]) == ("1", "30.55", "114.31")
    assert row["诉求内容"] == "这里的护栏断了，孩子容易掉下去，请修一修"
    assert "1001" not in content
    bot.store.close()
