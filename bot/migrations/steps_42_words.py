"""Steps from 42: what staff write about a case is sealed with it; the search keeps no words."""

from sqlite_utils import Database

from bot.migrations.registry import migrations
from bot.migrations.steps_14_console import make_case_words


@migrations()
def m042_words(db: Database) -> None:
    """No words in the clear.

    While there is a table `staffs_words_plain`, what staff wrote about cases is plain:
    `bot.store.sealing`, which has the keys, seals it right after. The search is filled anew at the
    next start (`bot.desk.adopt_cases`).
    """
    db.conn.execute("create table staffs_words_plain (id integer primary key) strict")
    db.conn.execute("drop table case_words")
    make_case_words(db)
