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


@migrations()
def m042_wrong_codes(db: Database) -> None:
    """Who gave wrong codes, as a keyed hash, how often in which minutes; what was typed before and
    by whom goes. Rows lie in the order of their keys, so that none is beside another of the same
    moment."""
    db.conn.execute("drop table failed_lookups")
    db.conn.execute(
        """
        create table failed_lookups (
            key text not null,
            at text not null,
            tries integer not null,
            primary key (key, at)
        ) strict, without rowid
        """
    )
