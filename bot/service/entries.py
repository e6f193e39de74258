"""The tables of service.toml, one class each."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.cases import Kind
from bot.service.written import (
    AnyLength,
    DayOfWork,
    RisingShares,
    Sentence,
    ShortCode,
    TimeOfDay,
    WallLength,
    Words,
    WorkingLength,
)

ClockName = Literal["accept", "dispatch", "sign", "contact", "done", "reply"]
"""受理, 派单, 签收, 响应, 办结: the steps that have a limit."""

Level = Literal["community", "street", "district", "city"]
"""社区, 街道, 区, 市: the four levels of command."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Meta(_Entry):
    """Which version of the service's data this is, and where it comes from."""

    version: str
    mark: str
    source: str


class Responsible(_Entry):
    """个人信息处理者: who answers for what is kept of residents, and how she is reached (Personal
    Information Protection Law, art. 17)."""

    name: Sentence
    en: Sentence
    contact: Sentence
    contact_en: Sentence


class Street(_Entry):
    """A street office's area.

    Attributes:
        aliases: other ways to write its name.
        unless: words of which an alias may be a part without meaning the street.
    """

    code: str
    name: str
    en: str
    aliases: Words = ()
    unless: Words = ()


class Unit(_Entry):
    """承办单位: an office that can be made responsible.

    Attributes:
        street: code of the street whose office it is; empty for a unit of no one street.
    """

    code: ShortCode
    name: str
    en: str
    level: Level
    street: str = ""

    def is_office_of(self, street: str) -> bool:
        """Whether it is the office of the street of this code."""
        return self.level == "street" and self.street == street != ""


class KindEntry(_Entry):
    """A kind of matter, and the words that mark it: surely (`strong`) or perhaps (`weak`).

    Attributes:
        unless: phrases of which such a word may be a part and mark nothing; of praise alone.
    """

    code: Kind
    name: str
    en: str
    strong: Words
    weak: Words = ()
    unless: Words = ()


class Wrongdoing(_Entry):
    """How somebody says outright that she reports wrongdoing (举报).

    Attributes:
        outright: words that say it.
        unless: phrases of which such a word may be a part without saying it.
        accused: whom one reports; in English the verb says it only with one of them behind it.
    """

    outright: Words
    unless: Words = ()
    accused: Words


class Category(_Entry):
    """A level-one category, and the words that mark it.

    Attributes:
        units: codes of the units usually in charge, best first.
    """

    code: str
    name: str
    en: str
    units: tuple[str, ...]
    cues: Words = ()


class Danger(_Entry):
    """A danger to life or property, the words that mark it, and whom to call first."""

    name: str
    cues: Words
    numbers: Words
    unless: Words = ()


class UrgencyCues(_Entry):
    """Words that mark a matter as urgent or critical, or that say there is no hurry (`calm`)."""

    urgent: Words
    critical: Words
    calm: Words = ()


class RouterCues(_Entry):
    """Words that tell a question to the report from a matter, small talk and instructions.

    Attributes:
        news: words that ask how a case stands.
        with_news: words that may stand beside them without naming a topic.
    """

    question: Words
    news: Words = ()
    with_news: Words = ()
    rhetorical: Words = ()
    matter: Words
    smalltalk: Words
    instruction: Words
    experience: Words


class WorkingTime(_Entry):
    """The hours of a working day in Wuhan time, in order."""

    hours: DayOfWork
    source: Sentence


class Clock(_Entry):
    """The limit of one step, by urgency; that of a normal case can differ by kind."""

    name: ClockName
    normal: WorkingLength
    normal_by_kind: dict[Kind, WorkingLength] = Field(default_factory=dict)
    urgent: WallLength
    critical: WallLength
    source: Sentence


class Reminders(_Entry):
    """At which shares of a limit a unit is warned, how long after it supervisors are told, and
    after how long dispatchers are, of a case that its resident says nothing more to."""

    warn_at: RisingShares
    supervise_after: AnyLength
    info_after: AnyLength
    source: Sentence


class Closing(_Entry):
    """When a reply nobody rated closes its case, and how long a closed one can be disputed."""

    unrated_after: AnyLength
    dispute_within: AnyLength
    source: Sentence


class EarlyWarning(_Entry):
    """苗头预警: how many cases of one place and category within which time staff are told of."""

    cases: Annotated[int, Field(ge=2)]
    within: WallLength
    source: Sentence


class Digest(_Entry):
    """When staff get the day's digest, in Wuhan time."""

    at: TimeOfDay
    source: Sentence


class RejectReason(_Entry):
    """Why a matter is not accepted, and which channel is the right one for it."""

    code: ShortCode
    name: Sentence
    en: Sentence
    channel: Sentence
    channel_en: Sentence
    source: Sentence


TemplateAction = Literal["reply", "answer", "ask_info", "contact", "reject", "done"]
"""The steps whose words a template can begin."""


class ReplyTemplate(_Entry):
    """Words that staff can begin with; what stands in 【】 they have to fill in.

    Attributes:
        actions: the steps it is offered for.
        categories: codes of those it is offered for; empty is all.
        text, text_en: the words, for residents who are spoken to in Chinese or in English.
    """

    code: ShortCode
    name: Sentence
    en: Sentence
    actions: Annotated[tuple[TemplateAction, ...], Field(min_length=1)]
    categories: tuple[str, ...] = ()
    text: Sentence
    text_en: Sentence

    def fits(self, action: str, category: str) -> bool:
        """Whether it is offered for a step with a case of this category."""
        return action in self.actions and (not self.categories or category in self.categories)
