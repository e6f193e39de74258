"""Runs the bot's own command line and kills it, as `kill -9` does, at a point with a name.

python -m tests.faults.victim "after inbox commit" 1 run

The points lie at the seams of the libraries: a commit of SQLite is told by the statements of its
transaction, a call of the Bot API by its name. Nothing of the bot itself is changed.
"""

import os
import re
import signal
import sqlite3
import sys
from collections.abc import Callable
from typing import Any

import httpx

COMMITS = {
    "inbox": "insert or ignore into inbox",
    "handling": "update inbox set state = 'done'",
    "draft": "insert into drafts",
    "photo": "insert into files",
    "filing": "insert into cases",
    "claim": "update outbox set state = 'claimed'",
    "mark": "update outbox set state = 'sent'",
}
CALLS = {
    "fetching": "getUpdates",
    "sending": "sendMessage",
    "editing": "editMessageText",
    "acknowledging": "answerCallbackQuery",
    "downloading": "getFile",
}
POINTS = [
    *(f"{when} {name} commit" for name in COMMITS for when in ("before", "after")),
    *(f"{when} {name}" for name in list(CALLS)[1:] for when in ("before", "after")),
    "after fetching",
]
"""Every point by its name; `after fetching` is with the updates in hand and not on disk yet."""
SENT_NOT_MARKED = {"after sending", "before mark commit"}
"""The window in which a reply has arrived and nobody noted it; an edit again shows nothing new."""


class Doom:
    """Ends the process the so-manieth time that it comes to a point."""

    def __init__(self, point: str, times: int) -> None:
        self._point = point
        self._left = times

    def reach(self, point: str) -> None:
        """Die if this is the point and the time."""
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def doomed_connection(doom: Doom) -> type[sqlite3.Connection]:
    """A connection that comes to the points around its commits."""

    class Connection(sqlite3.Connection):
        _said = ""

        def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:
            self._said += f"{' '.join(sql.split())}\n"
            return super().execute(sql, values)

        def commit(self) -> None:
            names = [name for name, mark in COMMITS.items() if mark in self._said]
            self._said = ""
            for name in names:
                doom.reach(f"before {name} commit")
            super().commit()
            for name in names:
                doom.reach(f"after {name} commit")

    return Connection


def doom_commits(doom: Doom) -> None:
    """Have every connection opened from now on come to the points."""
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect
    connection = doomed_connection(doom)
    sqlite3.connect = lambda *given, **named: connect(*given, factory=connection, **named)  # type: ignore[assignment]


def doom_calls(doom: Doom) -> None:
    """Have every call of the Bot API come to the points; a poll without news is none."""
    send = httpx.AsyncHTTPTransport.handle_async_request

    async def doomed(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        method = re.sub(r".*/", "", request.url.path)
        name = next((name for name, call in CALLS.items() if call == method), "")
        if method != "getUpdates":
            doom.reach(f"before {name}")
        response = await send(self, request)
        if method == "getUpdates" and b'"update_id"' not in await response.aread():
            return response
        doom.reach(f"after {name}")
        return response

    httpx.AsyncHTTPTransport.handle_async_request = doomed  # type: ignore[method-assign]


def main() -> None:
    """Run the bot with what is left of the command line."""
    point, times, *words = sys.argv[1:]
    if point not in POINTS:
        raise SystemExit(f"no such point: {point}")
    doom = Doom(point, int(times))
    doom_commits(doom)
    doom_calls(doom)
    from bot.__main__ import cli

    cli(words, prog_name="python -m bot")


if __name__ == "__main__":
    main()
