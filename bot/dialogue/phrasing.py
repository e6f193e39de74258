"""Replies in the resident's language, made of wording, service names and the report's own text."""

import re
from collections.abc import Callable, Iterable, Sequence

from markupsafe import Markup, escape

from bot.answers import Answer
from bot.cases import Case, Draft, Event, Kind, Matter, Urgency
from bot.desk import Similar
from bot.dialogue.understanding import Understanding, has_words
from bot.messages import Button
from bot.naming import LABEL_CHARS, Names, local_day, local_time
from bot.service import Service
from bot.wording import Language, Wording
from index import Commitment, Hit

_NUMBER = re.compile(r"\d[\d,.]*(?:%|\b)")
_EXCERPT_CHARS = 60
_BETWEEN = " · "
_SIMILAR_SHOWN = 3
_STEPS_SHOWN, _STEP_CHARS = 8, 120
"""Of a case's history, the latest steps, and how much of what was written in each."""
_TOLD_IN_WORDS = ("ask_info", "answer", "contact", "reply", "follow_master", "put_on_ledger")
_READ_FROM, _GUESSED_FROM = 0.7, 0.1
"""Sureness from which a part of a matter was read from the words, and from which it is a guess."""
_LIKELY_FROM, _POSSIBLE_FROM = 0.8, 0.5
"""Nearness from which a matter is likely about a commitment, and possibly."""


