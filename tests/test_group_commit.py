"""Many writers, one commit; and what becomes of them when SQLite cannot write: nothing by halves,
a clear reason, and everything as ever once the cause is gone."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from bot.store import DATABASE, Store, StoreUnavailable, View
from bot.store.group_commit import logger as group_commit_logger
from bot.vault import Vault
from tests.clock import Clock
from tests.hard_times import full_disk, locked, lose_patience, read_only

LONG = "长" * 5000
"""Words that need more than one page of the database."""
LOCKED = "the database is not available: another program has locked it"
FULL = "the database is not available: the disk is full"
READ_ONLY = "the database is not available: it can only be read"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / DATABASE


@pytest.fixture
def connection(path: Path) -> sqlite3.Connection:
    """The store's own; SQLite itself waits for nobody on it."""
    Store.open(path).close()
    return sqlite3.connect(path, timeout=0)


@pytest.fixture
def store(connection: sqlite3.Connection, path: Path) -> Iterator[Store]:
    store = Store(connection, Vault.open(path.parent))
    yield store
    store.close()


@pytest.fixture
def commits(connection: sqlite3.Connection, store: Store) -> list[str]:
    """The transactions that come to an end, as SQLite tells it."""
    ended: list[str] = []

    def note(statement: str) -> None:
        if statement.lower().startswith(("commit", "rollback")) and " to " not in statement:
            ended.append(statement.lower())

    connection.set_trace_callback(note)
    return ended


def meets(store: Store, name: str) -> Callable[[], int]:
    """Work: note a new resident."""
    return lambda: store.residents.met("web", name, at=Clock().now).id


def says(store: Store, text: str) -> Callable[[], int]:
    """Work: note what resident 1 said."""
    return lambda: store.turns.add(1, said=text, has_photo=False, at=Clock().now)


def fails_after(work: Callable[[], object], error: Exception) -> Callable[[], object]:
    """Work that writes something and then fails."""

    def run() -> object:
        work()
        raise error

    return run


def names(path: Path) -> list[str]:
    """Who stands in the file, as another program reads it."""
    with closing(sqlite3.connect(path)) as connection:
        ids = [row[0] for row in connection.execute("select id from residents order by id")]
    with closing(Store.open_to_read(path)) as other:
        return [other.residents.identity(resident_id)[1] for resident_id in ids]


# Together


async def test_what_is_written_at_the_same_moment_is_one_commit(
    store: Store, path: Path, commits: list[str]
) -> None:
    people = [f"p{number}" for number in range(50)]
    ids = await asyncio.gather(*(store.write(meets(store, name)) for name in people))
    assert ids == list(range(1, 51))
    assert commits == ["commit"]
    assert names(path) == people


async def test_what_is_written_one_after_the_other_is_a_commit_each(
    store: Store, path: Path, commits: list[str]
) -> None:
    for name in ("a", "b", "c"):
        await store.write(meets(store, name))
        assert names(path)[-1] == name
    assert commits == ["commit"] * 3


async def test_what_fails_is_undone_alone_and_only_its_writer_hears_of_it(
    store: Store, path: Path, commits: list[str]
) -> None:
    fault = KeyError("ours")
    told = await asyncio.gather(
        store.write(meets(store, "a")),
        store.write(fails_after(meets(store, "b"), fault)),
        store.write(meets(store, "c")),
        return_exceptions=True,
    )
    assert told == [1, fault, 2]
    assert names(path) == ["a", "c"]
    assert commits == ["commit"]


async def test_what_breaks_a_rule_of_the_database_is_undone_alone(
    store: Store, path: Path
) -> None:
    told = await asyncio.gather(
        store.write(meets(store, "a")),
        store.write(lambda: store.views.add(View(99, None, "export", "?", Clock().now))),
        store.write(meets(store, "c")),
        return_exceptions=True,
    )
    assert isinstance(told[1], sqlite3.IntegrityError)
    assert names(path) == ["a", "c"]


