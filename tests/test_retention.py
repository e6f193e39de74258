"""What is kept no longer than config.toml says goes, wherever it stands; what is open stays."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from bot import desk
from bot.app import Bot, delete_what_is_due, keep_to_terms
from bot.arrivals import Arrival
from bot.cases import FORGOTTEN, Actor, Awaiting, Case, CaseState, Kind, Matter, Solved
from bot.config import RetentionSettings, Settings
from bot.messages import Photo, Reply
from bot.retention import RetentionRun, left_behind, old_photos, terms
from bot.store import AnswerRecord, Records, Store, StoreError, View
from bot.store.photos import Photos
from index import Paths
from tests.casework import LAMP, Hall
from tests.clock import Clock
from tests.operating import Operator
from tests.person import Person
from tests.photographs import JPEG
from tests.waiting import until

SETTINGS = RetentionSettings()
DAY = timedelta(days=1)
PHONE = "13907185526"
TOLD = replace(LAMP, text=f"胭脂路口的路灯坏了，电话{PHONE}。", place="胭脂路口")


class Keeping:
    """A hall on disk with photos, in which what is due is deleted when it is said to be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connection = sqlite3.connect(folder / "bot.db")
        self.hall = Hall(self.connection, Clock())
        self.photos = Photos(folder / "files", self.hall.store.vault)

    @property
    def store(self) -> Store:
        """The database."""
        return self.hall.store

    @property
    def now(self) -> datetime:
        """The clock's time."""
        return self.hall.clock.now

    def later(self, days: int) -> None:
        """Let days go by, and nobody look at the clocks."""
        self.hall.clock.now += timedelta(days=days)

    def run(self, settings: RetentionSettings = SETTINGS) -> RetentionRun:
        """A run that has not begun."""
        return RetentionRun(self.store, settings, drop_photo=self.photos.drop, at=self.now)

    def deletes(self, settings: RetentionSettings = SETTINGS) -> dict[str, int]:
        """Delete what is due; what there was of it."""
        run = self.run(settings)
        while self.takes_a_step(run):
            pass
        return dict(run.counts)

    def takes_a_step(self, run: RetentionRun) -> bool:
        """One batch."""
        with self.store.transaction():
            return run.step()

    def adds_photo(self, draft_id: int) -> str:
        """A photo of a draft; its name."""
        name = self.photos.keep(Photo(JPEG))
        with self.store.transaction():
            self.store.drafts.add_file(
                draft_id, name=name, media_type="image/jpeg", size_bytes=len(JPEG), at=self.now
            )
        return name

    def files(self) -> list[str]:
        """The photos on disk."""
        return sorted(path.name for path in (self.folder / "files").glob("*"))

    def says(self, words: str, *, by: Actor | None = None) -> int:
        """A resident says something and is answered; the turn."""
        resident_id = cast(int, (by or self.hall.resident).resident_id)
        with self.store.transaction():
            turn = self.store.turns.add(resident_id, said=words, has_photo=False, at=self.now)
            self.store.turns.finish(turn, [Reply(words)], replaces=None)
            self.store.residents.set_heard_until(resident_id, self.now)
        return turn

    def asks(self, question: str) -> int:
        """A resident asks what the report leaves open; the answer's number."""
        record = AnswerRecord(question, "zh", (), "no_answer", 0.0, "build")
        with self.store.transaction():
            resident_id = cast(int, self.hall.resident.resident_id)
            return self.store.answers.add(resident_id, record, at=self.now)

    def begins_draft(self, matter: Matter = TOLD, *, source: str = "turn:99") -> int:
        """A matter that is not filed."""
        with self.store.transaction():
            draft = self.store.drafts.add(
                cast(int, self.hall.resident.resident_id),
                matter,
                source=source,
                awaiting=Awaiting.NOTHING,
                at=self.now,
            )
        return draft.id

    def closes(self, matter: Matter = TOLD) -> Case:
        """A case with a photo that its resident says is solved."""
        case = self.hall.replied(matter)
        self.adds_photo(self.store.cases.draft_id(case.id))
        return self.hall.does(desk.judge_solved, case, self.hall.resident, Solved.YES)

    def holds(self, words: str) -> bool:
        """Whether these words stand anywhere in the database's file, its free pages aside."""
        self.connection.execute("vacuum")
        return words.encode() in (self.folder / "bot.db").read_bytes()


