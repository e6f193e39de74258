"""The conversation with a resident.

A message is first understood (reads only, may wait for the index), then acted upon in one
transaction: what it changes, what was said and what was replied are kept together or not at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.answers import Answer
from bot.cases import Awaiting, Case, Kind, Matter
from bot.config import Limits
from bot.desk import Office
from bot.dialogue.attachments import Attachments
from bot.dialogue.casework import Casework
from bot.dialogue.commands import Commands
from bot.dialogue.drafting import (
    PLACE_MAX_CHARS,
    Drafting,
    KeptPhoto,
    Moment,
    TooManyDrafts,
)
from bot.dialogue.edits import Edits
from bot.dialogue.lookups import added_behind, as_command, asks_for_case
from bot.dialogue.photographs import Photographs
from bot.dialogue.phrasing import Phrasing, danger_text
from bot.dialogue.questions import Questions
from bot.dialogue.rights import Rights
from bot.dialogue.understanding import (
    TakenAs,
    Understander,
    Understanding,
    has_words,
    tidy,
)
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
    utf16_units,
)
from bot.patience import Patience
from bot.store import Resident, Store
from bot.store.photos import Photos
from bot.wording import Language, language_of, language_of_hint
from index import Earlier

_LABELS_FROM_TURNS = 40
_TAKEN_AS: dict[str, TakenAs] = {
    "ask": "question",
    "matter": "matter",
    "add": "matter",
    "new": "matter",
    "send": "matter",
}


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What was found out about a message before the transaction in which it is acted upon."""

    said: Said
    understanding: Understanding | None = None
    near: Answer | None = None
    photos: Sequence[KeptPhoto] = ()

    @property
    def matter(self) -> Matter | None:
        """What its words tell, if they tell anything."""
        return self.understanding.matter if self.understanding else None


