"""The bot's settings: every table of config.toml, read once and handed out section by section."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from index import IndexSettings, Paths, Section, config_path, read_config


class TelegramSettings(Section):
    """The Telegram channel; its token comes only from the environment.

    Attributes:
        webhook_url: where Telegram brings updates to; empty fetches them by long polling.
        proxy: `http://`, `https://`, `socks5://` or `socks5h://`; empty for none.
        messages_per_second: to everybody together.
        chat_messages_per_second: to one chat, once a burst of `chat_burst` is used up.
        group_messages_per_minute: to one group, in any minute.
        album_wait_seconds: how long after the last photo of an album it is taken for whole.
        tries: how often an update is handled in vain before it is set aside.
        stalled_minutes: how long polling may stand still before the process ends, for its
            supervisor to start it again.
    """

    enabled: bool = True
    api_base_url: str = Field(default="https://api.telegram.org", pattern="^https?://")
    poll_timeout_seconds: int = Field(default=30, ge=0, le=50)
    webhook_url: str = Field(default="", pattern="^(https?://.+)?$")
    proxy: str = Field(default="", pattern="^((https?|socks5h?)://.+)?$")
    messages_per_second: float = Field(default=25.0, gt=0)
    chat_messages_per_second: float = Field(default=1.0, gt=0)
    chat_burst: int = Field(default=3, ge=1)
    group_messages_per_minute: float = Field(default=20.0, gt=0)
    album_wait_seconds: float = Field(default=1.0, ge=0)
    tries: int = Field(default=4, ge=1)
    stalled_minutes: float = Field(default=5.0, gt=0)


class WebSettings(Section):
    """The web pages; port 0 takes a free one.

    Attributes:
        public_url: how the site is reached from outside, for links that staff sign in with; empty
            is where it listens.
        session_hours: how long a member of staff stays signed in to the console.
    """

    enabled: bool = True
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = Field(default="", pattern="^(https?://[^/?#]+)?$")
    session_hours: float = Field(default=12.0, gt=0, le=168)

    @property
    def url(self) -> str:
        """The site's address for people, without a slash at its end."""
        if self.public_url:
            return self.public_url
        host = self.host.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 (names no listener)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


class Limits(Section):
    """How much of one resident is taken at a time.

    Attributes:
        max_text_chars: of one message and of one matter, in UTF-16 units; with the rest of its
            card it must fit into a Telegram message of 4096.
        messages_per_minute: what she may go on with once `messages_burst` are used up.
        messages_waiting: how many may wait for that on Telegram; more are not taken.
    """

    max_text_chars: int = Field(default=2000, ge=100, le=3000)
    max_photo_bytes: int = Field(default=10 * 1024 * 1024, ge=1024, le=20_000_000)
    max_photos_per_draft: int = Field(default=6, ge=1)
    follow_up_minutes: int = Field(default=30, ge=0)
    messages_per_minute: float = Field(default=20.0, gt=0)
    messages_burst: int = Field(default=20, ge=1)
    messages_waiting: int = Field(default=100, ge=1)
    max_open_drafts: int = Field(default=5, ge=1)


class RetentionSettings(Section):
    """How many days what names people, or is in their words, is kept; 0 keeps it for ever.

    Attributes:
        from_hour: the hour in Wuhan from which a running bot deletes once a day.
        conversation_days: what residents wrote and read, from the day they did.
        drafts_days: matters that were never filed and their photos, from the last change.
        questions_days: the masked questions of residents.
        updates_days: updates that could not be handled.
        letters_days: letters that cannot arrive, unless their case is open.
        photos_days: photos of cases, from the day they were closed.
        cases_days: words, place and resident of cases, from the day they were closed.
        identities_days: who a resident is, from her last message, if nothing else needs it.
        views_days: who looked at what.
        sessions_days: when staff were signed in, from the end of each session.
    """

    from_hour: int = Field(default=3, ge=0, le=23)
    conversation_days: int = Field(default=180, ge=0, le=36500)
    drafts_days: int = Field(default=30, ge=0, le=36500)
    questions_days: int = Field(default=365, ge=0, le=36500)
    updates_days: int = Field(default=60, ge=0, le=36500)
    letters_days: int = Field(default=60, ge=0, le=36500)
    photos_days: int = Field(default=365, ge=0, le=36500)
    cases_days: int = Field(default=1095, ge=0, le=36500)
    identities_days: int = Field(default=1095, ge=0, le=36500)
    views_days: int = Field(default=1095, ge=0, le=36500)
    sessions_days: int = Field(default=90, ge=0, le=36500)


class Settings(BaseModel):
    """All of config.toml."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    paths: Paths = Field(default={}, validate_default=True)
    index: IndexSettings = IndexSettings()
    telegram: TelegramSettings = TelegramSettings()
    web: WebSettings = WebSettings()
    limits: Limits = Limits()
    retention: RetentionSettings = RetentionSettings()


def load_settings(path: Path | None = None) -> Settings:
    """The settings of config.toml, or of the file that `BOT_CONFIG` names.

    Raises:
        ContentError: with every mistake of the file.
    """
    return read_config(path or config_path(), Settings)
