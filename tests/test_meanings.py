"""What is learnt from examples: the same each time, kept, and never raising."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot import meanings as module
from bot.examples import Example, read_examples
from bot.features import Features
from bot.meanings import Meanings, learn, open_meanings
from bot.service import Service
from index import ContentError, Index
from tests.conftest import CONTENT

EXAMPLES = (
    Example(means="praise", text="谢谢你们，路灯修好了"),
    Example(means="praise", text="Many thanks for the new lamp"),
    Example(means="complaint", text="路灯坏了没人管"),
    Example(means="complaint", text="The lamp is broken and nobody cares"),
    Example(means="question", text="今年修多少路灯？"),
    Example(means="question", text="How many lamps are planned?"),
)


@pytest.fixture(scope="module")
def features(service: Service, real_index: Index) -> Features:
    """By the real words and the bundled encoder."""
    return Features(service, real_index.vectors)


def opened(features: Features, folder: Path, *, depends_on: str = "cues") -> Meanings:
    return open_meanings(EXAMPLES, features, depends_on=depends_on, folder=folder)


def test_what_is_like_an_example_means_the_same(features: Features, tmp_path: Path) -> None:
    read = opened(features, tmp_path).read("谢谢，路灯修好了")
    assert max(read, key=read.__getitem__) == "praise"
    assert sum(read.values()) == pytest.approx(1.0)


def test_kinds_are_told_apart_without_questions(features: Features, tmp_path: Path) -> None:
    assert set(opened(features, tmp_path).kinds("路灯")) == {"praise", "complaint"}


def test_learning_twice_gives_the_same(features: Features) -> None:
    first, second = learn(EXAMPLES, features), learn(EXAMPLES, features)
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_what_was_learnt_is_kept_until_something_changes(
    features: Features, tmp_path: Path
) -> None:
    module._opened.clear()
    opened(features, tmp_path)
    (kept,) = tmp_path.iterdir()
    before = kept.stat().st_mtime_ns
    module._opened.clear()
    opened(features, tmp_path)
    assert kept.stat().st_mtime_ns == before
    opened(features, tmp_path, depends_on="other cues")
    (anew,) = tmp_path.iterdir()
    assert anew != kept


@pytest.mark.parametrize("damage", [b"", b"no archive", b"PK"])
def test_a_damaged_file_is_learnt_anew(features: Features, tmp_path: Path, damage: bytes) -> None:
    opened(features, tmp_path)
    module._opened.clear()
    opened(features, tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(damage)
    module._opened.clear()
    assert opened(features, tmp_path).read("谢谢")
    assert kept.read_bytes() != damage


def test_a_folder_that_cannot_be_written_is_no_hindrance(
    features: Features, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file")
    module._opened.clear()
    assert opened(features, tmp_path / "taken").read("谢谢")


@hypothesis_settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_any_text_is_read(meanings: Meanings, text: str) -> None:
    assert sum(meanings.read(text).values()) == pytest.approx(1.0)


def test_all_mistakes_of_the_examples_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "examples" / "messages.jsonl"
    path.parent.mkdir()
    path.write_text('{"means": "praise", "text": ""}\nnonsense\n', encoding="utf-8")
    with pytest.raises(ContentError) as raised:
        read_examples(tmp_path)
    assert [mistake.split(": ")[1] for mistake in raised.value.mistakes] == ["line 1", "line 2"]


def test_no_example_is_in_the_evaluation_too() -> None:
    texts = {example.text for example in read_examples(CONTENT)}
    evaluation = (CONTENT / "evaluation" / "messages.jsonl").read_text(encoding="utf-8")
    assert not [text for text in texts if f'"text": "{text}"' in evaluation]
