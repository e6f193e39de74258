"""Steps from 43: what staff were shown of a case goes with its words, and in time."""

from sqlite_utils import Database

from bot.migrations.registry import migrations


@migrations()
def m043_taken_back(db: Database) -> None:
    """Which emptied cases chats of staff show no more, and which open ones nobody waits for.

    `is_taken_back`: of an emptied case, that its cards say so by now. `forgotten_at`: when its
    resident was forgotten while it was open; it is emptied once it is over.
    """
    db.conn.execute("alter table cases add column is_taken_back integer not null default 0")
    db.conn.execute("alter table cases add column forgotten_at text not null default ''")
    db.conn.execute(
        """
        create index cases_to_take_back on cases(id)
        where emptied_at <> '' and is_taken_back = 0
        """
    )
    db.conn.execute(
        """
        create index cases_to_empty on cases(id)
        where forgotten_at <> '' and emptied_at = ''
        """
    )
