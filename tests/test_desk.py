"""Case work: a draft becomes a case once, numbered by the day, seen by whom it may be seen."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot import desk
from bot.app import Bot, read_cases
from bot.cases import Awaiting, Case, CaseState, Draft, DraftState, Kind, Matter, MoveNotAllowed
from bot.likeness import Meaning
from bot.store import Store
from index import Index
from tests.clock import Clock
from tests.office import office_over
from tests.person import Person

MATTER = Matter("胭脂路的路灯坏了三个月", Kind.COMPLAINT, "urban_management", street="liangdaojie")


class Desk:
    """Files matters for one resident."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.resident_id = store.residents.met("web", "w1", at=clock.now).id
        self._made = 0

    def draft(self, matter: Matter = MATTER, *, awaiting: Awaiting = Awaiting.NOTHING) -> Draft:
        """Keep a draft."""
        self._made += 1
        return self._store.drafts.add(
            self.resident_id,
            matter,
            source=f"turn:{self._made}",
            awaiting=awaiting,
            at=self._clock.now,
        )

    def files(self, matter: Matter = MATTER) -> Case:
        """File a draft as a case."""
        return desk.open_case(office_over(self._store), self.draft(matter), at=self._clock.now)


@pytest.fixture
def clerk(store: Store, clock: Clock) -> Desk:
    """Somebody with matters."""
    return Desk(store, clock)


def test_a_case_holds_what_the_draft_held(store: Store, clerk: Desk, clock: Clock) -> None:
    draft = clerk.draft()
    case = desk.open_case(office_over(store), draft, at=clock.now)
    assert case == store.cases.get(case.id)
    assert (case.matter, case.state, case.resident_id) == (
        MATTER,
        CaseState.SUBMITTED,
        clerk.resident_id,
    )
    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{8}", case.query_code)
    filed = store.drafts.hers(draft.id, clerk.resident_id)
    assert filed is not None
    assert (filed.state, filed.case_id) == (DraftState.SUBMITTED, case.id)


def test_filing_the_same_draft_again_gives_the_same_case(store: Store, clerk: Desk) -> None:
    case = clerk.files()
    draft = store.drafts.made_from("turn:1", clerk.resident_id)
    assert draft is not None
    assert desk.open_case(office_over(store), draft, at=case.submitted_at) == case
    assert list(store.cases.all()) == [case]


@pytest.mark.parametrize("state", [DraftState.CANCELLED, DraftState.SUBMITTED])
def test_a_draft_that_is_not_open_cannot_be_filed(
    store: Store, clerk: Desk, clock: Clock, state: DraftState
) -> None:
    draft = replace(clerk.draft(), state=state)
    with pytest.raises(MoveNotAllowed, match="submit is not possible") as refused:
        desk.open_case(office_over(store), draft, at=clock.now)
    assert (refused.value.subject_id, refused.value.state) == (draft.id, state)
    assert list(store.cases.all()) == []


def test_a_draft_without_words_cannot_be_filed(store: Store, clerk: Desk, clock: Clock) -> None:
    empty = clerk.draft(replace(MATTER, text=""), awaiting=Awaiting.TEXT)
    with pytest.raises(MoveNotAllowed):
        desk.open_case(office_over(store), empty, at=clock.now)


def test_numbers_count_the_cases_of_a_day_in_wuhan(clerk: Desk, clock: Clock) -> None:
    clock.now = datetime(2020, 3, 2, 15, 59, tzinfo=UTC)
    before_midnight = [clerk.files().number, clerk.files().number]
    clock.passes(minutes=1)
    after_midnight = clerk.files().number
    assert [*before_midnight, after_midnight] == [
        "WC20200302-0001",
        "WC20200302-0002",
        "WC20200303-0001",
    ]


def test_a_day_of_ten_thousand_cases_goes_on_counting(
    store: Store, clerk: Desk, clock: Clock
) -> None:
    draft = clerk.draft()
    case = store.cases.add(draft, number="WC20200302-9999", query_code="C", at=clock.now)
    store.drafts.change(replace(draft, case_id=case.id), at=clock.now)
    assert [clerk.files().number, clerk.files().number] == [
        "WC20200302-10000",
        "WC20200302-10001",
    ]


