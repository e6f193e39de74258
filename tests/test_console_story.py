"""The console and Telegram at work on the same case: what one does, the other sees."""

from collections.abc import AsyncIterator

import pytest

from tests.consoles import ConsoleSite, console_of
from tests.photographs import JPEG
from tests.town import NUMBER, Town

PATH = f"/console/cases/{NUMBER}"


@pytest.fixture
async def site(town: Town) -> AsyncIterator[ConsoleSite]:
    async with console_of(town.bot) as site:
        yield site


async def test_a_reply_from_the_console_reaches_a_resident_on_telegram(
    town: Town, site: ConsoleSite
) -> None:
    resident = town.resident()
    await resident.files()
    dispatcher = await site.signs_in("李四", "dispatcher")
    handler = await site.signs_in("王五", "handler", "urban_management")
    await dispatcher.opens(PATH)
    await dispatcher.submits("#do-accept form", button="send")
    await dispatcher.submits("#do-dispatch form", {"lead": "urban_management"}, button="send")
    await handler.opens(PATH)
    await handler.submits("#do-sign form", button="send")
    await handler.submits("#do-done form", {"words": "已换灯。"}, button="send")
    words = "您好，路灯坏了三个月、晚上黑漆漆的、投诉没人修：昨晚已换灯，对没人修我们致歉。"
    points = [str(one["value"]) for one in handler.all("[name=point]")]
    await dispatcher.opens(PATH)
    points = [str(one["value"]) for one in dispatcher.all("#do-reply [name=point]")]
    await dispatcher.submits("#do-reply form", {"words": words, "point": points}, button="send")
    assert "已答复" in dispatcher.text
    await town.settles()
    assert words in resident.reads
    await dispatcher.opens(PATH)
    assert dispatcher.texts(".case-steps li")[-1].endswith("已送达")


async def test_what_was_sent_to_who_blocked_the_bot_is_said_to_wait(
    town: Town, site: ConsoleSite
) -> None:
    resident = town.resident()
    await resident.files()
    town.server.blocks(resident.telegram_id)
    dispatcher = await site.signs_in("李四", "dispatcher")
    await dispatcher.opens(PATH)
    await dispatcher.submits("#do-accept form", button="send")
    await town.server.until(lambda: town.bot.store.outbox.backlog(reachable=False).waiting > 0)
    await dispatcher.opens(PATH)
    assert "收不到消息" in dispatcher.texts(".case-head .tags")[0]
    assert "居民收不到消息，恢复后补发" in dispatcher.texts(".case-steps li")[-1]


async def test_of_two_who_act_at_once_on_two_channels_one_wins_and_the_other_reads_it(
    town: Town, site: ConsoleSite
) -> None:
    resident = town.resident()
    colleague = await town.hires(501, "钱八", "dispatcher")
    await colleague.says("/staff here")
    await resident.files()
    clerk = await site.signs_in("李四", "dispatcher")
    await clerk.opens(PATH)
    await colleague.taps("✅ 受理")
    await town.settles()
    await clerk.submits("#do-accept form", button="send")
    assert clerk.status == 409
    assert "钱八" in clerk.texts("[role=alert]")[0]
    assert town.case(NUMBER).version == 1


async def test_a_photo_is_shown_to_who_may_see_the_case_and_to_nobody_else(
    town: Town, site: ConsoleSite
) -> None:
    resident = town.resident()
    await resident.sends_photo(JPEG, "胭脂路口的路灯坏了三个月，没人修。")
    await resident.taps("提交")
    clerk = await site.signs_in("李四", "dispatcher")
    await clerk.opens(PATH)
    (picture,) = clerk.all(".case-photos img")
    response = await clerk.http.get(str(picture["src"]))
    assert response.content == JPEG
    assert response.headers["content-type"] == "image/jpeg"
    assert response.headers["cache-control"] == "private, no-store"
    handler = await site.signs_in("孙七", "handler", "parks")
    assert (await handler.http.get(str(picture["src"]))).status_code == 404
    stranger = site.stranger()
    assert (await stranger.http.get(str(picture["src"]))).status_code == 303
    for at in ("0", "2", "-1", "x"):
        assert (await clerk.http.get(f"{PATH}/photos/{at}")).status_code == 404
