"""Steps from 14: the staff console: who is signed in, what was looked at, and the search."""

from sqlite_utils import Database

from bot.migrations.registry import migrations


def make_case_words(db: Database) -> None:
    """Make the table of the search, empty."""
    db.conn.execute(
        """
        create virtual table case_words using fts5(
            tokens, tokenize = "unicode61 remove_diacritics 0"
        )
        """
    )


@migrations()
def m014_console(db: Database) -> None:
    """Who is signed in where, who looked at what and why, and the words by which cases are found.

    `case_words` holds a row for each text of a case, split into tokens before it is stored
    (`bot.store.finding`): SQLite's own tokenizers take a whole Chinese clause for one word.
    """
    db.conn.execute("alter table staff_links add column purpose text not null default 'chat'")
    db.conn.execute(
        """
        create table staff_sessions (
            id integer primary key,
            token_hash text not null unique,
            staff_id integer not null references staff(id),
            began_at text not null,
            seen_at text not null,
            expires_at text not null,
            ended_at text not null default ''
        ) strict
        """
    )
    db.conn.execute("create index sessions_of_staff on staff_sessions(staff_id, ended_at)")
    db.conn.execute(
        """
        create table views (
            id integer primary key,
            staff_id integer not null references staff(id),
            case_id integer references cases(id),
            what text not null,
            reason text not null,
            at text not null
        ) strict
        """
    )
    db.conn.execute("create index views_of_case on views(case_id, id) where case_id is not null")
    make_case_words(db)
    db.conn.execute("create index answers_by_time on answers(at)")
    db.conn.execute(
        "create index parts_of_unit on assignments(unit, state, return_asked, case_id)"
    )
    db.conn.execute("create index cases_disputed on cases(state) where rework > 0")
    db.conn.execute("create index cases_filtered on cases(category, street, kind, urgency, state)")
    # Of the clocks ever started few run; with `stopped_at` they are read from an index alone.
    db.conn.execute("drop index timers_running")
    for name, first, second in (
        ("timers_running", "due_at", "case_id"),
        ("timers_running_of_case", "case_id", "due_at"),
    ):
        db.conn.execute(
            f"""
            create index {name} on timers({first}, {second}, name, stopped_at)
            where stopped_at = '' and due_at <> ''
            """
        )
    db.conn.execute(
        """
        create index cases_for_board
        on cases(id, state, rework, satisfied, solved, submitted_at)
        """
    )
    db.conn.execute(
        "create index commitments_of_case on case_commitments(case_id, commitment, standing)"
    )
