"""A resident and her cases: how one stands, what she adds, her verdict, her dispute, withdrawal.
Every method runs inside the message's transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot import desk
from bot.cases import (
    Actor,
    Case,
    CaseState,
    MoveNotAllowed,
    Satisfied,
    Solved,
    leads_of,
)
from bot.config import Limits
from bot.desk import Office
from bot.dialogue.drafting import KeptPhoto, Moment
from bot.dialogue.phrasing import Phrasing, danger_text
from bot.messages import Button, Reply, Said, row_number
from bot.moves import move_of
from bot.notices import case_action

Rows = tuple[tuple[Button, ...], ...]
_CASES_LOOKED_THROUGH = 20


class Casework:
    """What a resident does with cases that are filed."""

    def __init__(self, *, office: Office, phrasing: Phrasing, limits: Limits) -> None:
        self._office = office
        self._store = office.store
        self._phrasing = phrasing
        self._limits = limits
        self._adding_to_nobodys: dict[int, tuple[int, datetime]] = {}
        """Which case of nobody's a resident adds to, since when: it is written down nowhere."""

    def note_return(self, resident_id: int, *, at: datetime) -> None:
        """She can be written to again: staff see it on her cases."""
        self._office.cards.refresh_of(resident_id, at=at)

    # Showing

    def view(self, moment: Moment, case: Case, *, replaces: bool = False) -> Reply:
        """How a case stands and what happened to it; the buttons are for its own resident."""
        events = self._store.cases.events(case.id)
        units = leads_of(case, self._store.assignments.of_case(case.id))
        text = self._phrasing.case(
            moment.language, case, events, units=[one.unit for one in units]
        )
        is_hers = case.is_anonymous or case.resident_id == moment.resident.id
        buttons = self._buttons(moment, case) if is_hers else ()
        return _told(case, Reply(text, buttons=buttons, replaces=replaces, case_id=case.id))

    def shown_by_code(self, moment: Moment, case: Case) -> list[Reply]:
        """A case that belongs to nobody, to whoever gave its code: how it stands, what staff wrote
        last in full, since nothing of it could be brought to anybody, and how to add to it."""
        view = self.view(moment, case)
        told = [
            event
            for event in self._store.cases.events(case.id)
            if event.resident_sees and event.actor != "resident" and event.reason
        ]
        last = self._office.notices.replies(moment.language, case, told[-1]) if told else []
        texts = [Reply(reply.html) for reply in last]
        return [_told(case, reply) for reply in (*texts, view)]

    def add_by_code(
        self,
        moment: Moment,
        case: Case,
        said: Said,
        photos: Sequence[KeptPhoto],
        *,
        words: str,
    ) -> list[Reply]:
        """What was sent with number and code: to a case that belongs to nobody, or to her own;
        what cannot be added is said to be left out, above how the case stands."""
        may_add = case.is_anonymous or case.resident_id == moment.resident.id
        if may_add and self._can(case, "add_words"):
            return self.add(moment, case, said, photos, words=words)
        shown = (
            self.shown_by_code(moment, case) if case.is_anonymous else [self.view(moment, case)]
        )
        return [self._say(moment, case, "case.not_added"), *shown]

    def on_tap_by_code(self, moment: Moment, target: str) -> list[Reply]:
        """A button of a case that belongs to nobody: `<number>:<code>:<verb>`."""
        number, _, rest = target.partition(":")
        code, _, verb = rest.partition(":")
        case = desk.find_case(
            self._store,
            number=number,
            query_code=code,
            resident_id=moment.resident.id,
            at=moment.at,
        )
        return self._on_verb(moment, case, verb) if case and case.is_anonymous else []

    def _buttons(self, moment: Moment, case: Case) -> Rows:
        """What she can do with her case as it stands."""
        names: list[tuple[str, ...]] = []
        if case.state is CaseState.REPLIED:
            names.append(("solved_yes", "solved_partly", "solved_no"))
        if case.state is CaseState.ANSWERED:
            names.append(("solved_yes", "solved_no"))
        if case.state is CaseState.REPLIED and case.solved not in (None, Solved.YES):
            names.append(("dispute",))
        if self._can(case, "object") and not case.has_objected:
            names.append(("object",))
        if desk.may_still_be_disputed(self._office, case, at=moment.at):
            names.append(("dispute",))
        if self._can(case, "add_words"):
            names.append(("add", "withdraw") if case.may_be_withdrawn else ("add",))
        return tuple(tuple(self._button(moment, case, name) for name in row) for row in names)

    def _can(self, case: Case, action: str) -> bool:
        return not case.is_emptied and move_of(action, case.state) is not None

    def _button(self, moment: Moment, case: Case, name: str) -> Button:
        return self._phrasing.button(moment.language, name, case_action(case, name))

    # Adding

    def case_meant(self, moment: Moment, said: Said) -> Case | None:
        """The case that what she says belongs to: she replies to a message about it, or has just
        said that she adds to it. None if there is none, or nothing can be added to it."""
        since = moment.at - timedelta(minutes=self._limits.follow_up_minutes)
        nobodys, asked_at = self._adding_to_nobodys.get(moment.resident.id, (0, since))
        if asked_at > since and said.case_id is None:
            found = self._store.cases.get(nobodys)
            return found if self._can(found, "add_words") else None
        adding = self._store.residents.adding_to(moment.resident.id, since=since)
        for case_id in (said.case_id, adding):
            case = self._hers(moment, case_id) if case_id is not None else None
            if case and self._can(case, "add_words"):
                return case
        return None

    def case_in_need(self, moment: Moment) -> Case | None:
        """Her case that waits for something from her, the latest."""
        cases = self._store.cases.of_resident(moment.resident.id, most=_CASES_LOOKED_THROUGH)
        return next((case for case in cases if case.state is CaseState.NEED_INFO), None)

    def add(
        self,
        moment: Moment,
        case: Case,
        said: Said,
        photos: Sequence[KeptPhoto],
        *,
        words: str,
        numbers: Sequence[str] = (),
    ) -> list[Reply]:
        """Add what she sent to a case, hers or of nobody; further photos may follow.

        Args:
            numbers: emergency numbers to show first.
        """
        actor = Actor.resident(case.resident_id)
        kept = [photo for photo in photos if self._keep_photo(moment, case, photo, said.album)]
        if words:
            desk.add_words(self._office, case.id, actor, words, at=moment.at)
        if kept:
            desk.add_photos(self._office, case.id, actor, count=len(kept), at=moment.at)
        if said.location:
            point = said.location
            desk.add_place(
                self._office, case.id, actor, point.latitude, point.longitude, at=moment.at
            )
        self._set_adding(moment, case, goes_on=not words)
        replies = []
        if len(kept) < len(photos):
            most = self._limits.max_photos_per_draft
            replies.append(
                Reply(self._phrasing.say(moment.language, "draft.photos_full", most=most))
            )
        replies.append(self._added(moment, case, words=words, numbers=numbers))
        return [_told(case, reply) for reply in replies]

    def _set_adding(self, moment: Moment, case: Case, *, goes_on: bool = True) -> None:
        """What she sends next belongs to this case, too, or no longer."""
        if not case.is_anonymous:
            self._store.residents.set_adding(
                moment.resident.id, case.id if goes_on else None, at=moment.at
            )
        elif goes_on:
            self._adding_to_nobodys[moment.resident.id] = (case.id, moment.at)
        else:
            self._adding_to_nobodys.pop(moment.resident.id, None)

    def _added(self, moment: Moment, case: Case, *, words: str, numbers: Sequence[str]) -> Reply:
        text = self._phrasing.say(moment.language, "case.added", number=case.number)
        if numbers:
            text = danger_text(self._phrasing, moment.language, numbers, text)
        more = self._button(moment, case, "add_more")
        rows: Rows = ((more,),)
        if words and not case.is_anonymous:  # of nobody's the words are kept with the case alone
            other = self._phrasing.button(
                moment.language, "not_an_addition", f"new:{moment.turn_id}"
            )
            rows = ((more,), (other,))
        return Reply(text, buttons=rows, case_id=case.id)

    def _keep_photo(self, moment: Moment, case: Case, photo: KeptPhoto, album: str) -> bool:
        now = self._store.cases.get(case.id)
        if now.photos >= self._limits.max_photos_per_draft:
            return False
        self._store.drafts.add_file(
            self._store.cases.draft_id(case.id),
            name=photo.name,
            media_type=photo.media_type,
            size_bytes=photo.size_bytes,
            at=moment.at,
            album="" if case.is_anonymous else album,
        )
        return True

    def add_turn(self, moment: Moment, target: str, words: str) -> list[Reply]:
        """`addto:<case>:<turn>`: what she said a moment ago belongs to a case."""
        case = self._hers(moment, row_number(target.partition(":")[0]))
        if case is None or not self._can(case, "add_words"):
            return []
        actor = Actor.resident(moment.resident.id)
        if any(
            event.action == "add_words" and event.reason == words
            for event in self._store.cases.events(case.id)
        ):
            return [replace(self.view(moment, case), replaces=True)]
        desk.add_words(self._office, case.id, actor, words, at=moment.at)
        text = self._phrasing.say(moment.language, "case.added", number=case.number)
        more = self._button(moment, case, "add_more")
        return [Reply(text, buttons=((more,),), replaces=True, case_id=case.id)]

    # Tapping

    def on_tap(self, moment: Moment, target: str) -> list[Reply]:
        """A button of one of her cases: `<case>:<verb>`, perhaps with a choice (`solved=yes`).

        Returns:
            Nothing for a button that is not hers or no longer exists.
        """
        number, _, verb = target.partition(":")
        case = self._hers(moment, row_number(number))
        return self._on_verb(moment, case, verb) if case else []

    def _on_verb(self, moment: Moment, case: Case, verb: str) -> list[Reply]:
        name, _, choice = verb.partition("=")
        try:
            replies = self._done(moment, case, name, choice)
        except MoveNotAllowed as error:
            replies = [self._not_possible(moment, case, error)]
        return [_told(case, reply) for reply in replies]

    def _done(self, moment: Moment, case: Case, name: str, choice: str) -> list[Reply]:
        actor = Actor.resident(case.resident_id)
        at = moment.at
        match name:
            case "open":
                return [self.view(moment, case, replaces=True)]
            case "add" | "add_more":
                return [self._ask_for_more(moment, case)]
            case "solved" if choice in list(Solved):
                case = desk.judge_solved(self._office, case.id, actor, Solved(choice), at=at)
                return [self._after_solved(moment, case)]
            case "satisfied" if choice in list(Satisfied):
                case = desk.judge_satisfied(self._office, case.id, actor, Satisfied(choice), at=at)
                return [self._after_satisfied(moment, case)]
            case "dispute":
                case = desk.dispute(self._office, case.id, actor, "", at=at)
                return [self._invites_words(moment, case, "case.disputed")]
            case "object":
                case = desk.object_to_rejection(self._office, case.id, actor, "", at=at)
                return [self._invites_words(moment, case, "case.objected")]
            case "withdraw":
                return [self._ask_to_withdraw(moment, case)]
            case "withdraw_yes":
                case = desk.withdraw(self._office, case.id, actor, "", at=at)
                return [self._say(moment, case, "case.withdrawn", replaces=True)]
        return []

    def _hers(self, moment: Moment, case_id: int) -> Case | None:
        return self._store.cases.hers(case_id, moment.resident.id)

    def _ask_for_more(self, moment: Moment, case: Case) -> Reply:
        if not self._can(case, "add_words"):
            return self.view(moment, case)
        return self._invites_words(moment, case, "case.add_what")

    def _after_solved(self, moment: Moment, case: Case) -> Reply:
        """Whether she is satisfied is asked apart, whatever she said of the matter itself."""
        solved = case.solved
        rows: Rows
        if case.state is CaseState.ANSWERED:
            text, rows = "case.answer_disputable", ((self._button(moment, case, "dispute"),),)
        else:
            key = "case.solved_closed" if solved is Solved.YES else "case.not_solved"
            text, rows = key, (self._satisfied_buttons(moment, case),)
        shown = self._phrasing.say(moment.language, text, number=case.number)
        return Reply(shown, buttons=rows, case_id=case.id)  # the reply stays to be read

    def _satisfied_buttons(self, moment: Moment, case: Case) -> tuple[Button, ...]:
        return tuple(
            self._phrasing.button(
                moment.language, f"satisfied_{one}", case_action(case, f"satisfied={one}")
            )
            for one in Satisfied
        )

    def _after_satisfied(self, moment: Moment, case: Case) -> Reply:
        may_dispute = case.is_open or desk.may_still_be_disputed(self._office, case, at=moment.at)
        is_content = case.solved is Solved.YES or case.satisfied is not Satisfied.NO
        is_disputable = may_dispute and not is_content
        key = "case.dissatisfied" if is_disputable else "case.rated"
        text = self._phrasing.say(
            moment.language,
            key,
            number=case.number,
            closed=not case.is_open,
            days=self._office.service.dispute_days,
        )
        rows = ((self._button(moment, case, "dispute"),),) if is_disputable else ()
        return Reply(text, buttons=rows, replaces=True, case_id=case.id)

    def _invites_words(self, moment: Moment, case: Case, key: str) -> Reply:
        """What she sends next belongs to the case; of nobody's only for a moment, and as long as
        the bot runs: that she waits to add to it is written down nowhere."""
        self._set_adding(moment, case)
        invited = self._say(moment, case, key)
        if not case.is_anonymous:
            return invited
        how = self._phrasing.say(
            moment.language,
            "case.add_by_code",
            number=case.number,
            code=case.query_code,
            minutes=self._limits.follow_up_minutes,
        )
        return replace(invited, html=f"{invited.html}\n\n{how}")

    def _ask_to_withdraw(self, moment: Moment, case: Case) -> Reply:
        if not case.may_be_withdrawn:
            raise MoveNotAllowed(case.id, case.state, "withdraw", "kept")
        text = self._phrasing.say(moment.language, "case.withdraw_sure", number=case.number)
        yes = self._button(moment, case, "withdraw_yes")
        no = self._button(moment, case, "open")
        return Reply(text, buttons=((yes, no),), replaces=True, case_id=case.id)

    def _not_possible(self, moment: Moment, case: Case, error: MoveNotAllowed) -> Reply:
        """Why a step is not possible, and how the case stands now."""
        key = f"case.refused_{error.why}"
        known = key if key in self._phrasing.keys else "case.refused_state"
        notice = self._phrasing.say(moment.language, known)
        return replace(self.view(moment, case), notice=notice)

    def _say(self, moment: Moment, case: Case, key: str, *, replaces: bool = False) -> Reply:
        text = self._phrasing.say(moment.language, key, number=case.number)
        return _told(case, Reply(text, replaces=replaces, case_id=case.id))


def _told(case: Case, reply: Reply) -> Reply:
    """A reply about a case; of nobody's none that is kept, so that it stays nobody's."""
    return replace(reply, case_id=None, is_passing=True) if case.is_anonymous else reply
