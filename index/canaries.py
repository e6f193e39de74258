"""Whether a loaded build finds what it holds, tried before anybody is answered from it."""

from index.errors import StaleIndexError
from index.search import Index

_TRIED, _LOOKED_AT = 5, 5
# Put so that every part of a search is used once, and no resident has to wait for its making: a
# broad question, slips that sound and look alike, pinyin, and English with a slip.
_PUT = (
    "教育方面有什么计划？",
    "新增几索幼儿圆",
    "jinnian xinzeng duoshao youeryuan",
    "how many new kindergardens are plannd?",
)


def try_out(index: Index) -> None:
    """Ask a few commitments by their own words; this also makes ready what a search needs.

    Raises:
        StaleIndexError: one of them is not found.
    """
    step = max(len(index.parts) // _TRIED, 1)
    for wanted in index.parts[::step][:_TRIED]:
        hits = index.search(wanted.quote, top_k=_LOOKED_AT, within=wanted.report)
        if wanted.quote not in {hit.commitment.quote for hit in hits}:
            raise StaleIndexError(
                f"{index.build_id}: does not find its own {wanted.id}", "one that does"
            )
    for question in _PUT:
        index.search(question)
        index.overview(question)
