"""The database's tables, as ordered steps; a step that has shipped is never edited."""

from sqlite_utils import Database, Migrations

migrations = Migrations("bot")

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


@migrations()
def m011_workflow(db: Database) -> None:
    """A case's way through the workflow: its standing, its units' parts, the clocks that run."""
    for column in (
        "version integer not null default 0",
        "earlier_state text not null default ''",
        "master_id integer references cases(id)",
        "same_as integer references cases(id)",
        "spot text not null default ''",
        "has_objected integer not null default 0",
        "rework integer not null default 0",
        "solved text not null default ''",
        "satisfied text not null default ''",
        "replied_at text not null default ''",
        "closed_at text not null default ''",
        "ledger_until text not null default ''",
        "waits_for text not null default 'dispatcher'",
    ):
        db.conn.execute(f"alter table cases add column {column}")
    for table in ("cases", "drafts"):
        column = "is_danger integer not null default 0"
        db.conn.execute(f"alter table {table} add column {column}")
    db.conn.execute("create index cases_by_state on cases(state, id)")
    db.conn.execute("create index cases_waiting on cases(waits_for, state, id)")
    db.conn.execute("create index cases_by_day on cases(submitted_at)")
    db.conn.execute("create index cases_of_spot on cases(spot, category) where spot <> ''")
    db.conn.execute("create index cases_of_master on cases(master_id) where master_id is not null")
    db.conn.execute("alter table events add column state text not null default ''")
    db.conn.execute("alter table events add column about text not null default '{}'")
    db.conn.execute("update events set state = 'submitted'")
    db.conn.execute("create index events_by_time on events(at)")
    db.conn.execute(
        """
        create table assignments (
            id integer primary key,
            case_id integer not null references cases(id),
            unit text not null,
            is_lead integer not null,
            state text not null,
            call text not null default '',
            outcome text not null default '',
            return_asked text not null default '',
            return_reason text not null default '',
            extension_asked text not null default '',
            extension_reason text not null default '',
            round integer not null
        ) strict
        """
    )
    db.conn.execute("create index assignments_of_case on assignments(case_id, id)")
    db.conn.execute("create index assignments_of_unit on assignments(unit, state, id)")
    db.conn.execute(
        """
        create table timers (
            id integer primary key,
            case_id integer not null references cases(id),
            assignment_id integer references assignments(id),
            name text not null,
            length_minutes real not null,
            counted text not null,
            spent_minutes real not null,
            extended_minutes real not null default 0,
            running_since text not null,
            started_at text not null,
            due_at text not null,
            first_due_at text not null,
            stopped_at text not null default '',
            level integer not null default 0,
            look_at text not null
        ) strict
        """
    )
    db.conn.execute("create index timers_of_case on timers(case_id, id)")
    db.conn.execute("create index timers_to_look_at on timers(look_at) where look_at <> ''")
    db.conn.execute(
        """
        create index timers_running on timers(due_at, name, case_id)
        where stopped_at = '' and due_at <> ''
        """
    )
    db.conn.execute("create index timers_by_due on timers(name, due_at)")
    db.conn.execute(
        """
        create table similar_cases (
            case_id integer not null references cases(id),
            other_id integer not null references cases(id),
            score real not null,
            reasons text not null,
            primary key (case_id, other_id)
        ) strict
        """
    )
    db.conn.execute(
        """
        create table case_commitments (
            case_id integer not null references cases(id),
            commitment text not null,
            standing text not null,
            primary key (case_id, commitment)
        ) strict
        """
    )
    db.conn.execute("create index cases_of_commitment on case_commitments(commitment, case_id)")
    db.conn.execute(
        """
        insert into case_commitments (case_id, commitment, standing)
        select id, commitment, 'proposed' from cases where commitment <> ''
        """
    )


@migrations()
def m012_staff(db: Database) -> None:
    """Staff with their roles, the groups they work in, and what they have begun to write."""
    db.conn.execute(
        """
        create table staff (
            id integer primary key,
            name text not null unique,
            role text not null,
            unit text not null,
            resident_id integer unique references residents(id),
            is_active integer not null default 1,
            created_at text not null
        ) strict
        """
    )
    db.conn.execute(
        """
        create table staff_links (
            id integer primary key,
            code_hash text not null unique,
            staff_id integer not null references staff(id),
            expires_at text not null,
            used_at text not null default ''
        ) strict
        """
    )
    db.conn.execute(
        """
        create table staff_groups (
            resident_id integer primary key references residents(id),
            staff_id integer not null references staff(id),
            since text not null
        ) strict
        """
    )
    db.conn.execute(
        """
        create table cards (
            id integer primary key,
            case_id integer not null references cases(id),
            resident_id integer not null references residents(id),
            letter_id integer not null references outbox(id),
            headline text not null,
            unique (case_id, resident_id)
        ) strict
        """
    )
    db.conn.execute(
        """
        create table staff_words (
            id integer primary key,
            staff_id integer not null references staff(id),
            case_id integer not null references cases(id),
            words text not null,
            at text not null,
            used_for text not null default ''
        ) strict
        """
    )
    db.conn.execute("alter table outbox add column replaces_letter integer references outbox(id)")
    db.conn.execute("alter table outbox add column asks text not null default ''")
    db.conn.execute("alter table outbox add column is_for_staff integer not null default 0")
    db.conn.execute("create index cards_of_letter on cards(letter_id)")
    db.conn.execute(
        """
        create index outbox_by_replaced on outbox(replaces_letter)
        where replaces_letter is not null
        """
    )
    db.conn.execute(
        "create index outbox_by_message on outbox(resident_id, message_id) where message_id <> 0"
    )


@migrations()
def m013_followers(db: Database) -> None:
    """Who follows a commitment, what staff noted of its progress, and what is said only once."""
    db.conn.execute(
        """
        create table follows (
            commitment text not null,
            resident_id integer not null references residents(id),
            since text not null,
            primary key (commitment, resident_id)
        ) strict
        """
    )
    db.conn.execute("create index follows_of_resident on follows(resident_id)")
    db.conn.execute(
        """
        create table progress_notes (
            id integer primary key,
            commitment text not null,
            text text not null,
            source text not null,
            noted_on text not null,
            staff_id integer references staff(id),
            at text not null
        ) strict
        """
    )
    db.conn.execute("create index progress_of_commitment on progress_notes(commitment, id)")
    db.conn.execute("create table said_once (key text primary key, at text not null) strict")
    db.conn.execute("create table failed_lookups (key text not null, at text not null) strict")
    db.conn.execute("create index failed_lookups_of on failed_lookups(key, at)")
    db.conn.execute("alter table residents add column adding_to integer references cases(id)")
    db.conn.execute("alter table residents add column adding_since text not null default ''")
