"""Groups on the fake Bot API: the bot put into one and out of it, and a group that moves."""

from tests.telegram_api import BotApi
from tests.telegram_chats import BOT, DATE, Chats, Json

ANONYMOUS_ADMIN = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
"""Who Telegram says wrote what a group says as a group (Bot API, Message, `sender_chat`)."""


class Groups:
    """What happens to groups beside what is said in them."""

    def __init__(self, chats: Chats, api: BotApi) -> None:
        self._chats = chats
        self._api = api

    def adds_bot(self, chat_id: int, user_id: int) -> None:
        """Put the bot into a group; the one who does it has been met."""
        self._chats.open(chat_id)
        self._chats.blocked.discard(chat_id)
        self._change(chat_id, user_id, before="left", after="member")
        self._say(chat_id, user_id, {"new_chat_members": [BOT]})

    def removes_bot(self, chat_id: int, user_id: int) -> None:
        """Put the bot out of a group; it cannot write there any more and hears nothing of it."""
        self._chats.blocked.add(chat_id)
        self._change(chat_id, user_id, before="member", after="left")

    def migrates(self, old: int, new: int, *, is_told: bool = True) -> None:
        """Let a group become a supergroup: it has another id, and what it showed stays behind.

        Args:
            is_told: whether the bot hears of it, too, before it writes there.
        """
        self._chats.moved[old] = new
        self._chats.open(new)
        if is_told:
            self._chats.users[ANONYMOUS_ADMIN["id"]] = ANONYMOUS_ADMIN
            self._say(old, ANONYMOUS_ADMIN["id"], {"migrate_to_chat_id": new})
            self._say(new, ANONYMOUS_ADMIN["id"], {"migrate_from_chat_id": old})

    def _change(self, chat_id: int, user_id: int, *, before: str, after: str) -> None:
        change = {
            "chat": self._chats.chat(chat_id),
            "from": self._chats.users[user_id],
            "date": DATE,
            "old_chat_member": {"user": BOT, "status": before},
            "new_chat_member": {"user": BOT, "status": after},
        }
        self._api.push("my_chat_member", change)

    def _say(self, chat_id: int, user_id: int, content: Json) -> None:
        shown = self._chats.add(chat_id, "")
        shown.content, shown.user_id = content, user_id
        self._api.push("message", self._chats.as_json(shown))
