"""Cases found by their words, which stand nowhere in the clear: as keyed hashes of their tokens.

What tells who somebody is was masked before: nobody finds a resident by her phone number here.

SQLite's full-text search keeps what it is given, in order, for all who can read the file. So it
is given hashes that only the vault's holder can compute, of each text as a set: of every two
tokens that stand side by side (mostly two Han characters), of every word and number, and of the
beginnings of Latin words; sorted, so that no order is left. A phrase is found where all its pairs
stand. Whoever steals the file learns which texts share pairs, and how many they have.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

from bot.masking import masked
from bot.store.database import Database
from index import normalise

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_TOKEN = re.compile(rf"(?=\w)[{_HAN}]|[^\W_{_HAN}]+")
_HAN_TOKEN = re.compile(rf"[{_HAN}]")
_PIECE = re.compile(r'"([^"]*)"?|“([^”]*)”?|([^\s"“]+)')
_LATIN_WORD = re.compile(r"[a-z]{2,}")
_NUMBER = re.compile(r"WC(\d{4})(\d{4})-(\d+)")
_PART_BITS = 20
"""A row's number is the case's, shifted by these, with the number of the text: so that the case is
known without reading the row."""
_HASH_BYTES = 6
"""Of fifty thousand cases, one search in ten million takes a word for another's."""
_LEAST_BEGINNING, _MOST_BEGINNING = 2, 12
"""Letters of a Latin word by which it is found; of what is typed beyond them none is compared."""
_MOST_PAIRS = 64
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


@dataclass(frozen=True, slots=True)
class Phrase:
    """What has to be found in one text of a case.

    Attributes:
        is_open: whether the last token is only the beginning of a Latin word.
    """

    tokens: tuple[str, ...]
    is_open: bool = False

    @property
    def is_too_short(self) -> bool:
        """Whether it is a single Han character: what is kept are pairs of them."""
        return len(self.tokens) == 1 and _HAN_TOKEN.fullmatch(self.tokens[0]) is not None


def phrases_of(query: str) -> list[Phrase]:
    """What has to be found; empty if the query names nothing.

    Words are separated by white space; what stands in quotation marks is one phrase. A Latin word
    outside them is found by its beginning too.
    """
    phrases: list[Phrase] = []
    for quoted, chinese_quoted, bare in _PIECE.findall(query):
        tokens = tokens_of(quoted or chinese_quoted or bare)
        if tokens:
            is_open = bool(bare) and _LATIN_WORD.fullmatch(tokens[-1]) is not None
            phrases.append(Phrase(tuple(tokens), is_open))
    return list(dict.fromkeys(phrases))


def matches_of(database: Database, query: str) -> list[str]:
    """A query as FTS5 is asked for it, phrase by phrase; what is too short narrows nothing."""
    hashes = _Hashes(database)
    phrases = [one for one in phrases_of(query) if not one.is_too_short]
    return [hashes.match(phrase) for phrase in phrases[:MOST_PHRASES]]


def texts_of_number(number: str) -> list[str]:
    """A case number, and the ends by which people call it (1129-0001)."""
    found = _NUMBER.fullmatch(number)
    if found is None:
        return [number]
    year, day, count = found.groups()
    return [f"wc{year}{day} {count}", f"{year}{day} {count}", f"{day} {count}"]


class _Hashes:
    """Hashes of tokens: keyed BLAKE2b (RFC 7693), with a key that comes from the vault."""

    def __init__(self, database: Database) -> None:
        self._key = bytes.fromhex(database.hashed("words by which cases are found"))

    def of(self, *texts: str) -> list[str]:
        """By what a case with these texts is found, each once, in an order that tells nothing."""
        return sorted({self._hash(*word) for text in texts for word in _kept(tokens_of(text))})

    def match(self, phrase: Phrase) -> str:
        """A phrase as FTS5 is asked for it: all that has to stand in one row."""
        return " AND ".join(f'"{self._hash(*word)}"' for word in _asked(phrase))

    def _hash(self, *words: str) -> str:
        text = "\0".join(words).encode("utf-8", "replace")
        return blake2b(text, key=self._key, digest_size=_HASH_BYTES).hexdigest()


def _kept(tokens: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for one, other in pairwise(tokens):
        yield "pair", one, other
    for token in tokens:
        if not _HAN_TOKEN.fullmatch(token):
            yield "word", token
        if _LATIN_WORD.fullmatch(token):
            for letters in range(_LEAST_BEGINNING, min(len(token), _MOST_BEGINNING) + 1):
                yield "beginning", token[:letters]


def _asked(phrase: Phrase) -> list[tuple[str, ...]]:
    tokens = phrase.tokens
    whole = tokens[:-1] if phrase.is_open else tokens
    words: list[tuple[str, ...]] = [("pair", *pair) for pair in pairwise(whole)]
    if len(whole) == 1 and not _HAN_TOKEN.fullmatch(whole[0]):
        words.append(("word", whole[0]))
    if phrase.is_open:
        words.insert(0, ("beginning", tokens[-1][:_MOST_BEGINNING]))
    return list(dict.fromkeys(words))[:_MOST_PAIRS]


class Finding:
    """The full-text table `case_words` of hashed tokens; what residents want forgotten aside, only
    added to."""

    def __init__(self, database: Database) -> None:
        self._database, self._hashes = database, _Hashes(database)

    def note_case(self, case_id: int, number: str, words: str, place: str) -> None:
        """Let a case be found by its number, its words and its place."""
        self._note(case_id, *texts_of_number(number), masked(f"{words}\n{place}"))

    def note_words(self, case_id: int, words: str) -> None:
        """Let a case be found by what was said of it later."""
        self._note(case_id, masked(words))

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
                self._note(case_id, *texts_of_number(row["number"]))

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

    def _note(self, case_id: int, *texts: str) -> None:
        hashes = self._hashes.of(*texts)
        if not hashes:
            return
        first = case_id << _PART_BITS
        row = self._database.one(
            "select max(rowid) as last from case_words where rowid between ? and ?",
            [first, first + (1 << _PART_BITS) - 1],
        )
        last = row["last"] if row and row["last"] is not None else first - 1
        self._database.execute(
            "insert into case_words (rowid, tokens) values (?, ?)", [last + 1, " ".join(hashes)]
        )
