"""What residents hear of the steps of their cases, in their language: kept as a turn of their
conversation, and as a letter where their channel brings letters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.cases import Case, Event
from bot.messages import Button, Reply, split_text
from bot.naming import Names, local_day, local_time
from bot.service import Service
from bot.store import ProgressNote, Store
from bot.wording import Language, Wording, language_of_hint
from index import Commitment

_WORDS_CHARS = 3000
"""Of what staff wrote, in one message; the rest follows in more (a message holds 4096)."""
_QUOTE_CHARS = 80
"""Of a commitment, in what is told of its progress."""
_ASKS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "ask_info": (("add",),),
    "answer": (("solved_yes", "solved_no"),),
    "reply": (("solved_yes", "solved_partly", "solved_no"),),
    "follow_master": (("solved_yes", "solved_partly", "solved_no"),),
    "reject": (("object",),),
    "close_unrated": (("dispute",),),
}
"""Action -> the buttons below what the resident hears of it (`bot.dialogue.casework`)."""
SOLVED_CODES = {"solved_yes": "yes", "solved_partly": "partly", "solved_no": "no"}


class Notices:
    """Turns events into what a resident reads, in the transaction of the step."""

    def __init__(
        self,
        *,
        store: Store,
        wording: Wording,
        service: Service,
        commitment: Callable[[str], Commitment | None],
    ) -> None:
        self._store = store
        self._wording = wording
        self._service = service
        self._names = Names(wording, service)
        self._commitment = commitment

    def tell(self, case: Case, event: Event) -> None:
        """Tell a case's resident of a step of it that somebody else took."""
        language = self.language(case.resident_id)
        self._post(case.resident_id, self.replies(language, case, event), at=event.at)

    def tell_progress(self, resident_id: int, note: ProgressNote, *, at: datetime) -> None:
        """Tell a follower what staff noted of a commitment's progress."""
        self._post(resident_id, [self.progress(self.language(resident_id), note)], at=at)

    def progress(self, language: Language, note: ProgressNote) -> Reply:
        """What a follower reads of a progress note."""
        commitment = self._commitment(note.commitment)
        quote = self._names.label(language, commitment, most=_QUOTE_CHARS) if commitment else ""
        text = self._wording.text(
            language,
            "follow.progress",
            quote=quote or note.commitment,
            text=note.text,
            source=note.source,
            date=local_day(note.noted_on),
        )
        button = self._button(language, "unfollow", f"unfollow:{note.commitment}")
        return Reply(text, buttons=((button,),))

    def replies(self, language: Language, case: Case, event: Event) -> list[Reply]:
        """What she reads of a step: one message, or more if staff wrote too much for one."""
        *before, last = split_text(event.reason, most=_WORDS_CHARS) or [""]
        texts = [
            self._wording.text(
                language,
                "news.part",
                number=case.number,
                action=self._wording.text(language, f"did.{event.action}"),
                words=part,
                part=number,
                count=len(before) + 1,
            )
            for number, part in enumerate(before, start=1)
        ]
        texts.append(self._text(language, case, event, last))
        replies = [Reply(text, case_id=case.id) for text in texts]
        replies[-1] = replace(replies[-1], buttons=self._buttons(language, case, event))
        return replies

    def _text(self, language: Language, case: Case, event: Event, words: str) -> str:
        about = event.about
        units = [self._names.unit(language, code) for code in about.get("units", "").split()]
        reason = self._service.reject_reasons.get(about.get("reject_reason", ""))
        named = self._wording.named
        return self._wording.text(
            language,
            f"news.{event.action}",
            number=case.number,
            words=words,
            units=units,
            source=about.get("source", ""),
            reason=named(language, zh=reason.name, en=reason.en) if reason else "",
            channel=named(language, zh=reason.channel, en=reason.channel_en) if reason else "",
            until=local_day(date.fromisoformat(about["until"])) if "until" in about else "",
            due=self._due(case),
            days=self._service.dispute_days,
            may_object=not case.has_objected,
            judged=case.solved is not None or case.satisfied is not None,
        )

    def _due(self, case: Case) -> str:
        """When the case is to be done, if its clock runs."""
        running = self._store.timers.running(case.id)
        whole = (one.due_at for one in running if one.name == "done" and not one.assignment_id)
        due_at = next(whole, None)
        return local_time(due_at) if due_at else ""

    def _buttons(
        self, language: Language, case: Case, event: Event
    ) -> tuple[tuple[Button, ...], ...]:
        if event.action == "reject" and case.has_objected:
            return ()
        return tuple(
            tuple(self._button(language, name, case_action(case, name)) for name in row)
            for row in _ASKS.get(event.action, ())
        )

    def _button(self, language: Language, name: str, action: str) -> Button:
        return Button(self._wording.text(language, f"button.{name}"), action)

    def language(self, resident_id: int) -> Language:
        """The language a resident is spoken to in."""
        resident = self._store.residents.get(resident_id)
        known = (resident.language or resident.last_language) if resident else ""
        return language_of_hint(known)

    def _post(self, resident_id: int, replies: Sequence[Reply], *, at: datetime) -> None:
        """Nobody is told who filed anonymously or was forgotten."""
        if not self._store.residents.has_identity(resident_id):
            return
        turn_id = self._store.turns.add(resident_id, said="", has_photo=False, at=at)
        self._store.turns.finish(turn_id, replies, replaces=None)
        if self._store.residents.is_on(resident_id, "telegram"):
            for reply in replies:
                self._store.outbox.post(resident_id, reply, at=at)


def case_action(case: Case, name: str) -> str:
    """What tapping one of the buttons for a case says to the dialogue.

    Of a case that belongs to nobody the button itself holds number and code.
    """
    verb = f"solved={SOLVED_CODES[name]}" if name in SOLVED_CODES else name
    if case.is_anonymous:
        return f"by:{case.number}:{case.query_code}:{verb}"
    return f"case:{case.id}:{verb}"
