"""One tap or one reply of a member of staff: authorised, carried out, and told what became of it.

Every method runs inside the caller's transaction. Nothing is read from a message's text: which
case it is about stands in the database, under the message's number.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.cards import Reader, excerpt
from bot.cases import Case, CaseError, MoveNotAllowed, Role, Staff, StaleCard, points_of
from bot.desk import Office
from bot.masking import masked
from bot.messages import Button, Reply, row_number
from bot.moves import PROGRESS_ROLES, may_take
from bot.staffroom.choosing import OTHER, WORDED, Choices
from bot.staffroom.doing import Doing, do, source_in
from bot.store import Sent, Words
from bot.wording import Language, plain

_NOTICE_CHARS = 190
_LISTED = 10
_WORDS_SHOWN = 2500
_WORDS_READ_BACK, _POINTS_SHOWN, _POINT_CHARS = 2000, 15, 60
"""Of words and points that are read back together, so that they fit into one message."""


@dataclass(frozen=True, slots=True)
class Posting:
    """A new message to the chat in which staff acted; `asks` is what a reply to it is for."""

    reply: Reply
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a tap or of words.

    Attributes:
        notice: flashes up after a tap, plain.
        is_case: `in_place` is the case as its card shows it after the step.
        in_place: what the tapped message becomes; None leaves it.
        postings: new messages below it.
    """

    notice: str = ""
    is_case: bool = False
    in_place: Reply | None = None
    postings: tuple[Posting, ...] = ()


