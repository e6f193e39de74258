"""What a button of a card asks first: which unit, which reason, which case."""

from collections.abc import Iterable, Mapping

from bot.cards import Reader
from bot.cases import Case, Kind, Staff, Urgency
from bot.desk import Office
from bot.messages import Button, Reply, row_number
from bot.staffroom.doing import Doing, is_about_a_part, parts_for
from bot.wording import Language

_PAGE = 8
_SIMILAR_OFFERED = 5
WORDED = frozenset(
    {
        *("ask_info", "answer", "reply", "contact", "done", "ask_return", "ask_extension"),
        *("put_on_ledger", "call", "note", "merge", "progress"),
    }
)
"""Actions that need words, written in reply to a message of the bot."""


OTHER = "*"
"""The choice of something that is not listed: its number or id is written."""
_OTHERS = ("merge", "link")


class Choices:
    """Finds what there is to choose from; the choice travels in the button."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._face = office.cards.face

    def offer(self, language: Language, doing: Doing, verb: str, reader: Reader) -> Reply | None:
        """The choices behind a button, in the card's place; None if it needs none (any more).

        Args:
            reader: who reads the chat.
        """
        case, choice = doing.case, doing.choice
        match verb:
            case "classify" if not choice:
                options = self._parts_of_matter(language)
            case "classify" if "." not in choice:
                options = self._codes(language, choice)
            case "reject" if not choice:
                options = self._reasons(language)
            case "dispatch" | "call" if not choice or choice.startswith("@"):
                return self._units(language, case, verb, choice)
            case "merge" if not choice:
                options = self._cases(language, case, reader)
            case "link" if not choice:
                options = self._commitments(language, case)
            case _ if is_about_a_part(verb) and not choice:
                options = self._assignments(language, case, verb, doing.member)
            case _:
                return None
        if verb in _OTHERS and options:
            options = {**options, OTHER: self._face.say(language, f"other_{verb}")}
        return self._shown(language, case, verb, options) if options else None

    def _shown(
        self,
        language: Language,
        case: Case,
        verb: str,
        options: Mapping[str, str],
        more: Iterable[Button] = (),
    ) -> Reply:
        rows = [
            (self._face.button(language, case, verb, choice=code, label=label),)
            for code, label in options.items()
        ]
        back = self._face.button(language, case, "card")
        text = self._face.say(language, f"choose_{verb}", number=case.number)
        return Reply(
            text,
            buttons=(*rows, (*more, back)),
            replaces=True,
            case_id=case.id,
            is_protected=True,
        )

    def _parts_of_matter(self, language: Language) -> dict[str, str]:
        return {part: self._face.say(language, f"part_{part}") for part in _PARTS}

    def _codes(self, language: Language, part: str) -> dict[str, str]:
        names, service = self._face.names, self._office.service
        found: dict[str, str] = {}
        if part == "kind":
            found = {kind: names.kind(language, kind) for kind in Kind}
        elif part == "urgency":
            found = {urgency: names.urgency(language, urgency) for urgency in Urgency}
        elif part == "category":
            found = {code: names.category(language, code) for code in service.categories}
        return {f"{part}.{code}": label for code, label in found.items()}

    def _reasons(self, language: Language) -> dict[str, str]:
        reasons = self._office.service.reject_reasons.values()
        return {one.code: one.en if language == "en" else one.name for one in reasons}

    def _units(self, language: Language, case: Case, verb: str, choice: str) -> Reply:
        usual, known = usual_units(self._office, case), self._office.service.units
        codes = list(dict.fromkeys([*usual, *known]))
        page = max(row_number(choice[1:]), 0)
        page = page if page * _PAGE < len(codes) else 0
        shown = codes[page * _PAGE : (page + 1) * _PAGE]
        more = []
        if page:
            more.append(self._turn(language, case, verb, page - 1, "previous"))
        if (page + 1) * _PAGE < len(codes):
            more.append(self._turn(language, case, verb, page + 1, "next"))
        options = {code: self._face.names.unit(language, code) for code in shown}
        return self._shown(language, case, verb, options, more)

    def _turn(self, language: Language, case: Case, verb: str, page: int, name: str) -> Button:
        label = self._face.say(language, f"page_{name}")
        return self._face.button(language, case, verb, choice=f"@{page}", label=label)

    def _cases(self, language: Language, case: Case, reader: Reader) -> dict[str, str]:
        store = self._office.store
        hints = [case.same_as, *(hint.case_id for hint in store.cases.similar(case.id))]
        ids = [case_id for case_id in hints if case_id is not None][:_SIMILAR_OFFERED]
        return {
            one.number: f"{one.number} · {self._face.state(language, one)}"
            for one in self._face.others(dict.fromkeys(ids), reader).values()
        }

    def _commitments(self, language: Language, case: Case) -> dict[str, str]:
        options = {}
        for number, commitment_id in enumerate(self._office.store.cases.commitments(case.id)):
            commitment = self._face.commitment(commitment_id)
            label = self._face.names.label(language, commitment) if commitment else commitment_id
            options[str(number)] = label
        return {**options, "none": self._face.say(language, "no_commitment")}

    def _assignments(
        self, language: Language, case: Case, verb: str, member: Staff
    ) -> dict[str, str]:
        parts = parts_for(self._office, case, member, verb)
        if len(parts) < 2 and verb != "cancel":
            return {}
        return {str(one.id): self._face.names.unit(language, one.unit) for one in parts}


_PARTS = ("kind", "category", "urgency")


def usual_units(office: Office, case: Case) -> list[str]:
    """Who is most likely in charge of a case, by their codes: by the commitment it is about, by
    its category, by its street; each once."""
    service, found = office.service, []
    for commitment_id in office.store.cases.commitments(case.id):
        commitment = office.cards.face.commitment(commitment_id)
        unit = service.unit_named(commitment.unit) if commitment else None
        found += [unit.code] if unit else []
    usual = service.usual_units(case.matter.category, case.matter.street)
    return list(dict.fromkeys([*found, *(unit.code for unit in usual)]))
