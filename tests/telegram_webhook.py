"""The webhook of the fake Bot API: updates brought to the bot's own address instead of fetched.

Follows the Bot API's setWebhook and the real server's WebhookActor.cpp: updates of one kind from
one chat go one after the other, those of different chats at the same time; an update comes again
until it is answered with 2xx.
"""

import asyncio
import re
from collections.abc import Hashable
from dataclasses import dataclass

import httpx

from tests.telegram_chats import Json, RefusedError
from tests.telegram_updates import Bell, UpdateQueue

CONNECTIONS_BY_DEFAULT, MOST_CONNECTIONS = 40, 100
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.05, 0.5
"""Between two tries: far shorter than Telegram's, so that tests need not wait."""
ANSWER_SECONDS = 60.0
"""How long the bot may take to answer an update."""

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Webhook:
    """Where updates are brought to, if anywhere, and how that goes."""

    def __init__(self, updates: UpdateQueue, bell: Bell) -> None:
        self._updates = updates
        self._bell = bell
        self._delivery = _Delivery(_Settings(), updates, bell)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def url(self) -> str:
        """Where updates are brought to; "" if they are fetched."""
        return self._delivery.settings.url

    @property
    def last_error_message(self) -> str:
        """Why an update could not be brought last; "" if each could."""
        return self._delivery.last_error_message

    def set(self, parameters: Json) -> bool:
        """Carry out setWebhook; what is set already goes on undisturbed."""
        settings = _read_settings(parameters)
        self._updates.allow(parameters)
        if parameters.get("drop_pending_updates"):
            self._updates.drop_pending()
        if settings != self._delivery.settings:
            self._turn_to(settings)
        return True

    def delete(self, parameters: Json) -> bool:
        """Carry out deleteWebhook."""
        drops = parameters.get("drop_pending_updates", False)
        return self.set({"url": "", "drop_pending_updates": drops})

    def info(self, _: Json) -> Json:
        """Carry out getWebhookInfo."""
        info: Json = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates.unconfirmed),
        }
        if self.last_error_message:
            info["last_error_message"] = self.last_error_message
        if self.url:
            info["max_connections"] = self._delivery.settings.max_connections
        return info

    async def close(self) -> None:
        """Bring nothing any more; what went wrong in this module while bringing is raised."""
        self._turn_to(_Settings())
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended

    def _turn_to(self, settings: "_Settings") -> None:
        for task in self._tasks:
            task.cancel()
        self._delivery = _Delivery(settings, self._updates, self._bell)
        if settings.url:
            self._tasks.append(asyncio.create_task(self._delivery.run()))
        self._bell.ring()


@dataclass(frozen=True, slots=True)
class _Settings:
    url: str = ""
    secret: str = ""
    max_connections: int = CONNECTIONS_BY_DEFAULT


class _Delivery:
    """Brings updates to one address, as many at a time as there may be connections."""

    def __init__(self, settings: _Settings, updates: UpdateQueue, bell: Bell) -> None:
        self.settings = settings
        self.last_error_message = ""
        self._updates = updates
        self._bell = bell
        self._lanes_under_way: dict[int, Hashable] = {}
        self._places = asyncio.Semaphore(settings.max_connections)

    async def run(self) -> None:
        """Bring what there is and what comes, until cancelled."""
        secret = self.settings.secret
        http = httpx.AsyncClient(
            headers={_SECRET_HEADER: secret} if secret else {},
            limits=httpx.Limits(max_keepalive_connections=MOST_CONNECTIONS),
            timeout=ANSWER_SECONDS,
            trust_env=False,
        )
        async with http, asyncio.TaskGroup() as posts:
            while True:
                await self._places.acquire()
                while (update := self._next()) is None:
                    await self._bell.wait()
                self._lanes_under_way[update["update_id"]] = _lane(update)
                posts.create_task(self._bring(http, update))

    def _next(self) -> Json | None:
        """The next update whose turn it is, among the first ones, as the real server does."""
        for again in self._updates.take_again(1):
            return again
        busy = () if self._updates.is_shuffled else set(self._lanes_under_way.values())
        for update in self._updates.next_batch(2 * self.settings.max_connections):
            if update["update_id"] not in self._lanes_under_way and _lane(update) not in busy:
                return update
        return None

    async def _bring(self, http: httpx.AsyncClient, update: Json) -> None:
        """Bring one update, again and again until the bot has taken it."""
        pause = FIRST_PAUSE_SECONDS
        while error := await self._failure(http, update):
            self.last_error_message = error
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        self._updates.confirm(update["update_id"])
        self._lanes_under_way.pop(update["update_id"], None)
        self._places.release()
        self._bell.ring()

    async def _failure(self, http: httpx.AsyncClient, update: Json) -> str:
        """Why an update could not be brought; "" if it was."""
        try:
            response = await http.post(self.settings.url, json=update)
        except httpx.ConnectError:
            return "Connection refused"
        except httpx.TimeoutException:
            return "Read timeout expired"
        except httpx.HTTPError:
            return "Webhook connection closed"
        if response.is_success:
            return ""
        said = f"{response.status_code} {response.reason_phrase}"
        return f"Wrong response from the webhook: {said}"


def _read_settings(parameters: Json) -> _Settings:
    url = str(parameters.get("url", ""))
    secret = parameters.get("secret_token")
    if not url:
        return _Settings()
    if not url.startswith(("http://", "https://")):
        raise RefusedError(400, "Bad Request: bad webhook: An HTTPS URL must be provided")
    if secret is not None and not _SECRET.fullmatch(secret):
        raise RefusedError(400, "Bad Request: secret token contains unallowed characters")
    connections = int(parameters.get("max_connections", CONNECTIONS_BY_DEFAULT))
    return _Settings(url, secret or "", min(max(1, connections), MOST_CONNECTIONS))


def _lane(update: Json) -> Hashable:
    """Updates of one lane wait for each other: those of one kind from one chat or person."""
    (kind,) = update.keys() - {"update_id"}
    body = update[kind]
    return kind, (body.get("chat") or body["from"])["id"]
