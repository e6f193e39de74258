"""The library's bot over its HTTP client: the token's form, the server's address, the proxy."""

import re
from dataclasses import dataclass

from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.config import TelegramSettings
from bot.messages import ChannelError
from bot.telegram.lanes import Lanes

CONNECTIONS = 8
"""Letters and photos on their way at the same time; more wait for one that is free."""
CALL_SECONDS = 20.0
"""How long Telegram may take to answer any call but getUpdates."""


class TelegramStartError(ChannelError):
    """Telegram refused the bot token. The line says so without the token."""

    def __init__(self) -> None:
        super().__init__(
            "Telegram refused the bot token: check TELEGRAM_BOT_TOKEN"
            " (and [telegram] api_base_url in config.toml)"
        )


def build_client(token: str, settings: TelegramSettings) -> Bot:
    """The library's bot; nothing is sent yet.

    Raises:
        TelegramStartError: the token does not even look like one.
    """
    if not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", token):
        raise TelegramStartError
    base_url = settings.api_base_url.rstrip("/")
    return Bot(
        token,
        base_url=f"{base_url}/bot",
        base_file_url=f"{base_url}/file/bot",
        request=Lanes([build_request(settings) for _ in range(CONNECTIONS)]),
        get_updates_request=build_request(settings),  # not used: see `polling`
    )


def build_request(
    settings: TelegramSettings, *, read_seconds: float = CALL_SECONDS
) -> HTTPXRequest:
    """An HTTP client of the library with one connection, through the proxy if there is one."""
    return HTTPXRequest(
        connection_pool_size=1,
        read_timeout=read_seconds,
        write_timeout=CALL_SECONDS,
        proxy=settings.proxy or None,
    )


@dataclass(frozen=True, slots=True)
class TelegramState:
    """What Telegram says of a bot (Bot API, getMe and getWebhookInfo).

    Attributes:
        webhook_url: where updates are brought to; empty if they are fetched.
        waiting: updates that were not confirmed yet.
        last_error: why the last one could not be brought; empty for none.
    """

    username: str
    webhook_url: str
    waiting: int
    last_error: str


async def ask_telegram(token: str, settings: TelegramSettings) -> TelegramState:
    """Ask what Telegram knows of the bot; this disturbs no running one.

    Raises:
        ChannelError: Telegram cannot be reached, or refuses the token.
    """
    bot = build_client(token, settings)
    try:
        await bot.initialize()
        info = await bot.get_webhook_info()
        return TelegramState(
            username=bot.username,
            webhook_url=info.url,
            waiting=info.pending_update_count,
            last_error=info.last_error_message or "",
        )
    except InvalidToken:
        fault: ChannelError = TelegramStartError()
    except TelegramError as error:
        fault = ChannelError(f"Telegram cannot be reached ({type(error).__name__})")
    finally:
        await bot.shutdown()
    raise fault  # outside of the handler: the library's error may hold the token