@pytest.fixture
def keeping(tmp_path: Path) -> Iterator[Keeping]:
    """A hall on disk."""
    keeping = Keeping(tmp_path)
    yield keeping
    keeping.store.close()


def test_what_was_said_goes_after_its_term_and_what_is_younger_stays(keeping: Keeping) -> None:
    old = keeping.says(f"我的电话{PHONE}")
    with keeping.store.transaction():
        keeping.store.turns.keep_version(old, f"{PHONE}，写错了", at=keeping.now)
    keeping.later(SETTINGS.conversation_days)
    young = keeping.says("路灯什么时候修")
    keeping.later(1)
    assert keeping.deletes() == {"conversation": 1}
    resident_id = cast(int, keeping.hall.resident.resident_id)
    assert keeping.store.turns.hers(old, resident_id) is None
    assert keeping.store.turns.hers(young, resident_id) is not None
    assert not keeping.holds(PHONE)


def test_a_turn_whose_reply_another_took_the_place_of_goes_too(keeping: Keeping) -> None:
    first = keeping.says("路灯")
    keeping.later(5)
    second = keeping.says("胭脂路的路灯")
    with keeping.store.transaction():
        keeping.store.turns.finish(second, [], replaces=first)
    keeping.later(SETTINGS.conversation_days - 1)
    assert keeping.deletes() == {"conversation": 1}
    kept = keeping.store.turns.hers(second, cast(int, keeping.hall.resident.resident_id))
    assert kept is not None
    assert kept.replaces is None


def test_a_matter_that_was_never_filed_goes_with_its_photos(keeping: Keeping) -> None:
    keeping.adds_photo(keeping.begins_draft())
    keeping.later(SETTINGS.drafts_days)
    assert keeping.deletes() == {}
    assert len(keeping.files()) == 1
    keeping.later(1)
    assert keeping.deletes() == {"photos": 1, "drafts": 1}
    assert keeping.files() == []
    assert not keeping.holds(PHONE)


def test_photos_of_a_closed_case_go_before_its_words(keeping: Keeping) -> None:
    case = keeping.closes()
    keeping.later(SETTINGS.photos_days + 1)
    assert keeping.deletes()["photos"] == 1
    assert keeping.files() == []
    assert keeping.hall.case(case).matter == case.matter


def test_of_a_case_long_closed_the_figures_stay_and_nothing_that_was_said(
    keeping: Keeping,
) -> None:
    case = keeping.closes()
    before = figures_of(keeping)
    keeping.later(SETTINGS.cases_days + 1)
    counts = keeping.deletes()
    assert (counts["cases"], counts["photos"]) == (1, 1)
    kept = keeping.hall.case(case)
    assert kept.matter.text == FORGOTTEN
    assert kept.matter.place == ""
    assert (kept.number, kept.state, kept.matter.kind, kept.matter.category, kept.solved) == (
        case.number,
        CaseState.CLOSED,
        case.matter.kind,
        case.matter.category,
        Solved.YES,
    )
    assert figures_of(keeping) == before
    assert [event.reason for event in keeping.hall.events(case) if event.reason] == []
    assert not keeping.holds(PHONE)
    assert not keeping.holds("已换灯")
    assert not keeping.store.residents.has_identity(kept.resident_id)
    keeping.later(1)
    assert "cases" not in keeping.deletes()


def test_a_rejected_case_goes_by_its_last_step(keeping: Keeping) -> None:
    case = keeping.hall.rejected()
    keeping.later(SETTINGS.cases_days)
    assert "cases" not in keeping.deletes()
    keeping.later(1)
    assert keeping.deletes()["cases"] == 1
    assert keeping.hall.case(case).matter.text == FORGOTTEN


