"""The slash commands, the same on every channel."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot import desk
from bot.cases import Case
from bot.dialogue.casework import Casework
from bot.dialogue.drafting import Drafting, KeptPhoto, Moment
from bot.dialogue.lookups import is_number, taken_apart
from bot.dialogue.phrasing import Phrasing
from bot.dialogue.questions import Questions
from bot.dialogue.rights import Rights
from bot.dialogue.understanding import case_in
from bot.messages import Button, Reply, Said, row_number
from bot.store import Store
from bot.wording import LANGUAGES
from index import Commitment, Index

_CASES_SHOWN = 10
_PAGE = 6
LANGUAGE_NAMES = {"zh": "简体中文", "zh-Hant": "繁體中文", "en": "English"}


@dataclass(frozen=True, slots=True)
class _Typed:
    """A command as she sent it: what stands behind its name, and with what."""

    rest: str
    said: Said
    photos: Sequence[KeptPhoto]


class Commands:
    """One method a command; `names` is the order they are listed in."""

    def __init__(
        self,
        *,
        store: Store,
        phrasing: Phrasing,
        drafting: Drafting,
        casework: Casework,
        questions: Questions,
        rights: Rights,
        index: Callable[[], Index],
    ) -> None:
        self._store = store
        self._phrasing = phrasing
        self._drafting = drafting
        self._casework = casework
        self._index = index
        self._by_name: Mapping[str, Callable[[Moment, _Typed], list[Reply]]] = {
            "start": lambda moment, _: self._message(moment, "talk.welcome"),
            "help": lambda moment, _: self._message(moment, "talk.help"),
            "topics": lambda moment, _: [self.topics(moment)],
            "feedback": lambda moment, _: self._feedback(moment),
            "status": self._status,
            "mine": lambda moment, _: self._mine(moment),
            "following": lambda moment, _: questions.followed(moment),
            "language": lambda moment, _: [self._languages(moment)],
            "privacy": lambda moment, _: [rights.privacy(moment)],
            "mydata": lambda moment, _: rights.mydata(moment),
            "forget": lambda moment, _: [rights.ask(moment)],
            "cancel": lambda moment, _: [self._drafting.cancel_open(moment)],
        }

    @property
    def names(self) -> Sequence[str]:
        """Every command, without its slash."""
        return list(self._by_name)

    def run(self, moment: Moment, said: Said, photos: Sequence[KeptPhoto] = ()) -> list[Reply]:
        """Carry out a command; an unknown one gets the help."""
        name, _, rest = said.text[1:].replace("\n", " ").partition(" ")
        command = self._by_name.get(name.partition("@")[0].lower())
        if command is None:
            unknown = self._phrasing.say(moment.language, "talk.unknown_command")
            return [Reply(f"{unknown}\n\n{self._phrasing.say(moment.language, 'talk.help')}")]
        return command(moment, _Typed(rest, said, photos))

    def topics(self, moment: Moment, target: str = "", *, replaces: bool = False) -> Reply:
        """The sections of a report, as buttons; of several reports, first the reports.

        Args:
            target: the report's place among all, empty if none was chosen yet.
        """
        reports = self._reports()
        if len(reports) > 1 and not 0 <= row_number(target) < len(reports):
            text = self._phrasing.say(moment.language, "topics.choose_report")
            titles = (self._phrasing.names.title(moment.language, one) for one in reports.values())
            buttons = tuple((Button(title, f"topics:{n}"),) for n, title in enumerate(titles))
            return Reply(text, buttons=buttons, replaces=replaces)
        report, first = list(reports.items())[max(row_number(target), 0)]
        title = self._phrasing.names.title(moment.language, first)
        buttons = tuple(
            (Button(section, f"topic:{number}:0"),)
            for number, (owner, section) in enumerate(self._index().sections)
            if owner == report
        )
        if len(reports) > 1:
            buttons += ((self._phrasing.button(moment.language, "back", "topics"),),)
        text = self._phrasing.say(moment.language, "topics.choose", title=title)
        return Reply(text, buttons=buttons, replaces=replaces)

    def _reports(self) -> dict[str, Commitment]:
        """The reports by id, the newest first, each with its first commitment."""
        found: dict[str, Commitment] = {}
        for (report, _), parts in self._index().sections.items():
            found.setdefault(report, parts[0])
        return found

    def section_page(self, moment: Moment, target: str) -> list[Reply]:
        """A page of a section's commitments, named `<section>:<page>`; empty if there is none."""
        sections = list(self._index().sections.items())
        try:
            number, page = (int(part) for part in target.split(":"))
            (_, section), commitments = sections[number]
        except (ValueError, IndexError):
            return []
        shown = commitments[page * _PAGE : (page + 1) * _PAGE]
        if page < 0 or number < 0 or not shown:
            return []
        reply = Reply(
            self._phrasing.say(
                moment.language,
                "topics.page",
                section=section,
                first=page * _PAGE + 1,
                last=page * _PAGE + len(shown),
                count=len(commitments),
                lines="",
            ),
            buttons=(
                *((self._open(moment, commitment),) for commitment in shown),
                self._paging(moment, number, page, more=(page + 1) * _PAGE < len(commitments)),
            ),
            replaces=True,
        )
        return [reply]

    def choose_language(self, moment: Moment, choice: str) -> list[Reply]:
        """Keep a choice of `/language`."""
        if choice not in (*LANGUAGES, "auto"):
            return [self._languages(moment)]
        self._store.residents.set_language(moment.resident.id, "" if choice == "auto" else choice)
        spoken = next((lang for lang in LANGUAGES if lang == choice), moment.language)
        return [Reply(self._phrasing.say(spoken, "language.kept"), replaces=True)]

    def _message(self, moment: Moment, key: str) -> list[Reply]:
        return [Reply(self._phrasing.say(moment.language, key))]

    def _feedback(self, moment: Moment) -> list[Reply]:
        draft = self._drafting.begin_without_words(moment)
        return [self._drafting.standing(moment, draft)]

    def _status(self, moment: Moment, typed: _Typed) -> list[Reply]:
        """How a case stands, and what is added to it behind its code.

        Only what she asks of her own case by its number is kept in her conversation: a code, a
        mistyped one as well, or the number of a case that is not hers would tie her to it.
        """
        number, code, words = taken_apart(typed.rest)
        if not number:
            return self._message(moment, "case.how_status")
        case = desk.find_case(
            self._store,
            number=number,
            query_code=code,
            resident_id=moment.resident.id,
            at=moment.at,
        )
        if case is None:
            adds = bool(words or typed.photos or typed.said.location)
            replies = [self._not_found(moment, number, adds=adds)]
        else:
            replies = self._found(moment, case, typed, _behind_code(case, code, words))
        is_kept = case is not None and not code
        return replies if is_kept else [replace(one, is_passing=True) for one in replies]

    def _not_found(self, moment: Moment, number: str, *, adds: bool) -> Reply:
        key = "case.not_found" if is_number(number) or not adds else "case.how_status"
        return Reply(self._phrasing.say(moment.language, key, words=adds))

    def _found(self, moment: Moment, case: Case, typed: _Typed, words: str) -> list[Reply]:
        if words or typed.photos or typed.said.location:
            return self._casework.add_by_code(moment, case, typed.said, typed.photos, words=words)
        if case.is_anonymous:
            return self._casework.shown_by_code(moment, case)
        return [self._casework.view(moment, case)]

    def news(self, moment: Moment, said: Said) -> list[Reply]:
        """How the case stands whose number she wrote, else all of hers."""
        number, code = case_in(said.text)
        if not number:
            return self._mine(moment)
        return self._status(moment, _Typed(f"{number} {code}", said, ()))

    def _mine(self, moment: Moment) -> list[Reply]:
        cases = self._store.cases.of_resident(moment.resident.id, most=_CASES_SHOWN)
        if not cases:
            return self._message(moment, "case.none")
        head = self._phrasing.say(moment.language, "case.mine", count=len(cases))
        lines = [self._phrasing.case_line(moment.language, case) for case in cases]
        buttons = tuple((Button(f"{case.number} »", f"case:{case.id}:open"),) for case in cases)
        return [Reply("\n\n".join([head, *lines]), buttons=buttons)]

    def _languages(self, moment: Moment) -> Reply:
        auto = Button(self._phrasing.say(moment.language, "language.auto"), "lang:auto")
        buttons = [Button(name, f"lang:{code}") for code, name in LANGUAGE_NAMES.items()]
        text = self._phrasing.say(moment.language, "language.choose")
        return Reply(text, buttons=(tuple(buttons), (auto,)))

    def _open(self, moment: Moment, commitment: Commitment) -> Button:
        return Button(
            self._phrasing.names.label(moment.language, commitment), f"show:{commitment.id}"
        )

    def _paging(self, moment: Moment, number: int, page: int, *, more: bool) -> tuple[Button, ...]:
        report = list(self._index().sections)[number][0]
        back = f"topics:{list(self._reports()).index(report)}"
        buttons = [self._phrasing.button(moment.language, "back", back)]
        if page:
            action = f"topic:{number}:{page - 1}"
            buttons.append(self._phrasing.button(moment.language, "previous", action))
        if more:
            action = f"topic:{number}:{page + 1}"
            buttons.append(self._phrasing.button(moment.language, "next", action))
        return tuple(buttons)


def _behind_code(case: Case, code: str, words: str) -> str:
    """What is added to a case; to her own without its code, and nothing of it is left out."""
    is_code = not words or code.upper() in ("", case.query_code)
    return words if is_code else f"{code} {words}"
