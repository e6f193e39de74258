"""`python -m bot doctor`: what it finds of a bot that rests, runs, or is not well; its exit status
says it, and nothing it says holds a token or a resident's words."""

import asyncio
import json
import logging
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlite_utils
from click.testing import CliRunner
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot import doctor as doctor_module
from bot.__main__ import cli
from bot.app import Bot
from bot.app import channels as channels_module
from bot.arrivals import Arrival
from bot.cases import Role
from bot.doctor import examine
from bot.lock import only_instance
from bot.messages import Photo, Reply
from bot.migrations import migrations
from bot.store import DATABASE, Store
from bot.store.photos import Photos
from tests.actors import TelegramResident
from tests.clock import Clock
from tests.fakes import FakeTelegram
from tests.faults.process import Ward
from tests.hard_times import locked
from tests.parrot import Parrot, on_telegram
from tests.prompt import Prompt, run_bot
from tests.waiting import until
from tests.web_site import serving

WORDS = "13900001111"
FAILURE = "desk.py:120 open_case\nValueError"


@dataclass(frozen=True)
class Findings:
    """What a doctor said: lines and remarks, and whether all is well."""

    status: int
    lines: list[str]
    remarks: str = ""

    def of(self, part: str) -> list[str]:
        """The lines of one part: what was found, and its details."""
        at = next(n for n, line in enumerate(self.lines) if line[2:].startswith(f"{part}: "))
        details = self.lines[at + 1 :]
        end = next((n for n, line in enumerate(details) if line[0] in "✓✗"), len(details))
        return [self.lines[at], *(line.strip() for line in details[:end])]


@pytest.fixture
def prompt(tmp_path: Path, built: Path) -> Prompt:
    """A folder with the index, where nobody has written to the bot yet."""
    shutil.copytree(built, tmp_path / "var")
    return Prompt(tmp_path, config="[telegram]\nenabled = false")


Doctor = Callable[..., Findings]


@pytest.fixture
def doctor(prompt: Prompt) -> Doctor:
    """Examines the folder, in this process."""

    return partial(_examined, prompt)


def _examined(prompt: Prompt, *options: str) -> Findings:
    done = CliRunner().invoke(
        cli, ["doctor", *options], env=prompt.environment, catch_exceptions=False
    )
    return Findings(done.exit_code, done.stdout.splitlines(), done.stderr)


@pytest.fixture
def store(prompt: Prompt) -> Iterator[Store]:
    """The folder's database, with one resident."""
    store = Store.open(prompt.var / DATABASE)
    with store.transaction():
        store.residents.met("telegram", "1001", at=Clock().now)
    yield store
    store.close()


def take(store: Store, number: int, *, at: datetime | None = None) -> None:
    """Keep an update, as the inbox does."""
    arrival = Arrival(number, "1001", {"update_id": number, "message": {"text": WORDS}})
    with store.transaction():
        store.inbox.add([arrival], at=at or Clock().now)


def set_aside(store: Store, number: int) -> None:
    take(store, number)
    with store.transaction():
        store.inbox.note_failure([number], FAILURE)
        store.inbox.set_aside([number], FAILURE)


def refuse(store: Store) -> None:
    """Keep a letter that Telegram refused."""
    with store.transaction():
        letter_id = store.outbox.post(1, Reply(WORDS), at=Clock().now)
        store.outbox.refuse(letter_id, "BadRequest: Can't parse entities")


# A bot at rest


def test_a_photo_that_cannot_be_opened_is_named(
    doctor: Doctor, store: Store, prompt: Prompt
) -> None:
    """It said that everything sealed could be opened."""
    photos = Photos(prompt.var / "files", store.vault)
    names = sorted(photos.keep(Photo(b"\xff\xd8\xff")) for _ in range(4))
    shredded, damaged, beheaded, _ = (prompt.var / "files" / name for name in names)
    store.vault.shred_bytes(shredded.read_bytes())
    damaged.write_bytes(damaged.read_bytes()[:-9])
    beheaded.write_bytes(b"x" + beheaded.read_bytes()[1:])
    told, *details = doctor().of("photos")
    assert told == "✗ photos: 4 kept, 4 that nothing refers to, 2 that cannot be opened"
    assert [line.split(": ")[0] for line in details] == [damaged.name, beheaded.name]


