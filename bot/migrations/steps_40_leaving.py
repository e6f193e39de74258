"""Steps from 40: what a resident who asks to be forgotten has to confirm, and her farewell."""

from sqlite_utils import Database

from bot.migrations.registry import migrations


@migrations()
def m040_leaving(db: Database) -> None:
    """The code of a `/forget` that waits to be confirmed, and until when it holds.

    Somebody who was forgotten is told so: for this alone her address stands in a new row, which
    `is_leaving` and goes with the letter.
    """
    for column in ("forget_code", "forget_until"):
        db.conn.execute(f"alter table residents add column {column} text not null default ''")
    db.conn.execute("alter table residents add column is_leaving integer not null default 0")