async def test_what_fails_by_itself_leaves_nothing(
    store: Store, path: Path, commits: list[str]
) -> None:
    with pytest.raises(KeyError):
        await store.write(fails_after(meets(store, "a"), KeyError()))
    assert (names(path), commits) == ([], ["rollback"])


async def test_a_writer_who_no_longer_waits_hurts_nobody_else(store: Store, path: Path) -> None:
    gone = asyncio.create_task(store.write(meets(store, "a")))
    stays = asyncio.create_task(store.write(meets(store, "b")))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    assert gone.cancelled()
    assert names(path) == ["b"]


async def test_when_no_writer_waits_any_more_the_next_one_is_served(
    store: Store, path: Path
) -> None:
    gone = asyncio.create_task(store.write(meets(store, "a")))
    await asyncio.sleep(0)
    gone.cancel()
    await store.write(meets(store, "b"))
    assert names(path) == ["b"]


# After the commit


def wakes(store: Store, resident_id: int) -> Callable[[], None]:
    """Work: have the outbox look what there is for somebody."""
    return lambda: store.outbox.wake(resident_id)


@pytest.fixture
def woken(store: Store, commits: list[str]) -> list[tuple[int, int]]:
    """Who was to be woken, with how many commits there were by then."""
    calls: list[tuple[int, int]] = []
    store.outbox.watch(lambda resident_id: calls.append((resident_id, len(commits))))
    return calls


async def test_what_is_to_follow_a_commit_follows_it(
    store: Store, woken: list[tuple[int, int]]
) -> None:
    await asyncio.gather(store.write(wakes(store, 1)), store.write(wakes(store, 2)))
    assert woken == [(1, 1), (2, 1)]


async def test_what_was_undone_is_followed_by_nothing(
    store: Store, woken: list[tuple[int, int]]
) -> None:
    with pytest.raises(KeyError):
        await store.write(fails_after(wakes(store, 1), KeyError()))
    await store.write(wakes(store, 2))
    assert [resident_id for resident_id, _ in woken] == [2]


async def test_what_was_undone_alone_is_followed_by_nothing(
    store: Store, woken: list[tuple[int, int]]
) -> None:
    """The others of its group were committed, and with them it was once taken for done."""
    await asyncio.gather(
        store.write(wakes(store, 1)),
        store.write(fails_after(wakes(store, 2), KeyError())),
        store.write(wakes(store, 3)),
        return_exceptions=True,
    )
    assert woken == [(1, 1), (3, 1)]


async def test_what_follows_a_commit_and_fails_does_not_make_it_undone(
    store: Store, path: Path
) -> None:
    """Its writers were once told that nothing was written, and would have written it again."""

    def fail(_: int) -> None:
        raise KeyError

    def meets_and_wakes() -> int:
        store.outbox.wake(1)
        return meets(store, "a")()

    store.outbox.watch(fail)
    assert await store.write(meets_and_wakes) == 1
    assert names(path) == ["a"]


# Another program


