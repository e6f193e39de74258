"""Telegram's settings for tests: as they ship, but nobody waits for a person's pace."""

from bot.config import TelegramSettings


def quick(url: str, **changes: object) -> TelegramSettings:
    """Settings for a fake Bot API at an address; `changes` as in config.toml."""
    return TelegramSettings.model_validate(
        {
            "api_base_url": url,
            "poll_timeout_seconds": 1,
            "messages_per_second": 1000.0,
            "chat_messages_per_second": 1000.0,
            "chat_burst": 1000,
            "group_messages_per_minute": 60_000.0,
            "album_wait_seconds": 0.2,
            **changes,
        }
    )