def test_a_folder_that_is_not_there_is_not_well(tmp_path: Path) -> None:
    prompt = Prompt(tmp_path, config="[telegram]\nenabled = false")
    found = _examined(prompt)
    assert found.status == 1
    assert found.of("disk") == [f"✗ disk: {prompt.var}: there is no such folder"]
    assert found.of("index")[0].startswith("✗ index: ")
    assert found.of("database") == ["✓ database: none yet: nobody has written to the bot"]
    assert not prompt.var.exists()


def test_a_bot_that_nobody_has_written_to_is_well(doctor: Doctor) -> None:
    found = doctor()
    assert (found.status, found.remarks) == (0, "")
    marks = [line.partition(":")[0] for line in found.lines]
    parts = ["content", "calendar", "index", "disk", "database", "process", "telegram"]
    assert marks == [f"✓ {part}" for part in parts]


def test_a_bot_at_rest_whose_work_is_done_is_well(doctor: Doctor, store: Store) -> None:
    found = doctor()
    assert found.status == 0
    assert re.fullmatch(r"✓ database: is sound, \d+\.\d MB", found.of("database")[0])
    assert found.of("inbox") == ["✓ inbox: 0 updates wait, 0 set aside"]
    assert found.of("outbox") == [
        "✓ outbox: 0 letters wait, 0 held for residents who blocked the bot, 0 refused"
    ]
    assert found.of("process") == ["✓ process: no bot runs on this folder"]


def test_what_waits_for_the_next_start_is_told_and_is_no_fault(
    doctor: Doctor, store: Store
) -> None:
    take(store, 1, at=datetime.now(UTC))
    with store.transaction():
        store.outbox.post(1, Reply("x"), at=datetime.now(UTC))
    found = doctor()
    assert found.status == 0
    assert re.match(r"✓ inbox: 1 updates wait \(the oldest for \d s\)", found.of("inbox")[0])
    assert re.match(r"✓ outbox: 1 letters wait \(the oldest for \d s\)", found.of("outbox")[0])


def test_letters_held_for_one_who_blocked_the_bot_are_no_fault(
    doctor: Doctor, store: Store
) -> None:
    with store.transaction():
        store.outbox.post(1, Reply("x"), at=Clock().now)
        store.residents.set_reachable(1, False)
    found = doctor()
    assert found.status == 0
    assert "1 held for residents who blocked the bot" in found.of("outbox")[0]


def test_an_update_that_was_set_aside_is_shown_with_where_it_failed(
    doctor: Doctor, store: Store
) -> None:
    set_aside(store, 7)
    found = doctor()
    assert found.status == 1
    assert found.of("inbox") == [
        "✗ inbox: 0 updates wait, 1 set aside",
        "update 7 of 2020-03-02 04:00, 2 tries:",
        *FAILURE.splitlines(),
    ]
    assert WORDS not in "".join(found.lines)


def test_a_refused_letter_is_shown_with_the_reason(doctor: Doctor, store: Store) -> None:
    refuse(store)
    found = doctor()
    assert found.status == 1
    assert found.of("outbox") == [
        "✗ outbox: 0 letters wait, 0 held for residents who blocked the bot, 1 refused",
        "letter 1, 1 tries: BadRequest: Can't parse entities",
    ]
    assert WORDS not in "".join(found.lines)


def test_staff_whom_nothing_reaches_are_not_well(doctor: Doctor, store: Store) -> None:
    with store.transaction():
        dispatcher = store.staff.add("李四", Role.DISPATCHER, "", at=Clock().now)
        supervisor = store.staff.add("赵六", Role.SUPERVISOR, "", at=Clock().now)
    new = "nobody is told of new cases: see `staff link`"
    weekly = "no supervisor is told each week who looked at identities: see `staff link`"
    assert doctor().of("staff") == [
        "✗ staff: 2 members, 0 linked, 0 groups; 0 cases wait",
        new,
        weekly,
    ]
    for member, left in ((dispatcher, [weekly]), (supervisor, [])):
        with store.transaction():
            chat = store.residents.met("telegram", f"50{member.id}", at=Clock().now)
            store.staff.change(replace(member, resident_id=chat.id))
        assert doctor().of("staff")[1:] == left
    assert doctor().status == 0


