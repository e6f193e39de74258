"""The token stands nowhere and residents' words stand in no log: the real bot at DEBUG, through
every fault, and then everything that it wrote is searched."""

import asyncio
import base64
import io
import json
import logging
import re
import socket
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from shutil import copytree
from urllib.parse import quote

import httpx
import pytest
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from bot.logs import FORM, HIDDEN, Redacting
from bot.store import Store
from bot.store.sealing import WORDS_OF_CASES
from tests.actors import WebResident
from tests.consoles import Clerk
from tests.fakes import FakeTelegram
from tests.photographs import JPEG
from tests.prompt import PROJECT, Prompt
from tests.telegram_chats import Json

TOKEN = "7604310283:AAHq-3vXw_Zk9Lm2Pt7RbY5sDfGh1JcNeUo"
SECRET = TOKEN.partition(":")[2]
ADA = 987654321
LAMP = "紫罗兰巷的路灯坏了没人修，电话13900001111"
QUESTION = "紫罗兰巷今年改造多少老旧小区？"
LETTER = "Violet Lane 13900001111 has no light"
LI, WANG = 501, 503
NAMED = "李秀英"
"""Whom staff name in what they write; nothing masks a name alone."""
RESIDENTS_OWN = ("紫罗兰", "13900001111", "Violet Lane", NAMED, str(ADA))
"""Her words, her phone number, her name as staff write it, the number of her chat."""


SPOKEN = re.compile(r"WC\d{8}-\d{4}")


def forms_of(token: str) -> list[bytes]:
    """Every form in which a token, or what is secret of it, may be written."""
    texts = {token, token.partition(":")[2]}
    texts |= {quote(text, safe="") for text in texts} | {token.replace(":", "%3a")}
    encoded = {text.encode() for text in texts} | {text.encode("utf-16-le") for text in texts}
    for text in (token, token.partition(":")[2]):
        encoded |= {base64.b64encode(text.encode()).rstrip(b"="), text.encode().hex().encode()}
    return sorted(encoded)


def written_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file, and of what stands in backups."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            yield str(path.relative_to(folder)), content
            if path.suffix == ".tar":
                yield from _packed(path.name, content)


def _packed(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(content)) as backup:
        for member in backup.getmembers():
            file = backup.extractfile(member)
            if file:
                yield f"{name}/{member.name}", file.read()


def holding(folder: Path, secrets: Iterable[bytes]) -> list[str]:
    """The files that hold one of the secrets."""
    secrets = list(secrets)
    return [name for name, content in written_in(folder) if any(s in content for s in secrets)]


def holding_words(folder: Path, words: Iterable[str]) -> list[str]:
    """The files that hold some words in whatever letters: with blanks or line ends between their
    characters, in capitals or small ones, or as JSON escapes them."""
    sought = [_bare(form) for word in words for form in (word, json.dumps(word).strip('"'))]
    return [
        name
        for name, content in written_in(folder)
        if any(form in _bare(content.decode(errors="ignore")) for form in sought)
    ]


def _bare(text: str) -> str:
    return re.sub(r"[\s\0]+", "", text).casefold()


def databases_in(folder: Path, aside: Path) -> Iterator[tuple[str, sqlite3.Connection]]:
    """Every database that was written, each with its log, as whoever steals them opens them."""
    files = dict(written_in(folder))
    for number, name in enumerate(one for one in files if one.endswith("bot.db")):
        stolen = aside / f"{number}.db"
        for ending in ("", "-wal"):
            stolen.with_name(stolen.name + ending).write_bytes(files.get(name + ending, b""))
        with closing(sqlite3.connect(stolen)) as connection:
            yield name, connection


