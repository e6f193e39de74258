"""Step 41: which keys the database knows to be given, and whether it is still to be compacted."""

from sqlite_utils import Database

from bot.migrations.registry import migrations


@migrations()
def m041_keys(db: Database) -> None:
    """Keys that are older than this are refused; what was plain is swept out of the file."""
    db.conn.execute("alter table vault add column last_key integer not null default 0")
    db.conn.execute("update vault set last_key = (select coalesce(max(key_id), 0) from residents)")
    db.conn.execute("alter table vault add column must_compact integer not null default 0")
