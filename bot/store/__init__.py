"""The bot's database: every SQL statement stands in this package; callers see values, never rows.

One process writes, on one connection. Several writes that belong together go inside
`Store.write`, which brings what many ask for at the same moment to disk with one commit, or inside
`Store.transaction()`, which must not be held across an `await`.
"""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

import sqlite_utils

from bot.migrations import migrations
from bot.store.assignments import Assignments, CaseTimer, Timers
from bot.store.board import Board, CommitmentFigures
from bot.store.cases import Cases, Hint, Standing
from bot.store.consents import Consents
from bot.store.conversation import AnswerRecord, Answers, Turns
from bot.store.copies import companions
from bot.store.database import Database, StoreError, StoreUnavailable
from bot.store.drafts import Drafts
from bot.store.figures import CaseRecord, ClockRecord, Figures, PartRecord, Records, SpotRecord
from bot.store.finding import Finding
from bot.store.following import Following, Once, ProgressNote
from bot.store.forgetting import Forgetting
from bot.store.group_commit import GroupCommit
from bot.store.holdings import Holdings
from bot.store.inbox import AlreadyHandled, InboxRows, SetAside
from bot.store.keys import open_its_vault, take_its_vault
from bot.store.lists import Lists
from bot.store.meanings import Meanings
from bot.store.outbox import Backlog, OutboxRows, Sent, Shown, Undelivered
from bot.store.owning import own_file
from bot.store.questions import MOST_UNANSWERED, Period, QuestionCounts, Questions
from bot.store.queue import (
    SORTS,
    Filters,
    NextDue,
    Queue,
    QueuePage,
    QueueRow,
    Reader,
    Sort,
    Tab,
)
from bot.store.receipts import Receipt, Receipts, receipt_number
from bot.store.residents import Resident, Residents
from bot.store.retention import DUE, Retention
from bot.store.sealing import compact, damaged_rows, is_plain, seal_what_is_plain, spot_key
from bot.store.sessions import Session, Sessions, View, Views, What
from bot.store.staff import Card, LinkPurpose, StaffRows, Words
from bot.store.workorders import MOST_AT_ONCE, WorkOrder, WorkOrders
from bot.vault import Vault, VaultError

__all__ = [
    "DATABASE",
    "DUE",
    "MOST_AT_ONCE",
    "MOST_UNANSWERED",
    "SORTS",
    "AlreadyHandled",
    "AnswerRecord",
    "Backlog",
    "Card",
    "CaseRecord",
    "CaseTimer",
    "ClockRecord",
    "CommitmentFigures",
    "Filters",
    "Hint",
    "LinkPurpose",
    "NextDue",
    "PartRecord",
    "Period",
    "ProgressNote",
    "QuestionCounts",
    "QueuePage",
    "QueueRow",
    "Reader",
    "Receipt",
    "Records",
    "Resident",
    "Sent",
    "Session",
    "SetAside",
    "Shown",
    "Sort",
    "SpotRecord",
    "Standing",
    "Store",
    "StoreError",
    "StoreUnavailable",
    "Tab",
    "Undelivered",
    "View",
    "What",
    "Words",
    "WorkOrder",
    "receipt_number",
]

T = TypeVar("T")
DATABASE = "bot.db"
"""The file's name in the var folder."""
_LOCK_PATIENCE_MILLISECONDS = 20
"""How long SQLite itself waits for another program: nothing else happens meanwhile. Who writes by
`Store.write` waits longer, without keeping others waiting."""


