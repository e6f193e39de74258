"""Lines in TOML: whatever tomllib reads has a place, and it is the right one."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.findings import Keys
from index.places_in_toml import TomlPlaces

CONTENT = Path(__file__).parents[1] / "content"
TRICKY = '''# [[commitment]] in a comment
[[commitment]]  # "quoted" here
id = "first"
quote = """
[[commitment]]
id = "no entry" # and no comment
"""
ask = [  # a comment with ]
  "一?", '二 # [[commitment]]',

  """三
  ]""",
]
"unit" = 'a'

[[commitment]]
id = """ends with quotes"""""
about = { place = [1, { deep = "}" }], "x.y" = 1979-05-27 07:32:00 }
en.long.name = "#"
[commitment.notes]
by = "x"
'''


def ways(value: object, way: Keys = ()) -> Iterator[Keys]:
    """The way to every value of a tree."""
    if way:
        yield way
    named = value.items() if isinstance(value, dict) else ()
    listed = enumerate(value) if isinstance(value, list) else ()
    for key, inner in (*named, *listed):
        yield from ways(inner, (*way, key))


def test_each_key_table_and_item_has_the_line_it_stands_in() -> None:
    lines = TomlPlaces(TRICKY).lines
    assert set(lines) == set(ways(tomllib.loads(TRICKY)))
    assert [lines[("commitment", number)] for number in (0, 1)] == [2, 16]
    assert [lines[("commitment", 0, name)] for name in ("id", "quote", "ask", "unit")] == [
        3,
        4,
        8,
        14,
    ]
    assert [lines[("commitment", 0, "ask", number)] for number in range(3)] == [9, 9, 11]
    assert lines[("commitment", 1, "about", "place", 1, "deep")] == 18
    assert lines[("commitment", 1, "about", "x.y")] == 18
    assert lines[("commitment", 1, "en", "long", "name")] == 19
    assert lines[("commitment", 1, "notes")] == 20
    assert lines[("commitment", 1, "notes", "by")] == 21


def test_what_is_missing_has_the_line_of_what_it_is_missing_in() -> None:
    places = TomlPlaces(TRICKY)
    assert places.line_of(("commitment", 1, "quote")) == 16
    assert places.line_of(("commitment", 0, "ask", 7)) == 8
    assert places.line_of(("glossary",)) == places.line_of(()) == 1
    assert TomlPlaces("").line_of(("commitment", 0)) == 1


@pytest.mark.parametrize("name", ["service.toml", "glossary.toml", "wording/zh.toml"])
def test_all_of_the_projects_own_files_is_found(name: str) -> None:
    text = (CONTENT / name).read_text(encoding="utf-8")
    assert set(TomlPlaces(text).lines) == set(ways(tomllib.loads(text)))


# What editors write, in all the ways TOML lets them.

_CHARS = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\"'#[]{}=,.\\ \t一")
_WORDS = st.text(_CHARS, max_size=12) | st.just("[[commitment]]") | st.just('"""') | st.just("# x")
_LONG_WORDS = st.text(_CHARS | st.just("\n"), max_size=20) | st.just("\n[[commitment]]\nid = 1\n")
_NAMES = st.sampled_from(["id", "quote", "ask", "en", "unit", "a-b", "[[x]]", "a.b", "一", ""])
_SPACE = st.sampled_from(["", " ", "\n", "\n# ] [[commitment]] \" '''\n", "  # x\n\n"])


@st.composite
def strings(draw: st.DrawFn) -> str:
    """A string in one of the four forms."""
    form = draw(st.sampled_from(["basic", "literal", "long", "long literal"]))
    if form == "basic":
        return json.dumps(draw(_WORDS), ensure_ascii=False)
    if form == "literal":
        return "'" + draw(_WORDS).replace("'", "") + "'"
    if form == "long":
        words = draw(_LONG_WORDS).replace("\\", "\\\\").replace('""', "")
        return '"""' + words + '"""'
    return "'''" + draw(_LONG_WORDS).replace("''", "") + "'''"


@st.composite
def arrays(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    """An array, its items a line each or not, with or without a comma at the end."""
    items = [draw(_SPACE) + item + draw(_SPACE) for item in draw(st.lists(inner, max_size=4))]
    end = draw(st.sampled_from(["", ","])) if items else ""
    return f"[{','.join(items)}{end}{draw(_SPACE)}]"


@st.composite
def inline_tables(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    """An inline table."""
    pairs = draw(st.dictionaries(_NAMES, inner, max_size=3))
    return "{" + ", ".join(f"{json.dumps(key)} = {value}" for key, value in pairs.items()) + "}"


_SCALARS = strings() | st.sampled_from(["1", "-1.5e3", "true", "2020-03-01 10:00:00", "07:30:00"])
_VALUES = st.recursive(_SCALARS, lambda inner: arrays(inner) | inline_tables(inner), max_leaves=8)


@st.composite
def files(draw: st.DrawFn) -> str:
    """A file of `[[commitment]]` and other tables, with comments between."""
    lines: list[str] = []
    for number in range(draw(st.integers(0, 4))):
        header = draw(st.sampled_from(["[[commitment]]", "[[ commitment ]] # x", f"[t{number}]"]))
        lines += [header, draw(st.sampled_from(["", "# [[commitment]]", "  "]))]
        for name, value in draw(st.dictionaries(_NAMES, _VALUES, max_size=4)).items():
            lines.append(f"{json.dumps(name, ensure_ascii=False)} = {value}")
        if header.startswith("[[") and draw(st.booleans()):
            lines += [
                "[commitment.more]",
                "x.y = 1",
                "[[commitment.parts]]",
                "[[commitment.parts]]",
            ]
    return "\n".join(lines) + draw(st.sampled_from(["", "\n"]))


@given(files())
def test_the_places_are_those_of_all_that_tomllib_reads(text: str) -> None:
    assert set(TomlPlaces(text).lines) == set(ways(tomllib.loads(text)))


@given(files())
def test_what_stands_before_an_entry_holds_just_the_entries_before_it(text: str) -> None:
    lines = text.split("\n")
    found = TomlPlaces(text).lines
    for number in range(len(tomllib.loads(text).get("commitment", []))):
        start = found[("commitment", number)]
        before = tomllib.loads("\n".join(lines[: start - 1]))
        through = tomllib.loads("\n".join(lines[:start]))
        assert len(before.get("commitment", [])) == number
        assert len(through["commitment"]) == number + 1


@given(files())
def test_what_stands_before_a_key_holds_just_the_keys_before_it(text: str) -> None:
    lines = text.split("\n")
    found = TomlPlaces(text).lines
    for number, entry in enumerate(tomllib.loads(text).get("commitment", [])):
        for place, name in enumerate(entry):
            start = found[("commitment", number, name)]
            before = tomllib.loads("\n".join(lines[: start - 1]))["commitment"][number]
            assert list(before) == list(entry)[:place]


@given(st.lists(st.tuples(_SPACE, strings()), min_size=1, max_size=5))
def test_what_stands_before_an_item_holds_just_the_items_before_it(
    items: list[tuple[str, str]],
) -> None:
    text = "ask = [" + ",".join(f"{space}\n{item}" for space, item in items) + "\n]"
    lines = text.split("\n")
    found = TomlPlaces(text).lines
    ask = tomllib.loads(text)["ask"]
    for number in range(len(items)):
        before = "\n".join(lines[: found[("ask", number)] - 1])
        assert tomllib.loads(before + "\n]")["ask"] == ask[:number]
