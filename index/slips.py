"""How far a misspelt English word is from the word that was meant."""

_VOWELS = frozenset("aeiouy")
_ALIKE = frozenset(map(frozenset, ("ck", "cs", "sz", "dt", "vw", "bp", "fv", "gj", "mn", "qk")))
_SMALL, _USUAL, TOO_FAR = 0.6, 1.0, 9.0


def slip_cost(written: str, meant: str, limit: float) -> float:
    """The cost of the slips from the word that was meant to what is written (Damerau 1964).

    A vowel for a vowel, letters that sound alike, a doubled letter and two letters that changed
    places cost less than other slips.

    Returns:
        At most `limit`, or `TOO_FAR`.
    """
    at = 0
    while written[at : at + 1] == meant[at : at + 1]:
        if at == len(written):
            return 0.0
        at += 1
    if limit < _SMALL:
        return TOO_FAR
    before, first, second = written[at - 1 : at], written[at:], meant[at:]
    best = TOO_FAR
    for cost, rest, other in _slips(before, first, second):
        if cost <= limit:
            best = min(best, cost + slip_cost(rest, other, limit - cost))
    return best


def _slips(before: str, written: str, meant: str) -> list[tuple[float, str, str]]:
    """The slips that may have been made here: the cost of each, and what is left to compare."""
    found: list[tuple[float, str, str]] = []
    if written:
        doubled = written[0] in (before, written[1:2])
        found.append((_SMALL if doubled else _USUAL, written[1:], meant))
    if meant:
        doubled = meant[0] in (before, meant[1:2])
        found.append((_SMALL if doubled else _USUAL, written, meant[1:]))
    if written and meant:
        found.append((_other(written[0], meant[0]), written[1:], meant[1:]))
    if len(written) > 1 and written[:2] == meant[1::-1]:
        found.append((_SMALL, written[2:], meant[2:]))
    return found


def _other(one: str, other: str) -> float:
    is_small = (one in _VOWELS and other in _VOWELS) or frozenset((one, other)) in _ALIKE
    return _SMALL if is_small else _USUAL


def letters_of(word: str) -> int:
    """The letters of a word as bits; one slip changes two of them at most."""
    bits = 0
    for char in word:
        bits |= 1 << (ord(char) - 97)
    return bits