def test_with_json_the_same_is_told_to_a_script(doctor: Doctor, store: Store) -> None:
    set_aside(store, 7)
    found = doctor("--json")
    findings = json.loads("\n".join(found.lines))
    assert found.status == 1
    assert {finding["part"]: finding["is_well"] for finding in findings} == {
        "content": True,
        "calendar": True,
        "index": True,
        "disk": True,
        "database": True,
        "inbox": False,
        "outbox": True,
        "vault": True,
        "staff": True,
        "photos": True,
        "process": True,
        "telegram": True,
    }
    (inbox,) = [finding for finding in findings if finding["part"] == "inbox"]
    assert inbox["text"] == "0 updates wait, 1 set aside"
    assert inbox["details"] == [f"update 7 of 2020-03-02 04:00, 2 tries:\n{FAILURE}"]


def test_looking_changes_nothing(doctor: Doctor, store: Store, prompt: Prompt) -> None:
    set_aside(store, 7)
    refuse(store)
    store.close()
    before = {path: path.read_bytes() for path in prompt.var.rglob("*") if path.is_file()}
    doctor()
    after = {path: path.read_bytes() for path in prompt.var.rglob("*") if path.is_file()}
    passing = {prompt.var / f"{DATABASE}-wal", prompt.var / f"{DATABASE}-shm"}
    assert {path: after[path] for path in after.keys() - passing} == before


def test_again_lets_both_be_tried_again(doctor: Doctor, store: Store) -> None:
    set_aside(store, 7)
    set_aside(store, 8)
    refuse(store)
    asked = doctor("--again")
    assert (asked.status, asked.remarks) == (1, "2 updates and 1 letters are tried again\n")
    found = doctor()
    assert found.status == 0
    assert found.of("inbox")[0].startswith("✓ inbox: 2 updates wait")
    assert found.of("outbox")[0].startswith("✓ outbox: 1 letters wait")
    assert [arrival.tries for arrival in store.inbox.waiting()] == [0, 0]


def test_again_on_a_bot_that_nobody_has_written_to_makes_no_database(
    doctor: Doctor, prompt: Prompt
) -> None:
    asked = doctor("--again")
    assert (asked.status, asked.remarks) == (0, "0 updates and 0 letters are tried again\n")
    assert not (prompt.var / DATABASE).exists()


def test_too_little_room_on_the_disk_is_not_well(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor_module, "LEAST_FREE_BYTES", 2**60)
    found = doctor()
    assert found.status == 1
    assert re.match(r"✗ disk: \d+\.\d GiB free in ", found.of("disk")[0])


# A database that is not well


def test_a_file_that_is_no_database_is_told_and_the_rest_is_examined(
    doctor: Doctor, prompt: Prompt
) -> None:
    (prompt.var / DATABASE).write_bytes(b"something else " * 1000)
    found = doctor()
    assert found.status == 1
    assert "file is not a database" in found.of("database")[0]
    assert found.of("telegram") == ["✓ telegram: is off, or has no token"]


def damage(path: Path, table: str) -> None:
    """Write over the page that a table begins on."""
    database = sqlite3.connect(path)
    database.execute("pragma wal_checkpoint(truncate)")
    query = "select rootpage from sqlite_master where name = ?"
    (page,) = database.execute(query, [table]).fetchone()
    (size,) = database.execute("pragma page_size").fetchone()
    database.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


@pytest.mark.parametrize("table", ["turns", "inbox", "outbox", "residents"])
def test_a_damaged_database_is_told_and_the_rest_is_examined(
    doctor: Doctor, store: Store, prompt: Prompt, table: str
) -> None:
    """Damage where updates or letters stand once ended the whole examination with one line."""
    store.close()
    damage(prompt.var / DATABASE, table)
    found = doctor()
    assert found.status == 1
    assert found.of("database")[0] == "✗ database: is damaged"
    assert len(found.of("database")) > 1
    assert found.of("telegram") == ["✓ telegram: is off, or has no token"]


