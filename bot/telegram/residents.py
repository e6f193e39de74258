"""Residents' private chats: every message and tap goes to the dialogue, its replies to the outbox.

What staff send, and whatever happens in a group, goes to `bot.telegram.staff` first.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from telegram import Bot, CallbackQuery, ChatMember, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatType
from telegram.error import BadRequest, NetworkError, RetryAfter
from telegram.ext import filters

from bot.arrivals import Arrival, Finish, NotNow
from bot.messages import Keep, Listener, Remark, Reply, Said
from bot.store import Store
from bot.telegram.delivery import without_content
from bot.telegram.hearing import Fetching, edited_in, said_in
from bot.telegram.staff import StaffChats

MESSAGES = (
    filters.ChatType.PRIVATE
    & (filters.UpdateType.MESSAGE | filters.UpdateType.EDITED_MESSAGE)
    & ~filters.StatusUpdate.ALL
)
"""What a resident sends herself; notes such as "message pinned" are Telegram's, not hers."""


class Residents:
    """Handles what the inbox took (`bot.arrivals.Handler`)."""

    def __init__(
        self,
        bot: Bot,
        listener: Listener,
        store: Store,
        *,
        staff: StaffChats,
        max_photo_bytes: int,
        now: Callable[[], datetime],
    ) -> None:
        self._bot = bot
        self._listener = listener
        self._store = store
        self._staff = staff
        self._fetching = Fetching(max_bytes=max_photo_bytes)
        self._now = now

    async def handle(self, arrivals: Sequence[Arrival], finish: Finish) -> None:
        """Do all that one update asks for, or the parts of one album."""
        try:
            await self._handle(arrivals, finish)
        except (NetworkError, RetryAfter) as error:
            if isinstance(error, BadRequest):
                raise
            outside = NotNow(without_content(error))
        else:
            return
        raise outside  # outside of the handler: the library's error may hold the token

    async def _handle(self, arrivals: Sequence[Arrival], finish: Finish) -> None:
        updates = [Update.de_json(dict(arrival.payload), self._bot) for arrival in arrivals]
        first = updates[0]
        if await self._staff.takes(first, finish):
            return
        if first.callback_query:
            await self._on_tap(first.callback_query, finish)
        elif first.my_chat_member:
            await self._on_membership(first.my_chat_member, finish)
        else:
            await self._on_messages([one for one in updates if MESSAGES.check_update(one)], finish)

    async def apologise(self, arrivals: Sequence[Arrival], finish: Finish) -> None:
        """Tell her that this could not be handled, in the transaction that sets it aside."""
        await self._remark_on(arrivals, finish, "trouble")

    async def turn_away(self, arrivals: Sequence[Arrival], finish: Finish) -> None:
        """Tell her that these were too many and are not taken."""
        await self._remark_on(arrivals, finish, "turned_away")

    async def ask_for_patience(self, sender: str) -> None:
        """Tell her that she writes faster than she can be answered, and that nothing is lost."""
        reply = self._listener.remark("patience", "telegram", sender)
        await self._store.write(lambda: self._post_to(sender, reply))

    def wait_seconds(self, sender: str) -> float:
        """How long this person has to wait until she is heard again; 0 is not at all."""
        return self._listener.wait_seconds("telegram", sender)

    async def _on_messages(self, updates: Sequence[Update], finish: Finish) -> None:
        messages = [update.effective_message for update in updates]
        heard = [message for message in messages if message and message.from_user]
        if not heard or heard[0].from_user is None:
            return
        sender = heard[0].from_user
        if updates[0].edited_message:
            said = edited_in(heard[0], sender)
        else:
            said = await said_in(heard, sender, self._fetching)
            said = replace(said, case_id=self._case_of(heard[0]))
        await self._listener.hear(said, keep=self._posting(finish))

    def _case_of(self, message: Message) -> int | None:
        """The case that the bot's message tells of to which she replies."""
        replied = message.reply_to_message
        resident = self._store.residents.known("telegram", str(message.chat.id))
        if resident is None or replied is None:
            return None
        sent = self._store.outbox.written_about(resident.id, replied.message_id)
        return sent.case_id if sent else None

    async def _on_tap(self, query: CallbackQuery, finish: Finish) -> None:
        """Answer a tapped button, even an old one; its spinner is stopped in any case."""
        message, sender = query.message, query.from_user
        if message is None or message.chat.type != ChatType.PRIVATE:
            await self._store.write(lambda: self._acknowledge(query, finish))
            return
        said = Said(
            channel="telegram",
            sender=str(sender.id),
            action=query.data or "",
            language_hint=sender.language_code or "",
        )
        keep = self._posting(finish, tap_id=query.id, tapped_message_id=message.message_id)
        await self._listener.hear(said, keep=keep)

    def _acknowledge(self, query: CallbackQuery, finish: Finish) -> None:
        self._post_to(str(query.from_user.id), Reply(""), tap_id=query.id)
        finish()

    async def _on_membership(self, change: ChatMemberUpdated, finish: Finish) -> None:
        """Note that a resident blocked the bot, or let it write again."""
        if change.chat.type == ChatType.PRIVATE:
            is_back = change.new_chat_member.status != ChatMember.BANNED
            sender = str(change.from_user.id)
            await self._store.write(lambda: self._set_reachable(sender, is_back, finish))

    def _set_reachable(self, sender: str, is_back: bool, finish: Finish) -> None:
        resident = self._store.residents.known("telegram", sender)
        if resident:
            self._store.residents.set_reachable(resident.id, is_back)
            self._store.outbox.wake(resident.id)
            self._staff.note_reachability(resident.id)
        finish()

    def _posting(self, finish: Finish, *, tap_id: str = "", tapped_message_id: int = 0) -> Keep:
        """What keeps replies as letters, in the transaction in which they come to be.

        The first one stops the spinner of a tap. A tapped message can be replaced once; a second
        reply that asks for it is sent anew.
        """

        def keep(resident_id: int, replies: Sequence[Reply]) -> None:
            replaced = next((n for n, reply in enumerate(replies) if reply.replaces), None)
            notice = next((reply.notice for reply in replies if reply.notice), "")
            for number, reply in enumerate(replies):
                self._store.outbox.post(
                    resident_id,
                    replace(reply, notice=notice) if number == 0 else reply,
                    at=self._now(),
                    tap_id=tap_id if number == 0 else "",
                    tapped_message_id=tapped_message_id if number == replaced else 0,
                )
            finish()

        return keep

    async def _remark_on(self, arrivals: Sequence[Arrival], finish: Finish, name: Remark) -> None:
        update = Update.de_json(dict(arrivals[0].payload), self._bot)
        sender, chat = update.effective_user, update.effective_chat
        is_told = sender is not None and chat is not None and chat.type == ChatType.PRIVATE

        def remark() -> None:
            if sender and is_told:
                self._post_to(str(sender.id), self._remark(name, sender), tap_id=_tap_id(update))
            finish()

        await self._store.write(remark)

    def _remark(self, name: Remark, sender: User) -> Reply:
        hint = sender.language_code or ""
        return self._listener.remark(name, "telegram", str(sender.id), hint=hint)

    def _post_to(self, sender: str, reply: Reply, *, tap_id: str = "") -> None:
        at = self._now()
        resident = self._store.residents.met("telegram", sender, at=at)
        self._store.outbox.post(resident.id, reply, at=at, tap_id=tap_id)


def _tap_id(update: Update) -> str:
    return update.callback_query.id if update.callback_query else ""
