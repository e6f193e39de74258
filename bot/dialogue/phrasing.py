"""Replies in the resident's language, made of wording, service names and the report's own text."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from markupsafe import Markup, escape

from bot.answers import Answer
from bot.cases import TIME_ZONE, Case, Draft, Kind, Matter, Urgency
from bot.desk import Similar
from bot.dialogue.understanding import Understanding, has_words
from bot.messages import Button
from bot.places import public_names
from bot.service import URGENCY_NAMES, Service
from bot.wording import Language, Wording
from index import Commitment, Hit

_NUMBER = re.compile(r"\d[\d,.]*(?:%|\b)")
_FIGURE = re.compile(r"\d[\d,.]*%?")
_LABEL_CHARS = 26
_EXCERPT_CHARS = 60
_BETWEEN = " · "
_SIMILAR_SHOWN = 3
_READ_FROM, _GUESSED_FROM = 0.7, 0.1
"""Sureness from which a part of a matter was read from the words, and from which it is a guess."""
_LIKELY_FROM, _POSSIBLE_FROM = 0.8, 0.5
"""Nearness from which a matter is likely about a commitment, and possibly."""


class Phrasing:
    """Turns values into the HTML of a reply; decides nothing and writes nothing."""

    def __init__(self, wording: Wording, service: Service) -> None:
        self._wording = wording
        self._service = service

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
        say = self.say
        parts = [say(language, "answer.intro")]
        parts += self._english(language, commitment, _bold_numbers)
        parts.append(f"<blockquote>{bold_quantities(commitment)}</blockquote>")
        parts.append(
            say(
                language,
                "answer.source",
                title=self.title(language, commitment),
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
        reports = {one.report: one for one in answer.choices}.values()
        titles = [self.title(language, one) for one in reports]
        lines = [f"· {escape(self.in_words(language, one))}" for one in answer.choices]
        return "\n".join([self.say(language, key, titles=titles), *lines])

    def in_words(self, language: Language, commitment: Commitment) -> str:
        """What a commitment says, in English where the editors wrote it so."""
        return commitment.en if language == "en" and commitment.en else commitment.quote

    def title(self, language: Language, commitment: Commitment) -> str:
        """The title of a commitment's report."""
        english = language == "en" and commitment.report_title_en
        return commitment.report_title_en if english else commitment.report_title

    def no_answer(self, language: Language, answer: Answer | None) -> str:
        """The report does not say; below it what is near, labelled as such, else what to ask."""
        parts = [f"<b>{self.say(language, 'answer.none')}</b>"]
        if answer and answer.related:
            nearest = answer.related[0]
            parts += ["", self.say(language, "answer.related")]
            parts += self._english(language, nearest, escape)
            parts.append(f"<blockquote>{escape(nearest.quote)}</blockquote>")
        else:
            parts += ["", self.say(language, "answer.examples")]
        return "\n".join(parts)

    def _english(
        self, language: Language, commitment: Commitment, marked: Callable[[str], Markup]
    ) -> list[str]:
        """For readers of English what a commitment says, or that nobody has translated it."""
        if language != "en":
            return []
        return [marked(commitment.en) if commitment.en else self.say("en", "answer.no_english")]

    def label(self, language: Language, commitment: Commitment, *, most: int = 0) -> str:
        """A commitment short enough for a button, or for `most` characters; no number is cut."""
        text = self.in_words(language, commitment)
        most = most or (_LABEL_CHARS * 2 if language == "en" else _LABEL_CHARS)
        if len(text) <= most:
            return text
        whole = [found.span() for found in _FIGURE.finditer(text)]
        if text == commitment.quote:
            whole += [(part.start, part.end) for part in commitment.quantities]
        end = min((start for start, stop in whole if start < most - 1 < stop), default=most - 1)
        return f"{text[:end].rstrip()}…"

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
            text = self.label(language, commitment)
            nearness = matter.sureness.get("commitment")
            sure = "" if nearness is None else say(language, f"sure.{how_likely(nearness)}")
            lines.append(say(language, "draft.commitment", quote=text, sure=sure))
        else:
            lines.append(say(language, "draft.no_commitment"))
        if draft.photos:
            lines.append(say(language, "draft.photos", count=draft.photos))
        lines.append(say(language, "draft.words", text=matter.text))
        lines += self._similar(language, similar)
        return "\n".join([*lines, say(language, "draft.more")])

    def _parts(self, language: Language, matter: Matter) -> list[str]:
        """A line for each part that is read from her words, with how sure it is."""
        place = [matter.place] if matter.place else []
        if matter.latitude is not None:
            place.append(self.say(language, "draft.location"))
        shown = {
            "kind": self.kind(language, matter.kind),
            "category": self.category(language, matter.category),
            "urgency": self.urgency(language, matter.urgency),
            "street": self.street(language, matter.street),
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
        ]

    def _sure(self, language: Language, matter: Matter, part: str) -> str:
        """How sure a part is, in a word or two; a place is always in her own words."""
        sureness = matter.sureness.get(part, _READ_FROM if part == "place" else None)
        return "" if sureness is None else self.say(language, f"sure.{how_sure(sureness)}")

    def proposal(self, language: Language, hit: Hit) -> str:
        """A commitment on a button, behind how likely it is the one."""
        likely = self.say(language, f"sure.{how_likely(hit.nearness)}")
        room = _LABEL_CHARS * (2 if language == "en" else 1) - len(likely) - len(_BETWEEN)
        return f"{likely}{_BETWEEN}{self.label(language, hit.commitment, most=room)}"

    def _similar(self, language: Language, similar: Sequence[Similar]) -> list[str]:
        """What a resident may see of others' cases like hers: place, category, state.

        Who reported wrongdoing stays unseen: such a case is not even counted.
        """
        others = [one.case for one in similar if one.case.matter.kind is not Kind.REPORT]
        if not others:
            return []
        lines = [
            self.say(
                language,
                "case.similar_line",
                place=self._public_place(language, case.matter),
                category=self.category(language, case.matter.category),
                state=self._state(language, case),
            )
            for case in others[:_SIMILAR_SHOWN]
        ]
        return [self.say(language, "case.similar", count=len(others)), *lines]

    def _public_place(self, language: Language, matter: Matter) -> str:
        street, entry = (
            self.street(language, matter.street),
            self._service.streets.get(matter.street),
        )
        office = entry.name if entry else ""
        named = [name for name in public_names(matter.place) if name not in office]
        return " ".join(filter(None, [street, *named])) or self.say(
            language, "draft.place_unknown"
        )

    def kind(self, language: Language, kind: Kind) -> str:
        """The name of a kind."""
        entry = self._service.kinds[kind]
        return self._wording.named(language, zh=entry.name, en=entry.en)

    def category(self, language: Language, code: str) -> str:
        """The name of a category; its code if service.toml no longer has it."""
        entry = self._service.categories.get(code)
        return self._wording.named(language, zh=entry.name, en=entry.en) if entry else code

    def street(self, language: Language, code: str) -> str:
        """The name of a street; empty for none."""
        entry = self._service.streets.get(code)
        return self._wording.named(language, zh=entry.name, en=entry.en) if entry else code

    def urgency(self, language: Language, urgency: Urgency) -> str:
        """The name of an urgency."""
        zh, en = URGENCY_NAMES[urgency]
        return self._wording.named(language, zh=zh, en=en)

    def place(self, language: Language, matter: Matter) -> str:
        """Street and spot as far as they are known, and whether a location is attached."""
        named = [part for part in (self.street(language, matter.street), matter.place) if part]
        if matter.latitude is not None:
            named.append(self.say(language, "draft.location"))
        return " · ".join(named) or self.say(language, "draft.place_unknown")

    def filed(self, language: Language, case: Case, similar: Sequence[Similar]) -> str:
        """What a resident reads when her matter is a case: number, code, and what comes next."""
        text = self.say(language, "case.filed", number=case.number, code=case.query_code)
        return "\n".join([text, *self._similar(language, similar)])

    def case(self, language: Language, case: Case) -> str:
        """How a case stands, for whoever may see it."""
        return self.say(
            language,
            "case.status",
            number=case.number,
            state=self._state(language, case),
            kind=self.kind(language, case.matter.kind),
            category=self.category(language, case.matter.category),
            place=self.place(language, case.matter),
            date=local_time(case.submitted_at),
            text=case.matter.text,
        )

    def case_line(self, language: Language, case: Case) -> str:
        """A case in the list of a resident's cases."""
        words = case.matter.text
        return self.say(
            language,
            "case.line",
            number=case.number,
            state=self._state(language, case),
            kind=self.kind(language, case.matter.kind),
            category=self.category(language, case.matter.category),
            date=local_time(case.submitted_at),
            words=words if len(words) <= _EXCERPT_CHARS else f"{words[:_EXCERPT_CHARS]}…",
        )

    def danger(self, language: Language, numbers: Sequence[str]) -> str:
        """Whom to call first, before anything else is said."""
        return self.say(language, "danger.first", numbers=list(numbers))

    def _state(self, language: Language, case: Case) -> str:
        return self.say(language, f"case.state_{case.state}")


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
        case "smalltalk":
            name = "smalltalk" if has_words(understanding.text) else "empty"
            return phrasing.say(language, f"talk.{name}")
    return phrasing.no_answer(language, None)


def how_sure(sureness: float) -> str:
    """The name of the wording for how sure a part of a matter is."""
    if sureness >= 1:
        return "chosen"
    if sureness >= _READ_FROM:
        return "read"
    return "guessed" if sureness >= _GUESSED_FROM else "open"


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


def local_time(moment: datetime) -> str:
    """A moment as people in Wuhan read it."""
    return f"{moment.astimezone(TIME_ZONE):%Y-%m-%d %H:%M}"


def _bold_numbers(text: str) -> Markup:
    return _bold(text, [found.span() for found in _NUMBER.finditer(text)])


def _bold(text: str, spans: Iterable[tuple[int, int]]) -> Markup:
    done, parts = 0, []
    for start, end in spans:
        parts += [escape(text[done:start]), Markup("<b>{}</b>").format(text[start:end])]
        done = end
    return Markup("").join([*parts, escape(text[done:])])
