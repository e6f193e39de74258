"""The one place that builds the bot's objects and joins them in one event loop."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot import desk
from bot.ask import Asker
from bot.cases import Matter
from bot.config import Settings, WebSettings
from bot.dialogue import Commands, Dialogue, Drafting, Phrasing, Understander
from bot.dialogue.questions import Questions
from bot.examples import read_examples
from bot.features import Features
from bot.likeness import Meaning
from bot.matters import MatterReader
from bot.meanings import Meanings, open_meanings
from bot.messages import ChannelError
from bot.router import Router
from bot.service import Service, read_service
from bot.store import Store
from bot.store.photos import Photos
from bot.wording import Wording, language_of_hint
from index import Index, build_index, load_index

if TYPE_CHECKING:
    from starlette.applications import Starlette

DATABASE = "bot.db"
TOKEN_VARIABLE = "TELEGRAM_BOT_TOKEN"  # noqa: S105 (a variable's name)
_CASES_READ_AT_ONCE = 32
LAST_REQUESTS_SECONDS = 5
"""How long the web page's open requests may take when the bot is told to stop."""


@dataclass(frozen=True, slots=True, repr=False)
class Bot:
    """Everything a running bot is made of."""

    settings: Settings
    service: Service
    wording: Wording
    store: Store
    index: Index
    meaning: Meaning
    dialogue: Dialogue
    commands: Commands


@dataclass(frozen=True, slots=True)
class _Reading:
    """What understanding and phrasing a message takes; no resident, no database."""

    service: Service
    wording: Wording
    phrasing: Phrasing
    understander: Understander


def open_index(settings: Settings) -> Index:
    """The active build's index; the first one is built when there is none.

    Raises:
        ContentError: the content has mistakes.
        StaleIndexError: the build is damaged or made with other parts.
    """
    if not (settings.paths.var / "index" / "current").exists():
        build_index(settings.paths, settings.index)
    return load_index(settings.paths, settings.index)


def open_store(settings: Settings) -> Store:
    """The database in the var folder.

    Raises:
        StoreError: it cannot be opened.
    """
    return Store.open(settings.paths.var / DATABASE)


