"""The draft card: a matter is read back, corrected by taps and words, and filed only on 提交."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import desk
from bot.answers import Answer
from bot.cases import Awaiting, Case, Draft, DraftState, Kind, Matter, Urgency
from bot.config import Limits
from bot.desk import Office
from bot.dialogue.phrasing import Phrasing, danger_text, joinable
from bot.likeness import Meaning
from bot.matters import OTHER_CATEGORY
from bot.messages import Button, Location, Reply, row_number, utf16_units
from bot.service import Service
from bot.store import Resident
from bot.wording import Language
from index import Hit, Index

PLACE_MAX_CHARS = 100
COMMITMENTS_PROPOSED = 3
_WORTH_PROPOSING = 0.05
"""Nearness from which a commitment is proposed for a matter."""
_SET = 1.0
_READ = 0.9
_NOT_KNOWN = 0.0
_PARTS = {"kind", "category", "urgency", "street", "place", "commitment"}
"""What of a matter she can choose herself (`Matter.sureness`)."""
Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """One message being handled: whose, which turn, in which language, when."""

    resident: Resident
    turn_id: int
    language: Language
    at: datetime


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A photo that is on disk already and not yet part of a draft."""

    name: str
    media_type: str
    size_bytes: int


class TooManyDrafts(Exception):
    """She has begun as many matters as she may have open; nothing was changed."""

    def __init__(self, count: int, latest: Draft) -> None:
        super().__init__(f"{count} drafts are open")
        self.count = count
        self.latest = latest


