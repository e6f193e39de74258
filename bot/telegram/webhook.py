"""Webhook: Telegram brings updates, and gets a 2xx only once the inbox has them on disk."""

import hashlib
import hmac
import json
import logging
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot

from bot.arrivals import Receiver
from bot.messages import ChannelError
from bot.store import StoreUnavailable
from bot.telegram.updates import KINDS, arrivals_in

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (a header's name)
BODY_MAX_BYTES = 1024 * 1024
TAKEN_PATHS = ("", "/", "/say", "/healthz", "/static")
"""Where the web site is itself."""
CONNECTIONS = 40
"""Updates that Telegram brings at the same time (Bot API, setWebhook)."""


class Webhook:
    """The address that Telegram brings updates to.

    The secret that Telegram must show is made of the token, so it is the same after a restart and
    need not be kept anywhere; the token cannot be told from it.
    """

    def __init__(self, url: str, receiver: Receiver, *, token: str) -> None:
        """
        Raises:
            ChannelError: the address holds the token, or has no path of its own.
        """
        path = urlsplit(url).path
        if token in url or token.partition(":")[2] in url:
            raise ChannelError("[telegram] webhook_url must not hold the bot token")
        if path in TAKEN_PATHS or path.startswith("/static/"):
            raise ChannelError(
                "[telegram] webhook_url needs a path of its own, such as https://.../telegram"
            )
        self._url = url
        self._receiver = receiver
        self._secret = hmac.new(token.encode(), b"webhook", hashlib.sha256).hexdigest()
        self.route = Route(path, self._on_update, methods=["POST"])

    async def register(self, bot: Bot) -> None:
        """Ask Telegram to bring updates here from now on.

        Raises:
            TelegramError: it does not.
        """
        await bot.set_webhook(
            self._url,
            secret_token=self._secret,
            max_connections=CONNECTIONS,
            allowed_updates=list(KINDS),
        )

    async def _on_update(self, request: Request) -> Response:
        shown = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(shown.encode(), self._secret.encode()):
            return Response(status_code=403)
        try:
            arrivals = arrivals_in([json.loads(await _body(request))])
        except (ValueError, AttributeError, RecursionError, ClientDisconnect):
            return Response(status_code=400)
        try:
            await self._receiver.take(arrivals)
        except StoreUnavailable:
            return Response(status_code=503, headers={"Retry-After": "5"})
        return Response(status_code=200)


async def _body(request: Request) -> bytes:
    """
    Raises:
        ValueError: it is longer than any update.
    """
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_MAX_BYTES:
            raise ValueError
    return body
