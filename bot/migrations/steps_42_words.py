"""Steps from 42: no words of residents or staff in the clear, those of the search included."""

from sqlite_utils import Database

from bot.migrations.registry import migrations


@migrations()
def m042_words(db: Database) -> None:
    """What staff write is sealed, and the search keeps hashes.

    While there is a table `staffs_words_plain`, what staff wrote about cases is plain:
    `bot.store.sealing`, which has the keys, seals it right after. `case_words` is filled anew at
    the next start (`bot.desk.adopt_cases`); which token stands where in a text it does not keep
    (sqlite.org/fts5.html, 4.7).
    """
    db.conn.execute("create table staffs_words_plain (id integer primary key) strict")
    db.conn.execute("drop table case_words")
    db.conn.execute(
        """
        create virtual table case_words using fts5(
            tokens, tokenize = ascii, detail = none, columnsize = 0
        )
        """
    )