class Drafting:
    """All that can happen to a draft; every method runs inside the message's transaction."""

    def __init__(
        self,
        *,
        office: Office,
        meaning: Callable[[], Meaning],
        phrasing: Phrasing,
        service: Service,
        limits: Limits,
        index: Callable[[], Index],
    ) -> None:
        self._office = office
        self._store = office.store
        self._meaning = meaning
        self._phrasing = phrasing
        self._service = service
        self._limits = limits
        self._index = index

    # Changing

    def begin(self, moment: Moment, matter: Matter, *, source: str) -> Draft:
        """Keep a matter as a draft; a second tap of the same button finds the first one.

        Raises:
            TooManyDrafts: she must submit or drop one first.
        """
        made = self._store.drafts.made_from(source, moment.resident.id)
        return made or self._added(moment, matter, source=source, awaiting=Awaiting.NOTHING)

    def begin_without_words(self, moment: Moment, *, commitment: str = "") -> Draft:
        """An empty draft that waits for its words; one she left unwritten is used again.

        Raises:
            TooManyDrafts: she must submit or drop one first.
        """
        left = self._store.drafts.open_of(moment.resident.id)
        if left and left.awaiting is Awaiting.TEXT:
            matter = _about(left.matter, commitment) if commitment else left.matter
            return self._kept(moment, left, matter=matter)
        empty = Matter("", Kind.COMPLAINT, OTHER_CATEGORY)
        return self._added(
            moment,
            _about(empty, commitment) if commitment else empty,
            source=f"turn:{moment.turn_id}",
            awaiting=Awaiting.TEXT,
        )

    def _added(self, moment: Moment, matter: Matter, *, source: str, awaiting: Awaiting) -> Draft:
        drafts = self._store.drafts.open_ones(moment.resident.id)
        if len(drafts) >= self._limits.max_open_drafts:
            raise TooManyDrafts(len(drafts), drafts[0])
        return self._store.drafts.add(
            moment.resident.id, matter, source=source, awaiting=awaiting, at=moment.at
        )

    def has_room_to_reword(self, draft: Draft, old: str, read: Matter) -> bool:
        """Whether other words fit into the place of those she changed."""
        text = _replaced(draft.matter.text, old, read.text)
        return utf16_units(text) <= self._limits.max_text_chars

    def reword(self, moment: Moment, draft: Draft, old: str, read: Matter) -> Draft:
        """Other words in the place of those she changed; what she chose herself stays."""
        before = draft.matter
        if before.text != old:
            text = _replaced(before.text, old, read.text)
            return self._kept(moment, draft, matter=replace(before, text=text))
        chosen = {name for name, sureness in before.sureness.items() if sureness == _SET}
        matter = replace(
            read,
            latitude=before.latitude,
            longitude=before.longitude,
            **{name: getattr(before, name) for name in chosen & _PARTS},
        )
        return self._kept(
            moment, draft, matter=matter.with_sureness(**dict.fromkeys(chosen, _SET))
        )

    def take_words(self, moment: Moment, draft: Draft, read: Matter) -> Draft:
        """The words a draft was waiting for; what was attached or chosen before them stays."""
        before = draft.matter
        matter = replace(read, latitude=before.latitude, longitude=before.longitude)
        if before.commitment:
            matter = _about(matter, before.commitment)
        return self._kept(moment, draft, matter=matter)

    def take_place(self, moment: Moment, draft: Draft, text: str, street: str) -> Draft:
        """The place a draft was waiting for, in the resident's words."""
        matter = replace(draft.matter, place=text).with_sureness(place=_SET)
        if street:
            matter = replace(matter, street=street).with_sureness(street=_READ)
        return self._kept(moment, draft, matter=matter)

    def has_room_for(self, draft: Draft, more: Matter) -> bool:
        """Whether further words fit into what one matter may hold."""
        text = _joined(draft.matter.text, more.text)
        return utf16_units(text) <= self._limits.max_text_chars

    def add_words(self, moment: Moment, draft: Draft, more: Matter) -> Draft:
        """Further words for an open draft; adding them twice adds them once."""
        before = draft.matter
        matter = replace(
            before,
            text=_joined(before.text, more.text),
            place=before.place or more.place,
            street=before.street or more.street,
            kind=_kind_with(before, more),
            urgency=max(before.urgency, more.urgency, key=list(Urgency).index),
            is_danger=before.is_danger or more.is_danger,
        )
        read = {
            part: more.sureness[part]
            for part in ("kind", "place", "street", "urgency")
            if part in more.sureness and getattr(matter, part) != getattr(before, part)
        }
        return self._kept(moment, draft, matter=matter.with_sureness(**read))

    def attach_photo(
        self, moment: Moment, draft: Draft, photo: KeptPhoto, *, album: str = ""
    ) -> bool:
        """Attach a photo; False if the draft has as many as it may have."""
        now = self._store.drafts.hers(draft.id, moment.resident.id)
        if (now or draft).photos >= self._limits.max_photos_per_draft:
            return False
        self._store.drafts.add_file(
            draft.id,
            name=photo.name,
            media_type=photo.media_type,
            size_bytes=photo.size_bytes,
            at=moment.at,
            album=album,
        )
        return True

    def attach_location(self, moment: Moment, draft: Draft, location: Location) -> None:
        """Attach a location; whoever was asked for the place has answered with it."""
        matter = replace(draft.matter, latitude=location.latitude, longitude=location.longitude)
        self._kept(moment, draft, matter=matter)

    def _kept(
        self,
        moment: Moment,
        draft: Draft,
        *,
        matter: Matter,
        awaiting: Awaiting = Awaiting.NOTHING,
    ) -> Draft:
        changed = replace(
            draft, matter=matter, awaiting=awaiting if matter.text else Awaiting.TEXT
        )
        self._store.drafts.change(changed, at=moment.at)
        return changed

    # Tapping

    def on_tap(
        self, moment: Moment, draft: Draft, verb: str, *, near: Answer | None
    ) -> Reply | None:
        """A button of the card; `verb` may carry a choice as `kind=praise`.

        Returns:
            What the card's message becomes, or None for a button that no longer exists.
        """
        name, _, choice = verb.partition("=")
        if draft.state is not DraftState.OPEN or (name == "submit" and not draft.matter.text):
            return self.standing(moment, draft, replaces=True)
        match name:
            case "submit":
                return self._submit(moment, draft, same_as=row_number(choice))
            case "anonymous" if draft.matter.text:
                return self._submit_anonymously(moment, draft, is_sure=choice == "yes")
            case "cancel":
                return self._cancel(moment, draft)
            case "card":
                back = self._kept(moment, draft, matter=draft.matter)
                return self.standing(moment, back, replaces=True)
            case "place" if not choice:
                asked = self._kept(moment, draft, matter=draft.matter, awaiting=Awaiting.PLACE)
                return self.standing(moment, asked, replaces=True)
        if not choice:
            return self._offer(moment, draft, name, near)
        changed = self._with_choice(draft.matter, name, choice)
        if changed is None:
            return None
        draft = self._kept(moment, draft, matter=changed)
        return self.standing(moment, draft, replaces=True, notice="changed")

    def cancel_open(self, moment: Moment) -> Reply:
        """`/cancel`: drop the open draft, if there is one."""
        draft = self._store.drafts.open_of(moment.resident.id)
        if draft is None:
            return Reply(self._phrasing.say(moment.language, "draft.nothing_to_cancel"))
        return replace(self._cancel(moment, draft), replaces=False)

    def _submit(self, moment: Moment, draft: Draft, *, same_as: int) -> Reply:
        """File it; `same_as` is the similar case that she says is about the same problem."""
        similar = self._similar(moment, draft)
        joined = next((one for one in joinable(similar) if one.id == same_as), None)
        case = desk.open_case(
            self._office,
            draft,
            at=moment.at,
            similar=similar,
            same_as=joined.id if joined else None,
        )
        desk.note_meaning(self._store, case, meaning=self._meaning())
        text = self._phrasing.filed(moment.language, case, similar)
        return Reply(text, replaces=True, case_id=case.id)

    def _submit_anonymously(self, moment: Moment, draft: Draft, *, is_sure: bool) -> Reply:
        """File it as nobody's, once she has read what that means; her conversation forgets it."""
        language, phrasing = moment.language, self._phrasing
        if not is_sure:
            yes = phrasing.button(language, "anonymous_yes", f"d:{draft.id}:anonymous=yes")
            back = phrasing.button(language, "back", f"d:{draft.id}:card")
            text = phrasing.say(language, "draft.anonymous_sure")
            return Reply(text, buttons=((yes,), (back,)), replaces=True)
        similar = self._similar(moment, draft)
        case = desk.open_case_of_nobody(self._office, draft, at=moment.at, similar=similar)
        desk.note_meaning(self._store, case, meaning=self._meaning())
        text = phrasing.say(
            language, "case.filed_anonymously", number=case.number, code=case.query_code
        )
        return Reply(text, replaces=True, is_passing=True, is_receipt=True)

    def _similar(self, moment: Moment, draft: Draft) -> list[desk.Similar]:
        return desk.similar_cases(self._store, draft.matter, meaning=self._meaning(), at=moment.at)

    def _cancel(self, moment: Moment, draft: Draft) -> Reply:
        dropped = replace(draft, state=DraftState.CANCELLED, awaiting=Awaiting.NOTHING)
        self._store.drafts.change(dropped, at=moment.at)
        return Reply(self._phrasing.say(moment.language, "draft.cancelled"), replaces=True)

    def _with_choice(self, matter: Matter, name: str, choice: str) -> Matter | None:
        """The matter with what she chose; `-` is none, or that she does not know."""
        known = choice != "-"
        match name:
            case "kind" | "urgency" | "category" if not known:
                return matter.with_sureness(**{name: _NOT_KNOWN})
            case "kind" if choice in list(Kind):
                matter = replace(matter, kind=Kind(choice))
            case "urgency" if choice in list(Urgency):
                matter = replace(matter, urgency=Urgency(choice))
            case "category" if choice in self._service.categories:
                matter = replace(matter, category=choice)
            case "street" if not known or choice in self._service.streets:
                matter = replace(matter, street=choice if known else "")
            case "place" if not known:
                matter = replace(matter, place="")
            case "c" if not known or choice in self._index().commitments:
                return _about(matter, choice if known else "")
            case _:
                return None
        return matter.with_sureness(**{name: _SET})

    def _offer(self, moment: Moment, draft: Draft, name: str, near: Answer | None) -> Reply | None:
        """The choices behind one of the card's buttons."""
        language, phrasing = moment.language, self._phrasing
        codes: dict[str, str]
        match name:
            case "kind":
                codes = {kind: phrasing.names.kind(language, kind) for kind in Kind}
            case "urgency":
                codes = {urgency: phrasing.names.urgency(language, urgency) for urgency in Urgency}
            case "category":
                names = self._service.categories
                codes = {code: phrasing.names.category(language, code) for code in names}
            case "street":
                codes = {
                    code: phrasing.names.street(language, code) for code in self._service.streets
                }
            case "commitment" if near is not None:
                codes = {
                    hit.commitment.id: phrasing.proposal(language, hit) for hit in proposed(near)
                }
            case _:
                return None
        codes["-"] = phrasing.say(language, f"button.no_{name}")
        verb, width = ("c", 1) if name == "commitment" else (name, 2)
        buttons = [Button(label, f"d:{draft.id}:{verb}={code}") for code, label in codes.items()]
        back = phrasing.button(language, "back", f"d:{draft.id}:card")
        return Reply(
            phrasing.say(language, f"draft.choose_{name}"),
            buttons=(*_rows(buttons, width), (back,)),
            replaces=True,
        )

    # Showing

    def standing(
        self,
        moment: Moment,
        draft: Draft,
        *,
        numbers: Sequence[str] = (),
        replaces: bool = False,
        notice: str = "",
    ) -> Reply:
        """What there is to say of a draft as it stands: what it waits for, its card, its case.

        Args:
            numbers: emergency numbers to show first.
            notice: name of a wording's `notice`, shown after a tap.
        """
        language, phrasing = moment.language, self._phrasing
        buttons: Rows = ()
        if draft.case_id is not None:
            case = self._store.cases.get(draft.case_id)
            text, buttons, notice = phrasing.filed(language, case, []), (), "already_submitted"
        elif draft.state is DraftState.CANCELLED:
            text, buttons, notice = (
                phrasing.say(language, "draft.cancelled"),
                (),
                "already_cancelled",
            )
        elif draft.awaiting is Awaiting.NOTHING:
            commitment = self._index().commitments.get(draft.matter.commitment)
            similar = self._similar(moment, draft)
            text = phrasing.card(language, draft, commitment, similar)
            buttons = self._card_buttons(moment, draft, joinable(similar))
        else:
            text, buttons = self._question(moment, draft)
        if numbers:
            text = danger_text(phrasing, language, numbers, text)
        shown = phrasing.say(language, f"notice.{notice}") if notice else ""
        return Reply(text, buttons=buttons, replaces=replaces, notice=shown, case_id=draft.case_id)

    def _question(self, moment: Moment, draft: Draft) -> tuple[str, Rows]:
        """What a draft waits for, asked."""
        language, phrasing = moment.language, self._phrasing
        if draft.awaiting is Awaiting.PLACE:
            street = phrasing.button(language, "street", f"d:{draft.id}:street")
            unknown = phrasing.button(language, "no_place", f"d:{draft.id}:place=-")
            back = phrasing.button(language, "back", f"d:{draft.id}:card")
            return phrasing.say(language, "ask.place"), ((street, unknown), (back,))
        commitment = self._index().commitments.get(draft.matter.commitment)
        cancel = phrasing.button(language, "cancel", f"d:{draft.id}:cancel")
        received = []
        if draft.photos:
            received.append(phrasing.say(language, "draft.photo_kept", count=draft.photos))
        if draft.matter.latitude is not None:
            received.append(phrasing.say(language, "draft.location_kept"))
        if commitment:
            ask = phrasing.say(language, "ask.text_about", quote=commitment.quote)
        else:
            ask = phrasing.say(language, "ask.text")
        return "\n".join([*received, ask]), ((cancel,),)

    def _card_buttons(self, moment: Moment, draft: Draft, similar: Sequence[Case]) -> Rows:
        def button(name: str) -> Button:
            return self._phrasing.button(moment.language, name, f"d:{draft.id}:{name}")

        joins = tuple(
            (
                Button(
                    self._phrasing.joining(moment.language, number, case),
                    f"d:{draft.id}:submit={case.id}",
                ),
            )
            for number, case in enumerate(similar, start=1)
        )
        return (
            (button("submit"),),
            *joins,
            (button("kind"), button("category"), button("urgency")),
            (button("street"), button("place"), button("commitment")),
            (button("anonymous"), button("cancel")),
        )


