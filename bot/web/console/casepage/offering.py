"""Which forms a case's page has: what the reader may do now, and what can be chosen in each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.cards import Reader
from bot.cases import Case, Kind, Urgency, leads_of, points_of
from bot.moves import actions_of
from bot.notices import Notices
from bot.staffroom.choosing import usual_units
from bot.staffroom.doing import is_about_a_part, parts_for
from bot.web.console.console import Console, Seat

ACTION_KEYS: Mapping[str, str] = {
    "accept": "a",
    "answer": "w",
    "ask_info": "i",
    "call": "c",
    "cancel": "0",
    "classify": "y",
    "contact": "t",
    "dispatch": "d",
    "done": "f",
    "ask_extension": "e",
    "ask_return": "b",
    "grant_extension": "5",
    "grant_return": "3",
    "link": "o",
    "merge": "m",
    "note": "n",
    "progress": "p",
    "put_on_ledger": "l",
    "refuse_extension": "6",
    "refuse_return": "4",
    "reject": "x",
    "reply": "r",
    "resume": "z",
    "sign": "s",
    "supervise": "v",
    "supplement": "g",
    "unmerge": "q",
    "urge": "u",
}
"""What is pressed for each action; the queue knows some of them too (static/queue.js)."""
_WAITED_FOR = ("reply", "grant_return", "refuse_return", "grant_extension", "refuse_extension")
_CAREFUL = ("reject", "cancel", "merge", "refuse_return", "refuse_extension")


@dataclass(frozen=True, slots=True)
class Beginning:
    """A template that words can begin with.

    Attributes:
        words: in the language of the case's resident.
    """

    code: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A form of the page.

    Attributes:
        fields: the shape of the form, by which the template makes it.
        parts: the assignments it can be about: ids and names of their units.
    """

    action: str
    key: str
    fields: str
    is_careful: bool
    parts: tuple[tuple[int, str], ...] = ()
    templates: tuple[Beginning, ...] = ()


_FIELDS: Mapping[str, str] = {
    "accept": "classes",
    "classify": "classes",
    "answer": "answer",
    "reply": "reply",
    "reject": "reject",
    "merge": "merge",
    "unmerge": "nothing",
    "link": "link",
    "dispatch": "units",
    "call": "units",
    "put_on_ledger": "ledger",
    "progress": "progress",
    "resume": "words_if_any",
    "urge": "words_if_any",
    "supervise": "words_if_any",
    "supplement": "words_if_any",
    "sign": "nothing",
    "grant_return": "nothing",
    "refuse_return": "nothing",
    "cancel": "nothing",
    "grant_extension": "nothing",
    "refuse_extension": "nothing",
}
"""Action -> the shape of its form; any other wants words."""


class Offering:
    """Reads which forms there are, and what can be chosen in them."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def offers(self, case: Case, seat: Seat) -> list[Offer]:
        """What the reader may do now, the likeliest first."""
        role = seat.member.role
        verbs = list(self._console.face.verbs(case, Reader.member(seat.member)))
        actions = actions_of(role, case.state, is_emptied=case.is_emptied)
        if "link" not in verbs and "link" in actions:
            verbs.append("link")  # a card links only what was proposed; here all can be chosen
        if "note" in actions:
            verbs.append("note")  # in a chat words are written in reply to a card
        # These are offered only where somebody waits for them: then they come first.
        verbs.sort(key=lambda action: action not in _WAITED_FOR)
        return [self._offer(action, case, seat) for action in verbs]

    def _offer(self, action: str, case: Case, seat: Seat) -> Offer:
        console = self._console
        parts: tuple[tuple[int, str], ...] = ()
        if is_about_a_part(action):
            parts = tuple(
                (one.id, console.names.unit(seat.language, one.unit))
                for one in parts_for(console.office, case, seat.member, action)
            )
        return Offer(
            action,
            ACTION_KEYS[action],
            _FIELDS.get(action, "words"),
            action in _CAREFUL,
            parts,
            tuple(self._templates(action, case, seat)),
        )

    def _templates(self, action: str, case: Case, seat: Seat) -> Iterator[Beginning]:
        named, hers = self._console.wording.named, self._notices.language(case.resident_id)
        for one in self._console.service.reply_template:
            if one.fits(action, case.matter.category):
                name = named(seat.language, zh=one.name, en=one.en)
                yield Beginning(one.code, name, named(hers, zh=one.text, en=one.text_en))

    def choices(self, case: Case, seat: Seat) -> dict[str, Any]:
        """What can be chosen in the forms: codes and names."""
        console, language = self._console, seat.language
        names, service = console.names, console.service
        parts = console.store.assignments.of_case(case.id)
        busy = {one.unit for one in parts if one.is_open or one.waits_for_ruling}
        usual = [code for code in usual_units(console.office, case) if code not in busy]
        return {
            "kinds": [(one, names.kind(language, one)) for one in Kind],
            "categories": [(one, names.category(language, one)) for one in service.categories],
            "urgencies": [(one, names.urgency(language, one)) for one in Urgency],
            "usual_units": [(code, names.unit(language, code)) for code in usual],
            "other_units": [
                (code, names.unit(language, code))
                for code in service.units
                if code not in usual and code not in busy
            ],
            "is_led": bool(leads_of(case, parts)),
            "reject_reasons": [
                (
                    one.code,
                    one.en if language == "en" else one.name,
                    one.channel_en if language == "en" else one.channel,
                )
                for one in service.reject_reason
            ],
            "sections": self._sections(seat),
            "points": points_of(case.matter.text),
        }

    @property
    def _notices(self) -> Notices:
        return self._console.office.notices

    def _sections(self, seat: Seat) -> list[tuple[str, list[tuple[str, str]]]]:
        """All commitments by the section of their report: ids and labels."""
        names, index = self._console.names, self._console.index()
        return [
            (section, [(one.id, names.label(seat.language, one, most=40)) for one in commitments])
            for (_, section), commitments in index.sections.items()
        ]