def test_a_database_of_an_older_version_is_told_and_left_as_it_is(
    doctor: Doctor, prompt: Prompt
) -> None:
    path = prompt.var / DATABASE
    old = sqlite_utils.Database(path)
    migrations.apply(old, stop_before="m008_inbox")
    old.close()
    found = doctor()
    assert found.status == 1
    assert found.of("database") == [f"✗ database: {path}: of an older version; start the bot once"]
    assert "inbox" not in sqlite_utils.Database(path).table_names()


def test_a_database_that_another_program_writes_to_can_be_examined(
    doctor: Doctor, store: Store, prompt: Prompt
) -> None:
    with locked(prompt.var / DATABASE):
        found = doctor()
    assert found.status == 0


def test_again_while_another_program_holds_the_database_is_one_clear_line(
    doctor: Doctor, store: Store, prompt: Prompt
) -> None:
    set_aside(store, 7)
    with locked(prompt.var / DATABASE):
        asked = doctor("--again")
    assert asked.status == 1
    assert asked.remarks.count("\n") == 1
    assert "another program has locked it" in asked.remarks


# A bot that runs


def test_what_waits_for_long_while_a_bot_runs_is_not_well(
    doctor: Doctor, store: Store, prompt: Prompt
) -> None:
    prompt.configure("[telegram]\nenabled = false\n[web]\nenabled = false")
    take(store, 1, at=datetime.now(UTC) - timedelta(minutes=6))
    with only_instance(prompt.var):
        found = doctor()
    assert found.status == 1
    assert found.of("inbox")[0].startswith("✗ inbox: 1 updates wait (the oldest for 36")
    assert found.of("process")[0].startswith("✓ process: runs as process ")


def test_a_clock_that_jumped_back_makes_nothing_late(store: Store, prompt: Prompt) -> None:
    take(store, 1, at=datetime.now(UTC) + timedelta(days=1))
    with only_instance(prompt.var):
        (inbox,) = [one for one in examine(prompt.settings, token="") if one.part == "inbox"]
    assert (inbox.is_well, inbox.text) == (
        True,
        "1 updates wait (the oldest for 0 s), 0 set aside",
    )


async def examined(prompt: Prompt) -> Findings:
    """What the command says, in a thread of its own while this one serves."""
    return await asyncio.to_thread(_examined, prompt)


@asynccontextmanager
async def something_else_serves(prompt: Prompt, text: str, status: int) -> AsyncIterator[None]:
    """A bot seems to run, and at its address something answers that is no bot."""
    route = Route("/healthz", lambda _: PlainTextResponse(text, status))
    async with serving(Starlette(routes=[route])) as url:
        port = url.rpartition(":")[2]
        prompt.configure(f"[telegram]\nenabled = false\n[web]\nport = {port}")
        with only_instance(prompt.var):
            yield


@pytest.mark.parametrize(
    ("text", "status"),
    [("<h1>busy</h1>", 502), ("<h1>hello</h1>", 200), ("[]", 200), ("7", 500), ("", 404)],
)
async def test_what_does_not_answer_as_a_bot_is_not_well(
    prompt: Prompt, text: str, status: int
) -> None:
    async with something_else_serves(prompt, text, status):
        found = await examined(prompt)
    assert (found.status, found.remarks) == (1, "")
    assert found.of("process")[0].startswith("✗ process: process ")
    assert "does not answer" in found.of("process")[1]