@pytest.mark.parametrize("kind", [Kind.COMPLAINT, Kind.REPORT])
@pytest.mark.parametrize("is_danger", [False, True])
def test_nothing_of_an_open_case_ever_goes(keeping: Keeping, kind: Kind, is_danger: bool) -> None:
    case = keeping.hall.dispatched(replace(TOLD, kind=kind, is_danger=is_danger))
    name = keeping.adds_photo(keeping.store.cases.draft_id(case.id))
    events = keeping.hall.events(case)
    identity = keeping.store.residents.identity(case.resident_id)
    keeping.later(20_000)
    keeping.deletes()
    assert keeping.hall.case(case).matter == case.matter
    assert keeping.hall.events(case) == events
    assert keeping.files() == [name]
    assert keeping.store.residents.identity(case.resident_id) == identity


def test_who_has_not_written_for_years_is_forgotten_and_who_follows_is_not(
    keeping: Keeping,
) -> None:
    asked, follows = keeping.hall.resident, keeping.hall.neighbour
    for one in (asked, follows):
        keeping.says("新增几所幼儿园", by=one)
    with keeping.store.transaction():
        keeping.store.following.follow("a", cast(int, follows.resident_id), at=keeping.now)
    keeping.later(SETTINGS.identities_days + 1)
    assert keeping.deletes() == {"conversation": 2, "identities": 1}
    assert not keeping.store.residents.has_identity(cast(int, asked.resident_id))
    assert keeping.store.residents.has_identity(cast(int, follows.resident_id))
    staff = keeping.store.staff.get(cast(int, keeping.hall.handler.staff_id))
    assert staff is not None
    assert keeping.store.residents.has_identity(cast(int, staff.resident_id))


def test_a_letter_that_cannot_arrive_goes_unless_its_case_is_open(keeping: Keeping) -> None:
    hall = keeping.hall
    open_, closed = hall.dispatched(), hall.closed()
    resident_id = cast(int, hall.resident.resident_id)
    with keeping.store.transaction():
        letters = [
            keeping.store.outbox.post(
                resident_id, Reply(f"信{at}", case_id=case_id), at=keeping.now
            )
            for at, case_id in enumerate((None, open_.id, closed.id))
        ]
        for letter in letters:
            keeping.store.outbox.refuse(letter, "400")
    keeping.later(SETTINGS.letters_days + 1)
    assert keeping.deletes()["letters"] == 2
    assert [one.case_id for one in keeping.store.outbox.refused()] == [open_.id]


def test_what_waits_for_who_cannot_be_written_to_goes_and_for_others_stays(
    keeping: Keeping,
) -> None:
    gone, here = keeping.hall.resident.resident_id, keeping.hall.neighbour.resident_id
    with keeping.store.transaction():
        for resident_id in (gone, here):
            keeping.store.outbox.post(cast(int, resident_id), Reply("路灯"), at=keeping.now)
        keeping.store.residents.set_reachable(cast(int, gone), False)
    keeping.later(SETTINGS.letters_days + 1)
    assert keeping.deletes() == {"letters": 1}
    assert keeping.store.outbox.next_for(cast(int, gone)) is None
    assert keeping.store.outbox.next_for(cast(int, here)) is not None


def test_an_update_that_could_not_be_handled_goes_and_is_not_taken_for_new(
    keeping: Keeping,
) -> None:
    update = Arrival(7, "1001", {"message": {"text": PHONE}}, "")
    with keeping.store.transaction():
        keeping.store.inbox.add([update], at=keeping.now)
        keeping.store.inbox.set_aside([7], "ValueError")
    keeping.later(SETTINGS.updates_days)
    assert keeping.deletes() == {}
    keeping.later(1)
    assert keeping.deletes() == {"updates": 1}
    assert keeping.store.inbox.set_asides() == []
    with keeping.store.transaction():
        assert keeping.store.inbox.add([update], at=keeping.now) == []


