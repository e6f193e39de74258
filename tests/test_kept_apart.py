"""The questions that others wrote to measure us stand nowhere in what the bot is made of."""

import json
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from rapidfuzz.distance import Levenshtein

from index import normalise
from tests.conftest import CONTENT

WRITTEN_BY_OTHERS = ("s-",)
"""How the ids of the sets begin that were written by others."""
MOST_EDITS, MOST_SHARE, CHARS_AN_EDIT = 2, 0.15, 4
"""A line is kept apart if more edits than two, or 15% of its characters, lead to a question; of
words of under eight characters one edit in four is enough to make others of them."""
SHORTEST_PHRASE = 6
"""Shorter words of the glossary and of service.toml are single names and cues."""


def edits_allowed(length: int) -> int:
    """How many edits still make the same question of so many characters."""
    return max(min(MOST_EDITS, length // CHARS_AN_EDIT), int(MOST_SHARE * length))


@cache
def letters_of(text: str) -> str:
    """The letters and digits of a text, folded as the index folds them."""
    return "".join(filter(str.isalnum, normalise(text)))


def is_same(line: str, question: str) -> bool:
    """Whether a line is a question, or a few characters away from it; case and marks aside."""
    one, other = letters_of(line), letters_of(question)
    most = edits_allowed(max(len(one), len(other)))
    return Levenshtein.distance(one, other, score_cutoff=most) <= most


def objects_in(file: Path) -> Iterator[dict[str, object]]:
    """The objects of a JSON Lines file."""
    for line in file.read_text(encoding="utf-8").split("\n"):
        if line.strip():
            yield json.loads(line)


def texts_in(value: object) -> Iterator[str]:
    """Every text in a tree of tables and lists."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts_in(part)


def table_of(file: Path, name: str) -> list[dict[str, object]]:
    """The `[[name]]` tables of a file."""
    return list(tomllib.loads(file.read_text(encoding="utf-8"))[name])


@pytest.fixture(scope="module")
def questions() -> list[str]:
    """All questions and messages written by others."""
    asked: list[str] = []
    for file in sorted((CONTENT / "evaluation").glob("*.jsonl")):
        for entry in objects_in(file):
            if str(entry["id"]).startswith(WRITTEN_BY_OTHERS):
                turns = entry.get("turns", [entry])
                asked += [str(turn.get("question") or turn["text"]) for turn in turns]
    return list(dict.fromkeys(asked))


def copied(lines: dict[str, str], questions: list[str]) -> list[str]:
    """The lines that are one of the questions, with where they stand.

    Args:
        lines: where each stands, by text.
    """
    return [
        f"{place}: {line!r} is {question!r}"
        for line, place in lines.items()
        for question in questions
        if is_same(line, question)
    ]


def own_names() -> str:
    """What the reports and their English say, to tell whether words are the reports' own."""
    reports = (CONTENT / "reports").glob("*/*")
    return letters_of(" ".join(file.read_text(encoding="utf-8") for file in reports))


def without_names(questions: list[str]) -> list[str]:
    """The questions that are more than a name which the reports themselves use (sponge city)."""
    own = own_names()
    return [one for one in questions if letters_of(one) not in own]


def test_there_are_questions_of_others(questions: list[str]) -> None:
    assert len(questions) > 250
    assert "断头的呢" in questions


def test_no_ask_line_is_one_of_them(questions: list[str]) -> None:
    lines = {
        str(line): f"{file.parent.name}/{entry['id']}"
        for file in (CONTENT / "reports").glob("*/commitments.toml")
        for entry in table_of(file, "commitment")
        for line in texts_in(entry.get("ask", []))
    }
    assert len(lines) > 1000
    assert copied(lines, questions) == []


def test_no_phrase_of_the_glossary_is_one_of_them(questions: list[str]) -> None:
    lines = {
        line: f"glossary entry {number}"
        for number, entry in enumerate(table_of(CONTENT / "glossary.toml", "entry"), 1)
        for line in texts_in(entry["says"])
        if len(line) >= SHORTEST_PHRASE
    }
    assert len(lines) > 1000
    assert copied(lines, without_names(questions)) == []


def test_no_cue_of_the_service_is_one_of_them(questions: list[str]) -> None:
    tree = tomllib.loads((CONTENT / "service.toml").read_text(encoding="utf-8"))
    lines = {line: "service.toml" for line in texts_in(tree) if len(line) >= SHORTEST_PHRASE}
    assert len(lines) > 500
    assert copied(lines, without_names(questions)) == []


def test_no_example_is_one_of_them(questions: list[str]) -> None:
    lines = {
        str(entry["text"]): file.name
        for file in (CONTENT / "examples").glob("*.jsonl")
        for entry in objects_in(file)
    }
    assert len(lines) > 500
    assert copied(lines, questions) == []


@pytest.mark.parametrize(
    ("line", "question", "same"),
    [
        ("新增几所幼儿园?", "新增几所幼儿园？", True),
        ("How many lifts?", "how many  LIFTS", True),
        ("新增几所幼儿園", "新增几所幼儿园", True),
        ("今年新增几所幼儿园", "新增几所幼儿园", True),
        ("今年新增了几所幼儿园", "新增几所幼儿园", False),
        ("断头路呢", "断头的呢", True),
        ("断头路", "断头的呢", False),
        ("电梯", "学位", False),
        ("电话", "电梯", False),
        ("how many new kindergartens will open", "how many new kindergartens open", True),
        ("how many new kindergartens will open", "how many new elevators open", False),
    ],
)
def test_a_question_a_few_characters_away_is_the_same_and_other_words_are_not(
    line: str, question: str, same: bool
) -> None:
    assert is_same(line, question) == same


def test_a_copied_line_is_found_and_told_with_its_place() -> None:
    lines = {"今年新增几所幼儿园": "wuchang-2020/kindergartens", "加装电梯几部": "x"}
    assert copied(lines, ["新增几所幼儿园?"]) == [
        "wuchang-2020/kindergartens: '今年新增几所幼儿园' is '新增几所幼儿园?'"
    ]
