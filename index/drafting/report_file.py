"""The `report.md` that a draft writes: front matter, and the text to the letter with its headings.

What an editor wrote into one that is there already stays: front matter, and the headings of every
paragraph that has not changed.
"""

import hashlib
import re
from collections.abc import Mapping
from difflib import SequenceMatcher

import yaml

from index.headings import Heading
from index.report_text import read_body, split_front_matter, write_body

_HASH_LINE = re.compile(r"^sha256:[^\r\n]*", flags=re.MULTILINE)
_BLOCK_BREAK = re.compile(r"\n(?:[ \t]*\n)+")


def text_hash(text: str) -> str:
    """The SHA-256 that the front matter holds of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def with_hash(file_text: str, text: str) -> str:
    """A report's file with the hash of its text as it is now, if it holds one at all."""
    front, _ = split_front_matter(file_text.replace("\r\n", "\n"))
    if not _HASH_LINE.search(front):
        return file_text
    return _HASH_LINE.sub(f"sha256: {text_hash(text)}", file_text, count=1)


def write_report(
    text: str, headings: tuple[Heading, ...], fields: Mapping[str, object], before: str
) -> str:
    """The file of a report.

    Args:
        text: the report, a paragraph a line.
        headings: where its sections and sub-headings begin.
        fields: its front matter; those that are empty are left out.
        before: the file as it is; `""` if there is none.
    """
    front, body = split_front_matter(before.replace("\r\n", "\n"))
    written = f"---\n{_front(front, text, fields)}---\n{_body(body, text, headings)}"
    return written.replace("\n", "\r\n") if "\r\n" in before else written


def _front(before: str, text: str, fields: Mapping[str, object]) -> str:
    known = yaml.safe_load(before) or {}
    fields = {**fields, "sha256": text_hash(text)}
    missing = {key: value for key, value in fields.items() if value and key not in known}
    front = _HASH_LINE.sub(f"sha256: {text_hash(text)}", before, count=1)
    if not missing:
        return front
    own = yaml.safe_dump(missing, allow_unicode=True, sort_keys=False, width=float("inf"))
    return f"{front}{own}"


def _body(before: str, text: str, headings: tuple[Heading, ...]) -> str:
    """The marked text; a paragraph that was there before keeps the marks it had."""
    blocks = write_body(text, headings).rstrip("\n").split("\n\n")
    old_text, old_headings = read_body(before, is_plain=False)
    if old_text == text:
        return before
    old_blocks = [block for block in _BLOCK_BREAK.split(before.strip("\n")) if _words(block)]
    old_paragraphs = old_text.split("\n")
    if not old_headings or [_words(block) for block in old_blocks] != old_paragraphs:
        return "\n\n".join(blocks) + "\n"
    matcher = SequenceMatcher(None, old_paragraphs, text.split("\n"), autojunk=False)
    for old, new, length in matcher.get_matching_blocks():
        blocks[new : new + length] = old_blocks[old : old + length]
    return "\n\n".join(blocks) + "\n"


def _words(block: str) -> str:
    return read_body(f"# \n{block}", is_plain=False)[0]
