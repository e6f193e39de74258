"""The terminal channel: lines are said, `#2` taps, what is printed is plain."""

import pytest

from bot.app import Bot
from bot.messages import Button, Reply, Said
from bot.terminal import Terminal
from tests.actors import TerminalResident
from tests.parrot import Parrot


@pytest.fixture
def printed() -> list[str]:
    """What was printed."""
    return []


@pytest.fixture
def parrot(bot: Bot) -> Parrot:
    """Offers three buttons in two replies to whoever says "go"."""
    parrot = Parrot(bot.store)
    parrot.replies["go"] = [
        Reply("<b>一</b> &lt;b&gt;", ((Button("A", "a"), Button("B", "b")),)),
        Reply("二", ((Button("C", "c"),),)),
    ]
    return parrot


async def test_replies_are_printed_plain_with_numbered_buttons(
    parrot: Parrot, printed: list[str]
) -> None:
    await Terminal(parrot, show=printed.append).take("go")
    assert printed == ["一 <b>", "  [#1 A]  [#2 B]", "二", "  [#3 C]", ""]


async def test_a_number_taps_and_anything_else_is_said(parrot: Parrot, printed: list[str]) -> None:
    terminal = Terminal(parrot, show=printed.append)
    await terminal.take("go")
    for line in ("#3", "#1"):
        await terminal.take(line)
        await terminal.take("go")
    assert [said.action for said in parrot.heard] == ["", "c", "", "a", ""]
    for line in ("#0", "#4", "#", "#-1", "#٣", "#" + "9" * 5000, "2", "#2nd floor"):
        await terminal.take("go")
        await terminal.take(line)
        assert parrot.heard[-1] == Said("terminal", "local", text=line)


async def test_buttons_are_those_of_the_last_reply_alone(
    parrot: Parrot, printed: list[str]
) -> None:
    terminal = Terminal(parrot, show=printed.append)
    await terminal.take("go")
    await terminal.take("hello")
    await terminal.take("#1")
    assert parrot.heard[-1].text == "#1"


async def test_a_matter_is_filed_at_the_prompt(bot: Bot) -> None:
    person = TerminalResident(bot)
    await person.says("投诉：粮道街的路灯坏了没人管")
    await person.taps("提交")
    assert "WC20200302-0001" in person.heard[-1]
    assert [case.matter.text for case in bot.store.cases.all()] == ["投诉：粮道街的路灯坏了没人管"]