def proposed(found: Answer | None) -> tuple[Hit, ...]:
    """The commitments proposed for a matter, best first; none if nothing is near."""
    hits = found.hits if found else ()
    worth = [hit for hit in hits[:COMMITMENTS_PROPOSED] if hit.nearness >= _WORTH_PROPOSING]
    return tuple(sorted(worth, key=lambda hit: -hit.nearness))


def holds(text: str, words: str) -> bool:
    """Whether words are lines of a text."""
    return bool(words) and f"\n{words}\n" in f"\n{text}\n"


def _replaced(text: str, old: str, new: str) -> str:
    """The text with other lines in the place of some of its own."""
    return f"\n{text}\n".replace(f"\n{old}\n", f"\n{new}\n", 1)[1:-1]


def _kind_with(before: Matter, more: Matter) -> Kind:
    """The kind of a matter with more words: what they say outright, unless she chose it."""
    is_chosen = before.sureness.get("kind") == _SET
    is_outright = more.sureness.get("kind", 0.0) >= _READ
    is_graver = more.is_danger or (more.kind is Kind.REPORT and is_outright)
    return (
        more.kind
        if is_graver and not is_chosen and before.kind is not Kind.REPORT
        else before.kind
    )


def _about(matter: Matter, commitment: str) -> Matter:
    """The matter with the commitment she chose, or with none."""
    return replace(matter, commitment=commitment).with_sureness(commitment=_SET)


def _rows(buttons: Sequence[Button], width: int) -> Rows:
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))


def _joined(text: str, more: str) -> str:
    """Further words below the first ones; words that stand there already are not repeated."""
    return text if holds(text, more) else f"{text}\n{more}"
