"""Builds the staff's console: its pages over the desk, and the key that signs its cookies."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from bot.app.building import Bot
from bot.doctor import examine
from bot.store import DATABASE, Store, StoreUnavailable
from bot.store.photos import Photos

if TYPE_CHECKING:
    from bot.web.console import Console

KEY_VARIABLE = "BOT_CONSOLE_KEY"
KEY_FILE = "console.key"
_KEY_BYTES = 32


def build_console_pages(bot: Bot, *, token: str = "") -> "Console":
    """What the console's pages work with.

    Args:
        token: the bot token, for the doctor's report; empty if there is none.

    Raises:
        StoreUnavailable: the key cannot be read or written.
    """
    from bot.web.console import Console
    from bot.web.console.builds import read_builds
    from bot.web.console.console import ConsoleSettings

    settings = bot.settings

    @contextmanager
    def read_apart() -> Iterator[Store]:
        store = Store.open_to_read(settings.paths.var / DATABASE)
        try:
            yield store
        finally:
            store.close()

    def findings() -> list[Mapping[str, object]]:
        return [asdict(one) for one in examine(settings, token=token)]

    return Console(
        bot.office,
        wording=bot.wording,
        index=bot.live,
        photos=Photos(settings.paths.var / "files", bot.store.vault),
        settings=ConsoleSettings(
            key=os.environ.get(KEY_VARIABLE) or kept_key(settings.paths.var / KEY_FILE),
            session_hours=settings.web.session_hours,
        ),
        read_apart=read_apart,
        examine=findings,
        builds=lambda: read_builds(settings.paths, refused=bot.live.refused),
        now=bot.now,
    )


def kept_key(path: Path) -> str:
    """The key in a file that only its owner can read; made on first use. Without it everybody is
    signed out, and nothing else is lost.

    Raises:
        StoreUnavailable: it cannot be read or written.
    """
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(opened, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(_KEY_BYTES))
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreUnavailable(f"{path}: the console's key cannot be kept ({error})") from error
    if len(key) < _KEY_BYTES:
        raise StoreUnavailable(f"{path}: is no key; delete it, and a new one is made")
    return key
