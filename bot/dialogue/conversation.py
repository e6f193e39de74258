"""The conversation with a resident.

A message is first understood (reads only, may wait for the index), then acted upon in one
transaction: what it changes, what was said and what was replied are kept together or not at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.config import Limits
from bot.desk import Office
from bot.dialogue.attachments import Attachments
from bot.dialogue.casework import Casework
from bot.dialogue.commands import Commands
from bot.dialogue.drafting import Drafting, KeptPhoto, Moment
from bot.dialogue.edits import Edits
from bot.dialogue.lookups import as_command
from bot.dialogue.photographs import Photographs
from bot.dialogue.phrasing import Phrasing
from bot.dialogue.preparing import Prepared, Preparing, is_too_long
from bot.dialogue.questions import Questions
from bot.dialogue.replying import Replying
from bot.dialogue.rights import Rights
from bot.dialogue.understanding import Understander, has_words, tidy
from bot.messages import (
    Channel,
    Document,
    Keep,
    Remark,
    Reply,
    Said,
    TooFast,
    Turn,
    row_number,
)
from bot.patience import Patience
from bot.store import Resident, Store
from bot.store.photos import Photos
from bot.wording import Language, language_of, language_of_hint

_LABELS_FROM_TURNS = 40


class Dialogue:
    """The conversation with every resident; all its state is in the store, but for what may be
    written down nowhere (`Casework`)."""

    def __init__(
        self,
        *,
        store: Store,
        photos: Photos,
        understander: Understander,
        phrasing: Phrasing,
        drafting: Drafting,
        commands: Commands,
        questions: Questions,
        casework: Casework,
        rights: Rights,
        office: Office,
        limits: Limits,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._photographs = Photographs(store=store, photos=photos)
        self._phrasing = phrasing
        self._casework = casework
        self._rights = rights
        self._limits = limits
        self._patience = Patience(limits)
        edits = Edits(office=office, phrasing=phrasing, drafting=drafting, limits=limits)
        self._preparing = Preparing(
            store=store,
            understander=understander,
            questions=questions,
            edits=edits,
            limits=limits,
            now=now,
        )
        self._replying = Replying(
            store=store,
            understander=understander,
            phrasing=phrasing,
            drafting=drafting,
            commands=commands,
            questions=questions,
            casework=casework,
            rights=rights,
            attachments=Attachments(
                office=office, phrasing=phrasing, drafting=drafting, limits=limits
            ),
            edits=edits,
            limits=limits,
        )
        self._now = now

    async def hear(self, said: Said, *, keep: Keep | None = None) -> list[Reply]:
        """Answer one message; what it changed is on disk when this returns."""
        said = replace(said, text=as_command(tidy(said.text)))
        language = self._language(said)
        photos: list[KeptPhoto] = []
        try:
            said = await self._photographs.keep(said, photos)
            prepared = await self._preparing.prepare(said, language, photos)
            return await self._store.write(lambda: self._act(prepared, language, keep))
        finally:
            self._photographs.drop_unheld(photos)

    def wait_seconds(self, channel: Channel, sender: str) -> float:
        """How long a resident has to wait until she is heard again; 0 is not at all."""
        resident = self._store.residents.known(channel, sender)
        if resident is None:
            return 0.0
        used_until = self._store.residents.heard_until(resident.id)
        return self._patience.wait_seconds(used_until, now=self._now())

    def remark(self, name: Remark, channel: Channel, sender: str, *, hint: str = "") -> Reply:
        """What the channel has to say by itself, in the language this resident is spoken to in."""
        language = self._spoken(self._store.residents.known(channel, sender), hint)
        return Reply(self._phrasing.say(language, f"talk.{name}"))

    def held(self, channel: Channel, sender: str) -> tuple[Document, Document] | None:
        """Everything held about one resident, to read and as JSON; None for a stranger."""
        resident = self._store.residents.known(channel, sender)
        if resident is None:
            return None
        return self._rights.held(resident.id, self._spoken(resident, ""), at=self._now())

    def turns(self, channel: Channel, sender: str, *, most: int) -> list[Turn]:
        """The last turns of one resident, oldest first; empty for a stranger."""
        resident = self._store.residents.known(channel, sender)
        return self._store.turns.last(resident.id, most=most) if resident else []

    # Understanding

    def _language(self, said: Said) -> Language:
        resident = self._store.residents.known(said.channel, said.sender)
        before = self._spoken(resident, said.language_hint)
        is_fixed = bool(resident and resident.language) or said.text.startswith("/")
        return before if is_fixed else language_of(said.text, otherwise=before)

    def _spoken(self, resident: Resident | None, hint: str) -> Language:
        """The language she chose, else that of the last reply, else her client's."""
        known = (resident.language or resident.last_language) if resident else ""
        return language_of_hint(known or hint)

    # Acting

    def _act(self, prepared: Prepared, language: Language, keep: Keep | None) -> list[Reply]:
        said, at = prepared.said, self._now()
        resident = self._store.residents.met(said.channel, said.sender, at=at)
        self._store.forgetting.set_leaving(resident.id, leaves=False)
        if not resident.reachable:
            self._store.residents.set_reachable(resident.id, True)
            self._casework.note_return(resident.id, at=at)
        earlier = self._store.turns.said_under(said.key, resident.id)
        has_new_photos = bool(prepared.photos) and earlier is not None and not earlier.has_photo
        has_new_photos &= earlier is None or not self._store.turns.is_emptied(earlier.id)
        if said.edited and not has_words(said.text):
            replies = []
        elif earlier and not has_new_photos and not (said.edited and said.text != earlier.said):
            replies = self._said_again(earlier, said, at)
        else:
            replies = self._take_turn(prepared, resident, language, earlier)
        if keep:
            keep(self._written_to(resident, said, at), replies)
        return replies

    def _written_to(self, resident: Resident, said: Said, at: datetime) -> int:
        """Whose letters the replies are: of somebody who was just forgotten, those of an address
        that is kept until they are out."""
        if self._store.residents.has_identity(resident.id):
            return resident.id
        farewell = self._store.residents.met(said.channel, said.sender, at=at)
        self._store.forgetting.set_leaving(farewell.id, leaves=True)
        return farewell.id

    def _said_again(self, earlier: Turn, said: Said, at: datetime) -> list[Reply]:
        """Nothing is heard twice; what comes after its own correction is an older version, unless
        nothing of it is kept any more."""
        known = ("", earlier.said, *self._store.turns.versions(earlier.id))
        is_older = not said.edited and said.text not in known
        if is_older and not self._store.turns.is_emptied(earlier.id):
            self._store.turns.keep_version(earlier.id, said.text, at=at)
        return []

    def _take_turn(
        self, prepared: Prepared, resident: Resident, language: Language, earlier: Turn | None
    ) -> list[Reply]:
        said, at = prepared.said, self._now()
        self._use_up_patience(resident, said, at)
        tapped, label = self._tapped(resident, said)
        shown = label if said.action else said.text
        turn_id = self._store.turns.add(
            resident.id,
            said="" if is_too_long(shown, self._limits) else shown,
            has_photo=bool(prepared.photos),
            at=at,
            key="" if earlier else said.key,
        )
        moment = Moment(resident, turn_id, language, at)
        replies = self._replying.replies(moment, prepared, tapped, earlier)
        replaces = tapped.id if tapped and replies[0].replaces else None
        if not self._store.residents.has_identity(resident.id):  # she was forgotten just now
            return replies
        replies = self._rights.with_first_words(moment, said, replies)
        self._keep_turn(moment, replies, replaces=replaces)
        return replies

    def _keep_turn(
        self, moment: Moment, replies: Sequence[Reply], *, replaces: int | None
    ) -> None:
        """Keep what was replied; of what is not to be kept not even what it answers."""
        resident_id = moment.resident.id
        if any(reply.is_passing for reply in replies):
            self._store.forgetting.empty_turns([moment.turn_id], resident_id)
        else:
            kept = [replace(reply, document=None) for reply in replies]
            self._store.turns.finish(moment.turn_id, kept, replaces=replaces)
        self._store.residents.set_last_language(resident_id, moment.language)

    def _use_up_patience(self, resident: Resident, said: Said, at: datetime) -> None:
        """Count a message; on Telegram the inbox has waited already.

        Raises:
            TooFast: many were posted at once.
        """
        used_until = self._store.residents.heard_until(resident.id)
        wait_seconds = self._patience.wait_seconds(used_until, now=at)
        if said.channel == "web" and wait_seconds > 0:
            raise TooFast(wait_seconds)
        until = self._patience.after_one_more(used_until, now=at)
        self._store.residents.set_heard_until(resident.id, until)

    def _tapped(self, resident: Resident, said: Said) -> tuple[Turn | None, str]:
        """The turn whose button this is, and the button's label."""
        if not said.action:
            return None, ""
        named = self._store.turns.hers(row_number(said.message), resident.id)
        last = reversed(self._store.turns.last(resident.id, most=_LABELS_FROM_TURNS))
        for turn in (named, *last):
            label = _label(turn, said.action) if turn else ""
            if label:
                return turn, label
        return None, ""


def _label(turn: Turn, action: str) -> str:
    """What the turn's button with this action says; empty if it has none."""
    buttons = (button for reply in turn.replies for row in reply.buttons for button in row)
    return next((button.label for button in buttons if button.action == action), "")
