"""The database: what belongs together is written together, and a restart loses nothing."""

import json
import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from bot.cases import Awaiting, Case, Draft, DraftState, Kind, Matter, Urgency
from bot.messages import Button, Photo, Reply, Turn
from bot.store import AnswerRecord, Store, StoreError
from bot.store.photos import Photos
from bot.vault import Vault
from tests.clock import Clock

MATTER = Matter(
    "路灯坏了\n三个月没人修",
    Kind.COMPLAINT,
    "urban_management",
    Urgency.URGENT,
    street="liangdaojie",
    place="胭脂路口",
    commitment="wuchang-2020/kindergartens",
    latitude=30.5,
    longitude=114.3,
)


@pytest.fixture
def resident_id(store: Store, clock: Clock) -> int:
    """A resident's number."""
    return store.residents.met("telegram", "1001", at=clock.now).id


def draft_of(store: Store, resident_id: int, clock: Clock, *, source: str = "turn:1") -> Draft:
    """A draft that waits for nothing."""
    return store.drafts.add(
        resident_id, MATTER, source=source, awaiting=Awaiting.NOTHING, at=clock.now
    )


def test_a_resident_is_known_again_on_her_channel_only(store: Store, clock: Clock) -> None:
    met = store.residents.met("telegram", "1001", at=clock.now)
    assert store.residents.met("telegram", "1001", at=clock.now) == met
    assert store.residents.known("web", "1001") is None
    assert store.residents.met("web", "1001", at=clock.now).id != met.id


def test_her_language_and_reachability_are_kept(store: Store, resident_id: int) -> None:
    store.residents.set_language(resident_id, "zh-Hant")
    store.residents.set_last_language(resident_id, "en")
    store.residents.set_reachable(resident_id, False)
    known = store.residents.known("telegram", "1001")
    assert known is not None
    assert (known.language, known.last_language, known.reachable) == ("zh-Hant", "en", False)


def test_a_turn_comes_back_as_it_was_told(store: Store, resident_id: int, clock: Clock) -> None:
    replies = [
        Reply("<b>好</b>", ((Button("✅ 提交", "d:1:submit"),),), replaces=True, notice="改"),
        Reply("二"),
    ]
    turn_id = store.turns.add(resident_id, said="路灯\n坏了", has_photo=True, at=clock.now)
    store.turns.finish(turn_id, replies, replaces=None)
    assert store.turns.last(resident_id, most=5) == [
        Turn(turn_id, "路灯\n坏了", tuple(replies), replaces=None, has_photo=True)
    ]


def test_the_last_turns_come_oldest_first_and_only_her_own(
    store: Store, resident_id: int, clock: Clock
) -> None:
    other = store.residents.met("web", "w", at=clock.now).id
    numbers = [
        store.turns.add(who, said=str(n), has_photo=False, at=clock.now)
        for n, who in enumerate([resident_id, other, resident_id, resident_id])
    ]
    assert [turn.said for turn in store.turns.last(resident_id, most=2)] == ["2", "3"]
    assert store.turns.hers(numbers[1], resident_id) is None
    assert store.turns.hers(10**18 - 1, resident_id) is None


def test_a_draft_comes_back_with_every_part(store: Store, resident_id: int, clock: Clock) -> None:
    draft = draft_of(store, resident_id, clock)
    store.drafts.add_file(
        draft.id, name="a.jpg", media_type="image/jpeg", size_bytes=9, at=clock.now
    )
    assert store.drafts.hers(draft.id, resident_id) == replace(draft, photos=1)
    assert store.drafts.made_from("turn:1", resident_id) == replace(draft, photos=1)
    assert store.drafts.holds_file("a.jpg")
    assert not store.drafts.holds_file("b.jpg")


