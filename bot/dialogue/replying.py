"""What a resident is replied, and what is done by it: by what she wrote, sent or tapped."""

from collections.abc import Sequence
from dataclasses import replace

from bot.asking import is_put_as_question
from bot.cases import Awaiting, Case, Draft, Kind
from bot.config import Limits
from bot.dialogue.attachments import Attachments
from bot.dialogue.casework import Casework
from bot.dialogue.commands import Commands
from bot.dialogue.drafting import PLACE_MAX_CHARS, Drafting, Moment, TooManyDrafts
from bot.dialogue.edits import Edits
from bot.dialogue.lookups import asks_for_case
from bot.dialogue.phrasing import Phrasing, danger_text
from bot.dialogue.preparing import Prepared, is_too_long
from bot.dialogue.questions import Questions
from bot.dialogue.rights import Rights
from bot.dialogue.understanding import Understander, Understanding, has_words
from bot.messages import Reply, Turn, row_number, utf16_units
from bot.store import Store
from index import normalise


class Replying:
    """Leads what was said to whoever acts upon it; runs inside the message's transaction."""

    def __init__(
        self,
        *,
        store: Store,
        understander: Understander,
        phrasing: Phrasing,
        drafting: Drafting,
        commands: Commands,
        questions: Questions,
        casework: Casework,
        rights: Rights,
        attachments: Attachments,
        edits: Edits,
        limits: Limits,
    ) -> None:
        self._store = store
        self._understander = understander
        self._phrasing = phrasing
        self._drafting = drafting
        self._commands = commands
        self._questions = questions
        self._casework = casework
        self._rights = rights
        self._attachments = attachments
        self._edits = edits
        self._limits = limits

    def replies(
        self, moment: Moment, prepared: Prepared, tapped: Turn | None, earlier: Turn | None
    ) -> list[Reply]:
        """What she is replied to a message or a tap; `tapped` is the turn that shows the button,
        `earlier` what she said under the same key."""
        try:
            if prepared.said.action:
                return self._on_tap(moment, prepared, tapped)
            words, replies = prepared.said.text, []
            if earlier and prepared.said.edited and not is_too_long(words, self._limits):
                replies = self._edits.take(moment, earlier, words, prepared.matter)
            return replies or self._on_message(moment, prepared)
        except TooManyDrafts as error:
            told = self._say(moment, "draft.too_many", count=error.count)
            return [*told, self._drafting.standing(moment, error.latest)]

    def _on_message(self, moment: Moment, prepared: Prepared) -> list[Reply]:
        said = prepared.said
        unreadable = self._unreadable(moment, said.unreadable) if said.unreadable else []
        is_attached = bool(prepared.photos) or said.location is not None
        if is_too_long(said.text, self._limits):
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
            replies = self._attachments.take(
                moment,
                said,
                prepared.photos,
                understanding,
                is_addition=prepared.is_addition,
            )
        elif prepared.understanding and prepared.understanding.kind == "news":
            replies = self._commands.news(moment, said)
        elif prepared.understanding:
            replies = self._on_words(moment, prepared.understanding)
        else:
            replies = [] if unreadable else self._say(moment, "talk.empty")
        return [*unreadable, *replies]

    def _case_meant(self, moment: Moment, prepared: Prepared) -> Case | None:
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
        elif draft and _is_no_question(understanding):
            return self._on_addition_to(moment, draft, understanding.text)
        elif matter is None:
            return self._questions.reply(moment, understanding)
        elif understanding.kind == "ask_which":
            return [self._which(moment, "ask.which", as_question="ask", as_matter="matter")]
        elif draft and not numbers:
            return [self._which(moment, "ask.which_draft", add_to_draft="add", new_matter="new")]
        else:
            draft = self._drafting.begin(moment, matter, source=f"turn:{moment.turn_id}")
        return [self._drafting.standing(moment, draft, numbers=numbers)]

    def _on_addition_to(self, moment: Moment, draft: Draft, words: str) -> list[Reply]:
        """Words that the report has nothing on, and that are put as no question, while a matter is
        not submitted yet: where it is, if that was open, else she is asked."""
        street = self._understander.street(words)
        is_open = not draft.matter.place and not draft.matter.street
        if street and is_open and len(words) <= PLACE_MAX_CHARS:
            draft = self._drafting.take_place(moment, draft, words, street)
            return [self._drafting.standing(moment, draft)]
        readings = {"add_to_draft": "add", "new_matter": "new", "as_question": "ask"}
        return [self._which(moment, "ask.which_draft", **readings)]

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

    def _on_tap(self, moment: Moment, prepared: Prepared, tapped: Turn | None) -> list[Reply]:
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

    def _on_draft_tap(self, moment: Moment, prepared: Prepared, target: str) -> list[Reply]:
        number, _, verb = target.partition(":")
        draft = self._store.drafts.hers(row_number(number), moment.resident.id)
        if draft is None:
            return []
        reply = self._drafting.on_tap(moment, draft, verb, near=prepared.near)
        return [reply] if reply else []

    def _on_reading_chosen(self, moment: Moment, prepared: Prepared, verb: str) -> list[Reply]:
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
        if verb == "send" and not (matter.kind is Kind.REPORT or matter.is_danger):
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


def _is_no_question(understanding: Understanding) -> bool:
    """Whether it is words that the report has nothing on, and not put as a question."""
    is_asked = is_put_as_question(normalise(understanding.text))
    return understanding.kind == "no_answer" and not is_asked