class Store:
    """The tables by subject; opened once by `bot.app`, closed by it."""

    def __init__(
        self, connection: sqlite3.Connection, vault: Vault, file: Path | None = None
    ) -> None:
        connection.execute("pragma synchronous = full")
        connection.execute("pragma foreign_keys = on")
        connection.execute("pragma secure_delete = on")
        self.vault = vault
        self._database = Database(connection, vault, file)
        migrations.apply(self._database.tables)
        connection.isolation_level = None  # no transaction begins but those that are asked for
        take_its_vault(self._database, vault)
        seal_what_is_plain(self._database, vault)
        self.residents = Residents(self._database, vault)
        self.turns = Turns(self._database)
        self.answers = Answers(self._database, vault)
        self.drafts = Drafts(self._database)
        self.finding = Finding(self._database)
        self.cases = Cases(self._database, self.finding)
        self.assignments = Assignments(self._database)
        self.timers = Timers(self._database)
        self.staff = StaffRows(self._database)
        self.sessions = Sessions(self._database)
        self.views = Views(self._database)
        self.following = Following(self._database)
        self.once = Once(self._database)
        self.lists = Lists(self._database)
        self.queue = Queue(self._database)
        self.board = Board(self._database)
        self.work_orders = WorkOrders(self._database)
        self.questions = Questions(self._database)
        self.figures = Figures(self._database)
        self.meanings = Meanings(self._database)
        self.consents = Consents(self._database)
        self.receipts = Receipts(self._database)
        self.holdings = Holdings(self._database)
        self.forgetting = Forgetting(
            self._database,
            residents=self.residents,
            drafts=self.drafts,
            cases=self.cases,
            finding=self.finding,
            meanings=self.meanings,
        )
        self.retention = Retention(
            self._database,
            cases=self.cases,
            residents=self.residents,
            forgetting=self.forgetting,
            finding=self.finding,
        )
        self.inbox = InboxRows(self._database, vault)
        self.outbox = OutboxRows(self._database)
        self._commits = GroupCommit(self._database)

    @classmethod
    def open(cls, path: Path) -> "Store":
        """Open the file with the vault beside it, creating them and the tables as needed.

        Raises:
            StoreError: no permission, a full disk, a file that is not this bot's database, or a
                vault whose key is missing or wrong; nothing was changed.
        """
        connection = vault = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            vault = open_its_vault(path)
            for file in (path, *companions(path)):  # SQLite makes logs with the database's mode
                own_file(file)
            connection = sqlite3.connect(path)
            connection.execute("pragma journal_mode = wal")
            store = cls(connection, vault, path)
            compact(store._database)
            store._database.note_keys()
            store.residents.shred_forgotten()
            connection.execute(f"pragma busy_timeout = {_LOCK_PATIENCE_MILLISECONDS}")
            with store.transaction():  # A file that can only be read fails here, not at work.
                return store
        except (OSError, sqlite3.Error, StoreUnavailable, VaultError) as error:
            _close_all(connection, vault)
            if isinstance(error, VaultError):
                raise StoreError(str(error)) from error
            raise StoreError(f"{path}: the database cannot be opened ({error})") from error

    @classmethod
    def open_to_read(cls, path: Path) -> "Store":
        """Open the file beside a bot that writes to it; nothing is changed.

        Raises:
            StoreError: it is not there, not readable, or of another version.
        """
        connection = vault = None
        try:
            connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
            tables = sqlite_utils.Database(connection)
            if migrations.pending(tables) or is_plain(tables):
                raise StoreError(f"{path}: of an older version; start the bot once")
            vault = open_its_vault(path)
            return cls(connection, vault)
        except (sqlite3.Error, VaultError) as error:
            _close_all(connection, vault)
            if isinstance(error, VaultError):
                raise StoreError(str(error)) from error
            raise StoreError(f"{path}: the database cannot be read ({error})") from error

    @classmethod
    def in_memory(cls) -> "Store":
        """A database that is gone with the process."""
        return cls(sqlite3.connect(":memory:"), Vault.in_memory())

    async def write(self, work: Callable[[], T]) -> T:
        """Run a piece of work inside a transaction; it is on disk when this returns.

        Raises:
            StoreUnavailable: nothing was written, for a reason that is not ours; a database that
                another program holds was waited for.
            Exception: whatever the work raised; nothing of it was written.
        """
        return await self._commits.write(work)

    def transaction(self) -> AbstractContextManager[None]:
        """All writes inside happen, or none; the lock is taken at once, so none fails half-way."""
        return self._database.transaction()

    def together(self) -> AbstractContextManager[None]:
        """All writes inside happen, or none, whether or not a transaction is open already."""
        return self._database.step() if self._database.is_open else self._database.transaction()

    def damaged_rows(self) -> list[str]:
        """Table, row and column of everything sealed that is damaged."""
        return damaged_rows(self._database, self.vault)

    def spot_key(self, spot: str) -> str:
        """What is the same for the same spot and tells nobody which; empty for an empty one."""
        return spot_key(self.vault, spot)

    def problem(self) -> str:
        """Why nothing can be written just now; empty if all is well."""
        try:
            with self.transaction():
                if not self._commits.is_available:
                    self._database.write_something()
                return ""
        except (sqlite3.Error, StoreUnavailable) as error:
            return str(error)

    def close(self) -> None:
        """Let go of the files."""
        self._database.close()
        self.vault.close()


def _close_all(connection: sqlite3.Connection | None, vault: Vault | None) -> None:
    for opened in (connection, vault):
        if opened is not None:
            opened.close()
