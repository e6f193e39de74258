"""Staff on Telegram: taps and words in the staff group and in their private chats.

Which case a message is about stands in the database under (chat, message); it is never read from
the message itself. Who may act is looked up anew for each tap.
"""

from collections.abc import Callable
from datetime import datetime

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatType

from bot.access import LINK_MINUTES, burn_code, link_chat, make_link, sign_in_url
from bot.arrivals import Finish
from bot.cards import Cards
from bot.cases import Role, Staff
from bot.messages import Reply
from bot.staffroom import Outcome, Staffroom
from bot.store import Resident, Sent, Store
from bot.wording import Language, language_of_hint

COMMAND, CONSOLE_COMMAND = "/staff", "/console"
_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
_MAY_BRING_GROUPS = (Role.DISPATCHER, Role.SUPERVISOR)
_STAFF_ACTIONS = ("k:", "w:")


class StaffChats:
    """Handles what concerns staff of the updates that the inbox took."""

    def __init__(
        self,
        store: Store,
        staffroom: Staffroom,
        cards: Cards,
        *,
        site: str,
        now: Callable[[], datetime],
    ) -> None:
        """`site` is the address of the web pages; empty if they are off."""
        self._store = store
        self._staffroom = staffroom
        self._cards = cards
        self._site = site
        self._now = now

    async def takes(self, update: Update, finish: Finish) -> bool:
        """Handle an update that is staff's to send; False if it is a resident's.

        What happens in a group is never a resident's: her words belong in her private chat.
        """
        query, message, membership = (
            update.callback_query,
            update.message or update.edited_message,
            update.my_chat_member,
        )
        if query and _is_staff_tap(query):
            await self._store.write(lambda: self._on_tap(query, finish))
            return True
        if membership and membership.chat.type in _GROUPS:
            await self._store.write(lambda: self._on_membership(membership, finish))
            return True
        if message is None or message.from_user is None:
            return False
        if message.chat.type in _GROUPS or self._is_for_staff(message):
            await self._store.write(lambda: self._on_message(message, finish))
            return True
        return False

    def note_reachability(self, resident_id: int) -> None:
        """Staff see on a resident's cases whether she can be written to."""
        self._cards.refresh_of(resident_id, at=self._now())

    # Taps

    def _on_tap(self, query: CallbackQuery, finish: Finish) -> None:
        at, message = self._now(), query.message
        sender = self._store.residents.met("telegram", str(query.from_user.id), at=at)
        member = self._store.staff.in_chat(sender.id)
        chat = self._chat(message.chat, at=at) if message else sender
        reader = self._cards.reader(chat.id)
        if chat.id != sender.id and not self._store.staff.is_group(chat.id):
            reader = None
        outcome = self._staffroom.tap(
            member,
            query.data or "",
            language=self._language(chat, query.from_user),
            reader=reader,
            at=at,
        )
        # By the sender's own queue: a spinner must not wait for the group's messages.
        self._store.outbox.post(
            sender.id, Reply("", notice=outcome.notice), at=at, tap_id=query.id
        )
        self._show(outcome, chat, message.message_id if message else 0, at=at)
        finish()

    def _show(self, outcome: Outcome, chat: Resident, message_id: int, *, at: datetime) -> None:
        in_place = outcome.in_place
        is_shown = outcome.is_case and self._is_shown_already(in_place, chat, message_id)
        if in_place is not None and not is_shown:
            self._store.outbox.post(chat.id, in_place, at=at, tapped_message_id=message_id)
        for posting in outcome.postings:
            self._store.outbox.post(chat.id, posting.reply, at=at, asks=posting.asks)

    def _is_shown_already(self, reply: Reply | None, chat: Resident, message_id: int) -> bool:
        """Whether a letter that waits brings the tapped message up to date with the same."""
        if reply is None or reply.case_id is None:
            return False
        waiting = self._store.staff.waiting_card(reply.case_id, chat.id)
        return waiting is not None and waiting == message_id

    # Words

    def _is_for_staff(self, message: Message) -> bool:
        """Whether a private message is about case work: a command, an answer, a forwarded card."""
        command = "".join((message.text or "").split(maxsplit=1)[:1])
        if command == COMMAND:
            return True
        sender = self._store.residents.known("telegram", str(message.chat.id))
        if sender is None or self._store.staff.in_chat(sender.id) is None:
            return False
        if command == CONSOLE_COMMAND:
            return True
        return _is_bots_own(message) or self._sent(message, sender) is not None

    def _on_message(self, message: Message, finish: Finish) -> None:
        at, user = self._now(), message.from_user
        if user is None:
            finish()
            return
        sender = self._store.residents.met("telegram", str(user.id), at=at)
        member = self._store.staff.in_chat(sender.id)
        chat = self._chat(message.chat, at=at)
        language = self._language(chat, user)
        if message.edit_date:  # what she wrote first has been read back to her
            if message.chat.type == ChatType.PRIVATE:
                self._say(chat, language, "edited", at=at)
            finish()
            return
        words = message.text or message.caption or ""
        command, _, rest = words.strip().partition(" ")
        if command.partition("@")[0] == COMMAND:
            self._on_command(chat, sender, member, rest.strip(), language, at=at)
        elif command.partition("@")[0] == CONSOLE_COMMAND:
            self._on_console_asked(chat, sender, member, language, at=at)
        elif _is_bots_own(message):
            if message.chat.type == ChatType.PRIVATE:
                self._say(chat, language, "forwarded", at=at)
        elif sent := self._sent(message, chat):
            for posting in self._staffroom.words(member, sent, words, language=language, at=at):
                self._store.outbox.post(chat.id, posting.reply, at=at, asks=posting.asks)
        finish()

    def _sent(self, message: Message, chat: Resident) -> Sent | None:
        """What the message is about that this one replies to, if the bot sent it to staff."""
        replied = message.reply_to_message
        if replied is None or not (replied.from_user and replied.from_user.is_bot):
            return None
        if self._cards.reader(chat.id) is None:
            return None
        sent = self._store.outbox.written_about(chat.id, replied.message_id)
        if sent is None or not self._store.outbox.is_for_staff(sent.id):
            return None
        return sent

    def _on_command(
        self,
        chat: Resident,
        sender: Resident,
        member: Staff | None,
        rest: str,
        language: Language,
        *,
        at: datetime,
    ) -> None:
        """`/staff`: what is to do; `/staff CODE` links; `here` and `off` in a group."""
        if chat.id != sender.id:
            self._on_group_command(chat, member, rest, language, at=at)
        elif rest:
            linked = link_chat(self._store, rest, sender.id, at=at)
            member = linked or member
            key = "linked" if linked else "link_refused"
            self._say(chat, language, key, at=at)
            if linked:
                self._post_to_do(chat, linked, language, at=at)
        elif member:
            self._post_to_do(chat, member, language, at=at)
        else:
            self._say(chat, language, "not_staff", at=at)

    def _on_console_asked(
        self,
        chat: Resident,
        sender: Resident,
        member: Staff | None,
        language: Language,
        *,
        at: datetime,
    ) -> None:
        """`/console`: a link to sign in by, for her own chat only."""
        if member is None:
            self._say(chat, language, "not_staff", at=at)
        elif not self._site:
            self._say(chat, language, "console_off", at=at)
        else:
            code = make_link(self._store, member.name, at=at, purpose="console")
            text = self._cards.face.say(
                language, "console_link", url=sign_in_url(self._site, code), minutes=LINK_MINUTES
            )
            self._store.outbox.post(sender.id, Reply(text, is_protected=True), at=at)

    def _on_group_command(
        self, group: Resident, member: Staff | None, code: str, language: Language, *, at: datetime
    ) -> None:
        """`here` and `off`; a code that was sent here by mistake is nobody's any more."""
        rest = code.lower()
        if rest and burn_code(self._store, code, at=at):
            self._say(group, language, "code_burnt", at=at)
        elif member is None or member.role not in _MAY_BRING_GROUPS:
            self._say(group, language, "not_staff", at=at)
        elif rest == "here":
            self._store.staff.add_group(group.id, member.id, at=at)
            self._say(group, language, "group_added", at=at)
        elif rest == "off":
            self._drop_group(group)
            self._say(group, language, "group_dropped", at=at)
        else:
            self._say(group, language, "group_help", at=at)

    def _post_to_do(
        self, chat: Resident, member: Staff, language: Language, *, at: datetime
    ) -> None:
        self._store.outbox.post(
            chat.id, self._staffroom.to_do(member, language=language, at=at), at=at
        )

    # Groups

    def _on_membership(self, change: ChatMemberUpdated, finish: Finish) -> None:
        """The bot was taken into a group, or out of it: then no cards are sent there any more."""
        group = self._chat(change.chat, at=self._now())
        is_out = change.new_chat_member.status in (ChatMember.LEFT, ChatMember.BANNED)
        self._store.residents.set_reachable(group.id, not is_out)
        self._store.outbox.wake(group.id)
        if is_out:
            self._drop_group(group)
        finish()

    def _drop_group(self, group: Resident) -> None:
        """No cards are sent there any more, the waiting ones neither."""
        if self._store.staff.drop_group(group.id):
            self._store.outbox.drop_waiting(group.id)

    def _chat(self, chat: Chat, *, at: datetime) -> Resident:
        return self._store.residents.met("telegram", str(chat.id), at=at)

    def _language(self, chat: Resident, user: User) -> Language:
        if self._store.staff.is_group(chat.id):
            return self._cards.language(chat.id)
        return language_of_hint(chat.language or chat.last_language or user.language_code or "")

    def _say(self, chat: Resident, language: Language, key: str, *, at: datetime) -> None:
        text = self._cards.face.say(language, key)
        self._store.outbox.post(chat.id, Reply(text), at=at)


def _is_staff_tap(query: CallbackQuery) -> bool:
    return (query.data or "").startswith(_STAFF_ACTIONS)


def _is_bots_own(message: Message) -> bool:
    """Whether a message is one of the bot's, forwarded: a card out of its place."""
    origin = message.forward_origin
    sender = getattr(origin, "sender_user", None)
    return sender is not None and sender.id == _bot_id(message)


def _bot_id(message: Message) -> int:
    return int(message.get_bot().token.partition(":")[0])