def test_who_looked_and_who_was_signed_in_goes_after_its_term(keeping: Keeping) -> None:
    staff_id = cast(int, keeping.hall.dispatcher.staff_id)
    with keeping.store.transaction():
        keeping.store.views.add(View(staff_id, None, "export", "年报", keeping.now))
        keeping.store.sessions.begin(
            staff_id, "hash", at=keeping.now, expires_at=keeping.now + DAY
        )
    keeping.later(SETTINGS.sessions_days + 2)
    assert keeping.deletes() == {"sessions": 1}
    keeping.later(SETTINGS.views_days)
    assert keeping.deletes()["views"] == 1


def test_a_receipt_tells_how_much_and_of_nobody(keeping: Keeping) -> None:
    assert keeping.deletes() == {}
    assert keeping.store.receipts.all() == []
    keeping.says(f"我的电话{PHONE}")
    keeping.begins_draft()
    keeping.later(SETTINGS.conversation_days + 1)
    counts = keeping.deletes()
    (receipt,) = keeping.store.receipts.all()
    assert (receipt.what, receipt.counts) == ("retention", counts)
    assert counts == {"conversation": 1, "drafts": 1}
    assert receipt.at == keeping.now


def test_nothing_goes_of_what_is_kept_for_ever(keeping: Keeping) -> None:
    keeping.says("新增几所幼儿园")
    keeping.closes()
    keeping.later(20_000)
    for_ever = RetentionSettings(
        **{name: 0 for name in RetentionSettings.model_fields if name.endswith("_days")}
    )
    assert keeping.deletes(for_ever) == {}


def test_counting_what_is_due_deletes_nothing(keeping: Keeping) -> None:
    keeping.says("新增几所幼儿园")
    keeping.closes()
    keeping.later(SETTINGS.cases_days + 1)
    before = keeping.hall.everything()
    due = {term.name: term.due for term in terms(keeping.store, SETTINGS, at=keeping.now)}
    assert (due["conversation"], due["cases"], due["photos"], due["drafts"]) == (5, 1, 1, 0)
    assert keeping.hall.everything() == before


@pytest.mark.parametrize("kept_for_ever", ["", "photos", "conversation", "drafts", "cases"])
def test_what_is_counted_is_what_a_run_deletes(keeping: Keeping, kept_for_ever: str) -> None:
    for one in (keeping.hall.resident, keeping.hall.neighbour):
        keeping.says("新增几所幼儿园", by=one)
    keeping.adds_photo(keeping.begins_draft())
    keeping.closes()
    keeping.later(max(SETTINGS.identities_days, SETTINGS.cases_days) + 1)
    for_ever = {f"{kept_for_ever}_days": 0} if kept_for_ever else {}
    settings = RetentionSettings(**for_ever)
    due = {one.name: one.due for one in terms(keeping.store, settings, at=keeping.now)}
    assert keeping.deletes(settings) == {name: count for name, count in due.items() if count}
    assert (due["identities"] == 2) == (not kept_for_ever or kept_for_ever == "photos")
    assert due["photos"] >= 1


def test_an_emptied_case_names_nobody_who_filed_it(keeping: Keeping) -> None:
    case = keeping.closes()
    her = cast(int, keeping.hall.resident.resident_id)
    with keeping.store.transaction():
        keeping.store.residents.set_adding(her, case.id, at=keeping.now)
    letters = "select count(*) from outbox where case_id = ? and resident_id = ?"
    assert keeping.connection.execute(letters, [case.id, her]).fetchone() != (0,)
    keeping.later(SETTINGS.cases_days + 1)
    keeping.says("新增几所幼儿园")  # she still writes
    keeping.deletes()
    assert keeping.connection.execute(letters, [case.id, her]).fetchone() == (0,)
    assert keeping.store.residents.has_identity(her)
    assert keeping.store.residents.adding_to(her, since=keeping.now - 10_000 * DAY) is None


