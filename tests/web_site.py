"""The real site on a free port, and a stand-in for the dialogue behind it.

The stand-in is for what the dialogue does not do at a test's bidding: raise, reply without
keeping it, forget, or show that it heard nothing. All else is tested on the dialogue itself.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from html import escape
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from bot.config import Limits, RetentionSettings
from bot.consent import PrivacyNotice
from bot.messages import Channel, Document, Keep, Remark, Reply, Said, Turn
from bot.web.site import build_site
from bot.wording import Wording

LIMITS = Limits(max_photo_bytes=2048)


class Scribe:
    """Replies what a test told it to, or repeats, and keeps every exchange as the store does.

    Attributes:
        heard: everything it heard, oldest first.
        replies: words or a tapped action -> what it replies instead; an error to raise included.
        in_place: actions whose first reply takes the place of the tapped message.
        unkept: words whose exchange is not kept.
    """

    def __init__(self) -> None:
        self.heard: list[Said] = []
        self.replies: dict[str, list[Reply] | Exception] = {}
        self.in_place: set[str] = set()
        self.unkept: set[str] = set()
        self._turns: dict[str, list[Turn]] = {}

    async def hear(self, said: Said, *, keep: Keep | None = None) -> list[Reply]:
        """Reply to one message."""
        self.heard.append(said)
        words = said.action or said.text
        replies = self.replies.get(words, [Reply(escape(words) or "?")])
        if isinstance(replies, Exception):
            raise replies
        if words not in self.unkept:
            self._keep(said, replies)
        return replies

    def turns(self, channel: Channel, sender: str, *, most: int) -> list[Turn]:
        """The last exchanges of one resident."""
        return self._turns.get(sender, [])[-most:]

    def held(self, channel: Channel, sender: str) -> tuple[Document, Document] | None:
        """Nothing is held."""
        return None

    def wait_seconds(self, channel: Channel, sender: str) -> float:
        """It is always ready to hear."""
        return 0.0

    def remark(self, name: Remark, channel: Channel, sender: str, *, hint: str = "") -> Reply:
        """What a channel says by itself, by its name."""
        return Reply(name)

    def forget(self) -> None:
        """Drop every exchange, as a resident may ask."""
        self._turns.clear()

    def _keep(self, said: Said, replies: list[Reply]) -> None:
        number = sum(len(turns) for turns in self._turns.values()) + 1
        in_place = int(said.message) if said.action in self.in_place else None
        turn = Turn(
            id=number,
            said=said.text or said.action,
            replies=tuple(replies),
            replaces=in_place,
            has_photo=bool(said.photos),
        )
        self._turns.setdefault(said.sender, []).append(turn)


def site_of(scribe: Scribe, *, health: Mapping[str, object] | None = None) -> Starlette:
    """The real site over a scribe."""
    state = health or {"status": "ok"}
    wording = _wording()
    notice = PrivacyNotice(wording, figures=RetentionSettings().model_dump())
    return build_site(scribe, limits=LIMITS, wording=wording, notice=notice, health=lambda: state)


@cache
def _wording() -> Wording:
    """Read once: it takes longer than a test, and never changes."""
    return Wording(Path(__file__).parents[1] / "content" / "wording")


@asynccontextmanager
async def serving(site: ASGIApp) -> AsyncIterator[str]:
    """The site under a real uvicorn in this event loop; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(site, log_config=None, lifespan="off"))
        task = asyncio.create_task(server.serve([listening]))
        # The socket listens already: who connects before the server is up waits in its queue.
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await task
