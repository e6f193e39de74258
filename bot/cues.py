"""Finding an editor's word lists in what residents write."""

from collections.abc import Iterable, Iterator, Sequence

from index import normalise


class Cues:
    """A list of words and phrases, found in normalised text.

    Chinese stands anywhere; Latin words only whole, so that "fix" is not found in "prefix".
    Looked up by the first two characters: compiling thousands of words as patterns takes half a
    second.

    Args:
        unless: longer phrases of which a word may be a part without counting.
    """

    def __init__(self, words: Iterable[str], *, unless: Iterable[str] = ()) -> None:
        self._unless = frozenset(map(normalise, unless))
        self._longest_first: dict[str, list[str]] = {}
        forms = {normalise(word) for word in words} | self._unless
        for form in sorted(forms - {""}, key=len, reverse=True):
            self._longest_first.setdefault(form[:2], []).append(form)

    def found(self, text: str) -> set[str]:
        """The words that stand in normalised text, the longer one where two overlap."""
        return {form for _, form in self._standing(text)}

    def without(self, text: str) -> str:
        """Normalised text with the words taken out."""
        done, left = 0, []
        for start, form in self._standing(text):
            left.append(text[done:start])
            done = start + len(form)
        return " ".join([*left, text[done:]])

    def __contains__(self, text: str) -> bool:
        return next(self._standing(text), None) is not None

    def _starting(self, text: str, at: int) -> Sequence[str]:
        """The forms that begin as the text does here, the longest first."""
        of_two = self._longest_first.get(text[at : at + 2], ())
        of_one = self._longest_first.get(text[at], ())
        return [*of_two, *of_one] if of_two and of_one else of_two or of_one

    def _standing(self, text: str) -> Iterator[tuple[int, str]]:
        """Where which word stands, in order, none overlapping another."""
        at = 0
        while at < len(text):
            length = 1
            for form in self._starting(text, at):
                if text.startswith(form, at) and _is_whole(form, text, at):
                    length = len(form)
                    if form not in self._unless:
                        yield at, form
                    break
            at += length


def _is_whole(form: str, text: str, at: int) -> bool:
    """Whether a form that stands here is no part of a longer Latin word."""
    end = at + len(form)
    runs_on_before = _is_latin(form[0]) and at > 0 and _is_latin(text[at - 1])
    return not (runs_on_before or (_is_latin(form[-1]) and _is_latin(text[end : end + 1])))


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
