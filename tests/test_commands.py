"""The slash commands, the same on every channel."""

import pytest

from bot.app import Bot, command_menu
from bot.wording import LANGUAGES
from tests.clock import Clock
from tests.person import Person

COMPLAINT = "投诉：粮道街的路灯坏了没人管"


async def files(person: Person, words: str = COMPLAINT) -> tuple[str, str]:
    """Number and query code of a matter just filed."""
    await person.says(words)
    await person.taps("提交")
    status = person.heard[-1].splitlines()[-2]
    _, number, code = status.split()
    return number, code


async def test_start_help_and_privacy_say_what_the_bot_does(resident: Person) -> None:
    for command, words in (
        ("/start", "报诉求"),
        ("/help", "/topics"),
        ("/privacy", "保存什么"),
    ):
        await resident.says(command)
        assert words in resident.heard[-1]


async def test_every_command_is_answered_in_every_language(bot: Bot, resident: Person) -> None:
    for language in LANGUAGES:
        await resident.taps_action(f"lang:{language}")
        told = set()
        for name in bot.commands.names:
            await resident.says(f"/{name}")
            told.add(resident.heard[-1])
        assert len(told) == len(bot.commands.names)


def test_the_menu_describes_every_command_within_telegrams_limits(bot: Bot) -> None:
    menu = command_menu(bot)
    assert set(menu) == {"zh", "en"}
    for entries in menu.values():
        assert [name for name, _ in entries] == bot.commands.names
        assert all(len(name) <= 32 and 1 <= len(words) <= 256 for name, words in entries)
    assert all(words.isascii() for _, words in menu["en"])


async def test_topics_lead_through_every_commitment_of_the_report(
    bot: Bot, resident: Person
) -> None:
    await resident.says("/topics")
    sections = resident.buttons
    assert sections == [section for _, section in bot.index.sections]
    shown: set[str] = set()
    for number in range(len(sections)):
        await resident.taps_action(f"topic:{number}:0")
        while True:
            actions = [b.action for row in resident.replies[-1][0].buttons for b in row]
            shown |= {act.removeprefix("show:") for act in actions if act.startswith("show:")}
            if not any("下一页" in label for label in resident.buttons):
                break
            await resident.taps("下一页")
        if "« 上一页" in resident.buttons:
            await resident.taps("上一页")
            assert resident.replies[-1][0].replaces
        await resident.taps("返回")
        assert resident.buttons == sections
    assert shown == set(bot.index.commitments)


async def test_status_shows_ones_own_case_by_its_number_alone(resident: Person) -> None:
    number, code = await files(resident)
    for asked in (number, number.lower(), f" {number}  {code} ", f"\n{number}\n{code}"):
        await resident.says(f"/status {asked}")
        assert "状态：已提交，等待受理" in resident.heard[-1]
        assert COMPLAINT in resident.heard[-1]


async def test_a_stranger_needs_the_query_code(resident: Person, neighbour: Person) -> None:
    number, code = await files(resident)
    for asked in (number, f"{number} WRONGONE", "WC20200302-0002", f"{number} {code[:-1]}"):
        await neighbour.says(f"/status {asked}")
        assert neighbour.heard[-1].startswith("没有找到")
        assert COMPLAINT not in neighbour.heard[-1]
    await neighbour.says(f"/status {number} {code.lower()}")
    assert COMPLAINT in neighbour.heard[-1]
    await neighbour.says("/mine")
    assert number not in neighbour.heard[-1]


async def test_what_is_written_behind_the_number_of_ones_own_case_is_added_to_it(
    bot: Bot, resident: Person, neighbour: Person
) -> None:
    number, code = await files(resident)
    for written in (f"{number} {code} 昨晚有人摔倒", f"/status {number} 昨晚有人摔倒"):
        await resident.says(written)
        assert resident.heard[-1].startswith(f"已补充到 {number}")
        assert bot.store.cases.events(1)[-1].reason == "昨晚有人摔倒"
    await neighbour.says(f"/status {number} {code} 我也摔了")
    assert "没有记入" in neighbour.heard[-1]
    assert COMPLAINT in neighbour.heard[-1]
    assert "我也摔了" not in str(bot.store.cases.events(1))


@pytest.mark.parametrize("rest", ["", " ", " a b c"])
async def test_status_says_how_to_ask(resident: Person, rest: str) -> None:
    await resident.says(f"/status{rest}")
    assert "请这样查询" in resident.heard[-1]


async def test_mine_lists_her_cases_newest_first_with_wuhans_time(
    resident: Person, clock: Clock
) -> None:
    await resident.says("/mine")
    assert resident.heard[-1].startswith("您还没有提交过诉求")
    await files(resident)
    clock.passes(hours=20)
    await files(resident, "投诉：垃圾没人清运")
    await resident.says("/mine")
    listed = resident.heard[-1]
    assert listed.index("WC20200303-0001") < listed.index("WC20200302-0001")
    assert "2020-03-02 12:00" in listed
    assert "2020-03-03 08:00" in listed


async def test_cancel_drops_the_open_draft_and_only_that(bot: Bot, resident: Person) -> None:
    await files(resident)
    await resident.says("/feedback")
    await resident.says("/cancel")
    assert resident.heard[-1].startswith("好的，没有提交")
    await resident.says("/cancel")
    assert resident.heard[-1] == "现在没有未提交的诉求。"
    assert [case.matter.text for case in bot.store.cases.all()] == [COMPLAINT]


async def test_a_language_that_is_not_offered_offers_them_again(resident: Person) -> None:
    await resident.taps_action("lang:fr")
    assert {"简体中文", "繁體中文", "English"} <= set(resident.buttons)
