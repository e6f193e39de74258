"""Steps from 15: consent, anonymous and confidential cases, and receipts of what was deleted."""

from sqlite_utils import Database

from bot.migrations.registry import migrations


@migrations()
def m015_consent(db: Database) -> None:
    """What each resident was told and when, how each case was filed, and what was deleted.

    `consent` is the version of the words she was shown (`bot.consent`); a receipt counts what was
    deleted by table and names nobody.
    """
    for column in ("consent", "consented_at", "forgotten_at"):
        db.conn.execute(f"alter table residents add column {column} text not null default ''")
    db.conn.execute("alter table cases add column consent text not null default ''")
    for table in ("cases", "drafts"):
        for column in ("is_anonymous", "is_confidential"):
            db.conn.execute(f"alter table {table} add column {column} integer not null default 0")
    db.conn.execute("update cases set is_confidential = 1 where kind = 'report'")
    db.conn.execute("update drafts set is_confidential = 1 where kind = 'report'")
    db.conn.execute(
        """
        create table receipts (
            id integer primary key,
            number text not null unique,
            what text not null,
            counts text not null,
            at text not null
        ) strict
        """
    )
