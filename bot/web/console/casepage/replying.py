"""A reply before it is sent: checked against others and against the matter, and previewed as the
resident will read it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256

from markupsafe import Markup

from bot.cases import Actor, Case, CaseState, Event, points_of
from bot.messages import Reply
from bot.replies import blanks, repeated, unmentioned
from bot.web.console.casepage.acting import answered_points
from bot.web.console.console import Console, Seat
from bot.web.console.forms import Form

COMPARED_DAYS, MOST_COMPARED = 90, 500
"""How far back replies are looked at for one that is repeated, and how many of them."""
_STANDS_AFTER = {"reply": CaseState.REPLIED, "answer": CaseState.ANSWERED}
PREVIEWED = (*_STANDS_AFTER, "ask_info", "contact")
"""The actions whose words a resident reads as they are."""
BEGUN = (*PREVIEWED, "reject", "done")
"""The actions whose words a template can begin."""


@dataclass(frozen=True, slots=True)
class Review:
    """What there is to say of a reply that is about to be sent.

    Attributes:
        warnings: sentences; with any, it is sent only if the writer says so again.
        is_refused: it cannot be sent like this.
    """

    warnings: tuple[Markup, ...] = ()
    is_refused: bool = False

    @property
    def mark(self) -> str:
        """What stands for these warnings: who agrees to them does not agree to others."""
        return sha256("\n".join(self.warnings).encode()).hexdigest()[:16]


class Replying:
    """Checks and shows what is about to be sent; sends nothing."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def review(self, case: Case, action: str, form: Form, seat: Seat) -> Review:
        """What words are warned of, or refused for; only replies are compared with others."""
        words, say = form.kept("words"), self._console.words(seat.language)
        if left := blanks(words):
            return Review((say("casepage.blanks", names=" ".join(left)),), is_refused=True)
        if action not in _STANDS_AFTER:
            return Review()
        points = points_of(case.matter.text)
        # The desk takes no reply that leaves a point open; an answer has no points to tick.
        wanted = range(len(points)) if action == "reply" else range(0)
        unticked = [at for at in wanted if at not in answered_points(form)]
        silent = [at for at in unmentioned(points, words) if at not in unticked]
        return Review(
            (
                *(say("casepage.unticked", point=points[at]) for at in unticked),
                *(say("casepage.unmentioned", point=points[at]) for at in silent),
                *self._repeats(case, words, seat),
            ),
            is_refused=bool(unticked),
        )

    def _repeats(self, case: Case, words: str, seat: Seat) -> Iterator[Markup]:
        """Which reply to another resident the words are a copy of, in a sentence."""
        cases = self._console.store.cases
        since = self._console.now() - timedelta(days=COMPARED_DAYS)
        own = {case.id, *(one.id for one in cases.of_master(case.id))}
        others = [
            (number, text)
            for case_id, number, text in cases.recent_replies(since=since, most=MOST_COMPARED)
            if case_id not in own
        ]
        if found := repeated(words, [text for _, text in others]):
            yield self._console.words(seat.language)(
                "casepage.repeats",
                number=others[found.at][0],
                percent=round(found.likeness * 100),
            )

    def preview(self, case: Case, action: str, form: Form, seat: Seat) -> list[Reply]:
        """The messages that the resident will read, in her language."""
        notices, at = self._console.office.notices, self._console.now()
        source = form.kept("source")
        actor = Actor.staff(seat.member)
        about = {"source": source} if source else {}
        if action == "contact" and actor.unit:
            about["units"] = actor.unit
        state = _STANDS_AFTER.get(action, case.state)
        event = Event(action, str(actor), form.kept("words"), True, at, state, about)
        stands = replace(case, state=state, solved=None, satisfied=None)
        return [
            replace(reply, html=Markup(reply.html))  # noqa: S704 - the wording escapes words
            for reply in notices.replies(notices.language(case.resident_id), stands, event)
        ]

    def begun(self, case: Case, form: Form) -> Form:
        """The form with the words of the chosen template, in the language of the case's resident,
        below what was written already."""
        found = self._console.service.reply_templates.get(form.kept("template"))
        if found is None:
            return form
        language = self._console.office.notices.language(case.resident_id)
        text = self._console.wording.named(language, zh=found.text, en=found.text_en)
        written = form.kept("words")
        if text in written:  # a script put it there at once
            return form
        return form.with_text("words", f"{written}\n\n{text}" if written else text)
