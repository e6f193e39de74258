"""A reply before it is sent: checked against others and against the matter, and previewed as the
resident will read it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from markupsafe import Markup

from bot.cases import Actor, Case, CaseState, Event, points_of
from bot.messages import Reply
from bot.replies import blanks, repeated, unmentioned
from bot.web.console.console import Console, Seat
from bot.web.console.forms import Form

COMPARED_DAYS, MOST_COMPARED = 90, 500
"""How far back replies are looked at for one that is repeated, and how many of them."""
_STANDS_AFTER = {"reply": CaseState.REPLIED, "answer": CaseState.ANSWERED}
PREVIEWED = (*_STANDS_AFTER, "ask_info", "contact")
"""The actions whose words a resident reads as they are."""


@dataclass(frozen=True, slots=True)
class Review:
    """What there is to say of a reply that is about to be sent.

    Attributes:
        warnings: sentences; with any, it is sent only if the writer says so again.
        is_refused: it cannot be sent like this.
    """

    warnings: tuple[str, ...]
    is_refused: bool = False


class Replying:
    """Checks and shows what is about to be sent; sends nothing."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def review(
        self, case: Case, action: str, words: str, answered: frozenset[int], seat: Seat
    ) -> Review:
        """What a reply is warned of, or refused for."""
        say = self._console.words(seat.language)
        if left := blanks(words):
            return Review((str(say("casepage.blanks", names=" ".join(left))),), is_refused=True)
        warnings = list(
            self._of_points(case, words, answered if action == "reply" else None, seat)
        )
        since = self._console.now() - timedelta(days=COMPARED_DAYS)
        own = {case.id, *(one.id for one in self._console.store.cases.of_master(case.id))}
        others = [
            one
            for one in self._console.store.cases.recent_replies(since=since, most=MOST_COMPARED)
            if one[0] not in own
        ]
        found = repeated(words, [text for _, _, text in others])
        if found:
            percent = round(found.likeness * 100)
            number = others[found.at][1]
            warnings.append(str(say("casepage.repeats", number=number, percent=percent)))
        return Review(tuple(warnings))

    def _of_points(
        self, case: Case, words: str, answered: frozenset[int] | None, seat: Seat
    ) -> Sequence[str]:
        say, points = self._console.words(seat.language), points_of(case.matter.text)
        silent = unmentioned(points, words)
        unticked = [at for at in range(len(points)) if answered is not None and at not in answered]
        return [
            *(str(say("casepage.unticked", point=points[at])) for at in unticked),
            *(
                str(say("casepage.unmentioned", point=points[at]))
                for at in silent
                if at not in unticked
            ),
        ]

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

    def template(self, code: str, case: Case) -> str:
        """The words of a template in the language of the case's resident; empty for none."""
        found = self._console.service.reply_templates.get(code)
        if found is None:
            return ""
        language = self._console.office.notices.language(case.resident_id)
        return self._console.wording.named(language, zh=found.text, en=found.text_en)
