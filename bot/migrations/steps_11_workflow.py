"""Steps 11 to 13: the way of a case through the workflow, staff, and followers."""

from sqlite_utils import Database

from bot.migrations.registry import migrations


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
