"""The database from outside: copied while the bot writes, judged, and brought to rest.

Nothing here belongs to the running bot's connection; `bot.backup` calls it from a process of its
own.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import sqlite_utils

from bot.migrations import migrations
from bot.store.database import StoreError

_PATIENCE_SECONDS = 2.0
_LOGS = ("-wal", "-journal")
"""Files beside the database's own that hold a part of it (sqlite.org/tempfiles.html)."""
_MAKES_NOTHING_OF_IT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_FAULTS_TOLD = 3
_SEARCH, _MEANINGS = "case_words", "case_vectors"


def copy_database(source: Path, target: Path, *, with_updates: bool) -> None:
    """Copy a database as it is at one moment, to a new file that stands alone, without a log.

    The search's words and what the cases mean are left out: no resident's key seals them, so that
    they would outlive a resident who is forgotten; they are made anew at the next start.

    Args:
        with_updates: what updates say that are not handled stays, which nobody's key seals
            either; else only their numbers do.

    All of it is read in one step and one transaction; in WAL mode, the bot's, that keeps nobody
    from writing, whereas a copy in several steps begins again whenever somebody writes between
    them (sqlite.org/c3ref/backup_finish.html). The transaction begins before the copy, so that a
    database that is locked is an error: `Connection.backup` would wait for it without end.

    Raises:
        StoreError: the source cannot be read, or the target not written.
    """
    with (
        _clear_faults(source),
        closing(_connection(source, mode="ro")) as live,
        closing(_connection(target, mode="rwc")) as copy,
    ):
        live.execute("begin")
        live.execute("select count(*) from sqlite_master").fetchone()
        live.backup(copy)
        _leave_out_what_is_made_anew(copy)
        if not with_updates:
            _leave_out_updates(copy)
        copy.execute("vacuum")
        copy.execute("pragma journal_mode = delete")


def faults_of(path: Path) -> list[str]:
    """What keeps a database from being used by this program, one line each; empty if it is sound.

    Raises:
        StoreError: it may not be read.
    """
    with _reading(path) as connection:
        try:
            found = _damages(connection)[:_FAULTS_TOLD]
            return found or _strange_migrations(connection)
        except sqlite3.DatabaseError as error:
            if _code(error) not in _MAKES_NOTHING_OF_IT:
                raise
            return [str(error)]


def names_of_photos(path: Path) -> list[str]:
    """The names of all photos that drafts and cases have, in order of the alphabet.

    Raises:
        StoreError: SQLite cannot read it.
    """
    with _reading(path) as connection:
        if "files" not in sqlite_utils.Database(connection).table_names():
            return []
        return [str(name) for (name,) in connection.execute("select name from files order by 1")]


def counts(path: Path) -> dict[str, int]:
    """How many rows each of the bot's tables has, by its name.

    Raises:
        StoreError: SQLite cannot read it.
    """
    with _reading(path) as connection:
        tables = sqlite_utils.Database(connection)
        return {
            name: tables.table(name).count
            for name in sorted(tables.table_names())
            if not name.startswith(("_", "sqlite_"))
        }


def settle(path: Path) -> None:
    """Bring everything of a database that nobody uses into its one file.

    It is whole at every moment: SQLite writes the log into the file and only then removes it. A
    file that SQLite makes nothing of is left as it is, with what stands beside it: on closing it,
    SQLite would remove its log.

    Raises:
        StoreError: another program has it open, or it may not be written.
    """
    if not _is_readable(path):
        return
    with _clear_faults(path), closing(_connection(path, mode="rw")) as connection:
        try:
            (mode,) = connection.execute("pragma journal_mode = delete").fetchone()
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_BUSY:
                raise
            mode = "locked"
    if mode != "delete":
        raise StoreError(f"{path}: another program has it open; stop that first")


def parts(path: Path) -> list[Path]:
    """The files that a database consists of, those that there are: its own, and its logs."""
    return _there(path, ["", *_LOGS])


def companions(path: Path) -> list[Path]:
    """The files that SQLite keeps beside a database, those that there are."""
    return _there(path, [*_LOGS, "-shm"])


def _leave_out_what_is_made_anew(copy: sqlite3.Connection) -> None:
    """FTS5 goes on keeping the words of rows that are deleted, until it has merged all of them
    (sqlite.org/fts5.html, 6.5): its table is made anew."""
    found = copy.execute("select sql from sqlite_master where name = ?", [_SEARCH]).fetchone()
    if found:
        copy.execute(f"drop table {_SEARCH}")
        copy.execute(found[0])
    if _MEANINGS in sqlite_utils.Database(copy).table_names():
        copy.execute(f"delete from {_MEANINGS}")


def _leave_out_updates(copy: sqlite3.Connection) -> None:
    if "inbox" in sqlite_utils.Database(copy).table_names():
        copy.execute(
            """
            update inbox set state = 'done', handled_at = received_at,
            sender = '', album = '', payload = '', failure = '' where state <> 'done'
            """
        )


def _there(path: Path, endings: Sequence[str]) -> list[Path]:
    files = [path.with_name(path.name + ending) for ending in endings]
    return [file for file in files if file.exists()]


def _is_readable(path: Path) -> bool:
    try:
        with closing(_connection(path, mode="ro")) as connection:
            connection.execute("select count(*) from sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        return _code(error) not in _MAKES_NOTHING_OF_IT
    return True


def _damages(connection: sqlite3.Connection) -> list[str]:
    checked = [
        " ".join(str(line).split())
        for (line,) in connection.execute("pragma integrity_check")
        if line != "ok"
    ]
    astray = connection.execute(
        """
        select "table", parent, count(*) from pragma_foreign_key_check group by 1, 2 order by 1, 2
        """
    )
    return checked + [
        f"{table}: {count} rows refer to rows of {parent} that are not there"
        for table, parent, count in astray
    ]


def _strange_migrations(connection: sqlite3.Connection) -> list[str]:
    applied = {step.name for step in migrations.applied(sqlite_utils.Database(connection))}
    if not applied:
        return ["it is no database of this bot"]
    with closing(sqlite_utils.Database(memory=True)) as empty:
        known = {step.name for step in migrations.pending(empty)}
    newer = ", ".join(sorted(applied - known))
    return [f"a newer version of this program made it ({newer})"] if newer else []


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 if the error is not SQLite's (sqlite.org/rescode.html)."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    with _clear_faults(path), closing(_connection(path, mode="ro")) as connection:
        yield connection


@contextmanager
def _clear_faults(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}") from error


def _connection(path: Path, *, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}",
        uri=True,
        timeout=_PATIENCE_SECONDS,
        isolation_level=None,
    )
