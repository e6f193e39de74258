"""Builds the bot's objects from settings, content, index and database."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bot import desk
from bot.app.live import LiveIndex
from bot.ask import Asker
from bot.cards import Cards
from bot.cases import Matter
from bot.config import Settings
from bot.consent import PrivacyNotice
from bot.desk import Office
from bot.dialogue import Casework, Commands, Dialogue, Drafting, Phrasing, Understander
from bot.dialogue.questions import Questions
from bot.dialogue.rights import Rights
from bot.examples import read_examples
from bot.features import Features
from bot.likeness import Meaning
from bot.matters import MatterReader
from bot.meanings import Meanings, open_meanings
from bot.notices import Notices
from bot.router import Router
from bot.service import Service, read_service
from bot.store import DATABASE, Store, StoreUnavailable
from bot.store.photos import Photos
from bot.wording import Wording
from index import Commitment, Index, build_index, load_index

_CASES_READ_AT_ONCE = 32
_PAUSE_SECONDS = 5.0
"""How long to wait before a database that was not available is tried again."""


@dataclass(frozen=True, slots=True, repr=False)
class Bot:
    """Everything a running bot is made of.

    Attributes:
        now: the time, in UTC.
    """

    settings: Settings
    service: Service
    wording: Wording
    store: Store
    live: LiveIndex
    meaning: Meaning
    office: Office
    dialogue: Dialogue
    commands: Commands
    notice: PrivacyNotice
    now: Callable[[], datetime]

    @property
    def index(self) -> Index:
        """The build that is answered from now; another one the next time, perhaps."""
        return self.live()


@dataclass(frozen=True, slots=True)
class Reading:
    """What understanding and phrasing a message takes; no resident, no database.

    It changes with nothing that is said: several bots over one content may share it.
    """

    live: LiveIndex
    service: Service
    wording: Wording
    phrasing: Phrasing
    understander: Understander


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the dialogue hands a message to once it is understood."""

    drafting: Drafting
    casework: Casework
    questions: Questions
    rights: Rights
    commands: Commands


def open_index(settings: Settings) -> Index:
    """The active build's index; the first one is built when there is none.

    Raises:
        ContentError: the content has mistakes.
        StaleIndexError: the build is damaged or made with other parts.
    """
    if not (settings.paths.var / "index" / "current").exists():
        build_index(settings.paths, settings.index)
    return load_index(settings.paths, settings.index)


def open_store(settings: Settings) -> Store:
    """The database in the var folder.

    Raises:
        StoreError: it cannot be opened.
    """
    return Store.open(settings.paths.var / DATABASE)


