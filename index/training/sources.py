"""From the corpus' rows to sources: groups of texts that mean the same, or bear on each other."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.training.corpus import QUESTIONS, CorpusFile, Row

HELD_OUT_EVERY = 12
VALIDATION_ROW = 6
VIEWS = ("clause", "en", *QUESTIONS, "zh3")

_SENTENCE = re.compile(r"[^。！？!?]+[。！？!?]?")
_GLOSS_MARK = re.compile(
    r"\[[^\]]*\]|\([^)]*\)|（[^）]*）|\b(?:n|v|vt|vi|a|adj|adv|prep|abbr|pl)\."
)
_GLOSS_END = re.compile(r"[,;，；、/\\\n]+")
_ENGLISH = re.compile(r"[a-z]+")
_MAX_GLOSSES = 4
_LONG_SOURCE_ROWS = 60_000
_MIN_SENTENCE_CHARS = 8
_MAX_WORD_CHARS = 40


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of texts on one matter each; an empty text is one that the row lacks."""

    name: str
    rows: list[tuple[str, ...]]

    @property
    def is_dictionary(self) -> bool:
        """Whether the rows are entries of a dictionary."""
        return self.name.startswith("dictionary_")

    def within(self, known: set[str]) -> "Source":
        """Of a dictionary, the rows whose English words are all known; any other source whole."""
        if not self.is_dictionary:
            return self
        return Source(self.name, [row for row in self.rows if known.issuperset(_english(row))])

    def thinned(self, size: int) -> "Source":
        """The source with at most `size` of its rows, evenly chosen."""
        places = np.linspace(0, len(self.rows) - 1, min(size, len(self.rows)), dtype=np.int64)
        return Source(self.name, [self.rows[place] for place in places])


def known_words(sources: Sequence[Source]) -> set[str]:
    """The English words of the shorter sources that are not dictionaries."""
    return {
        word
        for source in sources
        if not source.is_dictionary and len(source.rows) < _LONG_SOURCE_ROWS
        for row in source.rows
        for word in _english(row)
    }


def _english(row: tuple[str, ...]) -> list[str]:
    return _ENGLISH.findall(" ".join(row).lower())


def held_out(rows: list[Row]) -> list[Row]:
    """Every twelfth row of `residents`, which no training may see."""
    return rows[::HELD_OUT_EVERY]


def validation(rows: list[Row]) -> list[Row]:
    """The rows that settings are chosen by; the model that ships is trained on them as well."""
    return rows[VALIDATION_ROW::HELD_OUT_EVERY]


def make_sources(files: dict[str, CorpusFile]) -> list[Source]:
    """All sources in a fixed order, without the held-out rows."""
    makers: dict[str, Callable[[list[Row]], Iterator[tuple[str, ...]]]] = {
        "residents": _residents,
        "headings": _pairs,
        "dictionary_ecdict": _chinese_glosses,
        "dictionary_cedict": _english_glosses,
        "dictionary_wordnet": _wordnet,
        "laws_text": _neighbours,
        "reports_text": _sentences,
        "transcripts_text": _neighbours,
    }
    sources = []
    for name, file in sorted(files.items()):
        default = {"residents": _views, "text": _neighbours, "pair": _pairs}[file.form]
        rows = list(makers.get(name, default)(file.rows))
        if file.form != "residents":
            rows = [row for row in dict.fromkeys(rows) if row[0] != row[1]]
        sources.append(Source(name, rows))
    return sources


def validation_places(rows: int) -> NDArray[np.bool_]:
    """Which rows of the `residents` source, held-out rows gone, are for validation."""
    return np.asarray(np.arange(rows) % (HELD_OUT_EVERY - 1) == VALIDATION_ROW - 1)


def _residents(rows: list[Row]) -> Iterator[tuple[str, ...]]:
    yield from _views([row for place, row in enumerate(rows) if place % HELD_OUT_EVERY])


def _views(rows: list[Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        yield tuple(row.get(view, "") for view in VIEWS)


def _pairs(rows: list[Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        yield row["a"], row["b"]


def _neighbours(rows: list[Row]) -> Iterator[tuple[str, ...]]:
    """Neighbouring paragraphs of one title, and each title with its first paragraphs."""
    for row, following in pairwise(rows):
        title = row.get("title", "")
        if title == following.get("title", ""):
            yield row["text"], following["text"]
        if title:
            yield title, row["text"]


def _sentences(rows: list[Row]) -> Iterator[tuple[str, ...]]:
    """Neighbouring sentences within a paragraph."""
    for row in rows:
        sentences = [s for s in _SENTENCE.findall(row["text"]) if len(s) >= _MIN_SENTENCE_CHARS]
        yield from pairwise(sentences)


def _chinese_glosses(rows: list[Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        for gloss in _glosses(row["b"]):
            yield row["a"], gloss


def _english_glosses(rows: list[Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        for gloss in _glosses(row["a"]):
            yield gloss, row["b"]


def _wordnet(rows: list[Row]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        words, _, definition = row["a"].partition(":")
        for gloss in _glosses(words):
            yield gloss, row["b"]
        if definition.strip():
            yield definition, row["b"]


def _glosses(text: str) -> list[str]:
    parts = (part.strip() for part in _GLOSS_END.split(_GLOSS_MARK.sub(" ", text)))
    return [part for part in parts if 0 < len(part) <= _MAX_WORD_CHARS][:_MAX_GLOSSES]