def test_the_open_draft_is_the_one_worked_on_last(
    store: Store, resident_id: int, clock: Clock
) -> None:
    first = draft_of(store, resident_id, clock)
    clock.passes(hours=1)
    second = draft_of(store, resident_id, clock, source="turn:2")
    assert store.drafts.open_of(resident_id) == second
    clock.passes(hours=1)
    store.drafts.change(first, at=clock.now)
    assert store.drafts.open_of(resident_id) == first
    store.drafts.change(replace(first, state=DraftState.CANCELLED), at=clock.now)
    assert store.drafts.open_of(resident_id) == second


def test_one_source_makes_one_draft(store: Store, resident_id: int, clock: Clock) -> None:
    draft_of(store, resident_id, clock)
    with pytest.raises(sqlite3.IntegrityError):
        draft_of(store, resident_id, clock)


def case_of(store: Store, resident_id: int, clock: Clock, *, number: str) -> Case:
    """A case on file."""
    draft = draft_of(store, resident_id, clock, source=f"turn:{number}")
    case = store.cases.add(draft, number=number, query_code="C", at=clock.now)
    store.drafts.change(replace(draft, case_id=case.id), at=clock.now)
    return case


def test_how_sure_a_matter_is_is_kept_with_it(
    store: Store, resident_id: int, clock: Clock
) -> None:
    draft = draft_of(store, resident_id, clock)
    surer = replace(draft, matter=MATTER.with_sureness(kind=0.5, street=1.0))
    store.drafts.change(surer, at=clock.now)
    assert store.drafts.hers(draft.id, resident_id) == surer
    assert surer.matter.sureness == {"kind": 0.5, "street": 1.0}


def near(
    store: Store, vector: list[float], since: datetime, *, encoder: str = "e", most: int = 9
) -> dict[int, float]:
    """The cases nearest to a vector."""
    asked = np.array(vector, dtype=np.float32)
    return store.meanings.nearest(asked, encoder=encoder, since=since, most=most)


def test_the_cases_nearest_in_meaning_come_first_and_only_recent_ones(
    store: Store, resident_id: int, clock: Clock
) -> None:
    begun, vectors = clock.now, ([1.0, 0.0], [0.0, 1.0], [0.6, 0.8])
    for number, vector in enumerate(vectors):
        case = case_of(store, resident_id, clock, number=f"WC-{number}")
        store.meanings.keep(case.id, np.array(vector, dtype=np.float32), encoder="e")
        clock.passes(days=10)
    assert near(store, [0.0, 1.0], begun) == pytest.approx({2: 1.0, 3: 0.8, 1: 0.0}, abs=1e-3)
    assert list(near(store, [0.0, 1.0], begun, most=1)) == [2]
    assert list(near(store, [0.0, 1.0], begun + timedelta(days=15))) == [3]
    assert near(store, [0.0, 1.0], begun, encoder="another") == {}


def test_vectors_of_another_encoder_are_made_again(
    store: Store, resident_id: int, clock: Clock
) -> None:
    case = case_of(store, resident_id, clock, number="WC-1")

    def missing(encoder: str) -> list[tuple[int, str]]:
        return list(store.meanings.missing(since=clock.now, encoder=encoder, most=9))

    assert missing("e") == [(case.id, MATTER.text)]
    store.meanings.keep(case.id, np.array([1.0, 0.0], dtype=np.float32), encoder="e")
    assert (missing("e"), missing("f")) == ([], [(case.id, MATTER.text)])
    assert near(store, [1.0, 0.0], clock.now) == {case.id: 1.0}
    store.meanings.keep(case.id, np.array([0.0, 1.0, 0.0], dtype=np.float32), encoder="f")
    assert near(store, [0.0, 1.0, 0.0], clock.now, encoder="f") == {case.id: 1.0}
    assert near(store, [1.0, 0.0], clock.now) == {}


