"""Messages that were changed after they were sent: what they said stays, as a version."""

from bot import desk
from bot.cases import Actor, Case, Draft, Matter
from bot.config import Limits
from bot.desk import Office
from bot.dialogue.drafting import Drafting, Moment, holds
from bot.dialogue.lookups import asks_for_case
from bot.dialogue.phrasing import Phrasing
from bot.messages import Reply, Said, Turn

_CASES_LOOKED_THROUGH = 20


class Edits:
    """What becomes of them; `take` runs inside the message's transaction."""

    def __init__(
        self, *, office: Office, phrasing: Phrasing, drafting: Drafting, limits: Limits
    ) -> None:
        self._office = office
        self._store = office.store
        self._phrasing = phrasing
        self._drafting = drafting
        self._limits = limits

    def is_about_draft(self, resident_id: int, said: Said) -> bool:
        """Whether what was changed stands in a draft."""
        if not said.edited:
            return False
        earlier = self._store.turns.said_under(said.key, resident_id)
        return earlier is not None and self._draft_with(resident_id, earlier) is not None

    def take(
        self, moment: Moment, earlier: Turn, words: str, matter: Matter | None
    ) -> list[Reply]:
        """Keep the version, and change the open draft or note it on the case that has the words.

        Returns:
            Nothing if there is none: the new words are then said as any others. Of a turn that
            was emptied no words are taken back in; a case may still be asked for by its code.
        """
        if self._store.turns.is_emptied(earlier.id):
            return [] if asks_for_case(words) else [self._left_out(moment)]
        self._store.turns.revise(earlier, words, at=moment.at)
        draft = self._draft_with(moment.resident.id, earlier)
        if draft and matter:
            return [self._reworded(moment, draft, earlier.said, matter)]
        case = self._case_with(moment, earlier)
        if case is None:
            return []
        actor = Actor.resident(moment.resident.id)
        desk.reword(self._office, case.id, actor, words, at=moment.at)
        text = self._phrasing.say(moment.language, "case.reworded", number=case.number)
        return [Reply(text, case_id=case.id)]

    def _left_out(self, moment: Moment) -> Reply:
        """What she changed is with nobody any more: neither is what she changed it into."""
        text = self._phrasing.say(moment.language, "case.reworded_of_nobody")
        return Reply(text, is_passing=True)

    def _reworded(self, moment: Moment, draft: Draft, old: str, matter: Matter) -> Reply:
        if not self._drafting.has_room_to_reword(draft, old, matter):
            most = self._limits.max_text_chars
            return Reply(self._phrasing.say(moment.language, "draft.no_room", most=most))
        changed = self._drafting.reword(moment, draft, old, matter)
        return self._drafting.standing(moment, changed)

    def _draft_with(self, resident_id: int, earlier: Turn) -> Draft | None:
        drafts = self._store.drafts.open_ones(resident_id)
        return next((one for one in drafts if holds(one.matter.text, earlier.said)), None)

    def _case_with(self, moment: Moment, earlier: Turn) -> Case | None:
        """The case that holds what a message says, or said in an earlier version."""
        wordings = (earlier.said, *self._store.turns.versions(earlier.id))
        cases = self._store.cases.of_resident(moment.resident.id, most=_CASES_LOOKED_THROUGH)
        return next(
            (case for case in cases if any(holds(case.matter.text, one) for one in wordings)),
            None,
        )
