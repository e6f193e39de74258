"""Step 16: who residents are and what they say is sealed with a key for each (`bot.vault`)."""

from sqlite_utils import Database

from bot.migrations.registry import migrations


@migrations()
def m016_vault(db: Database) -> None:
    """Sealed identities, found by a keyed hash, and the name of the vault whose keys seal them.

    What was plain is sealed right after by `bot.store.sealing`, which has the keys.
    """
    db.conn.execute("alter table identities rename to identities_plain")
    db.conn.execute(
        """
        create table identities (
            id integer primary key,
            resident_id integer not null references residents(id),
            lookup text not null unique,
            sealed text not null
        ) strict
        """
    )
    db.conn.execute("create index identities_of_resident on identities(resident_id)")
    db.conn.execute(
        """
        create table vault (
            id integer primary key check (id = 1),
            name text not null
        ) strict
        """
    )
    db.conn.execute("alter table residents add column key_id integer not null default 0")
    db.conn.execute("alter table answers add column wording text not null default ''")
    for column in ("spot_words", "code_key"):
        db.conn.execute(f"alter table cases add column {column} text not null default ''")
    for table in ("drafts", "cases"):
        db.conn.execute(f"alter table {table} add column position text not null default ''")