def build_bot(
    settings: Settings,
    *,
    store: Store,
    index: Index,
    reading: Reading | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Bot:
    """Put the dialogue together.

    Args:
        reading: of this content and index; None has it made.

    Raises:
        ContentError: service.toml or the wording has mistakes.
    """
    reading = reading or build_reading(settings, index)
    office = build_office(
        store,
        service=reading.service,
        wording=reading.wording,
        commitment=lambda commitment_id: reading.live().commitments.get(commitment_id),
    )
    meaning = _meaning(index)
    parts = _build_parts(settings, reading, office, meaning)
    return Bot(
        settings=settings,
        service=reading.service,
        wording=reading.wording,
        store=store,
        live=reading.live,
        meaning=meaning,
        office=office,
        dialogue=_build_dialogue(settings, reading, office, parts, now=now),
        commands=parts.commands,
        notice=parts.rights.notice,
        now=now,
    )


def _build_parts(settings: Settings, reading: Reading, office: Office, meaning: Meaning) -> _Parts:
    drafting = Drafting(
        office=office,
        meaning=lambda: meaning,
        phrasing=reading.phrasing,
        service=reading.service,
        limits=settings.limits,
        index=reading.live,
    )
    casework = Casework(office=office, phrasing=reading.phrasing, limits=settings.limits)
    questions = Questions(store=office.store, phrasing=reading.phrasing, index=reading.live)
    rights = Rights(
        office=office,
        phrasing=reading.phrasing,
        notice=PrivacyNotice(
            reading.wording,
            figures=settings.retention.model_dump(),
            responsible=reading.service.responsible,
        ),
        drop_photo=Photos(settings.paths.var / "files", office.store.vault).drop,
    )
    commands = Commands(
        store=office.store,
        phrasing=reading.phrasing,
        drafting=drafting,
        casework=casework,
        questions=questions,
        rights=rights,
        index=reading.live,
    )
    return _Parts(drafting, casework, questions, rights, commands)


def _build_dialogue(
    settings: Settings,
    reading: Reading,
    office: Office,
    parts: _Parts,
    *,
    now: Callable[[], datetime],
) -> Dialogue:
    return Dialogue(
        store=office.store,
        photos=Photos(settings.paths.var / "files", office.store.vault),
        understander=reading.understander,
        phrasing=reading.phrasing,
        drafting=parts.drafting,
        commands=parts.commands,
        questions=parts.questions,
        casework=parts.casework,
        rights=parts.rights,
        office=office,
        limits=settings.limits,
        now=now,
    )


def build_office(
    store: Store,
    *,
    service: Service,
    wording: Wording,
    commitment: Callable[[str], Commitment | None] = lambda _: None,
) -> Office:
    """What the desk works with; without `commitment` it shows commitments by their ids."""
    return Office(
        store=store,
        service=service,
        notices=Notices(store=store, wording=wording, service=service, commitment=commitment),
        cards=Cards(store=store, wording=wording, service=service, commitment=commitment),
    )


def build_asker(
    settings: Settings,
    *,
    index: Index,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Asker:
    """What `python -m bot ask` runs on; it reads the database, if there is one, never writes."""
    reading = build_reading(settings, index)
    store = open_store(settings) if (settings.paths.var / DATABASE).exists() else None

    meaning = _meaning(index)

    def similar(matter: Matter) -> list[desk.Similar]:
        return desk.similar_cases(store, matter, meaning=meaning, at=now()) if store else []

    return Asker(
        understander=reading.understander,
        phrasing=reading.phrasing,
        service=reading.service,
        limits=settings.limits,
        index=lambda: index,
        similar=similar,
    )


def _meaning(index: Index) -> Meaning:
    """Of the encoder and not of the build: it stays when another build is taken."""
    return Meaning(index.encoder.fingerprint, partial(index.encoder.encode, role="query"))


def build_reading(settings: Settings, index: Index) -> Reading:
    """Read what the content says of words and rules, and learn what the examples teach.

    Raises:
        ContentError: service.toml or the wording has mistakes.
    """
    live = LiveIndex(index)
    service = read_service(settings.paths.content / "service.toml")
    wording = Wording(settings.paths.content / "wording")
    meanings = read_meanings(settings, service, index)
    understander = Understander(
        index=live,
        router=Router(service, meanings),
        reader=MatterReader(service, meanings),
    )
    return Reading(live, service, wording, Phrasing(wording, service), understander)


def read_meanings(settings: Settings, service: Service, index: Index) -> Meanings:
    """What the editors' examples teach; learnt when they, the cues or the encoder change."""
    return open_meanings(
        read_examples(settings.paths.content),
        Features(service, partial(index.encoder.encode, role="query")),
        depends_on=f"{service.model_dump_json()}\0{index.encoder.fingerprint}",
        folder=settings.paths.var / "learnt",
    )


async def read_cases(bot: Bot, *, at: datetime) -> None:
    """Note what the open cases mean that the current encoder has not read: all, after a change."""
    while unread := desk.unread_cases(
        bot.store, meaning=bot.meaning, at=at, most=_CASES_READ_AT_ONCE
    ):
        vectors = await asyncio.to_thread(bot.meaning.vectors, [text for _, text in unread])
        keep = partial(_keep_meanings, bot, [case_id for case_id, _ in unread], vectors)
        try:
            await bot.store.write(keep)
        except StoreUnavailable:
            await asyncio.sleep(_PAUSE_SECONDS)
    bot.store.meanings.read(bot.meaning.encoder)


def _keep_meanings(bot: Bot, case_ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
    for case_id, vector in zip(case_ids, vectors, strict=True):
        bot.store.meanings.keep(case_id, vector, encoder=bot.meaning.encoder)