async def test_a_database_that_another_program_holds_is_waited_for(
    store: Store, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with locked(path):
        first = asyncio.create_task(store.write(meets(store, "a")))
        await asyncio.sleep(0.1)
        second = asyncio.create_task(store.write(meets(store, "b")))
        await asyncio.sleep(0.1)
        assert (first.done(), second.done()) == (False, False)
    assert [await first, await second] == [1, 2]
    assert names(path) == ["a", "b"]
    assert caplog.messages == []


async def test_a_database_that_is_held_too_long_is_told_and_comes_back_by_itself(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lose_patience(monkeypatch, seconds=0.1)
    with locked(path):
        for _ in range(3):
            with pytest.raises(StoreUnavailable, match=LOCKED) as caught:
                await store.write(meets(store, "a"))
            assert caught.value.is_busy
    await store.write(meets(store, "a"))
    assert names(path) == ["a"]
    assert caplog.record_tuples == [
        (
            group_commit_logger.name,
            logging.ERROR,
            f"{LOCKED}; nothing is lost, what comes in waits",
        ),
        (group_commit_logger.name, logging.WARNING, "the database is available again"),
    ]


async def test_who_came_later_waits_as_long_as_who_came_first(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_patience(monkeypatch, seconds=0.3)
    with locked(path):
        first = asyncio.create_task(store.write(meets(store, "a")))
        await asyncio.sleep(0.2)
        second = asyncio.create_task(store.write(meets(store, "b")))
        with pytest.raises(StoreUnavailable):
            await first
        assert not second.done()
    await second
    assert names(path) == ["b"]


# A full disk, and one that can only be read

Trouble = Callable[[sqlite3.Connection], AbstractContextManager[None]]


@pytest.fixture
async def ada(store: Store) -> None:
    """Resident 1."""
    await store.write(meets(store, "ada"))


TROUBLES = [(full_disk, FULL), (read_only, READ_ONLY)]


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(("trouble", "reason"), TROUBLES)
async def test_what_cannot_be_written_is_told_and_leaves_nothing_by_halves(
    store: Store, path: Path, connection: sqlite3.Connection, trouble: Trouble, reason: str
) -> None:
    def meets_and_says() -> None:
        meets(store, "bo")()
        says(store, LONG)()

    with trouble(connection):
        told = await asyncio.gather(
            store.write(says(store, LONG)), store.write(meets_and_says), return_exceptions=True
        )
    assert [str(error) for error in told] == [reason, reason]
    assert [type(error) for error in told] == [StoreUnavailable, StoreUnavailable]
    assert (names(path), store.turns.last(1, most=9)) == (["ada"], [])


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(("trouble", "reason"), TROUBLES)
async def test_once_the_cause_is_gone_everything_is_written_and_one_line_says_so(
    store: Store,
    connection: sqlite3.Connection,
    caplog: pytest.LogCaptureFixture,
    trouble: Trouble,
    reason: str,
) -> None:
    with trouble(connection):
        for _ in range(3):
            with pytest.raises(StoreUnavailable):
                await store.write(says(store, LONG))
    for _ in range(3):
        await store.write(says(store, LONG))
    assert [turn.said for turn in store.turns.last(1, most=9)] == [LONG] * 3
    assert caplog.messages == [
        f"{reason}; nothing is lost, what comes in waits",
        "the database is available again",
    ]


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(("trouble", "reason"), TROUBLES)
async def test_what_was_written_before_can_be_read_meanwhile(
    store: Store, connection: sqlite3.Connection, trouble: Trouble, reason: str
) -> None:
    await store.write(says(store, "你好"))
    with trouble(connection):
        with pytest.raises(StoreUnavailable, match=reason):
            await store.write(says(store, LONG))
        assert [turn.said for turn in store.turns.last(1, most=9)] == ["你好"]


# What the store says of itself


async def test_a_store_that_works_has_no_problem(store: Store) -> None:
    assert store.problem() == ""


async def test_a_lock_is_told_as_a_problem_while_it_lasts(store: Store, path: Path) -> None:
    with locked(path):
        assert store.problem() == LOCKED
    assert store.problem() == ""


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(("trouble", "reason"), TROUBLES)
async def test_trouble_with_writing_is_told_as_a_problem_while_it_lasts(
    store: Store, connection: sqlite3.Connection, trouble: Trouble, reason: str
) -> None:
    with trouble(connection):
        with pytest.raises(StoreUnavailable):
            await store.write(says(store, LONG))
        assert store.problem() == reason
    assert store.problem() == ""


async def test_looking_for_a_problem_changes_nothing(store: Store, path: Path) -> None:
    version = sqlite3.connect(path).execute("pragma user_version").fetchone()
    store.problem()
    assert sqlite3.connect(path).execute("pragma user_version").fetchone() == version