class Phrasing:
    """Turns values into the HTML of a reply; decides nothing and writes nothing."""

    def __init__(self, wording: Wording, service: Service) -> None:
        self._wording = wording
        self.names = Names(wording, service)

    def say(self, language: Language, key: str, **values: object) -> str:
        """One message of the wording."""
        return self._wording.text(language, key, **values)

    def button(self, language: Language, name: str, action: str) -> Button:
        """A button with its label from the wording."""
        return Button(self._wording.text(language, f"button.{name}"), action)

    @property
    def keys(self) -> frozenset[str]:
        """Every key of the wording."""
        return self._wording.keys

    # The report

    def commitment(self, language: Language, commitment: Commitment) -> str:
        """A commitment as an answer: its words, its numbers in bold, its source and its year."""
        if commitment.is_staff_answer:
            return self._staff_answer(language, commitment)
        say = self.say
        parts = [say(language, "answer.intro")]
        parts += self._english(language, commitment, _bold_numbers)
        parts.append(f"<blockquote>{bold_quantities(commitment)}</blockquote>")
        parts.append(
            say(
                language,
                "answer.source",
                title=self.names.title(language, commitment),
                section=commitment.section,
                heading=commitment.heading,
            )
        )
        parts.append(
            say(
                language,
                f"answer.year_{commitment.kind}",
                year=commitment.period,
                report_year=str(commitment.target_year),
            )
        )
        return "\n".join(parts)

    def _staff_answer(self, language: Language, answer: Commitment) -> str:
        """An answer of staff: to what, by which unit, when and on what; no report's words."""
        say = self.say
        asked = self.names.in_words(language, answer)
        source = say(
            language,
            "answer.source_staff",
            name=self.names.unit_named(language, answer.unit),
            date=answer.answered_on,
            title=answer.source,
        )
        return "\n".join(
            [
                say(language, "answer.intro_staff", words=asked),
                *self._english(language, answer, _bold_numbers),
                f"<blockquote>{bold_quantities(answer)}</blockquote>",
                source,
                say(language, "answer.note_staff"),
            ]
        )

    def answer(self, language: Language, answer: Answer) -> str:
        """The commitment that answers, what to choose from, or that the report does not say."""
        if answer.commitment:
            return self.commitment(language, answer.commitment)
        if answer.choices:
            return self.choices(language, answer)
        return self.no_answer(language, answer)

    def choices(self, language: Language, answer: Answer) -> str:
        """Several commitments to choose from: all on a topic, or those that fit equally well."""
        key = "answer.overview" if answer.overview else "answer.either"
        if any(one.is_staff_answer for one in answer.choices):
            key = "answer.either_staff"
        reports = {one.report: one for one in answer.choices}.values()
        titles = [self.names.title(language, one) for one in reports]
        lines = [f"· {escape(self.names.in_words(language, one))}" for one in answer.choices]
        return "\n".join([self.say(language, key, titles=titles), *lines])

    def no_answer(self, language: Language, answer: Answer | None) -> str:
        """The report does not say; below it what is near, labelled as such, else what to ask."""
        parts = [f"<b>{self.say(language, 'answer.none')}</b>"]
        if answer and answer.related:
            parts += ["", *self._nearest(language, answer.related[0])]
        else:
            parts += ["", self.say(language, "answer.examples")]
        return "\n".join(parts)

    def _nearest(self, language: Language, nearest: Commitment) -> list[str]:
        """What is near a question and no answer to it; of an answer of staff what it was asked."""
        if nearest.is_staff_answer:
            asked = escape(self.names.in_words(language, nearest))
            related = self.say(language, "answer.related_staff")
            return [related, f"<blockquote>{asked}</blockquote>"]
        return [
            self.say(language, "answer.related"),
            *self._english(language, nearest, escape),
            f"<blockquote>{escape(nearest.quote)}</blockquote>",
        ]

    def _english(
        self, language: Language, commitment: Commitment, marked: Callable[[str], Markup]
    ) -> list[str]:
        """For readers of English what a commitment says, or that nobody has translated it."""
        if language != "en":
            return []
        if commitment.en:
            return [marked(commitment.en)]
        of = "_staff" if commitment.is_staff_answer else ""
        return [self.say("en", f"answer.no_english{of}")]

    # Matters

    def card(
        self,
        language: Language,
        draft: Draft,
        commitment: Commitment | None,
        similar: Sequence[Similar] = (),
    ) -> str:
        """The read-back of a draft, everything that will be filed and how sure it is."""
        matter, say = draft.matter, self.say
        lines = [say(language, "draft.check"), *self._parts(language, matter)]
        if commitment:
            text = self.names.label(language, commitment)
            nearness = matter.sureness.get("commitment")
            sure = "" if nearness is None else say(language, f"sure.{how_likely(nearness)}")
            lines.append(say(language, "draft.commitment", quote=text, sure=sure))
        else:
            lines.append(say(language, "draft.no_commitment"))
        if draft.photos:
            lines.append(say(language, "draft.photos", count=draft.photos))
        lines.append(say(language, "draft.words", text=matter.text))
        lines += self._similar(language, similar)
        if matter.kind is Kind.REPORT:
            lines.append(say(language, "draft.confidential"))
        return "\n".join([*lines, say(language, "draft.more")])

    def _parts(self, language: Language, matter: Matter) -> list[str]:
        """A line for each part that is read from her words, with how sure it is."""
        place = [matter.place] if matter.place else []
        if matter.latitude is not None:
            place.append(self.say(language, "draft.location"))
        shown = {
            "kind": self.names.kind(language, matter.kind),
            "category": self.names.category(language, matter.category),
            "urgency": self.names.urgency(language, matter.urgency),
            "street": self.names.street(language, matter.street),
            "place": " · ".join(place),
        }
        unknown = self.say(language, "draft.place_unknown")
        return [
            self.say(
                language,
                f"draft.{part}",
                name=name or unknown,
                sure=self._sure(language, matter, part) if getattr(matter, part) else "",
            )
            for part, name in shown.items()
            if part != "urgency" or _is_worth_saying(matter)
        ]

    def _sure(self, language: Language, matter: Matter, part: str) -> str:
        """How sure a part is, in a word or two; a place is always in her own words."""
        sureness = matter.sureness.get(part, _READ_FROM if part == "place" else None)
        return "" if sureness is None else self.say(language, f"sure.{how_sure(sureness)}")

    def proposal(self, language: Language, hit: Hit) -> str:
        """A commitment on a button, behind how likely it is the one."""
        likely = self.say(language, f"sure.{how_likely(hit.nearness)}")
        room = LABEL_CHARS * (2 if language == "en" else 1) - len(likely) - len(_BETWEEN)
        return f"{likely}{_BETWEEN}{self.names.label(language, hit.commitment, most=room)}"

    def _similar(self, language: Language, similar: Sequence[Similar]) -> list[str]:
        """What a resident may see of others' cases like hers: place, category, state.

        Who reported wrongdoing stays unseen: such a case is not even counted.
        """
        others = joinable(similar, most=len(similar))
        if not others:
            return []
        lines = [
            self.say(
                language,
                "case.similar_line",
                place=self.names.public_place(language, case.matter),
                category=self.names.category(language, case.matter.category),
                state=self.names.state(language, case.state),
            )
            for case in others[:_SIMILAR_SHOWN]
        ]
        return [self.say(language, "case.similar", count=len(others)), *lines]

    def joining(self, language: Language, number: int, case: Case) -> str:
        """A button's label: submit, and say that it is the same problem as that case."""
        place = self.names.public_place(language, case.matter)
        return self.say(language, "case.joining", number=number, place=place)

    def filed(self, language: Language, case: Case, similar: Sequence[Similar]) -> str:
        """What a resident reads when her matter is a case: number, code, and what comes next."""
        text = self.say(language, "case.filed", number=case.number, code=case.query_code)
        return "\n".join([text, *self._similar(language, similar)])

    def case(
        self,
        language: Language,
        case: Case,
        events: Sequence[Event] = (),
        *,
        units: Sequence[str] = (),
    ) -> str:
        """How a case stands and what happened to it, for whoever may see it.

        Args:
            units: codes of those that lead.
        """
        return self.say(
            language,
            "case.status",
            number=case.number,
            state=self.names.state(language, case.state),
            units=[self.names.unit(language, code) for code in units] if case.is_open else [],
            until=local_day(case.ledger_until) if case.ledger_until else "",
            kind=self.names.kind(language, case.matter.kind),
            category=self.names.category(language, case.matter.category),
            place=self.names.place(language, case.matter),
            date=local_time(case.submitted_at),
            text=case.matter.text,
            steps=[
                {
                    "time": local_time(event.at),
                    "name": self.say(language, f"did.{event.action}"),
                    "words": _step_words(event),
                }
                for event in events
                if event.resident_sees and event.action != "submit"
            ][-_STEPS_SHOWN:],
        )

    def case_line(self, language: Language, case: Case) -> str:
        """A case in the list of a resident's cases."""
        words = case.matter.text
        return self.say(
            language,
            "case.line",
            number=case.number,
            state=self.names.state(language, case.state),
            kind=self.names.kind(language, case.matter.kind),
            category=self.names.category(language, case.matter.category),
            date=local_time(case.submitted_at),
            words=words if len(words) <= _EXCERPT_CHARS else f"{words[:_EXCERPT_CHARS]}…",
        )

    def danger(self, language: Language, numbers: Sequence[str]) -> str:
        """Whom to call first, before anything else is said."""
        return self.say(language, "danger.first", numbers=list(numbers))


