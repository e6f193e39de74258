"""The terminal channel: a conversation at a prompt, buttons by their number."""

from collections.abc import Callable, Sequence

from bot.messages import Button, Channel, Listener, Reply, Said, row_number
from bot.wording import plain

CHANNEL: Channel = "terminal"
SENDER = "local"
"""Whoever sits at the machine: the terminal knows one resident."""


class Terminal:
    """Reads lines, says them to the dialogue, prints what it replies."""

    def __init__(self, listener: Listener, *, show: Callable[[str], None]) -> None:
        self._listener = listener
        self._show = show
        self._buttons: list[Button] = []

    async def take(self, line: str) -> None:
        """One line as typed: `#2` taps the second button, anything else is said."""
        button = self._tapped(line.strip())
        said = Said(
            CHANNEL, SENDER, text="" if button else line, action=button.action if button else ""
        )
        self._print(await self._listener.hear(said))

    def _tapped(self, line: str) -> Button | None:
        chosen = row_number(line.removeprefix("#")) if line.startswith("#") else 0
        return self._buttons[chosen - 1] if 1 <= chosen <= len(self._buttons) else None

    def _print(self, replies: Sequence[Reply]) -> None:
        self._buttons = [b for reply in replies for row in reply.buttons for b in row]
        number = 0
        for reply in replies:
            self._show(plain(reply.html))
            for row in reply.buttons:
                labels = []
                for button in row:
                    number += 1
                    labels.append(f"[#{number} {button.label}]")
                self._show("  " + "  ".join(labels))
        self._show("")