class Staffroom:
    """The staff's side of the conversation."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._store = office.store
        self._face = office.cards.face
        self._choices = Choices(office)

    def tap(
        self,
        member: Staff | None,
        action: str,
        *,
        language: Language,
        reader: Reader | None,
        at: datetime,
    ) -> Outcome:
        """A button of a card (`k:<case>:<version>:<verb>`) or of words (`w:<id>:<version>:...`).

        Args:
            member: who tapped it; None is nobody who works here (any more).
            reader: who reads the chat, for the card's own buttons.
        """
        if member is None or reader is None:
            return Outcome(self._say(language, "not_staff"))
        kind, _, rest = action.partition(":")
        number, _, rest = rest.partition(":")
        version, _, verb = rest.partition(":")
        verb, _, choice = verb.partition("=")
        words = None
        if kind == "w":
            words = self._store.staff.words(row_number(number))
            if words is None or words.staff_id != member.id:
                return Outcome(self._say(language, "not_your_words"))
            if words.used_for:
                return Outcome(self._say(language, "words_used"))
        case = self._store.cases.known(words.case_id if words else row_number(number))
        if case is None:
            return Outcome(self._say(language, "case_gone"))
        doing = Doing(case, member, row_number(version), at, choice, words.words if words else "")
        if words:
            return self._on_words(words, doing, verb, language)
        return self._on_card(doing, verb, language, reader)

    def words(
        self, member: Staff | None, sent: Sent, words: str, *, language: Language, at: datetime
    ) -> list[Posting]:
        """Words written in reply to a message about a case: asks what they are to become."""
        if member is None:
            return [Posting(Reply(self._say(language, "not_staff")))]
        case = self._store.cases.get(sent.case_id)
        if not words.strip():
            return [Posting(Reply(self._say(language, "empty_words"), case_id=case.id))]
        if case.is_emptied:
            return [Posting(Reply(self._say(language, "refused_emptied"), case_id=case.id))]
        words_id = self._store.staff.keep_words(member.id, case.id, words.strip(), at=at)
        kept = Words(words_id, member.id, case.id, words.strip(), "")
        return [Posting(self._offer_words(kept, case, member, language, asks=sent.asks))]

    def _offer_words(
        self, words: Words, case: Case, member: Staff, language: Language, *, asks: str = ""
    ) -> Reply:
        """Her words read back, with a button for each thing they can become."""
        asked, _, choice = asks.partition("=")
        verbs = [asked] if asked else self._worded_verbs(case, member)
        # This may be a group, in which nobody reads the words of a confidential case.
        shows_points = "reply" in verbs and not case.is_confidential
        text = self._face.say(
            language,
            "words_for",
            number=case.number,
            name=member.name,
            words=excerpt(words.words, _WORDS_READ_BACK),
            points=_points(case) if shows_points else [],
            lacks_source="answer" in verbs and not source_in(words.words),
        )
        buttons = tuple(
            (self._words_button(language, words.id, case, verb, choice),)
            for verb in [*verbs, "drop"]
        )
        return Reply(text, buttons=buttons, case_id=case.id, is_protected=True)

    def to_do(self, member: Staff, *, language: Language, at: datetime) -> Reply:
        """What waits for a member: her role, and the cases to act on next, the first due first."""
        listed = self._store.lists.to_do(member.role, member.unit, at=at, most=_LISTED)
        unit = self._face.names.unit(language, member.unit) if member.unit else ""
        text = self._face.say(
            language,
            "to_do",
            name=member.name,
            role=self._face.say(language, f"role_{member.role}"),
            unit=unit,
            count=self._store.lists.count_to_do(member.role, member.unit, at=at),
            shown=len(listed),
        )
        rows = tuple(
            (
                self._face.button(
                    language,
                    case,
                    "read",
                    label=f"{case.number[2:]} · {self._face.state(language, case)}",
                ),
            )
            for case in listed
        )
        return Reply(text, buttons=rows, is_protected=True)

    # Taps

    def _on_card(self, doing: Doing, verb: str, language: Language, reader: Reader) -> Outcome:
        case, member = doing.case, doing.member
        if not self._may_read(case, member):
            return Outcome(self._say(language, "refused_not_hers"))
        if verb == "card":
            return Outcome(in_place=self._card(case, language, reader, at=doing.at))
        if verb == "read":
            self._office.cards.open_for(case, member, at=doing.at)
            return Outcome(self._say(language, "opened_privately"))
        if not _has_right(member, verb):
            return Outcome(
                self._refusal(MoveNotAllowed(case.id, case.state, verb, "role"), language)
            )
        if doing.seen != case.version or not reader.sees(case):
            # A button for a confidential case in a group is from before it was known as one.
            stale = StaleCard(case.id, doing.seen, case.version)
            return self._refused(stale, doing, language, reader)
        offered = self._choices.offer(language, doing, verb, reader)
        if offered:
            return Outcome(in_place=offered)
        if doing.choice == OTHER:
            doing = replace(doing, choice="")
            return Outcome(postings=(self._prompt(case, verb, doing, language),))
        if verb in WORDED and not (verb == "merge" and doing.choice):
            return Outcome(postings=(self._prompt(case, verb, doing, language),))
        return self._carry_out(verb, doing, language, reader)

    def _prompt(self, case: Case, verb: str, doing: Doing, language: Language) -> Posting:
        text = self._face.say(
            language, f"write_{verb}", number=case.number, name=doing.member.name
        )
        asks = f"{verb}={doing.choice}" if doing.choice else verb
        return Posting(Reply(text, case_id=case.id, is_protected=True), asks)

    def _carry_out(self, verb: str, doing: Doing, language: Language, reader: Reader) -> Outcome:
        try:
            case = do(self._office, verb, doing)
        except CaseError as error:
            return self._refused(error, doing, language, reader)
        notice = self._did(language, verb)
        card = self._card(case, language, reader, at=doing.at)
        return Outcome(notice, is_case=True, in_place=card)

    def _refused(
        self, error: CaseError, doing: Doing, language: Language, reader: Reader
    ) -> Outcome:
        """Nothing happened; she reads why, and sees the case as it stands."""
        case = self._store.cases.get(doing.case.id)
        card = self._card(case, language, reader, at=doing.at)
        return Outcome(self._refusal(error, language), in_place=card)

    def _on_words(self, words: Words, doing: Doing, verb: str, language: Language) -> Outcome:
        case, member = doing.case, doing.member
        if verb == "drop":
            self._store.staff.use_words(words.id, verb)
            text = self._face.say(language, "words_dropped", number=case.number)
            return Outcome(in_place=Reply(text, replaces=True, case_id=case.id))
        try:
            do(self._office, verb, doing)
        except CaseError as error:
            now = self._store.cases.get(case.id)
            # A call and a merge are about what she chose before: it stays chosen.
            asks = f"{verb}={doing.choice}" if verb in ("call", "merge") else ""
            again = self._offer_words(words, now, member, language, asks=asks)
            refusal = self._refusal(error, language)
            return Outcome(refusal, in_place=replace(again, replaces=True))
        self._store.staff.use_words(words.id, verb)
        text = self._face.say(
            language,
            "words_done",
            number=case.number,
            name=member.name,
            action=self._did(language, verb),
            words=words.words[:_WORDS_SHOWN],
        )
        done = Reply(text, replaces=True, case_id=case.id, is_protected=True)
        return Outcome(self._did(language, verb), in_place=done)

    def _refusal(self, error: CaseError, language: Language) -> str:
        return self._face.refusal(language, error)[:_NOTICE_CHARS]

    def _card(self, case: Case, language: Language, reader: Reader, *, at: datetime) -> Reply:
        return replace(self._face.card(language, case, reader, at=at), replaces=True)

    def _may_read(self, case: Case, member: Staff) -> bool:
        """A handler sees the cases of her unit only."""
        if member.role is not Role.HANDLER:
            return True
        assignments = self._store.assignments.of_case(case.id)
        return any(one.unit == member.unit and one.is_live for one in assignments)

    # Words

    def _worded_verbs(self, case: Case, member: Staff) -> list[str]:
        offered = self._face.verbs(case, Reader.member(member))
        verbs = [verb for verb in offered if verb in WORDED and verb not in ("call", "merge")]
        return [*verbs, "note"] if self._may_read(case, member) else verbs

    def _words_button(
        self, language: Language, words_id: int, case: Case, verb: str, choice: str
    ) -> Button:
        label = self._face.say(language, f"use_{verb}" if verb == "drop" else f"do_{verb}")
        action = f"w:{words_id}:{case.version}:{verb}"
        return Button(label, f"{action}={choice}" if choice and verb != "drop" else action)

    def _did(self, language: Language, verb: str) -> str:
        return plain(self._face.did(language, verb))

    def _say(self, language: Language, key: str) -> str:
        return plain(self._face.say(language, key))


def _points(case: Case) -> list[str]:
    """The points of a matter, short enough to be shown together; her own card has them whole.

    They are masked, for this may be a group.
    """
    points = [excerpt(point, _POINT_CHARS) for point in points_of(masked(case.matter.text))]
    shown = points[:_POINTS_SHOWN]
    return shown if len(points) <= _POINTS_SHOWN else [*shown, "…"]


def _has_right(member: Staff, verb: str) -> bool:
    if verb == "progress":
        return member.role in PROGRESS_ROLES
    return may_take(member.role, verb)