@pytest.mark.parametrize("made_from", ["turn", "answer"])
def test_a_number_that_is_given_again_is_not_taken_for_what_had_it_before(
    keeping: Keeping, made_from: str
) -> None:
    asks = keeping.says if made_from == "turn" else keeping.asks
    draft = keeping.begins_draft(source=f"{made_from}:{asks('路灯坏了')}")
    with keeping.store.transaction():
        kept = keeping.store.drafts.hers(draft, cast(int, keeping.hall.resident.resident_id))
        assert kept
        desk.open_case(keeping.hall.office, kept, at=keeping.now)
    keeping.later(SETTINGS.questions_days + 1)
    keeping.deletes()
    again = asks("井盖丢了")
    other = keeping.begins_draft(source=f"{made_from}:{again}")
    assert other != draft


def test_a_kind_that_cannot_be_deleted_is_left_out_and_named_and_the_others_go(
    keeping: Keeping,
) -> None:
    keeping.says("新增几所幼儿园")
    keeping.asks("新增几所幼儿园")
    keeping.later(SETTINGS.questions_days + 1)
    refuse_to_delete(keeping.connection, "turns")
    settings = Settings(paths=Paths(var=keeping.folder))
    told = delete_what_is_due(keeping.store, settings, at=keeping.now)
    assert next(told) == "questions: 1 deleted"
    assert next(told).startswith("Receipt ")
    with pytest.raises(StoreError, match="conversation: IntegrityError at"):
        next(told)
    assert keeping.store.turns.last(cast(int, keeping.hall.resident.resident_id), most=1) != []
    (receipt,) = keeping.store.receipts.all()
    assert receipt.counts == {"questions": 1}


def test_much_goes_in_batches(keeping: Keeping) -> None:
    for number in range(1201):
        keeping.says(str(number))
    keeping.later(SETTINGS.conversation_days + 1)
    run = keeping.run()
    counts = []
    while keeping.takes_a_step(run):
        counts.append(run.counts["conversation"])
    assert counts == [500, 1000, 1201]
    assert len(keeping.store.receipts.all()) == 1


def test_a_run_that_is_cut_off_leaves_everything_whole(keeping: Keeping) -> None:
    cases = [keeping.closes() for _ in range(3)]
    keeping.adds_photo(keeping.begins_draft())
    keeping.says("新增几所幼儿园")
    keeping.later(SETTINGS.cases_days + 1)
    steps = 0
    while keeping.takes_a_step(run := keeping.run()):
        steps += 1
        (*_, receipt) = keeping.store.receipts.all()
        assert receipt.number == run.number
        assert receipt.counts == run.counts
        assert keeping.connection.execute("pragma foreign_key_check").fetchall() == []
    assert steps >= 4
    assert {keeping.hall.case(case).matter.text for case in cases} == {FORGOTTEN}
    assert keeping.files() == []


def test_a_batch_that_fails_takes_nothing_and_is_tried_again(keeping: Keeping) -> None:
    keeping.adds_photo(keeping.begins_draft())
    keeping.later(SETTINGS.drafts_days + 1)
    run, before = keeping.run(), keeping.hall.everything()
    with suppress(ZeroDivisionError), keeping.store.transaction():
        run.step()
        1 / 0  # noqa: B018 (the program ends here)
    assert keeping.hall.everything() == before
    assert len(keeping.files()) == 1
    assert run.counts == {}
    while keeping.takes_a_step(run):
        pass
    assert run.counts == {"photos": 1, "drafts": 1}
    assert keeping.files() == []


def test_files_that_were_left_behind_are_swept_and_what_just_came_in_is_not(
    keeping: Keeping,
) -> None:
    named = keeping.adds_photo(keeping.begins_draft())
    left, young = keeping.photos.keep(Photo(JPEG)), keeping.photos.keep(Photo(JPEG))
    two_days_ago = (keeping.now - 2 * DAY).timestamp()
    for name in (named, left):
        os.utime(keeping.folder / "files" / name, (two_days_ago, two_days_ago))
    os.utime(keeping.folder / "files" / young, (keeping.now.timestamp(),) * 2)
    old = old_photos(keeping.photos, at=keeping.now)
    assert list(left_behind(keeping.store, old)) == [left]


