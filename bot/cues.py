"""Finding an editor's word lists in what residents write."""

import re
from collections.abc import Iterable

from index import normalise


class Cues:
    """A list of words and phrases, found in normalised text.

    Chinese stands anywhere; Latin words only whole, so that "fix" is not found in "prefix".

    Args:
        unless: longer phrases of which a word may be a part without counting.
    """

    def __init__(self, words: Iterable[str], *, unless: Iterable[str] = ()) -> None:
        self._unless = frozenset(map(normalise, unless))
        forms = {normalise(word) for word in words} | self._unless
        longest_first = sorted(forms - {""}, key=len, reverse=True)
        self._pattern = re.compile(_grouped(longest_first) or r"(?!)")

    def found(self, text: str) -> set[str]:
        """The words that stand in normalised text, the longer one where two overlap."""
        return set(self._pattern.findall(text)) - self._unless

    def without(self, text: str) -> str:
        """Normalised text with the words taken out."""
        return self._pattern.sub(
            lambda found: found.group(0) if found.group(0) in self._unless else " ", text
        )

    def __contains__(self, text: str) -> bool:
        return bool(self.found(text))


def _grouped(longest_first: Iterable[str]) -> str:
    """One alternative a first character, so that most characters of a text are done at once."""
    by_first: dict[str, list[str]] = {}
    for form in longest_first:
        by_first.setdefault(form[0], []).append(_bounded(form))
    return "|".join(
        f"(?={re.escape(first)})(?:{'|'.join(forms)})" for first, forms in by_first.items()
    )


def _bounded(form: str) -> str:
    before = r"(?<![a-z0-9])" if form[0].isascii() and form[0].isalnum() else ""
    after = r"(?![a-z0-9])" if form[-1].isascii() and form[-1].isalnum() else ""
    return f"{before}{re.escape(form)}{after}"
