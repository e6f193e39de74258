"""Steps from 20: what editors read of residents' questions, masked; what retention looks for."""

from sqlite_utils import Database

from bot.masking import masked
from bot.migrations.registry import migrations


@migrations()
def m020_masked_questions(db: Database) -> None:
    """The question log has no personal data any more, what was logged before included."""
    for number, question in db.conn.execute("select id, question from answers").fetchall():
        if (shown := masked(question)) != question:
            db.conn.execute("update answers set question = ? where id = ?", [shown, number])


@migrations()
def m021_retention(db: Database) -> None:
    """What retention looks for is found without reading whole tables; by the last index SQLite
    sees that no turn replaces one that goes.

    `emptied_at` is when a case's words were deleted; empty while they are there.
    """
    db.conn.execute("alter table cases add column emptied_at text not null default ''")
    db.conn.execute("create index turns_by_time on turns(at)")
    db.conn.execute("create index drafts_unfiled on drafts(updated_at) where case_id is null")
    db.conn.execute(
        """
        create index cases_by_end on cases(closed_at)
        where closed_at <> '' and emptied_at = ''
        """
    )
    db.conn.execute("create index views_by_time on views(at)")
    db.conn.execute("create index sessions_by_end on staff_sessions(expires_at)")
    db.conn.execute("create index turns_by_replaced on turns(replaces) where replaces is not null")
