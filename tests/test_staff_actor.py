"""A member of staff as tests move her: what she does reaches the bot, what it says she reads."""

from collections.abc import AsyncIterator

import pytest

from bot.app import Bot
from bot.messages import Button, Photo, Reply
from bot.store.photos import Photos
from tests.actors import StaffMember
from tests.clock import Clock
from tests.fakes import FakeTelegram
from tests.parrot import Parrot, on_telegram
from tests.telegram_chats import RefusedError

LI, WU, GROUP = 2001, 2002, -1001234567890
TAKE = ((Button("接单", "take:1"), Button("退回", "back:1")),)


@pytest.fixture
async def staff(server: FakeTelegram, bot: Bot) -> AsyncIterator[StaffMember]:
    """Somebody of a group to whom a parrot talks in private."""
    async with on_telegram(server, bot, Parrot(bot.store)):
        yield StaffMember(server, LI, group_id=GROUP)


async def in_group(server: FakeTelegram, bot: Bot, *replies: Reply) -> None:
    """What the bot says in the group."""

    def post() -> None:
        group = bot.store.residents.met("telegram", str(GROUP), at=Clock().now)
        for reply in replies:
            bot.store.outbox.post(group.id, reply, at=Clock().now)

    await bot.store.write(post)
    await server.until(lambda: not bot.store.outbox.residents_waited_for())


async def test_she_reads_the_group_and_her_private_chat_apart(
    server: FakeTelegram, bot: Bot, staff: StaffMember
) -> None:
    await in_group(server, bot, Reply("case <b>1</b>", TAKE), Reply("case 2"))
    await staff.says("hello")
    assert (staff.group_heard, staff.heard) == (["case 1", "case 2"], ["hello"])
    assert (staff.buttons("case 1"), staff.buttons()) == (["接单", "退回"], [])
    assert staff.buttons(in_group=False) == []
    assert staff.newest("case 1") == staff.group_cards[0]
    with pytest.raises(LookupError, match="no 'case 3' among"):
        staff.newest("case 3")


async def test_a_kept_photo_is_shown_in_the_group(
    server: FakeTelegram, bot: Bot, staff: StaffMember
) -> None:
    name = Photos(bot.settings.paths.var / "files", bot.store.vault).keep(Photo(b"picture"))
    await in_group(server, bot, Reply("case 1", photo=name))
    assert [(card.text, card.photo) for card in staff.group_cards] == [("case 1", b"picture")]


async def test_what_she_does_in_the_group_reaches_the_bot_as_hers(
    server: FakeTelegram, bot: Bot, staff: StaffMember
) -> None:
    await in_group(server, bot, Reply("case 1", TAKE), Reply("case 2", TAKE), Reply("case 1 is"))
    first, second, third = staff.group_cards
    await staff.says_in_group("hello")
    await staff.replies("case 1", "done")
    await staff.taps("退回", on="case 1")
    await StaffMember(server, WU, group_id=GROUP).taps("接单")
    received = [one for update in server.api.updates.confirmed for one in update.values()]
    said = [body for body in received if isinstance(body, dict) and "text" in body]
    taps = [body for body in received if isinstance(body, dict) and body.get("data")]
    assert [(m["from"]["id"], m["chat"]["id"], m["text"]) for m in said] == [
        (LI, GROUP, "hello"),
        (LI, GROUP, "done"),
    ]
    assert said[1]["reply_to_message"]["message_id"] == third.message_id
    assert [(t["from"]["id"], t["message"]["message_id"], t["data"]) for t in taps] == [
        (LI, first.message_id, "back:1"),
        (WU, second.message_id, "take:1"),
    ]
    assert staff.notices == [""]


async def test_she_forwards_what_is_not_protected(
    server: FakeTelegram, bot: Bot, staff: StaffMember
) -> None:
    await in_group(server, bot, Reply("case 1"), Reply("case 2", is_protected=True))
    await staff.forwards("case 1")
    assert staff.heard == ["case 1"]  # the parrot repeats it
    with pytest.raises(RefusedError):
        await staff.forwards("case 2")


async def test_in_private_she_taps_and_replies_too(
    staff: StaffMember,
) -> None:
    await staff.says("hello")
    await staff.replies("hello", "again", in_group=False)
    assert staff.heard == ["hello", "again"]
    await staff.taps_action(staff.newest("again", in_group=False).message_id, "x", in_group=False)
    assert staff.heard[-1] == "x"