def build_bot(
    settings: Settings,
    *,
    store: Store,
    index: Index,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Bot:
    """Put the dialogue together.

    Raises:
        ContentError: service.toml or the wording has mistakes.
    """
    reading = _build_reading(settings, index)
    meaning = _meaning(index)
    drafting = Drafting(
        store=store,
        meaning=lambda: meaning,
        phrasing=reading.phrasing,
        service=reading.service,
        limits=settings.limits,
        index=lambda: index,
    )
    commands = Commands(
        store=store, phrasing=reading.phrasing, drafting=drafting, index=lambda: index
    )
    dialogue = Dialogue(
        store=store,
        photos=Photos(settings.paths.var / "files"),
        understander=reading.understander,
        phrasing=reading.phrasing,
        drafting=drafting,
        commands=commands,
        questions=Questions(store=store, phrasing=reading.phrasing, index=lambda: index),
        limits=settings.limits,
        now=now,
    )
    return Bot(
        settings, reading.service, reading.wording, store, index, meaning, dialogue, commands
    )


def build_asker(
    settings: Settings,
    *,
    index: Index,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Asker:
    """What `python -m bot ask` runs on; it reads the database, if there is one, never writes."""
    reading = _build_reading(settings, index)
    store = open_store(settings) if (settings.paths.var / DATABASE).exists() else None

    meaning = _meaning(index)

    def similar(matter: Matter) -> list[desk.Similar]:
        return desk.similar_cases(store, matter, meaning=meaning, at=now()) if store else []

    return Asker(
        understander=reading.understander,
        phrasing=reading.phrasing,
        service=reading.service,
        limits=settings.limits,
        index=lambda: index,
        similar=similar,
    )


def _meaning(index: Index) -> Meaning:
    return Meaning(index.encoder.fingerprint, index.vectors)


def _build_reading(settings: Settings, index: Index) -> _Reading:
    service = read_service(settings.paths.content / "service.toml")
    wording = Wording(settings.paths.content / "wording")
    meanings = read_meanings(settings, service, index)
    understander = Understander(
        index=lambda: index,
        router=Router(service, meanings),
        reader=MatterReader(service, meanings),
    )
    return _Reading(service, wording, Phrasing(wording, service), understander)


def read_meanings(settings: Settings, service: Service, index: Index) -> Meanings:
    """What the editors' examples teach; learnt when they, the cues or the encoder change."""
    return open_meanings(
        read_examples(settings.paths.content),
        Features(service, index.vectors),
        depends_on=f"{service.model_dump_json()}\0{index.encoder.fingerprint}",
        folder=settings.paths.var / "learnt",
    )


async def run(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Serve every enabled channel until the process is told to stop.

    Args:
        say: prints one line for the person who started the bot.

    Raises:
        ChannelError: nothing is enabled, the web page's port is taken, or Telegram refused.
        ContentError, StaleIndexError, StoreError: as the parts say.
    """
    token = os.environ.get(TOKEN_VARIABLE, "")
    on_telegram = settings.telegram.enabled and bool(token)
    if not settings.web.enabled and not on_telegram:
        raise ChannelError(
            "no channel is enabled: set [web] enabled, or [telegram] enabled and"
            f" {TOKEN_VARIABLE} in the environment"
        )
    listening = _listen(settings.web) if settings.web.enabled else None
    bot = build_bot(settings, store=open_store(settings), index=open_index(settings))
    try:
        reading = asyncio.create_task(read_cases(bot, at=datetime.now(UTC)))
        await _until_told_to_stop(_serve(bot, listening, token if on_telegram else "", say))
        reading.cancel()
    finally:
        bot.store.close()


async def read_cases(bot: Bot, *, at: datetime) -> None:
    """Note what the open cases mean that the current encoder has not read: all, after a change."""
    while unread := desk.unread_cases(
        bot.store, meaning=bot.meaning, at=at, most=_CASES_READ_AT_ONCE
    ):
        texts = [text for _, text in unread]
        vectors = await asyncio.to_thread(bot.meaning.vectors, texts)
        with bot.store.transaction():
            for (case_id, _), vector in zip(unread, vectors, strict=True):
                bot.store.meanings.keep(case_id, vector, encoder=bot.meaning.encoder)
    bot.store.meanings.read(bot.meaning.encoder)


async def _serve(
    bot: Bot, listening: socket.socket | None, token: str, say: Callable[[str], None]
) -> None:
    """Serve the web page if there is a socket, and Telegram if there is a token."""
    async with AsyncExitStack() as channels:
        web = None
        if listening is not None:
            web = await channels.enter_async_context(_web_channel(bot, listening))
            say(f"Open {_address(listening)} in a browser (stop with Ctrl+C)")
        say(_telegram_line(bot.settings, on_telegram=bool(token)))
        if token:
            await channels.enter_async_context(telegram_channel(bot, token))
        # Waited for and not awaited: to be cancelled here must not cancel the web server.
        await (asyncio.wait({web}) if web else asyncio.Event().wait())


async def _until_told_to_stop(serving: Coroutine[None, None, None]) -> None:
    """Run it to its end, or until Ctrl+C or SIGTERM; it is then cancelled once."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    served, told = asyncio.create_task(serving), asyncio.create_task(stopped.wait())
    await asyncio.wait({served, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    served.cancel()
    with suppress(asyncio.CancelledError):
        await served


def _listen(web: WebSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's delay off only if it is.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((web.host, web.port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise ChannelError(
            f"the web page cannot be served at {web.host}:{web.port} ({error.strerror});"
            " choose another [web] port in config.toml"
        ) from error
    return listening


@asynccontextmanager
async def telegram_channel(bot: Bot, token: str) -> AsyncIterator[None]:
    """The Telegram channel, answering while the block runs.

    Raises:
        ChannelError: Telegram refused the token.
    """
    from bot.telegram import TelegramWords, build_application, polling

    words = TelegramWords(
        commands=command_menu(bot),
        apology=lambda hint: bot.wording.text(language_of_hint(hint), "talk.trouble"),
    )
    application = build_application(
        bot.dialogue,
        token=token,
        settings=bot.settings.telegram,
        words=words,
        max_photo_bytes=bot.settings.limits.max_photo_bytes,
    )
    timeout = bot.settings.telegram.poll_timeout_seconds
    async with polling(application, timeout_seconds=timeout):
        yield


def web_site(bot: Bot) -> "Starlette":
    """The web channel as an ASGI application."""
    from bot.web.chat import build_site

    return build_site(
        bot.dialogue,
        limits=bot.settings.limits,
        wording=bot.wording,
        health=lambda: health(bot),
    )


def command_menu(bot: Bot) -> dict[str, list[tuple[str, str]]]:
    """The commands with their descriptions, for Telegram's menu, by two-letter language."""
    return {
        language: [
            (name, bot.wording.table(language, "command")[name]) for name in bot.commands.names
        ]
        for language in ("zh", "en")
    }


@asynccontextmanager
async def _web_channel(bot: Bot, listening: socket.socket) -> AsyncIterator[asyncio.Task[None]]:
    """The web channel, serving while the block runs; yields the server's task."""
    import uvicorn

    config = uvicorn.Config(
        web_site(bot),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_REQUESTS_SECONDS,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield serving
    finally:
        server.should_exit = True
        await serving


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def health(bot: Bot) -> Mapping[str, object]:
    """Whether the bot can answer and keep what it is told, for `/healthz`."""
    state: dict[str, object] = {
        "status": "ok",
        "build": bot.index.build_id,
        "commitments": len(bot.index.commitments),
    }
    problem = bot.store.problem()
    return state | {"status": "failing", "database": problem} if problem else state


def _telegram_line(settings: Settings, *, on_telegram: bool) -> str:
    if on_telegram:
        return "Telegram: on"
    if not settings.telegram.enabled:
        return "Telegram: off ([telegram] enabled in config.toml)"
    return (
        "Telegram: not configured. Get a token from @BotFather, then start again with"
        f" {TOKEN_VARIABLE}=... make run"
    )
