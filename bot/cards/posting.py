"""Cards on their way: who is shown a case after a step, which message is brought up to date."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from markupsafe import Markup

from bot.cards.face import Face, Reader
from bot.cases import Case, CaseState, Event, Role, Staff
from bot.masking import rounded
from bot.messages import Location, Reply
from bot.naming import local_time
from bot.service import Service
from bot.store import Card, Shown, Store
from bot.wording import Language, Wording, language_of_hint
from index import Commitment

GROUP_LANGUAGE: Language = "zh"
_GROUP_NEWS = frozenset(
    {
        *("submit", "supplement", "add_words", "reword", "add_photo", "add_place"),
        *("object", "dispute", "withdraw", "ask_return", "ask_extension", "done", "unmerge"),
        *("urge", "supervise"),
    }
)
"""What a group, or without one the dispatchers, must notice: a new card, not a changed one."""
_HANDLER_NEWS = frozenset(
    {
        *("dispatch", "call", "refuse_return", "grant_return", "cancel", "supplement", "dispute"),
        *("add_words", "reword", "add_photo", "add_place", "grant_extension", "refuse_extension"),
        *("warn", "urge", "supervise", "resume", "withdraw"),
    }
)
"""What the handlers of the units concerned are told in their private chats."""
_FAREWELLS = ("grant_return", "cancel")
"""What ends a unit's part: its handlers are told in a line, and see no more of the case."""
_CLOCKS_OF_DISPATCHERS = ("accept", "dispatch", "contact", "reply", "info")
_SECOND_DISPUTE = 2
_PHOTOS_SHOWN = 6
_HEADLINE_CHARS = 200
_HEADLINES = 3
"""How much that has happened a card tells that was not sent yet."""
_CASES_OF_ONE = 20


