"""Cases found by their words: every text of a case as tokens that SQLite's full-text search keeps.

What tells who somebody is was masked before: nobody finds a resident by her phone number here.

SQLite's tokenizers take a Chinese clause for one word (`unicode61`) or know none of two characters
(`trigram`); so each Han character is a token of its own, split before it is stored, and a word is
found as a phrase of them.
"""

import re
from collections.abc import Sequence

from bot.masking import masked
from bot.store.database import Database
from index import normalise

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_TOKEN = re.compile(rf"(?=\w)[{_HAN}]|[^\W_{_HAN}]+")
_PIECE = re.compile(r'"([^"]*)"?|“([^”]*)”?|([^\s"“]+)')
_LATIN_WORD = re.compile(r"[a-z]{2,}")
_NUMBER = re.compile(r"WC(\d{4})(\d{4})-(\d+)")
_PART_BITS = 20
"""A row's number is the case's, shifted by these, with the number of the text: so that the case is
known without reading the row."""
MOST_PHRASES = 8
"""Of a query that names more, what comes after them narrows nothing."""
FOUND = f"select rowid >> {_PART_BITS} from case_words where case_words match ?"
"""The ids of the cases in one of whose texts a phrase is found."""


def tokens_of(text: str) -> list[str]:
    """The tokens of a text, in order: Han characters one by one, other letters and digits in runs.

    Normalised as questions are, so that Traditional characters, full-width digits and capitals
    are found by their plain forms.
    """
    return _TOKEN.findall(normalise(text))


def phrases_of(query: str) -> list[str]:
    """What has to be found, each as an FTS5 phrase; empty if the query names nothing.

    Words are separated by white space; what stands in quotation marks is one phrase. A Latin word
    outside them is found by its beginning too. Only letters and digits are left, in quotation
    marks, so that nothing that is typed means anything to FTS5.
    """
    phrases: list[str] = []
    for quoted, chinese_quoted, bare in _PIECE.findall(query):
        tokens = tokens_of(quoted or chinese_quoted or bare)
        if not tokens:
            continue
        is_open = bool(bare) and _LATIN_WORD.fullmatch(tokens[-1])
        phrases.append('"' + " ".join(tokens) + '"' + ("*" if is_open else ""))
    return list(dict.fromkeys(phrases))[:MOST_PHRASES]


def tokens_of_number(number: str) -> list[str]:
    """A case number's tokens: the whole, and the ends by which people call it (1129-0001)."""
    found = _NUMBER.fullmatch(number)
    if found is None:
        return tokens_of(number)
    year, day, count = found.groups()
    return [f"wc{year}{day}", count, f"{year}{day}", count, day, count]


class Finding:
    """The full-text table `case_words`; what residents want forgotten aside, only added to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note_case(self, case_id: int, number: str, words: str, place: str) -> None:
        """Let a case be found by its number, its words and its place."""
        self._note(case_id, [*tokens_of_number(number), *tokens_of(masked(f"{words}\n{place}"))])

    def note_words(self, case_id: int, words: str) -> None:
        """Let a case be found by what was said of it later."""
        tokens = tokens_of(masked(words))
        if tokens:
            self._note(case_id, tokens)

    def forget(self, case_ids: Sequence[int]) -> None:
        """No case of these is found by anything but its number any more; `tidy` is to follow."""
        for case_id in case_ids:
            first = case_id << _PART_BITS
            self._database.execute(
                "delete from case_words where rowid between ? and ?",
                [first, first + (1 << _PART_BITS) - 1],
            )
            row = self._database.one("select number from cases where id = ?", [case_id])
            if row:
                self._note(case_id, tokens_of_number(row["number"]))

    def tidy(self) -> None:
        """Have the words that were forgotten leave the file, too: SQLite marks them and goes on
        keeping them until it has merged all (fts5, 6.5)."""
        self._database.execute("insert into case_words(case_words) values ('optimize')", [])

    def without_words(self, *, most: int) -> list[int]:
        """Cases that cannot be found yet: filed before there was a search."""
        rows = self._database.tuples(
            f"""
            select id from cases where not exists (
                select 1 from case_words
                where rowid between id << {_PART_BITS} and ((id + 1) << {_PART_BITS}) - 1
            ) order by id limit ?
            """,
            [most],
        )
        return [int(case_id) for (case_id,) in rows]

    def _note(self, case_id: int, tokens: Sequence[str]) -> None:
        first = case_id << _PART_BITS
        row = self._database.one(
            "select max(rowid) as last from case_words where rowid between ? and ?",
            [first, first + (1 << _PART_BITS) - 1],
        )
        last = row["last"] if row and row["last"] is not None else first - 1
        self._database.execute(
            "insert into case_words (rowid, tokens) values (?, ?)", [last + 1, " ".join(tokens)]
        )
