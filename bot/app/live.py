"""The build that is answered from, swapped for another one while residents go on asking."""

import asyncio
import gc
import logging
import sys
from collections.abc import Callable
from contextlib import suppress

from bot.config import Settings
from index import (
    EncoderError,
    Index,
    StaleIndexError,
    active_mark,
    active_name,
    load_index,
    try_out,
)

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often it is looked whether another build is active: a file of a few bytes is read."""


class LiveIndex:
    """Gives the index to answer from; one reference is replaced, so no question sees two builds.

    Attributes:
        refused: why the build that should be taken is not, in a line; `""` if there is none.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self.refused = ""

    def __call__(self) -> Index:
        return self._index

    def take(self, index: Index) -> None:
        """Answer from this build from now on."""
        self._index = index
        self.refused = ""


async def keep_up(
    live: LiveIndex, settings: Settings, *, then: Callable[[], None] = lambda: None
) -> None:
    """Take each build that becomes active, until cancelled; the first is made ready to answer.

    What cannot be loaded, or does not find what it holds, is told once and looked at again when
    another build becomes active or its files change; the build before goes on answering.

    Args:
        then: done once a build is loaded, before the collector may look through it.
    """
    with suppress(StaleIndexError):  # it was tried when it was activated, and nothing is better
        await asyncio.to_thread(try_out, live())
    seen = ""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        mark = await asyncio.to_thread(active_mark, settings.paths)
        if mark == seen:
            continue
        seen = mark
        if active_name(settings.paths) == live().build_id:
            live.refused = ""
        elif mark:
            await _take(live, settings, then)


async def _take(live: LiveIndex, settings: Settings, then: Callable[[], None]) -> None:
    """Take the active build, unless it is refused."""
    try:
        index = await asyncio.to_thread(_load, live, settings, then)
    except (StaleIndexError, EncoderError, OSError) as error:
        live.refused = " ".join(str(error).split())
        logger.error("%s; build %s goes on answering", live.refused, live().build_id)
        return
    except Exception as error:
        # A fault of ours in reading a build must not stop the watch, nor the answers.
        live.refused = f"the active build cannot be read ({type(error).__name__})"
        logger.error("%s; build %s goes on answering", live.refused, live().build_id)
        return
    logger.info("build %s answers instead of %s", index.build_id, live().build_id)
    live.take(index)


def _load(live: LiveIndex, settings: Settings, then: Callable[[], None]) -> Index:
    """The active build, ready to answer.

    Python's collector waits: it would look through its many thousand objects again and again.
    Threads take turns ten times as often as usual: answering a question gives the interpreter away
    some dozen times, and each time it would have to wait for this thread's turn to end.
    """
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 10)
    gc.disable()
    try:
        index = load_index(settings.paths, settings.index, encoder=live().encoder)
        try_out(index)
        then()
    finally:
        gc.enable()
        sys.setswitchinterval(usual)
    return index
