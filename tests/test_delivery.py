"""Letters as they arrive in chats: photos, points, what is protected, and groups that move."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from telegram import Bot as Client

from bot.letters import Letter, Moved, Refused, Unreachable
from bot.messages import Button, Location, Photo, Reply
from bot.outbox import Outbox
from bot.pace import Pace
from bot.store import DATABASE, Store
from bot.store.conversation import reply_of
from bot.store.photos import Photos
from bot.telegram import TelegramCourier, build_client
from bot.vault import Vault
from tests.clock import Clock
from tests.fakes import FakeTelegram
from tests.quick import quick
from tests.waiting import until

ADA, LI = 1001, 2001
GROUP, OLD_GROUP = -1001234567890, -55
JPEG = b"\xff\xd8\xff\xe0picture"
POINT = Location(30.5443, 114.3162)
BUTTONS = ((Button("接单", "case:1:take"),),)


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        server.meet(LI)
        server.chats.open(GROUP)
        server.says(ADA, "hello")
        yield server


@pytest.fixture
async def client(server: FakeTelegram) -> AsyncIterator[Client]:
    client = build_client(server.token, quick(server.url))
    async with client:
        yield client


@pytest.fixture
def photos(tmp_path: Path) -> Photos:
    return Photos(tmp_path / "files", Vault.in_memory())


@pytest.fixture
def courier(client: Client, photos: Photos) -> TelegramCourier:
    return TelegramCourier(client, photos)


def letter(reply: Reply, *, tapped_message_id: int = 0) -> Letter:
    return Letter(1, 1, reply, tapped_message_id=tapped_message_id)


@pytest.mark.parametrize("chat", [ADA, GROUP])
async def test_a_photo_arrives_with_its_caption_and_buttons(
    server: FakeTelegram, courier: TelegramCourier, photos: Photos, chat: int
) -> None:
    name = photos.keep(Photo(JPEG))
    sent = await courier.deliver(letter(Reply("<b>1</b> 张", BUTTONS, photo=name)), str(chat))
    (shown,) = server.from_bot(chat)
    assert (shown.message_id, shown.photo, shown.text) == (sent, JPEG, "1 张")
    assert (shown.labels, shown.is_protected) == (["接单"], False)


async def test_a_photo_needs_no_words(
    server: FakeTelegram, courier: TelegramCourier, photos: Photos
) -> None:
    await courier.deliver(letter(Reply("", photo=photos.keep(Photo(JPEG)))), str(GROUP))
    assert [(s.photo, s.text) for s in server.from_bot(GROUP)] == [(JPEG, "")]


async def test_where_a_photo_is_gone_its_words_arrive_and_the_log_says_so(
    server: FakeTelegram, courier: TelegramCourier, caplog: pytest.LogCaptureFixture
) -> None:
    sent = await courier.deliver(letter(Reply("路灯", BUTTONS, photo="gone.jpg")), str(GROUP))
    assert [(s.message_id, s.text, s.labels) for s in server.from_bot(GROUP)] == [
        (sent, "路灯", ["接单"])
    ]
    assert caplog.messages == ["letter 1 goes without its photo: No such file or directory"]


async def test_where_a_photo_without_words_is_gone_nothing_arrives(
    server: FakeTelegram, courier: TelegramCourier
) -> None:
    assert await courier.deliver(letter(Reply("", photo="gone.jpg")), str(GROUP)) == 0
    assert server.from_bot(GROUP) == []


async def test_a_photo_does_not_take_the_place_of_a_text_nor_a_text_that_of_a_photo(
    server: FakeTelegram, courier: TelegramCourier, photos: Photos
) -> None:
    name = photos.keep(Photo(JPEG))
    text_id = await courier.deliver(letter(Reply("words")), str(GROUP))
    instead = Reply("photo", photo=name, replaces=True)
    photo_id = await courier.deliver(letter(instead, tapped_message_id=text_id), str(GROUP))
    again = Reply("more words", replaces=True)
    await courier.deliver(letter(again, tapped_message_id=photo_id), str(GROUP))
    assert [s.text for s in server.from_bot(GROUP)] == ["words", "photo", "more words"]


async def test_a_point_arrives_alone(server: FakeTelegram, courier: TelegramCourier) -> None:
    sent = await courier.deliver(letter(Reply("words", BUTTONS, location=POINT)), str(GROUP))
    (shown,) = server.from_bot(GROUP)
    assert (shown.message_id, shown.text, shown.labels) == (sent, "", [])
    assert shown.content["location"] == {"latitude": 30.5443, "longitude": 114.3162}


async def test_what_is_protected_arrives_so_of_whatever_kind_and_stays_so(
    server: FakeTelegram, courier: TelegramCourier, photos: Photos
) -> None:
    name = photos.keep(Photo(JPEG))
    replies = [
        Reply("words", is_protected=True),
        Reply("photo", photo=name, is_protected=True),
        Reply("", location=POINT, is_protected=True),
        Reply("gone", photo="gone.jpg", is_protected=True),
        Reply("free"),
    ]
    ids = [await courier.deliver(letter(reply), str(GROUP)) for reply in replies]
    edit = Reply("edited", replaces=True, is_protected=True)
    await courier.deliver(letter(edit, tapped_message_id=ids[0]), str(GROUP))
    assert [(s.text, s.is_protected) for s in server.from_bot(GROUP)] == [
        ("edited", True),
        ("photo", True),
        ("", True),
        ("gone", True),
        ("free", False),
    ]


@pytest.mark.parametrize("kind", ["text", "photo", "point"])
async def test_a_group_that_moved_says_where_to(
    server: FakeTelegram, courier: TelegramCourier, photos: Photos, kind: str
) -> None:
    server.chats.open(OLD_GROUP)
    server.migrates(OLD_GROUP, GROUP)
    reply = {
        "text": Reply("words"),
        "photo": Reply("", photo=photos.keep(Photo(JPEG))),
        "point": Reply("", location=POINT),
    }[kind]
    with pytest.raises(Moved) as moved:
        await courier.deliver(letter(reply), str(OLD_GROUP))
    assert moved.value.address == str(GROUP)
    assert str(GROUP) not in str(moved.value)


async def test_a_group_that_it_was_put_out_of_cannot_be_written_to(
    server: FakeTelegram, courier: TelegramCourier
) -> None:
    server.removes_bot(GROUP, LI)
    with pytest.raises(Unreachable):
        await courier.deliver(letter(Reply("words")), str(GROUP))


async def test_a_photo_telegram_does_not_take_for_one_arrives_as_a_file(
    server: FakeTelegram, courier: TelegramCourier, photos: Photos
) -> None:
    server.fail("sendPhoto", 400, description="Bad Request: PHOTO_INVALID_DIMENSIONS")
    name = photos.keep(Photo(JPEG))
    await courier.deliver(letter(Reply("路灯", BUTTONS, photo=name)), str(GROUP))
    (shown,) = server.from_bot(GROUP)
    assert (shown.text, shown.labels) == ("路灯", ["接单"])
    assert "document" in shown.content


async def test_what_telegram_takes_neither_way_is_refused_without_its_words_in_the_reason(
    server: FakeTelegram, courier: TelegramCourier, photos: Photos
) -> None:
    for method in ("sendPhoto", "sendDocument"):
        server.fail(method, 400, description="Bad Request: IMAGE_PROCESS_FAILED")
    name = photos.keep(Photo(b"no picture"))
    with pytest.raises(Refused) as refused:
        await courier.deliver(letter(Reply("13900001111", photo=name)), str(GROUP))
    assert "13900001111" not in str(refused.value)


# From the database to the chat


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / DATABASE)
    yield store
    store.close()


@asynccontextmanager
async def delivering(store: Store, courier: TelegramCourier) -> AsyncIterator[None]:
    """An outbox at work."""
    outbox = Outbox(
        store,
        courier,
        channel="telegram",
        pace=Pace(per_second=1000, chat_per_second=1000, chat_burst=1000, group_per_minute=60_000),
        apology=lambda _: Reply("sorry"),
        now=lambda: Clock().now,
    )
    try:
        yield
    finally:
        await outbox.stop(patience_seconds=0)


async def post(store: Store, address: int, *replies: Reply) -> int:
    """Write letters to a chat, which is met if it was not; the number it is known by."""

    def write() -> int:
        known = store.residents.met("telegram", str(address), at=Clock().now)
        for reply in replies:
            store.outbox.post(known.id, reply, at=Clock().now)
        return known.id

    return await store.write(write)


def test_a_reply_kept_before_there_were_photos_in_them_is_read() -> None:
    kept = {"html": "hi", "buttons": [], "replaces": False, "notice": "", "case_id": 3}
    assert reply_of(kept) == Reply("hi", case_id=3)


async def test_all_that_a_reply_holds_survives_the_database(
    server: FakeTelegram, courier: TelegramCourier, photos: Photos, store: Store
) -> None:
    name = photos.keep(Photo(JPEG))
    async with delivering(store, courier):
        await post(
            store,
            GROUP,
            Reply("photo", BUTTONS, photo=name, is_protected=True),
            Reply("", location=POINT),
        )
        await until(lambda: len(server.from_bot(GROUP)) == 2)
    photo, point = server.from_bot(GROUP)
    assert (photo.photo, photo.labels, photo.is_protected) == (JPEG, ["接单"], True)
    assert point.content["location"] == {"latitude": 30.5443, "longitude": 114.3162}


async def test_letters_to_a_group_that_moved_arrive_where_it_is_now(
    server: FakeTelegram, courier: TelegramCourier, store: Store
) -> None:
    server.chats.open(OLD_GROUP)
    async with delivering(store, courier):
        number = await post(store, OLD_GROUP, Reply("before"))
        await until(lambda: server.from_bot(OLD_GROUP))
        server.migrates(OLD_GROUP, GROUP)
        await post(store, OLD_GROUP, Reply("one"), Reply("two"))
        await until(lambda: len(server.from_bot(GROUP)) == 2)
        assert await post(store, GROUP, Reply("three")) == number
        await until(lambda: len(server.from_bot(GROUP)) == 3)
    assert [s.text for s in server.from_bot(OLD_GROUP)] == ["before"]
    assert [s.text for s in server.from_bot(GROUP)] == ["one", "two", "three"]
    assert store.residents.known("telegram", str(OLD_GROUP)) is None