async def test_a_running_bot_deletes_what_is_due_once_its_hour_has_come(
    bot: Bot, resident: Person, clock: Clock
) -> None:
    await resident.says("新增几所幼儿园？")
    clock.now += timedelta(days=SETTINGS.questions_days + 1)
    clock.now = clock.now.replace(hour=18, minute=30)  # half past two in Wuhan
    keeping = asyncio.create_task(keep_to_terms(bot, now=lambda: clock.now, look_seconds=0.01))
    await asyncio.sleep(0.1)
    assert bot.store.receipts.all() == []
    clock.now = clock.now.replace(hour=19, minute=0)
    await until(lambda: bool(bot.store.receipts.all()))
    await until(lambda: bot.store.receipts.all()[0].counts.get("questions") == 1)
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping


async def test_a_key_that_could_not_be_shredded_is_the_next_time(bot: Bot, clock: Clock) -> None:
    """A full disk left it until the next start, with a receipt that said it was gone."""
    vault = bot.store.vault
    keys = vault._keyring._connection
    keys.execute("create trigger full before delete on keys begin select raise(abort, ''); end")
    with bot.store.transaction():
        resident_id = bot.store.residents.met("telegram", "7", at=clock.now).id
    with bot.store.transaction():
        bot.store.residents.shred(resident_id, at=clock.now)
    assert vault.has_key(1)
    keys.execute("drop trigger full")
    clock.now = clock.now.replace(hour=19, minute=0)
    keeping = asyncio.create_task(keep_to_terms(bot, now=lambda: clock.now, look_seconds=0.01))
    await until(lambda: not vault.has_key(1))
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping


async def test_a_running_bot_names_what_it_could_not_delete_and_deletes_the_rest(
    bot: Bot, resident: Person, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    await resident.says("新增几所幼儿园？")
    refuse_to_delete(bot.store._database.tables.conn, "turns")
    clock.now += timedelta(days=SETTINGS.questions_days + 1)
    clock.now = clock.now.replace(hour=19, minute=0)
    keeping = asyncio.create_task(keep_to_terms(bot, now=lambda: clock.now, look_seconds=0.01))
    await until(lambda: "what is due was not deleted: conversation: Integrity" in caplog.text)
    assert bot.store.receipts.all()[0].counts == {"questions": 1}
    assert PHONE not in caplog.text
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping


def test_the_command_counts_and_deletes_only_when_told_to(tmp_path: Path, built: Path) -> None:
    operator = Operator(tmp_path, built)
    with operator.store() as store, store.transaction():
        old = datetime.fromisoformat("2020-03-02T04:00:00+00:00")
        met = store.residents.met("web", "w1", at=old)
        store.turns.add(met.id, said=PHONE, has_photo=False, at=old)
    counted = operator.runs("retention")
    assert counted.exit_code == 0
    assert _due_in(counted.stdout)["conversation"] == 1
    assert "Nothing is deleted without --commit." in counted.stderr
    with operator.store() as store:
        assert store.turns.last(met.id, most=1) != []
    deleted = operator.runs("retention", "--commit")
    assert deleted.stdout.splitlines()[:2] == ["conversation: 1 deleted", "identities: 1 deleted"]
    assert _due_in(operator.runs("retention").stdout)["conversation"] == 0
    assert operator.runs("retention", "--commit").stdout == "Nothing was due.\n"


def refuse_to_delete(connection: sqlite3.Connection, table: str) -> None:
    """Let nothing of a table be deleted any more."""
    connection.execute(
        f"""
        create trigger refused before delete on {table}
        begin select raise(abort, '{PHONE}'); end
        """
    )


def figures_of(keeping: Keeping) -> Records:
    """What the metrics count, of all times; places of what is open aside."""
    ever = (keeping.now - 10_000 * DAY, keeping.now + 10_000 * DAY)
    read = keeping.store.figures.read(*ever, now=ever[1], spots_since=ever[0])
    return replace(read, spots=())


def _due_in(table: str) -> dict[str, int]:
    lines = [line.split() for line in table.splitlines()[1:]]
    return {line[0]: int(line[-1]) for line in lines}