class Watched:
    """The real bot at DEBUG in a folder, and everything that it and its commands print there."""

    def __init__(self, folder: Path, built: Path, server: FakeTelegram, port: int) -> None:
        copytree(built, folder / "var")
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self.prompt = Prompt(folder, token=server.token)
        self._server = server
        self._port = port

    def configure(self, *, webhook: bool) -> None:
        """Have Telegram asked for updates, or bring them."""
        webhook_url = f"{self.url}/telegram" if webhook else ""
        self.prompt.configure(
            f'[telegram]\napi_base_url = "{self._server.url}"\nwebhook_url = "{webhook_url}"\n'
            "poll_timeout_seconds = 1\ntries = 2\nchat_burst = 1000\n"
            "messages_per_second = 1000.0\nchat_messages_per_second = 1000.0\n"
            f"[web]\nport = {self._port}\n[limits]\nmessages_burst = 1000\n"
        )

    @property
    def log(self) -> str:
        """Everything that was printed so far."""
        return (self.folder / "log").read_text(encoding="utf-8")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """The bot, until the block ends."""
        with (self.folder / "log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run", "--debug"),
                cwd=PROJECT,
                env=self.prompt.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()

    async def commands(self, *lines: str) -> None:
        """Run commands, and keep what they print."""
        for line in lines:
            done = await asyncio.to_thread(self.prompt.run, *line.split())
            with (self.folder / "log").open("a", encoding="utf-8") as log:
                log.write(done.stdout + done.stderr)


@asynccontextmanager
async def hired(bot: Watched, name: str, *role: str) -> AsyncIterator[tuple[Clerk, str]]:
    """Somebody new of staff at the console, and what makes her known in her chat."""
    await asyncio.to_thread(bot.prompt.run, "staff", "add", name, *role)
    links = await asyncio.to_thread(bot.prompt.run, "staff", "link", name)
    entrance, _, chat = links.stdout.strip().partition("\n")
    chinese = {"Accept-Language": "zh-CN"}
    async with httpx.AsyncClient(base_url=bot.url, headers=chinese, timeout=60) as http:
        clerk = Clerk(http, name)
        await clerk.posts("/console/enter", {"code": entrance.partition("code=")[2]})
        assert clerk.status == 200
        yield clerk, chat


async def does(clerk: Clerk, number: str, action: str, **fields: str) -> None:
    """Take a step on a case's page."""
    await clerk.opens(f"/console/cases/{number}")
    await clerk.submits(f"#do-{action} form", fields, button="send")
    assert clerk.status == 200, (action, clerk.text)


async def handled(bot: Watched, server: FakeTelegram, number: str) -> None:
    """A case goes through the hands of staff, who name her wherever they can write."""
    shown = lambda: [one for one in server.from_bot(WANG) if number in one.text]  # noqa: E731
    called = dict.fromkeys(("matter", "goal", "staff_needed"), f"{NAMED}的路灯")
    unit = "urban_management"
    async with (
        hired(bot, "李四", "dispatcher") as (dispatcher, own_chat),
        hired(bot, "王五", "handler", "--unit", unit) as (handler, chat),
    ):
        for telegram_id, link in ((LI, own_chat), (WANG, chat)):
            server.meet(telegram_id)
            server.says(telegram_id, link)
            await server.until(lambda who=telegram_id: server.from_bot(who))
        await does(dispatcher, number, "accept")
        await does(dispatcher, number, "call", lead=unit, **called)
        await server.until(shown)
        await does(dispatcher, number, "urge", words=f"{NAMED}的事快办")
        await does(dispatcher, number, "reveal", reason=f"回访{NAMED}")
        await does(handler, number, "ask_return", words=f"{NAMED}家不归我们")
        await does(dispatcher, number, "refuse_return")
        await does(handler, number, "sign")
        await does(handler, number, "ask_extension", words=f"等{NAMED}在家")
        kept = len(server.from_bot(WANG))
        server.says_in(WANG, WANG, f"{NAMED}又来电话", reply_to=shown()[-1].message_id)
        await server.until(lambda: len(server.from_bot(WANG)) > kept)
        await does(handler, number, "done", words=f"{NAMED}家门口已修好")


