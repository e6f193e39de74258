"""The fake Bot API keeps Telegram's rules: what it lets pass, the real server would let pass."""

import asyncio

import httpx
import pytest

from tests.bare_bot import Client
from tests.fakes import FakeTelegram
from tests.telegram_html import UnparsableError, plain_text

ADA = 1001


async def test_an_update_comes_again_until_a_higher_offset_confirms_it(
    server: FakeTelegram, client: Client
) -> None:
    server.says(ADA, "one")
    server.says(ADA, "two")
    first, second = await client.updates()
    assert await client.updates(offset=first["update_id"]) == [first, second]
    assert await client.updates(offset=second["update_id"]) == [second]
    assert await client.updates() == [second]
    assert await client.updates(offset=second["update_id"] + 1) == []


async def test_limit_bounds_what_one_call_returns(server: FakeTelegram, client: Client) -> None:
    for text in "abc":
        server.says(ADA, text)
    assert [u["message"]["text"] for u in await client.updates(limit=2)] == ["a", "b"]


async def test_a_long_poll_returns_when_something_happens(
    server: FakeTelegram, client: Client
) -> None:
    waiting = asyncio.create_task(client.updates(timeout=50))
    await server.until(lambda: server.api.offsets != [])
    server.says(ADA, "hello")
    assert [u["message"]["text"] for u in await waiting] == ["hello"]


async def test_a_second_poller_ends_the_first_with_409(
    server: FakeTelegram, client: Client
) -> None:
    first = asyncio.create_task(client.call("getUpdates", timeout=50))
    await server.until(lambda: len(server.api.offsets) == 1)
    second = asyncio.create_task(client.call("getUpdates", timeout=50))
    assert (await first)["error_code"] == 409
    server.says(ADA, "hello")
    assert (await second)["ok"]


async def test_only_the_kinds_asked_for_are_delivered(
    server: FakeTelegram, client: Client
) -> None:
    await client.updates(allowed_updates=["message"])
    message_id = server.says(ADA, "hello")
    server.edits(ADA, message_id, "hello!")
    assert [set(u) - {"update_id"} for u in await client.updates()] == [{"message"}]


async def test_an_empty_list_of_kinds_asks_for_the_usual_ones(
    server: FakeTelegram, client: Client
) -> None:
    await client.updates(allowed_updates=["message"])
    await client.updates(allowed_updates=[])
    server.edits(ADA, server.says(ADA, "hello"), "hello!")
    assert [set(u) - {"update_id"} for u in await client.updates()] == [
        {"message"},
        {"edited_message"},
    ]


async def test_updates_are_numbered_one_after_the_other_whatever_happens_between(
    server: FakeTelegram, client: Client
) -> None:
    message_id = server.says(ADA, "hello")
    server.sends_photo(ADA, b"picture")
    server.taps(ADA, message_id, "ok")
    ids = [update["update_id"] for update in await client.updates()]
    assert ids == [ids[0], ids[0] + 1, ids[0] + 2]


async def test_a_thousand_updates_are_fetched_batch_by_batch(
    server: FakeTelegram, client: Client
) -> None:
    for number in range(1000):
        server.says(ADA, str(number))
    texts, offset = [], 0
    while updates := await client.updates(offset=offset):
        texts += [update["message"]["text"] for update in updates]
        offset = updates[-1]["update_id"] + 1
    assert texts == [str(number) for number in range(1000)]
    assert server.api.unconfirmed == []


async def test_a_wrong_token_is_unauthorized(server: FakeTelegram) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        answer = await Client(http, "7:wrong").call("getMe")
    assert answer == {"ok": False, "error_code": 401, "description": "Unauthorized"}


