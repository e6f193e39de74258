"""Steps 1 to 10: residents, what they say and file, and the messages on their way."""

from sqlite_utils import Database

from bot.migrations.registry import migrations

_MATTER = """
            text text not null,
            kind text not null,
            category text not null,
            urgency text not null,
            street text not null,
            place text not null,
            commitment text not null,
            latitude real,
            longitude real,
"""
"""What a matter is made of, the same before and after it is filed (`bot.cases.Matter`)."""


@migrations()
def m001_residents(db: Database) -> None:
    """Pseudonymous residents; who they are on a channel stands in a table of its own."""
    db.conn.execute(
        """
        create table residents (
            id integer primary key,
            language text not null default '',
            last_language text not null default '',
            reachable integer not null default 1,
            created_at text not null
        ) strict
        """
    )
    db.conn.execute(
        """
        create table identities (
            channel text not null,
            channel_id text not null,
            resident_id integer not null references residents(id),
            primary key (channel, channel_id)
        ) strict
        """
    )


@migrations()
def m002_conversation(db: Database) -> None:
    """What was said and replied, and how each question was decided."""
    db.conn.execute(
        """
        create table turns (
            id integer primary key,
            resident_id integer not null references residents(id),
            said text not null,
            has_photo integer not null,
            replies text not null,
            replaces integer references turns(id),
            at text not null
        ) strict
        """
    )
    db.conn.execute("create index turns_of_resident on turns(resident_id, id)")
    db.conn.execute(
        """
        create table answers (
            id integer primary key,
            resident_id integer not null references residents(id),
            question text not null,
            language text not null,
            hits text not null,
            decision text not null,
            probability real not null,
            build_id text not null,
            helpful integer,
            at text not null
        ) strict
        """
    )


@migrations()
def m003_cases(db: Database) -> None:
    """Filed matters, and the append-only history of each."""
    db.conn.execute(
        f"""
        create table cases (
            id integer primary key,
            number text not null unique,
            query_code text not null,
            resident_id integer not null references residents(id),
            {_MATTER}
            state text not null,
            submitted_at text not null
        ) strict
        """
    )
    db.conn.execute("create index cases_of_resident on cases(resident_id, id)")
    db.conn.execute(
        """
        create table events (
            id integer primary key,
            case_id integer not null references cases(id),
            action text not null,
            actor text not null,
            reason text not null,
            resident_sees integer not null,
            at text not null
        ) strict
        """
    )
    db.conn.execute("create index events_of_case on events(case_id, id)")


@migrations()
def m004_drafts(db: Database) -> None:
    """Matters not yet filed, and their photos."""
    db.conn.execute(
        f"""
        create table drafts (
            id integer primary key,
            resident_id integer not null references residents(id),
            {_MATTER}
            state text not null,
            awaiting text not null,
            source text not null unique,
            case_id integer unique references cases(id),
            created_at text not null,
            updated_at text not null
        ) strict
        """
    )
    db.conn.execute("create index drafts_of_resident on drafts(resident_id, id)")
    db.conn.execute(
        """
        create table files (
            id integer primary key,
            draft_id integer not null references drafts(id),
            name text not null unique,
            media_type text not null,
            size_bytes integer not null,
            at text not null
        ) strict
        """
    )
    db.conn.execute("create index files_of_draft on files(draft_id)")


@migrations()
def m005_topic(db: Database) -> None:
    """What each resident last asked about, so that her next question may lean on it."""
    for column in ("topic_question", "topic_commitment", "topic_at"):
        db.conn.execute(f"alter table residents add column {column} text not null default ''")


@migrations()
def m006_sureness(db: Database) -> None:
    """How sure each part of a matter is, as JSON by the part's name."""
    for table in ("cases", "drafts"):
        db.conn.execute(f"alter table {table} add column sureness text not null default '{{}}'")


@migrations()
def m007_case_vectors(db: Database) -> None:
    """What each case means, as one encoder has it: float16[dim], little-endian."""
    db.conn.execute(
        """
        create table case_vectors (
            id integer primary key,
            case_id integer not null unique references cases(id),
            encoder text not null,
            vector blob not null
        ) strict
        """
    )


@migrations()
def m008_inbox(db: Database) -> None:
    """Updates as they arrived; what was handled keeps its number and nothing that was said."""
    db.conn.execute(
        """
        create table inbox (
            update_id integer primary key,
            sender text not null,
            album text not null,
            payload text not null,
            state text not null,
            tries integer not null default 0,
            failure text not null default '',
            received_at text not null,
            handled_at text not null default ''
        ) strict
        """
    )
    columns = {"waiting": "update_id", "aside": "update_id", "done": "handled_at"}
    for state, column in columns.items():
        db.conn.execute(f"create index inbox_{state} on inbox({column}) where state = '{state}'")


@migrations()
def m009_outbox(db: Database) -> None:
    """Replies and notices on their way; what has arrived keeps no words."""
    db.conn.execute(
        """
        create table outbox (
            id integer primary key,
            resident_id integer not null references residents(id),
            case_id integer references cases(id),
            reply text not null,
            tap_id text not null,
            tapped_message_id integer not null,
            state text not null,
            tries integer not null default 0,
            failure text not null default '',
            created_at text not null,
            sent_at text not null default '',
            message_id integer not null default 0
        ) strict
        """
    )
    db.conn.execute(
        "create index outbox_open on outbox(resident_id, id) where state in ('waiting', 'claimed')"
    )
    db.conn.execute("create index outbox_refused on outbox(id) where state = 'refused'")
    db.conn.execute(
        "create index outbox_sent on outbox(sent_at) where state = 'sent' and case_id is null"
    )
    db.conn.execute("create index outbox_of_case on outbox(case_id) where case_id is not null")


@migrations()
def m010_said_once(db: Database) -> None:
    """What tells a message heard before: its channel's id, its versions, its album. How fast she
    may write, and the order in which her drafts were worked on, whatever the clock said."""
    db.conn.execute("alter table turns add column key text not null default ''")
    db.conn.execute("create unique index turns_by_key on turns(resident_id, key) where key <> ''")
    db.conn.execute(
        """
        create table versions (
            id integer primary key,
            turn_id integer not null references turns(id),
            said text not null,
            replaced_at text not null
        ) strict
        """
    )
    db.conn.execute("create index versions_of_turn on versions(turn_id, id)")
    db.conn.execute("alter table files add column album text not null default ''")
    db.conn.execute("create index files_of_album on files(album) where album <> ''")
    db.conn.execute("alter table residents add column heard_until text not null default ''")
    db.conn.execute("alter table drafts add column worked_on integer not null default 0")