async def polled(bot: Watched, server: FakeTelegram) -> None:
    """A conversation while everything goes wrong, until the bot is killed."""
    heard = lambda: [shown.text for shown in server.from_bot(ADA)]  # noqa: E731
    server.fail("getMe", 502)
    server.fail("sendMessage", 500)
    async with bot.running() as process:
        server.says(ADA, QUESTION)
        await server.until(lambda: len(heard()) == 1)
        server.fail("getUpdates", 409)
        server.fail("getUpdates", 429, retry_after=1)
        server.drop("getUpdates")
        server.fail("sendMessage", 429, retry_after=1)
        server.drop("sendMessage")
        server.lose_answer("sendMessage")
        server.says(ADA, LAMP)
        await server.until(lambda: any(LAMP in text for text in heard()[1:]))
        server.fail("sendMessage", 400)
        server.says(ADA, LETTER)
        await server.until(lambda: "is refused" in bot.log)
        server.fail("getFile", 400, description="Bad Request: wrong file_id", times=2)
        server.sends_photo(ADA, JPEG, caption=LAMP)
        await server.until(lambda: "is set aside" in bot.log)
        server.fail("file", 502)
        server.drop("file")
        server.sends_photo(ADA, JPEG, caption=f"{LAMP}！")
        server.edits(ADA, server.messages(ADA)[0].message_id, LETTER)
        server.fail("answerCallbackQuery", 400, description="Bad Request: query is too old")
        server.taps(ADA, server.from_bot(ADA)[-1].message_id, "d:1:submit")
        await server.until(lambda: any("WC20" in text for text in heard()))
        async with WebResident(bot.url) as web:
            await web.says(LETTER)
            await web.says(LAMP)
            await web.taps("提交")
            await handled(bot, server, SPOKEN.findall("\n".join(web.heard))[-1])
            await web.says("/status WC20200302-0999 22222222")
        await bot.commands("doctor", "backup")
        server.fail("sendMessage", 403)
        server.says(ADA, QUESTION)
        await server.until(lambda: "cannot be written to" in bot.log)
        process.kill()


async def brought(bot: Watched, server: FakeTelegram) -> None:
    """Updates over the webhook, and others at its door."""
    registered: list[Json] = []
    with server.before_call(lambda _, parameters: registered.append(parameters)):
        async with bot.running(), httpx.AsyncClient(base_url=bot.url) as http:
            await server.until(lambda: any("secret_token" in call for call in registered))
            for secret in ("", TOKEN, "guessed"):
                header = {"X-Telegram-Bot-Api-Secret-Token": secret}
                update = {"update_id": 1, "message": {"text": LETTER}}
                assert (await http.post("/telegram", json=update, headers=header)).is_error
            await http.post(f"/{TOKEN}", json={})
            await http.get(f"/?token={TOKEN}")
            before = len(server.from_bot(ADA))
            server.says(ADA, f"{LETTER}!")
            await server.until(lambda: len(server.from_bot(ADA)) > before)


async def refused(bot: Watched, server: FakeTelegram) -> None:
    """A token that Telegram takes back while the bot runs, and one that it never takes."""
    async with bot.running():
        server.says(ADA, LETTER)
        await server.until(lambda: server.api.unconfirmed == [])
        server.fail("getUpdates", 401, description="Unauthorized", times=9)
        await server.until(lambda: "cannot be polled (InvalidToken)" in bot.log)
        await bot.commands("doctor --json")
    server.fail("*", 401, description="Unauthorized", times=99)
    await bot.commands("run --debug")