async def test_a_bot_that_runs_and_works_is_well_and_one_that_cannot_write_is_not(
    tmp_path: Path, built: Path, server: FakeTelegram
) -> None:
    ward = Ward(tmp_path, built, server)

    async def examined(**environment: str) -> Findings:
        there = {**ward.environment, **environment}
        done = await asyncio.to_thread(run_bot, there, "doctor")
        return Findings(done.returncode, done.stdout.splitlines(), done.stderr)

    async with ward.supervised():
        await TelegramResident(server).says("/help")
        well = await examined()
        proxied = await examined(http_proxy="http://127.0.0.1:9")
        with locked(ward.var / DATABASE):
            unwell = await examined()
    assert (well.status, well.remarks) == (0, "")
    assert re.fullmatch(rf"✓ process: process \d+ at {ward.url}/healthz", well.of("process")[0])
    assert 'status: "ok"' in well.of("process")
    assert re.match("✓ telegram: @.*, updates are fetched, 0 wait there", well.of("telegram")[0])
    assert proxied.of("process")[0] == well.of("process")[0]
    assert unwell.status == 1
    assert unwell.of("process")[0].startswith("✗ process: ")
    assert 'status: "failing"' in unwell.of("process")
    assert any("another program has locked it" in line for line in unwell.of("process"))


# Telegram


def with_telegram(prompt: Prompt, server: FakeTelegram, more: str = "") -> None:
    prompt.token = server.token
    prompt.configure(f'[telegram]\napi_base_url = "{server.url}"\n{more}')


async def test_what_telegram_knows_of_the_bot_is_told(
    prompt: Prompt, server: FakeTelegram
) -> None:
    with_telegram(prompt, server)
    server.says(1001, WORDS)
    found = await examined(prompt)
    assert found.status == 0
    assert re.fullmatch("✓ telegram: @.*, updates are fetched, 1 wait there", found.lines[-1])
    assert server.api.unconfirmed != []


@pytest.mark.parametrize("token", ["7:AAF-mistyped", "mistyped"])
async def test_a_wrong_token_is_told_without_the_token(
    prompt: Prompt, server: FakeTelegram, token: str
) -> None:
    with_telegram(prompt, server)
    prompt.token = token
    found = await examined(prompt)
    assert found.status == 1
    assert found.of("telegram")[0].startswith("✗ telegram: Telegram refused the bot token")
    assert "mistyped" not in "".join(found.lines) + found.remarks


async def test_telegram_that_cannot_be_reached_is_told(
    prompt: Prompt, server: FakeTelegram
) -> None:
    with_telegram(prompt, server)
    server.fail("getMe", 502, times=9)
    found = await examined(prompt)
    assert found.status == 1
    assert found.of("telegram") == ["✗ telegram: Telegram cannot be reached (NetworkError)"]


async def test_a_webhook_that_was_left_behind_is_told(
    prompt: Prompt, server: FakeTelegram
) -> None:
    with_telegram(prompt, server)
    server.api.webhook.set({"url": "http://127.0.0.1:9/telegram"})
    found = await examined(prompt)
    assert found.status == 1
    mode, *details = found.of("telegram")
    assert "updates are brought" in mode
    assert details[0] == "webhook_url is another than Telegram has: start the bot"


# Both together


async def test_a_running_bot_takes_up_what_is_tried_again(
    bot: Bot,
    server: FakeTelegram,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(channels_module, "LOOK_AGAIN_SECONDS", 0.05)
    caplog.set_level(logging.CRITICAL)
    prompt = Prompt(tmp_path, config="[telegram]\nenabled = false")
    parrot = Parrot(bot.store)
    parrot.replies |= {"路灯坏了": ValueError(), "你好": [Reply("<bad>")]}
    async with on_telegram(server, bot, parrot, tries=1):
        resident = TelegramResident(server)
        await resident.says("路灯坏了")
        await resident.says("你好")
        await until(lambda: bot.store.outbox.refused() and bot.store.inbox.set_asides())
        await until(lambda: len(resident.heard) == 2)
        del parrot.replies["路灯坏了"]
        done = await asyncio.to_thread(prompt.run, "doctor", "--again")
        assert done.stderr == "1 updates and 1 letters are tried again\n"
        await until(lambda: "路灯坏了" in resident.heard)
        await until(lambda: bot.store.outbox.refused())
    assert bot.store.inbox.set_asides() == []
    assert resident.heard == ["trouble zh-hans", "undelivered", "路灯坏了", "undelivered"]
