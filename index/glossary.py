"""The editors' glossary: residents' words, in both languages, and the report's words for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from index.lexical import Piece, pieces, stem, tidy_all
from index.reports import Report
from index.tables import FileModel, read_tables, validated

Role = Literal["thing", "action", "topic"]
_Words = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Entry:
    """Other names (`says`) for what the report calls `means`, the best of them first."""

    says: tuple[str, ...]
    means: tuple[str, ...]
    role: Role = "thing"


@dataclass(frozen=True, slots=True)
class Mention:
    """A glossary word found in a question: the characters `start:end` of its tidied text."""

    start: int
    end: int
    means: tuple[str, ...]
    is_action: bool


class _GlossaryEntry(FileModel):
    says: list[_Words] = Field(min_length=1)
    means: list[_Words] = Field(min_length=1)
    role: Role = "thing"


@dataclass(frozen=True)
class Glossary:
    """All entries, ready to be found in questions; of two words the longer one counts."""

    entries: tuple[Entry, ...]

    def mentions(self, text: str) -> list[Mention]:
        """The glossary's words in a tidied text, longest first taken, none overlapping."""
        tokens = _tokens(pieces(text))
        found: list[Mention] = []
        place = 0
        while place < len(tokens):
            length = self._longest_at(tokens, place)
            if length:
                span = tokens[place : place + length]
                entries = self._by_key[tuple(token.text for token in span)]
                found.append(_mention(span, entries))
            place += length or 1
        return found

    def _longest_at(self, tokens: list[Piece], place: int) -> int:
        """How many tokens the longest word that begins here has, 0 if none does."""
        longest = min(self._lengths.get(tokens[place].text, 0), len(tokens) - place)
        for length in range(longest, 0, -1):
            if tuple(token.text for token in tokens[place : place + length]) in self._by_key:
                return length
        return 0

    @cached_property
    def topics(self) -> "Glossary":
        """What broad questions ask about, as a glossary of its own."""
        entries = (entry for entry in self.entries if entry.role == "topic")
        return Glossary(tuple(replace(entry, role="thing") for entry in entries))

    @cached_property
    def _by_key(self) -> Mapping[tuple[str, ...], list[Entry]]:
        said = [
            (words, entry)
            for entry in self.entries
            if entry.role != "topic"
            for words in entry.says
        ]
        found: dict[tuple[str, ...], list[Entry]] = {}
        for words, (_, entry) in zip(tidy_all(words for words, _ in said), said, strict=True):
            named = found.setdefault(_key(words), [])
            if entry not in named:
                named.append(entry)
        found.pop((), None)
        return found

    @cached_property
    def _lengths(self) -> Mapping[str, int]:
        """Of each first token, how many tokens the longest word that begins with it has."""
        lengths: dict[str, int] = {}
        for key in self._by_key:
            lengths[key[0]] = max(lengths.get(key[0], 0), len(key))
        return lengths


def read_glossary(
    path: Path, name: str, reports: Iterable[Report], mistakes: list[str], remarks: list[str]
) -> tuple[Entry, ...]:
    """Read `glossary.toml`; of its `means` only those that stand in a report are taken."""
    texts = [report.text for report in reports]
    entries: list[Entry] = []
    for place, fields in read_tables(path, name, "entry", mistakes):
        entry = validated(_GlossaryEntry, fields, place, mistakes)
        if entry is None:
            continue
        means = tuple(words for words in entry.means if _is_held(words, texts))
        named = replace(place, entry=f"{place.entry} ({entry.says[0]})")
        remarks.extend(
            named.at("means", number).finding(f"{words!r} is in no report", field="means")
            for number, words in enumerate(entry.means)
            if words not in means
        )
        if means:
            entries.append(Entry(tuple(entry.says), means, entry.role))
    return tuple(entries)


def _is_held(words: str, texts: list[str]) -> bool:
    """Whether a text holds the words; the one that does comes first from then on.

    Most words are held by the report that the editors know best.
    """
    for place, text in enumerate(texts):
        if words in text:
            texts.insert(0, texts.pop(place))
            return True
    return False


def _key(tidied: str) -> tuple[str, ...]:
    return tuple(token.text for token in _tokens(pieces(tidied)))


def _tokens(found: Iterable[Piece]) -> list[Piece]:
    """Single Chinese characters, word stems and numbers, with the place of the whole word."""
    tokens: list[Piece] = []
    for piece in found:
        if piece.is_han:
            tokens.extend(
                Piece(char, place, place + 1, is_han=True)
                for place, char in enumerate(piece.text, piece.start)
            )
        else:
            tokens.append(Piece(stem(piece.text), piece.start, piece.end, is_han=False))
    return tokens


def _mention(span: list[Piece], entries: list[Entry]) -> Mention:
    means = dict.fromkeys(words for entry in entries for words in entry.means)
    return Mention(
        start=span[0].start,
        end=span[-1].end,
        means=tuple(means),
        is_action=all(entry.role == "action" for entry in entries),
    )
