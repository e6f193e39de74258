"""Steps from 45: once confidential, always so, for what was filed before that was kept, too."""

from sqlite_utils import Database

from bot.migrations.registry import migrations


@migrations()
def m045_once_confidential(db: Database) -> None:
    """A report of wrongdoing that was called something else before `is_confidential` was kept:
    its draft has the kind it was filed as, its history those that staff gave it.

    `is_in_groups`: a group may have read of it; the next start takes that away
    (`bot.desk.adopt_cases`).
    """
    db.conn.execute(
        """
        update cases set is_confidential = 1
        where is_confidential = 0 and (
            id in (select case_id from drafts where kind = 'report')
            or id in (
                select case_id from events where action in ('accept', 'classify')
                and json_extract(about, '$.kind') = 'report'
            )
        )
        """
    )
    db.conn.execute("alter table cases add column is_in_groups integer not null default 0")
    db.conn.execute(
        "update cases set is_in_groups = 1 where is_confidential = 1 and kind <> 'report'"
    )
    db.conn.execute("create index cases_in_groups on cases(id) where is_in_groups = 1")
