"""The fake Bot API's groups: who is heard there, what the bot may send, and what it may not."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.bare_bot import Client
from tests.fakes import FakeTelegram
from tests.telegram_chats import BOT, Json, RefusedError, Shown

ADA, LI, WU = 1001, 2001, 2002
GROUP, OTHER, OLD = -1005, -1006, -7


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        for user_id in (ADA, LI, WU):
            server.meet(user_id)
        yield server


@pytest.fixture
async def http(server: FakeTelegram) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{server.url}/bot{server.token}/") as http:
        yield http


async def send_photo(http: httpx.AsyncClient, content: bytes, **fields: str | int) -> Json:
    """Upload a photo, as bots do; the answer."""
    answer = await http.post("sendPhoto", data=fields, files={"photo": ("a.jpg", content)})
    return dict(answer.json())


async def in_group(server: FakeTelegram, client: Client, text: str, **fields: object) -> Shown:
    """What the bot says in a group to which Li added it."""
    server.chats.open(GROUP)
    assert (await client.call("sendMessage", chat_id=GROUP, text=text, **fields))["ok"]
    return server.from_bot(GROUP)[-1]


async def messages(client: Client) -> list[Json]:
    """What was said to the bot so far."""
    return [update["message"] for update in await client.updates()]


# What the bot sends


async def test_an_uploaded_photo_is_shown_with_its_caption_and_buttons(
    server: FakeTelegram, http: httpx.AsyncClient, client: Client
) -> None:
    server.chats.open(GROUP)
    keyboard = {"inline_keyboard": [[{"text": "OK", "callback_data": "ok"}]]}
    answer = await send_photo(
        http,
        b"\xff\xd8picture",
        chat_id=GROUP,
        caption="<b>路灯</b>",
        parse_mode="HTML",
        reply_markup=json.dumps(keyboard),
        protect_content="true",
    )
    (shown,) = server.from_bot(GROUP)
    assert (shown.photo, shown.text, shown.html) == (b"\xff\xd8picture", "路灯", "<b>路灯</b>")
    assert (shown.labels, shown.is_protected) == (["OK"], True)
    message = answer["result"]
    assert (message["caption"], message["has_protected_content"]) == ("路灯", True)
    file = await client.call("getFile", file_id=message["photo"][-1]["file_id"])
    assert file["result"]["file_size"] == 9


@pytest.mark.parametrize(
    ("content", "caption", "description"),
    [
        (b"", "", "file must be non-empty"),
        (b"x" * ((10 << 20) + 1), "", "is too big for a photo"),
        (b"x", "😀" * 513, "message caption is too long"),
    ],
)
async def test_photos_telegram_does_not_take_are_refused(
    server: FakeTelegram, http: httpx.AsyncClient, content: bytes, caption: str, description: str
) -> None:
    server.chats.open(GROUP)
    answer = await send_photo(http, content, chat_id=GROUP, caption=caption)
    assert answer["error_code"] == 400
    assert description in answer["description"]
    assert server.from_bot(GROUP) == []


async def test_a_photo_needs_no_caption_and_is_no_text_that_could_be_edited(
    server: FakeTelegram, http: httpx.AsyncClient, client: Client
) -> None:
    server.chats.open(GROUP)
    sent = await send_photo(http, b"picture", chat_id=GROUP)
    assert "caption" not in sent["result"]
    place = {"chat_id": GROUP, "message_id": sent["result"]["message_id"]}
    answer = await client.call("editMessageText", **place, text="words")
    assert "there is no text in the message to edit" in answer["description"]


async def test_a_point_is_shown(server: FakeTelegram, client: Client) -> None:
    server.chats.open(GROUP)
    point = {"latitude": 30.5, "longitude": 114.25}
    answer = await client.call("sendLocation", chat_id=GROUP, protect_content=True, **point)
    (shown,) = server.from_bot(GROUP)
    assert (shown.content, shown.text, shown.is_protected) == ({"location": point}, "", True)
    assert answer["result"]["location"] == point
    assert [one.method for one in server.sent(GROUP)] == ["sendLocation"]


async def test_a_protected_message_can_be_edited_and_stays_protected(
    server: FakeTelegram, client: Client
) -> None:
    shown = await in_group(server, client, "card", protect_content=True)
    place = {"chat_id": GROUP, "message_id": shown.message_id}
    assert (await client.call("editMessageText", **place, text="done"))["ok"]
    assert [(m.text, m.is_protected) for m in server.from_bot(GROUP)] == [("done", True)]


async def test_the_bot_can_reply_only_to_what_is_there(
    server: FakeTelegram, client: Client
) -> None:
    asked = server.says_in(GROUP, LI, "?")
    reply = {"chat_id": GROUP, "text": "!"}
    assert (await client.call("sendMessage", **reply, reply_parameters={"message_id": asked}))[
        "ok"
    ]
    refused = await client.call("sendMessage", **reply, reply_parameters={"message_id": 999})
    assert "message to be replied not found" in refused["description"]
    loosely = {"message_id": 999, "allow_sending_without_reply": True}
    assert (await client.call("sendMessage", **reply, reply_parameters=loosely))["ok"]
    assert [shown.reply_to for shown in server.from_bot(GROUP)] == [asked, 0]


# What people do there


async def test_several_members_speak_in_several_groups(
    server: FakeTelegram, client: Client
) -> None:
    server.says_in(GROUP, LI, "one")
    server.says_in(OTHER, WU, "two")
    server.says_in(WU, WU, "three")
    heard = await messages(client)
    assert [(m["chat"]["id"], m["chat"]["type"], m["from"]["id"], m["text"]) for m in heard] == [
        (GROUP, "supergroup", LI, "one"),
        (OTHER, "supergroup", WU, "two"),
        (WU, "private", WU, "three"),
    ]
    assert (await client.call("sendMessage", chat_id=OTHER, text="hi"))["ok"]
    assert (await client.call("sendMessage", chat_id=LI, text="hi"))["error_code"] == 400


async def test_a_reply_comes_with_the_message_it_replies_to_but_not_with_that_ones(
    server: FakeTelegram, client: Client
) -> None:
    card = await in_group(server, client, "card")
    first = server.says_in(GROUP, LI, "one", reply_to=card.message_id)
    server.says_in(GROUP, WU, "two", reply_to=first)
    one, two = await messages(client)
    replied = one["reply_to_message"]
    assert (replied["message_id"], replied["from"], replied["text"]) == (
        card.message_id,
        BOT,
        "card",
    )
    assert (two["reply_to_message"]["from"]["id"], two["reply_to_message"]["text"]) == (LI, "one")
    assert "reply_to_message" not in two["reply_to_message"]
    with pytest.raises(LookupError):
        server.says_in(GROUP, LI, "three", reply_to=999)


async def test_any_member_can_tap_a_button_in_the_group(
    server: FakeTelegram, client: Client
) -> None:
    card = await in_group(server, client, "card")
    server.taps(WU, card.message_id, "take", chat_id=GROUP)
    (update,) = await client.updates()
    query = update["callback_query"]
    assert (query["from"]["id"], query["data"]) == (WU, "take")
    assert (query["message"]["chat"]["id"], query["message"]["text"]) == (GROUP, "card")


async def test_what_is_forwarded_says_whose_it_was(server: FakeTelegram, client: Client) -> None:
    keyboard = {"inline_keyboard": [[{"text": "OK", "callback_data": "ok"}]]}
    card = await in_group(server, client, "card", reply_markup=keyboard)
    server.forwards(LI, card.message_id, from_chat=GROUP)
    words = server.says(ADA, "路灯坏了")
    server.forwards(ADA, words, from_chat=ADA, to_chat=GROUP)
    private, _, public = await messages(client)
    assert (private["chat"]["id"], private["from"]["id"], private["text"]) == (LI, LI, "card")
    assert private["forward_origin"]["sender_user"] == BOT
    assert "reply_markup" not in private
    assert (public["chat"]["id"], public["text"]) == (GROUP, "路灯坏了")
    assert public["forward_origin"]["sender_user"]["id"] == ADA


async def test_what_is_protected_cannot_be_forwarded(server: FakeTelegram, client: Client) -> None:
    card = await in_group(server, client, "card", protect_content=True)
    with pytest.raises(RefusedError, match="CHAT_FORWARDS_RESTRICTED"):
        server.forwards(LI, card.message_id, from_chat=GROUP)
    assert await client.updates() == []


# The group itself


async def test_the_bot_writes_to_a_group_while_it_is_in_it(
    server: FakeTelegram, client: Client
) -> None:
    def outcome(answer: Json) -> str:
        return str(answer.get("description", "ok"))

    write = {"chat_id": GROUP, "text": "hi"}
    outcomes = [outcome(await client.call("sendMessage", **write))]
    server.adds_bot(GROUP, LI)
    outcomes.append(outcome(await client.call("sendMessage", **write)))
    server.removes_bot(GROUP, WU)
    server.says_in(GROUP, LI, "it hears nothing of this")
    outcomes.append(outcome(await client.call("sendMessage", **write)))
    assert outcomes == [
        "Bad Request: chat not found",
        "ok",
        "Forbidden: bot was kicked from the supergroup chat",
    ]
    added, note, removed = await client.updates()
    changes = [update["my_chat_member"] for update in (added, removed)]
    assert [(c["from"]["id"], c["chat"]["id"]) for c in changes] == [(LI, GROUP), (WU, GROUP)]
    assert [c["new_chat_member"]["status"] for c in changes] == ["member", "left"]
    assert note["message"]["new_chat_members"] == [BOT]


@pytest.mark.parametrize(("is_told", "heard"), [(True, 2), (False, 0)])
async def test_a_group_that_became_a_supergroup_says_where_it_is_now(
    server: FakeTelegram, client: Client, is_told: bool, heard: int
) -> None:
    server.chats.open(OLD)
    server.migrates(OLD, GROUP, is_told=is_told)
    answer = await client.call("sendMessage", chat_id=OLD, text="hi")
    assert (answer["error_code"], answer["parameters"]) == (400, {"migrate_to_chat_id": GROUP})
    assert (await client.call("sendMessage", chat_id=GROUP, text="hi"))["ok"]
    told = await messages(client)
    assert len(told) == heard
    if is_told:
        assert (told[0]["chat"]["type"], told[0]["migrate_to_chat_id"]) == ("group", GROUP)
        assert (told[1]["chat"]["type"], told[1]["migrate_from_chat_id"]) == ("supergroup", OLD)


# Quiet
