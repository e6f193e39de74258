"""Questions that lean on the one before: "那学位呢?", "什么时候?", "and how many elevators?".

Such a question either names a new thing, and the one before only says what kind of answer is
wanted; or it names none, and asks something else about the same thing.
"""

import re
from dataclasses import dataclass, replace

from index.questions import Question, Span

# Opening or closing words that carry on, and words that point back.
_CARRIES_ON = re.compile(
    r"^(?:那么?|还有|另外|以及|再问|顺便|and|what about|how about|but|also|then|ok|so|or)(?![a-z])"
    r"|的?呢[\s?。!.]*$|\b(?:too|as well|then)[\s?.!]*$"
)
_POINTS_BACK = re.compile(
    r"其中|它|这些|那些|这个|那个|这项|那项|刚才|上面|\b(?:it|its|they|them|their|those|these|that|this|one|ones)\b"
)
_LONGEST_CHARS, _LONGEST_WORDS = 18, 9
# What is said about a thing without naming one: actions count less than this in a span.
_NAMES = 0.5
# How much the words of the question before count in one that names nothing of its own.
_EARLIER_WEIGHT = 0.6


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a resident asked before: the words that named the thing, and what answered, or ""."""

    question: str
    commitment: str = ""


def names_a_thing(question: Question) -> bool:
    """Whether it can be understood without the one before."""
    return any(map(is_named, question.spans))


def is_named(span: Span) -> bool:
    """Whether a part of a question names a thing, rather than what is done to it."""
    return span.weight >= _NAMES


def carries_on(question: Question) -> bool:
    """Whether its form says that it leans on the one before."""
    is_short = (
        len(question.text) <= _LONGEST_CHARS
        if question.is_chinese
        else len(question.text.split()) <= _LONGEST_WORDS
    )
    marked = _CARRIES_ON.search(question.text) or _POINTS_BACK.search(question.text)
    return is_short and bool(marked)


def about_the_same(question: Question, earlier: Question) -> Question:
    """A question that asks something else about what the one before named."""
    terms = {**earlier.terms, **question.terms}
    expansion = dict.fromkeys((*question.expansion, *earlier.expansion))
    return replace(
        question,
        text=f"{earlier.text} {question.text}",
        heeded=f"{earlier.heeded} {question.heeded}",
        reworded=f"{earlier.reworded} {question.reworded}",
        is_chinese=question.is_chinese or earlier.is_chinese,
        terms=terms,
        expansion=tuple(term for term in expansion if term not in terms),
        spans=(*question.spans, *map(_weaker, earlier.spans)),
        years=question.years or earlier.years,
    )


def _weaker(span: Span) -> Span:
    return replace(span, weight=span.weight * _EARLIER_WEIGHT, is_asked=False)
