"""What is written to the log: everything in one form, and no secret in it."""

import asyncio
import logging
import sys
from collections.abc import Iterable
from types import TracebackType
from typing import Any
from urllib.parse import quote

from bot.faults import redacted_traceback

logger = logging.getLogger(__name__)

FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"
HIDDEN = "<secret>"
NOISY_LOGGERS = ("httpx", "httpcore", "telegram", "uvicorn", "faiss")
"""The first three's lines below WARNING hold the bot token or residents' words."""


class Redacting(logging.Formatter):
    """Writes records as ever, with `HIDDEN` in the place of every secret, tracebacks included."""

    def __init__(self, form: str, *, secrets: Iterable[str]) -> None:
        super().__init__(form)
        self._secrets = _forms_of(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """The line, or the lines of a traceback."""
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text


def configure_logging(*, secrets: Iterable[str], debug: bool = False) -> None:
    """Log to standard error, what ends the program included; called once."""
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting(FORM, secrets=secrets))
    logging.basicConfig(level=logging.DEBUG if debug else logging.INFO, handlers=[handler])
    for name in NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _log_the_end


def log_unseen_fault(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what failed in a task that nobody waited for, by its kind and places."""
    error = context.get("exception")
    where = f":\n{redacted_traceback(error)}" if isinstance(error, BaseException) else ""
    logger.error("%s%s", context.get("message", "a task failed"), where)


def _log_the_end(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logger.critical("ended by a fault:\n%s", redacted_traceback(error.with_traceback(trace)))


def _forms_of(secrets: Iterable[str]) -> list[str]:
    """Every form in which a secret may be written, the longest first.

    Of a bot token also the part behind the colon, which is what is secret of it.
    """
    forms = {
        form
        for secret in secrets
        for part in (secret, secret.rpartition(":")[2])
        for form in (part, quote(part, safe=""))
        if form
    }
    return sorted(forms, key=len, reverse=True)
