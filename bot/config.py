"""The bot's settings: every table of config.toml, read once and handed out section by section."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from index import IndexSettings, Paths, Section, config_path, read_config


class TelegramSettings(Section):
    """The Telegram channel; its token comes only from the environment."""

    enabled: bool = True
    api_base_url: str = Field(default="https://api.telegram.org", pattern="^https?://")
    poll_timeout_seconds: int = Field(default=30, ge=0, le=50)


class WebSettings(Section):
    """The web page; port 0 takes a free one."""

    enabled: bool = True
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8080, ge=0, le=65535)


class Limits(Section):
    """How much of one resident is taken at a time.

    Attributes:
        max_text_chars: of one message and of one matter, in UTF-16 units; with the rest of its
            card it must fit into a Telegram message of 4096.
    """

    max_text_chars: int = Field(default=2000, ge=100, le=3000)
    max_photo_bytes: int = Field(default=10 * 1024 * 1024, ge=1024, le=20_000_000)
    max_photos_per_draft: int = Field(default=6, ge=1)
    follow_up_minutes: int = Field(default=30, ge=0)


class Settings(BaseModel):
    """All of config.toml."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    paths: Paths = Field(default={}, validate_default=True)
    index: IndexSettings = IndexSettings()
    telegram: TelegramSettings = TelegramSettings()
    web: WebSettings = WebSettings()
    limits: Limits = Limits()


def load_settings(path: Path | None = None) -> Settings:
    """The settings of config.toml, or of the file that `BOT_CONFIG` names.

    Raises:
        ContentError: with every mistake of the file.
    """
    return read_config(path or config_path(), Settings)