def test_what_a_transaction_took_back_is_not_remembered(
    store: Store, resident_id: int, clock: Clock
) -> None:
    case = case_of(store, resident_id, clock, number="WC-1")
    north, east = (np.array(vector, dtype=np.float32) for vector in ([0.0, 1.0], [1.0, 0.0]))
    store.meanings.keep(case.id, north, encoder="e")

    def fails_after_reading() -> None:
        with store.transaction():
            store.meanings.keep(case.id, east, encoder="e")
            assert near(store, [1.0, 0.0], clock.now) == {case.id: 1.0}
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_after_reading()
    assert near(store, [1.0, 0.0], clock.now) == {case.id: 0.0}


def test_an_answer_keeps_its_decision_and_only_its_own_asker_rates_it(
    store: Store, resident_id: int, clock: Clock
) -> None:
    record = AnswerRecord("几所?", "zh", ("wuchang-2020/x",), "no_answer", 0.25, "build-1")
    answer_id = store.answers.add(resident_id, record, at=clock.now)
    other = store.residents.met("web", "w", at=clock.now).id
    assert store.answers.question(answer_id, resident_id) == "几所?"
    assert store.answers.question(answer_id, other) is None
    assert not store.answers.set_helpful(answer_id, other, helpful=True)
    assert store.answers.set_helpful(answer_id, resident_id, helpful=False)


def test_a_failing_write_takes_everything_before_it_back(store: Store, clock: Clock) -> None:
    def write_then_fail() -> None:
        with store.transaction():
            met = store.residents.met("web", "w", at=clock.now)
            store.turns.add(met.id, said="一", has_photo=False, at=clock.now)
            store.turns.add(99, said="无此人", has_photo=False, at=clock.now)

    with pytest.raises(LookupError):
        write_then_fail()
    assert store.residents.known("web", "w") is None
    with store.transaction():
        store.residents.met("web", "w", at=clock.now)
    assert store.residents.known("web", "w") is not None


def test_a_file_that_is_no_database_is_told_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "bot.db"
    file.write_bytes(b"no database " * 200)
    with pytest.raises(StoreError, match=r"bot\.db: the database cannot be opened") as told:
        Store.open(file)
    assert "\n" not in str(told.value)
    assert file.read_bytes() == b"no database " * 200


def test_a_var_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file in the folder's place", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be opened"):
        Store.open(tmp_path / "var" / "bot.db")


def test_health_tells_when_nothing_can_be_written(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "bot.db")
    assert store.problem() == ""
    store.close()
    assert "closed" in store.problem()


def test_what_was_committed_is_on_disk_for_another_reader(tmp_path: Path, clock: Clock) -> None:
    store = Store.open(tmp_path / "bot.db")
    with store.transaction():
        store.residents.met("web", "w", at=clock.now)
    reader = sqlite3.connect(tmp_path / "bot.db")
    assert reader.execute("select count(*) from identities").fetchall() == [(1,)]
    assert reader.execute("pragma journal_mode").fetchone() == ("wal",)
    reader.close()
    store.close()


def test_a_photo_gets_a_random_name_and_its_type(tmp_path: Path) -> None:
    photos = Photos(tmp_path / "files", Vault.in_memory())
    names = [photos.keep(Photo(b"x", kind)) for kind in ("image/png", "../../etc/passwd")]
    assert [name.rpartition(".")[2] for name in names] == ["png", "jpg"]
    assert sorted(path.name for path in (tmp_path / "files").iterdir()) == sorted(names)
    photos.drop(names[0])
    photos.drop("gone already.jpg")
    assert [path.name for path in (tmp_path / "files").iterdir()] == [names[1]]


def test_hits_are_kept_for_the_editors(tmp_path: Path, clock: Clock) -> None:
    store = Store.open(tmp_path / "bot.db")
    resident = store.residents.met("web", "w", at=clock.now)
    store.answers.add(
        resident.id, AnswerRecord("q", "en", ("a", "b"), "answer", 0.9, "b1"), at=clock.now
    )
    store.close()
    reader = sqlite3.connect(tmp_path / "bot.db")
    (hits,) = reader.execute("select hits from answers").fetchone()
    assert json.loads(hits) == ["a", "b"]
    reader.close()