@pytest.mark.parametrize(
    ("parameters", "description"),
    [
        ({"chat_id": 5, "text": "hi"}, "chat not found"),
        ({"chat_id": ADA, "text": "  \n "}, "message text is empty"),
        ({"chat_id": ADA, "text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"chat_id": ADA, "text": "😀" * 2049}, "message is too long"),
        ({"chat_id": ADA, "text": "1 < 2", "parse_mode": "HTML"}, "can't parse entities"),
        ({"chat_id": ADA, "text": "*hi*", "parse_mode": "MarkdownV2"}, "unsupported parse_mode"),
        (
            {
                "chat_id": ADA,
                "text": "hi",
                "reply_markup": {
                    "inline_keyboard": [[{"text": "OK", "callback_data": "路" * 22}]]
                },
            },
            "BUTTON_DATA_INVALID",
        ),
    ],
)
async def test_what_telegram_refuses_is_refused(
    server: FakeTelegram, client: Client, parameters: dict[str, object], description: str
) -> None:
    server.says(ADA, "hello")
    answer = await client.call("sendMessage", **parameters)
    assert answer["error_code"] == 400
    assert description in answer["description"]
    assert server.from_bot(ADA) == []


async def test_the_longest_text_counts_what_is_read_not_its_tags(
    server: FakeTelegram, client: Client
) -> None:
    server.says(ADA, "hello")
    text = "<b>" + "😀" * 2048 + "</b>"
    assert (await client.call("sendMessage", chat_id=ADA, text=text, parse_mode="HTML"))["ok"]
    assert server.from_bot(ADA)[0].text == "😀" * 2048


async def test_an_edit_changes_the_message_in_place_and_takes_buttons_away(
    server: FakeTelegram, client: Client
) -> None:
    server.says(ADA, "hello")
    keyboard = {"inline_keyboard": [[{"text": "OK", "callback_data": "ok"}]]}
    sent = await client.call("sendMessage", chat_id=ADA, text="sure?", reply_markup=keyboard)
    place = {"chat_id": ADA, "message_id": sent["result"]["message_id"]}
    assert server.from_bot(ADA)[0].labels == ["OK"]
    same = await client.call("editMessageText", **place, text="sure?", reply_markup=keyboard)
    assert "message is not modified" in same["description"]
    assert (await client.call("editMessageText", **place, text="done"))["ok"]
    assert [(m.text, m.labels) for m in server.from_bot(ADA)] == [("done", [])]
    server.from_bot(ADA)[0].editable = False
    late = await client.call("editMessageReplyMarkup", **place, reply_markup=keyboard)
    assert "message can't be edited" in late["description"]


async def test_everything_sent_is_on_record_repetitions_and_edits_too(
    server: FakeTelegram, client: Client
) -> None:
    server.says(ADA, "hello")
    bold = {"chat_id": ADA, "text": "<b>hi</b>", "parse_mode": "HTML"}
    first = (await client.call("sendMessage", **bold))["result"]["message_id"]
    second = (await client.call("sendMessage", **bold))["result"]["message_id"]
    place = {"chat_id": ADA, "message_id": first}
    await client.call("editMessageText", **place, text="done")
    keyboard = {"inline_keyboard": [[{"text": "OK", "callback_data": "ok"}]]}
    await client.call("editMessageReplyMarkup", **place, reply_markup=keyboard)
    await client.call("sendMessage", chat_id=ADA, text="")
    sent = server.sent(ADA)
    assert [(one.method, one.message_id, one.text, one.html) for one in sent] == [
        ("sendMessage", first, "hi", "<b>hi</b>"),
        ("sendMessage", second, "hi", "<b>hi</b>"),
        ("editMessageText", first, "done", "done"),
        ("editMessageReplyMarkup", first, "done", "done"),
    ]
    assert [one.is_edit for one in sent] == [False, False, True, True]
    assert sent == sorted(sent, key=lambda one: one.at_seconds)


async def test_somebody_who_blocked_the_bot_cannot_be_written_to(
    server: FakeTelegram, client: Client
) -> None:
    server.says(ADA, "hello")
    server.blocks(ADA)
    assert (await client.call("sendMessage", chat_id=ADA, text="hi"))["error_code"] == 403
    server.says(ADA, "I am back")
    assert (await client.call("sendMessage", chat_id=ADA, text="hi"))["ok"]


async def test_a_tap_is_answered_once(server: FakeTelegram, client: Client) -> None:
    message_id = server.says(ADA, "hello")
    tap_id = server.taps(ADA, message_id, "ok")
    assert (await client.call("answerCallbackQuery", callback_query_id=tap_id, text="ok"))["ok"]
    again = await client.call("answerCallbackQuery", callback_query_id=tap_id)
    assert again["error_code"] == 400
    assert server.api.notices == {tap_id: "ok"}


async def test_files_are_fetched_by_their_path(server: FakeTelegram, client: Client) -> None:
    server.sends_photo(ADA, b"picture")
    (update,) = await client.updates()
    file = await client.call("getFile", file_id=update["message"]["photo"][-1]["file_id"])
    async with httpx.AsyncClient(base_url=server.url) as http:
        path = file["result"]["file_path"]
        assert (await http.get(f"/file/bot{server.token}/{path}")).content == b"picture"
        assert (await http.get(f"/file/bot7:wrong/{path}")).status_code == 404


async def test_an_album_is_a_message_for_each_photo_with_the_caption_on_the_first(
    server: FakeTelegram, client: Client
) -> None:
    ids = server.sends_album(ADA, [b"one", b"two"], caption="路灯")
    server.sends_album(ADA, [b"three", b"four"])
    messages = [update["message"] for update in await client.updates()]
    assert [message["message_id"] for message in messages[:2]] == ids
    assert [message.get("caption") for message in messages] == ["路灯", None, None, None]
    albums = [message["media_group_id"] for message in messages]
    assert albums[0] == albums[1] != albums[2] == albums[3]
    assert [message["photo"][-1]["file_size"] for message in messages] == [3, 3, 5, 4]


async def test_a_photos_caption_can_be_changed_added_and_taken_away(
    server: FakeTelegram, client: Client
) -> None:
    first, second = server.sends_album(ADA, [b"one", b"two"], caption="路灯")
    server.edits(ADA, first, "路灯坏了")
    server.edits(ADA, second, "井盖")
    server.edits(ADA, first, "")
    original, _, *edits = await client.updates()
    edited = [update["edited_message"] for update in edits]
    assert [(e["message_id"], e.get("caption")) for e in edited] == [
        (first, "路灯坏了"),
        (second, "井盖"),
        (first, None),
    ]
    changed = {"caption": "路灯坏了", "edit_date": edited[0]["edit_date"]}
    assert edited[0] == original["message"] | changed


async def test_files_above_telegrams_limit_are_not_handed_out(
    server: FakeTelegram, client: Client
) -> None:
    server.sends_photo(ADA, b"picture", size=20_000_001)
    (update,) = await client.updates()
    answer = await client.call("getFile", file_id=update["message"]["photo"][-1]["file_id"])
    assert answer["description"] == "Bad Request: file is too big"


@pytest.mark.parametrize(
    ("html", "read"),
    [
        ("<b>3 <i>所</i></b>", "3 所"),
        ('<a href="https://example.org/?a=1&amp;b=2">link</a>', "link"),
        ("1 &lt; 2 &amp;amp; &#39;x&#x27;", "1 < 2 &amp; 'x'"),
        ("<blockquote>路灯</blockquote>\n> R&D &hellip;", "路灯\n> R&D &hellip;"),
    ],
)
def test_html_is_read_as_telegram_reads_it(html: str, read: str) -> None:
    assert plain_text(html) == read


@pytest.mark.parametrize(
    "html", ["<br>", "<b>a", "a</b>", "<b><i>a</b></i>", "a < b", "<p>a</p>", "<span>a</span>"]
)
def test_html_telegram_cannot_parse_is_refused(html: str) -> None:
    with pytest.raises(UnparsableError):
        plain_text(html)