class Dialogue:
    """The conversation with every resident; all its state is in the store."""

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
        self._understander = understander
        self._phrasing = phrasing
        self._drafting = drafting
        self._commands = commands
        self._questions = questions
        self._casework = casework
        self._rights = rights
        self._limits = limits
        self._patience = Patience(limits)
        self._attachments = Attachments(
            office=office, phrasing=phrasing, drafting=drafting, limits=limits
        )
        self._edits = Edits(office=office, phrasing=phrasing, drafting=drafting, limits=limits)
        self._now = now

    async def hear(self, said: Said, *, keep: Keep | None = None) -> list[Reply]:
        """Answer one message; what it changed is on disk when this returns."""
        said = replace(said, text=as_command(tidy(said.text)))
        language = self._language(said)
        photos: list[KeptPhoto] = []
        try:
            said = await self._photographs.keep(said, photos)
            prepared = await self._prepare(said, language, photos)
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

    async def _prepare(
        self, said: Said, language: Language, photos: Sequence[KeptPhoto]
    ) -> _Prepared:
        resident = self._store.residents.known(said.channel, said.sender)
        prepared = _Prepared(said, photos=photos)
        if said.action:
            return await self._prepare_tap(prepared, resident, language)
        if added := added_behind(said.text):  # it may tell of a danger
            understanding = await self._understander.understand(added, language, taken_as="matter")
            return replace(prepared, understanding=understanding)
        is_command = said.text.startswith("/")
        if is_command or not has_words(said.text) or self._is_too_long(said.text):
            return prepared
        draft = self._store.drafts.open_of(resident.id) if resident else None
        awaits_words = draft is not None and draft.awaiting is Awaiting.TEXT
        attached = bool(said.photos) or said.location is not None
        rewords = resident is not None and self._edits.is_about_draft(resident.id, said)
        understanding = await self._understander.understand(
            said.text,
            language,
            taken_as="matter" if attached or awaits_words or rewords else None,
            after=self._topic(resident),
        )
        return replace(prepared, understanding=understanding)

    async def _prepare_tap(
        self, prepared: _Prepared, resident: Resident | None, language: Language
    ) -> _Prepared:
        verb, _, target = prepared.said.action.partition(":")
        if resident is None:
            return prepared
        if verb == "d":
            number, _, what = target.partition(":")
            draft = self._store.drafts.hers(row_number(number), resident.id)
            if draft is None or what != "commitment":
                return prepared
            return replace(prepared, near=await self._understander.near(draft.matter.text))
        taken_as, text = _TAKEN_AS.get(verb), self._words_behind(verb, target, resident)
        if taken_as is None or text is None:
            return prepared
        understanding = await self._understander.understand(
            text, language, taken_as=taken_as, after=self._topic(resident)
        )
        return replace(prepared, understanding=understanding)

    def _topic(self, resident: Resident | None) -> Earlier | None:
        """What she asked about a moment ago."""
        since = self._now() - timedelta(minutes=self._limits.follow_up_minutes)
        return self._store.residents.topic(resident.id, since=since) if resident else None

    def _words_behind(self, verb: str, target: str, resident: Resident) -> str | None:
        if verb == "send":
            return self._questions.asked(row_number(target), resident.id)
        turn = self._store.turns.hers(row_number(target), resident.id)
        return turn.said if turn and has_words(turn.said) else None

    def _is_too_long(self, text: str) -> bool:
        return utf16_units(text) > self._limits.max_text_chars

    # Acting

    def _act(self, prepared: _Prepared, language: Language, keep: Keep | None) -> list[Reply]:
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
        self, prepared: _Prepared, resident: Resident, language: Language, earlier: Turn | None
    ) -> list[Reply]:
        said, at = prepared.said, self._now()
        self._use_up_patience(resident, said, at)
        tapped, label = self._tapped(resident, said)
        shown = label if said.action else said.text
        turn_id = self._store.turns.add(
            resident.id,
            said="" if self._is_too_long(shown) else shown,
            has_photo=bool(prepared.photos),
            at=at,
            key="" if earlier else said.key,
        )
        moment = Moment(resident, turn_id, language, at)
        replies = self._replies(moment, prepared, tapped, earlier)
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

    def _replies(
        self, moment: Moment, prepared: _Prepared, tapped: Turn | None, earlier: Turn | None
    ) -> list[Reply]:
        try:
            if prepared.said.action:
                return self._on_tap(moment, prepared, tapped)
            replies = []
            if earlier and prepared.said.edited and not self._is_too_long(prepared.said.text):
                replies = self._edits.take(moment, earlier, prepared.said.text, prepared.matter)
            return replies or self._on_message(moment, prepared)
        except TooManyDrafts as error:
            told = self._say(moment, "draft.too_many", count=error.count)
            return [*told, self._drafting.standing(moment, error.latest)]

    def _on_message(self, moment: Moment, prepared: _Prepared) -> list[Reply]:
        said = prepared.said
        unreadable = self._unreadable(moment, said.unreadable) if said.unreadable else []
        is_attached = bool(prepared.photos) or said.location is not None
        if self._is_too_long(said.text):
            count, most = utf16_units(said.text), self._limits.max_text_chars
            replies = self._say(moment, "talk.too_long", count=count, most=most)
        elif case := self._case_meant(moment, prepared):
            understanding = prepared.understanding
            replies = self._casework.add(
                moment,
                case,
                said,
                prepared.photos,
                words=said.text if has_words(said.text) else "",
                numbers=understanding.numbers if understanding else (),
            )
        elif said.text.startswith("/") and (asks_for_case(said.text) or not is_attached):
            replies = self._commands.run(moment, said, prepared.photos)
            replies = self._with_numbers(moment, replies, prepared.understanding)
        elif is_attached:
            understanding = prepared.understanding
            replies = self._attachments.take(moment, said, prepared.photos, understanding)
        elif prepared.understanding:
            replies = self._on_words(moment, prepared.understanding)
        else:
            replies = [] if unreadable else self._say(moment, "talk.empty")
        return [*unreadable, *replies]

    def _case_meant(self, moment: Moment, prepared: _Prepared) -> Case | None:
        """The case of hers that a message belongs to; an open draft that waits for words or has
        photos of the same album comes first."""
        said = prepared.said
        if said.text.startswith("/") or said.unreadable:
            return None
        is_something = has_words(said.text) or prepared.photos or said.location
        draft = self._store.drafts.open_of(moment.resident.id)
        is_for_draft = draft is not None and draft.awaiting is not Awaiting.NOTHING
        is_of_album = self._store.drafts.with_album(said.album, moment.resident.id) is not None
        if not is_something or is_of_album or (is_for_draft and said.case_id is None):
            return None
        meant = self._casework.case_meant(moment, said)
        is_bare = not has_words(said.text) and draft is None
        return meant or (self._casework.case_in_need(moment) if is_bare else None)

    def _on_words(self, moment: Moment, understanding: Understanding) -> list[Reply]:
        draft = self._store.drafts.open_of(moment.resident.id)
        matter, numbers = understanding.matter, understanding.numbers
        if draft and matter and draft.awaiting is Awaiting.TEXT:
            draft = self._drafting.take_words(moment, draft, matter)
        elif draft and draft.awaiting is Awaiting.PLACE and not numbers:
            if len(understanding.text) > PLACE_MAX_CHARS:
                return self._say(moment, "draft.place_too_long", most=PLACE_MAX_CHARS)
            street = self._understander.street(understanding.text)
            draft = self._drafting.take_place(moment, draft, understanding.text, street)
        elif case := self._case_answered(moment, understanding):
            return [self._which_case(moment, case)]
        elif matter is None:
            return self._questions.reply(moment, understanding)
        elif understanding.kind == "ask_which":
            return [self._which(moment, "ask.which", as_question="ask", as_matter="matter")]
        elif draft and not numbers:
            return [self._which(moment, "ask.which_draft", add_to_draft="add", new_matter="new")]
        else:
            draft = self._drafting.begin(moment, matter, source=f"turn:{moment.turn_id}")
        return [self._drafting.standing(moment, draft, numbers=numbers)]

    def _case_answered(self, moment: Moment, understanding: Understanding) -> Case | None:
        """The case of hers that asked for something which these words may well be; not what the
        report answers, small talk, a danger, or more on a matter that she has not filed yet."""
        if understanding.kind in ("answer", "smalltalk") or understanding.numbers:
            return None
        draft = self._store.drafts.open_of(moment.resident.id)
        return None if draft else self._casework.case_in_need(moment)

    def _which(self, moment: Moment, key: str, **verbs: str) -> Reply:
        """Ask what the words just said are, with a button a reading (label name, verb)."""
        buttons = tuple(
            (self._phrasing.button(moment.language, label, f"{verb}:{moment.turn_id}"),)
            for label, verb in verbs.items()
        )
        return Reply(self._phrasing.say(moment.language, key), buttons=buttons)

    def _which_case(self, moment: Moment, case: Case) -> Reply:
        """Ask whether the words are what a case of hers waits for."""
        action = f"addto:{case.id}:{moment.turn_id}"
        button = self._phrasing.button
        text = self._phrasing.say(moment.language, "ask.which_case", number=case.number)
        return Reply(
            text,
            buttons=(
                (button(moment.language, "add_to_case", action),),
                (button(moment.language, "new_matter", f"new:{moment.turn_id}"),),
                (button(moment.language, "as_question", f"ask:{moment.turn_id}"),),
            ),
        )

    # Tapping

    def _on_tap(self, moment: Moment, prepared: _Prepared, tapped: Turn | None) -> list[Reply]:
        name, _, target = prepared.said.action.partition(":")
        match name:
            case "topics":
                replies = [self._commands.topics(moment, target, replaces=True)]
            case "topic":
                replies = self._commands.section_page(moment, target)
            case "lang":
                replies = self._commands.choose_language(moment, target)
            case "show":
                replies = self._questions.show(moment, target)
            case "about":
                replies = self._about(moment, target)
            case "useful":
                replies = self._questions.rate(moment, target, tapped)
            case "d":
                replies = self._on_draft_tap(moment, prepared, target)
            case "case":
                replies = self._casework.on_tap(moment, target)
            case "by":
                replies = self._casework.on_tap_by_code(moment, target)
            case "forget":
                replies = self._rights.on_tap(moment, target)
            case "addto":
                replies = self._on_addition(moment, target)
            case "follow" | "unfollow":
                replies = self._questions.follow(moment, target, tapped, begins=name == "follow")
            case _:
                replies = self._on_reading_chosen(moment, prepared, name)
        return replies or [self._old_button(moment)]

    def _on_addition(self, moment: Moment, target: str) -> list[Reply]:
        turn = self._store.turns.hers(row_number(target.partition(":")[2]), moment.resident.id)
        return self._casework.add_turn(moment, target, turn.said) if turn else []

    def _on_draft_tap(self, moment: Moment, prepared: _Prepared, target: str) -> list[Reply]:
        number, _, verb = target.partition(":")
        draft = self._store.drafts.hers(row_number(number), moment.resident.id)
        if draft is None:
            return []
        reply = self._drafting.on_tap(moment, draft, verb, near=prepared.near)
        return [reply] if reply else []

    def _on_reading_chosen(self, moment: Moment, prepared: _Prepared, verb: str) -> list[Reply]:
        """She said what her earlier words are: a question, a matter, or more on the open one."""
        understanding = prepared.understanding
        if understanding is None:
            return []
        if verb == "ask":
            replies = self._questions.reply(moment, understanding)
            return [replace(replies[0], replaces=True), *replies[1:]]
        matter = understanding.matter
        if matter is None:
            return []
        if verb == "send":
            matter = replace(matter, kind=Kind.CONSULT).with_sureness(kind=1.0)
        number = row_number(prepared.said.action.partition(":")[2])
        draft = self._store.drafts.open_of(moment.resident.id) if verb == "add" else None
        if draft and draft.awaiting is Awaiting.TEXT:
            draft = self._drafting.take_words(moment, draft, matter)
        elif draft and not self._drafting.has_room_for(draft, matter):
            return [self._no_room(moment, number)]
        elif draft:
            draft = self._drafting.add_words(moment, draft, matter)
        else:
            source = f"{'answer' if verb == 'send' else 'turn'}:{number}"
            draft = self._drafting.begin(moment, matter, source=source)
        reply = self._drafting.standing(
            moment, draft, numbers=understanding.numbers, replaces=verb != "send"
        )
        return [reply]

    def _about(self, moment: Moment, commitment_id: str) -> list[Reply]:
        if not self._questions.knows(commitment_id):
            return self._say(moment, "answer.gone")
        draft = self._drafting.begin_without_words(moment, commitment=commitment_id)
        return [self._drafting.standing(moment, draft)]

    # Words

    def _with_numbers(
        self, moment: Moment, replies: Sequence[Reply], understanding: Understanding | None
    ) -> list[Reply]:
        """The replies, the first with whom to call at once above it if there is a danger."""
        if understanding is None or not understanding.numbers:
            return list(replies)
        first, *more = replies
        text = danger_text(self._phrasing, moment.language, understanding.numbers, first.html)
        return [replace(first, html=text), *more]

    def _no_room(self, moment: Moment, turn_id: int) -> Reply:
        """A draft is full; her words can still become another one."""
        text = self._phrasing.say(
            moment.language, "draft.no_room", most=self._limits.max_text_chars
        )
        button = self._phrasing.button(moment.language, "new_matter", f"new:{turn_id}")
        return Reply(text, buttons=((button,),), replaces=True)

    def _say(self, moment: Moment, key: str, **values: object) -> list[Reply]:
        return [Reply(self._phrasing.say(moment.language, key, **values))]

    def _old_button(self, moment: Moment) -> Reply:
        text = self._phrasing.say(moment.language, "notice.old_button")
        return Reply(text, notice=text)

    def _unreadable(self, moment: Moment, what: str) -> list[Reply]:
        known = what if f"unreadable.{what}" in self._phrasing.keys else "other"
        megabytes = self._limits.max_photo_bytes // 2**20
        return self._say(moment, f"unreadable.{known}", megabytes=megabytes)


def _label(turn: Turn, action: str) -> str:
    """What the turn's button with this action says; empty if it has none."""
    buttons = (button for reply in turn.replies for row in reply.buttons for button in row)
    return next((button.label for button in buttons if button.action == action), "")
