"""Serves every enabled channel in one event loop until the process is told to stop."""

import asyncio
import gc
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime

from bot.app.building import Bot, build_bot, open_index, open_store, read_cases
from bot.app.channels import Telegram, build_telegram, web_site
from bot.app.live import keep_up
from bot.app.retention import keep_to_terms
from bot.app.rounds import make_rounds
from bot.app.vaulting import look_after_the_vault
from bot.config import Settings, WebSettings
from bot.lock import only_instance
from bot.logs import log_unseen_fault
from bot.messages import ChannelError

TOKEN_VARIABLE = "TELEGRAM_BOT_TOKEN"  # noqa: S105 (a variable's name)
LAST_REQUESTS_SECONDS = 5
"""How long the web page's open requests may take when the bot is told to stop."""


async def run(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Serve every enabled channel until the process is told to stop.

    Args:
        say: prints one line for the person who started the bot.

    Raises:
        ChannelError: nothing is enabled, the web page's port is taken, Telegram refused, another
            bot runs on the same database or token, or polling has stalled.
        ContentError, StaleIndexError, StoreError: as the parts say.
    """
    token = _token(settings)
    with only_instance(settings.paths.var):
        listening = _listen(settings.web) if settings.web.enabled else None
        bot = build_bot(settings, store=open_store(settings), index=open_index(settings))
        _spare_the_collector()
        reading = asyncio.create_task(read_cases(bot, at=datetime.now(UTC)))
        rounds = asyncio.create_task(make_rounds(bot))
        vaulting = asyncio.create_task(look_after_the_vault(bot))
        keeping_to_terms = asyncio.create_task(keep_to_terms(bot))
        keeping_up = asyncio.create_task(keep_up(bot.live, settings, then=gc.freeze))
        try:
            await _until_told_to_stop(_serve(bot, listening, token, say))
        finally:
            tasks = {reading, rounds, vaulting, keeping_to_terms, keeping_up}
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            bot.store.close()


def _spare_the_collector() -> None:
    """Have Python not look through the index for garbage again and again: it never changes."""
    gc.collect()
    gc.freeze()


def _token(settings: Settings) -> str:
    """The token if Telegram is to be served, else nothing.

    Raises:
        ChannelError: then nothing would be served, or the webhook has nowhere to come.
    """
    token = os.environ.get(TOKEN_VARIABLE, "") if settings.telegram.enabled else ""
    if not settings.web.enabled and not token:
        raise ChannelError(
            "no channel is enabled: set [web] enabled, or [telegram] enabled and"
            f" {TOKEN_VARIABLE} in the environment"
        )
    if token and settings.telegram.webhook_url and not settings.web.enabled:
        raise ChannelError("[telegram] webhook_url needs [web] enabled: updates come there")
    return token


async def _serve(
    bot: Bot, listening: socket.socket | None, token: str, say: Callable[[str], None]
) -> None:
    """Serve the web page if there is a socket, and Telegram if there is a token.

    Raises:
        ChannelError: a channel cannot begin, or cannot go on.
    """
    telegram = build_telegram(bot, token) if token else None
    async with AsyncExitStack() as channels:
        serving = set()
        if listening is not None:
            web = _web_channel(bot, listening, telegram)
            serving.add(await channels.enter_async_context(web))
            say(f"Open {_address(listening)} in a browser (stop with Ctrl+C)")
        say(_telegram_line(bot.settings, on_telegram=bool(token)))
        if telegram:
            serving.add(await channels.enter_async_context(telegram.running(bot)))
        # Waited for and not awaited: to be cancelled here must not cancel the channels.
        ended, _ = await asyncio.wait(serving, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()


async def _until_told_to_stop(serving: Coroutine[None, None, None]) -> None:
    """Run it to its end, or until Ctrl+C or SIGTERM; it is then cancelled once."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log_unseen_fault)
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
async def _web_channel(
    bot: Bot, listening: socket.socket, telegram: Telegram | None
) -> AsyncIterator[asyncio.Task[None]]:
    """The web channel, serving while the block runs; yields the server's task."""
    import uvicorn

    config = uvicorn.Config(
        web_site(bot, telegram, token=_token(bot.settings)),
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


def _telegram_line(settings: Settings, *, on_telegram: bool) -> str:
    if on_telegram:
        return "Telegram: on" + (" (webhook)" if settings.telegram.webhook_url else "")
    if not settings.telegram.enabled:
        return "Telegram: off ([telegram] enabled in config.toml)"
    return (
        "Telegram: not configured. Get a token from @BotFather, then start again with"
        f" {TOKEN_VARIABLE}=... make run"
    )
