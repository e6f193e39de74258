"""The Telegram channel: private chats with residents, by long polling.

`hearing` turns a Telegram message into a `Said`, `delivery` turns replies into calls of the Bot
API, `residents` joins the two to the dialogue, `polling` runs them in the caller's event loop.
Only this package imports telegram.
"""

from bot.telegram.polling import TelegramStartError, polling
from bot.telegram.residents import TelegramWords, build_application

__all__ = [
    "TelegramStartError",
    "TelegramWords",
    "build_application",
    "polling",
]
