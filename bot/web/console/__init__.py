"""The staff's console at `/console`: pages that work without scripts, for whoever is signed in."""

from bot.web.console.console import Console, Handler, Seat
from bot.web.console.site import build_console

__all__ = ["Console", "Handler", "Seat", "build_console"]
