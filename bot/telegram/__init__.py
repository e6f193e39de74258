"""The Telegram channel: private chats with residents, by long polling.

`hearing` turns a Telegram message into a `Said`, `delivery` turns replies into calls of the Bot
API, `residents` joins the two to the dialogue, `polling` runs them in the caller's event loop.
Only this package imports telegram.
"""

from bot.telegram.polling import TelegramStartError, polling
from bot.telegram.residents import TelegramWords, build_application

LOGGERS_WITH_SECRETS = ("httpx", "httpcore", "telegram")
"""Loggers whose lines below WARNING hold the bot token or residents' words; keep them at WARNING.

httpx and httpcore log URLs, which hold the token; telegram logs, at DEBUG, its base URL (token
included) and every call with its parameters.
"""

__all__ = [
    "LOGGERS_WITH_SECRETS",
    "TelegramStartError",
    "TelegramWords",
    "build_application",
    "polling",
]
