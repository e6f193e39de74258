"""What may be published: an answer that is complete, not too long, and tells of no person."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.masking import RULES
from index import ContentError, clean

MOST_TEXT_CHARS = 2000
MOST_QUESTION_CHARS = 300
_CASE_NUMBER = re.compile(r"[A-Z]{2}\d{8}-\d+")
_HEADING_MARK = re.compile(r"#{1,6} ")
_CASE_NUMBER_IN_TEXT = re.compile(r"(?<![A-Z])WC[ -]?\d{6,}", re.IGNORECASE)
_PERSONAL = {
    "identity card": "an ID number",
    "old identity card": "an ID number",
    "number of an identity card": "an ID number",
    "passport": "a passport number",
    "bank card": "a bank card number",
    "mobile phone": "a phone number",
    "mobile phone, digit by digit": "a phone number",
    "landline": "a phone number",
    "local number": "a phone number",
    "plate": "a number plate",
    "plate after its word": "a number plate",
}
"""What of that which is masked elsewhere may not be published at all; offices have e-mail
addresses and accounts too, and what looks like a name may be a street's."""
_PATTERNS = (
    *((_PERSONAL[rule.name], rule.pattern) for rule in RULES if rule.name in _PERSONAL),
    ("a case number", _CASE_NUMBER_IN_TEXT),
)


@dataclass(frozen=True, slots=True)
class PublishedAnswer:
    """An answer of staff, as every resident may read it.

    Attributes:
        text: at most 2000 characters; several lines are kept, empty ones vanish.
        source: what it rests on: a document, a rule, a page.
        unit: the name of the unit that answered, as in service.toml.
    """

    question: str
    text: str
    source: str
    case_number: str
    unit: str
    answered_on: date


def tidied(answer: PublishedAnswer) -> PublishedAnswer:
    lines = filter(None, (clean(line) for line in answer.text.splitlines()))
    return replace(
        answer,
        question=clean(answer.question),
        text="\n".join(lines),
        source=clean(answer.source),
        case_number=clean(answer.case_number).upper(),
        unit=clean(answer.unit),
    )


def mistakes_in(answer: PublishedAnswer) -> list[str]:
    mistakes = mistakes_in_question(answer.question)
    for name in ("text", "source", "unit"):
        words: str = getattr(answer, name)
        if len(words) < 2:
            mistakes.append(f"{name}: missing")
        mistakes += _personal(name, words)
    if len(answer.text) > MOST_TEXT_CHARS:
        mistakes.append(f"text: {len(answer.text)} characters; at most {MOST_TEXT_CHARS}")
    for name, words in (("text", answer.text), ("unit", answer.unit)):
        if any(_HEADING_MARK.match(line) for line in words.split("\n")):
            mistakes.append(f"{name}: a line begins with # and a space, which marks a heading")
    if not _CASE_NUMBER.fullmatch(answer.case_number):
        mistakes.append(f"case number: {answer.case_number!r} is none")
    return mistakes


def mistakes_in_question(question: str) -> list[str]:
    mistakes = _personal("question", question)
    if not any(char.isalpha() for char in question):
        mistakes.append("question: missing")
    if len(question) > MOST_QUESTION_CHARS:
        mistakes.append(
            f"question: {len(question)} characters; at most {MOST_QUESTION_CHARS}; shorten it"
        )
    return mistakes


def _personal(name: str, words: str) -> list[str]:
    """What of a person the words hold; their first characters show where."""
    folded = unicodedata.normalize("NFKC", words)
    mistakes: list[str] = []
    for what, pattern in _PATTERNS:
        found = pattern.search(folded)
        if found:
            mistakes.append(f"{name}: holds {what} ({found[0][:5]}…); residents may not read it")
            folded = pattern.sub(" ", folded)
    return mistakes


def refuse(mistakes: Sequence[str]) -> None:
    """Raise a ContentError if there are mistakes."""
    if mistakes:
        raise ContentError(mistakes)
