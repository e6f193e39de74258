"""`content/examples/messages.jsonl`: messages and what they mean, by the editors.

From them, and from the questions on which a build calibrates, the bot learns to tell a question
from a matter, and the kinds of matters from each other.
"""

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index import ContentError

Meaning = Literal[
    "complaint",
    "help",
    "report",
    "suggestion",
    "praise",
    "consult",
    "question",
    "smalltalk",
    "instruction",
]
"""A kind of matter; or a question to the report, small talk, or an instruction to the bot."""


class Example(BaseModel):
    """A message as a resident could write it, and what it means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    means: Meaning
    text: str = Field(min_length=1)


def read_examples(content: Path) -> tuple[Example, ...]:
    """Read the examples, and as such the calibration half of the evaluation's questions.

    Args:
        content: the folder of what editors change.

    Raises:
        ContentError: every mistake of the examples at once.
    """
    path = content / "examples" / "messages.jsonl"
    examples, mistakes = [], []
    for number, line in enumerate(_lines(path), 1):
        try:
            examples.append(Example.model_validate_json(line))
        except ValidationError as error:
            mistakes.append(f"{path}: line {number}: {error.errors()[0]['msg']}")
    if len({example.means for example in examples}) < 2 and not mistakes:
        mistakes = [f"{path}: needs examples of at least two meanings"]
    if mistakes:
        raise ContentError(mistakes)
    return (*examples, *_questions(content / "evaluation"))


def _questions(folder: Path) -> list[Example]:
    """Those on which a build calibrates; whether the report answers them is no matter here."""
    found = []
    for name in ("questions.jsonl", "unanswerable.jsonl"):
        lines = map(json.loads, _lines(folder / name)) if (folder / name).exists() else ()
        calibrating = (line for line in lines if line.get("half") == "calibration")
        found += [
            Example(means="question", text=line["question"])
            for line in calibrating
            if line.get("kind") in (None, "near_miss")
        ]
    return found


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError([f"{path}: {error}"]) from error
