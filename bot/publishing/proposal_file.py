"""Proposals as a TOML file that editors change: written with every entry unaccepted, and read
back with all its mistakes."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.cases import TIME_ZONE
from bot.publishing.proposing import AskLines, Proposal, Unanswerable, is_objected
from bot.publishing.texts import toml_string
from index import ContentError, Hit, clean

_ABOUT = """\
# 从居民提问中学习 / What could be learnt from questions asked in vain.
# {days}, days in Wuhan
#
# Where you agree, write accept = true; change or drop what you like. Then
#   python -m bot accept {file}            shows what changes
#   python -m bot accept {file} --commit   changes it
#
#   [[ask]]           the questions become ways to ask this commitment (commitments.toml)
#   [[unanswerable]]  the question becomes an example of what no report answers
#                     (evaluation/unanswerable.jsonl); kind: near_miss (the report is about it but
#                     does not say that), far, off_topic, chitchat, injection
"""
_TABLE_LINE = re.compile(r"^[ \t]*\[\[[ \t]*(ask|unanswerable)[ \t]*\]\]", flags=re.MULTILINE)
_MOST_WORDINGS = 10
_QUOTE_CHARS, _QUESTION_CHARS = 60, 200
"""Shown of each in a comment."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    accept: bool = False


class AskEntry(_Entry):
    """Questions for one commitment, as an editor left them."""

    commitment: str = Field(min_length=1)
    ask: list[str]


class UnanswerableEntry(_Entry):
    """An example for the evaluation, as an editor left it."""

    question: str
    lang: Literal["zh", "zh-Hant", "en", "mixed"]
    kind: Literal["near_miss", "far", "off_topic", "chitchat", "injection"]
    why: str = ""
    half: Literal["", "calibration", "test"] = ""


_MODELS: Mapping[str, type[AskEntry | UnanswerableEntry]] = {
    "ask": AskEntry,
    "unanswerable": UnanswerableEntry,
}


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry and where it stands, as mistakes name it."""

    place: str
    entry: AskEntry | UnanswerableEntry


def proposal_text(proposals: Iterable[Proposal], *, days: str, file: str) -> str:
    """The file's text.

    Args:
        days: the window of the questions, in words.
        file: what the commands call it.
    """
    parts = [_ABOUT.format(days=clean(days), file=clean(file))]
    for number, proposal in enumerate(proposals, 1):
        parts.append("\n".join([*_comments(number, proposal), *_entry(proposal), ""]))
    return "\n".join(parts)


def _comments(number: int, proposal: Proposal) -> Iterator[str]:
    group = proposal.group
    day = f"{group.newest.astimezone(TIME_ZONE):%Y-%m-%d}"
    counts = f"{group.refused} refused, {group.unhelpful} unhelpful, last {day}"
    yield f"# {number}. {_short(group.leader)} ({counts})"
    if group.leader in proposal.left_out:
        yield f"#    left out: {proposal.left_out[group.leader]}"
    others = [one for one in group.members if one.text != group.leader]
    for one in others[:_MOST_WORDINGS]:
        why = proposal.left_out.get(one.text, "")
        yield f"#    also: {_short(one.text)} ({one.count}{why and f'; left out: {why}'})"
    if len(others) > _MOST_WORDINGS:
        yield f"#    and {len(others) - _MOST_WORDINGS} more wordings"
    for hit in proposal.near:
        quote = clean(hit.commitment.quote)[:_QUOTE_CHARS]
        yield f"#    near: {hit.commitment.id} ({hit.nearness:.2f}{_standing(hit)}) {quote}"
    for case in proposal.cases:
        yield f"#    staff have answered it: python -m bot publish {case}"
    if proposal.remark:
        yield f"#    {proposal.remark}"


def _short(question: str) -> str:
    question = clean(question)
    return question if len(question) <= _QUESTION_CHARS else f"{question[:_QUESTION_CHARS]}…"


def _standing(hit: Hit) -> str:
    if hit.answers:
        return ", answers it"
    return ", lacks what is asked" if is_objected(hit) else ""


def _entry(proposal: Proposal) -> Iterator[str]:
    match proposal.entry:
        case AskLines(commitment=commitment, ask=ask):
            yield "[[ask]]"
            yield "accept = false"
            yield f"commitment = {toml_string(commitment.id)}"
            yield f"# {clean(commitment.quote)}"
            yield "ask = ["
            yield from (f"  {toml_string(line)}," for line in ask)
            yield "]"
        case Unanswerable() as example:
            yield "[[unanswerable]]"
            yield "accept = false"
            for key in ("question", "lang", "kind", "why"):
                yield f"{key} = {toml_string(getattr(example, key))}"


def read_proposal(file: Path, mistakes: list[str]) -> list[Placed]:
    """The entries of a file, accepted or not; of mistakes a line each is added.

    Raises:
        ContentError: it is no TOML, in one line.
        OSError: it cannot be opened.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
        tree = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ContentError([f"{file}: is not UTF-8"]) from error
    except tomllib.TOMLDecodeError as error:
        raise ContentError([f"{file}: not valid TOML: {error}"]) from error
    except RecursionError as error:
        raise ContentError([f"{file}: not valid TOML: nested too deeply"]) from error
    for key in tree:
        if key not in _MODELS:
            mistakes.append(f"{file}: {key}: unknown key; there are [[ask]] and [[unanswerable]]")
    found: list[Placed] = []
    for name, model in _MODELS.items():
        tables = tree.get(name, [])
        if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
            mistakes.append(f"{file}: {name}: must be written as [[{name}]]")
            continue
        places = _places(file, text, name, len(tables))
        for place, table in zip(places, tables, strict=True):
            entry = _validated(model, table, place, mistakes)
            if entry is not None:
                found.append(Placed(place, entry))
    return found


def _places(file: Path, text: str, name: str, count: int) -> list[str]:
    """File, line and table of each entry; its number where lines within texts look like tables."""
    starts = [one.start() for one in _TABLE_LINE.finditer(text) if one[1] == name]
    if len(starts) != count:
        return [f"{file}: {name} {number}" for number in range(1, count + 1)]
    lines = [text.count("\n", 0, start) + 1 for start in starts]
    return [f"{file}:{line}: {name}" for line in lines]


def _validated(
    model: type[AskEntry | UnanswerableEntry],
    table: Mapping[str, Any],
    place: str,
    mistakes: list[str],
) -> AskEntry | UnanswerableEntry | None:
    try:
        return model.model_validate(table)
    except ValidationError as error:
        for found in error.errors():
            key = ".".join(str(part) for part in found["loc"])
            what = {"extra_forbidden": "unknown key", "missing": "missing"}.get(found["type"])
            told = what or f"{found['msg']} (found {found['input']!r:.60})"
            mistakes.append(f"{place}: {key}: {told}")
        return None