def outcome_text(
    phrasing: Phrasing,
    understanding: Understanding,
    commitment: Commitment | None,
    similar: Sequence[Similar] = (),
) -> str:
    """What a resident would read of an understanding, as HTML; nothing is filed.

    Args:
        commitment: the one proposed for the matter, if there is a matter.
        similar: cases like the matter.
    """
    language = understanding.language
    match understanding.kind:
        case "answer" | "no_answer" if understanding.answers:
            return "\n\n".join(phrasing.answer(language, one) for one in understanding.answers)
        case "matter" | "danger" if understanding.matter:
            preview = Draft.unsaved(understanding.matter)
            card = phrasing.card(language, preview, commitment, similar)
            return (
                card
                if understanding.kind == "matter"
                else danger_text(phrasing, language, understanding.numbers, card)
            )
        case "ask_which":
            return phrasing.say(language, "ask.which")
        case "news":
            return phrasing.say(language, "case.how_status")
        case "smalltalk":
            name = "smalltalk" if has_words(understanding.text) else "empty"
            return phrasing.say(language, f"talk.{name}")
    return phrasing.no_answer(language, None)


def joinable(similar: Sequence[Similar], *, most: int = _SIMILAR_SHOWN) -> list[Case]:
    """The similar cases a resident sees, and may say hers is the same as; none that is
    confidential."""
    seen = [one.case for one in similar if not one.case.is_confidential]
    return seen[:most]


def how_sure(sureness: float) -> str:
    """The name of the wording for how sure a part of a matter is."""
    if sureness >= 1:
        return "chosen"
    if sureness >= _READ_FROM:
        return "read"
    return "guessed" if sureness >= _GUESSED_FROM else "open"


def _is_worth_saying(matter: Matter) -> bool:
    """Whether its urgency is; not that it is as usual, unless its resident has said so."""
    sureness = matter.sureness.get("urgency")
    is_read = sureness is None or _GUESSED_FROM <= sureness < 1
    return matter.urgency is not Urgency.NORMAL or not is_read


def _step_words(event: Event) -> str:
    words = event.reason if event.action in _TOLD_IN_WORDS else ""
    return words if len(words) <= _STEP_CHARS else f"{words[:_STEP_CHARS]}…"


def how_likely(nearness: float) -> str:
    """The name of the wording for how likely a matter is about a commitment."""
    if nearness >= 1:
        return "chosen"
    if nearness >= _LIKELY_FROM:
        return "likely"
    return "possible" if nearness >= _POSSIBLE_FROM else "perhaps"


def danger_text(phrasing: Phrasing, language: Language, numbers: Sequence[str], card: str) -> str:
    """The emergency numbers, then the card."""
    return "\n\n".join(
        [phrasing.danger(language, numbers), phrasing.say(language, "danger.then"), card]
    )


def bold_quantities(commitment: Commitment) -> Markup:
    """The quote to the letter, its quantities in bold."""
    return _bold(commitment.quote, [(part.start, part.end) for part in commitment.quantities])


def _bold_numbers(text: str) -> Markup:
    return _bold(text, [found.span() for found in _NUMBER.finditer(text)])


def _bold(text: str, spans: Iterable[tuple[int, int]]) -> Markup:
    done, parts = 0, []
    for start, end in spans:
        parts += [escape(text[done:start]), Markup("<b>{}</b>").format(text[start:end])]
        done = end
    return Markup("").join([*parts, escape(text[done:])])
