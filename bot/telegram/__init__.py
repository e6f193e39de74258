"""The Telegram channel: private chats with residents, by long polling or by webhook.

`channel` logs in and lets updates come (`polling`, `webhook`), `updates` turns them into arrivals
for the inbox, which has `residents` handle them: `hearing` turns messages into a `Said`, the
dialogue replies, and `delivery` is the courier of the letters that the outbox holds. Only this
package imports telegram. Of the library its bot, types, filters and requests are used; its
Application keeps updates in memory after confirming them, and the inbox stands in its place.
"""

from bot.telegram.channel import CommandMenu, TelegramChannel
from bot.telegram.client import TelegramStartError, TelegramState, ask_telegram, build_client
from bot.telegram.delivery import TelegramCourier
from bot.telegram.polling import Poller, PollingStalled, SecondInstance
from bot.telegram.residents import Residents
from bot.telegram.staff import StaffChats
from bot.telegram.webhook import Webhook

__all__ = [
    "CommandMenu",
    "Poller",
    "PollingStalled",
    "Residents",
    "SecondInstance",
    "StaffChats",
    "TelegramChannel",
    "TelegramCourier",
    "TelegramStartError",
    "TelegramState",
    "Webhook",
    "ask_telegram",
    "build_client",
]
