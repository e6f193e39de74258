"""What a message means, found out before the transaction in which it is acted upon: it reads only,
and may wait for the index."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.answers import Answer
from bot.cases import Awaiting, Matter
from bot.config import Limits
from bot.dialogue.drafting import KeptPhoto
from bot.dialogue.edits import Edits
from bot.dialogue.lookups import added_behind
from bot.dialogue.questions import Questions
from bot.dialogue.understanding import TakenAs, Understander, Understanding, has_words
from bot.messages import Said, row_number, utf16_units
from bot.store import Resident, Store
from bot.wording import Language
from index import Earlier

_TAKEN_AS: dict[str, TakenAs] = {
    "ask": "question",
    "matter": "matter",
    "add": "matter",
    "new": "matter",
    "send": "matter",
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was found out about a message before the transaction in which it is acted upon.

    Attributes:
        is_addition: whether its words stand beside a photo or place, tell nothing by themselves,
            and a matter is not submitted yet.
    """

    said: Said
    understanding: Understanding | None = None
    near: Answer | None = None
    photos: Sequence[KeptPhoto] = ()
    is_addition: bool = False

    @property
    def matter(self) -> Matter | None:
        """What its words tell, if they tell anything."""
        return self.understanding.matter if self.understanding else None


class Preparing:
    """Finds out what was meant; changes nothing."""

    def __init__(
        self,
        *,
        store: Store,
        understander: Understander,
        questions: Questions,
        edits: Edits,
        limits: Limits,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._understander = understander
        self._questions = questions
        self._edits = edits
        self._limits = limits
        self._now = now

    async def prepare(
        self, said: Said, language: Language, photos: Sequence[KeptPhoto]
    ) -> Prepared:
        """Find out what a message, a tap or an attachment means."""
        resident = self._store.residents.known(said.channel, said.sender)
        prepared = Prepared(said, photos=photos)
        if said.action:
            return await self._prepare_tap(prepared, resident, language)
        if added := added_behind(said.text):  # it may tell of a danger
            understanding = await self._understander.understand(added, language, taken_as="matter")
            return replace(prepared, understanding=understanding)
        is_command = said.text.startswith("/")
        if is_command or not has_words(said.text) or is_too_long(said.text, self._limits):
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
        prepared = replace(prepared, understanding=understanding)
        if attached and draft is not None and not awaits_words:
            alone = await self._understander.understand(said.text, language)
            is_addition = alone.kind not in ("matter", "danger")
            return replace(prepared, is_addition=is_addition)
        return prepared

    async def _prepare_tap(
        self, prepared: Prepared, resident: Resident | None, language: Language
    ) -> Prepared:
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


def is_too_long(text: str, limits: Limits) -> bool:
    """Whether a text is longer than what is read at once."""
    return utf16_units(text) > limits.max_text_chars
