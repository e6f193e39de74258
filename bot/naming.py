"""What things are called in the reader's language: commitments, kinds, places, units, states."""

import re
from datetime import date, datetime

from bot.cases import TIME_ZONE, CaseState, Kind, Matter, Urgency
from bot.places import public_names
from bot.service import URGENCY_NAMES, Service
from bot.wording import Language, Wording
from index import Commitment

LABEL_CHARS = 26
"""How much of a commitment a button shows; in English twice as much."""
_FIGURE = re.compile(r"\d[\d,.]*%?")


class Names:
    """Names from service.toml and the wording; decides nothing and writes nothing."""

    def __init__(self, wording: Wording, service: Service) -> None:
        self._wording = wording
        self._service = service

    def in_words(self, language: Language, commitment: Commitment) -> str:
        """What a commitment says, in English where the editors wrote it so.

        Of an answer of staff, which may be long, the question that it answers.
        """
        if commitment.is_staff_answer and commitment.ask:
            return commitment.ask[0]
        return commitment.en if language == "en" and commitment.en else commitment.quote

    def title(self, language: Language, commitment: Commitment) -> str:
        """The title of a commitment's report."""
        english = language == "en" and commitment.report_title_en
        return commitment.report_title_en if english else commitment.report_title

    def label(self, language: Language, commitment: Commitment, *, most: int = 0) -> str:
        """A commitment short enough for a button, or for `most` characters; no number is cut."""
        text = self.in_words(language, commitment)
        most = most or (LABEL_CHARS * 2 if language == "en" else LABEL_CHARS)
        if len(text) <= most:
            return text
        whole = [found.span() for found in _FIGURE.finditer(text)]
        if text == commitment.quote:
            whole += [(part.start, part.end) for part in commitment.quantities]
        end = min((start for start, stop in whole if start < most - 1 < stop), default=most - 1)
        return f"{text[:end].rstrip()}…"

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
            named.append(self._wording.text(language, "draft.location"))
        return " · ".join(named) or self._wording.text(language, "draft.place_unknown")

    def public_place(self, language: Language, matter: Matter) -> str:
        """What others may see of where a matter is: street and names, no house number."""
        street, entry = (
            self.street(language, matter.street),
            self._service.streets.get(matter.street),
        )
        office = entry.name if entry else ""
        named = [name for name in public_names(matter.place) if name not in office]
        return " ".join(filter(None, [street, *named])) or self._wording.text(
            language, "draft.place_unknown"
        )

    def state(self, language: Language, state: CaseState) -> str:
        """What a resident reads of where a case stands."""
        return self._wording.text(language, f"case.state_{state}")

    def unit(self, language: Language, code: str) -> str:
        """The name of a unit; its code if service.toml no longer has it."""
        entry = self._service.units.get(code)
        return self._wording.named(language, zh=entry.name, en=entry.en) if entry else code

    def unit_named(self, language: Language, name: str) -> str:
        """A unit by its Chinese name, as the content writes it; one that is not known as it is."""
        code = next((unit.code for unit in self._service.unit if unit.name == name), name)
        return self.unit(language, code)


def local_time(moment: datetime) -> str:
    """A moment as people in Wuhan read it."""
    return f"{moment.astimezone(TIME_ZONE):%Y-%m-%d %H:%M}"


def local_day(day: date) -> str:
    """A day as people in Wuhan write it."""
    return f"{day:%Y-%m-%d}"