class Cards:
    """Keeps the cards of a case up to date, in the transaction of each step."""

    def __init__(
        self,
        *,
        store: Store,
        wording: Wording,
        service: Service,
        commitment: Callable[[str], Commitment | None],
    ) -> None:
        self._store = store
        self.face = Face(store=store, wording=wording, service=service, commitment=commitment)

    def has_groups(self) -> bool:
        """Whether there is a group that cards are shown in."""
        return bool(self._store.staff.groups())

    def show(self, case: Case, event: Event) -> None:
        """Tell of a step: a new card where somebody must notice, elsewhere the changed one."""
        told = {member.resident_id: member for member in self._told(case, event)}
        groups = self._store.staff.groups()
        is_news = self._is_for_everybody(event)
        for group in groups:
            if is_news or not self._has_card(case, group):
                self._post(case, group, Reader.group(), event)
        for resident_id, member in told.items():
            if resident_id is not None and resident_id not in groups:
                self._post(case, resident_id, Reader.member(member), event)
        shown = {*told, *(groups if is_news else ())}
        self.refresh(case, at=event.at, without=shown)

    def refresh(self, case: Case, *, at: datetime, without: Collection[int | None] = ()) -> None:
        """Bring every card of a case up to date."""
        for card in self._store.staff.cards(case.id):
            if card.resident_id in without:
                continue
            reader = self.reader(card.resident_id)
            if reader is None or not self._still_concerns(case, reader):
                continue
            self._refresh(case, card, reader, at=at)

    def _refresh(self, case: Case, card: Card, reader: Reader, *, at: datetime) -> None:
        """Rewrite the letter that waits, with what it has to tell first, or send another one."""
        language, is_waiting = (
            self.language(card.resident_id),
            self._store.outbox.is_waiting(card.letter_id),
        )
        headline = Markup(card.headline) if is_waiting else ""  # noqa: S704 (rendered before)
        reply = self.face.card(language, case, reader, headline=headline, at=at)
        reply = replace(reply, replaces=not headline)
        if is_waiting:
            self._store.outbox.rewrite(card.letter_id, reply)
            return
        letter_id = self._store.outbox.post(
            card.resident_id, reply, at=at, replaces_letter=card.letter_id
        )
        self._store.staff.keep_card(case.id, card.resident_id, letter_id)

    def hide(self, case: Case, *, at: datetime) -> None:
        """A case turns out to be a report of wrongdoing: what groups got of it is taken away."""
        for group in self._store.staff.groups():
            for shown in self._store.outbox.take_back(case.id, chat=group):
                self._remove(shown, "", at=at)
            self._store.staff.forget_card(case.id, group)

    def blank(self, case: Case, *, at: datetime) -> None:
        """A case was emptied: what any chat ever got of it says so, or is taken away, whoever
        reads there now; nothing more is sent of what was on its way."""
        for shown in self._store.outbox.take_back(case.id):
            language = self.language(shown.chat)
            text = self.face.say(language, "blank", number=case.number)
            if shown.is_card:
                reply = Reply(text, replaces=True, is_protected=True)
                self._store.outbox.post(
                    shown.chat, reply, at=at, tapped_message_id=shown.message_id
                )
            else:
                self._remove(shown, text, at=at)
        self._store.outbox.let_go_of(case.id)
        self._store.cases.note_taken_back(case.id)

    def _remove(self, shown: Shown, text: str, *, at: datetime) -> None:
        """Take a message away; where that is refused, these words take its place."""
        removal = Reply(text, removes=True, is_protected=True)
        self._store.outbox.post(shown.chat, removal, at=at, tapped_message_id=shown.message_id)

    def refresh_of(self, resident_id: int, *, at: datetime) -> None:
        """Whether a resident can be written to has changed: the cards of her open cases say so."""
        for case in self._store.cases.of_resident(resident_id, most=_CASES_OF_ONE):
            if case.is_open:
                self.refresh(case, at=at)

    def reader(self, resident_id: int) -> Reader | None:
        """Who reads the cards in a chat; None if it is no chat of staff (any more)."""
        if self._store.staff.is_group(resident_id):
            return Reader.group()
        member = self._store.staff.in_chat(resident_id)
        return Reader.member(member) if member else None

    def language(self, resident_id: int) -> Language:
        """The language a chat of staff reads."""
        if self._store.staff.is_group(resident_id):
            return GROUP_LANGUAGE
        resident = self._store.residents.get(resident_id)
        return language_of_hint(resident.language if resident else "")

    def open_for(self, case: Case, member: Staff, *, at: datetime) -> None:
        """Show a case to one member in her private chat, photos and place with it."""
        if member.resident_id is not None:
            self._post_card(case, member.resident_id, Reader.member(member), "", at=at)
            photos = self._store.cases.photo_names(case.id)
            self._attach(case, member.resident_id, photos, place=True, at=at)

    def post_digest(self, counts: Mapping[str, int], *, at: datetime) -> None:
        """The daily digest, to every group."""
        text = self.face.say(GROUP_LANGUAGE, "digest", date=local_time(at)[:10], **counts)
        for group in self._store.staff.groups():
            self._store.outbox.post(group, Reply(text, is_protected=True), at=at)

    def post_early_warning(self, cases: Sequence[Case], *, at: datetime) -> None:
        """苗头预警: several cases of a category in one place; to the groups, else supervisors."""
        newest = cases[-1]  # of the others some may be emptied
        for resident_id in self._store.staff.groups() or self._chats(Role.SUPERVISOR):
            language = self.language(resident_id)
            text = self.face.say(
                language,
                "early_warning",
                count=len(cases),
                category=self.face.names.category(language, newest.matter.category),
                place=self.face.names.public_place(language, newest.matter),
                numbers=[one.number for one in cases],
            )
            reply = Reply(text, case_id=newest.id, is_protected=True)
            self._store.outbox.post(resident_id, reply, at=at)

    # Who is told

    def _told(self, case: Case, event: Event) -> list[Staff]:
        """The members who are told in their private chats."""
        told: list[Staff] = []
        if event.action in _HANDLER_NEWS and not self._is_for_dispatchers(event):
            told += self._handlers(case, event)
        if self._is_for_everybody(event) and not self.has_groups():
            told += self._store.staff.active(Role.DISPATCHER)
        is_grave = event.action == "supervise" or (
            event.action == "dispute" and case.rework >= _SECOND_DISPUTE
        )
        if is_grave:
            told += self._store.staff.active(Role.SUPERVISOR)
        return [member for member in told if str(event.actor) != f"staff {member.id}"]

    def _still_concerns(self, case: Case, reader: Reader) -> bool:
        """Whether a reader may know how a case goes on: a unit that gave it back may not."""
        parts = self._store.assignments.of_case(case.id)
        return not reader.unit or any(one.unit == reader.unit and one.is_live for one in parts)

    def _is_for_everybody(self, event: Event) -> bool:
        """Whether a group must notice, or without one the dispatchers."""
        is_reminder = event.action == "warn" and self._is_for_dispatchers(event)
        return event.action in _GROUP_NEWS or is_reminder or _is_bad_news(event)

    def _is_for_dispatchers(self, event: Event) -> bool:
        return event.about.get("clock", "") in _CLOCKS_OF_DISPATCHERS

    def _handlers(self, case: Case, event: Event) -> list[Staff]:
        """The handlers of the units a step is about, else of all that still have to act."""
        named = event.about.get("units", "").split()
        handled = case.master_id if case.state is CaseState.MERGED else case.id
        units = named or [
            one.unit for one in self._store.assignments.of_case(handled or case.id) if one.is_open
        ]
        return [
            member
            for unit in dict.fromkeys(units)
            for member in self._store.staff.active(Role.HANDLER, unit)
        ]

    def _chats(self, role: Role) -> list[int]:
        members = self._store.staff.active(role)
        return [one.resident_id for one in members if one.resident_id is not None]

    # What they see

    def _has_card(self, case: Case, resident_id: int) -> bool:
        return any(one.resident_id == resident_id for one in self._store.staff.cards(case.id))

    def _post(self, case: Case, resident_id: int, reader: Reader, event: Event) -> None:
        headline = self._headline(self.language(resident_id), case, event, reader)
        if event.action in _FAREWELLS:
            line = Reply(f"{headline} · {case.number}", is_protected=True)
            self._store.outbox.post(resident_id, line, at=event.at)
            return
        is_new = not self._has_card(case, resident_id)
        self._post_card(case, resident_id, reader, headline, at=event.at)
        added = int(event.about.get("photos", "0"))
        photos = self._store.cases.photo_names(case.id)
        self._attach(
            case,
            resident_id,
            photos if is_new else photos[len(photos) - added :],
            place=is_new or event.action == "add_place",
            at=event.at,
        )

    def _headline(self, language: Language, case: Case, event: Event, reader: Reader) -> str:
        """What has happened, for whoever must notice; nothing for what needs no notice. Before
        many eyes it tells nothing that was said of a confidential case."""
        key = f"head_{event.action}"
        if event.about.get("clock") in ("ledger", "info"):
            key = f"head_{event.about['clock']}_due"
        if not self.face.has(key):
            return ""
        is_hidden = case.is_confidential and not reader.sees_words
        return self.face.say(
            language,
            key,
            actor=self.face.actor(language, event.actor),
            words="" if is_hidden else reader.shown(event.reason)[:_HEADLINE_CHARS],
            clock=self._clock_name(language, event),
            share=event.about.get("share", ""),
        )

    def _clock_name(self, language: Language, event: Event) -> str:
        clock = event.about.get("clock", "")
        return self.face.say(language, f"clock_{clock}") if clock else ""

    def _post_card(
        self, case: Case, resident_id: int, reader: Reader, headline: str, *, at: datetime
    ) -> None:
        waiting = self._waiting_news(case, resident_id)
        if waiting:
            lines = dict.fromkeys([*waiting.headline.split("\n"), str(headline)])
            headline = Markup("\n".join(list(lines)[-_HEADLINES:]))  # noqa: S704 (rendered before)
        language = self.language(resident_id)
        reply = self.face.card(language, case, reader, headline=headline, at=at)
        if waiting:
            letter_id = waiting.letter_id
            self._store.outbox.rewrite(letter_id, reply)
        else:
            letter_id = self._store.outbox.post(resident_id, reply, at=at)
        self._store.staff.keep_card(case.id, resident_id, letter_id, headline=str(headline))

    def _waiting_news(self, case: Case, resident_id: int) -> Card | None:
        """The new card that is on its way to a chat already: one is enough, and tells of both."""
        waiting = (
            one
            for one in self._store.staff.cards(case.id)
            if one.resident_id == resident_id
            and one.headline
            and self._store.outbox.is_waiting(one.letter_id)
        )
        return next(waiting, None)

    def _attach(
        self,
        case: Case,
        resident_id: int,
        photos: Sequence[str],
        *,
        place: bool,
        at: datetime,
    ) -> None:
        """Photos and place after the card; in a group not those of a confidential case, and the
        place only to about a hundred metres."""
        is_group = self._store.staff.is_group(resident_id)
        if case.is_confidential and is_group:
            return
        for name in photos[:_PHOTOS_SHOWN]:
            photo = Reply(case.number, photo=name, case_id=case.id, is_protected=True)
            self._store.outbox.post(resident_id, photo, at=at)
        latitude, longitude = case.matter.latitude, case.matter.longitude
        if place and latitude is not None and longitude is not None:
            exact = Location(latitude, longitude)
            point = Location(rounded(latitude), rounded(longitude)) if is_group else exact
            reply = Reply("", location=point, case_id=case.id, is_protected=True)
            self._store.outbox.post(resident_id, reply, at=at)


def _is_bad_news(event: Event) -> bool:
    """Whether a resident says that her matter is not solved, or that she is not satisfied."""
    solved, satisfied = event.about.get("solved"), event.about.get("satisfied")
    return event.action == "judge" and (solved in ("no", "partly") or satisfied == "no")
