"""The one place that builds the bot's objects and joins them in one event loop."""

from bot.app.building import (
    Bot,
    Reading,
    build_asker,
    build_bot,
    build_office,
    build_reading,
    open_index,
    open_store,
    read_cases,
    read_meanings,
)
from bot.app.channels import (
    Telegram,
    build_telegram,
    command_menu,
    health,
    telegram_channel,
    web_site,
)
from bot.app.exporting import exported, log_full_export
from bot.app.retention import delete_what_is_due, keep_to_terms, what_is_due
from bot.app.rounds import make_rounds
from bot.app.running import TOKEN_VARIABLE, run

__all__ = [
    "TOKEN_VARIABLE",
    "Bot",
    "Reading",
    "Telegram",
    "build_asker",
    "build_bot",
    "build_office",
    "build_reading",
    "build_telegram",
    "command_menu",
    "delete_what_is_due",
    "exported",
    "health",
    "keep_to_terms",
    "log_full_export",
    "make_rounds",
    "open_index",
    "open_store",
    "read_cases",
    "read_meanings",
    "run",
    "telegram_channel",
    "web_site",
    "what_is_due",
]
