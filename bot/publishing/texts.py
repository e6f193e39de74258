"""The new texts of content files: a question more in `ask`, an answer more in a collection."""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import tomlkit
from tomlkit.items import Table

from bot.publishing.changes import read
from bot.publishing.permitted import PublishedAnswer
from index import ContentError, normalise

_FENCE = "---\n"
_FENCE_LINE = re.compile(r"^---[ \t]*\n", flags=re.MULTILINE)
_FRONT = """---
title: 工作人员答复汇编（{year}年）
title_en: Staff answers to residents, {year}
{district}date: {date}
target_year: {year}
source: 工作人员对居民提问的答复，逐条收入；每一条的依据和日期写在 commitments.toml
collection: answers
sha256: {sha256}
---
"""
ABOUT = """# 工作人员答复 / Answers of staff to residents, not promises of a report.
#
# Made by `python -m bot publish`. One [[commitment]] is one answer: its id is the case's number,
# quote the answer to the letter, unit who answered, source what it rests on, ask the question.
# report.md is made of these entries; `en` and further `ask` lines may be added by hand.
"""


def with_ask_line(before: str, own_id: str, question: str, file: Path) -> str:
    """The file's text with the question among a commitment's `ask`."""
    tree = tomllib.loads(before)
    meant = next(entry for entry in tree["commitment"] if entry["id"] == own_id)
    if normalise(question) in map(normalise, meant.get("ask", [])):
        return before
    meant["ask"] = [*meant.get("ask", []), question]
    document = tomlkit.parse(before)
    entry = _entry(document, own_id)
    if entry is None:
        raise ContentError([f"{file}: has no {own_id!r}"])
    if "ask" in entry:
        entry["ask"].append(question)
    else:
        _append(entry, "ask", [question])
    after = tomlkit.dumps(document)
    if tomllib.loads(after) != tree:
        raise ContentError([f"{file}: {own_id}: ask: cannot be added to; add the line by hand"])
    return after


def with_answer(before: str, own_id: str, answer: PublishedAnswer) -> str:
    """The collection's text with the answer, in place of an older one of the same case.

    Of an older one, `ask` lines added by hand stay, and its English while the words are the same.
    """
    document = tomlkit.parse(before)
    entry = _entry(document, own_id)
    if entry is None:
        return f"{before.rstrip()}\n\n{_new_entry(own_id, answer)}"
    said = tomllib.loads(before)["commitment"]
    old = next(one for one in said if one["id"] == own_id)
    if old["quote"] != answer.text:
        entry.pop("en", None)
    values = {
        "quote": answer.text,
        "unit": answer.unit,
        "source": answer.source,
        "answered_on": answer.answered_on,
    }
    for key, value in values.items():
        if old.get(key) != value:
            entry[key] = value
    if old["ask"][0] != answer.question:
        entry["ask"][0] = answer.question
    return tomlkit.dumps(document)


def _entry(document: tomlkit.TOMLDocument, own_id: str) -> Table | None:
    entries: Iterable[Table] = document.get("commitment", [])
    return next((entry for entry in entries if entry["id"] == own_id), None)


def _append(entry: Table, key: str, value: object) -> None:
    """Add a key behind the last one; comments on what comes next stay where they are."""
    body = entry.value.body
    end = max(place for place, (name, _) in enumerate(body, 1) if name is not None)
    behind = body[end:]
    del body[end:]
    entry[key] = value
    body.extend(behind)


def _new_entry(own_id: str, answer: PublishedAnswer) -> str:
    return "\n".join(
        [
            "[[commitment]]",
            f"id = {toml_string(own_id)}",
            f"quote = {toml_string(answer.text)}",
            f"unit = {toml_string(answer.unit)}",
            f"source = {toml_string(answer.source)}",
            f"answered_on = {answer.answered_on.isoformat()}",
            "ask = [",
            f"  {toml_string(answer.question)},",
            "]",
            "",
        ]
    )


def toml_string(words: str) -> str:
    """A TOML string; JSON's are TOML's, and `clean` took the control characters."""
    return json.dumps(words, ensure_ascii=False)


def report_of(file: Path, entries: Sequence[Mapping[str, object]], district: str) -> str:
    """The collection's report.md; what an editor changed in its front matter stays."""
    latest = max(str(entry["answered_on"]) for entry in entries)
    sha256 = hashlib.sha256(text_of(entries).encode()).hexdigest()
    if file.exists():
        _, matter, _ = _FENCE_LINE.split(read(file).replace("\r\n", "\n"), maxsplit=2)
        front = f"{_FENCE}{matter}{_FENCE}"
        front = _with_line(_with_line(front, "date", latest), "sha256", sha256)
    else:
        place = f"district: {district}\n" if district else ""
        year = file.parent.name.rpartition("-")[2]
        front = _FRONT.format(year=year, district=place, date=latest, sha256=sha256)
    # A blank line stands for one line break of the text.
    return front + "\n\n".join(_lines(entries, mark="## ")) + "\n"


def _with_line(front: str, key: str, value: str) -> str:
    """The front matter with a key's value, which is put last if it was not there."""
    line = f"{key}: {value}\n"
    changed, times = re.subn(rf"^{key}:.*\n", line, front, flags=re.MULTILINE)
    return changed if times else f"{front.removesuffix(_FENCE)}{line}{_FENCE}"


def text_of(entries: Iterable[Mapping[str, object]]) -> str:
    """The collection's text, as its hash is taken of it."""
    return "\n".join(_lines(entries, mark=""))


def _lines(entries: Iterable[Mapping[str, object]], *, mark: str) -> list[str]:
    """Each unit with what it answered, a paragraph a line."""
    units: dict[str, list[str]] = {}
    for entry in entries:
        units.setdefault(str(entry["unit"]), []).extend(str(entry["quote"]).split("\n"))
    return [line for unit, lines in units.items() for line in (f"{mark}{unit}", *lines)]