@pytest.fixture(scope="module")
def wrote(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Watched:
    """What a bot wrote that went through all of it."""
    folder = tmp_path_factory.mktemp("watched")

    async def goes_through_it() -> Watched:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = int(listening.getsockname()[1])
        async with FakeTelegram(TOKEN) as server:
            bot = Watched(folder, built, server, port)
            bot.configure(webhook=False)
            await polled(bot, server)
            assert (bot.prompt.var / "bot.db-wal").stat().st_size > 0
            copytree(bot.prompt.var, folder / "when-killed")
            bot.configure(webhook=True)
            await brought(bot, server)
            bot.configure(webhook=False)
            await refused(bot, server)
        return bot

    return asyncio.run(goes_through_it())


def test_the_bot_went_through_all_of_it(wrote: Watched) -> None:
    for line in (
        "Telegram cannot be reached",
        "Telegram cannot be polled",
        "another program polls Telegram",
        "may arrive twice: there was no answer",
        "is refused (BadRequest: Can't parse entities)",
        "is set aside",
        "case 1 submitted",
        "cannot be written to",
        "Telegram brings updates for",
        "Telegram refused the bot token",
        " DEBUG ",
        "✗ inbox: ",
    ):
        assert line in wrote.log
    names = [name for name, _ in written_in(wrote.folder)]
    assert {"var/bot.db", "when-killed/bot.db-wal"} <= set(names)
    assert sum(name.endswith(".tar/bot.db") for name in names) == 2


def test_the_search_finds_what_is_there(wrote: Watched) -> None:
    number = sqlite3.connect(wrote.prompt.var / "bot.db").execute("select number from cases")
    assert "var/bot.db" in holding(wrote.folder, [number.fetchone()[0].encode()])


def test_a_stolen_database_names_nobody_and_holds_nobodys_words(wrote: Watched) -> None:
    """The database, its log, the backups, the copies that a killed process left, and the keys
    without their master key."""
    assert holding_words(wrote.folder, RESIDENTS_OWN) == []


def test_the_search_of_words_finds_them_however_they_are_written(tmp_path: Path) -> None:
    for number, text in enumerate(
        ("紫 罗 兰 巷", "violet lane", "VIOLET\nLANE", r"\u7d2b\u7f57\u5170")
    ):
        (tmp_path / str(number)).write_text(text)
    assert holding_words(tmp_path, RESIDENTS_OWN) == ["0", "1", "2", "3"]


def test_staff_wrote_of_her_wherever_they_can(wrote: Watched) -> None:
    database = sqlite3.connect(wrote.prompt.var / "bot.db")
    written = {
        f"{table}.{column}"
        for table, column in WORDS_OF_CASES
        if database.execute(f"select 1 from {table} where {column} <> ''").fetchone()
    }
    database.close()
    assert written == {f"{table}.{column}" for table, column in WORDS_OF_CASES}


def test_the_index_of_a_stolen_search_is_of_hashes_alone(wrote: Watched, tmp_path: Path) -> None:
    """A full-text index keeps its terms letter by letter: they are read as SQLite lists them."""
    terms: dict[str, set[str]] = {}
    for name, stolen in databases_in(wrote.folder, tmp_path):
        stolen.execute("create virtual table temp.terms using fts5vocab(main, case_words, row)")
        terms[name] = {term for (term,) in stolen.execute("select term from temp.terms")}
    assert terms["var/bot.db"]
    assert not any(found for name, found in terms.items() if ".tar/" in name)
    assert all(re.fullmatch("[0-9a-f]{12}", term) for found in terms.values() for term in found)


def test_nobody_else_may_read_what_holds_residents(wrote: Watched) -> None:
    kept = [
        path for path in wrote.prompt.var.glob("*") if path.name.startswith(("bot.db", "keys"))
    ]
    assert {path.name for path in kept} >= {"bot.db", "keys.db"}
    kept += [*(wrote.prompt.var / "files").rglob("*"), wrote.prompt.var / "files"]
    kept += wrote.prompt.var.rglob("*.tar")
    assert [str(path) for path in kept if path.stat().st_mode & 0o077] == []


def test_after_all_of_it_everything_sealed_can_be_opened(wrote: Watched) -> None:
    with closing(Store.open_to_read(wrote.prompt.var / "bot.db")) as store:
        assert store.damaged_rows() == []


def test_the_token_stands_in_no_file_in_no_form(wrote: Watched) -> None:
    assert holding(wrote.folder, forms_of(TOKEN)) == []


def test_nobodys_words_number_or_chat_stand_in_the_log(wrote: Watched) -> None:
    assert [own for own in RESIDENTS_OWN if own in wrote.log] == []


def test_no_fault_of_ours_stands_in_the_log(wrote: Watched) -> None:
    assert "Traceback" not in wrote.log


def test_nobodys_words_are_kept_once_they_are_handled_but_in_the_conversation(
    wrote: Watched,
) -> None:
    """A photo that could not be fetched is set aside with its caption; all else has gone on."""
    database = sqlite3.connect(wrote.prompt.var / "bot.db")
    rows = database.execute("select state, payload from inbox").fetchall()
    letters = database.execute("select state, reply from outbox where state = 'sent'").fetchall()
    database.close()
    assert {state for state, payload in rows if payload} <= {"aside", "waiting"}
    assert {reply for _, reply in letters} == {""}


# The log by itself


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is written of everything that the libraries log at DEBUG, with secrets hidden."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Redacting(FORM, secrets=[TOKEN]))
    loggers = [logging.getLogger(name) for name in ("httpx", "httpcore", "telegram")]
    before = [(logger, logger.level) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.addHandler(handler)
    yield stream
    for logger, level in before:
        logger.setLevel(level)
        logger.removeHandler(handler)


async def call_telegram(server: FakeTelegram) -> None:
    """Calls of the library that come through, fail, and time out."""
    requests = [HTTPXRequest(connection_pool_size=1) for _ in range(2)]
    url = f"{server.url}/bot"
    bot = Bot(TOKEN, base_url=url, request=requests[0], get_updates_request=requests[1])
    async with bot:
        server.fail("sendMessage", 400)
        server.drop("getWebhookInfo")
        for call in (bot.send_message(1, "x"), bot.get_webhook_info(), bot.get_updates()):
            with suppress(TelegramError):
                await call


async def test_what_the_libraries_log_at_debug_holds_no_token(
    written: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with FakeTelegram(TOKEN) as server:
        await call_telegram(server)
    assert SECRET in caplog.text
    assert HIDDEN in written.getvalue()
    assert [form for form in forms_of(TOKEN) if form.decode("latin-1") in written.getvalue()] == []


@pytest.mark.parametrize("text", [TOKEN, SECRET, quote(TOKEN, safe=""), f"bot{TOKEN}/getMe"])
def test_a_token_is_hidden_in_messages_values_and_tracebacks(text: str) -> None:
    formatter = Redacting(FORM, secrets=[TOKEN, ""])
    try:
        try:
            raise KeyError(text)
        except KeyError as error:
            raise ValueError(f"because of {text}") from error
    except ValueError:
        trouble = sys.exc_info()
    record = logging.LogRecord("x", logging.ERROR, "f.py", 1, "%s", (f"{text} {text}",), trouble)
    line = formatter.format(record)
    assert SECRET not in line
    assert line.count(HIDDEN) >= 4


def test_without_a_secret_nothing_is_hidden() -> None:
    record = logging.LogRecord("x", logging.ERROR, "f.py", 1, "all is well", (), None)
    assert Redacting("%(message)s", secrets=[""]).format(record) == "all is well"


END = """
import asyncio, sys
from bot.logs import configure_logging
token = sys.argv[1]
configure_logging(secrets=[token], debug=True)

def fail():
    try:
        raise KeyError(token)
    except KeyError as error:
        raise ValueError(f"https://x/bot{token}/getMe") from error

async def fail_later():
    async def fails():
        fail()
    task = asyncio.create_task(fails())
    await asyncio.wait({task})
    del task

async def fail_in_a_call():
    asyncio.get_running_loop().call_soon(fail)
    await asyncio.sleep(0)
"""


@pytest.mark.parametrize(
    ("end", "told"),
    [
        ("fail()", "ended by a fault:\n"),
        ("raise ExceptionGroup(token, [ValueError(token)])", "\nExceptionGroup\n"),
        ("asyncio.run(fail_later())", f"ValueError: https://x/bot{HIDDEN}/getMe\n"),
        ("asyncio.run(fail_in_a_call())", f"ValueError: https://x/bot{HIDDEN}/getMe\n"),
    ],
)
def test_what_ends_a_program_or_a_task_is_told_without_the_token(end: str, told: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{END}\n{end}", TOKEN],
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "ValueError" in done.stderr or "ExceptionGroup" in done.stderr
    assert SECRET not in done.stderr + done.stdout
