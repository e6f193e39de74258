"""Raw updates of the Bot API -> arrivals: who sent it, and which album it is a part of."""

from collections.abc import Iterable, Mapping
from typing import Any

from telegram import Update

from bot.arrivals import Arrival

KINDS = (
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CALLBACK_QUERY,
    Update.MY_CHAT_MEMBER,
)
"""The kinds of update that are asked for."""


def arrivals_in(updates: Iterable[Mapping[str, Any]]) -> list[Arrival]:
    """The updates as the inbox keeps them.

    Raises:
        ValueError: one of them is no update.
    """
    return [_arrival(update) for update in updates]


def _arrival(update: Mapping[str, Any]) -> Arrival:
    update_id = update.get("update_id")
    if not isinstance(update_id, int) or isinstance(update_id, bool) or update_id >= 2**63:
        raise ValueError("an update has no number")
    body: Mapping[str, Any] = next((update[kind] for kind in KINDS if kind in update), {})
    return Arrival(
        update_id=update_id,
        sender=str(body.get("from", {}).get("id", "")),
        payload=update,
        album=str(update.get(Update.MESSAGE, {}).get("media_group_id", "")),
    )