def test_a_clock_set_back_gives_no_number_twice(clerk: Desk, clock: Clock) -> None:
    first = clerk.files().number
    clock.passes(days=1)
    clerk.files()
    clock.passes(days=-1)
    assert clerk.files().number == f"{first[:-1]}2"


def test_a_case_is_found_by_its_resident_or_by_whoever_holds_its_code(
    store: Store, clerk: Desk, clock: Clock
) -> None:
    case = clerk.files()

    def found(code: str, resident_id: int) -> Case | None:
        return desk.find_case(
            store,
            number=case.number.lower(),
            query_code=code,
            resident_id=resident_id,
            at=clock.now,
        )

    assert found("", clerk.resident_id) == case
    assert found("wrong", clerk.resident_id) == case
    assert found(case.query_code.lower(), 998) == case
    assert found("", 998) is None
    assert found("", 999) is None
    assert found("AAAAAAAA", 999) is None
    assert desk.find_case(store, number="WC1", query_code="", resident_id=1, at=clock.now) is None


@pytest.fixture
def meaning(real_index: Index) -> Meaning:
    """What the bundled encoder takes texts to mean."""
    return Meaning(real_index.encoder.fingerprint, real_index.vectors)


def similar_to(
    store: Store, clerk: Desk, clock: Clock, meaning: Meaning, *filed: Matter
) -> list[tuple[str, tuple[str, ...]]]:
    """Words and reasons of the cases like MATTER among these, the most alike first."""
    for matter in filed:
        desk.note_meaning(store, clerk.files(matter), meaning=meaning)
    found = desk.similar_cases(store, MATTER, meaning=meaning, at=clock.now)
    assert [one.likeness.score for one in found] == sorted(
        (one.likeness.score for one in found), reverse=True
    )
    return [(one.case.matter.text, one.likeness.reasons) for one in found]


def test_similar_cases_are_told_with_their_reasons_the_most_alike_first(
    store: Store, clerk: Desk, clock: Clock, meaning: Meaning
) -> None:
    near = replace(MATTER, text="胭脂路路灯坏了，三个月没亮")
    other = replace(MATTER, text="公共厕所没有纸")
    elsewhere = replace(MATTER, text="和平大道的路灯坏了", street="yangyuan", place="和平大道")
    found = similar_to(store, clerk, clock, meaning, near, MATTER, other, elsewhere)
    assert found == [
        (MATTER.text, ("meaning", "street", "category")),
        (near.text, ("meaning", "street", "category")),
    ]


def test_a_similar_case_is_found_in_the_other_language(
    store: Store, clerk: Desk, clock: Clock, meaning: Meaning
) -> None:
    english = replace(MATTER, text="The street lamp is broken and has been dark for three months")
    assert [text for text, _ in similar_to(store, clerk, clock, meaning, english)] == [
        english.text
    ]


def test_old_cases_and_another_encoders_are_not_similar(
    store: Store, clerk: Desk, clock: Clock, meaning: Meaning
) -> None:
    assert similar_to(store, clerk, clock, meaning, MATTER)
    other = replace(meaning, encoder="another")
    assert desk.similar_cases(store, MATTER, meaning=other, at=clock.now) == []
    assert [text for _, text in desk.unread_cases(store, meaning=other, at=clock.now, most=9)] == [
        MATTER.text
    ]
    clock.passes(days=91)
    assert similar_to(store, clerk, clock, meaning) == []


async def test_open_cases_are_read_again_for_another_encoder(bot: Bot, resident: Person) -> None:
    await resident.says("粮道街胭脂路口的路灯坏了三个月，没人修")
    await resident.taps("提交")
    (case,) = bot.store.cases.all()
    other = replace(bot, meaning=replace(bot.meaning, encoder="another"))

    def found() -> list[Case]:
        similar = desk.similar_cases(
            bot.store, case.matter, meaning=other.meaning, at=case.submitted_at
        )
        return [one.case for one in similar]

    assert found() == []
    await read_cases(other, at=case.submitted_at)
    assert found() == [case]
